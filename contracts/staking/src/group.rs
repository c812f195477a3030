//! Stakes that share what they earn and lose: those of a validator, and those with no validator. Pure: no
//! `Env`.
//!
//! A stake is a number of shares of the group's, so that a slash, and a payment, is the same work whatever the
//! number of stakers. Every rounding is the gain of those who stay.

use tributary_common::math::{mul_div_ceil, mul_div_floor, mul_shift_floor, BPS};

use crate::stream::{Stream, SCALE_BITS};

/// What a unit of stake counts for with no validator: half, …
pub const UNDELEGATED: u128 = 1;
/// … of what it counts for with one.
pub const DELEGATED: u128 = 2;

/// An amount that is held in shares.
#[derive(Default)]
pub struct Shared {
    pub amount: u128,
    pub shares: u128,
}

impl Shared {
    /// What `shares` are worth, rounded down.
    pub fn worth(&self, shares: u128) -> u128 {
        mul_div_floor(shares, self.amount, self.shares).unwrap_or_default()
    }

    /// Adds `amount`; the shares that it is, rounded down.
    pub fn add(&mut self, amount: u128) -> Option<u128> {
        let shares = match self.shares {
            0 => amount,
            shares => mul_div_floor(amount, shares, self.amount)?,
        };
        self.amount = self.amount.checked_add(amount)?;
        self.shares = self.shares.checked_add(shares)?;
        Some(shares)
    }

    /// Takes `shares` out; what they were worth.
    pub fn take(&mut self, shares: u128) -> u128 {
        let amount = self.worth(shares);
        self.amount = self.amount.saturating_sub(amount);
        self.shares = self.shares.saturating_sub(shares);
        amount
    }

    /// Takes a part of everybody's, rounded down; what it took.
    pub fn slash(&mut self, bps: u32) -> u128 {
        let slashed = mul_div_floor(self.amount, bps.into(), BPS).unwrap_or_default();
        self.amount = self.amount.saturating_sub(slashed);
        slashed
    }
}

/// An amount for everyone: inside none is above `i128::MAX`.
pub fn signed(amount: u128) -> i128 {
    i128::try_from(amount).unwrap_or(i128::MAX)
}

/// The part of `amount` that a slash takes of who leaves before it, rounded up.
pub fn part_of(amount: u128, bps: u32) -> u128 {
    mul_div_ceil(amount, bps.into(), BPS).unwrap_or(amount)
}

pub struct Group {
    pub stake: Shared,
    /// The sum of the weights of its positions, which count shares.
    pub weight: u128,
    /// What it counts for in the stream.
    pub counted: u128,
    /// The stream's index up to which the group was paid.
    pub paid: u128,
    /// What each unit of `weight` has earned since the beginning, times 2⁹².
    pub per_weight: u128,
}

impl Group {
    pub fn new(stream: &Stream) -> Group {
        let paid = stream.per_weight;
        Group { stake: Shared::default(), weight: 0, counted: 0, paid, per_weight: 0 }
    }

    /// Shares out what the group has earned since it was settled last; returns the commission, rounded down.
    pub fn settle(&mut self, stream: &Stream, commission_bps: u32) -> u128 {
        let earned = stream.per_weight.saturating_sub(self.paid);
        self.paid = stream.per_weight;
        if self.weight == 0 {
            return 0;
        }
        let earned = mul_div_floor(earned, self.counted, self.weight).unwrap_or(u128::MAX);
        let commission = mul_div_floor(earned, commission_bps.into(), BPS).unwrap_or_default();
        self.per_weight = self.per_weight.saturating_add(earned.saturating_sub(commission));
        mul_shift_floor(commission, self.weight, SCALE_BITS).unwrap_or_default()
    }

    /// Has the stream count what the group's positions weigh now, `factor` for each unit of stake, rounded
    /// down.
    pub fn recount(&mut self, stream: &mut Stream, factor: u128) -> Option<()> {
        let weight = match self.stake.shares {
            0 => 0,
            shares => mul_div_floor(self.weight, self.stake.amount, shares)?,
        };
        let counted = weight.checked_mul(factor)?;
        stream.weight = stream.weight.checked_sub(self.counted)?.checked_add(counted)?;
        self.counted = counted;
        Some(())
    }
}
