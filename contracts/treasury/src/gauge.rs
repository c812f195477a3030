//! Whether a pool's price can be trusted: the treasury trades only where it held for a day.

use soroban_sdk::{symbol_short, Address, Env};
use tributary_common::{
    ask, ensure,
    interfaces::{
        pool::PoolState,
        treasury::{PolicyPool, TreasuryError, Watch},
    },
    pool::{oracle::WINDOW, Pool, Side, Terms},
    price::{log2_ratio, Fraction},
};

/// Seconds since it was first observed before a pool is used.
pub const AGE_SECONDS: u64 = 7 * DAY;
const DAY: u64 = 24 * 60 * 60;
/// Seconds since its last record after which a pool's TWAP is stale.
const MAX_QUIET: u64 = 2 * WINDOW;
/// The long mean covers no less than this, …
const LONG_WINDOW: u64 = DAY;
/// … and no more than this.
const MAX_SPAN: u64 = 3 * DAY;

/// A pool as it stands in this ledger, and on which side it has TFT.
pub struct Gauge {
    pub terms: Terms,
    pub pool: Pool,
    pub tft: Side,
}

/// The mean log-prices of TFT in the other token.
pub struct Means {
    /// The pool's TWAP.
    pub short: i32,
    /// Over 24 to 72 hours, from the treasury's own observations.
    pub long: i32,
}

impl Gauge {
    /// What the pool tells of itself; it must trade TFT.
    #[inline(never)]
    pub fn read(env: &Env, tft: &Address, pool: &Address) -> Result<Gauge, TreasuryError> {
        let state = ask::<PoolState>(env, pool, symbol_short!("state"));
        let (terms, pool) = state.open(env.ledger().timestamp());
        let tft = terms.side(tft).map_err(|_| TreasuryError::WrongPool)?;
        Ok(Gauge { terms, pool, tft })
    }

    /// What TFT is traded against.
    pub fn token(&self) -> &Address {
        self.terms.token_out(self.tft)
    }

    /// (TFT, the other token), as the reserves are now and as the ledger opened.
    pub fn reserves(&self) -> [(u128, u128); 2] {
        let pool = &self.pool;
        [(pool.reserve_0, pool.reserve_1), (pool.opening_0, pool.opening_1)]
            .map(|(of_0, of_1)| self.tft.facing(of_0, of_1))
    }

    /// Whether the treasury may trade here: deep now and when the ledger opened, open to everybody for as
    /// long as its TWAP goes back, and long observed. Returns what the price was in the mean.
    #[inline(never)]
    pub fn check_trusted(
        &self,
        named: &PolicyPool,
        watch: &Watch,
        now: u64,
    ) -> Result<Means, TreasuryError> {
        let deep = self.reserves().into_iter().all(|reserves| is_deep(reserves, named));
        ensure(deep, TreasuryError::PoolTooShallow)?;
        let oracle = &self.pool.oracle;
        let (short, _) = oracle.mean().ok_or(TreasuryError::TwapTooYoung)?;
        let open = self.pool.check_open(oracle.older.time);
        open.map_err(|_| TreasuryError::PoolPaused)?;
        let quiet = now.saturating_sub(self.pool.last_record);
        ensure(quiet <= MAX_QUIET, TreasuryError::TwapStale)?;
        let long = long_mean(watch, now, oracle.latest.cumulative)?;
        ensure(now.saturating_sub(watch.since) >= AGE_SECONDS, TreasuryError::PoolTooYoung)?;
        Ok(match self.tft {
            Side::Zero => Means { short, long },
            Side::One => Means { short: short.saturating_neg(), long: long.saturating_neg() },
        })
    }

    /// Notes the price. While a pool is shallow its price costs nothing to move, so the long mean begins
    /// anew: judged by what the ledger opened with, which nobody changes for a moment.
    pub fn observe(&self, watch: &mut Watch, named: Option<&PolicyPool>, now: u64) {
        let [_, opening] = self.reserves();
        if named.is_some_and(|named| !is_deep(opening, named)) {
            self.restart(watch, now);
        }
        note(watch, now, self.pool.oracle.latest.cumulative);
    }

