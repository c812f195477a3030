//! The least that a pool on a route can cost: one write to the instance, one transfer onwards. The
//! benchmark measures the router against `route` over these.
#![no_std]

use soroban_sdk::{contract, contractimpl, symbol_short, token::TokenClient, Address, Env};

#[contract]
pub struct Hop;

#[contractimpl]
impl Hop {
    pub fn forward(env: Env, token_out: Address, amount: i128, to: Address) {
        env.storage().instance().set(&symbol_short!("State"), &amount);
        TokenClient::new(&env, &token_out).transfer(&env.current_contract_address(), &to, &amount);
    }
}
