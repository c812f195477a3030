//! `common::price`, and the price of an offer that falls: never a unit to the maker's loss.

use num_bigint::BigInt;
use proptest::prelude::*;
use tributary_common::{
    interfaces::offers::Dutch,
    math::mul_div_floor,
    price::{Fraction, Price},
};

use crate::property::{amount, number, Values};

pub fn fraction() -> impl Strategy<Value = Fraction> + Clone {
    (amount(), amount()).prop_map(|(num, den)| Fraction { num, den })
}

pub fn log2_ratio(values: Values) {
    use tributary_common::price::log2_ratio;
    values.hold((number(127), number(127)), |(a, b)| {
        if a == 0 || b == 0 {
            prop_assert_eq!(log2_ratio(a, b), None);
            return Ok(());
        }
        let log = log2_ratio(a, b).expect("amounts");
        let exact = ((a as f64).log2() - (b as f64).log2()) * 2f64.powi(24);
        prop_assert!((f64::from(log) - exact).abs() < 2.0, "{log} {exact}");
        let back = log2_ratio(b, a).expect("amounts");
        prop_assert!((log + back).abs() <= 2, "antisymmetric: {log} {back}");
        Ok(())
    });
}

pub fn from_log2(values: Values) {
    let edges = prop_oneof![Just(i32::MIN), Just(i32::MAX), Just(0), Just(-1)];
    values.hold(prop_oneof![1 => edges, 31 => any::<i32>()], |log| {
        let price = Price::from_log2(log);
        prop_assert!(price.mantissa >> 63 == 1, "normal");
        let exact = 2f64.powf(f64::from(log & 0xff_ffff) / 2f64.powi(24));
        let mantissa = price.mantissa as f64 / 2f64.powi(63);
        prop_assert!((mantissa / exact - 1.0).abs() < 1e-15);
        prop_assert_eq!(price.exponent, (log >> 24) - 63);
        // The power's own logarithm, where it is a ratio of 64-bit numbers.
        if (0..=63).contains(&(log >> 24)) {
            let one = 1u128 << (63 - (log >> 24));
            let back = tributary_common::price::log2_ratio(price.mantissa.into(), one);
            let back = back.expect("amounts");
            prop_assert!((back - log).abs() <= 2, "{back}");
        }
        Ok(())
    });
}

pub fn cost(values: Values) {
    values.hold((fraction(), amount()), |(price, amount)| {
        let (num, den) = (BigInt::from(price.num), BigInt::from(price.den));
        let cost = (&num * amount + &den - 1) / &den;
        prop_assert_eq!(price.cost(amount.unsigned_abs()), u128::try_from(&cost).ok());
        let exact = &den * amount / &num;
        let bought = price.bought(amount.unsigned_abs());
        prop_assert_eq!(bought, u128::try_from(&exact).ok());
        // What a payment buys costs no more, and a unit more would.
        if let Some(bought) = bought.filter(|bought| *bought < u128::MAX >> 2) {
            let payment = amount.unsigned_abs();
            prop_assert!(price.cost(bought).is_none_or(|cost| cost <= payment));
            prop_assert!(price.cost(bought + 1).is_none_or(|cost| cost > payment));
        }
        Ok(())
    });
}

/// price ÷ other, as one comparison: num × other.den against other.num × den.
fn cross(price: &Fraction, other: &Fraction) -> (BigInt, BigInt) {
    (BigInt::from(price.num) * other.den, BigInt::from(other.num) * price.den)
}

pub fn max(values: Values) {
    let strategy = (fraction(), fraction(), 0..4u8).prop_map(|(price, other, near)| {
        let other = match near {
            0 => price,
            1 => Fraction { num: price.num.saturating_add(1), ..price },
            2 => Fraction { den: price.den.saturating_add(1), ..price },
            _ => other,
        };
        (price, other)
    });
    values.hold(strategy, |(price, other)| {
        let (own, others) = cross(&price, &other);
        prop_assert_eq!(price.exceeds(&other), own > others);
        let (max, least) = cross(&price.max(other), &if own > others { price } else { other });
        prop_assert_eq!(max, least);
        Ok(())
    });
}

pub fn raised(values: Values) {
    let factor = prop_oneof![
        (0..=10_000u128).prop_map(|more| (10_000 + more, 10_000)),
        (0..=50u128).prop_map(|less| (10_000, 10_000 - less)),
    ];
    values.hold((fraction(), factor), |(price, (more, less))| {
        let Some(raised) = price.raised(more, less) else {
            // Only where 127 bits do not hold the numerator.
            let num = BigInt::from(price.num) * more / less;
            prop_assert!(num >= BigInt::from(i128::MAX));
            return Ok(());
        };
        // raised ≥ price × more ÷ less, …
        let own = BigInt::from(raised.num) * price.den * less;
        let exact = BigInt::from(price.num) * more * raised.den;
        prop_assert!(own >= exact, "{raised:?}");
        // … by less than one part in 2¹¹¹.
        prop_assert!((&own - &exact) << 111 < exact.max(1.into()), "{raised:?}");
        Ok(())
    });
}

pub fn from_mean(values: Values) {
    values.hold(-127i32 << 24..127 << 24, |log| {
        let price = Price::from_log2(log);
        let fraction = Fraction::from(price);
        prop_assert!(fraction.num > 0 && fraction.den > 0);
        // fraction ≥ mantissa × 2^exponent, both × 2¹⁹⁰ × den
        let own = BigInt::from(fraction.num) << 190;
        let exact: BigInt = (BigInt::from(price.mantissa) * fraction.den) << (190 + price.exponent);
        prop_assert!(own >= exact);
        // Exact down to 2⁻⁶³, then by less than one unit in 2¹²⁶.
        let above = &own - &exact;
        prop_assert!(above == BigInt::from(0) || log < -63 << 24);
        prop_assert!(above < BigInt::from(1) << 190);
        Ok(())
    });
}

pub fn falling(values: Values) {
    let time = || (1..64u32, any::<u64>()).prop_map(|(zeros, time)| time >> zeros);
    let dutch = ([amount(), amount(), amount()], time(), time()).prop_map(
        |([one, two, den], from, lasts)| {
            let (start, end) = (one.max(two), one.min(two));
            Dutch { start, end, den, since: from, until: from + 1 + lasts }
        },
    );
    let moment = (0..6u8, any::<u64>());
    let strategy = (dutch, moment).prop_map(|(dutch, (place, time))| {
        let Dutch { since, until, .. } = dutch;
        let within = mul_div_floor(time.into(), (until - since + 1).into(), 1 << 64);
        let time = match place {
            0 => since,
            1 => until,
            2 => time,
            _ => since + u64::try_from(within.expect("less")).expect("less"),
        };
        (dutch, time)
    });
    values.hold(strategy, |(dutch, time)| {
        let falling = |time| tributary_common::offer::falling(&dutch, time);
        let Dutch { start, end, since, until, .. } = dutch;
        let Fraction { num, den } = falling(time);
        prop_assert_eq!(den, dutch.den);
        let (passed, whole) = (time.clamp(since, until) - since, until - since);
        let exact: BigInt = BigInt::from(start) * whole - BigInt::from(start - end) * passed;
        prop_assert_eq!(BigInt::from(num), (exact + (whole - 1)) / whole);
        prop_assert!(falling(time.saturating_add(1)).num <= num);
        prop_assert!((end..=start).contains(&num));
        Ok(())
    });
}
