use std::panic::{catch_unwind, AssertUnwindSafe};

use soroban_sdk::{testutils::Address as _, Address, BytesN, ContractExecutable, Error};
use tributary_common::interfaces::staking::{StakingClient, StakingError, StakingState};
use tributary_tests::{
    env::{empty_env, pool::ONE, stakes::Stakes},
    ledger::suite::{BOND, MIN_BOND},
    wasm::contract,
};

fn new_state([tft, treasury, guardian]: [&Address; 3], min_bond: i128) -> StakingState {
    StakingState {
        tft: tft.clone(),
        treasury: treasury.clone(),
        guardian: guardian.clone(),
        min_bond,
        staked: 0,
        rewards: 0,
        undelegated: 0,
        weight: 0,
        reward_per_weight: 0,
        remaining: 0,
        ends_at: 0,
        slashes: 0,
    }
}

/// Deploys staking in an environment of its own.
fn made(min_bond: i128) -> Result<(), StakingError> {
    let env = empty_env();
    let [tft, treasury, guardian, deployer] = [(); 4].map(|()| Address::generate(&env));
    let wasm_hash = env.deployer().upload_contract_wasm(contract("staking").as_slice());
    let place = env.deployer().with_address(deployer, BytesN::from_array(&env, &[7; 32]));
    let address = place.deployed_address();
    env.mock_all_auths();
    let args = (tft.clone(), treasury.clone(), guardian.clone(), min_bond);
    let made = catch_unwind(AssertUnwindSafe(|| {
        place.deploy_contract(ContractExecutable::Wasm(wasm_hash), args)
    }));
    env.set_auths(&[]);
    assert_eq!(made.is_ok(), address.exists());
    match made {
        Ok(made) => {
            let state = StakingClient::new(&env, &made).state();
            assert_eq!(state, new_state([&tft, &treasury, &guardian], min_bond));
            Ok(())
        }
        Err(panic) => {
            let text = panic.downcast::<std::string::String>().expect("a message");
            let code = text.split("Error(Contract, #").nth(1).expect("a contract's error");
            let code = code.split(')').next().and_then(|code| code.parse().ok());
            let error = Error::from_contract_error(code.expect("a number"));
            Err(StakingError::try_from(error).expect("one of staking's"))
        }
    }
}

#[test]
fn constructor_fixes_what_it_is_given_and_begins_empty() {
    for min_bond in [10_000_000, 100 * ONE, i128::MAX] {
        assert_eq!(made(min_bond), Ok(()));
    }
}

#[test]
fn constructor_fails_with_a_bond_below_1_tft() {
    for min_bond in [9_999_999, 1, 0, -1, i128::MIN] {
        assert_eq!(made(min_bond), Err(StakingError::InvalidBond), "{min_bond}");
    }
}

#[test]
fn each_region_has_staking_of_its_own() {
    let s = Stakes::new();
    let root = new_state([&s.tft, &s.treasury.address, &s.guardian], MIN_BOND);
    assert_eq!(s.staking.state(), root);
    let founder = s.user(&[(&s.tft, BOND)]);
    let mut params = s.params(&founder, &s.asset());
    params.min_bond = 5 * ONE;
    params.guardian = s.user(&[]);
    let guardian = params.guardian.clone();
    let region = s.create_region_with(&founder, "ALPS", params).expect("a region");
    let staking = StakingClient::new(&s.env, &region.staking);
    let new = new_state([&s.tft, &region.treasury, &guardian], 5 * ONE);
    let state = staking.state();
    // The founder's bond is in it.
    assert_eq!((state.staked, staking.positions(&founder)), (BOND, 1));
    let StakingState { staked, undelegated, weight, .. } = state;
    assert_eq!(state, StakingState { staked, undelegated, weight, ..new });
    assert_eq!(s.staking.state(), root);
    assert_ne!(region.staking, s.staking.address);
}
