//! What a treasury keeps: its configuration and its policy in the instance; entries of their own by token,
//! by pool, by proposal. No entry grows, but for the policy's at most 8 pools.

use soroban_sdk::{
    contracttype, unwrap::UnwrapOptimized, Address, BytesN, Env, IntoVal, TryFromVal, Val,
};
use tributary_common::{
    interfaces::treasury::{Books, Policy, Proposal, TreasuryConfig, TreasuryError, Watch},
    ttl,
};

use crate::bucket::Bucket;

#[contracttype]
pub enum DataKey {
    /// Instance: `TreasuryConfig`.
    Config,
    /// Instance: `Policy`.
    Policy,
    /// By token: `Books`.
    Books(Address),
    /// By token, of what buybacks may sell: (level, at).
    Budget(Address),
    /// By token, of what may leave the protected book, in parts of it: (level, at).
    Outflow(Address),
    /// By pool: `Watch`.
    Watch(Address),
    /// By id: `Proposal`.
    Proposal(BytesN<32>),
}

#[inline(never)]
pub fn config(env: &Env) -> TreasuryConfig {
    // The constructor wrote it.
    env.storage().instance().get(&DataKey::Config).unwrap_optimized()
}

pub fn set_config(env: &Env, config: &TreasuryConfig) {
    env.storage().instance().set(&DataKey::Config, config);
}

#[inline(never)]
pub fn policy(env: &Env) -> Policy {
    // The constructor wrote it.
    env.storage().instance().get(&DataKey::Policy).unwrap_optimized()
}

#[inline(never)]
pub fn set_policy(env: &Env, policy: &Policy) {
    env.storage().instance().set(&DataKey::Policy, policy);
}

#[inline(never)]
pub fn books(env: &Env, token: &Address) -> Books {
    get(env, &DataKey::Books(token.clone())).unwrap_or_default()
}

#[inline(never)]
pub fn set_books(env: &Env, token: &Address, books: &Books) {
    set(env, &DataKey::Books(token.clone()), books);
}

/// What was never taken from is full.
pub fn budget(env: &Env, token: &Address) -> Bucket {
    bucket(env, &DataKey::Budget(token.clone()))
}

pub fn set_budget(env: &Env, token: &Address, budget: Bucket) {
    set_bucket(env, &DataKey::Budget(token.clone()), budget);
}

/// What was never taken from is full.
pub fn outflow(env: &Env, token: &Address) -> Bucket {
    bucket(env, &DataKey::Outflow(token.clone()))
}

pub fn set_outflow(env: &Env, token: &Address, outflow: Bucket) {
    set_bucket(env, &DataKey::Outflow(token.clone()), outflow);
}

#[inline(never)]
pub fn watch(env: &Env, pool: &Address) -> Result<Watch, TreasuryError> {
    get(env, &DataKey::Watch(pool.clone())).ok_or(TreasuryError::NotObserved)
}

#[inline(never)]
pub fn set_watch(env: &Env, pool: &Address, watch: &Watch) {
    set(env, &DataKey::Watch(pool.clone()), watch);
}

pub fn has_proposal(env: &Env, id: &BytesN<32>) -> bool {
    env.storage().persistent().has(&DataKey::Proposal(id.clone()))
}

#[inline(never)]
pub fn proposal(env: &Env, id: &BytesN<32>) -> Result<Proposal, TreasuryError> {
    get(env, &DataKey::Proposal(id.clone())).ok_or(TreasuryError::UnknownProposal)
}

#[inline(never)]
pub fn set_proposal(env: &Env, id: &BytesN<32>, proposal: &Proposal) {
    set(env, &DataKey::Proposal(id.clone()), proposal);
}

fn bucket(env: &Env, key: &DataKey) -> Bucket {
    match get::<(u128, u64)>(env, key) {
        Some((level, at)) => Bucket { level, at },
        None => Bucket::full(env.ledger().timestamp()),
    }
}

fn set_bucket(env: &Env, key: &DataKey, bucket: Bucket) {
    set(env, key, &(bucket.level, bucket.at));
}

fn get<V: TryFromVal<Env, Val>>(env: &Env, key: &DataKey) -> Option<V> {
    env.storage().persistent().get(key)
}

fn set<V: IntoVal<Env, Val>>(env: &Env, key: &DataKey, value: &V) {
    env.storage().persistent().set(key, value);
    ttl::extend_persistent(env, key);
}
