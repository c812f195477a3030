//! The entry points. What their documentation says goes into the wasm for whoever calls them, so it
//! is short; docs/staking.md says it at length, with the errors of each.

use soroban_sdk::{contract, contractimpl, contractmeta, token::TokenClient, Address, BytesN, Env};
use tributary_common::{
    allow, ensure,
    interfaces::staking::{
        Place, Position, Slash, SlashStatus, StakingError, StakingInterface, StakingState,
        Validator, MIN_AMOUNT,
    },
};

use crate::{
    books::{amount_in, Books, Held, Taken},
    event::{
        Claimed, CommissionClaimed, Delegated, Expired, Extended, Notified, SlashCancelled,
        SlashExecuted, SlashProposed, SlashVetoed, Staked, Unbonded, Undelegated, Unstaked,
        ValidatorRegistered, ValidatorUpdated,
    },
    group::{signed, Group},
    position::{self, MAX_LOCK, UNBONDING_SECONDS},
    slash,
    storage::{self, Config, State},
    stream::Stream,
    validator::Validator as Registered,
};

contractmeta!(key = "binver", val = env!("CARGO_PKG_VERSION"));
contractmeta!(key = "source", val = "Tributary: contracts/staking");
contractmeta!(key = "sep", val = "47");

#[contract]
pub struct StakingContract;

#[contractimpl]
impl StakingContract {
    /// Makes a region's staking. `treasury`: whose council proposes slashes, and which gets half of what is
    /// slashed; `guardian`: who can veto slashes, for ever; `min_bond`: what a validator must have of its own.
    pub fn __constructor(
        env: Env,
        tft: Address,
        treasury: Address,
        guardian: Address,
        min_bond: i128,
    ) -> Result<(), StakingError> {
        ensure(min_bond >= MIN_AMOUNT, StakingError::InvalidBond)?;
        let config = Config { tft, treasury, guardian, min_bond };
        let updated_at = env.ledger().timestamp();
        let stream = Stream { weight: 0, per_weight: 0, remaining: 0, ends_at: 0, updated_at };
        let undelegated = Group::new(&stream);
        let state = State { staked: 0, rewards: 0, stream, undelegated, slashes: 0 };
        storage::store(&env, &config, &state);
        Ok(())
    }
}

#[contractimpl]
impl StakingInterface for StakingContract {
    /// Stakes `amount` of TFT, at least 1 TFT, for `lock` seconds, up to 4 years of 365 days; 0 is allowed.
    /// It weighs amount × (1 + 3 × lock ÷ 4 years), half of it while it is with no validator.
    ///
    /// Signed by `owner`, with the transfer. Returns the position's number, which counts the owner's. Event:
    /// `staked`.
    fn stake(env: Env, owner: Address, amount: i128, lock: u64) -> Result<u32, StakingError> {
        owner.require_auth();
        let staked = amount_in(amount)?;
        ensure(lock <= MAX_LOCK, StakingError::InvalidLock)?;
        let mut books = Books::open(&env);
        let total = books.state.staked.checked_add(staked);
        books.state.staked = total.ok_or(StakingError::Overflow)?;
        let number = storage::positions(&env, &owner);
        let next = number.checked_add(1).ok_or(StakingError::Overflow)?;
        let position = position::Position::new(env.current_contract_address(), lock, books.now);
        let lock_end = position.lock_end;
        let mut held = Held { owner: owner.clone(), number, position, validator: None };
        books.put_undelegated(&mut held, staked)?;
        books.keep(held)?;
        storage::set_positions(&env, &owner, next);
        books.pull(&owner, amount)?;
        Staked { owner, position: number, amount, lock_end }.publish(&env);
        Ok(number)
    }

