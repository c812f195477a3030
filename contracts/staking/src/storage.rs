//! What staking keeps: the totals and the stakes with no validator in the instance; entries of their own by
//! owner, by position, by validator, by slash. No entry grows, but for the at most 13 slashes that count
//! against a validator's cap.

use soroban_sdk::{
    contracttype, symbol_short, unwrap::UnwrapOptimized, Address, BytesN, Env, IntoVal, Symbol,
    TryFromVal, Val, Vec,
};
use tributary_common::{
    interfaces::staking::{Place, Slash, StakingError},
    ttl,
};

use crate::{
    group::{Group, Shared},
    position::Position,
    stream::Stream,
    validator::Validator,
};

/// All of the instance: configuration, totals, stream, and the stakes with no validator. A list costs half the
/// bytes of a map, in which every field is named.
#[contracttype]
struct StoredState(
    Address, // TFT
    Address, // treasury
    Address, // guardian
    i128,    // minimum bond
    u128,    // staked
    u128,    // rewards
    u128,    // stream: weight
    u128,    // reward per weight
    u128,    // remaining
    u64,     // ends at
    u64,     // updated at
    u128,    // undelegated: amount
    u128,    // shares
    u128,    // weight
    u128,    // counted
    u128,    // paid
    u128,    // reward per weight
    u32,     // slashes
);

const STATE: Symbol = symbol_short!("State");

/// As `Position` is kept.
#[contracttype]
struct StoredPosition(
    Place,
    Address, // validator
    u128,    // shares
    u128,    // weight
    u128,    // paid
    u128,    // earned
    u64,     // lock
    u64,     // lock end
    u64,     // unbonding end
    u32,     // slash
    u128,    // withheld
);

/// As `Validator` is kept.
#[contracttype]
struct StoredValidator(
    u128, // stake: amount
    u128, // shares
    u128, // weight
    u128, // counted
    u128, // paid
    u128, // reward per weight
    u128, // unbonding: amount
    u128, // shares
    u128, // its own shares of the stake
    u32,  // commission
    u32,  // next commission
    u64,  // from when on
    u128, // claimable
    BytesN<32>,
    u32,     // slash
    u32,     // its bps
    u64,     // its expiry
    u128,    // withheld
    Address, // previous
);

/// When a slash was executed, and its basis points.
pub type Executed = (u64, u32);

#[contracttype]
pub enum DataKey {
    /// By owner: how many positions she ever had.
    Positions(Address),
    /// By owner and number: `StoredPosition`.
    Position(Address, u32),
    /// By its address: `StoredValidator`.
    Validator(Address),
    /// The validator registered last.
    LastValidator,
    /// By validator: its executed slashes that count against the cap.
    Executed(Address),
    /// By number: `Slash`.
    Slash(u32),
}

/// What was fixed when the contract was made.
pub struct Config {
    pub tft: Address,
    pub treasury: Address,
    pub guardian: Address,
    pub min_bond: i128,
}

/// What every call changes.
pub struct State {
    /// All stakes, wherever they are, with what is withheld.
    pub staked: u128,
    /// All that was notified and not paid yet.
    pub rewards: u128,
    pub stream: Stream,
    pub undelegated: Group,
    pub slashes: u32,
}

#[inline(never)]
pub fn load(env: &Env) -> (Config, State) {
    // The constructor wrote it.
    let stored: StoredState = env.storage().instance().get(&STATE).unwrap_optimized();
    let config =
        Config { tft: stored.0, treasury: stored.1, guardian: stored.2, min_bond: stored.3 };
    let state = State {
        staked: stored.4,
        rewards: stored.5,
        stream: Stream {
            weight: stored.6,
            per_weight: stored.7,
            remaining: stored.8,
            ends_at: stored.9,
            updated_at: stored.10,
        },
        undelegated: Group {
            stake: Shared { amount: stored.11, shares: stored.12 },
            weight: stored.13,
            counted: stored.14,
            paid: stored.15,
            per_weight: stored.16,
        },
        slashes: stored.17,
    };
    (config, state)
}

#[inline(never)]
pub fn store(env: &Env, config: &Config, state: &State) {
    let State { stream, undelegated, .. } = state;
    let stored = StoredState(
        config.tft.clone(),
        config.treasury.clone(),
        config.guardian.clone(),
        config.min_bond,
        state.staked,
        state.rewards,
        stream.weight,
        stream.per_weight,
        stream.remaining,
        stream.ends_at,
        stream.updated_at,
        undelegated.stake.amount,
        undelegated.stake.shares,
        undelegated.weight,
        undelegated.counted,
        undelegated.paid,
        undelegated.per_weight,
        state.slashes,
    );
    env.storage().instance().set(&STATE, &stored);
    ttl::extend_instance(env);
}

