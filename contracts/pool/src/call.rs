//! What every entry point does around its one call to the rules: load and record, check, move tokens,
//! tell.

use soroban_sdk::{token::TokenClient, Address, Env};
use tributary_common::{
    ensure,
    interfaces::pool::PoolError,
    pool::{curve::Trade, Pool, Terms},
};

use crate::{
    event::{Swapped, Synced},
    storage::{self, signed, unsigned},
};

/// The pool as one call finds it, recorded, with what the call needs beside it.
pub struct Call {
    pub this: Address,
    pub terms: Terms,
    pub pool: Pool,
}

impl Call {
    #[inline(never)] // in every entry point it would make the wasm a quarter larger
    pub fn new(env: &Env) -> Call {
        let (terms, mut pool) = storage::load(env);
        pool.record(env.ledger().timestamp(), env.ledger().sequence());
        Call { this: env.current_contract_address(), terms, pool }
    }

    pub fn check_payment(&self, env: &Env, to: &Address, deadline: u64) -> Result<(), PoolError> {
        ensure(env.ledger().timestamp() <= deadline, PoolError::DeadlinePassed)?;
        ensure(*to != self.this, PoolError::InvalidRecipient)
    }

    pub fn check_open(&self, env: &Env) -> Result<(), PoolError> {
        self.pool.check_open(env.ledger().timestamp())
    }

    pub fn check_trade(&self, env: &Env, to: &Address, deadline: u64) -> Result<(), PoolError> {
        self.check_payment(env, to, deadline)?;
        self.check_open(env)
    }

    pub fn balances(&self, env: &Env) -> Result<(u128, u128), PoolError> {
        let balance_0 = balance_of(env, &self.terms.token_0, &self.this)?;
        let balance_1 = balance_of(env, &self.terms.token_1, &self.this)?;
        Ok((balance_0, balance_1))
    }

    /// Whoever comes first after a clawback must not leave the loss to the others.
    pub fn settle_loss(&mut self, env: &Env) -> Result<(), PoolError> {
        let (balance_0, balance_1) = self.balances(env)?;
        if self.pool.settle_loss(balance_0, balance_1)? {
            self.tell_synced(env)?;
        }
        Ok(())
    }

    pub fn tell_synced(&self, env: &Env) -> Result<(), PoolError> {
        Synced {
            reserve_0: signed(self.pool.reserve_0)?,
            reserve_1: signed(self.pool.reserve_1)?,
            owed_0: signed(self.pool.owed_0)?,
            owed_1: signed(self.pool.owed_1)?,
        }
        .publish(env);
        Ok(())
    }

    pub fn tell_swapped(
        &self,
        env: &Env,
        token_in: Address,
        to: Address,
        trade: &Trade,
    ) -> Result<(), PoolError> {
        Swapped {
            token_in,
            to,
            amount_in: signed(trade.amount_in)?,
            amount_out: signed(trade.amount_out)?,
            reserve_0: signed(self.pool.reserve_0)?,
            reserve_1: signed(self.pool.reserve_1)?,
        }
        .publish(env);
        Ok(())
    }
}

pub fn transfer(
    env: &Env,
    token: &Address,
    from: &Address,
    to: &Address,
    amount: u128,
) -> Result<(), PoolError> {
    TokenClient::new(env, token).transfer(from, to, &signed(amount)?);
    Ok(())
}

pub fn balance_of(env: &Env, token: &Address, owner: &Address) -> Result<u128, PoolError> {
    unsigned(TokenClient::new(env, token).balance(owner))
}

pub fn not_this(env: &Env, to: &Address) -> Result<(), PoolError> {
    ensure(*to != env.current_contract_address(), PoolError::InvalidRecipient)
}

pub fn positive(amount: i128) -> Result<u128, PoolError> {
    ensure(amount > 0, PoolError::InvalidAmount)?;
    unsigned(amount)
}

/// A caller's limit: 0 is none, a negative one is a mistake.
pub fn limit(amount: i128) -> Result<i128, PoolError> {
    ensure(amount >= 0, PoolError::InvalidAmount)?;
    Ok(amount)
}
