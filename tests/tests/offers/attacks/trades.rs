//! What attackers try on the market and on swaps with offers.

use soroban_sdk::{
    testutils::Events as _, vec, Address, BytesN, Env, Event, IntoVal, Symbol, Val, Vec,
};
use tributary_common::{
    interfaces::{
        factory::{PoolKey, ROOT},
        offers::{Fill, Leg, OfferPrice, OfferTerms, OffersClient, OffersError, Peg},
    },
    price::Fraction,
};
use tributary_offers::event::Filled;
use tributary_tests::{
    env::{
        market::{Market, RICH},
        pool::{NEVER, ONE},
        sign::{assert_refused, assert_unauthorized, Call},
    },
    ledger::Cost,
    wasm::contract,
};

/// A plain token that `maker` and `taker` hold.
fn plain(market: &Market, decimals: u32) -> Address {
    let token = market.plain(decimals);
    for who in [&market.maker, &market.taker] {
        market.give(&token, who, RICH);
    }
    token
}

/// `terms` that sell one token for another.
fn pair(market: &Market, sell: &Address, buy: &Address) -> OfferTerms {
    OfferTerms { sell_token: sell.clone(), buy_token: buy.clone(), ..market.fixed(1, 1) }
}

#[test]
fn a_token_that_calls_back_gains_nothing_from_the_market() {
    let market = Market::new();
    let env = &market.env;
    let token = plain(&market, 7);
    let victim = market.make(1, &market.fixed(2, 1));
    let sells = market.make(2, &pair(&market, &token, &market.other));
    let buys = market.make(3, &pair(&market, &market.tft, &token));
    let (thief, offers) = (market.another(), &market.offers.address);
    let targets: [(&Address, &str, Vec<Val>); 6] = [
        (offers, "cancel", (victim.clone(),).into_val(env)),
        (offers, "collect", (&market.tft,).into_val(env)),
        (offers, "reclaim", (victim.clone(),).into_val(env)),
        (offers, "fill", (&thief, victim.clone(), ONE, RICH, &thief, NEVER).into_val(env)),
        (offers, "cancel", (sells.clone(),).into_val(env)),
        (&market.router.address, "sweep", (&market.tft,).into_val(env)),
    ];
    for (target, function, args) in targets {
        let call = [target.to_val(), Symbol::new(env, function).to_val(), args.to_val()];
        market.mischief(&token, "TryCall", &call);
        for id in [&sells, &buys] {
            let quote = market.quote(id, ONE);
            assert_eq!(market.fill(id, ONE), Ok(quote.0), "{function}");
        }
        assert_eq!(market.remaining(&victim), 1_000 * ONE, "{function}");
        let escrow = market.offers.escrowed(&market.tft).0;
        assert!(market.balance(&market.tft, offers) >= escrow);
        // That it did call: what it does not catch fails the whole.
        market.mischief(&token, "Call", &call);
        assert!(market.fill(&sells, ONE).is_err(), "{function}");
        assert!(market.fill(&buys, ONE).is_err(), "{function}");
    }
    market.mischief(&token, "None", &[]);
    assert_eq!(market.cancel(&victim), Ok(1_000 * ONE));
}

/// Every call that moves somebody's funds, with who signs it.
fn signed_calls(market: &Market) -> std::vec::Vec<(Call, Address)> {
    let (maker, taker) = (market.maker.clone(), market.taker.clone());
    let fixed = market.make(1, &market.fixed(1, 1));
    let dutch = market.make(2, &market.dutch());
    std::vec![
        (market.making(&maker, 3, &market.fixed(2, 1)), maker.clone()),
        (market.filling(&taker, &fixed, ONE, 9 * ONE, &taker, NEVER), taker.clone()),
        (market.filling(&taker, &dutch, ONE, 9 * ONE, &taker, NEVER), taker.clone()),
        (market.filling_many(&[(&fixed, ONE), (&dutch, ONE)], 9 * ONE, 0), taker.clone()),
        (market.swapping(&taker, &market.other, 9 * ONE, &[(&fixed, ONE)], &[&market.key]), taker,),
        (market.to_offers("schedule_fee", (1u32,)), market.admin.clone()),
        (market.to_offers("cancel", (fixed,)), maker),
    ]
}

