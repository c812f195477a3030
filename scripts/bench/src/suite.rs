//! Factory, router and oracle: every entry point, routes against their skeleton, and the same calls with
//! thousands of regions.

use soroban_env_host::xdr::{AccountId, ScAddress, ScVal};
use tributary_tests::{
    env::pool::ONE,
    ledger::{
        suite::{
            action, bytes, leg, list, path_val, region_params, route_args, symbol, Key, Suite,
        },
        val::{account, address, int, NO_DEADLINE},
        Cost,
    },
    wasm::test_contract,
};

/// Regions in the ledger.
pub const COUNTS: [usize; 3] = [10, 1_000, 10_000];

const YEAR: u64 = 365 * 24 * 60 * 60;

/// Four regions with pools of the same depth, and one trader; everything old enough to move.
struct Scene {
    suite: Suite,
    trader: AccountId,
    keys: Vec<Key>,
}

impl Scene {
    fn new() -> Scene {
        let mut suite = Suite::new();
        let tokens = ["AAA", "BBB", "CCC", "DDD"].map(|code| suite.asset(code));
        let trader = suite.person("trader", 100_000_000 * ONE);
        let mut keys = vec![];
        for (code, token) in ["AA", "BB", "CC", "DD"].into_iter().zip(tokens) {
            suite.create_region(&trader, code, &token).expect("a region");
            let key = Key(code.into(), token, 30);
            suite.deposit(&trader, &key, 10_000 * ONE, 10_000 * ONE).expect("a deposit");
            keys.push(key);
        }
        suite.network.close(800);
        let mut scene = Scene { suite, trader, keys };
        // Every entry that the measured calls write exists from here on.
        let tft = scene.suite.tft.clone();
        for key in scene.keys.clone() {
            scene.route(&tft, &[&key]);
        }
        let first = scene.keys[0].clone();
        scene.one_sided("deposit_one", &first, ONE);
        scene.suite.network.close(20);
        scene.one_sided("withdraw_one", &first, ONE);
        scene.suite.network.close(1);
        scene
    }

    fn route(&mut self, token_in: &ScAddress, path: &[&Key]) -> Cost {
        let path: Vec<_> = path.iter().map(|key| (*key).clone()).collect();
        let args = route_args(&self.trader, token_in, 10 * ONE, &path);
        self.router("swap_exact_in", args)
    }

    fn router(&mut self, function: &str, args: Vec<ScVal>) -> Cost {
        let (who, router) = (self.trader.clone(), self.suite.router.clone());
        self.suite.call(&who, &router, function, args).expect(function).cost
    }

    fn factory(&mut self, who: &AccountId, function: &str, args: Vec<ScVal>) -> Cost {
        let factory = self.suite.factory.clone();
        self.suite.call(who, &factory, function, args).expect(function).cost
    }

    fn treasury(&mut self, treasury: &ScAddress, function: &str, args: Vec<ScVal>) -> Cost {
        let who = self.trader.clone();
        self.suite.call(&who, treasury, function, args).expect(function).cost
    }

    fn one_sided(&mut self, function: &str, key: &Key, amount: i128) -> Cost {
        let token = address(&self.suite.tft);
        let me = account(&self.trader);
        self.router(function, vec![me, key.val(), token, int(amount), int(0), NO_DEADLINE])
    }

    fn create_region(&mut self, code: &str) -> Cost {
        let (who, token) = (self.trader.clone(), self.keys[0].1.clone());
        let params = region_params(&who, &token);
        self.factory(&who, "create_region", vec![account(&who), symbol(code), params])
    }

    fn create_pool(&mut self, code: &str, fee_bps: u32) -> Cost {
        let (who, token) = (self.trader.clone(), address(&self.keys[0].1));
        let args = vec![symbol(code), token, ScVal::U32(fee_bps), ScVal::U32(0)];
        self.factory(&who, "create_pool", args)
    }

    /// Tokens in and out of a path over the first `hops` pools, and the path.
    fn path(&self, hops: usize) -> (ScAddress, Vec<Key>) {
        let tft = self.suite.tft.clone();
        let [a, b, c, _] = self.keys.as_slice() else { panic!("four") };
        let cheap = Key(a.0.clone(), a.1.clone(), 5);
        match hops {
            1 => (tft, vec![a.clone()]),
            2 => (a.1.clone(), vec![a.clone(), b.clone()]),
            3 => (tft, vec![a.clone(), cheap, c.clone()]),
            _ => (b.1.clone(), vec![b.clone(), a.clone(), cheap, c.clone()]),
        }
    }
}

