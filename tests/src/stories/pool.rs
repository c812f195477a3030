//! The pool's: several users across ledgers, with donations and clawbacks in between.

use num_bigint::BigInt;
use proptest::{prelude::*, sample::select};
use soroban_sdk::Address;
use tributary_common::interfaces::pool::{PoolError, PoolState};

use crate::{
    env::{
        hurried_env,
        pool::{Setup, Tokens, World, NEVER},
    },
    model::{big, Account, Plain},
    story::{part, Part, Story},
};

const USERS: usize = 4;
/// 0.2 % for each ledger passed, 20 % for each record, in units of the log-price.
const STEP_PER_LEDGER: u64 = 48_360;
const STEP_PER_RECORD: u64 = 4_412_985;

#[derive(Clone, Debug)]
pub struct Begin {
    decimals: (u32, u32),
    fee_bps: u32,
    treasury_bps: u32,
    band_bps: u32,
    /// Of the first deposit.
    reserves: [i128; 2],
    /// What each user owns, in percent of it.
    percents: [i128; USERS],
}

#[derive(Clone, Debug)]
pub enum Step {
    Close {
        ledgers: u32,
    },
    SwapExactIn {
        who: usize,
        side: usize,
        part: Part,
    },
    SwapExactOut {
        who: usize,
        side: usize,
        part: Part,
    },
    /// Transfers and swaps what arrived, as the router does.
    SwapReceived {
        who: usize,
        side: usize,
        part: Part,
    },
    Deposit {
        who: usize,
        parts: [Part; 2],
    },
    Withdraw {
        who: usize,
        part: Part,
    },
    Burn {
        who: usize,
        part: Part,
    },
    Donate {
        who: usize,
        side: usize,
        part: Part,
    },
    Collect,
    ClawBack {
        side: usize,
        divisor: i128,
        sync: bool,
    },
}

/// A world, and what must be true of it.
pub struct Game {
    world: World,
    users: Vec<Address>,
    plain: Plain,
    /// `plain` before what the current call itself does: the product per share may not fall.
    base: Plain,
    /// An issuer took back what the books do not know yet.
    loss: bool,
    /// The pool holds what the books do not know yet.
    surplus: bool,
    /// One for each user, of the current ledger.
    accounts: Vec<Account>,
    ledger: u32,
    state: PoolState,
    log: Vec<String>,
}

/// Pools from a few units to what a Stellar asset can hold, and now and then beyond.
fn reserve() -> impl Strategy<Value = i128> {
    prop_oneof![7 => 11..60u32, 1 => 60..100u32].prop_map(|bits| 1 << bits)
}

impl Story for Game {
    type Setup = Begin;
    type Step = Step;

    fn setup() -> impl Strategy<Value = Begin> {
        let decimals = select(vec![(7, 7), (0, 18), (18, 0), (0, 0)]);
        let fee_bps = select(vec![30, 1, 100]);
        let treasury_bps = select(vec![1_667, 0, 3_333]);
        let band_bps = prop_oneof![3 => Just(0), 1 => Just(5_000)];
        let reserves = [reserve(), reserve()];
        // Anything from a hundredth of the shares to nearly all of them.
        let percents = [(); USERS].map(|()| select(vec![1, 10, 100, 2_000]));
        (decimals, fee_bps, treasury_bps, band_bps, reserves, percents).prop_map(
            |(decimals, fee_bps, treasury_bps, band_bps, reserves, percents)| Begin {
                decimals,
                fee_bps,
                treasury_bps,
                band_bps,
                reserves,
                percents,
            },
        )
    }

    fn steps() -> impl Strategy<Value = Step> {
        let (who, side) = (0..USERS, 0..2usize);
        let trade = (who.clone(), side.clone(), part());
        let mine = (who.clone(), part());
        let close = select(vec![1, 1, 1, 2, 13, 400, 5_000]);
        prop_oneof![
            6 => close.prop_map(|ledgers| Step::Close { ledgers }),
            10 => trade.clone().prop_map(|(who, side, part)| Step::SwapExactIn { who, side, part }),
            6 => trade.clone().prop_map(|(who, side, part)| Step::SwapExactOut { who, side, part }),
            2 => trade.clone().prop_map(|(who, side, part)| Step::SwapReceived { who, side, part }),
            4 => (who, [part(), part()]).prop_map(|(who, parts)| Step::Deposit { who, parts }),
            6 => mine.clone().prop_map(|(who, part)| Step::Withdraw { who, part }),
            2 => mine.prop_map(|(who, part)| Step::Burn { who, part }),
            2 => trade.prop_map(|(who, side, part)| Step::Donate { who, side, part }),
            1 => Just(Step::Collect),
            1 => (side, 2..20i128, any::<bool>())
                .prop_map(|(side, divisor, sync)| Step::ClawBack { side, divisor, sync }),
        ]
    }

