use proptest::{collection::vec, prelude::*, sample::select};
use soroban_sdk::{Address, BytesN, Val};
use tributary_common::{
    interfaces::{
        factory::PoolKey,
        offers::{Dutch, OfferPrice, OfferTerms, Peg},
        pool::PoolError,
        router::RouterError,
    },
    price::Fraction,
};
use tributary_offers::event::Filled;
use tributary_tests::{
    env::{
        hurried_env,
        market::{Market, RICH},
        pool::{NEVER, ONE},
        regions::templates,
        sign::{assert_refused, assert_unauthorized, Call},
    },
    property::sample,
    story::check,
    wasm::contract,
};

/// What the pools alone would pay.
fn alone(market: &Market, token_in: &Address, amount: i128, path: &[&PoolKey]) -> i128 {
    market.router.quote_exact_in(token_in, &amount, &market.path(path))
}

/// Makes the swap: what it pays. The router keeps nothing.
fn swap(market: &Market, call: &Call, who: &Address) -> i128 {
    let out = market.signed(who, call).expect("a swap");
    for token in [&market.tft, &market.other] {
        assert_eq!(market.balance(token, &market.router.address), 0);
    }
    out
}

#[test]
fn swap_with_offers_fills_what_is_cheaper_and_sells_the_rest_to_the_pools() {
    let market = Market::new();
    // The pool asks 2 and more: 1.99 beats it at once, 2.05 after a while, 3 never.
    let cheap = market.make(1, &market.fixed(199, 100));
    let middle = market.make(2, &market.fixed(205, 100));
    let dear = market.make(3, &market.fixed(3, 1));
    let trader = market.another();
    let amount = 2_000 * ONE;
    let offers = [(&dear, 500 * ONE), (&middle, 400 * ONE), (&cheap, 600 * ONE)];
    let call = market.swapping(&trader, &market.other, amount, &offers, &[&market.key]);
    market.close(1);
    let alone = alone(&market, &market.other, amount, &[&market.key]);
    let before = market.balance(&market.tft, &trader);
    let out = swap(&market, &call, &trader);
    // Filled by the router, for exactly the caps as far as whole units go.
    let told = market.told();
    let [(first, one), (second, two)] = [(&cheap, 600), (&middle, 400)];
    for ((id, pay), told) in [(first, one), (second, two)].into_iter().zip(told) {
        let price = market.offers.price_at(id, &0);
        let amount = (pay * ONE) * price.den / price.num;
        let paid = (amount * price.num + price.den - 1) / price.den;
        let received = amount - (amount + 499) / 500;
        let (maker, taker) = (market.maker.clone(), market.router.address.clone());
        let filled = Filled { id: id.clone(), maker, taker, amount, received, paid };
        assert_eq!(told, market.event(filled));
        assert_eq!(market.remaining(id), 1_000 * ONE - amount);
    }
    assert_eq!(market.remaining(&dear), 1_000 * ONE);
    assert_eq!(market.balance(&market.tft, &trader) - before, out);
    assert!(out > alone, "{out} {alone}");
    assert_eq!(market.balance(&market.other, &trader), RICH - amount);
}

#[test]
fn swap_with_offers_leaves_alone_what_the_pools_beat() {
    let market = Market::new();
    let dear = market.make(1, &market.fixed(3, 1));
    let trader = market.another();
    market.close(1);
    let amount = 100 * ONE;
    let alone = alone(&market, &market.other, amount, &[&market.key]);
    let offers = [(&dear, 50 * ONE)];
    let call = market.swapping(&trader, &market.other, amount, &offers, &[&market.key]);
    assert_eq!(swap(&market, &call, &trader), alone);
    assert_eq!(market.remaining(&dear), 1_000 * ONE);
}

