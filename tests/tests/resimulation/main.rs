//! What simulation accepted is sent as it was simulated, and applies.

mod beside;
mod caps;
mod pool;
mod staking;
mod treasury;
