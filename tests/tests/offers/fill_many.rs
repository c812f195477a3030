use soroban_sdk::{BytesN, Val};
use tributary_common::interfaces::offers::{Fill, OfferTerms, OffersError};
use tributary_offers::event::Filled;
use tributary_tests::env::{
    market::Market,
    pool::{NEVER, ONE},
    sign::{assert_refused, assert_unauthorized, Call},
};

#[test]
fn fill_many_takes_all_that_can_be_taken_and_returns_the_rest() {
    let market = Market::new();
    let friend = market.another();
    let offers = [
        market.make(1, &market.fixed(2, 1)),
        market.make(2, &market.dutch()),
        market
            .make_by(&friend, 1, &OfferTerms { proceeds_to: friend.clone(), ..market.fixed(3, 1) })
            .unwrap(),
        market.make(3, &market.pegged(0, 1, 1)),
    ];
    market.close(1);
    let amounts = [10 * ONE + 1, 20 * ONE, 30 * ONE, 40 * ONE];
    let fills: Vec<_> = offers.iter().zip(amounts).collect();
    let quotes: Vec<_> = fills.iter().map(|(id, amount)| market.quote(id, *amount)).collect();
    let paid: i128 = quotes.iter().map(|(paid, _)| paid).sum();
    let received: i128 = quotes.iter().map(|(_, received)| received).sum();
    let before = market.balance(&market.other, &friend);
    let (tft, other) =
        (market.balance(&market.tft, &market.taker), market.balance(&market.other, &market.taker));
    let call = market.filling_many(&fills, paid + 77, received);
    assert_eq!(market.signed::<(i128, i128)>(&market.taker, &call), Ok((paid, received)));
    let told = market.told();
    assert_eq!(told.len(), 4);
    for (((id, amount), (paid, received)), told) in fills.iter().zip(&quotes).zip(told) {
        let maker = market.offers.offer(id).maker;
        let filled = Filled {
            id: (*id).clone(),
            maker,
            taker: market.taker.clone(),
            amount: *amount,
            received: *received,
            paid: *paid,
        };
        assert_eq!(told, market.event(filled));
        assert_eq!(market.remaining(id), 1_000 * ONE - amount);
    }
    assert_eq!(market.balance(&market.other, &friend) - before, 90 * ONE);
    assert_eq!(market.balance(&market.tft, &market.taker) - tft, received);
    assert_eq!(other - market.balance(&market.other, &market.taker), paid);
    assert_eq!(market.balance(&market.other, &market.offers.address), 0);
    let fees: i128 = amounts.iter().sum::<i128>() - received;
    let escrow = market.offers.escrowed(&market.tft).0;
    assert_eq!(market.balance(&market.tft, &market.offers.address), escrow + fees);
    assert_eq!(escrow, 4_000 * ONE - amounts.iter().sum::<i128>());
}

#[test]
fn fill_many_passes_over_what_cannot_be_filled() {
    let market = Market::new();
    let good = market.make(1, &market.fixed(2, 1));
    let closed = market.make(2, &market.fixed(2, 1));
    market.cancel(&closed).expect("cancelled");
    let expires_at = market.now();
    let expired = market.make(3, &OfferTerms { expires_at, ..market.fixed(2, 1) });
    let foreign = OfferTerms { taker: Some(market.another()), ..market.fixed(2, 1) };
    let foreign = market.make(4, &foreign);
    // Whoever never trusted the token cannot be paid.
    let frozen = market.user(&[(&market.other, 1)]);
    market.set_authorized(&market.other, &frozen, false);
    let unpayable = OfferTerms { proceeds_to: frozen, ..market.fixed(2, 1) };
    let unpayable = market.make(5, &unpayable);
    let dear = market.make(6, &market.fixed(1_000, 1));
    let unknown: BytesN<32> = market.no_id();
    market.close(1);
    let fills = [
        (&unknown, ONE),
        (&closed, ONE),
        (&expired, ONE),
        (&foreign, ONE),
        (&unpayable, ONE),
        (&good, 5 * ONE),
        (&good, 996 * ONE),
        (&dear, ONE),
        (&good, 1),
        (&good, 6 * ONE),
    ];
    let call = market.filling_many(&fills, 22 * ONE, 0);
    let received = 11 * ONE - 11 * ONE / 500;
    assert_eq!(market.signed::<(i128, i128)>(&market.taker, &call), Ok((22 * ONE, received)));
    assert_eq!(market.remaining(&good), 989 * ONE);
    for untouched in [&expired, &foreign, &unpayable, &dear] {
        assert_eq!(market.remaining(untouched), 1_000 * ONE);
    }
    assert_eq!(market.offers.escrowed(&market.tft), (4_989 * ONE, false));
    assert_eq!(market.balance(&market.other, &market.offers.address), 0);
}

