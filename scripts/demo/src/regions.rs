//! A network of regions: the root region with USDC and XLM, two regions that deploy themselves, people
//! who pay in one region's token with another's, and one who provides with a single token.

use soroban_env_host::xdr::{AccountId, ScAddress, ScVal, ScVec};
use stellar_strkey::Contract;
use tributary_tests::{
    network::{
        val::{account, address, int, NO_DEADLINE},
        Network, LEDGER_SECONDS,
    },
    pool::ONE,
    suite::{field, integer, path_val, symbol, Key, Suite, BOND},
    wasm::contract,
};

use crate::decimal;

/// Plays it; returns the network, an empty pool of TFT and USDC, and what contradicts the promises.
pub fn play() -> (Suite, Key, Vec<String>) {
    let mut story = Story::new();
    story.found();
    story.trade();
    story.provide();
    story.price();
    story.check_router();
    let key = Key("TFT".into(), story.usdc.1.clone(), 5);
    story.suite.create_pool(&story.suite.admin.clone(), &key, 0).expect("a second USDC pool");
    (story.suite, key, story.contradictions)
}

/// Which amount of a swap is fixed.
#[derive(Clone, Copy)]
enum Exact {
    In,
    Out,
}

struct Story {
    suite: Suite,
    usdc: Key,
    xlm: Key,
    alps: Key,
    jura: Key,
    contradictions: Vec<String>,
}

impl Story {
    fn new() -> Story {
        let mut suite = Suite::new();
        let xlm = suite.network.native(&suite.issuer);
        let [usdc, alp, jur] = ["USDC", "ALP", "JUR"].map(|code| suite.asset(code));
        let key = |code: &str, token| Key(code.to_string(), token, 30);
        let (usdc, xlm) = (key("TFT", usdc), key("TFT", xlm));
        let (alps, jura) = (key("ALPS", alp), key("JURA", jur));
        for name in
            ["factory", "offers", "router", "oracle", "pool", "treasury", "staking", "token"]
        {
            println!("{name}.wasm: {} bytes", contract(name).len());
        }
        Story { suite, usdc, xlm, alps, jura, contradictions: vec![] }
    }

    /// The root region's pools, and two regions that deploy themselves.
    fn found(&mut self) {
        println!("\nRegions deploy themselves: a bond of {} TFT, one transaction\n", decimal(BOND));
        println!("{:<9}{:<8}{:<11}{:<60}{:>10}", "who", "region", "pool", "at", "stroops");
        let admin = self.suite.admin.clone();
        for (key, pair) in [(self.usdc.clone(), "TFT/USDC"), (self.xlm.clone(), "TFT/XLM")] {
            let made = self.suite.create_pool(&admin, &key, 0).expect("a pool");
            self.tell_pool("admin", &key, pair, &made.value, made.cost.fee);
        }
        for (name, key, pair) in
            [("Heidi", self.alps.clone(), "TFT/ALP"), ("Jean", self.jura.clone(), "TFT/JUR")]
        {
            let founder = self.suite.person(name, 100_000 * ONE);
            let before = self.suite.balance(&self.suite.tft, account(&founder));
            let made = self.suite.create_region(&founder, &key.0, &key.1).expect("a region");
            let after = self.suite.balance(&self.suite.tft, account(&founder));
            self.claim(before - after == BOND, format!("{name} paid {}", before - after));
            let asked = vec![symbol(&key.0), address(&key.1), ScVal::U32(key.2)];
            let told = self.suite.view(&self.suite.factory, "pool", asked).expect("a pool");
            self.tell_pool(name, &key, pair, &told, made.cost.fee);
        }
        let bank = self.suite.person("bank", 10_000_000 * ONE);
        // 50 TFT a USDC, 5 an XLM, 2 an ALP and half a JUR.
        for (key, tft, other) in [
            (self.usdc.clone(), 500_000, 10_000),
            (self.xlm.clone(), 25_000, 5_000),
            (self.alps.clone(), 200_000, 100_000),
            (self.jura.clone(), 100_000, 200_000),
        ] {
            self.suite.deposit(&bank, &key, tft * ONE, other * ONE).expect("a deposit");
        }
        self.suite.network.close(13);
    }

    fn tell_pool(&mut self, who: &str, key: &Key, pair: &str, told: &ScVal, fee: i64) {
        let ScVal::Address(deployed) = field(told, "address") else { panic!("{told:?}") };
        // Computed by a client alone, from the factory's address and the key.
        let computed = self.suite.pool(key);
        self.claim(deployed == computed, format!("the pool of {} is elsewhere", key.0));
        println!("{who:<9}{:<8}{pair:<11}{:<60}{fee:>10}", key.0, strkey(&computed));
    }

