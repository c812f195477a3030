//! The least that a route can cost: the trader's authorization, a transfer to the first pool, and one
//! call to each (`hop`).
#![no_std]

use soroban_sdk::{contract, contractclient, contractimpl, token::TokenClient, Address, Env, Vec};

#[contractclient(name = "HopClient")]
pub trait HopInterface {
    fn forward(env: Env, token_out: Address, amount: i128, to: Address);
}

#[contract]
pub struct Route;

#[contractimpl]
impl Route {
    /// `path`: each pool and the token that it pays.
    pub fn swap(
        env: Env,
        from: Address,
        token_in: Address,
        amount: i128,
        path: Vec<(Address, Address)>,
        to: Address,
    ) {
        from.require_auth();
        let mut hops = path.iter().peekable();
        if let Some((first, _)) = hops.peek() {
            TokenClient::new(&env, &token_in).transfer(&from, first, &amount);
        }
        while let Some((pool, token_out)) = hops.next() {
            let to = hops.peek().map_or(&to, |(next, _)| next);
            HopClient::new(&env, &pool).forward(&token_out, &amount, to);
        }
    }
}
