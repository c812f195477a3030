//! What the issuer of a Stellar asset can do, and recipients that cannot receive.

use soroban_sdk::{
    token::StellarAssetClient,
    xdr::{AccountId, PublicKey, ScAddress, Uint256},
    Address, IntoVal, TryFromVal,
};
use tributary_tests::env::pool::{Setup, World, NEVER, ONE};

fn pool() -> (World, Address) {
    World::with_liquidity(Setup::default(), 1_000 * ONE, 1_000 * ONE)
}

fn authorize(world: &World, token: &Address, who: &Address, authorized: bool) {
    world.env.mock_all_auths();
    StellarAssetClient::new(&world.env, token).set_authorized(who, &authorized);
    world.env.set_auths(&[]);
}

/// An account that no trustline, not even a ledger entry, belongs to.
fn stranger(world: &World) -> Address {
    let key = AccountId(PublicKey::PublicKeyTypeEd25519(Uint256([9; 32])));
    Address::try_from_val(&world.env, &ScAddress::Account(key)).unwrap()
}

#[test]
fn a_recipient_without_a_trustline_fails_cleanly() {
    let (world, provider) = pool();
    let to = stranger(&world);
    let before = world.books(&[&provider]);
    let args = (&provider, ONE, 0i128, 0i128, &to, NEVER).into_val(&world.env);
    let withdraw = world.signed::<(i128, i128)>(&provider, "withdraw", args, &[]);
    assert!(matches!(withdraw, Err(Err(_))));
    let trader = world.user(ONE, 0);
    let args = (&trader, &world.token_0, ONE, 0i128, &to, NEVER).into_val(&world.env);
    let pulls = [(&world.token_0, ONE)];
    let swap = world.signed::<i128>(&trader, "swap_exact_in", args, &pulls);
    assert!(matches!(swap, Err(Err(_))));
    assert_eq!(world.books(&[&provider]), before);
    assert_eq!(world.balance(&world.token_0, &trader), ONE);
}

#[test]
fn a_pool_that_is_frozen_for_one_token_works_again_when_it_is_not() {
    let (world, provider) = pool();
    let trader = world.user(ONE, ONE);
    authorize(&world, &world.token_1, &world.pool.address, false);
    let before = world.books(&[&provider, &trader]);
    assert!(matches!(world.swap_exact_in(&trader, &world.token_0, ONE), Err(Err(_))));
    assert!(matches!(world.swap_exact_in(&trader, &world.token_1, ONE), Err(Err(_))));
    assert!(matches!(world.withdraw(&provider, ONE), Err(Err(_))));
    assert_eq!(world.books(&[&provider, &trader]), before);
    // Shares, which are nobody's asset, still move.
    let args = (&provider, &trader, ONE).into_val(&world.env);
    world.signed::<()>(&provider, "transfer", args, &[]).unwrap();
    authorize(&world, &world.token_1, &world.pool.address, true);
    world.swap_exact_in(&trader, &world.token_0, ONE).unwrap();
    world.withdraw(&provider, ONE).unwrap();
}

#[test]
fn a_frozen_provider_leaves_to_another_address_and_blocks_nobody() {
    let (world, provider) = pool();
    let other = world.user(1_000 * ONE, 1_000 * ONE);
    world.deposit(&other, 500 * ONE, 500 * ONE).unwrap();
    world.close(12);
    world.give(&world.token_0, &provider, 1);
    authorize(&world, &world.token_0, &provider, false);
    assert!(matches!(world.withdraw(&provider, ONE), Err(Err(_))));
    let safe = world.user(0, 0);
    let args = (&provider, ONE, 0i128, 0i128, &safe, NEVER).into_val(&world.env);
    let paid = world.signed::<(i128, i128)>(&provider, "withdraw", args, &[]);
    assert_eq!(paid, Ok((ONE, ONE)));
    world.withdraw(&other, 500 * ONE).unwrap();
}

#[test]
fn a_frozen_treasury_blocks_nobody_but_its_own_collection() {
    let (world, provider) = pool();
    let trader = world.user(100 * ONE, 0);
    world.swap_exact_in(&trader, &world.token_0, 50 * ONE).unwrap();
    world.give(&world.token_0, &world.treasury, 1);
    authorize(&world, &world.token_0, &world.treasury, false);
    assert!(matches!(world.pool.try_collect(), Err(Err(_))));
    world.swap_exact_in(&trader, &world.token_0, 50 * ONE).unwrap();
    world.close(1);
    world.withdraw(&provider, 500 * ONE).unwrap();
    let owed = world.state().owed_0;
    authorize(&world, &world.token_0, &world.treasury, true);
    assert_eq!(world.pool.collect().0, owed);
}

#[test]
fn paying_an_issuer_burns_and_harms_nobody() {
    let (world, provider) = pool();
    let issuers = world.assets.as_ref().unwrap();
    let (issuer_0, issuer_1) = (issuers.0.issuer().address(), issuers.1.issuer().address());
    let trader = world.user(ONE, 0);
    let args = (&trader, &world.token_0, ONE, 0i128, &issuer_1, NEVER).into_val(&world.env);
    let pulls = [(&world.token_0, ONE)];
    world.signed::<i128>(&trader, "swap_exact_in", args, &pulls).unwrap();
    // The issuer of one token has no trustline for the other.
    let args = (&provider, ONE, 0i128, 0i128, &issuer_0, NEVER).into_val(&world.env);
    let withdraw = world.signed::<(i128, i128)>(&provider, "withdraw", args, &[]);
    assert!(matches!(withdraw, Err(Err(_))));
    let state = world.state();
    assert_eq!(state.reserve_1 + state.owed_1, world.balance(&world.token_1, &world.pool.address));
}

#[test]
fn a_clawback_is_shared_whoever_leaves_first() {
    // Three equal providers; 60 % of one token goes; each leaves with a different call before.
    let (world, a) = pool();
    let (b, c) = (world.user(1_000 * ONE, 1_000 * ONE), world.user(1_000 * ONE, 1_000 * ONE));
    world.deposit(&b, 1_000 * ONE, 1_000 * ONE).unwrap();
    world.deposit(&c, 1_000 * ONE, 1_000 * ONE).unwrap();
    world.close(12);
    world.claw_back(&world.token_0, &world.pool.address, 1_800 * ONE);
    let first = world.withdraw(&a, 900 * ONE).unwrap();
    world.pool.collect();
    let second = world.withdraw(&b, 900 * ONE).unwrap();
    world.pool.sync();
    let third = world.withdraw(&c, 900 * ONE).unwrap();
    assert_eq!(first, (360 * ONE, 900 * ONE));
    assert_eq!((first, first), (second, third));
}

#[test]
fn a_swap_that_the_pool_cannot_pay_after_a_clawback_fails_whole() {
    let (world, _) = pool();
    world.claw_back(&world.token_1, &world.pool.address, 999 * ONE);
    let trader = world.user(100 * ONE, 0);
    let before = world.books(&[&trader]);
    assert!(matches!(world.swap_exact_in(&trader, &world.token_0, 100 * ONE), Err(Err(_))));
    assert_eq!(world.books(&[&trader]), before);
}

#[test]
fn a_token_that_is_taken_whole_and_frozen_does_not_block_the_other() {
    let (world, provider) = pool();
    world.claw_back(&world.token_0, &world.pool.address, 1_000 * ONE);
    authorize(&world, &world.token_0, &world.pool.address, false);
    assert_eq!(world.withdraw(&provider, 500 * ONE), Ok((0, 500 * ONE)));
}
