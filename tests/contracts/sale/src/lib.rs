//! The least that a fill can cost: the taker's authorization, one transfer each way, and as many
//! written bytes in as many entries as a fill writes. The benchmark measures the market against it.
#![no_std]

use soroban_sdk::{contract, contractimpl, token::TokenClient, Address, Bytes, BytesN, Env};

#[contract]
pub struct Sale;

#[contractimpl]
impl Sale {
    /// `offer`: as long as what the market keeps of an offer.
    pub fn make(env: Env, id: BytesN<32>, offer: Bytes, sell_token: Address, amount: i128) {
        env.storage().persistent().set(&id, &offer);
        env.storage().persistent().set(&sell_token, &(amount, false));
    }

    #[allow(clippy::too_many_arguments)]
    pub fn fill(
        env: Env,
        taker: Address,
        id: BytesN<32>,
        sell_token: Address,
        amount: i128,
        buy_token: Address,
        paid: i128,
        proceeds_to: Address,
        to: Address,
    ) {
        taker.require_auth();
        let entries = env.storage().persistent();
        let offer: Option<Bytes> = entries.get(&id);
        let escrow: Option<(i128, bool)> = entries.get(&sell_token);
        if let (Some(offer), Some((escrow, short))) = (offer, escrow) {
            entries.set(&id, &offer);
            entries.set(&sell_token, &(escrow.saturating_sub(amount), short));
        }
        TokenClient::new(&env, &buy_token).transfer(&taker, &proceeds_to, &paid);
        TokenClient::new(&env, &sell_token).transfer(&env.current_contract_address(), &to, &amount);
    }
}
