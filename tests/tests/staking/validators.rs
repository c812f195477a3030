use soroban_sdk::{Address, BytesN};
use tributary_common::interfaces::staking::{
    Place, Position, StakingError, StakingState, Validator,
};
use tributary_staking::event::{
    CommissionClaimed, Delegated, ValidatorRegistered, ValidatorUpdated,
};
use tributary_tests::{
    env::{
        pool::ONE,
        sign::assert_refused,
        stakes::{Stakes, DAY, WEEK, YEAR},
    },
    ledger::suite::MIN_BOND,
};

use crate::{assert_part, claim_commission, staked, update, weight, UNBONDING};

#[test]
fn register_validator_makes_one_of_a_position() {
    let s = Stakes::new();
    let stake = s.stake(150 * ONE, YEAR);
    let (v, state) = (stake.0.clone(), s.staking.state());
    assert_eq!(s.staking.last_validator(), None);
    assert_eq!(s.register(&stake, 500), Ok(()));
    let registered =
        ValidatorRegistered { validator: v.clone(), commission_bps: 500, metadata_hash: s.hash() };
    let delegated = Delegated {
        owner: v.clone(),
        position: 0,
        validator: v.clone(),
        amount: 150 * ONE,
        withheld: 0,
    };
    assert_eq!(s.told(), [s.event(registered), s.event(delegated)]);
    let its = weight(150 * ONE, YEAR);
    let expected = Validator {
        stake: 150 * ONE,
        unbonding: 0,
        bond: 150 * ONE,
        weight: 2 * its,
        commission_bps: 500,
        next_commission_bps: 500,
        next_commission_at: 0,
        claimable: 0,
        metadata_hash: s.hash(),
        slash: 0,
        slash_expires_at: 0,
        withheld: 0,
        previous: None,
    };
    assert_eq!(s.at(&v), expected);
    assert_eq!(s.staking.last_validator(), Some(v.clone()));
    let place = Place::Delegated;
    let expected = Position { place, validator: v.clone(), ..staked(&s, 150 * ONE, YEAR) };
    assert_eq!(s.position(&stake), expected);
    assert_eq!(s.staking.state(), StakingState { undelegated: 0, weight: 2 * its, ..state });
    assert_eq!((s.balance(&s.tft, &v), s.spare()), (0, 0));
}

#[test]
fn validators_lead_from_the_last_to_the_first() {
    let s = Stakes::new();
    let all = [(); 4].map(|()| s.validator(0));
    let mut next = s.staking.last_validator();
    for expected in all.iter().rev() {
        assert_eq!(next.as_ref(), Some(expected));
        next = s.at(expected).previous;
    }
    assert_eq!(next, None);
}

#[test]
fn register_validator_fails_with_less_than_the_least_bond() {
    let s = Stakes::new();
    let stake = s.stake(MIN_BOND - 1, 4 * YEAR);
    assert_refused(&s.env, StakingError::BondTooSmall, || s.register(&stake, 0));
    assert_eq!(s.register(&s.stake(MIN_BOND, 0), 0), Ok(()));
}

#[test]
fn register_validator_fails_with_a_commission_above_2_000_bps() {
    let s = Stakes::new();
    let stake = s.stake(MIN_BOND, 0);
    for commission_bps in [2_001, 10_000, u32::MAX] {
        assert_refused(&s.env, StakingError::InvalidCommission, || {
            s.register(&stake, commission_bps)
        });
    }
    assert_eq!(s.register(&stake, 2_000), Ok(()));
    assert_eq!(s.at(&stake.0).commission_bps, 2_000);
}

#[test]
fn register_validator_fails_a_second_time_even_when_it_has_left() {
    let s = Stakes::new();
    let v = s.validator(0);
    let more = crate::one_more(&s, &v, MIN_BOND);
    assert_refused(&s.env, StakingError::DuplicateValidator, || s.register(&more, 0));
    s.own::<u64>("undelegate", &(v.clone(), 0)).expect("leaving");
    s.pass(UNBONDING);
    s.own::<i128>("unstake", &(v, 0)).expect("paid back");
    assert_refused(&s.env, StakingError::DuplicateValidator, || s.register(&more, 0));
}