#[test]
fn swap_with_offers_passes_over_what_cannot_be_filled() {
    let market = Market::new();
    let trader = market.another();
    let cancelled = market.make(1, &market.fixed(1, 1));
    market.cancel(&cancelled).expect("cancelled");
    let expires_at = market.now();
    let expired = market.make(2, &OfferTerms { expires_at, ..market.fixed(1, 1) });
    let private = OfferTerms { taker: Some(trader.clone()), ..market.fixed(1, 1) };
    let private = market.make(3, &private);
    let large = OfferTerms { min_fill: 900 * ONE, ..market.fixed(1, 1) };
    let large = market.make(4, &large);
    let unknown = market.no_id();
    market.close(1);
    let amount = 100 * ONE;
    let path = [&market.key];
    let alone = alone(&market, &market.other, amount, &path);
    let offers = [&cancelled, &expired, &private, &large, &unknown].map(|id| (id, 10 * ONE));
    let call = market.swapping(&trader, &market.other, amount, &offers, &path);
    assert_eq!(swap(&market, &call, &trader), alone);
    // One of which only the payment turns out to be impossible goes along the path, too.
    let frozen = market.user(&[(&market.other, 1)]);
    market.set_authorized(&market.other, &frozen, false);
    let terms = OfferTerms { proceeds_to: frozen, ..market.fixed(1, 1) };
    let unpayable = market.make(5, &terms);
    market.close(1);
    let alone = self::alone(&market, &market.other, amount, &path);
    let offers = [(&unpayable, 10 * ONE)];
    let call = market.swapping(&trader, &market.other, amount, &offers, &path);
    assert_eq!(swap(&market, &call, &trader), alone);
    // Beside it nothing is filled either: a plan is kept whole or not at all.
    let good = market.make(6, &market.fixed(1, 1));
    market.close(1);
    let offers = [(&unpayable, 10 * ONE), (&good, 20 * ONE)];
    let alone = self::alone(&market, &market.other, amount, &path);
    let call = market.swapping(&trader, &market.other, amount, &offers, &path);
    assert_eq!(swap(&market, &call, &trader), alone);
    market.close(1);
    let offers = [(&good, 20 * ONE)];
    let rest = self::alone(&market, &market.other, 80 * ONE, &path);
    let call = market.swapping(&trader, &market.other, amount, &offers, &path);
    assert_eq!(swap(&market, &call, &trader), rest + 20 * ONE - ONE / 25);
}

/// Where the opening price binds, an offer of a plan may by itself lose against the path: without the
/// better one it must not be filled.
#[test]
fn swap_with_offers_keeps_a_plan_whole_or_gives_what_the_pools_give() {
    let market = Market::new();
    let frozen = market.user(&[(&market.other, 1)]);
    market.set_authorized(&market.other, &frozen, false);
    let terms = OfferTerms { proceeds_to: frozen, min_fill: 1, ..market.fixed(1, 1) };
    let unpayable = market.make(1, &terms);
    let dear = market.make(2, &OfferTerms { min_fill: 1, ..market.fixed(22, 10) });
    let trader = market.another();
    market.close(1);
    market.swap(&market.tft, 1_000 * ONE);
    let (amount, path) = (3_800 * ONE, [&market.key]);
    let alone = alone(&market, &market.other, amount, &path);
    let offers = [(&unpayable, 500 * ONE), (&dear, 506 * ONE)];
    let call = market.swapping(&trader, &market.other, amount, &offers, &path);
    assert_eq!(swap(&market, &call, &trader), alone);
    assert_eq!(market.remaining(&dear), 1_000 * ONE);
}

#[test]
fn swap_with_offers_plans_without_what_others_alone_or_nobody_can_fill() {
    let market = Market::new();
    let trader = market.another();
    let good = market.make(1, &market.fixed(1, 1));
    let private = OfferTerms { taker: Some(trader.clone()), ..market.fixed(9, 10) };
    let private = market.make(2, &private);
    let expires_at = market.now();
    let expired = market.make(3, &OfferTerms { expires_at, ..market.fixed(9, 10) });
    market.close(1);
    let (amount, path) = (100 * ONE, [&market.key]);
    let rest = alone(&market, &market.other, 80 * ONE, &path);
    for other in [&private, &expired] {
        let offers = [(other, 10 * ONE), (&good, 20 * ONE)];
        let call = market.swapping(&trader, &market.other, amount, &offers, &path);
        let out = swap(&market, &call, &trader);
        assert!(out >= rest + 20 * ONE - ONE / 25 - ONE, "{out}");
        assert_eq!(market.remaining(other), 1_000 * ONE);
    }
    assert_eq!(market.remaining(&good), 960 * ONE);
}

