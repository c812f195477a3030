//! Offers do not get in each other's way, and what a wallet simulated applies: the entries that fills
//! share, and the market's calls simulated at ledger N, applied at N … N + 3 after what others did.

use std::collections::BTreeSet;

use soroban_env_host::{
    xdr::{
        AccountId, ContractDataDurability, LedgerKey, LedgerKeyContractData, ScAddress,
        ScErrorType, ScVal,
    },
    HostError,
};
use tributary_tests::{
    env::pool::ONE,
    ledger::{
        resimulation::{self, try_later, World},
        suite::{
            dutch, field, fixed, integer, list, map, path_val, pegged, symbol, Key, Sale, Suite,
        },
        val::{account, address, int, NO_DEADLINE},
        Network,
    },
};

/// Two regions, makers who sell their tokens for TFT, and a taker for each.
#[derive(Clone)]
struct Scene {
    suite: Suite,
    alps: Key,
    jura: Key,
    makers: [AccountId; 2],
    takers: [AccountId; 2],
    /// By name.
    offers: Vec<(&'static str, ScVal)>,
    nonce: u64,
}

#[derive(Clone)]
struct Call {
    name: String,
    who: AccountId,
    contract: ScAddress,
    function: &'static str,
    args: Vec<ScVal>,
    /// Makes an entry: it can be applied once.
    once: bool,
}

impl World for Scene {
    fn network(&mut self) -> &mut Network {
        &mut self.suite.network
    }
}

impl Scene {
    fn new() -> Scene {
        let mut suite = Suite::new();
        let [alp, jur] = ["ALP", "JUR"].map(|code| suite.asset(code));
        let makers = ["Mia", "Max"].map(|name| suite.person(name, 1_000_000 * ONE));
        let takers = ["Ana", "Ben"].map(|name| suite.person(name, 1_000_000 * ONE));
        let (alps, jura) = (Key("ALPS".into(), alp, 30), Key("JURA".into(), jur, 30));
        for (founder, key) in takers.iter().zip([&alps, &jura]) {
            suite.create_region(founder, &key.0, &key.1).expect("a region");
            suite.deposit(founder, key, 10_000 * ONE, 20_000 * ONE).expect("a deposit");
        }
        suite.network.close(800);
        let mut scene = Scene { suite, alps, jura, makers, takers, offers: vec![], nonce: 0 };
        scene.trade(15 * ONE);
        let now = scene.suite.network.info.timestamp;
        let falling = dutch(2_000, 500, 1_000, now, now + 3_600);
        let at_peg = pegged(&scene.suite.pool(&scene.alps), 5, 1, 100);
        let (alps, jura) = (scene.alps.1.clone(), scene.jura.1.clone());
        for (name, maker, token, price) in [
            ("ALP fixed", 0, &alps, fixed(1, 3)),
            ("ALP fixed too", 1, &alps, fixed(1, 3)),
            ("JUR fixed", 1, &jura, fixed(1, 3)),
            ("ALP falling", 0, &alps, falling.clone()),
            ("JUR falling", 1, &jura, falling),
            ("ALP pegged", 1, &alps, at_peg),
        ] {
            let sale = scene.sale(maker, token, price);
            let id = scene.make(maker, &sale);
            scene.offers.push((name, id));
        }
        // Every entry that the calls below write exists from here on.
        for call in scene.calls() {
            if !call.once {
                scene.apply(&call).unwrap_or_else(|error| panic!("{}: {error}", call.name));
            }
        }
        scene.suite.network.close(1);
        scene
    }

    fn sale(&self, maker: usize, token: &ScAddress, price: ScVal) -> Sale {
        Sale {
            selling: token.clone(),
            amount: 1_000 * ONE,
            buying: self.suite.tft.clone(),
            price,
            min_fill: ONE,
            expires_at: self.suite.network.info.timestamp + 100_000,
            proceeds_to: account(&self.makers[maker]),
        }
    }

    fn make(&mut self, maker: usize, sale: &Sale) -> ScVal {
        self.nonce += 1;
        let maker = self.makers[maker].clone();
        self.suite.make(&maker, self.nonce, sale).expect("an offer")
    }

    fn id(&self, name: &str) -> ScVal {
        self.offers.iter().find(|(known, _)| *known == name).expect("an offer").1.clone()
    }

    fn fill(&self, name: &str, taker: usize, amount: i128) -> Call {
        let who = self.takers[taker].clone();
        let me = account(&who);
        let args = vec![me.clone(), self.id(name), int(amount), int(9 * amount), me, NO_DEADLINE];
        let contract = self.suite.offers.clone();
        Call { name: format!("fill {name}"), who, contract, function: "fill", args, once: false }
    }

