//! Creates regions with their pools and keeps the registry of them.
//!
//! - `contract`: the entry points and their documentation
//! - `region`: the rules of regions and pools
//! - `storage`, `event`: what is kept, what is told
#![no_std]

mod contract;
pub mod event;
mod region;
mod storage;

pub use contract::{FactoryContract, BOND_SECONDS, DELAY_SECONDS};
