//! Staking, one file an entry point, and what crosses them.

mod attacks;
mod claim;
mod complete_unbonding;
mod constructor;
mod delegate;
mod documented;
mod expire;
mod extend;
mod notify;
mod signatures;
mod slash_limits;
mod slashing;
mod stake;
mod ttl;
mod undelegate;
mod unstake;
mod validators;
mod views;
mod withheld;

use soroban_sdk::Address;
use tributary_common::interfaces::staking::{Place, Position};
use tributary_tests::env::{
    regions::Refusal,
    stakes::{Stake, Stakes, DAY},
};

/// How long a validator is left.
const UNBONDING: u64 = 28 * DAY;

/// What this many shares weigh, counted once.
fn weight(shares: i128, lock: u64) -> u128 {
    shares.unsigned_abs() * (126_144_000 + 3 * u128::from(lock))
}

/// Holds that `earned` is the part `of` ÷ `total` of `whole`, which was due, rounded down; by the rounding of
/// indexes one unit less, if that part is a whole number.
fn assert_part(earned: i128, whole: i128, of: u128, total: u128) {
    let product = whole.unsigned_abs() * of;
    let exact = i128::try_from(product / total).expect("an amount");
    let least = if product.is_multiple_of(total) { exact - 1 } else { exact };
    assert!((least..=exact).contains(&earned), "{earned} is not the part {exact}");
}

/// A position that was staked now.
fn staked(s: &Stakes, amount: i128, lock: u64) -> Position {
    Position {
        place: Place::Undelegated,
        amount,
        validator: s.staking.address.clone(),
        lock,
        lock_end: s.now() + lock,
        weight: weight(amount, lock),
        unbonding_end: 0,
        claimable: 0,
        withheld: 0,
        slash: 0,
    }
}

/// Time goes by in one ledger: so much of it that entries would have to be restored.
fn later(s: &Stakes, seconds: u64) {
    s.wait(1, seconds);
}

fn extend(s: &Stakes, (owner, number): &Stake, lock: u64) -> Result<u64, Refusal> {
    s.signed(owner, &s.to_staking("extend", (owner, *number, lock)))
}

fn update(s: &Stakes, validator: &Address, commission_bps: u32) -> Result<u64, Refusal> {
    let args = (validator, commission_bps, s.hash());
    s.signed(validator, &s.to_staking("update_validator", args))
}

fn claim_commission(s: &Stakes, validator: &Address) -> Result<i128, Refusal> {
    s.signed(validator, &s.to_staking("claim_commission", (validator,)))
}

/// Another position of somebody who has some.
fn one_more(s: &Stakes, owner: &Address, amount: i128) -> Stake {
    s.give(&s.tft, owner, amount);
    let number = s.stake_as(owner, amount, 0).expect("a position");
    (owner.clone(), number)
}
