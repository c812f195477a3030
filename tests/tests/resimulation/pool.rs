//! What a trader or provider simulated, applied up to three ledgers later.

use soroban_env_host::xdr::ScVal;
use tributary_tests::{
    env::pool::ONE,
    ledger::{
        resimulation::{applies_later, Call},
        scene::Scene,
        val::{account, address, int, NO_DEADLINE},
        MARGIN_INSTRUCTIONS,
    },
};

/// A wallet's calls, signed on what it saw.
fn calls(scene: &Scene) -> Vec<Call> {
    let (token_0, token_1) = (address(&scene.token_0), address(&scene.token_1));
    let me = account(&scene.user);
    let swap = |token: &ScVal, amount, limit| {
        vec![me.clone(), token.clone(), int(amount), int(limit), me.clone(), NO_DEADLINE]
    };
    let deposit = |a, b| vec![me.clone(), int(a), int(b), int(0), me.clone(), NO_DEADLINE];
    let calls = vec![
        ("swap_exact_in", swap(&token_0, 10 * ONE, 0)),
        ("swap_exact_in", swap(&token_1, 10 * ONE, 0)),
        ("swap_exact_out", swap(&token_0, 50 * ONE, 10 * ONE)),
        ("swap_exact_out", swap(&token_1, 50 * ONE, 10 * ONE)),
        ("deposit", deposit(10 * ONE, 10 * ONE)),
        ("deposit", deposit(10 * ONE, 1_000 * ONE)),
        ("deposit", deposit(1_000 * ONE, 10 * ONE)),
        ("withdraw", vec![me.clone(), int(ONE), int(0), int(0), me.clone(), NO_DEADLINE]),
        ("collect", vec![]),
        ("sync", vec![]),
    ];
    let call = |(function, args)| Call {
        who: scene.user.clone(),
        contract: scene.pool.clone(),
        function,
        args,
    };
    calls.into_iter().map(call).collect()
}

/// What others do in between.
type Others = fn(&mut Scene);

fn nothing(_: &mut Scene) {}

fn trade(scene: &mut Scene) {
    let other = scene.other.clone();
    for token in [scene.token_0.clone(), scene.token_1.clone(), scene.token_0.clone()] {
        scene.swap(&other, &token, 20 * ONE).unwrap();
    }
}

fn crowd(scene: &mut Scene) {
    trade(scene);
    let other = scene.other.clone();
    let me = account(&other);
    let deposit = vec![me.clone(), int(ONE), int(900 * ONE), int(0), me.clone(), NO_DEADLINE];
    scene.call(&other, "deposit", deposit).unwrap();
    scene.call(&other, "collect", vec![]).unwrap();
}

/// Moves the price by half, so that it is the other side that binds a deposit, and the opening
/// price that binds a swap.
fn upheaval(scene: &mut Scene) {
    let (other, token) = (scene.other.clone(), scene.token_0.clone());
    scene.swap(&other, &token, 500 * ONE).unwrap();
    scene.network.close(1);
    trade(scene);
}

fn quiet(scene: &mut Scene) {
    scene.network.close(720);
}

#[test]
fn what_was_simulated_applies_up_to_three_ledgers_later() {
    let others: [Others; 5] = [nothing, trade, crowd, upheaval, quiet];
    let seen: [Others; 2] = [nothing, trade];
    let prepared = Scene::new();
    for (index, call) in calls(&prepared).iter().enumerate() {
        for (others, seen) in others.into_iter().flat_map(|o| seen.map(|s| (o, s))) {
            for later in 0..=3 {
                let mut scene = prepared.clone();
                // The wallet simulates on the last closed ledger, in which others may have traded.
                seen(&mut scene);
                let name = format!("{} {index}", call.function);
                let simulated = applies_later(&name, &mut scene, call, others, later);
                let again = call.simulate(&scene.network);
                assert_eq!(
                    again.resources.footprint, simulated.resources.footprint,
                    "{name}: other keys"
                );
            }
        }
    }
}

#[test]
fn a_swap_in_a_pool_that_grew_beyond_all_measure_stays_in_the_margin() {
    let mut scene = Scene::new();
    let (user, other) = (scene.user.clone(), scene.other.clone());
    let (pool, token) = (scene.pool.clone(), scene.token_0.clone());
    let args =
        vec![account(&user), address(&token), int(10 * ONE), int(0), account(&user), NO_DEADLINE];
    let simulation = scene.network.simulate(&user, &pool, "swap_exact_in", args).unwrap();
    scene.deposit(&other, i128::from(i64::MAX) / 4, i128::from(i64::MAX) / 4).unwrap();
    scene.network.close(1);
    let applied = scene.network.apply(&user, &simulation).unwrap();
    let limit = u64::from(simulation.resources.instructions) + MARGIN_INSTRUCTIONS;
    assert!(applied.cost.instructions <= limit);
}
