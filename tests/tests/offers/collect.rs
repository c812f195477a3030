use tributary_offers::event::Collected;
use tributary_tests::env::{market::Market, pool::ONE};

#[test]
fn collect_pays_the_networks_treasury_what_is_above_the_escrows() {
    let market = Market::new();
    let id = market.make(1, &market.fixed(2, 1));
    assert_eq!(market.collect(&market.tft), Ok(0));
    market.fill(&id, 500 * ONE + 1).expect("a fill");
    let fee = ONE + 1;
    let before = market.balance(&market.tft, &market.treasury);
    assert_eq!(market.collect(&market.tft), Ok(fee));
    let (token, treasury) = (market.tft.clone(), market.treasury.clone());
    assert_eq!(market.told(), [market.event(Collected { token, treasury, amount: fee })]);
    assert_eq!(market.balance(&market.tft, &market.treasury), before + fee);
    assert_eq!(market.collect(&market.tft), Ok(0));
    // What was sent here by mistake goes the same way, and no escrow with it.
    market.give(&market.tft, &market.offers.address, 7);
    market.give(&market.other, &market.offers.address, 9);
    assert_eq!(market.collect(&market.tft), Ok(7));
    assert_eq!(market.collect(&market.other), Ok(9));
    assert_eq!(market.cancel(&id), Ok(500 * ONE - 1));
}

#[test]
fn collect_can_never_be_directed_elsewhere_or_stop_a_fill() {
    let market = Market::new();
    let id = market.make(1, &market.fixed(2, 1));
    market.fill(&id, ONE).expect("a fill");
    // A treasury that cannot receive keeps nobody from trading.
    market.give(&market.tft, &market.treasury, 1);
    market.set_authorized(&market.tft, &market.treasury, false);
    assert!(market.collect(&market.tft).is_err());
    market.fill(&id, ONE).expect("another fill");
    market.set_authorized(&market.tft, &market.treasury, true);
    assert_eq!(market.collect(&market.tft), Ok(2 * ONE / 500));
}