/// Every entry point once, after everything that it touches exists.
pub fn rows() -> Vec<(String, Cost)> {
    let mut scene = Scene::new();
    let (trader, admin) = (scene.trader.clone(), scene.suite.admin.clone());
    let [a, b, ..] = scene.keys.clone().try_into().unwrap_or_else(|_| [(); 4].map(|()| panic!()));
    let (me, tft) = (account(&trader), address(&scene.suite.tft));
    let mut rows: Vec<(String, Cost)> = vec![];
    let mut add = |contract: &str, name: &str, cost: Cost| {
        rows.push((format!("{contract}: {name}"), cost));
    };

    add("factory", "create_region", scene.create_region("EE"));
    scene.suite.network.close(1);
    add("factory", "create_pool", scene.create_pool("AA", 5));
    let code = || vec![symbol("AA")];
    let kind = || vec![symbol("pool")];
    let key = vec![symbol("AA"), address(&a.1), ScVal::U32(30)];
    let pool = scene.suite.pool(&a);
    let hash = bytes(&[7; 32]);
    let alive = list(&[address(&pool)]);
    let factory_calls: Vec<(&AccountId, &str, Vec<ScVal>)> = vec![
        (&trader, "propose_admin", vec![symbol("AA"), me.clone()]),
        (&trader, "accept_admin", code()),
        (&admin, "endorse", vec![symbol("AA"), ScVal::Bool(true)]),
        (&trader, "set_oracle_pool", vec![address(&a.1), a.val()]),
        (&admin, "schedule_template", vec![symbol("pool"), hash.clone()]),
        (&admin, "cancel_template", kind()),
        (&trader, "keep_alive", vec![alive]),
        (&trader, "config", vec![]),
        (&trader, "region", code()),
        (&trader, "last_region", vec![]),
        (&trader, "pool", key),
        (&trader, "is_pool", vec![address(&pool)]),
        (&trader, "templates", vec![]),
        (&trader, "oracle_pool", vec![address(&a.1)]),
        (&trader, "oracle_tokens", vec![]),
    ];
    for (who, function, args) in factory_calls {
        scene.suite.network.close(1);
        add("factory", function, scene.factory(who, function, args));
    }
    let pools =
        scene.keys.clone().iter().map(|key| address(&scene.suite.pool(key))).collect::<Vec<_>>();
    let eight = list(&[pools.as_slice(), pools.as_slice()].concat());
    add(
        "factory",
        "keep_alive, 4 pools, each twice",
        scene.factory(&trader, "keep_alive", vec![eight]),
    );

    let exact_out = |path: &[Key]| {
        let limits = [int(100 * ONE), int(ONE)];
        let [max_in, amount_out] = limits;
        let token = if path.len() == 1 { tft.clone() } else { address(&a.1) };
        vec![me.clone(), token, max_in, amount_out, path_val(path), me.clone(), NO_DEADLINE]
    };
    let quote = |path: &[Key]| vec![address(&a.1), int(ONE), path_val(path)];
    let one = |amount| vec![a.val(), tft.clone(), int(amount)];
    let (tft_address, first_token) = (scene.suite.tft.clone(), a.1.clone());
    add("router", "swap_exact_in, 1 pool", scene.route(&tft_address, &[&a]));
    scene.suite.network.close(1);
    add("router", "swap_exact_in, 2 pools", scene.route(&first_token, &[&a, &b]));
    let both = [a.clone(), b.clone()];
    let router_calls = vec![
        ("swap_exact_out", ", 1 pool", exact_out(&both[..1])),
        ("swap_exact_out", ", 2 pools", exact_out(&both)),
        ("quote_exact_in", ", 2 pools", quote(&both)),
        ("quote_exact_out", ", 2 pools", quote(&both)),
        ("quote_deposit_one", "", one(10 * ONE)),
        ("quote_withdraw_one", "", one(ONE)),
    ];
    for (function, note, args) in router_calls {
        scene.suite.network.close(1);
        add("router", &format!("{function}{note}"), scene.router(function, args));
    }
    scene.suite.network.close(1);
    add("router", "deposit_one", scene.one_sided("deposit_one", &a, 10 * ONE));
    scene.suite.network.close(20);
    add("router", "withdraw_one", scene.one_sided("withdraw_one", &a, ONE));
    let (router, token) = (scene.suite.router.clone(), scene.suite.tft.clone());
    let stray = vec![me.clone(), address(&router), int(ONE)];
    scene.suite.call(&trader, &token, "transfer", stray).expect("transfer");
    add("router", "sweep", scene.router("sweep", vec![tft.clone()]));

    let oracle = scene.suite.oracle.clone();
    let asset = list(&[symbol("Stellar"), address(&a.1)]);
    let oracle_calls = vec![
        ("base", vec![]),
        ("assets", vec![]),
        ("decimals", vec![]),
        ("resolution", vec![]),
        ("price", vec![asset.clone(), ScVal::U64(scene.suite.network.info.timestamp)]),
        ("prices", vec![asset.clone(), ScVal::U32(1)]),
        ("lastprice", vec![asset]),
    ];
    for (function, args) in oracle_calls {
        let answered = scene.suite.call(&trader, &oracle, function, args).expect(function);
        assert!(answered.value != ScVal::Void, "{function} has nothing to tell");
        add("oracle", function, answered.cost);
    }

    let schedule = vec![symbol("pool"), hash];
    scene.factory(&admin, "schedule_template", schedule);
    scene.suite.network.info.timestamp += YEAR;
    add("factory", "apply_template", scene.factory(&trader, "apply_template", kind()));
    rows
}

