//! What a pending slash holds back of those who leave.

use soroban_sdk::Address;
use tributary_common::interfaces::staking::{Place, StakingError, StakingState};
use tributary_staking::event::{Delegated, SlashExecuted, Unbonded, Unstaked};
use tributary_tests::env::{
    pool::ONE,
    sign::assert_refused,
    stakes::{Stake, Stakes, DAY, WEEK},
};

use crate::{assert_part, weight, UNBONDING};

const BPS: u32 = 1_500;

/// What is held back, rounded up.
fn part(amount: i128) -> i128 {
    (amount * i128::from(BPS) + 9_999) / 10_000
}

/// A validator that can be slashed now, and somebody who can leave now.
fn leaver(s: &Stakes, amount: i128) -> (Address, Stake, u32) {
    let v = s.validator(0);
    let stake = s.delegated(amount, 0, &v);
    s.own::<u64>("undelegate", &stake).expect("leaving");
    s.pass(UNBONDING - WEEK);
    let slash = s.propose(&v, BPS).expect("proposed");
    s.pass(WEEK);
    (v, stake, slash)
}

type Leave = fn(&Stakes, &Stake) -> i128;

/// The three ways out; each returns what went along.
const WAYS: [Leave; 3] = [
    |s, stake| s.own("unstake", stake).expect("paid back"),
    |s, stake| s.own("complete_unbonding", stake).expect("back"),
    |s, stake| s.delegate(stake, &s.validator(0)).expect("delegated"),
];

#[test]
fn who_leaves_while_a_slash_is_pending_leaves_its_part() {
    for (way, leave) in WAYS.iter().enumerate() {
        let s = Stakes::new();
        let amount = 50 * ONE + 1;
        let (v, stake, slash) = leaver(&s, amount);
        let state = s.staking.state();
        let (withheld, left) = (part(amount), amount - part(amount));
        assert_eq!(leave(&s, &stake), left);
        let (owner, position) = (stake.0.clone(), 0);
        let told = s.told();
        let now = s.position(&stake);
        let event = match way {
            0 => s.event(Unstaked { owner, position, amount: left, withheld }),
            1 => s.event(Unbonded { owner, position, amount: left, withheld }),
            _ => {
                let validator = now.validator.clone();
                s.event(Delegated { owner, position, validator, amount: left, withheld })
            }
        };
        assert_eq!(told, [event]);
        assert_eq!((now.withheld, now.slash), (withheld, slash));
        let (place, stays, validators) = [
            (Place::Unstaked, 0, 0),
            (Place::Undelegated, left, 0),
            (Place::Delegated, left, 100 * ONE),
        ][way];
        assert_eq!((now.place, now.amount, now.weight), (place, stays, weight(stays, 0)));
        assert_eq!((s.at(&v).unbonding, s.at(&v).withheld), (0, withheld));
        assert_eq!(s.at(&v).stake, 100 * ONE);
        let after = s.staking.state();
        assert_eq!(after.staked, 100 * ONE + withheld + stays + validators);
        assert_eq!(state.staked, 100 * ONE + amount);
        // What is withheld earns nothing.
        let times = if way == 2 { 2 } else { 1 };
        let counted = state.weight + times * weight(stays, 0) + 2 * weight(validators, 0);
        assert_eq!(after.weight, counted);
        assert_eq!(s.balance(&s.tft, &stake.0), [left, 0, 0][way]);
        assert_eq!(s.spare(), 0);
    }
}

