//! How long entries live. A TTL is rent, never a permission or a deadline: what expires is
//! restored with its value intact.
//!
//! Swaps and fills extend nothing: one unlucky trader would pay sixty days of rent for everybody,
//! and a threshold crossed between simulation and application would fail the transaction.

use soroban_sdk::{Address, Env, IntoVal, Val};

/// Ledgers in a day, at one every five seconds.
pub const DAY: u32 = 17_280;

/// Instances are extended up to this, …
const INSTANCE_UP_TO: u32 = 60 * DAY;
/// … by no less than this, so that calls in a row do not each pay for a little, …
const INSTANCE_AT_LEAST: u32 = 7 * DAY;
/// … and no more than this at once, so that a caller's fee stays bounded.
const INSTANCE_AT_MOST: u32 = 30 * DAY;

/// Persistent entries live this long after they were last written …
const PERSISTENT_UP_TO: u32 = 120 * DAY;
/// … and are left alone while more than this remains.
const PERSISTENT_THRESHOLD: u32 = 90 * DAY;

/// Extends the calling contract's instance, within limits. The code, which all contracts of a
/// kind share, is extended by the factory's `keep_alive`.
pub fn extend_instance(env: &Env) {
    env.deployer().extend_ttl_for_contract_instance_with_limits(
        env.current_contract_address(),
        INSTANCE_UP_TO,
        INSTANCE_AT_LEAST,
        INSTANCE_AT_MOST,
    );
}

/// Extends the instance and the code of any contract, within the same limits.
pub fn extend_contract(env: &Env, contract: &Address) {
    env.deployer().extend_ttl_with_limits(
        contract.clone(),
        INSTANCE_UP_TO,
        INSTANCE_AT_LEAST,
        INSTANCE_AT_MOST,
    );
}

/// Extends a persistent entry of the calling contract. Call it after writing the entry.
pub fn extend_persistent<K: IntoVal<Env, Val>>(env: &Env, key: &K) {
    env.storage().persistent().extend_ttl(key, PERSISTENT_THRESHOLD, PERSISTENT_UP_TO);
}
