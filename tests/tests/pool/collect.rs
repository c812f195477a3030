use soroban_sdk::Vec;
use tributary_pool::event::{Collected, Synced};
use tributary_tests::env::pool::{Setup, World, ONE};

fn traded() -> World {
    let (world, _) = World::with_liquidity(Setup::default(), 1_000 * ONE, 4_000 * ONE);
    let trader = world.user(100 * ONE, 400 * ONE);
    world.swap_exact_in(&trader, &world.token_0, 100 * ONE).unwrap();
    world.swap_exact_in(&trader, &world.token_1, 400 * ONE).unwrap();
    world
}

#[test]
fn collect_pays_the_treasury_and_nobody_signs() {
    let world = traded();
    let before = world.state();
    assert!(before.owed_0 > 0 && before.owed_1 > 0);

    let paid = world.unsigned("collect", Vec::new(&world.env));

    let events = world.events();
    assert_eq!(world.env.auths(), []);
    assert_eq!(paid, Ok((before.owed_0, before.owed_1)));
    let (amount_0, amount_1) = (before.owed_0, before.owed_1);
    let treasury = world.treasury.clone();
    assert_eq!(events, [world.event(Collected { treasury, amount_0, amount_1 })]);
    assert_eq!(world.balance(&world.token_0, &world.treasury), amount_0);
    assert_eq!(world.balance(&world.token_1, &world.treasury), amount_1);
    let after = world.state();
    assert_eq!((after.owed_0, after.owed_1), (0, 0));
    assert_eq!((after.reserve_0, after.reserve_1), (before.reserve_0, before.reserve_1));
}

#[test]
fn collect_works_with_nothing_owed_and_makes_two_transfers_all_the_same() {
    let (world, _) = World::with_liquidity(Setup::default(), 1_000 * ONE, 4_000 * ONE);
    assert_eq!(world.pool.collect(), (0, 0));
    assert_eq!(world.token_transfers(), 2);
    let empty = World::default();
    assert_eq!(empty.pool.collect(), (0, 0));
}

#[test]
fn collect_works_while_paused() {
    let world = traded();
    let owed = (world.state().owed_0, world.state().owed_1);
    world.pause().unwrap();
    assert_eq!(world.pool.collect(), owed);
}

#[test]
fn collect_shares_a_clawback_with_the_providers() {
    let world = traded();
    let before = world.state();
    let balance = world.balance(&world.token_0, &world.pool.address);
    world.claw_back(&world.token_0, &world.pool.address, balance / 2);
    let left = balance - balance / 2;

    let (paid_0, paid_1) = world.pool.collect();

    let events = world.events();
    assert_eq!(paid_0, before.owed_0 * left / balance);
    assert_eq!(paid_1, before.owed_1);
    assert_eq!(
        events[0],
        world.event(Synced {
            reserve_0: left - paid_0,
            reserve_1: before.reserve_1,
            owed_0: paid_0,
            owed_1: paid_1,
        })
    );
    assert_eq!(world.state().reserve_0, left - paid_0);
}
