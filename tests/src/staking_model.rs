//! What staking must do, written a second time: staker by staker, without an index, and with rewards in exact
//! fractions of arbitrary-precision integers. Stakes are whole units and rounded as documented, so the
//! contract's must equal them; its rewards may differ by what it rounds.

use num_bigint::BigInt;
use num_traits::{ToPrimitive, Zero};
use tributary_common::interfaces::staking::{Place, SlashStatus, StakingError, MIN_AMOUNT};

use crate::{env::stakes::DAY, ledger::suite::MIN_BOND, model::big};

const FOUR_YEARS: u64 = 4 * 365 * DAY;

/// A fraction that is never reduced: adding costs little, and nothing here lives long.
#[derive(Clone, Debug)]
pub struct Exact {
    num: BigInt,
    den: BigInt,
}

impl Exact {
    pub fn new(num: impl Into<BigInt>, den: impl Into<BigInt>) -> Exact {
        Exact { num: num.into(), den: den.into() }
    }

    pub fn zero() -> Exact {
        Exact::new(0, 1)
    }

    pub fn is_zero(&self) -> bool {
        self.num.is_zero()
    }

    pub fn plus(&self, other: &Exact) -> Exact {
        if self.is_zero() {
            return other.clone();
        }
        if other.is_zero() {
            return self.clone();
        }
        Exact::new(&self.num * &other.den + &other.num * &self.den, &self.den * &other.den)
    }

    pub fn times(&self, num: &BigInt, den: &BigInt) -> Exact {
        Exact::new(&self.num * num, &self.den * den)
    }

    pub fn floor(&self) -> BigInt {
        &self.num / &self.den
    }

    /// Whether `amount` is at most `units` from it.
    pub fn is_near(&self, amount: i128, units: usize) -> bool {
        let difference = big(amount) * &self.den - &self.num;
        difference.magnitude() <= (&self.den * big(units)).magnitude()
    }
}

#[derive(Clone, Debug)]
pub struct Position {
    pub owner: usize,
    pub number: u32,
    pub place: Place,
    pub validator: usize,
    pub shares: u128,
    pub lock: u64,
    pub lock_end: u64,
    pub unbonding_end: u64,
    pub withheld: u128,
    pub slash: usize,
    /// Since the beginning, claimed or not.
    pub earned: Exact,
    pub claimed: i128,
}

impl Position {
    /// What a unit of its stake counts for.
    fn multiple(&self) -> u128 {
        u128::from(FOUR_YEARS + 3 * self.lock)
    }
}

#[derive(Clone, Debug)]
pub struct Validator {
    pub owner: usize,
    pub stake: u128,
    pub shares: u128,
    pub unbonding: u128,
    pub unbonding_shares: u128,
    pub own: u128,
    pub commission_bps: u32,
    /// (commission, from when on)
    pub announced: Option<(u32, u64)>,
    pub earned: Exact,
    pub claimed: i128,
    /// The slash that is not decided.
    pub pending: Option<usize>,
    pub withheld: u128,
    pub executed: Vec<(u64, u32)>,
}

#[derive(Clone, Debug)]
pub struct Slash {
    pub validator: usize,
    pub bps: u32,
    pub ready_at: u64,
    pub expires_at: u64,
    pub status: SlashStatus,
}

pub struct Model {
    pub now: u64,
    pub positions: Vec<Position>,
    pub validators: Vec<Validator>,
    pub slashes: Vec<Slash>,
    /// How many positions each owner has had.
    pub counts: Vec<u32>,
    /// All that is staked, with what is withheld.
    pub staked: u128,
    pub funded: i128,
    pub burned: u128,
    pub protection: u128,
    remaining: Exact,
    pub ends_at: u64,
}

type Answer<T> = Result<T, StakingError>;

fn ensure(condition: bool, error: StakingError) -> Answer<()> {
    if condition {
        Ok(())
    } else {
        Err(error)
    }
}

/// What `shares` of `total` are worth of `amount`.
fn worth(shares: u128, amount: u128, total: u128) -> u128 {
    (shares * amount).checked_div(total).unwrap_or_default()
}

