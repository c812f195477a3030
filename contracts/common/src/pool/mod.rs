//! The pool's rules, on a pool in memory: no storage and no other contract in here. The pool
//! executes them; whoever quotes several steps at once (router) follows them from a `PoolState`.
//!
//! - `curve`: the mathematics of trades, deposits and withdrawals
//! - `oracle`: the geometric-mean price

pub mod curve;
pub mod oracle;

use soroban_sdk::Address;

use crate::{
    ensure,
    interfaces::pool::{PoolError, PoolState},
    math::{mul_div_floor, BPS, MAX_AMOUNT},
    price::log2_ratio,
};
use curve::{Deposit, Market, Trade, Withdrawal};
use oracle::{Checkpoint, Oracle, WINDOW};

/// What a trade depends on, set by the constructor for ever.
pub struct Terms {
    pub token_0: Address,
    pub token_1: Address,
    pub fee_bps: u32,
    pub treasury_bps: u32,
    pub band_bps: u32,
}

impl Terms {
    /// Which of the two `token` is.
    pub fn side(&self, token: &Address) -> Result<Side, PoolError> {
        if *token == self.token_0 {
            return Ok(Side::Zero);
        }
        ensure(*token == self.token_1, PoolError::WrongToken)?;
        Ok(Side::One)
    }

    /// The token that goes out when `side` comes in.
    pub fn token_out(&self, side: Side) -> &Address {
        match side {
            Side::Zero => &self.token_1,
            Side::One => &self.token_0,
        }
    }
}

/// Everything that moves. Amounts are raw units, at most `i128::MAX`; so is, of each token, the
/// sum of reserve and owed.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    pub reserve_0: u128,
    pub reserve_1: u128,
    /// The treasury's.
    pub owed_0: u128,
    pub owed_1: u128,
    pub supply: u128,
    /// Reserves and supply with which `opening_ledger` opened.
    pub opening_0: u128,
    pub opening_1: u128,
    pub opening_supply: u128,
    pub opening_ledger: u32,
    pub paused_until: u64,
    pub oracle: Oracle,
    /// When the oracle was recorded before this step; not stored, the oracle has it.
    pub last_record: u64,
}

/// What `state()` told in the ledger of the time `now`.
impl PoolState {
    pub fn open(self, now: u64) -> (Terms, Pool) {
        // Of a pool without a deposit nothing is recorded.
        let now = if self.total_supply > 0 { now } else { self.last_record };
        let pool = Pool {
            reserve_0: self.reserve_0.unsigned_abs(),
            reserve_1: self.reserve_1.unsigned_abs(),
            owed_0: self.owed_0.unsigned_abs(),
            owed_1: self.owed_1.unsigned_abs(),
            supply: self.total_supply.unsigned_abs(),
            opening_0: self.opening_0.unsigned_abs(),
            opening_1: self.opening_1.unsigned_abs(),
            opening_supply: self.opening_supply.unsigned_abs(),
            opening_ledger: self.opening_ledger,
            paused_until: self.paused_until,
            oracle: Oracle {
                log_price: self.log_price,
                latest: Checkpoint { time: now, cumulative: self.cumulative },
                older: Checkpoint { time: self.older_time, cumulative: self.older_cumulative },
                younger: Checkpoint {
                    time: self.younger_time,
                    cumulative: self.younger_cumulative,
                },
            },
            last_record: self.last_record,
        };
        let terms = Terms {
            token_0: self.token_0,
            token_1: self.token_1,
            fee_bps: self.fee_bps,
            treasury_bps: self.treasury_bps,
            band_bps: self.band_bps,
        };
        (terms, pool)
    }
}

/// Which token comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Zero,
    One,
}

impl Side {
    pub fn other(self) -> Side {
        match self {
            Side::Zero => Side::One,
            Side::One => Side::Zero,
        }
    }

    /// What belongs to tokens 0 and 1 as (this, the other); and back.
    pub fn facing<T>(self, of_0: T, of_1: T) -> (T, T) {
        match self {
            Side::Zero => (of_0, of_1),
            Side::One => (of_1, of_0),
        }
    }
}

impl Pool {
    /// The first call of a ledger that may change the reserves records the oracle and the opening,
    /// with the reserves as they still are. Until the first deposit there is nothing to record.
    pub fn record(&mut self, now: u64, ledger: u32) {
        if self.opening_ledger == ledger || self.supply == 0 {
            return;
        }
        let passed = ledger.saturating_sub(self.opening_ledger);
        self.oracle.advance(now, passed, self.log_price());
        self.open(ledger);
    }

