//! The entry points, and what their callers must know. Amounts are raw units of their token,
//! times are ledger timestamps in seconds, prices are of the raw units.

use soroban_sdk::{
    contract, contractimpl, contractmeta, token::TokenClient, Address, Env, IntoVal, MuxedAddress,
    String,
};
use tributary_common::{
    ensure,
    interfaces::pool::{PoolError, PoolInterface, PoolState},
    price::Price,
    shares, ttl,
};

use crate::{
    curve::Trade,
    event::{Collected, Deposited, Paused, Swapped, Synced, Withdrawn},
    pool::{Pool, Side},
    storage::{self, signed, unsigned, About, Terms},
};

/// Seconds for which deposited shares can be neither withdrawn, transferred nor burned.
pub const HOLD_SECONDS: u64 = 60;
/// Seconds that a pause lasts, and that must pass after its end before the next.
pub const PAUSE_SECONDS: u64 = 7 * 24 * 60 * 60;

contractmeta!(key = "binver", val = env!("CARGO_PKG_VERSION"));
contractmeta!(key = "source", val = "Tributary: contracts/pool");
contractmeta!(key = "sep", val = "41,47");

#[contract]
pub struct PoolContract;

#[contractimpl]
impl PoolContract {
    /// Makes a pool. Everything given here is fixed for ever.
    ///
    /// - `token_0`, `token_1`: two different SEP-41 tokens, sorted by address
    /// - `fee_bps`: fee on what a swap takes in, 1 to 100 basis points
    /// - `treasury_bps`: the treasury's share of that fee, at most 3 333 basis points of it
    /// - `band_bps`: how far from the TWAP a swap may move the price, 1 000 to 5 000 basis
    ///   points, or 0 for no band
    /// - `treasury`: where `collect` pays
    /// - `guardian`: who may `pause`
    /// - `factory`: the factory that the pool belongs to
    /// - `name`, `symbol`: of the shares; they tell region, pair and fee
    ///
    /// Errors: `InvalidTokens`, `InvalidFee`, `InvalidTreasuryShare`, `InvalidBand`.
    #[allow(clippy::too_many_arguments)] // each is fixed for ever, one by one
    pub fn __constructor(
        env: Env,
        token_0: Address,
        token_1: Address,
        fee_bps: u32,
        treasury_bps: u32,
        band_bps: u32,
        treasury: Address,
        guardian: Address,
        factory: Address,
        name: String,
        symbol: String,
    ) -> Result<(), PoolError> {
        ensure(token_0 < token_1, PoolError::InvalidTokens)?;
        ensure((1..=100).contains(&fee_bps), PoolError::InvalidFee)?;
        ensure(treasury_bps <= 3_333, PoolError::InvalidTreasuryShare)?;
        let band_allowed = band_bps == 0 || (1_000..=5_000).contains(&band_bps);
        ensure(band_allowed, PoolError::InvalidBand)?;
        storage::create(&env, &About(treasury, guardian, factory, name, symbol));
        let terms = Terms { token_0, token_1, fee_bps, treasury_bps, band_bps };
        storage::store(&env, &terms, &Pool::default())
    }
}

