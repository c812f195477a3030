//! The least that any swap can cost: the trader's authorization, two token transfers, one write
//! to the instance. The benchmark measures the pool against it.
#![no_std]

use soroban_sdk::{contract, contractimpl, symbol_short, token::TokenClient, Address, Env};

#[contract]
pub struct Floor;

#[contractimpl]
impl Floor {
    pub fn swap(
        env: Env,
        from: Address,
        token_in: Address,
        amount_in: i128,
        token_out: Address,
        amount_out: i128,
        to: Address,
    ) {
        from.require_auth();
        env.storage().instance().set(&symbol_short!("State"), &amount_in);
        let this = env.current_contract_address();
        TokenClient::new(&env, &token_in).transfer(&from, &this, &amount_in);
        TokenClient::new(&env, &token_out).transfer(&this, &to, &amount_out);
    }
}
