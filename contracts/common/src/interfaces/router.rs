//! The router's interface: what wallets call to trade over several pools.
#![allow(clippy::too_many_arguments)] // each is a limit that the caller signs

use soroban_sdk::{contractclient, contracterror, Address, BytesN, Env, Vec};

use crate::interfaces::factory::PoolKey;

/// Every way the router can refuse; what a pool or a token refuses comes through with its own code (a
/// pool's are 1 to 6 and 200 to 299). A refused call changes nothing.
#[contracterror]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouterError {
    /// Negative, or zero where zero means nothing.
    InvalidAmount = 300,
    /// Quote again and sign anew.
    DeadlinePassed = 301,
    /// Below the minimum or above the maximum; quote again.
    LimitExceeded = 302,
    /// A path needs a pool.
    EmptyPath = 303,
    /// At most 4 pools.
    PathTooLong = 304,
    /// A pool trades neither TFT nor its own token against what the one before pays.
    PathNotConnected = 305,
    /// Twice in succession; for an exact output, twice at all.
    RepeatedPool = 306,
    /// The factory deployed no pool with this key.
    UnknownPool = 307,
    /// The router itself, or the market.
    InvalidRecipient = 308,
    /// Neither of the pool's two tokens.
    WrongToken = 309,
    /// The result rounds to nothing.
    AmountTooSmall = 310,
    /// The router holds nothing of this token.
    NothingToSweep = 311,
    /// At most 10.
    TooManyOffers = 312,
    /// The same offer twice.
    RepeatedOffer = 313,
    /// An offer does not sell what the path ends in for what it begins with.
    OtherPair = 314,
    /// The caps of the offers leave nothing for the path.
    OffersTakeAll = 315,
    /// Constructor: the market is another network's.
    OtherNetwork = 316,
}

#[contractclient(name = "RouterClient")]
pub trait RouterInterface {
    fn swap_exact_in(
        env: Env,
        from: Address,
        token_in: Address,
        amount_in: i128,
        path: Vec<PoolKey>,
        min_out: i128,
        to: Address,
        deadline: u64,
    ) -> Result<i128, RouterError>;

    fn swap_exact_out(
        env: Env,
        from: Address,
        token_in: Address,
        max_in: i128,
        amount_out: i128,
        path: Vec<PoolKey>,
        to: Address,
        deadline: u64,
    ) -> Result<i128, RouterError>;

    fn swap_with_offers(
        env: Env,
        from: Address,
        token_in: Address,
        amount_in: i128,
        offers: Vec<(BytesN<32>, i128)>,
        path: Vec<PoolKey>,
        min_out: i128,
        to: Address,
        deadline: u64,
    ) -> Result<i128, RouterError>;

    fn deposit_one(
        env: Env,
        from: Address,
        pool: PoolKey,
        token: Address,
        amount: i128,
        min_shares: i128,
        deadline: u64,
    ) -> Result<(i128, i128), RouterError>;

    fn withdraw_one(
        env: Env,
        from: Address,
        pool: PoolKey,
        token: Address,
        shares: i128,
        min_out: i128,
        deadline: u64,
    ) -> Result<i128, RouterError>;

    fn quote_exact_in(
        env: Env,
        token_in: Address,
        amount_in: i128,
        path: Vec<PoolKey>,
    ) -> Result<i128, RouterError>;

    fn quote_exact_out(
        env: Env,
        token_in: Address,
        amount_out: i128,
        path: Vec<PoolKey>,
    ) -> Result<i128, RouterError>;

    fn quote_deposit_one(
        env: Env,
        pool: PoolKey,
        token: Address,
        amount: i128,
    ) -> Result<(i128, i128), RouterError>;

    fn quote_withdraw_one(
        env: Env,
        pool: PoolKey,
        token: Address,
        shares: i128,
    ) -> Result<i128, RouterError>;

    fn sweep(env: Env, token: Address) -> Result<i128, RouterError>;
}
