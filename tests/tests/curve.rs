//! What must hold of single trades, deposits and withdrawals at any amounts: properties of the
//! pool's mathematics, natively, over many random cases.

use rand::{rngs::StdRng, Rng, SeedableRng};
use tributary_common::pool::curve::{deposit, withdraw, Market, Trade};
use tributary_common::{interfaces::pool::PoolError, math::MAX_AMOUNT};

const CASES: usize = 200_000;

fn amount(rng: &mut StdRng, bits: u32) -> u128 {
    (rng.random::<u128>() >> (128 - rng.random_range(1..=bits))).max(1)
}

fn market(rng: &mut StdRng) -> Market {
    let (reserve_in, reserve_out) = (amount(rng, 110), amount(rng, 110));
    Market {
        reserve_in,
        reserve_out,
        opening_in: reserve_in,
        opening_out: reserve_out,
        fee_bps: rng.random_range(1..=100),
        treasury_bps: rng.random_range(0..=3_333),
    }
}

/// The market after a trade, seen in the same direction, in the same ledger.
fn after(market: &Market, trade: &Trade) -> Market {
    Market {
        reserve_in: market.reserve_in + trade.amount_in - trade.owed_in,
        reserve_out: market.reserve_out - trade.amount_out - trade.owed_out,
        ..*market
    }
}

/// The other direction; a new ledger if `opens`.
fn turned(market: &Market, opens: bool) -> Market {
    let (opening_in, opening_out) = if opens {
        (market.reserve_in, market.reserve_out)
    } else {
        (market.opening_in, market.opening_out)
    };
    Market {
        reserve_in: market.reserve_out,
        reserve_out: market.reserve_in,
        opening_in: opening_out,
        opening_out: opening_in,
        ..*market
    }
}

#[test]
fn there_and_back_returns_no_more_in_one_ledger_or_two() {
    let mut rng = StdRng::seed_from_u64(1);
    let mut done = 0;
    while done < CASES {
        let market = market(&mut rng);
        let given = amount(&mut rng, 110);
        let Ok(there) = market.exact_in(given) else { continue };
        for opens in [false, true] {
            let back = turned(&after(&market, &there), opens).exact_in(there.amount_out);
            if let Ok(back) = back {
                assert!(back.amount_out <= given, "{market:?} {given}");
            }
        }
        done += 1;
    }
}

#[test]
fn one_swap_pays_no_less_than_its_parts() {
    let mut rng = StdRng::seed_from_u64(2);
    let mut done = 0;
    while done < CASES {
        let market = market(&mut rng);
        let parts = [amount(&mut rng, 100), amount(&mut rng, 100), amount(&mut rng, 100)];
        let Ok(whole) = market.exact_in(parts.iter().sum()) else { continue };
        let (mut state, mut sum) = (market, 0);
        for part in parts {
            if let Ok(trade) = state.exact_in(part) {
                sum += trade.amount_out;
                state = after(&state, &trade);
            }
        }
        assert!(sum <= whole.amount_out, "{market:?} {parts:?}");
        done += 1;
    }
}

#[test]
fn exact_out_charges_the_least_that_buys_it() {
    let mut rng = StdRng::seed_from_u64(3);
    let mut done = 0;
    while done < CASES {
        let market = market(&mut rng);
        let wanted = amount(&mut rng, 110);
        let Ok(bought) = market.exact_out(wanted) else { continue };
        assert!(bought.amount_in >= 1 && bought.amount_out == wanted);
        if let Ok(sold) = market.exact_in(bought.amount_in) {
            assert!(sold.amount_out >= wanted, "as much by selling: {market:?} {wanted}");
        }
        if bought.amount_in > 1 {
            if let Ok(sold) = market.exact_in(bought.amount_in - 1) {
                assert!(sold.amount_out < wanted, "one less buys less: {market:?} {wanted}");
            }
        }
        done += 1;
    }
}

#[test]
fn deposit_and_withdraw_returns_no_more() {
    let mut rng = StdRng::seed_from_u64(4);
    let mut done = 0;
    while done < CASES {
        let reserves = (amount(&mut rng, 120), amount(&mut rng, 120));
        let supply = amount(&mut rng, 120).max(1_000);
        let desired = (amount(&mut rng, 120), amount(&mut rng, 120));
        let Ok(made) = deposit(reserves, supply, desired) else { continue };
        assert!(made.used_0 <= desired.0 && made.used_1 <= desired.1);
        let (now, shares) = ((reserves.0 + made.used_0, reserves.1 + made.used_1), made.shares);
        if supply + shares > MAX_AMOUNT {
            continue;
        }
        match withdraw(now, supply + shares, now, supply + shares, shares) {
            Ok(left) => {
                assert!(left.out_0 <= made.used_0 && left.out_1 <= made.used_1);
                assert_eq!((left.owed_0, left.owed_1), (0, 0), "nothing happened in the ledger");
            }
            Err(error) => assert_eq!(error, PoolError::AmountTooSmall),
        }
        done += 1;
    }
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
