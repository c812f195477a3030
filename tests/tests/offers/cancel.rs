use soroban_sdk::Val;
use tributary_common::interfaces::offers::OffersError;
use tributary_offers::event::Cancelled;
use tributary_tests::env::{
    market::Market,
    pool::ONE,
    sign::{assert_refused, assert_unauthorized},
};

#[test]
fn cancel_pays_what_remains_to_the_maker_at_any_time() {
    let market = Market::new();
    for (seconds, nonce) in [(0, 1), (86_400, 2), (86_401, 3), (10_000_000, 4)] {
        let before = market.balance(&market.tft, &market.maker);
        let id = market.make(nonce, &market.fixed(2, 1));
        market.fill(&id, 300 * ONE).expect("a fill");
        market.wait(1 + (seconds / 5) as u32 / 100, seconds);
        assert_eq!(market.cancel(&id), Ok(700 * ONE));
        let cancelled =
            Cancelled { id: id.clone(), maker: market.maker.clone(), amount: 700 * ONE };
        assert_eq!(market.told(), [market.event(cancelled)]);
        assert_eq!(market.balance(&market.tft, &market.maker), before - 300 * ONE);
        assert_eq!(market.remaining(&id), 0);
        assert_eq!(market.offers.escrowed(&market.tft), (0, false));
        assert_refused(&market.env, OffersError::OfferClosed, || market.cancel(&id));
        assert_refused(&market.env, OffersError::OfferClosed, || market.fill(&id, ONE));
    }
    let unknown = market.to_offers("cancel", (market.no_id(),));
    assert_refused(&market.env, OffersError::UnknownOffer, || market.unsigned::<Val>(&unknown));
}

#[test]
fn cancel_is_the_makers() {
    let market = Market::new();
    let id = market.make(1, &market.fixed(2, 1));
    let call = market.to_offers("cancel", (id.clone(),));
    assert_unauthorized(&market.env, "nobody", || market.unsigned::<Val>(&call));
    for who in [&market.taker, &market.admin, &market.guardian, &market.council] {
        assert_unauthorized(&market.env, "another", || market.signed::<Val>(who, &call));
    }
    let another = market.make(2, &market.fixed(2, 1));
    let other = market.to_offers("cancel", (another,));
    assert_unauthorized(&market.env, "another offer", || {
        call.signed_by::<Val, _>(&market.env, &[(&market.maker, &other)])
    });
}