#[test]
fn the_market_moves_nothing_without_the_owners_exact_signature() {
    let market = Market::new();
    let (env, thief) = (&market.env, market.another());
    for (call, owner) in signed_calls(&market) {
        let name = call.function;
        assert_unauthorized(env, name, || market.unsigned::<Val>(&call));
        for who in [&market.maker, &market.taker, &market.admin, &market.guardian, &thief] {
            if *who != owner {
                assert_unauthorized(env, name, || market.signed::<Val>(who, &call));
            }
        }
        if !call.beneath.is_empty() {
            let bare = Call { beneath: std::vec![], ..call.clone() };
            assert_unauthorized(env, name, || call.signed_by::<Val, _>(env, &[(&owner, &bare)]));
            // More than signed.
            let mut greedy = call.clone();
            let amount: i128 =
                IntoVal::<Env, Val>::into_val(&greedy.beneath[0].args.get_unchecked(2), env)
                    .into_val(env);
            greedy.beneath[0].args.set(2, (amount - 1).into_val(env));
            assert_unauthorized(env, name, || call.signed_by::<Val, _>(env, &[(&owner, &greedy)]));
        }
        assert!(market.signed::<Val>(&owner, &call).is_ok(), "{name}");
    }
}

#[test]
fn what_is_signed_beneath_the_market_serves_nobody_else() {
    let market = Market::new();
    let (env, maker, taker) = (&market.env, &market.maker, &market.taker);
    let thief = market.another();
    let own = OfferTerms { proceeds_to: thief.clone(), ..market.fixed(1, 1) };
    let trap = market.make_by(&thief, 9, &own).expect("an offer");
    let offers = &market.offers.address;
    let calls = signed_calls(&market);
    let leg = |token: &Address| Leg { token: token.clone(), amount: ONE };
    for (signed, owner) in &calls {
        let stolen = [
            Call::transfer(env, &market.other, taker, offers, 9 * ONE),
            Call::transfer(env, &market.other, taker, maker, ONE),
            Call::transfer(env, &market.tft, maker, offers, 1_000 * ONE),
            market.filling(taker, &trap, ONE, 9 * ONE, &thief, NEVER),
            market.making(maker, 4, &own),
            market.to_offers(
                "swap_direct",
                (maker, &thief, leg(&market.tft), leg(&market.other), NEVER),
            ),
        ];
        for part in &stolen {
            assert_unauthorized(env, part.function, || {
                part.signed_by::<Val, _>(env, &[(owner, signed)])
            });
        }
    }
}

/// What making, filling and cancelling cost beside this many offers of the same token. (`make bench` goes
/// on to 10 000.)
fn costs_beside(count: u64) -> std::vec::Vec<Cost> {
    use tributary_tests::ledger::{
        suite::{fixed, Sale, Suite},
        val::{account, int, NO_DEADLINE},
    };
    let mut suite = Suite::new();
    let other = suite.asset("AAA");
    let [maker, taker] = ["maker", "taker"].map(|name| suite.person(name, 10_000_000 * ONE));
    let sale = Sale {
        selling: suite.tft.clone(),
        amount: 100 * ONE,
        buying: other,
        price: fixed(2, 1),
        min_fill: ONE,
        expires_at: suite.network.info.timestamp + 1_000_000,
        proceeds_to: account(&maker),
    };
    for nonce in 0..count {
        suite.make(&maker, nonce, &sale).expect("an offer");
    }
    let offers = suite.offers.clone();
    let made = {
        let args =
            std::vec![account(&maker), soroban_env_host::xdr::ScVal::U64(1 << 40), sale.val()];
        suite.call(&maker, &offers, "make", args).expect("make")
    };
    let id = made.value.clone();
    let fill = |suite: &mut Suite| {
        let me = account(&taker);
        let args = std::vec![me.clone(), id.clone(), int(ONE), int(2 * ONE), me, NO_DEADLINE];
        suite.call(&taker, &offers, "fill", args).expect("fill").cost
    };
    fill(&mut suite);
    let filled = fill(&mut suite);
    let cancelled = suite.call(&maker, &offers, "cancel", std::vec![id.clone()]).expect("cancel");
    std::vec![made.cost, filled, cancelled.cost]
}

#[test]
fn a_thousand_offers_cost_what_ten_cost() {
    for (few, many) in costs_beside(10).into_iter().zip(costs_beside(1_000)) {
        assert_eq!((few.reads, few.writes), (many.reads, many.writes));
        assert_eq!((few.write_bytes, few.event_bytes), (many.write_bytes, many.event_bytes));
        let difference = few.instructions.abs_diff(many.instructions);
        assert!(difference * 100 <= few.instructions, "{few:?} {many:?}");
    }
}

