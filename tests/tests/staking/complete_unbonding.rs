use tributary_common::interfaces::staking::{
    Place, Position, StakingError, StakingState, Validator,
};
use tributary_staking::event::Unbonded;
use tributary_tests::env::{
    pool::ONE,
    sign::assert_refused,
    stakes::{Stakes, DAY, WEEK, YEAR},
};

use crate::{assert_part, weight, UNBONDING};

#[test]
fn complete_unbonding_has_a_stake_weigh_again_after_28_days() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.delegated(50 * ONE, YEAR, &v);
    s.own::<u64>("undelegate", &stake).expect("leaving");
    s.pass(UNBONDING - 1);
    assert_refused(&s.env, StakingError::StillUnbonding, || {
        s.own::<i128>("complete_unbonding", &stake)
    });
    s.pass(1);
    let (before, at, state) = (s.position(&stake), s.at(&v), s.staking.state());
    assert_eq!(s.own("complete_unbonding", &stake), Ok(50 * ONE));
    let event = Unbonded { owner: stake.0.clone(), position: 0, amount: 50 * ONE, withheld: 0 };
    assert_eq!(s.told(), [s.event(event)]);
    // Its lock goes on; it was with this validator last.
    let weight = weight(50 * ONE, YEAR);
    let place = Place::Undelegated;
    assert_eq!(s.position(&stake), Position { place, weight, ..before });
    assert_eq!(s.at(&v), Validator { unbonding: 0, ..at });
    let weight = state.weight + weight;
    assert_eq!(s.staking.state(), StakingState { undelegated: 50 * ONE, weight, ..state });
    assert_eq!((s.balance(&s.tft, &stake.0), s.spare()), (0, 0));
}

#[test]
fn complete_unbonding_takes_the_bonus_of_a_lock_that_is_over() {
    let s = Stakes::new();
    let v = s.validator(0);
    for (lock, counts) in [(UNBONDING + 1, UNBONDING + 1), (UNBONDING, 0), (DAY, 0)] {
        let stake = s.delegated(50 * ONE, lock, &v);
        s.own::<u64>("undelegate", &stake).expect("leaving");
        s.pass(UNBONDING);
        s.own::<i128>("complete_unbonding", &stake).expect("back");
        assert_eq!(s.position(&stake).weight, weight(50 * ONE, counts));
    }
}

#[test]
fn complete_unbonding_begins_to_earn_only_then() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.delegated(200 * ONE, 0, &v);
    s.own::<u64>("undelegate", &stake).expect("leaving");
    s.notify(700 * ONE).expect("notified");
    s.pass(UNBONDING);
    s.own::<i128>("complete_unbonding", &stake).expect("back");
    assert_eq!(s.position(&stake).claimable, 0);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK);
    // Half of what it would be with a validator, as the bond is.
    assert_part(s.position(&stake).claimable, 700 * ONE, 200, 200 + 2 * 100);
}

#[test]
fn complete_unbonding_brings_what_slashes_have_left() {
    let s = Stakes::new();
    let v = s.validator(0);
    let (stake, other) = (s.delegated(50 * ONE, 0, &v), s.delegated(30 * ONE, 0, &v));
    for stake in [&stake, &other] {
        s.own::<u64>("undelegate", stake).expect("leaving");
    }
    assert_eq!(s.slash(&v, 1_000), 18 * ONE);
    s.pass(UNBONDING - WEEK);
    assert_eq!(s.own("complete_unbonding", &stake), Ok(45 * ONE));
    assert_eq!(s.at(&v).unbonding, 27 * ONE);
    assert_eq!(s.own("complete_unbonding", &other), Ok(27 * ONE));
    assert_eq!(s.at(&v).unbonding, 0);
    assert_eq!(s.position(&stake).weight, weight(45 * ONE, 0));
    assert_eq!((s.staking.state().undelegated, s.spare()), (72 * ONE, 0));
}

#[test]
fn complete_unbonding_fails_where_nothing_is_unbonding() {
    let s = Stakes::new();
    let v = s.validator(0);
    let (stake, fresh) = (s.delegated(50 * ONE, 0, &v), s.stake(50 * ONE, 0));
    let complete = |stake| s.own::<i128>("complete_unbonding", stake);
    assert_refused(&s.env, StakingError::NothingUnbonded, || complete(&fresh));
    assert_refused(&s.env, StakingError::NothingUnbonded, || complete(&stake));
    s.own::<u64>("undelegate", &stake).expect("leaving");
    s.pass(UNBONDING);
    complete(&stake).expect("back");
    assert_refused(&s.env, StakingError::NothingUnbonded, || complete(&stake));
    s.own::<i128>("unstake", &stake).expect("paid back");
    assert_refused(&s.env, StakingError::NothingUnbonded, || complete(&stake));
    let none = (stake.0.clone(), 1);
    assert_refused(&s.env, StakingError::UnknownPosition, || complete(&none));
}

/// What is withheld is not unbonded until it is free.
#[test]
fn complete_unbonding_fails_where_nothing_withheld_is_free() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.delegated(50 * ONE, 0, &v);
    s.own::<u64>("undelegate", &stake).expect("leaving");
    s.pass(UNBONDING - WEEK);
    let slash = s.propose(&v, 1_000).expect("proposed");
    s.pass(WEEK);
    let complete = || s.own::<i128>("complete_unbonding", &stake);
    assert_eq!(complete(), Ok(45 * ONE));
    assert_refused(&s.env, StakingError::NothingUnbonded, complete);
    s.execute(slash).expect("executed");
    assert_refused(&s.env, StakingError::NothingUnbonded, complete);
    assert_eq!(s.position(&stake).amount, 45 * ONE);
}
