use soroban_sdk::Error;
use tributary_common::interfaces::staking::{StakingError, StakingState};
use tributary_staking::event::Notified;
use tributary_tests::env::{
    pool::ONE,
    sign::assert_refused,
    stakes::{Stakes, DAY, WEEK, YEAR},
};

use crate::{assert_part, later};

#[test]
fn notify_takes_what_stakers_earn_over_7_days() {
    let s = Stakes::new();
    let stake = s.stake(50 * ONE, 0);
    let before = s.staking.state();
    let from = s.user(&[(&s.tft, 1_000 * ONE)]);
    let amount = 700 * ONE;
    let call = s.paying(&from, amount, "notify", (&from, amount));
    let ends_at = s.now() + WEEK;
    assert_eq!(s.signed(&from, &call), Ok(ends_at));
    assert_eq!(s.told(), [s.event(Notified { from: from.clone(), amount, ends_at })]);
    let state = StakingState { rewards: amount, remaining: amount, ends_at, ..before };
    assert_eq!(s.staking.state(), state);
    assert_eq!(s.balance(&s.tft, &from), 300 * ONE);
    assert_eq!(s.balance(&s.tft, &s.staking.address), 750 * ONE);
    assert_eq!(s.position(&stake).claimable, 0);
    let mut passed = 0;
    for seconds in [1, WEEK / 7 - 1, WEEK / 7, 4 * WEEK / 7, WEEK / 7 - 1, 1] {
        s.pass(seconds);
        passed += seconds;
        let due = amount * i128::from(passed) / i128::from(WEEK);
        assert_part(s.position(&stake).claimable, due, 1, 1);
        let state = s.staking.state();
        assert_eq!((state.remaining, state.rewards), (amount - due, amount));
    }
    s.pass(WEEK);
    assert_part(s.position(&stake).claimable, amount, 1, 1);
}

#[test]
fn notify_fails_below_1_tft() {
    let s = Stakes::new();
    for amount in [9_999_999, 1, 0, -1, i128::MIN] {
        let from = s.user(&[(&s.tft, 10 * ONE)]);
        let call = s.paying(&from, amount, "notify", (&from, amount));
        let notify = || s.signed::<u64>(&from, &call);
        assert_refused(&s.env, StakingError::InvalidAmount, notify);
    }
    assert_eq!(s.notify(10_000_000), Ok(s.now() + WEEK));
    assert_eq!(s.staking.state().rewards, 10_000_000);
}

/// The end is the mean of the old one and a week ahead, weighted by the amounts and rounded down.
#[test]
fn notify_again_moves_the_end_by_the_weight_of_its_amount() {
    for (more, days) in [(ONE, 3), (1_000 * ONE, 3), (4_000 * ONE, 3), (ONE, 6), (9 * ONE, 0)] {
        let s = Stakes::new();
        let stake = s.stake(50 * ONE, 0);
        s.notify(7_000 * ONE).expect("notified");
        s.pass(days * DAY);
        let remaining = 1_000 * ONE * i128::from(7 - days);
        assert_eq!(s.staking.state().remaining, remaining);
        let (left, total) = (WEEK - days * DAY, remaining + more);
        let later = u64::try_from(i128::from(WEEK - left) * more / total).expect("seconds");
        let ends_at = s.now() + left + later;
        assert_eq!(s.notify(more), Ok(ends_at), "{more}");
        let state = s.staking.state();
        assert_eq!((state.remaining, state.ends_at), (total, ends_at));
        assert_eq!(state.rewards, 7_000 * ONE + more);
        // Both are over then, and not a second earlier.
        s.pass(left + later - 1);
        assert!(s.staking.state().remaining > 0);
        s.pass(1);
        assert_eq!(s.staking.state().remaining, 0);
        let earned = s.position(&stake).claimable;
        let all = 7_000 * ONE + more;
        assert!((all - 3..=all).contains(&earned), "{earned}");
    }
}

/// 1 TFT among 4 000 keeps the others waiting for 64 seconds.
#[test]
fn notify_of_dust_cannot_stretch_what_others_notified() {
    let s = Stakes::new();
    s.stake(50 * ONE, 0);
    let ends_at = s.notify(7_000 * ONE).expect("notified");
    s.pass(3 * DAY);
    assert_eq!(s.notify(ONE), Ok(ends_at + 3 * DAY / 4_001));
}

#[test]
fn notify_after_the_end_begins_a_new_week() {
    let s = Stakes::new();
    let stake = s.stake(50 * ONE, 0);
    s.notify(700 * ONE).expect("notified");
    s.pass(30 * DAY);
    assert_eq!(s.notify(70 * ONE), Ok(s.now() + WEEK));
    s.pass(DAY);
    let earned = s.position(&stake).claimable;
    let exact = 710 * ONE;
    assert!((exact - 2..=exact).contains(&earned), "{earned}");
}

