use soroban_sdk::Val;
use tributary_common::interfaces::offers::OffersError;
use tributary_offers::{event::Scheduled, DELAY_SECONDS};
use tributary_tests::{
    env::{
        market::Market,
        pool::ONE,
        regions::Refusal,
        sign::{assert_refused, assert_unauthorized},
    },
    ledger::suite::OFFERS_FEE,
    wasm::contract,
};

fn schedule(market: &Market, fee_bps: u32) -> Result<u64, Refusal> {
    market.signed(&market.admin, &market.to_offers("schedule_fee", (fee_bps,)))
}

#[test]
fn schedule_fee_counts_for_offers_made_after_the_delay() {
    let market = Market::new();
    let before = market.make(1, &market.fixed(2, 1));
    let at = market.now() + DELAY_SECONDS;
    assert_eq!(schedule(&market, 50), Ok(at));
    assert_eq!(market.told(), [market.event(Scheduled { fee_bps: 50, at })]);
    let config = market.offers.config();
    assert_eq!((config.fee_bps, config.next_fee_bps, config.next_fee_at), (OFFERS_FEE, 50, at));
    let fee = |id| market.offers.offer(id).fee_bps;
    market.wait(100_000, DELAY_SECONDS - 1);
    let still = market.make(2, &market.fixed(2, 1));
    assert_eq!(fee(&still), OFFERS_FEE);
    market.wait(1, 1);
    let after = market.make(3, &market.fixed(2, 1));
    assert_eq!(fee(&after), 50);
    // An open offer keeps its own.
    assert_eq!((fee(&before), fee(&still)), (OFFERS_FEE, OFFERS_FEE));
    assert_eq!(market.quote(&still, ONE), (2 * ONE, ONE - ONE / 500));
    assert_eq!(market.quote(&after, ONE), (2 * ONE, ONE - ONE / 200));
    // What is announced next begins with what counts now.
    schedule(&market, 0).expect("announced");
    assert_eq!(market.offers.config().fee_bps, 50);
    assert_eq!(fee(&market.make(4, &market.fixed(2, 1))), 50);
    market.wait(100_000, DELAY_SECONDS);
    let free = market.make(5, &market.fixed(2, 1));
    assert_eq!(market.quote(&free, ONE), (2 * ONE, ONE));
    market.fill(&free, ONE).expect("a fill");
}

#[test]
fn schedule_fee_replaces_what_was_announced() {
    let market = Market::new();
    schedule(&market, 50).expect("announced");
    market.wait(100_000, DELAY_SECONDS - 1);
    schedule(&market, 0).expect("announced");
    market.wait(1, 1);
    assert_eq!(market.offers.offer(&market.make(1, &market.fixed(2, 1))).fee_bps, OFFERS_FEE);
}

#[test]
fn schedule_fee_is_the_network_admins_and_capped() {
    let market = Market::new();
    let call = market.to_offers("schedule_fee", (10u32,));
    assert_unauthorized(&market.env, "nobody", || market.unsigned::<Val>(&call));
    for who in [&market.maker, &market.guardian, &market.council] {
        assert_unauthorized(&market.env, "another", || market.signed::<Val>(who, &call));
    }
    let (founder, _) = market.region("ALPS", ONE, ONE);
    assert_unauthorized(&market.env, "a region's", || market.signed::<Val>(&founder, &call));
    for fee_bps in [51, 10_000, u32::MAX] {
        assert_refused(&market.env, OffersError::FeeTooHigh, || schedule(&market, fee_bps));
    }
    schedule(&market, 50).expect("the cap");
}

#[test]
#[should_panic(expected = "#434")]
fn a_market_with_a_fee_above_the_cap_cannot_be_made() {
    let market = Market::new();
    let args = (market.factory.address.clone(), 51u32);
    market.env.register(contract("offers").as_slice(), args);
}

#[test]
#[should_panic]
fn a_market_without_a_factory_cannot_be_made() {
    let market = Market::new();
    market.env.register(contract("offers").as_slice(), (market.tft.clone(), 20u32));
}