#[test]
fn what_is_withheld_is_slashed_with_the_rest() {
    for (way, leave) in WAYS.iter().enumerate() {
        let s = Stakes::new();
        let amount = 50 * ONE + 1;
        let (v, stake, slash) = leaver(&s, amount);
        leave(&s, &stake);
        let state = s.staking.state();
        let slashed = 100 * ONE * i128::from(BPS) / 10_000 + part(amount);
        assert_eq!(s.execute(slash), Ok(slashed));
        let (burned, protection) = (slashed / 2, slashed - slashed / 2);
        let event = SlashExecuted { slash, validator: v.clone(), slashed, burned, protection };
        assert_eq!(s.told(), [s.event(event)]);
        assert_eq!(s.staking.state().staked, state.staked - slashed);
        assert_eq!(s.treasury.books(&s.tft).protection, protection);
        assert_eq!((s.at(&v).withheld, s.position(&stake).withheld), (0, 0));
        assert_eq!(s.spare(), 0);
        // It never comes back.
        let left = amount - part(amount);
        match way {
            0 => {
                let unstake = || s.own::<i128>("unstake", &stake);
                assert_refused(&s.env, StakingError::NothingStaked, unstake);
                let w = s.validator(0);
                assert_refused(&s.env, StakingError::NothingStaked, || s.delegate(&stake, &w));
            }
            1 => assert_eq!(s.own("unstake", &stake), Ok(left)),
            _ => {
                s.own::<u64>("undelegate", &stake).expect("leaving");
                s.pass(UNBONDING);
                assert_eq!(s.own("unstake", &stake), Ok(left));
            }
        }
        assert_eq!(s.spare(), 0);
    }
}

/// Who is hit while she leaves, and who leaves first, lose the same.
#[test]
fn leaving_makes_no_difference() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stakes = [(); 4].map(|()| s.delegated(40 * ONE, 0, &v));
    for stake in &stakes[1..] {
        s.own::<u64>("undelegate", stake).expect("leaving");
    }
    s.pass(UNBONDING - WEEK);
    let slash = s.propose(&v, BPS).expect("proposed");
    s.pass(WEEK);
    let left = 40 * ONE - part(40 * ONE);
    assert_eq!(s.own("unstake", &stakes[1]), Ok(left));
    assert_eq!(s.own("complete_unbonding", &stakes[2]), Ok(left));
    assert_eq!(s.at(&v).withheld, 2 * part(40 * ONE));
    let slashed = (140 + 40) * ONE * 15 / 100 + 2 * part(40 * ONE);
    assert_eq!(s.execute(slash), Ok(slashed));
    assert_eq!(s.position(&stakes[0]).amount, left);
    assert_eq!(s.own("unstake", &stakes[3]), Ok(left));
    assert_eq!(s.own("unstake", &stakes[2]), Ok(left));
    assert_eq!(s.staking.state().staked, (100 + 40) * ONE * 85 / 100);
    assert_eq!(s.spare(), 0);
}

/// 28 days that are over protect nobody who is still there; who is out before the proposal is out.
#[test]
fn who_left_before_the_proposal_is_not_hit() {
    let s = Stakes::new();
    let v = s.validator(0);
    let (out, still) = (s.delegated(40 * ONE, 0, &v), s.delegated(40 * ONE, 0, &v));
    for stake in [&out, &still] {
        s.own::<u64>("undelegate", stake).expect("leaving");
    }
    s.pass(UNBONDING);
    assert_eq!(s.own("complete_unbonding", &out), Ok(40 * ONE));
    assert_eq!(s.slash(&v, BPS), 140 * ONE * 15 / 100);
    assert_eq!(s.own("unstake", &out), Ok(40 * ONE));
    assert_eq!(s.own("unstake", &still), Ok(34 * ONE));
}

type End = fn(&Stakes, u32);

/// The three ways in which a slash is not.
const ENDS: [End; 3] = [
    |s, slash| s.veto(slash).expect("vetoed"),
    |s, slash| s.cancel(slash).expect("cancelled"),
    |s, _| s.pass(WEEK + 1),
];

