//! The market's interface: what makers, takers, wallets, treasuries and the router call.
#![allow(clippy::too_many_arguments)] // each is a limit that the caller signs

use soroban_sdk::{contractclient, contracterror, contracttype, Address, BytesN, Env, Vec};

use crate::price::Fraction;

/// A price that falls linearly: `start ÷ den` up to the time `since`, `end ÷ den` from `until` on, and in
/// between the numerator in proportion, rounded up. Raw units of the bought token per raw unit sold.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dutch {
    pub start: i128,
    pub end: i128,
    pub den: i128,
    pub since: u64,
    pub until: u64,
}

/// A price that follows a pool: the highest of its TWAP, its price and the price that the ledger opened
/// with, × (1 + spread), and never below `limit`.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peg {
    /// One of the factory's, of the two tokens.
    pub pool: Address,
    /// Of the sold token, raw units: with less in the pool there is no price.
    pub min_reserve: i128,
    /// Up to 10 000 bps.
    pub spread_bps: u32,
    pub limit: Fraction,
}

/// Raw units of the bought token for a raw unit of the sold one.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfferPrice {
    Fixed(Fraction),
    Dutch(Dutch),
    Pegged(Peg),
}

/// What a maker offers; fixed for ever.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferTerms {
    pub sell_token: Address,
    /// Raw units, escrowed when the offer is made.
    pub sell_amount: i128,
    pub buy_token: Address,
    pub price: OfferPrice,
    /// The least that a fill takes, and the least that it leaves unless it takes all.
    pub min_fill: i128,
    /// Fills up to this second, `reclaim` after it.
    pub expires_at: u64,
    /// Who alone may fill; nobody: everyone.
    pub taker: Option<Address>,
    /// Who is paid.
    pub proceeds_to: Address,
}

/// An offer as it stands.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub maker: Address,
    pub terms: OfferTerms,
    /// Withheld from what takers receive; the market's when the offer was made.
    pub fee_bps: u32,
    /// Of `sell_amount`; 0: filled, cancelled or reclaimed, for ever.
    pub remaining: i128,
}

/// What to take from an offer.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    pub id: BytesN<32>,
    /// Of the offer's `sell_token`, the fee included.
    pub amount: i128,
}

/// One side of a direct swap.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    pub token: Address,
    pub amount: i128,
}

/// What the market goes by.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffersConfig {
    pub factory: Address,
    /// Of offers that are made before `next_fee_at`, …
    pub fee_bps: u32,
    /// … and from then on.
    pub next_fee_bps: u32,
    pub next_fee_at: u64,
}

/// Every way the market can refuse; what a token refuses comes through with its own code. A refused call
/// changes nothing.
#[contracterror]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffersError {
    /// Negative, or zero where zero means nothing.
    InvalidAmount = 400,
    /// Quote again and sign anew.
    DeadlinePassed = 401,
    /// The price is above `max_pay`, or less is received than the minimum; quote again.
    LimitExceeded = 402,
    /// More than an amount can hold.
    Overflow = 403,
    /// No offer has this id.
    UnknownOffer = 404,
    /// There is, or was, an offer of this maker with this nonce and these terms; take another nonce.
    DuplicateOffer = 405,
    /// Filled, cancelled or reclaimed.
    OfferClosed = 406,
    /// The maker, or anyone by `reclaim`, gets the escrow back.
    OfferExpired = 407,
    /// Until then only the maker, by `cancel`.
    NotExpired = 408,
    /// A private offer of another taker.
    ForeignTaker = 409,
    /// Less than the offer's `min_fill`.
    BelowMinimum = 410,
    /// Take all, or leave `min_fill`.
    LeavesDust = 411,
    /// More than remains.
    InsufficientRemaining = 412,
    /// Nothing is left after the fee.
    AmountTooSmall = 413,

    /// Nothing can be sold for itself.
    SameToken = 414,
    /// Zero or below.
    ZeroDenominator = 415,
    /// Zero or below: nothing is given for nothing.
    ZeroPrice = 416,
    /// A Dutch price falls.
    EndAboveStart = 417,
    /// A Dutch price takes time: `since` before `until`.
    TimesReversed = 418,
    /// Over when it is made.
    InvalidExpiry = 419,
    /// Not from 1 to `sell_amount`.
    InvalidMinimum = 420,
    /// The market itself.
    InvalidRecipient = 421,
    /// Above 10 000 bps.
    InvalidSpread = 422,

    /// Not one of the factory's pools.
    UnknownPool = 423,
    /// The pool does not trade these two tokens.
    WrongPool = 424,
    /// No TWAP yet: 30 minutes after the first deposit.
    PoolTooYoung = 425,
    /// Recorded nothing for an hour.
    PoolStale = 426,
    /// Less of the sold token than the offer's `min_reserve`, nobody's liquidity, or nothing of one token.
    PoolEmpty = 427,
    /// Now, or within the time that the TWAP covers.
    PoolPaused = 428,

    /// The token's issuer clawed escrows back: only `cancel` works, and pays the part that is there.
    Deficit = 429,
    /// A token delivered less than it was told to.
    NotReceived = 430,
    /// From 1 to 10 offers.
    InvalidFills = 431,
    /// All offers must sell one token for the one that is paid.
    MixedPairs = 432,
    /// None of the offers could be filled.
    NothingFilled = 433,
    /// Above 50 bps.
    FeeTooHigh = 434,
    /// Nobody trades with herself.
    SameParty = 435,
}

#[contractclient(name = "OffersClient")]
pub trait OffersInterface {
    fn make(
        env: Env,
        maker: Address,
        nonce: u64,
        terms: OfferTerms,
    ) -> Result<BytesN<32>, OffersError>;

    fn fill(
        env: Env,
        taker: Address,
        id: BytesN<32>,
        amount: i128,
        max_pay: i128,
        to: Address,
        deadline: u64,
    ) -> Result<i128, OffersError>;

    fn fill_many(
        env: Env,
        taker: Address,
        fills: Vec<Fill>,
        buy_token: Address,
        max_pay: i128,
        min_received: i128,
        to: Address,
        deadline: u64,
    ) -> Result<(i128, i128), OffersError>;

    fn cancel(env: Env, id: BytesN<32>) -> Result<i128, OffersError>;

    fn reclaim(env: Env, id: BytesN<32>) -> Result<i128, OffersError>;

    fn swap_direct(
        env: Env,
        maker: Address,
        taker: Address,
        give: Leg,
        take: Leg,
        deadline: u64,
    ) -> Result<(), OffersError>;

    fn collect(env: Env, token: Address) -> Result<i128, OffersError>;

    fn schedule_fee(env: Env, fee_bps: u32) -> Result<u64, OffersError>;

    fn offer(env: Env, id: BytesN<32>) -> Result<Offer, OffersError>;

    fn quote(
        env: Env,
        id: BytesN<32>,
        amount: i128,
        time: u64,
    ) -> Result<(i128, i128), OffersError>;

    fn price_at(env: Env, id: BytesN<32>, time: u64) -> Result<Fraction, OffersError>;

    fn config(env: Env) -> OffersConfig;

    fn escrowed(env: Env, token: Address) -> (i128, bool);
}
