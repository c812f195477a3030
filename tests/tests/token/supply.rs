//! Random sequences of calls against a model: whatever is done, and refused.

use std::collections::BTreeMap;

use rand::{rngs::StdRng, Rng, SeedableRng};
use soroban_sdk::{testutils::Address as _, Address, InvokeError};
use tributary_common::interfaces::token::{TokenConfig, TokenError};
use tributary_tests::{env::hurried_env, own_token::OwnToken};

const SEQUENCES: u64 = 400;
const CALLS: usize = 32;
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
enum Step {
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

    fn play(&mut self, step: Step, ledger: u32) -> Result<(), TokenError> {
        match step {
            Step::Mint(amount) if amount <= 0 => return Err(TokenError::InvalidAmount),
            Step::Mint(amount) => {
                if amount > self.cap - self.minted {
                    return Err(TokenError::CapExceeded);
                }
                self.minted += amount;
                self.balances[0] += amount;
            }
            Step::Transfer(from, to, amount) => {
                self.spend(from, amount)?;
                self.balances[to] += amount;
            }
            Step::Approve(_, _, amount, _) if amount < 0 => {
                return Err(TokenError::InvalidAmount);
            }
            Step::Approve(_, _, amount, until) if amount > 0 && until < ledger => {
                return Err(TokenError::InvalidExpiration);
            }
            Step::Approve(owner, spender, amount, until) => {
                self.allowances.insert((owner, spender), (amount, until));
            }
            Step::TransferFrom(spender, from, to, amount) => {
                self.spend_allowed((from, spender), amount, ledger)?;
                self.balances[to] += amount;
            }
            Step::Burn(owner, amount) => self.spend(owner, amount)?,
            Step::BurnFrom(spender, owner, amount) => {
                self.spend_allowed((owner, spender), amount, ledger)?;
            }
        }
        Ok(())
    }
}

struct Game {
    own: OwnToken,
    people: std::vec::Vec<Address>,
    model: Model,
    rng: StdRng,
    log: std::vec::Vec<String>,
    /// Calls that were made, and refused.
    played: [u32; 2],
}

impl Game {
    fn new(seed: u64) -> Game {
        let mut rng = StdRng::seed_from_u64(seed);
        // From one unit to all that an amount holds.
        let bits = rng.random_range(5..127);
        let cap = match rng.random_range(0..8) {
            0 => i128::MAX,
            1 => rng.random_range(1..=20),
            _ => rng.random_range(1..=1i128 << bits),
        };
        let genesis = [0, cap / 10, cap / 20][rng.random_range(0..3)];
        let own = OwnToken::on(hurried_env(), cap, genesis);
        let mut people = vec![own.treasury.clone()];
        people.resize_with(PEOPLE, || Address::generate(&own.env));
        own.env.mock_all_auths();
        let balances = [genesis, 0, 0, 0];
        let model = Model { cap, minted: genesis, balances, allowances: BTreeMap::new() };
        Game { own, people, model, rng, log: vec![], played: [0; 2] }
    }

    /// Something near `whole`, nothing, or no amount at all.
    fn amount(&mut self, whole: i128) -> i128 {
        match self.rng.random_range(0..16) {
            0 => 0,
            1 => -1,
            2 => i128::MIN,
            3 => i128::MAX,
            4 => 1,
            5..7 => whole,
            7 => whole.saturating_add(1),
            8 => self.model.cap,
            _ => self.rng.random_range(0..=whole.max(1)) / self.rng.random_range(1..=4),
        }
    }

    fn step(&mut self) -> Step {
        let [one, two, three] = [(); 3].map(|()| self.rng.random_range(0..PEOPLE));
        let ledger = self.own.ledger();
        match self.rng.random_range(0..12) {
            0..2 => {
                let room = self.model.cap - self.model.minted;
                Step::Mint(self.amount(room))
            }
            2..5 => {
                let balance = self.model.balances[one];
                Step::Transfer(one, two, self.amount(balance))
            }
            5..7 => {
                let until = [0, ledger - 1, ledger, ledger + 3, ledger + 20_000];
                let until = until[self.rng.random_range(0..until.len())];
                let balance = self.model.balances[one];
                Step::Approve(one, two, self.amount(balance), until)
            }
            7..10 => {
                let (owner, spender) = self.allowed(one, two);
                let left = self.model.allowance(owner, spender, ledger);
                let amount = self.amount(left);
                if self.rng.random_range(0..3) == 0 {
                    Step::BurnFrom(spender, owner, amount)
                } else {
                    Step::TransferFrom(spender, owner, three, amount)
                }
            }
            _ => {
                let part = self.model.balances[one] / 4;
                Step::Burn(one, self.amount(part))
            }
        }
    }

    /// Owner and spender: mostly of an allowance that there is.
    fn allowed(&mut self, owner: usize, spender: usize) -> (usize, usize) {
        let known: std::vec::Vec<_> = self.model.allowances.keys().copied().collect();
        if known.is_empty() || self.rng.random_range(0..4) == 0 {
            return (owner, spender);
        }
        known[self.rng.random_range(0..known.len())]
    }

    fn call(&self, step: Step) -> Result<(), Result<TokenError, InvokeError>> {
        let (token, who) = (&self.own.token, &self.people);
        let called = match step {
            Step::Mint(amount) => token.try_mint(&amount),
            Step::Transfer(from, to, amount) => token.try_transfer(&who[from], &who[to], &amount),
            Step::Approve(owner, spender, amount, until) => {
                token.try_approve(&who[owner], &who[spender], &amount, &until)
            }
            Step::TransferFrom(spender, from, to, amount) => {
                token.try_transfer_from(&who[spender], &who[from], &who[to], &amount)
            }
            Step::Burn(owner, amount) => token.try_burn(&who[owner], &amount),
            Step::BurnFrom(spender, owner, amount) => {
                token.try_burn_from(&who[spender], &who[owner], &amount)
            }
        };
        called.map(|done| done.expect("nothing is returned"))
    }

    fn play(&mut self) {
        if self.rng.random_range(0..6) == 0 {
            let ledgers = [1, 4, 30_000][self.rng.random_range(0..3)];
            self.own.close(ledgers);
            self.log.push(format!("close {ledgers}"));
        }
        let (step, ledger) = (self.step(), self.own.ledger());
        let before = self.model.clone();
        let expected = self.model.play(step, ledger);
        if expected.is_err() {
            self.model = before.clone();
        }
        let called = self.call(step);
        self.log.push(format!("{step:?}: {called:?}"));
        let told = self.own.events().len();
        assert_eq!(called, expected.map_err(Ok));
        assert_eq!(told, usize::from(called.is_ok()), "one event a call");
        self.played[usize::from(called.is_err())] += 1;
        assert!(self.model.minted >= before.minted);
        self.check(ledger);
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

#[test]
fn supply_is_the_sum_of_balances_within_the_cap_after_every_call_of_random_sequences() {
    let mut played = [0; 2];
    for seed in 0..SEQUENCES {
        let mut game = Game::new(seed);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            (0..CALLS).for_each(|_| game.play());
            game.check_all_allowances();
        }));
        if let Err(panic) = result {
            eprintln!("seed {seed}, cap {}", game.model.cap);
            game.log.iter().for_each(|line| eprintln!("  {line}"));
            std::panic::resume_unwind(panic);
        }
        played = [played[0] + game.played[0], played[1] + game.played[1]];
    }
    // The sequences are worth something: both happen often.
    assert!(played.iter().all(|calls| *calls > 3_000), "{played:?}");
}
