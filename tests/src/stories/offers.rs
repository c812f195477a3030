//! The market's: makers and takers make, fill, cancel, reclaim and collect across time, while the pool
//! moves and an issuer now and then takes back. Every balance is what a ledger on paper says; no maker is
//! paid a unit less than her price; an escrow is paid out once.

use num_bigint::BigInt;
use proptest::{collection::vec, prelude::*, sample::select};
use soroban_sdk::{Address, BytesN, InvokeError};
use tributary_common::{
    interfaces::offers::{Dutch, Fill, OfferPrice, OfferTerms, OffersError, Peg},
    price::Fraction,
};
use tributary_offers::DELAY_SECONDS;

use crate::{
    env::{
        hurried_env,
        market::{Market, RICH},
        pool::{NEVER, ONE},
    },
    story::{chosen, Chosen, Story},
};

/// Makers and takers.
const USERS: usize = 4;

/// An offer as it must be.
#[derive(Clone)]
struct Known {
    id: BytesN<32>,
    maker: Address,
    nonce: u64,
    terms: OfferTerms,
    fee_bps: u32,
    remaining: i128,
}

pub struct Game {
    market: Market,
    known: Vec<Known>,
    /// Makers, takers, the treasury, and last the market itself: what they hold of TFT and the other.
    people: Vec<(Address, [i128; 2])>,
    /// Whether the issuer took escrows that are missing still, and whether the market knows.
    short: [bool; 2],
    fees: (u32, u32, u64),
    log: Vec<String>,
}

type Told<T> = Result<T, Result<OffersError, InvokeError>>;

fn told<T: std::fmt::Debug, C: std::fmt::Debug>(
    result: Result<Result<T, C>, Result<OffersError, InvokeError>>,
) -> Told<T> {
    result.map(|value| value.expect("the declared type"))
}

/// A price; times are seconds from now.
#[derive(Clone, Debug)]
pub enum Price {
    Fixed(Fraction),
    Dutch { start: Fraction, end_permille: i128, from: i64, lasts: u64 },
    Pegged { spread_bps: u32, limit: Fraction },
}

/// What of an offer is asked for: parts of what remains, of what must at least be taken, or an amount.
#[derive(Clone, Copy, Debug)]
pub enum Ask {
    All,
    Half,
    Least,
    AllButLeast,
    Amount(i128),
}

/// The least that a fill takes: a unit, or a part of the whole, which may be nothing, or more than the whole.
#[derive(Clone, Copy, Debug)]
pub enum MinFill {
    Unit,
    Ninth,
    Third,
    Beyond,
}

/// What a taker pays at most: more than enough, just enough, or a unit less than that.
#[derive(Clone, Copy, Debug)]
pub enum Most {
    Plenty,
    Just,
    Short,
}

#[derive(Clone, Debug)]
pub struct Make {
    side: usize,
    maker: usize,
    proceeds_to: usize,
    nonce: u64,
    price: Price,
    sell_amount: i128,
    min_fill: MinFill,
    expires_in: u64,
    taker: Option<usize>,
}

#[derive(Clone, Debug)]
pub enum Step {
    Make(Make),
    Fill {
        offer: Chosen,
        ask: Ask,
        taker: usize,
        most: Most,
    },
    FillMany {
        fills: Vec<(Chosen, Ask)>,
        of_any_token: bool,
        taker: usize,
        max_pay: i128,
    },
    Cancel {
        offer: Chosen,
    },
    Reclaim {
        offer: Chosen,
    },
    Collect {
        side: usize,
    },
    /// Another account moves the pool.
    Swap {
        side: usize,
        amount: i128,
    },
    /// The issuer takes from the escrows.
    ClawBack {
        side: usize,
        amount: i128,
    },
    /// A transfer to the contract by mistake.
    Give {
        side: usize,
        amount: i128,
    },
    ScheduleFee {
        fee_bps: u32,
    },
    Wait {
        seconds: u64,
    },
}

fn amount() -> impl Strategy<Value = i128> {
    (1..36u32).prop_flat_map(|bits| 1..=1i128 << bits)
}

