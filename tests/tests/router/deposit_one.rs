use soroban_sdk::testutils::{Address as _, Deployer as _};
use tributary_common::{
    interfaces::{factory::PoolKey, pool::PoolError, router::RouterError},
    ttl::DAY,
};
use tributary_tests::env::{
    pool::{NEVER, ONE},
    sign::assert_refused,
};

use crate::Market;

#[test]
fn deposit_one_mints_what_it_quotes_and_leaves_at_most_a_few_units() {
    let market = Market::new();
    let regions = &market.regions;
    let tft = regions.tft.clone();
    for key in &market.keys {
        let pool = regions.pool(key);
        for (token, other) in [(&tft, &key.token), (&key.token, &tft)] {
            for amount in [1_000, ONE + 1, 333 * ONE, 200_000 * ONE] {
                regions.close(1);
                let quote = regions.router.quote_deposit_one(key, token, &amount);
                let before = (market.held(token), market.held(other), pool.balance(&market.trader));
                let call = regions.deposit_one(&market.trader, key, token, amount);
                let (shares, rest): (i128, i128) = regions.signed(&market.trader, &call).unwrap();
                assert_eq!((shares, rest), quote);
                let after = (market.held(token), market.held(other), pool.balance(&market.trader));
                assert_eq!(before.0 - after.0, amount - rest);
                assert_eq!(before.1, after.1);
                assert_eq!(after.2 - before.2, shares);
                assert!(rest <= 10, "{rest} of {amount} left over");
                assert_eq!(pool.held(&market.trader).1, regions.now() + 60);
                market.assert_empty_handed();
                regions.close(13);
            }
        }
    }
}

#[test]
fn deposit_one_costs_no_more_than_the_swap_that_it_makes() {
    let market = Market::new();
    let regions = &market.regions;
    let key = &market.keys[0];
    let amount = 1_000 * ONE;
    let call = regions.deposit_one(&market.trader, key, &regions.tft, amount);
    let (shares, _): (i128, i128) = regions.signed(&market.trader, &call).unwrap();
    regions.close(13);
    let back = regions.withdraw_one(&market.trader, key, &regions.tft, shares);
    let out: i128 = regions.signed(&market.trader, &back).unwrap();
    // Half of it is swapped twice, at 0.3 %; less than the price impact comes on top.
    assert!(out < amount && out > amount * 996 / 1_000, "{out}");
}

#[test]
fn deposit_one_returns_what_the_opening_price_withholds() {
    let market = Market::new();
    let regions = &market.regions;
    let key = &market.keys[0];
    let (me, tft) = (&market.trader, &regions.tft);
    // Somebody sold the token in this ledger: TFT would now buy more of it than when the ledger opened.
    let sold = regions.exact_in(me, &key.token, 5_000 * ONE, &[key]);
    regions.signed::<i128>(me, &sold).unwrap();
    let amount = 1_000 * ONE;
    let quote = regions.router.quote_deposit_one(key, tft, &amount);
    let (tokens, coins) = (market.held(tft), market.held(&key.token));
    let call = regions.deposit_one(me, key, tft, amount);
    let (shares, rest): (i128, i128) = regions.signed(me, &call).unwrap();
    assert_eq!((shares, rest), quote);
    assert!(rest > ONE, "{rest}");
    assert_eq!(tokens - market.held(tft), amount - rest);
    assert_eq!(coins, market.held(&key.token));
    market.assert_empty_handed();
}

#[test]
fn deposit_one_needs_no_trustline_for_the_other_token() {
    // The other token's balance of the depositor is never touched: a token that refuses her.
    let market = Market::new();
    let regions = &market.regions;
    let key = &market.keys[0];
    regions.env.mock_all_auths();
    let admin = soroban_sdk::token::StellarAssetClient::new(&regions.env, &key.token);
    admin.set_authorized(&market.trader, &false);
    regions.env.set_auths(&[]);
    let call = regions.deposit_one(&market.trader, key, &regions.tft, ONE);
    let (shares, _): (i128, i128) = regions.signed(&market.trader, &call).unwrap();
    regions.close(13);
    let call = regions.withdraw_one(&market.trader, key, &regions.tft, shares);
    assert!(regions.signed::<i128>(&market.trader, &call).unwrap() > 0);
}

