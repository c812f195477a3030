//! Every entry point without a signature, with another's, and with other arguments than signed.

use soroban_sdk::{Address, IntoVal, Val};
use tributary_tests::env::{
    own_token::OwnToken,
    pool::ONE,
    sign::{assert_unauthorized, Call},
};

/// A call, who signs it, and the same with something else in place of each argument.
struct Signed<'a> {
    call: Call,
    by: &'a Address,
    others: std::vec::Vec<Call>,
}

#[test]
fn every_function_needs_the_right_signature_for_exactly_its_arguments() {
    let own = OwnToken::default();
    let (from, spender, thief) = (own.user(100 * ONE), own.user(0), own.user(100 * ONE));
    let until = own.ledger() + 50;
    own.approve(&from, &spender, 10 * ONE, until).expect("an allowance");
    // As if the thief could choose: what she has, and may spend, would do for each.
    own.approve(&thief, &spender, 10 * ONE, until).expect("an allowance");
    own.approve(&from, &thief, 10 * ONE, until).expect("an allowance");
    let signed = |by, function, args: soroban_sdk::Vec<Val>, other: &[Val]| {
        let others = (0..).zip(other).map(|(place, other)| {
            let mut args = args.clone();
            args.set(place, *other);
            own.call(function, args)
        });
        Signed { call: own.call(function, args.clone()), by, others: others.collect() }
    };
    let env = &own.env;
    let (elsewhere, more): (Val, Val) = (thief.to_val(), (2 * ONE).into_val(env));
    let calls = [
        signed(&own.treasury, "mint", (ONE,).into_val(env), &[more]),
        signed(
            &from,
            "transfer",
            (&from, &spender, ONE).into_val(env),
            &[elsewhere, elsewhere, more],
        ),
        signed(
            &from,
            "approve",
            (&from, &spender, 10 * ONE, until).into_val(env),
            &[elsewhere, elsewhere, more, (until + 1).into_val(env)],
        ),
        signed(
            &spender,
            "transfer_from",
            (&spender, &from, &spender, ONE).into_val(env),
            &[elsewhere, elsewhere, elsewhere, more],
        ),
        signed(&from, "burn", (&from, ONE).into_val(env), &[elsewhere, more]),
        signed(
            &spender,
            "burn_from",
            (&spender, &from, ONE).into_val(env),
            &[elsewhere, elsewhere, more],
        ),
    ];
    for Signed { call, by, others } in &calls {
        let name = call.function;
        assert_unauthorized(env, name, || call.signed_by::<(), _>(env, &[]));
        for who in [&from, &spender, &thief, &own.treasury] {
            if who != *by {
                assert_unauthorized(env, name, || own.signed(who, call));
            }
        }
        for other in others {
            assert_unauthorized(env, name, || other.signed_by::<(), _>(env, &[(by, call)]));
        }
        // A signature for one function serves no other.
        for another in calls.iter().filter(|another| another.call.function != name) {
            let call = &another.call;
            assert_unauthorized(env, name, || {
                call.signed_by::<(), _>(env, &[(by, &calls_of(call, name))])
            });
        }
    }
    // Each was refused for its signature alone.
    for Signed { call, by, .. } in &calls {
        assert_eq!(own.signed(by, call), Ok(()), "{}", call.function);
    }
}

/// What `call` hands over, to another function.
fn calls_of(call: &Call, function: &'static str) -> Call {
    Call { function, ..call.clone() }
}