pub fn positions(env: &Env, owner: &Address) -> u32 {
    get(env, &DataKey::Positions(owner.clone())).unwrap_or_default()
}

pub fn set_positions(env: &Env, owner: &Address, count: u32) {
    set(env, &DataKey::Positions(owner.clone()), &count);
}

#[inline(never)]
pub fn position(env: &Env, owner: &Address, number: u32) -> Result<Position, StakingError> {
    let stored: StoredPosition =
        get(env, &DataKey::Position(owner.clone(), number)).ok_or(StakingError::UnknownPosition)?;
    Ok(Position {
        place: stored.0,
        validator: stored.1,
        shares: stored.2,
        weight: stored.3,
        paid: stored.4,
        earned: stored.5,
        lock: stored.6,
        lock_end: stored.7,
        unbonding_end: stored.8,
        slash: stored.9,
        withheld: stored.10,
    })
}

#[inline(never)]
pub fn set_position(env: &Env, owner: &Address, number: u32, position: Position) {
    let stored = StoredPosition(
        position.place,
        position.validator,
        position.shares,
        position.weight,
        position.paid,
        position.earned,
        position.lock,
        position.lock_end,
        position.unbonding_end,
        position.slash,
        position.withheld,
    );
    set(env, &DataKey::Position(owner.clone(), number), &stored);
}

pub fn has_validator(env: &Env, address: &Address) -> bool {
    env.storage().persistent().has(&DataKey::Validator(address.clone()))
}

#[inline(never)]
pub fn validator(env: &Env, address: &Address) -> Result<Validator, StakingError> {
    let stored: StoredValidator =
        get(env, &DataKey::Validator(address.clone())).ok_or(StakingError::UnknownValidator)?;
    Ok(Validator {
        group: Group {
            stake: Shared { amount: stored.0, shares: stored.1 },
            weight: stored.2,
            counted: stored.3,
            paid: stored.4,
            per_weight: stored.5,
        },
        unbonding: Shared { amount: stored.6, shares: stored.7 },
        own: stored.8,
        commission_bps: stored.9,
        next_commission_bps: stored.10,
        next_commission_at: stored.11,
        claimable: stored.12,
        metadata_hash: stored.13,
        slash: stored.14,
        slash_bps: stored.15,
        slash_expires_at: stored.16,
        withheld: stored.17,
        previous: stored.18,
    })
}

#[inline(never)]
pub fn set_validator(env: &Env, address: &Address, validator: Validator) {
    let Validator { group, unbonding, .. } = validator;
    let stored = StoredValidator(
        group.stake.amount,
        group.stake.shares,
        group.weight,
        group.counted,
        group.paid,
        group.per_weight,
        unbonding.amount,
        unbonding.shares,
        validator.own,
        validator.commission_bps,
        validator.next_commission_bps,
        validator.next_commission_at,
        validator.claimable,
        validator.metadata_hash,
        validator.slash,
        validator.slash_bps,
        validator.slash_expires_at,
        validator.withheld,
        validator.previous,
    );
    set(env, &DataKey::Validator(address.clone()), &stored);
}

pub fn last_validator(env: &Env) -> Option<Address> {
    get(env, &DataKey::LastValidator)
}

pub fn set_last_validator(env: &Env, address: &Address) {
    set(env, &DataKey::LastValidator, address);
}

pub fn executed(env: &Env, validator: &Address) -> Vec<Executed> {
    get(env, &DataKey::Executed(validator.clone())).unwrap_or_else(|| Vec::new(env))
}

pub fn set_executed(env: &Env, validator: &Address, executed: &Vec<Executed>) {
    set(env, &DataKey::Executed(validator.clone()), executed);
}

#[inline(never)]
pub fn slash(env: &Env, number: u32) -> Result<Slash, StakingError> {
    get(env, &DataKey::Slash(number)).ok_or(StakingError::UnknownSlash)
}

#[inline(never)]
pub fn set_slash(env: &Env, number: u32, slash: &Slash) {
    set(env, &DataKey::Slash(number), slash);
}

fn get<V: TryFromVal<Env, Val>>(env: &Env, key: &DataKey) -> Option<V> {
    env.storage().persistent().get(key)
}

fn set<V: IntoVal<Env, Val>>(env: &Env, key: &DataKey, value: &V) {
    env.storage().persistent().set(key, value);
    ttl::extend_persistent(env, key);
}
