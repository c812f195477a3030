//! The market: every entry point, and a fill against the least that it could cost.

use soroban_env_host::xdr::{
    AccountId, ContractDataDurability, LedgerEntryData, LedgerKey, LedgerKeyContractData, Limits,
    ScAddress, ScVal, WriteXdr,
};
use tributary_tests::{
    env::pool::ONE,
    ledger::{
        suite::{bytes, dutch, fixed, list, map, path_val, pegged, Key, Sale, Suite},
        val::{account, address, int, NO_DEADLINE},
        Cost,
    },
    wasm::test_contract,
};

/// Offers in the ledger.
pub const COUNTS: [usize; 2] = [10, 10_000];

const DAY: u64 = 24 * 60 * 60;

/// A maker and a taker, both rich, and a pool of the two tokens old enough to be pegged to.
struct Scene {
    suite: Suite,
    maker: AccountId,
    taker: AccountId,
    key: Key,
    nonce: u64,
}

impl Scene {
    fn new() -> Scene {
        let mut suite = Suite::new();
        let token = suite.asset("AAA");
        let maker = suite.person("maker", 100_000_000 * ONE);
        let taker = suite.person("taker", 100_000_000 * ONE);
        suite.create_region(&maker, "AA", &token).expect("a region");
        let key = Key("AA".into(), token, 30);
        suite.deposit(&maker, &key, 10_000 * ONE, 20_000 * ONE).expect("a deposit");
        suite.network.close(800);
        let tft = suite.tft.clone();
        suite.route(&taker, &tft, ONE, std::slice::from_ref(&key)).expect("a swap");
        suite.network.close(1);
        Scene { suite, maker, taker, key, nonce: 0 }
    }

    fn sale(&self, price: ScVal) -> Sale {
        Sale {
            selling: self.suite.tft.clone(),
            amount: 1_000 * ONE,
            buying: self.key.1.clone(),
            price,
            min_fill: ONE,
            expires_at: self.suite.network.info.timestamp + DAY,
            proceeds_to: account(&self.maker),
        }
    }

    fn fixed(&self) -> Sale {
        self.sale(fixed(2, 1))
    }

    fn dutch(&self) -> Sale {
        let now = self.suite.network.info.timestamp;
        self.sale(dutch(4_000, 2_000, 1_000, now, now + 3_600))
    }

    fn pegged(&self) -> Sale {
        self.sale(pegged(&self.suite.pool(&self.key), 10, 1, 1))
    }

    fn make(&mut self, sale: &Sale) -> (ScVal, Cost) {
        self.nonce += 1;
        let maker = self.maker.clone();
        let args = vec![account(&maker), ScVal::U64(self.nonce), sale.val()];
        let made = self.market(&maker, "make", args);
        (made.0, made.1)
    }

    fn market(&mut self, who: &AccountId, function: &str, args: Vec<ScVal>) -> (ScVal, Cost) {
        let offers = self.suite.offers.clone();
        let applied = self.suite.call(who, &offers, function, args).expect(function);
        (applied.value, applied.cost)
    }

    /// Sells for TFT over the pool, with these offers (id, cap) beside it.
    fn swap_with_offers(&mut self, caps: &[ScVal]) -> Cost {
        let (taker, router) = (self.taker.clone(), self.suite.router.clone());
        let me = account(&taker);
        let path = path_val(std::slice::from_ref(&self.key));
        let args = vec![
            me.clone(),
            address(&self.key.1),
            int(100 * ONE),
            list(caps),
            path,
            int(0),
            me,
            NO_DEADLINE,
        ];
        self.suite.call(&taker, &router, "swap_with_offers", args).expect("a swap").cost
    }

    fn fill(&mut self, id: &ScVal) -> Cost {
        let taker = self.taker.clone();
        let me = account(&taker);
        let args = vec![me.clone(), id.clone(), int(ONE), int(5 * ONE), me, NO_DEADLINE];
        self.market(&taker, "fill", args).1
    }
}

/// (the stub, a fill of an offer at a fixed price): the same transfers, written entries and bytes.
pub fn fills() -> (Cost, Cost) {
    let mut scene = Scene::new();
    let (id, _) = scene.make(&scene.fixed());
    scene.fill(&id);
    scene.suite.network.close(1);
    let fill = scene.fill(&id);

    let (maker, taker) = (scene.maker.clone(), scene.taker.clone());
    let (tft, other) = (scene.suite.tft.clone(), scene.key.1.clone());
    let kept = stored_bytes(&scene, &id);
    let network = &mut scene.suite.network;
    let wasm = test_contract("sale");
    let (stub, _) = network.deploy(&maker, &wasm, "sale", vec![]).expect("the stub");
    let give = vec![account(&maker), address(&stub), int(1_000 * ONE)];
    network.call(&maker, &tft, "transfer", give).expect("transfer");
    // Bytes take eight more than what they hold.
    let offer = bytes(&vec![7; kept - 8]);
    let make = vec![id.clone(), offer, address(&tft), int(1_000 * ONE)];
    network.call(&maker, &stub, "make", make).expect("make");
    network.close(1);
    let me = account(&taker);
    let args = vec![
        me.clone(),
        id,
        address(&tft),
        int(ONE),
        address(&other),
        int(2 * ONE),
        account(&maker),
        me,
    ];
    network.call(&taker, &stub, "fill", args.clone()).expect("fill");
    network.close(1);
    let stub = network.call(&taker, &stub, "fill", args).expect("fill").cost;
    assert_eq!((stub.writes, stub.write_bytes), (fill.writes, fill.write_bytes));
    (stub, fill)
}

