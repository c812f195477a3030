//! The entry points. What their documentation says goes into the wasm for whoever calls them, so it
//! is short; docs/factory.md says it at length, with the errors of each.

use soroban_sdk::{
    contract, contractimpl, contractmeta, token::TokenClient, unwrap::UnwrapOptimized, Address,
    BytesN, Env, Map, Symbol, Vec,
};
use tributary_common::{
    address, ensure,
    interfaces::{
        factory::{
            FactoryConfig, FactoryError, FactoryInterface, PoolInfo, PoolKey, Region, RegionParams,
            RegionToken, Template, ROOT,
        },
        staking::{StakingClient, MIN_AMOUNT},
    },
    ttl,
};

use crate::{
    event::{
        AdminChanged, AdminProposed, Endorsed, OraclePoolSet, RegionCreated, TemplateApplied,
        TemplateCancelled, TemplateScheduled,
    },
    region,
    storage::{self, StoredRegion},
};

/// Seconds for which a founder's bond is staked.
pub const BOND_SECONDS: u64 = 365 * 24 * 60 * 60;
/// Seconds between the announcement of a template and its use.
pub const DELAY_SECONDS: u64 = 7 * 24 * 60 * 60;
/// Contracts that one `keep_alive` can name.
const MAX_CONTRACTS: u32 = 8;
/// Tokens that the oracle can quote.
const MAX_QUOTES: u32 = 64;

/// What the factory deploys, in the order of the constructor's `templates`.
const KINDS: [Symbol; 4] = [address::POOL, address::TREASURY, address::STAKING, address::TOKEN];

contractmeta!(key = "binver", val = env!("CARGO_PKG_VERSION"));
contractmeta!(key = "source", val = "Tributary: contracts/factory");
contractmeta!(key = "sep", val = "47");

#[contract]
pub struct FactoryContract;

#[contractimpl]
impl FactoryContract {
    /// Makes the factory, and the root region with its treasury and staking. `tft`: the reserve currency;
    /// `bond`: raw units of TFT that a founder stakes for a year; `offers`: the market, deployed or not yet;
    /// `root`: whose admin and treasury are the network's, with `tft` as its token and no band; `templates`:
    /// SHA-256 of the code of each kind (pool, treasury, staking, token).
    pub fn __constructor(
        env: Env,
        tft: Address,
        bond: i128,
        offers: Address,
        root: RegionParams,
        templates: Vec<BytesN<32>>,
    ) -> Result<(), FactoryError> {
        ensure(bond >= MIN_AMOUNT, FactoryError::InvalidBond)?;
        ensure(templates.len() as usize == KINDS.len(), FactoryError::InvalidTemplates)?;
        let valid = root.token == RegionToken::Existing(tft.clone()) && root.band_bps == 0;
        ensure(valid, FactoryError::InvalidRoot)?;
        region::check(&root)?;
        for (kind, wasm_hash) in KINDS.iter().zip(templates.iter()) {
            storage::set_template(&env, kind, &wasm_hash);
        }
        let config = FactoryConfig { tft, bond, offers };
        storage::set_config(&env, &config);
        let nobody = BytesN::from_array(&env, &[0; 12]);
        let mut region = region::deploy(&env, &config, root.admin.clone(), &ROOT, root, nobody);
        region.endorsed = true;
        storage::set_region(&env, &ROOT, &region);
        storage::set_head(&env, &region::pack(&env, &ROOT)?);
        tell_created(&env, ROOT, &region, 0);
        Ok(())
    }
}

#[contractimpl]
impl FactoryInterface for FactoryContract {
    /// Creates a region with its treasury, its staking, its own token if it asks for one, and its first pool,
    /// TFT against its token. The bond becomes the founder's stake, locked for 365 days. `code`: 2 to 12 of A–Z
    /// and 0–9, unique for ever.
    ///
    /// Signed by `founder`, with `stake` of the bond, and with that its transfer. Events: `pool_created`,
    /// `region_created`.
    fn create_region(
        env: Env,
        founder: Address,
        code: Symbol,
        params: RegionParams,
    ) -> Result<Region, FactoryError> {
        founder.require_auth();
        let last_region = region::pack(&env, &code)?;
        ensure(!storage::has_region(&env, &code), FactoryError::DuplicateCode)?;
        region::check(&params)?;
        let config = storage::config(&env);
        let previous = storage::head(&env);
        let band_bps = params.band_bps;
        let fee_bps = params.fee_tiers.first().ok_or(FactoryError::InvalidFeeTiers)?;

        storage::set_head(&env, &last_region);
        let mut region = region::deploy(&env, &config, founder.clone(), &code, params, previous);
        let key = PoolKey { code: code.clone(), token: region.token.clone(), fee_bps };
        region::add_pool(&env, &mut region, key, band_bps)?;
        ttl::extend_instance(&env);
        StakingClient::new(&env, &region.staking).stake(&founder, &config.bond, &BOND_SECONDS);
        tell_created(&env, code.clone(), &region, config.bond);
        Ok(region::view(&env, code, region))
    }

