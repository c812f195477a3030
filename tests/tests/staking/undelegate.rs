use tributary_common::interfaces::staking::{
    Place, Position, StakingError, StakingState, Validator,
};
use tributary_staking::event::Undelegated;
use tributary_tests::env::{
    pool::ONE,
    sign::assert_refused,
    stakes::{Stakes, DAY, WEEK, YEAR},
};

use crate::{assert_part, weight, UNBONDING};

#[test]
fn undelegate_begins_28_days_in_which_a_stake_weighs_nothing() {
    let s = Stakes::new();
    let v = s.validator(0);
    // A lock keeps nobody with a validator.
    let stake = s.delegated(50 * ONE, YEAR, &v);
    s.pass(DAY);
    let (before, at, state) = (s.position(&stake), s.at(&v), s.staking.state());
    let unbonding_end = s.now() + UNBONDING;
    assert_eq!(s.own("undelegate", &stake), Ok(unbonding_end));
    let event = Undelegated {
        owner: stake.0.clone(),
        position: 0,
        validator: v.clone(),
        amount: 50 * ONE,
        unbonding_end,
    };
    assert_eq!(s.told(), [s.event(event)]);
    let place = Place::Unbonding;
    assert_eq!(s.position(&stake), Position { place, weight: 0, unbonding_end, ..before });
    let its = 2 * weight(50 * ONE, YEAR);
    let (stakes, unbonding) = (100 * ONE, 50 * ONE);
    let expected = Validator { stake: stakes, unbonding, weight: at.weight - its, ..at };
    assert_eq!(s.at(&v), expected);
    // It is staked still.
    assert_eq!(s.staking.state(), StakingState { weight: state.weight - its, ..state });
    assert_eq!((s.balance(&s.tft, &stake.0), s.spare()), (0, 0));
}

#[test]
fn undelegate_keeps_what_was_earned_and_ends_it() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.delegated(100 * ONE, 0, &v);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK / 2);
    s.own::<u64>("undelegate", &stake).expect("leaving");
    let earned = s.position(&stake).claimable;
    assert_part(earned, 350 * ONE, 1, 2);
    s.pass(WEEK);
    assert_eq!(s.position(&stake).claimable, earned);
    // The other half of the week was the bond's alone.
    assert_part(s.position(&(v, 0)).claimable, 700 * ONE, 3, 4);
    assert_eq!(s.own("claim", &stake), Ok(earned));
}

#[test]
fn undelegate_of_a_bond_leaves_the_delegators_where_they_are() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.delegated(50 * ONE, 0, &v);
    let before = s.position(&stake);
    assert_eq!(s.own("undelegate", &(v.clone(), 0)), Ok(s.now() + UNBONDING));
    let at = s.at(&v);
    assert_eq!((at.bond, at.stake, at.unbonding), (0, 50 * ONE, 100 * ONE));
    assert_eq!(at.weight, 2 * weight(50 * ONE, 0));
    assert_eq!(s.position(&stake), before);
}

/// Who leaves after a slash takes out what is left.
#[test]
fn undelegate_after_a_slash_moves_what_the_stake_is_worth() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.delegated(50 * ONE, 0, &v);
    assert_eq!(s.slash(&v, 2_000), 30 * ONE);
    s.own::<u64>("undelegate", &stake).expect("leaving");
    assert_eq!(s.position(&stake).amount, 40 * ONE);
    let at = s.at(&v);
    assert_eq!((at.stake, at.unbonding, at.bond), (80 * ONE, 40 * ONE, 80 * ONE));
    assert_eq!(at.weight, 2 * weight(80 * ONE, 0));
}

#[test]
fn undelegate_fails_where_nothing_is_delegated() {
    let s = Stakes::new();
    let v = s.validator(0);
    let (stake, fresh) = (s.delegated(50 * ONE, 0, &v), s.stake(50 * ONE, 0));
    let undelegate = |stake| s.own::<u64>("undelegate", stake);
    assert_refused(&s.env, StakingError::NotDelegated, || undelegate(&fresh));
    undelegate(&stake).expect("leaving");
    assert_refused(&s.env, StakingError::NotDelegated, || undelegate(&stake));
    s.pass(UNBONDING);
    assert_refused(&s.env, StakingError::NotDelegated, || undelegate(&stake));
    s.own::<i128>("unstake", &stake).expect("paid back");
    assert_refused(&s.env, StakingError::NotDelegated, || undelegate(&stake));
    let none = (stake.0.clone(), 1);
    assert_refused(&s.env, StakingError::UnknownPosition, || undelegate(&none));
}
