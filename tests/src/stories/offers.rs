//! The market's: makers and takers make, fill, cancel, reclaim and collect across time, while the pool
//! moves and an issuer now and then takes back. Every balance is what a ledger on paper says; no maker is
//! paid a unit less than her price; an escrow is paid out once.

use num_bigint::BigInt;
use rand::{rngs::StdRng, Rng, SeedableRng};
use soroban_sdk::{Address, BytesN, InvokeError};
use tributary_common::{
    interfaces::offers::{Dutch, Fill, OfferPrice, OfferTerms, OffersError, Peg},
    price::Fraction,
};
use tributary_offers::DELAY_SECONDS;
use tributary_tests::{
    env::hurried_env,
    market::{Market, RICH},
    pool::{NEVER, ONE},
};

use crate::{play_half, Play};

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
    rng: StdRng,
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

impl Play for Game {
    fn new(seed: u64) -> Game {
        let market = Market::on(hurried_env());
        let mut people: Vec<_> = (0..4).map(|_| market.another()).collect();
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
            rng: StdRng::seed_from_u64(seed),
            known: vec![],
            people,
            short: [false; 2],
            fees: (config.fee_bps, config.next_fee_bps, config.next_fee_at),
            log: vec![],
        }
    }

    fn step(&mut self) {
        match self.rng.random_range(0..20) {
            0..5 => self.make(),
            5..11 => self.fill(),
            11 | 12 => self.fill_many(),
            13 => self.cancel(),
            14 => self.reclaim(),
            15 => self.collect(),
            16 => self.swap(),
            17 if self.rng.random_range(0..2) == 0 => self.claw_back(),
            18 if self.rng.random_range(0..4) == 0 => self.schedule_fee(),
            _ => self.wait(),
        }
        self.check();
    }

    fn log(&self) -> &[String] {
        &self.log
    }
}

