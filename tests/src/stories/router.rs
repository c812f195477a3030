//! The router's: several users over the pools of two regions, two of them with the same token, with
//! donations in between. What it quotes it does; it keeps nothing; it moves every pool as a plain
//! constant-product pool.

use num_bigint::BigInt;
use num_traits::ToPrimitive;
use proptest::{
    collection::vec,
    prelude::*,
    sample::{select, Index},
};
use soroban_sdk::{Address, InvokeError};
use tributary_common::interfaces::{
    factory::{PoolKey, RegionParams},
    pool::{PoolClient, PoolError},
    router::RouterError,
};

use crate::{
    env::{hurried_env, pool::NEVER, regions::Regions, set_balance},
    ledger::suite::BOND,
    model::{big, Plain},
    story::{part, Part, Story},
};

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
    regions: Regions,
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

/// The terms of a region's pools.
#[derive(Clone, Debug)]
pub struct Terms {
    treasury_bps: u32,
    band_bps: u32,
}

#[derive(Clone, Debug)]
pub struct Begin {
    regions: [Terms; 2],
    /// Of the pool that the first region creates beside its first.
    band_bps: u32,
    /// Of TFT and of the other token, in each pool: from coarse units to what a Stellar asset holds; of the other
    /// token beyond that.
    deposits: [(u32, u32); 3],
}

/// A walk from a token over pools, each chosen among those that lead on.
#[derive(Clone, Debug)]
pub struct Walk {
    start: Index,
    pools: Vec<Index>,
}

/// A pool, and the one of its two tokens that a call is about.
#[derive(Clone, Copy, Debug)]
pub struct One {
    pool: Index,
    tft: bool,
}

#[derive(Clone, Debug)]
pub enum Step {
    Close { ledgers: u32 },
    SwapExactIn { walk: Walk, part: Part, to_friend: bool },
    SwapExactOut { walk: Walk, part: Part, to_friend: bool },
    DepositOne { one: One, part: Part },
    WithdrawOne { one: One, part: Part },
    Donate { one: One, part: Part },
    Sync { pool: Index },
    Stray { token: Index },
    Sweep { token: Index },
}

impl Story for Game {
    type Setup = Begin;
    type Step = Step;

    fn setup() -> impl Strategy<Value = Begin> {
        let terms = (select(vec![1_667, 0, 3_333]), select(vec![0, 0, 1_000, 5_000]))
            .prop_map(|(treasury_bps, band_bps)| Terms { treasury_bps, band_bps });
        let deposit = (12..56u32, 12..90u32);
        let deposits = [deposit.clone(), deposit.clone(), deposit];
        ([terms.clone(), terms], select(vec![0, 2_500]), deposits)
            .prop_map(|(regions, band_bps, deposits)| Begin { regions, band_bps, deposits })
    }

    fn steps() -> impl Strategy<Value = Step> {
        let index = any::<Index>;
        let walk = (index(), vec(index(), 1..=4)).prop_map(|(start, pools)| Walk { start, pools });
        let swap = (walk, part(), any::<bool>());
        let one = (index(), any::<bool>()).prop_map(|(pool, tft)| One { pool, tft });
        let ones = (one, part());
        prop_oneof![
            6 => select(vec![1, 1, 2, 13, 400]).prop_map(|ledgers| Step::Close { ledgers }),
            12 => swap.clone().prop_map(|(walk, part, to_friend)| Step::SwapExactIn { walk, part, to_friend }),
            6 => swap.prop_map(|(walk, part, to_friend)| Step::SwapExactOut { walk, part, to_friend }),
            6 => ones.clone().prop_map(|(one, part)| Step::DepositOne { one, part }),
            4 => ones.clone().prop_map(|(one, part)| Step::WithdrawOne { one, part }),
            1 => ones.prop_map(|(one, part)| Step::Donate { one, part }),
            1 => index().prop_map(|pool| Step::Sync { pool }),
            2 => index().prop_map(|token| Step::Stray { token }),
            2 => index().prop_map(|token| Step::Sweep { token }),
        ]
    }