    /// Locks a position anew, for `lock` seconds from now, which must end later than before. Its weight counts
    /// the new lock from now on; a short one after a long one weighs less.
    ///
    /// Signed by `owner`. Returns when the lock is over. Event: `extended`.
    fn extend(env: Env, owner: Address, position: u32, lock: u64) -> Result<u64, StakingError> {
        owner.require_auth();
        ensure((1..=MAX_LOCK).contains(&lock), StakingError::InvalidLock)?;
        let mut books = Books::open(&env);
        let mut held = books.position(&owner, position)?;
        ensure(held.position.place != Place::Unstaked, StakingError::NothingStaked)?;
        let lock_end = books.now.saturating_add(lock);
        ensure(lock_end > held.position.lock_end, StakingError::LockNotLonger)?;
        held.position.lock_end = lock_end;
        books.relock(&mut held, lock)?;
        books.keep(held)?;
        books.close()?;
        Extended { owner, position, lock_end }.publish(&env);
        Ok(lock_end)
    }

    /// Takes the weight of a lock that is over down to 1×. So does every other call of the position.
    ///
    /// Signed by nobody. Event: `expired`.
    fn expire(env: Env, owner: Address, position: u32) -> Result<(), StakingError> {
        let mut books = Books::open(&env);
        let stored = storage::position(&env, &owner, position)?;
        ensure(stored.lock > 0, StakingError::AlreadyExpired)?;
        ensure(stored.is_expiring(books.now), StakingError::Locked)?;
        let held = books.position(&owner, position)?;
        books.keep(held)?;
        books.close()?;
        Expired { owner, position }.publish(&env);
        Ok(())
    }

    /// Delegates a position that is with no validator, or has left one for 28 days. `validator` must have its
    /// minimum bond, unless it is the owner, and no pending slash.
    ///
    /// Signed by `owner`. Returns the amount. Event: `delegated`.
    fn delegate(
        env: Env,
        owner: Address,
        position: u32,
        validator: Address,
    ) -> Result<i128, StakingError> {
        owner.require_auth();
        let mut books = Books::open(&env);
        let (held, taken) = pick_up(&mut books, &owner, position)?;
        // Loaded last: it may be the one that was left.
        let to = books.validator(&validator)?;
        ensure(!to.is_slash_pending(books.now), StakingError::SlashPending)?;
        let bonded = owner == validator || signed(to.bond()) >= books.config.min_bond;
        ensure(bonded, StakingError::BondTooSmall)?;
        books.put_delegated(held, taken.amount, &validator, to)?;
        books.close()?;
        tell_delegated(&env, owner, position, validator, &taken);
        Ok(signed(taken.amount))
    }

    /// Begins to leave the validator. For 28 days the stake earns nothing, and slashes still hit it, until it
    /// is taken out.
    ///
    /// Signed by `owner`. Returns when the 28 days are over. Event: `undelegated`.
    fn undelegate(env: Env, owner: Address, position: u32) -> Result<u64, StakingError> {
        owner.require_auth();
        let mut books = Books::open(&env);
        let mut held = books.position(&owner, position)?;
        let Held { position: stored, validator: Some(from), .. } = &mut held else {
            return Err(StakingError::NotDelegated);
        };
        ensure(stored.place == Place::Delegated, StakingError::NotDelegated)?;
        let (validator, unbonding_end) =
            (stored.validator.clone(), books.now.saturating_add(UNBONDING_SECONDS));
        if owner == validator {
            from.own = from.own.saturating_sub(stored.shares);
        }
        let amount = stored.leave(&mut from.group);
        stored.shares = from.unbonding.add(amount).ok_or(StakingError::Overflow)?;
        stored.place = Place::Unbonding;
        stored.unbonding_end = unbonding_end;
        books.keep(held)?;
        books.close()?;
        let amount = signed(amount);
        Undelegated { owner, position, validator, amount, unbonding_end }.publish(&env);
        Ok(unbonding_end)
    }