    fn calls(&self) -> Vec<Call> {
        let (ana, mia) = (self.takers[0].clone(), self.makers[0].clone());
        let (me, offers) = (account(&ana), self.suite.offers.clone());
        let mut calls: Vec<_> =
            self.offers.iter().map(|(name, _)| self.fill(name, 0, ONE)).collect();
        let call = |name: &str, who: &AccountId, function, args, once| Call {
            name: name.into(),
            who: who.clone(),
            contract: offers.clone(),
            function,
            args,
            once,
        };
        let fills = ["ALP fixed", "ALP falling", "ALP pegged"]
            .map(|name| map(&[("amount", int(2 * ONE)), ("id", self.id(name))]));
        let tft = address(&self.suite.tft);
        let many = vec![
            me.clone(),
            list(&fills),
            tft.clone(),
            int(90 * ONE),
            int(0),
            me.clone(),
            NO_DEADLINE,
        ];
        calls.push(call("fill_many", &ana, "fill_many", many, false));
        let caps = ["ALP fixed", "ALP fixed too"].map(|name| list(&[self.id(name), int(20 * ONE)]));
        let path = path_val(std::slice::from_ref(&self.alps));
        let swap = vec![
            me.clone(),
            tft,
            int(100 * ONE),
            list(&caps),
            path,
            int(0),
            me.clone(),
            NO_DEADLINE,
        ];
        let router = self.suite.router.clone();
        let swap = call("swap_with_offers", &ana, "swap_with_offers", swap, false);
        calls.push(Call { contract: router, ..swap });
        let collect = vec![address(&self.alps.1)];
        calls.push(call("collect", &ana, "collect", collect, false));
        let sale = self.sale(0, &self.alps.1, fixed(1, 2)).val();
        let make = vec![account(&mia), ScVal::U64(1 << 50), sale];
        calls.push(call("make", &mia, "make", make, true));
        calls.push(call("cancel", &mia, "cancel", vec![self.id("ALP fixed")], true));
        calls
    }

    fn apply(&mut self, call: &Call) -> Result<(), HostError> {
        let Call { who, contract, function, args, .. } = call.clone();
        self.suite.call(&who, &contract, function, args).map(|_| ())
    }

    /// Somebody swaps in every pool, both ways.
    fn trade(&mut self, amount: i128) {
        let ben = self.takers[1].clone();
        for key in [self.alps.clone(), self.jura.clone()] {
            for token in [self.suite.tft.clone(), key.1.clone()] {
                self.suite.route(&ben, &token, amount, std::slice::from_ref(&key)).expect("a swap");
            }
        }
    }

    fn written(&self, call: &Call) -> BTreeSet<LedgerKey> {
        let Call { who, contract, function, args, .. } = call.clone();
        let simulated = self.suite.network.simulate(&who, &contract, function, args);
        simulated.expect("a simulation").resources.footprint.read_write.iter().cloned().collect()
    }

