//! The router's: several users over the pools of two regions, two of them with the same token, with
//! donations in between. What it quotes it does; it keeps nothing; it moves every pool as a plain
//! constant-product pool.

use std::{cell::RefCell, rc::Rc};

use num_bigint::BigInt;
use num_traits::ToPrimitive;
use rand::{rngs::StdRng, Rng, SeedableRng};
use soroban_sdk::{Address, InvokeError};
use tributary_common::interfaces::{
    factory::{PoolKey, RegionParams},
    pool::{PoolClient, PoolError},
    router::RouterError,
};
use tributary_tests::{
    env::hurried_env,
    model::{big, Plain},
    pool::NEVER,
    regions::Regions,
    suite::BOND,
};

use crate::{play_half, Play};

/// Sequences that share a network, because making one takes as long as a dozen calls. Each has its
/// own regions.
const SHARED: u64 = 4;

thread_local! {
    static NETWORK: RefCell<Option<(u64, Rc<Regions>)>> = const { RefCell::new(None) };
}

fn network() -> Rc<Regions> {
    NETWORK.with_borrow_mut(|shared| {
        let used = shared.take().filter(|(uses, _)| *uses < SHARED);
        let (uses, regions) = used.unwrap_or_else(|| (0, Rc::new(Regions::on(hurried_env()))));
        *shared = Some((uses + 1, Rc::clone(&regions)));
        regions
    })
}

/// One pool as it must be.
struct Known {
    key: PoolKey,
    client: PoolClient<'static>,
    /// TFT first.
    plain: Plain,
    /// It holds what its books do not know, of TFT and of its token.
    surplus: [bool; 2],
}

pub struct Game {
    regions: Rc<Regions>,
    rng: StdRng,
    pools: Vec<Known>,
    user: Address,
    /// Whom the user sometimes pays.
    friend: Address,
    /// TFT, then the regions' tokens.
    tokens: Vec<Address>,
    /// Sent to the router by mistake, of each token.
    strayed: Vec<i128>,
    log: Vec<String>,
}

/// A result, or the error's code.
type Answer<T> = Result<T, u32>;

fn answer<T, C: std::fmt::Debug>(
    result: Result<Result<T, C>, Result<RouterError, InvokeError>>,
) -> Answer<T> {
    match result {
        Ok(value) => Ok(value.expect("the declared type")),
        Err(Ok(error)) => Err(error as u32),
        Err(Err(InvokeError::Contract(code))) => Err(code),
        Err(Err(InvokeError::Abort)) => panic!("the host aborted"),
    }
}

impl Play for Game {
    fn new(seed: u64) -> Game {
        let mut rng = StdRng::seed_from_u64(seed);
        let regions = network();
        let [user, friend] = [0; 2].map(|_| regions.user(&[]));
        let mut tokens = vec![regions.tft.clone()];
        let mut pools = vec![];
        regions.give(&regions.tft, &user, 1 << 61);
        for (name, fees) in [("A", &[30, 5][..]), ("B", &[100])] {
            let token = regions.plain(7);
            let function = soroban_sdk::Symbol::new(&regions.env, "set_balance");
            let plenty = soroban_sdk::IntoVal::into_val(&(&user, 1i128 << 120), &regions.env);
            regions.env.invoke_contract::<()>(&token, &function, plenty);
            let founder = regions.user(&[(&regions.tft, BOND)]);
            let mut fee_tiers = soroban_sdk::Vec::new(&regions.env);
            fees.iter().for_each(|fee| fee_tiers.push_back(*fee));
            let params = RegionParams {
                fee_tiers,
                treasury_bps: [0, 1_667, 3_333][rng.random_range(0..3)],
                band_bps: [0, 0, 1_000, 5_000][rng.random_range(0..4)],
                ..regions.params(&founder, &token)
            };
            let code = format!("{name}{seed}");
            regions.create_region_with(&founder, &code, params).expect("a region");
            for fee_bps in fees {
                let key = PoolKey { fee_bps: *fee_bps, ..regions.key(&code, &token) };
                if *fee_bps != fees[0] {
                    regions
                        .create_pool(&founder, &key, [0, 2_500][rng.random_range(0..2)])
                        .expect("a pool");
                }
                let client = regions.pool(&key);
                let plain = Plain {
                    reserves: [0, 0].map(big),
                    supply: big(0),
                    fee_bps: *fee_bps,
                    treasury_bps: client.state().treasury_bps,
                };
                pools.push(Known { key, client, plain, surplus: [false; 2] });
            }
            tokens.push(token);
        }
        regions.env.mock_all_auths();
        for pool in &mut pools {
            // From coarse units to what a Stellar asset holds; of the other token beyond that.
            let tft = 1i128 << rng.random_range(12..56);
            let other = 1i128 << rng.random_range(12..90);
            let (desired_0, desired_1) =
                if regions.tft < pool.key.token { (tft, other) } else { (other, tft) };
            pool.client.deposit(&user, &desired_0, &desired_1, &0, &user, &NEVER);
        }
        regions.close(13);
        let strayed =
            tokens.iter().map(|token| regions.balance(token, &regions.router.address)).collect();
        let mut game = Game { regions, rng, pools, user, friend, tokens, strayed, log: vec![] };
        (0..game.pools.len()).for_each(|place| game.learn(place));
        game
    }

