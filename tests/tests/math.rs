//! The mathematics against arbitrary-precision integers. `make test` runs a million cases,
//! `make fuzz` sets `TRIBUTARY_CASES` to tens of millions.

use num_bigint::BigUint;
use num_traits::Zero;
use rand::{rngs::StdRng, Rng, SeedableRng};
use tributary_common::{
    math::{
        mul_div_ceil, mul_div_floor, mul_shift_ceil, mul_shift_floor, sqrt_product, Worth,
        MAX_AMOUNT,
    },
    price::{log2_ratio, Price},
};

fn cases(share: u64) -> u64 {
    let all: u64 = match std::env::var("TRIBUTARY_CASES") {
        Ok(cases) => cases.parse().expect("TRIBUTARY_CASES is a number"),
        Err(_) => 1_000_000,
    };
    all / share
}

/// A number of any size, with every length and the edges around powers of two as likely.
fn number(rng: &mut impl Rng, most: u128) -> u128 {
    let bits = rng.random_range(1..=128);
    let value = rng.random::<u128>() >> (128 - bits);
    let edge = match rng.random_range(0..8) {
        0 => 1u128 << (bits - 1),
        1 => (1u128 << (bits - 1)).wrapping_sub(1),
        2 => u128::MAX >> (128 - bits),
        3 => rng.random_range(0..16),
        _ => value,
    };
    edge.min(most)
}

fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

#[test]
fn mul_div_equals_arbitrary_precision() {
    let mut rng = rng(1);
    for _ in 0..cases(2) {
        let [mut a, mut b, c] = [0; 3].map(|_| number(&mut rng, u128::MAX));
        if rng.random_range(0..4) == 0 {
            // Quotients just below 2¹²⁸: digits of ones, whose estimates overflow.
            a = u128::MAX - number(&mut rng, 1 << 70);
            b = c.saturating_sub(number(&mut rng, 1 << 70));
        }
        let product = BigUint::from(a) * b;
        let floor = (c > 0).then(|| u128::try_from(&product / c).ok()).flatten();
        let ceil = (c > 0).then(|| u128::try_from((&product + (c - 1)) / c).ok()).flatten();
        assert_eq!(mul_div_floor(a, b, c), floor, "{a} * {b} / {c}");
        assert_eq!(mul_div_ceil(a, b, c), ceil, "{a} * {b} / {c}");
    }
}

#[test]
fn mul_div_of_words_equals_arbitrary_precision() {
    let mut rng = rng(2);
    for _ in 0..cases(2) {
        let [a, b, c] = [0; 3].map(|_| number(&mut rng, u64::MAX.into()));
        // A quotient of around one word makes the estimates of the digits work hardest.
        let c = if rng.random_range(0..4) == 0 { (a.max(1) - 1).max(1) } else { c.max(1) };
        let product = a * b;
        assert_eq!(mul_div_floor(a, b, c), Some(product / c), "{a} * {b} / {c}");
        assert_eq!(mul_div_ceil(a, b, c), Some(product.div_ceil(c)), "{a} * {b} / {c}");
    }
}

#[test]
fn mul_shift_equals_arbitrary_precision() {
    let mut rng = rng(8);
    for _ in 0..cases(2) {
        let [a, b] = [0; 2].map(|_| number(&mut rng, u128::MAX));
        let shift = rng.random_range(1..=127);
        let product = BigUint::from(a) * b;
        let below = (BigUint::from(1u8) << shift) - 1u8;
        let floor = u128::try_from(&product >> shift).ok();
        let ceil = u128::try_from((&product + below) >> shift).ok();
        assert_eq!(mul_shift_floor(a, b, shift), floor, "{a} * {b} >> {shift}");
        assert_eq!(mul_shift_ceil(a, b, shift), ceil, "{a} * {b} >> {shift}");
    }
}

