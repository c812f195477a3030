//! The market's arithmetic against arbitrary-precision integers: the maker is never paid a unit less than
//! her price, the taker never charged one more than rounding up takes. `make test` runs a million cases,
//! `make fuzz` sets `TRIBUTARY_CASES` to tens of millions.

use num_bigint::BigInt;
use rand::{rngs::StdRng, Rng, SeedableRng};
use tributary_common::{
    interfaces::offers::{Dutch, Offer, OfferPrice, OffersError},
    offer::falling,
    price::{Fraction, Price},
};
use tributary_tests::market::Market;

fn cases(share: u64) -> u64 {
    let all: u64 = match std::env::var("TRIBUTARY_CASES") {
        Ok(cases) => cases.parse().expect("TRIBUTARY_CASES is a number"),
        Err(_) => 1_000_000,
    };
    all / share
}

/// A positive amount of any size, the edges around powers of two as likely.
fn amount(rng: &mut impl Rng) -> i128 {
    let bits = rng.random_range(1..=127);
    let value = rng.random::<i128>() & (i128::MAX >> (127 - bits));
    match rng.random_range(0..8) {
        0 => 1 << (bits - 1),
        1 => i128::MAX >> (127 - bits),
        2 => rng.random_range(1..16),
        _ => value.max(1),
    }
}

fn fraction(rng: &mut impl Rng) -> Fraction {
    Fraction { num: amount(rng), den: amount(rng) }
}

/// price ÷ other, as one comparison: num × other.den against other.num × den.
fn cross(price: &Fraction, other: &Fraction) -> (BigInt, BigInt) {
    (BigInt::from(price.num) * other.den, BigInt::from(other.num) * price.den)
}

#[test]
fn costs_and_what_they_buy_are_exact() {
    let mut rng = StdRng::seed_from_u64(1);
    for _ in 0..cases(4) {
        let (price, amount) = (fraction(&mut rng), amount(&mut rng));
        let (num, den) = (BigInt::from(price.num), BigInt::from(price.den));
        let cost = (&num * amount + &den - 1) / &den;
        assert_eq!(price.cost(amount.unsigned_abs()), u128::try_from(&cost).ok());
        let bought = &den * amount / &num;
        let told = price.bought(amount.unsigned_abs());
        assert_eq!(told, u128::try_from(&bought).ok());
        // What a payment buys costs no more, and a unit more would.
        if let Some(bought) = told.filter(|bought| *bought < u128::MAX >> 2) {
            let payment = amount.unsigned_abs();
            assert!(price.cost(bought).is_none_or(|cost| cost <= payment));
            assert!(price.cost(bought + 1).is_none_or(|cost| cost > payment));
        }
    }
}

#[test]
fn the_higher_of_two_prices_is_exact() {
    let mut rng = StdRng::seed_from_u64(2);
    for _ in 0..cases(4) {
        let price = fraction(&mut rng);
        let other = match rng.random_range(0..4) {
            0 => price,
            1 => Fraction { num: price.num.saturating_add(1), ..price },
            2 => Fraction { den: price.den.saturating_add(1), ..price },
            _ => fraction(&mut rng),
        };
        let (own, others) = cross(&price, &other);
        assert_eq!(price.exceeds(&other), own > others);
        let (max, least) = cross(&price.max(other), &if own > others { price } else { other });
        assert_eq!(max, least);
    }
}

#[test]
fn a_raised_price_is_never_below_and_hardly_above() {
    let mut rng = StdRng::seed_from_u64(3);
    for _ in 0..cases(4) {
        let price = fraction(&mut rng);
        let (more, less) = match rng.random_range(0..2) {
            0 => (10_000 + rng.random_range(0..=10_000u128), 10_000),
            _ => (10_000, 10_000 - rng.random_range(0..=50u128)),
        };
        let Some(raised) = price.raised(more, less) else {
            // Only where 127 bits do not hold the numerator.
            let num = BigInt::from(price.num) * more / less;
            assert!(num >= BigInt::from(i128::MAX), "{price:?} {more} {less}");
            continue;
        };
        // raised ≥ price × more ÷ less, …
        let own = BigInt::from(raised.num) * price.den * less;
        let exact = BigInt::from(price.num) * more * raised.den;
        assert!(own >= exact, "{price:?} {more} {less}");
        // … by less than one part in 2¹¹¹.
        assert!((&own - &exact) << 111 < exact.max(1.into()), "{price:?} {more} {less}");
    }
}