fn fraction() -> impl Strategy<Value = Fraction> {
    (1..=4_000i128, 1..=1_000i128).prop_map(|(num, den)| Fraction { num, den })
}

fn price() -> impl Strategy<Value = Price> {
    prop_oneof![
        fraction().prop_map(Price::Fixed),
        (fraction(), 0..=1_001i128, -100..100i64, 0..2_000u64).prop_map(
            |(start, end_permille, from, lasts)| Price::Dutch { start, end_permille, from, lasts }
        ),
        (0..100u32, fraction()).prop_map(|(spread_bps, limit)| Price::Pegged { spread_bps, limit }),
    ]
}

fn make() -> impl Strategy<Value = Make> {
    let min_fill = select(vec![MinFill::Unit, MinFill::Ninth, MinFill::Third, MinFill::Beyond]);
    let taker = prop::option::weighted(0.125, 0..USERS);
    let expires_in = select(vec![40_000, 600, 5, 0]);
    let people = (0..USERS, 0..USERS, taker);
    (0..2usize, people, 0..3u64, price(), amount(), min_fill, expires_in).prop_map(
        |(side, (maker, proceeds_to, taker), nonce, price, sell_amount, min_fill, expires_in)| {
            Make {
                side,
                maker,
                proceeds_to,
                nonce,
                price,
                sell_amount,
                min_fill,
                expires_in,
                taker,
            }
        },
    )
}

impl Story for Game {
    type Setup = ();
    type Step = Step;

    fn setup() -> impl Strategy<Value = ()> {
        Just(())
    }

    fn steps() -> impl Strategy<Value = Step> {
        let side = || 0..2usize;
        let ask = || {
            prop_oneof![
                Just(Ask::All),
                Just(Ask::Half),
                Just(Ask::Least),
                Just(Ask::AllButLeast),
                amount().prop_map(Ask::Amount),
            ]
        };
        let most =
            prop_oneof![6 => Just(Most::Plenty), 1 => Just(Most::Just), 1 => Just(Most::Short)];
        let fills = vec((chosen(), ask()), 1..6);
        let max_pay = select(vec![RICH / 4, 1_000 * ONE, ONE]);
        let seconds = select(vec![5, 5, 0, 300, 1_800, 4_000, DELAY_SECONDS]);
        prop_oneof![
            40 => make().prop_map(Step::Make),
            48 => (chosen(), ask(), 0..USERS, most)
                .prop_map(|(offer, ask, taker, most)| Step::Fill { offer, ask, taker, most }),
            16 => (fills, prop::bool::weighted(0.125), 0..USERS, max_pay).prop_map(
                |(fills, of_any_token, taker, max_pay)| {
                    Step::FillMany { fills, of_any_token, taker, max_pay }
                }
            ),
            8 => chosen().prop_map(|offer| Step::Cancel { offer }),
            8 => chosen().prop_map(|offer| Step::Reclaim { offer }),
            8 => side().prop_map(|side| Step::Collect { side }),
            8 => (side(), select(vec![1, 100, 3_000]))
                .prop_map(|(side, amount)| Step::Swap { side, amount: amount * ONE }),
            2 => (side(), amount()).prop_map(|(side, amount)| Step::ClawBack { side, amount }),
            2 => (side(), amount()).prop_map(|(side, amount)| Step::Give { side, amount }),
            2 => (0..60u32).prop_map(|fee_bps| Step::ScheduleFee { fee_bps }),
            18 => seconds.prop_map(|seconds| Step::Wait { seconds }),
        ]
    }

    fn begin((): &()) -> Game {
        let market = Market::on(hurried_env());
        let mut people: Vec<_> = (0..USERS).map(|_| market.another()).collect();
        people.extend([market.treasury.clone(), market.offers.address.clone()]);
        let people = people.into_iter().map(|who| {
            let holds = [&market.tft, &market.other].map(|token| market.balance(token, &who));
            (who, holds)
        });
        let people = people.collect();
        let config = market.offers.config();
        market.env.mock_all_auths();
        Game {
            market,
            known: vec![],
            people,
            short: [false; 2],
            fees: (config.fee_bps, config.next_fee_bps, config.next_fee_at),
            log: vec![],
        }
    }

