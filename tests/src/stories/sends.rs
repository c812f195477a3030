//! The whole suite's on the local network: what simulation accepts is sent as simulated, after what others did
//! meanwhile, and applies, unless they made it impossible.

use std::{cell::OnceCell, collections::BTreeMap};

use proptest::{collection::vec, option, prelude::*, sample::select};
use soroban_env_host::xdr::{AccountId, ContractEventBody, ScAddress, ScVal};
use tributary_localnet::soroban::archived;

use crate::{
    env::pool::ONE,
    ledger::{
        resimulation::Call,
        send::Prepared,
        suite::{
            action, bytes, dutch, field, fixed, grant, leg, liquidity, list, map, path_val, pegged,
            region_params, removal, symbol, Key, Sale,
        },
        val::{account, address, int, NO_DEADLINE},
        vault::{Vault, DAY},
        Network,
    },
    story::{part, Part, Story},
};

/// The first is the council and founder of the region ALPS, the second founder of JURA; each can be a validator.
const PEOPLE: usize = 4;
/// What a part is of: many trades that a pool can take, and none that is too much for it.
const WHOLE: i128 = 10_000 * ONE;

const DEEDS: [&str; 48] = [
    "swap_exact_in",
    "swap_exact_out",
    "deposit",
    "withdraw",
    "shares",
    "collect",
    "sync",
    "route in",
    "route in",
    "route out",
    "deposit_one",
    "withdraw_one",
    "swap_with_offers",
    "swap_with_offers",
    "make",
    "make",
    "make",
    "make for one",
    "fill",
    "fill",
    "fill_many",
    "fill_many",
    "cancel",
    "reclaim",
    "offers collect",
    "stake",
    "stake",
    "extend",
    "expire",
    "delegate",
    "undelegate",
    "complete_unbonding",
    "unstake",
    "claim",
    "claim",
    "notify",
    "register_validator",
    "update_validator",
    "claim_commission",
    "propose_slash",
    "veto_slash",
    "execute_slash",
    "treasury",
    "treasury",
    "propose",
    "execute",
    "keep_alive",
    "create",
];

/// What the council alone can do.
const COUNCIL: [&str; 3] = ["propose", "propose_slash", "veto_slash"];

/// What is done, to which of those that there are, with how much.
#[derive(Clone, Debug)]
pub struct Deed {
    what: &'static str,
    which: usize,
    part: Part,
}

#[derive(Clone, Debug)]
pub enum Step {
    Wait {
        ledgers: u32,
    },
    Send {
        who: usize,
        deed: Deed,
        /// Done between simulation and sending, each by one so many further on; nothing means the same.
        others: Vec<(usize, Option<Deed>)>,
        /// Closed after them.
        ledgers: u32,
    },
}

#[derive(Clone)]
struct Offer {
    id: ScVal,
    selling: ScAddress,
    buying: ScAddress,
}

/// The suite, and what was done in it.
#[derive(Clone)]
pub struct Game {
    vault: Vault,
    people: Vec<AccountId>,
    /// Two pools of ALPS, one of JURA.
    keys: [Key; 3],
    offers: Vec<Offer>,
    positions: [u32; PEOPLE],
    proposals: Vec<ScVal>,
    slashes: u32,
    nonce: u64,
    log: Vec<String>,
    /// How often a call was applied, made impossible, and so on.
    pub outcomes: BTreeMap<&'static str, usize>,
    /// Functions that were applied.
    pub applied: BTreeMap<&'static str, usize>,
}

impl Story for Game {
    type Setup = ();
    type Step = Step;

    fn setup() -> impl Strategy<Value = ()> {
        Just(())
    }

    fn steps() -> impl Strategy<Value = Step> {
        let deed = (select(&DEEDS[..]), 0..16usize, part());
        let deed = deed.prop_map(|(what, which, part)| Deed { what, which, part });
        let others = vec((1..PEOPLE, option::of(deed.clone())), 0..3);
        let days = select(vec![1u32, 1, 1, 7, 7, 30, 200]);
        prop_oneof![
            1 => days.prop_map(|days| Step::Wait { ledgers: days * 17_280 }),
            2 => (1..800u32).prop_map(|ledgers| Step::Wait { ledgers }),
            12 => (0..PEOPLE, deed, others, 0..=3u32)
                .prop_map(|(who, deed, others, ledgers)| Step::Send { who, deed, others, ledgers }),
        ]
    }

