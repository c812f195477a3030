//! Staking's: five owners stake, lock, delegate, leave and claim over years, three of them validators that a
//! council slashes or not, strangers expire what they can. Every stake is what a second
//! implementation says to the unit, every refusal is the one that it expects, and rewards differ from its exact
//! fractions by a unit a call at most.

use proptest::{prelude::*, sample::Index};
use soroban_sdk::{testutils::Address as _, Address, InvokeError};
use tributary_common::interfaces::staking::{
    Place, SlashStatus, StakingError, StakingState, MIN_AMOUNT,
};

use crate::{
    env::{
        hurried_env,
        pool::ONE,
        stakes::{Stakes, DAY, WEEK, YEAR},
    },
    ledger::suite::MIN_BOND,
    model::big,
    staking_model::{Exact, Model},
    story::{chosen, Chosen, Story},
};

const OWNERS: usize = 5;
/// What each owner has.
const PURSE: i128 = 10_000_000 * ONE;

pub struct Game {
    stakes: Stakes,
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

/// What each owner begins with: a stake, its lock.
#[derive(Clone, Debug)]
pub struct Begin {
    stakes: [(i128, u64); OWNERS],
    /// Of the first two owners, who ask to be validators.
    commissions: [u32; 2],
}

#[derive(Clone, Debug)]
pub enum Call {
    Stake {
        owner: usize,
        amount: i128,
        lock: u64,
    },
    Extend {
        position: Index,
        lock: u64,
    },
    Expire {
        position: Index,
    },
    Delegate {
        position: Chosen,
        validator: Option<Index>,
    },
    Undelegate {
        position: Chosen,
    },
    CompleteUnbonding {
        position: Chosen,
    },
    Unstake {
        position: Chosen,
    },
    Claim {
        position: Index,
    },
    Notify {
        amount: i128,
    },
    Register {
        position: Index,
        commission_bps: u32,
    },
    Update {
        validator: Index,
        commission_bps: u32,
    },
    /// By so much more than 20 basis points less.
    Raise {
        validator: Index,
        bps: u32,
    },
    ClaimCommission {
        validator: Index,
    },
    ProposeSlash {
        validator: Index,
        bps: u32,
    },
    /// The last one, or another.
    ExecuteSlash {
        other: Option<Index>,
    },
    EndSlash {
        other: Option<Index>,
        veto: bool,
    },
    Donate {
        amount: i128,
    },
}

/// How long nothing happens after a call.
#[derive(Clone, Debug)]
pub enum Wait {
    Seconds(u64),
    /// Until something begins or ends, or a second later.
    Moment(Index),
}

#[derive(Clone, Debug)]
pub struct Step {
    call: Call,
    wait: Wait,
}

fn amount() -> impl Strategy<Value = i128> {
    let most = |most| prop_oneof![19 => MIN_AMOUNT..=most, 1 => -1..MIN_AMOUNT];
    prop_oneof![
        5 => most(5_000 * ONE),
        1 => most(MIN_AMOUNT + 5),
        1 => most(2 * MIN_BOND),
        1 => most(200_000 * ONE),
    ]
}

fn lock() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => Just(0),
        1 => Just(4 * YEAR),
        1 => Just(4 * YEAR + 1),
        2 => 1..60 * DAY,
        2 => 1..4 * YEAR,
    ]
}

