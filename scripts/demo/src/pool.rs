//! A day in the pool of TFT and USDC: two providers, traders both ways, a sandwich that fails, fees
//! collected, a provider leaving.

use num_bigint::BigInt;
use soroban_env_host::xdr::{AccountId, ScAddress, ScVal};
use tributary_tests::{
    model::Plain,
    network::val::{account, address, int, NO_DEADLINE},
    pool::ONE,
    suite::{field, integer, Key, Suite},
};

use crate::{decimal, signed};

/// The pool's error for shares deposited less than a minute ago.
const SHARES_HELD: &str = "Error(Contract, #3)";

/// Plays it in a new pool; returns what contradicts the pool's promises.
pub fn play(suite: Suite, key: Key) -> Vec<String> {
    let mut demo = Demo::new(suite, key);
    demo.play();
    demo.contradictions
}

/// What the pool says of itself.
#[derive(Clone, Copy, Default)]
struct Books {
    tft: i128,
    usdc: i128,
    owed_tft: i128,
    owed_usdc: i128,
    supply: i128,
}

struct Demo {
    suite: Suite,
    tft: ScAddress,
    usdc: ScAddress,
    pool: ScAddress,
    books: Books,
    contradictions: Vec<String>,
}

impl Demo {
    fn new(suite: Suite, key: Key) -> Demo {
        println!(
            "\nA day in a new pool of TFT and USDC, 0.05 % fee, a sixth of it to the treasury\n"
        );
        println!(
            "{:<11}{:<34}{:>17}{:>17}{:>13}{:>9}",
            "who", "does", "TFT", "USDC", "USDC per TFT", "stroops"
        );
        let (pool, tft, usdc) = (suite.pool(&key), suite.tft.clone(), key.1);
        let (books, contradictions) = (Books::default(), vec![]);
        Demo { suite, tft, usdc, pool, books, contradictions }
    }

    fn play(&mut self) {
        let ana = self.person("Ana", 1_000_000, 20_000);
        let ben = self.person("Ben", 500_000, 12_000);
        let cleo = self.person("Cleo", 100_000, 2_000);
        let dan = self.person("Dan", 100_000, 2_000);
        let mallory = self.person("Mallory", 500_000, 10_000);

        self.deposit(&ana, "Ana", 1_000_000, 20_000);
        self.suite.network.close(1);
        self.deposit(&ben, "Ben", 500_000, 12_000);
        self.suite.network.close(20);
        self.swap(&cleo, "Cleo", "sells TFT", true, 20_000 * ONE);
        self.suite.network.close(3);
        self.swap(&dan, "Dan", "buys TFT", false, 500 * ONE);
        self.suite.network.close(3);
        self.swap(&cleo, "Cleo", "buys TFT", false, 300 * ONE);
        self.suite.network.close(1);
        self.sandwich(&mallory, &dan);
        self.suite.network.close(1);
        self.just_in_time(&mallory);
        self.suite.network.close(400);
        self.collect(&dan);
        self.suite.network.close(1);
        self.leave(&ana, "Ana");
    }

    fn person(&mut self, name: &str, tft: i128, usdc: i128) -> AccountId {
        let person = self.suite.person(name, 0);
        for (token, amount) in [(self.tft.clone(), tft), (self.usdc.clone(), usdc)] {
            self.suite.mint(&token, &person, amount * ONE);
        }
        person
    }

    fn deposit(&mut self, who: &AccountId, name: &str, tft: i128, usdc: i128) {
        let before = self.holdings(&account(who));
        let (first, second) = self.in_pool_order(tft * ONE, usdc * ONE);
        let me = account(who);
        let args = vec![me.clone(), int(first), int(second), int(1), me, NO_DEADLINE];
        let fee = self.call(who, "deposit", args);
        self.line(name, "deposits", &account(who), before, fee);
        self.check("deposit", true);
    }