#[contractimpl]
impl PoolInterface for PoolContract {
    /// Adds liquidity and mints shares to `to`.
    ///
    /// Pulls `desired_0` and `desired_1`, keeps both at the current ratio of the reserves, and
    /// returns the rest of the side that did not bind (of token 1 when both fit). The first
    /// deposit keeps everything and sets the price; it mints √(desired_0 × desired_1) shares and
    /// locks 1 000 of them in the pool for ever. Kept amounts round up and shares down: the gain
    /// of those who are already in.
    ///
    /// The new shares are held for 60 seconds: until then they can be neither withdrawn,
    /// transferred nor burned, and depositing again restarts the minute for all that are held.
    ///
    /// Authorization: `from`, with the transfers of exactly `desired_0` and `desired_1`; and `to`
    /// when it is another, for the arguments (`from`, `to`).
    ///
    /// Returns (kept of token 0, kept of token 1, shares minted).
    /// Errors: `DeadlinePassed` after `deadline`; `InvalidRecipient`; `InvalidAmount`; `Paused`;
    /// `LimitExceeded` below `min_shares`; `BelowMinimumLiquidity`; `AmountTooSmall`; `EmptyPool`
    /// after a clawback of all of a token; `Overflow`.
    /// Events: SEP-41 `mint`, `deposited`.
    fn deposit(
        env: Env,
        from: Address,
        desired_0: i128,
        desired_1: i128,
        min_shares: i128,
        to: Address,
        deadline: u64,
    ) -> Result<(i128, i128, i128), PoolError> {
        from.require_auth();
        if to != from {
            to.require_auth_for_args((from.clone(), to.clone()).into_val(&env));
        }
        let (desired_0, desired_1) = (positive(desired_0)?, positive(desired_1)?);
        let mut call = Call::new(&env);
        call.check_trade(&env, &to, deadline)?;
        call.settle_loss(&env)?;

        let now = env.ledger().timestamp();
        let minted = call.pool.deposit(desired_0, desired_1, now, env.ledger().sequence())?;
        let shares = signed(minted.shares)?;
        ensure(shares >= limit(min_shares)?, PoolError::LimitExceeded)?;

        storage::store(&env, &call.terms, &call.pool)?;
        if minted.locked > 0 {
            shares::mint(&env, &call.this, signed(minted.locked)?, 0)?;
        }
        shares::mint(&env, &to, shares, HOLD_SECONDS)?;
        ttl::extend_instance(&env);

        let (token_0, token_1) = (&call.terms.token_0, &call.terms.token_1);
        transfer(&env, token_0, &from, &call.this, desired_0)?;
        transfer(&env, token_1, &from, &call.this, desired_1)?;
        // Always exactly one transfer back: one more than was simulated could fail.
        if minted.used_0 < desired_0 {
            transfer(&env, token_0, &call.this, &from, desired_0.wrapping_sub(minted.used_0))?;
        } else {
            transfer(&env, token_1, &call.this, &from, desired_1.wrapping_sub(minted.used_1))?;
        }
        let (amount_0, amount_1) = (signed(minted.used_0)?, signed(minted.used_1)?);
        Deposited { from, to, amount_0, amount_1, shares }.publish(&env);
        Ok((amount_0, amount_1, shares))
    }

    /// Burns `shares` of `from` and pays their part of both reserves to `to`. Works while the
    /// pool is paused.
    ///
    /// Amounts round down, the gain of those who stay. After trades in the same ledger both
    /// payouts are lowered by one factor so that, at the price and with the reserves that the
    /// ledger opened with, nobody takes out more than her shares were worth; the next ledger pays
    /// in full. What is withheld becomes the treasury's due.
    ///
    /// Authorization: `from`.
    ///
    /// Returns (paid of token 0, paid of token 1).
    /// Errors: `DeadlinePassed` after `deadline`; `InvalidRecipient`; `InvalidAmount`;
    /// `InsufficientBalance`; `SharesHeld` within 60 seconds of a deposit; `LimitExceeded` below
    /// `min_0` or `min_1`; `AmountTooSmall` when both amounts round to 0.
    /// Events: SEP-41 `burn`, `withdrawn`.
    fn withdraw(
        env: Env,
        from: Address,
        shares: i128,
        min_0: i128,
        min_1: i128,
        to: Address,
        deadline: u64,
    ) -> Result<(i128, i128), PoolError> {
        from.require_auth();
        let burned = positive(shares)?;
        let mut call = Call::new(&env);
        call.check_payment(&env, &to, deadline)?;
        call.settle_loss(&env)?;
        shares::burn(&env, &from, shares)?;

        let (reserve_0, reserve_1) = (call.pool.reserve_0, call.pool.reserve_1);
        let paid = call.pool.withdraw(burned)?;
        let (amount_0, amount_1) = (signed(paid.out_0)?, signed(paid.out_1)?);
        let wanted = amount_0 >= limit(min_0)? && amount_1 >= limit(min_1)?;
        ensure(wanted, PoolError::LimitExceeded)?;

        storage::store(&env, &call.terms, &call.pool)?;
        ttl::extend_instance(&env);
        // A token that was clawed back whole, and may be frozen, must not block the other.
        if reserve_0 > 0 {
            transfer(&env, &call.terms.token_0, &call.this, &to, paid.out_0)?;
        }
        if reserve_1 > 0 {
            transfer(&env, &call.terms.token_1, &call.this, &to, paid.out_1)?;
        }
        Withdrawn { from, to, amount_0, amount_1, shares }.publish(&env);
        Ok((amount_0, amount_1))
    }

