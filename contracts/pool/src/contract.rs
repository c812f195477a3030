//! The entry points. What their documentation says goes into the wasm for whoever calls them, so it
//! is short; docs/pool.md says it at length, with the errors of each.
//!
//! Amounts are raw units of their token, times are ledger timestamps in seconds and deadlines
//! still hold at their second.

use soroban_sdk::{
    contract, contractimpl, contractmeta, Address, Env, IntoVal, MuxedAddress, String,
};
use tributary_common::{
    ensure,
    interfaces::pool::{PoolError, PoolInterface, PoolState},
    pool::{Pool, Side, Terms},
    price::Price,
    shares, ttl,
};

use crate::{
    call::{balance_of, limit, not_this, positive, transfer, Call},
    event::{Collected, Deposited, Paused, Withdrawn},
    storage::{self, signed, unsigned, About},
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
    /// Makes a pool; all of it is fixed for ever. `token_0` < `token_1`; `fee_bps` 1 to 100, of what
    /// comes in; `treasury_bps` up to 3 333, of that fee; `band_bps` 0 (none) or 1 000 to 5 000: how
    /// far a swap may move the price from the TWAP; `name`, `symbol`: of the shares.
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
    /// Adds liquidity. Pulls both desired amounts, keeps what the ratio of the reserves asks (rounded
    /// up), returns the rest of the side that did not bind, mints shares (rounded down) to `to`. The
    /// first deposit keeps all, sets the price, and locks 1 000 shares for ever.
    ///
    /// New shares are held for 60 s: no withdrawal, transfer or burn. Depositing again meanwhile
    /// restarts the minute.
    ///
    /// Signed by `from`, with the transfers of exactly the desired amounts; by `to`, when another, for
    /// the arguments (`from`, `to`). Returns (kept 0, kept 1, shares). Events: `mint`, `deposited`.
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

    /// Burns shares and pays their part of both reserves, rounded down. Works while paused. After
    /// trades in the same ledger both payouts shrink by one factor, so that nobody takes out more than
    /// her shares were worth when the ledger opened; the treasury is owed the difference.
    ///
    /// Signed by `from`. Returns (paid 0, paid 1). Events: `burn`, `withdrawn`.
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

        // A token that was clawed back whole, and may be frozen, must not block the other.
        let pays_0 = call.pool.opening_0 > 0 && call.pool.reserve_0 > 0;
        let pays_1 = call.pool.opening_1 > 0 && call.pool.reserve_1 > 0;
        let paid = call.pool.withdraw(burned)?;
        let (amount_0, amount_1) = (signed(paid.out_0)?, signed(paid.out_1)?);
        let wanted = amount_0 >= limit(min_0)? && amount_1 >= limit(min_1)?;
        ensure(wanted, PoolError::LimitExceeded)?;

        storage::store(&env, &call.terms, &call.pool)?;
        ttl::extend_instance(&env);
        if pays_0 {
            transfer(&env, &call.terms.token_0, &call.this, &to, paid.out_0)?;
        }
        if pays_1 {
            transfer(&env, &call.terms.token_1, &call.this, &to, paid.out_1)?;
        }
        Withdrawn { from, to, amount_0, amount_1, shares }.publish(&env);
        Ok((amount_0, amount_1))
    }

    /// Sells exactly `amount_in`. The output follows the constant product after the fee, rounded down,
    /// but never beats the price that the ledger opened with; the treasury is owed the difference.
    ///
    /// Signed by `from`, with the transfer of exactly `amount_in`. Returns the output. Event: `swapped`.
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

    /// Buys exactly `amount_out`: pulls `max_in`, returns what the price leaves of it. The price
    /// follows the constant product and the fee, rounded up, at least 1, but never beats the price that
    /// the ledger opened with; the treasury is owed the difference.
    ///
    /// Signed by `from`, with the transfer of exactly `max_in`. Returns the charge. Event: `swapped`.
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

    /// As `swap_exact_in`, of what the pool holds beyond its books: for a contract that transferred
    /// it just before, in the same invocation. Otherwise anyone may take it.
    ///
    /// Signed by nobody. Returns the output. Event: `swapped`.
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

    /// What `swap_exact_in` would pay in this ledger, to the unit, errors included.
    fn quote_exact_in(env: Env, token_in: Address, amount_in: i128) -> Result<i128, PoolError> {
        let amount_in = positive(amount_in)?;
        let mut call = Call::new(&env);
        call.check_open(&env)?;
        let side = call.terms.side(&token_in)?;
        signed(call.pool.swap_exact_in(&call.terms, side, amount_in)?.amount_out)
    }

    /// What `swap_exact_out` would charge in this ledger, to the unit, errors included.
    fn quote_exact_out(env: Env, token_in: Address, amount_out: i128) -> Result<i128, PoolError> {
        let amount_out = positive(amount_out)?;
        let mut call = Call::new(&env);
        call.check_open(&env)?;
        let side = call.terms.side(&token_in)?;
        signed(call.pool.swap_exact_out(&call.terms, side, amount_out)?.amount_in)
    }

    /// The pool as a call in this ledger would find it, opening and oracle recorded.
    fn state(env: Env) -> Result<PoolState, PoolError> {
        let Call { terms, pool, .. } = Call::new(&env);
        storage::view(storage::about(&env), terms, &pool)
    }

    /// Time-weighted geometric mean price of `token` in the other, raw units, over one to two windows
    /// of 30 minutes up to now: (price, seconds covered, time of the last record). Nothing before the
    /// pool is one window old.
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

    /// Pays the treasury what it is owed. Works while paused, and with nothing owed.
    ///
    /// Signed by nobody. Returns (paid 0, paid 1). Event: `collected`.
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

    /// Brings the books to the balances: donations go to the providers, the loss of a clawback is
    /// shared by providers and treasury in proportion.
    ///
    /// Signed by nobody. Event: `synced`.
    fn sync(env: Env) -> Result<(), PoolError> {
        let mut call = Call::new(&env);
        let (balance_0, balance_1) = call.balances(&env)?;
        call.pool.sync(balance_0, balance_1)?;
        storage::store(&env, &call.terms, &call.pool)?;
        ttl::extend_instance(&env);
        call.tell_synced(&env)
    }

    /// Stops swaps and deposits for 7 days; they come back by themselves. Not again within 7 days of
    /// the end. Exits never stop.
    ///
    /// Signed by the guardian. Event: `paused`.
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

    /// Shares of `id`, held ones included.
    fn balance(env: Env, id: Address) -> i128 {
        shares::balance(&env, &id).amount
    }

    /// (shares of `owner` still held after a deposit, until when); (0, 0) when none.
    fn held(env: Env, owner: Address) -> (i128, u64) {
        shares::balance(&env, &owner).held_at(env.ledger().timestamp())
    }

    /// All shares, the 1 000 locked ones included.
    fn total_supply(env: Env) -> Result<i128, PoolError> {
        signed(storage::load(&env).1.supply)
    }

    /// SEP-41. Moves shares that are not held; not to the pool. Signed by `from`.
    fn transfer(env: Env, from: Address, to: MuxedAddress, amount: i128) -> Result<(), PoolError> {
        from.require_auth();
        not_this(&env, &to.address())?;
        Ok(shares::transfer(&env, &from, &to, amount)?)
    }

    /// SEP-41. What `spender` may still move of `from`'s shares; 0 once expired.
    fn allowance(env: Env, from: Address, spender: Address) -> i128 {
        shares::allowance(&env, &from, &spender)
    }

    /// SEP-41. Sets what `spender` may move until `live_until_ledger`; 0 revokes. Works on held shares.
    /// Signed by `from`.
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

    /// SEP-41. As `transfer`, within an allowance. Signed by `spender`.
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

    /// SEP-41. Destroys shares that are not held and pays nothing (`withdraw` pays). Signed by `from`.
    fn burn(env: Env, from: Address, amount: i128) -> Result<(), PoolError> {
        from.require_auth();
        burn(&env, &from, amount)
    }

    /// SEP-41. As `burn`, within an allowance. Signed by `spender`.
    fn burn_from(env: Env, spender: Address, from: Address, amount: i128) -> Result<(), PoolError> {
        spender.require_auth();
        shares::spend_allowance(&env, &from, &spender, amount)?;
        burn(&env, &from, amount)
    }

    /// SEP-41. 7.
    fn decimals(_env: Env) -> u32 {
        7
    }

    /// SEP-41. Region, pair and fee.
    fn name(env: Env) -> String {
        storage::about(&env).3
    }

    /// SEP-41. Region, pair and fee, short.
    fn symbol(env: Env) -> String {
        storage::about(&env).4
    }
}

/// The supply of this ledger's opening is recorded before shares disappear.
fn burn(env: &Env, owner: &Address, amount: i128) -> Result<(), PoolError> {
    shares::burn(env, owner, amount)?;
    let mut call = Call::new(env);
    call.pool.burn(unsigned(amount)?)?;
    storage::store(env, &call.terms, &call.pool)
}
