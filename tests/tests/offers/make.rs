use soroban_sdk::{xdr::ToXdr, Symbol, Val, Vec};
use tributary_common::{
    interfaces::offers::{Dutch, Offer, OfferPrice, OfferTerms, OffersError, Peg},
    price::Fraction,
};
use tributary_offers::event::Made;
use tributary_tests::{
    env::{
        market::Market,
        pool::ONE,
        sign::{assert_refused, assert_unauthorized, Call},
    },
    ledger::suite::OFFERS_FEE,
};

#[test]
fn make_escrows_and_tells_all_terms() {
    let market = Market::new();
    let terms = market.fixed(2, 1);
    let before = market.balance(&market.tft, &market.maker);
    let id = market.make(7, &terms);
    let (maker, nonce) = (market.maker.clone(), 7u64);
    let made = Made {
        sell_token: market.tft.clone(),
        buy_token: market.other.clone(),
        maker: maker.clone(),
        id: id.clone(),
        nonce,
        terms: terms.clone(),
        fee_bps: OFFERS_FEE,
    };
    assert_eq!(market.told(), [market.event(made)]);
    let identity = (maker.clone(), nonce, terms.clone()).to_xdr(&market.env);
    assert_eq!(id.to_array(), market.env.crypto().sha256(&identity).to_array());
    assert_eq!(before - market.balance(&market.tft, &maker), 1_000 * ONE);
    assert_eq!(market.balance(&market.tft, &market.offers.address), 1_000 * ONE);
    assert_eq!(market.offers.escrowed(&market.tft), (1_000 * ONE, false));
    let offer = Offer { maker, terms, fee_bps: OFFERS_FEE, remaining: 1_000 * ONE };
    assert_eq!(market.offers.offer(&id), offer);
}

#[test]
fn make_pulls_only_what_it_escrows_from_whoever_signs() {
    let market = Market::new();
    let terms = market.fixed(2, 1);
    let call = market.making(&market.maker, 1, &terms);
    assert_unauthorized(&market.env, "nobody", || market.unsigned::<Val>(&call));
    assert_unauthorized(&market.env, "another", || market.signed::<Val>(&market.taker, &call));
    let bare = Call { beneath: vec![], ..call.clone() };
    assert_unauthorized(&market.env, "without the transfer", || {
        call.signed_by::<Val, _>(&market.env, &[(&market.maker, &bare)])
    });
    let other = market.making(&market.maker, 2, &terms);
    assert_unauthorized(&market.env, "another nonce", || {
        call.signed_by::<Val, _>(&market.env, &[(&market.maker, &other)])
    });
}

#[test]
fn make_refuses_terms_that_could_never_be_filled() {
    let market = Market::new();
    let good = market.fixed(2, 1);
    let refused = |terms: &OfferTerms, error: OffersError| {
        let call = market.making(&market.maker, 1, terms);
        assert_refused(&market.env, error, || market.signed::<Val>(&market.maker, &call));
    };
    for sell_amount in [0, -1, i128::MIN] {
        refused(&OfferTerms { sell_amount, ..good.clone() }, OffersError::InvalidAmount);
    }
    let buy_token = good.sell_token.clone();
    refused(&OfferTerms { buy_token, ..good.clone() }, OffersError::SameToken);
    for min_fill in [0, -1, good.sell_amount + 1] {
        refused(&OfferTerms { min_fill, ..good.clone() }, OffersError::InvalidMinimum);
    }
    let expires_at = market.now() - 1;
    refused(&OfferTerms { expires_at, ..good.clone() }, OffersError::InvalidExpiry);
    let proceeds_to = market.offers.address.clone();
    refused(&OfferTerms { proceeds_to, ..good.clone() }, OffersError::InvalidRecipient);

    let price = |price| OfferTerms { price, ..good.clone() };
    let fraction = |num, den| Fraction { num, den };
    for den in [0, -1, i128::MIN] {
        refused(&price(OfferPrice::Fixed(fraction(1, den))), OffersError::ZeroDenominator);
    }
    for num in [0, -1, i128::MIN] {
        refused(&price(OfferPrice::Fixed(fraction(num, 1))), OffersError::ZeroPrice);
    }
    let falling = Dutch { start: 4, end: 2, den: 1, since: 5, until: 6 };
    let dutch = |dutch| price(OfferPrice::Dutch(dutch));
    refused(&dutch(Dutch { den: 0, ..falling.clone() }), OffersError::ZeroDenominator);
    refused(&dutch(Dutch { end: 0, ..falling.clone() }), OffersError::ZeroPrice);
    refused(&dutch(Dutch { end: 5, ..falling.clone() }), OffersError::EndAboveStart);
    for until in [5, 4, 0] {
        refused(&dutch(Dutch { until, ..falling.clone() }), OffersError::TimesReversed);
    }
    let pool = market.pool(&market.key).address;
    let peg = Peg { pool, min_reserve: 1, spread_bps: 0, limit: fraction(1, 1) };
    let pegged = |peg| price(OfferPrice::Pegged(peg));
    let limit = fraction(1, 0);
    refused(&pegged(Peg { limit, ..peg.clone() }), OffersError::ZeroDenominator);
    refused(&pegged(Peg { limit: fraction(0, 1), ..peg.clone() }), OffersError::ZeroPrice);
    refused(&pegged(Peg { min_reserve: -1, ..peg.clone() }), OffersError::InvalidAmount);
    refused(&pegged(Peg { spread_bps: 10_001, ..peg.clone() }), OffersError::InvalidSpread);
    let elsewhere = market.root_pool(ONE, ONE);
    let pool = market.regions.pool(&elsewhere).address;
    refused(&pegged(Peg { pool, ..peg.clone() }), OffersError::WrongPool);
    for pool in [&market.factory.address, &market.maker, &market.tft] {
        refused(&pegged(Peg { pool: pool.clone(), ..peg.clone() }), OffersError::UnknownPool);
    }
    // All of that is about the terms alone: these are good, to the last second and to the last unit.
    let expires_at = market.now();
    let min_fill = good.sell_amount;
    market.make(1, &OfferTerms { expires_at, min_fill, ..good.clone() });
    market.make(1, &dutch(Dutch { end: 4, ..falling }));
    market.make(1, &pegged(Peg { spread_bps: 10_000, min_reserve: 0, ..peg }));
}