    fn trade(&mut self) {
        println!("\nTrades through the router\n");
        println!(
            "{:<9}{:<36}{:>4}{:>19}{:>19}{:>10}{:>9}",
            "who", "does", "hops", "pays", "receives", "impact", "stroops"
        );
        let cleo = self.suite.person("Cleo", 0);
        let (usdc, alps, jura, xlm) =
            (self.usdc.clone(), self.alps.clone(), self.jura.clone(), self.xlm.clone());
        let tft = self.suite.tft.clone();
        self.suite.mint(&usdc.1, &cleo, 100 * ONE);
        let heidi = Network::id("Heidi");
        let jean = Network::id("Jean");
        let by_cleo = |does| ("Cleo", &cleo, does);
        let (by_heidi, by_jean) = (|does| ("Heidi", &heidi, does), |does| ("Jean", &jean, does));
        let half = 50 * ONE;
        self.swap(by_cleo("buys TFT with USDC"), Exact::In, &usdc.1, half, &[&usdc]);
        self.swap(by_cleo("buys ALP with USDC"), Exact::In, &usdc.1, half, &[&usdc, &alps]);
        // She is asked for 500 JUR and pays in ALP: her region's token, in one call.
        let bill = by_heidi("pays 500 JUR in ALP");
        self.swap(bill, Exact::Out, &alps.1, 500 * ONE, &[&alps, &jura]);
        self.swap(by_heidi("turns ALP into XLM"), Exact::In, &alps.1, 200 * ONE, &[&alps, &xlm]);
        let large = by_jean("sells JUR, a twentieth of the pool");
        self.swap(large, Exact::In, &jura.1, 10_000 * ONE, &[&jura]);
        self.swap(by_jean("buys 100 ALP with TFT"), Exact::Out, &tft, 100 * ONE, &[&alps]);
    }

    /// Sells exactly `amount`, or buys it for at most 2 % more than quoted; the quote must be the execution.
    fn swap(
        &mut self,
        (name, who, does): (&str, &AccountId, &str),
        exact: Exact,
        token: &ScAddress,
        amount: i128,
        path: &[&Key],
    ) {
        self.suite.network.close(1);
        let (keys, to) = (owned(path), self.end(token, path));
        let asked = vec![address(token), int(amount), path_val(&keys)];
        let spot = self.spot(token, path);
        let before = (self.held(token, who), self.held(&to, who));
        let (me, from, path_val) = (account(who), address(token), path_val(&keys));
        let (quote, fee) = match exact {
            Exact::In => {
                let quote = integer(&self.view("quote_exact_in", asked));
                let (amount, least) = (int(amount), int(quote));
                let args = vec![me.clone(), from, amount, path_val, least, me, NO_DEADLINE];
                (quote, self.call(who, "swap_exact_in", args))
            }
            Exact::Out => {
                let quote = integer(&self.view("quote_exact_out", asked));
                let (most, amount) = (int(quote * 102 / 100), int(amount));
                let args = vec![me.clone(), from, most, amount, path_val, me, NO_DEADLINE];
                (quote, self.call(who, "swap_exact_out", args))
            }
        };
        let after = (self.held(token, who), self.held(&to, who));
        let (paid, received) = (before.0 - after.0, after.1 - before.1);
        let right = match exact {
            Exact::In => (paid, received) == (amount, quote),
            // Over several pools roundings may leave a few units more.
            Exact::Out => paid == quote && (amount..amount + 10).contains(&received),
        };
        self.claim(right, format!("{name} {does}: {paid} for {received}, quoted {quote}"));
        let impact = 100.0 * (1.0 - received as f64 / (paid as f64 * spot));
        println!(
            "{name:<9}{does:<36}{:>4}{:>19}{:>19}{impact:>9.3}%{fee:>9}",
            path.len(),
            format!("{} {}", short(paid), self.symbol(token)),
            format!("{} {}", short(received), self.symbol(&to)),
        );
    }

    /// In with one token, out with one token.
    fn provide(&mut self) {
        println!("\nProviding with one token\n");
        let dora = self.suite.person("Dora", 1_000 * ONE);
        let (key, tft) = (self.alps.clone(), self.suite.tft.clone());
        let (before, alp) = (self.held(&tft, &dora), self.held(&key.1, &dora));
        let asked = vec![key.val(), address(&tft), int(1_000 * ONE)];
        let quote = pair(&self.view("quote_deposit_one", asked));
        let me = account(&dora);
        let args =
            vec![me.clone(), key.val(), address(&tft), int(1_000 * ONE), int(quote.0), NO_DEADLINE];
        let fee = self.call(&dora, "deposit_one", args);
        let shares = self.held(&self.suite.pool(&key), &dora);
        let rest = self.held(&tft, &dora) + 1_000 * ONE - before;
        self.claim(
            (shares, rest) == quote,
            format!("deposit_one: {shares}, {rest}, not {quote:?}"),
        );
        self.claim(rest < 10, format!("deposit_one left {rest} units over"));
        println!(
            "Dora enters ALPS with 1000 TFT: {} shares, {rest} units of TFT left over, {fee} stroops",
            decimal(shares)
        );
        self.suite.network.close(13);
        let asked = vec![key.val(), address(&tft), int(shares)];
        let quote = integer(&self.view("quote_withdraw_one", asked));
        let before = self.held(&tft, &dora);
        let args = vec![me, key.val(), address(&tft), int(shares), int(quote), NO_DEADLINE];
        let fee = self.call(&dora, "withdraw_one", args);
        let paid = self.held(&tft, &dora) - before;
        self.claim(paid == quote, format!("withdraw_one paid {paid}, quoted {quote}"));
        self.claim(paid < 1_000 * ONE, "in and out with one token made money".to_string());
        self.claim(self.held(&key.1, &dora) == alp, "Dora's ALP was touched".to_string());
        println!(
            "Dora leaves a minute later with {} TFT: two swaps of one half, at 0.3 % each, {fee} stroops",
            decimal(paid)
        );
    }

