//! Swaps over several pools and with offers beside them, and enters or leaves a pool with one token.
//!
//! - `contract`: the entry points and their documentation
//! - `call`: what they share
//! - `path`: from a list of pool keys to pools and directions
//! - `pools`: the pools of a path in memory
//! - `plan`: how much goes to which offer, and how much along the path
//! - `one_sided`: how much of a single token to swap before a deposit
//! - `storage`: what is kept
#![no_std]

mod call;
mod contract;
pub mod one_sided;
mod path;
mod plan;
mod pools;
mod storage;

pub use contract::RouterContract;
