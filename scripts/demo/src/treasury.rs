//! A region with a token of its own and its treasury: the genesis sale, a pool, fees, buybacks by a stranger,
//! and what the guardian stopped.

use soroban_env_host::xdr::{AccountId, ScAddress, ScVal};
use tributary_tests::{
    network::{
        val::{account, address, int, NO_DEADLINE},
        LEDGER_SECONDS,
    },
    pool::ONE,
    suite::{
        field, fixed, grant, integer, new_token_params, policy, symbol, Key, Sale, Suite, BOND,
    },
};

use crate::decimal;

/// The treasury's errors for a proposal that is not due, for one that the guardian stopped, and for a buyback
/// above the mean prices: code, name.
const DELAY_NOT_OVER: (u32, &str) = (512, "DelayNotOver");
const PROPOSAL_VETOED: (u32, &str) = (516, "ProposalVetoed");
const PRICE_TOO_HIGH: (u32, &str) = (555, "PriceTooHigh");

/// What one buyback sells: within the hour's budget and the pool's quarter percent.
const AMOUNT: i128 = 200 * ONE;

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

struct Story {
    suite: Suite,
    nora: AccountId,
    gil: AccountId,
    kim: AccountId,
    ana: AccountId,
    treasury: ScAddress,
    token: ScAddress,
    key: Key,
    began: u64,
    nonce: u64,
    contradictions: Vec<String>,
}

/// Plays it; returns what contradicts the promises.
pub fn play() -> Vec<String> {
    println!("\nA region's treasury: Nora is the council, Gil the guardian, Kim a stranger\n");
    println!("{:>5}  {:<8}{:<66}{:>10}", "day", "who", "does", "stroops");
    let mut story = Story::new();
    story.sell_the_genesis();
    story.open_the_pool();
    story.veto();
    story.buy_back();
    story.contradictions
}

impl Story {
    fn new() -> Story {
        let mut suite = Suite::new();
        let [nora, gil, kim, ana] =
            ["Nora", "Gil", "Kim", "Ana"].map(|name| suite.person(name, 200_000 * ONE));
        let (cap, genesis) = (10_000_000 * ONE, 1_000_000 * ONE);
        let params = new_token_params(&nora, &gil, "FJD", cap, genesis);
        let factory = suite.factory.clone();
        let args = vec![account(&nora), symbol("FJORD"), params];
        let made = suite.call(&nora, &factory, "create_region", args).expect("a region");
        let [treasury, token] = ["treasury", "token"].map(|kind| suite.of_region(kind, "FJORD"));
        let key = Key("FJORD".into(), token.clone(), 30);
        let began = suite.network.info.timestamp;
        let (nonce, contradictions) = (0, vec![]);
        let mut story = Story {
            suite,
            nora,
            gil,
            kim,
            ana,
            treasury,
            token,
            key,
            began,
            nonce,
            contradictions,
        };
        let does = format!("founds FJORD: {} TFT bond, treasury, pool, token FJD", BOND / ONE);
        story.tell("Nora", &does, made.cost.fee);
        let told = |name| field(&made.value, name);
        let right =
            told("treasury") == address(&story.treasury) && told("token") == address(&story.token);
        story.claim(right, "treasury or token are not where a client computes them".into());
        story.absorb(&story.token.clone());
        let books = story.books(&story.token.clone());
        story.claim(books[0] == genesis, format!("the treasury began with {books:?}"));
        story
    }

    /// A fifth of what the treasury was born with, at half a TFT.
    fn sell_the_genesis(&mut self) {
        let sale = Sale {
            selling: self.token.clone(),
            amount: 200_000 * ONE,
            buying: self.suite.tft.clone(),
            price: fixed(1, 2),
            min_fill: ONE,
            expires_at: self.suite.network.info.timestamp + 30 * DAY,
            proceeds_to: address(&self.treasury),
        };
        let id = self.propose("proposes to sell 200000 FJD at 0.5 TFT", sale.posting(1));
        let early = self.execute("Kim", &id);
        self.refused(early, DELAY_NOT_OVER, "executing before the delay");
        self.days(3);
        self.done("Kim", "executes it, three days later", &id);
        let offer = sale.id(&self.treasury, 1);
        for (name, amount) in [("Ana", 120_000), ("Kim", 80_000)] {
            let who = if name == "Ana" { self.ana.clone() } else { self.kim.clone() };
            let me = account(&who);
            let (amount, most) = (int(amount * ONE), int(amount * ONE));
            let args = vec![me.clone(), offer.clone(), amount, most, me, NO_DEADLINE];
            let offers = self.suite.offers.clone();
            let fill = self.suite.call(&who, &offers, "fill", args).expect("a fill");
            let paid = integer(&fill.value);
            self.tell(name, &format!("fills it for {} TFT", decimal(paid)), fill.cost.fee);
        }
        let tft = self.suite.tft.clone();
        self.absorb(&tft);
        let books = self.books(&tft);
        self.claim(books[0] == 100_000 * ONE, format!("the sale earned {books:?}"));
    }

