//! Past every TTL, and at the ends of what amounts and times can be.

use tributary_common::interfaces::staking::{StakingError, MIN_AMOUNT};
use tributary_staking::{MAX_LOCK, WINDOW_SECONDS};
use tributary_tests::{
    env::{
        hurried_env,
        pool::ONE,
        sign::assert_refused,
        stakes::{Stake, Stakes, WEEK, YEAR},
    },
    ledger::suite::MIN_BOND,
};

use super::{
    assert_close, assert_whole, claim, claim_commission, complete, purse, undelegate, unstake,
    with_plain_token, LEAVING,
};

#[test]
fn nothing_of_staking_resets_when_a_ttl_has_passed() {
    let stakes = Stakes::new();
    let [v, w] = [(); 2].map(|()| stakes.validator(500));
    let stays = stakes.delegated(1_000 * ONE, YEAR, &v);
    let leaves = stakes.delegated(1_000 * ONE, 0, &v);
    let held = stakes.delegated(1_000 * ONE, 0, &w);
    let free = stakes.stake(1_000 * ONE, 0);
    undelegate(&stakes, &held);
    stakes.slash(&v, 2_000);
    stakes.notify(7_000 * ONE).expect("notified");
    let update = (&v, 600u32, stakes.hash());
    let at = stakes.signed::<u64>(&v, &stakes.to_staking("update_validator", update));
    stakes.pass(3 * WEEK);
    stakes.notify(7_000 * ONE).expect("notified");
    undelegate(&stakes, &leaves);
    let on_w = stakes.propose(&w, 1_000).expect("proposed");
    complete(&stakes, &held).expect("withheld");
    let known = || {
        let positions = [&stays, &leaves, &held, &free].map(|stake| stakes.position(stake));
        let validators = [&v, &w].map(|validator| stakes.at(validator));
        (positions, validators, stakes.staking.state(), stakes.staking.slash(&on_w))
    };
    let before = known();
    assert_eq!(before.1[0].next_commission_at, at.expect("announced"));
    // Ledgers past every TTL, and no time.
    stakes.wait(2 * 365 * 17_280, 0);
    assert_eq!(known(), before);
    assert_eq!(stakes.staking.positions(&stays.0), 1);
    assert_eq!(stakes.staking.last_validator(), Some(w.clone()));
    // Every limit is where it was. (What was archived is restored even by a call that is refused.)
    let stays_at_v = (v.clone(), 0);
    for (error, refused) in [
        (StakingError::SlashCapExceeded, stakes.propose(&v, 1_001).err()),
        (StakingError::SlashPending, stakes.propose(&w, 1).err()),
        (StakingError::SlashPending, stakes.delegate(&free, &w).err()),
        (StakingError::NoticeNotOver, stakes.execute(on_w).err()),
        (StakingError::StillUnbonding, unstake(&stakes, &leaves).err()),
        (StakingError::StillDelegated, unstake(&stakes, &stays_at_v).err()),
        (StakingError::Locked, unstake(&stakes, &stays).err()),
        (StakingError::DuplicateValidator, stakes.register(&stays_at_v, 0).err()),
    ] {
        assert_eq!(refused, Some(Ok(error.into())));
    }
    // Time without a call, past every TTL and every end.
    stakes.wait(2 * 365 * 17_280, 2 * YEAR);
    assert_eq!(stakes.execute(on_w), Err(Ok(StakingError::SlashLapsed.into())));
    assert_eq!(unstake(&stakes, &held), Ok(1_000 * ONE));
    assert_eq!(unstake(&stakes, &leaves), Ok(800 * ONE));
    assert_eq!(stakes.position(&stays).lock, 0);
    claim(&stakes, &stays).expect("paid");
    assert_whole(&stakes, &[stays, leaves, held, free, (v.clone(), 0), (w.clone(), 0)], &[v, w]);
}

/// The most that a Stellar asset can be.
const ALL: i128 = i64::MAX as i128;

