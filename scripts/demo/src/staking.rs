//! A region's staking: people with different locks, a validator with delegators, a week of rewards, an
//! unbonding, a slash that is executed and two that are vetoed.

use soroban_env_host::xdr::{AccountId, ScAddress, ScVal};
use tributary_tests::{
    network::{
        val::{account, address, int},
        LEDGER_SECONDS,
    },
    pool::ONE,
    suite::{bytes, field, integer, new_token_params, symbol, Suite, BOND},
};

use crate::decimal;

/// Staking's errors for a lock that is not over, a delegation to a validator with a pending slash, and a slash
/// that was vetoed: code, name.
const LOCKED: (u32, &str) = (605, "Locked");
const SLASH_PENDING: (u32, &str) = (619, "SlashPending");
const SLASH_VETOED: (u32, &str) = (626, "SlashVetoed");

const DAY: u64 = 24 * 60 * 60;
const FOUR_YEARS: u64 = 4 * 365 * DAY;
/// What everyone stakes, and what is earned in the week.
const STAKE: i128 = 1_000 * ONE;
const INCOME: i128 = 700 * ONE;
/// Vera's.
const COMMISSION_BPS: i128 = 1_000;
/// The slash that is executed.
const SLASH_BPS: i128 = 1_000;

/// Somebody with one position, its number, the days of its lock, and whether it is with the validator.
struct Staker {
    name: &'static str,
    id: AccountId,
    number: u32,
    lock_days: u64,
    delegates: bool,
}

struct Story {
    suite: Suite,
    /// The council; the guardian.
    rob: AccountId,
    gil: AccountId,
    stakers: Vec<Staker>,
    staking: ScAddress,
    treasury: ScAddress,
    began: u64,
    contradictions: Vec<String>,
}

/// Plays it; returns what contradicts the promises.
pub fn play() -> Vec<String> {
    println!(
        "\nStaking: Rob is the council, Gil the guardian, Vera a validator; each stakes 1000 TFT\n"
    );
    println!("{:>5}  {:<8}{:<66}{:>10}", "day", "who", "does", "stroops");
    let mut story = Story::new();
    story.stake();
    story.earn();
    story.slash();
    story.leave();
    story.contradictions
}

impl Story {
    fn new() -> Story {
        let mut suite = Suite::new();
        let [rob, gil] = ["Rob", "Gil"].map(|name| suite.person(name, 10_000 * ONE));
        let params = new_token_params(&rob, &gil, "GLN", 10_000_000 * ONE, 0);
        let factory = suite.factory.clone();
        let args = vec![account(&rob), symbol("GLEN"), params];
        let made = suite.call(&rob, &factory, "create_region", args).expect("a region");
        let [staking, treasury] = ["staking", "treasury"].map(|kind| suite.of_region(kind, "GLEN"));
        let began = suite.network.info.timestamp;
        let people = [
            ("Rob", 365, false),
            ("Ann", 4 * 365, false),
            ("Ben", 0, false),
            ("Vera", 0, true),
            ("Cleo", 365, true),
            ("Dan", 0, true),
        ];
        let stakers = people
            .map(|(name, lock_days, delegates)| {
                let id = if name == "Rob" { rob.clone() } else { suite.person(name, STAKE) };
                Staker { name, id, number: 0, lock_days, delegates }
            })
            .into();
        let contradictions = vec![];
        let mut story =
            Story { suite, rob, gil, stakers, staking, treasury, began, contradictions };
        let does = format!("founds GLEN: the bond of {} TFT is his stake for a year", BOND / ONE);
        story.tell("Rob", &does, made.cost.fee);
        let told = field(&made.value, "staking") == address(&story.staking);
        story.claim(told, "staking is not where a client computes it".into());
        story
    }

    fn stake(&mut self) {
        for at in 1..self.stakers.len() {
            let Staker { name, ref id, lock_days, delegates, .. } = self.stakers[at];
            let (id, me) = (id.clone(), account(id));
            let args = vec![me.clone(), int(STAKE), ScVal::U64(lock_days * DAY)];
            let fee = self.done(&id, "stake", args);
            self.tell(name, &format!("stakes, locked for {lock_days} days"), fee);
            if name == "Vera" {
                let args = vec![me, ScVal::U32(0), ScVal::U32(COMMISSION_BPS as u32), hash()];
                let fee = self.done(&id, "register_validator", args);
                self.tell(name, "registers as a validator, with a commission of 10 %", fee);
            } else if delegates {
                let args = vec![me, ScVal::U32(0), account(&self.of("Vera"))];
                let fee = self.done(&id, "delegate", args);
                self.tell(name, "delegates to Vera", fee);
            }
        }
    }

