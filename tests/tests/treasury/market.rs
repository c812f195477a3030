//! What the treasury sells peer to peer: the genesis sale of a region's token for TFT.

use soroban_sdk::{Address, BytesN};
use tributary_common::{
    interfaces::{
        offers::{Dutch, OfferPrice, OfferTerms, OffersError},
        treasury::{Action, Sale, TreasuryError},
    },
    price::Fraction,
};
use tributary_tests::env::{
    community::{Community, DAY, OPERATING},
    pool::{NEVER, ONE},
    sign::assert_refused,
};

fn terms(community: &Community, price: OfferPrice) -> OfferTerms {
    OfferTerms {
        sell_token: community.token.clone(),
        sell_amount: 1_000 * ONE,
        buy_token: community.tft.clone(),
        price,
        min_fill: ONE,
        expires_at: community.now() + 30 * DAY,
        taker: None,
        proceeds_to: community.treasury.address.clone(),
    }
}

fn fixed(community: &Community) -> OfferTerms {
    terms(community, OfferPrice::Fixed(Fraction { num: 1, den: 2 }))
}

fn id_of(community: &Community, nonce: u64, terms: &OfferTerms) -> BytesN<32> {
    use soroban_sdk::xdr::ToXdr;
    let identity = (community.treasury.address.clone(), nonce, terms.clone());
    community.env.crypto().sha256(&identity.to_xdr(&community.env)).into()
}

fn fill(community: &Community, taker: &Address, id: &BytesN<32>, amount: i128) -> i128 {
    community.env.mock_all_auths();
    let paid = community.offers.fill(taker, id, &amount, &(500 * ONE), taker, &NEVER);
    community.env.set_auths(&[]);
    paid
}

#[test]
fn a_sale_escrows_operating_tokens_and_earns_for_the_treasury() {
    let community = Community::new();
    let terms = fixed(&community);
    let sale = Sale { nonce: 7, terms: terms.clone() };
    community.carry(Action::PostOffer(sale), 3).expect("posted");
    assert_eq!(community.books(&community.token).operating, OPERATING - 1_000 * ONE);
    let id = id_of(&community, 7, &terms);
    assert_eq!(community.offers.offer(&id).maker, community.treasury.address);
    let taker = community.user(&[(&community.tft, 500 * ONE)]);
    assert_eq!(fill(&community, &taker, &id, 400 * ONE), 200 * ONE);
    let books = community.absorb(&community.tft).expect("absorbed");
    assert_eq!(books.operating, 200 * ONE);
    // What is not sold comes back at once when the council wants it.
    let back = community.propose(Action::CancelOffer(id.clone())).expect("a proposal");
    community.execute(&back).expect("taken back");
    let books = community.absorb(&community.token).expect("absorbed");
    assert_eq!(books.operating, OPERATING - 400 * ONE);
    assert_eq!(community.offers.offer(&id).remaining, 0);
}

#[test]
fn a_dutch_sale_earns_what_it_sold_for() {
    let community = Community::new();
    let (since, until) = (community.now(), community.now() + 10 * DAY);
    let dutch = Dutch { start: 10, end: 1, den: 10, since, until };
    let terms = terms(&community, OfferPrice::Dutch(dutch));
    let sale = Sale { nonce: 1, terms: terms.clone() };
    community.carry(Action::PostOffer(sale), 5).expect("posted");
    let id = id_of(&community, 1, &terms);
    // Half of the time: 10 less ⌊9 ÷ 2⌋ tenths.
    let taker = community.user(&[(&community.tft, 500 * ONE)]);
    assert_eq!(fill(&community, &taker, &id, 100 * ONE), 60 * ONE);
    assert_eq!(community.balance(&community.tft, &community.treasury.address), 60 * ONE);
}

#[test]
fn a_sale_takes_nothing_of_the_protected_book_and_pays_nobody_else() {
    let community = Community::new();
    community.protect(&community.token, 1_000 * ONE);
    let sell_amount = OPERATING + 1;
    let terms = OfferTerms { sell_amount, ..fixed(&community) };
    let posted = community.carry(Action::PostOffer(Sale { nonce: 1, terms }), 3);
    assert_eq!(posted, Err(Ok(TreasuryError::InsufficientOperating.into())));
    for proceeds_to in [&community.council, &community.pool.address] {
        let terms = OfferTerms { proceeds_to: proceeds_to.clone(), ..fixed(&community) };
        assert_refused(&community.env, TreasuryError::InvalidProceeds, || {
            community.propose(Action::PostOffer(Sale { nonce: 1, terms }))
        });
    }
    let terms = OfferTerms { sell_amount: 0, ..fixed(&community) };
    assert_refused(&community.env, TreasuryError::InvalidAmount, || {
        community.propose(Action::PostOffer(Sale { nonce: 1, terms }))
    });
}

#[test]
fn what_the_market_refuses_leaves_the_books_as_they_were() {
    let community = Community::new();
    let terms = OfferTerms { expires_at: community.now() + DAY, ..fixed(&community) };
    let id = community.propose(Action::PostOffer(Sale { nonce: 1, terms })).expect("a proposal");
    community.days(3);
    assert_refused(&community.env, OffersError::InvalidExpiry, || community.execute(&id));
    assert_eq!(community.books(&community.token).operating, OPERATING);
    let cancel = community.propose(Action::CancelOffer(community.no_id())).expect("a proposal");
    assert_refused(&community.env, OffersError::UnknownOffer, || community.execute(&cancel));
}

#[test]
fn a_sale_that_expires_comes_back_by_anyones_call() {
    let community = Community::new();
    let terms = fixed(&community);
    let sale = Sale { nonce: 7, terms: terms.clone() };
    community.carry(Action::PostOffer(sale), 3).expect("posted");
    community.days(31);
    community.offers.reclaim(&id_of(&community, 7, &terms));
    let books = community.absorb(&community.token).expect("absorbed");
    assert_eq!(books.operating, OPERATING);
}