    fn step(&mut self, step: &Step) {
        match step.clone() {
            Step::Make(make) => self.make(make),
            Step::Fill { offer, ask, taker, most } => self.fill(offer, ask, taker, most),
            Step::FillMany { fills, of_any_token, taker, max_pay } => {
                self.fill_many(&fills, of_any_token, taker, max_pay);
            }
            Step::Cancel { offer } => self.close(offer, false),
            Step::Reclaim { offer } => self.close(offer, true),
            Step::Collect { side } => self.collect(side),
            Step::Swap { side, amount } => self.swap(side, amount),
            Step::ClawBack { side, amount } => self.claw_back(side, amount),
            Step::Give { side, amount } => self.give(side, amount),
            Step::ScheduleFee { fee_bps } => self.schedule_fee(fee_bps),
            Step::Wait { seconds } => self.wait(seconds),
        }
        self.check();
    }

    fn log(&self) -> &[String] {
        &self.log
    }
}

impl Game {
    fn token(&self, side: usize) -> Address {
        [&self.market.tft, &self.market.other][side].clone()
    }

    fn side(&self, token: &Address) -> usize {
        usize::from(*token != self.market.tft)
    }

    /// One of the makers and takers.
    fn user(&self, place: usize) -> Address {
        self.people[place].0.clone()
    }

    fn book(&mut self, who: &Address, side: usize, change: i128) {
        let found = self.people.iter_mut().find(|(known, _)| known == who);
        found.expect("a known one").1[side] += change;
    }

    fn this(&self) -> Address {
        self.market.offers.address.clone()
    }

    fn held(&self, side: usize) -> i128 {
        self.people.last().expect("the market").1[side]
    }

    /// What remains of all offers of a token.
    fn escrow(&self, side: usize) -> i128 {
        let token = self.token(side);
        let of_token = self.known.iter().filter(|known| known.terms.sell_token == token);
        of_token.map(|known| known.remaining).sum()
    }

    fn fee(&self) -> u32 {
        let (now, next, at) = self.fees;
        if self.market.now() >= at {
            next
        } else {
            now
        }
    }

    /// The answer to what was logged last.
    fn answer<T: std::fmt::Debug>(&mut self, told: &Told<T>) {
        *self.log.last_mut().expect("a line") += &format!(": {told:?}");
    }

    fn make(&mut self, make: Make) {
        let Make { side, maker, nonce, sell_amount, .. } = make;
        let (maker, proceeds_to) = (self.user(maker), self.user(make.proceeds_to));
        let now = self.market.now();
        let price = match make.price {
            Price::Fixed(price) => OfferPrice::Fixed(price),
            Price::Dutch { start: Fraction { num, den }, end_permille, from, lasts } => {
                let since = now.saturating_add_signed(from);
                // From nothing to a little more than the start.
                let end = (num * end_permille + 999) / 1_000;
                OfferPrice::Dutch(Dutch { start: num, end, den, since, until: since + lasts })
            }
            Price::Pegged { spread_bps, limit } => {
                let pool = self.market.pool(&self.market.key).address;
                OfferPrice::Pegged(Peg { pool, min_reserve: 1, spread_bps, limit })
            }
        };
        let min_fill = match make.min_fill {
            MinFill::Unit => 1,
            MinFill::Ninth => sell_amount / 9 + 1,
            MinFill::Third => sell_amount / 3,
            MinFill::Beyond => sell_amount + 1,
        };
        let terms = OfferTerms {
            sell_token: self.token(side),
            sell_amount,
            buy_token: self.token(1 - side),
            price,
            min_fill,
            expires_at: now + make.expires_in,
            taker: make.taker.map(|taker| self.user(taker)),
            proceeds_to,
        };
        let Make { price, taker, proceeds_to, expires_in, .. } = &make;
        self.log.push(format!(
            "{} makes {}: {sell_amount} of {side} for {expires_in} s, {price:?}, at least {min_fill} to {}, \
             paid to {proceeds_to}, nonce {nonce}",
            make.maker,
            self.known.len(),
            taker.map_or("anyone".into(), |taker| taker.to_string()),
        ));
        let made = told(self.market.offers.try_make(&maker, &nonce, &terms));
        self.answer(&made.clone().map(|_| ()));
        let fallen = match &terms.price {
            OfferPrice::Dutch(dutch) => {
                dutch.end > 0 && dutch.end <= dutch.start && dutch.since < dutch.until
            }
            _ => true,
        };
        let known = self
            .known
            .iter()
            .any(|known| known.maker == maker && known.nonce == nonce && known.terms == terms);
        let good = fallen && (1..=sell_amount).contains(&terms.min_fill) && !known;
        let covered = self.held(side) >= self.escrow(side);
        assert_eq!(made.is_ok(), good && covered, "{made:?}");
        if let Ok(id) = made {
            self.book(&maker, side, -sell_amount);
            self.book(&self.this(), side, sell_amount);
            self.short[side] = false;
            let fee_bps = self.fee();
            self.known.push(Known { id, maker, nonce, terms, fee_bps, remaining: sell_amount });
        }
    }

