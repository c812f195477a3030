//! A call on the contract in memory. Opening it pays the stream out up to now; whatever is loaded is settled
//! with it, before any weight changes. Nothing is stored but by `keep…`, `close`, `pull` and `pay`.

use soroban_sdk::{token::TokenClient, Address, Env};
use tributary_common::{
    ensure,
    interfaces::{
        staking::{self, Place, SlashStatus, StakingError, MIN_AMOUNT},
        treasury::TreasuryClient,
    },
    math::mul_div_floor,
};

use crate::{
    group::{part_of, signed, Group, DELEGATED, UNDELEGATED},
    position::Position,
    storage::{self, Config, State},
    validator::Validator,
};

pub struct Books<'a> {
    pub env: &'a Env,
    pub now: u64,
    pub config: Config,
    pub state: State,
}

/// A position, with the validator where its stake is.
pub struct Held {
    pub owner: Address,
    pub number: u32,
    pub position: Position,
    pub validator: Option<Validator>,
}

/// What was taken out of where a position's stake was.
pub struct Taken {
    pub amount: u128,
    /// Of that, what was withheld before, …
    pub freed: u128,
    /// … and beside it, what a pending slash holds back now.
    pub withheld: u128,
}

impl Held {
    /// The group in which it earns.
    fn group<'b>(&'b mut self, undelegated: &'b mut Group) -> Option<Earning<'b>> {
        let group = match (self.position.place, &mut self.validator) {
            (Place::Undelegated, _) => undelegated,
            (Place::Delegated, Some(validator)) => &mut validator.group,
            _ => return None,
        };
        Some(Earning { position: &mut self.position, group })
    }

    /// For everyone.
    pub fn view(self, books: &Books) -> Result<staking::Position, StakingError> {
        let Held { position, validator, .. } = self;
        let amount = match (position.place, &validator) {
            (Place::Undelegated, _) => books.state.undelegated.stake.worth(position.shares),
            (Place::Delegated, Some(at)) => at.group.stake.worth(position.shares),
            (Place::Unbonding, Some(from)) => from.unbonding.worth(position.shares),
            _ => 0,
        };
        let lost = position.withheld > 0
            && storage::slash(books.env, position.slash)?.status == SlashStatus::Executed;
        Ok(staking::Position {
            place: position.place,
            amount: signed(amount),
            validator: position.validator,
            lock: position.lock,
            lock_end: position.lock_end,
            weight: position.weight,
            unbonding_end: position.unbonding_end,
            claimable: signed(position.earned),
            withheld: if lost { 0 } else { signed(position.withheld) },
            slash: position.slash,
        })
    }
}

/// A position in its group.
struct Earning<'b> {
    position: &'b mut Position,
    group: &'b mut Group,
}

impl<'a> Books<'a> {
    pub fn open(env: &'a Env) -> Books<'a> {
        let now = env.ledger().timestamp();
        let (config, mut state) = storage::load(env);
        state.stream.accrue(now);
        state.undelegated.settle(&state.stream, 0);
        Books { env, now, config, state }
    }

    pub fn treasury(&self) -> TreasuryClient<'a> {
        TreasuryClient::new(self.env, &self.config.treasury)
    }

    #[inline(never)]
    pub fn validator(&self, address: &Address) -> Result<Validator, StakingError> {
        let mut validator = storage::validator(self.env, address)?;
        validator.settle(&self.state.stream, self.now);
        Ok(validator)
    }

    /// A position of `owner`. A lock that is over counts no longer.
    #[inline(never)]
    pub fn position(&mut self, owner: &Address, number: u32) -> Result<Held, StakingError> {
        let position = storage::position(self.env, owner, number)?;
        let validator = match position.place {
            Place::Delegated | Place::Unbonding => Some(self.validator(&position.validator)?),
            Place::Undelegated | Place::Unstaked => None,
        };
        let mut held = Held { owner: owner.clone(), number, position, validator };
        if let Some(Earning { position, group }) = held.group(&mut self.state.undelegated) {
            position.settle(group);
        }
        if held.position.is_expiring(self.now) {
            self.relock(&mut held, 0)?;
        }
        Ok(held)
    }

    /// Has the position's weight count `lock` seconds.
    #[inline(never)]
    pub fn relock(&mut self, held: &mut Held, lock: u64) -> Result<(), StakingError> {
        held.position.lock = lock;
        if let Some(Earning { position, group }) = held.group(&mut self.state.undelegated) {
            position.reweigh(group).ok_or(StakingError::Overflow)?;
        }
        Ok(())
    }

    /// Takes a position's stake out of where it is, with what is withheld no longer. It then is nowhere, and
    /// `held` is to be put somewhere, or unstaked.
    #[inline(never)]
    pub fn take_out(&mut self, held: &mut Held) -> Result<Taken, StakingError> {
        let freed = self.free_withheld(held)?;
        let Held { position, validator, .. } = held;
        let mut taken = Taken { amount: 0, freed, withheld: 0 };
        match (position.place, validator) {
            (Place::Undelegated, _) => taken.amount = position.leave(&mut self.state.undelegated),
            (Place::Unbonding, Some(validator)) => {
                ensure(self.now >= position.unbonding_end, StakingError::StillUnbonding)?;
                taken.amount = validator.unbonding.take(core::mem::take(&mut position.shares));
                if validator.is_slash_pending(self.now) {
                    // Nothing else is withheld of it: what was 28 days ago is decided.
                    taken.withheld = part_of(taken.amount, validator.slash_bps);
                    taken.amount = taken.amount.saturating_sub(taken.withheld);
                    validator.withheld = validator.withheld.saturating_add(taken.withheld);
                    position.slash = validator.slash;
                    position.withheld = taken.withheld;
                }
            }
            (Place::Unstaked, _) => {}
            _ => return Err(StakingError::StillDelegated),
        }
        taken.amount = taken.amount.saturating_add(freed);
        Ok(taken)
    }

