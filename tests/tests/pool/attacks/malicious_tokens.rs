//! Tokens that call back, take fees, lie or trap. The damage stays in their pool.

use soroban_sdk::{contracttype, Address, IntoVal, Symbol, Val, Vec};
use tributary_common::interfaces::pool::PoolError;
use tributary_tests::env::pool::{deploy, Setup, Tokens, World, NEVER, ONE};

/// As in `tests/contracts/token`.
#[contracttype]
enum Mischief {
    None,
    Fee(u32),
    Lie(i128),
    Trap,
    Call(Address, Symbol, Vec<Val>),
    TryCall(Address, Symbol, Vec<Val>),
}

fn pool() -> (World, Address) {
    let setup = Setup { tokens: Tokens::Plain(7, 7), ..Setup::default() };
    World::with_liquidity(setup, 1_000 * ONE, 1_000 * ONE)
}

fn set(world: &World, token: &Address, mischief: Mischief) {
    let function = Symbol::new(&world.env, "set_mischief");
    world.env.invoke_contract::<()>(token, &function, (mischief,).into_val(&world.env));
}

/// Everything of the pool that a token could want to be called during its transfer.
fn callbacks(world: &World, owner: &Address) -> std::vec::Vec<(Symbol, Vec<Val>)> {
    let env = &world.env;
    let token = &world.token_1;
    let calls: [(&str, Vec<Val>); 9] = [
        ("sync", Vec::new(env)),
        ("collect", Vec::new(env)),
        ("state", Vec::new(env)),
        ("swap_received", (token, 0i128, owner, NEVER).into_val(env)),
        ("swap_exact_in", (owner, token, ONE, 0i128, owner, NEVER).into_val(env)),
        ("swap_exact_out", (owner, token, ONE, 1i128, owner, NEVER).into_val(env)),
        ("deposit", (owner, ONE, ONE, 0i128, owner, NEVER).into_val(env)),
        ("withdraw", (owner, ONE, 0i128, 0i128, owner, NEVER).into_val(env)),
        ("transfer", (owner, token, ONE).into_val(env)),
    ];
    calls.into_iter().map(|(name, args)| (Symbol::new(env, name), args)).collect()
}

#[test]
fn a_token_that_calls_back_is_refused_by_the_host() {
    let (world, provider) = pool();
    let trader = world.user(10 * ONE, 10 * ONE);
    let pool = world.pool.address.clone();
    world.env.mock_all_auths_allowing_non_root_auth();
    for (function, args) in callbacks(&world, &provider) {
        let before = world.books(&[&trader, &provider]);
        set(&world, &world.token_0, Mischief::Call(pool.clone(), function, args));
        world.env.mock_all_auths_allowing_non_root_auth();
        let swap = world.pool.try_swap_exact_in(&trader, &world.token_0, &ONE, &0, &trader, &NEVER);
        assert!(matches!(swap, Err(Err(_))));
        set(&world, &world.token_0, Mischief::None);
        assert_eq!(world.books(&[&trader, &provider]), before);
    }
}

#[test]
fn a_token_that_calls_back_and_hides_the_refusal_gains_nothing() {
    let (world, provider) = pool();
    let pool = world.pool.address.clone();
    let trader = world.user(100 * ONE, 0);
    for (function, args) in callbacks(&world, &provider) {
        world.close(1);
        let quote = world.pool.quote_exact_in(&world.token_0, &ONE);
        set(&world, &world.token_0, Mischief::TryCall(pool.clone(), function, args));
        world.env.mock_all_auths_allowing_non_root_auth();
        let out = world.pool.swap_exact_in(&trader, &world.token_0, &ONE, &0, &trader, &NEVER);
        set(&world, &world.token_0, Mischief::None);
        assert_eq!(out, quote);
        let state = world.state();
        let balance = |token| world.balance(token, &pool);
        assert_eq!(state.reserve_0 + state.owed_0, balance(&world.token_0));
        assert_eq!(state.reserve_1 + state.owed_1, balance(&world.token_1));
    }
}