    /// The price that must be paid at least, and which the market tells; nothing when there is none.
    fn price(&self, terms: &OfferTerms, id: &BytesN<32>) -> Option<Fraction> {
        let now = self.market.now();
        let told = self.market.offers.try_price_at(id, &now);
        let told = told.ok().map(|price| price.expect("a fraction"));
        let at_least = |least: Fraction, by: (i128, i128)| {
            let told = told.expect("a price");
            let own = BigInt::from(told.num) * least.den * by.1;
            assert!(own >= BigInt::from(least.num) * by.0 * told.den, "{told:?} {least:?}");
        };
        match &terms.price {
            OfferPrice::Fixed(price) => assert_eq!(told, Some(*price)),
            OfferPrice::Dutch(Dutch { start, end, den, since, until }) => {
                let (passed, whole) = (now.clamp(*since, *until) - since, until - since);
                let num = start * i128::from(whole) - (start - end) * i128::from(passed);
                let num = (num + i128::from(whole) - 1) / i128::from(whole);
                assert_eq!(told, Some(Fraction { num, den: *den }));
            }
            OfferPrice::Pegged(peg) => {
                let pool = self.market.pool(&self.market.key);
                let (state, twap) = (pool.state(), pool.twap(&terms.sell_token));
                let fresh = now - state.last_record <= 3_600;
                assert_eq!(told.is_some(), twap.is_some() && fresh);
                let spread = (i128::from(10_000 + peg.spread_bps), 10_000);
                if told.is_some() {
                    let zero = state.token_0 == terms.sell_token;
                    let face = |a, b| if zero { (b, a) } else { (a, b) };
                    let (num, den) = face(state.reserve_0, state.reserve_1);
                    at_least(Fraction { num, den }, spread);
                    let (num, den) = face(state.opening_0, state.opening_1);
                    at_least(Fraction { num, den }, spread);
                    at_least(Fraction::from(twap.expect("a mean").0), spread);
                    at_least(peg.limit, (1, 1));
                }
            }
        }
        told
    }

    /// (paid, received) of a fill of `amount` that is possible.
    fn expected(&self, place: usize, taker: &Address, amount: i128) -> Option<(i128, i128)> {
        let Known { id, terms, fee_bps, remaining, .. } = &self.known[place];
        let price = self.price(terms, id)?;
        let free = terms.taker.as_ref().is_none_or(|only| only == taker);
        let open = *remaining > 0 && self.market.now() <= terms.expires_at;
        let rest = remaining - amount;
        let sized = amount >= terms.min_fill && (rest == 0 || rest >= terms.min_fill);
        let fee = (amount * i128::from(*fee_bps) + 9_999) / 10_000;
        // paid ÷ amount ≥ num ÷ den, and one unit less would be below.
        let exact = BigInt::from(amount) * price.num;
        let paid = (&exact + price.den - 1) / price.den;
        assert!(&paid * price.den >= exact && (&paid - 1) * price.den < exact);
        let paid = i128::try_from(paid).ok()?;
        (free && open && sized && amount > fee).then_some((paid, amount - fee))
    }

