use soroban_sdk::Error;
use tributary_common::interfaces::staking::{StakingError, StakingState};
use tributary_staking::event::Staked;
use tributary_tests::env::{
    pool::ONE,
    sign::assert_refused,
    stakes::{Stakes, YEAR},
};

use crate::{staked, weight};

#[test]
fn stake_takes_the_amount_and_weighs_it_by_its_lock() {
    let s = Stakes::new();
    let before = s.staking.state();
    let owner = s.user(&[(&s.tft, 10 * ONE)]);
    assert_eq!(s.stake_as(&owner, 4 * ONE, YEAR), Ok(0));
    let (lock_end, amount) = (s.now() + YEAR, 4 * ONE);
    let event = Staked { owner: owner.clone(), position: 0, amount, lock_end };
    assert_eq!(s.told(), [s.event(event)]);
    assert_eq!(s.position(&(owner.clone(), 0)), staked(&s, amount, YEAR));
    let weight = weight(amount, YEAR);
    let after = StakingState { staked: amount, undelegated: amount, weight, ..before };
    assert_eq!(s.staking.state(), after);
    assert_eq!(s.balance(&s.tft, &owner), 6 * ONE);
    assert_eq!(s.balance(&s.tft, &s.staking.address), amount);
}

#[test]
fn stake_numbers_each_owners_positions_from_0() {
    let s = Stakes::new();
    let [one, other] = [(); 2].map(|()| s.user(&[(&s.tft, 10 * ONE)]));
    for (owner, amount, number) in
        [(&one, ONE, 0), (&one, 2 * ONE, 1), (&other, 3 * ONE, 0), (&one, 4 * ONE, 2)]
    {
        assert_eq!(s.stake_as(owner, amount, 0), Ok(number));
        assert_eq!(s.position(&(owner.clone(), number)), staked(&s, amount, 0));
        assert_eq!(s.staking.positions(owner), number + 1);
    }
    // The first is as it was.
    assert_eq!(s.position(&(one, 0)), staked(&s, ONE, 0));
    assert_eq!(s.staking.state().staked, 10 * ONE);
    assert_eq!(s.staking.state().weight, weight(10 * ONE, 0));
}

#[test]
fn stake_fails_below_1_tft() {
    let s = Stakes::new();
    let owner = s.user(&[(&s.tft, 10 * ONE)]);
    for amount in [9_999_999, 1, 0, -1, -ONE, i128::MIN] {
        assert_refused(&s.env, StakingError::InvalidAmount, || s.stake_as(&owner, amount, 0));
    }
    assert_eq!(s.stake_as(&owner, 10_000_000, 0), Ok(0));
    assert_eq!(s.staking.state().staked, 10_000_000);
}

#[test]
fn stake_fails_with_a_lock_above_4_years() {
    let s = Stakes::new();
    let owner = s.user(&[(&s.tft, 10 * ONE)]);
    for lock in [4 * YEAR + 1, 5 * YEAR, u64::MAX] {
        assert_refused(&s.env, StakingError::InvalidLock, || s.stake_as(&owner, ONE, lock));
    }
    assert_eq!(s.stake_as(&owner, ONE, 4 * YEAR), Ok(0));
    // Four times what it weighs without a lock.
    assert_eq!(s.staking.state().weight, 4 * weight(ONE, 0));
    assert_eq!(s.position(&(owner, 0)), staked(&s, ONE, 4 * YEAR));
}

#[test]
fn stake_fails_where_a_weight_cannot_hold_it() {
    let s = Stakes::new();
    let most = i128::try_from(u128::MAX / 126_144_000).expect("an amount");
    let owner = s.user(&[(&s.tft, i128::MAX)]);
    for (amount, lock) in [(i128::MAX, 0), (most + 1, 0), (most, 1)] {
        assert_refused(&s.env, StakingError::Overflow, || s.stake_as(&owner, amount, lock));
    }
    assert_eq!(s.stake_as(&owner, most, 0), Ok(0));
    // And what all weigh is a weight too.
    assert_refused(&s.env, StakingError::Overflow, || s.stake_as(&owner, ONE, 0));
    assert_eq!(s.own::<i128>("unstake", &(owner.clone(), 0)), Ok(most));
    assert_eq!(s.balance(&s.tft, &owner), i128::MAX);
}

#[test]
fn stake_fails_in_a_deficit_until_somebody_pays_what_is_missing() {
    let s = Stakes::new();
    s.stake(100 * ONE, 0);
    s.claw_back(&s.tft, &s.staking.address, 2);
    let owner = s.user(&[(&s.tft, 10 * ONE)]);
    assert_refused(&s.env, StakingError::Deficit, || s.stake_as(&owner, 10 * ONE, 0));
    s.give(&s.tft, &s.staking.address, 1);
    assert_refused(&s.env, StakingError::Deficit, || s.stake_as(&owner, 10 * ONE, 0));
    s.give(&s.tft, &s.staking.address, 1);
    assert_eq!(s.stake_as(&owner, 10 * ONE, 0), Ok(0));
    assert_eq!((s.staking.state().staked, s.spare()), (110 * ONE, 0));
}

#[test]
fn stake_fails_for_more_than_the_owner_has() {
    let s = Stakes::new();
    let owner = s.user(&[(&s.tft, 10 * ONE)]);
    let unpaid = Error::from_contract_error(10);
    assert_refused(&s.env, unpaid, || s.stake_as(&owner, 10 * ONE + 1, 0));
}
