//! What a policy may say, and when a new one takes nothing of the old one's safety.

use soroban_sdk::{Address, Env, Vec};
use tributary_common::{
    ensure,
    interfaces::{
        factory::FactoryClient,
        treasury::{Policy, PolicyPool, TreasuryConfig, TreasuryError},
    },
};

use crate::gauge::Gauge;

const MAX_BUDGET: u32 = 1_000;
const MAX_PREMIUM: u32 = 200;
const MAX_OUTFLOW: u32 = 250;
const MAX_POOLS: u32 = 8;
const WHOLE: u32 = 10_000;

/// What a treasury begins with. It buys nothing before its council names a pool.
pub fn first(env: &Env) -> Policy {
    Policy {
        budget_bps: 100,
        premium_bps: 100,
        outflow_bps: MAX_OUTFLOW,
        burn_bps: 2_500,
        protect_bps: 2_500,
        stakers_bps: 2_500,
        liquidity_bps: 2_500,
        pools: Vec::new(env),
    }
}

/// Whether the policy stays within its caps and names only pools that the factory made. What is checked
/// of a pool never changes.
pub fn check(env: &Env, config: &TreasuryConfig, policy: &Policy) -> Result<(), TreasuryError> {
    ensure(policy.budget_bps <= MAX_BUDGET, TreasuryError::BudgetTooHigh)?;
    ensure(policy.premium_bps <= MAX_PREMIUM, TreasuryError::PremiumTooHigh)?;
    ensure(policy.outflow_bps <= MAX_OUTFLOW, TreasuryError::OutflowTooHigh)?;
    let parts = [policy.burn_bps, policy.protect_bps, policy.stakers_bps, policy.liquidity_bps];
    let whole = parts.into_iter().fold(0, u32::saturating_add);
    ensure(whole == WHOLE, TreasuryError::InvalidSplit)?;
    ensure(policy.pools.len() <= MAX_POOLS, TreasuryError::InvalidPools)?;
    for named in policy.pools.iter() {
        let same = policy.pools.iter().filter(|other| other.pool == named.pool);
        ensure(same.count() == 1, TreasuryError::InvalidPools)?;
        ensure(named.min_tft > 0 && named.min_token > 0, TreasuryError::InvalidMinimum)?;
        check_pool(env, &config.factory, &named.pool)?;
        let gauge = Gauge::read(env, &config.tft, &named.pool)?;
        ensure(gauge.terms.band_bps == 0, TreasuryError::BandedPool)?;
    }
    Ok(())
}

pub fn check_pool(env: &Env, factory: &Address, pool: &Address) -> Result<(), TreasuryError> {
    let known = FactoryClient::new(env, factory).is_pool(pool);
    ensure(known, TreasuryError::UnknownPool)
}

pub fn named(policy: &Policy, pool: &Address) -> Result<PolicyPool, TreasuryError> {
    let named = policy.pools.iter().find(|named| named.pool == *pool);
    named.ok_or(TreasuryError::PoolNotInPolicy)
}

/// Whether `new` allows nothing that `old` does not, and divides what is bought as `old` does.
pub fn tightens(old: &Policy, new: &Policy) -> bool {
    let split = |policy: &Policy| {
        (policy.burn_bps, policy.protect_bps, policy.stakers_bps, policy.liquidity_bps)
    };
    let kept = |pool: PolicyPool| {
        named(old, &pool.pool)
            .is_ok_and(|old| pool.min_tft >= old.min_tft && pool.min_token >= old.min_token)
    };
    new.budget_bps <= old.budget_bps
        && new.premium_bps <= old.premium_bps
        && new.outflow_bps <= old.outflow_bps
        && split(new) == split(old)
        && new.pools.iter().all(kept)
}
