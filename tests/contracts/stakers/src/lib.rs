//! What a treasury notifies, and no more: it pulls what it is told of, or less or more, or refuses.
#![no_std]

use soroban_sdk::{contract, contractimpl, symbol_short, token::TokenClient, Address, Env};

#[contract]
pub struct Stakers;

#[contractimpl]
impl Stakers {
    pub fn __constructor(env: Env, tft: Address) {
        env.storage().instance().set(&symbol_short!("tft"), &tft);
    }

    /// Pulls this much more than it is told of.
    pub fn set_more(env: Env, more: i128) {
        env.storage().instance().set(&symbol_short!("more"), &more);
    }

    pub fn notify(env: Env, from: Address, amount: i128) -> u64 {
        from.require_auth();
        let instance = env.storage().instance();
        let tft: Address = instance.get(&symbol_short!("tft")).unwrap();
        let more: i128 = instance.get(&symbol_short!("more")).unwrap_or(0);
        let this = env.current_contract_address();
        TokenClient::new(&env, &tft).transfer(&from, &this, &(amount + more));
        env.ledger().timestamp()
    }
}
