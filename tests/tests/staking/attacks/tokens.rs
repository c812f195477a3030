//! Staking of a token that calls back, lies, takes or traps.

use soroban_sdk::{IntoVal, Val};
use tributary_common::interfaces::staking::StakingError;
use tributary_tests::env::{
    pool::ONE,
    sign::{assert_refused, assert_unauthorized, Call},
    stakes::{Stakes, WEEK},
};

use super::{assert_close, claim, purse, undelegate, unstake, with_plain_token, LEAVING};

#[test]
fn a_token_that_calls_back_does_not_enter_staking_again() {
    let stakes = with_plain_token();
    let env = &stakes.env;
    env.cost_estimate().budget().reset_unlimited();
    let validator = stakes.validator(1_000);
    let [free, locked, left] =
        [(0, false), (WEEK, false), (0, true)].map(|(lock, delegated)| match delegated {
            true => stakes.delegated(1_000 * ONE, lock, &validator),
            false => stakes.stake(1_000 * ONE, lock),
        });
    undelegate(&stakes, &left);
    stakes.notify(1_000 * ONE).expect("notified");
    stakes.pass(LEAVING);
    let newcomer = stakes.user(&[(&stakes.tft, 1_000 * ONE)]);
    let entries: [(&str, soroban_sdk::Vec<Val>); 6] = [
        ("expire", (&locked.0, 0u32).into_val(env)),
        ("complete_unbonding", (&left.0, 0u32).into_val(env)),
        ("unstake", (&free.0, 0u32).into_val(env)),
        ("claim", (&free.0, 0u32).into_val(env)),
        ("notify", (&newcomer, ONE).into_val(env)),
        ("state", soroban_sdk::Vec::new(env)),
    ];
    for (function, args) in entries {
        let inner = Call {
            contract: stakes.staking.address.clone(),
            function,
            args: args.clone(),
            beneath: vec![],
        };
        let symbol = stakes.code(function).to_val();
        let called = [stakes.staking.address.to_val(), symbol, args.to_val()];
        // In and out, whatever the signer signs beneath.
        let stake = (&newcomer, 10 * ONE, 0u64);
        let outer = [
            (&newcomer, stakes.paying(&newcomer, 10 * ONE, "stake", stake)),
            (&newcomer, stakes.paying(&newcomer, ONE, "notify", (&newcomer, ONE))),
            (&free.0, stakes.to_staking("claim", (&free.0, 0u32))),
            (&free.0, stakes.to_staking("unstake", (&free.0, 0u32))),
        ];
        stakes.mischief(&stakes.tft, "Call", &called);
        for (who, call) in &outer {
            let mut both = call.clone();
            both.beneath.push(inner.clone());
            for signed in [call, &both] {
                assert_unauthorized(env, function, || {
                    call.signed_by::<Val, _>(env, &[(who, signed)])
                });
            }
        }
        // A token that goes on when it is refused has reached nothing.
        stakes.mischief(&stakes.tft, "TryCall", &called);
        let before = [&free, &locked, &left].map(|stake| stakes.position(stake));
        let (who, call) = &outer[0];
        stakes.signed::<u32>(who, call).expect("staked");
        assert_eq!([&free, &locked, &left].map(|stake| stakes.position(stake)), before);
        assert_eq!(stakes.spare(), 0);
    }
    stakes.mischief(&stakes.tft, "None", &[]);
    for stake in [&free, &locked, &left] {
        assert_eq!(unstake(&stakes, stake), Ok(1_000 * ONE));
    }
}