fn call() -> impl Strategy<Value = Call> {
    let index = any::<Index>;
    let bps = prop_oneof![8 => 1..=1_000u32, 1 => 0..=3_001u32, 1 => Just(3_000)];
    prop_oneof![
        6 => (0..OWNERS, amount(), lock())
            .prop_map(|(owner, amount, lock)| Call::Stake { owner, amount, lock }),
        2 => (index(), lock()).prop_map(|(position, lock)| Call::Extend { position, lock }),
        2 => index().prop_map(|position| Call::Expire { position }),
        9 => (chosen(), prop::option::weighted(0.97, index()))
            .prop_map(|(position, validator)| Call::Delegate { position, validator }),
        8 => chosen().prop_map(|position| Call::Undelegate { position }),
        6 => chosen().prop_map(|position| Call::CompleteUnbonding { position }),
        7 => chosen().prop_map(|position| Call::Unstake { position }),
        5 => index().prop_map(|position| Call::Claim { position }),
        6 => amount().prop_map(|amount| Call::Notify { amount }),
        1 => (index(), 0..=2_001u32)
            .prop_map(|(position, commission_bps)| Call::Register { position, commission_bps }),
        1 => (index(), 0..=2_001u32)
            .prop_map(|(validator, commission_bps)| Call::Update { validator, commission_bps }),
        2 => (index(), 0..=101u32).prop_map(|(validator, bps)| Call::Raise { validator, bps }),
        1 => index().prop_map(|validator| Call::ClaimCommission { validator }),
        4 => (index(), bps).prop_map(|(validator, bps)| Call::ProposeSlash { validator, bps }),
        8 => prop::option::weighted(0.25, index())
            .prop_map(|other| Call::ExecuteSlash { other }),
        2 => (prop::option::weighted(0.25, index()), any::<bool>())
            .prop_map(|(other, veto)| Call::EndSlash { other, veto }),
        1 => (1..ONE).prop_map(|amount| Call::Donate { amount }),
    ]
}

fn wait() -> impl Strategy<Value = Wait> {
    prop_oneof![
        6 => Just(0),
        4 => 1..=60u64,
        2 => 1..=2 * DAY,
        2 => 1..=WEEK,
        2 => 1..=30 * DAY,
        1 => 1..=YEAR / 2,
    ]
    .prop_map(Wait::Seconds)
    .boxed()
    .prop_union(any::<Index>().prop_map(Wait::Moment).boxed())
}

impl Story for Game {
    type Setup = Begin;
    type Step = Step;

    fn setup() -> impl Strategy<Value = Begin> {
        let stake = || (MIN_BOND..9_000 * ONE, lock().prop_map(|lock| lock / 2));
        let stakes = [stake(), stake(), stake(), stake(), stake()];
        (stakes, [0..=2_001u32, 0..=2_001u32])
            .prop_map(|(stakes, commissions)| Begin { stakes, commissions })
    }

    fn steps() -> impl Strategy<Value = Step> {
        (call(), wait()).prop_map(|(call, wait)| Step { call, wait })
    }

    fn begin(begin: &Begin) -> Game {
        let env = hurried_env();
        env.cost_estimate().budget().reset_unlimited();
        let stakes = Stakes::on(env);
        let owners: Vec<_> = (0..OWNERS).map(|_| stakes.user(&[(&stakes.tft, PURSE)])).collect();
        let giver = stakes.user(&[(&stakes.tft, PURSE)]);
        stakes.env.mock_all_auths();
        let model = Model::new(stakes.now(), OWNERS);
        let (paid, donated, index, calls, log) = (0, 0, 0, 0, vec![]);
        let mut game = Game { stakes, owners, giver, model, paid, donated, index, calls, log };
        for (owner, (amount, lock)) in begin.stakes.into_iter().enumerate() {
            game.stake(owner, amount, lock);
        }
        for (validator, commission_bps) in begin.commissions.into_iter().enumerate() {
            game.register(validator, commission_bps);
        }
        game
    }

