//! What a path may be. Every function that takes one refuses it with the same error.

use soroban_sdk::{testutils::Address as _, Address};
use tributary_common::interfaces::{
    factory::{PoolKey, ROOT},
    router::RouterError,
};
use tributary_tests::env::{
    pool::{NEVER, ONE},
    sign::{assert_refused, Call},
};

use crate::Market;

fn assert_path_refused(market: &Market, error: RouterError, token_in: &Address, path: &[&PoolKey]) {
    let (regions, me) = (&market.regions, &market.trader);
    let path = || regions.path(path);
    let calls: [Call; 4] = [
        regions.to_router("swap_exact_in", (me, token_in, ONE, path(), 0i128, me, NEVER)),
        regions.to_router("swap_exact_out", (me, token_in, ONE, 1i128, path(), me, NEVER)),
        regions.to_router("quote_exact_in", (token_in, ONE, path())),
        regions.to_router("quote_exact_out", (token_in, 1i128, path())),
    ];
    for call in calls {
        let signer = call.function.starts_with("swap").then_some((me, &call));
        let signers: Vec<_> = signer.into_iter().collect();
        assert_refused(&regions.env, error, || {
            call.signed_by::<i128, soroban_sdk::Error>(&regions.env, &signers)
        });
    }
}

#[test]
fn an_empty_or_too_long_path_is_refused() {
    let market = Market::new();
    let tft = &market.regions.tft;
    let [a, b, c] = &market.keys;
    assert_path_refused(&market, RouterError::EmptyPath, tft, &[]);
    assert_path_refused(&market, RouterError::PathTooLong, tft, &[a, b, c, a, b]);
}

#[test]
fn a_path_that_does_not_connect_is_refused() {
    let market = Market::new();
    let regions = &market.regions;
    let [a, b, _] = &market.keys;
    let error = RouterError::PathNotConnected;
    assert_path_refused(&market, error, &a.token, &[b]);
    // The first pays TFT's other side, which the second does not trade.
    assert_path_refused(&market, error, &regions.tft, &[a, b]);
    assert_path_refused(&market, error, &regions.asset(), &[a]);
}

#[test]
fn a_pool_that_the_factory_did_not_deploy_is_refused() {
    let market = Market::new();
    let regions = &market.regions;
    let [a, ..] = &market.keys;
    let tft = &regions.tft;
    for key in [
        PoolKey { fee_bps: 5, ..a.clone() },
        PoolKey { fee_bps: 0, ..a.clone() },
        PoolKey { code: ROOT, ..a.clone() },
        PoolKey { code: regions.code("NONE"), ..a.clone() },
        PoolKey { token: Address::generate(&regions.env), ..a.clone() },
        PoolKey { token: tft.clone(), ..a.clone() },
    ] {
        assert_path_refused(&market, RouterError::UnknownPool, tft, &[&key]);
        assert_path_refused(&market, RouterError::UnknownPool, &a.token, &[a, &key]);
    }
}

#[test]
fn a_pool_twice_in_succession_is_refused() {
    let market = Market::new();
    let [a, b, _] = &market.keys;
    let tft = &market.regions.tft;
    assert_path_refused(&market, RouterError::RepeatedPool, tft, &[a, a]);
    assert_path_refused(&market, RouterError::RepeatedPool, &a.token, &[a, b, b]);
}
