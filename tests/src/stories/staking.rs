//! Staking's: five owners stake, lock, delegate, leave and claim over years, three of them validators that a
//! council slashes or not, strangers expire what they can. Every stake is what a second
//! implementation says to the unit, every refusal is the one that it expects, and rewards differ from its exact
//! fractions by a unit a call at most.

use rand::{rngs::StdRng, seq::IndexedRandom, Rng, SeedableRng};
use soroban_sdk::{testutils::Address as _, Address, InvokeError};
use tributary_common::interfaces::staking::{
    Place, SlashStatus, StakingError, StakingState, MIN_AMOUNT,
};
use tributary_tests::{
    env::hurried_env,
    model::big,
    pool::ONE,
    stakes::{Stakes, DAY, WEEK, YEAR},
    staking_model::{Exact, Model},
    suite::MIN_BOND,
};

use crate::{play, play_half, Play, CALLS};

const OWNERS: usize = 5;
/// What each owner has.
const PURSE: i128 = 10_000_000 * ONE;

pub struct Game {
    stakes: Stakes,
    rng: StdRng,
    owners: Vec<Address>,
    giver: Address,
    model: Model,
    paid: i128,
    donated: i128,
    index: u128,
    calls: usize,
    log: Vec<String>,
}

type Told<T> = Result<T, StakingError>;

fn told<T, C: std::fmt::Debug>(
    result: Result<Result<T, C>, Result<StakingError, InvokeError>>,
) -> Told<T> {
    result
        .map(|value| value.expect("the declared type"))
        .map_err(|refusal| refusal.expect("an error of the contract's"))
}

impl Play for Game {
    fn new(seed: u64) -> Game {
        let env = hurried_env();
        env.cost_estimate().budget().reset_unlimited();
        let stakes = Stakes::on(env);
        let owners: Vec<_> = (0..OWNERS).map(|_| stakes.user(&[(&stakes.tft, PURSE)])).collect();
        let giver = stakes.user(&[(&stakes.tft, PURSE)]);
        stakes.env.mock_all_auths();
        let model = Model::new(stakes.now(), OWNERS);
        let rng = StdRng::seed_from_u64(seed);
        let (paid, donated, index, calls, log) = (0, 0, 0, 0, vec![]);
        let mut game = Game { stakes, rng, owners, giver, model, paid, donated, index, calls, log };
        for owner in 0..OWNERS {
            let (amount, lock) = (game.rng.random_range(MIN_BOND..9_000 * ONE), game.lock() / 2);
            game.stake_as(owner, amount, lock);
        }
        for validator in [0, 1] {
            game.register_as(validator);
        }
        game
    }

    fn step(&mut self) {
        // What waits only for its time is done more often than a stranger would.
        let now = self.stakes.now();
        let pending = |at| self.model.pending(at);
        let pending: Vec<_> = (0..self.model.validators.len()).filter_map(pending).collect();
        let due = pending.iter().any(|slash| now >= slash.ready_at);
        let choice = match self.rng.random_range(0..4) {
            0 if due => 53,
            1 if !pending.is_empty() => self.rng.random_range(19..34),
            _ => self.rng.random_range(0..60),
        };
        match choice {
            0..6 => {
                let owner = self.rng.random_range(0..OWNERS);
                let (amount, lock) = (self.amount(), self.lock());
                self.stake_as(owner, amount, lock);
            }
            6..8 => self.extend(),
            8..10 => self.expire(),
            10..19 => self.delegate(),
            19..25 => self.undelegate(),
            25..29 => self.complete_unbonding(),
            29..34 => self.unstake(),
            34..39 => self.claim(),
            39..45 => self.notify(),
            45 => {
                let position = self.rng.random_range(0..self.model.positions.len());
                self.register_as(position);
            }
            46..48 => self.update(),
            48 => self.claim_commission(),
            49..53 => self.propose(),
            53..57 => self.execute(),
            57..59 => self.end(),
            _ => self.donate(),
        }
        self.check();
        if self.calls.is_multiple_of(12) {
            self.check_all();
        }
        self.wait();
    }

    fn finish(&mut self) {
        self.check_all();
    }

    fn log(&self) -> &[String] {
        &self.log
    }
}

