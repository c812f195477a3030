//! What the market tells wallets and indexers. Amounts are raw units.

use soroban_sdk::{contractevent, Address, BytesN};
use tributary_common::interfaces::offers::{Leg, OfferTerms};

/// An offer is open. `id` is the SHA-256 of the XDR of (maker, nonce, terms).
#[contractevent(data_format = "vec")]
pub struct Made {
    #[topic]
    pub sell_token: Address,
    #[topic]
    pub buy_token: Address,
    #[topic]
    pub maker: Address,
    pub id: BytesN<32>,
    pub nonce: u64,
    pub terms: OfferTerms,
    pub fee_bps: u32,
}

/// A fill: what left the escrow, what of it the taker received, and what she paid the maker.
#[contractevent(data_format = "vec")]
pub struct Filled {
    #[topic]
    pub id: BytesN<32>,
    #[topic]
    pub maker: Address,
    #[topic]
    pub taker: Address,
    pub amount: i128,
    pub received: i128,
    pub paid: i128,
}

/// The maker took her escrow back: what she was paid.
#[contractevent(data_format = "single-value")]
pub struct Cancelled {
    #[topic]
    pub id: BytesN<32>,
    #[topic]
    pub maker: Address,
    pub amount: i128,
}

/// The offer was over and the escrow went back to the maker.
#[contractevent(data_format = "single-value")]
pub struct Reclaimed {
    #[topic]
    pub id: BytesN<32>,
    #[topic]
    pub maker: Address,
    pub amount: i128,
}

/// Two parties traded without an offer.
#[contractevent(data_format = "vec")]
pub struct Exchanged {
    #[topic]
    pub maker: Address,
    #[topic]
    pub taker: Address,
    pub give: Leg,
    pub take: Leg,
}

/// The network's treasury was paid the fees.
#[contractevent(data_format = "single-value")]
pub struct Collected {
    #[topic]
    pub token: Address,
    #[topic]
    pub treasury: Address,
    pub amount: i128,
}

/// Offers that are made from the time `at` on have this fee.
#[contractevent(data_format = "vec")]
pub struct Scheduled {
    pub fee_bps: u32,
    pub at: u64,
}
