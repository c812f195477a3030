use tributary_common::interfaces::pool::PoolError;
use tributary_tests::env::pool::{Setup, World, ONE};

#[test]
fn quotes_equal_the_execution_in_any_ledger_and_direction() {
    let (world, _) = World::with_liquidity(Setup::default(), 1_000 * ONE, 4_000 * ONE);
    let trader = world.user(100_000 * ONE, 100_000 * ONE);
    // Twice in each ledger, so that the opening price limits half of them.
    for (ledgers, token, amount) in [
        (1, &world.token_0, 37 * ONE + 1),
        (0, &world.token_1, 55 * ONE + 3),
        (1, &world.token_1, 7),
        (0, &world.token_0, 12_345_678),
        (300, &world.token_0, 600 * ONE),
        (0, &world.token_1, 2_000 * ONE),
    ] {
        world.close(ledgers);
        let quote = world.pool.quote_exact_in(token, &amount);
        assert_eq!(world.swap_exact_in(&trader, token, amount), Ok(quote));
        let quote = world.pool.quote_exact_out(token, &(amount / 3 + 1));
        let charged = world.swap_exact_out(&trader, token, 50_000 * ONE, amount / 3 + 1);
        assert_eq!(charged, Ok(quote));
    }
}

#[test]
fn quotes_change_nothing() {
    let (world, _) = World::with_liquidity(Setup::default(), 1_000 * ONE, 4_000 * ONE);
    let before = world.env.to_ledger_snapshot();
    world.pool.quote_exact_in(&world.token_0, &ONE);
    world.pool.quote_exact_out(&world.token_0, &ONE);
    let after = world.env.to_ledger_snapshot();
    assert!(before.entries().into_iter().eq(after.entries()));
}

#[test]
fn quotes_fail_as_the_swaps_would() {
    let (world, _) = World::with_liquidity(Setup::default(), 1_000 * ONE, 4_000 * ONE);
    let quote_in = |token, amount: i128| world.pool.try_quote_exact_in(token, &amount);
    let quote_out = |token, amount: i128| world.pool.try_quote_exact_out(token, &amount);
    for amount in [0, -1] {
        assert_eq!(quote_in(&world.token_0, amount), Err(Ok(PoolError::InvalidAmount)));
        assert_eq!(quote_out(&world.token_0, amount), Err(Ok(PoolError::InvalidAmount)));
    }
    assert_eq!(quote_in(&world.factory, ONE), Err(Ok(PoolError::WrongToken)));
    assert_eq!(quote_out(&world.factory, ONE), Err(Ok(PoolError::WrongToken)));
    assert_eq!(quote_in(&world.token_0, 1), Err(Ok(PoolError::AmountTooSmall)));
    let whole = world.state().reserve_1;
    assert_eq!(quote_out(&world.token_0, whole), Err(Ok(PoolError::InsufficientReserve)));
    world.pause().unwrap();
    assert_eq!(quote_in(&world.token_0, ONE), Err(Ok(PoolError::Paused)));
    assert_eq!(quote_out(&world.token_0, ONE), Err(Ok(PoolError::Paused)));

    let empty = World::default();
    let refused = empty.pool.try_quote_exact_in(&empty.token_0, &ONE);
    assert_eq!(refused, Err(Ok(PoolError::EmptyPool)));
    let refused = empty.pool.try_quote_exact_out(&empty.token_0, &ONE);
    assert_eq!(refused, Err(Ok(PoolError::EmptyPool)));
}
