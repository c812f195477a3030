//! Prices between contracts, makers' prices, and the fixed-point logarithm behind the pools' geometric
//! means.

use soroban_sdk::contracttype;

use crate::math::{mul_div_ceil, mul_div_floor, Worth};

/// Fractional bits of a log-price.
pub const LOG_FRACTION_BITS: u32 = 24;

/// `mantissa × 2^exponent` raw units of one token per raw unit of another, so that no combination
/// of decimals loses precision. A price made here has its top mantissa bit set.
#[contracttype]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    pub mantissa: u64,
    pub exponent: i32,
}

/// log₂(numerator ÷ denominator) in units of 2⁻²⁴, rounded down; `None` when either is 0, or not
/// an amount (above `i128::MAX`).
///
/// Bit by bit by repeated squaring of a 32-bit mantissa (Knuth, *The Art of Computer Programming*
/// 1, §1.2.2, exercise 25). The error is below 2 units, 1.2 × 10⁻⁷ of the logarithm and
/// 8.3 × 10⁻⁸ of the price.
#[inline(never)]
pub fn log2_ratio(numerator: u128, denominator: u128) -> Option<i32> {
    if numerator == 0 || denominator == 0 {
        return None;
    }
    let (dividend, dividend_bits) = mantissa_32(numerator);
    let (divisor, divisor_bits) = mantissa_32(denominator);
    // Both mantissas are in [2³¹, 2³²), so the quotient is in (2³¹, 2³³).
    let mut mantissa = (dividend << 32).checked_div(divisor)?;
    let mut whole = dividend_bits.wrapping_sub(divisor_bits);
    if mantissa >> 32 == 0 {
        whole = whole.wrapping_sub(1);
    } else {
        mantissa >>= 1;
    }
    let mut fraction: i64 = 0;
    for _ in 0..LOG_FRACTION_BITS {
        // 2³¹ ≤ mantissa < 2³²: its square fits into 64 bits.
        mantissa = mantissa.wrapping_mul(mantissa) >> 31;
        let bit = mantissa >> 32;
        mantissa >>= bit;
        fraction = (fraction << 1) | i64::from(bit == 1);
    }
    // Amounts are below 2¹²⁷, so |whole| ≤ 127 and the sum fits.
    i32::try_from((whole << LOG_FRACTION_BITS).wrapping_add(fraction)).ok()
}

/// The top 32 bits of `value`, and the number of its bits. `value` must not be zero.
#[inline(always)]
fn mantissa_32(value: u128) -> (u64, i64) {
    let zeros = value.leading_zeros();
    let normal = value.wrapping_shl(zeros);
    #[allow(clippy::cast_possible_truncation)] // 32 bits are left of 128
    let mantissa = (normal >> 96) as u64;
    (mantissa, i64::from(128u32.wrapping_sub(zeros)))
}

impl Price {
    /// 2^(log ÷ 2²⁴), within one part in 2⁵⁷ of the exact power.
    ///
    /// The whole part of `log` becomes the exponent; each set bit of the fraction multiplies the
    /// mantissa by the matching root of two.
    pub fn from_log2(log: i32) -> Price {
        let mut mantissa: u64 = 1 << 63;
        for (place, root) in ROOTS_OF_TWO.iter().enumerate() {
            if (log << place) & (1 << (LOG_FRACTION_BITS - 1)) != 0 {
                let product = u128::from(mantissa).wrapping_mul(u128::from(*root)) >> 63;
                // The product of roots of two with distinct powers below one is below 2.
                mantissa = u64::try_from(product).unwrap_or(u64::MAX);
            }
        }
        Price { mantissa, exponent: (log >> LOG_FRACTION_BITS).saturating_sub(63) }
    }
}

/// `num ÷ den` raw units of one token per raw unit of another: a maker's price, exact at any decimals.
#[contracttype]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    pub num: i128,
    pub den: i128,
}

impl Fraction {
    /// `None` unless both are positive and fit.
    pub fn new(num: u128, den: u128) -> Option<Fraction> {
        let [num, den] = [num, den].map(|part| i128::try_from(part).ok().filter(|part| *part > 0));
        Some(Fraction { num: num?, den: den? })
    }