#[test]
fn a_token_in_the_middle_of_its_transfer_does_elsewhere_what_anybody_can() {
    let bad = with_plain_token();
    let env = &bad.env;
    env.cost_estimate().budget().reset_unlimited();
    // The root region's own, beside it.
    let mut good = Stakes::on(env.clone());
    good.regions.env = env.clone();
    let validator = good.validator(0);
    let left = good.delegated(1_000 * ONE, 0, &validator);
    let locked = good.stake(1_000 * ONE, WEEK);
    undelegate(&good, &left);
    good.pass(LEAVING);
    let newcomer = bad.user(&[(&bad.tft, 1_000 * ONE)]);
    let target = good.staking.address.to_val();
    let (this, treasury) = (&bad.staking.address, &good.treasury.address);
    let calls: [(&str, soroban_sdk::Vec<Val>); 5] = [
        ("unstake", (&left.0, 0u32).into_val(env)),
        ("complete_unbonding", (&left.0, 0u32).into_val(env)),
        ("notify", (this, ONE).into_val(env)),
        ("notify", (treasury, ONE).into_val(env)),
        ("stake", (&newcomer, ONE, 0u64).into_val(env)),
    ];
    let entry = bad.paying(&newcomer, ONE, "stake", (&newcomer, ONE, 0u64));
    let before = good.staking.state();
    for (function, args) in calls {
        bad.mischief(&bad.tft, "Call", &[target, bad.code(function).to_val(), args.to_val()]);
        assert_unauthorized(env, function, || bad.signed::<u32>(&newcomer, &entry));
    }
    assert_eq!(good.staking.state(), before);
    let expire: soroban_sdk::Vec<Val> = (&locked.0, 0u32).into_val(env);
    bad.mischief(&bad.tft, "Call", &[target, bad.code("expire").to_val(), expire.to_val()]);
    bad.signed::<u32>(&newcomer, &entry).expect("staked");
    assert_eq!(good.position(&locked).lock, 0);
    assert_eq!(good.spare(), 0);
}

#[test]
fn a_bad_token_harms_only_the_staking_that_is_of_it() {
    let bad = with_plain_token();
    let env = &bad.env;
    env.cost_estimate().budget().reset_unlimited();
    let good = Stakes::on(env.clone());
    good.stake(1_000 * ONE, 0);
    let untouched = (good.staking.state(), good.spare());
    let first = bad.stake(1_000 * ONE, 0);
    let second = bad.stake(1_000 * ONE, 0);
    bad.notify(700 * ONE).expect("notified");
    bad.pass(WEEK);
    let newcomer = bad.user(&[(&bad.tft, 10_000 * ONE)]);
    let enter = || bad.stake_as(&newcomer, 1_000 * ONE, 0);
    let number = |value: i128| value.into_val(env);

    // It takes a fee: whoever enters would be short, and whoever leaves pays it alone.
    bad.mischief(&bad.tft, "Fee", &[5_000u32.into_val(env)]);
    assert_refused(env, StakingError::Deficit, enter);
    let earned = [&first, &second].map(|stake| bad.position(stake).claimable);
    assert_close("earned", earned[0], 350 * ONE, 1);
    assert_eq!(claim(&bad, &first), Ok(earned[0]));
    assert_close("delivered", purse(&bad, &first.0), 175 * ONE, 1);
    assert_eq!(bad.spare(), 0);

    // It denies what is there: nobody enters; who leaves gets her part of what it admits.
    bad.mischief(&bad.tft, "Lie", &[number(-1_350 * ONE)]);
    assert_refused(env, StakingError::Deficit, enter);
    assert_close("of what it admits", claim(&bad, &second).expect("paid"), 350 * ONE * 20 / 47, 1);
    // Less than nothing is nothing.
    bad.mischief(&bad.tft, "Lie", &[number(-1_000_000 * ONE)]);
    assert_refused(env, StakingError::Deficit, || unstake(&bad, &first));
    // It invents more: nobody is paid more than is hers.
    bad.mischief(&bad.tft, "Lie", &[number(1_000_000 * ONE)]);
    assert_eq!(unstake(&bad, &first), Ok(1_000 * ONE));

    // It traps: nothing changes, and it ends when that ends.
    bad.mischief(&bad.tft, "Trap", &[]);
    assert_unauthorized(env, "trapping", || unstake(&bad, &second));
    bad.mischief(&bad.tft, "None", &[]);
    assert_eq!(unstake(&bad, &second), Ok(1_000 * ONE));
    assert_eq!((good.staking.state(), good.spare()), untouched);
}

#[test]
fn a_token_that_cannot_be_burned_keeps_a_slash_from_happening_and_no_exit() {
    let bad = with_plain_token();
    let validator = bad.validator(0);
    let stake = bad.delegated(1_000 * ONE, 0, &validator);
    let slash = bad.propose(&validator, 1_000).expect("proposed");
    bad.pass(WEEK);
    assert_unauthorized(&bad.env, "burning", || bad.execute(slash));
    undelegate(&bad, &stake);
    bad.pass(LEAVING);
    assert_eq!(unstake(&bad, &stake), Ok(1_000 * ONE));
}
