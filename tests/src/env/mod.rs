//! An SDK environment as a network would be, and what issuers and time do in it.

pub mod community;
pub mod market;
pub mod native;
pub mod own_token;
pub mod pool;
pub mod regions;
pub mod sign;
pub mod stakes;

use soroban_env_host::DiagnosticLevel;
use soroban_sdk::{
    testutils::{EnvTestConfig, Ledger as _, LedgerInfo},
    token::StellarAssetClient,
    Address, Env, IntoVal, Symbol,
};

use crate::env::native::{replace_wasm, NATIVE};

/// An empty ledger with mainnet's limits and TTLs. With `TRIBUTARY_NATIVE=1` the contracts run natively on it.
pub fn empty_env() -> Env {
    let env = Env::new_with_config(EnvTestConfig { capture_snapshot_at_drop: false });
    env.ledger().set(LedgerInfo {
        protocol_version: 28,
        sequence_number: 60_000_000,
        timestamp: 1_790_000_000,
        network_id: [1; 32],
        base_reserve: 5_000_000,
        min_temp_entry_ttl: 17_280,
        min_persistent_entry_ttl: 2_073_600,
        max_entry_ttl: 3_110_400,
    });
    if *NATIVE {
        replace_wasm(&env);
        // They are a network's, for what wasm uses: natively no call reads, or restores, a contract's code.
        env.cost_estimate().disable_resource_limits();
    }
    env
}

/// As `empty_env`, without the measuring of every call's entries and the diagnostic events, a quarter of the time of a
/// long sequence. For tests that measure nothing.
pub fn hurried_env() -> Env {
    let env = empty_env();
    env.host().set_diagnostic_level(DiagnosticLevel::None).expect("a level");
    env
}

/// Closes ledgers that take `seconds` in all.
pub fn wait(env: &Env, ledgers: u32, seconds: u64) {
    env.ledger().with_mut(|ledger| {
        ledger.sequence_number += ledgers;
        ledger.timestamp += seconds;
    });
}

/// The issuer of a Stellar asset pays.
pub fn mint(env: &Env, token: &Address, to: &Address, amount: i128) {
    env.mock_all_auths();
    StellarAssetClient::new(env, token).mint(to, &amount);
    env.set_auths(&[]);
}

/// The issuer of a Stellar asset takes back.
pub fn claw_back(env: &Env, token: &Address, from: &Address, amount: i128) {
    env.mock_all_auths();
    StellarAssetClient::new(env, token).clawback(from, &amount);
    env.set_auths(&[]);
}

/// Whatever the issuer of a plain token (`tests/contracts/token`) may do.
pub fn set_balance(env: &Env, token: &Address, owner: &Address, amount: i128) {
    let args = (owner.clone(), amount).into_val(env);
    env.invoke_contract::<()>(token, &Symbol::new(env, "set_balance"), args);
}