impl Model {
    pub fn new(now: u64, owners: usize) -> Model {
        Model {
            now,
            positions: vec![],
            validators: vec![],
            slashes: vec![],
            counts: vec![0; owners],
            staked: 0,
            funded: 0,
            burned: 0,
            protection: 0,
            remaining: Exact::zero(),
            ends_at: 0,
        }
    }

    /// What a position counts for, exactly.
    fn weight(&self, position: &Position) -> Exact {
        let own = position.shares * position.multiple();
        match position.place {
            Place::Undelegated => Exact::new(own, 1),
            Place::Delegated => {
                let at = &self.validators[position.validator];
                Exact::new(big(own) * 2 * at.stake, at.shares)
            }
            Place::Unbonding | Place::Unstaked => Exact::zero(),
        }
    }

    /// Time passes: each staker earns her part.
    pub fn pass(&mut self, now: u64) {
        let (passed, left) = (now - self.now, self.ends_at.saturating_sub(self.now));
        self.now = now;
        if passed == 0 || self.remaining.is_zero() {
            return;
        }
        let weights: Vec<_> = self.positions.iter().map(|position| self.weight(position)).collect();
        let total = weights.iter().fold(Exact::zero(), |total, weight| total.plus(weight));
        if total.is_zero() {
            self.ends_at = now + left;
            return;
        }
        let due = if passed >= left {
            std::mem::replace(&mut self.remaining, Exact::zero())
        } else {
            let due = self.remaining.times(&big(passed), &big(left));
            self.remaining = self.remaining.times(&big(left - passed), &big(left));
            due
        };
        for (position, weight) in self.positions.iter_mut().zip(&weights) {
            if weight.is_zero() {
                continue;
            }
            let part = due.times(&weight.num, &weight.den).times(&total.den, &total.num);
            if position.place == Place::Delegated {
                let at = &mut self.validators[position.validator];
                let taken = big(at.commission_bps);
                at.earned = at.earned.plus(&part.times(&taken, &big(10_000)));
                let kept = part.times(&(big(10_000) - taken), &big(10_000));
                position.earned = position.earned.plus(&kept);
            } else {
                position.earned = position.earned.plus(&part);
            }
        }
    }

    /// What every call about a validator does first.
    fn touch_validator(&mut self, validator: usize) {
        let now = self.now;
        let at = &mut self.validators[validator];
        if let Some((bps, _)) = at.announced.filter(|(_, from)| now >= *from) {
            at.commission_bps = bps;
            at.announced = None;
        }
    }

    /// What every call about a position does first.
    fn touch(&mut self, position: usize) {
        let now = self.now;
        let touched = &mut self.positions[position];
        if now >= touched.lock_end {
            touched.lock = 0;
        }
        let (place, validator) = (touched.place, touched.validator);
        if matches!(place, Place::Delegated | Place::Unbonding) {
            self.touch_validator(validator);
        }
    }

    pub fn pending(&self, validator: usize) -> Option<&Slash> {
        let slash = &self.slashes[self.validators.get(validator)?.pending?];
        (self.now <= slash.expires_at).then_some(slash)
    }

    pub fn bond(&self, validator: usize) -> u128 {
        let at = &self.validators[validator];
        worth(at.own, at.stake, at.shares)
    }

    /// What a position has.
    pub fn amount(&self, position: usize) -> u128 {
        let position = &self.positions[position];
        match position.place {
            Place::Undelegated => position.shares,
            Place::Delegated => {
                let at = &self.validators[position.validator];
                worth(position.shares, at.stake, at.shares)
            }
            Place::Unbonding => {
                let from = &self.validators[position.validator];
                worth(position.shares, from.unbonding, from.unbonding_shares)
            }
            Place::Unstaked => 0,
        }
    }

    /// What is withheld of a position, and whether it is free.
    pub fn withheld(&self, position: usize) -> (u128, bool) {
        let position = &self.positions[position];
        if position.withheld == 0 {
            return (0, false);
        }
        let slash = &self.slashes[position.slash];
        match slash.status {
            SlashStatus::Executed => (0, false),
            SlashStatus::Pending => (position.withheld, self.now > slash.expires_at),
            SlashStatus::Vetoed | SlashStatus::Cancelled => (position.withheld, true),
        }
    }