    fn step(&mut self, step: &Step) {
        let positions = self.model.positions.len();
        let validators = self.model.validators.len();
        // There may be no validator to speak of.
        let about = |validator: &Index| (validators > 0).then(|| validator.index(validators));
        match &step.call {
            Call::Stake { owner, amount, lock } => self.stake(*owner, *amount, *lock),
            Call::Extend { position, lock } => self.extend(position.index(positions), *lock),
            Call::Expire { position } => self.expire(position.index(positions)),
            Call::Delegate { position, validator } => {
                self.delegate(*position, validator.as_ref().and_then(about));
            }
            Call::Undelegate { position } => self.undelegate(*position),
            Call::CompleteUnbonding { position } => self.complete_unbonding(*position),
            Call::Unstake { position } => self.unstake(*position),
            Call::Claim { position } => self.claim(position.index(positions)),
            Call::Notify { amount } => self.notify(*amount),
            Call::Register { position, commission_bps } => {
                self.register(position.index(positions), *commission_bps);
            }
            Call::Update { validator, commission_bps } => {
                about(validator).into_iter().for_each(|at| self.update(at, *commission_bps));
            }
            Call::Raise { validator, bps } => about(validator).into_iter().for_each(|at| {
                let commission_bps = self.model.validators[at].commission_bps + bps;
                self.update(at, commission_bps.saturating_sub(20));
            }),
            Call::ClaimCommission { validator } => {
                about(validator).into_iter().for_each(|at| self.claim_commission(at));
            }
            Call::ProposeSlash { validator, bps } => {
                about(validator).into_iter().for_each(|at| self.propose(at, *bps));
            }
            Call::ExecuteSlash { other } => self.execute(self.slash(other)),
            Call::EndSlash { other, veto } => self.end(self.slash(other), *veto),
            Call::Donate { amount } => self.donate(*amount),
        }
        self.check();
        if self.calls.is_multiple_of(12) {
            self.check_all();
        }
        self.wait(&step.wait);
    }

    fn finish(&mut self) {
        self.check_all();
    }

    fn log(&self) -> &[String] {
        &self.log
    }
}

