use tributary_common::interfaces::staking::{Place, Position, StakingError, StakingState};
use tributary_staking::event::Extended;
use tributary_tests::env::{
    pool::ONE,
    sign::assert_refused,
    stakes::{Stakes, DAY, WEEK, YEAR},
};

use crate::{assert_part, extend, later, staked, weight, UNBONDING};

#[test]
fn extend_locks_anew_and_weighs_the_new_lock() {
    let s = Stakes::new();
    let stake = s.stake(4 * ONE, YEAR);
    s.pass(100 * DAY);
    let before = s.staking.state();
    let lock_end = s.now() + 2 * YEAR;
    assert_eq!(extend(&s, &stake, 2 * YEAR), Ok(lock_end));
    let event = Extended { owner: stake.0.clone(), position: 0, lock_end };
    assert_eq!(s.told(), [s.event(event)]);
    assert_eq!(s.position(&stake), staked(&s, 4 * ONE, 2 * YEAR));
    let weight = weight(4 * ONE, 2 * YEAR);
    assert_eq!(s.staking.state(), StakingState { weight, ..before });
    assert_eq!(s.balance(&s.tft, &stake.0), 0);
    assert_eq!(s.spare(), 0);
}

#[test]
fn extend_to_a_later_end_can_lower_the_weight() {
    let s = Stakes::new();
    let stake = s.stake(4 * ONE, 4 * YEAR);
    later(&s, 3 * YEAR + 1);
    assert_eq!(extend(&s, &stake, YEAR), Ok(s.now() + YEAR));
    assert_eq!(s.position(&stake), staked(&s, 4 * ONE, YEAR));
    assert_eq!(s.staking.state().weight, weight(4 * ONE, YEAR));
}

#[test]
fn extend_fails_where_the_lock_would_end_no_later() {
    let s = Stakes::new();
    let stake = s.stake(4 * ONE, YEAR);
    s.pass(10 * DAY);
    for lock in [1, YEAR - 10 * DAY - 1, YEAR - 10 * DAY] {
        assert_refused(&s.env, StakingError::LockNotLonger, || extend(&s, &stake, lock));
    }
    let one_second_later = s.position(&stake).lock_end + 1;
    assert_eq!(extend(&s, &stake, YEAR - 10 * DAY + 1), Ok(one_second_later));
    assert_eq!(s.staking.state().weight, weight(4 * ONE, YEAR - 10 * DAY + 1));
}

#[test]
fn extend_fails_without_a_lock_and_above_4_years() {
    let s = Stakes::new();
    let stake = s.stake(4 * ONE, 0);
    s.pass(DAY);
    for lock in [0, 4 * YEAR + 1, u64::MAX] {
        assert_refused(&s.env, StakingError::InvalidLock, || extend(&s, &stake, lock));
    }
    assert_eq!(extend(&s, &stake, 1), Ok(s.now() + 1));
    assert_eq!(extend(&s, &stake, 4 * YEAR), Ok(s.now() + 4 * YEAR));
    assert_eq!(s.position(&stake), staked(&s, 4 * ONE, 4 * YEAR));
}

/// And earned with the old weight until then.
#[test]
fn extend_of_a_lock_that_is_over_counts_from_now_on() {
    let s = Stakes::new();
    let (locked, other) = (s.stake(100 * ONE, YEAR), s.stake(100 * ONE, 0));
    later(&s, YEAR - WEEK / 2);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK);
    let lock_end = s.now() + 2 * YEAR;
    assert_eq!(extend(&s, &locked, 2 * YEAR), Ok(lock_end));
    let (old, new) = (weight(100 * ONE, YEAR), weight(100 * ONE, 2 * YEAR));
    let plain = weight(100 * ONE, 0);
    let earned = s.position(&locked).claimable;
    assert_part(earned, 700 * ONE, old, old + plain);
    assert_eq!(s.staking.state().weight, new + plain);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK);
    assert_part(s.position(&locked).claimable - earned, 700 * ONE, new, new + plain);
    let others = s.position(&other).claimable;
    assert_eq!(s.position(&locked).lock_end, lock_end);
    assert!(s.position(&locked).claimable + others <= 1_400 * ONE);
}

#[test]
fn extend_changes_what_a_validator_counts_twice() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.delegated(50 * ONE, 0, &v);
    s.pass(DAY);
    let (before, total) = (s.at(&v), s.staking.state());
    assert_eq!(extend(&s, &stake, YEAR), Ok(s.now() + YEAR));
    let more = 2 * (weight(50 * ONE, YEAR) - weight(50 * ONE, 0));
    let place = Place::Delegated;
    let expected = Position { place, validator: v.clone(), ..staked(&s, 50 * ONE, YEAR) };
    assert_eq!(s.position(&stake), expected);
    assert_eq!(s.at(&v).weight, before.weight + more);
    assert_eq!(s.at(&v).stake, before.stake);
    assert_eq!(s.staking.state(), StakingState { weight: total.weight + more, ..total });
}

#[test]
fn extend_while_unbonding_weighs_once_that_is_over() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.delegated(50 * ONE, 0, &v);
    s.own::<u64>("undelegate", &stake).expect("leaving");
    let before = s.staking.state();
    let lock_end = s.now() + YEAR;
    assert_eq!(extend(&s, &stake, YEAR), Ok(lock_end));
    let left = s.position(&stake);
    assert_eq!((left.place, left.weight), (Place::Unbonding, 0));
    assert_eq!((left.lock, left.lock_end), (YEAR, lock_end));
    assert_eq!(s.staking.state(), before);
    s.pass(UNBONDING);
    assert_refused(&s.env, StakingError::Locked, || s.own::<i128>("unstake", &stake));
    assert_eq!(s.own("complete_unbonding", &stake), Ok(50 * ONE));
    assert_eq!(s.position(&stake).weight, weight(50 * ONE, YEAR));
    assert_eq!(s.staking.state().weight, before.weight + weight(50 * ONE, YEAR));
}

#[test]
fn extend_fails_for_what_was_paid_back_or_never_was() {
    let s = Stakes::new();
    let stake = s.stake(4 * ONE, 0);
    s.own::<i128>("unstake", &stake).expect("paid back");
    assert_refused(&s.env, StakingError::NothingStaked, || extend(&s, &stake, YEAR));
    let none = (stake.0, 1);
    assert_refused(&s.env, StakingError::UnknownPosition, || extend(&s, &none, YEAR));
}
