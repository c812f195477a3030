use soroban_sdk::testutils::storage::Persistent as _;
use tributary_common::ttl::DAY;
use tributary_tests::env::{market::Market, pool::ONE};

#[test]
fn offers_and_books_live_for_months_and_fills_extend_nothing() {
    let market = Market::new();
    let id = market.make(1, &market.fixed(2, 1));
    let this = &market.offers.address;
    let ttl = || {
        let of = || {
            (
                market.env.storage().persistent().get_ttl(&id),
                market.env.storage().persistent().get_ttl(&market.tft),
            )
        };
        market.env.as_contract(this, of)
    };
    let (offer, book) = ttl();
    assert!(offer >= 120 * DAY - 1 && book >= 90 * DAY, "{offer} {book}");
    market.wait(40 * DAY, 86_000);
    let before = ttl();
    assert_eq!(before, (offer - 40 * DAY, book - 40 * DAY));
    market.fill(&id, ONE).expect("a fill");
    assert_eq!(ttl(), before);
    // The next offer of the token pays for its book.
    market.make(2, &market.fixed(2, 1));
    assert_eq!(ttl(), (before.0, 120 * DAY));
}