impl Game {
    fn wait(&mut self, wait: &Wait) {
        let seconds = match wait {
            Wait::Seconds(0) => return,
            Wait::Seconds(seconds) => *seconds,
            Wait::Moment(moment) => match self.moments() {
                none if none.is_empty() => return,
                moments => moment.get(&moments) - self.stakes.now(),
            },
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

    fn position(&self, position: usize) -> (Address, u32) {
        let known = &self.model.positions[position];
        (self.owners[known.owner].clone(), known.number)
    }

    /// One in these places, if there is one.
    fn position_in(&self, places: &[Place], chosen: Chosen) -> (usize, Address, u32) {
        let position = chosen
            .among(&self.model.positions, |position| places.contains(&position.place))
            .expect("each owner begins with one");
        let (owner, number) = self.position(position);
        (position, owner, number)
    }

    fn address(&self, validator: usize) -> Address {
        self.owners[self.model.validators[validator].owner].clone()
    }

    fn stake(&mut self, owner: usize, amount: i128, lock: u64) {
        let told = told(self.stakes.staking.try_stake(&self.owners[owner], &amount, &lock));
        let model = self.model.stake(owner, amount, lock);
        self.same(format!("{owner} stakes {amount} for {lock}"), told, model);
    }

    fn extend(&mut self, position: usize, lock: u64) {
        let (owner, number) = self.position(position);
        let told = told(self.stakes.staking.try_extend(&owner, &number, &lock));
        let model = self.model.extend(position, lock);
        self.same(format!("extend {position} by {lock}"), told, model);
    }

    fn expire(&mut self, position: usize) {
        let (owner, number) = self.position(position);
        let told = told(self.stakes.staking.try_expire(&owner, &number));
        let model = self.model.expire(position);
        self.same(format!("expire {position}"), told, model);
    }

    fn delegate(&mut self, chosen: Chosen, validator: Option<usize>) {
        let places = [Place::Undelegated, Place::Unbonding];
        let (position, owner, number) = self.position_in(&places, chosen);
        let to = match validator {
            Some(validator) => self.address(validator),
            None => Address::generate(&self.stakes.env),
        };
        let told = told(self.stakes.staking.try_delegate(&owner, &number, &to));
        let model = self.model.delegate(position, validator);
        self.same(format!("delegate {position} to {validator:?}"), told, model);
    }

    fn undelegate(&mut self, chosen: Chosen) {
        let places = [Place::Delegated];
        let (position, owner, number) = self.position_in(&places, chosen);
        let told = told(self.stakes.staking.try_undelegate(&owner, &number));
        let model = self.model.undelegate(position);
        self.same(format!("undelegate {position}"), told, model);
    }

    fn complete_unbonding(&mut self, chosen: Chosen) {
        let places = [Place::Unbonding];
        let (position, owner, number) = self.position_in(&places, chosen);
        let told = told(self.stakes.staking.try_complete_unbonding(&owner, &number));
        let model = self.model.complete_unbonding(position);
        self.same(format!("complete {position}"), told, model);
    }

    fn unstake(&mut self, chosen: Chosen) {
        let places = [Place::Undelegated, Place::Unbonding];
        let (position, owner, number) = self.position_in(&places, chosen);
        let told = told(self.stakes.staking.try_unstake(&owner, &number));
        let model = self.model.unstake(position);
        self.same(format!("unstake {position}"), told, model);
    }

    fn claim(&mut self, position: usize) {
        let (owner, number) = self.position(position);
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

    fn claim_commission(&mut self, validator: usize) {
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

    fn notify(&mut self, amount: i128) {
        let told = told(self.stakes.staking.try_notify(&self.giver, &amount));
        let mut model = self.model.notify(amount);
        if let (Ok(told), Ok(model)) = (&told, &mut model) {
            // What remains is rounded in the contract, and the end is a whole second.
            assert!(told.abs_diff(*model) <= 1, "{told} {model}");
            (*model, self.model.ends_at) = (*told, *told);
        }
        self.same(format!("notify {amount}"), told, model);
    }

    fn register(&mut self, position: usize, commission: u32) {
        let (owner, number) = self.position(position);
        let hash = self.stakes.hash();
        let register =
            self.stakes.staking.try_register_validator(&owner, &number, &commission, &hash);
        let told = told(register);
        let model = self.model.register(position, commission);
        self.same(format!("register {position} at {commission}"), told, model);
    }

    fn update(&mut self, validator: usize, commission: u32) {
        let (address, hash) = (self.address(validator), self.stakes.hash());
        let told = told(self.stakes.staking.try_update_validator(&address, &commission, &hash));
        let model = self.model.update(validator, commission);
        self.same(format!("{validator} takes {commission}"), told, model);
    }

    fn propose(&mut self, validator: usize, bps: u32) {
        let (address, hash) = (self.address(validator), self.stakes.hash());
        let told = told(self.stakes.staking.try_propose_slash(&address, &bps, &hash));
        let model = self.model.propose(validator, bps);
        self.same(format!("propose {bps} of {validator}"), told, model);
    }

    /// The number of the last slash, or of another, or one that none has.
    fn slash(&self, other: &Option<Index>) -> u32 {
        let last = self.model.slashes.len();
        let number = other.as_ref().map_or(last, |other| other.index(last + 2));
        number.try_into().expect("few")
    }

    fn execute(&mut self, slash: u32) {
        let told = told(self.stakes.staking.try_execute_slash(&slash));
        let model = match slash.checked_sub(1) {
            Some(number) => self.model.execute(number as usize),
            None => Err(StakingError::UnknownSlash),
        };
        self.same(format!("execute {slash}"), told, model);
    }

    fn end(&mut self, slash: u32, veto: bool) {
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

    fn donate(&mut self, amount: i128) {
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

    /// What has been done and refused, and what became of what was withheld.
    pub fn reached(&self) -> Vec<String> {
        let mut reached = vec![];
        for line in &self.log {
            let Some((call, answer)) = line.split_once(": ") else { continue };
            let answer = if answer.starts_with("Ok") { "Ok" } else { answer };
            let call = call.split(' ').find(|word| word.parse::<u32>().is_err());
            reached.push(format!("{} {answer}", call.expect("a verb")));
        }
        let withheld = self.model.positions.iter().filter(|position| position.withheld > 0);
        reached.extend(
            withheld.map(|position| {
                format!("withheld {:?}", self.model.slashes[position.slash].status)
            }),
        );
        reached
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
        let protection = self.stakes.balance(&self.stakes.tft, &treasury);
        assert_eq!(protection.unsigned_abs(), self.model.protection);
    }
}