/// What the opening price withholds makes a pool dearer than its curve says: an offer that beats it comes
/// first.
#[test]
fn swap_with_offers_fills_what_beats_the_opening_price_first() {
    let market = Market::new();
    let trader = market.another();
    let id = market.make(1, &OfferTerms { min_fill: 1, ..market.fixed(19, 10) });
    market.close(1);
    market.swap(&market.tft, 1_000 * ONE);
    let (amount, path) = (600 * ONE, [&market.key]);
    let alone = alone(&market, &market.other, amount, &path);
    let call = market.swapping(&trader, &market.other, amount, &[(&id, 500 * ONE)], &path);
    let out = swap(&market, &call, &trader);
    assert!(out > alone, "{out} {alone}");
    assert_eq!(market.remaining(&id), 1_000 * ONE - 500 * ONE * 10 / 19);
}

#[test]
fn swap_with_offers_leaves_escrows_that_are_missing_alone() {
    let market = Market::new();
    let id = market.make(1, &market.fixed(1, 1));
    let trader = market.another();
    market.claw_back(&market.tft, &market.offers.address, ONE);
    market.collect(&market.tft).expect("noticed");
    market.close(1);
    let (amount, path) = (100 * ONE, [&market.key]);
    let alone = alone(&market, &market.other, amount, &path);
    let call = market.swapping(&trader, &market.other, amount, &[(&id, 50 * ONE)], &path);
    assert_eq!(swap(&market, &call, &trader), alone);
}

#[test]
fn swap_with_offers_needs_a_rest_that_the_path_can_trade() {
    let market = Market::new();
    let id = market.make(1, &market.fixed(1, 1));
    let trader = market.another();
    market.close(1);
    let (amount, path) = (100 * ONE, [&market.key]);
    let alone = alone(&market, &market.other, amount, &path);
    let mostly = |cap| market.swapping(&trader, &market.other, amount, &[(&id, cap)], &path);
    assert_eq!(swap(&market, &mostly(amount - 1), &trader), alone);
    market.close(1);
    assert!(swap(&market, &mostly(amount - 1_000), &trader) > alone);
}

#[test]
fn swap_with_offers_goes_over_several_pools() {
    let market = Market::new();
    let (_, alps) = market.region("ALPS", 50_000 * ONE, 50_000 * ONE);
    let trader = market.another();
    // Sells ALPS' token for the other, 10 % better than the pools: 2 of the other for 1.
    let maker = market.user(&[(&alps.token, 1_000 * ONE)]);
    let terms = OfferTerms {
        sell_token: alps.token.clone(),
        proceeds_to: maker.clone(),
        ..market.fixed(18, 10)
    };
    let id = market.make_by(&maker, 1, &terms).expect("an offer");
    market.close(1);
    let amount = 2_000 * ONE;
    let path = [&market.key, &alps];
    let alone = alone(&market, &market.other, amount, &path);
    let call = market.swapping(&trader, &market.other, amount, &[(&id, 1_800 * ONE)], &path);
    let out = swap(&market, &call, &trader);
    assert_eq!(market.remaining(&id), 0);
    assert!(out > alone, "{out} {alone}");
    assert_eq!(market.balance(&alps.token, &trader), out);
    assert_eq!(market.balance(&alps.token, &market.router.address), 0);
}

