//! Time jumps past every TTL. What was archived comes back as it was; nothing resets.

use soroban_sdk::IntoVal;
use tributary_tests::env::pool::{Setup, World, ONE};

#[test]
fn nothing_resets_when_a_ttl_has_passed() {
    let (world, provider) = World::with_liquidity(Setup::default(), 1_000 * ONE, 4_000 * ONE);
    let trader = world.user(100 * ONE, 0);
    world.swap_exact_in(&trader, &world.token_0, 50 * ONE).unwrap();
    let spender = world.user(0, 0);
    let until = world.env.ledger().sequence() + 100;
    let args = (&provider, &spender, ONE, until).into_val(&world.env);
    world.signed::<()>(&provider, "approve", args, &[]).unwrap();
    let (before, shares) = (world.state(), world.pool.balance(&provider));

    // Two years: past the longest TTL there is.
    world.close(2 * 365 * 17_280);

    let after = world.state();
    assert_eq!(after.reserve_0, before.reserve_0);
    assert_eq!(after.reserve_1, before.reserve_1);
    assert_eq!(after.owed_0, before.owed_0);
    assert_eq!(after.total_supply, before.total_supply);
    assert_eq!(after.treasury, before.treasury);
    assert_eq!(world.pool.balance(&provider), shares);
    assert_eq!(world.pool.allowance(&provider, &spender), 0, "expired by its own ledger");
    assert!(world.pool.twap(&world.token_0).is_some());
    world.swap_exact_in(&trader, &world.token_0, 50 * ONE).unwrap();
    world.withdraw(&provider, shares / 2).unwrap();
    assert!(world.pool.collect().0 > 0);
}

#[test]
fn a_hold_ends_by_the_clock_and_not_by_a_ttl() {
    let world = World::default();
    let provider = world.user(ONE, ONE);
    world.deposit(&provider, ONE, ONE).unwrap();
    // Many ledgers, no time.
    world.wait(3_000_000, 59);
    assert!(world.withdraw(&provider, 1).is_err());
    world.wait(0, 1);
    world.withdraw(&provider, 1).unwrap();
}