    /// Has a position that left its validator 28 days ago earn with no validator; and brings back what was
    /// withheld of it, once that is free. While a slash is pending its part stays withheld.
    ///
    /// Signed by `owner`. Returns all that the position has. Event: `unbonded`.
    fn complete_unbonding(env: Env, owner: Address, position: u32) -> Result<i128, StakingError> {
        owner.require_auth();
        let mut books = Books::open(&env);
        let stored = storage::position(&env, &owner, position)?;
        let unbonding = stored.place == Place::Unbonding;
        let waits = unbonding || stored.place == Place::Undelegated;
        ensure(waits, StakingError::NothingUnbonded)?;
        let (mut held, taken) = pick_up(&mut books, &owner, position)?;
        ensure(unbonding || taken.freed > 0, StakingError::NothingUnbonded)?;
        books.put_undelegated(&mut held, taken.amount)?;
        books.keep(held)?;
        books.close()?;
        let (amount, withheld) = (signed(taken.amount), signed(taken.withheld));
        Unbonded { owner, position, amount, withheld }.publish(&env);
        Ok(amount)
    }

    /// Pays a position back whose lock is over, and that is with no validator, or left one 28 days ago. What
    /// it has earned waits for `claim`; what is withheld, for another `unstake`.
    ///
    /// Signed by `owner`. Returns the amount: all, or after a clawback its part. Event: `unstaked`.
    fn unstake(env: Env, owner: Address, position: u32) -> Result<i128, StakingError> {
        owner.require_auth();
        let mut books = Books::open(&env);
        let lock_end = storage::position(&env, &owner, position)?.lock_end;
        ensure(books.now >= lock_end, StakingError::Locked)?;
        let (mut held, taken) = pick_up(&mut books, &owner, position)?;
        held.position.place = Place::Unstaked;
        books.keep(held)?;
        books.state.staked = books.state.staked.saturating_sub(taken.amount);
        let amount = books.pay(&owner, taken.amount)?;
        Unstaked { owner, position, amount, withheld: signed(taken.withheld) }.publish(&env);
        Ok(amount)
    }

    /// Pays what a position has earned.
    ///
    /// Signed by `owner`. Returns the amount: all, or after a clawback its part. Event: `claimed`.
    fn claim(env: Env, owner: Address, position: u32) -> Result<i128, StakingError> {
        owner.require_auth();
        let mut books = Books::open(&env);
        let mut held = books.position(&owner, position)?;
        let earned = core::mem::take(&mut held.position.earned);
        books.keep(held)?;
        let amount = pay_reward(&mut books, &owner, earned)?;
        Claimed { owner, position, amount }.publish(&env);
        Ok(amount)
    }

    /// Takes `amount` of TFT, at least 1 TFT, for the stakers, who earn it over the next 7 days by weight. If
    /// some is still to be earned, both are over the mean of the two times, weighted by the amounts.
    ///
    /// Signed by `from`, with the transfer. Returns when all is earned. Event: `notified`.
    fn notify(env: Env, from: Address, amount: i128) -> Result<u64, StakingError> {
        from.require_auth();
        let added = amount_in(amount)?;
        let mut books = Books::open(&env);
        let rewards = books.state.rewards.checked_add(added);
        books.state.rewards = rewards.ok_or(StakingError::Overflow)?;
        books.state.stream.add(added, books.now).ok_or(StakingError::Overflow)?;
        books.pull(&from, amount)?;
        let ends_at = books.state.stream.ends_at;
        Notified { from, amount, ends_at }.publish(&env);
        Ok(ends_at)
    }

    /// Makes a validator, with a position of its own as its bond: at least the region's minimum. Commission:
    /// up to 2 000 bps. `metadata_hash`: SHA-256 of what it publishes about itself.
    ///
    /// Signed by `validator`. Events: `validator_registered`, `delegated`.
    fn register_validator(
        env: Env,
        validator: Address,
        position: u32,
        commission_bps: u32,
        metadata_hash: BytesN<32>,
    ) -> Result<(), StakingError> {
        validator.require_auth();
        let mut books = Books::open(&env);
        // An address as long as another's stands for none.
        let previous = storage::last_validator(&env).unwrap_or_else(|| validator.clone());
        let group = Group::new(&books.state.stream);
        let registered = Registered::new(group, commission_bps, metadata_hash.clone(), previous)?;
        let new = !storage::has_validator(&env, &validator);
        ensure(new, StakingError::DuplicateValidator)?;
        let (held, taken) = pick_up(&mut books, &validator, position)?;
        let enough = signed(taken.amount) >= books.config.min_bond;
        ensure(enough, StakingError::BondTooSmall)?;
        books.put_delegated(held, taken.amount, &validator, registered)?;
        storage::set_last_validator(&env, &validator);
        books.close()?;
        ValidatorRegistered { validator: validator.clone(), commission_bps, metadata_hash }
            .publish(&env);
        tell_delegated(&env, validator.clone(), position, validator, &taken);
        Ok(())
    }