#[test]
fn register_validator_fails_where_the_position_is_not_free() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.delegated(MIN_BOND, 0, &v);
    assert_refused(&s.env, StakingError::UnknownPosition, || s.register(&(stake.0.clone(), 1), 0));
    assert_refused(&s.env, StakingError::StillDelegated, || s.register(&stake, 0));
    s.own::<u64>("undelegate", &stake).expect("leaving");
    s.pass(UNBONDING - 1);
    assert_refused(&s.env, StakingError::StillUnbonding, || s.register(&stake, 0));
    s.pass(1);
    assert_eq!(s.register(&stake, 0), Ok(()));
    assert_eq!((s.at(&v).stake, s.at(&v).unbonding), (MIN_BOND, 0));
    assert_eq!((s.at(&stake.0).bond, s.at(&stake.0).previous), (MIN_BOND, Some(v)));
    let gone = s.stake(MIN_BOND, 0);
    s.own::<i128>("unstake", &gone).expect("paid back");
    assert_refused(&s.env, StakingError::NothingStaked, || s.register(&gone, 0));
}

#[test]
fn update_validator_lowers_a_commission_at_once() {
    let s = Stakes::new();
    let v = s.validator(1_000);
    let (before, state) = (s.at(&v), s.staking.state());
    let metadata_hash = BytesN::from_array(&s.env, &[3; 32]);
    let call = s.to_staking("update_validator", (&v, 400u32, metadata_hash.clone()));
    assert_eq!(s.signed(&v, &call), Ok(0u64));
    let event = ValidatorUpdated {
        validator: v.clone(),
        commission_bps: 400,
        at: 0,
        metadata_hash: metadata_hash.clone(),
    };
    assert_eq!(s.told(), [s.event(event)]);
    let (commission_bps, next_commission_bps) = (400, 400);
    let expected = Validator { commission_bps, next_commission_bps, metadata_hash, ..before };
    assert_eq!(s.at(&v), expected);
    assert_eq!(s.staking.state(), state);
    assert_eq!(update(&s, &v, 0), Ok(0));
    assert_eq!(s.at(&v).commission_bps, 0);
}

#[test]
fn update_validator_raises_a_commission_28_days_later() {
    let s = Stakes::new();
    let v = s.validator(1_000);
    let before = s.at(&v);
    let at = s.now() + UNBONDING;
    assert_eq!(update(&s, &v, 1_100), Ok(at));
    let event = ValidatorUpdated {
        validator: v.clone(),
        commission_bps: 1_100,
        at,
        metadata_hash: s.hash(),
    };
    assert_eq!(s.told(), [s.event(event)]);
    let announced =
        Validator { next_commission_bps: 1_100, next_commission_at: at, ..before.clone() };
    assert_eq!(s.at(&v), announced);
    s.pass(UNBONDING - 1);
    assert_eq!(s.at(&v), announced);
    s.pass(1);
    let (commission_bps, next_commission_bps) = (1_100, 1_100);
    assert_eq!(s.at(&v), Validator { commission_bps, next_commission_bps, ..before });
    // Another point, another 28 days.
    assert_eq!(update(&s, &v, 1_200), Ok(s.now() + UNBONDING));
    assert_eq!((s.at(&v).commission_bps, s.at(&v).next_commission_bps), (1_100, 1_200));
}

#[test]
fn update_validator_fails_to_raise_by_more_than_100_bps_or_above_2_000() {
    let s = Stakes::new();
    let (v, w) = (s.validator(1_000), s.validator(1_950));
    for commission_bps in [1_101, 2_000] {
        assert_refused(&s.env, StakingError::CommissionRise, || update(&s, &v, commission_bps));
    }
    for commission_bps in [2_001, u32::MAX] {
        assert_refused(&s.env, StakingError::InvalidCommission, || update(&s, &w, commission_bps));
    }
    assert_eq!(update(&s, &w, 2_000), Ok(s.now() + UNBONDING));
    // What is announced is not what it rises from.
    assert_eq!(update(&s, &v, 1_100), Ok(s.now() + UNBONDING));
    s.pass(UNBONDING - 1);
    assert_refused(&s.env, StakingError::CommissionRise, || update(&s, &v, 1_101));
    s.pass(1);
    assert_refused(&s.env, StakingError::CommissionRise, || update(&s, &v, 1_201));
    assert_eq!(update(&s, &v, 1_200), Ok(s.now() + UNBONDING));
}

