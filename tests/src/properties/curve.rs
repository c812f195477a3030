//! `common::pool::curve`: what must hold of single trades, deposits and withdrawals at any amounts.

use num_bigint::BigUint;
use proptest::prelude::*;
use tributary_common::{
    interfaces::pool::PoolError,
    math::MAX_AMOUNT,
    pool::curve::{deposit, withdraw, Market, Trade},
};

use crate::property::Values;

fn amount(bits: u32) -> impl Strategy<Value = u128> + Clone {
    (1..=bits, any::<u128>()).prop_map(|(bits, value)| (value >> (128 - bits)).max(1))
}

fn market() -> impl Strategy<Value = Market> {
    (amount(110), amount(110), 1..=100u32, 0..=3_333u32).prop_map(
        |(reserve_in, reserve_out, fee_bps, treasury_bps)| Market {
            reserve_in,
            reserve_out,
            opening_in: reserve_in,
            opening_out: reserve_out,
            fee_bps,
            treasury_bps,
        },
    )
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

/// What the pool grants; where it refuses, the property says nothing.
fn granted<T>(result: Result<T, PoolError>) -> Result<T, TestCaseError> {
    result.map_err(|error| TestCaseError::reject(format!("{error:?}")))
}

pub fn there_and_back(values: Values) {
    values.hold((market(), amount(110)), |(market, given)| {
        let there = granted(market.exact_in(given))?;
        for opens in [false, true] {
            let back = turned(&after(&market, &there), opens).exact_in(there.amount_out);
            if let Ok(back) = back {
                prop_assert!(back.amount_out <= given, "{back:?}");
            }
        }
        Ok(())
    });
}

pub fn parts(values: Values) {
    values.hold((market(), [amount(100), amount(100), amount(100)]), |(market, parts)| {
        let whole = granted(market.exact_in(parts.iter().sum()))?;
        let (mut state, mut sum) = (market, 0);
        for part in parts {
            if let Ok(trade) = state.exact_in(part) {
                sum += trade.amount_out;
                state = after(&state, &trade);
            }
        }
        prop_assert!(sum <= whole.amount_out, "{sum} {whole:?}");
        Ok(())
    });
}

pub fn exact_out(values: Values) {
    values.hold((market(), amount(110)), |(market, wanted)| {
        let bought = granted(market.exact_out(wanted))?;
        prop_assert!(bought.amount_in >= 1 && bought.amount_out == wanted);
        if let Ok(sold) = market.exact_in(bought.amount_in) {
            prop_assert!(sold.amount_out >= wanted, "as much by selling: {bought:?}");
        }
        if bought.amount_in > 1 {
            if let Ok(sold) = market.exact_in(bought.amount_in - 1) {
                prop_assert!(sold.amount_out < wanted, "one less buys less: {bought:?}");
            }
        }
        Ok(())
    });
}

pub fn deposit_and_withdraw(values: Values) {
    let pair = || (amount(120), amount(120));
    values.hold((pair(), amount(120), pair()), |(reserves, supply, desired)| {
        let supply = supply.max(1_000);
        let made = granted(deposit(reserves, supply, desired))?;
        prop_assert!(made.used_0 <= desired.0 && made.used_1 <= desired.1);
        let now = (reserves.0 + made.used_0, reserves.1 + made.used_1);
        let shares = made.shares;
        // The pool refuses more (`Overflow`).
        let supply = supply.checked_add(shares).filter(|supply| *supply <= MAX_AMOUNT);
        prop_assume!(supply.is_some());
        let supply = supply.unwrap_or_default();
        match withdraw(now, supply, now, supply, shares) {
            Ok(left) => {
                prop_assert!(left.out_0 <= made.used_0 && left.out_1 <= made.used_1);
                prop_assert_eq!(
                    (left.owed_0, left.owed_1),
                    (0, 0),
                    "nothing happened in the ledger"
                );
            }
            Err(error) => prop_assert_eq!(error, PoolError::AmountTooSmall),
        }
        Ok(())
    });
}

/// Whatever happened since the ledger opened.
pub fn withdrawal(values: Values) {
    let side = || (amount(120), amount(120), amount(120));
    let part = (1..=64u32, any::<u64>());
    values.hold((side(), side(), part), |(now, opening, (zeros, part))| {
        let ((reserves, supply), (opening, opened)) =
            (((now.0, now.1), now.2), ((opening.0, opening.1), opening.2));
        let shares =
            (supply >> (zeros - 1)).min(supply - (u128::from(part) & (supply >> 1))).max(1);
        let left = granted(withdraw(reserves, supply, opening, opened, shares))?;
        let exact = |whole: u128, supply: u128| BigUint::from(whole) * shares / supply;
        prop_assert_eq!(BigUint::from(left.out_0 + left.owed_0), exact(reserves.0, supply));
        prop_assert_eq!(BigUint::from(left.out_1 + left.owed_1), exact(reserves.1, supply));
        // At the opening price, at most what the shares were worth when the ledger opened: both × opening_0.
        let paid = BigUint::from(left.out_0) * opening.1 + BigUint::from(left.out_1) * opening.0;
        let worth = BigUint::from(opening.0) * opening.1 * 2u8 * shares;
        prop_assert!(paid * opened <= worth, "{left:?}");
        Ok(())
    });
}