#[test]
fn a_bad_token_harms_only_offers_of_its_own() {
    let market = Market::new();
    let token = plain(&market, 7);
    let good = market.make(1, &market.fixed(2, 1));
    let sells = market.make(2, &pair(&market, &token, &market.other));
    let buys = market.make(3, &pair(&market, &market.tft, &token));
    let terms = pair(&market, &market.tft, &token);
    let falling = OfferTerms { price: market.dutch().price, ..terms };
    let falling = market.make(4, &falling);
    let bps = [500u32.into()];
    let lie: [Val; 1] = [(-10 * ONE).into_val(&market.env)];
    for (act, args) in [("Fee", &bps[..]), ("Lie", &lie[..]), ("Trap", &[])] {
        market.mischief(&token, act, args);
        // Whatever comes of it, …
        for id in [&sells, &buys, &falling] {
            let _ = market.fill(id, ONE);
        }
        let _ = market.collect(&token);
        let _ = market.cancel(&sells);
        // … honest escrows are whole.
        let escrow = market.offers.escrowed(&market.tft);
        let sum: i128 = [&good, &buys, &falling].map(|id| market.remaining(id)).iter().sum();
        assert_eq!(escrow, (sum, false), "{act}");
        assert!(market.balance(&market.tft, &market.offers.address) >= sum);
        assert_eq!(market.balance(&market.other, &market.offers.address), 0);
        market.fill(&good, ONE).expect("a fill");
    }
    for id in [good, buys, falling] {
        let rest = market.remaining(&id);
        assert_eq!(market.cancel(&id), Ok(rest));
    }
    assert_eq!(market.offers.escrowed(&market.tft).0, 0);
}

#[test]
fn a_payment_in_a_token_that_takes_a_fee_is_the_makers_risk_alone() {
    let market = Market::new();
    let token = plain(&market, 7);
    let terms = OfferTerms { price: market.dutch().price, ..pair(&market, &market.tft, &token) };
    let id = market.make(1, &terms);
    market.mischief(&token, "Fee", &[500u32.into()]);
    // The market received less than it would pass on.
    assert!(market.fill(&id, ONE).is_err());
    assert_eq!(market.remaining(&id), 1_000 * ONE);
    // Nor do those pay who have the token in escrow, by a fill or by several.
    market.mischief(&token, "None", &[]);
    let escrow = market.make(2, &pair(&market, &token, &market.other));
    market.mischief(&token, "Fee", &[500u32.into()]);
    let (env, taker) = (&market.env, &market.taker);
    let fill = market.filling(taker, &id, ONE, 9 * ONE, taker, NEVER);
    assert_refused(env, OffersError::NotReceived, || market.signed::<Val>(taker, &fill));
    let fills = vec![env, Fill { id: id.clone(), amount: ONE }];
    let args = (taker, fills, &token, 9 * ONE, 0i128, taker, NEVER);
    let many = market.to_offers("fill_many", args);
    let many = many.with(market.transfer(&token, taker, &market.offers.address, 9 * ONE));
    assert_refused(env, OffersError::NotReceived, || market.signed::<Val>(taker, &many));
    market.mischief(&token, "None", &[]);
    assert_eq!(market.cancel(&escrow), Ok(1_000 * ONE));
}

#[test]
fn offers_outlive_every_ttl() {
    let market = Market::new();
    let terms = OfferTerms { expires_at: u64::MAX, ..market.fixed(2, 1) };
    let (id, closed) = (market.make(1, &terms), market.make(2, &terms));
    market.cancel(&closed).expect("cancelled");
    market.fill(&id, ONE).expect("a fill");
    let (before, config) = (market.offers.offer(&id), market.offers.config());
    // Two years: past the longest TTL there is.
    market.close(2 * 365 * 17_280);
    assert_eq!(market.offers.offer(&id), before);
    assert_eq!(market.offers.config(), config);
    assert_eq!(market.offers.escrowed(&market.tft), (999 * ONE, false));
    let again = market.make_by(&market.maker, 2, &terms);
    assert_eq!(again, Err(Ok(OffersError::DuplicateOffer.into())));
    assert_eq!(market.fill(&closed, ONE), Err(Ok(OffersError::OfferClosed.into())));
    assert_eq!(market.reclaim(&id), Err(Ok(OffersError::NotExpired.into())));
    market.fill(&id, ONE).expect("a fill");
    assert_eq!(market.cancel(&id), Ok(998 * ONE));
}

