//! Fixtures for tests, bench and demo.

pub mod env;
pub mod fuzz;
pub mod ledger;
pub mod model;
pub mod properties;
pub mod property;
pub mod staking_model;
pub mod stories;
pub mod story;
pub mod wasm;