#[test]
fn deposit_one_refuses_each_wrong_argument_with_its_own_error() {
    let market = Market::new();
    let regions = &market.regions;
    let key = &market.keys[0];
    let (env, me, tft) = (&regions.env, &market.trader, &regions.tft);
    let with = |key: &PoolKey, token, amount: i128, min_shares: i128, deadline: u64| {
        let mut call = regions.deposit_one(me, &market.keys[0], token, amount);
        let args = (me, key.clone(), token, amount, min_shares, deadline);
        call.args = soroban_sdk::IntoVal::into_val(&args, env);
        call
    };
    let unknown = PoolKey { fee_bps: 5, ..key.clone() };
    let stranger = soroban_sdk::Address::generate(env);
    for (error, call) in [
        (RouterError::InvalidAmount, with(key, tft, 0, 0, NEVER)),
        (RouterError::InvalidAmount, with(key, tft, -1, 0, NEVER)),
        (RouterError::InvalidAmount, with(key, tft, ONE, -1, NEVER)),
        (RouterError::DeadlinePassed, with(key, tft, ONE, 0, regions.now() - 1)),
        (RouterError::UnknownPool, with(&unknown, tft, ONE, 0, NEVER)),
        (RouterError::WrongToken, with(key, &stranger, ONE, 0, NEVER)),
    ] {
        assert_refused(env, error, || regions.signed::<(i128, i128)>(me, &call));
    }
    let (shares, _) = regions.router.quote_deposit_one(key, tft, &ONE);
    let call = with(key, tft, ONE, shares + 1, NEVER);
    assert_refused(env, RouterError::LimitExceeded, || regions.signed::<(i128, i128)>(me, &call));
    let call = with(key, tft, 1, 0, NEVER);
    assert_refused(env, PoolError::AmountTooSmall, || regions.signed::<(i128, i128)>(me, &call));
    let exact = with(key, tft, ONE, shares, NEVER);
    assert_eq!(regions.signed::<(i128, i128)>(me, &exact).unwrap().0, shares);
}

#[test]
fn deposit_one_is_refused_after_a_clawback_until_the_pool_is_synced() {
    let market = Market::new();
    let regions = &market.regions;
    let key = &market.keys[0];
    let (me, pool) = (&market.trader, regions.pool(key));
    for token in [&regions.tft, &key.token] {
        regions.claw_back(token, &pool.address, 1_000 * ONE);
        for given in [&regions.tft, &key.token] {
            let call = regions.deposit_one(me, key, given, 100 * ONE);
            assert_refused(&regions.env, PoolError::Deficit, || {
                regions.signed::<(i128, i128)>(me, &call)
            });
        }
        pool.sync();
        regions.close(1);
        let call = regions.deposit_one(me, key, token, 100 * ONE);
        regions.signed::<(i128, i128)>(me, &call).unwrap();
        market.assert_empty_handed();
        regions.close(13);
    }
}

#[test]
fn deposit_one_is_not_disturbed_by_a_donation() {
    let market = Market::new();
    let regions = &market.regions;
    let key = &market.keys[0];
    let pool = regions.pool(key).address;
    regions.give(&regions.tft, &pool, 12_345);
    regions.give(&key.token, &pool, 54_321);
    for token in [&regions.tft, &key.token] {
        let quote = regions.router.quote_deposit_one(key, token, &ONE);
        let call = regions.deposit_one(&market.trader, key, token, ONE);
        assert_eq!(regions.signed(&market.trader, &call), Ok(quote));
        market.assert_empty_handed();
    }
}

#[test]
fn deposit_one_is_refused_like_its_quote_while_the_pool_is_paused_or_empty() {
    let market = Market::new();
    let regions = &market.regions;
    let [paused, other, _] = &market.keys;
    let empty = PoolKey { fee_bps: 5, ..other.clone() };
    let admin = regions.factory.region(&empty.code).admin;
    regions.create_pool(&admin, &empty, 0).unwrap();
    regions.env.mock_all_auths();
    regions.pool(paused).pause();
    regions.env.set_auths(&[]);
    for (error, key) in [(PoolError::Paused, paused), (PoolError::EmptyPool, &empty)] {
        let call = regions.deposit_one(&market.trader, key, &regions.tft, ONE);
        assert_refused(&regions.env, error, || {
            regions.signed::<(i128, i128)>(&market.trader, &call)
        });
        let quote = regions.to_router("quote_deposit_one", (key.clone(), &regions.tft, ONE));
        assert_refused(&regions.env, error, || regions.unsigned::<(i128, i128)>(&quote));
    }
}

#[test]
fn what_passes_through_the_router_extends_its_instance_and_swaps_do_not() {
    let market = Market::new();
    let regions = &market.regions;
    let (key, me, tft) = (&market.keys[0], &market.trader, &regions.tft);
    let router = &regions.router.address;
    let left = || regions.env.deployer().get_contract_instance_ttl(router);
    let age = |days: u32| regions.wait(days * DAY, u64::from(days) * 86_400);
    age(100);
    let before = left();
    assert!(before < 30 * DAY);
    regions.signed::<i128>(me, &regions.exact_in(me, tft, ONE, &[key])).unwrap();
    regions.signed::<i128>(me, &regions.exact_out(me, tft, ONE, 1, &[key])).unwrap();
    assert_eq!(left(), before);
    let call = regions.deposit_one(me, key, tft, ONE);
    let (shares, _): (i128, i128) = regions.signed(me, &call).unwrap();
    assert_eq!(left(), before + 30 * DAY);
    for call in [regions.withdraw_one(me, key, tft, shares), regions.to_router("sweep", (tft,))] {
        age(30);
        let before = left();
        if call.function == "sweep" {
            regions.give(tft, router, 1);
            regions.unsigned::<i128>(&call).unwrap();
        } else {
            regions.signed::<i128>(me, &call).unwrap();
        }
        assert_eq!(left(), before + 30 * DAY, "{}", call.function);
    }
}
