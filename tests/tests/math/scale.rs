//! The scale of the oracle's prices.

use num_bigint::BigUint;
use num_traits::{One, ToPrimitive, Zero};
use proptest::prelude::*;
use tributary_common::price::Price;
use tributary_oracle::scale::whole;
use tributary_tests::property::{sample, Values};

/// ⌊mantissa × 2^exponent × 10^(14 + asset − base)⌋ where that is a positive `i128`.
fn exact(price: Price, asset: u32, base: u32) -> Option<i128> {
    let power = BigUint::from(10u32).pow(14 + asset - base);
    let mantissa = BigUint::from(price.mantissa) * power;
    let scaled = if price.exponent < 0 {
        mantissa >> price.exponent.unsigned_abs()
    } else {
        mantissa << price.exponent.unsigned_abs()
    };
    (scaled > BigUint::zero() && scaled < BigUint::one() << 127).then(|| scaled.to_i128().unwrap())
}

fn prices() -> impl Strategy<Value = (Price, u32, u32)> {
    (1 << 63..=u64::MAX, -191..=64i32, 0..=24u32, 0..=14u32)
        .prop_map(|(mantissa, exponent, asset, base)| (Price { mantissa, exponent }, asset, base))
}

#[test]
fn a_whole_price_is_exact_at_every_exponent_and_all_decimals() {
    Values::often("math/whole").hold(prices(), |(price, asset, base)| {
        let whole = whole(price, asset, base);
        // 10^38 is the largest power that fits.
        if 14 + asset - base <= 38 {
            prop_assert_eq!(whole, exact(price, asset, base));
        }
        Ok(())
    });
}

#[test]
fn many_prices_are_known() {
    let known = sample(prices(), 3_000).filter(|(price, asset, base)| {
        14 + asset - base <= 38 && whole(*price, *asset, *base).is_some()
    });
    let known = known.count();
    assert!(known > 1_000, "{known}");
}

#[test]
fn a_price_that_does_not_fit_is_none() {
    let one = Price { mantissa: 1 << 63, exponent: -63 };
    assert_eq!(whole(one, 7, 7), Some(100_000_000_000_000));
    assert_eq!(whole(one, 0, 14), Some(1));
    assert_eq!(whole(one, 0, 15), None);
    assert_eq!(whole(one, 25, 0), None);
    assert_eq!(whole(one, u32::MAX, 7), None);
    assert_eq!(whole(one, 7, u32::MAX), None);
    assert_eq!(whole(Price { mantissa: u64::MAX, exponent: 64 }, 0, 14), None);
    assert_eq!(whole(Price { mantissa: u64::MAX, exponent: 65 }, 0, 14), None);
    assert_eq!(whole(Price { mantissa: u64::MAX, exponent: i32::MIN }, 7, 7), None);
    assert_eq!(whole(Price { mantissa: u64::MAX, exponent: i32::MAX }, 7, 7), None);
    let tiny = Price { mantissa: 1 << 63, exponent: -63 - 47 };
    assert_eq!(whole(tiny, 7, 7), None);
    assert_eq!(whole(Price { exponent: -63 - 46, ..tiny }, 7, 7), Some(1));
}
