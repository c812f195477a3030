//! Swaps over several pools, and enters or leaves a pool with one token.
//!
//! - `contract`: the entry points and their documentation
//! - `call`: what they share
//! - `path`: from a list of pool keys to pools and directions
//! - `one_sided`: how much of a single token to swap before a deposit
//! - `storage`: what is kept
#![no_std]

mod call;
mod contract;
pub mod one_sided;
mod path;
mod storage;

pub use contract::RouterContract;
