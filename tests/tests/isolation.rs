//! No region can harm another, and what was simulated applies: the entries that calls touch, listed in
//! tests/snapshots/footprints.txt (`TRIBUTARY_SNAPSHOTS=write` rewrites it), and that they stay the same.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::PathBuf};

use soroban_env_host::xdr::{
    AccountId, ContractDataDurability, LedgerKey, ScAddress, ScVal, TrustLineAsset,
};
use tributary_tests::{
    env::pool::ONE,
    ledger::{
        resimulation::{self, applies_later, World},
        suite::{bytes, path_val, region_params, route_args, symbol, Key, Suite},
        val::{account, address, int, NO_DEADLINE},
        Network, Simulation,
    },
    wasm::test_contract,
};

/// Regions ALPS and JURA with filled pools, USDC at the root, and a trader in each.
#[derive(Clone)]
struct Scene {
    suite: Suite,
    alps: Key,
    jura: Key,
    usdc: Key,
    ana: AccountId,
    ben: AccountId,
}

impl World for Scene {
    fn network(&mut self) -> &mut Network {
        &mut self.suite.network
    }
}

impl Scene {
    fn new() -> Scene {
        let mut suite = Suite::new();
        let [alp, jur, usd] = ["ALP", "JUR", "USDC"].map(|code| suite.asset(code));
        let [ana, ben] = ["Ana", "Ben"].map(|name| suite.person(name, 1_000_000 * ONE));
        suite.create_region(&ana, "ALPS", &alp).expect("a region");
        suite.create_region(&ben, "JURA", &jur).expect("a region");
        let root = Key("TFT".into(), usd, 30);
        let admin = suite.admin.clone();
        suite.create_pool(&admin, &root, 0).expect("a pool");
        let (alps, jura) = (Key("ALPS".into(), alp, 30), Key("JURA".into(), jur, 30));
        for key in [&alps, &jura, &root] {
            for who in [&ana, &ben] {
                suite.deposit(who, key, 10_000 * ONE, 20_000 * ONE).expect("a deposit");
                suite.network.close(1);
            }
        }
        suite.network.close(800);
        let mut scene = Scene { suite, alps, jura, usdc: root, ana, ben };
        // Every entry that the calls below write exists from here on.
        for call in scene.calls() {
            if !call.creates {
                scene.apply(&call);
            }
        }
        scene.suite.network.close(20);
        scene
    }

    fn apply(&mut self, call: &Call) {
        let Call { who, contract, function, args, .. } = call.clone();
        self.suite
            .call(&who, &contract, function, args)
            .unwrap_or_else(|e| panic!("{function}: {e}"));
    }

