//! The shares as a SEP-41 token, called through the SDK's own client for tokens.

use soroban_sdk::{
    testutils::MuxedAddress as _, token::TokenClient, Address, IntoVal, MuxedAddress, Val,
};
use soroban_token_sdk::events::{Approve, Burn, Transfer, TransferWithAmountOnly};
use tributary_common::interfaces::pool::PoolError;
use tributary_pool::HOLD_SECONDS;
use tributary_tests::env::pool::{Refusal, Setup, World, ONE};
use tributary_tests::env::sign::assert_refused;

fn pool() -> (World, Address, Address) {
    let (world, provider) = World::with_liquidity(Setup::default(), 100 * ONE, 100 * ONE);
    let other = world.user(0, 0);
    (world, provider, other)
}

fn transfer(world: &World, from: &Address, to: &Address, amount: i128) -> Result<(), Refusal> {
    world.signed(from, "transfer", (from, to, amount).into_val(&world.env), &[])
}

fn approve(
    world: &World,
    from: &Address,
    spender: &Address,
    amount: i128,
    until: u32,
) -> Result<(), Refusal> {
    let args = (from, spender, amount, until).into_val(&world.env);
    world.signed(from, "approve", args, &[])
}

fn transfer_from(
    world: &World,
    spender: &Address,
    from: &Address,
    to: &Address,
    amount: i128,
) -> Result<(), Refusal> {
    let args = (spender, from, to, amount).into_val(&world.env);
    world.signed(spender, "transfer_from", args, &[])
}

fn burn(world: &World, from: &Address, amount: i128) -> Result<(), Refusal> {
    world.signed(from, "burn", (from, amount).into_val(&world.env), &[])
}

fn burn_from(
    world: &World,
    spender: &Address,
    from: &Address,
    amount: i128,
) -> Result<(), Refusal> {
    let args = (spender, from, amount).into_val(&world.env);
    world.signed(spender, "burn_from", args, &[])
}

#[test]
fn transfer_moves_shares() {
    let (world, from, to) = pool();
    transfer(&world, &from, &to, 40 * ONE).unwrap();
    let events = world.events();
    let event = TransferWithAmountOnly { from: from.clone(), to: to.clone(), amount: 40 * ONE };
    assert_eq!(events, [world.event(event)]);
    let shares = TokenClient::new(&world.env, &world.pool.address);
    assert_eq!(shares.balance(&to), 40 * ONE);
    assert_eq!(shares.balance(&from), 60 * ONE - 1_000);
    assert_eq!(world.pool.total_supply(), 100 * ONE);
    assert_eq!(world.pool.held(&to), (0, 0), "a transfer carries no hold");
}

#[test]
fn transfer_to_a_multiplexed_address_tells_its_id() {
    let (world, from, _) = pool();
    let to = MuxedAddress::generate(&world.env);
    let args = (&from, &to, 5 * ONE).into_val(&world.env);
    world.signed::<()>(&from, "transfer", args, &[]).unwrap();
    let events = world.events();
    let event =
        Transfer { from: from.clone(), to: to.address(), to_muxed_id: to.id(), amount: 5 * ONE };
    assert_eq!(events, [world.event(event)], "the same bytes as the token SDK's event");
    assert_eq!(world.pool.balance(&to.address()), 5 * ONE);
}

#[test]
fn transfer_to_oneself_and_of_nothing_changes_nothing() {
    let (world, from, to) = pool();
    let before = world.pool.balance(&from);
    transfer(&world, &from, &from, before).unwrap();
    transfer(&world, &from, &to, 0).unwrap();
    assert_eq!(world.pool.balance(&from), before);
    assert_eq!(world.pool.balance(&to), 0);
}

#[test]
fn transfer_fails_beyond_the_balance_below_zero_and_to_the_pool() {
    let (world, from, to) = pool();
    let beyond = || transfer(&world, &from, &to, 100 * ONE);
    assert_refused(&world.env, PoolError::InsufficientBalance, beyond);
    let negative = || transfer(&world, &from, &to, -1);
    assert_refused(&world.env, PoolError::InvalidAmount, negative);
    let pool = world.pool.address.clone();
    let lost = || transfer(&world, &from, &pool, 1);
    assert_refused(&world.env, PoolError::InvalidRecipient, lost);
    approve(&world, &from, &to, ONE, world.env.ledger().sequence()).unwrap();
    let lost = || transfer_from(&world, &to, &from, &pool, 1);
    assert_refused(&world.env, PoolError::InvalidRecipient, lost);
}

