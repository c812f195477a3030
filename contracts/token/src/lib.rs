//! A region's own TFT: a SEP-41 token of which no more than its cap is ever minted, by its treasury alone.
//!
//! - `contract`: the entry points and their documentation
//!   (balances and allowances are `tributary_common::shares`)
//! - `storage`: what is kept beside them
#![no_std]

mod contract;
mod storage;

pub use contract::TokenContract;
