use tributary_common::interfaces::staking::{Place, Position, StakingError, StakingState};
use tributary_staking::event::Unstaked;
use tributary_tests::env::{
    pool::ONE,
    sign::assert_refused,
    stakes::{Stakes, WEEK, YEAR},
};

use crate::{assert_part, later, weight, UNBONDING};

#[test]
fn unstake_pays_a_position_back_whose_lock_is_over() {
    let s = Stakes::new();
    let (stake, other) = (s.stake(50 * ONE, YEAR), s.stake(30 * ONE, 0));
    let (before, state) = (s.position(&stake), s.staking.state());
    later(&s, YEAR - 1);
    assert_refused(&s.env, StakingError::Locked, || s.own::<i128>("unstake", &stake));
    s.pass(1);
    assert_eq!(s.own("unstake", &stake), Ok(50 * ONE));
    let event = Unstaked { owner: stake.0.clone(), position: 0, amount: 50 * ONE, withheld: 0 };
    assert_eq!(s.told(), [s.event(event)]);
    let place = Place::Unstaked;
    let expected = Position { place, amount: 0, lock: 0, weight: 0, ..before };
    assert_eq!(s.position(&stake), expected);
    let weight = weight(30 * ONE, 0);
    let left = 30 * ONE;
    let expected = StakingState { staked: left, undelegated: left, weight, ..state };
    assert_eq!(s.staking.state(), expected);
    assert_eq!(s.balance(&s.tft, &stake.0), 50 * ONE);
    assert_eq!(s.balance(&s.tft, &s.staking.address), left);
    assert_eq!(s.position(&other).amount, left);
    assert_refused(&s.env, StakingError::NothingStaked, || s.own::<i128>("unstake", &stake));
}

/// What has no lock leaves in the second it came, as it came.
#[test]
fn unstake_at_once_gains_nothing() {
    let s = Stakes::new();
    let other = s.stake(30 * ONE, 0);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK / 2);
    let stake = s.stake(50 * ONE, 0);
    assert_eq!(s.own("unstake", &stake), Ok(50 * ONE));
    assert_refused(&s.env, StakingError::NothingToClaim, || s.own::<i128>("claim", &stake));
    assert_part(s.position(&other).claimable, 350 * ONE, 1, 1);
}

#[test]
fn unstake_from_a_validator_waits_for_28_days() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.delegated(50 * ONE, 0, &v);
    let unstake = || s.own::<i128>("unstake", &stake);
    assert_refused(&s.env, StakingError::StillDelegated, unstake);
    s.own::<u64>("undelegate", &stake).expect("leaving");
    s.pass(UNBONDING - 1);
    assert_refused(&s.env, StakingError::StillUnbonding, unstake);
    s.pass(1);
    let state = s.staking.state();
    assert_eq!(unstake(), Ok(50 * ONE));
    let event = Unstaked { owner: stake.0.clone(), position: 0, amount: 50 * ONE, withheld: 0 };
    assert_eq!(s.told(), [s.event(event)]);
    assert_eq!(s.staking.state(), StakingState { staked: 100 * ONE, ..state });
    assert_eq!((s.at(&v).stake, s.at(&v).unbonding), (100 * ONE, 0));
    assert_eq!(s.balance(&s.tft, &stake.0), 50 * ONE);
    assert_eq!(s.position(&stake).place, Place::Unstaked);
}

#[test]
fn unstake_after_unbonding_waits_for_the_lock() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.delegated(50 * ONE, UNBONDING + 1, &v);
    s.own::<u64>("undelegate", &stake).expect("leaving");
    s.pass(UNBONDING);
    assert_refused(&s.env, StakingError::Locked, || s.own::<i128>("unstake", &stake));
    s.pass(1);
    assert_eq!(s.own("unstake", &stake), Ok(50 * ONE));
    assert_eq!(s.balance(&s.tft, &stake.0), 50 * ONE);
}

#[test]
fn unstake_pays_no_rewards_and_loses_none() {
    let s = Stakes::new();
    let (stake, _other) = (s.stake(50 * ONE, 0), s.stake(50 * ONE, 0));
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK);
    assert_eq!(s.own("unstake", &stake), Ok(50 * ONE));
    assert_eq!(s.balance(&s.tft, &stake.0), 50 * ONE);
    assert_eq!(s.staking.state().rewards, 700 * ONE);
    let earned = s.position(&stake).claimable;
    assert_part(earned, 700 * ONE, 1, 2);
    // Nothing more comes to it.
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK);
    assert_eq!(s.own("claim", &stake), Ok(earned));
    assert_eq!(s.balance(&s.tft, &stake.0), 50 * ONE + earned);
    assert_eq!(s.spare(), 0);
}

/// Nobody gains by being first.
#[test]
fn unstake_after_a_clawback_pays_a_part_of_what_is_left() {
    let s = Stakes::new();
    let stakes = [60, 30, 10].map(|amount| s.stake(amount * ONE, 0));
    s.notify(100 * ONE).expect("notified");
    // 50 of 200, of which half are rewards.
    s.claw_back(&s.tft, &s.staking.address, 50 * ONE);
    let mut staked = 100 * ONE;
    for ((stake, amount), part) in stakes.iter().zip([60, 30, 10]).zip([45, 22, 7]) {
        let (balance, owed) = (s.balance(&s.tft, &s.staking.address), staked + 100 * ONE);
        let paid = amount * ONE * balance / owed;
        assert_eq!(paid / ONE, part);
        assert_eq!(s.own("unstake", stake), Ok(paid));
        let event = Unstaked { owner: stake.0.clone(), position: 0, amount: paid, withheld: 0 };
        assert_eq!(s.told(), [s.event(event)]);
        assert_eq!(s.balance(&s.tft, &stake.0), paid);
        staked -= amount * ONE;
        assert_eq!(s.staking.state().staked, staked);
    }
    assert_eq!(s.balance(&s.tft, &s.staking.address), 75 * ONE);
    assert_eq!(s.staking.state().rewards, 100 * ONE);
}

/// She loses no claim to what may still be paid back.
#[test]
fn unstake_fails_where_nothing_is_left_to_pay() {
    let s = Stakes::new();
    let stake = s.stake(60 * ONE, 0);
    s.claw_back(&s.tft, &s.staking.address, 60 * ONE);
    assert_refused(&s.env, StakingError::Deficit, || s.own::<i128>("unstake", &stake));
    s.give(&s.tft, &s.staking.address, 60 * ONE);
    assert_eq!(s.own("unstake", &stake), Ok(60 * ONE));
}

#[test]
fn unstake_fails_for_what_never_was() {
    let s = Stakes::new();
    let stake = s.stake(60 * ONE, 0);
    let none = (stake.0, 1);
    assert_refused(&s.env, StakingError::UnknownPosition, || s.own::<i128>("unstake", &none));
}
