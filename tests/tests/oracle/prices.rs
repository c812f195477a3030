use soroban_sdk::{testutils::Address as _, vec, Address, IntoVal, Symbol, Val, Vec};
use tributary_common::interfaces::{
    factory::PoolKey,
    oracle::{Asset, PriceData},
};
use tributary_oracle::MAX_AGE;
use tributary_tests::{
    env::{pool::ONE, regions::Regions},
    ledger::suite::MIN_RESERVE,
};

const WHOLE: i128 = 100_000_000_000_000;

/// An endorsed region with a quoted pool; 1 of its token is `price` TFT.
fn quoted(regions: &Regions, tft: i128, other: i128) -> (Address, PoolKey) {
    let (founder, key) = regions.region("ALPS", tft, other);
    quote(regions, &founder, &key);
    (founder, key)
}

fn quote(regions: &Regions, admin: &Address, key: &PoolKey) {
    let endorse = regions.to_factory("endorse", (key.code.clone(), true));
    regions.signed::<()>(&regions.admin, &endorse).unwrap();
    let set = regions.to_factory("set_oracle_pool", (key.token.clone(), key.clone()));
    regions.signed::<()>(admin, &set).unwrap();
}

fn asset(key: &PoolKey) -> Asset {
    Asset::Stellar(key.token.clone())
}

#[test]
fn lastprice_is_the_pools_mean_in_whole_tft() {
    let regions = Regions::new();
    let (_, key) = quoted(&regions, 10_000 * ONE, 40_000 * ONE);
    assert_eq!(regions.oracle.base(), Asset::Stellar(regions.tft.clone()));
    assert_eq!(regions.oracle.decimals(), 14);
    assert_eq!(regions.oracle.resolution(), 1_800);
    assert_eq!(regions.oracle.assets(), vec![&regions.env, asset(&key)]);
    regions.wait(360, 1_800);
    let price = regions.oracle.lastprice(&asset(&key)).expect("a price");
    // A quarter, exactly: a power of two.
    assert_eq!(price.price, WHOLE / 4);
    assert_eq!(price.timestamp, regions.pool(&key).state().last_record);
}

#[test]
fn lastprice_agrees_with_the_pools_twap_after_trades() {
    let regions = Regions::new();
    let (founder, key) = quoted(&regions, 10_000 * ONE, 70_000 * ONE);
    let trader = regions.user(&[(&regions.tft, 10_000 * ONE), (&key.token, 10_000 * ONE)]);
    for (token, amount) in [(&regions.tft, 500 * ONE), (&key.token, 90 * ONE), (&regions.tft, 7)] {
        regions.wait(150, 750);
        let call = regions.exact_in(&trader, token, amount, &[&key]);
        regions.signed::<i128>(&trader, &call).unwrap();
    }
    regions.wait(30, 150);
    let (price, _, last_record) = regions.pool(&key).twap(&key.token).expect("a mean");
    let expected = (price.mantissa as f64) * (price.exponent as f64).exp2() * WHOLE as f64;
    let told = regions.oracle.lastprice(&asset(&key)).expect("a price");
    assert!((told.price as f64 / expected - 1.0).abs() < 1e-12, "{} {expected}", told.price);
    assert_eq!(told.timestamp, last_record);
    let _ = founder;
}

#[test]
fn lastprice_counts_whole_units_whatever_the_decimals() {
    for (decimals, one) in [(0, 1), (6, 1_000_000), (18, 10i128.pow(18))] {
        let regions = Regions::new();
        let key = PoolKey {
            code: tributary_common::interfaces::factory::ROOT,
            token: regions.plain(decimals),
            fee_bps: 30,
        };
        regions.create_pool(&regions.admin, &key, 0).unwrap();
        regions.fill(&regions.user(&[]), &key, 16_000 * ONE, 500 * one);
        quote(&regions, &regions.admin, &key);
        regions.wait(360, 1_800);
        let told = regions.oracle.lastprice(&asset(&key)).expect("a price").price;
        // 32 TFT for one, within the 1e-7 of the pools' logarithm.
        assert!((told - 32 * WHOLE).abs() < 32 * WHOLE / 5_000_000, "{told} at {decimals}");
    }
}