    /// What is withheld of a position and no longer at stake.
    fn free_withheld(&self, held: &mut Held) -> Result<u128, StakingError> {
        let position = &mut held.position;
        if position.withheld == 0 {
            return Ok(0);
        }
        let slash = storage::slash(self.env, position.slash)?;
        match slash.status {
            SlashStatus::Executed => position.withheld = 0,
            SlashStatus::Pending if self.now <= slash.expires_at => {}
            _ => return Ok(core::mem::take(&mut position.withheld)),
        }
        Ok(0)
    }

    /// Puts `amount` where it is with no validator.
    pub fn put_undelegated(&mut self, held: &mut Held, amount: u128) -> Result<(), StakingError> {
        held.position.place = Place::Undelegated;
        let entered = held.position.enter(&mut self.state.undelegated, amount);
        entered.ok_or(StakingError::Overflow)
    }

    /// Delegates what a position has to a validator that is settled, and stores both.
    #[inline(never)]
    pub fn put_delegated(
        &mut self,
        mut held: Held,
        amount: u128,
        to: &Address,
        mut validator: Validator,
    ) -> Result<(), StakingError> {
        let position = &mut held.position;
        position.place = Place::Delegated;
        position.validator = to.clone();
        position.enter(&mut validator.group, amount).ok_or(StakingError::Overflow)?;
        if held.owner == *to {
            validator.own = validator.own.saturating_add(position.shares);
        }
        held.validator = Some(validator);
        self.keep(held)
    }

    /// Stores a position, and its validator.
    #[inline(never)]
    pub fn keep(&mut self, held: Held) -> Result<(), StakingError> {
        let Held { owner, number, position, validator } = held;
        if let Some(validator) = validator {
            self.keep_validator(&position.validator, validator)?;
        }
        storage::set_position(self.env, &owner, number, position);
        Ok(())
    }

    #[inline(never)]
    pub fn keep_validator(
        &mut self,
        address: &Address,
        mut validator: Validator,
    ) -> Result<(), StakingError> {
        let counted = validator.group.recount(&mut self.state.stream, DELEGATED);
        counted.ok_or(StakingError::Overflow)?;
        storage::set_validator(self.env, address, validator);
        Ok(())
    }

    /// Stores the whole.
    #[inline(never)]
    pub fn close(&mut self) -> Result<(), StakingError> {
        let counted = self.state.undelegated.recount(&mut self.state.stream, UNDELEGATED);
        counted.ok_or(StakingError::Overflow)?;
        storage::store(self.env, &self.config, &self.state);
        Ok(())
    }

    /// What the contract owes; it fits into an amount, or nothing more is taken in.
    fn owed(&self) -> Result<i128, StakingError> {
        let owed = self.state.staked.checked_add(self.state.rewards);
        owed.and_then(|owed| i128::try_from(owed).ok()).ok_or(StakingError::Overflow)
    }

    fn balance(&self) -> i128 {
        TokenClient::new(self.env, &self.config.tft).balance(&self.env.current_contract_address())
    }

    /// Stores the whole, which counts `amount` already, and pulls that from `from`. Whoever adds must not pay
    /// for what was taken from others.
    #[inline(never)]
    pub fn pull(&mut self, from: &Address, amount: i128) -> Result<(), StakingError> {
        let owed = self.owed()?;
        self.close()?;
        let this = self.env.current_contract_address();
        TokenClient::new(self.env, &self.config.tft).transfer(from, &this, &amount);
        ensure(self.balance() >= owed, StakingError::Deficit)
    }

    /// What of `amount`, which the totals count no longer, is there to be paid: all of it, or after a clawback
    /// its part of what is left, rounded down.
    #[inline(never)]
    pub fn payable(&self, amount: u128) -> Result<i128, StakingError> {
        let owed = self.owed()?.unsigned_abs().saturating_add(amount);
        let balance = self.balance().max(0).unsigned_abs();
        let payable =
            if balance >= owed { Some(amount) } else { mul_div_floor(amount, balance, owed) };
        payable.and_then(|part| i128::try_from(part).ok()).ok_or(StakingError::Overflow)
    }

    /// Stores the whole, which counts `amount` no longer, and pays it.
    #[inline(never)]
    pub fn pay(&mut self, to: &Address, amount: u128) -> Result<i128, StakingError> {
        let paid = self.payable(amount)?;
        ensure(paid > 0, StakingError::Deficit)?;
        self.close()?;
        let this = self.env.current_contract_address();
        TokenClient::new(self.env, &self.config.tft).transfer(&this, to, &paid);
        Ok(paid)
    }
}

/// An amount that is taken in.
pub fn amount_in(amount: i128) -> Result<u128, StakingError> {
    ensure(amount >= MIN_AMOUNT, StakingError::InvalidAmount)?;
    Ok(amount.unsigned_abs())
}
