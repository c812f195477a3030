//! One stake of an owner: where it is, its lock, its weight, what it has earned. Pure: no `Env`.

use soroban_sdk::Address;
use tributary_common::{interfaces::staking::Place, math::mul_shift_floor};

use crate::{group::Group, stream::SCALE_BITS};

/// Seconds of the longest lock: 4 years of 365 days.
pub const MAX_LOCK: u64 = 4 * 365 * 24 * 60 * 60;
/// Seconds that a stake takes to leave a validator.
pub const UNBONDING_SECONDS: u64 = 28 * 24 * 60 * 60;
/// What the longest lock adds to a weight, in multiples of it.
const BONUS: u64 = 3;

pub struct Position {
    pub place: Place,
    pub validator: Address,
    /// Of the group it is in, or of what is unbonding from its validator.
    pub shares: u128,
    /// What the group counts for it.
    pub weight: u128,
    /// The group's index up to which it was paid.
    pub paid: u128,
    pub earned: u128,
    pub lock: u64,
    pub lock_end: u64,
    pub unbonding_end: u64,
    pub slash: u32,
    pub withheld: u128,
}

impl Position {
    pub fn new(nobody: Address, lock: u64, now: u64) -> Position {
        Position {
            place: Place::Unstaked,
            validator: nobody,
            shares: 0,
            weight: 0,
            paid: 0,
            earned: 0,
            lock,
            lock_end: now.saturating_add(lock),
            unbonding_end: 0,
            slash: 0,
            withheld: 0,
        }
    }

    /// Takes what it has earned in its group, rounded down.
    pub fn settle(&mut self, group: &Group) {
        let passed = group.per_weight.saturating_sub(self.paid);
        self.paid = group.per_weight;
        // A part of what was notified.
        let earned = mul_shift_floor(self.weight, passed, SCALE_BITS).unwrap_or_default();
        self.earned = self.earned.saturating_add(earned);
    }

    /// Puts `amount` into a group that is settled.
    pub fn enter(&mut self, group: &mut Group, amount: u128) -> Option<()> {
        self.shares = group.stake.add(amount)?;
        self.paid = group.per_weight;
        self.reweigh(group)
    }

    /// Takes all out of its group, in which it is settled.
    pub fn leave(&mut self, group: &mut Group) -> u128 {
        group.weight = group.weight.saturating_sub(self.weight);
        self.weight = 0;
        let shares = core::mem::take(&mut self.shares);
        group.stake.take(shares)
    }

    /// Gives it the weight of its lock, in the group in which it is settled.
    pub fn reweigh(&mut self, group: &mut Group) -> Option<()> {
        let seconds = MAX_LOCK.checked_add(self.lock.checked_mul(BONUS)?)?;
        let weight = self.shares.checked_mul(seconds.into())?;
        group.weight = group.weight.checked_sub(self.weight)?.checked_add(weight)?;
        self.weight = weight;
        Some(())
    }

    /// Whether its lock is over and still counts.
    pub fn is_expiring(&self, now: u64) -> bool {
        self.lock > 0 && now >= self.lock_end
    }
}