    fn begin(begin: &Begin) -> Game {
        let setup = Setup {
            fee_bps: begin.fee_bps,
            treasury_bps: begin.treasury_bps,
            band_bps: begin.band_bps,
            tokens: Tokens::Plain(begin.decimals.0, begin.decimals.1),
        };
        let world = World::on(hurried_env(), setup);
        // Each owns tokens for many trades.
        let mut users = vec![];
        for percent in begin.percents {
            let user = world.user(begin.reserves[0] * 32, begin.reserves[1] * 32);
            let [desired_0, desired_1] = begin.reserves.map(|reserve| reserve * percent / 100);
            world.env.mock_all_auths();
            let pool = &world.pool;
            // The first may be too small for the shares that it would lock.
            let _ =
                pool.try_deposit(&user, &desired_0.max(1), &desired_1.max(1), &0, &user, &NEVER);
            users.push(user);
        }
        if world.pool.total_supply() == 0 {
            let user = &users[0];
            world.pool.deposit(user, &begin.reserves[0], &begin.reserves[1], &0, user, &NEVER);
        }
        world.close(13);
        world.env.mock_all_auths();
        let state = world.state();
        let plain = Plain {
            reserves: [big(state.reserve_0), big(state.reserve_1)],
            supply: big(state.total_supply),
            fee_bps: setup.fee_bps,
            treasury_bps: setup.treasury_bps,
        };
        let mut game = Game {
            ledger: world.env.ledger().sequence(),
            world,
            users,
            base: plain.clone(),
            plain,
            loss: false,
            surplus: false,
            accounts: vec![],
            state,
            log: vec![],
        };
        game.open();
        game
    }

    fn step(&mut self, step: &Step) {
        self.base = self.plain.clone();
        match *step {
            Step::Close { ledgers } => self.close(ledgers),
            Step::SwapExactIn { who, side, part } => self.swap_exact_in(who, side, part),
            Step::SwapExactOut { who, side, part } => self.swap_exact_out(who, side, part),
            Step::SwapReceived { who, side, part } => self.swap_received(who, side, part),
            Step::Deposit { who, parts } => self.deposit(who, parts),
            Step::Withdraw { who, part } => self.withdraw(who, part),
            Step::Burn { who, part } => self.burn(who, part),
            Step::Donate { who, side, part } => self.donate(who, side, part),
            Step::Collect => self.collect(),
            Step::ClawBack { side, divisor, sync } => self.claw_back(side, divisor, sync),
        }
        self.check();
    }

    fn log(&self) -> &[String] {
        &self.log
    }
}

impl Game {
    fn open(&mut self) {
        let opening = [self.state.opening_0, self.state.opening_1];
        self.accounts = vec![Account::new(opening, self.state.opening_supply); USERS];
    }

    fn token(&self, side: usize) -> &Address {
        [&self.world.token_0, &self.world.token_1][side]
    }

    fn close(&mut self, ledgers: u32) {
        self.world.close(ledgers);
        self.log.push(format!("close {ledgers}"));
    }

    fn swap_exact_in(&mut self, who: usize, side: usize, part: Part) {
        let token = self.token(side).clone();
        let user = self.users[who].clone();
        let amount = part.of(self.reserve(side));
        let amount = amount.min(self.world.balance(&token, &user));
        let quote = self.world.pool.try_quote_exact_in(&token, &amount);
        let swap = self.world.pool.try_swap_exact_in(&user, &token, &amount, &0, &user, &NEVER);
        self.log.push(format!("{who} swaps {amount} of {side} in: {swap:?}"));
        if self.loss && matches!(swap, Err(Err(_))) {
            return; // the pool cannot pay what was clawed back
        }
        assert_eq!(swap, quote, "quote equals execution");
        if let Ok(Ok(out)) = swap {
            let curve = self.plain.exact_in(side, &big(amount));
            assert!(big(out) <= curve, "never more than the curve");
            self.accounts[who].receive(pair(side, -amount, out));
        }
    }