    /// Sells TFT, or USDC; the quote must be the execution.
    fn swap(&mut self, who: &AccountId, name: &str, does: &str, sell: bool, amount: i128) -> i128 {
        let before = self.holdings(&account(who));
        let token = if sell { self.tft.clone() } else { self.usdc.clone() };
        let quote = self.view("quote_exact_in", vec![address(&token), int(amount)]);
        let quote = integer(&quote);
        let me = account(who);
        let args = vec![me.clone(), address(&token), int(amount), int(quote), me, NO_DEADLINE];
        let fee = self.call(who, "swap_exact_in", args);
        let after = self.holdings(&account(who));
        let out = if sell { after.1 - before.1 } else { after.0 - before.0 };
        self.claim(out == quote, format!("{name} was quoted {quote} and got {out}"));
        self.line(name, does, &account(who), before, fee);
        // What the treasury is owed follows, as the pool holds exactly what it owes.
        let mut plain = self.plain_pool();
        plain.exact_in(usize::from(!sell), &BigInt::from(amount));
        self.check(does, true);
        let now = self.plain_pool().reserves;
        self.claim(now == plain.reserves, format!("{does}: reserves not as in a plain pool"));
        out
    }

    /// Mallory buys before Dan's purchase and sells after it, all in one ledger.
    fn sandwich(&mut self, mallory: &AccountId, dan: &AccountId) {
        println!("{:<11}-- one ledger, Mallory before and after Dan --", "");
        let opening = self.books;
        let before = self.holdings(&account(mallory));
        let bought = self.swap(mallory, "Mallory", "front-runs: buys TFT", false, 5_000 * ONE);
        self.swap(dan, "Dan", "buys TFT", false, 1_000 * ONE);
        self.swap(mallory, "Mallory", "back-runs: sells it all", true, bought);
        let after = self.holdings(&account(mallory));
        let worth = (after.0 - before.0) * opening.usdc + (after.1 - before.1) * opening.tft;
        self.claim(worth < 0, "the sandwich in one ledger paid".to_string());
        self.claim(after.0 == before.0, "Mallory did not sell all that she bought".to_string());
        println!(
            "{:<11}-- she lost {} USDC and holds {} TFT as before --",
            "",
            decimal(before.1 - after.1),
            decimal(after.0),
        );
    }

    /// Liquidity added around one trade cannot leave for a minute.
    fn just_in_time(&mut self, mallory: &AccountId) {
        self.deposit(mallory, "Mallory", 100_000, 2_500);
        let shares = self.shares(mallory);
        let me = account(mallory);
        let args = vec![me.clone(), int(shares), int(0), int(0), me, NO_DEADLINE];
        let refused = match self.suite.network.call(mallory, &self.pool, "withdraw", args) {
            Ok(_) => "nothing".to_string(),
            Err(error) => format!("{error:?}"),
        };
        let held = refused.contains(SHARES_HELD);
        self.claim(held, format!("leaving at once was answered with {refused}"));
        println!("{:<11}withdraws at once: refused, her shares are held for 60 s", "Mallory");
    }

    fn collect(&mut self, anyone: &AccountId) {
        let treasury = address(&self.suite.treasury);
        let (before, owed) = (self.holdings(&treasury), self.books);
        let fee = self.call(anyone, "collect", vec![]);
        self.line("Treasury", "is paid (called by Dan)", &treasury, before, fee);
        let after = self.holdings(&treasury);
        let paid = (after.0 - before.0, after.1 - before.1);
        let right = paid == (owed.owed_tft, owed.owed_usdc);
        self.claim(right, format!("the treasury was owed and paid different amounts: {paid:?}"));
        self.check("collect", false);
    }

