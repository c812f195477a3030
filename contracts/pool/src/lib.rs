//! Constant-product liquidity pool whose LP shares are a SEP-41 token.
//!
//! - `contract`: the entry points and their documentation
//! - `call`: what they share around the rules
//!   (the rules, on a pool loaded into memory, are `tributary_common::pool`)
//! - `storage`, `event`: what is kept, what is told
#![no_std]

mod call;
mod contract;
pub mod event;
mod storage;

pub use contract::{PoolContract, HOLD_SECONDS, PAUSE_SECONDS};
