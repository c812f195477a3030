//! What a pool tells indexers, beside the SEP-41 events of its shares. Amounts are raw units.

use soroban_sdk::{contractevent, Address};

/// A provider added liquidity: what the pool kept of each token, and the shares minted.
#[contractevent(data_format = "vec")]
pub struct Deposited {
    #[topic]
    pub from: Address,
    #[topic]
    pub to: Address,
    pub amount_0: i128,
    pub amount_1: i128,
    pub shares: i128,
}

/// A provider left: what was paid of each token, and the shares burned.
#[contractevent(data_format = "vec")]
pub struct Withdrawn {
    #[topic]
    pub from: Address,
    #[topic]
    pub to: Address,
    pub amount_0: i128,
    pub amount_1: i128,
    pub shares: i128,
}

/// A swap: what came in of `token_in`, what went out of the other token to `to`, and the reserves
/// of token 0 and token 1 after it.
#[contractevent(data_format = "vec")]
pub struct Swapped {
    #[topic]
    pub token_in: Address,
    #[topic]
    pub to: Address,
    pub amount_in: i128,
    pub amount_out: i128,
    pub reserve_0: i128,
    pub reserve_1: i128,
}

/// The treasury was paid what it was owed.
#[contractevent(data_format = "vec")]
pub struct Collected {
    #[topic]
    pub treasury: Address,
    pub amount_0: i128,
    pub amount_1: i128,
}

/// The books were brought to the balances, after a donation or a clawback.
#[contractevent(data_format = "vec")]
pub struct Synced {
    pub reserve_0: i128,
    pub reserve_1: i128,
    pub owed_0: i128,
    pub owed_1: i128,
}

/// Swaps and deposits are refused before `until`.
#[contractevent(data_format = "single-value")]
pub struct Paused {
    pub until: u64,
}
