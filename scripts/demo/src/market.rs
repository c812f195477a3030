//! One large sale, a tenth of a pool's reserve, in five ways, each in a network of its own that begins
//! alike: through the pool alone, with somebody's block offer beside it, to a block offer alone, as a Dutch
//! auction, and directly to a buyer who was asked for a quote.

use soroban_env_host::xdr::{AccountId, ScVal};
use tributary_tests::{
    network::val::{account, address, int, NO_DEADLINE},
    pool::ONE,
    suite::{dutch, field, fixed, integer, list, map, path_val, Key, Sale, Suite, OFFERS_FEE},
};

use crate::decimal;

/// What Sofia sells: a tenth of the 100 000 TFT in the pool, where 50 are a USDC.
const SOLD: i128 = 10_000 * ONE;

/// A pool of 100 000 TFT and 2 000 USDC, Sofia who sells and Bruno who wants to buy.
struct Scene {
    suite: Suite,
    pool: Key,
    sofia: AccountId,
    bruno: AccountId,
}

/// What came of a sale.
struct Sold {
    received: i128,
    /// Of all that Sofia sent, stroops.
    fee: i64,
    note: String,
}

/// What a way of selling is called, and it.
type Way = (&'static str, fn(&mut Scene) -> Sold);

/// Plays it; returns what contradicts the promises.
pub fn play() -> Vec<String> {
    println!("\nSelling a tenth of a pool's reserve: {} TFT, in five ways\n", decimal(SOLD));
    println!(
        "{:<28}{:>14}{:>15}{:>10}{:>13}{:>9}  note",
        "how", "USDC", "USDC per TFT", "impact", "pool's move", "stroops"
    );
    let ways: [Way; 5] = [
        ("the pool alone", alone),
        ("pool and block offer", with_offer),
        ("a block offer alone", block),
        ("Dutch auction", auction),
        ("swap_direct", direct),
    ];
    let mut contradictions = vec![];
    let mut all = vec![];
    for (how, sell) in ways {
        let mut scene = Scene::new();
        let spot = scene.spot();
        let before = scene.usdc(&scene.sofia);
        let tft = scene.suite.balance(&scene.suite.tft, account(&scene.sofia));
        let Sold { received, fee, note } = sell(&mut scene);
        let got = scene.usdc(&scene.sofia) - before;
        let gave = tft - scene.suite.balance(&scene.suite.tft, account(&scene.sofia));
        // A block is bought in whole units of USDC, which leaves less than one's price.
        if got != received || !(SOLD - 51..=SOLD).contains(&gave) {
            contradictions.push(format!("{how}: {got} for {gave}, told {received}"));
        }
        for token in [&scene.suite.tft, &scene.pool.1] {
            let kept = scene.suite.balance(token, address(&scene.suite.router));
            if kept != 0 {
                contradictions.push(format!("{how}: the router keeps {kept}"));
            }
        }
        let per_tft = got as f64 / SOLD as f64;
        println!(
            "{how:<28}{:>14}{per_tft:>15.7}{:>9.3}%{:>12.3}%{fee:>9}  {note}",
            decimal(got),
            100.0 * (1.0 - per_tft / spot),
            100.0 * (scene.spot() / spot - 1.0),
        );
        all.push((how, got));
    }
    let pool = all[0].1;
    for (how, got) in &all[1..] {
        if *got <= pool {
            contradictions.push(format!("{how} paid no more than the pool alone"));
        }
    }
    contradictions
}

impl Scene {
    fn new() -> Scene {
        let mut suite = Suite::new();
        let usdc = suite.asset("USDC");
        let pool = Key("TFT".into(), usdc, 30);
        let admin = suite.admin.clone();
        suite.create_pool(&admin, &pool, 0).expect("a pool");
        let people = ["bank", "Sofia", "Bruno"].map(|name| suite.person(name, 1_000_000 * ONE));
        let [bank, sofia, bruno] = people;
        suite.deposit(&bank, &pool, 100_000 * ONE, 2_000 * ONE).expect("a deposit");
        suite.network.close(13);
        let mut scene = Scene { suite, pool, sofia, bruno };
        scene.warm_up(&bank);
        scene
    }

    /// Somebody was here before: what a first call pays rent for exists.
    fn warm_up(&mut self, bank: &AccountId) {
        let (tft, usdc) = (self.suite.tft.clone(), self.pool.1.clone());
        let (offers, router) = (self.suite.offers.clone(), self.suite.router.clone());
        let me = account(bank);
        for (nonce, (selling, buying, num, den)) in
            [(tft.clone(), usdc.clone(), 1, 50), (usdc, tft.clone(), 50, 1)].into_iter().enumerate()
        {
            let sale = Sale {
                selling,
                amount: ONE,
                buying,
                price: dutch(num, num, den, 0, 1),
                min_fill: 1,
                expires_at: self.suite.network.info.timestamp + 86_400,
                proceeds_to: account(bank),
            };
            let id = self.suite.make(bank, nonce as u64, &sale).expect("an offer");
            let args = vec![me.clone(), id, int(ONE), int(60 * ONE), me.clone(), NO_DEADLINE];
            self.suite.call(bank, &offers, "fill", args).expect("a fill");
        }
        let path = path_val(std::slice::from_ref(&self.pool));
        let args =
            vec![me.clone(), address(&tft), int(ONE), list(&[]), path, int(0), me, NO_DEADLINE];
        self.suite.call(bank, &router, "swap_with_offers", args).expect("a swap");
        self.suite.network.close(1);
    }

    fn usdc(&self, who: &AccountId) -> i128 {
        self.suite.balance(&self.pool.1, account(who))
    }

    /// USDC for a TFT in the pool.
    fn spot(&self) -> f64 {
        let state = self.suite.view(&self.suite.pool(&self.pool), "state", vec![]).expect("it");
        let [first, second] =
            ["reserve_0", "reserve_1"].map(|name| integer(&field(&state, name)) as f64);
        if field(&state, "token_0") == address(&self.suite.tft) {
            second / first
        } else {
            first / second
        }
    }

    /// Bruno offers `usdc` for TFT, 1 % below the pool's price: 50.5 TFT a USDC.
    fn bid(&mut self, usdc: i128) -> ScVal {
        let sale = Sale {
            selling: self.pool.1.clone(),
            amount: usdc,
            buying: self.suite.tft.clone(),
            price: fixed(505, 10),
            min_fill: ONE,
            expires_at: self.suite.network.info.timestamp + 86_400,
            proceeds_to: account(&self.bruno),
        };
        let bruno = self.bruno.clone();
        let id = self.suite.make(&bruno, 1, &sale).expect("an offer");
        self.suite.network.close(1);
        id
    }
}

fn alone(scene: &mut Scene) -> Sold {
    let (sofia, tft) = (scene.sofia.clone(), scene.suite.tft.clone());
    let path = [scene.pool.clone()];
    let swap = scene.suite.route(&sofia, &tft, SOLD, &path).expect("a swap");
    Sold { received: integer(&swap.value), fee: swap.cost.fee, note: String::new() }
}

/// What she would pay the offer at most is an argument: the rest goes through the pool.
fn with_offer(scene: &mut Scene) -> Sold {
    let id = scene.bid(150 * ONE);
    let me = account(&scene.sofia);
    let cap = list(&[id.clone(), int(7_575 * ONE)]);
    let args = vec![
        me.clone(),
        address(&scene.suite.tft),
        int(SOLD),
        list(&[cap]),
        path_val(std::slice::from_ref(&scene.pool)),
        int(0),
        me,
        NO_DEADLINE,
    ];
    let (sofia, router) = (scene.sofia.clone(), scene.suite.router.clone());
    let swap = scene.suite.call(&sofia, &router, "swap_with_offers", args).expect("a swap");
    let offer = scene.suite.view(&scene.suite.offers, "offer", vec![id]).expect("the offer");
    let left = integer(&field(&offer, "remaining"));
    let note = format!("Bruno's 150 USDC at 50.5 TFT, {left} left of it; the rest to the pool");
    Sold { received: integer(&swap.value), fee: swap.cost.fee, note }
}

fn block(scene: &mut Scene) -> Sold {
    let id = scene.bid(300 * ONE);
    // As many units as her TFT buy exactly.
    let amount = SOLD * 10 / 505;
    let me = account(&scene.sofia);
    let args = vec![me.clone(), id.clone(), int(amount), int(SOLD), me, NO_DEADLINE];
    let (sofia, offers) = (scene.sofia.clone(), scene.suite.offers.clone());
    let now = ScVal::U64(scene.suite.network.info.timestamp);
    let quote = scene.suite.view(&offers, "quote", vec![id, int(amount), now]).expect("a quote");
    let ScVal::Vec(Some(quote)) = quote else { panic!("a pair") };
    let fill = scene.suite.call(&sofia, &offers, "fill", args).expect("a fill");
    assert_eq!(integer(&fill.value), integer(&quote[0]));
    let note = format!("Bruno's, 1 % below the pool; the market's {OFFERS_FEE} bps are in it");
    Sold { received: integer(&quote[1]), fee: fill.cost.fee, note }
}

/// Her own offer, falling from 3 % above the pool's price to 3 % below within an hour: whoever finds it good
/// first takes it.
fn auction(scene: &mut Scene) -> Sold {
    let now = scene.suite.network.info.timestamp;
    let sale = Sale {
        selling: scene.suite.tft.clone(),
        amount: SOLD,
        buying: scene.pool.1.clone(),
        price: dutch(206_000, 194_000, 10_000_000, now, now + 3_600),
        min_fill: 100 * ONE,
        expires_at: now + 7_200,
        proceeds_to: account(&scene.sofia),
    };
    let (sofia, bruno) = (scene.sofia.clone(), scene.bruno.clone());
    let args = vec![account(&sofia), ScVal::U64(1), sale.val()];
    let offers = scene.suite.offers.clone();
    let made = scene.suite.call(&sofia, &offers, "make", args).expect("an offer");
    let id = made.value;
    // Bruno waits for half a per cent below the pool's price.
    let mut waited = 0;
    let paid = loop {
        scene.suite.network.close(12);
        waited += 60;
        let time = ScVal::U64(scene.suite.network.info.timestamp);
        let price = scene.suite.view(&offers, "price_at", vec![id.clone(), time]).expect("it");
        let [num, den] = ["num", "den"].map(|name| integer(&field(&price, name)) as f64);
        if num / den <= scene.spot() * 0.995 {
            let me = account(&bruno);
            let args = vec![me.clone(), id, int(SOLD), int(200 * ONE), me, NO_DEADLINE];
            let fill = scene.suite.call(&bruno, &offers, "fill", args).expect("a fill");
            break integer(&fill.value);
        }
    };
    let note =
        format!("Bruno took it after {} minutes; stroops: her offer with its rent", waited / 60);
    Sold { received: paid, fee: made.cost.fee, note }
}

/// Agreed on beforehand: both sign the same terms, either sends it.
fn direct(scene: &mut Scene) -> Sold {
    let leg = |token, amount| map(&[("amount", int(amount)), ("token", address(token))]);
    let agreed = 199 * ONE;
    let (give, take) = (leg(&scene.suite.tft, SOLD), leg(&scene.pool.1, agreed));
    let args = vec![account(&scene.sofia), account(&scene.bruno), give, take, NO_DEADLINE];
    let (sofia, offers) = (scene.sofia.clone(), scene.suite.offers.clone());
    let done = scene.suite.call(&sofia, &offers, "swap_direct", args).expect("a swap");
    let note = "agreed on with Bruno; no escrow, no fee of the market".to_string();
    Sold { received: agreed, fee: done.cost.fee, note }
}