    /// Takes a position out of where it is: (what it has, what a slash holds back of it).
    fn take_out(&mut self, position: usize) -> Answer<(u128, u128)> {
        let taken = &self.positions[position];
        ensure(taken.place != Place::Delegated, StakingError::StillDelegated)?;
        let unbonding = taken.place == Place::Unbonding;
        ensure(!unbonding || self.now >= taken.unbonding_end, StakingError::StillUnbonding)?;
        let (withheld, free) = self.withheld(position);
        let freed = if free { withheld } else { 0 };
        let all = self.amount(position);
        let held_back = match self.pending(taken.validator).filter(|_| unbonding) {
            Some(slash) => (all * u128::from(slash.bps)).div_ceil(10_000),
            None => 0,
        };
        ensure(all + freed > held_back, StakingError::NothingStaked)?;
        self.touch(position);
        let (validator, shares) = {
            let taken = &mut self.positions[position];
            (taken.validator, std::mem::take(&mut taken.shares))
        };
        if unbonding {
            let from = &mut self.validators[validator];
            from.unbonding -= all;
            from.unbonding_shares -= shares;
            from.withheld += held_back;
        }
        let pending = self.validators.get(validator).and_then(|from| from.pending);
        let taken = &mut self.positions[position];
        if free || withheld == 0 {
            taken.withheld = 0;
        }
        if held_back > 0 {
            assert_eq!(taken.withheld, 0, "withheld twice at a time");
            (taken.withheld, taken.slash) = (held_back, pending.expect("a slash"));
        }
        Ok((all - held_back + freed, held_back))
    }

    fn put(&mut self, position: usize, validator: usize, amount: u128) {
        let at = &mut self.validators[validator];
        let shares = match at.shares {
            0 => amount,
            total => amount * total / at.stake,
        };
        at.stake += amount;
        at.shares += shares;
        let put = &mut self.positions[position];
        if put.owner == at.owner {
            at.own += shares;
        }
        (put.place, put.validator, put.shares) = (Place::Delegated, validator, shares);
    }

    pub fn stake(&mut self, owner: usize, amount: i128, lock: u64) -> Answer<u32> {
        ensure(amount >= MIN_AMOUNT, StakingError::InvalidAmount)?;
        ensure(lock <= FOUR_YEARS, StakingError::InvalidLock)?;
        let number = self.counts[owner];
        self.counts[owner] += 1;
        self.staked += amount.unsigned_abs();
        self.positions.push(Position {
            owner,
            number,
            place: Place::Undelegated,
            validator: usize::MAX,
            shares: amount.unsigned_abs(),
            lock,
            lock_end: self.now + lock,
            unbonding_end: 0,
            withheld: 0,
            slash: 0,
            earned: Exact::zero(),
            claimed: 0,
        });
        Ok(number)
    }

    pub fn extend(&mut self, position: usize, lock: u64) -> Answer<u64> {
        ensure((1..=FOUR_YEARS).contains(&lock), StakingError::InvalidLock)?;
        let extended = &self.positions[position];
        ensure(extended.place != Place::Unstaked, StakingError::NothingStaked)?;
        ensure(self.now + lock > extended.lock_end, StakingError::LockNotLonger)?;
        self.touch(position);
        let extended = &mut self.positions[position];
        (extended.lock, extended.lock_end) = (lock, self.now + lock);
        Ok(self.now + lock)
    }

    pub fn expire(&mut self, position: usize) -> Answer<()> {
        let expired = &self.positions[position];
        ensure(expired.lock > 0, StakingError::AlreadyExpired)?;
        ensure(self.now >= expired.lock_end, StakingError::Locked)?;
        self.touch(position);
        Ok(())
    }

    pub fn delegate(&mut self, position: usize, validator: Option<usize>) -> Answer<i128> {
        let before = self.save(position);
        let owner = self.positions[position].owner;
        let (amount, _) = self.take_out(position)?;
        let allowed = match validator {
            None => Err(StakingError::UnknownValidator),
            Some(to) if self.pending(to).is_some() => Err(StakingError::SlashPending),
            Some(to) => {
                let bonded =
                    self.validators[to].owner == owner || self.bond(to) >= MIN_BOND.unsigned_abs();
                ensure(bonded, StakingError::BondTooSmall).map(|()| to)
            }
        };
        match allowed {
            Err(error) => {
                self.restore(position, before);
                Err(error)
            }
            Ok(to) => {
                self.touch_validator(to);
                self.put(position, to, amount);
                Ok(amount.cast_signed())
            }
        }
    }

