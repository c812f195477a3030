//! What a treasury calls of its region's staking.

use soroban_sdk::{contractclient, Address, Env};

#[contractclient(name = "StakingClient")]
pub trait StakingInterface {
    /// Pulls `amount` of TFT from `from` for the stakers. Signed by `from`, with the transfer.
    fn notify(env: Env, from: Address, amount: i128);
}
