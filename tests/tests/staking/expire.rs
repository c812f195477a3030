use tributary_common::interfaces::staking::{Place, Position, StakingError, StakingState};
use tributary_staking::event::Expired;
use tributary_tests::env::{
    pool::ONE,
    sign::assert_refused,
    stakes::{Stake, Stakes, DAY, WEEK, YEAR},
};

use crate::{assert_part, extend, later, staked, weight, UNBONDING};

#[test]
fn expire_takes_the_bonus_of_a_lock_that_is_over() {
    let s = Stakes::new();
    let stake = s.stake(4 * ONE, YEAR);
    let before = s.position(&stake);
    later(&s, YEAR - 1);
    assert_refused(&s.env, StakingError::Locked, || s.any::<()>("expire", &stake));
    let state = s.staking.state();
    assert_eq!(state.weight, weight(4 * ONE, YEAR));
    s.pass(1);
    assert_eq!(s.any("expire", &stake), Ok(()));
    assert_eq!(s.told(), [s.event(Expired { owner: stake.0.clone(), position: 0 })]);
    let plain = weight(4 * ONE, 0);
    assert_eq!(s.position(&stake), Position { lock: 0, weight: plain, ..before });
    assert_eq!(s.staking.state(), StakingState { weight: plain, ..state });
    assert_eq!((s.balance(&s.tft, &stake.0), s.spare()), (0, 0));
    assert_refused(&s.env, StakingError::AlreadyExpired, || s.any::<()>("expire", &stake));
}

#[test]
fn expire_fails_where_no_lock_counts() {
    let s = Stakes::new();
    let stake = s.stake(4 * ONE, 0);
    assert_refused(&s.env, StakingError::AlreadyExpired, || s.any::<()>("expire", &stake));
    s.own::<i128>("unstake", &stake).expect("paid back");
    assert_refused(&s.env, StakingError::AlreadyExpired, || s.any::<()>("expire", &stake));
    let none = (stake.0, 1);
    assert_refused(&s.env, StakingError::UnknownPosition, || s.any::<()>("expire", &none));
}

#[test]
fn expire_lowers_what_a_validator_counts_twice() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.delegated(50 * ONE, YEAR, &v);
    later(&s, YEAR);
    let (before, state) = (s.at(&v), s.staking.state());
    assert_eq!(s.any("expire", &stake), Ok(()));
    let less = 2 * (weight(50 * ONE, YEAR) - weight(50 * ONE, 0));
    assert_eq!(s.at(&v).weight, before.weight - less);
    assert_eq!((s.at(&v).stake, s.at(&v).bond), (before.stake, before.bond));
    assert_eq!(s.staking.state(), StakingState { weight: state.weight - less, ..state });
    assert_eq!(s.position(&stake).place, Place::Delegated);
}

#[test]
fn expire_while_unbonding_leaves_a_stake_that_weighs_no_bonus_when_it_is_back() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.delegated(50 * ONE, DAY, &v);
    s.own::<u64>("undelegate", &stake).expect("leaving");
    s.pass(DAY);
    let state = s.staking.state();
    assert_eq!(s.any("expire", &stake), Ok(()));
    assert_eq!((s.position(&stake).weight, s.position(&stake).lock), (0, 0));
    assert_eq!(s.staking.state(), state);
    s.pass(UNBONDING - DAY);
    s.own::<i128>("complete_unbonding", &stake).expect("back");
    assert_eq!(s.position(&stake).weight, weight(50 * ONE, 0));
    assert_eq!(s.staking.state().weight, state.weight + weight(50 * ONE, 0));
}

/// A lock that nobody expired earns on after its end; nobody else has to bear that longer than she wants.
#[test]
fn expire_keeps_what_was_earned_by_the_old_weight_and_ends_it() {
    let s = Stakes::new();
    let (locked, plain) = (s.stake(100 * ONE, 4 * YEAR), s.stake(100 * ONE, 0));
    later(&s, 4 * YEAR - WEEK / 2);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK);
    assert_eq!(s.any("expire", &locked), Ok(()));
    let earned = s.position(&locked).claimable;
    assert_part(earned, 700 * ONE, 4, 5);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK);
    assert_part(s.position(&locked).claimable - earned, 700 * ONE, 1, 2);
    // Hers was settled once, over both weeks: 1 ÷ 5 and 1 ÷ 2.
    assert_part(s.position(&plain).claimable, 700 * ONE, 7, 10);
}

#[test]
fn every_call_of_a_position_expires_its_lock() {
    type Act = fn(&Stakes, &Stake);
    let acts: [Act; 5] = [
        |s, stake| assert!(s.own::<i128>("claim", stake).is_ok()),
        |s, stake| assert!(s.own::<u64>("undelegate", stake).is_ok()),
        |s, stake| assert!(extend(s, stake, 1).is_ok()),
        |s, stake| {
            s.own::<u64>("undelegate", stake).expect("leaving");
            s.pass(UNBONDING);
            s.own::<i128>("complete_unbonding", stake).expect("back");
        },
        |s, stake| {
            s.own::<u64>("undelegate", stake).expect("leaving");
            s.pass(UNBONDING);
            let to = s.position(stake).validator;
            s.delegate(stake, &to).expect("delegated");
        },
    ];
    for (place, act) in acts.iter().enumerate() {
        let s = Stakes::new();
        let v = s.validator(0);
        let stake = s.delegated(50 * ONE, YEAR, &v);
        later(&s, YEAR - WEEK);
        s.notify(70 * ONE).expect("notified");
        s.pass(WEEK);
        act(&s, &stake);
        let (counted, position) = (s.staking.state().weight, s.position(&stake));
        let bond = 2 * weight(100 * ONE, 0);
        // Once, twice or not at all, by where it is now.
        let its = match position.place {
            Place::Undelegated => position.weight,
            Place::Delegated => 2 * position.weight,
            Place::Unbonding | Place::Unstaked => 0,
        };
        assert_eq!(counted, bond + its, "{place}");
        assert!(position.weight <= weight(50 * ONE, 1), "{place}: {position:?}");
        assert!(position.lock <= 1, "{place}: {position:?}");
    }
}

#[test]
fn stake_with_no_validator_expires_when_it_is_delegated() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.stake(50 * ONE, YEAR);
    let before = s.at(&v).weight;
    later(&s, YEAR);
    s.delegate(&stake, &v).expect("delegated");
    assert_eq!(s.at(&v).weight, before + 2 * weight(50 * ONE, 0));
    assert_eq!(s.staking.state().weight, s.at(&v).weight);
    let expected = Position {
        place: Place::Delegated,
        validator: v.clone(),
        lock_end: s.now(),
        ..staked(&s, 50 * ONE, 0)
    };
    assert_eq!(s.position(&stake), expected);
}
