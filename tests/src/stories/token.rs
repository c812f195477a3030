//! A region's own token's, which are the share ledger's: whatever is done, and refused, follows a model.

use std::collections::BTreeMap;

use proptest::{
    prelude::*,
    sample::{select, Index},
};
use soroban_sdk::{testutils::Address as _, Address, InvokeError};
use tributary_common::interfaces::token::{TokenConfig, TokenError};

use crate::{
    env::{hurried_env, own_token::OwnToken},
    story::Story,
};

/// The treasury is the first of them.
const PEOPLE: usize = 4;

/// What the token must be.
#[derive(Clone, Debug, PartialEq)]
struct Model {
    cap: i128,
    minted: i128,
    balances: [i128; PEOPLE],
    /// By owner and spender: what is left, and the last ledger.
    allowances: BTreeMap<(usize, usize), (i128, u32)>,
}

#[derive(Clone, Copy, Debug)]
enum Call {
    Mint(i128),
    Transfer(usize, usize, i128),
    Approve(usize, usize, i128, u32),
    TransferFrom(usize, usize, usize, i128),
    Burn(usize, i128),
    BurnFrom(usize, usize, i128),
}

impl Model {
    fn allowance(&self, owner: usize, spender: usize, ledger: u32) -> i128 {
        match self.allowances.get(&(owner, spender)) {
            Some((left, until)) if *until >= ledger => *left,
            _ => 0,
        }
    }

    fn spend(&mut self, owner: usize, amount: i128) -> Result<(), TokenError> {
        if amount < 0 {
            return Err(TokenError::InvalidAmount);
        }
        if self.balances[owner] < amount {
            return Err(TokenError::InsufficientBalance);
        }
        self.balances[owner] -= amount;
        Ok(())
    }

    fn spend_allowed(
        &mut self,
        (owner, spender): (usize, usize),
        amount: i128,
        ledger: u32,
    ) -> Result<(), TokenError> {
        if amount < 0 {
            return Err(TokenError::InvalidAmount);
        }
        if self.allowance(owner, spender, ledger) < amount {
            return Err(TokenError::InsufficientAllowance);
        }
        if amount > 0 {
            self.allowances.get_mut(&(owner, spender)).expect("there is one").0 -= amount;
        }
        self.spend(owner, amount)
    }

    fn play(&mut self, call: Call, ledger: u32) -> Result<(), TokenError> {
        match call {
            Call::Mint(amount) if amount <= 0 => return Err(TokenError::InvalidAmount),
            Call::Mint(amount) => {
                if amount > self.cap - self.minted {
                    return Err(TokenError::CapExceeded);
                }
                self.minted += amount;
                self.balances[0] += amount;
            }
            Call::Transfer(from, to, amount) => {
                self.spend(from, amount)?;
                self.balances[to] += amount;
            }
            Call::Approve(_, _, amount, _) if amount < 0 => {
                return Err(TokenError::InvalidAmount);
            }
            Call::Approve(_, _, amount, until) if amount > 0 && until < ledger => {
                return Err(TokenError::InvalidExpiration);
            }
            Call::Approve(owner, spender, amount, until) => {
                self.allowances.insert((owner, spender), (amount, until));
            }
            Call::TransferFrom(spender, from, to, amount) => {
                self.spend_allowed((from, spender), amount, ledger)?;
                self.balances[to] += amount;
            }
            Call::Burn(owner, amount) => self.spend(owner, amount)?,
            Call::BurnFrom(spender, owner, amount) => {
                self.spend_allowed((owner, spender), amount, ledger)?;
            }
        }
        Ok(())
    }
}

pub struct Game {
    own: OwnToken,
    people: std::vec::Vec<Address>,
    model: Model,
    log: std::vec::Vec<String>,
    /// Calls that were made, and refused.
    pub played: [u32; 2],
}

/// Something near a whole, nothing, or no amount at all.
#[derive(Clone, Copy, Debug)]
pub enum Amount {
    Just(i128),
    Whole,
    OneMore,
    Cap,
    Permille(i128),
}

