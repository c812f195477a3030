//! Rewards, weights, commissions.

use tributary_common::interfaces::staking::StakingError;
use tributary_staking::MAX_LOCK;
use tributary_tests::{
    env::{
        pool::ONE,
        sign::assert_refused,
        stakes::{Stake, Stakes, DAY, WEEK},
    },
    ledger::suite::MIN_BOND,
};

use super::{
    assert_close, assert_fails, claim, claim_commission, complete, purse, undelegate, unstake,
    LEAVING,
};

#[test]
fn a_flash_stake_earns_nothing_and_costs_the_others_nothing() {
    let played = |flash: bool| {
        let stakes = Stakes::new();
        let validator = stakes.validator(0);
        let honest = stakes.delegated(1_000 * ONE, 0, &validator);
        let thief = stakes.user(&[(&stakes.tft, 1_000_000 * ONE)]);
        let mut number = 0;
        for day in 0..8 {
            if flash {
                let stake = (thief.clone(), number);
                // Before the income of the same ledger, around it, and without any.
                let amount = purse(&stakes, &thief);
                stakes.stake_as(&thief, amount, 0).expect("staked");
                if day == 0 {
                    stakes.notify(7_000 * ONE).expect("notified");
                }
                let nothing = || claim(&stakes, &stake);
                assert_refused(&stakes.env, StakingError::NothingToClaim, nothing);
                assert_eq!(unstake(&stakes, &stake), Ok(amount));
                assert_refused(&stakes.env, StakingError::NothingToClaim, nothing);
                // And as a delegator, who stays for long without earning.
                stakes.stake_as(&thief, amount / 10, 0).expect("staked");
                let stake = (thief.clone(), number + 1);
                stakes.delegate(&stake, &validator).expect("delegated");
                undelegate(&stakes, &stake);
                assert_eq!(stakes.position(&stake).claimable, 0);
                number += 2;
            } else if day == 0 {
                stakes.notify(7_000 * ONE).expect("notified");
            }
            stakes.pass(DAY);
        }
        let amount = claim(&stakes, &honest).expect("paid");
        stakes.pass(LEAVING);
        for number in 0..number {
            let stake = (thief.clone(), number);
            assert_eq!(stakes.position(&stake).claimable, 0);
            let _ = unstake(&stakes, &stake);
        }
        assert_eq!(purse(&stakes, &thief), 1_000_000 * ONE);
        assert_eq!(stakes.spare(), 0);
        amount
    };
    assert_close("the others", played(true), played(false), 10);
}

#[test]
fn what_is_staked_late_or_leaves_early_earns_for_its_own_time_only() {
    let stakes = Stakes::new();
    let validator = stakes.validator_with(1_000 * ONE, 0);
    let early = stakes.stake(2_000 * ONE, 0);
    let leaver = stakes.delegated(1_000 * ONE, 0, &validator);
    stakes.notify(700_000 * ONE).expect("notified");
    // Days of a hundred thousand, in halves of a thousand's weight: 2 + 2 + 2.
    stakes.pass(DAY);
    undelegate(&stakes, &leaver);
    // 2 + 2
    stakes.pass(DAY);
    let late = stakes.stake(4_000 * ONE, 0);
    // 2 + 2 + 4
    stakes.pass(DAY);
    stakes.delegate(&early, &validator).expect("delegated");
    // 2 + 4 + 4
    stakes.pass(DAY);
    assert_eq!(unstake(&stakes, &late), Ok(4_000 * ONE));
    // 2 + 4
    stakes.pass(3 * DAY);
    let day = 100_000 * ONE;
    for (what, stake, expected) in [
        ("leaver", &leaver, day / 3),
        ("late", &late, day / 2 + day * 2 / 5),
        ("early", &early, day / 3 + day / 2 + day / 4 + day * 2 / 5 + 3 * day * 2 / 3),
        ("validator", &(validator.clone(), 0), day / 3 + day / 2 + day / 4 + day / 5 + 3 * day / 3),
    ] {
        assert_close(what, claim(&stakes, stake).expect("paid"), expected, 10);
    }
    assert_close("nobody's", stakes.staking.state().rewards, 0, 40);
}