impl Game {
    fn wait(&mut self) {
        let most = match self.rng.random_range(0..13) {
            0..3 => return,
            3 | 4 => 60,
            5 => 2 * DAY,
            6 => WEEK,
            7 => 30 * DAY,
            8 if self.rng.random_range(0..3) == 0 => YEAR / 2,
            _ => 0,
        };
        let seconds = match most {
            0 => match self.moments().choose(&mut self.rng) {
                Some(moment) => moment - self.stakes.now(),
                None => return,
            },
            most => self.rng.random_range(1..=most),
        };
        self.stakes.wait(1, seconds);
        self.model.pass(self.stakes.now());
        self.log.push(format!("{seconds} s"));
    }

    /// When something begins or ends, and a second later.
    fn moments(&self) -> Vec<u64> {
        let mut moments = vec![self.model.ends_at];
        for slash in &self.model.slashes {
            if slash.status == SlashStatus::Pending {
                moments.extend([slash.ready_at; 3]);
                moments.push(slash.expires_at);
            }
        }
        for position in &self.model.positions {
            if position.place == Place::Unbonding {
                moments.push(position.unbonding_end);
            } else if position.lock_end < self.stakes.now() + YEAR {
                moments.push(position.lock_end);
            }
        }
        moments.extend(moments.clone().iter().map(|moment| moment + 1));
        moments.retain(|moment| *moment > self.stakes.now());
        moments
    }

    /// Notes a call, and holds that both answer the same.
    fn same<T: std::fmt::Debug + PartialEq>(
        &mut self,
        what: String,
        told: Told<T>,
        model: Told<T>,
    ) {
        self.calls += 1;
        self.log.push(format!("{what}: {told:?}"));
        assert_eq!(told, model, "{what}");
    }

    fn any_position(&mut self) -> (usize, Address, u32) {
        let position = self.rng.random_range(0..self.model.positions.len());
        let known = &self.model.positions[position];
        (position, self.owners[known.owner].clone(), known.number)
    }

    /// One in this place, if there is one.
    fn position_in(&mut self, places: &[Place]) -> (usize, Address, u32) {
        let found: Vec<_> = (0..self.model.positions.len())
            .filter(|position| places.contains(&self.model.positions[*position].place))
            .collect();
        match found.choose(&mut self.rng) {
            Some(position) if self.rng.random_range(0..8) > 0 => {
                let known = &self.model.positions[*position];
                (*position, self.owners[known.owner].clone(), known.number)
            }
            _ => self.any_position(),
        }
    }

    fn any_validator(&mut self) -> Option<usize> {
        let validators: Vec<_> = (0..self.model.validators.len()).collect();
        validators.choose(&mut self.rng).copied()
    }

    fn address(&self, validator: usize) -> Address {
        self.owners[self.model.validators[validator].owner].clone()
    }

    fn amount(&mut self) -> i128 {
        let most = match self.rng.random_range(0..8) {
            0 => MIN_AMOUNT + 5,
            1 => 2 * MIN_BOND,
            2 => 200_000 * ONE,
            _ => 5_000 * ONE,
        };
        let least = if self.rng.random_range(0..20) == 0 { -1 } else { MIN_AMOUNT };
        self.rng.random_range(least..=most)
    }

    fn lock(&mut self) -> u64 {
        match self.rng.random_range(0..10) {
            0..4 => 0,
            4 => 4 * YEAR,
            5 => 4 * YEAR + 1,
            6 | 7 => self.rng.random_range(1..60 * DAY),
            _ => self.rng.random_range(1..4 * YEAR),
        }
    }

    fn stake_as(&mut self, owner: usize, amount: i128, lock: u64) {
        let told = told(self.stakes.staking.try_stake(&self.owners[owner], &amount, &lock));
        let model = self.model.stake(owner, amount, lock);
        self.same(format!("{owner} stakes {amount} for {lock}"), told, model);
    }

    fn extend(&mut self) {
        let ((position, owner, number), lock) = (self.any_position(), self.lock());
        let told = told(self.stakes.staking.try_extend(&owner, &number, &lock));
        let model = self.model.extend(position, lock);
        self.same(format!("extend {position} by {lock}"), told, model);
    }

    fn expire(&mut self) {
        let (position, owner, number) = self.any_position();
        let told = told(self.stakes.staking.try_expire(&owner, &number));
        let model = self.model.expire(position);
        self.same(format!("expire {position}"), told, model);
    }

    fn delegate(&mut self) {
        let (position, owner, number) = self.position_in(&[Place::Undelegated, Place::Unbonding]);
        let validator = self.any_validator().filter(|_| self.rng.random_range(0..30) > 0);
        let to = match validator {
            Some(validator) => self.address(validator),
            None => Address::generate(&self.stakes.env),
        };
        let told = told(self.stakes.staking.try_delegate(&owner, &number, &to));
        let model = self.model.delegate(position, validator);
        self.same(format!("delegate {position} to {validator:?}"), told, model);
    }

