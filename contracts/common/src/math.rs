//! Wide integer arithmetic. Pure: it knows no `Env`, so tests hold it against arbitrary-precision
//! integers (`tests/tests/math.rs`).
//!
//! Products are 256 bits wide where 128 could overflow. While everything fits into 64-bit words it
//! stays in them, which costs a fraction (docs/decisions/0002-wide-arithmetic.md).

use crypto_bigint::{CheckedAdd, NonZero, U128, U256};

/// Basis points in one: 10 000 bps = 100 %.
pub const BPS: u128 = 10_000;

/// The largest amount that a token can hold.
pub const MAX_AMOUNT: u128 = i128::MAX.unsigned_abs();

/// ⌊a × b ÷ c⌋, exact. `None` when `c` is 0 or the quotient needs more than 128 bits.
pub fn mul_div_floor(a: u128, b: u128, c: u128) -> Option<u128> {
    mul_div(a, b, c).map(|(quotient, _)| quotient)
}

/// ⌈a × b ÷ c⌉, exact. `None` when `c` is 0 or the quotient needs more than 128 bits.
pub fn mul_div_ceil(a: u128, b: u128, c: u128) -> Option<u128> {
    match mul_div(a, b, c)? {
        (quotient, true) => Some(quotient),
        (quotient, false) => quotient.checked_add(1),
    }
}

/// (⌊a × b ÷ c⌋, whether the division was exact), by the cheapest way that is wide enough.
#[inline(never)]
fn mul_div(a: u128, b: u128, c: u128) -> Option<(u128, bool)> {
    if c == 0 {
        return None;
    }
    if let (Ok(a), Ok(b), Ok(c)) = (u64::try_from(a), u64::try_from(b), u64::try_from(c)) {
        return Some(mul_div_narrow(a, b, c));
    }
    match a.checked_mul(b) {
        Some(product) => {
            let quotient = product.checked_div(c)?;
            Some((quotient, quotient.wrapping_mul(c) == product))
        }
        None => mul_div_wide(a, b, c),
    }
}

/// In 64-bit words, as all amounts of Stellar assets allow: three word divisions instead of the
/// bit-by-bit division that 128-bit numbers get on wasm. `c` must not be 0.
#[inline(always)]
fn mul_div_narrow(a: u64, b: u64, c: u64) -> (u128, bool) {
    let product = u128::from(a).wrapping_mul(u128::from(b));
    let (high, low) = words(product);
    let quotient_high = high.checked_div(c).unwrap_or_default();
    let rest = high.wrapping_sub(quotient_high.wrapping_mul(c));
    let (quotient_low, rest) = divide_words(rest, low, c);
    ((u128::from(quotient_high) << 64) | u128::from(quotient_low), rest == 0)
}

/// (quotient, remainder) of high × 2⁶⁴ + low by `divisor` > `high`: schoolbook division with two
/// 32-bit digits (Knuth, *The Art of Computer Programming* 2, §4.3.1, algorithm D).
#[inline(always)]
fn divide_words(high: u64, low: u64, divisor: u64) -> (u64, u64) {
    if high == 0 {
        let quotient = low.checked_div(divisor).unwrap_or_default();
        return (quotient, low.wrapping_sub(quotient.wrapping_mul(divisor)));
    }
    // Normalized, so that a digit's estimate is at most two too large.
    let shift = divisor.leading_zeros();
    let divisor = divisor << shift;
    let (top, rest) = words((u128::from(high) << 64 | u128::from(low)) << shift);
    let (digit_1, top) = divide_digit(top, rest >> 32, divisor);
    let (digit_0, top) = divide_digit(top, rest & LOW_HALF, divisor);
    ((digit_1 << 32) | digit_0, top >> shift)
}

const LOW_HALF: u64 = u32::MAX as u64;