    /// A week, and who earned what.
    fn earn(&mut self) {
        let rob = self.rob.clone();
        let fee = self.done(&rob, "notify", vec![account(&rob), int(INCOME)]);
        self.tell("Rob", &format!("notifies {} TFT of income", INCOME / ONE), fee);
        self.days(7);
        let early = self.call(&self.of("Cleo"), "unstake", self.position_of("Cleo"));
        self.refused(early, "Cleo's leaving before her lock is over", LOCKED);

        println!(
            "\n{:<8}{:>10}  {:<14}{:>8}{:>18}",
            "", "lock", "with", "weight", "earned in a week"
        );
        let weight = |staker: &Staker| {
            let seconds = i128::from(FOUR_YEARS + 3 * staker.lock_days * DAY);
            STAKE * seconds * if staker.delegates { 2 } else { 1 }
        };
        let total: i128 = self.stakers.iter().map(weight).sum();
        let mut earned = 0;
        let mut commission = 0;
        for at in 0..self.stakers.len() {
            let staker = &self.stakers[at];
            let part = INCOME * weight(staker) / total;
            let kept = if staker.delegates { 10_000 - COMMISSION_BPS } else { 10_000 };
            let expected = part * kept / 10_000;
            commission += part - expected;
            let claimable = integer(&field(&self.position(staker.name), "claimable"));
            let multiple = weight(staker) as f64 / (STAKE as f64 * FOUR_YEARS as f64);
            println!(
                "{:<8}{:>5} days  {:<14}{multiple:>8.2}{:>18}",
                staker.name,
                staker.lock_days,
                if staker.delegates { "Vera" } else { "no validator" },
                decimal(claimable),
            );
            earned += claimable;
            let right = (claimable - expected).abs() <= 2;
            let name = staker.name;
            self.claim(right, format!("{name} earned {claimable}, not {expected}"));
        }
        let vera = self.validator();
        let taken = integer(&field(&vera, "claimable"));
        println!("{:<8}{:>42}{:>18}", "Vera", "commission", decimal(taken));
        earned += taken;
        self.claim(
            (taken - commission).abs() <= 4,
            format!("commission {taken}, not {commission}"),
        );
        self.claim(
            (0..8).contains(&(INCOME - earned)),
            format!("{earned} of {INCOME} were shared out"),
        );
        println!();
        for name in ["Ann", "Dan"] {
            let fee = self.done(&self.of(name), "claim", self.position_of(name));
            self.tell(name, "claims", fee);
        }
    }

    /// One that is vetoed, and one that is executed while Dan is leaving.
    fn slash(&mut self) {
        let fee = self.done(&self.of("Dan"), "undelegate", self.position_of("Dan"));
        self.tell("Dan", "begins to leave Vera, which takes 28 days", fee);
        self.propose(3_000);
        self.veto(1);
        self.propose(SLASH_BPS);
        let late = vec![account(&self.of("Ben")), ScVal::U32(0), account(&self.of("Vera"))];
        let refused = self.call(&self.of("Ben"), "delegate", late);
        self.refused(refused, "Ben's delegating to Vera now", SLASH_PENDING);
        self.days(7);
        let stopped = self.call(&self.of("Ann"), "execute_slash", vec![ScVal::U32(1)]);
        self.refused(stopped, "executing what Gil vetoed", SLASH_VETOED);
        let before = self.supply();
        let fee = self.done(&self.of("Ann"), "execute_slash", vec![ScVal::U32(2)]);
        self.tell("Ann", "executes the second slash, seven days later", fee);
        let burned = before - self.supply();
        let books = vec![address(&self.suite.tft)];
        let books = self.suite.view(&self.treasury, "books", books).expect("books");
        let protected = integer(&field(&books, "protected"));
        println!(
            "       {} TFT are burned, {} are protected in the treasury",
            decimal(burned),
            decimal(protected)
        );
        let lost = 3 * STAKE * SLASH_BPS / 10_000;
        self.claim(burned == lost / 2 && protected == lost / 2, format!("{burned}, {protected}"));
        for name in ["Vera", "Cleo", "Dan", "Ben"] {
            let left = integer(&field(&self.position(name), "amount"));
            let hit = name != "Ben";
            let expected = if hit { STAKE - STAKE * SLASH_BPS / 10_000 } else { STAKE };
            println!("       {name:<5} has {}", decimal(left));
            self.claim(left == expected, format!("{name} has {left} after the slash"));
        }
    }

