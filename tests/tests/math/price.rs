use tributary_tests::{properties::price, property::Values};

#[test]
fn log2_ratio_is_within_two_units_and_antisymmetric() {
    price::log2_ratio(Values::often("math/log2_ratio"));
}

#[test]
fn from_log2_is_the_power_and_undoes_log2_ratio() {
    price::from_log2(Values::often("math/from_log2"));
}

#[test]
fn costs_and_what_they_buy_are_exact() {
    price::cost(Values::often("math/cost"));
}

#[test]
fn the_higher_of_two_prices_is_exact() {
    price::max(Values::often("math/max"));
}

#[test]
fn a_raised_price_is_never_below_and_hardly_above() {
    price::raised(Values::often("math/raised"));
}

#[test]
fn a_mean_as_a_fraction_is_never_below_and_hardly_above() {
    price::from_mean(Values::often("math/from_mean"));
}

#[test]
fn a_falling_price_is_the_exact_one_rounded_up() {
    price::falling(Values::often("math/falling"));
}
