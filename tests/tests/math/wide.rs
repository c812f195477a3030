use tributary_tests::{
    properties::wide,
    property::{number, sample, Values},
};

#[test]
fn mul_div_equals_arbitrary_precision() {
    wide::mul_div(Values::often("math/mul_div"));
}

#[test]
fn mul_div_of_words_equals_arbitrary_precision() {
    wide::mul_div_of_words(Values::often("math/mul_div_of_words"));
}

#[test]
fn mul_shift_equals_arbitrary_precision() {
    wide::mul_shift(Values::often("math/mul_shift"));
}

#[test]
fn sqrt_product_equals_arbitrary_precision() {
    wide::sqrt_product(Values::often("math/sqrt_product"));
}

#[test]
fn worth_compares_and_divides_as_arbitrary_precision_does() {
    wide::worth(Values::often("math/worth"));
}

#[test]
fn the_generator_reaches_every_length() {
    let mut seen = [false; 129];
    for number in sample(number(128), 100_000) {
        seen[128 - number.leading_zeros() as usize] = true;
    }
    assert!(seen.iter().all(|seen| *seen));
}
