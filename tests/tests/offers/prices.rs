use tributary_common::{
    interfaces::{
        factory::PoolKey,
        offers::{Dutch, OfferPrice, OfferTerms, OffersError, Peg},
    },
    price::{Fraction, Price},
};
use tributary_tests::env::{
    market::Market,
    pool::{NEVER, ONE},
    sign::assert_refused,
};

fn times(price: Fraction, more: i128, less: i128) -> Fraction {
    Fraction { num: price.num * more, den: price.den * less }
}

#[test]
fn a_dutch_price_is_exact_at_both_ends_and_never_rises() {
    let market = Market::new();
    let now = market.now();
    let (since, until) = (now + 1_000, now + 8_000);
    let price = Dutch { start: 7_919, end: 4_001, den: 1_009, since, until };
    let terms = OfferTerms { min_fill: 1, ..market.terms(OfferPrice::Dutch(price)) };
    let id = market.make(1, &terms);
    let at = |time: u64| market.offers.price_at(&id, &time);
    for time in [0, now, since] {
        assert_eq!(at(time), Fraction { num: 7_919, den: 1_009 });
    }
    for time in [until, until + 1, u64::MAX] {
        assert_eq!(at(time), Fraction { num: 4_001, den: 1_009 });
    }
    let mut before = at(since).num;
    for time in since..=since + 500 {
        let num = at(time).num;
        assert!(num <= before, "{time}");
        // The exact numerator rounded up.
        let exact = 7_919 * 7_000 - (7_919 - 4_001) * i128::from(time - since);
        assert_eq!(num, (exact + 6_999) / 7_000);
        before = num;
    }
    // A fill pays the price of its own ledger.
    market.wait(800, 4_500);
    let price = at(market.now());
    let paid = market.fill(&id, ONE).expect("a fill");
    assert_eq!(paid, (ONE * price.num + price.den - 1) / price.den);
    assert_eq!(market.offers.quote(&id, &ONE, &market.now()).0, paid);
}

/// The three prices of TFT in the pool now: TWAP, price, and the ledger's opening.
fn of_pool(market: &Market) -> [Fraction; 3] {
    let pool = market.pool(&market.key);
    let (mean, ..) = pool.twap(&market.tft).expect("a mean");
    let state = pool.state();
    let zero = state.token_0 == market.tft;
    let price = |a, b| if zero { Fraction { num: b, den: a } } else { Fraction { num: a, den: b } };
    [
        Fraction::from(mean),
        price(state.reserve_0, state.reserve_1),
        price(state.opening_0, state.opening_1),
    ]
}

#[test]
fn a_pegged_price_is_the_best_of_three_with_the_spread() {
    let market = Market::new();
    let id = market.make(1, &market.pegged(25, 1, 1));
    let price = || market.offers.price_at(&id, &0);
    let check = |binding: usize| {
        let prices = of_pool(&market);
        for (place, one) in prices.into_iter().enumerate() {
            let spread = times(one, 10_025, 10_000);
            assert!(!spread.exceeds(&price()), "{place} is better for the maker");
        }
        assert_eq!(price(), times(prices[binding], 10_025, 10_000), "binds");
        // The fill pays it, rounded up.
        let before = market.balance(&market.other, &market.maker);
        let Fraction { num, den } = price();
        let amount = 3 * ONE + 1;
        market.fill(&id, amount).expect("a fill");
        let paid = market.balance(&market.other, &market.maker) - before;
        let exact = num_bigint::BigInt::from(amount) * num;
        let owed = num_bigint::BigInt::from(paid) * den;
        assert!(owed >= exact && owed - exact < num_bigint::BigInt::from(den));
    };
    // Pushed up inside the ledger the price binds, …
    market.swap(&market.other, 2_000 * ONE);
    check(1);
    // … in the next ledger what it opened with, when it was pushed down again, …
    market.close(1);
    market.swap(&market.tft, 3_000 * ONE);
    check(2);
    // … and then the mean, which hardly moved.
    market.close(1);
    check(0);
    market.swap(&market.tft, 3_000 * ONE);
    check(0);
}

