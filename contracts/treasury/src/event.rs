//! What a treasury tells indexers. Amounts are raw units.

use soroban_sdk::{contractevent, Address, BytesN};
use tributary_common::interfaces::treasury::Action;

/// What the balance had above the books is operating now; below zero: what an issuer took back is missing
/// in all books.
#[contractevent(data_format = "single-value")]
pub struct Absorbed {
    #[topic]
    pub token: Address,
    pub change: i128,
}

/// Somebody added to the protected book.
#[contractevent(data_format = "single-value")]
pub struct Protected {
    #[topic]
    pub token: Address,
    #[topic]
    pub from: Address,
    pub amount: i128,
}

/// The pool's price is noted for the long mean.
#[contractevent(data_format = "single-value")]
pub struct Observed {
    #[topic]
    pub pool: Address,
    pub cumulative: i128,
}

/// A buyback: what was sold, the TFT that it brought, and what became of it.
#[contractevent(data_format = "vec")]
pub struct Bought {
    #[topic]
    pub token: Address,
    #[topic]
    pub pool: Address,
    pub amount: i128,
    pub bought: i128,
    pub burned: i128,
    pub protection: i128,
    pub stakers: i128,
    pub liquidity: i128,
}

/// The stakers were paid what waited for them.
#[contractevent(data_format = "single-value")]
pub struct Notified {
    #[topic]
    pub staking: Address,
    pub amount: i128,
}

/// The council wants this: executable from `ready_at` to `expires_at`.
#[contractevent(data_format = "vec")]
pub struct Proposed {
    #[topic]
    pub id: BytesN<32>,
    #[topic]
    pub council: Address,
    pub action: Action,
    pub ready_at: u64,
    pub expires_at: u64,
}

/// A proposal was executed.
#[contractevent(data_format = "vec")]
pub struct Executed {
    #[topic]
    pub id: BytesN<32>,
}

/// The council withdrew its proposal.
#[contractevent(data_format = "vec")]
pub struct Cancelled {
    #[topic]
    pub id: BytesN<32>,
}

/// The guardian stopped a proposal.
#[contractevent(data_format = "vec")]
pub struct Vetoed {
    #[topic]
    pub id: BytesN<32>,
}

/// Liquidity was added: what the pool took, and the shares that are protected now.
#[contractevent(data_format = "vec")]
pub struct LiquidityAdded {
    #[topic]
    pub pool: Address,
    pub tft: i128,
    pub token: i128,
    pub shares: i128,
}

/// Liquidity was taken back: the shares, and what is protected of each token for them.
#[contractevent(data_format = "vec")]
pub struct LiquidityRemoved {
    #[topic]
    pub pool: Address,
    pub tft: i128,
    pub token: i128,
    pub shares: i128,
}
