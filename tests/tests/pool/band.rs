use soroban_sdk::Address;
use tributary_common::interfaces::pool::PoolError;
use tributary_tests::env::pool::{Setup, World, ONE};
use tributary_tests::env::sign::assert_refused;

/// 1 000 against 1 000, old enough for a TWAP, with a band of 10 %.
fn pool() -> (World, Address) {
    let setup = Setup { band_bps: 1_000, ..Setup::default() };
    let world = World::new(setup);
    let rich = world.user(1_000_000 * ONE, 1_000_000 * ONE);
    world.deposit(&rich, 1_000 * ONE, 1_000 * ONE).unwrap();
    world.close(400);
    (world, rich)
}

#[test]
fn band_refuses_a_swap_that_moves_the_price_too_far_either_way() {
    let (world, rich) = pool();
    // √1.1 = 1.0488: about 48.9 of net input move the price by 10 %.
    for token in [&world.token_0, &world.token_1] {
        let refused = || world.swap_exact_in(&rich, token, 50 * ONE);
        assert_refused(&world.env, PoolError::OutsideBand, refused);
        let refused = || world.swap_exact_out(&rich, token, 60 * ONE, 47 * ONE);
        assert_refused(&world.env, PoolError::OutsideBand, refused);
        let quote = world.pool.try_quote_exact_in(token, &(50 * ONE));
        assert_eq!(quote, Err(Ok(PoolError::OutsideBand)));
    }
    world.swap_exact_in(&rich, &world.token_0, 48 * ONE).unwrap();
}

#[test]
fn band_holds_for_a_trade_in_slices() {
    let (world, rich) = pool();
    world.swap_exact_in(&rich, &world.token_0, 48 * ONE).unwrap();
    let refused = || world.swap_exact_in(&rich, &world.token_0, 2 * ONE);
    assert_refused(&world.env, PoolError::OutsideBand, refused);
}

#[test]
fn band_lets_pass_what_moves_towards_the_twap() {
    let (world, rich) = pool();
    // A donation moves the price by more than the band.
    world.give(&world.token_0, &world.pool.address, 300 * ONE);
    world.pool.sync();
    let refused = || world.swap_exact_in(&rich, &world.token_0, ONE);
    assert_refused(&world.env, PoolError::OutsideBand, refused);
    world.swap_exact_in(&rich, &world.token_1, ONE).unwrap();
    // But not through it and out on the other side, be it nearer there than before.
    for amount in [235 * ONE, 300 * ONE] {
        let refused = || world.swap_exact_in(&rich, &world.token_1, amount);
        assert_refused(&world.env, PoolError::OutsideBand, refused);
    }
}

#[test]
fn band_is_skipped_while_there_is_no_twap() {
    let setup = Setup { band_bps: 1_000, ..Setup::default() };
    let (world, _) = World::with_liquidity(setup, 1_000 * ONE, 1_000 * ONE);
    let rich = world.user(500 * ONE, 0);
    world.swap_exact_in(&rich, &world.token_0, 500 * ONE).unwrap();
}

#[test]
fn band_is_skipped_after_two_quiet_windows_and_not_before() {
    let (world, rich) = pool();
    world.pool.sync();
    world.wait(720, 3_600);
    let refused = || world.swap_exact_in(&rich, &world.token_0, 500 * ONE);
    assert_refused(&world.env, PoolError::OutsideBand, refused);
    world.wait(1, 1);
    world.swap_exact_in(&rich, &world.token_0, 500 * ONE).unwrap();
    // The next one in the ledger finds a fresh record.
    let refused = || world.swap_exact_in(&rich, &world.token_0, ONE);
    assert_refused(&world.env, PoolError::OutsideBand, refused);
}

#[test]
fn band_never_stops_a_withdrawal() {
    let (world, rich) = pool();
    world.give(&world.token_0, &world.pool.address, 900 * ONE);
    world.pool.sync();
    world.withdraw(&rich, 900 * ONE).unwrap();
}
