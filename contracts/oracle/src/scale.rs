//! From a mean logarithm to a SEP-40 price. Pure: no `Env`.

use tributary_common::{math::mul_div_floor, price::Price};

/// Decimals of every price.
pub const DECIMALS: u32 = 14;

/// Whole base units for one whole unit of the asset × 10¹⁴, rounded down. `price` is in raw base
/// units per raw unit of the asset. `None` when that is 0, or more than an `i128` holds.
pub fn whole(price: Price, asset_decimals: u32, base_decimals: u32) -> Option<i128> {
    let places = DECIMALS.checked_add(asset_decimals)?.checked_sub(base_decimals)?;
    let scaled = times(price, 10u128.checked_pow(places)?)?;
    i128::try_from(scaled).ok().filter(|price| *price > 0)
}

/// ⌊price × amount⌋, `None` when that needs more than 128 bits.
fn times(price: Price, amount: u128) -> Option<u128> {
    let mantissa = u128::from(price.mantissa);
    if price.exponent < 0 {
        // A divisor holds 127 of the bits to cut.
        let cut = price.exponent.unsigned_abs();
        let first = cut.min(127);
        let rest = cut.wrapping_sub(first); // first ≤ cut
        return Some(mul_div_floor(mantissa, amount, 1 << first)?.checked_shr(rest).unwrap_or(0));
    }
    // A mantissa has 64 bits.
    let shift = price.exponent.unsigned_abs();
    let raw = if shift <= 64 { mantissa.checked_shl(shift)? } else { return None };
    mul_div_floor(raw, amount, 1)
}