    fn swap_exact_out(&mut self, who: usize, side: usize, part: Part) {
        let token = self.token(side).clone();
        let user = self.users[who].clone();
        let out = part.of(self.reserve(1 - side));
        let quote = self.world.pool.try_quote_exact_out(&token, &out);
        let most = self.world.balance(&token, &user);
        if most == 0 {
            return;
        }
        let swap = self.world.pool.try_swap_exact_out(&user, &token, &most, &out, &user, &NEVER);
        self.log.push(format!("{who} swaps {side} for {out} out: {swap:?}"));
        if self.loss && matches!(swap, Err(Err(_))) {
            return;
        }
        match swap {
            Ok(Ok(charged)) => {
                assert_eq!(quote, Ok(Ok(charged)), "quote equals execution");
                assert!(charged >= 1);
                let curve = self.plain.exact_out(side, &big(out));
                assert!(big(charged) >= curve, "never less than the curve");
                self.accounts[who].receive(pair(side, -charged, out));
            }
            Err(Ok(PoolError::LimitExceeded)) => {
                assert!(matches!(quote, Ok(Ok(charged)) if charged > most));
            }
            refused => assert_eq!(quote, refused, "quote equals execution"),
        }
    }

    fn swap_received(&mut self, who: usize, side: usize, part: Part) {
        let token = self.token(side).clone();
        let user = self.users[who].clone();
        let sent = part.of(self.reserve(side)).min(self.world.balance(&token, &user));
        self.world.give(&token, &self.world.pool.address, sent);
        self.world.claw_back(&token, &user, sent);
        self.world.env.mock_all_auths();
        let arrived = self.world.balance(&token, &self.world.pool.address) - self.booked(side);
        let swap = self.world.pool.try_swap_received(&token, &0, &user, &NEVER);
        self.log.push(format!("{who} sends {sent} of {side}: {swap:?}"));
        match swap {
            Ok(Ok(out)) => {
                self.plain.exact_in(side, &big(arrived));
                self.accounts[who].receive(pair(side, -arrived, out));
            }
            // It stays as a donation, or makes up for a loss.
            _ => {
                self.surplus = true;
                self.accounts[who].receive(pair(side, -sent, 0));
            }
        }
    }

    fn deposit(&mut self, who: usize, parts: [Part; 2]) {
        let user = self.users[who].clone();
        let desired = [0, 1].map(|side| {
            let amount = parts[side].of(self.reserve(side));
            amount.min(self.world.balance(self.token(side), &user))
        });
        let settled = self.settled();
        let deposit =
            self.world.pool.try_deposit(&user, &desired[0], &desired[1], &0, &user, &NEVER);
        self.log.push(format!("{who} deposits {desired:?}: {deposit:?}"));
        if let Ok(Ok((kept_0, kept_1, shares))) = deposit {
            assert!(kept_0 <= desired[0] && kept_1 <= desired[1]);
            self.settle(settled);
            self.plain.deposit([big(kept_0), big(kept_1)], &big(shares));
            self.accounts[who].receive([-kept_0, -kept_1]);
        }
    }

    fn withdraw(&mut self, who: usize, part: Part) {
        let user = self.users[who].clone();
        let all = self.world.pool.balance(&user);
        let free = all - self.world.pool.held(&user).0;
        let shares = part.of(all);
        let settled = self.settled();
        let withdraw = self.world.pool.try_withdraw(&user, &shares, &0, &0, &user, &NEVER);
        self.log.push(format!("{who} withdraws {shares} of {free}: {withdraw:?}"));
        if let Ok(Ok((out_0, out_1))) = withdraw {
            assert!(shares <= free, "held shares stay");
            self.settle(settled);
            self.plain.withdraw(&big(shares));
            self.accounts[who].receive([out_0, out_1]);
            self.accounts[who].burn(shares);
        } else {
            // Refused only beyond what is free, or when it is worth next to nothing.
            let part = |whole: &BigInt, supply: &BigInt| whole * shares / supply;
            let falls: Vec<_> = settled.iter().map(|r| part(r, &self.plain.supply)).collect();
            let opening = [self.state.opening_0, self.state.opening_1];
            let opened = big(self.state.opening_supply);
            let nothing = falls.iter().all(|fall| *fall == big(0))
                || opening.iter().any(|whole| part(&big(*whole), &opened) < big(2));
            let small = withdraw == Err(Ok(PoolError::AmountTooSmall)) && nothing;
            assert!(shares > free || small, "an exit was blocked: {withdraw:?}");
        }
    }

    fn burn(&mut self, who: usize, part: Part) {
        let user = self.users[who].clone();
        let shares = part.of(self.world.pool.balance(&user)) / 10;
        let burn = self.world.pool.try_burn(&user, &shares);
        self.log.push(format!("{who} burns {shares}: {burn:?}"));
        if burn.is_ok() {
            self.plain.supply -= shares;
            self.accounts[who].burn(shares);
        }
    }

    fn donate(&mut self, who: usize, side: usize, part: Part) {
        let (token, user) = (self.token(side).clone(), self.users[who].clone());
        let amount = part.of(self.reserve(side)).min(self.world.balance(&token, &user));
        self.world.give(&token, &self.world.pool.address, amount);
        self.world.claw_back(&token, &user, amount);
        self.world.env.mock_all_auths();
        self.accounts[who].receive(pair(side, -amount, 0));
        let sync = self.world.pool.try_sync();
        self.log.push(format!("{who} donates {amount} of {side}: {sync:?}"));
        self.take_over();
    }