    /// Sells exactly `amount_in` of `token_in` and pays the other token to `to`.
    ///
    /// The output follows the constant product after the fee, but never beats the price with
    /// which the ledger opened; what that withholds becomes the treasury's due. Rounds down, the
    /// gain of the providers.
    ///
    /// Authorization: `from`, with the transfer of exactly `amount_in`.
    ///
    /// Returns the amount paid.
    /// Errors: `DeadlinePassed` after `deadline`; `InvalidRecipient`; `InvalidAmount`; `Paused`;
    /// `EmptyPool`; `WrongToken`; `AmountTooSmall`; `LimitExceeded` below `min_out`;
    /// `OutsideBand`; `Overflow`.
    /// Events: `swapped`.
    fn swap_exact_in(
        env: Env,
        from: Address,
        token_in: Address,
        amount_in: i128,
        min_out: i128,
        to: Address,
        deadline: u64,
    ) -> Result<i128, PoolError> {
        from.require_auth();
        let amount_in = positive(amount_in)?;
        let mut call = Call::new(&env);
        call.check_trade(&env, &to, deadline)?;
        let side = call.terms.side(&token_in)?;
        let trade = call.pool.swap_exact_in(&call.terms, side, amount_in)?;
        ensure(signed(trade.amount_out)? >= limit(min_out)?, PoolError::LimitExceeded)?;

        storage::store(&env, &call.terms, &call.pool)?;
        transfer(&env, &token_in, &from, &call.this, amount_in)?;
        transfer(&env, call.terms.token_out(side), &call.this, &to, trade.amount_out)?;
        call.tell_swapped(&env, token_in, to, &trade)?;
        signed(trade.amount_out)
    }

    /// Buys exactly `amount_out` of the token that is not `token_in`, and pays it to `to`.
    ///
    /// Pulls `max_in` and returns what the price leaves of it to `from`, in the same call. The
    /// price follows the constant product, but is never below the one with which the ledger
    /// opened; what that adds becomes the treasury's due. Rounds up, the gain of the providers,
    /// and is at least 1.
    ///
    /// Authorization: `from`, with the transfer of exactly `max_in`.
    ///
    /// Returns the amount charged.
    /// Errors: `DeadlinePassed` after `deadline`; `InvalidRecipient`; `InvalidAmount`; `Paused`;
    /// `EmptyPool`; `WrongToken`; `InsufficientReserve` when `amount_out` is all of the reserve
    /// or more; `LimitExceeded` above `max_in`; `OutsideBand`; `Overflow`.
    /// Events: `swapped`.
    fn swap_exact_out(
        env: Env,
        from: Address,
        token_in: Address,
        max_in: i128,
        amount_out: i128,
        to: Address,
        deadline: u64,
    ) -> Result<i128, PoolError> {
        from.require_auth();
        let (max_in, amount_out) = (positive(max_in)?, positive(amount_out)?);
        let mut call = Call::new(&env);
        call.check_trade(&env, &to, deadline)?;
        let side = call.terms.side(&token_in)?;
        let trade = call.pool.swap_exact_out(&call.terms, side, amount_out)?;
        let rest = max_in.checked_sub(trade.amount_in).ok_or(PoolError::LimitExceeded)?;

        storage::store(&env, &call.terms, &call.pool)?;
        transfer(&env, &token_in, &from, &call.this, max_in)?;
        transfer(&env, call.terms.token_out(side), &call.this, &to, amount_out)?;
        transfer(&env, &token_in, &call.this, &from, rest)?;
        call.tell_swapped(&env, token_in, to, &trade)?;
        signed(trade.amount_in)
    }

