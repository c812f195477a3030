use tributary_common::interfaces::offers::OffersError;
use tributary_tests::{
    env::{market::Market, pool::ONE},
    ledger::suite::OFFERS_FEE,
};

#[test]
fn quotes_are_what_fills_do_at_any_time() {
    let market = Market::new();
    let id = market.make(1, &market.dutch());
    let later = market.now() + 1_800;
    let quote = market.offers.quote(&id, &(10 * ONE), &later);
    assert_eq!(quote, (30 * ONE, 10 * ONE - ONE / 50));
    market.wait(1, 1_800);
    assert_eq!(market.fill(&id, 10 * ONE), Ok(30 * ONE));
    let expires = market.offers.offer(&id).terms.expires_at;
    let refused = |amount, time, error: OffersError| {
        assert_eq!(market.offers.try_quote(&id, &amount, &time), Err(Ok(error)));
    };
    assert!(market.offers.try_quote(&id, &ONE, &expires).is_ok());
    refused(ONE, expires + 1, OffersError::OfferExpired);
    refused(0, later, OffersError::InvalidAmount);
    refused(ONE - 1, later, OffersError::BelowMinimum);
    refused(990 * ONE - 1, later, OffersError::LeavesDust);
    refused(991 * ONE, later, OffersError::InsufficientRemaining);
    market.cancel(&id).expect("cancelled");
    refused(ONE, later, OffersError::OfferClosed);
}

#[test]
fn views_of_an_unknown_offer_say_so() {
    let market = Market::new();
    let (id, unknown) = (market.no_id(), OffersError::UnknownOffer);
    assert_eq!(market.offers.try_offer(&id).unwrap_err(), Ok(unknown));
    assert_eq!(market.offers.try_quote(&id, &1, &0), Err(Ok(unknown)));
    assert_eq!(market.offers.try_price_at(&id, &0), Err(Ok(unknown)));
    assert_eq!(market.offers.escrowed(&market.tft), (0, false));
    let config = market.offers.config();
    assert_eq!(config.factory, market.factory.address);
    assert_eq!((config.fee_bps, config.next_fee_bps), (OFFERS_FEE, OFFERS_FEE));
}