    fn undelegate(&mut self) {
        let (position, owner, number) = self.position_in(&[Place::Delegated]);
        let told = told(self.stakes.staking.try_undelegate(&owner, &number));
        let model = self.model.undelegate(position);
        self.same(format!("undelegate {position}"), told, model);
    }

    fn complete_unbonding(&mut self) {
        let (position, owner, number) = self.position_in(&[Place::Unbonding]);
        let told = told(self.stakes.staking.try_complete_unbonding(&owner, &number));
        let model = self.model.complete_unbonding(position);
        self.same(format!("complete {position}"), told, model);
    }

    fn unstake(&mut self) {
        let (position, owner, number) = self.position_in(&[Place::Undelegated, Place::Unbonding]);
        let told = told(self.stakes.staking.try_unstake(&owner, &number));
        let model = self.model.unstake(position);
        self.same(format!("unstake {position}"), told, model);
    }

    fn claim(&mut self) {
        let (position, owner, number) = self.any_position();
        let told = told(self.stakes.staking.try_claim(&owner, &number));
        self.log.push(format!("claim {position}: {told:?}"));
        self.calls += 1;
        let amount = told.unwrap_or_else(|error| {
            assert_eq!(error, StakingError::NothingToClaim);
            0
        });
        let known = &self.model.positions[position];
        let before = known.claimed;
        assert!(known.earned.is_near(before + amount, self.calls), "{position} claims {amount}");
        self.paid += amount;
        if amount > 0 {
            self.model.claimed(position, amount);
        }
    }

    fn claim_commission(&mut self) {
        let Some(validator) = self.any_validator() else { return };
        let told = told(self.stakes.staking.try_claim_commission(&self.address(validator)));
        self.log.push(format!("commission of {validator}: {told:?}"));
        self.calls += 1;
        let amount = told.unwrap_or_else(|error| {
            assert_eq!(error, StakingError::NothingToClaim);
            0
        });
        let known = &self.model.validators[validator];
        assert!(known.earned.is_near(known.claimed + amount, self.calls), "{amount}");
        self.paid += amount;
        if amount > 0 {
            self.model.commission_claimed(validator, amount);
        }
    }

    fn notify(&mut self) {
        let amount = self.amount();
        let told = told(self.stakes.staking.try_notify(&self.giver, &amount));
        let mut model = self.model.notify(amount);
        if let (Ok(told), Ok(model)) = (&told, &mut model) {
            // What remains is rounded in the contract, and the end is a whole second.
            assert!(told.abs_diff(*model) <= 1, "{told} {model}");
            (*model, self.model.ends_at) = (*told, *told);
        }
        self.same(format!("notify {amount}"), told, model);
    }

    fn register_as(&mut self, position: usize) {
        let commission = self.rng.random_range(0..=2_001);
        let known = &self.model.positions[position];
        let (owner, number) = (self.owners[known.owner].clone(), known.number);
        let hash = self.stakes.hash();
        let register =
            self.stakes.staking.try_register_validator(&owner, &number, &commission, &hash);
        let told = told(register);
        let model = self.model.register(position, commission);
        self.same(format!("register {position} at {commission}"), told, model);
    }

    fn update(&mut self) {
        let Some(validator) = self.any_validator() else { return };
        let current = self.model.validators[validator].commission_bps;
        let commission = match self.rng.random_range(0..4) {
            0 => self.rng.random_range(0..=2_001),
            _ => (current + self.rng.random_range(0..=101)).saturating_sub(20),
        };
        let (address, hash) = (self.address(validator), self.stakes.hash());
        let told = told(self.stakes.staking.try_update_validator(&address, &commission, &hash));
        let model = self.model.update(validator, commission);
        self.same(format!("{validator} takes {commission}"), told, model);
    }

    fn propose(&mut self) {
        let Some(validator) = self.any_validator() else { return };
        let bps = match self.rng.random_range(0..10) {
            0 => self.rng.random_range(0..=3_001),
            1 => 3_000,
            _ => self.rng.random_range(1..=1_000),
        };
        let (address, hash) = (self.address(validator), self.stakes.hash());
        let told = told(self.stakes.staking.try_propose_slash(&address, &bps, &hash));
        let model = self.model.propose(validator, bps);
        self.same(format!("propose {bps} of {validator}"), told, model);
    }