#[test]
fn there_is_no_price_before_a_window_or_after_an_hour_of_quiet() {
    let regions = Regions::new();
    let (_, key) = quoted(&regions, 10_000 * ONE, 10_000 * ONE);
    let born = regions.pool(&key).state().last_record;
    regions.wait(1, born + 1_799 - regions.now());
    assert_eq!(regions.oracle.lastprice(&asset(&key)), None);
    regions.wait(1, 1);
    assert!(regions.oracle.lastprice(&asset(&key)).is_some());
    regions.wait(1, born + MAX_AGE - regions.now());
    assert!(regions.oracle.lastprice(&asset(&key)).is_some());
    regions.wait(1, 1);
    assert_eq!(regions.oracle.lastprice(&asset(&key)), None);
    // Anyone may wake it.
    regions.pool(&key).sync();
    let price = regions.oracle.lastprice(&asset(&key)).expect("a price");
    assert_eq!(price, PriceData { price: WHOLE, timestamp: regions.now() });
}

#[test]
fn there_is_no_price_from_a_shallow_pool() {
    for (tft, priced) in [(MIN_RESERVE - 1, false), (MIN_RESERVE, true)] {
        let regions = Regions::new();
        // One to one, so that the mean price is exact.
        let (_, key) = quoted(&regions, tft, tft);
        regions.wait(360, 1_800);
        assert_eq!(regions.oracle.lastprice(&asset(&key)).is_some(), priced, "{tft}");
    }
}

#[test]
fn a_swap_into_a_shallow_pool_makes_it_no_deeper() {
    let regions = Regions::new();
    let (_, key) = quoted(&regions, 10 * ONE, 10 * ONE);
    regions.wait(360, 1_800);
    let whale = regions.user(&[(&regions.tft, 100_000 * ONE)]);
    let push = regions.exact_in(&whale, &regions.tft, 100_000 * ONE, &[&key]);
    regions.signed::<i128>(&whale, &push).unwrap();
    for _ in 0..3 {
        assert_eq!(regions.oracle.lastprice(&asset(&key)), None);
        regions.close(1);
    }
}

#[test]
fn there_is_no_price_while_the_mean_covers_a_pause() {
    let regions = Regions::new();
    let (_, key) = quoted(&regions, 10_000 * ONE, 10_000 * ONE);
    regions.wait(360, 1_800);
    assert!(regions.oracle.lastprice(&asset(&key)).is_some());
    let pool = regions.pool(&key);
    regions.env.mock_all_auths();
    pool.pause();
    regions.env.set_auths(&[]);
    let end = pool.state().paused_until;
    assert_eq!(regions.oracle.lastprice(&asset(&key)), None);
    assert_eq!(regions.oracle.price(&asset(&key), &regions.now()), None);
    assert_eq!(regions.oracle.prices(&asset(&key), &1), None);
    // Nobody can trade against what a donation makes of the price.
    regions.give(&regions.tft, &pool.address, 90_000 * ONE);
    for _ in 0..12 {
        regions.wait(120, 600);
        pool.sync();
    }
    regions.wait(1, end - regions.now());
    pool.sync();
    assert_eq!(regions.oracle.lastprice(&asset(&key)), None, "at the end of the pause");
    // From the first window after it on, there is one.
    for _ in 0..3 {
        regions.wait(180, 900);
        pool.sync();
    }
    assert!(pool.state().older_time >= end);
    assert!(regions.oracle.lastprice(&asset(&key)).is_some());
}

