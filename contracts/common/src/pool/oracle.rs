//! The pool's price oracle: a time-weighted geometric mean in constant storage.
//!
//! It sums log₂(price) × seconds (the geometric mean of Uniswap v3, whitepaper §5.2), so that one
//! number serves both directions at any decimals. The price that counts for an interval is the one
//! before the trade that ends it, and it moves by a bounded step: one manipulated ledger, or one
//! push after a quiet hour, moves it little.
//!
//! Two checkpoints make the mean cover between one and two windows up to now. Pure: no `Env`.

/// The oracle's window, seconds.
pub const WINDOW: u64 = 1_800;

/// How far the recorded price moves per ledger passed: ⌊log₂(1.002) × 2²⁴⌋, 0.2 %.
const STEP_PER_LEDGER: u32 = 48_360;
/// How far the recorded price moves in one record: ⌊log₂(1.2) × 2²⁴⌋, 20 %.
pub const STEP_PER_RECORD: u32 = 4_412_985;

/// A point of the sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    pub time: u64,
    pub cumulative: i128,
}

/// Log-prices are log₂(token 1 per token 0) × 2²⁴.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Oracle {
    /// The price as last recorded.
    pub log_price: i32,
    /// When it was, and the sum up to then.
    pub latest: Checkpoint,
    /// Where the mean begins.
    pub older: Checkpoint,
    /// Where it will begin once this is one window old.
    pub younger: Checkpoint,
}

impl Oracle {
    /// The first price of a pool.
    pub fn start(log_price: i32, now: u64) -> Oracle {
        let birth = Checkpoint { time: now, cumulative: 0 };
        Oracle { log_price, latest: birth, older: birth, younger: birth }
    }

    /// Moves to `now`, `ledgers` after the last record, during which the pool's price was `spot`
    /// (`None` leaves the recorded price where it is).
    pub fn advance(&mut self, now: u64, ledgers: u32, spot: Option<i32>) {
        let step = STEP_PER_LEDGER.saturating_mul(ledgers).min(STEP_PER_RECORD);
        if let Some(spot) = spot {
            let least = self.log_price.saturating_sub_unsigned(step);
            let most = self.log_price.saturating_add_unsigned(step);
            self.log_price = spot.clamp(least, most);
        }
        let quiet = now.saturating_sub(self.latest.time);
        let since = now.saturating_sub(self.younger.time);
        self.latest = Checkpoint {
            time: now,
            cumulative: self.latest.cumulative.wrapping_add(self.weight(quiet)),
        };
        // Since the last record the price was constant, so any checkpoint in between is exact.
        if quiet >= WINDOW {
            self.older = self.before_latest(WINDOW);
            self.younger = self.latest;
        } else if since >= WINDOW {
            self.older = self.younger;
            self.younger = self.before_latest(since.wrapping_sub(WINDOW)); // just checked
        }
    }

    /// The mean log-price up to the latest record, rounded down, and the seconds that it covers:
    /// between one window and two. `None` before one window has passed.
    pub fn mean(&self) -> Option<(i32, u64)> {
        let span = self.latest.time.saturating_sub(self.older.time);
        if span < WINDOW {
            return None;
        }
        // Below 2³¹ × two windows.
        let sum = self.latest.cumulative.wrapping_sub(self.older.cumulative);
        let mean = i64::try_from(sum).ok()?.checked_div_euclid(i64::try_from(span).ok()?)?;
        Some((i32::try_from(mean).ok()?, span))
    }

    fn before_latest(&self, seconds: u64) -> Checkpoint {
        Checkpoint {
            time: self.latest.time.saturating_sub(seconds),
            cumulative: self.latest.cumulative.wrapping_sub(self.weight(seconds)),
        }
    }

    /// |log-price| ≤ 2³¹ and seconds < 2⁶⁴: the product stays below 2⁹⁶.
    fn weight(&self, seconds: u64) -> i128 {
        i128::from(self.log_price).wrapping_mul(seconds.into())
    }
}
