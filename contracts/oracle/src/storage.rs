//! What the oracle keeps. Nobody can change it.

use soroban_sdk::{contracttype, symbol_short, unwrap::UnwrapOptimized, Address, Env, Symbol};

const NETWORK: Symbol = symbol_short!("Network");

#[contracttype]
pub struct Network {
    pub factory: Address,
    pub tft: Address,
    pub tft_decimals: u32,
    /// TFT that a pool must hold to be quoted, raw units.
    pub min_reserve: i128,
}

pub fn create(env: &Env, network: &Network) {
    env.storage().instance().set(&NETWORK, network);
}

pub fn load(env: &Env) -> Network {
    // The constructor wrote it.
    env.storage().instance().get(&NETWORK).unwrap_optimized()
}
