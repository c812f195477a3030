//! Council, guardian and founder at the extremes of what they can do.

use soroban_sdk::{BytesN, IntoVal, Val};
use tributary_common::interfaces::{
    factory::{FactoryError, RegionParams},
    staking::{StakingError, MIN_AMOUNT},
    treasury::Action,
};
use tributary_tests::{
    env::{
        hurried_env,
        pool::ONE,
        sign::{assert_refused, assert_unauthorized, Call},
        stakes::{Stakes, DAY, WEEK, YEAR},
    },
    ledger::suite::{BOND, MIN_BOND},
};

use super::{assert_close, assert_fails, claim, undelegate, unstake, LEAVING};

#[test]
fn a_council_that_slashes_all_it_can_gets_none_of_it_and_reaches_nobody_else() {
    let stakes = Stakes::on(hurried_env());
    let [validator, other] = [(); 2].map(|()| stakes.validator_with(1_000 * ONE, 0));
    let hit = stakes.delegated(1_000 * ONE, 0, &validator);
    let free = stakes.stake(1_000 * ONE, 0);
    let elsewhere = stakes.delegated(1_000 * ONE, 0, &other);
    let powers = [&stakes.council, &stakes.guardian, &stakes.admin, &stakes.factory.address];
    let mut gone = 0;
    let started = stakes.now();
    while stakes.now() < started + YEAR {
        if let Some(slash) = [3_000, 1].iter().find_map(|bps| stakes.propose(&validator, *bps).ok())
        {
            stakes.pass(WEEK);
            gone += stakes.execute(slash).expect("executed");
        }
        stakes.pass(DAY);
    }
    // Four times three tenths of what there was.
    assert_close("hit", stakes.position(&hit).amount, 1_000 * ONE * 2_401 / 10_000, ONE / 2);
    for stake in [&free, &elsewhere] {
        assert_eq!(stakes.position(stake).amount, 1_000 * ONE);
    }
    for power in powers {
        assert_eq!(stakes.balance(&stakes.tft, power), 0);
    }
    // Half is protected, under the treasury's caps; half is no more.
    let protection = stakes.treasury.books(&stakes.tft).protection;
    assert_close("protected", protection, gone / 2, 10);
    assert_eq!(protection, stakes.balance(&stakes.tft, &stakes.treasury.address));
    assert_eq!(stakes.spare(), 0);
    assert_eq!(stakes.balance(&stakes.tft, &stakes.staking.address), 5_000 * ONE - gone);
}

#[test]
fn a_council_that_always_has_a_slash_pending_keeps_nobody_beyond_six_weeks() {
    let stakes = Stakes::on(hurried_env());
    let validator = stakes.validator(0);
    let hold = || {
        let _ = stakes.propose(&validator, 3_000);
    };
    let stake = stakes.delegated(1_000 * ONE, 0, &validator);
    stakes.notify(700 * ONE).expect("notified");
    hold();
    stakes.pass(DAY);
    undelegate(&stakes, &stake);
    claim(&stakes, &stake).expect("paid");
    let started = stakes.now();
    let (mut first, mut last) = (None, None);
    for _ in 0..60 * 24 {
        hold();
        if let Ok(amount) = unstake(&stakes, &stake) {
            if first.is_none() {
                first = Some((stakes.now() - started, amount));
            } else {
                last = Some((stakes.now() - started, amount));
                break;
            }
        }
        stakes.pass(3_600);
    }
    let (first, last) = (first.expect("most"), last.expect("the rest"));
    assert_eq!(first, (LEAVING, 700 * ONE));
    assert_eq!(last.1, 300 * ONE);
    assert!(last.0 <= LEAVING + 2 * WEEK + 3_600, "{} seconds", last.0);
    // What never was with the validator does not wait a second.
    let free = stakes.stake(1_000 * ONE, 0);
    assert_eq!(unstake(&stakes, &free), Ok(1_000 * ONE));
}

