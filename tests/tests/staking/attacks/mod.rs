//! What attackers try on staking.

mod authorization;
mod crowd;
mod issuer;
mod limits;
mod powers;
mod rewards;
mod slashes;
mod tokens;

use soroban_sdk::Address;
use tributary_common::interfaces::staking::{StakingClient, StakingError};
use tributary_staking::UNBONDING_SECONDS;
use tributary_tests::{
    env::{
        regions::Refusal,
        stakes::{Stake, Stakes},
    },
    ledger::suite::MIN_BOND,
    wasm::contract,
};

/// Four weeks, after which a stake has left its validator.
const LEAVING: u64 = UNBONDING_SECONDS;

/// Staking that was deployed for a plain token, which does what it is told; `treasury` is a true one.
fn with_plain_token() -> Stakes {
    let mut stakes = Stakes::new();
    let token = stakes.plain(7);
    let args = (&token, &stakes.treasury.address, &stakes.guardian, MIN_BOND);
    let staking = stakes.env.register(contract("staking").as_slice(), args);
    stakes.staking = StakingClient::new(&stakes.env, &staking);
    stakes.regions.tft = token;
    stakes
}

/// What somebody has, wherever it is.
fn purse(stakes: &Stakes, owner: &Address) -> i128 {
    stakes.balance(&stakes.tft, owner)
}

fn undelegate(stakes: &Stakes, stake: &Stake) -> u64 {
    stakes.own("undelegate", stake).expect("leaving")
}

fn unstake(stakes: &Stakes, stake: &Stake) -> Result<i128, Refusal> {
    stakes.own("unstake", stake)
}

fn claim(stakes: &Stakes, stake: &Stake) -> Result<i128, Refusal> {
    stakes.own("claim", stake)
}

fn complete(stakes: &Stakes, stake: &Stake) -> Result<i128, Refusal> {
    stakes.own("complete_unbonding", stake)
}

fn claim_commission(stakes: &Stakes, validator: &Address) -> Result<i128, Refusal> {
    stakes.signed(validator, &stakes.to_staking("claim_commission", (validator,)))
}

/// That the contract has what it owes, and that every stake is somewhere.
fn assert_whole(stakes: &Stakes, owners: &[Stake], validators: &[Address]) {
    assert_eq!(stakes.spare(), 0, "balance against what is owed");
    let state = stakes.staking.state();
    let with: i128 = validators.iter().map(|v| stakes.at(v)).map(|v| v.stake + v.unbonding).sum();
    let withheld: i128 = owners.iter().map(|stake| stakes.position(stake).withheld).sum();
    assert_eq!(state.staked, state.undelegated + with + withheld, "stakes by place");
    let amounts: i128 = owners.iter().map(|stake| stakes.position(stake).amount).sum();
    assert!(amounts + withheld <= state.staked, "{amounts} and {withheld} of {}", state.staked);
    let claimable: i128 = owners.iter().map(|stake| stakes.position(stake).claimable).sum();
    let commission: i128 = validators.iter().map(|v| stakes.at(v).claimable).sum();
    assert!(state.remaining + claimable + commission <= state.rewards, "rewards are funded");
}

/// Where an entry may have been archived, so that even a call that is refused restores it.
fn assert_fails<T: std::fmt::Debug>(error: StakingError, result: Result<T, Refusal>) {
    assert_eq!(result.err(), Some(Ok(error.into())));
}

fn assert_close(what: &str, value: i128, expected: i128, tolerance: i128) {
    assert!((value - expected).abs() <= tolerance, "{what}: {value}, not {expected}");
}