    fn calls(&self) -> Vec<Call> {
        let (suite, ana, ben) = (&self.suite, &self.ana, &self.ben);
        let (me, tft) = (account(ana), suite.tft.clone());
        let limits = |token: &ScAddress, first: i128, second: i128| {
            let token = address(token);
            vec![me.clone(), token, int(first), int(second), me.clone(), NO_DEADLINE]
        };
        let hops = |keys: &[&Key]| keys.iter().map(|key| (*key).clone()).collect::<Vec<_>>();
        let route = |name, who: &AccountId, token: &ScAddress, keys: &[&Key]| Call {
            name,
            who: who.clone(),
            contract: suite.router.clone(),
            function: "swap_exact_in",
            args: route_args(who, token, 10 * ONE, &hops(keys)),
            creates: false,
        };
        let one = |name, function, amount| Call {
            name,
            who: ana.clone(),
            contract: suite.router.clone(),
            function,
            args: vec![
                me.clone(),
                self.alps.val(),
                address(&tft),
                int(amount),
                int(0),
                NO_DEADLINE,
            ],
            creates: false,
        };
        let buy = |name, who: &AccountId, token: &ScAddress, keys: &[&Key]| {
            let args = vec![
                account(who),
                address(token),
                int(1_000 * ONE),
                int(ONE),
                path_val(&hops(keys)),
                account(who),
                NO_DEADLINE,
            ];
            Call { function: "swap_exact_out", args, ..route(name, who, token, keys) }
        };
        let by_factory = |name, who: &AccountId, function, args| Call {
            name,
            who: who.clone(),
            contract: suite.factory.clone(),
            function,
            args,
            creates: true,
        };
        let pool =
            |key: &Key| vec![symbol(&key.0), address(&key.1), ScVal::U32(5), ScVal::U32(1_000)];
        let region = vec![me.clone(), symbol("RHONE"), region_params(ana, &self.alps.1)];
        vec![
            Call {
                name: "pool ALPS: swap_exact_in, by Ana",
                who: ana.clone(),
                contract: suite.pool(&self.alps),
                function: "swap_exact_in",
                args: limits(&tft, 10 * ONE, 0),
                creates: false,
            },
            route("router: swap_exact_in over JURA, by Ben", ben, &tft, &[&self.jura]),
            route("router: swap_exact_in over ALPS, by Ana", ana, &tft, &[&self.alps]),
            route(
                "router: swap_exact_in over ALPS and JURA, by Ana",
                ana,
                &self.alps.1,
                &[&self.alps, &self.jura],
            ),
            route(
                "router: swap_exact_in over USDC and ALPS, by Ana",
                ana,
                &self.usdc.1,
                &[&self.usdc, &self.alps],
            ),
            buy("router: swap_exact_out over ALPS, by Ana", ana, &tft, &[&self.alps]),
            buy("router: swap_exact_out over JURA, by Ben", ben, &tft, &[&self.jura]),
            buy(
                "router: swap_exact_out over ALPS and JURA, by Ana",
                ana,
                &self.alps.1,
                &[&self.alps, &self.jura],
            ),
            one("router: deposit_one, by Ana", "deposit_one", 10 * ONE),
            one("router: withdraw_one, by Ana", "withdraw_one", ONE),
            by_factory(
                "factory: create_pool in ALPS, by Ana",
                ana,
                "create_pool",
                pool(&self.alps),
            ),
            by_factory(
                "factory: create_pool in JURA, by Ben",
                ben,
                "create_pool",
                pool(&self.jura),
            ),
            by_factory("factory: create_region, by Ana", ana, "create_region", region),
        ]
    }

    fn simulate(&self, call: &Call) -> Simulation {
        call.plain().simulate(&self.suite.network)
    }

    fn contract_name(&self, contract: &ScAddress) -> String {
        let suite = &self.suite;
        let key = |key: &Key| Key(key.0.clone(), key.1.clone(), 5);
        let rhone = Key("RHONE".into(), self.alps.1.clone(), 30);
        let named = [
            (&suite.factory, "factory"),
            (&suite.router, "router"),
            (&suite.tft, "TFT"),
            (&self.alps.1, "ALP"),
            (&self.jura.1, "JUR"),
            (&self.usdc.1, "USDC"),
            (&suite.pool(&self.alps), "pool ALPS"),
            (&suite.pool(&self.jura), "pool JURA"),
            (&suite.pool(&self.usdc), "pool USDC"),
            (&suite.pool(&key(&self.alps)), "pool ALPS at 5 bps"),
            (&suite.pool(&key(&self.jura)), "pool JURA at 5 bps"),
            (&suite.pool(&rhone), "pool RHONE"),
            (&suite.of_region("treasury", "RHONE"), "treasury RHONE"),
            (&suite.of_region("staking", "RHONE"), "staking RHONE"),
        ];
        let name = named.into_iter().find(|(address, _)| *address == contract);
        name.unwrap_or_else(|| panic!("{contract:?}")).1.to_string()
    }

    fn holder(&self, address: &ScAddress) -> String {
        match address {
            ScAddress::Account(id) => self.person(id),
            contract => self.contract_name(contract),
        }
    }

    fn person(&self, id: &AccountId) -> String {
        let suite = &self.suite;
        let people = [
            (&self.ana, "Ana"),
            (&self.ben, "Ben"),
            (&suite.admin, "admin"),
            (&suite.issuer, "issuer"),
        ];
        let name = people.into_iter().find(|(account, _)| *account == id);
        name.unwrap_or_else(|| panic!("{id:?}")).1.to_string()
    }