#[test]
fn fill_many_refuses_each_with_its_own_error() {
    let market = Market::new();
    let id = market.make(1, &market.fixed(2, 1));
    let refused = |call: Call, error: OffersError| {
        assert_refused(&market.env, error, || market.signed::<Val>(&market.taker, &call));
    };
    for max_pay in [0, -1] {
        refused(market.filling_many(&[(&id, ONE)], max_pay, 0), OffersError::InvalidAmount);
    }
    refused(market.filling_many(&[(&id, ONE)], ONE, -1), OffersError::InvalidAmount);
    refused(market.filling_many(&[], ONE, 0), OffersError::InvalidFills);
    refused(market.filling_many(&[(&id, ONE); 11], ONE, 0), OffersError::InvalidFills);
    let net = ONE - ONE / 500;
    refused(market.filling_many(&[(&id, ONE)], 2 * ONE, net + 1), OffersError::LimitExceeded);
    refused(market.filling_many(&[(&id, ONE)], 2 * ONE - 1, 0), OffersError::NothingFilled);
    refused(market.filling_many(&[(&market.no_id(), ONE)], ONE, 0), OffersError::NothingFilled);
    let back = OfferTerms {
        sell_token: market.other.clone(),
        buy_token: market.tft.clone(),
        ..market.fixed(1, 1)
    };
    let back = market.make(2, &back);
    let pairs = [(&id, ONE), (&back, ONE)];
    refused(market.filling_many(&pairs, 9 * ONE, 0), OffersError::MixedPairs);
    refused(market.filling_many(&[(&back, ONE)], 9 * ONE, 0), OffersError::MixedPairs);

    let fills = soroban_sdk::vec![&market.env, Fill { id: id.clone(), amount: ONE }];
    let to_this =
        (&market.taker, fills.clone(), &market.other, ONE, 0i128, &market.offers.address, NEVER);
    refused(market.to_offers("fill_many", to_this), OffersError::InvalidRecipient);
    let late = (&market.taker, fills, &market.other, ONE, 0i128, &market.taker, market.now() - 1);
    refused(market.to_offers("fill_many", late), OffersError::DeadlinePassed);
    let call = market.filling_many(&[(&id, ONE)], 2 * ONE, net);
    assert_eq!(market.signed::<(i128, i128)>(&market.taker, &call), Ok((2 * ONE, net)));
}

#[test]
fn fill_many_needs_the_takers_exact_signature() {
    let market = Market::new();
    let id = market.make(1, &market.fixed(2, 1));
    let call = market.filling_many(&[(&id, ONE)], 9 * ONE, 0);
    assert_unauthorized(&market.env, "nobody", || market.unsigned::<Val>(&call));
    assert_unauthorized(&market.env, "the maker", || market.signed::<Val>(&market.maker, &call));
    for other in [
        market.filling_many(&[(&id, 2 * ONE)], 9 * ONE, 0),
        market.filling_many(&[(&id, ONE)], 8 * ONE, 0),
        market.filling_many(&[(&id, ONE)], 9 * ONE, 1),
    ] {
        assert_unauthorized(&market.env, "other arguments", || {
            call.signed_by::<Val, _>(&market.env, &[(&market.taker, &other)])
        });
    }
}