    /// What the market holds, and what it keeps, of a token.
    fn shared(&self, token: &ScAddress, kept: bool) -> BTreeSet<LedgerKey> {
        let key = |contract: &ScAddress, key| {
            let durability = ContractDataDurability::Persistent;
            LedgerKey::ContractData(LedgerKeyContractData {
                contract: contract.clone(),
                key,
                durability,
            })
        };
        let balance = list(&[symbol("Balance"), address(&self.suite.offers)]);
        let mut shared = BTreeSet::from([key(token, balance)]);
        if kept {
            shared.insert(key(&self.suite.offers, address(token)));
        }
        shared
    }
}

#[test]
fn two_fills_share_no_written_entry_but_what_a_token_that_both_sell_has() {
    let scene = Scene::new();
    let nothing = BTreeSet::new();
    let sold = scene.shared(&scene.alps.1, true);
    // What the taker of a price that moves pays passes through the market: she signs a maximum.
    let paid = scene.shared(&scene.suite.tft, false);
    let both: BTreeSet<_> = sold.union(&paid).cloned().collect();
    let cases = [
        ("ALP fixed", "JUR fixed", &nothing),
        ("ALP fixed", "JUR falling", &nothing),
        ("ALP fixed", "ALP fixed too", &sold),
        ("ALP fixed", "ALP falling", &sold),
        ("ALP falling", "JUR falling", &paid),
        ("ALP falling", "ALP pegged", &both),
    ];
    for (one, other, expected) in cases {
        let (first, second) = (scene.fill(one, 0, ONE), scene.fill(other, 1, ONE));
        let mut shared: BTreeSet<_> =
            scene.written(&first).intersection(&scene.written(&second)).cloned().collect();
        // A maker who is paid twice has one trustline.
        shared.retain(|key| !matches!(key, LedgerKey::Trustline(_)));
        assert_eq!(&shared, expected, "{one}, {other}");
    }
    // Different makers, and the very trustlines: nothing at all.
    let (first, second) = (scene.fill("ALP fixed", 0, ONE), scene.fill("JUR fixed", 1, ONE));
    assert!(scene.written(&first).is_disjoint(&scene.written(&second)));
}

#[test]
fn a_fill_reads_no_other_contract_but_tokens_and_the_pool_of_its_peg() {
    let scene = Scene::new();
    for (name, _) in &scene.offers {
        let Call { who, contract, function, args, .. } = scene.fill(name, 0, ONE);
        let simulated = scene.suite.network.simulate(&who, &contract, function, args).unwrap();
        let footprint = simulated.resources.footprint;
        for key in footprint.read_only.iter().chain(footprint.read_write.iter()) {
            let LedgerKey::ContractData(data) = key else { continue };
            assert_ne!(data.contract, scene.suite.factory, "{name}");
            assert_ne!(data.contract, scene.suite.router, "{name}");
            let pool = data.contract == scene.suite.pool(&scene.alps);
            assert!(!pool || name.ends_with("pegged"), "{name}");
        }
        let instance = footprint.read_write.iter().any(|key| match key {
            LedgerKey::ContractData(data) => data.key == ScVal::LedgerKeyContractInstance,
            _ => false,
        });
        assert!(!instance, "{name} writes an instance");
    }
}

/// What others do between simulation and application.
type Others = fn(&mut Scene);

fn nothing(_: &mut Scene) {}

/// Of every offer a part goes to somebody else.
fn fill(scene: &mut Scene) {
    for (name, _) in scene.offers.clone() {
        let call = scene.fill(name, 1, 10 * ONE);
        scene.apply(&call).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let collect = scene.calls().into_iter().find(|call| call.name == "collect").expect("it");
    scene.apply(&collect).expect("collected");
}

fn swap(scene: &mut Scene) {
    scene.trade(500 * ONE);
    scene.suite.network.close(1);
    scene.trade(20 * ONE);
}

/// Everything is taken but a unit more than the least.
fn nearly_all(scene: &mut Scene) {
    for (name, _) in scene.offers.clone() {
        let call = scene.fill(name, 1, 900 * ONE);
        scene.apply(&call).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

fn cancel(scene: &mut Scene) {
    for (maker, names) in
        [(0, vec!["ALP fixed", "ALP falling"]), (1, vec!["JUR fixed", "JUR falling", "ALP pegged"])]
    {
        for name in names {
            let (who, offers) = (scene.makers[maker].clone(), scene.suite.offers.clone());
            let id = scene.id(name);
            scene.suite.call(&who, &offers, "cancel", vec![id]).expect("cancelled");
        }
    }
}

#[test]
fn what_was_simulated_applies_up_to_three_ledgers_later_or_says_why_not() {
    let others: [(Others, bool); 5] =
        [(nothing, false), (fill, false), (swap, false), (nearly_all, false), (cancel, true)];
    let prepared = Scene::new();
    for Call { name, who, contract, function, args, .. } in prepared.calls() {
        let call = resimulation::Call { who, contract, function, args };
        for ((others, closes), later) in
            others.into_iter().flat_map(|others| (0..=3).map(move |later| (others, later)))
        {
            let mut scene = prepared.clone();
            match try_later(&name, &mut scene, &call, others, later) {
                Ok((simulated, applied)) => {
                    let written = simulated.resources.write_bytes;
                    assert!(closes || applied.write_bytes == written, "{name}: written bytes");
                }
                Err(error) => {
                    // The offer is gone: that, and nothing of the host's.
                    assert!(closes, "{name}: {error}");
                    assert!(error.error.is_type(ScErrorType::Contract), "{name}: {error}");
                    let own = if function == "fill_many" { 433 } else { 406 };
                    assert_eq!(error.error.get_code(), own, "{name}");
                }
            }
        }
    }
}

/// A transaction touches only what it lists: an offer that could not be filled in simulation must not be
/// named, or it fails whole once it can. (docs/wallets.md)
#[test]
fn an_offer_that_filled_only_at_application_fails_the_transaction_and_nothing_moves() {
    let mut scene = Scene::new();
    let ana = scene.takers[0].clone();
    let me = account(&ana);
    let fill = |name: &str| map(&[("amount", int(2 * ONE)), ("id", scene.id(name))]);
    // The falling one costs too much for what is left, when simulated.
    let now = scene.suite.network.info.timestamp;
    let times = [scene.id("ALP falling"), ScVal::U64(now)].to_vec();
    let price = scene.suite.view(&scene.suite.offers, "price_at", times).expect("a price");
    let num = integer(&field(&price, "num"));
    let falling = (2 * ONE * num + 999) / 1_000;
    let fixed = (2 * ONE + 2) / 3;
    let args = vec![
        me.clone(),
        list(&[fill("ALP fixed"), fill("ALP falling")]),
        address(&scene.suite.tft),
        int(fixed + falling - 1),
        int(0),
        me.clone(),
        NO_DEADLINE,
    ];
    let offers = scene.suite.offers.clone();
    let simulation = scene.suite.network.simulate(&ana, &offers, "fill_many", args).expect("one");
    scene.suite.network.close(3);
    let before = scene.suite.balance(&scene.suite.tft, me.clone());
    assert!(scene.suite.network.apply(&ana, &simulation).is_err());
    assert_eq!(scene.suite.balance(&scene.suite.tft, me), before);
}
