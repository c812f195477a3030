//! Every entry point without a signature, with another's, with other arguments than
//! signed, or with a part of a signature used elsewhere.

use soroban_sdk::{
    testutils::{MockAuth, MockAuthInvoke},
    Address, IntoVal, Val, Vec,
};
use tributary_tests::env::pool::{Setup, World, NEVER, ONE};

fn pool() -> (World, Address) {
    let (world, provider) = World::with_liquidity(Setup::default(), 1_000 * ONE, 1_000 * ONE);
    world.give(&world.token_0, &provider, 100 * ONE);
    world.give(&world.token_1, &provider, 100 * ONE);
    (world, provider)
}

/// Every call that moves something of `owner`'s, and what it pulls of each token.
fn calls(world: &World, owner: &Address) -> [(&'static str, Vec<Val>, i128, i128); 4] {
    let env = &world.env;
    let token = &world.token_0;
    [
        ("deposit", (owner, ONE, ONE, 0i128, owner, NEVER).into_val(env), ONE, ONE),
        ("withdraw", (owner, ONE, 0i128, 0i128, owner, NEVER).into_val(env), 0, 0),
        ("swap_exact_in", (owner, token, ONE, 0i128, owner, NEVER).into_val(env), ONE, 0),
        ("swap_exact_out", (owner, token, ONE, 1i128, owner, NEVER).into_val(env), ONE, 0),
    ]
}

fn pulls(world: &World, amount_0: i128, amount_1: i128) -> std::vec::Vec<(&Address, i128)> {
    [(&world.token_0, amount_0), (&world.token_1, amount_1)]
        .into_iter()
        .filter(|(_, amount)| *amount > 0)
        .collect()
}

fn assert_refused_by_the_host(world: &World, function: &str, args: Vec<Val>, why: &str) {
    let function_name = soroban_sdk::Symbol::new(&world.env, function);
    let before = world.env.to_ledger_snapshot();
    let result = world.env.try_invoke_contract::<Val, soroban_sdk::InvokeError>(
        &world.pool.address,
        &function_name,
        args,
    );
    assert!(
        matches!(result, Err(Err(_)) | Err(Ok(soroban_sdk::InvokeError::Abort))),
        "{function} {why}: {result:?}"
    );
    let after = world.env.to_ledger_snapshot();
    assert!(before.entries().into_iter().eq(after.entries()), "{function} {why} changed something");
}

#[test]
fn no_entry_point_moves_anything_without_a_signature() {
    let (world, owner) = pool();
    for (function, args, ..) in calls(&world, &owner) {
        assert_refused_by_the_host(&world, function, args, "unsigned");
    }
    assert_refused_by_the_host(&world, "pause", Vec::new(&world.env), "unsigned");
}

#[test]
fn no_entry_point_moves_anything_with_anothers_signature() {
    let (world, owner) = pool();
    let thief = world.user(ONE, ONE);
    for (function, args, amount_0, amount_1) in calls(&world, &owner) {
        for who in [&thief, &world.guardian, &world.treasury, &world.factory] {
            world.sign_only(who, function, &args, &pulls(&world, amount_0, amount_1));
            assert_refused_by_the_host(&world, function, args.clone(), "signed by another");
        }
    }
}

#[test]
fn no_argument_can_differ_from_what_was_signed() {
    let (world, owner) = pool();
    let thief = world.user(0, 0);
    let (env, token, other) = (&world.env, &world.token_0, &world.token_1);
    let changed: [(usize, Vec<Val>); 12] = [
        (0, (&owner, 2 * ONE, ONE, 0i128, &owner, NEVER).into_val(env)),
        (0, (&owner, ONE, ONE, 0i128, &thief, NEVER).into_val(env)),
        (1, (&owner, 2 * ONE, 0i128, 0i128, &owner, NEVER).into_val(env)),
        (1, (&owner, ONE, 0i128, 0i128, &thief, NEVER).into_val(env)),
        (1, (&owner, ONE, 0i128, 0i128, &owner, NEVER - 1).into_val(env)),
        (2, (&owner, other, ONE, 0i128, &owner, NEVER).into_val(env)),
        (2, (&owner, token, 2 * ONE, 0i128, &owner, NEVER).into_val(env)),
        (2, (&owner, token, ONE, 1i128, &owner, NEVER).into_val(env)),
        (2, (&owner, token, ONE, 0i128, &thief, NEVER).into_val(env)),
        (3, (&owner, token, 2 * ONE, 1i128, &owner, NEVER).into_val(env)),
        (3, (&owner, token, ONE, 2i128, &owner, NEVER).into_val(env)),
        (3, (&owner, token, ONE, 1i128, &thief, NEVER).into_val(env)),
    ];
    let signed = calls(&world, &owner);
    for (index, args) in changed {
        let (function, right, amount_0, amount_1) = &signed[index];
        world.sign_only(&owner, function, right, &pulls(&world, *amount_0, *amount_1));
        assert_refused_by_the_host(&world, function, args, "with another argument");
    }
}

#[test]
fn the_transfer_must_be_signed_beneath_the_call() {
    let (world, owner) = pool();
    for (function, args, amount_0, _) in calls(&world, &owner) {
        if amount_0 > 0 {
            world.sign_only(&owner, function, &args, &[]);
            assert_refused_by_the_host(&world, function, args, "without the transfer");
        }
    }
}

#[test]
fn a_signature_for_one_call_serves_no_other() {
    let (world, owner) = pool();
    let signed = calls(&world, &owner);
    for (function, args, amount_0, amount_1) in &signed {
        for (other, other_args, ..) in &signed {
            if function != other {
                world.sign_only(&owner, function, args, &pulls(&world, *amount_0, *amount_1));
                assert_refused_by_the_host(&world, other, other_args.clone(), "signed otherwise");
            }
        }
    }
}

#[test]
fn a_bare_transfer_signature_serves_no_call() {
    let (world, owner) = pool();
    for (function, args, ..) in calls(&world, &owner) {
        world.env.mock_auths(&[MockAuth {
            address: &owner,
            invoke: &MockAuthInvoke {
                contract: &world.token_0,
                fn_name: "transfer",
                args: (&owner, &world.pool.address, ONE).into_val(&world.env),
                sub_invokes: &[],
            },
        }]);
        assert_refused_by_the_host(&world, function, args, "with the transfer signed alone");
    }
}

#[test]
fn a_signature_serves_once() {
    let (world, owner) = pool();
    for (function, args, amount_0, amount_1) in calls(&world, &owner) {
        world.sign_only(&owner, function, &args, &pulls(&world, amount_0, amount_1));
        world.unsigned::<Val>(function, args.clone()).unwrap();
        assert_refused_by_the_host(&world, function, args, "a second time");
    }
}
