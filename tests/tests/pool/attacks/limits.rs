//! The largest amounts, and tokens without decimals or with eighteen.

use tributary_common::interfaces::{pool::PoolError, token::TokenError};
use tributary_tests::env::sign::assert_refused;
use tributary_tests::{
    env::{
        own_token::OwnToken,
        pool::{deploy, Setup, Tokens, World, NEVER},
        set_balance,
    },
    wasm::test_contract,
};

#[test]
fn a_pool_holds_all_that_a_token_can_and_pays_it_out_again() {
    let setup = Setup { tokens: Tokens::Plain(18, 18), ..Setup::default() };
    let most = i128::MAX - 1_000_000;
    let (world, provider) = World::with_liquidity(setup, most, most);
    let trader = world.user(1_000_000, 1_000_000);
    let quote = world.pool.quote_exact_in(&world.token_0, &1_000_000);
    assert_eq!(quote, 996_999, "the product needs 147 bits");
    assert_eq!(world.swap_exact_in(&trader, &world.token_0, 1_000_000), Ok(quote));
    world.swap_exact_out(&trader, &world.token_1, 1_000_000, 900_000).unwrap();
    world.pool.collect();
    world.close(400);
    world.pool.sync();
    assert!(world.pool.twap(&world.token_0).is_some());
    let shares = world.pool.balance(&provider);
    let (out_0, out_1) = world.withdraw(&provider, shares).unwrap();
    assert!(out_0 > most - 2_000_000 && out_1 > most - 2_000_000);
}

#[test]
fn amounts_that_no_token_can_hold_are_refused_by_name() {
    let setup = Setup { tokens: Tokens::Plain(18, 18), ..Setup::default() };
    let (world, _) = World::with_liquidity(setup, i128::MAX - 10, 1_000_000);
    let trader = world.user(i128::MAX, i128::MAX);
    for call in [
        world.pool.try_quote_exact_in(&world.token_0, &i128::MAX).unwrap_err(),
        world.pool.try_quote_exact_in(&world.token_0, &(i128::MAX / 2)).unwrap_err(),
    ] {
        assert_eq!(call, Ok(PoolError::Overflow));
    }
    let refused = || world.swap_exact_in(&trader, &world.token_0, i128::MAX);
    assert_refused(&world.env, PoolError::Overflow, refused);
    let refused = || world.deposit(&trader, i128::MAX, i128::MAX);
    assert_refused(&world.env, PoolError::Overflow, refused);
    let dear = || world.swap_exact_out(&trader, &world.token_0, i128::MAX, 999_999);
    assert_refused(&world.env, PoolError::Overflow, dear);
}

#[test]
fn the_largest_stellar_asset_works() {
    let most = i128::from(i64::MAX) - 1_000;
    let (world, provider) = World::with_liquidity(Setup::default(), most, most);
    let trader = world.user(1_000, 1_000);
    world.swap_exact_in(&trader, &world.token_0, 1_000).unwrap();
    let shares = world.pool.balance(&provider);
    world.withdraw(&provider, shares).unwrap();
}

#[test]
fn decimals_do_not_matter() {
    for (decimals, reserves) in
        [((0, 18), (1_000, 10i128.pow(24))), ((18, 0), (10i128.pow(24), 1_000))]
    {
        let setup = Setup { tokens: Tokens::Plain(decimals.0, decimals.1), ..Setup::default() };
        let (world, provider) = World::with_liquidity(setup, reserves.0, reserves.1);
        let trader = world.user(reserves.0, reserves.1);
        for token in [&world.token_0, &world.token_1] {
            let reserve = if *token == world.token_0 { reserves.0 } else { reserves.1 };
            let quote = world.pool.quote_exact_in(token, &(reserve / 10));
            assert_eq!(world.swap_exact_in(&trader, token, reserve / 10), Ok(quote));
            world.close(1);
        }
        world.withdraw(&provider, 1_000_000).unwrap();
    }
}

#[test]
fn an_own_token_of_the_largest_cap_is_traded_and_leaves_the_pool_again() {
    let own = OwnToken::new(i128::MAX, 1);
    own.mint(i128::MAX - 1).expect("exactly the cap");
    let (env, treasury) = (&own.env, &own.treasury);
    let other = env.register(test_contract("token").as_slice(), (18u32,));
    let most = i128::MAX - 1_000_000;
    set_balance(env, &other, treasury, most);
    let trader = own.user(1_000_000);
    let (token_0, token_1) = if own.token.address < other {
        (&own.token.address, &other)
    } else {
        (&other, &own.token.address)
    };
    let pool = deploy(env, token_0, token_1, (30, 1_667, 0), [treasury; 3]);
    env.mock_all_auths();
    let (_, _, shares) = pool.deposit(treasury, &most, &most, &0, treasury, &NEVER);
    own.close(13);
    let quote = pool.quote_exact_in(&own.token.address, &1_000_000);
    assert_eq!(quote, 996_999, "the product needs 147 bits");
    let token = &own.token.address;
    let bought = pool.swap_exact_in(&trader, token, &1_000_000, &0, &trader, &NEVER);
    assert_eq!(bought, quote);
    let holders = [treasury, &trader, &pool.address];
    assert_eq!(own.books(&holders), (i128::MAX, i128::MAX, vec![0, 0, i128::MAX]));
    pool.collect();
    let (out_0, out_1) = pool.withdraw(treasury, &shares, &0, &0, treasury, &NEVER);
    assert!(out_0 > most - 2_000_000 && out_1 > most - 2_000_000);
    let (minted, supply, balances) = own.books(&holders);
    assert_eq!((minted, supply, balances.iter().sum()), (i128::MAX, i128::MAX, i128::MAX));
    let left = balances[0];
    own.token.burn(treasury, &left);
    assert_eq!(own.token.total_supply(), i128::MAX - left);
    assert_eq!(own.token.try_mint(&1), Err(Ok(TokenError::CapExceeded)));
}