    /// An endorsed region's token has a price.
    fn price(&mut self) {
        let (admin, heidi) = (self.suite.admin.clone(), Network::id("Heidi"));
        let (factory, key) = (self.suite.factory.clone(), self.alps.clone());
        let endorse = vec![symbol("ALPS"), ScVal::Bool(true)];
        self.suite.call(&admin, &factory, "endorse", endorse).expect("endorsed");
        let set = vec![address(&key.1), key.val()];
        self.suite.call(&heidi, &factory, "set_oracle_pool", set).expect("named");
        let window = u32::try_from(1_800 / LEDGER_SECONDS).expect("small");
        self.suite.network.close(window);
        let asset = vec![symbol("Stellar"), address(&key.1)];
        let asset = ScVal::Vec(Some(ScVec(asset.try_into().expect("two"))));
        let told = self.suite.view(&self.suite.oracle, "lastprice", vec![asset]).expect("told");
        if told == ScVal::Void {
            return self.contradictions.push("the oracle has no price of ALP".to_string());
        }
        let price = integer(&field(&told, "price")) as f64 / 1e14;
        let spot = self.spot(&key.1, &[&key]);
        self.claim((price / spot - 1.0).abs() < 0.02, format!("ALP at {price}, spot {spot}"));
        println!(
            "The oracle's price of ALP, the mean of half an hour: {price:.7} TFT (spot {spot:.7})"
        );
    }

    fn check_router(&mut self) {
        let router = address(&self.suite.router);
        let mut tokens: Vec<_> = self.suite.assets.iter().map(|(_, token)| token.clone()).collect();
        tokens.push(self.xlm.1.clone());
        for token in tokens {
            let kept = self.suite.balance(&token, router.clone());
            self.claim(kept == 0, format!("the router keeps {kept}"));
        }
    }

    /// What one unit of `token` is worth at the end of `path`, at the pools' prices.
    fn spot(&self, token: &ScAddress, path: &[&Key]) -> f64 {
        let (mut token, mut price) = (token.clone(), 1.0);
        for key in path {
            let state = self.suite.view(&self.suite.pool(key), "state", vec![]).expect("a state");
            let [first, second] =
                ["reserve_0", "reserve_1"].map(|name| integer(&field(&state, name)) as f64);
            let ScVal::Address(token_0) = field(&state, "token_0") else { panic!("{state:?}") };
            price *= if token == token_0 { second / first } else { first / second };
            token = if token == self.suite.tft { key.1.clone() } else { self.suite.tft.clone() };
        }
        price
    }

    fn end(&self, token: &ScAddress, path: &[&Key]) -> ScAddress {
        path.iter().fold(token.clone(), |token, key| {
            if token == self.suite.tft {
                key.1.clone()
            } else {
                self.suite.tft.clone()
            }
        })
    }

    fn held(&self, token: &ScAddress, who: &AccountId) -> i128 {
        self.suite.balance(token, account(who))
    }

    fn view(&self, function: &str, args: Vec<ScVal>) -> ScVal {
        self.suite.view(&self.suite.router, function, args).expect("a quote")
    }

    fn call(&mut self, who: &AccountId, function: &str, args: Vec<ScVal>) -> i64 {
        let router = self.suite.router.clone();
        match self.suite.call(who, &router, function, args) {
            Ok(applied) => applied.cost.fee,
            Err(error) => {
                self.contradictions.push(format!("{function} was refused: {error:?}"));
                0
            }
        }
    }

    fn claim(&mut self, holds: bool, contradiction: String) {
        if !holds {
            self.contradictions.push(contradiction);
        }
    }

    fn symbol(&self, token: &ScAddress) -> &'static str {
        let named = [
            (&self.suite.tft, "TFT"),
            (&self.usdc.1, "USDC"),
            (&self.xlm.1, "XLM"),
            (&self.alps.1, "ALP"),
            (&self.jura.1, "JUR"),
        ];
        named.into_iter().find(|(address, _)| *address == token).expect("a token").1
    }
}

fn owned(path: &[&Key]) -> Vec<Key> {
    path.iter().map(|key| (*key).clone()).collect()
}

fn pair(value: &ScVal) -> (i128, i128) {
    let ScVal::Vec(Some(values)) = value else { panic!("expected two amounts, got {value:?}") };
    (integer(&values[0]), integer(&values[1]))
}

fn short(amount: i128) -> String {
    format!("{:.4}", amount as f64 / ONE as f64)
}

fn strkey(address: &ScAddress) -> String {
    match address {
        ScAddress::Contract(id) => Contract(id.0 .0).to_string().as_str().to_string(),
        other => panic!("{other:?}"),
    }
}