#[test]
fn weights_are_what_lock_and_place_say_after_every_call() {
    let stakes = Stakes::new();
    let validator = stakes.validator(0);
    let stake = stakes.stake(1_000 * ONE, MAX_LOCK);
    let base = 1_000 * ONE.unsigned_abs();
    let weight = |lock: u64, factor: u128| {
        assert_eq!(stakes.position(&stake).weight, base * u128::from(MAX_LOCK + 3 * lock));
        // The bond has no lock.
        let bond = 2 * MIN_BOND.unsigned_abs() * u128::from(MAX_LOCK);
        let counted = base * u128::from(MAX_LOCK + 3 * lock) * factor;
        assert_eq!(stakes.staking.state().weight, counted + bond, "all");
        let of_validator = if factor == 2 { counted + bond } else { bond };
        assert_eq!(stakes.at(&validator).weight, of_validator, "the validator");
    };
    let extend = |lock: u64| {
        let call = stakes.to_staking("extend", (&stake.0, stake.1, lock));
        stakes.signed::<u64>(&stake.0, &call)
    };
    weight(MAX_LOCK, 1);
    stakes.delegate(&stake, &validator).expect("delegated");
    weight(MAX_LOCK, 2);
    // Nothing makes the lock longer than it is signed, or ends it before.
    stakes.pass(DAY);
    assert_refused(&stakes.env, StakingError::LockNotLonger, || extend(MAX_LOCK - DAY));
    extend(MAX_LOCK - DAY + 5).expect("by five seconds");
    weight(MAX_LOCK - DAY + 5, 2);
    undelegate(&stakes, &stake);
    assert_eq!(stakes.position(&stake).weight, 0);
    assert_eq!(stakes.at(&validator).weight, 2 * MIN_BOND.unsigned_abs() * u128::from(MAX_LOCK));
    assert_refused(&stakes.env, StakingError::Locked, || unstake(&stakes, &stake));
    stakes.pass(LEAVING);
    extend(MAX_LOCK).expect("while it has left");
    assert_eq!(stakes.position(&stake).weight, 0);
    complete(&stakes, &stake).expect("with no validator");
    weight(MAX_LOCK, 1);
    for _ in 0..2 {
        assert_fails(StakingError::Locked, unstake(&stakes, &stake));
        assert_fails(StakingError::Locked, stakes.any::<()>("expire", &stake));
        stakes.pass((MAX_LOCK - 5) / 2);
    }
    stakes.pass(5);
    assert_fails(StakingError::Locked, unstake(&stakes, &stake));
    stakes.pass(5);
    stakes.any::<()>("expire", &stake).expect("expired");
    weight(0, 1);
    assert_eq!(unstake(&stakes, &stake), Ok(1_000 * ONE));
}

#[test]
fn four_times_the_weight_ends_with_the_lock_at_the_next_call_of_anybody() {
    let stakes = Stakes::new();
    let validator = stakes.validator(0);
    let with = |delegated: bool| match delegated {
        true => stakes.delegated(1_000 * ONE, MAX_LOCK, &validator),
        false => stakes.stake(1_000 * ONE, MAX_LOCK),
    };
    let [expired, claimed] = [with(true), with(false)];
    let [delegated, undelegated, extended, completed] =
        [with(false), with(true), with(true), with(true)];
    let short = stakes.stake(1_000 * ONE, 0);
    stakes.pass(MAX_LOCK - LEAVING);
    undelegate(&stakes, &completed);
    stakes.pass(LEAVING);
    stakes.notify(700 * ONE).expect("notified");
    let one = 1_000 * ONE.unsigned_abs() * u128::from(MAX_LOCK);
    let ended = |stake: &Stake| {
        let position = stakes.position(stake);
        assert_eq!(position.lock, 0);
        position.weight
    };
    stakes.any::<()>("expire", &expired).expect("expired");
    assert_eq!(ended(&expired), one);
    stakes.delegate(&delegated, &validator).expect("delegated");
    assert_eq!(ended(&delegated), one);
    undelegate(&stakes, &undelegated);
    assert_eq!(ended(&undelegated), 0);
    complete(&stakes, &completed).expect("with no validator");
    assert_eq!(ended(&completed), one);
    let call = stakes.to_staking("extend", (&extended.0, extended.1, 5u64));
    stakes.signed::<u64>(&extended.0, &call).expect("for five seconds");
    let five = 1_000 * ONE.unsigned_abs() * u128::from(MAX_LOCK + 15);
    assert_eq!(stakes.position(&extended).weight, five);
    stakes.pass(5);
    claim(&stakes, &claimed).expect("paid");
    assert_eq!(ended(&claimed), one);
    claim(&stakes, &extended).expect("paid");
    assert_eq!(ended(&extended), one);
    // All have the weight of amounts, whoever they are.
    let halves = u128::from(MAX_LOCK) * ONE.unsigned_abs() * 1_000;
    let bond = 2 * MIN_BOND.unsigned_abs() * u128::from(MAX_LOCK);
    // Twice: expired, delegated, extended; once: claimed, completed, and who never had a lock.
    assert_eq!(stakes.staking.state().weight, halves * (3 * 2 + 3) + bond);
    assert_eq!(unstake(&stakes, &short), Ok(1_000 * ONE));
}

