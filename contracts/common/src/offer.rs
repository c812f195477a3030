//! The rules of an offer, on one loaded into memory. The market executes them; whoever plans with offers
//! (router) follows them from an `Offer`.

use soroban_sdk::{symbol_short, Address, Env};

use crate::{
    ask, ensure,
    interfaces::{
        offers::{Dutch, Offer, OfferPrice, OfferTerms, OffersError, Peg},
        pool::PoolState,
    },
    math::{mul_div_ceil, mul_div_floor, BPS},
    pool::{curve::MINIMUM_LIQUIDITY, oracle::WINDOW, Side},
    price::{Fraction, Price},
};

/// Seconds since its last record after which a pool's price is no price.
const MAX_AGE: u64 = 2 * WINDOW;

/// What a fill moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    /// By the taker, rounded up.
    pub paid: i128,
    /// By the taker, after the fee.
    pub received: i128,
}

impl Offer {
    /// Whether `taker` may fill at all.
    pub fn check_taker(&self, taker: &Address) -> Result<(), OffersError> {
        let foreign = self.terms.taker.as_ref().is_some_and(|only| only != taker);
        ensure(!foreign, OffersError::ForeignTaker)
    }

    pub fn check_open(&self, time: u64) -> Result<(), OffersError> {
        ensure(self.remaining > 0, OffersError::OfferClosed)?;
        ensure(time <= self.terms.expires_at, OffersError::OfferExpired)
    }

    /// Takes `amount` at `price`.
    ///
    /// The payment is ⌈amount × price⌉, the maker's gain; the fee ⌈amount × fee⌉ of the sold token, the
    /// network's. What remains is nothing or at least `min_fill`.
    pub fn take(&mut self, amount: i128, price: Fraction) -> Result<Trade, OffersError> {
        ensure(amount > 0, OffersError::InvalidAmount)?;
        let rest = self.remaining.checked_sub(amount).filter(|rest| *rest >= 0);
        let rest = rest.ok_or(OffersError::InsufficientRemaining)?;
        let min_fill = self.terms.min_fill;
        ensure(amount >= min_fill, OffersError::BelowMinimum)?;
        ensure(rest == 0 || rest >= min_fill, OffersError::LeavesDust)?;

        let gross = amount.unsigned_abs();
        let paid = price.cost(gross).and_then(|paid| i128::try_from(paid).ok());
        let fee = mul_div_ceil(gross, self.fee_bps.into(), BPS).ok_or(OffersError::Overflow)?;
        let received = i128::try_from(fee).ok().and_then(|fee| amount.checked_sub(fee));
        let received = received.filter(|received| *received > 0);
        self.remaining = rest;
        Ok(Trade {
            paid: paid.ok_or(OffersError::Overflow)?,
            received: received.ok_or(OffersError::AmountTooSmall)?,
        })
    }

    /// The most that can be taken for a payment of at most `payment`; 0 when nothing can.
    pub fn most(&self, payment: u128, price: Fraction) -> i128 {
        let bought = price.bought(payment).and_then(|bought| i128::try_from(bought).ok());
        let (min_fill, remaining) = (self.terms.min_fill, self.remaining);
        let most = bought.unwrap_or(i128::MAX).min(remaining);
        let whole = remaining.saturating_sub(min_fill); // what leaves `min_fill`
        let most = if most < remaining { most.min(whole) } else { most };
        if most >= min_fill {
            most
        } else {
            0
        }
    }
}

/// The price at `time`; of a pegged offer the price in this ledger, whatever the time.
pub fn price_at(env: &Env, terms: &OfferTerms, time: u64) -> Result<Fraction, OffersError> {
    match &terms.price {
        OfferPrice::Fixed(price) => Ok(*price),
        OfferPrice::Dutch(dutch) => Ok(falling(dutch, time)),
        OfferPrice::Pegged(peg) => pegged(env, &terms.sell_token, peg),
    }
}

/// start − ⌊(start − end) × (time − since) ÷ (until − since)⌋ over the denominator: exact at both ends,
/// the rounding in between is the maker's gain.
#[inline(never)]
pub fn falling(dutch: &Dutch, time: u64) -> Fraction {
    let Dutch { start, end, den, since, until } = *dutch;
    let passed = time.clamp(since, until).saturating_sub(since);
    let whole = until.saturating_sub(since);
    // At most start − end, since no more than the whole time has passed.
    let range = start.saturating_sub(end).unsigned_abs();
    let fallen = mul_div_floor(range, passed.into(), whole.into()).unwrap_or_default();
    Fraction { num: start.saturating_sub_unsigned(fallen), den }
}

/// The highest of the pool's TWAP, price and opening price, × (1 + spread), but at least the limit.
///
/// Whoever moves the pool's price inside a ledger does not move what it opened with, and over a few
/// ledgers hardly the TWAP: so it can be pushed up, which the taker's own limit is for, but not down.
#[inline(never)]
fn pegged(env: &Env, sell_token: &Address, peg: &Peg) -> Result<Fraction, OffersError> {
    let now = env.ledger().timestamp();
    let (pair, pool) = ask::<PoolState>(env, &peg.pool, symbol_short!("state")).open(now);
    let side = pair.side(sell_token).map_err(|_| OffersError::WrongPool)?;
    let priced = |reserve_0, reserve_1| {
        let (sold, bought) = side.facing(reserve_0, reserve_1);
        ensure(sold >= peg.min_reserve.unsigned_abs(), OffersError::PoolEmpty)?;
        Fraction::new(bought, sold).ok_or(OffersError::PoolEmpty)
    };
    let owned = pool.supply > MINIMUM_LIQUIDITY && pool.opening_supply > MINIMUM_LIQUIDITY;
    ensure(owned, OffersError::PoolEmpty)?;
    let spot = priced(pool.reserve_0, pool.reserve_1)?;
    let opening = priced(pool.opening_0, pool.opening_1)?;
    let (mean, _) = pool.oracle.mean().ok_or(OffersError::PoolTooYoung)?;
    // A price at which nobody could trade is none either.
    let open = pool.check_open(pool.oracle.older.time);
    open.map_err(|_| OffersError::PoolPaused)?;
    ensure(now.saturating_sub(pool.last_record) <= MAX_AGE, OffersError::PoolStale)?;
    let mean = match side {
        Side::Zero => mean,
        Side::One => mean.saturating_neg(),
    };
    let best = Fraction::from(Price::from_log2(mean)).max(spot).max(opening);
    let raised = best.raised(BPS.saturating_add(peg.spread_bps.into()), BPS);
    Ok(raised.ok_or(OffersError::Overflow)?.max(peg.limit))
}
