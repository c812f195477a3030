use tributary_common::interfaces::pool::PoolError;
use tributary_pool::{event::Paused, PAUSE_SECONDS};
use tributary_tests::env::pool::{Setup, World, ONE};
use tributary_tests::env::sign::assert_refused;

#[test]
fn pause_stops_for_seven_days_and_ends_by_itself() {
    let (world, _) = World::with_liquidity(Setup::default(), 100 * ONE, 100 * ONE);
    let trader = world.user(10 * ONE, 0);
    assert_eq!(PAUSE_SECONDS, 7 * 86_400);

    world.pause().unwrap();

    let events = world.events();
    let until = world.now() + PAUSE_SECONDS;
    assert_eq!(events, [world.event(Paused { until })]);
    assert_eq!(world.state().paused_until, until);
    world.wait(1, PAUSE_SECONDS - 1);
    let refused = || world.swap_exact_in(&trader, &world.token_0, ONE);
    assert_refused(&world.env, PoolError::Paused, refused);
    world.wait(1, 1);
    world.swap_exact_in(&trader, &world.token_0, ONE).unwrap();
}

#[test]
fn pause_fails_until_seven_days_after_the_last_one_ended() {
    let (world, _) = World::with_liquidity(Setup::default(), 100 * ONE, 100 * ONE);
    world.pause().unwrap();
    assert_refused(&world.env, PoolError::PausedRecently, || world.pause());
    world.wait(1, 2 * PAUSE_SECONDS - 1);
    assert_refused(&world.env, PoolError::PausedRecently, || world.pause());
    world.wait(1, 1);
    world.pause().unwrap();
}

#[test]
fn pause_needs_the_guardians_signature() {
    let (world, provider) = World::with_liquidity(Setup::default(), 100 * ONE, 100 * ONE);
    assert!(matches!(world.pool.try_pause(), Err(Err(_))));
    for other in [&provider, &world.treasury, &world.factory] {
        let none = soroban_sdk::Vec::new(&world.env);
        assert!(matches!(world.signed::<()>(other, "pause", none, &[]), Err(Err(_))));
    }
    assert_eq!(world.state().paused_until, 0);
}
