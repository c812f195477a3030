//! The entry points. What their documentation says goes into the wasm for whoever calls them, so it
//! is short; docs/router.md says it at length, with the errors of each.
//!
//! The router holds nothing between calls. It has no admin and no role.
#![allow(clippy::too_many_arguments)] // each is a limit that the caller signs

use soroban_sdk::{
    contract, contractimpl, contractmeta, symbol_short, token::TokenClient, Address, BytesN, Env,
    Vec,
};
use tributary_common::{
    allow, ask, ensure,
    interfaces::{
        factory::{FactoryClient, FactoryConfig, PoolKey, ROOT},
        offers::{OffersClient, OffersConfig},
        pool::{PoolClient, PoolError},
        router::{RouterError, RouterInterface},
    },
    ttl,
};

use crate::{
    call::{amount_of, check, fulfilled, OnePool},
    path::NO_DEADLINE,
    plan::{Candidates, Plan},
    pools::Pools,
    storage::{self, Network},
};

contractmeta!(key = "binver", val = env!("CARGO_PKG_VERSION"));
contractmeta!(key = "source", val = "Tributary: contracts/router");
contractmeta!(key = "sep", val = "47");

#[contract]
pub struct RouterContract;

#[contractimpl]
impl RouterContract {
    /// Makes a router over the pools of `factory` and the offers of `market`, for ever.
    pub fn __constructor(env: Env, factory: Address, market: Address) -> Result<(), RouterError> {
        let FactoryConfig { tft, .. } = ask(&env, &factory, symbol_short!("config"));
        let config: OffersConfig = ask(&env, &market, symbol_short!("config"));
        let same = config.factory == factory;
        ensure(same, RouterError::OtherNetwork)?;
        storage::create(&env, &Network(factory, tft, market));
        Ok(())
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

    /// Sells exactly `amount_in`, to `offers` (id, the most to pay it) where they are cheaper than the
    /// path, the rest over 1 to 4 pools. Never gives less than the pools alone; passes over offers that
    /// can no longer be filled. The caps are less than `amount_in` in sum, by something that the path can
    /// trade. Name only offers that filled in simulation: a transaction lists what it touches.
    ///
    /// Signed by `from`, with the transfer of `amount_in` to the router. Returns what `to` received.
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
    ) -> Result<i128, RouterError> {
        from.require_auth();
        ensure(amount_in > 0 && min_out >= 0, RouterError::InvalidAmount)?;
        check(&env, &to, deadline)?;
        let network = storage::load(&env);
        let path = network.path(&env, &token_in, &path)?;
        let (pair, market) = ((&token_in, &path.token_out), &network.2);
        ensure(to != *market, RouterError::InvalidRecipient)?;
        let candidates = Candidates::new(&env, market, pair, amount_in, &offers)?;
        let plan = candidates.plan(&env, &Pools::new(&env, &path), &path, amount_in);

        let (token, this) = (TokenClient::new(&env, &token_in), env.current_contract_address());
        token.transfer(&from, &this, &amount_in);
        let (paid, received) = match plan {
            Some(Plan { fills, paid, received }) => {
                allow(&env, [(&token_in, paid)], market);
                let client = OffersClient::new(&env, market);
                let filled = client.try_fill_many(
                    &this,
                    &fills,
                    &token_in,
                    &paid,
                    &received,
                    &to,
                    &NO_DEADLINE,
                );
                // All as planned, or the pools alone: a plan without one of its fills might give less.
                filled.ok().and_then(Result::ok).unwrap_or_default()
            }
            None => (0, 0),
        };
        let first = path.hops().next().ok_or(RouterError::EmptyPath)?;
        token.transfer(&this, &first.pool, &amount_in.saturating_sub(paid)); // paid < amount_in
        let out = path.swap(&env, None, &to).checked_add(received);
        out.filter(|out| *out >= min_out).ok_or(RouterError::LimitExceeded)
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
        let out = Pools::new(&env, &path).quote(&env, &path, amount_in.unsigned_abs());
        Ok(amount_of(&env, fulfilled(&env, out)))
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
        let Network(factory, ..) = storage::load(&env);
        let treasury = FactoryClient::new(&env, &factory).region(&ROOT).treasury;
        ttl::extend_instance(&env);
        token.transfer(&this, &treasury, &amount);
        Ok(amount)
    }
}