    fn begin(_: &()) -> Game {
        thread_local! {
            static PREPARED: OnceCell<Game> = const { OnceCell::new() };
        }
        PREPARED.with(|prepared| prepared.get_or_init(Game::new).clone())
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Wait { ledgers } => {
                self.network().close(*ledgers);
                self.log.push(format!("wait {ledgers}"));
            }
            Step::Send { who, deed, others, ledgers } => self.send(*who, deed, others, *ledgers),
        }
    }

    fn log(&self) -> &[String] {
        &self.log
    }
}

impl Game {
    fn new() -> Game {
        let mut vault = Vault::new();
        let suite = &mut vault.suite;
        let jur = suite.asset("JUR");
        let mut people: Vec<_> =
            ["Ben", "Cy", "Di"].map(|name| suite.person(name, 100_000_000 * ONE)).to_vec();
        let (council, founder) = (vault.council.clone(), people[0].clone());
        suite.network.trust(&council, &suite.assets.last().expect("JUR").0.clone());
        suite.mint(&jur, &council, 100_000_000 * ONE);
        suite.create_region(&founder, "JURA", &jur).expect("a region");
        let alps = vault.key.clone();
        let keys = [alps.clone(), Key("ALPS".into(), alps.1, 5), Key("JURA".into(), jur, 30)];
        suite.create_pool(&council, &keys[1], 0).expect("a pool");
        people.insert(0, council.clone());
        for who in &people {
            for key in &keys {
                suite.deposit(who, key, 100_000 * ONE, 200_000 * ONE).expect("a deposit");
            }
        }
        let mut game = Game {
            vault,
            people,
            keys,
            offers: vec![],
            positions: [1, 0, 0, 0], // the council's bond
            proposals: vec![],
            slashes: 0,
            nonce: 1_000,
            log: vec![],
            outcomes: BTreeMap::new(),
            applied: BTreeMap::new(),
        };
        game.prepare();
        game
    }

    /// Everybody stakes, two are validators, and what the council proposed is due.
    fn prepare(&mut self) {
        let deed = |what, which| Deed { what, which, part: Part::Over(10) };
        let mut deeds = vec![];
        for who in 0..PEOPLE {
            deeds.extend([(who, deed("stake", 0)), (who, deed("stake", 1))]);
        }
        deeds.extend([(0, deed("register_validator", 1)), (1, deed("register_validator", 0))]);
        deeds.extend(
            [(0, 2), (1, 1), (2, 1), (3, 0)].map(|(who, which)| (who, deed("delegate", which))),
        );
        deeds.extend((0..6).map(|which| (0, deed("propose", which))));
        deeds.extend((0..4).map(|which| (3, deed("make", which))));
        let count = deeds.len();
        for (who, deed) in deeds {
            self.send(who, &deed, &[], 0);
        }
        assert_eq!(self.outcomes, BTreeMap::from([("applied", count)]));
        self.vault.days(4);
        self.send(0, &deed("sync", 0), &[], 0);
        self.network().close(1);
        (self.outcomes, self.applied, self.log) = Default::default();
    }

    fn network(&mut self) -> &mut Network {
        &mut self.vault.suite.network
    }

    fn send(&mut self, who: usize, deed: &Deed, others: &[(usize, Option<Deed>)], ledgers: u32) {
        self.nonce += 1;
        let mut call = self.call(who, deed);
        let source = call.who.clone();
        let mut prepared = match self.network().prepare(&source, call.invocation()) {
            Ok(prepared) => prepared,
            Err(error) => return self.tell(who, deed, "refused in simulation", &error),
        };
        if self.name_filled(&mut call, &prepared) {
            let again = self.network().prepare(&source, call.invocation());
            prepared = again.expect("the same without what did nothing");
        }
        let function = call.invocation();
        for (further, other) in others {
            let (by, other) = (who + further, other.as_ref().unwrap_or(deed));
            if caller(by, other) != caller(who, deed) {
                self.send(by % PEOPLE, other, &[], 0);
            }
        }
        self.network().close(ledgers);
        let Err(refusal) = self.network().send(&prepared) else {
            return self.succeed(who, deed, &call, prepared.value);
        };
        let again = match self.network().prepare(&source, function.clone()) {
            Ok(again) => again,
            Err(error) => return self.tell(who, deed, "made impossible", &error),
        };
        // What `send::EXPECTED` lists and a client mends.
        let dearer = again.data.resource_fee > prepared.data.resource_fee;
        let what = match refusal.as_str() {
            "TxSorobanInvalid" if !archived(&prepared.data).is_empty() => "restored in parts",
            "InsufficientRefundableFee" if dearer => "rent fell due",
            _ => {
                self.tell(who, deed, "REFUSED", &refusal);
                panic!("simulated, and refused when sent: {refusal}");
            }
        };
        self.network().restore(&again);
        let sent = self.network().prepare_and_send(&source, &function);
        assert_eq!(sent, Ok(None), "{what}");
        self.tell(who, deed, what, &refusal);
        self.succeed(who, deed, &call, again.value);
    }

