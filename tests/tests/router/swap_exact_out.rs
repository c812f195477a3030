use soroban_sdk::testutils::Events as _;
use tributary_common::interfaces::{factory::PoolKey, pool::PoolError, router::RouterError};
use tributary_tests::env::{
    pool::{NEVER, ONE},
    regions::POOLS_DEADLINE,
    sign::assert_refused,
};

use crate::Market;

#[test]
fn swap_exact_out_charges_what_it_quotes_and_returns_the_rest() {
    let market = Market::new();
    let regions = &market.regions;
    let [a, b, _] = &market.keys;
    let tft = &regions.tft;
    for (token_in, path, token_out) in
        [(tft, vec![a], &a.token), (&a.token, vec![a], tft), (&a.token, vec![a, b], &b.token)]
    {
        for amount in [1, 3, ONE, 500 * ONE + 1] {
            regions.close(1);
            let quote = regions.router.quote_exact_out(token_in, &amount, &regions.path(&path));
            let before = (market.held(token_in), market.held(token_out));
            let call = regions.exact_out(&market.trader, token_in, 5_000 * ONE, amount, &path);
            assert_eq!(regions.signed(&market.trader, &call), Ok(quote));
            let all = regions.env.events().all();
            let transfers: usize = [tft, &a.token, &b.token]
                .iter()
                .map(|token| all.filter_by_contract(token).events().len())
                .sum();
            assert_eq!(transfers, if path.len() == 1 { 3 } else { path.len() + 3 });
            let after = (market.held(token_in), market.held(token_out));
            assert_eq!(before.0 - after.0, quote);
            // Over several pools a few units may come on top.
            let received = after.1 - before.1;
            let most = if path.len() == 1 { amount } else { amount + 10 };
            assert!((amount..=most).contains(&received), "{received} for {amount}");
            market.assert_empty_handed();
        }
    }
}

#[test]
fn swap_exact_out_takes_max_in_exactly_and_not_a_unit_less_than_the_price() {
    let market = Market::new();
    let regions = &market.regions;
    let [a, b, _] = &market.keys;
    let path = [a, b];
    let quote = regions.router.quote_exact_out(&a.token, &ONE, &regions.path(&path));
    let env = &regions.env;
    let too_little = regions.exact_out(&market.trader, &a.token, quote - 1, ONE, &path);
    assert_refused(env, RouterError::LimitExceeded, || {
        regions.signed::<i128>(&market.trader, &too_little)
    });
    let only = [a];
    let alone = regions.router.quote_exact_out(&a.token, &ONE, &regions.path(&only));
    let too_little = regions.exact_out(&market.trader, &a.token, alone - 1, ONE, &only);
    assert_refused(env, PoolError::LimitExceeded, || {
        regions.signed::<i128>(&market.trader, &too_little)
    });
    let exact = regions.exact_out(&market.trader, &a.token, quote, ONE, &path);
    assert_eq!(regions.signed(&market.trader, &exact), Ok(quote));
}

#[test]
fn swap_exact_out_refuses_each_wrong_argument_with_its_own_error() {
    let market = Market::new();
    let regions = &market.regions;
    let [a, b, _] = &market.keys;
    let (env, me) = (&regions.env, &market.trader);
    let with = |max_in: i128, amount_out: i128, deadline: u64, to| {
        let path = regions.path(&[a, b]);
        let mut call = regions.exact_out(me, &a.token, max_in, amount_out, &[a, b]);
        let args = (me, &a.token, max_in, amount_out, path, to, deadline);
        call.args = soroban_sdk::IntoVal::into_val(&args, env);
        call
    };
    let router = &regions.router.address;
    for (error, call) in [
        (RouterError::InvalidAmount, with(0, 1, NEVER, me)),
        (RouterError::InvalidAmount, with(-1, 1, NEVER, me)),
        (RouterError::InvalidAmount, with(1, 0, NEVER, me)),
        (RouterError::InvalidAmount, with(1, -1, NEVER, me)),
        (RouterError::DeadlinePassed, with(ONE, 1, regions.now() - 1, me)),
        (RouterError::InvalidRecipient, with(ONE, 1, NEVER, router)),
    ] {
        assert_refused(env, error, || regions.signed::<i128>(me, &call));
    }
    let all = with(100 * ONE, 200_000 * ONE, NEVER, me);
    assert_refused(env, PoolError::InsufficientReserve, || regions.signed::<i128>(me, &all));
}