    pub fn undelegate(&mut self, position: usize) -> Answer<u64> {
        let delegated = self.positions[position].place == Place::Delegated;
        ensure(delegated, StakingError::NotDelegated)?;
        self.touch(position);
        let amount = self.amount(position);
        let left = &mut self.positions[position];
        let from = &mut self.validators[left.validator];
        from.stake -= amount;
        from.shares -= left.shares;
        if from.owner == left.owner {
            from.own -= left.shares;
        }
        left.shares = match from.unbonding_shares {
            0 => amount,
            total => amount * total / from.unbonding,
        };
        from.unbonding += amount;
        from.unbonding_shares += left.shares;
        left.place = Place::Unbonding;
        left.unbonding_end = self.now + 28 * DAY;
        Ok(left.unbonding_end)
    }

    pub fn complete_unbonding(&mut self, position: usize) -> Answer<i128> {
        let completed = &self.positions[position];
        let something = match completed.place {
            Place::Unbonding => true,
            Place::Undelegated => self.withheld(position).1,
            Place::Delegated | Place::Unstaked => false,
        };
        ensure(something, StakingError::NothingUnbonded)?;
        let (amount, _) = self.take_out(position)?;
        let completed = &mut self.positions[position];
        (completed.place, completed.shares) = (Place::Undelegated, amount);
        Ok(amount.cast_signed())
    }

    pub fn unstake(&mut self, position: usize) -> Answer<i128> {
        ensure(self.now >= self.positions[position].lock_end, StakingError::Locked)?;
        let (amount, _) = self.take_out(position)?;
        self.positions[position].place = Place::Unstaked;
        self.staked -= amount;
        Ok(amount.cast_signed())
    }

    /// A claim of what the contract says.
    pub fn claimed(&mut self, position: usize, amount: i128) {
        self.touch(position);
        self.positions[position].claimed += amount;
    }

    pub fn commission_claimed(&mut self, validator: usize, amount: i128) {
        self.touch_validator(validator);
        self.validators[validator].claimed += amount;
    }

    pub fn notify(&mut self, amount: i128) -> Answer<u64> {
        ensure(amount >= MIN_AMOUNT, StakingError::InvalidAmount)?;
        let left = self.ends_at.saturating_sub(self.now).min(7 * DAY);
        // left + ⌊(7 days − left) × amount ÷ (remaining + amount)⌋
        let total = self.remaining.plus(&Exact::new(amount, 1));
        let num = big(7 * DAY - left) * amount * &total.den;
        let more = num / &total.num;
        self.ends_at = self.now + left + more.to_u64().expect("at most a week");
        self.remaining = total;
        self.funded += amount;
        Ok(self.ends_at)
    }

    pub fn register(&mut self, position: usize, commission_bps: u32) -> Answer<()> {
        let owner = self.positions[position].owner;
        ensure(commission_bps <= 2_000, StakingError::InvalidCommission)?;
        let new = self.validators.iter().all(|known| known.owner != owner);
        ensure(new, StakingError::DuplicateValidator)?;
        let before = self.save(position);
        let (amount, _) = self.take_out(position)?;
        if amount < MIN_BOND.unsigned_abs() {
            self.restore(position, before);
            return Err(StakingError::BondTooSmall);
        }
        self.validators.push(Validator {
            owner,
            stake: 0,
            shares: 0,
            unbonding: 0,
            unbonding_shares: 0,
            own: 0,
            commission_bps,
            announced: None,
            earned: Exact::zero(),
            claimed: 0,
            pending: None,
            withheld: 0,
            executed: vec![],
        });
        self.put(position, self.validators.len() - 1, amount);
        Ok(())
    }

