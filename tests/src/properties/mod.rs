//! What must be true of the mathematics, against arbitrary-precision integers: random values by `tests/math`, guided by
//! coverage in `tests/fuzz`.

pub mod curve;
pub mod price;
pub mod wide;

use crate::property::Values;

pub const ALL: [fn(Values); 17] = [
    wide::mul_div,
    wide::mul_div_of_words,
    wide::mul_shift,
    wide::sqrt_product,
    wide::worth,
    price::log2_ratio,
    price::from_log2,
    price::cost,
    price::max,
    price::raised,
    price::from_mean,
    price::falling,
    curve::there_and_back,
    curve::parts,
    curve::exact_out,
    curve::deposit_and_withdraw,
    curve::withdrawal,
];
