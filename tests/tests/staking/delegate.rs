use tributary_common::interfaces::staking::{
    Place, Position, StakingError, StakingState, Validator,
};
use tributary_staking::event::Delegated;
use tributary_tests::env::{
    pool::ONE,
    sign::assert_refused,
    stakes::{Stakes, WEEK, YEAR},
};

use crate::{assert_part, one_more, staked, weight, UNBONDING};

#[test]
fn delegate_moves_a_stake_to_a_validator_where_it_counts_twice() {
    let s = Stakes::new();
    let v = s.validator(500);
    let stake = s.stake(50 * ONE, YEAR);
    let (before, at) = (s.staking.state(), s.at(&v));
    assert_eq!(s.delegate(&stake, &v), Ok(50 * ONE));
    let event = Delegated {
        owner: stake.0.clone(),
        position: 0,
        validator: v.clone(),
        amount: 50 * ONE,
        withheld: 0,
    };
    assert_eq!(s.told(), [s.event(event)]);
    let place = Place::Delegated;
    let expected = Position { place, validator: v.clone(), ..staked(&s, 50 * ONE, YEAR) };
    assert_eq!(s.position(&stake), expected);
    let its = weight(50 * ONE, YEAR);
    let expected = Validator { stake: 150 * ONE, weight: at.weight + 2 * its, ..at };
    assert_eq!(s.at(&v), expected);
    let expected = StakingState { undelegated: 0, weight: before.weight + its, ..before };
    assert_eq!(s.staking.state(), expected);
    assert_eq!((s.balance(&s.tft, &stake.0), s.spare()), (0, 0));
}

#[test]
fn delegate_pays_out_what_was_earned_before_at_the_old_weight() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.stake(100 * ONE, 0);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK / 2);
    s.delegate(&stake, &v).expect("delegated");
    let earned = s.position(&stake).claimable;
    // The bond counts twice.
    assert_part(earned, 350 * ONE, 1, 3);
    s.pass(WEEK / 2);
    assert_part(s.position(&stake).claimable - earned, 350 * ONE, 2, 4);
    let bond = s.position(&(v, 0)).claimable;
    let all = bond + s.position(&stake).claimable;
    assert!((700 * ONE - 3..=700 * ONE).contains(&all), "{all}");
}

/// 200 shares are 180 TFT: who comes now pays nothing for that, and wins nothing.
#[test]
fn delegate_after_a_slash_buys_shares_for_what_they_are_worth() {
    let s = Stakes::new();
    let v = s.validator_with(200 * ONE, 0);
    assert_eq!(s.slash(&v, 1_000), 20 * ONE);
    let stake = s.stake(45 * ONE, YEAR);
    assert_eq!(s.delegate(&stake, &v), Ok(45 * ONE));
    let position = s.position(&stake);
    let shares = 45 * ONE * 200 / 180;
    assert_eq!((position.amount, position.weight), (45 * ONE, weight(shares, YEAR)));
    let at = s.at(&v);
    assert_eq!((at.stake, at.bond), (225 * ONE, 180 * ONE));
    // By what they are worth, both count as stakes that were never slashed.
    assert_eq!(at.weight, 2 * (weight(180 * ONE, 0) + weight(45 * ONE, YEAR)));
    assert_eq!(s.staking.state().weight, at.weight);
}

