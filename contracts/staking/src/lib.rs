//! A region's staking: TFT that is locked or delegated to validators earns what the treasury notifies, and
//! bears what a validator is slashed.
//!
//! - `contract`: the entry points and their documentation
//! - `books`: a call on the whole contract in memory: load, settle, move, store, pay
//! - `position`: one stake: its lock, its weight, what it has earned
//! - `validator`: what is with it and leaving it, its commission, its pending slash
//! - `group`: stakes that share what they earn and lose: a validator's, and those with no validator
//! - `stream`: income over time, and by weight
//! - `slash`: when a slash may be executed, how much in a while, and what it then takes
//! - `storage`, `event`: what is kept, what is told
#![no_std]

mod books;
mod contract;
pub mod event;
mod group;
mod position;
mod slash;
mod storage;
mod stream;
mod validator;

pub use contract::StakingContract;
pub use position::{MAX_LOCK, UNBONDING_SECONDS};
pub use slash::{LAPSE_SECONDS, MAX_SLASH, NOTICE_SECONDS, WINDOW_SECONDS};
pub use stream::PERIOD;
pub use validator::{COMMISSION_SECONDS, MAX_COMMISSION, MAX_RISE};
