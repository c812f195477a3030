//! Fixtures for tests, bench and demo.

pub mod camp;
pub mod community;
pub mod env;
pub mod fuzz;
pub mod market;
pub mod model;
pub mod native;
pub mod network;
pub mod own_token;
pub mod pool;
pub mod properties;
pub mod property;
pub mod regions;
pub mod resimulation;
pub mod scene;
pub mod send;
pub mod sign;
pub mod stakes;
pub mod staking_model;
pub mod stories;
pub mod story;
pub mod suite;
pub mod vault;
pub mod wasm;
