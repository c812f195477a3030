//! The entry points. What their documentation says goes into the wasm for whoever calls them, so it
//! is short; docs/oracle.md says it at length.
//!
//! The oracle only reads. A price that is not known to be good is no price.

use soroban_sdk::{contract, contractimpl, contractmeta, token::TokenClient, Address, Env, Vec};
use tributary_common::{
    ensure,
    interfaces::{
        factory::FactoryClient,
        oracle::{Asset, OracleError, OracleInterface, PriceData},
        pool::PoolClient,
    },
    pool::{
        oracle::{STEP_PER_RECORD, WINDOW},
        Side,
    },
    price::{log2_ratio, Price},
};

use crate::{
    scale::{self, DECIMALS},
    storage::{self, Network},
};

/// Seconds since its last record after which a pool's price is no price.
pub const MAX_AGE: u64 = 2 * WINDOW;

contractmeta!(key = "binver", val = env!("CARGO_PKG_VERSION"));
contractmeta!(key = "source", val = "Tributary: contracts/oracle");
contractmeta!(key = "sep", val = "40,47");

#[contract]
pub struct OracleContract;

#[contractimpl]
impl OracleContract {
    /// Makes an oracle over the pools that `factory` names for it, for ever. A pool with less than
    /// `min_reserve` raw units of TFT is not quoted.
    pub fn __constructor(env: Env, factory: Address, min_reserve: i128) -> Result<(), OracleError> {
        ensure(min_reserve > 0, OracleError::InvalidReserve)?;
        let tft = FactoryClient::new(&env, &factory).config().tft;
        let tft_decimals = TokenClient::new(&env, &tft).decimals();
        storage::create(&env, &Network { factory, tft, tft_decimals, min_reserve });
        Ok(())
    }
}

#[contractimpl]
impl OracleInterface for OracleContract {
    /// SEP-40. What prices are in: TFT.
    fn base(env: Env) -> Asset {
        Asset::Stellar(storage::load(&env).tft)
    }

    /// SEP-40. The tokens of endorsed regions that have an oracle pool, at most 64. A price may be
    /// missing for a time.
    fn assets(env: Env) -> Vec<Asset> {
        let factory = FactoryClient::new(&env, &storage::load(&env).factory);
        let mut assets = Vec::new(&env);
        for token in factory.oracle_tokens().iter() {
            assets.push_back(Asset::Stellar(token));
        }
        assets
    }

    /// SEP-40. Of every price: 14.
    fn decimals(_env: Env) -> u32 {
        DECIMALS
    }

    /// SEP-40. Seconds: the pools' window.
    fn resolution(_env: Env) -> u32 {
        const RESOLUTION: u32 = 1_800;
        const _: () = assert!(RESOLUTION as u64 == WINDOW);
        RESOLUTION
    }

    /// SEP-40. The present mean, if it covers `timestamp`; an older price is not known.
    fn price(env: Env, asset: Asset, timestamp: u64) -> Option<PriceData> {
        let (price, from) = quote(&env, asset)?;
        (from..=env.ledger().timestamp()).contains(&timestamp).then_some(price)
    }

    /// SEP-40. The one price that is known, if `records` asks for any.
    fn prices(env: Env, asset: Asset, records: u32) -> Option<Vec<PriceData>> {
        let (price, _) = quote(&env, asset)?;
        let mut prices = Vec::new(&env);
        if records > 0 {
            prices.push_back(price);
        }
        Some(prices)
    }

    /// SEP-40. The mean over the last 30 to 60 minutes, with the time of its last record. Nothing while
    /// the pool is younger than 30 minutes, is too shallow, was paused in that time, recorded nothing for
    /// an hour, or trades more than 20 % off the mean.
    fn lastprice(env: Env, asset: Asset) -> Option<PriceData> {
        quote(&env, asset).map(|(price, _)| price)
    }
}

/// The price, and from when on it is a mean.
fn quote(env: &Env, asset: Asset) -> Option<(PriceData, u64)> {
    let Asset::Stellar(token) = asset else {
        return None;
    };
    let Network { factory, tft_decimals, min_reserve, .. } = storage::load(env);
    let pool = FactoryClient::new(env, &factory).oracle_pool(&token)?;
    let now = env.ledger().timestamp();
    let (terms, pool) = PoolClient::new(env, &pool).state().open(now);
    let side = terms.side(&token).ok()?;
    let fresh = now.saturating_sub(pool.last_record) <= MAX_AGE;
    let (mean, _) = pool.oracle.mean()?;
    // What this ledger's swaps and donations cannot move.
    let opening = log2_ratio(pool.opening_1, pool.opening_0)?;
    // The recorded price follows in bounded steps: after a wrong first deposit, or what was donated while
    // nobody could trade, for hours. Until the mean has arrived it is no price.
    let arrived = opening.abs_diff(mean) <= STEP_PER_RECORD;
    // Where it has, the other token is worth as much as the TFT.
    let (_, tft) = side.facing(pool.opening_0, pool.opening_1);
    let deep = tft >= min_reserve.unsigned_abs();
    if !deep || !fresh || !arrived || pool.check_open(pool.oracle.older.time).is_err() {
        return None;
    }
    let log_price = match side {
        Side::Zero => mean,
        Side::One => mean.saturating_neg(),
    };
    let decimals = TokenClient::new(env, &token).try_decimals().ok()?.ok()?;
    let price = scale::whole(Price::from_log2(log_price), decimals, tft_decimals)?;
    Some((PriceData { price, timestamp: pool.last_record }, pool.oracle.older.time))
}