    /// A slash, most often the last.
    fn any_slash(&mut self) -> u32 {
        let last = self.model.slashes.len().try_into().expect("few");
        match self.rng.random_range(0..4) {
            0 => self.rng.random_range(0..=last + 1),
            _ => last,
        }
    }

    fn execute(&mut self) {
        let slash = self.any_slash();
        let told = told(self.stakes.staking.try_execute_slash(&slash));
        let model = match slash.checked_sub(1) {
            Some(number) => self.model.execute(number as usize),
            None => Err(StakingError::UnknownSlash),
        };
        self.same(format!("execute {slash}"), told, model);
    }

    fn end(&mut self) {
        let slash = self.any_slash();
        let veto = self.rng.random();
        let (told, status) = if veto {
            (told(self.stakes.staking.try_veto_slash(&slash)), SlashStatus::Vetoed)
        } else {
            (told(self.stakes.staking.try_cancel_slash(&slash)), SlashStatus::Cancelled)
        };
        let model = match slash.checked_sub(1) {
            Some(number) => self.model.end(number as usize, status),
            None => Err(StakingError::UnknownSlash),
        };
        self.same(format!("{status:?} {slash}"), told, model);
    }

    fn donate(&mut self) {
        let amount = self.rng.random_range(1..ONE);
        let call = self.stakes.transfer(
            &self.stakes.tft,
            &self.giver,
            &self.stakes.staking.address,
            amount,
        );
        call.invoke::<(), soroban_sdk::Error>(&self.stakes.env).expect("a transfer");
        self.donated += amount;
        self.log.push(format!("donates {amount}"));
    }

    /// The whole.
    fn check(&mut self) {
        let state = self.stakes.staking.state();
        let StakingState { staked, rewards, undelegated, weight, reward_per_weight, .. } = state;
        let model = &self.model;
        assert_eq!(staked.unsigned_abs(), model.staked);
        assert_eq!(rewards, model.funded - self.paid);
        let balance = self.stakes.balance(&self.stakes.tft, &self.stakes.staking.address);
        assert_eq!(balance, staked + rewards + self.donated);
        let place = |place: Place| {
            (0..model.positions.len()).filter(move |at| model.positions[*at].place == place)
        };
        let with_none: u128 = place(Place::Undelegated).map(|at| model.amount(at)).sum();
        assert_eq!(undelegated.unsigned_abs(), with_none);
        // All that is staked is somewhere.
        let at_stake: u128 = model.validators.iter().map(|at| at.stake + at.unbonding).sum();
        let withheld: u128 = (0..model.positions.len()).map(|at| model.withheld(at).0).sum();
        assert_eq!(model.staked, with_none + at_stake + withheld);
        assert!(reward_per_weight >= self.index, "rewards per weight never fall");
        self.index = reward_per_weight;
        let earning = place(Place::Undelegated).chain(place(Place::Delegated)).next().is_some();
        assert_eq!(weight > 0, earning);
        let now = self.stakes.now();
        assert_eq!(state.ends_at.max(now), model.ends_at.max(now));
    }

    /// Every position and validator.
    fn check_all(&mut self) {
        let (staking, now, calls) = (&self.stakes.staking, self.stakes.now(), self.calls);
        let mut shared_out = 0;
        let mut owned = vec![(0, vec![]); OWNERS];
        for (at, known) in self.model.positions.iter().enumerate() {
            let view = staking.position(&self.owners[known.owner], &known.number);
            assert_eq!(view.place, known.place, "{at}");
            assert_eq!(view.amount.unsigned_abs(), self.model.amount(at), "{at}");
            assert_eq!(view.withheld.unsigned_abs(), self.model.withheld(at).0, "{at}");
            let lock = if now >= known.lock_end { 0 } else { known.lock };
            assert_eq!((view.lock, view.lock_end), (lock, known.lock_end), "{at}");
            let earning = matches!(known.place, Place::Undelegated | Place::Delegated);
            let weight = if earning { known.shares * u128::from(4 * YEAR + 3 * lock) } else { 0 };
            assert_eq!(view.weight, weight, "{at}");
            let total = known.claimed + view.claimable;
            shared_out += total;
            owned[known.owner].0 += total;
            owned[known.owner].1.push(&known.earned);
        }
        for (owner, (total, earned)) in owned.into_iter().enumerate() {
            let earned = earned.into_iter().fold(Exact::zero(), |sum, part| sum.plus(part));
            assert!(earned.is_near(total, calls), "{owner}: {total}, {}", earned.floor());
        }
        for (at, known) in self.model.validators.iter().enumerate() {
            let view = staking.validator(&self.address(at));
            assert_eq!(view.stake.unsigned_abs(), known.stake, "{at}");
            assert_eq!(view.unbonding.unsigned_abs(), known.unbonding, "{at}");
            assert_eq!(view.bond.unsigned_abs(), self.model.bond(at), "{at}");
            let pending = self.model.pending(at);
            assert_eq!(view.slash_expires_at, pending.map_or(0, |slash| slash.expires_at), "{at}");
            let withheld = if pending.is_some() { known.withheld } else { 0 };
            assert_eq!(view.withheld.unsigned_abs(), withheld, "{at}");
            let due = known.announced.filter(|(_, from)| now >= *from);
            assert_eq!(view.commission_bps, due.map_or(known.commission_bps, |(bps, _)| bps));
            let total = known.claimed + view.claimable;
            assert!(known.earned.is_near(total, calls), "{at}: {total}");
            shared_out += total;
        }
        let StakingState { remaining, treasury, .. } = staking.state();
        // Never more than was funded, and what rounding leaves behind is less than two units a call.
        let left = self.model.funded - shared_out - remaining;
        assert!((0..=2 * calls as i128).contains(&left), "{left} of {}", big(self.model.funded));
        let protected = self.stakes.balance(&self.stakes.tft, &treasury);
        assert_eq!(protected.unsigned_abs(), self.model.protected);
    }
}