    fn parts(&self) -> (u128, u128) {
        (self.num.unsigned_abs(), self.den.unsigned_abs())
    }

    /// ⌈amount × price⌉: what `amount` costs, the rounding being the maker's gain. `None` above 128 bits.
    pub fn cost(&self, amount: u128) -> Option<u128> {
        let (num, den) = self.parts();
        mul_div_ceil(amount, num, den)
    }

    /// The most that costs no more than `payment`: ⌊payment ÷ price⌋. `None` above 128 bits.
    pub fn bought(&self, payment: u128) -> Option<u128> {
        let (num, den) = self.parts();
        mul_div_floor(payment, den, num)
    }

    /// Whether this is the higher price; exact, by products of 256 bits.
    pub fn exceeds(&self, other: &Fraction) -> bool {
        let ((num, den), (other_num, other_den)) = (self.parts(), other.parts());
        Worth::new(num, other_den, 0, 0) > Worth::new(other_num, den, 0, 0)
    }

    /// The higher of two prices.
    pub fn max(self, other: Fraction) -> Fraction {
        if other.exceeds(&self) {
            other
        } else {
            self
        }
    }

    /// The price × (more ÷ less), for more ≥ less up to 2¹⁵: exact where 127 bits hold the result's
    /// parts, else above it by less than 2⁻¹¹¹. `None` when 127 bits do not hold it.
    pub fn raised(self, more: u128, less: u128) -> Option<Fraction> {
        let (num, den) = self.parts();
        // Products of 127 and 15 bits may need more than 128; what needs more than 127 is no part.
        let held =
            |part: u128, by: u128| part.checked_mul(by).filter(|product| product >> 127 == 0);
        match (held(num, more), held(den, less)) {
            (Some(num), Some(den)) => Fraction::new(num, den),
            // The numerator has at least 112 bits, …
            (None, _) => Fraction::new(mul_div_ceil(num, more, less)?, den),
            // … or the denominator.
            (_, None) => Fraction::new(num, mul_div_floor(den, less, more)?),
        }
    }
}

impl From<Price> for Fraction {
    /// A mean of prices of amounts, from 2⁻¹²⁷ to 2¹²⁷: exact, or above it where 126 bits of denominator do not
    /// hold it.
    fn from(price: Price) -> Fraction {
        let mantissa = i128::from(price.mantissa);
        let places = price.exponent.unsigned_abs();
        if price.exponent >= 0 {
            // Below 2¹²⁷, so nothing is lost.
            return Fraction { num: mantissa.wrapping_shl(places), den: 1 };
        }
        let kept = places.min(126);
        let cut = places.wrapping_sub(kept); // kept ≤ places
        let num = mantissa.checked_shr(cut).unwrap_or_default();
        let exact = num.checked_shl(cut) == Some(mantissa);
        Fraction { num: num.wrapping_add(i128::from(!exact)), den: 1 << kept }
    }
}

/// 2^(2⁻ⁱ) × 2⁶³ for i = 1 … 24, rounded to the nearest.
const ROOTS_OF_TWO: [u64; 24] = [
    0xb504f333f9de6484,
    0x9837f0518db8a96f,
    0x8b95c1e3ea8bd6e7,
    0x85aac367cc487b15,
    0x82cd8698ac2ba1d7,
    0x8164d1f3bc030773,
    0x80b1ed4fd999ab6c,
    0x8058d7d2d5e5f6b1,
    0x802c6436d0e04f51,
    0x8016302f17467628,
    0x800b179c82028fd1,
    0x80058baf7fee3b5d,
    0x8002c5d00fdcfcb7,
    0x800162e61bed4a49,
    0x8000b17292f702a4,
    0x800058b92abbae02,
    0x80002c5c8dade4d7,
    0x8000162e44eaf636,
    0x80000b1721fa7c19,
    0x8000058b90de7e4d,
    0x800002c5c8678f37,
    0x80000162e431dba0,
    0x800000b1721872d1,
    0x80000058b90c1aa9,
];