#[test]
fn the_largest_amounts_and_any_decimals_trade() {
    let market = Market::new();
    let env = &market.env;
    let (nil, eighteen) = (market.plain(0), market.plain(18));
    for token in [&nil, &eighteen] {
        let most = i128::MAX / 2;
        tributary_tests::env::set_balance(env, token, &market.maker, most);
        tributary_tests::env::set_balance(env, token, &market.taker, most);
    }
    let price = |num, den| OfferPrice::Fixed(Fraction { num, den });
    // A whole unit of the one is 10^18 raw units of the other; and back.
    let million = 10i128.pow(6);
    let wei = 10i128.pow(18);
    let cases = [
        (&nil, &eighteen, price(3 * wei, 1), 5 * million, 15 * million * wei),
        (&eighteen, &nil, price(3, wei), 5 * million * wei + 1, 15 * million + 1),
        (&nil, &eighteen, price(1, i128::MAX), i128::MAX / 4, 1),
        (&eighteen, &nil, price(1, 1), i128::MAX / 4, i128::MAX / 4),
        (&nil, &eighteen, price(i128::MAX, i128::MAX), i128::MAX / 8, i128::MAX / 8),
        (&nil, &eighteen, price(i128::MAX, i128::MAX - 1), 7, 8),
    ];
    for (nonce, (sell, buy, price, amount, pay)) in cases.into_iter().enumerate() {
        let terms = OfferTerms {
            sell_token: sell.clone(),
            buy_token: buy.clone(),
            sell_amount: amount,
            min_fill: 1,
            price,
            ..market.fixed(1, 1)
        };
        let id = market.make(nonce as u64, &terms);
        let call = market.filling(&market.taker, &id, amount, i128::MAX, &market.taker, NEVER);
        assert_eq!(market.signed::<i128>(&market.taker, &call), Ok(pay), "case {nonce}");
    }
    // All that exists, escrowed and paid back; and more than can exist.
    let rest = market.balance(&nil, &market.maker);
    let terms = OfferTerms {
        sell_token: nil.clone(),
        sell_amount: rest,
        price: price(i128::MAX, 1),
        ..market.fixed(1, 1)
    };
    let id = market.make(20, &terms);
    let call = market.filling(&market.taker, &id, rest, i128::MAX, &market.taker, NEVER);
    assert_refused(env, OffersError::Overflow, || market.signed::<i128>(&market.taker, &call));
    tributary_tests::env::set_balance(env, &nil, &market.maker, i128::MAX);
    let more = OfferTerms { sell_amount: i128::MAX, ..terms };
    assert_refused(env, OffersError::Overflow, || market.make_by(&market.maker, 21, &more));
    tributary_tests::env::set_balance(env, &nil, &market.maker, 0);
    assert_eq!(market.cancel(&id), Ok(rest));
}

#[test]
fn many_small_fills_pay_no_less_and_save_no_fee() {
    let market = Market::new();
    let terms = OfferTerms { sell_amount: 10_000, min_fill: 1, ..market.fixed(1, 3) };
    let (whole, split) = (market.make(1, &terms), market.make(2, &terms));
    let at_once = market.quote(&whole, 3_000);
    let (mut paid, mut received) = (0, 0);
    for part in [2, 3, 5, 7, 11, 13] {
        for _ in 0..10 {
            let (pay, receive) = market.quote(&split, part);
            assert_eq!(market.fill(&split, part), Ok(pay));
            // Nothing is had for nothing, and each costs a fee.
            assert!(pay * 3 >= part && receive < part);
            (paid, received) = (paid + pay, received + receive);
        }
    }
    let taken = 10_000 - market.remaining(&split);
    assert!(paid * 3_000 >= at_once.0 * taken);
    assert!(received * 3_000 <= at_once.1 * taken);
    assert_refused(&market.env, OffersError::AmountTooSmall, || market.fill(&split, 1));
}

