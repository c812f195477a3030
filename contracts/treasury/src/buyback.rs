//! The rule by which anyone may let the treasury sell for TFT. Every clause of it stands here, in the order
//! in which it is checked; docs/treasury.md says what each is for.

use soroban_sdk::{token::TokenClient, Address, Env};
use tributary_common::{
    ensure,
    interfaces::{
        pool::PoolClient,
        treasury::{Books, Policy, TreasuryError},
    },
    math::{mul_div_ceil, mul_div_floor, BPS},
    price::{Fraction, Price},
};

use crate::{
    books::{less, plus, settled},
    bucket::{Bucket, Size},
    event::Bought,
    gauge::{self, Gauge},
    policy::named,
    storage,
};

/// Seconds between two buybacks in one pool.
pub const INTERVAL_SECONDS: u64 = 5 * 60;
/// Of a pool's reserve, what one buyback sells at most, basis points; less where the pool's fee is less.
pub const MAX_CALL_BPS: u32 = 25;
/// Seconds in which that refills: 1.75 % in 24 hours, which with the first 0.25 % makes 2 %.
pub const ROOM_SECONDS: u64 = 12_343;
/// Parts in which fractions of a reserve, and of a protected book, are counted.
pub const PARTS: u128 = 1_000_000_000_000;
/// A budget holds an hour's worth of the policy's daily part, …
const HOUR: u64 = 60 * 60;
/// … which is a 24th of it: 10 000 × 24.
const HOURLY_BPS: u128 = 240_000;

/// Of a pool's reserve, what buybacks sell.
const ROOM: Size = Size { capacity: PARTS / 400, period: ROOM_SECONDS };

/// What buybacks may sell of a token, by its operating book.
pub fn budget_size(policy: &Policy, operating: i128) -> Size {
    let daily = mul_div_floor(operating.unsigned_abs(), policy.budget_bps.into(), HOURLY_BPS);
    Size { capacity: daily.unwrap_or_default(), period: HOUR }
}

pub fn execute(
    env: &Env,
    token: &Address,
    amount: i128,
    pool: &Address,
) -> Result<i128, TreasuryError> {
    ensure(amount > 0, TreasuryError::InvalidAmount)?;
    let sold = amount.unsigned_abs();
    let (now, this) = (env.ledger().timestamp(), env.current_contract_address());
    let (tft, policy) = (storage::config(env).tft, storage::policy(env));
    let named = named(&policy, pool)?;
    let gauge = Gauge::read(env, &tft, pool)?;
    ensure(gauge.token() == token, TreasuryError::WrongPool)?;

    // The pool: deep and old, with a price that held, and not just used.
    let mut watch = storage::watch(env, pool)?;
    let means = gauge.check_trusted(&named, &watch, now)?;
    let waited = now.saturating_sub(watch.last_buyback);
    ensure(waited >= INTERVAL_SECONDS, TreasuryError::TooSoon)?;
    gauge.check_spot()?;

    // How much.
    let [(_, current), (_, opening)] = gauge.reserves();
    let reserve = current.min(opening);
    let call_bps = gauge.terms.fee_bps.min(MAX_CALL_BPS);
    let most = mul_div_floor(reserve, call_bps.into(), BPS).unwrap_or_default();
    ensure(sold <= most, TreasuryError::OverCallLimit)?;
    let part = mul_div_ceil(sold, PARTS, reserve).ok_or(TreasuryError::Overflow)?;
    let mut room = Bucket { level: watch.room.unsigned_abs(), at: watch.last_buyback };
    let left = mul_div_floor(room.level(ROOM, now), reserve, PARTS).unwrap_or_default();
    room.take(part, ROOM, now).ok_or(TreasuryError::OverDailyLimit)?;
    let (mut books, _) = settled(env, token)?;
    let (tft_books, _) = settled(env, &tft)?;
    let mut budget = storage::budget(env, token);
    let size = budget_size(&policy, books.operating);
    let most = most.min(left).min(budget.level(size, now));
    budget.take(sold, size, now).ok_or(TreasuryError::OverBudget)?;
    // Whoever sold crumbs would keep others away for five minutes.
    ensure(sold.saturating_mul(4) >= most, TreasuryError::BelowQuarter)?;
    // A budget is a small part of the book.
    books.operating = less(books.operating, amount).ok_or(TreasuryError::InsufficientOperating)?;

    watch.last_buyback = now;
    watch.room = room.level.cast_signed(); // at most the bucket's capacity
    gauge::note(&mut watch, now, gauge.pool.oracle.latest.cumulative);
    storage::set_watch(env, pool, &watch);
    storage::set_budget(env, token, budget);
    storage::set_books(env, token, &books);

    TokenClient::new(env, token).transfer(&this, pool, &amount);
    let bought = PoolClient::new(env, pool).swap_received(token, &0, &this, &now);
    let most = Fraction::from(Price::from_log2(means.short.min(means.long)));
    check_price(sold, bought, gauge.terms.fee_bps, most, policy.premium_bps)?;
    let Shares { burned, protection, stakers, liquidity } = divide(&policy, bought);
    let tft_books = Books {
        operating: tft_books.operating,
        protection: plus(tft_books.protection, protection)?,
        liquidity: plus(tft_books.liquidity, liquidity)?,
        stakers: plus(tft_books.stakers, stakers)?,
    };
    storage::set_books(env, &tft, &tft_books);
    if burned > 0 {
        TokenClient::new(env, &tft).burn(&this, &burned);
    }
    let (token, pool) = (token.clone(), pool.clone());
    Bought { token, pool, amount, bought, burned, protection, stakers, liquidity }.publish(env);
    Ok(bought)
}

/// (amount − pool fee) ÷ TFT received ≤ the lower mean × (1 + premium).
fn check_price(
    sold: u128,
    bought: i128,
    fee_bps: u32,
    mean: Fraction,
    premium_bps: u32,
) -> Result<(), TreasuryError> {
    let fee = mul_div_ceil(sold, fee_bps.into(), BPS).ok_or(TreasuryError::Overflow)?;
    let price = Fraction::new(sold.saturating_sub(fee), bought.unsigned_abs());
    let most = mean.raised(BPS.saturating_add(premium_bps.into()), BPS);
    let (price, most) = price.zip(most).ok_or(TreasuryError::Overflow)?;
    ensure(!price.exceeds(&most), TreasuryError::PriceTooHigh)
}

/// What becomes of what was bought.
struct Shares {
    burned: i128,
    protection: i128,
    stakers: i128,
    liquidity: i128,
}

/// As the policy says, each part rounded down but the protected one, which takes the rest.
fn divide(policy: &Policy, bought: i128) -> Shares {
    let part = |bps: u32| {
        let part = mul_div_floor(bought.unsigned_abs(), bps.into(), BPS);
        part.unwrap_or_default().cast_signed() // of what is an amount
    };
    let burned = part(policy.burn_bps);
    let (stakers, liquidity) = (part(policy.stakers_bps), part(policy.liquidity_bps));
    let others = burned.saturating_add(stakers).saturating_add(liquidity);
    Shares { burned, protection: bought.saturating_sub(others), stakers, liquidity }
}
