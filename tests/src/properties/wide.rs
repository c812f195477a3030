//! `common::math`.

use num_bigint::BigUint;
use num_traits::Zero;
use proptest::prelude::*;
use tributary_common::math::{mul_div_ceil, mul_div_floor, mul_shift_ceil, mul_shift_floor, Worth};

use crate::property::{number, Values};

pub fn mul_div(values: Values) {
    let any = || number(128);
    // Quotients just below 2¹²⁸: digits of ones, whose estimates overflow.
    let ones = (number(70), number(70), any())
        .prop_map(|(a, b, c)| (u128::MAX - a, c.saturating_sub(b), c));
    values.hold(prop_oneof![3 => (any(), any(), any()), 1 => ones], |(a, b, c)| {
        let product = BigUint::from(a) * b;
        let floor = (c > 0).then(|| u128::try_from(&product / c).ok()).flatten();
        let ceil = (c > 0).then(|| u128::try_from((&product + (c - 1)) / c).ok()).flatten();
        prop_assert_eq!(mul_div_floor(a, b, c), floor);
        prop_assert_eq!(mul_div_ceil(a, b, c), ceil);
        Ok(())
    });
}

pub fn mul_div_of_words(values: Values) {
    // A quotient of around one word makes the estimates of the digits work hardest.
    let any = (number(64), number(64), number(64), prop::bool::weighted(0.25));
    let strategy =
        any.prop_map(|(a, b, c, near)| (a, b, if near { a.max(1) - 1 } else { c }.max(1)));
    values.hold(strategy, |(a, b, c)| {
        let product = a * b;
        prop_assert_eq!(mul_div_floor(a, b, c), Some(product / c));
        prop_assert_eq!(mul_div_ceil(a, b, c), Some(product.div_ceil(c)));
        Ok(())
    });
}

pub fn mul_shift(values: Values) {
    values.hold((number(128), number(128), 1..=127u32), |(a, b, shift)| {
        let product = BigUint::from(a) * b;
        let below = (BigUint::from(1u8) << shift) - 1u8;
        let floor = u128::try_from(&product >> shift).ok();
        let ceil = u128::try_from((&product + below) >> shift).ok();
        prop_assert_eq!(mul_shift_floor(a, b, shift), floor);
        prop_assert_eq!(mul_shift_ceil(a, b, shift), ceil);
        Ok(())
    });
}

pub fn sqrt_product(values: Values) {
    // Squares and their neighbours are where a root goes wrong.
    let strategy = (number(128), number(128), 0..4u8).prop_map(|(a, b, near)| match near {
        0 => (a, a),
        1 => (a, a.saturating_add(1)),
        2 => (a, a.saturating_sub(1)),
        _ => (a, b),
    });
    values.hold(strategy, |(a, b)| {
        let root = (BigUint::from(a) * b).sqrt();
        prop_assert_eq!(BigUint::from(tributary_common::math::sqrt_product(a, b)), root);
        Ok(())
    });
}

pub fn worth(values: Values) {
    values.hold([(); 8].map(|()| number(127)), |n| {
        let exact = |i: usize| BigUint::from(n[i]) * n[i + 1] + BigUint::from(n[i + 2]) * n[i + 3];
        let worth = |i: usize| Worth::new(n[i], n[i + 1], n[i + 2], n[i + 3]).expect("amounts");
        prop_assert_eq!(worth(0) <= worth(4), exact(0) <= exact(4));
        if exact(4).is_zero() || exact(0) > exact(4) {
            return Ok(());
        }
        let (numerator, denominator) = worth(0).ratio_floor(worth(4));
        let exactly = exact(0) * denominator;
        let at_most = exact(4) * numerator;
        prop_assert!(at_most <= exactly, "never above");
        // Below by less than 2⁻¹²⁵.
        let short = (exactly - at_most) << 125u32;
        prop_assert!(short <= exact(4) * denominator, "too far below");
        Ok(())
    });
}
