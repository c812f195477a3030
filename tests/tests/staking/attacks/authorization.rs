//! Who signs what.

use soroban_sdk::{Address, Val};
use tributary_common::interfaces::staking::StakingError;
use tributary_factory::BOND_SECONDS;
use tributary_tests::{
    env::{
        pool::ONE,
        sign::{assert_refused, assert_unauthorized, Call},
        stakes::{Stakes, DAY, WEEK, YEAR},
    },
    ledger::suite::BOND,
};

use super::{purse, undelegate, LEAVING};

#[test]
fn every_entry_point_of_staking_asks_the_right_party() {
    let stakes = Stakes::new();
    let (env, hash) = (&stakes.env, stakes.hash());
    let [v, w, x] = [(); 3].map(|()| stakes.validator(500));
    let owner = stakes.user(&[(&stakes.tft, 100_000 * ONE)]);
    let newcomer = stakes.user(&[(&stakes.tft, 1_000 * ONE)]);
    for _ in 0..5 {
        stakes.stake_as(&owner, 1_000 * ONE, 0).expect("a position");
    }
    stakes.stake_as(&newcomer, 1_000 * ONE, 0).expect("a position");
    for number in [1, 4] {
        stakes.delegate(&(owner.clone(), number), &v).expect("delegated");
    }
    undelegate(&stakes, &(owner.clone(), 4));
    stakes.notify(7_000 * ONE).expect("notified");
    stakes.pass(LEAVING);
    let [on_w, on_x] = [&w, &x].map(|validator| stakes.propose(validator, 100).expect("proposed"));
    let to = |function, number: u32| stakes.to_staking(function, (&owner, number));
    let stake = |amount, lock: u64| stakes.paying(&owner, amount, "stake", (&owner, amount, lock));
    let notify = |amount| stakes.paying(&owner, amount, "notify", (&owner, amount));
    let extend = |lock: u64| stakes.to_staking("extend", (&owner, 0u32, lock));
    let delegate = |to: &Address| stakes.to_staking("delegate", (&owner, 3u32, to));
    let register = |commission: u32| {
        let args = (&newcomer, 0u32, commission, &hash);
        stakes.to_staking("register_validator", args)
    };
    let update = |commission: u32| stakes.to_staking("update_validator", (&v, commission, &hash));
    let commission = |of: &Address| stakes.to_staking("claim_commission", (of,));
    let propose = |bps: u32| stakes.to_staking("propose_slash", (&v, bps, &hash));
    let slash = |function, number: u32| stakes.to_staking(function, (number,));
    let (council, guardian) = (&stakes.council, &stakes.guardian);
    let cases = [
        (&owner, stake(10 * ONE, 0), stake(11 * ONE, 0)),
        (&owner, stake(10 * ONE, 0), stake(10 * ONE, DAY)),
        (&owner, extend(YEAR), extend(2 * YEAR)),
        (&owner, delegate(&v), delegate(&w)),
        (&owner, to("claim", 1), to("claim", 0)),
        (&owner, to("undelegate", 1), to("undelegate", 0)),
        (&owner, to("complete_unbonding", 4), to("complete_unbonding", 1)),
        (&owner, to("unstake", 2), to("unstake", 3)),
        (&owner, notify(10 * ONE), notify(11 * ONE)),
        (&newcomer, register(100), register(200)),
        (&v, update(600), update(601)),
        (&v, commission(&v), commission(&w)),
        (council, propose(100), propose(101)),
        (guardian, slash("veto_slash", on_w), slash("veto_slash", on_x)),
        (council, slash("cancel_slash", on_x), slash("cancel_slash", on_w)),
    ];
    let everybody = [&owner, &newcomer, &v, &w, council, guardian, &stakes.admin];
    for (right, call, other) in &cases {
        let name = call.function;
        assert_unauthorized(env, name, || stakes.unsigned::<Val>(call));
        for who in everybody.iter().filter(|who| **who != *right) {
            assert_unauthorized(env, name, || stakes.signed::<Val>(who, call));
        }
        assert_unauthorized(env, name, || call.signed_by::<Val, _>(env, &[(right, other)]));
        // Without what is to be signed beneath.
        if !call.beneath.is_empty() {
            let bare = Call { beneath: vec![], ..call.clone() };
            assert_unauthorized(env, name, || call.signed_by::<Val, _>(env, &[(right, &bare)]));
        }
    }
    for (right, call, _) in &cases {
        let name = call.function;
        stakes.signed::<Val>(right, call).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
}

#[test]
fn nobody_acts_for_the_treasury_or_for_staking_itself() {
    let stakes = Stakes::new();
    let env = &stakes.env;
    stakes.give(&stakes.tft, &stakes.treasury.address, 1_000 * ONE);
    stakes.stake(1_000 * ONE, 0);
    let (staking, treasury) = (&stakes.staking.address, &stakes.treasury.address);
    let thief = stakes.user(&[]);
    for from in [staking, treasury] {
        let calls = [
            stakes.paying(from, ONE, "notify", (from, ONE)),
            stakes.paying(from, ONE, "stake", (from, ONE, 0u64)),
            stakes.to_staking("register_validator", (from, 0u32, 0u32, stakes.hash())),
            stakes.transfer(&stakes.tft, from, &thief, ONE),
            Call::new(env, &stakes.tft, "burn", (from, ONE)),
            Call::new(env, treasury, "protect", (from, &stakes.tft, ONE)),
        ];
        for call in &calls {
            assert_unauthorized(env, call.function, || stakes.unsigned::<Val>(call));
            assert_unauthorized(env, call.function, || stakes.signed::<Val>(&thief, call));
        }
    }
}

#[test]
fn what_nobody_signs_takes_nothing_from_anybody() {
    let stakes = Stakes::new();
    let validator = stakes.validator(0);
    let locked = stakes.stake(1_000 * ONE, WEEK);
    let staked = stakes.delegated(1_000 * ONE, 0, &validator);
    assert_refused(&stakes.env, StakingError::Locked, || stakes.any::<()>("expire", &locked));
    assert_refused(&stakes.env, StakingError::AlreadyExpired, || {
        stakes.any::<()>("expire", &staked)
    });
    stakes.notify(700 * ONE).expect("notified");
    stakes.pass(WEEK);
    let before = [&locked, &staked].map(|stake| stakes.position(stake));
    stakes.any::<()>("expire", &locked).expect("expired");
    let after = [&locked, &staked].map(|stake| stakes.position(stake));
    assert_eq!(after[1], before[1]);
    // What it had earned until then stays hers.
    assert_eq!((after[0].amount, after[0].claimable), (before[0].amount, before[0].claimable));
    assert_eq!(after[0].lock_end, before[0].lock_end);
    assert_refused(&stakes.env, StakingError::UnknownSlash, || stakes.execute(0));
    assert_refused(&stakes.env, StakingError::UnknownSlash, || stakes.execute(1));
}

#[test]
fn what_is_signed_beneath_staking_serves_no_other_call() {
    let stakes = Stakes::new();
    let env = &stakes.env;
    let owner = stakes.user(&[(&stakes.tft, 10_000 * ONE)]);
    stakes.stake(1_000 * ONE, 0);
    let amount = BOND;
    let stake = stakes.paying(&owner, amount, "stake", (&owner, amount, BOND_SECONDS));
    let notify = stakes.paying(&owner, amount, "notify", (&owner, amount));
    let transfer = stakes.transfer(&stakes.tft, &owner, &stakes.staking.address, amount);
    // A founder's bond goes to her own region's staking.
    let token = stakes.asset();
    let args = (&owner, stakes.code("ALPS"), stakes.params(&owner, &token));
    let found = stakes.to_factory("create_region", args).with(stakes.staking_bond(&owner, "ALPS"));
    let calls = [stake, notify, transfer, found];
    for (place, call) in calls.iter().enumerate() {
        for (other, signed) in calls.iter().enumerate().filter(|(other, _)| *other != place) {
            let what = format!("{} signed as {}: {other}", call.function, signed.function);
            assert_unauthorized(env, &what, || call.signed_by::<Val, _>(env, &[(&owner, signed)]));
        }
    }
    assert_eq!(purse(&stakes, &owner), 10_000 * ONE);
}