    /// Changes commission and metadata. A lower commission holds at once; a higher one, by at most 100 bps,
    /// after 28 days, and for what is earned after the next call that concerns the validator. Whatever was
    /// announced before is void, unless it is the same.
    ///
    /// Signed by `validator`. Returns from when on the commission holds; 0: at once. Event:
    /// `validator_updated`.
    fn update_validator(
        env: Env,
        validator: Address,
        commission_bps: u32,
        metadata_hash: BytesN<32>,
    ) -> Result<u64, StakingError> {
        validator.require_auth();
        let mut books = Books::open(&env);
        let mut stored = books.validator(&validator)?;
        stored.set_commission(commission_bps, books.now)?;
        stored.metadata_hash = metadata_hash.clone();
        let at = stored.next_commission_at;
        books.keep_validator(&validator, stored)?;
        books.close()?;
        ValidatorUpdated { validator, commission_bps, at, metadata_hash }.publish(&env);
        Ok(at)
    }

    /// Pays a validator its commission.
    ///
    /// Signed by `validator`. Returns the amount: all, or after a clawback its part. Event:
    /// `commission_claimed`.
    fn claim_commission(env: Env, validator: Address) -> Result<i128, StakingError> {
        validator.require_auth();
        let mut books = Books::open(&env);
        let mut stored = books.validator(&validator)?;
        let earned = core::mem::take(&mut stored.claimable);
        books.keep_validator(&validator, stored)?;
        let amount = pay_reward(&mut books, &validator, earned)?;
        CommissionClaimed { validator, amount }.publish(&env);
        Ok(amount)
    }

    /// Makes public that a validator is to be slashed: by 1 to 3 000 bps of all stake with it, that which is
    /// leaving it included; with those of the last 90 days no more than 3 000. Anyone executes it after 7 days
    /// and for 7 days. Until it is decided nobody delegates to the validator.
    ///
    /// Signed by the council of the region's treasury. Returns the slash's number. Event: `slash_proposed`.
    fn propose_slash(
        env: Env,
        validator: Address,
        bps: u32,
        reason_hash: BytesN<32>,
    ) -> Result<u32, StakingError> {
        let mut books = Books::open(&env);
        books.treasury().config().council.require_auth();
        let (number, proposed) = slash::propose(&mut books, validator, bps, reason_hash)?;
        books.close()?;
        let Slash { validator, bps, reason_hash, ready_at, expires_at, .. } = proposed;
        SlashProposed { slash: number, validator, bps, reason_hash, ready_at, expires_at }
            .publish(&env);
        Ok(number)
    }

    /// Stops a slash. Signed by the guardian. Event: `slash_vetoed`.
    fn veto_slash(env: Env, slash: u32) -> Result<(), StakingError> {
        let mut books = Books::open(&env);
        books.config.guardian.require_auth();
        let validator = slash::end(&mut books, slash, SlashStatus::Vetoed)?;
        books.close()?;
        SlashVetoed { slash, validator }.publish(&env);
        Ok(())
    }

    /// Withdraws a slash. Signed by the council of the region's treasury. Event: `slash_cancelled`.
    fn cancel_slash(env: Env, slash: u32) -> Result<(), StakingError> {
        let mut books = Books::open(&env);
        books.treasury().config().council.require_auth();
        let validator = slash::end(&mut books, slash, SlashStatus::Cancelled)?;
        books.close()?;
        SlashCancelled { slash, validator }.publish(&env);
        Ok(())
    }

