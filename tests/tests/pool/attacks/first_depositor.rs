//! Inflating a share before others come, and donations.

use tributary_common::interfaces::pool::PoolError;
use tributary_tests::env::pool::{World, ONE};
use tributary_tests::env::sign::assert_refused;

#[test]
fn inflating_a_share_costs_the_attacker_more_than_the_victim() {
    let world = World::default();
    let attacker = world.user(20_000 * ONE, 20_000 * ONE);
    let given = 10_000 * ONE;
    world.deposit(&attacker, 1_001, 1_001).unwrap();
    world.give(&world.token_0, &world.pool.address, given);
    world.give(&world.token_1, &world.pool.address, given);
    world.pool.sync();
    world.close(12);
    // A share is worth about ten whole tokens of each now.
    let victim = world.user(15 * ONE, 15 * ONE);
    let (kept, _, shares) = world.deposit(&victim, 15 * ONE, 15 * ONE).unwrap();
    world.close(12);
    let (back, _) = world.withdraw(&victim, shares).unwrap();
    let victims_loss = kept - back;
    let (gained, _) = world.withdraw(&attacker, 1).unwrap();
    let attackers_loss = given + 1_001 - gained;
    assert!(victims_loss < 10 * ONE, "less than a share");
    assert!(attackers_loss > 900 * victims_loss, "{attackers_loss} {victims_loss}");
}

#[test]
fn a_deposit_too_small_for_a_share_is_refused_and_not_kept() {
    let world = World::default();
    let attacker = world.user(2_000, 2_000);
    world.deposit(&attacker, 1_001, 1_001).unwrap();
    world.give(&world.token_0, &world.pool.address, 1_000 * ONE);
    world.give(&world.token_1, &world.pool.address, 1_000 * ONE);
    world.pool.sync();
    let victim = world.user(ONE, ONE);
    let refused = || world.deposit(&victim, ONE / 2, ONE / 2);
    assert_refused(&world.env, PoolError::AmountTooSmall, refused);
}

#[test]
fn a_skewed_first_deposit_is_its_own_makers_loss() {
    let world = World::default();
    let attacker = world.user(1_000_000 * ONE, 2);
    world.deposit(&attacker, 1_000_000 * ONE, 2).unwrap();
    world.close(1);
    // A provider at the skewed price gets what she keeps, and what she does not is returned.
    let provider = world.user(ONE, 1_000 * ONE);
    let refused = world.deposit(&provider, ONE, 1_000 * ONE);
    let (kept_0, kept_1, _) = refused.unwrap();
    assert_eq!(world.balance(&world.token_0, &provider), ONE - kept_0);
    assert_eq!(world.balance(&world.token_1, &provider), 1_000 * ONE - kept_1);
    // And whoever trades the price back is paid by the one who skewed it.
    let trader = world.user(0, 100 * ONE);
    let out = world.swap_exact_in(&trader, &world.token_1, 100 * ONE).unwrap();
    assert!(out > 900_000 * ONE);
}

#[test]
fn a_donation_is_the_providers_gain() {
    let (world, provider) = World::with_liquidity(Default::default(), 100 * ONE, 100 * ONE);
    world.give(&world.token_0, &world.pool.address, 100 * ONE);
    world.pool.sync();
    world.close(1);
    assert_eq!(world.withdraw(&provider, 50 * ONE), Ok((100 * ONE, 50 * ONE)));
}