#[test]
fn the_largest_stellar_asset_is_staked_slashed_and_paid_back() {
    let stakes = Stakes::new();
    // All there is, but for what is needed beside.
    let (bond, reward) = (MIN_BOND, ALL / 4);
    let whale = ALL - bond - reward - ONE;
    let validator = stakes.validator(2_000);
    let small = stakes.stake(MIN_AMOUNT, 0);
    let big = stakes.delegated(whale, MAX_LOCK, &validator);
    assert_eq!(stakes.position(&big).weight, whale.unsigned_abs() * 4 * u128::from(MAX_LOCK));
    stakes.notify(reward).expect("notified");
    stakes.pass(WEEK / 2);
    assert_eq!(stakes.slash(&validator, 3_000), (whale + bond) * 3 / 10);
    stakes.pass(4 * YEAR);
    undelegate(&stakes, &big);
    stakes.pass(LEAVING);
    let left = (whale + bond) - (whale + bond) * 3 / 10;
    let paid = unstake(&stakes, &big).expect("paid");
    assert_close("after the slash", paid, whale * left / (whale + bond), 1);
    let claimed = claim(&stakes, &big).expect("paid");
    let commission = claim_commission(&stakes, &validator).expect("paid");
    // What the smallest stake earned beside it is in proportion.
    let state = stakes.staking.state();
    assert!(claimed + commission > reward - reward / 1_000_000, "{claimed} and {commission}");
    assert!(claimed + commission + state.rewards == reward);
    assert_eq!(unstake(&stakes, &small), Ok(MIN_AMOUNT));
    assert_eq!(stakes.spare(), 0);
}

#[test]
fn amounts_and_times_beyond_all_measure_are_refused_by_name() {
    let stakes = Stakes::new();
    let owner = stakes.user(&[(&stakes.tft, 1_000 * ONE)]);
    let env = &stakes.env;
    for amount in [i128::MIN, -1, 0, 1, MIN_AMOUNT - 1] {
        assert_refused(env, StakingError::InvalidAmount, || stakes.stake_as(&owner, amount, 0));
        let notify = stakes.paying(&owner, amount, "notify", (&owner, amount));
        assert_refused(env, StakingError::InvalidAmount, || stakes.signed::<u64>(&owner, &notify));
    }
    for lock in [MAX_LOCK + 1, u64::MAX] {
        assert_refused(env, StakingError::InvalidLock, || stakes.stake_as(&owner, ONE, lock));
    }
    assert_refused(env, StakingError::Overflow, || stakes.stake_as(&owner, i128::MAX, 0));
    let stake = stakes.stake(MIN_AMOUNT, 1);
    let extend = |lock: u64| {
        let call = stakes.to_staking("extend", (&stake.0, stake.1, lock));
        stakes.signed::<u64>(&stake.0, &call)
    };
    for lock in [0, MAX_LOCK + 1, u64::MAX] {
        assert_refused(env, StakingError::InvalidLock, || extend(lock));
    }
    for number in [1, u32::MAX] {
        assert_refused(env, StakingError::UnknownPosition, || {
            unstake(&stakes, &(stake.0.clone(), number))
        });
    }
    let validator = stakes.validator(0);
    for bps in [0, 3_001, u32::MAX] {
        assert_refused(env, StakingError::InvalidSlash, || stakes.propose(&validator, bps));
    }
    for bps in [2_001, u32::MAX] {
        let update = stakes.to_staking("update_validator", (&validator, bps, stakes.hash()));
        assert_refused(env, StakingError::InvalidCommission, || {
            stakes.signed::<u64>(&validator, &update)
        });
        let bond = stakes.stake(MIN_BOND, 0);
        assert_refused(env, StakingError::InvalidCommission, || stakes.register(&bond, bps));
    }
    for slash in [0, 1, u32::MAX] {
        assert_refused(env, StakingError::UnknownSlash, || stakes.execute(slash));
    }
    assert_eq!(purse(&stakes, &owner), 1_000 * ONE);
}

