//! Where the factory's contracts are. Every client and every contract computes it from what names
//! them, without a call: docs/factory.md has the formula.

use soroban_sdk::{symbol_short, xdr::ToXdr, Address, BytesN, Env, Symbol};

use crate::interfaces::factory::PoolKey;

/// The kind of a pool, in salts and among the factory's templates.
pub const POOL: Symbol = symbol_short!("pool");
/// That of a region's treasury, …
pub const TREASURY: Symbol = symbol_short!("treasury");
/// … of its staking, …
pub const STAKING: Symbol = symbol_short!("staking");
/// … and of its own token.
pub const TOKEN: Symbol = symbol_short!("token");

/// SHA-256 of the XDR of the list [kind, code, token, fee]. A kind that has no token or fee takes
/// TFT and 0. The founder is not in it: nobody should pay to an address before it is deployed.
pub fn salt(env: &Env, kind: Symbol, code: &Symbol, token: &Address, fee_bps: u32) -> BytesN<32> {
    let identity = (kind, code.clone(), token.clone(), fee_bps);
    env.crypto().sha256(&identity.to_xdr(env)).into()
}

/// The address of the pool that `factory` deploys, or has deployed, for `key`.
pub fn pool(env: &Env, factory: &Address, key: &PoolKey) -> Address {
    let salt = salt(env, POOL, &key.code, &key.token, key.fee_bps);
    env.deployer().with_address(factory.clone(), salt).deployed_address()
}

/// The address of what there is once in a region: its treasury, its staking, its own token.
pub fn of_region(
    env: &Env,
    factory: &Address,
    kind: Symbol,
    code: &Symbol,
    tft: &Address,
) -> Address {
    let salt = salt(env, kind, code, tft, 0);
    env.deployer().with_address(factory.clone(), salt).deployed_address()
}