    fn open(&mut self, ledger: u32) {
        self.opening_0 = self.reserve_0;
        self.opening_1 = self.reserve_1;
        self.opening_supply = self.supply;
        self.opening_ledger = ledger;
    }

    /// Whether swaps and deposits are allowed.
    pub fn check_open(&self, now: u64) -> Result<(), PoolError> {
        ensure(now >= self.paused_until, PoolError::Paused)
    }

    /// The reserves' log-price, `None` when one of them is 0.
    pub fn log_price(&self) -> Option<i32> {
        log2_ratio(self.reserve_1, self.reserve_0)
    }

    /// Mints into this pool; `now` and `ledger` begin its oracle when the deposit is its first.
    pub fn deposit(
        &mut self,
        desired_0: u128,
        desired_1: u128,
        now: u64,
        ledger: u32,
    ) -> Result<Deposit, PoolError> {
        let reserves = (self.reserve_0, self.reserve_1);
        let deposit = curve::deposit(reserves, self.supply, (desired_0, desired_1))?;
        self.reserve_0 = add(self.reserve_0, deposit.used_0, self.owed_0)?;
        self.reserve_1 = add(self.reserve_1, deposit.used_1, self.owed_1)?;
        let minted = deposit.shares.wrapping_add(deposit.locked); // far below 2¹²⁸, then checked
        self.supply = add(self.supply, minted, 0)?;
        if deposit.locked > 0 {
            self.open(ledger);
            self.oracle = Oracle::start(self.log_price().unwrap_or_default(), now);
        }
        Ok(deposit)
    }

    /// Burns `shares`, which are at most the supply.
    pub fn withdraw(&mut self, shares: u128) -> Result<Withdrawal, PoolError> {
        let withdrawal = curve::withdraw(
            (self.reserve_0, self.reserve_1),
            self.supply,
            (self.opening_0, self.opening_1),
            self.opening_supply,
            shares,
        )?;
        // The parts are of the reserves, and what stays owed was in the reserve before.
        self.reserve_0 =
            self.reserve_0.wrapping_sub(withdrawal.out_0).wrapping_sub(withdrawal.owed_0);
        self.reserve_1 =
            self.reserve_1.wrapping_sub(withdrawal.out_1).wrapping_sub(withdrawal.owed_1);
        self.owed_0 = self.owed_0.wrapping_add(withdrawal.owed_0);
        self.owed_1 = self.owed_1.wrapping_add(withdrawal.owed_1);
        self.burn(shares)?;
        self.last_record = self.oracle.latest.time;
        Ok(withdrawal)
    }

    pub fn burn(&mut self, shares: u128) -> Result<(), PoolError> {
        self.supply = self.supply.checked_sub(shares).ok_or(PoolError::Overflow)?;
        Ok(())
    }

    pub fn swap_exact_in(
        &mut self,
        terms: &Terms,
        side: Side,
        amount_in: u128,
    ) -> Result<Trade, PoolError> {
        self.swap(terms, side, |market| market.exact_in(amount_in))
    }

    pub fn swap_exact_out(
        &mut self,
        terms: &Terms,
        side: Side,
        amount_out: u128,
    ) -> Result<Trade, PoolError> {
        self.swap(terms, side, |market| market.exact_out(amount_out))
    }

    fn swap(
        &mut self,
        terms: &Terms,
        side: Side,
        price: impl FnOnce(&Market) -> Result<Trade, PoolError>,
    ) -> Result<Trade, PoolError> {
        // Without an opening price, after a clawback of all of a token, nothing is traded.
        let priced = self.opening_0 > 0 && self.opening_1 > 0;
        ensure(priced && self.reserve_0 > 0 && self.reserve_1 > 0, PoolError::EmptyPool)?;
        let before = if terms.band_bps > 0 { self.log_price() } else { None };
        self.face(side);
        let trade = price(&Market {
            reserve_in: self.reserve_0,
            reserve_out: self.reserve_1,
            opening_in: self.opening_0,
            opening_out: self.opening_1,
            fee_bps: terms.fee_bps,
            treasury_bps: terms.treasury_bps,
        })?;
        let kept = trade.amount_in.checked_sub(trade.owed_in).ok_or(PoolError::Overflow)?;
        let left = trade.amount_out.checked_add(trade.owed_out).ok_or(PoolError::Overflow)?;
        self.owed_0 = add(self.owed_0, trade.owed_in, self.reserve_0)?;
        self.reserve_0 = add(self.reserve_0, kept, self.owed_0)?;
        self.owed_1 = self.owed_1.checked_add(trade.owed_out).ok_or(PoolError::Overflow)?;
        self.reserve_1 = self.reserve_1.checked_sub(left).ok_or(PoolError::Overflow)?;
        self.face(side);
        self.check_band(terms.band_bps, before)?;
        self.last_record = self.oracle.latest.time;
        Ok(trade)
    }