    /// Swaps what the pool holds of `token_in` beyond its books, and pays the other token to
    /// `to`: for a contract that transferred the input just before, in the same invocation. As
    /// `swap_exact_in` otherwise.
    ///
    /// Authorization: none. Whoever transfers and does not call this in the same invocation
    /// leaves the input to anyone who does, or to the providers by `sync`.
    ///
    /// Returns the amount paid.
    /// Errors: as `swap_exact_in`; `AmountTooSmall` when nothing was received; `Deficit` after a
    /// clawback of `token_in`.
    /// Events: `swapped`.
    fn swap_received(
        env: Env,
        token_in: Address,
        min_out: i128,
        to: Address,
        deadline: u64,
    ) -> Result<i128, PoolError> {
        let mut call = Call::new(&env);
        call.check_trade(&env, &to, deadline)?;
        let side = call.terms.side(&token_in)?;
        let balance = balance_of(&env, &token_in, &call.this)?;
        let amount_in = call.pool.received(side, balance)?;
        let trade = call.pool.swap_exact_in(&call.terms, side, amount_in)?;
        ensure(signed(trade.amount_out)? >= limit(min_out)?, PoolError::LimitExceeded)?;

        storage::store(&env, &call.terms, &call.pool)?;
        transfer(&env, call.terms.token_out(side), &call.this, &to, trade.amount_out)?;
        call.tell_swapped(&env, token_in, to, &trade)?;
        signed(trade.amount_out)
    }

    /// What `swap_exact_in` would pay in this ledger, to the unit.
    ///
    /// Errors: as `swap_exact_in`.
    fn quote_exact_in(env: Env, token_in: Address, amount_in: i128) -> Result<i128, PoolError> {
        let amount_in = positive(amount_in)?;
        let mut call = Call::new(&env);
        call.check_open(&env)?;
        let side = call.terms.side(&token_in)?;
        signed(call.pool.swap_exact_in(&call.terms, side, amount_in)?.amount_out)
    }

    /// What `swap_exact_out` would charge in this ledger, to the unit.
    ///
    /// Errors: as `swap_exact_out`.
    fn quote_exact_out(env: Env, token_in: Address, amount_out: i128) -> Result<i128, PoolError> {
        let amount_out = positive(amount_out)?;
        let mut call = Call::new(&env);
        call.check_open(&env)?;
        let side = call.terms.side(&token_in)?;
        signed(call.pool.swap_exact_out(&call.terms, side, amount_out)?.amount_in)
    }

    /// The whole pool as a call in this ledger would find it: the opening and the oracle as they
    /// are recorded before anything else happens.
    fn state(env: Env) -> Result<PoolState, PoolError> {
        let Call { terms, pool, .. } = Call::new(&env);
        storage::view(storage::about(&env), terms, &pool)
    }

    /// The time-weighted geometric mean price of `token` in the other one, raw units per raw
    /// unit, over one to two windows of 30 minutes up to now.
    ///
    /// Returns (price, seconds that it covers, when a call last recorded a price), or nothing
    /// before the pool is one window old. The recorded price moves at most 0.2 % for each ledger
    /// passed and 20 % for each record.
    /// Errors: `WrongToken`.
    fn twap(env: Env, token: Address) -> Result<Option<(Price, u64, u64)>, PoolError> {
        let Call { terms, pool, .. } = Call::new(&env);
        let side = terms.side(&token)?;
        Ok(pool.oracle.mean().map(|(mean, span)| {
            let log_price = match side {
                Side::Zero => mean,
                Side::One => mean.saturating_neg(),
            };
            (Price::from_log2(log_price), span, pool.last_record)
        }))
    }

    /// Pays the treasury what it is owed: its share of the fees, and what the opening price
    /// withheld. Works while the pool is paused, and with nothing owed.
    ///
    /// Authorization: none; the treasury is fixed.
    ///
    /// Returns (paid of token 0, paid of token 1).
    /// Events: `collected`.
    fn collect(env: Env) -> Result<(i128, i128), PoolError> {
        let mut call = Call::new(&env);
        call.settle_loss(&env)?;
        let (owed_0, owed_1) = call.pool.collect();
        storage::store(&env, &call.terms, &call.pool)?;
        ttl::extend_instance(&env);

        let about = storage::about(&env);
        let treasury = about.treasury();
        storage::extend_about(&env);
        transfer(&env, &call.terms.token_0, &call.this, treasury, owed_0)?;
        transfer(&env, &call.terms.token_1, &call.this, treasury, owed_1)?;
        let (amount_0, amount_1) = (signed(owed_0)?, signed(owed_1)?);
        Collected { treasury: treasury.clone(), amount_0, amount_1 }.publish(&env);
        Ok((amount_0, amount_1))
    }