#[test]
fn swap_exact_out_pays_whom_it_is_told_to_and_returns_the_rest_to_the_payer() {
    let market = Market::new();
    let regions = &market.regions;
    let [a, b, _] = &market.keys;
    let (env, me) = (&regions.env, &market.trader);
    for (path, token_out) in [(vec![a], &regions.tft), (vec![a, b], &b.token)] {
        regions.close(1);
        let friend = regions.user(&[]);
        let keys = regions.path(&path);
        let quote = regions.router.quote_exact_out(&a.token, &ONE, &keys);
        let before = (market.held(&a.token), market.held(token_out));
        let max = quote + 1_000;
        let mut call = regions.exact_out(me, &a.token, max, ONE, &path);
        let args = (me, &a.token, max, ONE, keys, &friend, NEVER);
        call.args = soroban_sdk::IntoVal::into_val(&args, env);
        if path.len() == 1 {
            let inner = (me, &a.token, max, ONE, &friend, POOLS_DEADLINE);
            call.beneath[0].args = soroban_sdk::IntoVal::into_val(&inner, env);
        }
        assert_eq!(regions.signed(me, &call), Ok(quote));
        let received = regions.balance(token_out, &friend);
        assert!((ONE..=ONE + 10).contains(&received), "{received}");
        assert_eq!(regions.balance(&a.token, &friend), 0);
        let after = (market.held(&a.token), market.held(token_out));
        assert_eq!((before.0 - after.0, after.1), (quote, before.1));
        market.assert_empty_handed();
    }
}

#[test]
fn swap_exact_out_is_refused_when_a_clawback_lets_less_arrive() {
    let market = Market::new();
    let regions = &market.regions;
    let [a, b, _] = &market.keys;
    // What the first pool pays the second fills the hole first.
    regions.claw_back(&regions.tft, &regions.pool(b).address, ONE / 10);
    let call = regions.exact_out(&market.trader, &a.token, 100 * ONE, ONE, &[a, b]);
    assert_refused(&regions.env, RouterError::LimitExceeded, || {
        regions.signed::<i128>(&market.trader, &call)
    });
    regions.pool(b).sync();
    assert!(regions.signed::<i128>(&market.trader, &call).is_ok());
}

#[test]
fn swap_exact_out_refuses_a_pool_that_comes_twice() {
    let market = Market::new();
    let regions = &market.regions;
    let a = &market.keys[0];
    let admin = regions.factory.region(&a.code).admin;
    let [cheap, dear] = [5, 100].map(|fee_bps| {
        let key = PoolKey { fee_bps, ..a.clone() };
        regions.create_pool(&admin, &key, 0).unwrap();
        regions.fill(&admin, &key, 10_000 * ONE, 11_000 * ONE);
        key
    });
    let env = &regions.env;
    // In the same direction, and in the other one.
    for path in [vec![a, &cheap, a], vec![a, &cheap, &dear, a]] {
        let call = regions.exact_out(&market.trader, &regions.tft, ONE, 1, &path);
        assert_refused(env, RouterError::RepeatedPool, || {
            regions.signed::<i128>(&market.trader, &call)
        });
        let args = (&regions.tft, 1i128, regions.path(&path));
        let quote = regions.to_router("quote_exact_out", args);
        assert_refused(env, RouterError::RepeatedPool, || regions.unsigned::<i128>(&quote));
    }
}
