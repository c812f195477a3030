//! The floor, and every entry point of the pool.

use soroban_env_host::xdr::{AccountId, ScAddress, ScVal};
use tributary_tests::{
    env::pool::ONE,
    ledger::{
        scene::{pool_args, Scene},
        val::{account, address, int, NO_DEADLINE},
        Cost, Network,
    },
    wasm::{contract, test_contract},
};

pub fn floor() -> Cost {
    let mut scene = Scene::new();
    let user = scene.user.clone();
    let wasm = test_contract("floor");
    let (floor, _) = scene.network.deploy(&user, &wasm, "floor", vec![]).expect("floor");
    let (token_0, token_1) = (scene.token_0.clone(), scene.token_1.clone());
    for token in [&token_0, &token_1] {
        let give = vec![account(&user), address(&floor), int(1_000 * ONE)];
        scene.network.call(&user, token, "transfer", give).expect("transfer");
    }
    let swap = |network: &mut Network| {
        let me = account(&user);
        let args = vec![me.clone(), address(&token_0), int(ONE), address(&token_1), int(ONE), me];
        network.call(&user, &floor, "swap", args).expect("swap").cost
    };
    swap(&mut scene.network);
    swap(&mut scene.network)
}

/// Every entry point once, in a pool that has seen all of them before.
pub fn rows() -> Vec<(String, Cost)> {
    let mut rows = vec![("pool: deploy".to_string(), deploy())];
    let mut scene = Scene::empty();
    let (user, other) = (scene.user.clone(), scene.other.clone());
    let first = scene.deposit(&user, 10_000 * ONE, 20_000 * ONE).expect("deposit").cost;
    rows.push(("pool: deposit, the first".to_string(), first));
    warm_up(&mut scene, &user, &other);

    let me = account(&user);
    let (token_0, token_1) = (address(&scene.token_0), address(&scene.token_1));
    let ledger = ScVal::U32(scene.network.info.sequence_number + 10_000);
    let limits = |token: &ScVal, first: i128, second: i128| {
        vec![me.clone(), token.clone(), int(first), int(second), me.clone(), NO_DEADLINE]
    };
    let held = |amounts: [i128; 3]| {
        let [a, b, c] = amounts.map(int);
        vec![me.clone(), a, b, c, me.clone(), NO_DEADLINE]
    };
    let owner = account(&other);
    let cases: Vec<(&str, &str, Vec<ScVal>)> = vec![
        ("deposit", "", held([ONE, 3 * ONE, 0])),
        ("withdraw", "", held([ONE, 0, 0])),
        ("swap_exact_in", "", limits(&token_0, 10 * ONE, 0)),
        ("swap_exact_in", ", again in the ledger", limits(&token_1, 10 * ONE, 0)),
        ("swap_exact_out", "", limits(&token_0, 50 * ONE, 10 * ONE)),
        ("swap_received", "", vec![token_0.clone(), int(0), me.clone(), NO_DEADLINE]),
        ("quote_exact_in", "", vec![token_0.clone(), int(10 * ONE)]),
        ("quote_exact_out", "", vec![token_0.clone(), int(10 * ONE)]),
        ("state", "", vec![]),
        ("twap", "", vec![token_1]),
        ("collect", "", vec![]),
        ("sync", "", vec![]),
        ("transfer", "", vec![me.clone(), owner.clone(), int(ONE)]),
        ("approve", "", vec![me.clone(), owner.clone(), int(ONE), ledger]),
        ("transfer_from", "", vec![me.clone(), owner.clone(), me.clone(), int(1)]),
        ("burn", "", vec![me.clone(), int(1)]),
        ("burn_from", "", vec![me.clone(), owner.clone(), int(1)]),
        ("balance", "", vec![me.clone()]),
        ("held", "", vec![me.clone()]),
        ("allowance", "", vec![owner, me.clone()]),
        ("total_supply", "", vec![]),
        ("decimals", "", vec![]),
        ("name", "", vec![]),
        ("symbol", "", vec![]),
    ];
    for (function, note, args) in cases {
        if note.is_empty() {
            scene.network.close(1);
        }
        if function == "swap_received" {
            let (token, pool) = (scene.token_0.clone(), scene.pool.clone());
            give(&mut scene, &user, &token, &pool);
        }
        let applied = scene.call(&user, function, args).expect(function);
        rows.push((format!("pool: {function}{note}"), applied.cost));
    }
    let issuer = scene.issuer.clone();
    let pause = scene.call(&issuer, "pause", vec![]).expect("pause");
    rows.push(("pool: pause".to_string(), pause.cost));
    rows
}

fn deploy() -> Cost {
    let mut scene = Scene::empty();
    let (user, issuer) = (scene.user.clone(), scene.issuer.clone());
    let args = pool_args(&scene.token_0, &scene.token_1, &user, &issuer);
    scene.network.close(1);
    let (_, applied) =
        scene.network.deploy(&user, &contract("pool"), "bench", args).expect("deploy");
    applied.cost
}

/// Creates every entry that the measured calls touch, and makes the shares old enough to move.
fn warm_up(scene: &mut Scene, user: &AccountId, other: &AccountId) {
    scene.network.close(800);
    scene.deposit(other, 10 * ONE, 20 * ONE).expect("deposit");
    let until = ScVal::U32(scene.network.info.sequence_number + 10_000);
    let (me, owner) = (account(user), account(other));
    for (from, spender) in [(&me, &owner), (&owner, &me)] {
        let who = if from == &me { user } else { other };
        let approve = vec![from.clone(), spender.clone(), int(ONE), until.clone()];
        scene.call(who, "approve", approve).expect("approve");
    }
    let token = scene.token_0.clone();
    scene.swap(user, &token, 10 * ONE).expect("swap");
    scene.call(user, "collect", vec![]).expect("collect");
    scene.network.close(20);
}

fn give(scene: &mut Scene, from: &AccountId, token: &ScAddress, to: &ScAddress) {
    let args = vec![account(from), address(to), int(10 * ONE)];
    scene.network.call(from, token, "transfer", args).expect("transfer");
}