    /// Names only offers that filled in simulation, as docs/wallets.md asks for; whether others were named.
    fn name_filled(&self, call: &mut Call, prepared: &Prepared) -> bool {
        let place = match call.function {
            "fill_many" => 1,
            "swap_with_offers" => 3,
            _ => return false,
        };
        let filled = |id: &ScVal| {
            prepared.events.iter().any(|event| {
                let ContractEventBody::V0(body) = &event.event.body;
                event.in_successful_contract_call
                    && body.topics.first() == Some(&symbol("filled"))
                    && body.topics.get(1) == Some(id)
            })
        };
        let ScVal::Vec(Some(named)) = &call.args[place] else { panic!("offers") };
        let kept = named.iter().filter(|offer| match offer {
            ScVal::Vec(Some(offer)) => filled(&offer[0]),
            fill => filled(&field(fill, "id")),
        });
        let kept: Vec<_> = kept.cloned().collect();
        let others = kept.len() < named.len();
        call.args[place] = list(&kept);
        others
    }

    fn tell(&mut self, who: usize, deed: &Deed, outcome: &'static str, why: &str) {
        let why = why.lines().next().unwrap_or_default();
        let Deed { what, which, part } = deed;
        self.log.push(format!("{who}: {what}, {which}, {part:?}: {outcome} {why}"));
        *self.outcomes.entry(outcome).or_default() += 1;
    }

    fn succeed(&mut self, who: usize, deed: &Deed, call: &Call, value: ScVal) {
        self.tell(who, deed, "applied", "");
        *self.applied.entry(call.function).or_default() += 1;
        match call.function {
            "make" => {
                let (selling, buying) = self.pair(deed);
                self.offers.push(Offer { id: value, selling, buying });
            }
            "stake" => self.positions[who] += 1,
            "propose" => self.proposals.push(value),
            "propose_slash" => self.slashes += 1,
            _ => {}
        }
    }
}

fn caller(who: usize, deed: &Deed) -> usize {
    if COUNCIL.contains(&deed.what) {
        0
    } else {
        who % PEOPLE
    }
}

/// What is done, as a call. Amounts are parts of `WHOLE`, or of what the caller has of shares.
impl Game {
    fn call(&self, who: usize, deed: &Deed) -> Call {
        let (contract, function, args) = self.function(who, deed);
        Call { who: self.people[caller(who, deed)].clone(), contract, function, args }
    }

    fn function(&self, who: usize, deed: &Deed) -> (ScAddress, &'static str, Vec<ScVal>) {
        let suite = &self.vault.suite;
        let me = account(&self.people[who]);
        let amount = deed.part.of(WHOLE);
        let key = &self.keys[deed.which % self.keys.len()];
        let pool = suite.pool(key);
        let token = if deed.which.is_multiple_of(2) { &suite.tft } else { &key.1 };
        let trade = |first: i128, second: i128| {
            vec![me.clone(), address(token), int(first), int(second), me.clone(), NO_DEADLINE]
        };
        let one =
            |amount| vec![me.clone(), key.val(), address(token), int(amount), int(0), NO_DEADLINE];
        match deed.what {
            "swap_exact_in" => (pool, "swap_exact_in", trade(amount, 0)),
            "swap_exact_out" => (pool, "swap_exact_out", trade(amount * 4, amount)),
            "deposit" => {
                let args = [int(amount), int(amount * 2), int(0), me.clone(), NO_DEADLINE];
                (pool, "deposit", [std::slice::from_ref(&me), &args].concat())
            }
            "withdraw" => {
                let args = [int(amount), int(0), int(0), me.clone(), NO_DEADLINE];
                (pool, "withdraw", [std::slice::from_ref(&me), &args].concat())
            }
            "shares" => {
                let to = account(&self.people[(who + 1) % PEOPLE]);
                (pool, "transfer", vec![me, to, int(amount)])
            }
            "collect" => (pool, "collect", vec![]),
            "sync" => (pool, "sync", vec![]),
            "route in" | "route out" => {
                let (token_in, path) = self.path(deed);
                let (router, me) = (suite.router.clone(), me);
                let (path, token_in) = (path_val(&path), address(&token_in));
                let mut args = vec![me.clone(), token_in, int(amount)];
                let function = if deed.what == "route in" {
                    args.extend([path, int(0)]);
                    "swap_exact_in"
                } else {
                    args.extend([int(amount / 4 + 1), path]);
                    "swap_exact_out"
                };
                args.extend([me, NO_DEADLINE]);
                (router, function, args)
            }
            "deposit_one" => (suite.router.clone(), "deposit_one", one(amount)),
            "withdraw_one" => (suite.router.clone(), "withdraw_one", one(amount)),
            "keep_alive" => {
                let some = [suite.factory.clone(), pool];
                let some = some.map(|contract| address(&contract));
                (suite.factory.clone(), "keep_alive", vec![list(&some[deed.which % 2..])])
            }
            "create" => {
                let code = symbol(&format!("N{}", self.nonce));
                let params = region_params(&self.people[who], &key.1);
                (suite.factory.clone(), "create_region", vec![me, code, params])
            }
            "stake" | "extend" | "expire" | "delegate" | "undelegate" | "complete_unbonding"
            | "unstake" | "claim" | "notify" | "register_validator" | "update_validator"
            | "claim_commission" | "propose_slash" | "veto_slash" | "execute_slash" => {
                let (function, args) = self.staking(who, deed);
                (suite.of_region("staking", "ALPS"), function, args)
            }
            "treasury" | "propose" | "execute" => {
                let (function, args) = self.treasury(who, deed);
                (self.vault.treasury.clone(), function, args)
            }
            _ => {
                let (function, args) = self.market(who, deed);
                let contract = if function == "swap_with_offers" {
                    suite.router.clone()
                } else {
                    suite.offers.clone()
                };
                (contract, function, args)
            }
        }
    }