#[test]
fn the_guardian_stops_every_slash_and_nothing_else() {
    let stakes = Stakes::new();
    let validator = stakes.validator(0);
    let stake = stakes.delegated(1_000 * ONE, 0, &validator);
    for _ in 0..5 {
        let slash = stakes.propose(&validator, 3_000).expect("proposed");
        stakes.pass(WEEK);
        stakes.veto(slash).expect("vetoed");
        assert_fails(StakingError::SlashVetoed, stakes.execute(slash));
    }
    assert_eq!(stakes.position(&stake).amount, 1_000 * ONE);
    undelegate(&stakes, &stake);
    stakes.pass(LEAVING);
    assert_eq!(unstake(&stakes, &stake), Ok(1_000 * ONE));
}

#[test]
fn a_former_council_slashes_nobody_any_more() {
    let stakes = Stakes::new();
    let env = &stakes.env;
    let validator = stakes.validator(0);
    let stake = stakes.delegated(1_000 * ONE, 0, &validator);
    undelegate(&stakes, &stake);
    stakes.pass(LEAVING - DAY);
    let heir = stakes.user(&[]);
    let to_treasury = |function, args| Call {
        contract: stakes.treasury.address.clone(),
        function,
        args,
        beneath: vec![],
    };
    let action = Action::SetCouncil(heir.clone());
    let call = to_treasury("propose", (1u64, action).into_val(env));
    let id: BytesN<32> = stakes.signed(&stakes.council, &call).expect("proposed");
    // Its last one, which would be due when it is gone.
    let slash = stakes.propose(&validator, 3_000).expect("proposed");
    stakes.pass(DAY);
    assert_eq!(unstake(&stakes, &stake), Ok(700 * ONE));
    stakes.pass(6 * DAY);
    stakes.signed::<()>(&heir, &to_treasury("execute", (id,).into_val(env))).expect("executed");
    assert_refused(env, StakingError::FormerCouncil, || stakes.execute(slash));
    assert_unauthorized(env, "a former council", || stakes.propose(&validator, 1));
    assert_unauthorized(env, "a former council", || stakes.cancel(slash));
    let cancel = stakes.to_staking("cancel_slash", (slash,));
    stakes.signed::<()>(&heir, &cancel).expect("cancelled");
    assert_eq!(unstake(&stakes, &stake), Ok(300 * ONE));
    stakes.pass(5);
    let propose = stakes.to_staking("propose_slash", (&validator, 3_000u32, stakes.hash()));
    let slash = stakes.signed::<u32>(&heir, &propose).expect("proposed");
    stakes.pass(WEEK);
    assert_eq!(stakes.execute(slash), Ok(MIN_BOND * 3 / 10));
}

#[test]
fn nothing_that_the_constructor_fixed_ever_changes() {
    let stakes = Stakes::new();
    let fixed = || {
        let state = stakes.staking.state();
        (state.tft, state.treasury, state.guardian, state.min_bond)
    };
    let before = fixed();
    let validator = stakes.validator(0);
    let stake = stakes.delegated(1_000 * ONE, 0, &validator);
    stakes.notify(ONE).expect("notified");
    stakes.slash(&validator, 3_000);
    undelegate(&stakes, &stake);
    stakes.pass(LEAVING);
    unstake(&stakes, &stake).expect("paid");
    assert_eq!(fixed(), before);
    // A bond below the least is no bond: neither here nor by a region's founder.
    let founder = stakes.user(&[(&stakes.tft, BOND)]);
    let token = stakes.asset();
    let params = RegionParams { min_bond: MIN_AMOUNT - 1, ..stakes.params(&founder, &token) };
    let call = stakes
        .to_factory("create_region", (&founder, stakes.code("ALPS"), params))
        .with(stakes.staking_bond(&founder, "ALPS"));
    assert_refused(&stakes.env, FactoryError::InvalidMinBond, || {
        stakes.signed::<Val>(&founder, &call)
    });
}