    fn open_the_pool(&mut self) {
        let ana = self.ana.clone();
        let made = self.suite.deposit(&ana, &self.key.clone(), 50_000 * ONE, 100_000 * ONE);
        let fee = made.expect("a deposit").cost.fee;
        self.tell("Ana", "deposits 50000 TFT and 100000 FJD into the pool", fee);
        self.observe(true);
        let pool = self.suite.pool(&self.key);
        let named = policy(&[(pool, 10_000 * ONE, 20_000 * ONE)], 100);
        let id = self.propose("proposes that buybacks may use the pool", named);
        self.days(7);
        self.done("Kim", "executes it, seven days later", &id);
    }

    fn veto(&mut self) {
        let me = account(&self.nora);
        let wanted = grant(&self.token.clone(), &me, 500_000 * ONE);
        let id = self.propose("proposes to pay herself 500000 FJD", wanted);
        let (gil, treasury) = (self.gil.clone(), self.treasury.clone());
        let veto = self.suite.call(&gil, &treasury, "veto", vec![id.clone()]).expect("veto");
        self.tell("Gil", "vetoes it", veto.cost.fee);
        self.days(3);
        let refused = self.execute("Nora", &id);
        self.refused(refused, PROPOSAL_VETOED, "executing what was vetoed");
    }

    fn buy_back(&mut self) {
        // Three days of trade back and forth, then the fees are collected.
        let (kim, tft) = (self.kim.clone(), self.suite.tft.clone());
        for _ in 0..20 {
            let path = [self.key.clone()];
            let bought = self.suite.route(&kim, &tft, 500 * ONE, &path).expect("a swap");
            self.suite.network.close(1);
            let back = integer(&bought.value);
            self.suite.route(&kim, &self.token.clone(), back, &path).expect("a swap");
            self.suite.network.close(1);
        }
        let pool = self.suite.pool(&self.key);
        let collected = self.suite.call(&kim, &pool, "collect", vec![]).expect("collect");
        self.tell("Kim", "trades twenty times, and collects the pool's fees", collected.cost.fee);
        for token in [tft.clone(), self.token.clone()] {
            self.absorb(&token);
        }
        self.days(1);
        self.suite.network.close(1);

        let supply = |story: &Story| {
            let (asset, token) = &story.suite.assets[0];
            story.suite.network.supply(asset, token)
        };
        let (before, books) = (supply(self), self.books(&tft));
        let (mut sold, mut bought) = (0, 0);
        for round in 0..4 {
            if round == 3 {
                // Nobody sold TFT meanwhile, so that the pool's price has left the means behind.
                let refused = self.buyback(AMOUNT).map(|_| 0);
                self.refused(refused, PRICE_TOO_HIGH, "a fourth buyback, above the mean prices,");
                let (ana, path) = (self.ana.clone(), [self.key.clone()]);
                let swap = self.suite.route(&ana, &tft, 400 * ONE, &path).expect("a swap");
                self.tell("Ana", "sells 400 TFT", swap.cost.fee);
                self.suite.network.close(1);
            }
            match self.buyback(AMOUNT) {
                Ok(more) => (sold, bought) = (sold + AMOUNT, bought + more),
                Err(error) => self.contradictions.push(format!("a buyback: {error}")),
            }
            // Budget and room refill meanwhile.
            self.suite.network.close(u32::try_from(4 * HOUR / LEDGER_SECONDS).expect("small"));
            self.observe(false);
            self.suite.network.close(1);
        }
        let (after, now) = (supply(self), self.books(&tft));
        let burned = before - after;
        println!(
            "\nTFT before {}, after {}: {} burned",
            decimal(before),
            decimal(after),
            decimal(burned)
        );
        println!(
            "TFT in the treasury: operating {}, protected {}, for liquidity {}, for the stakers {}",
            decimal(now[0]),
            decimal(now[1]),
            decimal(now[2]),
            decimal(now[3])
        );
        let price = sold as f64 / bought as f64;
        self.claim(price < 2.0 * 1.014, format!("paid {price} FJD a TFT"));
        self.claim((burned - bought / 4).abs() < 4, format!("{burned} of {bought} were burned"));
        let kept: i128 = now.iter().sum::<i128>() - books.iter().sum::<i128>();
        self.claim(kept == bought - burned, format!("{kept} of {bought} were kept"));
        for token in [tft, self.token.clone()] {
            let booked: i128 = self.books(&token).iter().sum();
            let held = self.suite.balance(&token, address(&self.treasury));
            self.claim(booked == held, format!("booked {booked}, held {held}"));
        }
        println!();
        let (kim, treasury) = (self.kim.clone(), self.treasury.clone());
        let paid = self.suite.call(&kim, &treasury, "notify_stakers", vec![]).expect("paid");
        let staking = self.suite.of_region("staking", "FJORD");
        let state = self.suite.view(&staking, "state", vec![]).expect("a state");
        let rewards = integer(&field(&state, "rewards"));
        let does = format!("has {} TFT paid to those who stake in FJORD", decimal(rewards));
        self.tell("Kim", &does, paid.cost.fee);
        self.claim(rewards == now[3], format!("{rewards} of {} were paid to stakers", now[3]));
    }