/// (quotient, remainder) of top × 2³² + next by `divisor`, whose highest bit is set; `top` is
/// below it, `next` and so the quotient below 2³².
#[inline(always)]
fn divide_digit(top: u64, next: u64, divisor: u64) -> (u64, u64) {
    let (divisor_1, divisor_0) = (divisor >> 32, divisor & LOW_HALF);
    let mut digit = top.checked_div(divisor_1).unwrap_or_default();
    let mut rest = top.wrapping_sub(digit.wrapping_mul(divisor_1));
    while digit > LOW_HALF || digit.wrapping_mul(divisor_0) > (rest << 32 | next) {
        digit = digit.wrapping_sub(1);
        rest = rest.wrapping_add(divisor_1);
        if rest > LOW_HALF {
            break;
        }
    }
    // The true remainder fits, so what the products lose above 64 bits cancels.
    let rest = (top << 32 | next).wrapping_sub(digit.wrapping_mul(divisor));
    (digit, rest)
}

#[allow(clippy::cast_possible_truncation)] // the low word is what is wanted
#[inline(always)]
fn words(value: u128) -> (u64, u64) {
    ((value >> 64) as u64, value as u64)
}

/// In 256 bits.
#[inline(never)]
fn mul_div_wide(a: u128, b: u128, c: u128) -> Option<(u128, bool)> {
    let divisor: NonZero<U128> = Option::from(NonZero::new(U128::from_u128(c)))?;
    let (quotient, remainder) = product(a, b).div_rem_vartime(&divisor);
    Some((narrow(&quotient)?, remainder == U128::ZERO))
}

/// ⌊√(a × b)⌋, exact for every pair of 128-bit numbers. Newton's method from above: each step is
/// the mean of the guess and product ÷ guess, and the first that does not fall is the root.
pub fn sqrt_product(a: u128, b: u128) -> u128 {
    if a == 0 || b == 0 {
        return 0;
    }
    let zeros = a.leading_zeros().saturating_add(b.leading_zeros());
    let mut root = u128::MAX.wrapping_shr(zeros / 2); // ≥ √(a × b)
    loop {
        // The quotient is at most the root, so neither it nor the sum of the halves overflows.
        let quotient = mul_div_floor(a, b, root).unwrap_or(root);
        let next = (root & quotient).wrapping_add((root ^ quotient) >> 1);
        if next >= root {
            return root;
        }
        root = next;
    }
}

/// A sum of two products of amounts: what a pair of amounts is worth at a price given as a
/// fraction. 256 bits; two products of amounts below 2¹²⁷ always fit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Worth(U256);

impl Worth {
    /// a × b + c × d, or `None` when that needs more than 256 bits.
    pub fn new(a: u128, b: u128, c: u128, d: u128) -> Option<Worth> {
        Option::from(product(a, b).checked_add(&product(c, d))).map(Worth)
    }

    /// A fraction of two 128-bit numbers at most `self ÷ other`, and below it by less than
    /// 2⁻¹²⁵. `other` must not be zero.
    pub fn ratio_floor(self, other: Worth) -> (u128, u128) {
        let shift = self.bits().max(other.bits()).saturating_sub(U128::BITS);
        if shift == 0 {
            return (low(&self.0), low(&other.0));
        }
        // One bit more than needed leaves room for the one that rounds the divisor up.
        let shift = shift.saturating_add(1);
        let dividend = low(&self.0.unbounded_shr_vartime(shift));
        let divisor = low(&other.0.unbounded_shr_vartime(shift));
        (dividend, divisor.saturating_add(1))
    }

    fn bits(self) -> u32 {
        self.0.bits_vartime()
    }
}

#[inline(never)]
fn product(a: u128, b: u128) -> U256 {
    U128::from_u128(a).concatenating_mul(&U128::from_u128(b))
}

#[inline(always)]
fn narrow(value: &U256) -> Option<u128> {
    let (low, high): (U128, U128) = value.split();
    (high == U128::ZERO).then(|| low.into())
}

#[inline(always)]
fn low(value: &U256) -> u128 {
    let (low, _): (U128, U128) = value.split();
    low.into()
}
