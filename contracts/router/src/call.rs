//! What the entry points share: checks, one pool in memory, and the pools' errors, which come through as
//! they are.

use soroban_sdk::{panic_with_error, symbol_short, Address, Env};
use tributary_common::{
    ask, ensure,
    interfaces::{
        factory::PoolKey,
        pool::{PoolClient, PoolError, PoolState},
        router::RouterError,
    },
    pool::{Pool, Side, Terms},
};

use crate::{
    one_sided::{self, Entry},
    storage,
};

pub fn check(env: &Env, to: &Address, deadline: u64) -> Result<(), RouterError> {
    ensure(env.ledger().timestamp() <= deadline, RouterError::DeadlinePassed)?;
    ensure(*to != env.current_contract_address(), RouterError::InvalidRecipient)
}

/// What the pool's rules say, or the pool's own error.
pub fn fulfilled<T>(env: &Env, result: Result<T, PoolError>) -> T {
    result.unwrap_or_else(|error| panic_with_error!(env, error))
}

pub fn amount_of(env: &Env, amount: u128) -> i128 {
    fulfilled(env, i128::try_from(amount).map_err(|_| PoolError::Overflow))
}

/// The pool as a call in this ledger would find it.
pub fn open(env: &Env, pool: &Address) -> (Terms, Pool) {
    let state: PoolState = ask(env, pool, symbol_short!("state"));
    state.open(env.ledger().timestamp())
}

/// The pool that a one-sided call is about.
pub struct OnePool<'a> {
    pub address: Address,
    pub client: PoolClient<'a>,
    pub terms: Terms,
    pub pool: Pool,
    /// Which of its tokens the caller gives or wants.
    pub side: Side,
}

impl OnePool<'_> {
    pub fn new<'a>(env: &Env, key: &PoolKey, token: &Address) -> Result<OnePool<'a>, RouterError> {
        let address = storage::load(env).pool(env, key)?;
        let client = PoolClient::new(env, &address);
        let (terms, pool) = open(env, &address);
        let side = terms.side(token).map_err(|_| RouterError::WrongToken)?;
        Ok(OnePool { address, client, terms, pool, side })
    }

    /// The deposit of `amount`, planned, and the pool after its swap.
    pub fn enter(&self, env: &Env, amount: i128) -> (Entry, Pool) {
        let mut pool = self.pool.clone();
        let open = pool.check_open(env.ledger().timestamp());
        let entry = open.and_then(|()| {
            one_sided::enter(&self.terms, &mut pool, self.side, amount.unsigned_abs())
        });
        (fulfilled(env, entry), pool)
    }
}