#[test]
fn swap_with_offers_refuses_each_with_its_own_error() {
    let market = Market::new();
    let id = market.make(1, &market.fixed(2, 1));
    let trader = market.another();
    let (other, path) = (&market.other, [&market.key]);
    let refused = |call: &Call, error: RouterError| {
        assert_refused(&market.env, error, || market.signed::<Val>(&trader, call));
    };
    let swapping = |amount, offers: &[(&BytesN<32>, i128)]| {
        market.swapping(&trader, other, amount, offers, &path)
    };
    for amount in [0, -1] {
        refused(&swapping(amount, &[(&id, ONE)]), RouterError::InvalidAmount);
        refused(&swapping(ONE, &[(&id, amount)]), RouterError::InvalidAmount);
    }
    refused(&swapping(ONE, &[(&id, ONE)]), RouterError::OffersTakeAll);
    let huge = [(&market.no_id(), i128::MAX), (&id, i128::MAX)];
    refused(&swapping(ONE, &huge), RouterError::OffersTakeAll);
    refused(&swapping(9 * ONE, &[(&id, ONE), (&id, ONE)]), RouterError::RepeatedOffer);
    let ids: Vec<_> = (2..13).map(|nonce| market.make(nonce, &market.fixed(2, 1))).collect();
    let many: Vec<_> = ids.iter().map(|id| (id, 1)).collect();
    refused(&swapping(9 * ONE, &many), RouterError::TooManyOffers);
    let back = OfferTerms {
        sell_token: other.clone(),
        buy_token: market.tft.clone(),
        ..market.fixed(1, 1)
    };
    let back = market.make(20, &back);
    refused(&swapping(9 * ONE, &[(&back, ONE)]), RouterError::OtherPair);
    let tft = &market.tft;
    let call = market.swapping(&trader, tft, 9 * ONE, &[(&id, ONE)], &path);
    refused(&call, RouterError::OtherPair);
    let offers = soroban_sdk::vec![&market.env, (id.clone(), ONE)];
    let with = |min_out: i128, to: &Address, deadline: u64, keys: &[&PoolKey]| {
        let args =
            (&trader, other, 9 * ONE, offers.clone(), market.path(keys), min_out, to, deadline);
        let pull = market.transfer(other, &trader, &market.router.address, 9 * ONE);
        market.to_router("swap_with_offers", args).with(pull)
    };
    refused(&with(-1, &trader, NEVER, &path), RouterError::InvalidAmount);
    refused(&with(100 * ONE, &trader, NEVER, &path), RouterError::LimitExceeded);
    refused(&with(0, &market.router.address, NEVER, &path), RouterError::InvalidRecipient);
    refused(&with(0, &trader, market.now() - 1, &path), RouterError::DeadlinePassed);
    refused(&with(0, &trader, NEVER, &[]), RouterError::EmptyPath);
    refused(&with(0, &trader, NEVER, &[&market.key; 2]), RouterError::RepeatedPool);
    refused(&with(0, &market.offers.address, NEVER, &path), RouterError::InvalidRecipient);
}

#[test]
fn swap_with_offers_needs_the_traders_exact_signature() {
    let market = Market::new();
    let id = market.make(1, &market.fixed(1, 1));
    let trader = market.another();
    let (env, other, path) = (&market.env, &market.other, [&market.key]);
    let call = market.swapping(&trader, other, 9 * ONE, &[(&id, ONE)], &path);
    assert_unauthorized(env, "nobody", || market.unsigned::<Val>(&call));
    assert_unauthorized(env, "the maker", || market.signed::<Val>(&market.maker, &call));
    for signed in [
        market.swapping(&trader, other, 9 * ONE, &[(&id, 2 * ONE)], &path),
        market.swapping(&trader, other, 8 * ONE, &[(&id, ONE)], &path),
        market.swapping(&trader, other, 9 * ONE, &[], &path),
    ] {
        assert_unauthorized(env, "other arguments", || {
            call.signed_by::<Val, _>(env, &[(&trader, &signed)])
        });
    }
}

#[test]
fn swap_with_offers_in_a_paused_pool_is_refused() {
    let market = Market::new();
    let id = market.make(1, &market.fixed(1, 1));
    let trader = market.another();
    market.env.mock_all_auths();
    market.pool(&market.key).pause();
    market.env.set_auths(&[]);
    let call = market.swapping(&trader, &market.other, 9 * ONE, &[(&id, ONE)], &[&market.key]);
    assert_refused(&market.env, PoolError::Paused, || market.signed::<Val>(&trader, &call));
    assert_eq!(market.fill_by(&trader, &id, ONE), Ok(ONE));
}

