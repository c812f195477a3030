//! A limit over time: a bucket that holds `capacity`, refills by as much in a `period`, and starts full.
//! In any span of time no more is taken than one capacity and the refill of the span. Pure: no `Env`.

use tributary_common::math::mul_div_floor;

/// How full it was when, in whatever unit its owner counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    pub level: u128,
    pub at: u64,
}

/// What a bucket holds at most, and in how many seconds it refills by that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub capacity: u128,
    pub period: u64,
}

impl Bucket {
    pub fn full(now: u64) -> Bucket {
        Bucket { level: u128::MAX, at: now }
    }

    /// The level at `now`, rounded down, and never above the capacity, which may have changed.
    pub fn level(&self, size: Size, now: u64) -> u128 {
        let passed = now.saturating_sub(self.at).min(size.period);
        let refill = mul_div_floor(size.capacity, passed.into(), size.period.into());
        self.level.saturating_add(refill.unwrap_or_default()).min(size.capacity)
    }

    /// Takes `amount`, if that much is there.
    pub fn take(&mut self, amount: u128, size: Size, now: u64) -> Option<()> {
        *self = Bucket { level: self.level(size, now).checked_sub(amount)?, at: now };
        Some(())
    }
}