#[test]
fn a_pegged_price_is_never_below_its_limit() {
    let market = Market::new();
    let id = market.make(1, &market.pegged(25, 5, 2));
    assert_eq!(market.offers.price_at(&id, &0), Fraction { num: 5, den: 2 });
    assert_eq!(market.fill(&id, 10 * ONE), Ok(25 * ONE));
}

#[test]
fn a_pegged_price_goes_either_way() {
    let market = Market::new();
    let pool = market.pool(&market.key).address;
    let peg = Peg { pool, min_reserve: 1, spread_bps: 0, limit: Fraction { num: 1, den: 1_000 } };
    let terms = OfferTerms {
        sell_token: market.other.clone(),
        buy_token: market.tft.clone(),
        ..market.terms(OfferPrice::Pegged(peg))
    };
    let id = market.make(1, &terms);
    let own = market.offers.price_at(&id, &0);
    let [mean, spot, opening] = of_pool(&market);
    for other in [spot, opening] {
        let back = Fraction { num: other.den, den: other.num };
        assert!(!back.exceeds(&own));
    }
    let (back, ..) = market.pool(&market.key).twap(&market.other).expect("a mean");
    assert!(!Fraction::from(back).exceeds(&own));
    let near = mean.num as f64 / mean.den as f64 * (own.num as f64 / own.den as f64);
    assert!((near - 1.0).abs() < 1e-3, "{near}");
}

#[test]
fn a_pegged_offer_refuses_a_young_pool() {
    let market = Market::new();
    let key = PoolKey { fee_bps: 5, ..market.key.clone() };
    market.create_pool(&market.admin, &key, 0).expect("a pool");
    let limit = Fraction { num: 1, den: 1 };
    let pool = market.pool(&key).address;
    let terms =
        market.terms(OfferPrice::Pegged(Peg { pool, min_reserve: 1, spread_bps: 0, limit }));
    let id = market.make(1, &terms);
    let refused = |error: OffersError| {
        assert_refused(&market.env, error, || market.fill(&id, ONE));
        assert_eq!(market.offers.try_price_at(&id, &0), Err(Ok(error)));
        assert_eq!(market.offers.try_quote(&id, &ONE, &market.now()), Err(Ok(error)));
    };
    refused(OffersError::PoolEmpty);
    market.regions.fill(&market.user(&[]), &key, ONE, ONE);
    refused(OffersError::PoolTooYoung);
    // `fill` waited 13 ledgers.
    market.wait(1, 1_800 - 65 - 1);
    refused(OffersError::PoolTooYoung);
    market.wait(1, 1);
    market.fill(&id, ONE).expect("old enough");
}

#[test]
fn a_pegged_offer_refuses_a_stale_pool() {
    let market = Market::new();
    let id = market.make(1, &market.pegged(0, 1, 1));
    let last = market.pool(&market.key).state().last_record;
    market.wait(700, last + 3_600 - market.now());
    market.fill(&id, ONE).expect("two windows after the last record");
    market.wait(1, 1);
    assert_refused(&market.env, OffersError::PoolStale, || market.fill(&id, ONE));
    market.swap(&market.tft, ONE);
    market.fill(&id, ONE).expect("fresh");
}