#[test]
#[should_panic(expected = "#316")]
fn a_router_with_another_networks_market_cannot_be_made() {
    let market = Market::new();
    // Another network, whose market is not this one.
    let factory = market.env.register(
        contract("factory").as_slice(),
        (
            market.tft.clone(),
            ONE,
            market.offers.address.clone(),
            market.params(&market.admin, &market.tft),
            templates(&market.env),
        ),
    );
    let args = (factory, market.offers.address.clone());
    market.env.register(contract("router").as_slice(), args);
}

/// A maker's own mistake: what an offer pays to the router stays there until somebody sweeps it.
#[test]
fn swap_with_offers_keeps_no_proceeds_but_what_a_maker_sent_to_the_router() {
    let market = Market::new();
    let proceeds_to = market.router.address.clone();
    let id = market.make(1, &OfferTerms { proceeds_to, ..market.fixed(1, 1) });
    let trader = market.another();
    market.close(1);
    let (amount, path) = (100 * ONE, [&market.key]);
    let call = market.swapping(&trader, &market.other, amount, &[(&id, 50 * ONE)], &path);
    market.signed::<i128>(&trader, &call).expect("a swap");
    assert_eq!(market.balance(&market.other, &market.router.address), 50 * ONE);
    assert_eq!(market.router.sweep(&market.other), 50 * ONE);
}

/// An offer's kind of price, in permille of the pool's, and how it is sold.
#[derive(Clone, Debug)]
enum Kind {
    Fixed,
    Falling,
    Pegged { spread_bps: u32 },
}

#[derive(Clone, Debug)]
struct Quoted {
    kind: Kind,
    permille: i128,
    sell_amount: i128,
    /// A unit, a third, or all.
    min_fill: usize,
    /// The most to spend on it, in permille of what may be.
    cap_permille: i128,
}

/// Offers beside a pool, in a ledger that may have traded already, either way.
#[derive(Clone, Debug)]
struct Book {
    offers: Vec<Quoted>,
    close: u32,
    /// Whether TFT was sold, and how many.
    traded: Option<(bool, i128)>,
    amount: i128,
}

fn book() -> impl Strategy<Value = Book> {
    let kind = prop_oneof![
        2 => Just(Kind::Fixed),
        1 => Just(Kind::Falling),
        1 => (0..50u32).prop_map(|spread_bps| Kind::Pegged { spread_bps }),
    ];
    let offer = (kind, 900..1_100i128, 1..2_000i128, 0..3usize, 0..=1_000i128).prop_map(
        |(kind, permille, sell_amount, min_fill, cap_permille)| {
            let sell_amount = sell_amount * ONE;
            Quoted { kind, permille, sell_amount, min_fill, cap_permille }
        },
    );
    let traded = prop::option::weighted(0.67, (any::<bool>(), 1..1_500i128));
    (vec(offer, 1..=4), select(vec![0, 1]), traded, 1..6_000i128).prop_map(
        |(offers, close, traded, amount)| Book { offers, close, traded, amount: amount * ONE },
    )
}

/// Random books beside a pool in every state: never less than the pools alone, never a unit lost, and
/// near to the best that any division could give.
#[test]
fn swap_with_offers_never_gives_less_than_the_pools_alone() {
    check("swap_with_offers", vec(book(), 1..=4), |books| {
        let market = Market::on(hurried_env());
        for (round, book) in books.iter().enumerate() {
            let (out, alone, _) = one_book(&market, book, round as u64);
            assert!(out >= alone, "round {round}: {out} {alone}");
        }
    });
}

/// That they are worth something at all.
#[test]
fn random_books_are_filled_and_better_than_the_pools_alone() {
    let (mut better, mut filled) = (0, 0);
    for book in sample(book(), 64) {
        let (out, alone, fills) = one_book(&Market::on(hurried_env()), &book, 0);
        better += u64::from(out > alone);
        filled += fills;
    }
    assert!(better > 8 && filled > 8, "{better} {filled}");
}