    fn describe(&self, key: &LedgerKey) -> String {
        match key {
            LedgerKey::ContractCode(_) => "code".to_string(),
            LedgerKey::Account(account) => {
                format!("account of {}", self.person(&account.account_id))
            }
            LedgerKey::Trustline(line) => {
                let TrustLineAsset::CreditAlphanum4(asset) = &line.asset else {
                    panic!("4 letters")
                };
                let code = asset.asset_code.0.iter().take_while(|byte| **byte > 0);
                let code: String = code.map(|byte| char::from(*byte)).collect();
                format!("{code} trustline of {}", self.person(&line.account_id))
            }
            LedgerKey::ContractData(data) => {
                let contract = self.contract_name(&data.contract);
                match &data.key {
                    ScVal::LedgerKeyContractInstance => format!("{contract}: instance"),
                    key => {
                        format!("{contract}: {}{}", self.value(key), durability(data.durability))
                    }
                }
            }
            other => panic!("{other:?}"),
        }
    }

    fn value(&self, value: &ScVal) -> String {
        match value {
            ScVal::Symbol(text) => text.to_utf8_string_lossy(),
            ScVal::Address(address) => self.holder(address),
            ScVal::U32(number) => number.to_string(),
            ScVal::Vec(Some(parts)) => {
                let parts: Vec<_> = parts.iter().map(|part| self.value(part)).collect();
                parts.join(" ")
            }
            other => panic!("{other:?}"),
        }
    }

    fn written(&self, name: &str) -> BTreeSet<LedgerKey> {
        let call = self.calls().into_iter().find(|call| call.name == name).expect(name);
        self.simulate(&call).resources.footprint.read_write.iter().cloned().collect()
    }
}

fn durability(durability: ContractDataDurability) -> &'static str {
    match durability {
        ContractDataDurability::Temporary => " (temporary)",
        ContractDataDurability::Persistent => "",
    }
}

#[derive(Clone)]
struct Call {
    name: &'static str,
    who: AccountId,
    contract: ScAddress,
    function: &'static str,
    args: Vec<ScVal>,
    /// Makes entries: it can be applied once.
    creates: bool,
}

impl Call {
    fn plain(&self) -> resimulation::Call {
        let Call { who, contract, function, args, .. } = self.clone();
        resimulation::Call { who, contract, function, args }
    }
}

