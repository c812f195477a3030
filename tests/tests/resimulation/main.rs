//! What simulation accepted is sent as it was simulated, and applies.

mod pool;
mod staking;
mod treasury;