impl Game {
    fn any<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.rng.random_range(0..of.len())].clone()
    }

    fn token(&self, side: usize) -> Address {
        [&self.market.tft, &self.market.other][side].clone()
    }

    fn side(&self, token: &Address) -> usize {
        usize::from(*token != self.market.tft)
    }

    /// One of the makers and takers.
    fn user(&mut self) -> Address {
        let place = self.rng.random_range(0..4);
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

    fn amount(&mut self) -> i128 {
        let bits = self.rng.random_range(1..36);
        self.rng.random_range(1..=1i128 << bits)
    }

    fn fraction(&mut self) -> Fraction {
        let (num, den) = (self.rng.random_range(1..=4_000), self.rng.random_range(1..=1_000));
        Fraction { num, den }
    }

    fn fee(&self) -> u32 {
        let (now, next, at) = self.fees;
        if self.market.now() >= at {
            next
        } else {
            now
        }
    }

    fn make(&mut self) {
        let side = self.rng.random_range(0..2);
        let (maker, proceeds_to) = (self.user(), self.user());
        let now = self.market.now();
        let price = match self.rng.random_range(0..3) {
            0 => OfferPrice::Fixed(self.fraction()),
            1 => {
                let Fraction { num, den } = self.fraction();
                let from = now - 100 + self.rng.random_range(0..200);
                let until = from + self.rng.random_range(0..2_000);
                let end = self.rng.random_range(0..=num + 1);
                OfferPrice::Dutch(Dutch { start: num, end, den, from, until })
            }
            _ => {
                let pool = self.market.pool(&self.market.key).address;
                let spread_bps = self.rng.random_range(0..100);
                OfferPrice::Pegged(Peg { pool, min_reserve: 1, spread_bps, limit: self.fraction() })
            }
        };
        let sell_amount = self.amount();
        let terms = OfferTerms {
            sell_token: self.token(side),
            sell_amount,
            buy_token: self.token(1 - side),
            price,
            min_fill: self.any(&[1, sell_amount / 9 + 1, sell_amount / 3, sell_amount + 1]),
            expires_at: now + self.any(&[0, 5, 600, 40_000]),
            taker: (self.rng.random_range(0..8) == 0).then(|| self.user()),
            proceeds_to,
        };
        let nonce = self.rng.random_range(0..3);
        self.log.push(format!("make {nonce} {terms:?}"));
        let made = told(self.market.offers.try_make(&maker, &nonce, &terms));
        let fallen = match &terms.price {
            OfferPrice::Dutch(dutch) => {
                dutch.end > 0 && dutch.end <= dutch.start && dutch.from < dutch.until
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
            OfferPrice::Dutch(Dutch { start, end, den, from, until }) => {
                let (passed, whole) = (now.clamp(*from, *until) - from, until - from);
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

    /// An offer, and how much to ask for.
    fn choice(&mut self) -> Option<(usize, i128)> {
        if self.known.is_empty() {
            return None;
        }
        // Mostly an open one.
        let mut place = self.rng.random_range(0..self.known.len());
        for _ in 0..3 {
            if self.known[place].remaining == 0 {
                place = self.rng.random_range(0..self.known.len());
            }
        }
        let Known { remaining, terms, .. } = &self.known[place];
        let (remaining, min_fill) = (*remaining, terms.min_fill);
        let amount = match self.rng.random_range(0..5) {
            0 => remaining.max(1),
            1 => min_fill,
            2 => (remaining - min_fill).max(1),
            3 => remaining / 2 + 1,
            _ => self.amount(),
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

    fn fill(&mut self) {
        let Some((place, amount)) = self.choice() else { return };
        let taker = self.user();
        let expected = self.expected(place, &taker, amount);
        let known = self.known[place].clone();
        let sold = self.side(&known.terms.sell_token);
        let max_pay = match (expected, self.rng.random_range(0..8)) {
            (Some((paid, _)), 0) => paid,
            (Some((paid, _)), 1) => paid - 1,
            _ => RICH / 4,
        };
        self.log.push(format!("fill {place} {amount} for at most {max_pay}"));
        let holds = self.market.balance(&known.terms.buy_token, &taker);
        let filled =
            told(self.market.offers.try_fill(&taker, &known.id, &amount, &max_pay, &taker, &NEVER));
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

    fn fill_many(&mut self) {
        let count = self.rng.random_range(1..6);
        let mut choices: Vec<_> = (0..count).filter_map(|_| self.choice()).collect();
        let Some((first, _)) = choices.first().copied() else { return };
        if self.rng.random_range(0..8) > 0 {
            let token = self.known[first].terms.sell_token.clone();
            choices.retain(|(place, _)| self.known[*place].terms.sell_token == token);
        }
        let (taker, max_pay) = (self.user(), self.any(&[ONE, 1_000 * ONE, RICH / 4]));
        let pair = self.known[first].terms.clone();
        let sold = self.side(&pair.sell_token);
        let mut fills = soroban_sdk::Vec::new(&self.market.env);
        for (place, amount) in &choices {
            fills.push_back(Fill { id: self.known[*place].id.clone(), amount: *amount });
        }
        self.log.push(format!("fill_many {choices:?} for at most {max_pay}"));
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
        let covered = held.0 >= received && held.1 >= max_pay && !self.short[sold];
        let possible = (received > 0 && covered).then_some((paid, received));
        assert_eq!(filled.ok(), possible, "{filled:?}");
        if possible.is_none() {
            (self.known, self.people) = before;
        }
    }

    fn cancel(&mut self) {
        self.close(false);
    }

    fn reclaim(&mut self) {
        self.close(true);
    }

    fn close(&mut self, reclaimed: bool) {
        let Some((place, _)) = self.choice() else { return };
        let Known { id, maker, terms, remaining, .. } = self.known[place].clone();
        let side = self.side(&terms.sell_token);
        let (held, escrow) = (self.held(side), self.escrow(side));
        self.log.push(format!("{} {place}", if reclaimed { "reclaim" } else { "cancel" }));
        let closed = match reclaimed {
            true => told(self.market.offers.try_reclaim(&id)),
            false => told(self.market.offers.try_cancel(&id)),
        };
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

    fn collect(&mut self) {
        let side = self.rng.random_range(0..2);
        let amount = (self.held(side) - self.escrow(side)).max(0);
        self.log.push(format!("collect {side}"));
        assert_eq!(told(self.market.offers.try_collect(&self.token(side))), Ok(amount));
        self.short[side] = self.held(side) < self.escrow(side);
        self.book(&self.market.treasury.clone(), side, amount);
        self.book(&self.this(), side, -amount);
    }

    /// Somebody outside moves the pool.
    fn swap(&mut self) {
        let token = self.token(self.rng.clone().random_range(0..2));
        let amount = ONE * self.any(&[1, 100, 3_000]);
        self.log.push(format!("swap {amount}"));
        self.market.swap(&token, amount);
        self.market.env.mock_all_auths();
    }

    /// The issuer takes from the escrows, or somebody gives.
    fn claw_back(&mut self) {
        let side = self.rng.random_range(0..2);
        let amount = self.amount().min(self.held(side));
        if amount == 0 {
            return;
        }
        let gives = self.rng.random_range(0..2) == 0;
        self.log.push(format!("{} {side} {amount}", if gives { "give" } else { "claw back" }));
        let (token, this) = (self.token(side), self.this());
        match gives {
            true => self.market.give(&token, &this, amount),
            false => self.market.regions.claw_back(&token, &this, amount),
        }
        self.market.env.mock_all_auths();
        self.book(&this, side, if gives { amount } else { -amount });
    }

    fn schedule_fee(&mut self) {
        let fee_bps = self.rng.random_range(0..60);
        self.log.push(format!("schedule_fee {fee_bps}"));
        let told = told(self.market.offers.try_schedule_fee(&fee_bps));
        assert_eq!(told.is_ok(), fee_bps <= 50);
        if told.is_ok() {
            self.fees = (self.fee(), fee_bps, self.market.now() + DELAY_SECONDS);
        }
    }

    fn wait(&mut self) {
        let seconds = self.any(&[0, 5, 5, 300, 1_800, 4_000, DELAY_SECONDS]);
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

#[test]
fn the_market_owes_what_it_holds_one_half() {
    play_half::<Game>(0);
}

#[test]
fn the_market_owes_what_it_holds_other_half() {
    play_half::<Game>(1);
}