#[test]
fn an_offer_follows_no_pool_but_the_factorys() {
    let market = Market::new();
    let env = &market.env;
    // A pool of the same code and the same tokens that says the same of itself.
    let (real, rich) = (market.pool(&market.key), market.another());
    let state = real.state();
    let args = (
        state.token_0.clone(),
        state.token_1.clone(),
        30u32,
        1_667u32,
        0u32,
        market.treasury.clone(),
        market.guardian.clone(),
        market.factory.address.clone(),
        soroban_sdk::String::from_str(env, "Tributary TFT: TFT/AAA 0.30%"),
        soroban_sdk::String::from_str(env, "TFT-AAA-30"),
    );
    let fake = env.register(contract("pool").as_slice(), args);
    let pool = tributary_common::interfaces::pool::PoolClient::new(env, &fake);
    env.mock_all_auths();
    pool.deposit(&rich, &(1_000 * ONE), &(1_000 * ONE), &0, &rich, &NEVER);
    env.set_auths(&[]);
    let limit = Fraction { num: 1, den: 1_000 };
    let peg = |pool: &Address| {
        let peg = Peg { pool: pool.clone(), min_reserve: 1, spread_bps: 0, limit };
        market.terms(OfferPrice::Pegged(peg))
    };
    assert_refused(env, OffersError::UnknownPool, || market.make_by(&market.maker, 1, &peg(&fake)));
    // A real one of other tokens, or of another region, is no pool of these two or is named as it is.
    let usdc = market.root_pool(ONE, ONE);
    assert_refused(env, OffersError::WrongPool, || {
        market.make_by(&market.maker, 1, &peg(&market.regions.pool(&usdc).address))
    });
    market.make_by(&market.maker, 1, &peg(&real.address)).expect("the factory's");
    // The router sells beside no offer of another market.
    let own = env.register(contract("offers").as_slice(), (market.factory.address.clone(), 0u32));
    let elsewhere = Call {
        contract: own.clone(),
        ..market.to_offers("make", (&market.maker, 1u64, market.fixed(1, 1)))
    };
    let pull = market.transfer(&market.tft, &market.maker, &own, 1_000 * ONE);
    let id: BytesN<32> = market.signed(&market.maker, &elsewhere.with(pull)).expect("an offer");
    let path = [&market.key];
    let alone = market.router.quote_exact_in(&market.other, &ONE, &market.path(&path));
    let call = market.swapping(&market.taker, &market.other, ONE, &[(&id, ONE / 2)], &path);
    assert_eq!(market.signed::<i128>(&market.taker, &call), Ok(alone));
    assert_eq!(OffersClient::new(env, &own).offer(&id).remaining, 1_000 * ONE);
}

#[test]
fn events_of_a_look_alike_come_from_another_contract() {
    let market = Market::new();
    let env = &market.env;
    let args = (market.factory.address.clone(), 0u32);
    let own = env.register(contract("offers").as_slice(), args);
    let elsewhere = Call {
        contract: own.clone(),
        ..market.to_offers("make", (&market.maker, 1u64, market.fixed(1, 1)))
    };
    let pull = market.transfer(&market.tft, &market.maker, &own, 1_000 * ONE);
    let id: BytesN<32> = market.signed(&market.maker, &elsewhere.with(pull)).expect("an offer");
    assert!(market.told().is_empty());
    assert_refused(env, OffersError::UnknownOffer, || market.fill(&id, ONE));
    // The id says nothing of the market: the same terms have it in both.
    assert_eq!(market.make(1, &OffersClient::new(env, &own).offer(&id).terms), id);
    let call = Call {
        contract: own.clone(),
        ..market.to_offers("fill", (&market.taker, id.clone(), ONE, ONE, &market.taker, NEVER))
    };
    let pay = market.transfer(&market.other, &market.taker, &market.maker, ONE);
    market.signed::<i128>(&market.taker, &call.with(pay)).expect("a fill");
    let (maker, taker) = (market.maker.clone(), market.taker.clone());
    let filled = Filled { id, maker, taker, amount: ONE, received: ONE, paid: ONE };
    assert_eq!(env.events().all().filter_by_contract(&own).events(), [filled.to_xdr(env, &own)]);
    assert!(market.told().is_empty());
}

#[test]
fn a_pool_of_another_region_is_named_by_its_key() {
    let market = Market::new();
    // Regions are permissionless: anybody's pool of these tokens can be pegged to, by whoever names it.
    let key = PoolKey { code: market.code("EVIL"), ..market.key.clone() };
    let evil = market.user(&[(&market.tft, tributary_tests::ledger::suite::BOND)]);
    market.create_region(&evil, "EVIL", &market.other).expect("a region");
    assert_ne!(market.pool(&key).address, market.pool(&market.key).address);
    assert_ne!(key.code, ROOT);
    market.regions.fill(&market.user(&[]), &key, 1_000 * ONE, ONE);
    let id = market.make(1, &market.pegged(0, 1, 1));
    // What happens in hers moves no offer that names the other.
    let before = market.offers.price_at(&id, &0);
    let swap = market.exact_in(&market.taker, &market.other, 100 * ONE, &[&key]);
    market.signed::<i128>(&market.taker, &swap).expect("a swap");
    assert_eq!(market.offers.price_at(&id, &0), before);
}