    fn step(&mut self) {
        match self.rng.random_range(0..20) {
            0..3 => {
                let ledgers = [1, 1, 2, 13, 400][self.rng.random_range(0..5)];
                self.regions.close(ledgers);
                self.log.push(format!("close {ledgers}"));
            }
            3..9 => self.swap_exact_in(),
            9..12 => self.swap_exact_out(),
            12..15 => self.deposit_one(),
            15..17 => self.withdraw_one(),
            17 => self.donate(),
            18 => self.stray(),
            _ => self.sweep(),
        }
        self.check_router();
    }

    fn log(&self) -> &[String] {
        &self.log
    }
}

impl Game {
    /// Reserves of (TFT, the other), and the supply.
    fn books(&self, place: usize) -> ([BigInt; 2], BigInt) {
        let pool = &self.pools[place];
        let state = pool.client.state();
        let mut reserves = [big(state.reserve_0), big(state.reserve_1)];
        let mut booked = [state.reserve_0 + state.owed_0, state.reserve_1 + state.owed_1];
        if pool.key.token < self.regions.tft {
            reserves.swap(0, 1);
            booked.swap(0, 1);
        }
        for (side, token) in [&self.regions.tft, &pool.key.token].into_iter().enumerate() {
            let held = self.regions.balance(token, &pool.client.address);
            assert!(held >= booked[side], "a pool holds less than it owes");
            assert!(held == booked[side] || pool.surplus[side], "a pool holds more than it owes");
        }
        (reserves, big(state.total_supply))
    }

    /// Takes over a pool as it is.
    fn learn(&mut self, place: usize) {
        let (reserves, supply) = self.books(place);
        self.pools[place].plain = Plain { reserves, supply, ..self.pools[place].plain.clone() };
    }

    /// A share is worth no less than it was.
    fn check_value(&mut self, place: usize) {
        let shares = self.pools[place].client.balance(&self.regions.router.address);
        assert_eq!(shares, 0, "the router keeps shares");
        let then = self.pools[place].plain.clone();
        self.learn(place);
        let now = &self.pools[place].plain;
        let product = |plain: &Plain| &plain.reserves[0] * &plain.reserves[1];
        let (then_squared, now_squared) = (&then.supply * &then.supply, &now.supply * &now.supply);
        assert!(product(now) * then_squared >= product(&then) * now_squared, "a share lost value");
    }

    fn check_router(&self) {
        let router = &self.regions.router.address;
        for (token, strayed) in self.tokens.iter().zip(&self.strayed) {
            assert_eq!(self.regions.balance(token, router), *strayed, "the router keeps a token");
        }
    }

    /// A walk of 1 to 4 pools from a token to a token: (token in, places of pools, token out).
    fn path(&mut self) -> (usize, Vec<usize>, usize) {
        let start = self.rng.random_range(0..self.tokens.len());
        let (mut token, mut path) = (start, Vec::new());
        for _ in 0..self.rng.random_range(1..=4) {
            let choices: Vec<usize> = (0..self.pools.len())
                .filter(|place| token == 0 || self.pools[*place].key.token == self.tokens[token])
                .filter(|place| path.last() != Some(place))
                .collect();
            if choices.is_empty() {
                break;
            }
            let place = choices[self.rng.random_range(0..choices.len())];
            token = if token == 0 { self.token_of(place) } else { 0 };
            path.push(place);
        }
        (start, path, token)
    }

    fn token_of(&self, place: usize) -> usize {
        let key = &self.pools[place].key;
        self.tokens.iter().position(|token| *token == key.token).expect("a region's token")
    }

