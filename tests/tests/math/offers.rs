//! The market's arithmetic: the maker is never paid a unit less than the price, the taker never charged one more than
//! rounding up takes.

use num_bigint::BigInt;
use proptest::prelude::*;
use tributary_common::interfaces::offers::{Offer, OfferPrice, OffersError};
use tributary_tests::{
    env::market::Market,
    properties::price::fraction,
    property::{amount, Values},
};

#[test]
fn a_taking_never_undercuts_the_maker_nor_leaves_dust() {
    let market = Market::new();
    let id = market.make(1, &market.fixed(1, 1));
    let made: Offer = market.offers.offer(&id);
    let strategy = ((amount(), 0..=50u32, amount(), fraction()), (0..5u8, amount(), amount()));
    Values::often("math/take").hold(
        strategy,
        |((remaining, fee_bps, min_fill, price), (which, amount, payment))| {
            let min_fill = min_fill.min(remaining);
            let payment = payment.unsigned_abs();
            let mut offer = made.clone();
            (offer.remaining, offer.fee_bps, offer.terms.min_fill) = (remaining, fee_bps, min_fill);
            offer.terms.price = OfferPrice::Fixed(price);
            let amount = match which {
                0 => remaining,
                1 => min_fill,
                2 => remaining.saturating_sub(min_fill),
                3 => offer.most(amount.unsigned_abs(), price),
                _ => amount,
            };
            let mut after = offer.clone();
            match after.take(amount, price) {
                Ok(trade) => {
                    // paid ÷ amount ≥ num ÷ den, and a unit less would not be
                    let paid = BigInt::from(trade.paid) * price.den;
                    let owed = BigInt::from(amount) * price.num;
                    prop_assert!(paid >= owed && paid - &owed < BigInt::from(price.den));
                    let fee = amount - trade.received;
                    let exact = BigInt::from(amount) * fee_bps;
                    prop_assert_eq!(BigInt::from(fee), (exact + 9_999) / 10_000);
                    prop_assert!(trade.received > 0 && trade.paid > 0);
                    prop_assert_eq!(after.remaining, remaining - amount);
                    prop_assert!(after.remaining == 0 || after.remaining >= min_fill);
                    prop_assert!(amount >= min_fill);
                }
                Err(error) => {
                    let expected = match error {
                        OffersError::InvalidAmount => amount <= 0,
                        OffersError::InsufficientRemaining => amount > remaining,
                        OffersError::BelowMinimum => amount < min_fill,
                        OffersError::LeavesDust => (1..min_fill).contains(&(remaining - amount)),
                        OffersError::AmountTooSmall => amount == 1 && fee_bps > 0,
                        OffersError::Overflow => {
                            BigInt::from(amount) * price.num > BigInt::from(i128::MAX) * price.den
                        }
                        other => panic!("{other:?}"),
                    };
                    prop_assert!(expected, "{error:?}: {amount} of {offer:?}");
                }
            }
            // The most that a payment takes can be taken for it, and more cannot.
            let most = offer.most(payment, price);
            let fits = |amount: i128| {
                let cost = (BigInt::from(amount) * price.num + price.den - 1) / price.den;
                let rest = remaining - amount;
                cost <= BigInt::from(payment)
                    && amount >= min_fill
                    && (rest == 0 || rest >= min_fill)
            };
            if most > 0 {
                prop_assert!(fits(most), "{most} for {payment} of {offer:?}");
                prop_assert!(most == remaining || !fits(most + 1));
                prop_assert!(most == remaining || !fits(remaining));
            } else {
                prop_assert!(!fits(min_fill) && !fits(remaining), "{payment} of {offer:?}");
            }
            Ok(())
        },
    );
}
