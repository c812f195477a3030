use soroban_sdk::Val;
use tributary_common::interfaces::offers::OffersError;
use tributary_offers::event::Reclaimed;
use tributary_tests::env::{market::Market, pool::ONE, sign::assert_refused};

#[test]
fn reclaim_pays_the_maker_after_the_last_second() {
    let market = Market::new();
    let before = market.balance(&market.tft, &market.maker);
    let id = market.make(1, &market.fixed(2, 1));
    assert_refused(&market.env, OffersError::NotExpired, || market.reclaim(&id));
    market.wait(17_280, 86_400);
    assert_refused(&market.env, OffersError::NotExpired, || market.reclaim(&id));
    market.fill(&id, 400 * ONE).expect("a fill in the last second");
    market.wait(1, 1);
    assert_eq!(market.reclaim(&id), Ok(600 * ONE));
    let reclaimed = Reclaimed { id: id.clone(), maker: market.maker.clone(), amount: 600 * ONE };
    assert_eq!(market.told(), [market.event(reclaimed)]);
    assert_eq!(market.balance(&market.tft, &market.maker), before - 400 * ONE);
    assert_eq!(market.offers.escrowed(&market.tft), (0, false));
    assert_refused(&market.env, OffersError::OfferClosed, || market.reclaim(&id));
    assert_refused(&market.env, OffersError::OfferClosed, || market.cancel(&id));
    let unknown = market.to_offers("reclaim", (market.no_id(),));
    assert_refused(&market.env, OffersError::UnknownOffer, || market.unsigned::<Val>(&unknown));
}
