use soroban_sdk::{Address, Val};
use tributary_common::interfaces::offers::{Leg, OffersError};
use tributary_offers::event::Exchanged;
use tributary_tests::env::{
    market::Market,
    pool::{NEVER, ONE},
    regions::Refusal,
    sign::{assert_refused, assert_unauthorized, Call},
};

fn legs(market: &Market) -> (Leg, Leg) {
    let leg = |token: &Address, amount| Leg { token: token.clone(), amount };
    (leg(&market.tft, 1_000 * ONE), leg(&market.other, 2_100 * ONE))
}

/// What each of the two signs: the same call, and her own transfer beneath it.
fn agreed(market: &Market, give: &Leg, take: &Leg, deadline: u64) -> [Call; 2] {
    let (maker, taker) = (&market.maker, &market.taker);
    let call =
        market.to_offers("swap_direct", (maker, taker, give.clone(), take.clone(), deadline));
    [
        call.clone().with(market.transfer(&give.token, maker, taker, give.amount)),
        call.with(market.transfer(&take.token, taker, maker, take.amount)),
    ]
}

fn swap(market: &Market, [one, other]: &[Call; 2]) -> Result<(), Refusal> {
    one.signed_by(&market.env, &[(&market.maker, one), (&market.taker, other)])
}

#[test]
fn swap_direct_moves_both_legs_and_nothing_else() {
    let market = Market::new();
    let (give, take) = legs(&market);
    let holds = || {
        let of = |who| (market.balance(&market.tft, who), market.balance(&market.other, who));
        (of(&market.maker), of(&market.taker), of(&market.offers.address))
    };
    let before = holds();
    swap(&market, &agreed(&market, &give, &take, market.now())).expect("a swap");
    let (maker, taker) = (market.maker.clone(), market.taker.clone());
    let exchanged = Exchanged { maker, taker, give: give.clone(), take: take.clone() };
    assert_eq!(market.told(), [market.event(exchanged)]);
    let after = holds();
    assert_eq!(after.0, (before.0 .0 - give.amount, before.0 .1 + take.amount));
    assert_eq!(after.1, (before.1 .0 + give.amount, before.1 .1 - take.amount));
    assert_eq!(after.2, (0, 0));
}

#[test]
fn swap_direct_needs_both_signatures_for_the_same_terms() {
    let market = Market::new();
    let (give, take) = legs(&market);
    let calls = agreed(&market, &give, &take, NEVER);
    let (env, maker, taker) = (&market.env, &market.maker, &market.taker);
    let call = &calls[0];
    assert_unauthorized(env, "nobody", || market.unsigned::<Val>(call));
    assert_unauthorized(env, "the maker alone", || market.signed::<Val>(maker, call));
    assert_unauthorized(env, "the taker alone", || market.signed::<Val>(taker, &calls[1]));
    // Each signs her own leg, not the other's.
    assert_unauthorized(env, "crossed", || {
        call.signed_by::<Val, _>(env, &[(maker, &calls[1]), (taker, call)])
    });
    let others = [
        agreed(&market, &Leg { amount: give.amount + 1, ..give.clone() }, &take, NEVER),
        agreed(&market, &give, &Leg { amount: take.amount + 1, ..take.clone() }, NEVER),
        agreed(&market, &give, &Leg { token: market.asset(), ..take.clone() }, NEVER),
        agreed(&market, &give, &take, NEVER - 1),
    ];
    for other in &others {
        assert_unauthorized(env, "the maker signed other terms", || {
            call.signed_by::<Val, _>(env, &[(maker, &other[0]), (taker, &calls[1])])
        });
        assert_unauthorized(env, "the taker signed other terms", || {
            call.signed_by::<Val, _>(env, &[(maker, call), (taker, &other[1])])
        });
    }
    // The leg alone serves nobody.
    let leg = &calls[0].beneath[0];
    assert_unauthorized(env, "the leg alone", || {
        leg.signed_by::<Val, _>(env, &[(maker, call), (taker, &calls[1])])
    });
    // Once used, it is used up.
    swap(&market, &calls).expect("a swap");
    assert_unauthorized(env, "again", || market.unsigned::<Val>(call));
}

#[test]
fn swap_direct_moves_neither_leg_if_one_cannot() {
    let market = Market::new();
    let (give, take) = legs(&market);
    market.set_authorized(&market.other, &market.taker, false);
    let before = market.balance(&market.tft, &market.taker);
    assert!(swap(&market, &agreed(&market, &give, &take, NEVER)).is_err());
    assert_eq!(market.balance(&market.tft, &market.taker), before);
}

#[test]
fn swap_direct_refuses_each_with_its_own_error() {
    let market = Market::new();
    let (give, take) = legs(&market);
    let refused = |give: &Leg, take: &Leg, deadline, error: OffersError| {
        let calls = agreed(&market, give, take, deadline);
        assert_refused(&market.env, error, || swap(&market, &calls));
    };
    refused(&give, &take, market.now() - 1, OffersError::DeadlinePassed);
    for amount in [0, -1, i128::MIN] {
        let none = Leg { amount, ..give.clone() };
        refused(&none, &take, NEVER, OffersError::InvalidAmount);
        let none = Leg { amount, ..take.clone() };
        refused(&give, &none, NEVER, OffersError::InvalidAmount);
    }
    let same = Leg { token: give.token.clone(), amount: 1 };
    refused(&give, &same, NEVER, OffersError::SameToken);
    let maker = &market.maker;
    let alone = market.to_offers("swap_direct", (maker, maker, give, take, NEVER));
    assert_refused(&market.env, OffersError::SameParty, || market.signed::<Val>(maker, &alone));
}