/// What the market keeps of an offer, encoded.
fn stored_bytes(scene: &Scene, id: &ScVal) -> usize {
    let key = LedgerKey::ContractData(LedgerKeyContractData {
        contract: scene.suite.offers.clone(),
        key: id.clone(),
        durability: ContractDataDurability::Persistent,
    });
    match &scene.suite.network.entry(&key).expect("an offer").data {
        LedgerEntryData::ContractData(data) => {
            data.val.to_xdr(Limits::none()).expect("encodes").len()
        }
        other => panic!("{other:?}"),
    }
}

/// Every entry point once, after everything that it touches exists.
pub fn rows() -> Vec<(String, Cost)> {
    let mut scene = Scene::new();
    let mut rows = vec![];
    let mut add = |name: &str, cost: Cost| rows.push((format!("offers: {name}"), cost));
    let (maker, taker) = (scene.maker.clone(), scene.taker.clone());
    let me = account(&taker);
    // The market's balances, and the token's escrow, exist from here on.
    let (first, _) = scene.make(&scene.dutch());
    scene.fill(&first);
    scene.suite.network.close(1);

    let (at_fixed, cost) = scene.make(&scene.fixed());
    add("make", cost);
    let (falling, _) = scene.make(&scene.dutch());
    let (at_peg, cost) = scene.make(&scene.pegged());
    add("make, pegged", cost);
    let prices = [(", fixed", &at_fixed), (", Dutch", &falling), (", pegged", &at_peg)];
    for (name, id) in prices {
        scene.suite.network.close(1);
        add(&format!("fill{name}"), scene.fill(id));
    }
    for count in [1, 3, 10] {
        scene.suite.network.close(1);
        let fills: Vec<_> = (0..count)
            .map(|_| scene.make(&scene.fixed()).0)
            .map(|id| map(&[("amount", int(ONE)), ("id", id)]))
            .collect();
        let other = address(&scene.key.1);
        let args =
            vec![me.clone(), list(&fills), other, int(100 * ONE), int(0), me.clone(), NO_DEADLINE];
        scene.suite.network.close(1);
        let plural = if count == 1 { "" } else { "s" };
        let (_, cost) = scene.market(&taker, "fill_many", args);
        add(&format!("fill_many, {count} offer{plural}"), cost);
    }
    for count in [0, 1, 3] {
        let caps: Vec<_> = (0..count)
            .map(|_| scene.make(&scene.sale(fixed(1, 1))).0)
            .map(|id| list(&[id, int(10 * ONE)]))
            .collect();
        let plural = if count == 1 { "" } else { "s" };
        // The second time every entry exists.
        for again in [false, true] {
            scene.suite.network.close(1);
            let cost = scene.swap_with_offers(&caps);
            if again {
                rows.push((format!("router: swap_with_offers, {count} offer{plural}"), cost));
            }
        }
    }
    let mut add = |name: &str, cost: Cost| rows.push((format!("offers: {name}"), cost));
    let now = ScVal::U64(scene.suite.network.info.timestamp);
    let quote = |id: &ScVal| vec![id.clone(), int(ONE), now.clone()];
    let views = [
        ("offer", "", vec![at_fixed.clone()]),
        ("quote", ", fixed", quote(&at_fixed)),
        ("quote", ", pegged", quote(&at_peg)),
        ("price_at", ", Dutch", vec![falling.clone(), now.clone()]),
        ("config", "", vec![]),
        ("escrowed", "", vec![address(&scene.suite.tft)]),
    ];
    for (function, note, args) in views {
        add(&format!("{function}{note}"), scene.market(&taker, function, args).1);
    }
    let leg = |token: &ScAddress| map(&[("amount", int(ONE)), ("token", address(token))]);
    let (give, take) = (leg(&scene.suite.tft), leg(&scene.key.1));
    let direct = vec![account(&maker), me.clone(), give, take, NO_DEADLINE];
    add("swap_direct", scene.market(&taker, "swap_direct", direct).1);
    scene.suite.network.close(1);
    add("cancel", scene.market(&maker, "cancel", vec![at_fixed]).1);
    let tft = vec![address(&scene.suite.tft)];
    add("collect", scene.market(&taker, "collect", tft).1);
    let admin = scene.suite.admin.clone();
    add("schedule_fee", scene.market(&admin, "schedule_fee", vec![ScVal::U32(10)]).1);
    scene.suite.network.info.timestamp += 2 * DAY;
    add("reclaim", scene.market(&taker, "reclaim", vec![falling]).1);
    rows
}

/// The same calls with 10 and 10 000 offers of the same token.
pub fn scale() -> Vec<(&'static str, [Cost; 2])> {
    let mut scene = Scene::new();
    let maker = scene.maker.clone();
    let mut ids = vec![];
    let measured = COUNTS.map(|count| {
        while ids.len() < count {
            ids.push(scene.make(&scene.fixed()).0);
        }
        scene.suite.network.close(1);
        let (last, made) = scene.make(&scene.fixed());
        scene.suite.network.close(1);
        scene.fill(&last);
        scene.suite.network.close(1);
        let filled = scene.fill(&last);
        [made, filled, scene.market(&maker, "cancel", vec![last]).1]
    });
    let [few, many] = measured;
    let mut rows = vec![];
    for ((name, few), many) in
        ["offers: make", "offers: fill", "offers: cancel"].into_iter().zip(few).zip(many)
    {
        let difference = few.instructions.abs_diff(many.instructions);
        assert!(difference * 100 <= few.instructions, "{name}: {few:?} {many:?}");
        assert_eq!(few.write_bytes, many.write_bytes, "{name}");
        rows.push((name, [few, many]));
    }
    rows
}