#[test]
fn what_is_withheld_comes_back_by_unstake() {
    for end in ENDS {
        let s = Stakes::new();
        let (v, stake, slash) = leaver(&s, 50 * ONE);
        let withheld = part(50 * ONE);
        s.own::<i128>("unstake", &stake).expect("paid back");
        let unstake = || s.own::<i128>("unstake", &stake);
        assert_refused(&s.env, StakingError::NothingStaked, unstake);
        end(&s, slash);
        // It is free, and still there.
        assert_eq!((s.at(&v).withheld, s.position(&stake).withheld), (0, withheld));
        assert_eq!(s.staking.state().staked, 100 * ONE + withheld);
        assert_eq!(unstake(), Ok(withheld));
        let (owner, amount) = (stake.0.clone(), withheld);
        let event = Unstaked { owner, position: 0, amount, withheld: 0 };
        assert_eq!(s.told(), [s.event(event)]);
        assert_eq!(s.position(&stake).withheld, 0);
        assert_eq!(s.balance(&s.tft, &stake.0), 50 * ONE);
        assert_eq!((s.staking.state().staked, s.spare()), (100 * ONE, 0));
        assert_refused(&s.env, StakingError::NothingStaked, unstake);
    }
}

#[test]
fn what_is_withheld_comes_back_by_complete_unbonding() {
    for end in ENDS {
        let s = Stakes::new();
        let (v, stake, slash) = leaver(&s, 50 * ONE);
        let withheld = part(50 * ONE);
        s.own::<i128>("complete_unbonding", &stake).expect("back");
        end(&s, slash);
        assert_eq!(s.position(&stake).withheld, withheld);
        let state = s.staking.state();
        assert_eq!(s.own("complete_unbonding", &stake), Ok(50 * ONE));
        let event = Unbonded { owner: stake.0.clone(), position: 0, amount: 50 * ONE, withheld: 0 };
        assert_eq!(s.told(), [s.event(event)]);
        let now = s.position(&stake);
        assert_eq!((now.place, now.amount, now.withheld), (Place::Undelegated, 50 * ONE, 0));
        assert_eq!(now.weight, weight(50 * ONE, 0));
        let weight = state.weight + weight(withheld, 0);
        let undelegated = 50 * ONE;
        assert_eq!(s.staking.state(), StakingState { undelegated, weight, ..state });
        assert_eq!((s.at(&v).withheld, s.spare()), (0, 0));
        assert_refused(&s.env, StakingError::NothingUnbonded, || {
            s.own::<i128>("complete_unbonding", &stake)
        });
    }
}

#[test]
fn what_is_withheld_comes_back_by_delegate() {
    for end in ENDS {
        for leave in &WAYS[..2] {
            let s = Stakes::new();
            let (v, stake, slash) = leaver(&s, 50 * ONE);
            let left = leave(&s, &stake);
            end(&s, slash);
            let w = s.validator(0);
            // All that is not paid back: what was withheld alone, or with the rest.
            let back = 50 * ONE - s.balance(&s.tft, &stake.0);
            assert!(back == 50 * ONE || back == 50 * ONE - left);
            assert_eq!(s.delegate(&stake, &w), Ok(back));
            let event = Delegated {
                owner: stake.0.clone(),
                position: 0,
                validator: w.clone(),
                amount: back,
                withheld: 0,
            };
            assert_eq!(s.told(), [s.event(event)]);
            let now = s.position(&stake);
            assert_eq!((now.place, now.amount, now.withheld), (Place::Delegated, back, 0));
            assert_eq!((s.at(&w).stake, s.at(&v).withheld), (100 * ONE + back, 0));
            assert_eq!((s.staking.state().staked, s.spare()), (200 * ONE + back, 0));
        }
    }
}

/// By unstake, too, with all that the position has.
#[test]
fn what_is_withheld_is_paid_with_the_rest() {
    for end in ENDS {
        let s = Stakes::new();
        let (_, stake, slash) = leaver(&s, 50 * ONE);
        s.own::<i128>("complete_unbonding", &stake).expect("back");
        end(&s, slash);
        assert_eq!(s.own("unstake", &stake), Ok(50 * ONE));
        assert_eq!(s.balance(&s.tft, &stake.0), 50 * ONE);
        assert_eq!((s.staking.state().staked, s.spare()), (100 * ONE, 0));
    }
}