    /// A route over one to three pools: the token that goes in, and the pools.
    fn path(&self, deed: &Deed) -> (ScAddress, Vec<Key>) {
        let [alps, cheap, jura] = self.keys.clone();
        let tft = self.vault.suite.tft.clone();
        match deed.which % 6 {
            0 => (tft, vec![alps]),
            1 => (alps.1.clone(), vec![cheap]),
            2 => (alps.1.clone(), vec![alps, jura]),
            3 => (jura.1.clone(), vec![jura, cheap]),
            4 => (tft, vec![alps, cheap, jura]),
            _ => (alps.1.clone(), vec![alps, cheap]),
        }
    }

    fn pair(&self, deed: &Deed) -> (ScAddress, ScAddress) {
        let (tft, other) = (self.vault.suite.tft.clone(), self.keys[deed.which / 2 % 3].1.clone());
        if deed.which.is_multiple_of(2) {
            (tft, other)
        } else {
            (other, tft)
        }
    }

    fn market(&self, who: usize, deed: &Deed) -> (&'static str, Vec<ScVal>) {
        let me = account(&self.people[who]);
        let amount = deed.part.of(WHOLE);
        let now = self.vault.suite.network.info.timestamp;
        if let "make" | "make for one" = deed.what {
            let (selling, buying) = self.pair(deed);
            let pool = self.vault.suite.pool(&self.keys[deed.which / 2 % 3]);
            // Around what the pools pay: one of TFT is worth two of the others.
            let (num, den) = if deed.which.is_multiple_of(2) { (199, 100) } else { (49, 100) };
            let price = match deed.which % 3 {
                0 => fixed(num, den),
                1 => dutch(num * 2, num / 2, den, now, now + DAY),
                _ => pegged(&pool, 10, 1, 1_000),
            };
            let to = if deed.what == "make" { who } else { (who + 1) % PEOPLE };
            let sale = Sale {
                selling,
                amount,
                buying,
                price,
                min_fill: 1,
                expires_at: now + [3_600, 7 * DAY, 300 * DAY][deed.which % 3],
                proceeds_to: account(&self.people[to]),
            };
            return ("make", vec![me, ScVal::U64(self.nonce), sale.val()]);
        }
        let none = Offer {
            id: bytes(&[7; 32]),
            selling: self.vault.suite.tft.clone(),
            buying: self.keys[0].1.clone(),
        };
        let place = self.offers.len().saturating_sub(1 + deed.which % 4);
        let offer = self.offers.get(place).unwrap_or(&none);
        // Others of the same tokens.
        let same =
            |other: &&Offer| (&other.selling, &other.buying) == (&offer.selling, &offer.buying);
        let some: Vec<_> = self.offers.iter().rev().filter(same).take(3).collect();
        let end = [int(0), me.clone(), NO_DEADLINE];
        match deed.what {
            "fill" => {
                let fill = [me.clone(), offer.id.clone(), int(amount), int(4 * amount + 1)];
                ("fill", [&fill[..], &end[1..]].concat())
            }
            "fill_many" => {
                let fill =
                    |offer: &&Offer| map(&[("amount", int(amount)), ("id", offer.id.clone())]);
                let fills: Vec<_> = some.iter().map(fill).collect();
                let fill = [me, list(&fills), address(&offer.buying), int(12 * amount + 3)];
                ("fill_many", [&fill[..], &end].concat())
            }
            "swap_with_offers" => {
                let cap = |offer: &&Offer| list(&[offer.id.clone(), int(amount / 4 + 1)]);
                let caps: Vec<_> = some.iter().map(cap).collect();
                let of = |key: &&Key| key.1 == offer.selling || key.1 == offer.buying;
                let path: Vec<_> = self.keys.iter().filter(of).take(1).cloned().collect();
                let swap =
                    [me, address(&offer.buying), int(amount + 3), list(&caps), path_val(&path)];
                ("swap_with_offers", [&swap[..], &end].concat())
            }
            "cancel" => ("cancel", vec![offer.id.clone()]),
            "reclaim" => ("reclaim", vec![offer.id.clone()]),
            "offers collect" => ("collect", vec![address(&offer.selling)]),
            other => panic!("{other}"),
        }
    }