    /// Adds a pool of TFT and `token` to a region, with one of the region's fees and a band (0, or
    /// 1 000 to 5 000 bps).
    ///
    /// Signed by the region's admin. Event: `pool_created`.
    fn create_pool(
        env: Env,
        code: Symbol,
        token: Address,
        fee_bps: u32,
        band_bps: u32,
    ) -> Result<PoolInfo, FactoryError> {
        let mut region = storage::region(&env, &code)?;
        region.admin.require_auth();
        ttl::extend_instance(&env);
        region::add_pool(&env, &mut region, PoolKey { code, token, fee_bps }, band_bps)
    }

    /// Offers the admin role of a region, of the root region the network's, to `admin`. A later offer
    /// replaces it; the role passes only when it is accepted.
    ///
    /// Signed by the admin. Event: `admin_proposed`.
    fn propose_admin(env: Env, code: Symbol, admin: Address) -> Result<(), FactoryError> {
        storage::region(&env, &code)?.admin.require_auth();
        storage::set_proposed(&env, &code, &admin);
        AdminProposed { code, admin }.publish(&env);
        Ok(())
    }

    /// Takes the admin role that was offered. Signed by whom it was offered to. Event: `admin_changed`.
    fn accept_admin(env: Env, code: Symbol) -> Result<(), FactoryError> {
        let mut region = storage::region(&env, &code)?;
        let admin = storage::proposed(&env, &code).ok_or(FactoryError::NoProposal)?;
        admin.require_auth();
        region.admin = admin.clone();
        storage::set_region(&env, &code, &region);
        storage::remove_proposed(&env, &code);
        ttl::extend_instance(&env);
        AdminChanged { code, admin }.publish(&env);
        Ok(())
    }

    /// Vouches for a region: wallets show it first, the oracle may quote it. Or no longer: then the
    /// oracle quotes none of its pools.
    ///
    /// Signed by the network's admin. Event: `endorsed`.
    fn endorse(env: Env, code: Symbol, endorsed: bool) -> Result<(), FactoryError> {
        network_admin(&env)?.require_auth();
        let mut region = storage::region(&env, &code)?;
        region.endorsed = endorsed;
        storage::set_region(&env, &code, &region);
        if !endorsed {
            forget_quotes(&env, &code);
        }
        Endorsed { code, endorsed }.publish(&env);
        Ok(())
    }

    /// Names the pool, of an endorsed region, from which the oracle quotes `token`.
    ///
    /// Signed by the pool's region's admin for the region's own token, as long as no other region's
    /// pool is named for it; else by the network's admin. Event: `oracle_pool_set`.
    fn set_oracle_pool(env: Env, token: Address, pool: PoolKey) -> Result<(), FactoryError> {
        let region = storage::region(&env, &pool.code)?;
        let mut quotes = storage::quotes(&env);
        let foreign = quotes.get(token.clone()).is_some_and(|now| now.code != pool.code);
        if region.token == token && !foreign {
            region.admin.require_auth();
        } else {
            network_admin(&env)?.require_auth();
        }
        ensure(region.endorsed, FactoryError::NotEndorsed)?;
        let address = address::pool(&env, &env.current_contract_address(), &pool);
        let known = pool.token == token && storage::has_pool(&env, &address);
        ensure(known, FactoryError::UnknownPool)?;
        let code = pool.code.clone();
        quotes.set(token.clone(), pool);
        ensure(quotes.len() <= MAX_QUOTES, FactoryError::TooManyQuotes)?;
        storage::set_quotes(&env, &quotes);
        OraclePoolSet { token, code, pool: address }.publish(&env);
        Ok(())
    }

    /// Announces the code of future contracts of a kind; it replaces an earlier announcement. What is
    /// deployed never changes.
    ///
    /// Signed by the network's admin. Returns from when on anyone may apply it, 7 days ahead. Event:
    /// `template_scheduled`.
    fn schedule_template(
        env: Env,
        kind: Symbol,
        wasm_hash: BytesN<32>,
    ) -> Result<u64, FactoryError> {
        network_admin(&env)?.require_auth();
        ensure(KINDS.contains(&kind), FactoryError::UnknownKind)?;
        let at = env.ledger().timestamp().saturating_add(DELAY_SECONDS);
        storage::set_scheduled(&env, &kind, &(wasm_hash.clone(), at));
        TemplateScheduled { kind, wasm_hash, at }.publish(&env);
        Ok(at)
    }

    /// Withdraws an announcement. Signed by the network's admin. Event: `template_cancelled`.
    fn cancel_template(env: Env, kind: Symbol) -> Result<(), FactoryError> {
        network_admin(&env)?.require_auth();
        let (wasm_hash, _) =
            storage::scheduled(&env, &kind).ok_or(FactoryError::NothingScheduled)?;
        storage::remove_scheduled(&env, &kind);
        TemplateCancelled { kind, wasm_hash }.publish(&env);
        Ok(())
    }

