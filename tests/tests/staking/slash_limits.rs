//! How much is slashed in a while, and what a pending slash keeps people from.

use tributary_common::interfaces::staking::StakingError;
use tributary_tests::env::{
    pool::ONE,
    sign::assert_refused,
    stakes::{Stakes, DAY, WEEK},
};

use crate::{one_more, UNBONDING};

#[test]
fn slashes_within_90_days_are_3_000_bps_together() {
    let s = Stakes::new();
    let (v, w) = (s.validator(0), s.validator(0));
    assert_eq!(s.slash(&v, 1_000), 10 * ONE);
    let refused = |bps| {
        assert_refused(&s.env, StakingError::SlashCapExceeded, || s.propose(&v, bps));
    };
    refused(2_001);
    assert_eq!(s.slash(&v, 2_000), 18 * ONE);
    let last = s.now();
    refused(1);
    // Each validator's are its own.
    assert_eq!(s.slash(&w, 3_000), 30 * ONE);
    // The first was a week before the second.
    s.pass(last - WEEK + 90 * DAY - s.now());
    refused(1);
    s.pass(1);
    refused(1_001);
    s.cancel(s.propose(&v, 1_000).expect("proposed")).expect("cancelled");
    s.pass(WEEK - 1);
    refused(1_001);
    s.pass(1);
    assert_eq!(s.slash(&v, 3_000), 72 * ONE * 3_000 / 10_000);
}

#[test]
fn only_what_was_executed_counts_for_the_90_days() {
    let s = Stakes::new();
    let v = s.validator(0);
    s.veto(s.propose(&v, 3_000).expect("proposed")).expect("vetoed");
    s.cancel(s.propose(&v, 3_000).expect("proposed")).expect("cancelled");
    s.propose(&v, 3_000).expect("proposed");
    s.pass(14 * DAY + 1);
    assert_eq!(s.slash(&v, 3_000), 30 * ONE);
}

#[test]
fn thirteen_slashes_in_90_days_are_remembered() {
    let s = Stakes::new();
    let v = s.validator_with(1_000_000 * ONE, 0);
    let mut left = 1_000_000 * ONE;
    let mut slash = |bps: u32| {
        let slashed = left * i128::from(bps) / 10_000;
        assert_eq!(s.slash(&v, bps), slashed);
        left -= slashed;
        assert_eq!(s.at(&v).stake, left);
    };
    slash(230);
    let first = s.now();
    for _ in 1..13 {
        slash(230);
    }
    assert_eq!(s.now(), first + 12 * WEEK);
    let refused = |bps| {
        assert_refused(&s.env, StakingError::SlashCapExceeded, || s.propose(&v, bps));
    };
    // 13 × 230 = 2 990
    refused(11);
    s.veto(s.propose(&v, 10).expect("proposed")).expect("vetoed");
    s.pass(first + 90 * DAY - s.now());
    refused(11);
    s.pass(1);
    // 12 × 230 = 2 760
    refused(241);
    slash(240);
    // The second is out as well: 11 × 230 + 240 = 2 770
    refused(231);
    assert_eq!(s.propose(&v, 230), Ok(16));
    assert_eq!(s.balance(&s.tft, &s.staking.address), left);
    assert_eq!(s.spare(), 0);
}

#[test]
fn nobody_delegates_while_a_slash_is_pending() {
    type Decide = fn(&Stakes, u32);
    let ends: [Decide; 4] = [
        |s, slash| s.veto(slash).expect("vetoed"),
        |s, slash| s.cancel(slash).expect("cancelled"),
        |s, slash| assert!(s.execute(slash).is_ok()),
        |s, _| s.pass(1),
    ];
    for decide in ends {
        let s = Stakes::new();
        let v = s.validator_with(1_000 * ONE, 0);
        let (stake, own) = (s.stake(50 * ONE, 0), one_more(&s, &v, 50 * ONE));
        let refused = || {
            assert_refused(&s.env, StakingError::SlashPending, || s.delegate(&stake, &v));
            assert_refused(&s.env, StakingError::SlashPending, || s.delegate(&own, &v));
        };
        let slash = s.propose(&v, 1_000).expect("proposed");
        refused();
        s.pass(14 * DAY);
        refused();
        // Others are free to take them.
        s.validator(0);
        decide(&s, slash);
        assert_eq!(s.at(&v).slash_expires_at, 0);
        assert_eq!(s.delegate(&stake, &v), Ok(50 * ONE));
        assert_eq!(s.delegate(&own, &v), Ok(50 * ONE));
    }
}

#[test]
fn delegation_to_others_goes_on_while_a_slash_is_pending() {
    let s = Stakes::new();
    let (v, w) = (s.validator(0), s.validator(0));
    s.propose(&v, 1_000).expect("proposed");
    assert_eq!(s.delegate(&s.stake(50 * ONE, 0), &w), Ok(50 * ONE));
    // And a validator's bond may go elsewhere, later.
    assert_eq!(s.own("undelegate", &(v.clone(), 0)), Ok(s.now() + UNBONDING));
    s.pass(WEEK);
    assert_eq!(s.execute(1), Ok(10 * ONE));
    assert_eq!((s.at(&v).stake, s.at(&v).unbonding), (0, 90 * ONE));
}
