//! Every order of filling, cancelling and reclaiming inside one ledger, before, at and after the last
//! second.

use tributary_common::interfaces::offers::OfferTerms;
use tributary_tests::env::{
    market::{Market, RICH},
    pool::ONE,
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    FillPart,
    FillAll,
    Cancel,
    Reclaim,
}

const ACTS: [Act; 4] = [Act::FillPart, Act::FillAll, Act::Cancel, Act::Reclaim];

#[test]
fn in_any_order_an_escrow_is_paid_once() {
    let market = Market::new();
    let mut nonce = 0;
    for late in [-1i64, 0, 1] {
        for first in ACTS {
            for second in ACTS {
                for third in ACTS {
                    nonce += 1;
                    let order = [first, second, third];
                    one_order(&market, nonce, late, order);
                }
            }
        }
    }
}

/// With `late` seconds between the offer's last and the acts'.
fn one_order(market: &Market, nonce: u64, late: i64, order: [Act; 3]) {
    let (maker, taker) = (market.another(), market.another());
    let terms = OfferTerms { proceeds_to: maker.clone(), ..market.fixed(2, 1) };
    let id = market.make_by(&maker, nonce, &terms).expect("an offer");
    market.wait(1, 86_400u64.saturating_add_signed(late));
    let (mut remaining, mut sold) = (1_000 * ONE, 0);
    for one in order {
        let (open, over) = (remaining > 0, late > 0);
        let expected = match one {
            Act::FillPart => open && !over && remaining >= 400 * ONE,
            Act::FillAll => open && !over,
            Act::Cancel => open,
            Act::Reclaim => open && over,
        };
        let before = remaining;
        let done = match one {
            Act::FillPart => market.fill_by(&taker, &id, 400 * ONE),
            Act::FillAll => market.fill_by(&taker, &id, remaining.max(1)),
            Act::Cancel => market.cancel(&id),
            Act::Reclaim => market.reclaim(&id),
        };
        assert_eq!(done.is_ok(), expected, "{one:?} of {order:?}, {late}: {done:?}");
        if expected {
            let taken = if one == Act::FillPart { 400 * ONE } else { before };
            remaining -= taken;
            match one {
                Act::FillPart | Act::FillAll => sold += taken,
                _ => assert_eq!(done, Ok(taken)),
            }
        }
        assert_eq!(market.remaining(&id), remaining);
    }
    // Nobody got more than once.
    assert_eq!(market.balance(&market.tft, &maker), RICH - sold - remaining);
    assert_eq!(market.balance(&market.other, &maker), RICH + 2 * sold);
    assert_eq!(market.balance(&market.other, &taker), RICH - 2 * sold);
    assert_eq!(market.balance(&market.tft, &taker), RICH + sold - sold / 500);
    if remaining > 0 {
        market.cancel(&id).expect("the rest");
    }
    assert_eq!(market.offers.escrowed(&market.tft), (0, false));
}