#[test]
fn held_shares_can_be_approved_but_not_moved_or_burned() {
    let world = World::default();
    let (from, to) = (world.user(100 * ONE, 100 * ONE), world.user(0, 0));
    world.deposit(&from, 100 * ONE, 100 * ONE).unwrap();
    approve(&world, &from, &to, 10 * ONE, world.env.ledger().sequence() + 100).unwrap();
    world.wait(11, HOLD_SECONDS - 1);
    let held = PoolError::SharesHeld;
    assert_refused(&world.env, held, || transfer(&world, &from, &to, 1));
    assert_refused(&world.env, held, || transfer_from(&world, &to, &from, &to, 1));
    assert_refused(&world.env, held, || burn(&world, &from, 1));
    assert_refused(&world.env, held, || burn_from(&world, &to, &from, 1));
    assert_eq!(world.pool.allowance(&from, &to), 10 * ONE, "a refused call spends no allowance");
    world.wait(1, 1);
    transfer(&world, &from, &to, 1).unwrap();
    transfer_from(&world, &to, &from, &to, 1).unwrap();
    burn(&world, &from, 1).unwrap();
    burn_from(&world, &to, &from, 1).unwrap();
}

#[test]
fn shares_received_are_free_beside_ones_own_that_are_held() {
    let (world, from, to) = pool();
    world.give(&world.token_0, &to, ONE);
    world.give(&world.token_1, &to, ONE);
    world.deposit(&to, ONE, ONE).unwrap();
    transfer(&world, &from, &to, 7 * ONE).unwrap();
    let too_much = || transfer(&world, &to, &from, 7 * ONE + 1);
    assert_refused(&world.env, PoolError::SharesHeld, too_much);
    transfer(&world, &to, &from, 7 * ONE).unwrap();
}

#[test]
fn approve_sets_an_allowance_that_is_spent_and_expires() {
    let (world, from, spender) = pool();
    let until = world.env.ledger().sequence() + 50;
    approve(&world, &from, &spender, 10 * ONE, until).unwrap();
    let events = world.events();
    let event = Approve {
        from: from.clone(),
        spender: spender.clone(),
        amount: 10 * ONE,
        live_until_ledger: until,
    };
    assert_eq!(events, [world.event(event)]);
    transfer_from(&world, &spender, &from, &spender, 4 * ONE).unwrap();
    assert_eq!(world.pool.allowance(&from, &spender), 6 * ONE);
    let beyond = || transfer_from(&world, &spender, &from, &spender, 6 * ONE + 1);
    assert_refused(&world.env, PoolError::InsufficientAllowance, beyond);
    world.close(50);
    transfer_from(&world, &spender, &from, &spender, ONE).unwrap();
    world.close(1);
    assert_eq!(world.pool.allowance(&from, &spender), 0);
    let expired = || transfer_from(&world, &spender, &from, &spender, 1);
    assert_refused(&world.env, PoolError::InsufficientAllowance, expired);
}

#[test]
fn approve_replaces_and_revokes() {
    let (world, from, spender) = pool();
    let now = world.env.ledger().sequence();
    approve(&world, &from, &spender, 10 * ONE, now + 50).unwrap();
    approve(&world, &from, &spender, 3 * ONE, now).unwrap();
    assert_eq!(world.pool.allowance(&from, &spender), 3 * ONE);
    approve(&world, &from, &spender, 0, 0).unwrap();
    assert_eq!(world.pool.allowance(&from, &spender), 0);
}

#[test]
fn approve_outlives_the_networks_shortest_ttl() {
    let (world, from, spender) = pool();
    let until = world.env.ledger().sequence() + 1_000_000;
    approve(&world, &from, &spender, 10 * ONE, until).unwrap();
    world.close(1_000_000);
    assert_eq!(world.pool.allowance(&from, &spender), 10 * ONE);
}

