//! Wide integer arithmetic. Pure: it knows no `Env`, so tests hold it against arbitrary-precision
//! integers (`tests/tests/math/`).
//!
//! Products are 256 bits wide and are divided in 64-bit words, the widest that wasm knows. Why this
//! is not a library's: docs/decisions/0002-wide-arithmetic.md.

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
        (quotient, 0) => Some(quotient),
        (quotient, _) => quotient.checked_add(1),
    }
}

/// ⌊a × b ÷ 2^shift⌋ for a `shift` from 1 to 127, exact. `None` when that needs more than 128 bits.
pub fn mul_shift_floor(a: u128, b: u128, shift: u32) -> Option<u128> {
    mul_shift(a, b, shift).map(|(quotient, _)| quotient)
}

/// ⌈a × b ÷ 2^shift⌉ for a `shift` from 1 to 127, exact. `None` when that needs more than 128 bits.
pub fn mul_shift_ceil(a: u128, b: u128, shift: u32) -> Option<u128> {
    match mul_shift(a, b, shift)? {
        (quotient, 0) => Some(quotient),
        (quotient, _) => quotient.checked_add(1),
    }
}

/// (quotient, what was shifted out) of a × b by 2^shift.
#[inline(never)]
fn mul_shift(a: u128, b: u128, shift: u32) -> Option<(u128, u128)> {
    let (high, low) = product(a, b);
    if high >> shift > 0 {
        return None;
    }
    let left = 128u32.wrapping_sub(shift);
    Some((high << left | low >> shift, low << left))
}

/// (quotient, remainder) of a × b by `c`.
#[inline(never)]
fn mul_div(a: u128, b: u128, c: u128) -> Option<(u128, u128)> {
    let ((a_1, a_0), (b_1, b_0), (c_1, c_0)) = (words(a), words(b), words(c));
    if a_1 | b_1 | c_1 == 0 && a_0.leading_zeros().wrapping_add(b_0.leading_zeros()) >= 64 {
        // Everything fits into words.
        let product = a_0.wrapping_mul(b_0);
        let quotient = product.checked_div(c_0)?;
        return Some((quotient.into(), product.wrapping_sub(quotient.wrapping_mul(c_0)).into()));
    }
    let (high, low) = product(a, b);
    if high >= c {
        return None;
    }
    let (divisor_1, divisor_0) = words(c);
    if divisor_1 > 0 {
        return Some(divide_long(high, low, c));
    }
    let ((_, top), (low_1, low_0)) = (words(high), words(low));
    let (quotient_1, rest) = divide_words(top, low_1, divisor_0);
    let (quotient_0, rest) = divide_words(rest, low_0, divisor_0);
    Some((join(quotient_1, quotient_0), rest.into()))
}

/// a × b as (high, low).
#[inline(always)]
fn product(a: u128, b: u128) -> (u128, u128) {
    let ((a_1, a_0), (b_1, b_0)) = (words(a), words(b));
    let part = |x: u64, y: u64| u128::from(x).wrapping_mul(y.into());
    let lowest = part(a_0, b_0);
    if a_1 | b_1 == 0 {
        return (0, lowest);
    }
    // A product of words leaves room for two words more.
    let middle = part(a_1, b_0).wrapping_add(lowest >> 64);
    let (middle_1, middle_0) = words(middle);
    let (carry, low_1) = words(part(a_0, b_1).wrapping_add(middle_0.into()));
    let high = part(a_1, b_1).wrapping_add(middle_1.into()).wrapping_add(carry.into());
    (high, join(low_1, words(lowest).1))
}

/// (quotient, remainder) of high × 2¹²⁸ + low by a `divisor` above `high` and of more than one
/// word: schoolbook division with two digits of a word each (Knuth, *The Art of Computer
/// Programming* 2, §4.3.1, algorithm D).
#[inline(never)]
fn divide_long(high: u128, low: u128, divisor: u128) -> (u128, u128) {
    // Normalized, so that a digit's estimate is at most two too large.
    let shift = divisor.leading_zeros();
    let divisor = divisor << shift;
    let top = if shift == 0 { high } else { high << shift | low >> 128u32.wrapping_sub(shift) };
    let (low_1, low_0) = words(low << shift);
    let (digit_1, top) = divide_digit(top, low_1, divisor);
    let (digit_0, top) = divide_digit(top, low_0, divisor);
    (join(digit_1, digit_0), top >> shift)
}

