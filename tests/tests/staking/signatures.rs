//! Every entry point that is signed: without a signature, with another's, with other arguments than signed, with
//! another function's signature.

use soroban_sdk::{Address, BytesN, IntoVal, Val, Vec};
use tributary_tests::env::{
    pool::ONE,
    sign::{assert_unauthorized, Call},
    stakes::{Stakes, WEEK, YEAR},
};

use crate::{one_more, UNBONDING};

/// A call, who signs it, and the same with something else in place of each argument.
struct Signed {
    call: Call,
    by: Address,
    others: std::vec::Vec<Call>,
}

/// A community in which each of the calls is possible, in this order.
struct Ready {
    s: Stakes,
    people: [Address; 3],
    calls: std::vec::Vec<Signed>,
}

fn ready() -> Ready {
    let s = Stakes::new();
    let (v, w) = (s.validator(1_000), s.validator(0));
    let owner = s.user(&[]);
    let stakes = [(); 7].map(|()| one_more(&s, &owner, 200 * ONE));
    for stake in [&stakes[3], &stakes[6]] {
        s.delegate(stake, &v).expect("delegated");
    }
    s.own::<u64>("undelegate", &stakes[6]).expect("leaving");
    s.notify(700 * ONE).expect("notified");
    s.pass(UNBONDING);
    s.propose(&v, 100).expect("proposed");
    let thief = s.user(&[(&s.tft, 100 * ONE)]);
    let payer = s.user(&[(&s.tft, 100 * ONE)]);
    s.give(&s.tft, &owner, 10 * ONE);
    let (u, env) = (s.validator(0), &s.env);
    s.propose(&u, 100).expect("proposed");
    let (hash, else_hash) = (s.hash(), BytesN::from_array(env, &[8; 32]));
    let signed = |by: &Address, function, paying: i128, args: Vec<Val>, other: &[Val]| {
        let call = |args: Vec<Val>| match paying {
            0 => s.to_staking(function, args),
            paying => s.paying(by, paying, function, args),
        };
        let others = (0..).zip(other).map(|(place, other)| {
            let mut args = args.clone();
            args.set(place, *other);
            call(args)
        });
        Signed { call: call(args.clone()), by: by.clone(), others: others.collect() }
    };
    let number = |number: u32| number.into_val(env);
    let (elsewhere, five): (Val, Val) = (thief.to_val(), number(5));
    let position = |at: u32| -> Vec<Val> { (&owner, at).into_val(env) };
    let other = [elsewhere, five];
    let calls = vec![
        signed(
            &owner,
            "stake",
            ONE,
            (&owner, ONE, YEAR).into_val(env),
            &[elsewhere, (2 * ONE).into_val(env), (YEAR + 1).into_val(env)],
        ),
        signed(
            &owner,
            "extend",
            0,
            (&owner, 1u32, YEAR).into_val(env),
            &[elsewhere, five, (YEAR + 1).into_val(env)],
        ),
        signed(
            &owner,
            "delegate",
            0,
            (&owner, 2u32, &w).into_val(env),
            &[elsewhere, five, owner.to_val()],
        ),
        signed(&owner, "undelegate", 0, position(3), &other),
        signed(&owner, "complete_unbonding", 0, position(6), &other),
        signed(&owner, "claim", 0, position(0), &other),
        signed(&owner, "unstake", 0, position(0), &other),
        signed(
            &payer,
            "notify",
            ONE,
            (&payer, ONE).into_val(env),
            &[elsewhere, (2 * ONE).into_val(env)],
        ),
        signed(
            &owner,
            "register_validator",
            0,
            (&owner, 4u32, 500u32, hash.clone()).into_val(env),
            &[elsewhere, five, number(600), else_hash.to_val()],
        ),
        signed(
            &v,
            "update_validator",
            0,
            (&v, 500u32, hash.clone()).into_val(env),
            &[elsewhere, number(600), else_hash.to_val()],
        ),
        signed(&v, "claim_commission", 0, (&v,).into_val(env), &[elsewhere]),
        signed(
            &s.council,
            "propose_slash",
            0,
            (&w, 100u32, hash).into_val(env),
            &[owner.to_val(), number(200), else_hash.to_val()],
        ),
        signed(&s.guardian, "veto_slash", 0, (1u32,).into_val(env), &[number(2)]),
        signed(&s.council, "cancel_slash", 0, (2u32,).into_val(env), &[number(1)]),
    ];
    Ready { people: [thief, owner, payer], calls, s }
}

#[test]
fn every_function_needs_the_right_signature_for_exactly_its_arguments() {
    let Ready { s, people: [thief, owner, payer], calls } = ready();
    for Signed { call, by, others } in &calls {
        let name = call.function;
        assert_unauthorized(&s.env, name, || s.unsigned::<Val>(call));
        for who in [&thief, &owner, &payer, &s.admin, &s.guardian, &s.council] {
            if who != by {
                assert_unauthorized(&s.env, name, || s.signed::<Val>(who, call));
            }
        }
        for (place, other) in others.iter().enumerate() {
            assert_unauthorized(&s.env, &format!("{name} {place}"), || {
                other.signed_by::<Val, _>(&s.env, &[(by, call)])
            });
        }
        // A signature for one function serves no other.
        for another in calls.iter().filter(|another| another.call.function != name) {
            let call = &another.call;
            let signed = Call { function: name, ..call.clone() };
            assert_unauthorized(&s.env, name, || {
                call.signed_by::<Val, _>(&s.env, &[(&another.by, &signed)])
            });
        }
    }
    // Each was refused for its signature alone.
    for Signed { call, by, .. } in &calls {
        assert!(s.signed::<Val>(by, call).is_ok(), "{}", call.function);
    }
}

#[test]
fn what_is_paid_in_is_signed_with_the_call() {
    let Ready { s, calls, .. } = ready();
    let paying = calls.iter().filter(|signed| !signed.call.beneath.is_empty());
    for Signed { call, by, others } in paying {
        let (name, transfer) = (call.function, &call.beneath[0]);
        let alone = Call { beneath: vec![], ..call.clone() };
        let less = s.transfer(&s.tft, by, &s.staking.address, ONE - 1);
        let less = Call { beneath: vec![less], ..call.clone() };
        for signed in [&alone, transfer, &less] {
            assert_unauthorized(&s.env, name, || call.signed_by::<Val, _>(&s.env, &[(by, signed)]));
        }
        // Signed apart, both together are not the call that pays.
        assert_unauthorized(&s.env, name, || {
            call.signed_by::<Val, _>(&s.env, &[(by, &alone), (by, &less)])
        });
        // More is asked for than a transfer of what was signed.
        assert_unauthorized(&s.env, name, || {
            let more = &others[1];
            more.signed_by::<Val, _>(
                &s.env,
                &[(by, &Call { beneath: call.beneath.clone(), ..more.clone() })],
            )
        });
        assert!(s.signed::<Val>(by, call).is_ok(), "{name}");
    }
    assert_eq!(calls.iter().filter(|signed| !signed.call.beneath.is_empty()).count(), 2);
}

#[test]
fn expire_and_execute_slash_need_no_signature() {
    let s = Stakes::new();
    let v = s.validator(0);
    let locked = s.stake(50 * ONE, WEEK);
    let slash = s.propose(&v, 100).expect("proposed");
    s.pass(WEEK);
    // `unsigned` holds that none was asked for.
    assert_eq!(s.any("expire", &locked), Ok(()));
    assert!(s.execute(slash).is_ok());
}
