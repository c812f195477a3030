use tributary_common::interfaces::staking::{Position, StakingError, StakingState};
use tributary_staking::event::Claimed;
use tributary_tests::env::{
    pool::ONE,
    sign::assert_refused,
    stakes::{Stake, Stakes, WEEK, YEAR},
};

use crate::{assert_part, weight, UNBONDING};

#[test]
fn claim_pays_what_a_position_has_earned() {
    let s = Stakes::new();
    let (stake, _other) = (s.stake(50 * ONE, 0), s.stake(20 * ONE, 0));
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK);
    let (before, state) = (s.position(&stake), s.staking.state());
    let amount = before.claimable;
    assert_part(amount, 700 * ONE, 50, 70);
    assert_eq!(s.own("claim", &stake), Ok(amount));
    let event = Claimed { owner: stake.0.clone(), position: 0, amount };
    assert_eq!(s.told(), [s.event(event)]);
    assert_eq!(s.position(&stake), Position { claimable: 0, ..before });
    let rewards = 700 * ONE - amount;
    assert_eq!(s.staking.state(), StakingState { rewards, ..state });
    assert_eq!(s.balance(&s.tft, &stake.0), amount);
    assert_eq!(s.balance(&s.tft, &s.staking.address), 70 * ONE + rewards);
    assert_refused(&s.env, StakingError::NothingToClaim, || s.own::<i128>("claim", &stake));
}

#[test]
fn claims_are_by_weight() {
    let s = Stakes::new();
    let v = s.validator(0);
    let terms = [(50, 0, 1), (50, YEAR, 1), (30, 4 * YEAR, 1), (50, 0, 2), (30, 4 * YEAR, 2)];
    let stakes = terms.map(|(amount, lock, times)| {
        let stake = match times {
            1 => s.stake(amount * ONE, lock),
            _ => s.delegated(amount * ONE, lock, &v),
        };
        (stake, times * weight(amount * ONE, lock))
    });
    let bond = ((v, 0), 2 * weight(100 * ONE, 0));
    let all: std::vec::Vec<(Stake, u128)> = stakes.into_iter().chain([bond]).collect();
    let total = all.iter().map(|(_, weight)| weight).sum();
    assert_eq!(s.staking.state().weight, total);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK);
    let mut sum = 0;
    for (stake, weight) in &all {
        let paid = s.own("claim", stake).expect("paid");
        assert_part(paid, 700 * ONE, *weight, total);
        sum += paid;
    }
    // What rounding left of it stays, and is owed.
    assert!((700 * ONE - 6..=700 * ONE).contains(&sum), "{sum}");
    assert_eq!((s.staking.state().rewards, s.spare()), (700 * ONE - sum, 0));
}

#[test]
fn claim_in_between_pays_what_the_time_has_brought() {
    let s = Stakes::new();
    let stake = s.stake(50 * ONE, 0);
    s.notify(700 * ONE).expect("notified");
    assert_refused(&s.env, StakingError::NothingToClaim, || s.own::<i128>("claim", &stake));
    let mut paid = 0;
    for seconds in [5, 86_395, WEEK / 2, WEEK / 2 - 86_400] {
        s.pass(seconds);
        let more: i128 = s.own("claim", &stake).expect("paid");
        // Each second as much; each call rounds down, twice at most.
        let exact = 700 * ONE * i128::from(seconds) / i128::from(WEEK);
        assert!((exact - 1..=exact + 1).contains(&more), "{more} {exact}");
        paid += more;
    }
    assert!((700 * ONE - 4..=700 * ONE).contains(&paid), "{paid}");
    s.pass(WEEK);
    assert!(s.position(&stake).claimable <= 700 * ONE - paid);
}

#[test]
fn claim_leaves_a_validator_its_commission() {
    let s = Stakes::new();
    let v = s.validator(1_000);
    let stake = s.delegated(300 * ONE, 0, &v);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK);
    assert_part(s.own("claim", &stake).expect("paid"), 700 * ONE, 3 * 90, 4 * 100);
    // Of its own stake too.
    assert_part(s.own("claim", &(v.clone(), 0)).expect("paid"), 700 * ONE, 90, 4 * 100);
    assert_part(s.at(&v).claimable, 700 * ONE, 10, 100);
}

#[test]
fn claim_fails_where_nothing_is_due() {
    let s = Stakes::new();
    let v = s.validator(0);
    let (stake, leaving) = (s.stake(50 * ONE, 0), s.delegated(50 * ONE, 0, &v));
    s.own::<u64>("undelegate", &leaving).expect("leaving");
    for stake in [&stake, &leaving] {
        assert_refused(&s.env, StakingError::NothingToClaim, || s.own::<i128>("claim", stake));
    }
    s.notify(700 * ONE).expect("notified");
    s.pass(UNBONDING);
    assert_refused(&s.env, StakingError::NothingToClaim, || s.own::<i128>("claim", &leaving));
    assert!(s.own::<i128>("claim", &stake).is_ok());
    let none = (stake.0, 1);
    assert_refused(&s.env, StakingError::UnknownPosition, || s.own::<i128>("claim", &none));
}

#[test]
fn claim_after_a_slash_goes_by_what_is_left() {
    let s = Stakes::new();
    let v = s.validator(0);
    let (with, without) = (s.delegated(100 * ONE, 0, &v), s.stake(100 * ONE, 0));
    assert_eq!(s.slash(&v, 3_000), 60 * ONE);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK);
    // Bond and delegator have 70 each, which count twice.
    assert_eq!(s.staking.state().weight, 2 * weight(140 * ONE, 0) + weight(100 * ONE, 0));
    assert_part(s.own("claim", &with).expect("paid"), 700 * ONE, 140, 380);
    assert_part(s.own("claim", &without).expect("paid"), 700 * ONE, 100, 380);
}

#[test]
fn claim_after_a_clawback_pays_a_part_of_what_is_left() {
    let s = Stakes::new();
    let stake = s.stake(100 * ONE, 0);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK);
    let earned = s.position(&stake).claimable;
    s.claw_back(&s.tft, &s.staking.address, 200 * ONE);
    let paid = earned * (600 * ONE) / (800 * ONE);
    assert_eq!(s.own("claim", &stake), Ok(paid));
    let event = Claimed { owner: stake.0.clone(), position: 0, amount: paid };
    assert_eq!(s.told(), [s.event(event)]);
    assert_eq!(s.balance(&s.tft, &stake.0), paid);
    assert_eq!(s.staking.state().rewards, 700 * ONE - earned);
    // What the stakes lost is no smaller a part, nor a larger one.
    let rest = 100 * ONE * (600 * ONE - paid) / (800 * ONE - earned);
    assert_eq!(s.own("unstake", &stake), Ok(rest));
}

#[test]
fn claim_fails_where_nothing_is_left_to_pay() {
    let s = Stakes::new();
    let stake = s.stake(100 * ONE, 0);
    s.notify(700 * ONE).expect("notified");
    s.pass(WEEK);
    s.claw_back(&s.tft, &s.staking.address, 800 * ONE);
    assert_refused(&s.env, StakingError::Deficit, || s.own::<i128>("claim", &stake));
    s.give(&s.tft, &s.staking.address, 800 * ONE);
    assert_part(s.own("claim", &stake).expect("paid"), 700 * ONE, 1, 1);
}
