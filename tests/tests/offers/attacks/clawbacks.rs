//! What a token's issuer takes from the escrows, all makers lose alike.

use soroban_sdk::{Address, BytesN};
use tributary_common::interfaces::offers::{OfferTerms, OffersError};
use tributary_tests::env::{market::Market, pool::ONE, sign::assert_refused};

/// Three offers of TFT by three makers, 1 000, 2 000 and 3 000, and one of the other token.
fn scene() -> (Market, Vec<(Address, BytesN<32>)>, BytesN<32>) {
    let market = Market::new();
    let offers = (1..=3).map(|part| {
        let maker = market.another();
        let terms = OfferTerms {
            sell_amount: part * 1_000 * ONE,
            proceeds_to: maker.clone(),
            ..market.fixed(2, 1)
        };
        let id = market.make_by(&maker, 1, &terms).expect("an offer");
        (maker, id)
    });
    let offers = offers.collect();
    let back = OfferTerms {
        sell_token: market.other.clone(),
        buy_token: market.tft.clone(),
        ..market.fixed(1, 1)
    };
    let back = market.make(2, &back);
    (market, offers, back)
}

#[test]
fn after_a_clawback_every_maker_is_paid_the_same_part_in_any_order() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let (market, offers, back) = scene();
        market.claw_back(&market.tft, &market.offers.address, 1_500 * ONE);
        for place in order {
            let (_, id) = &offers[place];
            let remaining = market.remaining(id);
            assert_eq!(market.cancel(id), Ok(remaining * 3 / 4));
        }
        assert_eq!(market.offers.escrowed(&market.tft).0, 0);
        assert_eq!(market.balance(&market.tft, &market.offers.address), 0);
        // Another token's makers did not notice.
        market.fill(&back, ONE).expect("a fill");
        // And with nothing owed the token is as before.
        let id = market.make(3, &market.fixed(2, 1));
        market.fill(&id, ONE).expect("a fill");
    }
}

#[test]
fn once_a_clawback_is_noticed_nobody_leaves_by_filling() {
    let (market, offers, _) = scene();
    let id = &offers[0].1;
    market.claw_back(&market.tft, &market.offers.address, 1_500 * ONE);
    // Anyone tells the market, whatever the treasury can receive; nothing is paid.
    market.give(&market.tft, &market.treasury, 1);
    market.set_authorized(&market.tft, &market.treasury, false);
    assert_eq!(market.collect(&market.tft), Ok(0));
    assert_eq!(market.offers.escrowed(&market.tft), (6_000 * ONE, true));
    let deficit = OffersError::Deficit;
    assert_refused(&market.env, deficit, || market.fill(id, ONE));
    let many = market.filling_many(&[(id, ONE)], 9 * ONE, 0);
    assert_refused(&market.env, deficit, || market.signed::<(i128, i128)>(&market.taker, &many));
    let terms = market.fixed(2, 1);
    assert_refused(&market.env, deficit, || market.make_by(&market.maker, 9, &terms));
    // What is missing comes back.
    market.set_authorized(&market.tft, &market.treasury, true);
    market.give(&market.tft, &market.offers.address, 1_500 * ONE);
    assert_eq!(market.collect(&market.tft), Ok(0));
    market.fill(id, ONE).expect("a fill");
    assert_eq!(market.cancel(id), Ok(999 * ONE));
}

#[test]
fn a_cancel_notices_a_clawback() {
    let (market, offers, _) = scene();
    market.claw_back(&market.tft, &market.offers.address, 1_500 * ONE);
    assert_eq!(market.cancel(&offers[0].1), Ok(750 * ONE));
    let deficit = OffersError::Deficit;
    assert_refused(&market.env, deficit, || market.fill(&offers[1].1, ONE));
    market.give(&market.tft, &market.offers.address, 1_250 * ONE);
    // So does the next that it is over.
    assert_eq!(market.cancel(&offers[1].1), Ok(2_000 * ONE));
    market.fill(&offers[2].1, ONE).expect("a fill");
}

#[test]
fn nobody_but_the_maker_makes_her_loss_final() {
    let (market, offers, _) = scene();
    market.claw_back(&market.tft, &market.offers.address, 1);
    market.wait(17_280, 86_401);
    let id = &offers[0].1;
    assert_refused(&market.env, OffersError::Deficit, || market.reclaim(id));
    market.give(&market.tft, &market.offers.address, 1);
    assert_eq!(market.reclaim(id), Ok(1_000 * ONE));
    market.claw_back(&market.tft, &market.offers.address, 1);
    let id = &offers[1].1;
    assert_eq!(market.cancel(id), Ok(2_000 * ONE - 1));
}

#[test]
fn fees_go_before_escrows() {
    let (market, offers, _) = scene();
    market.fill(&offers[0].1, 500 * ONE).expect("a fill");
    market.claw_back(&market.tft, &market.offers.address, ONE);
    assert_eq!(market.collect(&market.tft), Ok(0));
    for ((_, id), amount) in offers.iter().zip([500, 2_000, 3_000]) {
        assert_eq!(market.cancel(id), Ok(amount * ONE));
    }
}

#[test]
fn of_nothing_everybody_gets_nothing_and_is_done() {
    let (market, offers, _) = scene();
    market.claw_back(&market.tft, &market.offers.address, 6_000 * ONE);
    assert!(market.fill(&offers[0].1, ONE).is_err());
    for (_, id) in &offers {
        assert_eq!(market.cancel(id), Ok(0));
        assert_refused(&market.env, OffersError::OfferClosed, || market.cancel(id));
    }
}
