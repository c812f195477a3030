use soroban_sdk::{testutils::Address as _, Address};
use tributary_common::interfaces::{factory::PoolKey, pool::PoolError, router::RouterError};
use tributary_tests::env::{
    pool::{NEVER, ONE},
    sign::assert_refused,
};

use crate::Market;

/// The trader becomes a provider of this pool; returns her shares.
fn provide(market: &Market, key: &PoolKey) -> i128 {
    market.regions.fill(&market.trader, key, 10_000 * ONE, 100_000 * ONE);
    market.regions.pool(key).balance(&market.trader)
}

#[test]
fn withdraw_one_pays_what_it_quotes_in_one_token() {
    let market = Market::new();
    let regions = &market.regions;
    let tft = regions.tft.clone();
    for key in &market.keys {
        let shares = provide(&market, key);
        for (token, other) in [(&tft, &key.token), (&key.token, &tft)] {
            for part in [100, ONE + 7, shares / 4] {
                regions.close(1);
                let quote = regions.router.quote_withdraw_one(key, token, &part);
                let before = (market.held(token), market.held(other));
                let call = regions.withdraw_one(&market.trader, key, token, part);
                let out: i128 = regions.signed(&market.trader, &call).unwrap();
                assert_eq!(out, quote);
                assert_eq!((market.held(token) - before.0, market.held(other)), (out, before.1));
                market.assert_empty_handed();
            }
        }
    }
}

#[test]
fn withdraw_one_quotes_the_opening_price_rule_too() {
    let market = Market::new();
    let regions = &market.regions;
    let (key, me) = (&market.keys[0], &market.trader);
    let shares = provide(&market, key);
    for token in [&regions.tft, &key.token] {
        regions.close(1);
        for sold in [&regions.tft, &key.token] {
            let call = regions.exact_in(me, sold, 9_000 * ONE, &[key]);
            regions.signed::<i128>(me, &call).unwrap();
            let quote = regions.router.quote_withdraw_one(key, token, &(shares / 10));
            let call = regions.withdraw_one(me, key, token, shares / 10);
            assert_eq!(regions.signed(me, &call), Ok(quote));
            market.assert_empty_handed();
        }
    }
}

#[test]
fn withdraw_one_refuses_each_wrong_argument_with_its_own_error() {
    let market = Market::new();
    let regions = &market.regions;
    let key = &market.keys[0];
    let shares = provide(&market, key);
    let (env, me, tft) = (&regions.env, &market.trader, &regions.tft);
    let with = |key: &PoolKey, token, shares: i128, min_out: i128, deadline: u64| {
        let mut call = regions.withdraw_one(me, &market.keys[0], token, shares);
        let args = (me, key.clone(), token, shares, min_out, deadline);
        call.args = soroban_sdk::IntoVal::into_val(&args, env);
        call
    };
    let quote = regions.router.quote_withdraw_one(key, tft, &ONE);
    let unknown = PoolKey { fee_bps: 5, ..key.clone() };
    let stranger = Address::generate(env);
    for (error, call) in [
        (RouterError::InvalidAmount, with(key, tft, 0, 0, NEVER)),
        (RouterError::InvalidAmount, with(key, tft, -1, 0, NEVER)),
        (RouterError::InvalidAmount, with(key, tft, ONE, -1, NEVER)),
        (RouterError::DeadlinePassed, with(key, tft, ONE, 0, regions.now() - 1)),
        (RouterError::UnknownPool, with(&unknown, tft, ONE, 0, NEVER)),
        (RouterError::WrongToken, with(key, &stranger, ONE, 0, NEVER)),
        (RouterError::LimitExceeded, with(key, tft, ONE, quote + 1, NEVER)),
    ] {
        assert_refused(env, error, || regions.signed::<i128>(me, &call));
    }
    let too_many = with(key, tft, shares + 1, 0, NEVER);
    assert_refused(env, PoolError::InsufficientBalance, || regions.signed::<i128>(me, &too_many));
    assert_eq!(regions.signed(me, &with(key, tft, ONE, quote, NEVER)), Ok(quote));

    let supply = regions.pool(key).total_supply();
    let quote = regions.to_router("quote_withdraw_one", (key.clone(), tft, supply + 1));
    let error = PoolError::InsufficientBalance;
    assert_refused(env, error, || regions.unsigned::<i128>(&quote));
}

