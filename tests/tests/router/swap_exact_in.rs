use soroban_sdk::testutils::Events as _;
use tributary_common::interfaces::{
    factory::{PoolKey, ROOT},
    pool::PoolError,
    router::RouterError,
};
use tributary_tests::env::{
    pool::{NEVER, ONE},
    sign::assert_refused,
};

use crate::Market;

#[test]
fn swap_exact_in_pays_what_it_quotes() {
    let market = Market::new();
    let regions = &market.regions;
    let [a, b, c] = &market.keys;
    let usdc = regions.root_pool(50_000 * ONE, 1_000 * ONE);
    regions.give(&usdc.token, &market.trader, ONE);
    let tft = &regions.tft;
    let paths: [(&soroban_sdk::Address, &[&PoolKey], &soroban_sdk::Address); 5] = [
        (tft, &[a], &a.token),
        (&a.token, &[a], tft),
        (&a.token, &[a, b], &b.token),
        (&c.token, &[c, &usdc], &usdc.token),
        (&usdc.token, &[&usdc, a], &a.token),
    ];
    for (token_in, path, token_out) in paths {
        regions.close(1);
        let amount = ONE;
        let quote = regions.router.quote_exact_in(token_in, &amount, &regions.path(path));
        let before = (market.held(token_in), market.held(token_out));
        let call = regions.exact_in(&market.trader, token_in, amount, path);
        let out: i128 = regions.signed(&market.trader, &call).unwrap();
        assert_eq!(out, quote);
        let after = (market.held(token_in), market.held(token_out));
        assert_eq!((before.0 - after.0, after.1 - before.1), (amount, out));
        market.assert_empty_handed();
    }
}

/// The pool of ALPS' token with a fee of 5 bps.
fn cheap(market: &Market) -> PoolKey {
    let regions = &market.regions;
    let key = PoolKey { fee_bps: 5, ..market.keys[0].clone() };
    let admin = regions.factory.region(&key.code).admin;
    regions.create_pool(&admin, &key, 0).unwrap();
    let provider = regions.user(&[]);
    regions.fill(&provider, &key, 10_000 * ONE, 11_000 * ONE);
    key
}

#[test]
fn swap_exact_in_quotes_a_pool_that_comes_again_as_its_first_swap_left_it() {
    let market = Market::new();
    let regions = &market.regions;
    let [a, b, _] = &market.keys;
    let cheap = cheap(&market);
    let tft = &regions.tft;
    // Back and forth through two pools of one token, and on to another.
    for (token_in, path) in [
        (tft, vec![a, &cheap, a]),
        (tft, vec![a, &cheap, a, &cheap]),
        (&a.token, vec![&cheap, a, &cheap, b]),
    ] {
        regions.close(1);
        for amount in [1_000, ONE, 5_000 * ONE] {
            let quote = regions.router.quote_exact_in(token_in, &amount, &regions.path(&path));
            let call = regions.exact_in(&market.trader, token_in, amount, &path);
            let out: i128 = regions.signed(&market.trader, &call).unwrap();
            assert_eq!(out, quote, "{amount} over {} pools", path.len());
            market.assert_empty_handed();
        }
    }
}

#[test]
fn swap_exact_in_moves_every_pool_as_a_direct_swap_would() {
    let [routed, direct] = [Market::new(), Market::new()];
    let [a, b, _] = &routed.keys;
    let call = routed.regions.exact_in(&routed.trader, &a.token, 77 * ONE + 1, &[a, b]);
    let out: i128 = routed.regions.signed(&routed.trader, &call).unwrap();

    let regions = &direct.regions;
    let [first, second, _] = &direct.keys;
    regions.env.mock_all_auths();
    let me = &direct.trader;
    let amount = 77 * ONE + 1;
    let middle = regions.pool(first).swap_exact_in(me, &first.token, &amount, &0, me, &NEVER);
    let tft = &regions.tft;
    let other = regions.pool(second).swap_exact_in(me, tft, &middle, &0, me, &NEVER);
    assert_eq!(out, other);
    for (ours, theirs) in [(a, first), (b, second)] {
        let (ours, theirs) = (routed.regions.pool(ours).state(), regions.pool(theirs).state());
        let mut sums = [ours, theirs].map(|state| [state.reserve_0, state.reserve_1]);
        sums.iter_mut().for_each(|sums| sums.sort());
        assert_eq!(sums[0], sums[1]);
    }
}

#[test]
fn swap_exact_in_makes_one_transfer_more_than_there_are_pools() {
    let market = Market::new();
    let regions = &market.regions;
    let [a, b, c] = &market.keys;
    let cheap = cheap(&market);
    regions.close(1);
    for path in [vec![a], vec![a, b], vec![a, &cheap, c]] {
        let token_in = if path.len() == 3 { &regions.tft } else { &a.token };
        let call = regions.exact_in(&market.trader, token_in, ONE, &path);
        regions.signed::<i128>(&market.trader, &call).unwrap();
        let all = regions.env.events().all();
        let tokens = [&regions.tft, &a.token, &b.token, &c.token];
        let transfers: usize =
            tokens.iter().map(|token| all.filter_by_contract(token).events().len()).sum();
        assert_eq!(transfers, path.len() + 1);
        assert_eq!(all.filter_by_contract(&regions.router.address).events().len(), 0);
    }
}