#[test]
fn make_uses_an_id_once_for_ever() {
    let market = Market::new();
    let terms = market.fixed(2, 1);
    let again = |terms: &OfferTerms| market.make_by(&market.maker, 1, terms);
    let id = market.make(1, &terms);
    let duplicate = OffersError::DuplicateOffer;
    assert_refused(&market.env, duplicate, || again(&terms));
    market.fill(&id, 10 * ONE).expect("a fill");
    assert_refused(&market.env, duplicate, || again(&terms));
    market.cancel(&id).expect("cancelled");
    assert_refused(&market.env, duplicate, || again(&terms));
    market.wait(20_000, 100_000);
    let expires_at = market.now();
    let other = again(&OfferTerms { expires_at, ..terms.clone() }).expect("other terms");
    assert_ne!(other, id);
    assert_eq!(market.offers.offer(&id).terms, terms);
    assert_eq!(market.remaining(&id), 0);
}

#[test]
fn make_gives_every_change_of_maker_nonce_and_terms_another_id() {
    let market = Market::new();
    let good = market.fixed(2, 1);
    let mut ids = vec![market.make(1, &good), market.make(2, &good)];
    let friend = market.another();
    ids.push(market.make_by(&friend, 1, &good).expect("another maker"));
    let variants = [
        OfferTerms { sell_amount: 999 * ONE, ..good.clone() },
        OfferTerms {
            sell_token: market.other.clone(),
            buy_token: market.tft.clone(),
            ..good.clone()
        },
        OfferTerms { price: OfferPrice::Fixed(Fraction { num: 4, den: 2 }), ..good.clone() },
        OfferTerms { min_fill: 2 * ONE, ..good.clone() },
        OfferTerms { expires_at: good.expires_at + 1, ..good.clone() },
        OfferTerms { taker: Some(market.taker.clone()), ..good.clone() },
        OfferTerms { taker: Some(friend.clone()), ..good.clone() },
        OfferTerms { proceeds_to: friend, ..good.clone() },
        market.dutch(),
        market.pegged(0, 2, 1),
        market.pegged(1, 2, 1),
    ];
    for (place, terms) in variants.iter().enumerate() {
        let id = market.make(1, terms);
        assert!(!ids.contains(&id), "variant {place}");
        ids.push(id);
    }
}

#[test]
fn make_refuses_a_token_that_delivers_less() {
    let market = Market::new();
    let token = market.plain(7);
    market.give(&token, &market.maker, 1_000 * ONE);
    let fee: Vec<Val> =
        soroban_sdk::vec![&market.env, Symbol::new(&market.env, "Fee").to_val(), 1u32.into()];
    market.env.invoke_contract::<()>(
        &token,
        &Symbol::new(&market.env, "set_mischief"),
        soroban_sdk::vec![&market.env, fee.to_val()],
    );
    let terms = OfferTerms { sell_token: token, ..market.fixed(1, 1) };
    assert_refused(&market.env, OffersError::NotReceived, || {
        market.make_by(&market.maker, 1, &terms)
    });
}
