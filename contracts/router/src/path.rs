//! From a list of pool keys to pools and directions. A pool's address is derived from its key, never
//! asked for: what exists there was deployed by the factory.

use soroban_sdk::{Address, Env, Vec};
use tributary_common::{
    address, ensure,
    interfaces::{factory::PoolKey, pool::PoolClient, router::RouterError},
};

use crate::storage::Network;

/// The router checks the deadline; a pool need not again. (The greatest that fits into a value.)
pub const NO_DEADLINE: u64 = (1 << 56) - 1;

/// The longest path.
pub const MAX_HOPS: usize = 4;

/// One pool, and which of its two tokens comes in.
pub struct Hop {
    pub pool: Address,
    pub token_in: Address,
}

/// A path that connects.
pub struct Path {
    hops: [Option<Hop>; MAX_HOPS],
    pub token_out: Address,
}

impl Network {
    /// The pool of `key`, which exists.
    pub fn pool(&self, env: &Env, key: &PoolKey) -> Result<Address, RouterError> {
        let pool = address::pool(env, &self.0, key);
        ensure(pool.exists(), RouterError::UnknownPool)?;
        Ok(pool)
    }

    /// Follows `path` from `token_in`: each pool trades TFT against its own token, so what comes in
    /// tells the direction.
    pub fn path(
        &self,
        env: &Env,
        token_in: &Address,
        path: &Vec<PoolKey>,
    ) -> Result<Path, RouterError> {
        ensure(!path.is_empty(), RouterError::EmptyPath)?;
        ensure(path.len() as usize <= MAX_HOPS, RouterError::PathTooLong)?;
        let mut hops = [const { None }; MAX_HOPS];
        let mut token = token_in.clone();
        let mut before: Option<Address> = None;
        for (hop, key) in hops.iter_mut().zip(path.iter()) {
            let tft = &self.1;
            ensure(token == *tft || token == key.token, RouterError::PathNotConnected)?;
            let pool = self.pool(env, &key)?;
            ensure(before.as_ref() != Some(&pool), RouterError::RepeatedPool)?;
            let token_out = if token == *tft { key.token } else { tft.clone() };
            *hop = Some(Hop { pool: pool.clone(), token_in: token });
            token = token_out;
            before = Some(pool);
        }
        Ok(Path { hops, token_out: token })
    }
}

impl Path {
    pub fn hops(&self) -> impl DoubleEndedIterator<Item = &Hop> {
        self.hops.iter().flatten()
    }

    /// Swaps along the path. The first pool pulls `amount` from the payer, or takes what it has
    /// received if there is none; each pays the next, the last pays `to`. Returns what that is.
    pub fn swap(&self, env: &Env, mut payer: Option<(&Address, i128)>, to: &Address) -> i128 {
        let mut out = 0;
        let mut hops = self.hops().peekable();
        while let Some(Hop { pool, token_in }) = hops.next() {
            let to = hops.peek().map_or(to, |next| &next.pool);
            let pool = PoolClient::new(env, pool);
            out = match payer.take() {
                Some((from, amount)) => {
                    pool.swap_exact_in(from, token_in, &amount, &0, to, &NO_DEADLINE)
                }
                None => pool.swap_received(token_in, &0, to, &NO_DEADLINE),
            };
        }
        out
    }

    /// What the first pool has to be given so that the last pays `amount_out`, at least.
    pub fn charge(&self, env: &Env, amount_out: i128) -> Result<i128, RouterError> {
        self.check_no_pool_twice()?;
        let mut amount = amount_out;
        for hop in self.hops().rev() {
            amount = PoolClient::new(env, &hop.pool).quote_exact_out(&hop.token_in, &amount);
        }
        Ok(amount)
    }

    /// Going backwards, what a pool charges is known only before anything else trades in it.
    fn check_no_pool_twice(&self) -> Result<(), RouterError> {
        for (place, hop) in self.hops().enumerate() {
            let again =
                self.hops().skip(place.saturating_add(1)).any(|other| other.pool == hop.pool);
            ensure(!again, RouterError::RepeatedPool)?;
        }
        Ok(())
    }
}