#[test]
fn footprints_are_as_committed() {
    let scene = Scene::new();
    let mut now = String::new();
    for call in scene.calls() {
        writeln!(now, "{}", call.name).unwrap();
        let footprint = scene.simulate(&call).resources.footprint;
        for (access, keys) in [("reads ", &footprint.read_only), ("writes", &footprint.read_write)]
        {
            let mut entries: Vec<_> = keys.iter().map(|key| scene.describe(key)).collect();
            entries.sort();
            entries.iter().for_each(|entry| writeln!(now, "  {access} {entry}").unwrap());
        }
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("snapshots/footprints.txt");
    if std::env::var("TRIBUTARY_SNAPSHOTS").as_deref() == Ok("write") {
        fs::write(&path, &now).expect("tests/snapshots is writable");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        now, committed,
        "if the change is meant, run TRIBUTARY_SNAPSHOTS=write cargo test -p tributary-tests --test \
         isolation and commit the snapshot"
    );
}

#[test]
fn two_regions_share_no_entry_that_either_writes() {
    let scene = Scene::new();
    let disjoint = [
        ("pool ALPS: swap_exact_in, by Ana", "router: swap_exact_in over JURA, by Ben"),
        ("router: swap_exact_in over ALPS, by Ana", "router: swap_exact_in over JURA, by Ben"),
        ("router: swap_exact_out over ALPS, by Ana", "router: swap_exact_out over JURA, by Ben"),
        ("router: deposit_one, by Ana", "router: swap_exact_in over JURA, by Ben"),
        ("router: withdraw_one, by Ana", "router: swap_exact_in over JURA, by Ben"),
        ("factory: create_pool in ALPS, by Ana", "router: swap_exact_in over JURA, by Ben"),
        ("factory: create_pool in ALPS, by Ana", "factory: create_pool in JURA, by Ben"),
        ("factory: create_region, by Ana", "router: swap_exact_in over JURA, by Ben"),
        ("factory: create_region, by Ana", "factory: create_pool in JURA, by Ben"),
    ];
    for (one, other) in disjoint {
        let shared: Vec<_> =
            scene.written(one).intersection(&scene.written(other)).cloned().collect();
        let named: Vec<_> = shared.iter().map(|key| scene.describe(key)).collect();
        assert!(named.is_empty(), "{one} and {other} write {named:?}");
    }
}

#[test]
fn no_swap_touches_the_factory_and_none_writes_the_router() {
    let scene = Scene::new();
    for call in scene.calls().iter().filter(|call| !call.creates) {
        let footprint = scene.simulate(call).resources.footprint;
        let of = |keys: &[LedgerKey], contract: &ScAddress| {
            keys.iter().any(|key| match key {
                LedgerKey::ContractData(data) => {
                    data.contract == *contract && data.key == ScVal::LedgerKeyContractInstance
                        || data.contract == scene.suite.factory
                }
                _ => false,
            })
        };
        for keys in [&footprint.read_only, &footprint.read_write] {
            assert!(!of(keys, &scene.suite.factory), "{} touches the factory", call.name);
        }
        assert!(!of(&footprint.read_write, &scene.suite.router), "{} writes the router", call.name);
    }
}

#[test]
fn a_creation_fails_when_the_template_changed_since_its_simulation() {
    let mut scene = Scene::new();
    let call = scene.calls().pop().expect("create_region");
    let simulation = scene.simulate(&call);
    let admin = scene.suite.admin.clone();
    let hash = scene.suite.network.upload(&admin, &test_contract("token")).expect("another code");
    let schedule = vec![symbol("pool"), bytes(&hash.0)];
    let factory = scene.suite.factory.clone();
    scene.suite.call(&admin, &factory, "schedule_template", schedule).expect("announced");
    scene.suite.network.info.timestamp += 7 * 24 * 60 * 60;
    scene.suite.call(&scene.ben.clone(), &factory, "apply_template", vec![symbol("pool")]).unwrap();
    let before = scene.suite.balance(&scene.suite.tft, account(&scene.ana));
    assert!(scene.suite.network.apply(&call.who, &simulation).is_err());
    assert_eq!(scene.suite.balance(&scene.suite.tft, account(&scene.ana)), before);
    let region = scene.suite.view(&factory, "region", vec![symbol("RHONE")]);
    assert!(region.is_err(), "{region:?}");
}

/// What others do between simulation and application.
type Others = fn(&mut Scene);

fn nothing(_: &mut Scene) {}

fn trade(scene: &mut Scene) {
    let ben = scene.ben.clone();
    for key in [scene.alps.clone(), scene.jura.clone(), scene.usdc.clone()] {
        for token in [scene.suite.tft.clone(), key.1.clone()] {
            scene.suite.route(&ben, &token, 15 * ONE, std::slice::from_ref(&key)).expect("a swap");
        }
    }
}

fn found(scene: &mut Scene) {
    let ben = scene.ben.clone();
    // Longer codes than any so far.
    for code in ["ABCDEFGHIJKL", "AA"] {
        let token = scene.usdc.1.clone();
        scene.suite.create_region(&ben, code, &token).expect("a region");
        scene.suite.network.close(1);
    }
    trade(scene);
}

fn upheaval(scene: &mut Scene) {
    let ben = scene.ben.clone();
    for (key, token) in [
        (scene.alps.clone(), scene.suite.tft.clone()),
        (scene.jura.clone(), scene.jura.1.clone()),
        (scene.usdc.clone(), scene.usdc.1.clone()),
    ] {
        scene.suite.route(&ben, &token, 1_000 * ONE, &[key]).expect("a swap");
    }
    scene.suite.network.close(1);
    trade(scene);
}

fn quiet(scene: &mut Scene) {
    scene.suite.network.close(720);
}

#[test]
fn what_was_simulated_applies_up_to_three_ledgers_later() {
    let others: [Others; 5] = [nothing, trade, found, upheaval, quiet];
    let prepared = Scene::new();
    for call in prepared.calls() {
        for (others, later) in others.into_iter().flat_map(|others| [0, 3].map(|l| (others, l))) {
            let mut scene = prepared.clone();
            // The wallet simulates on a ledger in which all pools were traded in.
            trade(&mut scene);
            let mut again = None;
            let between = |scene: &mut Scene| {
                others(scene);
                scene.suite.network.close(later);
                again = Some(scene.simulate(&call));
            };
            let simulated = applies_later(call.name, &mut scene, &call.plain(), between, 0);
            assert_eq!(
                again.expect("simulated").resources.footprint,
                simulated.resources.footprint,
                "{}: other keys",
                call.name
            );
        }
    }
}