fn one_book(market: &Market, book: &Book, round: u64) -> (i128, i128, u64) {
    let (other, path) = (&market.other, [&market.key]);
    let state = market.pool(&market.key).state();
    let zero = state.token_0 == market.tft;
    let (tft, others) =
        if zero { (state.reserve_0, state.reserve_1) } else { (state.reserve_1, state.reserve_0) };
    let make = |(place, offer): (u64, &Quoted)| {
        let num = others / 1_000_000 * offer.permille / 1_000;
        let den = tft / 1_000_000;
        let price = match offer.kind {
            Kind::Fixed => OfferPrice::Fixed(Fraction { num, den }),
            Kind::Falling => {
                let (since, until) = (market.now() - 100, market.now() + 100);
                OfferPrice::Dutch(Dutch { start: num * 2, end: num, den, since, until })
            }
            Kind::Pegged { spread_bps } => {
                let pool = market.pool(&market.key).address;
                let limit = Fraction { num, den };
                OfferPrice::Pegged(Peg { pool, min_reserve: 1, spread_bps, limit })
            }
        };
        let sell_amount = offer.sell_amount;
        let min_fill = [1, sell_amount / 3, sell_amount][offer.min_fill];
        let terms = OfferTerms { sell_amount, min_fill, ..market.terms(price) };
        market.make(round * 10 + place, &terms)
    };
    let offers: Vec<_> = (0..).zip(&book.offers).map(make).collect();
    market.close(book.close);
    if let Some((tft, amount)) = book.traded {
        market.swap(if tft { &market.tft } else { other }, amount * ONE);
    }
    let amount = book.amount;
    let share = amount / (offers.len() as i128 + 1);
    let cap = |offer: &Quoted| (share * offer.cap_permille / 1_000).max(1);
    let caps: Vec<_> = offers.iter().zip(book.offers.iter().map(cap)).collect();
    let alone = alone(market, other, amount, &path);
    let before: i128 = offers.iter().map(|id| market.remaining(id)).sum();
    let call = market.swapping(&market.taker, other, amount, &caps, &path);
    let held = (market.balance(&market.tft, &market.taker), market.balance(other, &market.taker));
    let out = swap(market, &call, &market.taker);
    let now = (market.balance(&market.tft, &market.taker), market.balance(other, &market.taker));
    assert_eq!((now.0 - held.0, held.1 - now.1), (out, amount));
    let after: i128 = offers.iter().map(|id| market.remaining(id)).sum();
    market.give(other, &market.taker, amount);
    (out, alone, u64::from(after < before))
}

/// With offers that can be taken in any amount no division on a fine grid, over one pool or two, is better
/// by more than roundings.
#[test]
fn swap_with_offers_is_the_best_division() {
    for (num, cap, amount) in [
        // Taken whole, and as far as the path is dearer.
        (190, 900, 2_000),
        (203, 1_990, 2_000),
        (210, 7_990, 8_000),
        (230, 8_990, 9_000),
    ] {
        for two in [false, true] {
            let market = Market::new();
            let (_, alps) = market.region("ALPS", 30_000 * ONE, 30_000 * ONE);
            let path = if two { vec![&market.key, &alps] } else { vec![&market.key] };
            let sell_token = if two { alps.token.clone() } else { market.tft.clone() };
            market.give(&sell_token, &market.maker, RICH);
            let (sell_amount, min_fill) = (5_000 * ONE, 1);
            let terms = OfferTerms { sell_token, sell_amount, min_fill, ..market.fixed(num, 100) };
            let id = market.make(1, &terms);
            market.close(1);
            let (amount, cap) = (amount * ONE, cap * ONE);
            let mut best = alone(&market, &market.other, amount, &path);
            for part in 1..=200 {
                let pay = cap * part / 200;
                let gross = pay * 100 / num;
                let net = gross - (gross + 499) / 500;
                best = best.max(net + alone(&market, &market.other, amount - pay, &path));
            }
            let trader = market.another();
            let call = market.swapping(&trader, &market.other, amount, &[(&id, cap)], &path);
            let out = swap(&market, &call, &trader);
            assert!(out + 3 >= best, "{num}, {two}: {out} of {best}");
        }
    }
}
