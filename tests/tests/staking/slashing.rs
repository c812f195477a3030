use soroban_sdk::{
    testutils::Events as _,
    xdr::{ContractEventBody, ScVal},
    Address, Env, IntoVal, TryFromVal, Val,
};
use tributary_common::interfaces::{
    staking::{Slash, SlashStatus, StakingError, StakingState, Validator},
    treasury::Action,
};
use tributary_staking::event::{SlashCancelled, SlashExecuted, SlashProposed, SlashVetoed};
use tributary_tests::env::{
    pool::ONE,
    sign::{assert_refused, assert_unauthorized, Call},
    stakes::{Stakes, DAY, WEEK},
};

use crate::{later, weight, UNBONDING};

/// What the last call burned of TFT.
fn burned(s: &Stakes) -> i128 {
    let name = |val: &ScVal| match val {
        ScVal::Symbol(name) => name.to_utf8_string_lossy(),
        _ => panic!("a token's events have names"),
    };
    let amount = |data: &ScVal| -> i128 {
        let val = Val::try_from_val(&s.env, data).expect("a value");
        i128::try_from_val(&s.env, &val).expect("an amount")
    };
    let events = s.env.events().all().filter_by_contract(&s.tft);
    let bodies = events.events().iter().map(|event| match &event.body {
        ContractEventBody::V0(body) => body.clone(),
    });
    bodies.filter(|body| name(&body.topics[0]) == "burn").map(|body| amount(&body.data)).sum()
}

#[test]
fn propose_slash_makes_public_what_the_council_wants() {
    let s = Stakes::new();
    let v = s.validator(0);
    let (before, state) = (s.at(&v), s.staking.state());
    let (ready_at, expires_at) = (s.now() + 7 * DAY, s.now() + 14 * DAY);
    assert_eq!(s.propose(&v, 1_000), Ok(1));
    let event = SlashProposed {
        slash: 1,
        validator: v.clone(),
        bps: 1_000,
        reason_hash: s.hash(),
        ready_at,
        expires_at,
    };
    assert_eq!(s.told(), [s.event(event)]);
    let (reason_hash, status) = (s.hash(), SlashStatus::Pending);
    let expected =
        Slash { validator: v.clone(), bps: 1_000, reason_hash, ready_at, expires_at, status };
    assert_eq!(s.staking.slash(&1), expected);
    // Nothing has happened to anybody's stake.
    assert_eq!(s.at(&v), Validator { slash: 1, slash_expires_at: expires_at, ..before });
    assert_eq!(s.staking.state(), StakingState { slashes: 1, ..state });
    // They are numbered over all validators.
    assert_eq!(s.propose(&s.validator(0), 1), Ok(2));
}

#[test]
fn propose_slash_takes_from_1_to_3_000_bps() {
    let s = Stakes::new();
    let (v, w) = (s.validator(0), s.validator(0));
    for bps in [0, 3_001, 10_000, u32::MAX] {
        assert_refused(&s.env, StakingError::InvalidSlash, || s.propose(&v, bps));
    }
    assert_eq!(s.propose(&v, 1), Ok(1));
    assert_eq!(s.propose(&w, 3_000), Ok(2));
}

#[test]
fn propose_slash_fails_for_who_is_no_validator() {
    let s = Stakes::new();
    let (nobody, _) = s.stake(100 * ONE, 0);
    assert_refused(&s.env, StakingError::UnknownValidator, || s.propose(&nobody, 1));
}

#[test]
fn propose_slash_fails_while_another_of_the_validator_is_pending() {
    let s = Stakes::new();
    let (v, w) = (s.validator(0), s.validator(0));
    let slash = s.propose(&v, 100).expect("proposed");
    assert_eq!(s.propose(&w, 100), Ok(slash + 1));
    s.pass(14 * DAY);
    assert_refused(&s.env, StakingError::SlashPending, || s.propose(&v, 100));
    s.pass(1);
    // That one has lapsed.
    let again = s.propose(&v, 100).expect("proposed");
    s.veto(again).expect("vetoed");
    let again = s.propose(&v, 100).expect("proposed");
    s.cancel(again).expect("cancelled");
    let again = s.propose(&v, 100).expect("proposed");
    s.pass(WEEK);
    s.execute(again).expect("executed");
    assert!(s.propose(&v, 100).is_ok());
}