    fn leave(&mut self, who: &AccountId, name: &str) {
        let (before, books) = (self.holdings(&account(who)), self.books);
        let shares = self.shares(who);
        let me = account(who);
        let args = vec![me.clone(), int(shares), int(1), int(1), me, NO_DEADLINE];
        let fee = self.call(who, "withdraw", args);
        self.line(name, "leaves with her part", &account(who), before, fee);
        let after = self.holdings(&account(who));
        let part = (books.tft * shares / books.supply, books.usdc * shares / books.supply);
        let paid = (after.0 - before.0, after.1 - before.1);
        self.claim(paid == part, format!("{name} left with {paid:?} of {part:?}"));
        self.check("withdraw", true);
    }

    /// Applies a call; returns its fee.
    fn call(&mut self, who: &AccountId, function: &str, args: Vec<ScVal>) -> i64 {
        match self.suite.network.call(who, &self.pool, function, args) {
            Ok(applied) => applied.cost.fee,
            Err(error) => {
                self.contradictions.push(format!("{function} was refused: {error:?}"));
                0
            }
        }
    }

    fn view(&self, function: &str, args: Vec<ScVal>) -> ScVal {
        let simulated = self.suite.network.simulate(&self.suite.issuer, &self.pool, function, args);
        simulated.expect("a view answers").value
    }

    fn balance(&self, token: &ScAddress, owner: ScVal) -> i128 {
        let simulated =
            self.suite.network.simulate(&self.suite.issuer, token, "balance", vec![owner]);
        integer(&simulated.expect("a token answers").value)
    }

    fn holdings(&self, who: &ScVal) -> (i128, i128) {
        (self.balance(&self.tft, who.clone()), self.balance(&self.usdc, who.clone()))
    }

    fn shares(&self, who: &AccountId) -> i128 {
        integer(&self.view("balance", vec![account(who)]))
    }

    fn in_pool_order<T>(&self, tft: T, usdc: T) -> (T, T) {
        if self.tft < self.usdc {
            (tft, usdc)
        } else {
            (usdc, tft)
        }
    }

    fn read_books(&self) -> Books {
        let state = self.view("state", vec![]);
        let (tft, usdc) = self.in_pool_order("0", "1");
        let field = |name: &str, side: &str| integer(&field(&state, &format!("{name}{side}")));
        Books {
            tft: field("reserve_", tft),
            usdc: field("reserve_", usdc),
            owed_tft: field("owed_", tft),
            owed_usdc: field("owed_", usdc),
            supply: field("total_supply", ""),
        }
    }

    /// A plain constant-product pool with this one's reserves, TFT first.
    fn plain_pool(&self) -> Plain {
        Plain {
            reserves: [self.books.tft, self.books.usdc].map(BigInt::from),
            supply: BigInt::from(self.books.supply),
            fee_bps: 5,
            treasury_bps: 1_667,
        }
    }

    /// What must hold after every call.
    fn check(&mut self, call: &str, keeps_value: bool) {
        let (then, now) = (self.books, self.read_books());
        let held = (
            self.balance(&self.tft, address(&self.pool)),
            self.balance(&self.usdc, address(&self.pool)),
        );
        let booked = (now.tft + now.owed_tft, now.usdc + now.owed_usdc);
        self.claim(held == booked, format!("{call}: holds {held:?}, owes {booked:?}"));
        // Reserve product per share squared, exactly.
        let product =
            |books: &Books, supply: i128| BigInt::from(books.tft) * books.usdc * supply * supply;
        let fell = product(&now, then.supply) < product(&then, now.supply);
        self.claim(!(keeps_value && fell), format!("{call}: a share lost value"));
        self.books = now;
    }

    fn claim(&mut self, holds: bool, contradiction: String) {
        if !holds {
            self.contradictions.push(contradiction);
        }
    }

    fn line(&self, name: &str, does: &str, who: &ScVal, before: (i128, i128), fee: i64) {
        let after = self.holdings(who);
        let books = self.read_books();
        println!(
            "{name:<11}{does:<34}{:>17}{:>17}{:>13.6}{fee:>9}",
            signed(after.0 - before.0),
            signed(after.1 - before.1),
            books.usdc as f64 / books.tft as f64,
        );
    }
}
