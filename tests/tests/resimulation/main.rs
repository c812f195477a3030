//! What simulation accepted is sent as it was simulated, and applies.

mod beside;
mod caps;
mod pool;
mod random;
mod staking;
mod treasury;