#[test]
fn approve_fails_in_the_past_below_zero_and_beyond_the_longest_ttl() {
    let (world, from, spender) = pool();
    let now = world.env.ledger().sequence();
    let past = || approve(&world, &from, &spender, 1, now - 1);
    assert_refused(&world.env, PoolError::InvalidExpiration, past);
    let negative = || approve(&world, &from, &spender, -1, now);
    assert_refused(&world.env, PoolError::InvalidAmount, negative);
    assert!(matches!(approve(&world, &from, &spender, 1, u32::MAX), Err(Err(_))));
    assert_eq!(world.pool.allowance(&from, &spender), 0);
}

#[test]
fn burn_lowers_the_supply_and_pays_the_others() {
    let (world, from, _) = pool();
    burn(&world, &from, 40 * ONE).unwrap();
    let events = world.events();
    assert_eq!(events, [world.event(Burn { from: from.clone(), amount: 40 * ONE })]);
    let state = world.state();
    assert_eq!(state.total_supply, 60 * ONE);
    assert_eq!(state.opening_supply, 100 * ONE, "the ledger opened with all of them");
    assert_eq!((state.reserve_0, state.reserve_1), (100 * ONE, 100 * ONE));
    world.close(1);
    assert_eq!(world.withdraw(&from, 30 * ONE), Ok((50 * ONE, 50 * ONE)));
}

#[test]
fn burn_from_spends_the_allowance_and_lowers_the_supply() {
    let (world, from, spender) = pool();
    approve(&world, &from, &spender, 10 * ONE, world.env.ledger().sequence()).unwrap();
    burn_from(&world, &spender, &from, 4 * ONE).unwrap();
    assert_eq!(world.pool.allowance(&from, &spender), 6 * ONE);
    assert_eq!(world.pool.total_supply(), 96 * ONE);
    let beyond = || burn_from(&world, &spender, &from, 6 * ONE + 1);
    assert_refused(&world.env, PoolError::InsufficientAllowance, beyond);
}

#[test]
fn burn_fails_beyond_the_balance_and_below_zero() {
    let (world, from, _) = pool();
    let beyond = || burn(&world, &from, 100 * ONE);
    assert_refused(&world.env, PoolError::InsufficientBalance, beyond);
    assert_refused(&world.env, PoolError::InvalidAmount, || burn(&world, &from, -1));
}

#[test]
fn allowance_functions_refuse_negative_amounts() {
    let (world, from, spender) = pool();
    approve(&world, &from, &spender, ONE, world.env.ledger().sequence()).unwrap();
    let negative = || transfer_from(&world, &spender, &from, &spender, -1);
    assert_refused(&world.env, PoolError::InvalidAmount, negative);
    let negative = || burn_from(&world, &spender, &from, -1);
    assert_refused(&world.env, PoolError::InvalidAmount, negative);
    assert_eq!(world.pool.allowance(&from, &spender), ONE);
}

#[test]
fn every_share_function_needs_the_right_signature() {
    let (world, from, other) = pool();
    approve(&world, &from, &other, ONE, world.env.ledger().sequence()).unwrap();
    let env = &world.env;
    let calls: [(&str, soroban_sdk::Vec<Val>); 5] = [
        ("transfer", (&from, &other, 1i128).into_val(env)),
        ("approve", (&from, &other, 1i128, u32::MAX).into_val(env)),
        ("transfer_from", (&other, &from, &other, 1i128).into_val(env)),
        ("burn", (&from, 1i128).into_val(env)),
        ("burn_from", (&other, &from, 1i128).into_val(env)),
    ];
    for (function, args) in calls {
        let unsigned = world.unsigned::<()>(function, args.clone());
        assert!(matches!(unsigned, Err(Err(_))), "{function} unsigned");
        for who in [&from, &other, &world.guardian, &world.treasury] {
            let right = if function.ends_with("_from") { &other } else { &from };
            if who != right {
                let signed = world.signed::<()>(who, function, args.clone(), &[]);
                assert!(matches!(signed, Err(Err(_))), "{function} signed by another");
            }
        }
    }
}
