use tributary_common::interfaces::router::RouterError;
use tributary_tests::env::{pool::ONE, sign::assert_refused};

use crate::Market;

#[test]
fn sweep_pays_what_was_sent_by_mistake_to_the_networks_treasury() {
    let market = Market::new();
    let regions = &market.regions;
    let router = &regions.router.address;
    for token in [&regions.tft, &market.keys[0].token] {
        regions.give(token, router, 3 * ONE);
        let call = regions.to_router("sweep", (token,));
        let before = regions.balance(token, &regions.treasury);
        assert_eq!(regions.unsigned(&call), Ok(3 * ONE));
        assert_eq!(regions.balance(token, &regions.treasury) - before, 3 * ONE);
        market.assert_empty_handed();
        assert_refused(&regions.env, RouterError::NothingToSweep, || {
            regions.unsigned::<i128>(&call)
        });
    }
}

#[test]
fn sweep_moves_shares_too() {
    let market = Market::new();
    let regions = &market.regions;
    let (founder, key) = regions.region("JUNG", 100 * ONE, 100 * ONE);
    let pool = regions.pool(&key);
    regions.env.mock_all_auths();
    pool.transfer(&founder, &regions.router.address, &ONE);
    regions.env.set_auths(&[]);
    assert_eq!(regions.unsigned(&regions.to_router("sweep", (&pool.address,))), Ok(ONE));
    assert_eq!(pool.balance(&regions.treasury), ONE);
}

#[test]
fn what_lies_in_the_router_changes_no_trade_and_goes_to_no_trader() {
    let market = Market::new();
    let regions = &market.regions;
    let (key, me) = (&market.keys[0], &market.trader);
    let router = &regions.router.address;
    regions.give(&regions.tft, router, ONE);
    regions.give(&key.token, router, ONE);
    let quote = regions.router.quote_deposit_one(key, &regions.tft, &(7 * ONE));
    let call = regions.deposit_one(me, key, &regions.tft, 7 * ONE);
    assert_eq!(regions.signed(me, &call), Ok(quote));
    let out = regions.router.quote_exact_out(&regions.tft, &ONE, &regions.path(&[key]));
    let call = regions.exact_out(me, &regions.tft, 10 * ONE, ONE, &[key]);
    assert_eq!(regions.signed(me, &call), Ok(out));
    for token in [&regions.tft, &key.token] {
        assert_eq!(regions.balance(token, router), ONE);
    }
}