    pub fn update(&mut self, validator: usize, commission_bps: u32) -> Answer<u64> {
        ensure(commission_bps <= 2_000, StakingError::InvalidCommission)?;
        let at = &self.validators[validator];
        let due = at.announced.filter(|(_, from)| self.now >= *from);
        let current = due.map_or(at.commission_bps, |(bps, _)| bps);
        ensure(commission_bps <= current + 100, StakingError::CommissionRise)?;
        self.touch_validator(validator);
        let now = self.now;
        let at = &mut self.validators[validator];
        if commission_bps <= current {
            (at.commission_bps, at.announced) = (commission_bps, None);
        } else if at.announced.is_none_or(|(bps, _)| bps != commission_bps) {
            at.announced = Some((commission_bps, now + 28 * DAY));
        }
        Ok(at.announced.map_or(0, |(_, from)| from))
    }

    pub fn propose(&mut self, validator: usize, bps: u32) -> Answer<u32> {
        ensure(self.pending(validator).is_none(), StakingError::SlashPending)?;
        ensure((1..=3_000).contains(&bps), StakingError::InvalidSlash)?;
        let earlier: u32 = self.validators[validator]
            .executed
            .iter()
            .filter(|(at, _)| at + 90 * DAY >= self.now)
            .map(|(_, bps)| bps)
            .sum();
        ensure(earlier + bps <= 3_000, StakingError::SlashCapExceeded)?;
        self.touch_validator(validator);
        let ready_at = self.now + 7 * DAY;
        let expires_at = ready_at + 7 * DAY;
        let status = SlashStatus::Pending;
        self.slashes.push(Slash { validator, bps, ready_at, expires_at, status });
        let at = &mut self.validators[validator];
        (at.pending, at.withheld) = (Some(self.slashes.len() - 1), 0);
        Ok(self.slashes.len().try_into().expect("few"))
    }

    fn check_pending(&self, slash: usize) -> Answer<()> {
        let slash = self.slashes.get(slash).ok_or(StakingError::UnknownSlash)?;
        match slash.status {
            SlashStatus::Pending => ensure(self.now <= slash.expires_at, StakingError::SlashLapsed),
            SlashStatus::Executed => Err(StakingError::AlreadyExecuted),
            SlashStatus::Vetoed => Err(StakingError::SlashVetoed),
            SlashStatus::Cancelled => Err(StakingError::SlashCancelled),
        }
    }

    /// A veto or a withdrawal.
    pub fn end(&mut self, slash: usize, status: SlashStatus) -> Answer<()> {
        self.check_pending(slash)?;
        let validator = self.slashes[slash].validator;
        self.touch_validator(validator);
        self.slashes[slash].status = status;
        self.validators[validator].pending = None;
        Ok(())
    }

    pub fn execute(&mut self, slash: usize) -> Answer<i128> {
        self.check_pending(slash)?;
        let Slash { validator, bps, ready_at, .. } = self.slashes[slash];
        ensure(self.now >= ready_at, StakingError::NoticeNotOver)?;
        self.touch_validator(validator);
        let (now, bps_wide) = (self.now, u128::from(bps));
        let at = &mut self.validators[validator];
        let (stake, unbonding) = (at.stake * bps_wide / 10_000, at.unbonding * bps_wide / 10_000);
        at.stake -= stake;
        at.unbonding -= unbonding;
        let slashed = stake + unbonding + std::mem::take(&mut at.withheld);
        at.pending = None;
        at.executed.push((now, bps));
        // No 90 days hold more than the cap.
        for (from, _) in &at.executed {
            let within =
                at.executed.iter().filter(|(at, _)| (*from..=from + 90 * DAY).contains(at));
            assert!(within.map(|(_, bps)| bps).sum::<u32>() <= 3_000, "{:?}", at.executed);
        }
        self.slashes[slash].status = SlashStatus::Executed;
        self.staked -= slashed;
        self.burned += slashed / 2;
        self.protection += slashed - slashed / 2;
        Ok(slashed.cast_signed())
    }

    /// A position, the validator where it is, and what `take_out` changes of both.
    fn save(&self, position: usize) -> (Position, Option<Validator>) {
        let saved = self.positions[position].clone();
        let validator = self.validators.get(saved.validator).cloned();
        (saved, validator)
    }

    fn restore(&mut self, position: usize, (saved, validator): (Position, Option<Validator>)) {
        if let Some(validator) = validator {
            self.validators[saved.validator] = validator;
        }
        self.positions[position] = saved;
    }
}