#[test]
fn update_validator_keeps_the_time_of_what_it_announced_already() {
    let s = Stakes::new();
    let v = s.validator(1_000);
    let at = s.now() + UNBONDING;
    assert_eq!(update(&s, &v, 1_080), Ok(at));
    s.pass(10 * DAY);
    let metadata_hash = BytesN::from_array(&s.env, &[3; 32]);
    let call = s.to_staking("update_validator", (&v, 1_080u32, metadata_hash.clone()));
    assert_eq!(s.signed(&v, &call), Ok(at));
    assert_eq!(s.at(&v).metadata_hash, metadata_hash);
    assert_eq!(s.at(&v).next_commission_at, at);
    // Anything else is announced anew, be it lower than that.
    let later = s.now() + UNBONDING;
    assert_eq!(update(&s, &v, 1_050), Ok(later));
    assert_eq!((s.at(&v).next_commission_bps, s.at(&v).next_commission_at), (1_050, later));
    s.pass(UNBONDING - 1);
    assert_eq!(s.at(&v).commission_bps, 1_000);
    s.pass(1);
    assert_eq!(s.at(&v).commission_bps, 1_050);
}

#[test]
fn update_validator_cancels_what_it_announced_by_the_same_or_a_lower_commission() {
    let s = Stakes::new();
    for commission_bps in [1_000, 999, 0] {
        let v = s.validator(1_000);
        assert_eq!(update(&s, &v, 1_100), Ok(s.now() + UNBONDING));
        s.pass(10 * DAY);
        assert_eq!(update(&s, &v, commission_bps), Ok(0));
        let at = s.at(&v);
        assert_eq!((at.commission_bps, at.next_commission_bps), (commission_bps, commission_bps));
        assert_eq!(at.next_commission_at, 0);
        s.pass(2 * UNBONDING);
        assert_eq!(s.at(&v).commission_bps, commission_bps);
        // And counts from there anew.
        assert_refused(&s.env, StakingError::CommissionRise, || {
            update(&s, &v, commission_bps + 101)
        });
    }
}

/// A week's income around the time at which the rise holds; its commission on both sides of `call`.
fn commission_around_a_rise(call: impl Fn(&Stakes, &Address)) -> i128 {
    let s = Stakes::new();
    let v = s.validator(1_000);
    let stake = s.delegated(300 * ONE, 0, &v);
    update(&s, &v, 1_100).expect("announced");
    s.pass(UNBONDING - WEEK / 2);
    s.notify(700 * ONE).expect("notified");
    call(&s, &v);
    s.pass(s.staking.state().ends_at - s.now());
    let claimable = s.at(&v).claimable;
    assert_eq!(s.at(&v).commission_bps, 1_100);
    let theirs = s.position(&stake).claimable + s.position(&(v, 0)).claimable;
    let all = theirs + claimable;
    assert!((700 * ONE - 6..=700 * ONE).contains(&all), "{all}");
    claimable
}

#[test]
fn commission_rises_with_the_first_call_after_its_time() {
    type Act = fn(&Stakes, &Address);
    let acts: [Act; 4] = [
        |s, v| assert!(s.own::<i128>("claim", &(v.clone(), 0)).is_ok()),
        |s, v| assert!(claim_commission(s, v).is_ok()),
        |s, v| assert!(s.delegate(&s.stake(ONE, 0), v).is_ok()),
        |s, v| assert!(s.propose(v, 1).is_ok()),
    ];
    // What was earned before it went by the old one; what comes after it, by the new one.
    let stored = commission_around_a_rise(|s, v| {
        s.pass(WEEK / 2);
        assert_eq!(update(s, v, 1_100), Ok(0));
    });
    let exact = 350 * ONE * 10 / 100 + 350 * ONE * 11 / 100;
    assert!((exact - 2..=exact).contains(&stored), "{stored}");
    for (place, act) in acts.iter().enumerate() {
        let s = Stakes::new();
        let v = s.validator(1_000);
        let stake = s.delegated(300 * ONE, 0, &v);
        update(&s, &v, 1_100).expect("announced");
        s.pass(UNBONDING - WEEK / 2);
        s.notify(700 * ONE).expect("notified");
        s.pass(WEEK / 2);
        act(&s, &v);
        let before = s.position(&stake).claimable;
        assert_part(before, 350 * ONE, 90 * 3, 100 * 4);
        // A delegation of 1 TFT among those acts shares it.
        let staked = s.at(&v).stake;
        s.pass(WEEK / 2);
        let earned = s.position(&stake).claimable - before;
        let exact = 350 * ONE * 89 * (300 * ONE) / (100 * staked);
        assert!((exact - 1..=exact + 1).contains(&earned), "{place}: {earned} {exact}");
    }
}

