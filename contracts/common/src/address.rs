//! Where the factory's contracts are. Every client and every contract computes it from what names
//! them, without a call: docs/factory.md has the formula.

use soroban_sdk::{symbol_short, xdr::ToXdr, Address, BytesN, Env, Symbol};

use crate::interfaces::factory::PoolKey;

/// The kind of a pool, in salts and among the factory's templates.
pub const POOL: Symbol = symbol_short!("pool");

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
