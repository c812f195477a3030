//! What a pool keeps.
//!
//! What swaps need is one value in the instance: one entry to read, one to write. It is a list of
//! constant encoded size (no option, nothing that grows), because a transaction's written bytes
//! are fixed when it is simulated. What swaps do not need lies in an entry of its own, so that
//! they do not pay for it.

use soroban_sdk::{
    contracttype, symbol_short, unwrap::UnwrapOptimized, Address, Env, String, Symbol,
};
use tributary_common::{
    interfaces::pool::{PoolError, PoolState},
    pool::{
        oracle::{Checkpoint, Oracle},
        Pool, Terms,
    },
    ttl,
};

/// Instance: `State`.
const STATE: Symbol = symbol_short!("State");
/// Persistent: `About`.
const ABOUT: Symbol = symbol_short!("About");

/// Who the pool belongs to, set by the constructor for ever.
#[contracttype]
pub struct About(
    pub Address, // treasury
    pub Address, // guardian
    pub Address, // factory
    pub String,  // name of the shares
    pub String,  // symbol of the shares
);

impl About {
    pub fn treasury(&self) -> &Address {
        &self.0
    }

    pub fn guardian(&self) -> &Address {
        &self.1
    }
}

/// The terms and the moving part, as they are encoded.
#[contracttype]
struct State(
    Address, // token 0
    Address, // token 1
    u32,     // fee, basis points
    u32,     // treasury's share of the fee, basis points of the fee
    u32,     // band, basis points
    i128,    // reserve 0
    i128,    // reserve 1
    i128,    // owed 0
    i128,    // owed 1
    i128,    // supply
    i128,    // opening reserve 0
    i128,    // opening reserve 1
    i128,    // opening supply
    u32,     // ledger of the opening
    u64,     // paused until
    i32,     // recorded log-price
    u64,     // latest checkpoint
    i128,
    u64, // older checkpoint
    i128,
    u64, // younger checkpoint
    i128,
);

pub fn create(env: &Env, about: &About) {
    env.storage().persistent().set(&ABOUT, about);
}

pub fn about(env: &Env) -> About {
    // The constructor wrote it.
    env.storage().persistent().get(&ABOUT).unwrap_optimized()
}

pub fn extend_about(env: &Env) {
    ttl::extend_persistent(env, &ABOUT);
}

pub fn load(env: &Env) -> (Terms, Pool) {
    // The constructor wrote it, and whatever wrote it since wrote no negative amount.
    let state: State = env.storage().instance().get(&STATE).unwrap_optimized();
    let terms = Terms {
        token_0: state.0,
        token_1: state.1,
        fee_bps: state.2,
        treasury_bps: state.3,
        band_bps: state.4,
    };
    let pool = Pool {
        reserve_0: state.5.unsigned_abs(),
        reserve_1: state.6.unsigned_abs(),
        owed_0: state.7.unsigned_abs(),
        owed_1: state.8.unsigned_abs(),
        supply: state.9.unsigned_abs(),
        opening_0: state.10.unsigned_abs(),
        opening_1: state.11.unsigned_abs(),
        opening_supply: state.12.unsigned_abs(),
        opening_ledger: state.13,
        paused_until: state.14,
        oracle: Oracle {
            log_price: state.15,
            latest: Checkpoint { time: state.16, cumulative: state.17 },
            older: Checkpoint { time: state.18, cumulative: state.19 },
            younger: Checkpoint { time: state.20, cumulative: state.21 },
        },
        last_record: state.16,
    };
    (terms, pool)
}

pub fn store(env: &Env, terms: &Terms, pool: &Pool) -> Result<(), PoolError> {
    let state = State(
        terms.token_0.clone(),
        terms.token_1.clone(),
        terms.fee_bps,
        terms.treasury_bps,
        terms.band_bps,
        signed(pool.reserve_0)?,
        signed(pool.reserve_1)?,
        signed(pool.owed_0)?,
        signed(pool.owed_1)?,
        signed(pool.supply)?,
        signed(pool.opening_0)?,
        signed(pool.opening_1)?,
        signed(pool.opening_supply)?,
        pool.opening_ledger,
        pool.paused_until,
        pool.oracle.log_price,
        pool.oracle.latest.time,
        pool.oracle.latest.cumulative,
        pool.oracle.older.time,
        pool.oracle.older.cumulative,
        pool.oracle.younger.time,
        pool.oracle.younger.cumulative,
    );
    env.storage().instance().set(&STATE, &state);
    Ok(())
}

/// The whole pool for everyone.
pub fn view(about: About, terms: Terms, pool: &Pool) -> Result<PoolState, PoolError> {
    Ok(PoolState {
        treasury: about.0,
        guardian: about.1,
        factory: about.2,
        token_0: terms.token_0,
        token_1: terms.token_1,
        fee_bps: terms.fee_bps,
        treasury_bps: terms.treasury_bps,
        band_bps: terms.band_bps,
        reserve_0: signed(pool.reserve_0)?,
        reserve_1: signed(pool.reserve_1)?,
        owed_0: signed(pool.owed_0)?,
        owed_1: signed(pool.owed_1)?,
        total_supply: signed(pool.supply)?,
        opening_0: signed(pool.opening_0)?,
        opening_1: signed(pool.opening_1)?,
        opening_supply: signed(pool.opening_supply)?,
        opening_ledger: pool.opening_ledger,
        paused_until: pool.paused_until,
        log_price: pool.oracle.log_price,
        cumulative: pool.oracle.latest.cumulative,
        last_record: pool.last_record,
        older_time: pool.oracle.older.time,
        older_cumulative: pool.oracle.older.cumulative,
        younger_time: pool.oracle.younger.time,
        younger_cumulative: pool.oracle.younger.cumulative,
    })
}

/// Amounts are `i128` outside and `u128` inside; inside they are never above `i128::MAX`.
pub fn unsigned(amount: i128) -> Result<u128, PoolError> {
    u128::try_from(amount).map_err(|_| PoolError::InvalidAmount)
}

pub fn signed(amount: u128) -> Result<i128, PoolError> {
    i128::try_from(amount).map_err(|_| PoolError::Overflow)
}