    /// An offer's place, and how much of it to ask for.
    fn choice(&self, chosen: Chosen, ask: Ask) -> Option<(usize, i128)> {
        let place = chosen.among(&self.known, |known| known.remaining > 0)?;
        let Known { remaining, terms, .. } = &self.known[place];
        let amount = match ask {
            Ask::All => (*remaining).max(1),
            Ask::Half => remaining / 2 + 1,
            Ask::Least => terms.min_fill,
            Ask::AllButLeast => (remaining - terms.min_fill).max(1),
            Ask::Amount(amount) => amount,
        };
        Some((place, amount))
    }

    fn pay(&mut self, place: usize, taker: &Address, amount: i128, (paid, received): (i128, i128)) {
        let terms = self.known[place].terms.clone();
        let (sold, bought) = (self.side(&terms.sell_token), self.side(&terms.buy_token));
        self.known[place].remaining -= amount;
        self.book(taker, bought, -paid);
        self.book(&terms.proceeds_to, bought, paid);
        self.book(&self.this(), sold, -received);
        self.book(taker, sold, received);
    }

    fn fill(&mut self, offer: Chosen, ask: Ask, taker: usize, most: Most) {
        let Some((place, amount)) = self.choice(offer, ask) else { return };
        self.log.push(format!("{taker} fills {amount} of offer {place}, {most:?}"));
        let taker = self.user(taker);
        let expected = self.expected(place, &taker, amount);
        let known = self.known[place].clone();
        let sold = self.side(&known.terms.sell_token);
        let max_pay = match (expected, most) {
            (Some((paid, _)), Most::Just) => paid,
            (Some((paid, _)), Most::Short) => paid - 1,
            _ => RICH / 4,
        };
        let holds = self.market.balance(&known.terms.buy_token, &taker);
        let filled =
            told(self.market.offers.try_fill(&taker, &known.id, &amount, &max_pay, &taker, &NEVER));
        self.answer(&filled);
        let payable = |(paid, received): (i128, i128)| {
            let pulled =
                if matches!(known.terms.price, OfferPrice::Fixed(_)) { paid } else { max_pay };
            paid <= max_pay && max_pay > 0 && pulled <= holds && self.held(sold) >= received
        };
        let possible = expected.filter(|trade| payable(*trade) && !self.short[sold]);
        assert_eq!(filled.ok(), possible.map(|(paid, _)| paid), "{filled:?} {expected:?}");
        if let Some(trade) = possible {
            self.pay(place, &taker, amount, trade);
        }
    }

    fn fill_many(
        &mut self,
        fills: &[(Chosen, Ask)],
        of_any_token: bool,
        taker: usize,
        max_pay: i128,
    ) {
        let choices = fills.iter().filter_map(|(offer, ask)| self.choice(*offer, *ask));
        let mut choices: Vec<_> = choices.collect();
        let Some((first, _)) = choices.first().copied() else { return };
        if !of_any_token {
            let token = self.known[first].terms.sell_token.clone();
            choices.retain(|(place, _)| self.known[*place].terms.sell_token == token);
        }
        self.log.push(format!("{taker} fills {choices:?} for at most {max_pay}"));
        let taker = self.user(taker);
        let pair = self.known[first].terms.clone();
        let sold = self.side(&pair.sell_token);
        let mut fills = soroban_sdk::Vec::new(&self.market.env);
        for (place, amount) in &choices {
            fills.push_back(Fill { id: self.known[*place].id.clone(), amount: *amount });
        }
        let held = (self.held(sold), self.market.balance(&pair.buy_token, &taker));
        // On paper.
        let before = (self.known.clone(), self.people.clone());
        let one_pair = choices.iter().all(|(place, _)| {
            let terms = &self.known[*place].terms;
            terms.sell_token == pair.sell_token
        });
        let (mut paid, mut received) = (0, 0);
        if one_pair {
            for (place, amount) in &choices {
                let trade = self.expected(*place, &taker, *amount);
                if let Some(trade) = trade.filter(|(price, _)| paid + price <= max_pay) {
                    self.pay(*place, &taker, *amount, trade);
                    (paid, received) = (paid + trade.0, received + trade.1);
                }
            }
        }
        let filled = told(self.market.offers.try_fill_many(
            &taker,
            &fills,
            &pair.buy_token,
            &max_pay,
            &0,
            &taker,
            &NEVER,
        ));
        self.answer(&filled);
        let covered = held.0 >= received && held.1 >= max_pay && !self.short[sold];
        let possible = (received > 0 && covered).then_some((paid, received));
        assert_eq!(filled.ok(), possible, "{filled:?}");
        if possible.is_none() {
            (self.known, self.people) = before;
        }
    }