    /// Dan's 28 days are over while another slash is pending.
    fn leave(&mut self) {
        self.days(16);
        self.propose(2_000);
        self.days(5);
        let (dan, before) = (self.of("Dan"), self.balance("Dan"));
        let fee = self.done(&dan, "unstake", self.position_of("Dan"));
        let paid = self.balance("Dan") - before;
        let withheld = integer(&field(&self.position("Dan"), "withheld"));
        let does = format!("leaves with {} TFT; {} are withheld", decimal(paid), decimal(withheld));
        self.tell("Dan", &does, fee);
        self.veto(3);
        let fee = self.done(&dan, "unstake", self.position_of("Dan"));
        let back = self.balance("Dan") - before - paid;
        self.tell("Dan", &format!("gets the {} TFT that were withheld", decimal(back)), fee);
        let left = STAKE - STAKE * SLASH_BPS / 10_000;
        self.claim(paid + back == left && back == withheld, format!("Dan got {paid} and {back}"));
        let state = self.suite.view(&self.staking, "state", vec![]).expect("a state");
        let owed = integer(&field(&state, "staked")) + integer(&field(&state, "rewards"));
        let held = self.suite.balance(&self.suite.tft, address(&self.staking));
        self.claim(owed == held, format!("staking owes {owed} and holds {held}"));
    }

    fn propose(&mut self, bps: i128) {
        let rob = self.rob.clone();
        let args = vec![account(&self.of("Vera")), ScVal::U32(bps as u32), hash()];
        let fee = self.done(&rob, "propose_slash", args);
        self.tell("Rob", &format!("proposes to slash Vera by {} %", bps / 100), fee);
    }

    fn veto(&mut self, slash: u32) {
        let gil = self.gil.clone();
        let fee = self.done(&gil, "veto_slash", vec![ScVal::U32(slash)]);
        self.tell("Gil", "vetoes it", fee);
    }

    fn call(&mut self, who: &AccountId, function: &str, args: Vec<ScVal>) -> Result<i64, String> {
        let made = self.suite.call(who, &self.staking.clone(), function, args);
        made.map(|applied| applied.cost.fee).map_err(|error| format!("{error:?}"))
    }

    /// What it cost.
    fn done(&mut self, who: &AccountId, function: &str, args: Vec<ScVal>) -> i64 {
        self.call(who, function, args).unwrap_or_else(|error| panic!("{function}: {error}"))
    }

    fn refused(&mut self, result: Result<i64, String>, what: &str, (code, name): (u32, &str)) {
        let error = format!("Error(Contract, #{code})");
        let right = result.as_ref().is_err_and(|refusal| refusal.contains(&error));
        self.claim(right, format!("{what}: {result:?}"));
        println!("{:>5}  {what} is refused: {name} ({code})", "");
    }

    fn of(&self, name: &str) -> AccountId {
        let staker = self.stakers.iter().find(|staker| staker.name == name);
        staker.expect("one of the stakers").id.clone()
    }

    fn position_of(&self, name: &str) -> Vec<ScVal> {
        let staker = self.stakers.iter().find(|staker| staker.name == name);
        vec![account(&self.of(name)), ScVal::U32(staker.expect("one of the stakers").number)]
    }

    fn position(&self, name: &str) -> ScVal {
        self.suite.view(&self.staking, "position", self.position_of(name)).expect("a position")
    }

    fn validator(&self) -> ScVal {
        let vera = vec![account(&self.of("Vera"))];
        self.suite.view(&self.staking, "validator", vera).expect("a validator")
    }

    fn balance(&self, name: &str) -> i128 {
        self.suite.balance(&self.suite.tft, account(&self.of(name)))
    }

    fn supply(&self) -> i128 {
        let (asset, token) = &self.suite.assets[0];
        self.suite.network.supply(asset, token)
    }

    fn days(&mut self, days: u64) {
        self.suite.network.close(u32::try_from(days * DAY / LEDGER_SECONDS).expect("small"));
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

/// Stands for the hash of what is published.
fn hash() -> ScVal {
    bytes(&[7; 32])
}