#[test]
fn execute_slash_takes_of_active_and_unbonding_stake_alike() {
    let s = Stakes::new();
    let v = s.validator(0);
    let (with, leaving) = (s.delegated(50 * ONE + 7, 0, &v), s.delegated(30 * ONE + 3, 0, &v));
    let apart = s.stake(70 * ONE, 0);
    s.own::<u64>("undelegate", &leaving).expect("leaving");
    let slash = s.propose(&v, 1_234).expect("proposed");
    s.pass(WEEK);
    let (before, state) = (s.at(&v), s.staking.state());
    let balance = s.balance(&s.tft, &s.staking.address);
    let protected_before = s.treasury.books(&s.tft).protection;
    let (active, unbonding) = (150 * ONE + 7, 30 * ONE + 3);
    let (of_active, of_unbonding) = (active * 1_234 / 10_000, unbonding * 1_234 / 10_000);
    let slashed = of_active + of_unbonding;
    assert_eq!(s.execute(slash), Ok(slashed));
    let half = slashed / 2;
    let protection = slashed - half;
    let event = SlashExecuted { slash, validator: v.clone(), slashed, burned: half, protection };
    assert_eq!(s.told(), [s.event(event)]);
    assert_eq!(burned(&s), half);
    assert_eq!(s.staking.slash(&slash).status, SlashStatus::Executed);
    let (left, unbonding) = (active - of_active, unbonding - of_unbonding);
    let shares = active.unsigned_abs();
    let counted = 2 * (weight(active, 0) * left.unsigned_abs() / shares);
    let expected = Validator {
        stake: left,
        unbonding,
        bond: 100 * ONE * left / active,
        weight: counted,
        slash_expires_at: 0,
        ..before.clone()
    };
    assert_eq!(s.at(&v), expected);
    let expected = StakingState {
        staked: state.staked - slashed,
        weight: state.weight - before.weight + counted,
        ..state
    };
    assert_eq!(s.staking.state(), expected);
    assert_eq!(s.position(&with).amount, (50 * ONE + 7) * left / active);
    assert_eq!(s.position(&leaving).amount, unbonding);
    assert_eq!(s.position(&apart).amount, 70 * ONE);
    assert_eq!(s.balance(&s.tft, &s.staking.address), balance - slashed);
    assert_eq!(s.balance(&s.tft, &s.regions.treasury), protection);
    assert_eq!(s.treasury.books(&s.tft).protection, protected_before + protection);
    assert_eq!(s.spare(), 0);
}

/// The odd unit is protected.
#[test]
fn execute_slash_burns_half_rounded_down() {
    let s = Stakes::new();
    for (bond, slashed, half) in
        [(1_000_010_000, 100_001, 50_000), (1_000_029_999, 100_002, 50_001)]
    {
        let v = s.validator_with(bond, 0);
        let before = s.treasury.books(&s.tft).protection;
        let slash = s.propose(&v, 1).expect("proposed");
        s.pass(WEEK);
        assert_eq!(s.execute(slash), Ok(slashed));
        assert_eq!(burned(&s), half);
        assert_eq!(s.treasury.books(&s.tft).protection - before, slashed - half);
    }
}

#[test]
fn execute_slash_works_from_the_end_of_the_notice_to_the_end_of_a_week() {
    for (passed, error) in [
        (0, Some(StakingError::NoticeNotOver)),
        (7 * DAY - 1, Some(StakingError::NoticeNotOver)),
        (7 * DAY, None),
        (14 * DAY, None),
        (14 * DAY + 1, Some(StakingError::SlashLapsed)),
        (400 * DAY, Some(StakingError::SlashLapsed)),
    ] {
        let s = Stakes::new();
        let v = s.validator(0);
        let slash = s.propose(&v, 1_000).expect("proposed");
        later(&s, passed);
        match error {
            Some(error) => assert_refused(&s.env, error, || s.execute(slash)),
            None => {
                assert_eq!(s.execute(slash), Ok(10 * ONE));
                assert_eq!(s.at(&v).stake, 90 * ONE);
            }
        }
    }
}

#[test]
fn veto_slash_stops_it_up_to_the_end() {
    for passed in [0, 7 * DAY, 14 * DAY] {
        let s = Stakes::new();
        let v = s.validator(0);
        let slash = s.propose(&v, 1_000).expect("proposed");
        s.pass(passed);
        let (before, state) = (s.at(&v), s.staking.state());
        let proposed = s.staking.slash(&slash);
        assert_eq!(s.veto(slash), Ok(()));
        assert_eq!(s.told(), [s.event(SlashVetoed { slash, validator: v.clone() })]);
        let expected = Slash { status: SlashStatus::Vetoed, ..proposed };
        assert_eq!(s.staking.slash(&slash), expected);
        assert_eq!(s.at(&v), Validator { slash_expires_at: 0, ..before });
        assert_eq!(s.staking.state(), state);
    }
}