#[test]
fn swap_exact_in_pays_whom_it_is_told_to() {
    let market = Market::new();
    let regions = &market.regions;
    let [a, b, _] = &market.keys;
    let friend = regions.user(&[]);
    let path = regions.path(&[a, b]);
    let args = (&market.trader, &a.token, ONE, path, 0i128, &friend, NEVER);
    let mut call = regions.exact_in(&market.trader, &a.token, ONE, &[a, b]);
    call.args = soroban_sdk::IntoVal::into_val(&args, &regions.env);
    let out: i128 = regions.signed(&market.trader, &call).unwrap();
    assert_eq!(regions.balance(&b.token, &friend), out);

    for to in [&regions.router.address, &regions.pool(b).address] {
        let args = (&market.trader, &a.token, ONE, regions.path(&[a, b]), 0i128, to, NEVER);
        call.args = soroban_sdk::IntoVal::into_val(&args, &regions.env);
        let error = if to == &regions.router.address {
            soroban_sdk::Error::from(RouterError::InvalidRecipient)
        } else {
            soroban_sdk::Error::from(PoolError::InvalidRecipient)
        };
        assert_refused(&regions.env, error, || regions.signed::<i128>(&market.trader, &call));
    }
}

#[test]
fn swap_exact_in_keeps_the_traders_limits() {
    let market = Market::new();
    let regions = &market.regions;
    let [a, b, _] = &market.keys;
    let path = [a, b];
    let quote = regions.router.quote_exact_in(&a.token, &ONE, &regions.path(&path));
    let good = regions.exact_in(&market.trader, &a.token, ONE, &path);
    let with = |amount: i128, min_out: i128, deadline: u64| {
        let me = &market.trader;
        let args = (me, &a.token, amount, regions.path(&path), min_out, me, deadline);
        let mut call = regions.exact_in(me, &a.token, amount, &path);
        call.args = soroban_sdk::IntoVal::into_val(&args, &regions.env);
        call
    };
    let env = &regions.env;
    for (error, call) in [
        (RouterError::LimitExceeded, with(ONE, quote + 1, NEVER)),
        (RouterError::DeadlinePassed, with(ONE, quote, regions.now() - 1)),
        (RouterError::InvalidAmount, with(0, 0, NEVER)),
        (RouterError::InvalidAmount, with(-1, 0, NEVER)),
        (RouterError::InvalidAmount, with(ONE, -1, NEVER)),
    ] {
        assert_refused(env, error, || regions.signed::<i128>(&market.trader, &call));
    }
    // What a pool refuses comes through as it is.
    assert_refused(env, PoolError::AmountTooSmall, || {
        regions.signed::<i128>(&market.trader, &with(1, 0, NEVER))
    });
    let on_time = with(ONE, quote, regions.now());
    assert_eq!(regions.signed(&market.trader, &on_time), Ok(quote));
    assert!(regions.signed::<i128>(&market.trader, &good).is_ok());
}

#[test]
fn swap_exact_in_is_refused_like_its_quote_while_a_pool_is_paused_or_empty() {
    let market = Market::new();
    let regions = &market.regions;
    let [a, b, _] = &market.keys;
    let empty = PoolKey { code: ROOT, token: regions.asset(), fee_bps: 30 };
    regions.create_pool(&regions.admin, &empty, 0).unwrap();
    regions.env.mock_all_auths();
    regions.pool(b).pause();
    regions.env.set_auths(&[]);
    for (error, second) in [(PoolError::Paused, b), (PoolError::EmptyPool, &empty)] {
        let path = [a, second];
        let call = regions.exact_in(&market.trader, &a.token, ONE, &path);
        let env = &regions.env;
        assert_refused(env, error, || regions.signed::<i128>(&market.trader, &call));
        let quote = regions.to_router("quote_exact_in", (&a.token, ONE, regions.path(&path)));
        assert_refused(env, error, || regions.unsigned::<i128>(&quote));
    }
}

#[test]
fn swap_exact_in_leaves_a_donation_to_the_first_pool_and_sells_one_to_a_later_pool() {
    let market = Market::new();
    let regions = &market.regions;
    let [a, b, _] = &market.keys;
    regions.give(&a.token, &regions.pool(a).address, 5 * ONE);
    regions.give(&regions.tft, &regions.pool(b).address, 5 * ONE);
    let quote = regions.router.quote_exact_in(&a.token, &ONE, &regions.path(&[a, b]));
    let call = regions.exact_in(&market.trader, &a.token, ONE, &[a, b]);
    let out: i128 = regions.signed(&market.trader, &call).unwrap();
    assert!(out > 5 * quote, "{out} against {quote}");
    let pool = regions.pool(a);
    let booked = pool.state();
    let sum = if a.token < regions.tft {
        booked.reserve_0 + booked.owed_0
    } else {
        booked.reserve_1 + booked.owed_1
    };
    assert_eq!(regions.balance(&a.token, &pool.address), sum + 5 * ONE);
    market.assert_empty_handed();
}