#[test]
fn the_constructor_refuses_no_minimum() {
    let regions = Regions::new();
    for minimum in [0, -1] {
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let args = (regions.factory.address.clone(), minimum as i128);
            regions.env.register(tributary_tests::wasm::contract("oracle").as_slice(), args)
        }));
        let refused = made.expect_err("a minimum that is none");
        let text = refused.downcast::<String>().expect("a message");
        assert!(text.contains("Error(Contract, #800)"), "{text}");
    }
}

#[test]
fn there_is_no_price_of_what_is_not_quoted() {
    let regions = Regions::new();
    let (_, key) = regions.region("ALPS", 10_000 * ONE, 10_000 * ONE);
    regions.wait(360, 1_800);
    for asset in [
        asset(&key),
        Asset::Stellar(regions.tft.clone()),
        Asset::Stellar(Address::generate(&regions.env)),
        Asset::Other(Symbol::new(&regions.env, "USD")),
    ] {
        assert_eq!(regions.oracle.lastprice(&asset), None);
        assert_eq!(regions.oracle.price(&asset, &regions.now()), None);
        assert_eq!(regions.oracle.prices(&asset, &3), None);
    }
    let none: Vec<Asset> = vec![&regions.env];
    assert_eq!(regions.oracle.assets(), none);
}

#[test]
fn there_is_no_price_of_a_token_that_does_not_say_its_decimals() {
    let regions = Regions::new();
    let key = PoolKey {
        code: tributary_common::interfaces::factory::ROOT,
        token: regions.plain(7),
        fee_bps: 30,
    };
    regions.create_pool(&regions.admin, &key, 0).unwrap();
    regions.fill(&regions.user(&[]), &key, 10_000 * ONE, 10_000 * ONE);
    quote(&regions, &regions.admin, &key);
    regions.wait(360, 1_800);
    assert!(regions.oracle.lastprice(&asset(&key)).is_some());
    let say = |decimals: u32| {
        let args: Vec<Val> = (decimals,).into_val(&regions.env);
        let function = Symbol::new(&regions.env, "set_decimals");
        regions.env.invoke_contract::<()>(&key.token, &function, args);
        regions.oracle.lastprice(&asset(&key))
    };
    // 99: its call traps.
    assert_eq!([say(99), say(u32::MAX)], [None, None]);
    assert!(say(7).is_some());
}

#[test]
fn price_and_prices_tell_the_one_mean_that_is_known() {
    let regions = Regions::new();
    let (_, key) = quoted(&regions, 10_000 * ONE, 10_000 * ONE);
    regions.wait(500, 2_500);
    let (oracle, asset) = (&regions.oracle, asset(&key));
    let last = oracle.lastprice(&asset).expect("a price");
    let (_, span, _) = regions.pool(&key).twap(&key.token).expect("a mean");
    let now = regions.now();
    for (timestamp, known) in [
        (now, true),
        (now - span, true),
        (now - span - 1, false),
        (now + 1, false),
        (0, false),
        (u64::MAX, false),
    ] {
        let expected = known.then(|| last.clone());
        assert_eq!(oracle.price(&asset, &timestamp), expected, "{timestamp}");
    }
    let none: Vec<PriceData> = vec![&regions.env];
    assert_eq!(oracle.prices(&asset, &0), Some(none));
    for records in [1, 2, u32::MAX] {
        assert_eq!(oracle.prices(&asset, &records), Some(vec![&regions.env, last.clone()]));
    }
}

#[test]
fn one_push_in_a_ledger_hardly_moves_a_price() {
    let regions = Regions::new();
    let (_, key) = quoted(&regions, 10_000 * ONE, 10_000 * ONE);
    regions.wait(360, 1_800);
    let told = || regions.oracle.lastprice(&asset(&key)).map(|told| told.price);
    let before = told().expect("a price");
    let whale = regions.user(&[(&regions.tft, 90_000 * ONE)]);
    let push = regions.exact_in(&whale, &regions.tft, 90_000 * ONE, &[&key]);
    let bought: i128 = regions.signed(&whale, &push).unwrap();
    assert_eq!(told(), Some(before));
    // A hundredfold push that stands in the next ledger: no price. Taken back, hardly another one.
    regions.close(1);
    assert_eq!(told(), None);
    let back = regions.exact_in(&whale, &key.token, bought, &[&key]);
    regions.signed::<i128>(&whale, &back).unwrap();
    regions.close(1);
    let after = told().expect("a price");
    assert!(after >= before && after - before < before / 50_000, "{before} {after}");
}