#[test]
fn delegate_anew_waits_for_28_days() {
    let s = Stakes::new();
    let (v, w) = (s.validator(0), s.validator(0));
    let stake = s.delegated(50 * ONE, 0, &v);
    assert_refused(&s.env, StakingError::StillDelegated, || s.delegate(&stake, &w));
    assert_refused(&s.env, StakingError::StillDelegated, || s.delegate(&stake, &v));
    s.own::<u64>("undelegate", &stake).expect("leaving");
    s.pass(UNBONDING - 1);
    for to in [&v, &w] {
        assert_refused(&s.env, StakingError::StillUnbonding, || s.delegate(&stake, to));
    }
    s.pass(1);
    let state = s.staking.state();
    assert_eq!(s.delegate(&stake, &w), Ok(50 * ONE));
    assert_eq!((s.at(&v).stake, s.at(&v).unbonding), (100 * ONE, 0));
    assert_eq!((s.at(&w).stake, s.at(&w).unbonding), (150 * ONE, 0));
    let weight = state.weight + 2 * weight(50 * ONE, 0);
    assert_eq!(s.staking.state(), StakingState { weight, ..state });
    let position = s.position(&stake);
    assert_eq!((position.place, position.validator), (Place::Delegated, w));
}

#[test]
fn delegate_back_to_the_validator_that_was_left() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.delegated(50 * ONE, 0, &v);
    let before = s.at(&v);
    s.own::<u64>("undelegate", &stake).expect("leaving");
    s.pass(UNBONDING);
    assert_eq!(s.delegate(&stake, &v), Ok(50 * ONE));
    assert_eq!(s.at(&v), before);
    assert_eq!(s.staking.state().weight, before.weight);
}

#[test]
fn delegate_fails_where_the_bond_is_below_the_minimum() {
    let s = Stakes::new();
    let v = s.validator(0);
    let (stake, early) = (s.stake(500 * ONE, 0), s.delegated(500 * ONE, 0, &v));
    s.own::<u64>("undelegate", &(v.clone(), 0)).expect("leaving");
    assert_eq!((s.at(&v).bond, s.at(&v).stake), (0, 500 * ONE));
    assert_refused(&s.env, StakingError::BondTooSmall, || s.delegate(&stake, &v));
    // The validator can delegate to itself: that is how it comes back.
    let part = one_more(&s, &v, 100 * ONE - 1);
    assert_eq!(s.delegate(&part, &v), Ok(100 * ONE - 1));
    assert_eq!(s.at(&v).bond, 100 * ONE - 1);
    assert_refused(&s.env, StakingError::BondTooSmall, || s.delegate(&stake, &v));
    // Its own positions count together.
    let rest = one_more(&s, &v, ONE);
    s.delegate(&rest, &v).expect("its own");
    assert_eq!(s.at(&v).bond, 101 * ONE - 1);
    assert_eq!(s.delegate(&stake, &v), Ok(500 * ONE));
    assert_eq!(s.position(&early).place, Place::Delegated);
    assert_eq!(s.at(&v).bond, 101 * ONE - 1);
}

/// A slash takes of the bond too.
#[test]
fn delegate_fails_after_a_slash_of_the_least_bond_until_it_is_filled_up() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.stake(500 * ONE, 0);
    assert_eq!(s.slash(&v, 100), ONE);
    assert_refused(&s.env, StakingError::BondTooSmall, || s.delegate(&stake, &v));
    let fill = one_more(&s, &v, ONE);
    s.delegate(&fill, &v).expect("its own");
    // Of shares that are worth less than a unit each: rounded down.
    let missing = 100 * ONE - s.at(&v).bond;
    assert!((0..=1).contains(&missing), "{missing}");
    let more = one_more(&s, &v, ONE);
    s.delegate(&more, &v).expect("its own");
    assert_eq!(s.delegate(&stake, &v), Ok(500 * ONE));
}

#[test]
fn delegate_fails_where_nobody_registered_and_for_no_stake() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.stake(50 * ONE, 0);
    let nobody = s.user(&[]);
    for to in [&nobody, &stake.0, &s.staking.address] {
        assert_refused(&s.env, StakingError::UnknownValidator, || s.delegate(&stake, to));
    }
    let none = (stake.0.clone(), 1);
    assert_refused(&s.env, StakingError::UnknownPosition, || s.delegate(&none, &v));
    s.own::<i128>("unstake", &stake).expect("paid back");
    assert_refused(&s.env, StakingError::NothingStaked, || s.delegate(&stake, &v));
}
