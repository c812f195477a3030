//! What a call extends, and what it does not.

use soroban_sdk::{
    testutils::storage::{Instance as _, Persistent as _},
    Address, IntoVal, Symbol, Val, Vec,
};
use tributary_tests::env::pool::{Setup, World, ONE};

const DAY: u32 = 17_280;

fn instance(world: &World) -> u32 {
    let (env, pool) = (&world.env, &world.pool.address);
    env.as_contract(pool, || env.storage().instance().get_ttl())
}

fn persistent(world: &World, key: &Val) -> u32 {
    let (env, pool) = (&world.env, &world.pool.address);
    env.as_contract(pool, || env.storage().persistent().get_ttl(key))
}

fn balance_key(world: &World, owner: &Address) -> Val {
    let key: Vec<Val> = (Symbol::new(&world.env, "Balance"), owner).into_val(&world.env);
    key.to_val()
}

/// A pool with this many days left.
fn pool(days: u32) -> (World, Address) {
    let (world, provider) = World::with_liquidity(Setup::default(), 1_000 * ONE, 1_000 * ONE);
    world.close(instance(&world) - days * DAY);
    world.give(&world.token_0, &provider, 100 * ONE);
    world.give(&world.token_1, &provider, 100 * ONE);
    (world, provider)
}

#[test]
fn swaps_and_transfers_of_shares_extend_no_instance() {
    let (world, provider) = pool(10);
    world.swap_exact_in(&provider, &world.token_0, ONE).unwrap();
    world.swap_exact_out(&provider, &world.token_0, ONE, ONE / 2).unwrap();
    world.pool.quote_exact_in(&world.token_0, &ONE);
    let args = (&provider, &world.treasury, ONE).into_val(&world.env);
    world.signed::<()>(&provider, "transfer", args, &[]).unwrap();
    assert_eq!(instance(&world), 10 * DAY);
}

#[test]
fn upkeep_extends_the_instance_within_limits() {
    type Call = fn(&World, &Address);
    let calls: [Call; 5] = [
        |world, who| {
            world.deposit(who, ONE, ONE).unwrap();
        },
        |world, who| {
            world.withdraw(who, ONE).unwrap();
        },
        |world, _| {
            world.pool.collect();
        },
        |world, _| world.pool.sync(),
        |world, _| world.pause().unwrap(),
    ];
    // Up to 60 days, by no less than 7 and no more than 30.
    for (left, then) in [(10, 40), (30, 60), (50, 60), (54, 54), (60, 60)] {
        for call in calls {
            let (world, provider) = pool(left);
            call(&world, &provider);
            assert_eq!(instance(&world), then * DAY, "{left} days left");
        }
    }
}

#[test]
fn a_balance_is_extended_when_it_is_written_and_about_by_collect() {
    let (world, provider) = World::with_liquidity(Setup::default(), 1_000 * ONE, 1_000 * ONE);
    let (balance, about) = (balance_key(&world, &provider), Symbol::new(&world.env, "About"));
    world.close(40 * DAY);
    assert!(persistent(&world, &balance) < 90 * DAY);
    let args = (&provider, &world.treasury, ONE).into_val(&world.env);
    world.signed::<()>(&provider, "transfer", args, &[]).unwrap();
    assert_eq!(persistent(&world, &balance), 120 * DAY);
    assert!(persistent(&world, &about.to_val()) < 90 * DAY);
    world.pool.collect();
    assert_eq!(persistent(&world, &about.to_val()), 120 * DAY);
}