/// (skeleton, router) over one to four pools.
pub fn routes() -> Vec<(Cost, Cost)> {
    (1..=4)
        .map(|hops| {
            let mut scene = Scene::new();
            scene.create_pool("AA", 5);
            let cheap = Key("AA".into(), scene.keys[0].1.clone(), 5);
            let trader = scene.trader.clone();
            scene.suite.deposit(&trader, &cheap, 10_000 * ONE, 10_000 * ONE).expect("a deposit");
            scene.suite.network.close(20);
            let (token_in, path) = scene.path(hops);
            let keys: Vec<_> = path.iter().collect();
            scene.route(&token_in, &keys);
            scene.suite.network.close(1);
            let router = scene.route(&token_in, &keys);
            (skeleton(&mut scene, &token_in, &path), router)
        })
        .collect()
}

/// The same tokens through contracts that do nothing.
fn skeleton(scene: &mut Scene, token_in: &ScAddress, path: &[Key]) -> Cost {
    let (trader, tft) = (scene.trader.clone(), scene.suite.tft.clone());
    let network = &mut scene.suite.network;
    let wasm = test_contract("route");
    let (route, _) = network.deploy(&trader, &wasm, "route", vec![]).expect("route");
    let mut hops = vec![];
    let mut token = token_in.clone();
    for (place, key) in path.iter().enumerate() {
        let (salt, wasm) = (format!("hop {place}"), test_contract("hop"));
        let (hop, _) = network.deploy(&trader, &wasm, &salt, vec![]).expect("hop");
        // It holds both tokens, as a pool does.
        for token in [&tft, &key.1] {
            let give = vec![account(&trader), address(&hop), int(1_000 * ONE)];
            network.call(&trader, token, "transfer", give).expect("transfer");
        }
        token = if token == tft { key.1.clone() } else { tft.clone() };
        hops.push(list(&[address(&hop), address(&token)]));
    }
    let me = account(&trader);
    let hops = list(&hops);
    let args = vec![me.clone(), address(token_in), int(ONE), hops, me];
    // The second time every instance has a value to overwrite.
    network.call(&trader, &route, "swap", args.clone()).expect("swap");
    network.close(1);
    network.call(&trader, &route, "swap", args).expect("swap").cost
}

/// The same calls with 10, 1 000 and 10 000 regions.
pub fn scale() -> Vec<(&'static str, [Cost; 3])> {
    let mut scene = Scene::new();
    let (trader, token) = (scene.trader.clone(), scene.keys[0].1.clone());
    let tft = scene.suite.tft.clone();
    let [a, b, ..] = scene.keys.clone().try_into().unwrap_or_else(|_| [(); 4].map(|()| panic!()));
    let pool = scene.suite.pool(&a);
    let key = vec![symbol("AA"), address(&a.1), ScVal::U32(30)];
    let names = [
        "pool: swap_exact_in",
        "router: swap_exact_in, 2 pools",
        "factory: create_region",
        "factory: create_pool",
        "factory: region",
        "factory: last_region",
        "factory: pool",
        "factory: is_pool",
        "treasury: absorb",
        "treasury: observe",
        "treasury: propose",
    ];
    let treasury = scene.suite.of_region("treasury", "AA");
    for token in [&tft, &a.1] {
        scene.suite.call(&trader, &treasury, "absorb", vec![address(token)]).expect("absorb");
    }
    scene.suite.call(&trader, &treasury, "observe", vec![address(&pool)]).expect("observe");
    let measured = COUNTS.map(|count| {
        scene.suite.create_regions(&trader, &token, count);
        scene.suite.network.close(1);
        let me = account(&trader);
        let swap = vec![me.clone(), address(&tft), int(ONE), int(0), me, NO_DEADLINE];
        let direct = scene.suite.call(&trader, &pool, "swap_exact_in", swap).expect("swap").cost;
        scene.suite.network.close(1);
        let routed = scene.route(&token, &[&a, &b]);
        let code = format!("Z{count:05}");
        [
            direct,
            routed,
            scene.create_region(&code),
            scene.create_pool(&code, 5),
            scene.factory(&trader, "region", vec![symbol(&code)]),
            scene.factory(&trader, "last_region", vec![]),
            scene.factory(&trader, "pool", key.clone()),
            scene.factory(&trader, "is_pool", vec![address(&pool)]),
            scene.treasury(&treasury, "absorb", vec![address(&tft)]),
            scene.treasury(&treasury, "observe", vec![address(&pool)]),
            scene.treasury(
                &treasury,
                "propose",
                vec![ScVal::U64(count as u64), action("Burn", leg(&tft, ONE))],
            ),
        ]
    });
    let [few, many, most] = measured;
    let mut rows = vec![];
    for (((name, few), many), most) in names.into_iter().zip(few).zip(many).zip(most) {
        for more in [&many, &most] {
            let difference = few.instructions.abs_diff(more.instructions);
            assert!(difference * 100 <= few.instructions, "{name}: {few:?} {more:?}");
            assert_eq!(few.write_bytes, more.write_bytes, "{name}");
        }
        rows.push((name, [few, many, most]));
    }
    rows
}
