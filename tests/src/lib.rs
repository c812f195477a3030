//! Fixtures for tests, bench and demo.

pub mod model;
pub mod network;
pub mod pool;
pub mod scene;
pub mod wasm;
