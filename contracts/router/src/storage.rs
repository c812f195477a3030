//! What the router keeps: where factory and market are, and the token on one side of every pool. Nobody
//! can change it.

use soroban_sdk::{contracttype, symbol_short, unwrap::UnwrapOptimized, Address, Env, Symbol};

const NETWORK: Symbol = symbol_short!("Network");

#[contracttype]
pub struct Network(
    pub Address, // factory
    pub Address, // TFT
    pub Address, // market
);

pub fn create(env: &Env, network: &Network) {
    env.storage().instance().set(&NETWORK, network);
}

pub fn load(env: &Env) -> Network {
    // The constructor wrote it.
    env.storage().instance().get(&NETWORK).unwrap_optimized()
}