#[derive(Clone, Debug)]
pub enum Do {
    Mint,
    Transfer,
    /// Until so many ledgers from now; or an expiration that is long over.
    Approve(Option<i32>),
    /// Of the allowances that there are, if there is one; or between any two.
    TransferFrom(Option<Index>),
    BurnFrom(Option<Index>),
    Burn,
}

#[derive(Clone, Debug)]
pub struct Step {
    what: Do,
    /// Whom it is about: owner or payer, spender or payee, and who receives by an allowance.
    who: [usize; 3],
    amount: Amount,
    /// Ledgers that close before.
    close: u32,
}

/// The cap, and what part of it there is from the beginning: one by this.
#[derive(Clone, Debug)]
pub struct Begin {
    cap: i128,
    genesis: Option<i128>,
}

impl Story for Game {
    type Setup = Begin;
    type Step = Step;

    /// From one unit to all that an amount holds.
    fn setup() -> impl Strategy<Value = Begin> {
        let cap = prop_oneof![
            6 => (5..127u32).prop_flat_map(|bits| 1..=1i128 << bits),
            1 => 1..=20i128,
            1 => Just(i128::MAX),
        ];
        (cap, select(vec![None, Some(10), Some(20)]))
            .prop_map(|(cap, genesis)| Begin { cap, genesis })
    }

    fn steps() -> impl Strategy<Value = Step> {
        let amount = prop_oneof![
            5 => select(vec![0, 1, -1, i128::MIN, i128::MAX]).prop_map(Amount::Just),
            2 => Just(Amount::Whole),
            1 => Just(Amount::OneMore),
            1 => Just(Amount::Cap),
            7 => (0..=1_000i128).prop_map(Amount::Permille),
        ];
        let allowed = || prop::option::weighted(0.75, any::<Index>());
        let until = select(vec![Some(20_000), Some(3), Some(0), Some(-1), None]);
        let what = prop_oneof![
            2 => Just(Do::Mint),
            3 => Just(Do::Transfer),
            2 => until.prop_map(Do::Approve),
            2 => allowed().prop_map(Do::TransferFrom),
            1 => allowed().prop_map(Do::BurnFrom),
            2 => Just(Do::Burn),
        ];
        let close = prop_oneof![15 => Just(0), 3 => select(vec![1, 4, 30_000])];
        (what, [0..PEOPLE, 0..PEOPLE, 0..PEOPLE], amount, close)
            .prop_map(|(what, who, amount, close)| Step { what, who, amount, close })
    }

    fn begin(begin: &Begin) -> Game {
        let (cap, genesis) = (begin.cap, begin.genesis.map_or(0, |parts| begin.cap / parts));
        let own = OwnToken::on(hurried_env(), cap, genesis);
        let mut people = vec![own.treasury.clone()];
        people.resize_with(PEOPLE, || Address::generate(&own.env));
        own.env.mock_all_auths();
        let balances = [genesis, 0, 0, 0];
        let model = Model { cap, minted: genesis, balances, allowances: BTreeMap::new() };
        Game { own, people, model, log: vec![], played: [0; 2] }
    }

    fn step(&mut self, step: &Step) {
        if step.close > 0 {
            self.own.close(step.close);
            self.log.push(format!("close {}", step.close));
        }
        let (call, ledger) = (self.resolve(step), self.own.ledger());
        let before = self.model.clone();
        let expected = self.model.play(call, ledger);
        if expected.is_err() {
            self.model = before.clone();
        }
        let called = self.call(call);
        self.log.push(format!("{call:?}: {called:?}"));
        let told = self.own.events().len();
        assert_eq!(called, expected.map_err(Ok));
        assert_eq!(told, usize::from(called.is_ok()), "one event a call");
        self.played[usize::from(called.is_err())] += 1;
        assert!(self.model.minted >= before.minted);
        self.check(ledger);
    }

    fn finish(&mut self) {
        self.check_all_allowances();
    }

    fn log(&self) -> &[String] {
        &self.log
    }
}