#[test]
fn withdraw_one_says_so_when_there_is_nothing_of_the_other_token_to_swap() {
    let market = Market::new();
    let regions = &market.regions;
    // A unit of one token is worth 100 000 of the other.
    let (founder, key) = regions.region("COARSE", 10_000_000, 100);
    let shares = regions.pool(&key).total_supply() / 1_000;
    let call = regions.withdraw_one(&founder, &key, &regions.tft, shares);
    let quote = regions.to_router("quote_withdraw_one", (key.clone(), &regions.tft, shares));
    let error = RouterError::AmountTooSmall;
    assert_refused(&regions.env, error, || regions.signed::<i128>(&founder, &call));
    assert_refused(&regions.env, error, || regions.unsigned::<i128>(&quote));
}

#[test]
fn withdraw_one_waits_for_held_shares_and_stops_with_a_pause_but_withdraw_does_not() {
    let market = Market::new();
    let regions = &market.regions;
    let (key, me) = (&market.keys[0], &market.trader);
    let shares = provide(&market, key);
    let held = regions.deposit_one(me, key, &regions.tft, 10 * ONE);
    let (fresh, _): (i128, i128) = regions.signed(me, &held).unwrap();
    let all = regions.withdraw_one(me, key, &regions.tft, shares + fresh);
    assert_refused(&regions.env, PoolError::SharesHeld, || regions.signed::<i128>(me, &all));
    regions.close(12);
    regions.env.mock_all_auths();
    regions.pool(key).pause();
    regions.env.set_auths(&[]);
    assert_refused(&regions.env, PoolError::Paused, || regions.signed::<i128>(me, &all));
    let quote = regions.to_router("quote_withdraw_one", (key.clone(), &regions.tft, shares));
    assert_refused(&regions.env, PoolError::Paused, || regions.unsigned::<i128>(&quote));
    regions.env.mock_all_auths();
    regions.pool(key).withdraw(me, &(shares + fresh), &0, &0, me, &NEVER);
}

#[test]
fn withdraw_one_is_refused_like_its_quote_by_a_band_that_was_off_before_the_withdrawal() {
    let market = Market::new();
    let regions = &market.regions;
    let admin = regions.factory.region(&market.keys[0].code).admin;
    let key = PoolKey { fee_bps: 5, ..market.keys[0].clone() };
    regions.create_pool(&admin, &key, 1_000).unwrap();
    regions.fill(&market.trader, &key, 10_000 * ONE, 10_000 * ONE);
    let shares = regions.pool(&key).balance(&market.trader);
    // Quiet for longer than two windows: the band sleeps, but the withdrawal records and wakes it.
    regions.wait(2_000, 10_000);
    let call = regions.withdraw_one(&market.trader, &key, &regions.tft, shares / 2);
    let args = (key.clone(), &regions.tft, shares / 2);
    let quote = regions.to_router("quote_withdraw_one", args);
    let error = PoolError::OutsideBand;
    assert_refused(&regions.env, error, || regions.signed::<i128>(&market.trader, &call));
    assert_refused(&regions.env, error, || regions.unsigned::<i128>(&quote));
    let part = shares / 100;
    let quote = regions.router.quote_withdraw_one(&key, &regions.tft, &part);
    let call = regions.withdraw_one(&market.trader, &key, &regions.tft, part);
    assert_eq!(regions.signed(&market.trader, &call), Ok(quote));
}