#[test]
fn time_without_stakers_does_not_count() {
    let s = Stakes::new();
    let ends_at = s.notify(700 * ONE).expect("notified");
    s.pass(30 * DAY);
    assert_eq!(s.staking.state().ends_at, ends_at + 30 * DAY);
    assert_eq!(s.staking.state().remaining, 700 * ONE);
    let first = s.stake(50 * ONE, 0);
    s.pass(3 * DAY);
    assert_part(s.position(&first).claimable, 300 * ONE, 1, 1);
    assert_eq!(s.own("unstake", &first), Ok(50 * ONE));
    // Nobody again, for a year; then the other four days.
    later(&s, YEAR);
    assert_eq!(s.staking.state().remaining, 400 * ONE);
    let second = s.stake(20 * ONE, 0);
    assert_eq!(s.staking.state().ends_at, s.now() + 4 * DAY);
    s.pass(DAY);
    assert_part(s.position(&second).claimable, 100 * ONE, 1, 1);
    s.pass(3 * DAY);
    assert_part(s.position(&second).claimable, 400 * ONE, 1, 1);
    assert_part(s.position(&first).claimable, 300 * ONE, 1, 1);
    assert_eq!(s.staking.state().remaining, 0);
}

/// Two notifications while nobody is there are as one.
#[test]
fn notify_without_stakers_waits_for_the_first() {
    let s = Stakes::new();
    s.notify(300 * ONE).expect("notified");
    s.pass(100 * DAY);
    assert_eq!(s.notify(400 * ONE), Ok(s.now() + WEEK));
    s.pass(DAY);
    let stake = s.stake(50 * ONE, 0);
    s.pass(WEEK - 1);
    assert!(s.staking.state().remaining > 0);
    s.pass(1);
    assert_part(s.position(&stake).claimable, 700 * ONE, 1, 1);
}

/// People come, leave and claim at odd times: each unit is earned by somebody, but for what rounding leaves.
#[test]
fn nothing_that_was_notified_is_lost() {
    let s = Stakes::new();
    let v = s.validator(777);
    let mut stakes = vec![(v.clone(), 0)];
    let mut notified = 0;
    for round in 1..=12i128 {
        let amount = ONE * round * 13 + 7 * round;
        s.notify(amount).expect("notified");
        notified += amount;
        s.pass(54_321);
        let stake = s.stake(ONE * round + 3 * round, (round as u64 % 4) * YEAR);
        if round % 2 == 0 {
            s.delegate(&stake, &v).expect("delegated");
        }
        s.pass(12_345);
        stakes.push(stake);
        if round % 3 == 0 {
            let first = s.own::<i128>("claim", &stakes[round as usize / 3]);
            assert!(first.expect("paid") > 0);
        }
        if round % 5 == 0 {
            s.own::<u64>("undelegate", &stakes[round as usize / 5 * 2]).expect("leaving");
        }
        assert_eq!(s.spare(), 0);
    }
    s.pass(2 * WEEK);
    let due: i128 = stakes.iter().map(|stake| s.position(stake).claimable).sum();
    let owed = due + s.at(&v).claimable + s.staking.state().remaining;
    let left = s.staking.state().rewards;
    // Less than two units each time that something was settled.
    assert!((left - 100..=left).contains(&owed), "{owed} of {left}");
    assert!(left < notified);
    assert_eq!(s.spare(), 0);
}

#[test]
fn notify_fails_where_all_is_more_than_an_amount() {
    let s = Stakes::new();
    s.stake(50 * ONE, 0);
    let most = i128::MAX - 50 * ONE;
    let from = s.user(&[(&s.tft, most + 1)]);
    let call = |amount: i128| s.paying(&from, amount, "notify", (&from, amount));
    let more = call(most + 1);
    assert_refused(&s.env, StakingError::Overflow, || s.signed::<u64>(&from, &more));
    assert_eq!(s.signed(&from, &call(most)), Ok(s.now() + WEEK));
    assert_eq!(s.balance(&s.tft, &s.staking.address), i128::MAX);
}

#[test]
fn notify_fails_in_a_deficit_until_somebody_pays_what_is_missing() {
    let s = Stakes::new();
    s.stake(50 * ONE, 0);
    s.claw_back(&s.tft, &s.staking.address, 1);
    let from = s.user(&[(&s.tft, ONE)]);
    let call = s.paying(&from, ONE, "notify", (&from, ONE));
    assert_refused(&s.env, StakingError::Deficit, || s.signed::<u64>(&from, &call));
    s.give(&s.tft, &s.staking.address, 1);
    assert_eq!(s.signed(&from, &call), Ok(s.now() + WEEK));
}

#[test]
fn notify_fails_for_more_than_the_payer_has() {
    let s = Stakes::new();
    let from = s.user(&[(&s.tft, ONE)]);
    let call = s.paying(&from, ONE + 1, "notify", (&from, ONE + 1));
    let unpaid = Error::from_contract_error(10);
    assert_refused(&s.env, unpaid, || s.signed::<u64>(&from, &call));
}
