//! What the factory tells indexers. Events of no other contract mean anything about regions.

use soroban_sdk::{contractevent, Address, BytesN, Symbol};

/// A region exists, its pool is told by `pool_created`.
#[contractevent(data_format = "vec")]
pub struct RegionCreated {
    #[topic]
    pub code: Symbol,
    #[topic]
    pub founder: Address,
    pub admin: Address,
    pub treasury: Address,
    pub staking: Address,
    pub token: Address,
    pub bond: i128,
}

/// A pool of TFT and `token` exists.
#[contractevent(data_format = "vec")]
pub struct PoolCreated {
    #[topic]
    pub code: Symbol,
    #[topic]
    pub token: Address,
    pub fee_bps: u32,
    pub band_bps: u32,
    pub pool: Address,
}

/// Somebody may accept a region's admin role; of the root region, the network's.
#[contractevent(data_format = "single-value")]
pub struct AdminProposed {
    #[topic]
    pub code: Symbol,
    pub admin: Address,
}

/// The admin role has passed.
#[contractevent(data_format = "single-value")]
pub struct AdminChanged {
    #[topic]
    pub code: Symbol,
    pub admin: Address,
}

/// The network's admin vouches for a region, or no longer does.
#[contractevent(data_format = "single-value")]
pub struct Endorsed {
    #[topic]
    pub code: Symbol,
    pub endorsed: bool,
}

/// The oracle quotes `token` from `pool` of region `code`.
#[contractevent(data_format = "single-value")]
pub struct OraclePoolSet {
    #[topic]
    pub token: Address,
    #[topic]
    pub code: Symbol,
    pub pool: Address,
}

/// From the time `at` on anyone may make `wasm_hash` the code of new contracts of this kind.
#[contractevent(data_format = "vec")]
pub struct TemplateScheduled {
    #[topic]
    pub kind: Symbol,
    pub wasm_hash: BytesN<32>,
    pub at: u64,
}

/// What was scheduled will not be.
#[contractevent(data_format = "single-value")]
pub struct TemplateCancelled {
    #[topic]
    pub kind: Symbol,
    pub wasm_hash: BytesN<32>,
}

/// New contracts of this kind have this code from now on.
#[contractevent(data_format = "single-value")]
pub struct TemplateApplied {
    #[topic]
    pub kind: Symbol,
    pub wasm_hash: BytesN<32>,
}