#[test]
fn a_token_that_calls_another_pool_trades_there_as_anybody() {
    let (world, _) = pool();
    let trader = world.user(10 * ONE, 10 * ONE);
    let owners = [&world.treasury, &world.guardian, &world.factory];
    let other = deploy(&world.env, &world.token_0, &world.token_1, (30, 0, 0), owners);
    // The callback wants to withdraw the trader's shares there: she did not sign that.
    let args = (&trader, ONE, 0i128, 0i128, &trader, NEVER).into_val(&world.env);
    let call = Mischief::Call(other.address.clone(), Symbol::new(&world.env, "withdraw"), args);
    set(&world, &world.token_0, call);
    assert!(matches!(world.swap_exact_in(&trader, &world.token_0, ONE), Err(Err(_))));
    assert_eq!(other.total_supply(), 0);
}

#[test]
fn a_token_that_takes_a_fee_shares_its_shortfall_among_its_own_providers() {
    let (world, provider) = pool();
    set(&world, &world.token_0, Mischief::Fee(100));
    let second = world.user(100 * ONE, 100 * ONE);
    world.deposit(&second, 100 * ONE, 100 * ONE).unwrap();
    let state = world.state();
    let held = world.balance(&world.token_0, &world.pool.address);
    assert_eq!(state.reserve_0 - held, ONE, "the books expected what never arrived");
    // The next deposit, withdrawal or sync brings them down; nobody is blocked.
    world.close(12);
    world.withdraw(&second, 100 * ONE).unwrap();
    world.withdraw(&provider, 500 * ONE).unwrap();
    let state = world.state();
    assert!(world.balance(&world.token_0, &world.pool.address) >= state.reserve_0);
}

#[test]
fn a_token_that_reports_too_much_cannot_be_withdrawn_beyond_what_is_there() {
    let (world, provider) = pool();
    set(&world, &world.token_0, Mischief::Lie(1_000_000 * ONE));
    world.pool.sync();
    // Its reserve is a lie now, so swaps into the other token are cheap: that pool's providers
    // trusted that token. Nothing but the pool's own two balances is touched.
    world.close(1);
    let withdraw = world.withdraw(&provider, 500 * ONE);
    assert!(matches!(withdraw, Err(Err(_))), "the token cannot pay what it claimed");
    set(&world, &world.token_0, Mischief::None);
    world.withdraw(&provider, 500 * ONE).unwrap();
}

#[test]
fn a_token_that_reports_a_negative_balance_is_refused() {
    let (world, provider) = pool();
    set(&world, &world.token_0, Mischief::Lie(-100_000 * ONE));
    assert_eq!(world.pool.try_sync(), Err(Ok(PoolError::InvalidAmount)));
    assert_eq!(world.withdraw(&provider, ONE), Err(Ok(PoolError::InvalidAmount)));
    set(&world, &world.token_0, Mischief::None);
    world.withdraw(&provider, ONE).unwrap();
}

#[test]
fn a_token_that_traps_stops_its_own_pool_only_while_it_does() {
    let (world, provider) = pool();
    set(&world, &world.token_0, Mischief::Trap);
    let before = world.books(&[&provider]);
    assert!(matches!(world.withdraw(&provider, ONE), Err(Err(_))));
    assert!(matches!(world.pool.try_collect(), Err(Err(_))));
    assert_eq!(world.books(&[&provider]), before);
    // The shares are a token of their own and move on.
    let other = world.user(0, 0);
    let args = (&provider, &other, ONE).into_val(&world.env);
    world.signed::<()>(&provider, "transfer", args, &[]).unwrap();
    set(&world, &world.token_0, Mischief::None);
    world.withdraw(&provider, ONE).unwrap();
}

#[test]
fn a_rebasing_token_is_shared_up_by_sync_and_down_before_any_exit() {
    let (world, provider) = pool();
    let second = world.user(1_000 * ONE, 1_000 * ONE);
    world.deposit(&second, 1_000 * ONE, 1_000 * ONE).unwrap();
    world.close(12);
    world.give(&world.token_0, &world.pool.address, 200 * ONE);
    world.pool.sync();
    world.close(1);
    assert_eq!(world.withdraw(&provider, 100 * ONE), Ok((110 * ONE, 100 * ONE)));
    world.claw_back(&world.token_0, &world.pool.address, 1_045 * ONE);
    world.close(1);
    assert_eq!(world.withdraw(&second, 100 * ONE), Ok((55 * ONE, 100 * ONE)));
}