    /// Brings the books to the balances. What the pool holds beyond them (donations, what was sent
    /// by mistake) goes to the providers; what an issuer clawed back is lost by providers and
    /// treasury in proportion.
    ///
    /// Authorization: none.
    ///
    /// Errors: `EmptyPool` before the first deposit.
    /// Events: `synced`.
    fn sync(env: Env) -> Result<(), PoolError> {
        let mut call = Call::new(&env);
        let (balance_0, balance_1) = call.balances(&env)?;
        call.pool.sync(balance_0, balance_1)?;
        storage::store(&env, &call.terms, &call.pool)?;
        ttl::extend_instance(&env);
        call.tell_synced(&env)
    }

    /// Stops swaps and deposits for 7 days; then they work again by themselves. Withdrawing,
    /// collecting and transferring shares never stop.
    ///
    /// Authorization: the guardian.
    ///
    /// Errors: `PausedRecently` while paused and for 7 days after.
    /// Events: `paused`.
    fn pause(env: Env) -> Result<(), PoolError> {
        let mut call = Call::new(&env);
        storage::about(&env).guardian().require_auth();
        let now = env.ledger().timestamp();
        let last = call.pool.paused_until;
        let rested = last == 0 || now >= last.saturating_add(PAUSE_SECONDS);
        ensure(rested, PoolError::PausedRecently)?;
        call.pool.paused_until = now.saturating_add(PAUSE_SECONDS);
        storage::store(&env, &call.terms, &call.pool)?;
        ttl::extend_instance(&env);
        Paused { until: call.pool.paused_until }.publish(&env);
        Ok(())
    }

    /// The shares of `id`, held ones included.
    fn balance(env: Env, id: Address) -> i128 {
        shares::balance(&env, &id).amount
    }

    /// How many of `owner`'s shares are still held after a deposit, and until when; (0, 0) when
    /// none are.
    fn held(env: Env, owner: Address) -> (i128, u64) {
        shares::balance(&env, &owner).held_at(env.ledger().timestamp())
    }

    /// All shares, the 1 000 locked ones included.
    fn total_supply(env: Env) -> Result<i128, PoolError> {
        signed(storage::load(&env).1.supply)
    }

    /// Moves shares that are not held.
    ///
    /// Authorization: `from`.
    /// Errors: `InvalidAmount` when negative; `InvalidRecipient` when `to` is the pool;
    /// `InsufficientBalance`; `SharesHeld`; `Overflow`.
    /// Events: SEP-41 `transfer`.
    fn transfer(env: Env, from: Address, to: MuxedAddress, amount: i128) -> Result<(), PoolError> {
        from.require_auth();
        not_this(&env, &to.address())?;
        Ok(shares::transfer(&env, &from, &to, amount)?)
    }

    /// What `spender` may still move of `from`'s shares; 0 once the allowance has expired.
    fn allowance(env: Env, from: Address, spender: Address) -> i128 {
        shares::allowance(&env, &from, &spender)
    }

    /// Lets `spender` move up to `amount` of `from`'s shares until the ledger `live_until_ledger`.
    /// Replaces what was allowed before; 0 revokes. Works on held shares.
    ///
    /// Authorization: `from`.
    /// Errors: `InvalidAmount` when negative; `InvalidExpiration` in the past. An expiry beyond
    /// the network's longest TTL fails in the host.
    /// Events: SEP-41 `approve`.
    fn approve(
        env: Env,
        from: Address,
        spender: Address,
        amount: i128,
        live_until_ledger: u32,
    ) -> Result<(), PoolError> {
        from.require_auth();
        Ok(shares::approve(&env, &from, &spender, amount, live_until_ledger)?)
    }

    /// Moves shares that are not held, within what `from` allowed `spender`.
    ///
    /// Authorization: `spender`.
    /// Errors: as `transfer`; `InsufficientAllowance`.
    /// Events: SEP-41 `transfer`.
    fn transfer_from(
        env: Env,
        spender: Address,
        from: Address,
        to: Address,
        amount: i128,
    ) -> Result<(), PoolError> {
        spender.require_auth();
        not_this(&env, &to)?;
        shares::spend_allowance(&env, &from, &spender, amount)?;
        Ok(shares::transfer(&env, &from, &to.into(), amount)?)
    }

    /// Destroys shares that are not held. Pays nothing: their part of the reserves goes to the
    /// other providers. To leave with it, `withdraw`.
    ///
    /// Authorization: `from`.
    /// Errors: `InvalidAmount` when negative; `InsufficientBalance`; `SharesHeld`.
    /// Events: SEP-41 `burn`.
    fn burn(env: Env, from: Address, amount: i128) -> Result<(), PoolError> {
        from.require_auth();
        burn(&env, &from, amount)
    }