    fn close(&mut self, offer: Chosen, reclaimed: bool) {
        let Some((place, _)) = self.choice(offer, Ask::All) else { return };
        let Known { id, maker, terms, remaining, .. } = self.known[place].clone();
        let side = self.side(&terms.sell_token);
        let (held, escrow) = (self.held(side), self.escrow(side));
        self.log.push(format!("{} {place}", if reclaimed { "reclaim" } else { "cancel" }));
        let closed = match reclaimed {
            true => told(self.market.offers.try_reclaim(&id)),
            false => told(self.market.offers.try_cancel(&id)),
        };
        self.answer(&closed);
        let over = self.market.now() > terms.expires_at && held >= escrow;
        let possible = remaining > 0 && (!reclaimed || over);
        let part = if held >= escrow { remaining } else { remaining * held / escrow.max(1) };
        assert_eq!(closed.ok(), possible.then_some(part), "{closed:?}");
        if possible {
            self.known[place].remaining = 0;
            self.short[side] = held < escrow;
            self.book(&maker, side, part);
            self.book(&self.this(), side, -part);
        }
    }

    fn collect(&mut self, side: usize) {
        let amount = (self.held(side) - self.escrow(side)).max(0);
        self.log.push(format!("collect {side}"));
        assert_eq!(told(self.market.offers.try_collect(&self.token(side))), Ok(amount));
        self.short[side] = self.held(side) < self.escrow(side);
        self.book(&self.market.treasury.clone(), side, amount);
        self.book(&self.this(), side, -amount);
    }

    fn swap(&mut self, side: usize, amount: i128) {
        self.log.push(format!("swap {amount} of {side}"));
        self.market.swap(&self.token(side), amount);
        self.market.env.mock_all_auths();
    }

    fn claw_back(&mut self, side: usize, amount: i128) {
        let amount = amount.min(self.held(side));
        if amount == 0 {
            return;
        }
        self.log.push(format!("claw back {amount} of {side}"));
        let this = self.this();
        self.market.regions.claw_back(&self.token(side), &this, amount);
        self.market.env.mock_all_auths();
        self.book(&this, side, -amount);
    }

    fn give(&mut self, side: usize, amount: i128) {
        self.log.push(format!("give {amount} of {side}"));
        let this = self.this();
        self.market.give(&self.token(side), &this, amount);
        self.market.env.mock_all_auths();
        self.book(&this, side, amount);
    }

    fn schedule_fee(&mut self, fee_bps: u32) {
        self.log.push(format!("schedule_fee {fee_bps}"));
        let told = told(self.market.offers.try_schedule_fee(&fee_bps));
        assert_eq!(told.is_ok(), fee_bps <= 50);
        if told.is_ok() {
            self.fees = (self.fee(), fee_bps, self.market.now() + DELAY_SECONDS);
        }
    }

    fn wait(&mut self, seconds: u64) {
        self.log.push(format!("wait {seconds}"));
        self.market.wait((seconds / 5) as u32, seconds);
    }

    fn check(&self) {
        for (who, holds) in &self.people {
            let own = [0, 1].map(|side| self.market.balance(&self.token(side), who));
            assert_eq!(own, *holds, "{who:?}");
        }
        for side in [0, 1] {
            let told = self.market.offers.escrowed(&self.token(side));
            assert_eq!(told, (self.escrow(side), self.short[side]));
        }
        // All of them now and then, for every one costs a call; what they sum to above, always.
        let some = if self.log.len().is_multiple_of(8) { self.known.len() } else { 1 };
        for known in self.known.iter().rev().take(some) {
            let offer = self.market.offers.offer(&known.id);
            assert_eq!((offer.remaining, offer.fee_bps), (known.remaining, known.fee_bps));
            assert!(offer.terms == known.terms && offer.maker == known.maker);
        }
    }
}
