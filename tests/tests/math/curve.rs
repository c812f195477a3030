use tributary_common::pool::curve::Market;
use tributary_tests::{properties::curve, property::Values};

#[test]
fn there_and_back_returns_no_more_in_one_ledger_or_two() {
    curve::there_and_back(Values::often("math/there_and_back"));
}

#[test]
fn one_swap_pays_no_less_than_its_parts() {
    curve::parts(Values::often("math/parts"));
}

#[test]
fn exact_out_charges_the_least_that_buys_it() {
    curve::exact_out(Values::often("math/exact_out"));
}

#[test]
fn deposit_and_withdraw_returns_no_more() {
    curve::deposit_and_withdraw(Values::often("math/deposit_and_withdraw"));
}

#[test]
fn a_withdrawal_is_worth_no_more_than_when_the_ledger_opened() {
    curve::withdrawal(Values::often("math/withdrawal"));
}

#[test]
fn exact_out_charges_one_even_where_the_curve_would_charge_nothing() {
    let market = Market {
        reserve_in: 0,
        reserve_out: 10,
        opening_in: 0,
        opening_out: 10,
        fee_bps: 30,
        treasury_bps: 0,
    };
    assert_eq!(market.exact_out(1).map(|trade| trade.amount_in), Ok(1));
}