#[test]
fn no_sum_that_a_plain_token_can_reach_keeps_anybody_in() {
    let stakes = with_plain_token();
    let env = &stakes.env;
    let validator = stakes.validator(2_000);
    let victim = stakes.delegated(1_000 * ONE, 0, &validator);
    // Weights are amounts × seconds: as many as there can be, undelegated and delegated.
    let most = i128::MAX / i128::from(MAX_LOCK) - 10_000 * ONE;
    let whale = stakes.stake(most, 0);
    let owner = stakes.user(&[(&stakes.tft, i128::MAX)]);
    assert_refused(env, StakingError::Overflow, || stakes.delegate(&whale, &validator));
    assert_refused(env, StakingError::Overflow, || stakes.stake_as(&owner, i128::MAX, 0));
    let second = stakes.stake(most, 0);
    assert_refused(env, StakingError::Overflow, || stakes.stake_as(&owner, most, 0));
    // An income that no index can count.
    let income = i128::MAX / 4;
    stakes.notify(income).expect("notified");
    stakes.pass(WEEK);
    claim(&stakes, &victim).expect("paid");
    undelegate(&stakes, &victim);
    for stake in [&whale, &second] {
        assert_eq!(unstake(&stakes, stake), Ok(most));
    }
    stakes.notify(income).expect("notified");
    stakes.pass(LEAVING);
    // The index is at its end now, and everybody leaves with what is hers.
    let small = stakes.stake(MIN_AMOUNT, 0);
    stakes.notify(income).expect("notified");
    stakes.pass(WEEK);
    undelegate(&stakes, &(validator.clone(), 0));
    stakes.pass(LEAVING);
    assert_eq!(stakes.staking.state().reward_per_weight, u128::MAX);
    assert_eq!(unstake(&stakes, &victim), Ok(1_000 * ONE));
    assert_eq!(unstake(&stakes, &small), Ok(MIN_AMOUNT));
    assert_eq!(unstake(&stakes, &(validator.clone(), 0)), Ok(MIN_BOND));
    for stake in [&whale, &second, &victim, &small] {
        let earned = stakes.position(stake).claimable;
        if earned > 0 {
            assert_eq!(claim(&stakes, stake), Ok(earned));
        }
    }
    assert_eq!(stakes.staking.state().staked, 0);
    assert!(stakes.spare() >= 0);
}

#[test]
fn after_forty_of_the_largest_slashes_shares_still_are_what_they_are_worth() {
    let stakes = Stakes::on(hurried_env());
    let validator = stakes.validator_with(1_000_000 * ONE, 0);
    let old = stakes.delegated(1_000_000 * ONE, MAX_LOCK, &validator);
    // Leaves at once, and then lets it lie: in the pool of those who leave.
    let lying = stakes.delegated(1_000_000 * ONE, 0, &validator);
    undelegate(&stakes, &lying);
    let mut expected = 1_000_000.0 * ONE as f64;
    for _ in 0..40 {
        stakes.slash(&validator, 3_000);
        expected *= 0.7;
        stakes.pass(WINDOW_SECONDS + 5);
    }
    // Shares are a million and a half for a unit.
    for stake in [&old, &lying] {
        let left = stakes.position(stake).amount;
        assert!((left as f64 - expected).abs() <= 40.0, "{left} of {expected}");
    }
    // Its bond is less than the minimum: it adds to it, and others come.
    stakes.give(&stakes.tft, &validator, 100 * MIN_BOND);
    let number = stakes.stake_as(&validator, MIN_BOND, 0).expect("a position");
    stakes.delegate(&(validator.clone(), number), &validator).expect("its bond");
    let late = stakes.delegated(1_000 * ONE, 0, &validator);
    assert_close("late", stakes.position(&late).amount, 1_000 * ONE, 1);
    // Its lock is over: from now on rewards are by amounts.
    stakes.any::<()>("expire", &old).expect("expired");
    stakes.notify(70_000 * ONE).expect("notified");
    stakes.pass(WEEK);
    let per_unit = |stake: &Stake| {
        let amount = stakes.position(stake).amount;
        claim(&stakes, stake).expect("paid") as f64 / amount as f64
    };
    let (old_rate, late_rate) = (per_unit(&old), per_unit(&late));
    assert!((old_rate / late_rate - 1.0).abs() < 1e-4, "{old_rate} {late_rate}");
    for stake in [&old, &late, &(validator.clone(), 0), &(validator.clone(), number)] {
        undelegate(&stakes, stake);
    }
    stakes.pass(LEAVING);
    let owed = stakes.staking.state().staked;
    let mut paid = 0;
    for stake in [&lying, &old, &late, &(validator.clone(), 0), &(validator.clone(), number)] {
        paid += unstake(&stakes, stake).expect("paid");
    }
    // The last took what the roundings of all others had left.
    assert_eq!((paid, stakes.staking.state().staked), (owed, 0));
    assert_eq!(stakes.spare(), 0);
}