#[test]
fn sqrt_product_equals_arbitrary_precision() {
    let mut rng = rng(3);
    for _ in 0..cases(10) {
        let a = number(&mut rng, u128::MAX);
        // Squares and their neighbours are where a root goes wrong.
        let b = match rng.random_range(0..4) {
            0 => a,
            1 => a.saturating_add(1),
            2 => a.saturating_sub(1),
            _ => number(&mut rng, u128::MAX),
        };
        let root = (BigUint::from(a) * b).sqrt();
        assert_eq!(BigUint::from(sqrt_product(a, b)), root, "{a} {b}");
    }
}

#[test]
fn worth_compares_and_divides_as_arbitrary_precision_does() {
    let mut rng = rng(4);
    for _ in 0..cases(10) {
        let n: [u128; 8] = [0; 8].map(|_| number(&mut rng, MAX_AMOUNT));
        let exact = |i: usize| BigUint::from(n[i]) * n[i + 1] + BigUint::from(n[i + 2]) * n[i + 3];
        let worth = |i: usize| Worth::new(n[i], n[i + 1], n[i + 2], n[i + 3]).expect("amounts");
        assert_eq!(worth(0) <= worth(4), exact(0) <= exact(4));
        if exact(4).is_zero() || exact(0) > exact(4) {
            continue;
        }
        let (numerator, denominator) = worth(0).ratio_floor(worth(4));
        let exactly = exact(0) * denominator;
        let at_most = exact(4) * numerator;
        assert!(at_most <= exactly, "never above: {n:?}");
        // Below by less than 2⁻¹²⁵.
        let short = (exactly - at_most) << 125u32;
        assert!(short <= exact(4) * denominator, "too far below: {n:?}");
    }
}

#[test]
fn log2_ratio_is_within_two_units_and_antisymmetric() {
    let mut rng = rng(5);
    for _ in 0..cases(10) {
        let a = number(&mut rng, MAX_AMOUNT);
        let b = number(&mut rng, MAX_AMOUNT);
        if a == 0 || b == 0 {
            assert_eq!(log2_ratio(a, b), None);
            continue;
        }
        let log = log2_ratio(a, b).expect("amounts");
        let exact = ((a as f64).log2() - (b as f64).log2()) * 2f64.powi(24);
        assert!((f64::from(log) - exact).abs() < 2.0, "{a} {b}: {log} {exact}");
        let back = log2_ratio(b, a).expect("amounts");
        assert!((log + back).abs() <= 2, "{a} {b}: {log} {back}");
    }
}

#[test]
fn from_log2_is_the_power_and_undoes_log2_ratio() {
    let mut rng = rng(6);
    for case in 0..cases(10) {
        let log: i32 = match case {
            0 => i32::MIN,
            1 => i32::MAX,
            2 => 0,
            3 => -1,
            _ => rng.random::<u32>() as i32,
        };
        let price = Price::from_log2(log);
        assert!(price.mantissa >> 63 == 1, "normal");
        let exact = 2f64.powf(f64::from(log & 0xff_ffff) / 2f64.powi(24));
        let mantissa = price.mantissa as f64 / 2f64.powi(63);
        assert!((mantissa / exact - 1.0).abs() < 1e-15, "{log}");
        assert_eq!(price.exponent, (log >> 24) - 63);
        // The power's own logarithm, where it is a ratio of 64-bit numbers.
        if (0..=63).contains(&(log >> 24)) {
            let one = 1u128 << (63 - (log >> 24));
            let back = log2_ratio(price.mantissa.into(), one).expect("amounts");
            assert!((back - log).abs() <= 2, "{log} {back}");
        }
    }
}

#[test]
fn the_generator_reaches_every_length() {
    let mut rng = rng(7);
    let mut seen = [false; 129];
    for _ in 0..100_000 {
        let bits = 128 - number(&mut rng, u128::MAX).leading_zeros();
        seen[bits as usize] = true;
    }
    assert!(seen.iter().all(|seen| *seen));
}
