//! What a token keeps beside balances and allowances, all of it in the instance. A transfer writes none.

use soroban_sdk::{contracttype, symbol_short, unwrap::UnwrapOptimized, Address, Env, Symbol};
use tributary_common::interfaces::token::TokenConfig;

const STATE: Symbol = symbol_short!("STATE");

#[contracttype]
pub struct State {
    pub treasury: Address,
    pub cap: i128,
    /// All that was ever minted, …
    pub minted: i128,
    /// … and what of it is not burned.
    pub supply: i128,
}

pub fn state(env: &Env) -> State {
    // The constructor wrote it.
    env.storage().instance().get(&STATE).unwrap_optimized()
}

pub fn set_state(env: &Env, state: &State) {
    env.storage().instance().set(&STATE, state);
}

pub fn view(state: State) -> TokenConfig {
    TokenConfig { treasury: state.treasury, cap: state.cap, minted: state.minted }
}