    /// Slashes a validator as proposed: what is delegated to it, what is leaving it, and what was withheld.
    /// Half of that, rounded down, is burned, the rest goes to the protected book of the region's treasury. What
    /// another council proposed is void.
    ///
    /// Signed by nobody. Returns what the stakers lost. Event: `slash_executed`.
    fn execute_slash(env: Env, slash: u32) -> Result<i128, StakingError> {
        let mut books = Books::open(&env);
        let (validator, slashed) = slash::execute(&mut books, slash)?;
        books.state.staked = books.state.staked.saturating_sub(slashed);
        let taken = books.payable(slashed)?;
        let burned = taken / 2;
        let protection = taken.saturating_sub(burned);
        books.close()?;
        give_up(&books, burned, protection);
        let slashed = signed(slashed);
        SlashExecuted { slash, validator, slashed, burned, protection }.publish(&env);
        Ok(slashed)
    }

    /// The whole contract, paid out up to now.
    fn state(env: Env) -> StakingState {
        let Books { config, state, .. } = Books::open(&env);
        StakingState {
            tft: config.tft,
            treasury: config.treasury,
            guardian: config.guardian,
            min_bond: config.min_bond,
            staked: signed(state.staked),
            rewards: signed(state.rewards),
            undelegated: signed(state.undelegated.stake.amount),
            weight: state.stream.weight,
            reward_per_weight: state.stream.per_weight,
            remaining: signed(state.stream.remaining),
            ends_at: state.stream.ends_at,
            slashes: state.slashes,
        }
    }

    /// How many positions `owner` ever had; they are numbered from 0.
    fn positions(env: Env, owner: Address) -> u32 {
        storage::positions(&env, &owner)
    }

    /// A position, as a call would find it now.
    fn position(env: Env, owner: Address, position: u32) -> Result<Position, StakingError> {
        let mut books = Books::open(&env);
        books.position(&owner, position)?.view(&books)
    }

    /// The validator registered last; `validator(address).previous` leads to all others.
    fn last_validator(env: Env) -> Option<Address> {
        storage::last_validator(&env)
    }

    /// A validator, as a call would find it now.
    fn validator(env: Env, validator: Address) -> Result<Validator, StakingError> {
        let books = Books::open(&env);
        let stored = books.validator(&validator)?;
        Ok(stored.view(&validator, books.now))
    }

    /// A slash by its number.
    fn slash(env: Env, slash: u32) -> Result<Slash, StakingError> {
        storage::slash(&env, slash)
    }
}

/// A position's stake, out of where it was, whose validator is stored. There is some.
fn pick_up(
    books: &mut Books,
    owner: &Address,
    position: u32,
) -> Result<(Held, Taken), StakingError> {
    let mut held = books.position(owner, position)?;
    let taken = books.take_out(&mut held)?;
    ensure(taken.amount > 0, StakingError::NothingStaked)?;
    if let Some(left) = held.validator.take() {
        books.keep_validator(&held.position.validator, left)?;
    }
    Ok((held, taken))
}

fn pay_reward(books: &mut Books, to: &Address, earned: u128) -> Result<i128, StakingError> {
    ensure(earned > 0, StakingError::NothingToClaim)?;
    books.state.rewards = books.state.rewards.saturating_sub(earned);
    books.pay(to, earned)
}

/// Burns, and pays the treasury's protected book.
fn give_up(books: &Books, burned: i128, protection: i128) {
    let (env, tft) = (books.env, &books.config.tft);
    let this = env.current_contract_address();
    if burned > 0 {
        TokenClient::new(env, tft).burn(&this, &burned);
    }
    if protection > 0 {
        allow(env, [(tft, protection)], &books.config.treasury);
        books.treasury().protect(&this, tft, &protection);
    }
}

fn tell_delegated(
    env: &Env,
    owner: Address,
    position: u32,
    validator: Address,
    Taken { amount, withheld, .. }: &Taken,
) {
    let (amount, withheld) = (signed(*amount), signed(*withheld));
    Delegated { owner, position, validator, amount, withheld }.publish(env);
}