/// It can be executed to the last second, and is free in the next.
#[test]
fn what_is_withheld_is_free_after_the_last_second_of_a_slash() {
    let s = Stakes::new();
    let (v, stake, slash) = leaver(&s, 50 * ONE);
    let withheld = part(50 * ONE);
    s.own::<i128>("unstake", &stake).expect("paid back");
    s.pass(WEEK);
    assert_eq!(s.now(), s.staking.slash(&slash).expires_at);
    assert_eq!(s.at(&v).withheld, withheld);
    let unstake = || s.own::<i128>("unstake", &stake);
    assert_refused(&s.env, StakingError::NothingStaked, unstake);
    s.pass(1);
    assert_eq!(s.at(&v).withheld, 0);
    assert_refused(&s.env, StakingError::SlashLapsed, || s.execute(slash));
    assert_eq!(unstake(), Ok(withheld));
}

#[test]
fn unstake_while_a_slash_is_pending_leaves_what_was_withheld_before() {
    let s = Stakes::new();
    let (v, stake, slash) = leaver(&s, 50 * ONE);
    let withheld = part(50 * ONE);
    s.own::<i128>("complete_unbonding", &stake).expect("back");
    assert_eq!(s.own("unstake", &stake), Ok(50 * ONE - withheld));
    assert_eq!((s.position(&stake).withheld, s.at(&v).withheld), (withheld, withheld));
    assert_eq!(s.staking.state().staked, 100 * ONE + withheld);
    s.veto(slash).expect("vetoed");
    assert_eq!(s.own("unstake", &stake), Ok(withheld));
}

/// The next slash of the same validator takes nothing of what the one before held back, and keeps nothing.
#[test]
fn what_is_withheld_is_for_one_slash_alone() {
    for end in ENDS {
        let s = Stakes::new();
        let (v, stake, slash) = leaver(&s, 50 * ONE);
        let withheld = part(50 * ONE);
        s.own::<i128>("unstake", &stake).expect("paid back");
        end(&s, slash);
        let next = s.propose(&v, BPS).expect("proposed");
        assert_eq!((s.at(&v).withheld, s.position(&stake).withheld), (0, withheld));
        s.pass(WEEK);
        assert_eq!(s.execute(next), Ok(100 * ONE * i128::from(BPS) / 10_000));
        assert_eq!(s.own("unstake", &stake), Ok(withheld));
        assert_eq!(s.spare(), 0);
    }
}

#[test]
fn who_leaves_cannot_come_back_to_a_validator_whose_slash_is_pending() {
    let s = Stakes::new();
    let (v, stake, _) = leaver(&s, 50 * ONE);
    assert_refused(&s.env, StakingError::SlashPending, || s.delegate(&stake, &v));
    assert_eq!(s.position(&stake).place, Place::Unbonding);
}

#[test]
fn what_is_withheld_keeps_what_was_earned() {
    let s = Stakes::new();
    let v = s.validator(0);
    let stake = s.delegated(100 * ONE, 0, &v);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK);
    s.own::<u64>("undelegate", &stake).expect("leaving");
    s.pass(UNBONDING - DAY);
    s.propose(&v, BPS).expect("proposed");
    s.pass(DAY);
    assert_eq!(s.own("unstake", &stake), Ok(100 * ONE - part(100 * ONE)));
    assert_part(s.own("claim", &stake).expect("paid"), 700 * ONE, 1, 2);
}

#[test]
fn register_validator_with_what_a_slash_leaves_must_reach_the_least_bond() {
    let s = Stakes::new();
    let enough = 100 * ONE * 10_000 / (10_000 - i128::from(BPS)) + 1;
    for (amount, reaches) in [(enough - 2, false), (enough, true)] {
        let (_, stake, _) = leaver(&s, amount);
        let left = amount - part(amount);
        assert_eq!(left >= 100 * ONE, reaches, "{left}");
        if reaches {
            assert_eq!(s.register(&stake, 0), Ok(()));
            assert_eq!(s.at(&stake.0).bond, left);
            assert_eq!(s.position(&stake).withheld, part(amount));
        } else {
            assert_refused(&s.env, StakingError::BondTooSmall, || s.register(&stake, 0));
        }
    }
}
