//! The oracle's interface, SEP-40: what lenders, wallets and charts call.

use soroban_sdk::{contractclient, contracterror, contracttype, Address, Env, Symbol, Vec};

/// SEP-40: what has a price.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asset {
    /// A token by its contract.
    Stellar(Address),
    /// Something by its name; this oracle prices none.
    Other(Symbol),
}

/// SEP-40: a price and the time of its record.
#[contracttype]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceData {
    /// Whole base units (TFT) for one whole unit of the asset, × 10¹⁴.
    pub price: i128,
    /// Seconds.
    pub timestamp: u64,
}

/// Every way the oracle can refuse; a price that it does not have is no refusal.
#[contracterror]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OracleError {
    /// Constructor: the least reserve is not positive.
    InvalidReserve = 800,
}

#[contractclient(name = "OracleClient")]
pub trait OracleInterface {
    fn base(env: Env) -> Asset;

    fn assets(env: Env) -> Vec<Asset>;

    fn decimals(env: Env) -> u32;

    fn resolution(env: Env) -> u32;

    fn price(env: Env, asset: Asset, timestamp: u64) -> Option<PriceData>;

    fn prices(env: Env, asset: Asset, records: u32) -> Option<Vec<PriceData>>;

    fn lastprice(env: Env, asset: Asset) -> Option<PriceData>;
}