    fn keys(&self, path: &[usize]) -> soroban_sdk::Vec<PoolKey> {
        let keys: Vec<_> = path.iter().map(|place| &self.pools[*place].key).collect();
        self.regions.path(&keys)
    }

    /// An amount that makes sense for the pool at `place`: mostly small, sometimes much.
    fn amount(&mut self, place: usize, token: usize) -> i128 {
        let reserve = &self.pools[place].plain.reserves[usize::from(token != 0)];
        let reserve = reserve.to_i128().expect("an amount");
        match self.rng.random_range(0..10) {
            0 => self.rng.random_range(1..=10),
            1 => reserve,
            2..4 => reserve / self.rng.random_range(1..=4),
            _ => reserve / self.rng.random_range(10..=10_000),
        }
        .clamp(1, 1 << 57)
    }

    fn held(&self, token: usize) -> i128 {
        self.owned(token, &self.user)
    }

    fn owned(&self, token: usize, owner: &Address) -> i128 {
        self.regions.balance(&self.tokens[token], owner)
    }

    fn payee(&mut self) -> Address {
        if self.rng.random() {
            self.user.clone()
        } else {
            self.friend.clone()
        }
    }

    /// What the pools of `path` would make of `amount` if nothing but the curve counted.
    fn follow(&mut self, from: usize, path: &[usize], amount: i128) -> BigInt {
        let (mut token, mut amount) = (from, big(amount));
        for place in path {
            amount = self.pools[*place].plain.exact_in(usize::from(token != 0), &amount);
            token = if token == 0 { self.token_of(*place) } else { 0 };
        }
        amount
    }

    fn swap_exact_in(&mut self) {
        let (from, path, to) = self.path();
        let amount = self.amount(path[0], from);
        let (keys, token) = (self.keys(&path), self.tokens[from].clone());
        let payee = self.payee();
        let (router, user) = (&self.regions.router, &self.user);
        let quote = answer(router.try_quote_exact_in(&token, &amount, &keys));
        let before = (self.held(from), self.owned(to, &payee));
        let min = quote.unwrap_or(1);
        let swapped =
            answer(router.try_swap_exact_in(user, &token, &amount, &keys, &min, &payee, &NEVER));
        self.log.push(format!("swap_exact_in {amount} of {from} over {path:?}: {swapped:?}"));
        // A donation to a later pool is sold with what reaches that pool.
        let clean = path[1..].iter().all(|place| self.pools[*place].surplus == [false; 2]);
        if clean {
            assert_eq!(swapped, quote);
        }
        let Ok(out) = swapped else { return };
        assert!(out >= min);
        let after = (self.held(from), self.owned(to, &payee));
        let (paid, received) = (after.0 - before.0, after.1 - before.1);
        if from == to && payee == self.user {
            assert_eq!(paid, out - amount);
        } else {
            assert_eq!((-paid, received), (amount, out));
        }
        if clean && path.iter().enumerate().all(|(at, place)| !path[..at].contains(place)) {
            // What the opening price withholds in one pool changes what reaches the next.
            let curve = self.follow(from, &path, amount);
            assert!(big(out) <= curve, "more than the curves give");
            let curve = self.pools[path[0]].plain.reserves.clone();
            self.learn(path[0]);
            assert_eq!(self.pools[path[0]].plain.reserves, curve, "not as on the curve");
            path[1..].iter().for_each(|place| self.learn(*place));
        } else {
            path.iter().for_each(|place| self.learn(*place));
        }
    }

    fn swap_exact_out(&mut self) {
        let (from, path, to) = self.path();
        let last = path[path.len() - 1];
        let amount = self.amount(last, to);
        let (keys, token) = (self.keys(&path), self.tokens[from].clone());
        let payee = self.payee();
        let (router, user) = (&self.regions.router, &self.user);
        let quote = answer(router.try_quote_exact_out(&token, &amount, &keys));
        let before = (self.held(from), self.owned(to, &payee));
        let max = quote.unwrap_or(1 << 58);
        if max > before.0 {
            return;
        }
        let swapped =
            answer(router.try_swap_exact_out(user, &token, &max, &amount, &keys, &payee, &NEVER));
        self.log.push(format!("swap_exact_out {amount} of {to} over {path:?}: {swapped:?}"));
        // What roundings bring more to a later pool may be what its band refuses.
        let beyond = swapped == Err(PoolError::OutsideBand as u32) && path.len() > 1;
        assert!(swapped == quote || beyond, "{swapped:?}, quoted {quote:?}");
        let Ok(charge) = swapped else { return };
        let after = (self.held(from), self.owned(to, &payee));
        if from == to && payee == self.user {
            assert!(after.0 - before.0 >= amount - charge);
        } else {
            assert_eq!(before.0 - after.0, charge);
            assert!(after.1 - before.1 >= amount);
        }
        path.iter().for_each(|place| self.learn(*place));
    }

