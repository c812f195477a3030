//! The factory's interface: what founders, wallets, indexers, router and oracle call.

use soroban_sdk::{
    contractclient, contracterror, contracttype, symbol_short, Address, BytesN, Env, Symbol, Vec,
};

use super::token::NewToken;

/// The region that the network begins with: its admin and treasury are the network's.
pub const ROOT: Symbol = symbol_short!("TFT");

/// What names a pool, for ever, and determines its address (`address::pool`).
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolKey {
    /// The region's.
    pub code: Symbol,
    /// What the pool trades against TFT.
    pub token: Address,
    pub fee_bps: u32,
}

/// A region's token: one that the factory makes for it, or one that there is.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegionToken {
    New(NewToken),
    Existing(Address),
}

/// What a founder decides. All but admin and council is fixed for ever.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionParams {
    /// Who may add pools. May hand the role on.
    pub admin: Address,
    /// Who may pause the region's pools and veto what its council proposes.
    pub guardian: Address,
    /// Who proposes what the region's treasury does, and slashes. May hand the role on.
    pub council: Address,
    /// The region's token; TFT for the root region, which has none.
    pub token: RegionToken,
    /// The fees that the region's pools may have: 1 to 4 different ones of 1 to 100 bps. The first
    /// is that of the first pool.
    pub fee_tiers: Vec<u32>,
    /// The treasury's share of the fees of the region's pools, up to 3 333 bps.
    pub treasury_bps: u32,
    /// The band of the first pool: 0 (none) or 1 000 to 5 000 bps.
    pub band_bps: u32,
    /// What a validator of the region must stake of its own: at least 1 TFT, raw units.
    pub min_bond: i128,
}

/// A region as it stands.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    pub code: Symbol,
    pub founder: Address,
    pub admin: Address,
    pub guardian: Address,
    /// Where the region's pools pay the treasury's share, and its council proposes.
    pub treasury: Address,
    /// Where TFT is staked and delegated to the region's validators.
    pub staking: Address,
    /// TFT for the root region, which has no token of its own.
    pub token: Address,
    pub fee_tiers: Vec<u32>,
    pub treasury_bps: u32,
    /// Whether the network's admin vouches for it.
    pub endorsed: bool,
    /// The youngest pool; follow `previous` to the oldest. Fee 0: none.
    pub last_pool: PoolKey,
    /// The region created before this; none for the root.
    pub previous: Option<Symbol>,
}

/// A pool in the registry.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolInfo {
    pub address: Address,
    pub key: PoolKey,
    pub band_bps: u32,
    /// The region's pool created before this. Fee 0: none.
    pub previous: PoolKey,
}

/// The code from which contracts of one kind are deployed.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub kind: Symbol,
    /// SHA-256 of the wasm.
    pub wasm_hash: BytesN<32>,
    /// Its announced successor, …
    pub next_hash: Option<BytesN<32>>,
    /// … and from when on anyone may apply it; 0: nothing is announced.
    pub next_at: u64,
}

/// What was fixed when the factory was made.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactoryConfig {
    /// The reserve currency: one side of every pool.
    pub tft: Address,
    /// What a founder stakes for a year, raw units of TFT.
    pub bond: i128,
    /// The market on which treasuries make offers.
    pub offers: Address,
}

/// Every way the factory can refuse. A refused call changes nothing. (111, 112, 124 and 125
/// were in use once.)
#[contracterror]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactoryError {
    /// Not 2 to 12 of A–Z and 0–9.
    InvalidCode = 100,
    /// Taken; choose another.
    DuplicateCode = 101,
    /// No region has this code.
    UnknownRegion = 102,
    /// A pool needs a token other than TFT.
    SameToken = 103,
    /// Does not answer as a SEP-41 token.
    InvalidToken = 104,
    /// Not 1 to 4 different fees of 1 to 100 bps.
    InvalidFeeTiers = 105,
    /// Above 3 333 bps.
    InvalidTreasuryShare = 106,
    /// Neither 0 nor 1 000 to 5 000 bps.
    InvalidBand = 107,
    /// Not one of the region's fee tiers.
    FeeNotAllowed = 108,
    /// The region has this pool.
    DuplicatePool = 109,
    /// The region has no such pool.
    UnknownPool = 110,
    /// Nobody was proposed as admin.
    NoProposal = 113,
    /// Only endorsed regions are quoted by the oracle.
    NotEndorsed = 114,
    /// 64 tokens have an oracle pool.
    TooManyQuotes = 115,
    /// No contract of this kind is deployed by the factory.
    UnknownKind = 116,
    /// Nothing is scheduled for this kind.
    NothingScheduled = 117,
    /// Until the time that `templates` tells.
    DelayNotOver = 118,
    /// More than 8, or none.
    TooManyContracts = 119,
    /// Neither the factory nor one of its pools.
    UnknownContract = 120,
    /// Constructor: less than 1 TFT.
    InvalidBond = 121,
    /// Constructor: one code hash for each kind.
    InvalidTemplates = 122,
    /// Constructor: the root's token is TFT, and its band 0.
    InvalidRoot = 123,
    /// A new token's cap is not positive.
    InvalidCap = 126,
    /// A new token's genesis is negative, or above a tenth of the cap.
    InvalidGenesis = 127,
    /// A new token's name is not 1 to 32 printable ASCII characters.
    InvalidName = 128,
    /// A new token's symbol is not 1 to 12 of A–Z, a–z and 0–9.
    InvalidSymbol = 129,
    /// The validators' bond is less than 1 TFT.
    InvalidMinBond = 130,
}

#[contractclient(name = "FactoryClient")]
pub trait FactoryInterface {
    fn create_region(
        env: Env,
        founder: Address,
        code: Symbol,
        params: RegionParams,
    ) -> Result<Region, FactoryError>;

    fn create_pool(
        env: Env,
        code: Symbol,
        token: Address,
        fee_bps: u32,
        band_bps: u32,
    ) -> Result<PoolInfo, FactoryError>;

    fn propose_admin(env: Env, code: Symbol, admin: Address) -> Result<(), FactoryError>;

    fn accept_admin(env: Env, code: Symbol) -> Result<(), FactoryError>;

    fn endorse(env: Env, code: Symbol, endorsed: bool) -> Result<(), FactoryError>;

    fn set_oracle_pool(env: Env, token: Address, pool: PoolKey) -> Result<(), FactoryError>;

    fn schedule_template(
        env: Env,
        kind: Symbol,
        wasm_hash: BytesN<32>,
    ) -> Result<u64, FactoryError>;

    fn cancel_template(env: Env, kind: Symbol) -> Result<(), FactoryError>;

    fn apply_template(env: Env, kind: Symbol) -> Result<(), FactoryError>;

    fn keep_alive(env: Env, contracts: Vec<Address>) -> Result<(), FactoryError>;

    fn config(env: Env) -> FactoryConfig;

    fn region(env: Env, code: Symbol) -> Result<Region, FactoryError>;

    fn last_region(env: Env) -> Symbol;

    fn pool(env: Env, code: Symbol, token: Address, fee_bps: u32)
        -> Result<PoolInfo, FactoryError>;

    fn is_pool(env: Env, address: Address) -> bool;

    fn templates(env: Env) -> Vec<Template>;

    fn oracle_pool(env: Env, token: Address) -> Option<Address>;

    fn oracle_tokens(env: Env) -> Vec<Address>;
}
