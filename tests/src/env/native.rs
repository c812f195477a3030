//! The contracts as they are compiled into the tests, in place of their release wasm: for the compiler's instruments,
//! which see no wasm.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};
use soroban_sdk::{testutils::ContractFunctionSet, BytesN, Env};
use tributary_factory::FactoryContract;
use tributary_offers::OffersContract;
use tributary_oracle::OracleContract;
use tributary_pool::PoolContract;
use tributary_router::RouterContract;
use tributary_staking::StakingContract;
use tributary_token::TokenContract;
use tributary_treasury::TreasuryContract;

use crate::wasm::contract;

/// Whether the environment asks for it, by `TRIBUTARY_NATIVE=1`.
pub static NATIVE: LazyLock<bool> =
    LazyLock::new(|| std::env::var_os("TRIBUTARY_NATIVE").is_some_and(|value| value == "1"));

/// From now on every contract of `env` with the hash of a release wasm runs natively, whoever deploys it and when.
pub fn replace_wasm(env: &Env) {
    replace(env, "factory", FactoryContract);
    replace(env, "offers", OffersContract);
    replace(env, "oracle", OracleContract);
    replace(env, "pool", PoolContract);
    replace(env, "router", RouterContract);
    replace(env, "staking", StakingContract);
    replace(env, "token", TokenContract);
    replace(env, "treasury", TreasuryContract);
}

fn replace(env: &Env, name: &str, contract_fns: impl ContractFunctionSet + 'static) {
    let hash: [u8; 32] = Sha256::digest(contract(name)).into();
    env.upload_at(BytesN::from_array(env, &hash), contract_fns);
}