    /// Exchanges the roles of the tokens when token 1 comes in, so that a swap is written once.
    /// The oracle keeps its direction.
    fn face(&mut self, side: Side) {
        if side == Side::One {
            core::mem::swap(&mut self.reserve_0, &mut self.reserve_1);
            core::mem::swap(&mut self.owed_0, &mut self.owed_1);
            core::mem::swap(&mut self.opening_0, &mut self.opening_1);
        }
    }

    /// A swap may leave the price within the band around the TWAP, or nearer to it than it was on
    /// the same side. Distances are logarithmic: TWAP ÷ (1 + band) … TWAP × (1 + band). No check
    /// while there is no TWAP or the pool was quiet for more than two windows.
    fn check_band(&self, band_bps: u32, before: Option<i32>) -> Result<(), PoolError> {
        let quiet = self.oracle.latest.time.saturating_sub(self.last_record);
        let (Some(before), Some((mean, _))) = (before, self.oracle.mean()) else {
            return Ok(());
        };
        if quiet > 2 * WINDOW {
            return Ok(());
        }
        let band = log2_ratio(BPS.saturating_add(band_bps.into()), BPS).unwrap_or_default();
        // A swap never empties a side.
        let after = self.log_price().unwrap_or(before).saturating_sub(mean);
        let before = before.saturating_sub(mean);
        let distance = after.unsigned_abs();
        let nearer = after.signum() == before.signum() && distance <= before.unsigned_abs();
        ensure(nearer || distance <= band.unsigned_abs(), PoolError::OutsideBand)
    }

    /// What the treasury is owed, which then it no longer is.
    pub fn collect(&mut self) -> (u128, u128) {
        (core::mem::take(&mut self.owed_0), core::mem::take(&mut self.owed_1))
    }

    /// After a clawback, brings the books down to the balances, providers and treasury losing in
    /// proportion. Returns whether it did.
    pub fn settle_loss(&mut self, balance_0: u128, balance_1: u128) -> Result<bool, PoolError> {
        let loss_0 = settle_loss(&mut self.reserve_0, &mut self.owed_0, balance_0)?;
        let loss_1 = settle_loss(&mut self.reserve_1, &mut self.owed_1, balance_1)?;
        Ok(loss_0 || loss_1)
    }

    /// Brings the books to the balances, up or down.
    pub fn sync(&mut self, balance_0: u128, balance_1: u128) -> Result<(), PoolError> {
        ensure(self.supply > 0, PoolError::EmptyPool)?;
        self.settle_loss(balance_0, balance_1)?;
        self.reserve_0 = balance_0.checked_sub(self.owed_0).ok_or(PoolError::Deficit)?;
        self.reserve_1 = balance_1.checked_sub(self.owed_1).ok_or(PoolError::Deficit)?;
        Ok(())
    }

    /// What `balance` of the token that comes in has above the books.
    pub fn received(&self, side: Side, balance: u128) -> Result<u128, PoolError> {
        let (reserve, owed) = match side {
            Side::Zero => (self.reserve_0, self.owed_0),
            Side::One => (self.reserve_1, self.owed_1),
        };
        let booked = reserve.checked_add(owed).ok_or(PoolError::Overflow)?;
        balance.checked_sub(booked).ok_or(PoolError::Deficit)
    }
}

/// owed' = ⌊owed × balance ÷ (reserve + owed)⌋, reserve' = balance − owed': the rounding is the
/// providers' gain.
fn settle_loss(reserve: &mut u128, owed: &mut u128, balance: u128) -> Result<bool, PoolError> {
    let booked = reserve.checked_add(*owed).ok_or(PoolError::Overflow)?;
    if balance >= booked {
        return Ok(false);
    }
    *owed = mul_div_floor(*owed, balance, booked).ok_or(PoolError::Overflow)?;
    *reserve = balance.checked_sub(*owed).ok_or(PoolError::Overflow)?;
    Ok(true)
}

/// `base + more`, when together with `beside` that is an amount that a token can hold.
fn add(base: u128, more: u128, beside: u128) -> Result<u128, PoolError> {
    let sum = base.checked_add(more).ok_or(PoolError::Overflow)?;
    let whole = sum.checked_add(beside).ok_or(PoolError::Overflow)?;
    ensure(whole <= MAX_AMOUNT, PoolError::Overflow)?;
    Ok(sum)
}