#[test]
fn commission_rises_for_no_income_before_that_call() {
    // A second too early, it changes nothing; without one, all goes by the old one.
    for early in [WEEK / 2 - 1, 1] {
        let commission = commission_around_a_rise(|s, v| {
            s.pass(early);
            let at = s.at(v).next_commission_at;
            assert_eq!(update(s, v, 1_100), Ok(at));
        });
        let exact = 700 * ONE / 10;
        assert!((exact - 2..=exact).contains(&commission), "{commission}");
    }
    let none = commission_around_a_rise(|_, _| {});
    assert_part(none, 700 * ONE, 10, 100);
}

#[test]
fn commission_falls_for_income_after_that_only() {
    let s = Stakes::new();
    let v = s.validator(1_000);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK / 2);
    assert_eq!(update(&s, &v, 200), Ok(0));
    assert_part(s.at(&v).claimable, 350 * ONE, 10, 100);
    s.pass(WEEK / 2);
    let exact = 350 * ONE * 10 / 100 + 350 * ONE * 2 / 100;
    let earned = s.at(&v).claimable;
    assert!((exact - 2..=exact).contains(&earned), "{earned}");
}

#[test]
fn update_validator_and_claim_commission_fail_for_who_is_no_validator() {
    let s = Stakes::new();
    let (nobody, _) = s.stake(MIN_BOND, 0);
    assert_refused(&s.env, StakingError::UnknownValidator, || update(&s, &nobody, 0));
    assert_refused(&s.env, StakingError::UnknownValidator, || claim_commission(&s, &nobody));
}

#[test]
fn claim_commission_pays_what_a_validator_took() {
    let s = Stakes::new();
    let v = s.validator(1_000);
    assert_refused(&s.env, StakingError::NothingToClaim, || claim_commission(&s, &v));
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK);
    let (before, state) = (s.at(&v), s.staking.state());
    let amount = before.claimable;
    assert_part(amount, 700 * ONE, 10, 100);
    assert_eq!(claim_commission(&s, &v), Ok(amount));
    let event = CommissionClaimed { validator: v.clone(), amount };
    assert_eq!(s.told(), [s.event(event)]);
    assert_eq!(s.at(&v), Validator { claimable: 0, ..before });
    let rewards = 700 * ONE - amount;
    assert_eq!(s.staking.state(), StakingState { rewards, ..state });
    assert_eq!(s.balance(&s.tft, &v), amount);
    assert_eq!(s.balance(&s.tft, &s.staking.address), MIN_BOND + rewards);
    // Its position has earned the rest.
    assert_part(s.position(&(v.clone(), 0)).claimable, 700 * ONE, 90, 100);
    assert_refused(&s.env, StakingError::NothingToClaim, || claim_commission(&s, &v));
}

#[test]
fn claim_commission_fails_where_none_is_taken() {
    let s = Stakes::new();
    let v = s.validator(0);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK);
    assert_refused(&s.env, StakingError::NothingToClaim, || claim_commission(&s, &v));
}

#[test]
fn claim_commission_after_a_clawback_pays_a_part_of_what_is_left() {
    let s = Stakes::new();
    let v = s.validator(1_000);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK);
    let earned = s.at(&v).claimable;
    s.claw_back(&s.tft, &s.staking.address, 200 * ONE);
    let paid = earned * (600 * ONE) / (800 * ONE);
    assert_eq!(claim_commission(&s, &v), Ok(paid));
    assert_eq!(s.told(), [s.event(CommissionClaimed { validator: v.clone(), amount: paid })]);
    assert_eq!(s.balance(&s.tft, &v), paid);
    assert_eq!(s.staking.state().rewards, 700 * ONE - earned);
}