#[test]
fn there_is_no_price_until_the_recorded_one_has_caught_up_with_a_wrong_first_deposit() {
    let regions = Regions::new();
    let token = regions.asset();
    let founder = regions.user(&[(&regions.tft, tributary_tests::ledger::suite::BOND)]);
    regions.create_region(&founder, "ALPS", &token).unwrap();
    let key = regions.key("ALPS", &token);
    // A stranger makes the first deposit, for dust, at a hundred thousand times the price.
    regions.fill(&regions.user(&[]), &key, ONE / 10, 10);
    let trader = regions.user(&[(&token, 1_000 * ONE)]);
    let right = regions.exact_in(&trader, &token, 3_200, &[&key]);
    regions.signed::<i128>(&trader, &right).unwrap();
    regions.close(1);
    regions.fill(&founder, &key, 100_000 * ONE, 100_000 * ONE);
    quote(&regions, &founder, &key);
    let pool = regions.pool(&key);
    let spot = || {
        let state = pool.state();
        let (tft, other) =
            (state.reserve_0.min(state.reserve_1), state.reserve_0.max(state.reserve_1));
        other as f64 / tft as f64
    };
    let mut waited = 0;
    // Deep, fresh and rightly priced, but the mean is not.
    let price = loop {
        regions.wait(90, 450);
        pool.sync();
        waited += 1;
        if let Some(told) = regions.oracle.lastprice(&asset(&key)) {
            break told.price;
        }
        assert!(waited < 200, "never a price");
    };
    assert!(waited > 30, "{waited} times 7.5 minutes");
    let off = (price as f64 / WHOLE as f64).max(WHOLE as f64 / price as f64);
    assert!(off <= 1.2 * spot(), "{off}");
}

#[test]
fn a_donation_into_a_shallow_pool_makes_it_no_deeper() {
    for of_tft in [true, false] {
        let regions = Regions::new();
        let (_, key) = quoted(&regions, 10 * ONE, 10 * ONE);
        regions.wait(360, 1_800);
        let pool = regions.pool(&key);
        let token = if of_tft { &regions.tft } else { &key.token };
        regions.give(token, &pool.address, 100_000 * ONE);
        pool.sync();
        for _ in 0..3 {
            assert_eq!(regions.oracle.lastprice(&asset(&key)), None);
            regions.close(1);
        }
    }
}

#[test]
fn there_is_no_price_from_what_was_donated_during_a_pause_on_both_sides() {
    let regions = Regions::new();
    let (_, key) = quoted(&regions, 10_000 * ONE, 10_000 * ONE);
    regions.wait(360, 1_800);
    let pool = regions.pool(&key);
    regions.env.mock_all_auths();
    pool.pause();
    regions.env.set_auths(&[]);
    let end = pool.state().paused_until;
    regions.wait(1, end - 14 * 600 - regions.now());
    regions.give(&regions.tft, &pool.address, 90_000 * ONE);
    for _ in 0..13 {
        regions.wait(120, 600);
        pool.sync();
    }
    // Back to the old price just before the end: nobody has anything to correct.
    regions.give(&key.token, &pool.address, 90_000 * ONE);
    regions.wait(120, 600);
    for _ in 0..40 {
        pool.sync();
        if let Some(told) = regions.oracle.lastprice(&asset(&key)) {
            assert!((told.price as f64 / WHOLE as f64 - 1.0).abs() <= 0.2, "{}", told.price);
        }
        regions.wait(60, 300);
    }
    assert!(regions.oracle.lastprice(&asset(&key)).is_some());
}
