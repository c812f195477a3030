//! SEP-40 prices from the pools' time-weighted means.
//!
//! - `contract`: the entry points and their documentation
//! - `scale`: from a mean logarithm to a SEP-40 price
//! - `storage`: what is kept
#![no_std]

mod contract;
pub mod scale;
mod storage;

pub use contract::{OracleContract, MAX_AGE};
