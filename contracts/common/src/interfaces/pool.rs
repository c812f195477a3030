//! The pool's interface: what routers, treasuries, offers and wallets call.

use soroban_sdk::{
    contractclient, contracterror, contracttype, Address, Env, MuxedAddress, String,
};

use crate::{price::Price, shares};

/// Everything that a wallet needs to quote a call in the current ledger.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolState {
    /// The factory that the pool was deployed for.
    pub factory: Address,
    /// Who may pause.
    pub guardian: Address,
    /// Where `collect` pays.
    pub treasury: Address,
    pub token_0: Address,
    pub token_1: Address,
    /// Fee on what a swap takes in, basis points.
    pub fee_bps: u32,
    /// The treasury's share of that fee, basis points of the fee.
    pub treasury_bps: u32,
    /// How far a swap may move the price from the TWAP, basis points; 0 is no band.
    pub band_bps: u32,
    /// What belongs to the shares, raw units of each token.
    pub reserve_0: i128,
    pub reserve_1: i128,
    /// What `collect` would pay the treasury.
    pub owed_0: i128,
    pub owed_1: i128,
    /// All shares, the locked ones included.
    pub total_supply: i128,
    /// Reserves and supply with which the current ledger opened.
    pub opening_0: i128,
    pub opening_1: i128,
    pub opening_supply: i128,
    pub opening_ledger: u32,
    /// Swaps and deposits are refused before this time; 0 when the pool was never paused.
    pub paused_until: u64,
    /// The recorded price of token 0 in token 1, log₂ × 2²⁴.
    pub log_price: i32,
    /// Sum of recorded log-price × seconds, up to now.
    pub cumulative: i128,
    /// When a call last recorded a price; 0 before the first deposit.
    pub last_record: u64,
}

/// Every way a pool can refuse. A refused call changes nothing.
#[contracterror]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolError {
    /// The amount is negative, or zero where zero means nothing.
    InvalidAmount = 1,
    /// The owner has fewer shares than the amount.
    InsufficientBalance = 2,
    /// The shares were deposited less than 60 seconds ago; wait until `held(owner)` says.
    SharesHeld = 3,
    /// The spender's allowance is smaller than the amount, or has expired.
    InsufficientAllowance = 4,
    /// An allowance must not expire before the current ledger.
    InvalidExpiration = 5,
    /// The amounts do not fit into an `i128`.
    Overflow = 6,

    /// The two tokens must differ and be sorted by address.
    InvalidTokens = 200,
    /// The fee must be 1 to 100 basis points.
    InvalidFee = 201,
    /// The treasury's share of the fee must be at most 3 333 basis points.
    InvalidTreasuryShare = 202,
    /// The band must be 0 (off) or 1 000 to 5 000 basis points.
    InvalidBand = 203,

    /// The deadline has passed; quote again and sign anew.
    DeadlinePassed = 210,
    /// The guardian has paused swaps and deposits; withdrawing works. See `state().paused_until`.
    Paused = 211,
    /// The pool is paused, or its last pause ended less than 7 days ago.
    PausedRecently = 212,
    /// The pool has no liquidity on one side or no shares yet; deposit first.
    EmptyPool = 213,
    /// The token is neither of the pool's two.
    WrongToken = 214,
    /// The pool itself cannot be the recipient.
    InvalidRecipient = 215,
    /// The result is outside the caller's limit; quote again.
    LimitExceeded = 216,
    /// The amount is so small that the result rounds to nothing.
    AmountTooSmall = 217,
    /// The pool cannot pay out its whole reserve; ask for less.
    InsufficientReserve = 218,
    /// The first deposit must be worth more than the 1 000 shares that it locks.
    BelowMinimumLiquidity = 219,
    /// The pool holds less than it owes, because an issuer clawed back; call `sync` first.
    Deficit = 220,
    /// The swap would move the price too far from the TWAP; trade less, or wait.
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