    /// Puts an announced code to use, once its time has come. Signed by nobody. Event:
    /// `template_applied`.
    fn apply_template(env: Env, kind: Symbol) -> Result<(), FactoryError> {
        let (wasm_hash, at) =
            storage::scheduled(&env, &kind).ok_or(FactoryError::NothingScheduled)?;
        ensure(env.ledger().timestamp() >= at, FactoryError::DelayNotOver)?;
        storage::set_template(&env, &kind, &wasm_hash);
        storage::remove_scheduled(&env, &kind);
        TemplateApplied { kind, wasm_hash }.publish(&env);
        Ok(())
    }

    /// Pays the rent of up to 8 contracts, the factory or its pools: instance and code, a pool's entries in
    /// the registry and its balances of Stellar assets, and, by the factory the root region's, by a pool its
    /// region's treasury, staking and own token. Signed by nobody.
    fn keep_alive(env: Env, contracts: Vec<Address>) -> Result<(), FactoryError> {
        let allowed = (1..=MAX_CONTRACTS).contains(&contracts.len());
        ensure(allowed, FactoryError::TooManyContracts)?;
        let this = env.current_contract_address();
        let tft = TokenClient::new(&env, &storage::config(&env).tft);
        for contract in contracts.iter() {
            if contract == this {
                ttl::extend_contract(&env, &this);
                storage::extend_network(&env, &KINDS);
                region::extend(&env, &tft.address, &ROOT)?;
                continue;
            }
            let pool = storage::pool(&env, &contract).ok_or(FactoryError::UnknownContract)?;
            ttl::extend_contract(&env, &contract);
            storage::extend_pool(&env, &contract, &pool.code);
            region::extend(&env, &tft.address, &pool.code)?;
            // A Stellar asset's contract extends a balance that is read. A token that refuses is passed over;
            // one that uses the whole budget up fails the call, so its pool is better named alone.
            let _ = tft.try_balance(&contract);
            let _ = TokenClient::new(&env, &pool.token).try_balance(&contract);
        }
        Ok(())
    }

    /// What was fixed when the factory was made.
    fn config(env: Env) -> FactoryConfig {
        storage::config(&env)
    }

    /// A region by its code.
    fn region(env: Env, code: Symbol) -> Result<Region, FactoryError> {
        let region = storage::region(&env, &code)?;
        Ok(region::view(&env, code, region))
    }

    /// The code of the youngest region; `region(code).previous` leads to all others.
    fn last_region(env: Env) -> Symbol {
        // The head names a region.
        region::unpack(&env, &storage::head(&env)).unwrap_optimized()
    }

    /// A pool by what names it.
    fn pool(
        env: Env,
        code: Symbol,
        token: Address,
        fee_bps: u32,
    ) -> Result<PoolInfo, FactoryError> {
        let key = PoolKey { code, token, fee_bps };
        let address = address::pool(&env, &env.current_contract_address(), &key);
        let pool = storage::pool(&env, &address).ok_or(FactoryError::UnknownPool)?;
        Ok(region::view_pool(address, pool))
    }

    /// Whether the factory deployed the pool at `address`.
    fn is_pool(env: Env, address: Address) -> bool {
        storage::has_pool(&env, &address)
    }

    /// The code that new contracts get, and what is announced.
    fn templates(env: Env) -> Vec<Template> {
        let mut templates = Vec::new(&env);
        for kind in KINDS {
            let wasm_hash = storage::template(&env, &kind);
            let (next_hash, next_at) = match storage::scheduled(&env, &kind) {
                Some((hash, at)) => (Some(hash), at),
                None => (None, 0),
            };
            templates.push_back(Template { kind, wasm_hash, next_hash, next_at });
        }
        templates
    }

    /// The pool from which the oracle quotes `token`.
    fn oracle_pool(env: Env, token: Address) -> Option<Address> {
        let key = storage::quotes(&env).get(token)?;
        Some(address::pool(&env, &env.current_contract_address(), &key))
    }

    /// The tokens that the oracle quotes, at most 64.
    fn oracle_tokens(env: Env) -> Vec<Address> {
        storage::quotes(&env).keys()
    }
}

fn tell_created(env: &Env, code: Symbol, region: &StoredRegion, bond: i128) {
    RegionCreated {
        code,
        founder: region.founder.clone(),
        admin: region.admin.clone(),
        treasury: region.treasury.clone(),
        staking: region.staking.clone(),
        token: region.token.clone(),
        bond,
    }
    .publish(env);
}

/// The root region's admin is the network's.
fn network_admin(env: &Env) -> Result<Address, FactoryError> {
    Ok(storage::region(env, &ROOT)?.admin)
}

fn forget_quotes(env: &Env, code: &Symbol) {
    let quotes = storage::quotes(env);
    let mut kept = Map::new(env);
    for (token, key) in quotes.iter() {
        if key.code != *code {
            kept.set(token, key);
        }
    }
    if kept.len() < quotes.len() {
        storage::set_quotes(env, &kept);
    }
}
