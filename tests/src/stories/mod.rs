//! The stories that are told of each contract, at random by `tests/invariants.rs`, guided by coverage in `tests/fuzz`.

pub mod factory;
pub mod offers;
pub mod pool;
pub mod router;
pub mod sends;
pub mod staking;
pub mod token;
pub mod treasury;
