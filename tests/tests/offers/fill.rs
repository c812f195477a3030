use soroban_sdk::{Address, BytesN, Val};
use tributary_common::interfaces::offers::{OfferTerms, OffersError};
use tributary_offers::event::Filled;
use tributary_tests::env::{
    market::{Market, RICH},
    pool::{NEVER, ONE},
    sign::{assert_refused, assert_unauthorized, Call},
};

/// (TFT, the other token) of somebody.
fn holds(market: &Market, who: &Address) -> (i128, i128) {
    (market.balance(&market.tft, who), market.balance(&market.other, who))
}

#[test]
fn fill_moves_exactly_what_it_tells() {
    let market = Market::new();
    for (nonce, terms) in
        [market.fixed(7, 3), market.dutch(), market.pegged(25, 1, 1)].iter().enumerate()
    {
        let id = market.make(nonce as u64, terms);
        market.close(3);
        let amount = 10 * ONE + 1;
        let (paid, received) = market.quote(&id, amount);
        let fee = amount - received;
        assert_eq!(fee, (amount * 20 + 9_999) / 10_000);
        let to = market.user(&[]);
        let (maker, taker) = (holds(&market, &market.maker), holds(&market, &market.taker));
        let this = holds(&market, &market.offers.address);
        let call = market.filling(&market.taker, &id, amount, paid + 5, &to, NEVER);
        assert_eq!(market.signed::<i128>(&market.taker, &call), Ok(paid));
        let filled = Filled {
            id: id.clone(),
            maker: market.maker.clone(),
            taker: market.taker.clone(),
            amount,
            received,
            paid,
        };
        assert_eq!(market.told(), [market.event(filled)]);
        assert_eq!(holds(&market, &to), (received, 0));
        assert_eq!(holds(&market, &market.maker), (maker.0, maker.1 + paid));
        assert_eq!(holds(&market, &market.taker), (taker.0, taker.1 - paid));
        // The fee stays, beside the escrow.
        assert_eq!(holds(&market, &market.offers.address), (this.0 - received, this.1));
        assert_eq!(market.remaining(&id), 1_000 * ONE - amount);
        market.cancel(&id).expect("cancelled");
        assert_eq!(market.offers.escrowed(&market.tft), (0, false));
    }
}

#[test]
fn fill_pays_proceeds_elsewhere() {
    let market = Market::new();
    let proceeds_to = market.user(&[]);
    let id = market.make(1, &OfferTerms { proceeds_to: proceeds_to.clone(), ..market.fixed(2, 1) });
    market.fill(&id, ONE).expect("a fill");
    assert_eq!(holds(&market, &proceeds_to), (0, 2 * ONE));
}

#[test]
fn fill_rounds_the_payment_up() {
    let market = Market::new();
    let terms = OfferTerms { min_fill: 1, ..market.fixed(1, 1_000) };
    let id = market.make(1, &terms);
    for (amount, paid) in [(2, 1), (1_000, 1), (1_001, 2), (1_999, 2)] {
        assert_eq!(market.fill(&id, amount), Ok(paid), "{amount}");
    }
}

#[test]
fn fill_needs_the_takers_exact_signature() {
    let market = Market::new();
    for (nonce, terms) in [market.fixed(2, 1), market.dutch()].iter().enumerate() {
        let id = market.make(nonce as u64, terms);
        let (env, taker) = (&market.env, &market.taker);
        let call = market.filling(taker, &id, ONE, 9 * ONE, taker, NEVER);
        assert_unauthorized(env, "nobody", || market.unsigned::<Val>(&call));
        assert_unauthorized(env, "the maker", || market.signed::<Val>(&market.maker, &call));
        let bare = Call { beneath: vec![], ..call.clone() };
        assert_unauthorized(env, "without the transfer", || {
            call.signed_by::<Val, _>(env, &[(taker, &bare)])
        });
        let thief = market.user(&[]);
        for other in [
            market.filling(taker, &id, ONE, 9 * ONE, &thief, NEVER),
            market.filling(taker, &id, 2 * ONE, 9 * ONE, taker, NEVER),
            market.filling(taker, &id, ONE, 8 * ONE, taker, NEVER),
            market.filling(taker, &id, ONE, 9 * ONE, taker, NEVER - 1),
        ] {
            assert_unauthorized(env, "other arguments", || {
                call.signed_by::<Val, _>(env, &[(taker, &other)])
            });
        }
    }
}

