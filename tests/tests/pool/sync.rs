use soroban_sdk::Vec;
use tributary_common::interfaces::pool::PoolError;
use tributary_pool::event::Synced;
use tributary_tests::env::pool::{Setup, World, ONE};
use tributary_tests::env::sign::assert_refused;

#[test]
fn sync_takes_donations_into_the_reserves_and_nobody_signs() {
    let (world, _) = World::with_liquidity(Setup::default(), 1_000 * ONE, 4_000 * ONE);
    let trader = world.user(100 * ONE, 0);
    world.swap_exact_in(&trader, &world.token_0, 100 * ONE).unwrap();
    let before = world.state();
    world.give(&world.token_0, &world.pool.address, 7 * ONE);
    world.give(&world.token_1, &world.pool.address, 9 * ONE);
    assert_eq!(world.state().reserve_0, before.reserve_0, "nothing before the call");

    world.unsigned::<()>("sync", Vec::new(&world.env)).unwrap();

    let events = world.events();
    assert_eq!(world.env.auths(), []);
    let after = world.state();
    assert_eq!(after.reserve_0, before.reserve_0 + 7 * ONE);
    assert_eq!(after.reserve_1, before.reserve_1 + 9 * ONE);
    assert_eq!((after.owed_0, after.owed_1), (before.owed_0, before.owed_1));
    assert_eq!(after.total_supply, before.total_supply);
    assert_eq!(
        events,
        [world.event(Synced {
            reserve_0: after.reserve_0,
            reserve_1: after.reserve_1,
            owed_0: after.owed_0,
            owed_1: after.owed_1,
        })]
    );
}

#[test]
fn sync_shares_a_clawback_in_proportion() {
    let (world, _) = World::with_liquidity(Setup::default(), 1_000 * ONE, 4_000 * ONE);
    let trader = world.user(100 * ONE, 0);
    world.swap_exact_in(&trader, &world.token_0, 100 * ONE).unwrap();
    let before = world.state();
    let balance = before.reserve_0 + before.owed_0;
    world.claw_back(&world.token_0, &world.pool.address, 333 * ONE);
    world.pool.sync();
    let after = world.state();
    assert_eq!(after.owed_0, before.owed_0 * (balance - 333 * ONE) / balance);
    assert_eq!(after.reserve_0 + after.owed_0, balance - 333 * ONE);
    assert_eq!((after.reserve_1, after.owed_1), (before.reserve_1, before.owed_1));
}

#[test]
fn sync_records_the_oracle_before_it_changes_the_price() {
    let (world, _) = World::with_liquidity(Setup::default(), 1_000 * ONE, 4_000 * ONE);
    let before = world.state();
    world.give(&world.token_0, &world.pool.address, 1_000 * ONE);
    world.close(100);
    world.pool.sync();
    let after = world.state();
    assert_eq!(after.log_price, before.log_price);
    assert_eq!((after.opening_0, after.opening_1), (1_000 * ONE, 4_000 * ONE));
}

#[test]
fn sync_of_a_side_that_was_clawed_back_whole_leaves_providers_a_ledger_to_exit() {
    // Stated openly: whoever gives the lost token back sets its price, as after any clawback. But
    // nothing trades in a ledger that opened without a price, while all can withdraw.
    let (world, provider) = World::with_liquidity(Setup::default(), 1_000 * ONE, 4_000 * ONE);
    world.claw_back(&world.token_0, &world.pool.address, 1_000 * ONE);
    world.pool.sync();
    world.close(1);
    let thief = world.user(2, 0);
    world.give(&world.token_0, &world.pool.address, 1_000);
    world.pool.sync();
    let refused = || world.swap_exact_in(&thief, &world.token_0, 2);
    assert_refused(&world.env, PoolError::EmptyPool, refused);
    let refused = || world.swap_exact_out(&thief, &world.token_0, 2, 1);
    assert_refused(&world.env, PoolError::EmptyPool, refused);
    // What was given back has no price yet and stays.
    assert_eq!(world.withdraw(&provider, 1_000 * ONE), Ok((0, 2_000 * ONE)));
    assert_eq!(world.state().reserve_0, 1_000);
    assert_eq!(world.balance(&world.token_0, &world.pool.address), 1_000);
}

#[test]
fn sync_fails_before_the_first_deposit_and_keeps_a_donation_for_later() {
    let world = World::default();
    world.give(&world.token_0, &world.pool.address, ONE);
    assert_eq!(world.pool.try_sync(), Err(Ok(PoolError::EmptyPool)));
    let provider = world.user(ONE, ONE);
    world.deposit(&provider, ONE, ONE).unwrap();
    assert_eq!(world.state().reserve_0, ONE);
    world.pool.sync();
    assert_eq!(world.state().reserve_0, 2 * ONE);
}
