//! The peer-to-peer market: escrowed offers at fixed, falling or pegged prices, and block trades.
//!
//! - `contract`: the entry points and their documentation
//!   (the rules, on an offer loaded into memory, are `tributary_common::offer`)
//! - `terms`: which terms can be offered
//! - `storage`, `event`: what is kept, what is told
#![no_std]

mod contract;
pub mod event;
mod storage;
mod terms;

pub use contract::{OffersContract, DELAY_SECONDS};