    fn staking(&self, who: usize, deed: &Deed) -> (&'static str, Vec<ScVal>) {
        let me = account(&self.people[who]);
        let amount = deed.part.of(WHOLE);
        let position = ScVal::U32(deed.which as u32 % self.positions[who].max(1));
        let validator = account(&self.people[deed.which % 2]);
        let lock = ScVal::U64([0, 7 * DAY, 365 * DAY, 1_000 * DAY][deed.which % 4]);
        let slash = ScVal::U32(self.slashes);
        let mine = vec![me.clone(), position.clone()];
        match deed.what {
            "stake" => ("stake", vec![me, int(amount + ONE), lock]),
            "extend" => ("extend", vec![me, position, lock]),
            "expire" => {
                let other = (who + 1) % PEOPLE;
                ("expire", vec![account(&self.people[other]), ScVal::U32(0)])
            }
            "delegate" => ("delegate", vec![me, position, validator]),
            "undelegate" => ("undelegate", mine),
            "complete_unbonding" => ("complete_unbonding", mine),
            "unstake" => ("unstake", mine),
            "claim" => ("claim", mine),
            "notify" => ("notify", vec![me, int(amount)]),
            "register_validator" => {
                ("register_validator", vec![me, position, ScVal::U32(1_000), bytes(&[9; 32])])
            }
            "update_validator" => {
                let commission = ScVal::U32(900 + deed.which as u32 * 10);
                ("update_validator", vec![me, commission, bytes(&[8; 32])])
            }
            "claim_commission" => ("claim_commission", vec![me]),
            "propose_slash" => (
                "propose_slash",
                vec![validator, ScVal::U32(1 + deed.which as u32), bytes(&[9; 32])],
            ),
            "veto_slash" => ("veto_slash", vec![slash]),
            "execute_slash" => ("execute_slash", vec![slash]),
            other => panic!("{other}"),
        }
    }

    fn treasury(&self, who: usize, deed: &Deed) -> (&'static str, Vec<ScVal>) {
        let suite = &self.vault.suite;
        let me = account(&self.people[who]);
        let amount = deed.part.of(WHOLE);
        let key = &self.keys[0];
        let (pool, token) = (suite.pool(key), &key.1);
        match (deed.what, deed.which) {
            ("treasury", 0..=4) => ("observe", vec![address(&pool)]),
            ("treasury", 5..=9) => {
                ("buyback", vec![address(token), int(deed.part.of(1_000 * ONE)), address(&pool)])
            }
            ("treasury", 10 | 11) => ("absorb", vec![address(&suite.tft)]),
            ("treasury", 12 | 13) => ("absorb", vec![address(token)]),
            ("treasury", 14) => ("notify_stakers", vec![]),
            ("treasury", _) => ("protect", vec![me, address(token), int(amount)]),
            ("propose", which) => {
                let action = match which % 6 {
                    0 => grant(token, &me, amount),
                    1 => action("Release", leg(token, amount)),
                    2 => action("Burn", leg(&suite.tft, amount)),
                    3 => liquidity(&pool, amount, amount * 3),
                    4 => removal(&pool, amount),
                    _ => self.vault.sale().posting(self.nonce),
                };
                ("propose", vec![ScVal::U64(self.nonce), action])
            }
            ("execute", which) => {
                let place = self.proposals.len().saturating_sub(1 + which % 4);
                let id = self.proposals.get(place).cloned();
                ("execute", vec![id.unwrap_or_else(|| bytes(&[7; 32]))])
            }
            (other, _) => panic!("{other}"),
        }
    }
}