#[test]
fn a_falling_price_is_the_exact_one_rounded_up() {
    let mut rng = StdRng::seed_from_u64(4);
    for _ in 0..cases(4) {
        let (one, two) = (amount(&mut rng), amount(&mut rng));
        let (start, end) = (one.max(two), one.min(two));
        let from = rng.random::<u64>() >> rng.random_range(1..64);
        let until = from + 1 + (rng.random::<u64>() >> rng.random_range(1..64));
        let dutch = Dutch { start, end, den: amount(&mut rng), from, until };
        let time = match rng.random_range(0..6) {
            0 => from,
            1 => until,
            2 => rng.random(),
            _ => rng.random_range(from..=until),
        };
        let Fraction { num, den } = falling(&dutch, time);
        assert_eq!(den, dutch.den);
        let (passed, whole) = (time.clamp(from, until) - from, until - from);
        let exact: BigInt = BigInt::from(start) * whole - BigInt::from(start - end) * passed;
        assert_eq!(BigInt::from(num), (exact + (whole - 1)) / whole);
        assert!(falling(&dutch, time.saturating_add(1)).num <= num);
        assert!((end..=start).contains(&num));
    }
}

#[test]
fn a_mean_as_a_fraction_is_never_below_and_hardly_above() {
    let mut rng = StdRng::seed_from_u64(5);
    for _ in 0..cases(4) {
        let log = rng.random_range(-127i32 << 24..127 << 24);
        let price = Price::from_log2(log);
        let fraction = Fraction::from(price);
        assert!(fraction.num > 0 && fraction.den > 0);
        // fraction ≥ mantissa × 2^exponent, both × 2¹⁹⁰ × den
        let own = BigInt::from(fraction.num) << 190;
        let exact: BigInt = (BigInt::from(price.mantissa) * fraction.den) << (190 + price.exponent);
        assert!(own >= exact, "{log}");
        // Exact down to 2⁻⁶³, then by less than one unit in 2¹²⁶.
        let above = &own - &exact;
        assert!(above == BigInt::from(0) || log < -63 << 24, "{log}");
        assert!(above < BigInt::from(1) << 190, "{log}");
    }
}

#[test]
fn a_taking_never_undercuts_the_maker_nor_leaves_dust() {
    let market = Market::new();
    let id = market.make(1, &market.fixed(1, 1));
    let mut offer: Offer = market.offers.offer(&id);
    let mut rng = StdRng::seed_from_u64(6);
    for _ in 0..cases(4) {
        offer.remaining = amount(&mut rng);
        offer.fee_bps = rng.random_range(0..=50);
        offer.terms.min_fill = amount(&mut rng).min(offer.remaining);
        let (min_fill, remaining, fee_bps) = (offer.terms.min_fill, offer.remaining, offer.fee_bps);
        let price = fraction(&mut rng);
        offer.terms.price = OfferPrice::Fixed(price);
        let amount = match rng.random_range(0..5) {
            0 => remaining,
            1 => min_fill,
            2 => remaining.saturating_sub(min_fill),
            3 => offer.most(amount(&mut rng).unsigned_abs(), price),
            _ => amount(&mut rng),
        };
        let mut after = offer.clone();
        match after.take(amount, price) {
            Ok(trade) => {
                // paid ÷ amount ≥ num ÷ den, and a unit less would not be
                let paid = BigInt::from(trade.paid) * price.den;
                let owed = BigInt::from(amount) * price.num;
                assert!(paid >= owed && paid - &owed < BigInt::from(price.den));
                let fee = amount - trade.received;
                let exact = BigInt::from(amount) * fee_bps;
                assert_eq!(BigInt::from(fee), (exact + 9_999) / 10_000);
                assert!(trade.received > 0 && trade.paid > 0);
                assert_eq!(after.remaining, remaining - amount);
                assert!(after.remaining == 0 || after.remaining >= min_fill);
                assert!(amount >= min_fill);
            }
            Err(error) => {
                let expected = match error {
                    OffersError::InvalidAmount => amount <= 0,
                    OffersError::InsufficientRemaining => amount > remaining,
                    OffersError::BelowMinimum => amount < min_fill,
                    OffersError::LeavesDust => (1..min_fill).contains(&(remaining - amount)),
                    OffersError::AmountTooSmall => amount == 1 && fee_bps > 0,
                    OffersError::Overflow => {
                        BigInt::from(amount) * price.num > BigInt::from(i128::MAX) * price.den
                    }
                    other => panic!("{other:?}"),
                };
                assert!(expected, "{error:?}: {amount} of {offer:?}");
            }
        }
        // The most that a payment takes can be taken for it, and more cannot.
        let payment = self::amount(&mut rng).unsigned_abs();
        let most = offer.most(payment, price);
        let fits = |amount: i128| {
            let cost = (BigInt::from(amount) * price.num + price.den - 1) / price.den;
            let rest = remaining - amount;
            cost <= BigInt::from(payment) && amount >= min_fill && (rest == 0 || rest >= min_fill)
        };
        if most > 0 {
            assert!(fits(most), "{most} for {payment} of {offer:?}");
            assert!(most == remaining || !fits(most + 1));
            assert!(most == remaining || !fits(remaining));
        } else {
            assert!(!fits(min_fill) && !fits(remaining), "{payment} of {offer:?}");
        }
    }
}
