//! What the factory keeps: one entry a region, one a pool, and a few for the network. No entry grows
//! with the number of regions, and every value has a constant encoded size, because a transaction's
//! written bytes are fixed when it is simulated. (Exceptions, of admins' calls alone: the oracle's quotes,
//! at most 64, and an admin's address, which is a little longer for an account than for a contract.)

use soroban_sdk::{
    contracttype, unwrap::UnwrapOptimized, Address, BytesN, Env, IntoVal, Map, Symbol, TryFromVal,
    Val, Vec,
};
use tributary_common::{
    interfaces::factory::{FactoryConfig, FactoryError, PoolKey, ROOT},
    ttl,
};

#[contracttype]
pub enum DataKey {
    /// Instance: `FactoryConfig`.
    Config,
    /// By its code: `StoredRegion`.
    Region(Symbol),
    /// By its address: `StoredPool`.
    Pool(Address),
    /// The youngest region: `PackedCode`.
    Head,
    /// Who may accept a region's admin role.
    Proposed(Symbol),
    /// By kind: the hash of its code.
    Template(Symbol),
    /// By kind: the next hash, and from when on.
    Scheduled(Symbol),
    /// By token: the pool that the oracle reads.
    Quotes,
}

/// A region's code with zeros behind it: always of the same size.
pub type PackedCode = BytesN<12>;

#[contracttype]
pub struct StoredRegion {
    pub founder: Address,
    pub admin: Address,
    pub guardian: Address,
    pub treasury: Address,
    pub staking: Address,
    pub token: Address,
    pub fee_tiers: Vec<u32>,
    pub treasury_bps: u32,
    pub endorsed: bool,
    /// Token and fee of the youngest pool; TFT and 0 while there is none.
    pub last_pool: (Address, u32),
    /// The region created before; zeros for the root.
    pub previous: PackedCode,
}

#[contracttype]
pub struct StoredPool {
    pub code: Symbol,
    pub token: Address,
    pub fee_bps: u32,
    pub band_bps: u32,
    /// Token and fee of the region's pool created before; TFT and 0 for the first.
    pub previous: (Address, u32),
}

pub fn set_config(env: &Env, config: &FactoryConfig) {
    env.storage().instance().set(&DataKey::Config, config);
}

pub fn config(env: &Env) -> FactoryConfig {
    // The constructor wrote it.
    env.storage().instance().get(&DataKey::Config).unwrap_optimized()
}

pub fn region(env: &Env, code: &Symbol) -> Result<StoredRegion, FactoryError> {
    get(env, &DataKey::Region(code.clone())).ok_or(FactoryError::UnknownRegion)
}

pub fn has_region(env: &Env, code: &Symbol) -> bool {
    env.storage().persistent().has(&DataKey::Region(code.clone()))
}

pub fn set_region(env: &Env, code: &Symbol, region: &StoredRegion) {
    set(env, &DataKey::Region(code.clone()), region);
}

pub fn pool(env: &Env, address: &Address) -> Option<StoredPool> {
    get(env, &DataKey::Pool(address.clone()))
}

pub fn has_pool(env: &Env, address: &Address) -> bool {
    env.storage().persistent().has(&DataKey::Pool(address.clone()))
}

pub fn set_pool(env: &Env, address: &Address, pool: &StoredPool) {
    set(env, &DataKey::Pool(address.clone()), pool);
}

/// The entries of a pool and its region in the registry.
pub fn extend_pool(env: &Env, address: &Address, code: &Symbol) {
    ttl::extend_persistent(env, &DataKey::Pool(address.clone()));
    ttl::extend_persistent(env, &DataKey::Region(code.clone()));
}

/// What belongs to the network.
pub fn extend_network(env: &Env, kinds: &[Symbol]) {
    for key in [DataKey::Head, DataKey::Region(ROOT), DataKey::Quotes] {
        if env.storage().persistent().has(&key) {
            ttl::extend_persistent(env, &key);
        }
    }
    for kind in kinds {
        ttl::extend_persistent(env, &DataKey::Template(kind.clone()));
    }
}

pub fn head(env: &Env) -> PackedCode {
    // The constructor wrote it.
    get(env, &DataKey::Head).unwrap_optimized()
}

pub fn set_head(env: &Env, head: &PackedCode) {
    set(env, &DataKey::Head, head);
}

pub fn proposed(env: &Env, code: &Symbol) -> Option<Address> {
    get(env, &DataKey::Proposed(code.clone()))
}

pub fn set_proposed(env: &Env, code: &Symbol, admin: &Address) {
    set(env, &DataKey::Proposed(code.clone()), admin);
}

pub fn remove_proposed(env: &Env, code: &Symbol) {
    env.storage().persistent().remove(&DataKey::Proposed(code.clone()));
}

pub fn template(env: &Env, kind: &Symbol) -> BytesN<32> {
    // The constructor wrote one for each kind.
    get(env, &DataKey::Template(kind.clone())).unwrap_optimized()
}

pub fn set_template(env: &Env, kind: &Symbol, wasm_hash: &BytesN<32>) {
    set(env, &DataKey::Template(kind.clone()), wasm_hash);
}

pub fn scheduled(env: &Env, kind: &Symbol) -> Option<(BytesN<32>, u64)> {
    get(env, &DataKey::Scheduled(kind.clone()))
}

pub fn set_scheduled(env: &Env, kind: &Symbol, next: &(BytesN<32>, u64)) {
    set(env, &DataKey::Scheduled(kind.clone()), next);
}

pub fn remove_scheduled(env: &Env, kind: &Symbol) {
    env.storage().persistent().remove(&DataKey::Scheduled(kind.clone()));
}

pub fn quotes(env: &Env) -> Map<Address, PoolKey> {
    get(env, &DataKey::Quotes).unwrap_or_else(|| Map::new(env))
}

pub fn set_quotes(env: &Env, quotes: &Map<Address, PoolKey>) {
    set(env, &DataKey::Quotes, quotes);
}

fn get<V: TryFromVal<Env, Val>>(env: &Env, key: &DataKey) -> Option<V> {
    env.storage().persistent().get(key)
}

fn set<V: IntoVal<Env, Val>>(env: &Env, key: &DataKey, value: &V) {
    env.storage().persistent().set(key, value);
    ttl::extend_persistent(env, key);
}