    /// Begins the long mean anew.
    pub fn restart(&self, watch: &mut Watch, now: u64) {
        let cumulative = self.pool.oracle.latest.cumulative;
        (watch.older_time, watch.older_cumulative) = (now, cumulative);
        (watch.younger_time, watch.younger_cumulative) = (now, cumulative);
    }

    /// What is noted of a pool that is observed for the first time.
    pub fn first(&self, now: u64) -> Watch {
        let cumulative = self.pool.oracle.latest.cumulative;
        Watch {
            since: now,
            older_time: now,
            older_cumulative: cumulative,
            younger_time: now,
            younger_cumulative: cumulative,
            last_buyback: 0,
            room: 0,
        }
    }

    /// Whether nobody is pushing TFT up in this very ledger: no more than 0.1 % above the opening.
    pub fn check_spot(&self) -> Result<(), TreasuryError> {
        let [now, opening] = self.reserves().map(|(tft, token)| Fraction::new(token, tft));
        let (now, opening) = now.zip(opening).ok_or(TreasuryError::PoolTooShallow)?;
        let most = opening.raised(10_010, 10_000).ok_or(TreasuryError::Overflow)?;
        ensure(!now.exceeds(&most), TreasuryError::PriceMoved)
    }

    /// Whether the price, and what the ledger opened with, are within 0.5 % of both means, either way.
    pub fn check_near(&self, means: &Means) -> Result<(), TreasuryError> {
        for price in self.prices() {
            let price = price.ok_or(TreasuryError::PoolTooShallow)?;
            let right = near(price, means.short) && near(price, means.long);
            ensure(right, TreasuryError::PriceOffMean)?;
        }
        Ok(())
    }

    /// Whether the price is within 0.5 % of what the ledger opened with: else the pool would withhold from who
    /// leaves, and pay it to its treasury as income. Without a price nothing is withheld.
    pub fn check_calm(&self) -> Result<(), TreasuryError> {
        let [now, opening] = self.prices();
        let calm = now.zip(opening).is_none_or(|(now, opening)| near(now, opening));
        ensure(calm, TreasuryError::PriceMoved)
    }

    /// The log-prices of TFT in the other token, now and as the ledger opened.
    #[inline(never)]
    fn prices(&self) -> [Option<i32>; 2] {
        self.reserves().map(|(tft, token)| log2_ratio(token, tft))
    }
}

/// Whether two log-prices are within 0.5 %.
fn near(price: i32, other: i32) -> bool {
    let most = log2_ratio(10_050, 10_000).unwrap_or_default();
    price.abs_diff(other) <= most.unsigned_abs()
}

/// Whether reserves of (TFT, the other token) are at least the policy's minima.
fn is_deep((tft, token): (u128, u128), named: &PolicyPool) -> bool {
    tft >= named.min_tft.unsigned_abs() && token >= named.min_token.unsigned_abs()
}

/// Notes where the pool's sum of log-prices is now, once the younger note is 24 hours old.
pub fn note(watch: &mut Watch, now: u64, cumulative: i128) {
    if now.saturating_sub(watch.younger_time) >= LONG_WINDOW {
        (watch.older_time, watch.older_cumulative) = (watch.younger_time, watch.younger_cumulative);
        (watch.younger_time, watch.younger_cumulative) = (now, cumulative);
    }
}

/// The mean since the younger note that is 24 hours old, of token 0 in token 1, rounded down.
fn long_mean(watch: &Watch, now: u64, cumulative: i128) -> Result<i32, TreasuryError> {
    let younger = now.saturating_sub(watch.younger_time) >= LONG_WINDOW;
    let (time, from) = if younger {
        (watch.younger_time, watch.younger_cumulative)
    } else {
        (watch.older_time, watch.older_cumulative)
    };
    let span = now.saturating_sub(time);
    ensure(span >= LONG_WINDOW, TreasuryError::MeanTooYoung)?;
    ensure(span <= MAX_SPAN, TreasuryError::MeanStale)?;
    // A mean of log-prices, each of which is an `i32`.
    let mean = cumulative.wrapping_sub(from).checked_div_euclid(span.into());
    mean.and_then(|mean| i32::try_from(mean).ok()).ok_or(TreasuryError::Overflow)
}