    /// As `burn`, within what `from` allowed `spender`.
    ///
    /// Authorization: `spender`.
    /// Errors: as `burn`; `InsufficientAllowance`.
    /// Events: SEP-41 `burn`.
    fn burn_from(env: Env, spender: Address, from: Address, amount: i128) -> Result<(), PoolError> {
        spender.require_auth();
        shares::spend_allowance(&env, &from, &spender, amount)?;
        burn(&env, &from, amount)
    }

    /// Decimals of the shares: 7.
    fn decimals(_env: Env) -> u32 {
        7
    }

    /// Name of the shares: region, pair and fee.
    fn name(env: Env) -> String {
        storage::about(&env).3
    }

    /// Symbol of the shares: region, pair and fee, short.
    fn symbol(env: Env) -> String {
        storage::about(&env).4
    }
}

/// The pool as one call finds it, recorded, with what the call needs beside it.
struct Call {
    this: Address,
    terms: Terms,
    pool: Pool,
}

impl Call {
    fn new(env: &Env) -> Call {
        let (terms, mut pool) = storage::load(env);
        pool.record(env.ledger().timestamp(), env.ledger().sequence());
        Call { this: env.current_contract_address(), terms, pool }
    }

    fn check_payment(&self, env: &Env, to: &Address, deadline: u64) -> Result<(), PoolError> {
        ensure(env.ledger().timestamp() <= deadline, PoolError::DeadlinePassed)?;
        ensure(*to != self.this, PoolError::InvalidRecipient)
    }

    fn check_open(&self, env: &Env) -> Result<(), PoolError> {
        ensure(env.ledger().timestamp() >= self.pool.paused_until, PoolError::Paused)
    }

    fn check_trade(&self, env: &Env, to: &Address, deadline: u64) -> Result<(), PoolError> {
        self.check_payment(env, to, deadline)?;
        self.check_open(env)
    }

    fn balances(&self, env: &Env) -> Result<(u128, u128), PoolError> {
        let balance_0 = balance_of(env, &self.terms.token_0, &self.this)?;
        let balance_1 = balance_of(env, &self.terms.token_1, &self.this)?;
        Ok((balance_0, balance_1))
    }

    /// Whoever comes first after a clawback must not leave the loss to the others.
    fn settle_loss(&mut self, env: &Env) -> Result<(), PoolError> {
        let (balance_0, balance_1) = self.balances(env)?;
        if self.pool.settle_loss(balance_0, balance_1)? {
            self.tell_synced(env)?;
        }
        Ok(())
    }

    fn tell_synced(&self, env: &Env) -> Result<(), PoolError> {
        Synced {
            reserve_0: signed(self.pool.reserve_0)?,
            reserve_1: signed(self.pool.reserve_1)?,
            owed_0: signed(self.pool.owed_0)?,
            owed_1: signed(self.pool.owed_1)?,
        }
        .publish(env);
        Ok(())
    }

    fn tell_swapped(
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

/// The supply of this ledger's opening is recorded before shares disappear.
fn burn(env: &Env, owner: &Address, amount: i128) -> Result<(), PoolError> {
    shares::burn(env, owner, amount)?;
    let mut call = Call::new(env);
    call.pool.burn(unsigned(amount)?)?;
    storage::store(env, &call.terms, &call.pool)
}

fn transfer(
    env: &Env,
    token: &Address,
    from: &Address,
    to: &Address,
    amount: u128,
) -> Result<(), PoolError> {
    TokenClient::new(env, token).transfer(from, to, &signed(amount)?);
    Ok(())
}

fn balance_of(env: &Env, token: &Address, owner: &Address) -> Result<u128, PoolError> {
    unsigned(TokenClient::new(env, token).balance(owner))
}

fn not_this(env: &Env, to: &Address) -> Result<(), PoolError> {
    ensure(*to != env.current_contract_address(), PoolError::InvalidRecipient)
}

fn positive(amount: i128) -> Result<u128, PoolError> {
    ensure(amount > 0, PoolError::InvalidAmount)?;
    unsigned(amount)
}

/// A caller's limit: 0 is none, a negative one is a mistake.
fn limit(amount: i128) -> Result<i128, PoolError> {
    ensure(amount >= 0, PoolError::InvalidAmount)?;
    Ok(amount)
}
