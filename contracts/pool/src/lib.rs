//! Constant-product liquidity pool whose LP shares are a SEP-41 token.
//!
//! - `contract`: the entry points and their documentation
//! - `call`: what they share around the rules
//! - `pool`: the rules, on a pool loaded into memory
//! - `curve`: the mathematics of trades, deposits and withdrawals
//! - `oracle`: the geometric-mean price
//! - `storage`, `event`: what is kept, what is told
#![no_std]

mod call;
mod contract;
pub mod curve;
pub mod event;
pub mod oracle;
mod pool;
mod storage;

pub use contract::{PoolContract, HOLD_SECONDS, PAUSE_SECONDS};
