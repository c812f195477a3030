use soroban_sdk::{Address, IntoVal};
use tributary_common::interfaces::pool::PoolError;
use tributary_pool::event::Swapped;
use tributary_tests::env::pool::{Refusal, Setup, World, NEVER, ONE};
use tributary_tests::env::sign::assert_refused;

fn pool() -> (World, Address) {
    let (world, _) = World::with_liquidity(Setup::default(), 1_000 * ONE, 4_000 * ONE);
    let receiver = world.user(0, 0);
    (world, receiver)
}

fn call(
    world: &World,
    token_in: &Address,
    min_out: i128,
    to: &Address,
    deadline: u64,
) -> Result<i128, Refusal> {
    world.unsigned("swap_received", (token_in, min_out, to, deadline).into_val(&world.env))
}

#[test]
fn swap_received_swaps_what_arrived_as_swap_exact_in_would() {
    let (world, receiver) = pool();
    let quote = world.pool.quote_exact_in(&world.token_0, &(10 * ONE));
    world.give(&world.token_0, &world.pool.address, 10 * ONE);

    let out = call(&world, &world.token_0, quote, &receiver, NEVER);

    let events = world.events();
    assert_eq!(world.env.auths(), [], "nobody signs");
    assert_eq!(out, Ok(quote));
    assert_eq!(world.balance(&world.token_1, &receiver), quote);
    let state = world.state();
    assert_eq!(
        events,
        [world.event(Swapped {
            token_in: world.token_0.clone(),
            to: receiver,
            amount_in: 10 * ONE,
            amount_out: quote,
            reserve_0: state.reserve_0,
            reserve_1: state.reserve_1,
        })]
    );
    assert_eq!(
        state.reserve_0 + state.owed_0,
        world.balance(&world.token_0, &world.pool.address),
        "everything that arrived is on the books"
    );
}

#[test]
fn swap_received_does_not_count_what_the_treasury_is_owed() {
    let (world, receiver) = pool();
    let trader = world.user(100 * ONE, 0);
    world.swap_exact_in(&trader, &world.token_0, 100 * ONE).unwrap();
    assert!(world.state().owed_0 > 0);
    let refused = || call(&world, &world.token_0, 0, &receiver, NEVER);
    assert_refused(&world.env, PoolError::AmountTooSmall, refused);
}

#[test]
fn swap_received_fails_when_nothing_arrived() {
    let (world, receiver) = pool();
    let refused = || call(&world, &world.token_0, 0, &receiver, NEVER);
    assert_refused(&world.env, PoolError::AmountTooSmall, refused);
}

#[test]
fn swap_received_fails_after_a_clawback_until_sync() {
    let (world, receiver) = pool();
    world.claw_back(&world.token_0, &world.pool.address, ONE);
    let refused = || call(&world, &world.token_0, 0, &receiver, NEVER);
    assert_refused(&world.env, PoolError::Deficit, refused);
    world.pool.sync();
    world.give(&world.token_0, &world.pool.address, ONE);
    call(&world, &world.token_0, 0, &receiver, NEVER).unwrap();
}

#[test]
fn swap_received_fails_below_min_out_and_with_a_negative_one() {
    let (world, receiver) = pool();
    world.give(&world.token_0, &world.pool.address, ONE);
    let quote = world.pool.quote_exact_in(&world.token_0, &ONE);
    let refused = || call(&world, &world.token_0, quote + 1, &receiver, NEVER);
    assert_refused(&world.env, PoolError::LimitExceeded, refused);
    let refused = || call(&world, &world.token_0, -1, &receiver, NEVER);
    assert_refused(&world.env, PoolError::InvalidAmount, refused);
}

#[test]
fn swap_received_fails_as_swap_exact_in_does() {
    let (world, receiver) = pool();
    world.give(&world.token_0, &world.pool.address, ONE);
    let late = world.now() - 1;
    let refused = || call(&world, &world.token_0, 0, &receiver, late);
    assert_refused(&world.env, PoolError::DeadlinePassed, refused);
    let pool = world.pool.address.clone();
    let refused = || call(&world, &world.token_0, 0, &pool, NEVER);
    assert_refused(&world.env, PoolError::InvalidRecipient, refused);
    let refused = || call(&world, &receiver, 0, &receiver, NEVER);
    assert_refused(&world.env, PoolError::WrongToken, refused);
    world.pause().unwrap();
    let refused = || call(&world, &world.token_0, 0, &receiver, NEVER);
    assert_refused(&world.env, PoolError::Paused, refused);

    let empty = World::default();
    let receiver = empty.user(0, 0);
    empty.give(&empty.token_0, &empty.pool.address, ONE);
    let refused = || call(&empty, &empty.token_0, 0, &receiver, NEVER);
    assert_refused(&empty.env, PoolError::EmptyPool, refused);
}