#[test]
fn fill_refuses_each_with_its_own_error() {
    let market = Market::new();
    let id = market.make(1, &OfferTerms { min_fill: 300 * ONE, ..market.fixed(2, 1) });
    let taker = &market.taker;
    let refused = |id: &BytesN<32>, amount, max_pay, to: &Address, deadline, error: OffersError| {
        let call = market.filling(taker, id, amount, max_pay, to, deadline);
        assert_refused(&market.env, error, || market.signed::<Val>(taker, &call));
    };
    let (all, rich) = (1_000 * ONE, RICH);
    refused(&market.no_id(), all, rich, taker, NEVER, OffersError::UnknownOffer);
    for amount in [0, -1, i128::MIN] {
        refused(&id, amount, rich, taker, NEVER, OffersError::InvalidAmount);
    }
    for max_pay in [0, -1, i128::MIN] {
        refused(&id, all, max_pay, taker, NEVER, OffersError::InvalidAmount);
    }
    refused(&id, all, rich, &market.offers.address, NEVER, OffersError::InvalidRecipient);
    refused(&id, all, rich, taker, market.now() - 1, OffersError::DeadlinePassed);
    refused(&id, all + 1, rich, taker, NEVER, OffersError::InsufficientRemaining);
    refused(&id, i128::MAX, rich, taker, NEVER, OffersError::InsufficientRemaining);
    refused(&id, 300 * ONE - 1, rich, taker, NEVER, OffersError::BelowMinimum);
    refused(&id, 700 * ONE + 1, rich, taker, NEVER, OffersError::LeavesDust);
    refused(&id, all - 1, rich, taker, NEVER, OffersError::LeavesDust);
    refused(&id, all, 2 * all - 1, taker, NEVER, OffersError::LimitExceeded);
    let call = market.filling(taker, &id, 700 * ONE, 1_400 * ONE, taker, market.now());
    assert_eq!(market.signed::<i128>(taker, &call), Ok(1_400 * ONE));
    // Of a rest below twice the minimum only all can be taken.
    refused(&id, 299 * ONE, rich, taker, NEVER, OffersError::BelowMinimum);
    assert_eq!(market.fill(&id, 300 * ONE), Ok(600 * ONE));
    refused(&id, 300 * ONE, rich, taker, NEVER, OffersError::OfferClosed);

    let private = OfferTerms { taker: Some(market.another()), ..market.fixed(2, 1) };
    refused(&market.make(2, &private), all, rich, taker, NEVER, OffersError::ForeignTaker);
    let costly = market.make(3, &market.fixed(i128::MAX, 1));
    refused(&costly, all, rich, taker, NEVER, OffersError::Overflow);
    let tiny = market.make(4, &OfferTerms { min_fill: 1, ..market.fixed(2, 1) });
    refused(&tiny, 1, rich, taker, NEVER, OffersError::AmountTooSmall);
    market.wait(17_280, 86_401);
    refused(&tiny, 2, rich, taker, NEVER, OffersError::OfferExpired);
}

#[test]
fn fill_of_a_private_offer_is_its_takers() {
    let market = Market::new();
    let id =
        market.make(1, &OfferTerms { taker: Some(market.taker.clone()), ..market.fixed(2, 1) });
    assert!(market.fill_by(&market.another(), &id, ONE).is_err());
    assert_eq!(market.fill(&id, ONE), Ok(2 * ONE));
}

#[test]
fn fill_by_the_maker_herself_costs_her_the_fee() {
    let market = Market::new();
    let before = holds(&market, &market.maker);
    let id = market.make(1, &market.fixed(2, 1));
    assert_eq!(market.fill_by(&market.maker, &id, 1_000 * ONE), Ok(2_000 * ONE));
    assert_eq!(holds(&market, &market.maker), (before.0 - 2 * ONE, before.1));
}