    fn buyback(&mut self, amount: i128) -> Result<i128, String> {
        let (kim, treasury) = (self.kim.clone(), self.treasury.clone());
        let pool = self.suite.pool(&self.key);
        let args = vec![address(&self.token), int(amount), address(&pool)];
        let made = self.suite.call(&kim, &treasury, "buyback", args);
        let made = made.map_err(|error| format!("{error:?}"))?;
        let bought = integer(&made.value);
        let does =
            format!("has the treasury sell {} FJD for {} TFT", decimal(amount), decimal(bought));
        self.tell("Kim", &does, made.cost.fee);
        Ok(bought)
    }

    fn propose(&mut self, does: &str, action: ScVal) -> ScVal {
        self.nonce += 1;
        let (nora, treasury) = (self.nora.clone(), self.treasury.clone());
        let args = vec![ScVal::U64(self.nonce), action];
        let made = self.suite.call(&nora, &treasury, "propose", args).expect("a proposal");
        self.tell("Nora", does, made.cost.fee);
        made.value
    }

    fn execute(&mut self, name: &str, id: &ScVal) -> Result<i64, String> {
        let who = if name == "Nora" { self.nora.clone() } else { self.kim.clone() };
        let treasury = self.treasury.clone();
        let made = self.suite.call(&who, &treasury, "execute", vec![id.clone()]);
        made.map(|applied| applied.cost.fee).map_err(|error| format!("{error:?}"))
    }

    fn done(&mut self, name: &str, does: &str, id: &ScVal) {
        match self.execute(name, id) {
            Ok(fee) => self.tell(name, does, fee),
            Err(error) => self.contradictions.push(format!("{does}: {error}")),
        }
    }

    fn refused(&mut self, result: Result<i64, String>, (code, name): (u32, &str), what: &str) {
        let error = format!("Error(Contract, #{code})");
        let right = result.as_ref().is_err_and(|refusal| refusal.contains(&error));
        self.claim(right, format!("{what}: {result:?}"));
        println!("{:>5}  {what} is refused: {name} ({code})", "");
    }

    fn observe(&mut self, tell: bool) {
        let (kim, treasury, pool) =
            (self.kim.clone(), self.treasury.clone(), address(&self.suite.pool(&self.key)));
        let made = self.suite.call(&kim, &treasury, "observe", vec![pool]).expect("observed");
        if tell {
            self.tell(
                "Kim",
                "has the treasury observe the pool, and does so every day",
                made.cost.fee,
            );
        }
    }

    /// Days go by; once there is a pool somebody observes it.
    fn days(&mut self, days: u64) {
        for _ in 0..days {
            self.suite.network.close(u32::try_from(DAY / LEDGER_SECONDS).expect("small"));
            let pool = self.suite.pool(&self.key);
            let state = self.suite.view(&pool, "state", vec![]).expect("a state");
            if integer(&field(&state, "total_supply")) > 0 {
                self.observe(false);
            }
        }
    }

    fn absorb(&mut self, token: &ScAddress) {
        let (kim, treasury) = (self.kim.clone(), self.treasury.clone());
        self.suite.call(&kim, &treasury, "absorb", vec![address(token)]).expect("absorbed");
    }

    /// Operating, protected, liquidity, stakers.
    fn books(&self, token: &ScAddress) -> [i128; 4] {
        let books = self.suite.view(&self.treasury, "books", vec![address(token)]).expect("books");
        ["operating", "protected", "liquidity", "stakers"].map(|name| integer(&field(&books, name)))
    }

    fn tell(&self, who: &str, does: &str, fee: i64) {
        let day = (self.suite.network.info.timestamp - self.began) / DAY;
        println!("{day:>5}  {who:<8}{does:<66}{fee:>10}");
    }

    fn claim(&mut self, holds: bool, contradiction: String) {
        if !holds {
            self.contradictions.push(contradiction);
        }
    }
}