#[test]
fn a_pegged_offer_refuses_an_emptied_pool() {
    let market = Market::new();
    let key = PoolKey { fee_bps: 5, ..market.key.clone() };
    market.create_pool(&market.admin, &key, 0).expect("a pool");
    let (provider, pool) = (market.user(&[]), market.pool(&key));
    market.regions.fill(&provider, &key, 1_000 * ONE, 2_000 * ONE);
    market.wait(360, 1_800);
    let limit = Fraction { num: 1, den: 1 };
    let peg = Peg { pool: pool.address.clone(), min_reserve: 1, spread_bps: 0, limit };
    let id = market.make(1, &market.terms(OfferPrice::Pegged(peg)));
    market.fill(&id, ONE).expect("filled");
    let shares = pool.balance(&provider);
    market.env.mock_all_auths();
    pool.withdraw(&provider, &shares, &0, &0, &provider, &NEVER);
    market.env.set_auths(&[]);
    for _ in 0..2 {
        assert_refused(&market.env, OffersError::PoolEmpty, || market.fill(&id, ONE));
        market.close(1);
    }
    // What is deposited in this ledger was not there when it opened.
    let again = market.user(&[(&market.tft, ONE), (&market.other, 2 * ONE)]);
    let (tft_first, amounts) = (pool.state().token_0 == market.tft, (ONE, 2 * ONE));
    let (first, second) = if tft_first { amounts } else { (amounts.1, amounts.0) };
    market.env.mock_all_auths();
    pool.deposit(&again, &first, &second, &0, &again, &NEVER);
    market.env.set_auths(&[]);
    assert_refused(&market.env, OffersError::PoolEmpty, || market.fill(&id, ONE));
    // Less than the maker asks for is as good as nothing.
    let state = market.pool(&market.key).state();
    let reserve = if state.token_0 == market.tft { state.reserve_0 } else { state.reserve_1 };
    let deep = |min_reserve| {
        let pool = market.pool(&market.key).address;
        let peg = Peg { pool, min_reserve, spread_bps: 0, limit };
        market.terms(OfferPrice::Pegged(peg))
    };
    let (enough, too_much) = (market.make(3, &deep(reserve)), market.make(4, &deep(reserve + 1)));
    market.fill(&enough, ONE).expect("filled");
    assert_refused(&market.env, OffersError::PoolEmpty, || market.fill(&too_much, ONE));
    // What comes in makes a pool deep from the next ledger on; what goes out shallow at once.
    market.swap(&market.tft, ONE);
    assert_refused(&market.env, OffersError::PoolEmpty, || market.fill(&too_much, ONE));
    market.close(1);
    market.fill(&too_much, ONE).expect("filled");
    market.swap(&market.other, 10 * ONE);
    assert_refused(&market.env, OffersError::PoolEmpty, || market.fill(&too_much, ONE));
    // Of one token nothing is left.
    let (provider, id) = (market.user(&[]), market.make(2, &market.pegged(0, 1, 1)));
    market.regions.fill(&provider, &market.key, ONE, 2 * ONE);
    let pool = market.pool(&market.key);
    let all = market.balance(&market.other, &pool.address);
    market.claw_back(&market.other, &pool.address, all);
    pool.sync();
    assert_refused(&market.env, OffersError::PoolEmpty, || market.fill(&id, ONE));
}

#[test]
fn a_pegged_offer_refuses_a_pool_in_which_nobody_could_trade() {
    let market = Market::new();
    let expires_at = market.now() + 100 * 86_400;
    let id = market.make(1, &OfferTerms { expires_at, ..market.pegged(0, 1, 1) });
    let pool = market.pool(&market.key);
    market.env.mock_all_auths();
    pool.pause();
    market.env.set_auths(&[]);
    assert_refused(&market.env, OffersError::PoolPaused, || market.fill(&id, ONE));
    let until = pool.state().paused_until;
    market.wait(120_000, until - market.now());
    market.swap(&market.tft, ONE);
    // The mean still covers the pause.
    assert_refused(&market.env, OffersError::PoolPaused, || market.fill(&id, ONE));
    market.wait(360, 1_800);
    market.swap(&market.tft, ONE);
    market.fill(&id, ONE).expect("a mean of prices at which people could trade");
}

#[test]
fn fractions_of_means_are_exact_or_above() {
    for (mantissa, exponent, num, den) in [
        (1 << 63, 0, 1 << 63, 1),
        (1 << 63, 3, 1 << 66, 1),
        (u64::MAX, -63, i128::from(u64::MAX), 1 << 63),
        (u64::MAX, -126, i128::from(u64::MAX), 1 << 126),
        (u64::MAX, -127, (i128::from(u64::MAX) >> 1) + 1, 1 << 126),
        (1 << 63, -190, 1, 1 << 126),
        ((1 << 63) + 1, -189, 2, 1 << 126),
    ] {
        let price = Fraction::from(Price { mantissa, exponent });
        assert_eq!((price.num, price.den), (num, den), "{mantissa} {exponent}");
    }
}