    fn one(&mut self) -> (usize, usize, usize) {
        let place = self.rng.random_range(0..self.pools.len());
        let own = self.token_of(place);
        if self.rng.random() {
            (place, own, 0)
        } else {
            (place, 0, own)
        }
    }

    fn deposit_one(&mut self) {
        let (place, token, other) = self.one();
        let amount = self.amount(place, token);
        let (key, given) = (self.pools[place].key.clone(), self.tokens[token].clone());
        let (router, user) = (&self.regions.router, &self.user);
        let quote = answer(router.try_quote_deposit_one(&key, &given, &amount));
        let before = (self.held(token), self.held(other));
        let entered = answer(router.try_deposit_one(user, &key, &given, &amount, &0, &NEVER));
        self.log.push(format!("deposit_one {amount} of {token} into {place}: {entered:?}"));
        assert_eq!(entered, quote);
        let Ok((shares, rest)) = entered else { return };
        assert!(shares > 0 && rest >= 0);
        assert_eq!((before.0 - self.held(token), self.held(other)), (amount - rest, before.1));
        self.check_value(place);
    }

    fn withdraw_one(&mut self) {
        let (place, token, other) = self.one();
        let (key, wanted) = (self.pools[place].key.clone(), self.tokens[token].clone());
        let client = &self.pools[place].client;
        let (held, _) = client.held(&self.user);
        let free = client.balance(&self.user) - held;
        if free == 0 {
            return;
        }
        let shares = match self.rng.random_range(0..4) {
            0 => free,
            1 => free.min(1_000),
            _ => (free / self.rng.random_range(2..=1_000)).max(1),
        };
        let (router, user) = (&self.regions.router, &self.user);
        let quote = answer(router.try_quote_withdraw_one(&key, &wanted, &shares));
        let before = (self.held(token), self.held(other));
        let min = quote.unwrap_or(0);
        let left = answer(router.try_withdraw_one(user, &key, &wanted, &shares, &min, &NEVER));
        self.log.push(format!("withdraw_one {shares} of {place} in {token}: {left:?}"));
        assert_eq!(left, quote);
        let Ok(out) = left else { return };
        assert_eq!((self.held(token) - before.0, self.held(other)), (out, before.1));
        self.check_value(place);
    }

    fn donate(&mut self) {
        let (place, token, _) = self.one();
        let amount = self.amount(place, token);
        let pool = &self.pools[place].client;
        let source = soroban_sdk::token::TokenClient::new(&self.regions.env, &self.tokens[token]);
        if self.rng.random() {
            source.transfer(&self.user, &pool.address, &amount);
            self.pools[place].surplus[usize::from(token != 0)] = true;
            self.log.push(format!("donate {amount} of {token} to {place}"));
        } else {
            pool.sync();
            self.pools[place].surplus = [false; 2];
            self.log.push(format!("sync {place}"));
        }
        self.check_value(place);
    }

    fn stray(&mut self) {
        let token = self.rng.random_range(0..self.tokens.len());
        let router = self.regions.router.address.clone();
        let source = soroban_sdk::token::TokenClient::new(&self.regions.env, &self.tokens[token]);
        source.transfer(&self.user, &router, &7);
        self.strayed[token] += 7;
        self.log.push(format!("stray {token}"));
    }

    fn sweep(&mut self) {
        let token = self.rng.random_range(0..self.tokens.len());
        let address = self.tokens[token].clone();
        let treasury = &self.regions.treasury;
        let before = self.regions.balance(&address, treasury);
        let swept = answer(self.regions.router.try_sweep(&address));
        self.log.push(format!("sweep {token}: {swept:?}"));
        let strayed = self.strayed[token];
        if strayed == 0 {
            assert_eq!(swept, Err(RouterError::NothingToSweep as u32));
        } else {
            assert_eq!(swept, Ok(strayed));
            assert_eq!(self.regions.balance(&address, treasury) - before, strayed);
        }
        self.strayed[token] = 0;
    }
}

#[test]
fn router_invariants_hold_after_every_call_of_random_sequences_even_seeds() {
    play_half::<Game>(0);
}

#[test]
fn router_invariants_hold_after_every_call_of_random_sequences_odd_seeds() {
    play_half::<Game>(1);
}