#[test]
fn dust_does_not_stretch_the_period() {
    let stakes = Stakes::new();
    let stake = stakes.stake(1_000 * ONE, 0);
    stakes.notify(1_000_000 * ONE).expect("notified");
    stakes.pass(WEEK / 2);
    let end = stakes.staking.state().ends_at;
    // Two hundred of the least: the part of each is less than a second, and none moves the end.
    let dust = stakes.user(&[(&stakes.tft, 200 * ONE)]);
    for _ in 0..200 {
        let call = stakes.paying(&dust, ONE, "notify", (&dust, ONE));
        stakes.signed::<u64>(&dust, &call).expect("notified");
    }
    assert_eq!(stakes.staking.state().ends_at, end);
    // With as much as there is still to be earned it moves half of the way, and never beyond a week.
    let remaining = stakes.staking.state().remaining;
    let ends_at = stakes.notify(remaining).expect("notified");
    assert_close("half", (ends_at - stakes.now()) as i128, WEEK as i128 * 3 / 4, 1);
    for _ in 0..20 {
        let ends_at = stakes.notify(10_000_000 * ONE).expect("notified");
        assert!(ends_at <= stakes.now() + WEEK);
    }
    stakes.pass(WEEK);
    let state = stakes.staking.state();
    assert!(state.remaining < 10, "{}", state.remaining);
    assert_close("all", claim(&stakes, &stake).expect("paid"), state.rewards, 10);
}

#[test]
fn a_commission_takes_nothing_that_was_earned_before_it_or_without_notice() {
    let stakes = Stakes::new();
    let env = &stakes.env;
    let validator = stakes.validator_with(1_000 * ONE, 500);
    let delegator = stakes.delegated(1_000 * ONE, 0, &validator);
    let update = |bps: u32| {
        let args = (&validator, bps, stakes.hash());
        stakes.signed::<u64>(&validator, &stakes.to_staking("update_validator", args))
    };
    let earn = || {
        stakes.notify(1_000 * ONE).expect("notified");
        stakes.pass(WEEK);
    };
    let rate = |bps: u32| assert_eq!(stakes.at(&validator).commission_bps, bps);
    assert_refused(env, StakingError::CommissionRise, || update(601));
    assert_eq!(update(600), Ok(stakes.now() + LEAVING));
    let announced = stakes.now() + LEAVING;
    earn();
    // Saying it again makes it no sooner; saying more begins anew.
    assert_eq!(update(600), Ok(announced));
    assert_fails(StakingError::CommissionRise, update(601));
    assert_eq!(update(550), Ok(stakes.now() + LEAVING));
    assert_eq!(update(600), Ok(stakes.now() + LEAVING));
    for _ in 0..3 {
        earn();
        rate(500);
    }
    stakes.pass(WEEK - 5);
    rate(500);
    // The income of the week before it holds is at the old rate, though settled after.
    earn();
    assert_eq!(claim_commission(&stakes, &validator).map(|c| c / ONE), Ok(5 * 1_000 / 20 - 1));
    rate(600);
    earn();
    let claimed = claim_commission(&stakes, &validator).expect("paid");
    assert_close("at the new rate", claimed, 60 * ONE, 3);
    // Two weeks at once never make two steps.
    assert_eq!(update(700), Ok(stakes.now() + LEAVING));
    stakes.pass(3 * LEAVING);
    rate(700);
    assert_fails(StakingError::CommissionRise, update(801));
    // Until somebody calls, income is at the rate of the last call; a lower one holds at once.
    earn();
    assert_eq!(update(0), Ok(0));
    earn();
    let claimed = claim_commission(&stakes, &validator).expect("paid");
    assert_close("before it was lower", claimed, 60 * ONE, 3);
    assert_fails(StakingError::CommissionRise, update(101));
    // Her part of what is left, the validator's stake being as large as hers.
    let earned = claim(&stakes, &delegator).expect("paid");
    assert_close("delegator", earned, (8_000 - 5 * 50 - 2 * 60) * ONE / 2, 20);
}
