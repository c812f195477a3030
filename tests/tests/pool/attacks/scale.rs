//! Nothing that users can create makes another user's call dearer.

use soroban_env_host::xdr::{AccountId, ScString, ScVal};
use tributary_tests::{
    env::pool::ONE,
    ledger::{
        scene::Scene,
        suite::{map, new_token_params, symbol, Key, Suite},
        val::{account, address, int},
        Cost, Network,
    },
    wasm::contract,
};

/// What a swap and a transfer cost in a pool with this many holders of shares.
fn costs(holders: usize) -> [Cost; 2] {
    let mut scene = Scene::new();
    let (user, other, token) = (scene.user.clone(), scene.other.clone(), scene.token_0.clone());
    for holder in 0..holders {
        let holder = scene.network.account(&format!("holder {holder}"));
        let transfer = vec![account(&user), account(&holder), int(1)];
        scene.call(&user, "transfer", transfer).unwrap();
    }
    scene.network.close(1);
    let swap = scene.swap(&user, &token, ONE).unwrap().cost;
    let transfer = vec![account(&user), account(&other), int(ONE)];
    [swap, scene.call(&user, "transfer", transfer).unwrap().cost]
}

#[test]
fn a_thousand_holders_cost_what_ten_cost() {
    let (few, many) = (costs(10), costs(1_000));
    for (few, many) in few.iter().zip(&many) {
        assert_eq!((few.reads, few.writes), (many.reads, many.writes));
        assert_eq!((few.write_bytes, few.event_bytes), (many.write_bytes, many.event_bytes));
        let difference = few.instructions.abs_diff(many.instructions);
        assert!(difference * 100 <= few.instructions, "{few:?} {many:?}");
    }
}

/// What minting, a transfer and burning cost with this many holders of an own token.
fn costs_of_own_token(holders: usize) -> [Cost; 3] {
    let mut network = Network::default();
    let [treasury, user, other] = ["treasury", "user", "other"].map(|name| network.account(name));
    let text = |text: &str| ScVal::String(ScString(text.try_into().expect("short")));
    let new = map(&[
        ("cap", int(1_000_000 * ONE)),
        ("genesis", int(100_000 * ONE)),
        ("name", text("Alpine")),
        ("symbol", text("ALP")),
    ]);
    let args = vec![account(&treasury), new];
    let (token, _) = network.deploy(&treasury, &contract("token"), "token", args).unwrap();
    let mut call = |who: &AccountId, function, args| {
        network.close(1);
        network.call(who, &token, function, args).unwrap().cost
    };
    let pay = |to: &AccountId, amount| vec![account(&treasury), account(to), int(amount)];
    for one in [&user, &other] {
        call(&treasury, "transfer", pay(one, 100 * ONE));
    }
    for holder in 0..holders {
        let holder = Network::id(&format!("holder {holder}"));
        call(&treasury, "transfer", pay(&holder, 1));
    }
    [
        call(&treasury, "mint", vec![int(ONE)]),
        call(&user, "transfer", vec![account(&user), account(&other), int(ONE)]),
        call(&user, "burn", vec![account(&user), int(ONE)]),
    ]
}

#[test]
fn a_thousand_holders_of_an_own_token_cost_what_ten_cost() {
    for (few, many) in costs_of_own_token(10).iter().zip(&costs_of_own_token(1_000)) {
        assert_eq!((few.reads, few.writes), (many.reads, many.writes));
        assert_eq!((few.write_bytes, few.event_bytes), (many.write_bytes, many.event_bytes));
        let difference = few.instructions.abs_diff(many.instructions);
        assert!(difference * 100 <= few.instructions, "{few:?} {many:?}");
    }
}

/// What creating, finding and trading cost beside this many regions. (`make bench` goes on to 10 000.)
fn costs_beside(regions: usize) -> Vec<Cost> {
    let mut suite = Suite::new();
    let token = suite.asset("AAA");
    let founder = suite.person("founder", 10_000_000 * ONE);
    suite.create_region(&founder, "ALPS", &token).unwrap();
    let key = Key("ALPS".into(), token.clone(), 30);
    suite.deposit(&founder, &key, 1_000 * ONE, 1_000 * ONE).unwrap();
    let tft = suite.tft.clone();
    suite.route(&founder, &tft, ONE, std::slice::from_ref(&key)).unwrap();
    suite.create_regions(&founder, &token, regions);
    suite.network.close(1);
    let (factory, cheap) = (suite.factory.clone(), Key("ALPS".into(), token.clone(), 5));
    let mut costs = vec![
        suite.route(&founder, &tft, ONE, std::slice::from_ref(&key)).unwrap().cost,
        suite.create_region(&founder, "ZZZZZZ", &token).unwrap().cost,
        {
            let params = new_token_params(&founder, &founder, "ALP", 1_000 * ONE, 100 * ONE);
            let args = vec![account(&founder), symbol("ZZZZZY"), params];
            suite.call(&founder, &suite.factory.clone(), "create_region", args).unwrap().cost
        },
        suite.create_pool(&founder, &cheap, 0).unwrap().cost,
    ];
    let pool = suite.pool(&key);
    for (function, args) in [
        ("region", vec![symbol("ALPS")]),
        ("last_region", vec![]),
        ("pool", vec![symbol("ALPS"), address(&token), ScVal::U32(30)]),
        ("is_pool", vec![address(&pool)]),
    ] {
        costs.push(suite.call(&founder, &factory, function, args).unwrap().cost);
    }
    costs
}

#[test]
fn a_thousand_regions_cost_what_ten_cost() {
    for (few, many) in costs_beside(10).into_iter().zip(costs_beside(1_000)) {
        assert_eq!((few.reads, few.writes), (many.reads, many.writes));
        assert_eq!((few.write_bytes, few.event_bytes), (many.write_bytes, many.event_bytes));
        let difference = few.instructions.abs_diff(many.instructions);
        assert!(difference * 100 <= few.instructions, "{few:?} {many:?}");
    }
}
