//! A community's treasury: earns fees, buys TFT back by rule, protects it, lends liquidity to its region's
//! pools, and does what its council proposed in public.
//!
//! - `contract`: the entry points and their documentation
//! - `books`: what it holds of each token, and what must add up
//! - `bucket`: the one mechanism behind every limit over time
//! - `buyback`: the rule by which anyone may sell for TFT
//! - `gauge`: whether a pool's price can be trusted
//! - `proposal`, `action`, `policy`: what a council may want, when, and what is then done
//! - `storage`, `event`: what is kept, what is told
#![no_std]

mod action;
mod books;
pub mod bucket;
mod buyback;
mod contract;
pub mod event;
mod gauge;
mod policy;
mod proposal;
mod storage;

pub use buyback::{INTERVAL_SECONDS, MAX_CALL_BPS, ROOM_SECONDS};
pub use contract::TreasuryContract;
pub use gauge::AGE_SECONDS;
pub use proposal::{DELAY_SECONDS, GRACE_SECONDS, LOOSENING_SECONDS};
