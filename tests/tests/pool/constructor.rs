use soroban_sdk::{testutils::Address as _, Address, Env, String};
use tributary_common::interfaces::pool::PoolError;
use tributary_tests::env::{
    empty_env,
    pool::{deploy, World},
};

#[test]
fn constructor_fixes_everything_for_ever() {
    let world = World::default();
    let state = world.state();
    assert_eq!(state.token_0, world.token_0);
    assert_eq!(state.token_1, world.token_1);
    assert_eq!(state.treasury, world.treasury);
    assert_eq!(state.guardian, world.guardian);
    assert_eq!(state.factory, world.factory);
    assert_eq!((state.fee_bps, state.treasury_bps, state.band_bps), (30, 1_667, 0));
    assert_eq!((state.reserve_0, state.reserve_1, state.total_supply), (0, 0, 0));
    let text = |text| String::from_str(&world.env, text);
    assert_eq!(world.pool.name(), text("Tributary TFT: TFT/USDC 0.30%"));
    assert_eq!(world.pool.symbol(), text("TFT-USDC-30"));
    assert_eq!(world.pool.decimals(), 7);
    assert_eq!(world.pool.total_supply(), 0);
}

#[test]
fn constructor_accepts_the_bounds_and_refuses_what_lies_beyond() {
    // sorted, fee, treasury's share, band; and what must come of it
    for (sorted, fee_bps, treasury_bps, band_bps, error) in [
        (true, 1, 0, 0, None),
        (true, 100, 3_333, 1_000, None),
        (true, 30, 1_667, 5_000, None),
        (false, 30, 1_667, 0, Some(PoolError::InvalidTokens)),
        (true, 0, 1_667, 0, Some(PoolError::InvalidFee)),
        (true, 101, 1_667, 0, Some(PoolError::InvalidFee)),
        (true, 30, 3_334, 0, Some(PoolError::InvalidTreasuryShare)),
        (true, 30, 1_667, 1, Some(PoolError::InvalidBand)),
        (true, 30, 1_667, 999, Some(PoolError::InvalidBand)),
        (true, 30, 1_667, 5_001, Some(PoolError::InvalidBand)),
    ] {
        let made = make(sorted, fee_bps, treasury_bps, band_bps);
        assert_eq!(made, error, "{sorted} {fee_bps} {treasury_bps} {band_bps}");
    }
}

#[test]
fn constructor_refuses_one_token_twice() {
    let env = empty_env();
    let token = Address::generate(&env);
    assert_eq!(refusal(&env, &token, &token, (30, 0, 0)), Some(PoolError::InvalidTokens));
}

fn make(sorted: bool, fee_bps: u32, treasury_bps: u32, band_bps: u32) -> Option<PoolError> {
    let env = empty_env();
    let (a, b) = (Address::generate(&env), Address::generate(&env));
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    let (first, second) = if sorted { (low, high) } else { (high, low) };
    refusal(&env, &first, &second, (fee_bps, treasury_bps, band_bps))
}

/// The error of the constructor, if any.
fn refusal(
    env: &Env,
    token_0: &Address,
    token_1: &Address,
    terms: (u32, u32, u32),
) -> Option<PoolError> {
    let someone = Address::generate(env);
    let deployed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        deploy(env, token_0, token_1, terms, [&someone; 3])
    }));
    match deployed {
        Ok(pool) => {
            let state = pool.state();
            assert_eq!((state.fee_bps, state.treasury_bps, state.band_bps), terms);
            None
        }
        Err(panic) => {
            let message = panic
                .downcast_ref::<std::string::String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string()))
                .expect("a message");
            let code = message.split("Error(Contract, #").nth(1).expect("a contract's error");
            let code: u32 = code.split(')').next().unwrap().parse().unwrap();
            Some(PoolError::try_from(soroban_sdk::Error::from_contract_error(code)).unwrap())
        }
    }
}
