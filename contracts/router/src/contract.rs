//! The entry points. What their documentation says goes into the wasm for whoever calls them, so it
//! is short; docs/router.md says it at length, with the errors of each.
//!
//! The router holds nothing between calls. It has no admin and no role.
#![allow(clippy::too_many_arguments)] // each is a limit that the caller signs

use soroban_sdk::{contract, contractimpl, contractmeta, token::TokenClient, Address, Env, Vec};
use tributary_common::{
    ensure,
    interfaces::{
        factory::{FactoryClient, PoolKey, ROOT},
        pool::{PoolClient, PoolError},
        router::{RouterError, RouterInterface},
    },
    pool::{Pool, Terms},
    ttl,
};

use crate::{
    call::{allow, amount_of, check, fulfilled, open, OnePool},
    path::{MAX_HOPS, NO_DEADLINE},
    storage::{self, Network},
};

contractmeta!(key = "binver", val = env!("CARGO_PKG_VERSION"));
contractmeta!(key = "source", val = "Tributary: contracts/router");
contractmeta!(key = "sep", val = "47");

#[contract]
pub struct RouterContract;

#[contractimpl]
impl RouterContract {
    /// Makes a router over the pools of `factory`, for ever.
    pub fn __constructor(env: Env, factory: Address) {
        let tft = FactoryClient::new(&env, &factory).config().tft;
        storage::create(&env, &Network(factory, tft));
    }
}

#[contractimpl]
impl RouterInterface for RouterContract {
    /// Sells exactly `amount_in` over 1 to 4 pools; each pays straight to the next, the last to `to`.
    ///
    /// Signed by `from`, with the first pool's `swap_exact_in` of `amount_in` (its own limit 0, paying
    /// the next pool or `to`) and beneath that the transfer. Returns the output.
    fn swap_exact_in(
        env: Env,
        from: Address,
        token_in: Address,
        amount_in: i128,
        path: Vec<PoolKey>,
        min_out: i128,
        to: Address,
        deadline: u64,
    ) -> Result<i128, RouterError> {
        from.require_auth();
        ensure(amount_in > 0 && min_out >= 0, RouterError::InvalidAmount)?;
        check(&env, &to, deadline)?;
        let path = storage::load(&env).path(&env, &token_in, &path)?;
        let out = path.swap(&env, Some((&from, amount_in)), &to);
        ensure(out >= min_out, RouterError::LimitExceeded)?;
        Ok(out)
    }

    /// Buys `amount_out` over 1 to 4 different pools (over several, more by what roundings on the way
    /// leave, if anything): pulls `max_in`, returns what the prices leave of it.
    ///
    /// Signed by `from`, with the one pool's `swap_exact_out` and beneath that the transfer of `max_in`; over
    /// several pools with the transfer of `max_in` to the router. Returns the charge.
    fn swap_exact_out(
        env: Env,
        from: Address,
        token_in: Address,
        max_in: i128,
        amount_out: i128,
        path: Vec<PoolKey>,
        to: Address,
        deadline: u64,
    ) -> Result<i128, RouterError> {
        from.require_auth();
        ensure(max_in > 0 && amount_out > 0, RouterError::InvalidAmount)?;
        check(&env, &to, deadline)?;
        let path = storage::load(&env).path(&env, &token_in, &path)?;
        let first = path.hops().next().ok_or(RouterError::EmptyPath)?;
        if path.hops().count() == 1 {
            // Through the router's own balance, buyers in different pools would write one entry.
            let only = PoolClient::new(&env, &first.pool);
            let far = NO_DEADLINE;
            return Ok(only.swap_exact_out(&from, &token_in, &max_in, &amount_out, &to, &far));
        }
        let charge = path.charge(&env, amount_out)?;
        let rest = max_in.checked_sub(charge).filter(|rest| *rest >= 0);
        let rest = rest.ok_or(RouterError::LimitExceeded)?;

        let (token, this) = (TokenClient::new(&env, &token_in), env.current_contract_address());
        token.transfer(&from, &this, &max_in);
        token.transfer(&this, &first.pool, &charge);
        token.transfer(&this, &from, &rest);
        let out = path.swap(&env, None, &to);
        ensure(out >= amount_out, RouterError::LimitExceeded)?;
        Ok(charge)
    }