    fn begin(begin: &Begin) -> Game {
        let regions = Regions::on(hurried_env());
        let [user, friend] = [0; 2].map(|_| regions.user(&[]));
        let mut tokens = vec![regions.tft.clone()];
        let mut pools = vec![];
        regions.give(&regions.tft, &user, 1 << 61);
        let fees = [&[30, 5][..], &[100]];
        for ((code, fees), terms) in ["AA", "BB"].iter().zip(fees).zip(&begin.regions) {
            let token = regions.plain(7);
            set_balance(&regions.env, &token, &user, 1 << 120);
            let founder = regions.user(&[(&regions.tft, BOND)]);
            let mut fee_tiers = soroban_sdk::Vec::new(&regions.env);
            fees.iter().for_each(|fee| fee_tiers.push_back(*fee));
            let params = RegionParams {
                fee_tiers,
                treasury_bps: terms.treasury_bps,
                band_bps: terms.band_bps,
                ..regions.params(&founder, &token)
            };
            regions.create_region_with(&founder, code, params).expect("a region");
            for fee_bps in fees {
                let key = PoolKey { fee_bps: *fee_bps, ..regions.key(code, &token) };
                if *fee_bps != fees[0] {
                    regions.create_pool(&founder, &key, begin.band_bps).expect("a pool");
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
        for (pool, (tft, other)) in pools.iter().zip(begin.deposits) {
            let (tft, other) = (1i128 << tft, 1i128 << other);
            let (desired_0, desired_1) =
                if regions.tft < pool.key.token { (tft, other) } else { (other, tft) };
            pool.client.deposit(&user, &desired_0, &desired_1, &0, &user, &NEVER);
        }
        regions.close(13);
        let strayed =
            tokens.iter().map(|token| regions.balance(token, &regions.router.address)).collect();
        let mut game = Game { regions, pools, user, friend, tokens, strayed, log: vec![] };
        (0..game.pools.len()).for_each(|place| game.learn(place));
        game
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Close { ledgers } => {
                self.regions.close(*ledgers);
                self.log.push(format!("close {ledgers}"));
            }
            Step::SwapExactIn { walk, part, to_friend } => {
                self.swap_exact_in(walk, *part, *to_friend);
            }
            Step::SwapExactOut { walk, part, to_friend } => {
                self.swap_exact_out(walk, *part, *to_friend);
            }
            Step::DepositOne { one, part } => self.deposit_one(*one, *part),
            Step::WithdrawOne { one, part } => self.withdraw_one(*one, *part),
            Step::Donate { one, part } => self.donate(*one, *part),
            Step::Sync { pool } => self.sync(pool.index(self.pools.len())),
            Step::Stray { token } => self.stray(token.index(self.tokens.len())),
            Step::Sweep { token } => self.sweep(token.index(self.tokens.len())),
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

    /// (token in, places of pools, token out)
    fn path(&self, walk: &Walk) -> (usize, Vec<usize>, usize) {
        let start = walk.start.index(self.tokens.len());
        let (mut token, mut path) = (start, Vec::new());
        for pool in &walk.pools {
            let choices: Vec<usize> = (0..self.pools.len())
                .filter(|place| token == 0 || self.pools[*place].key.token == self.tokens[token])
                .filter(|place| path.last() != Some(place))
                .collect();
            if choices.is_empty() {
                break;
            }
            let place = *pool.get(&choices);
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

    /// A part of what the pool at `place` has of a token.
    fn amount(&self, part: Part, place: usize, token: usize) -> i128 {
        let reserve = &self.pools[place].plain.reserves[usize::from(token != 0)];
        part.of(reserve.to_i128().expect("an amount")).min(1 << 57)
    }

    fn held(&self, token: usize) -> i128 {
        self.owned(token, &self.user)
    }

    fn owned(&self, token: usize, owner: &Address) -> i128 {
        self.regions.balance(&self.tokens[token], owner)
    }

    fn payee(&self, to_friend: bool) -> Address {
        if to_friend { &self.friend } else { &self.user }.clone()
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

    fn swap_exact_in(&mut self, walk: &Walk, part: Part, to_friend: bool) {
        let (from, path, to) = self.path(walk);
        let amount = self.amount(part, path[0], from);
        let (keys, token) = (self.keys(&path), self.tokens[from].clone());
        let payee = self.payee(to_friend);
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

    fn swap_exact_out(&mut self, walk: &Walk, part: Part, to_friend: bool) {
        let (from, path, to) = self.path(walk);
        let last = path[path.len() - 1];
        let amount = self.amount(part, last, to);
        let (keys, token) = (self.keys(&path), self.tokens[from].clone());
        let payee = self.payee(to_friend);
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

    /// (place of the pool, the token, the pool's other token)
    fn one(&self, one: One) -> (usize, usize, usize) {
        let place = one.pool.index(self.pools.len());
        let own = self.token_of(place);
        if one.tft {
            (place, 0, own)
        } else {
            (place, own, 0)
        }
    }

    fn deposit_one(&mut self, one: One, part: Part) {
        let (place, token, other) = self.one(one);
        let amount = self.amount(part, place, token);
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

    fn withdraw_one(&mut self, one: One, part: Part) {
        let (place, token, other) = self.one(one);
        let (key, wanted) = (self.pools[place].key.clone(), self.tokens[token].clone());
        let client = &self.pools[place].client;
        let (held, _) = client.held(&self.user);
        let free = client.balance(&self.user) - held;
        if free == 0 {
            return;
        }
        let shares = part.of(free);
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

    fn donate(&mut self, one: One, part: Part) {
        let (place, token, _) = self.one(one);
        let amount = self.amount(part, place, token);
        let pool = self.pools[place].client.address.clone();
        let source = soroban_sdk::token::TokenClient::new(&self.regions.env, &self.tokens[token]);
        source.transfer(&self.user, &pool, &amount);
        self.pools[place].surplus[usize::from(token != 0)] = true;
        self.log.push(format!("donate {amount} of {token} to {place}"));
        self.check_value(place);
    }

    fn sync(&mut self, place: usize) {
        self.pools[place].client.sync();
        self.pools[place].surplus = [false; 2];
        self.log.push(format!("sync {place}"));
        self.check_value(place);
    }

    fn stray(&mut self, token: usize) {
        let router = self.regions.router.address.clone();
        let source = soroban_sdk::token::TokenClient::new(&self.regions.env, &self.tokens[token]);
        source.transfer(&self.user, &router, &7);
        self.strayed[token] += 7;
        self.log.push(format!("stray {token}"));
    }

    fn sweep(&mut self, token: usize) {
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