#[test]
fn cancel_slash_withdraws_it_up_to_the_end() {
    for passed in [0, 7 * DAY, 14 * DAY] {
        let s = Stakes::new();
        let v = s.validator(0);
        let slash = s.propose(&v, 1_000).expect("proposed");
        s.pass(passed);
        let (before, state) = (s.at(&v), s.staking.state());
        let proposed = s.staking.slash(&slash);
        assert_eq!(s.cancel(slash), Ok(()));
        assert_eq!(s.told(), [s.event(SlashCancelled { slash, validator: v.clone() })]);
        let expected = Slash { status: SlashStatus::Cancelled, ..proposed };
        assert_eq!(s.staking.slash(&slash), expected);
        assert_eq!(s.at(&v), Validator { slash_expires_at: 0, ..before });
        assert_eq!(s.staking.state(), state);
    }
}

#[test]
fn what_is_decided_or_lapsed_is_decided_for_ever() {
    let s = Stakes::new();
    type Decide = fn(&Stakes, u32);
    let ends: [(Decide, StakingError); 4] = [
        (|s, slash| s.veto(slash).expect("vetoed"), StakingError::SlashVetoed),
        (|s, slash| s.cancel(slash).expect("cancelled"), StakingError::SlashCancelled),
        (|s, slash| assert!(s.execute(slash).is_ok()), StakingError::AlreadyExecuted),
        (|s, _| s.pass(WEEK + 1), StakingError::SlashLapsed),
    ];
    for (decide, error) in ends {
        let v = s.validator(0);
        let slash = s.propose(&v, 1_000).expect("proposed");
        s.pass(WEEK);
        decide(&s, slash);
        assert_refused(&s.env, error, || s.execute(slash));
        assert_refused(&s.env, error, || s.veto(slash));
        assert_refused(&s.env, error, || s.cancel(slash));
        // Nor does another of the validator bring it back.
        s.propose(&v, 1_000).expect("proposed");
        s.pass(WEEK);
        assert_refused(&s.env, error, || s.execute(slash));
        assert_refused(&s.env, error, || s.veto(slash));
    }
}

#[test]
fn slashes_that_were_not_proposed_are_unknown() {
    let s = Stakes::new();
    s.propose(&s.validator(0), 1_000).expect("proposed");
    for slash in [0, 2] {
        assert_refused(&s.env, StakingError::UnknownSlash, || s.execute(slash));
        assert_refused(&s.env, StakingError::UnknownSlash, || s.veto(slash));
        assert_refused(&s.env, StakingError::UnknownSlash, || s.cancel(slash));
    }
}

#[test]
fn execute_slash_of_who_has_no_stake_left_takes_nothing() {
    let s = Stakes::new();
    let v = s.validator(0);
    s.own::<u64>("undelegate", &(v.clone(), 0)).expect("leaving");
    s.pass(UNBONDING);
    s.own::<i128>("unstake", &(v.clone(), 0)).expect("paid back");
    let slash = s.propose(&v, 3_000).expect("proposed");
    s.pass(WEEK);
    assert_eq!(s.execute(slash), Ok(0));
    let event = SlashExecuted { slash, validator: v.clone(), slashed: 0, burned: 0, protection: 0 };
    assert_eq!(s.told(), [s.event(event)]);
    assert_eq!(s.treasury.books(&s.tft).protection, 0);
}

/// Rewards are no stake.
#[test]
fn execute_slash_takes_no_rewards_and_ends_none() {
    let s = Stakes::new();
    let v = s.validator(1_000);
    let stake = s.delegated(300 * ONE, 0, &v);
    s.notify(700 * ONE).expect("notified");
    let slash = s.propose(&v, 3_000).expect("proposed");
    s.pass(WEEK);
    let before = (s.position(&stake).claimable, s.at(&v).claimable);
    assert!(before.0 > 0 && before.1 > 0);
    s.execute(slash).expect("executed");
    assert_eq!((s.position(&stake).claimable, s.at(&v).claimable), before);
    assert_eq!(s.staking.state().rewards, 700 * ONE);
    assert_eq!(s.own("claim", &stake), Ok(before.0));
}

/// What an issuer took cannot be burned.
#[test]
fn execute_slash_after_a_clawback_gives_up_a_part_of_what_is_left() {
    let s = Stakes::new();
    let v = s.validator_with(1_000 * ONE, 0);
    let stake = s.stake(600 * ONE, 0);
    let slash = s.propose(&v, 1_000).expect("proposed");
    s.pass(WEEK);
    s.claw_back(&s.tft, &s.staking.address, 400 * ONE);
    assert_eq!(s.execute(slash), Ok(100 * ONE));
    let given_up = 100 * ONE * 1_200 / 1_600;
    let (half, protection) = (given_up / 2, given_up - given_up / 2);
    let event =
        SlashExecuted { slash, validator: v.clone(), slashed: 100 * ONE, burned: half, protection };
    assert_eq!(s.told(), [s.event(event)]);
    assert_eq!(burned(&s), half);
    assert_eq!(s.treasury.books(&s.tft).protection, protection);
    assert_eq!(s.balance(&s.tft, &s.staking.address), 1_200 * ONE - given_up);
    // Nobody else is worse off, or better.
    assert_eq!(s.own("unstake", &stake), Ok(600 * ONE * 1_200 / 1_600));
}