    /// Enters a pool with one token: swaps the part that leaves no dust, deposits the rest with what
    /// the swap paid. Returns to `from` what is left over of `token`: a unit or so, or what the opening
    /// price withheld. The shares are held for 60 s, as after any deposit.
    ///
    /// Signed by `from`, with the transfer of `amount` to the router and the deposit for
    /// (router, `from`). Returns (shares, left over).
    fn deposit_one(
        env: Env,
        from: Address,
        pool: PoolKey,
        token: Address,
        amount: i128,
        min_shares: i128,
        deadline: u64,
    ) -> Result<(i128, i128), RouterError> {
        from.require_auth();
        ensure(amount > 0 && min_shares >= 0, RouterError::InvalidAmount)?;
        check(&env, &from, deadline)?;
        let one = OnePool::new(&env, &pool, &token)?;
        let (entry, _) = one.enter(&env, amount);
        let swapped = amount_of(&env, entry.swapped);
        let (deposited, rest) = (amount_of(&env, entry.deposited), amount_of(&env, entry.rest));
        ttl::extend_instance(&env);

        let this = env.current_contract_address();
        let given = TokenClient::new(&env, &token);
        given.transfer(&from, &this, &amount);
        allow(&env, [(&token, swapped)], &one.address);
        let paid = one.client.swap_exact_in(&this, &token, &swapped, &0, &this, &NO_DEADLINE);
        let (desired_0, desired_1) = one.side.facing(deposited, paid);
        let terms = &one.terms;
        let pulls = [(&terms.token_0, desired_0), (&terms.token_1, desired_1)];
        allow(&env, pulls, &one.address);
        let (used_0, used_1, shares) =
            one.client.deposit(&this, &desired_0, &desired_1, &0, &from, &NO_DEADLINE);
        ensure(shares >= min_shares, RouterError::LimitExceeded)?;
        // A clawback that the pool had not noticed moves the ratio; nothing may stay here.
        let all = (used_0, used_1) == (desired_0, desired_1);
        fulfilled(&env, ensure(all, PoolError::Deficit));
        given.transfer(&this, &from, &rest);
        Ok((shares, rest))
    }

    /// Leaves a pool with one token: withdraws, swaps the other token, pays both parts to `from`.
    ///
    /// Signed by `from`, with the withdrawal of `shares` to the router without limits (this call's
    /// limit is `min_out`, of the sum). Returns the sum.
    fn withdraw_one(
        env: Env,
        from: Address,
        pool: PoolKey,
        token: Address,
        shares: i128,
        min_out: i128,
        deadline: u64,
    ) -> Result<i128, RouterError> {
        from.require_auth();
        ensure(shares > 0 && min_out >= 0, RouterError::InvalidAmount)?;
        check(&env, &from, deadline)?;
        let one = OnePool::new(&env, &pool, &token)?;
        ttl::extend_instance(&env);

        let this = env.current_contract_address();
        let paid = one.client.withdraw(&from, &shares, &0, &0, &this, &NO_DEADLINE);
        let (own, other) = one.side.facing(paid.0, paid.1);
        ensure(other > 0, RouterError::AmountTooSmall)?;
        let token_other = one.terms.token_out(one.side);
        allow(&env, [(token_other, other)], &one.address);
        let swapped = one.client.swap_exact_in(&this, token_other, &other, &0, &from, &NO_DEADLINE);
        let out = own.checked_add(swapped).ok_or(RouterError::LimitExceeded)?;
        ensure(out >= min_out, RouterError::LimitExceeded)?;
        TokenClient::new(&env, &token).transfer(&this, &from, &own);
        Ok(out)
    }