/// (quotient, remainder) of top × 2⁶⁴ + next by `divisor`, whose highest bit is set and which is
/// above `top`; so the quotient is a word.
#[inline(always)]
fn divide_digit(top: u128, next: u64, divisor: u128) -> (u64, u128) {
    let ((top_1, top_0), (divisor_1, divisor_0)) = (words(top), words(divisor));
    let (mut digit, mut rest) = if top_1 < divisor_1 {
        let (digit, rest) = divide_words(top_1, top_0, divisor_1);
        (digit, Some(rest))
    } else {
        (u64::MAX, top_0.checked_add(divisor_1))
    };
    // Too large while digit × divisor_0 > rest × 2⁶⁴ + next; never once rest needs a word more.
    while let Some(word) = rest {
        if u128::from(digit).wrapping_mul(divisor_0.into()) <= join(word, next) {
            break;
        }
        digit = digit.wrapping_sub(1);
        rest = word.checked_add(divisor_1);
    }
    // The true remainder fits, so what the products lose above 128 bits cancels.
    let rest = join(top_0, next).wrapping_sub(u128::from(digit).wrapping_mul(divisor));
    (digit, rest)
}

/// (quotient, remainder) of high × 2⁶⁴ + low by `divisor` > `high`: as `divide_long`, with two
/// digits of half a word each.
#[inline(always)]
fn divide_words(high: u64, low: u64, divisor: u64) -> (u64, u64) {
    if high == 0 {
        let quotient = low.checked_div(divisor).unwrap_or_default();
        return (quotient, low.wrapping_sub(quotient.wrapping_mul(divisor)));
    }
    divide_two_words(high, low, divisor)
}

#[inline(never)]
fn divide_two_words(high: u64, low: u64, divisor: u64) -> (u64, u64) {
    let shift = divisor.leading_zeros();
    let divisor = divisor << shift;
    let (top, rest) = words(join(high, low) << shift);
    let (digit_1, top) = divide_half(top, rest >> 32, divisor);
    let (digit_0, top) = divide_half(top, rest & LOW_HALF, divisor);
    ((digit_1 << 32) | digit_0, top >> shift)
}

const LOW_HALF: u64 = u32::MAX as u64;

/// As `divide_digit`, where `next` and the quotient are half words.
#[inline(always)]
fn divide_half(top: u64, next: u64, divisor: u64) -> (u64, u64) {
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
    let rest = (top << 32 | next).wrapping_sub(digit.wrapping_mul(divisor));
    (digit, rest)
}

#[allow(clippy::cast_possible_truncation)] // the low word is what is wanted
#[inline(always)]
fn words(value: u128) -> (u64, u64) {
    ((value >> 64) as u64, value as u64)
}

#[inline(always)]
fn join(high: u64, low: u64) -> u128 {
    u128::from(high) << 64 | u128::from(low)
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
pub struct Worth {
    high: u128,
    low: u128,
}

impl Worth {
    /// a × b + c × d, or `None` when that needs more than 256 bits.
    #[inline(never)]
    pub fn new(a: u128, b: u128, c: u128, d: u128) -> Option<Worth> {
        let ((high_1, low_1), (high_2, low_2)) = (product(a, b), product(c, d));
        let (low, carry) = low_1.overflowing_add(low_2);
        let high = high_1.checked_add(high_2)?.checked_add(carry.into())?;
        Some(Worth { high, low })
    }

    /// A fraction of two 128-bit numbers at most `self ÷ other`, and below it by less than 2⁻¹²⁵.
    /// `other` must be neither zero nor less than `self`.
    #[inline(never)]
    pub fn ratio_floor(self, other: Worth) -> (u128, u128) {
        if other.high == 0 {
            return (self.low, other.low);
        }
        // 127 bits of the divisor, which leaves room to round it up.
        let shift = 129u32.wrapping_sub(other.high.leading_zeros());
        (self.shifted_right(shift), other.shifted_right(shift).wrapping_add(1))
    }

    /// ⌊self ÷ 2^shift⌋ for a `shift` from 2 to 129 that makes it fit.
    fn shifted_right(self, shift: u32) -> u128 {
        match 128u32.checked_sub(shift) {
            None => self.high >> 1,
            Some(0) => self.high,
            Some(left) => self.high << left | self.low >> shift,
        }
    }
}