#[test]
fn execute_slash_works_where_everything_was_taken() {
    let s = Stakes::new();
    let v = s.validator(0);
    let slash = s.propose(&v, 1_000).expect("proposed");
    s.pass(WEEK);
    s.claw_back(&s.tft, &s.staking.address, 100 * ONE);
    assert_eq!(s.execute(slash), Ok(10 * ONE));
    let event =
        SlashExecuted { slash, validator: v.clone(), slashed: 10 * ONE, burned: 0, protection: 0 };
    assert_eq!(s.told(), [s.event(event)]);
    assert_eq!((s.at(&v).stake, s.staking.state().staked), (90 * ONE, 90 * ONE));
}

/// Slashes are the council's that is in office when they are proposed, or withdrawn.
#[test]
fn slashes_are_proposed_by_the_treasurys_council_of_the_time() {
    let s = Stakes::new();
    let v = s.validator(0);
    let slash = s.propose(&v, 100).expect("proposed");
    let heir = hand_over(&s);
    let propose = s.to_staking("propose_slash", (&s.validator(0), 100u32, s.hash()));
    let cancel = s.to_staking("cancel_slash", (slash,));
    for call in [&propose, &cancel] {
        assert_unauthorized(&s.env, "the former", || s.signed::<Val>(&s.council, call));
    }
    assert_eq!(s.signed(&heir, &propose), Ok(slash + 1));
    assert_eq!(s.signed(&heir, &cancel), Ok(()));
    assert_eq!(s.staking.slash(&slash).status, SlashStatus::Cancelled);
}

/// The root treasury has another council.
fn hand_over(s: &Stakes) -> Address {
    let heir = s.user(&[]);
    let to_treasury = |function, args: soroban_sdk::Vec<Val>| {
        Call::new(&s.env, &s.treasury.address, function, args)
    };
    let action = (1u64, Action::SetCouncil(heir.clone()));
    let propose = to_treasury("propose", into_args(&s.env, action));
    let id: soroban_sdk::BytesN<32> = s.signed(&s.council, &propose).expect("a proposal");
    s.pass(WEEK);
    let execute = to_treasury("execute", into_args(&s.env, (id,)));
    s.signed::<()>(&heir, &execute).expect("in office");
    heir
}

fn into_args(env: &Env, args: impl IntoVal<Env, soroban_sdk::Vec<Val>>) -> soroban_sdk::Vec<Val> {
    args.into_val(env)
}

#[test]
fn execute_slash_fails_once_another_council_is_in_office() {
    let s = Stakes::new();
    let v = s.validator(0);
    let heir = s.user(&[]);
    let set = |council: &Address, nonce: u64, to: &Address| -> soroban_sdk::BytesN<32> {
        let args = (nonce, Action::SetCouncil(to.clone()));
        s.signed(council, &Call::new(&s.env, &s.treasury.address, "propose", args))
            .expect("proposed")
    };
    let handed = set(&s.council, 1, &heir);
    s.pass(DAY);
    let left_over = s.propose(&v, 1_000).expect("proposed");
    s.pass(6 * DAY);
    let take = Call::new(&s.env, &s.treasury.address, "execute", (handed,));
    s.signed::<()>(&heir, &take).expect("in office");
    s.pass(DAY);
    // Its notice is over, and it is void; the new council need not even withdraw it.
    assert_refused(&s.env, StakingError::FormerCouncil, || s.execute(left_over));
    let propose = |bps: u32| s.to_staking("propose_slash", (&v, bps, s.hash()));
    assert_unauthorized(&s.env, "the former council", || s.signed::<u32>(&s.council, &propose(1)));
    let cancel = s.to_staking("cancel_slash", (left_over,));
    s.signed::<()>(&heir, &cancel).expect("withdrawn");
    // What the new one proposes is executed, …
    let slash: u32 = s.signed(&heir, &propose(1_000)).expect("proposed");
    s.pass(WEEK);
    assert!(s.execute(slash).expect("executed") > 0);
    // … but not what was proposed in the very second in which it takes office.
    let back = set(&heir, 2, &heir);
    s.pass(7 * DAY);
    let early: u32 = s.signed(&heir, &propose(100)).expect("proposed");
    s.signed::<()>(&heir, &Call::new(&s.env, &s.treasury.address, "execute", (back,)))
        .expect("again");
    s.pass(WEEK);
    assert_refused(&s.env, StakingError::FormerCouncil, || s.execute(early));
}