impl Game {
    fn resolve(&self, step: &Step) -> Call {
        let ([one, two, three], ledger) = (step.who, self.own.ledger());
        let of = |whole: i128| match step.amount {
            Amount::Just(amount) => amount,
            Amount::Whole => whole,
            Amount::OneMore => whole.saturating_add(1),
            Amount::Cap => self.model.cap,
            Amount::Permille(part) => whole / 1_000 * part + whole % 1_000 * part / 1_000,
        };
        // Owner and spender.
        let pair = |allowed: &Option<Index>| {
            let known: std::vec::Vec<_> = self.model.allowances.keys().copied().collect();
            let chosen = allowed.as_ref().filter(|_| !known.is_empty());
            chosen.map_or((one, two), |index| *index.get(&known))
        };
        let balance = self.model.balances[one];
        match &step.what {
            Do::Mint => Call::Mint(of(self.model.cap - self.model.minted)),
            Do::Transfer => Call::Transfer(one, two, of(balance)),
            Do::Approve(until) => {
                let until = until.map_or(0, |ledgers| ledger.saturating_add_signed(ledgers));
                Call::Approve(one, two, of(balance), until)
            }
            Do::TransferFrom(allowed) => {
                let (owner, spender) = pair(allowed);
                let left = self.model.allowance(owner, spender, ledger);
                Call::TransferFrom(spender, owner, three, of(left))
            }
            Do::BurnFrom(allowed) => {
                let (owner, spender) = pair(allowed);
                let left = self.model.allowance(owner, spender, ledger);
                Call::BurnFrom(spender, owner, of(left))
            }
            Do::Burn => Call::Burn(one, of(balance / 4)),
        }
    }

    fn call(&self, call: Call) -> Result<(), Result<TokenError, InvokeError>> {
        let (token, who) = (&self.own.token, &self.people);
        let called = match call {
            Call::Mint(amount) => token.try_mint(&amount),
            Call::Transfer(from, to, amount) => token.try_transfer(&who[from], &who[to], &amount),
            Call::Approve(owner, spender, amount, until) => {
                token.try_approve(&who[owner], &who[spender], &amount, &until)
            }
            Call::TransferFrom(spender, from, to, amount) => {
                token.try_transfer_from(&who[spender], &who[from], &who[to], &amount)
            }
            Call::Burn(owner, amount) => token.try_burn(&who[owner], &amount),
            Call::BurnFrom(spender, owner, amount) => {
                token.try_burn_from(&who[spender], &who[owner], &amount)
            }
        };
        called.map(|done| done.expect("nothing is returned"))
    }

    fn check(&self, ledger: u32) {
        let (own, model) = (&self.own, &self.model);
        let owners: std::vec::Vec<_> = self.people.iter().collect();
        let (minted, supply, balances) = own.books(&owners);
        assert_eq!(balances, model.balances);
        // Balances are never negative, so the sum is more than any of its parts.
        let sum = balances.iter().try_fold(0i128, |sum, part| sum.checked_add(*part));
        assert_eq!(sum, Some(supply), "the supply is all balances");
        assert!(supply <= minted && minted <= model.cap);
        let (treasury, cap) = (own.treasury.clone(), model.cap);
        assert_eq!(own.token.config(), TokenConfig { treasury, cap, minted: model.minted });
        model.allowances.keys().for_each(|pair| self.check_allowance(*pair, ledger));
    }

    fn check_allowance(&self, (owner, spender): (usize, usize), ledger: u32) {
        let left = self.model.allowance(owner, spender, ledger);
        let allowance = self.own.token.allowance(&self.people[owner], &self.people[spender]);
        assert_eq!(allowance, left, "{owner} for {spender}");
    }

    /// Those too that nobody ever made.
    fn check_all_allowances(&self) {
        for pair in (0..PEOPLE * PEOPLE).map(|pair| (pair / PEOPLE, pair % PEOPLE)) {
            self.check_allowance(pair, self.own.ledger());
        }
    }
}
