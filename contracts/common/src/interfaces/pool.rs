//! The pool's interface: what routers, treasuries, offers and wallets call.

use soroban_sdk::{
    contractclient, contracterror, contracttype, Address, Env, MuxedAddress, String,
};

use crate::{price::Price, shares};

/// Everything that a wallet needs to quote a call in the current ledger. Amounts in raw units.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolState {
    pub factory: Address,
    /// Who may pause.
    pub guardian: Address,
    /// Where `collect` pays.
    pub treasury: Address,
    pub token_0: Address,
    pub token_1: Address,
    /// Fee on what comes in.
    pub fee_bps: u32,
    /// The treasury's share of that fee.
    pub treasury_bps: u32,
    /// How far a swap may move the price from the TWAP; 0: no band.
    pub band_bps: u32,
    /// The shares'.
    pub reserve_0: i128,
    pub reserve_1: i128,
    /// The treasury's.
    pub owed_0: i128,
    pub owed_1: i128,
    /// All shares, locked ones included.
    pub total_supply: i128,
    /// Reserves and supply that the current ledger opened with.
    pub opening_0: i128,
    pub opening_1: i128,
    pub opening_supply: i128,
    pub opening_ledger: u32,
    /// No swaps and deposits before; 0: never paused.
    pub paused_until: u64,
    /// Recorded price of token 0 in token 1, log₂ × 2²⁴.
    pub log_price: i32,
    /// Sum of recorded log-price × seconds, up to now.
    pub cumulative: i128,
    /// When a call last recorded a price; 0: never.
    pub last_record: u64,
    /// Where the TWAP begins: time and sum.
    pub older_time: u64,
    pub older_cumulative: i128,
    /// Where it will begin once that is one window old.
    pub younger_time: u64,
    pub younger_cumulative: i128,
}

/// Every way a pool can refuse. A refused call changes nothing.
#[contracterror]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolError {
    /// Negative, or zero where zero means nothing.
    InvalidAmount = 1,
    /// Fewer shares than the amount.
    InsufficientBalance = 2,
    /// Deposited less than 60 s ago; `held` tells until when.
    SharesHeld = 3,
    /// Smaller than the amount, or expired.
    InsufficientAllowance = 4,
    /// Before the current ledger.
    InvalidExpiration = 5,
    /// More than an `i128` holds.
    Overflow = 6,

    /// The tokens must differ and be sorted.
    InvalidTokens = 200,
    /// Outside 1 to 100 bps.
    InvalidFee = 201,
    /// Above 3 333 bps.
    InvalidTreasuryShare = 202,
    /// Neither 0 nor 1 000 to 5 000 bps.
    InvalidBand = 203,

    /// Quote again and sign anew.
    DeadlinePassed = 210,
    /// Until `state().paused_until`; withdrawing works.
    Paused = 211,
    /// Paused, or less than 7 days ago.
    PausedRecently = 212,
    /// No shares, or nothing of one token; deposit first, after a clawback only withdraw.
    EmptyPool = 213,
    /// Not one of the pool's two.
    WrongToken = 214,
    /// The pool itself.
    InvalidRecipient = 215,
    /// Below the minimum or above the maximum; quote again.
    LimitExceeded = 216,
    /// The result rounds to nothing.
    AmountTooSmall = 217,
    /// All of the reserve, or more; ask for less.
    InsufficientReserve = 218,
    /// A first deposit must be worth more than the 1 000 shares that it locks.
    BelowMinimumLiquidity = 219,
    /// An issuer clawed back; call `sync` first.
    Deficit = 220,
    /// Too far from the TWAP; trade less, or wait.
    OutsideBand = 221,
}

impl From<shares::Error> for PoolError {
    fn from(error: shares::Error) -> PoolError {
        match error {
            shares::Error::InvalidAmount => PoolError::InvalidAmount,
            shares::Error::InsufficientBalance => PoolError::InsufficientBalance,
            shares::Error::SharesHeld => PoolError::SharesHeld,
            shares::Error::InsufficientAllowance => PoolError::InsufficientAllowance,
            shares::Error::InvalidExpiration => PoolError::InvalidExpiration,
            shares::Error::Overflow => PoolError::Overflow,
        }
    }
}

#[contractclient(name = "PoolClient")]
#[allow(clippy::too_many_arguments)] // each is a limit that the caller signs
pub trait PoolInterface {
    fn deposit(
        env: Env,
        from: Address,
        desired_0: i128,
        desired_1: i128,
        min_shares: i128,
        to: Address,
        deadline: u64,
    ) -> Result<(i128, i128, i128), PoolError>;

    fn withdraw(
        env: Env,
        from: Address,
        shares: i128,
        min_0: i128,
        min_1: i128,
        to: Address,
        deadline: u64,
    ) -> Result<(i128, i128), PoolError>;

    fn swap_exact_in(
        env: Env,
        from: Address,
        token_in: Address,
        amount_in: i128,
        min_out: i128,
        to: Address,
        deadline: u64,
    ) -> Result<i128, PoolError>;

    fn swap_exact_out(
        env: Env,
        from: Address,
        token_in: Address,
        max_in: i128,
        amount_out: i128,
        to: Address,
        deadline: u64,
    ) -> Result<i128, PoolError>;

    fn swap_received(
        env: Env,
        token_in: Address,
        min_out: i128,
        to: Address,
        deadline: u64,
    ) -> Result<i128, PoolError>;

    fn quote_exact_in(env: Env, token_in: Address, amount_in: i128) -> Result<i128, PoolError>;

    fn quote_exact_out(env: Env, token_in: Address, amount_out: i128) -> Result<i128, PoolError>;

    fn state(env: Env) -> Result<PoolState, PoolError>;

    fn twap(env: Env, token: Address) -> Result<Option<(Price, u64, u64)>, PoolError>;

    fn collect(env: Env) -> Result<(i128, i128), PoolError>;

    fn sync(env: Env) -> Result<(), PoolError>;

    fn pause(env: Env) -> Result<(), PoolError>;

    fn balance(env: Env, id: Address) -> i128;

    fn held(env: Env, owner: Address) -> (i128, u64);

    fn total_supply(env: Env) -> Result<i128, PoolError>;

    fn transfer(env: Env, from: Address, to: MuxedAddress, amount: i128) -> Result<(), PoolError>;

    fn allowance(env: Env, from: Address, spender: Address) -> i128;

    fn approve(
        env: Env,
        from: Address,
        spender: Address,
        amount: i128,
        live_until_ledger: u32,
    ) -> Result<(), PoolError>;

    fn transfer_from(
        env: Env,
        spender: Address,
        from: Address,
        to: Address,
        amount: i128,
    ) -> Result<(), PoolError>;

    fn burn(env: Env, from: Address, amount: i128) -> Result<(), PoolError>;

    fn burn_from(env: Env, spender: Address, from: Address, amount: i128) -> Result<(), PoolError>;

    fn decimals(env: Env) -> u32;

    fn name(env: Env) -> String;

    fn symbol(env: Env) -> String;
}