    fn collect(&mut self) {
        let owed = (self.state.owed_0, self.state.owed_1);
        let settled = self.settled();
        let collected = self.world.pool.collect();
        self.log.push(format!("collect {collected:?}"));
        assert!(collected.0 <= owed.0 && collected.1 <= owed.1);
        self.settle(settled);
    }

    fn claw_back(&mut self, side: usize, divisor: i128, sync: bool) {
        let pool = self.world.pool.address.clone();
        let amount = self.world.balance(self.token(side), &pool) / divisor;
        self.world.claw_back(self.token(side), &pool, amount);
        self.world.env.mock_all_auths();
        self.log.push(format!("{amount} of {side} clawed back"));
        self.loss = true;
        if sync {
            self.world.pool.sync();
            self.take_over();
        }
    }

    fn reserve(&self, side: usize) -> i128 {
        [self.state.reserve_0, self.state.reserve_1][side]
    }

    fn booked(&self, side: usize) -> i128 {
        [self.state.reserve_0 + self.state.owed_0, self.state.reserve_1 + self.state.owed_1][side]
    }

    /// After `sync` the reserves are what the balances say; `check` holds them against those.
    fn take_over(&mut self) {
        let state = self.world.state();
        self.plain.reserves = [big(state.reserve_0), big(state.reserve_1)];
        self.base = self.plain.clone();
        self.loss = false;
        self.surplus = false;
    }

    /// The reserves after a clawback has been shared in proportion, as deposits, withdrawals and
    /// collections do before anything else.
    fn settled(&self) -> [BigInt; 2] {
        [0, 1].map(|side| {
            let balance = self.world.balance(self.token(side), &self.world.pool.address);
            let booked = self.booked(side);
            if balance >= booked {
                return big(self.reserve(side));
            }
            let owed = big(booked - self.reserve(side)) * balance / booked;
            big(balance) - owed
        })
    }

    fn settle(&mut self, settled: [BigInt; 2]) {
        self.plain.reserves = settled;
        self.base = self.plain.clone();
        self.loss = false;
    }

    fn check(&mut self) {
        let before = std::mem::replace(&mut self.state, self.world.state());
        let state = self.state.clone();
        let reserves = [big(state.reserve_0), big(state.reserve_1)];
        assert_eq!(reserves, self.plain.reserves, "reserves as in a plain pool");
        assert_eq!(big(state.total_supply), self.plain.supply);
        self.check_balances();

        let product =
            |pool: &Plain, supply: &BigInt| &pool.reserves[0] * &pool.reserves[1] * supply * supply;
        let (now, then) = (&self.plain, &self.base);
        assert!(product(now, &then.supply) >= product(then, &now.supply), "value per share fell");

        let ledger = self.world.env.ledger().sequence();
        if ledger != self.ledger {
            let step = u64::from(ledger - self.ledger) * STEP_PER_LEDGER;
            let moved = u64::from(state.log_price.abs_diff(before.log_price));
            assert!(moved <= step.min(STEP_PER_RECORD), "the recorded price jumps");
            self.ledger = ledger;
            self.open();
        } else {
            assert_eq!(state.log_price, before.log_price, "one record a ledger");
            assert_eq!(state.cumulative, before.cumulative);
            assert_eq!(state.opening_0, before.opening_0);
            assert_eq!(state.opening_1, before.opening_1);
            assert_eq!(state.opening_supply, before.opening_supply);
        }
        for (who, account) in self.accounts.iter().enumerate() {
            assert!(!account.has_gained(), "{who} took out more than the opening value");
        }
    }

    /// The pool holds what it owes, and exactly that when nobody donated and no issuer took back;
    /// all shares are somebody's.
    fn check_balances(&self) {
        for side in [0, 1] {
            let balance = self.world.balance(self.token(side), &self.world.pool.address);
            let booked = self.booked(side);
            assert!(balance >= booked || self.loss, "the pool holds less than it owes");
            assert!(balance <= booked || self.surplus, "the pool holds more than it owes");
        }
        let locked = self.world.pool.balance(&self.world.pool.address);
        let owned: i128 = self.users.iter().map(|user| self.world.pool.balance(user)).sum();
        assert_eq!(locked, 1_000);
        assert_eq!(owned + locked, self.state.total_supply);
    }
}

fn pair(side: usize, own: i128, other: i128) -> [i128; 2] {
    if side == 0 {
        [own, other]
    } else {
        [other, own]
    }
}