#[test]
fn stakes_and_rewards_follow_the_model_after_every_call_of_random_sequences_even() {
    play_half::<Game>(0);
}

#[test]
fn stakes_and_rewards_follow_the_model_after_every_call_of_random_sequences_odd() {
    play_half::<Game>(1);
}

/// Decades in one contract.
#[test]
fn stakes_and_rewards_follow_the_model_for_decades() {
    for seed in 0..8 {
        play::<Game>(1_000_000 + seed, 400);
    }
}

/// What the sequences are for does happen in them.
#[test]
fn random_sequences_reach_what_staking_does_and_refuses() {
    let mut reached = std::collections::BTreeSet::new();
    for seed in 0..200 {
        let mut game = Game::new(seed);
        for _ in 0..CALLS {
            game.step();
        }
        for line in game.log() {
            let Some((call, answer)) = line.split_once(": ") else { continue };
            let answer = if answer.starts_with("Ok") { "Ok" } else { answer };
            let call = call.split(' ').find(|word| word.parse::<u32>().is_err());
            reached.insert(format!("{} {answer}", call.expect("a verb")));
        }
        for position in &game.model.positions {
            if position.withheld > 0 {
                let outcome = game.model.slashes[position.slash].status;
                reached.insert(format!("withheld {outcome:?}"));
            }
        }
    }
    for expected in [
        "stakes Ok",
        "extend Ok",
        "expire Ok",
        "delegate Ok",
        "undelegate Ok",
        "complete Ok",
        "unstake Ok",
        "claim Ok",
        "notify Ok",
        "register Ok",
        "takes Ok",
        "commission Ok",
        "propose Ok",
        "execute Ok",
        "Vetoed Ok",
        "Cancelled Ok",
        "withheld Pending",
        "withheld Executed",
        "stakes Err(InvalidAmount)",
        "stakes Err(InvalidLock)",
        "extend Err(LockNotLonger)",
        "extend Err(NothingStaked)",
        "expire Err(Locked)",
        "expire Err(AlreadyExpired)",
        "delegate Err(StillDelegated)",
        "delegate Err(StillUnbonding)",
        "delegate Err(NothingStaked)",
        "delegate Err(UnknownValidator)",
        "delegate Err(SlashPending)",
        "delegate Err(BondTooSmall)",
        "undelegate Err(NotDelegated)",
        "complete Err(NothingUnbonded)",
        "complete Err(StillUnbonding)",
        "unstake Err(Locked)",
        "unstake Err(StillDelegated)",
        "unstake Err(StillUnbonding)",
        "unstake Err(NothingStaked)",
        "register Err(DuplicateValidator)",
        "takes Err(CommissionRise)",
        "propose Err(SlashPending)",
        "propose Err(SlashCapExceeded)",
        "execute Err(NoticeNotOver)",
        "execute Err(SlashLapsed)",
        "execute Err(AlreadyExecuted)",
        "execute Err(SlashVetoed)",
        "execute Err(SlashCancelled)",
    ] {
        assert!(reached.contains(expected), "never: {expected}; {reached:#?}");
    }
}
