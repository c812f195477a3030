//! What staking keeps: the totals and the stakes with no validator in the instance; entries of their own by
//! owner, by position, by validator, by slash. No entry grows, but for the at most 13 slashes that count
//! against a validator's cap.

use soroban_sdk::{
    contracttype, unwrap::UnwrapOptimized, Address, BytesN, Env, IntoVal, TryFromVal, Val, Vec,
};
use tributary_common::{
    interfaces::staking::{Slash, StakingError},
    ttl,
};

use crate::{
    group::{Group, Shared},
    position::StoredPosition,
    slash::Executed,
    stream::Stream,
};

#[contracttype]
pub enum DataKey {
    /// Instance: `Config`.
    Config,
    /// Instance: `State`.
    State,
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
#[contracttype]
pub struct Config {
    pub tft: Address,
    pub treasury: Address,
    pub guardian: Address,
    pub min_bond: i128,
}

/// What every call changes.
#[contracttype]
pub struct State {
    /// All stakes, wherever they are, with what is withheld.
    pub staked: u128,
    /// All that was notified and not paid yet.
    pub rewards: u128,
    pub stream: Stream,
    pub undelegated: Group,
    pub slashes: u32,
}

#[contracttype]
pub struct StoredValidator {
    pub group: Group,
    pub unbonding: Shared,
    /// The validator's own shares of the group's.
    pub own: u128,
    pub commission_bps: u32,
    pub next_commission_bps: u32,
    pub next_commission_at: u64,
    pub claimable: u128,
    pub metadata_hash: BytesN<32>,
    /// The last slash proposed, …
    pub slash: u32,
    pub slash_bps: u32,
    /// … pending up to here; 0 once it is decided.
    pub slash_expires_at: u64,
    /// What it held back of those who left.
    pub withheld: u128,
    /// The validator registered before; staking itself: none.
    pub previous: Address,
}

pub fn config(env: &Env) -> Config {
    // The constructor wrote it.
    env.storage().instance().get(&DataKey::Config).unwrap_optimized()
}

pub fn set_config(env: &Env, config: &Config) {
    env.storage().instance().set(&DataKey::Config, config);
}

pub fn state(env: &Env) -> State {
    // The constructor wrote it.
    env.storage().instance().get(&DataKey::State).unwrap_optimized()
}

pub fn set_state(env: &Env, state: &State) {
    env.storage().instance().set(&DataKey::State, state);
    ttl::extend_instance(env);
}

pub fn positions(env: &Env, owner: &Address) -> u32 {
    get(env, &DataKey::Positions(owner.clone())).unwrap_or_default()
}

pub fn set_positions(env: &Env, owner: &Address, count: u32) {
    set(env, &DataKey::Positions(owner.clone()), &count);
}

#[inline(never)]
pub fn position(env: &Env, owner: &Address, number: u32) -> Result<StoredPosition, StakingError> {
    get(env, &DataKey::Position(owner.clone(), number)).ok_or(StakingError::UnknownPosition)
}

#[inline(never)]
pub fn set_position(env: &Env, owner: &Address, number: u32, position: &StoredPosition) {
    set(env, &DataKey::Position(owner.clone(), number), position);
}

pub fn has_validator(env: &Env, address: &Address) -> bool {
    env.storage().persistent().has(&DataKey::Validator(address.clone()))
}

#[inline(never)]
pub fn validator(env: &Env, address: &Address) -> Result<StoredValidator, StakingError> {
    get(env, &DataKey::Validator(address.clone())).ok_or(StakingError::UnknownValidator)
}

#[inline(never)]
pub fn set_validator(env: &Env, address: &Address, validator: &StoredValidator) {
    set(env, &DataKey::Validator(address.clone()), validator);
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