    /// What `swap_exact_in` would pay in this ledger, to the unit, errors included.
    fn quote_exact_in(
        env: Env,
        token_in: Address,
        amount_in: i128,
        path: Vec<PoolKey>,
    ) -> Result<i128, RouterError> {
        ensure(amount_in > 0, RouterError::InvalidAmount)?;
        let path = storage::load(&env).path(&env, &token_in, &path)?;
        // A pool that comes again is as its first swap left it.
        let mut pools = [const { None::<(Address, Terms, Pool)> }; MAX_HOPS];
        let mut amount = amount_in.unsigned_abs();
        for hop in path.hops() {
            let mut places = pools.iter_mut();
            let place = places.find(|place| match place {
                Some((address, ..)) => *address == hop.pool,
                None => true,
            });
            let place = place.ok_or(RouterError::PathTooLong)?;
            let (_, terms, pool) = place.get_or_insert_with(|| {
                let (terms, pool) = open(&env, &PoolClient::new(&env, &hop.pool));
                (hop.pool.clone(), terms, pool)
            });
            let trade = pool.check_open(env.ledger().timestamp()).and_then(|()| {
                let side = terms.side(&hop.token_in)?;
                pool.swap_exact_in(terms, side, amount)
            });
            amount = fulfilled(&env, trade).amount_out;
        }
        Ok(amount_of(&env, amount))
    }

    /// What `swap_exact_out` would charge in this ledger, to the unit, errors included.
    fn quote_exact_out(
        env: Env,
        token_in: Address,
        amount_out: i128,
        path: Vec<PoolKey>,
    ) -> Result<i128, RouterError> {
        ensure(amount_out > 0, RouterError::InvalidAmount)?;
        storage::load(&env).path(&env, &token_in, &path)?.charge(&env, amount_out)
    }

    /// What `deposit_one` would mint and leave over in this ledger, to the unit, errors included.
    fn quote_deposit_one(
        env: Env,
        pool: PoolKey,
        token: Address,
        amount: i128,
    ) -> Result<(i128, i128), RouterError> {
        ensure(amount > 0, RouterError::InvalidAmount)?;
        let one = OnePool::new(&env, &pool, &token)?;
        let (entry, mut pool) = one.enter(&env, amount);
        let (desired_0, desired_1) = one.side.facing(entry.deposited, entry.paid);
        let (now, ledger) = (env.ledger().timestamp(), pool.opening_ledger);
        let deposit = fulfilled(&env, pool.deposit(desired_0, desired_1, now, ledger));
        Ok((amount_of(&env, deposit.shares), amount_of(&env, entry.rest)))
    }

    /// What `withdraw_one` would pay in this ledger, to the unit, errors included.
    fn quote_withdraw_one(
        env: Env,
        pool: PoolKey,
        token: Address,
        shares: i128,
    ) -> Result<i128, RouterError> {
        ensure(shares > 0, RouterError::InvalidAmount)?;
        let OnePool { side, terms, mut pool, .. } = OnePool::new(&env, &pool, &token)?;
        let enough = ensure(shares.unsigned_abs() <= pool.supply, PoolError::InsufficientBalance);
        fulfilled(&env, enough);
        let paid = fulfilled(&env, pool.withdraw(shares.unsigned_abs()));
        let (own, other) = side.facing(paid.out_0, paid.out_1);
        ensure(other > 0, RouterError::AmountTooSmall)?;
        let open = pool.check_open(env.ledger().timestamp());
        let trade = open.and_then(|()| pool.swap_exact_in(&terms, side.other(), other));
        let swapped = fulfilled(&env, trade).amount_out;
        Ok(amount_of(&env, own.saturating_add(swapped)))
    }

    /// Pays what was sent here by mistake to the network's treasury, nobody else. Signed by nobody.
    /// Returns the amount.
    fn sweep(env: Env, token: Address) -> Result<i128, RouterError> {
        let token = TokenClient::new(&env, &token);
        let this = env.current_contract_address();
        let amount = token.balance(&this);
        ensure(amount > 0, RouterError::NothingToSweep)?;
        let Network(factory, _) = storage::load(&env);
        let treasury = FactoryClient::new(&env, &factory).region(&ROOT).treasury;
        ttl::extend_instance(&env);
        token.transfer(&this, &treasury, &amount);
        Ok(amount)
    }
}
