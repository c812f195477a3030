//! Income over time, and by weight. Pure: no `Env`.
//!
//! What is notified is paid out evenly over a week. An index counts what one unit of weight has earned since
//! the beginning, so that no payment has to visit a staker (B. Batog, L. Boca, N. Johnson, *Scalable reward
//! distribution on the Ethereum blockchain*, 2018).

use tributary_common::math::{mul_div_floor, mul_shift_ceil};

/// Seconds over which an amount is paid out.
pub const PERIOD: u64 = 7 * 24 * 60 * 60;
/// Indexes count parts of a unit, 2⁻⁹²: a weight of all TFT that there is loses less than a unit in each
/// rounding.
pub const SCALE_BITS: u32 = 92;

pub struct Stream {
    /// What all stakes count for.
    pub weight: u128,
    /// Earned by each unit of weight since the beginning, times 2⁹². It ends at the type's largest value,
    /// rather than make anyone's exit fail.
    pub per_weight: u128,
    /// What is still to be earned …
    pub remaining: u128,
    /// … until then.
    pub ends_at: u64,
    pub updated_at: u64,
}

impl Stream {
    /// Pays out up to `now`. Where nothing is staked the time does not count: the end moves on by it. What
    /// rounding leaves stays to be earned.
    pub fn accrue(&mut self, now: u64) {
        let passed = now.saturating_sub(self.updated_at);
        let left = self.ends_at.saturating_sub(self.updated_at);
        self.updated_at = now;
        if passed == 0 || self.remaining == 0 {
            return;
        }
        if self.weight == 0 {
            self.ends_at = now.saturating_add(left);
            return;
        }
        let due = if passed >= left {
            self.remaining
        } else {
            // A part of what remains.
            mul_div_floor(self.remaining, passed.into(), left.into()).unwrap_or_default()
        };
        let earned = mul_div_floor(due, 1 << SCALE_BITS, self.weight).unwrap_or(u128::MAX);
        let earned = earned.min(u128::MAX.saturating_sub(self.per_weight));
        // At most what is due, since `earned` was rounded down.
        let paid = mul_shift_ceil(earned, self.weight, SCALE_BITS).unwrap_or(due);
        self.per_weight = self.per_weight.saturating_add(earned);
        self.remaining = self.remaining.saturating_sub(paid);
    }

    /// Adds `amount`. The new end is the mean of the old one and a week ahead, weighted by the amounts, rounded
    /// down: dust does not move it, however often it comes.
    pub fn add(&mut self, amount: u128, now: u64) -> Option<()> {
        let total = self.remaining.checked_add(amount)?;
        let left = self.ends_at.saturating_sub(now).min(PERIOD);
        // left + (PERIOD − left) × amount ÷ total
        let more = PERIOD.saturating_sub(left);
        let more = u64::try_from(mul_div_floor(more.into(), amount, total)?).ok()?;
        self.remaining = total;
        self.ends_at = now.saturating_add(left.saturating_add(more));
        Some(())
    }
}
