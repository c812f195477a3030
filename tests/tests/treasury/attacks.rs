//! What attackers try on a treasury and its region's own token. Their costs with many regions are the bench's.

use soroban_sdk::{
    testutils::{Address as _, Events as _},
    Address, BytesN, IntoVal, Val,
};
use tributary_common::interfaces::{
    factory::{PoolKey, ROOT},
    offers::Leg,
    pool::PoolClient,
    treasury::{
        Action, Books, Liquidity, Policy, PolicyPool, Removal, TreasuryClient, TreasuryError, Watch,
    },
};
use tributary_tests::{
    env::{
        community::{Community, DAY, OPERATING, POOL_TOKEN, SOME},
        pool::{NEVER, ONE},
        sign::{assert_refused, assert_unauthorized, Call},
    },
    wasm::contract,
};

/// What the fixture's budget holds.
const HOURLY: i128 = OPERATING / 2_400;

#[test]
fn every_entry_point_of_the_treasury_asks_the_right_party() {
    let community = Community::new();
    let giver = community.user(&[(&community.token, 10 * ONE)]);
    let heir = community.user(&[]);
    let pending = community.propose(community.grant(&giver, ONE)).expect("a proposal");
    let handed = community.propose(Action::SetCouncil(heir.clone())).expect("a proposal");
    community.days(7);
    let grant = |amount| community.grant(&giver, amount);
    let to = |function, id: &BytesN<32>| community.to_treasury(function, (id.clone(),));
    let cases = [
        (
            "propose",
            &community.council,
            community.to_treasury("propose", (7u64, grant(ONE))),
            community.to_treasury("propose", (7u64, grant(2 * ONE))),
        ),
        ("cancel", &community.council, to("cancel", &pending), to("cancel", &handed)),
        ("veto", &community.guardian, to("veto", &pending), to("veto", &handed)),
        ("execute", &heir, to("execute", &handed), to("execute", &pending)),
        (
            "protect",
            &giver,
            community.protecting(&giver, &community.token, ONE),
            community.protecting(&giver, &community.token, 2 * ONE),
        ),
    ];
    let everybody = [
        &community.council,
        &community.guardian,
        &community.admin,
        &community.founder,
        &giver,
        &heir,
    ];
    for (name, right, call, other) in &cases {
        assert_unauthorized(&community.env, name, || community.unsigned::<Val>(call));
        for who in everybody.iter().filter(|who| **who != *right) {
            assert_unauthorized(&community.env, name, || community.signed::<Val>(who, call));
        }
        assert_unauthorized(&community.env, name, || {
            call.signed_by::<Val, _>(&community.env, &[(right, other)])
        });
    }
    for (name, right, call, _) in &cases {
        if *name != "veto" {
            community
                .signed::<Val>(right, call)
                .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        }
    }
}

#[test]
fn a_frozen_treasury_loses_nothing_and_stops_nobody_else() {
    let community = Community::ready();
    let treasury = &community.treasury.address;
    community.give(&community.tft, treasury, ONE);
    community.set_authorized(&community.tft, treasury, false);
    let before = community.sums(&community.token);
    // TFT cannot be delivered: the whole call is undone.
    assert!(community.buyback(SOME).is_err());
    assert_eq!(community.sums(&community.token), before);
    assert!(community.pool.try_collect().is_err());
    community.swap(&community.token, ONE);
    // What it holds of other tokens goes on.
    let to = community.user(&[]);
    community.carry(community.grant(&to, ONE), 3).expect("paid");
    community.set_authorized(&community.tft, treasury, true);
    community.close(1);
    community.buyback(SOME).expect("a buyback");
}

#[test]
fn a_grant_to_who_cannot_receive_fails_cleanly_and_can_be_tried_again() {
    let community = Community::new();
    let frozen = community.user(&[(&community.token, ONE)]);
    community.set_authorized(&community.token, &frozen, false);
    let id = community.propose(community.grant(&frozen, ONE)).expect("a proposal");
    community.days(3);
    let before = community.sums(&community.token);
    assert!(community.execute(&id).is_err());
    assert_eq!(community.sums(&community.token), before);
    community.set_authorized(&community.token, &frozen, true);
    community.execute(&id).expect("paid");
}

#[test]
fn after_a_clawback_no_book_pays_for_another() {
    let community = Community::ready();
    community.buyback(1_500 * ONE).expect("a buyback");
    community.give(&community.tft, &community.treasury.address, 600 * ONE);
    let before = community.absorb(&community.tft).expect("the books");
    let burn = Action::Burn(Leg { token: community.tft.clone(), amount: before.operating });
    let id = community.propose(burn).expect("a proposal");
    community.days(3);
    let (whole, _) = community.sums(&community.tft);
    community.claw_back(&community.tft, &community.treasury.address, whole / 2);
    // Who acts first gets no more than the operating book's half.
    assert_refused(&community.env, TreasuryError::InsufficientOperating, || community.execute(&id));
    let half = Leg { token: community.tft.clone(), amount: before.operating / 2 };
    community.carry(Action::Burn(half), 3).expect("its own half");
    let after = community.books(&community.tft);
    for (book, was) in [
        (after.protection, before.protection),
        (after.liquidity, before.liquidity),
        (after.stakers, before.stakers),
    ] {
        assert!((book - was / 2).abs() <= 3, "{book} of {was}");
    }
}

#[test]
fn a_lying_or_stealing_token_harms_no_book_but_its_own() {
    let community = Community::ready();
    let (bad, treasury) = (community.plain(7), community.treasury.address.clone());
    community.give(&bad, &treasury, 1_000 * ONE);
    let honest = [community.tft.clone(), community.token.clone()];
    let before = honest.each_ref().map(|token| community.books(token));
    let number = |value: i128| value.into_val(&community.env);
    let to = community.user(&[]);
    for (act, args) in [
        ("Lie", vec![number(1_000_000 * ONE)]),
        ("Lie", vec![number(-999 * ONE)]),
        ("Lie", vec![number(-2_000 * ONE)]),
        ("Lie", vec![number(i128::MAX - 1_000 * ONE)]),
        ("Fee", vec![5_000u32.into_val(&community.env)]),
        ("Trap", vec![]),
    ] {
        community.mischief(&bad, act, &args);
        let _ = community.absorb(&bad);
        let grant = tributary_common::interfaces::treasury::Grant {
            token: bad.clone(),
            to: to.clone(),
            amount: ONE,
        };
        let _ = community.carry(Action::Grant(grant), 3);
        let books = honest.each_ref().map(|token| community.books(token));
        assert_eq!(books, before, "{act}");
    }
    community.close(1);
    community.buyback(SOME).expect("a buyback of what is honest");
}

/// A token that calls back while the treasury pays with it, or is paid.
#[test]
fn a_token_cannot_call_back_into_the_treasury() {
    let community = Community::ready();
    let (bad, treasury) = (community.plain(7), community.treasury.address.clone());
    let giver = community.user(&[(&bad, 1_000 * ONE)]);
    community.give(&bad, &treasury, 1_000 * ONE);
    community.absorb(&bad).expect("absorbed");
    let id = community.propose(community.release(ONE)).expect("a proposal");
    let env = &community.env;
    let buyback: Vec<Val> = vec![
        community.token.clone().into_val(env),
        ONE.into_val(env),
        community.pool.address.clone().into_val(env),
    ];
    for (function, args) in [
        ("absorb", vec![bad.clone().into_val(env)]),
        ("buyback", buyback),
        ("execute", vec![id.clone().into_val(env)]),
        ("notify_stakers", vec![]),
    ] {
        let mut list = soroban_sdk::Vec::<Val>::new(env);
        args.iter().for_each(|arg| list.push_back(*arg));
        let function = community.code(function).to_val();
        let called = [treasury.clone().into_val(env), function, list.to_val()];
        community.mischief(&bad, "Call", &called);
        let before = [&community.tft, &community.token].map(|token| community.books(token));
        let call = community.protecting(&giver, &bad, ONE);
        assert_unauthorized(env, "re-entry", || community.signed::<Val>(&giver, &call));
        assert_eq!([&community.tft, &community.token].map(|token| community.books(token)), before);
    }
}

#[test]
fn no_limit_of_the_treasury_resets_when_a_ttl_has_passed() {
    let community = Community::ready();
    community.protect(&community.token, 1_000_000 * ONE);
    community.carry(community.release(25_000 * ONE), 3).expect("all that may leave");
    let vetoed = community.propose(community.grant(&community.founder, ONE)).expect("one");
    let veto = community.to_treasury("veto", (vetoed.clone(),));
    community.signed::<()>(&community.guardian, &veto).expect("vetoed");
    let budget = community.treasury.budget(&community.token).available;
    community.close(1);
    community.buyback(budget).expect("all of the budget");
    let known = (
        community.treasury.policy(),
        community.treasury.config(),
        community.books(&community.token),
        community.treasury.watch(&community.pool.address),
        community.treasury.proposal(&vetoed),
    );
    let before = community.treasury.budget(&community.token);
    // Ledgers past every TTL, and no time.
    community.wait(2 * 365 * 17_280, 0);
    assert_eq!(community.treasury.budget(&community.token), before);
    assert_eq!(before.available, 0);
    assert_eq!(community.buyback(SOME), Err(Ok(TreasuryError::TooSoon.into())));
    assert_eq!(community.execute(&vetoed), Err(Ok(TreasuryError::ProposalVetoed.into())));
    let now = (
        community.treasury.policy(),
        community.treasury.config(),
        community.books(&community.token),
        community.treasury.watch(&community.pool.address),
        community.treasury.proposal(&vetoed),
    );
    assert_eq!(now, known);
}

/// A region of plain tokens, whose pool has been observed and named for long enough.
fn extreme(decimals: u32, tft: i128, token: i128) -> Option<(Community, Address, Address)> {
    let community = Community::new();
    let other = community.plain(decimals);
    let key = PoolKey { token: other.clone(), fee_bps: 30, code: community.key.code.clone() };
    let pool = community.create_pool(&community.founder, &key, 0).expect("a pool").address;
    community.fill(&community.founder, &key, tft, token);
    let mut pools = soroban_sdk::Vec::new(&community.env);
    pools.push_back(PolicyPool { pool: pool.clone(), min_tft: 1, min_token: 1 });
    let policy = Policy { pools, ..community.treasury.policy() };
    let id = community.propose(Action::SetPolicy(policy)).expect("a proposal");
    for _ in 0..8 {
        community.treasury.observe(&pool);
        community.wait(17_280, DAY);
    }
    community.treasury.observe(&pool);
    community.execute(&id).expect("a policy");
    community.wait(17_280, DAY);
    community.treasury.observe(&pool);
    community.close(1);
    Some((community, other, pool))
}

#[test]
fn buybacks_work_at_the_ends_of_what_tokens_can_hold() {
    for (decimals, tft, token) in [
        (0, 10_000 * ONE, 4_000),
        (18, 10_000 * ONE, 30_000 * 10i128.pow(18)),
        (18, i128::from(i64::MAX) / 4, 10i128.pow(37)),
        (7, 4_000_000, 10_000 * ONE),
    ] {
        let (community, other, pool) = extreme(decimals, tft, token).expect("a region");
        community.give(&other, &community.treasury.address, i128::MAX - token);
        let amount = token / 400;
        let bought = community.buyback_in(&other, amount, &pool).expect("a buyback");
        let fair = tft as f64 / 400.0;
        // A fee of less than a unit is one.
        let coarse = fair * (0.02 + 1.0 / amount as f64) + 2.0;
        assert!((bought as f64 - fair).abs() < coarse, "{bought} of {fair}");
        let (booked, balance) = community.sums(&other);
        assert_eq!(booked, balance);
        for amount in [i128::MAX, i128::MAX - token] {
            let call = || community.buyback_in(&other, amount, &pool);
            community.wait(60, 300);
            assert_refused(&community.env, TreasuryError::OverCallLimit, call);
        }
    }
}

#[test]
fn books_hold_all_that_a_token_can() {
    let community = Community::new();
    let token = community.plain(18);
    let giver = community.user(&[(&token, i128::MAX)]);
    let protect = |amount| {
        let call = community.protecting(&giver, &token, amount);
        community.signed::<()>(&giver, &call)
    };
    protect(i128::MAX - 1).expect("nearly all");
    protect(1).expect("all");
    assert_eq!(community.books(&token).protection, i128::MAX);
    assert_eq!(community.treasury.budget(&token).releasable, i128::MAX / 40);
    let release = |amount| Action::Release(Leg { token: token.clone(), amount });
    let over = community.carry(release(i128::MAX / 40 + 1_000_000_000_000_000_000_000_000_000), 3);
    assert_eq!(over, Err(Ok(TreasuryError::OutflowExceeded.into())));
    community.carry(release(i128::MAX / 40), 3).expect("a fortieth");
    assert_eq!(community.sums(&token), (i128::MAX, i128::MAX));
}

/// Value at the fair price of two tokens for a TFT.
fn worth(community: &Community, who: &Address) -> i128 {
    2 * community.balance(&community.tft, who) + community.balance(&community.token, who)
}

#[test]
fn a_buyback_goes_through_no_pool_that_an_attacker_brings() {
    let community = Community::ready();
    let thief = community.user(&[(&community.tft, 200_000 * ONE)]);
    // Her own region, with a pool of the same token at a hundred times the price.
    community.create_region(&thief, "EVIL", &community.token).expect("a region");
    for (fee_bps, band_bps) in [(30, 0), (5, 1_000)] {
        let key = PoolKey { fee_bps, ..community.regions.key("EVIL", &community.token) };
        if band_bps > 0 {
            community.create_pool(&thief, &key, band_bps).expect("a pool");
        }
        community.fill(&thief, &key, 1_000 * ONE, 200_000 * ONE);
        let pool = community.regions.pool(&key).address;
        for _ in 0..8 {
            community.treasury.observe(&pool);
            community.days(1);
        }
        community.close(1);
        assert_refused(&community.env, TreasuryError::PoolNotInPolicy, || {
            community.buyback_in(&community.token, 100 * ONE, &pool)
        });
    }
    // Nor can she have it named.
    let policy = Action::SetPolicy(community.policy_of(&[]));
    let call = community.to_treasury("propose", (1u64, policy));
    assert_unauthorized(&community.env, "a stranger", || community.signed::<Val>(&thief, &call));
}

#[test]
fn a_sandwich_in_one_ledger_wins_nothing_whatever_its_size() {
    for push in [0, 1, 5, 9, 20, 50, 100] {
        let community = Community::ready();
        let thief = community.user(&[(&community.token, POOL_TOKEN)]);
        let before = worth(&community, &thief);
        let paid = POOL_TOKEN * push / 20_000;
        let held = if paid > 0 { community.swap_as(&thief, &community.token, paid) } else { 0 };
        // Refused where she pushed too far.
        let bought = community.buyback(HOURLY);
        if held > 0 {
            community.swap_as(&thief, &community.tft, held);
        }
        let after = worth(&community, &thief);
        assert!(after <= before, "{push}: won {}", after - before);
        assert_eq!(bought.is_ok(), push <= 9, "{push}: {bought:?}");
        if let Ok(bought) = bought {
            // Within the premium and the fee of the fair price, whoever trades before.
            assert!(2 * bought * 10_160 >= HOURLY * 10_000, "{push}: {bought}");
        }
    }
}

#[test]
fn a_sandwich_across_ledgers_wins_no_more_than_the_premium_allows() {
    for push in [10, 40, 80, 90, 100, 200, 400] {
        let community = Community::ready();
        let thief = community.user(&[(&community.token, POOL_TOKEN)]);
        let before = worth(&community, &thief);
        let paid = POOL_TOKEN * push / 20_000;
        let held = community.swap_as(&thief, &community.token, paid);
        community.close(1);
        let bought = community.buyback(HOURLY);
        community.close(1);
        community.swap_as(&thief, &community.tft, held);
        let won = worth(&community, &thief) - before;
        assert!(won <= 0, "{push}: won {won}");
        if let Ok(bought) = bought {
            assert!(2 * bought * 10_135 >= HOURLY * 10_000, "{push}: {bought}");
        }
        assert_eq!(bought.is_ok(), push <= 80, "{push}: {bought:?}");
    }
}

#[test]
fn two_keepers_in_one_ledger_sell_once() {
    let community = Community::ready();
    community.buyback(SOME).expect("the first");
    assert_refused(&community.env, TreasuryError::TooSoon, || community.buyback(SOME));
    // Nor does another pool help beyond the budget that they share.
    let left = community.treasury.budget(&community.token).available;
    assert!(left <= HOURLY - SOME);
}

#[test]
fn after_a_long_downtime_nothing_is_sold_in_a_hurry() {
    let community = Community::ready();
    community.wait(100 * 17_280, 100 * DAY);
    assert_refused(&community.env, TreasuryError::TwapStale, || community.buyback(SOME));
    community.pool.sync();
    assert_refused(&community.env, TreasuryError::MeanStale, || community.buyback(SOME));
    community.days(1);
    community.days(1);
    community.close(1);
    // An hour's worth, not a hundred days'.
    let budget = community.treasury.budget(&community.token);
    assert_eq!(budget.available, budget.hourly);
    let over = budget.available + 1;
    assert_refused(&community.env, TreasuryError::OverBudget, || community.buyback(over));
    community.buyback(budget.available).expect("an hour's worth");
}

#[test]
fn in_an_empty_pool_one_tiny_trade_sets_no_price() {
    let community = Community::ready();
    // All liquidity leaves, but for what is locked for ever and a few units.
    let shares = community.pool.balance(&community.founder);
    community.env.mock_all_auths();
    let (who, pool) = (&community.founder, &community.pool);
    pool.withdraw(who, &(shares - 1), &0, &0, who, &NEVER);
    community.env.set_auths(&[]);
    community.close(1);
    let thief = community.user(&[(&community.token, 1_000_000)]);
    community.swap_as(&thief, &community.token, 100_000);
    for wait in [1, 400, 17_280] {
        community.close(wait);
        community.pool.sync();
        assert_refused(&community.env, TreasuryError::PoolTooShallow, || community.buyback(1));
    }
}

/// Whoever owns the liquidity can empty the pool, bend its price for nothing until both means have followed,
/// and fill it again at that price. One honest `observe` a day is enough against it.
#[test]
fn a_price_that_was_bent_in_an_emptied_pool_is_no_price() {
    for honest in [false, true] {
        let community = Community::ready();
        let (who, pool) = (community.founder.clone(), &community.pool);
        let shares = pool.balance(&who);
        community.env.mock_all_auths();
        pool.withdraw(&who, &shares, &0, &0, &who, &NEVER);
        pool.swap_exact_in(&who, &community.token, &1_430, &0, &who, &NEVER);
        community.env.set_auths(&[]);
        for hour in 0..46 {
            community.wait(720, 3_600);
            pool.sync();
            // Her own, once the recorded price has followed, and perhaps somebody else's.
            if hour == 20 || honest && hour == 30 {
                community.treasury.observe(&pool.address);
            }
        }
        let state = pool.state();
        let tft_first = community.tft < community.token;
        let bent = if tft_first {
            state.reserve_1 as f64 / state.reserve_0 as f64
        } else {
            state.reserve_0 as f64 / state.reserve_1 as f64
        };
        assert!(bent > 7.0, "{bent}");
        let (tft, token) = (60_000 * ONE, (60_000.0 * bent * 1e7) as i128);
        let (first, second) = if tft_first { (tft, token) } else { (token, tft) };
        community.env.mock_all_auths();
        pool.deposit(&who, &first, &second, &0, &who, &NEVER);
        community.env.set_auths(&[]);
        assert_refused(&community.env, TreasuryError::PoolTooShallow, || community.buyback(SOME));
        community.close(1);
        let bought = community.buyback(SOME);
        if honest {
            assert_eq!(bought, Err(Ok(TreasuryError::MeanTooYoung.into())));
        } else {
            // The limit that is stated: an hour's budget, where nobody observes for a day.
            assert!(bought.is_ok_and(|bought| bought * 6 < SOME));
        }
    }
}

/// The same against liquidity, where no honest call is needed: the council's minima.
#[test]
fn liquidity_is_not_added_at_a_bent_price_whatever_the_means_say() {
    let community = Community::ready();
    let (who, pool) = (community.founder.clone(), &community.pool);
    community.give(&community.tft, &community.treasury.address, 100_000 * ONE);
    let liquidity = Liquidity {
        pool: pool.address.clone(),
        tft: 20_000 * ONE,
        token: 40_000 * ONE,
        min_tft: 18_000 * ONE,
        min_token: 36_000 * ONE,
    };
    let id = community.propose(Action::AddLiquidity(liquidity)).expect("a proposal");
    let shares = pool.balance(&who);
    community.env.mock_all_auths();
    pool.withdraw(&who, &shares, &0, &0, &who, &NEVER);
    pool.swap_exact_in(&who, &community.token, &1_430, &0, &who, &NEVER);
    community.env.set_auths(&[]);
    for hour in 0..74 {
        community.wait(720, 3_600);
        pool.sync();
        if hour == 20 || hour == 47 {
            community.treasury.observe(&pool.address);
        }
    }
    let (tft, token) = (60_000 * ONE, 600_000 * ONE);
    let (first, second) = if community.tft < community.token { (tft, token) } else { (token, tft) };
    community.env.mock_all_auths();
    pool.deposit(&who, &first, &second, &0, &who, &NEVER);
    community.env.set_auths(&[]);
    community.close(1);
    assert_refused(&community.env, TreasuryError::BelowMinimum, || community.execute(&id));
}

#[test]
fn a_price_held_for_a_whole_window_is_refused_by_the_long_mean() {
    let community = Community::ready();
    // 5 % up, for two hours in which nobody trades against it.
    for _ in 0..5 {
        community.swap(&community.token, POOL_TOKEN / 200);
        community.close(1);
    }
    for _ in 0..4 {
        community.close(360);
        community.pool.sync();
        assert_refused(&community.env, TreasuryError::PriceTooHigh, || community.buyback(SOME));
    }
}

#[test]
fn donations_and_syncs_move_no_mean_at_once() {
    let community = Community::ready();
    community.give(&community.token, &community.pool.address, POOL_TOKEN / 20);
    community.treasury.observe(&community.pool.address);
    assert_refused(&community.env, TreasuryError::PriceMoved, || community.buyback(SOME));
    community.close(1);
    assert_refused(&community.env, TreasuryError::PriceTooHigh, || community.buyback(SOME));
    // What lies in the pool unbooked is sold with it: to the treasury's gain, or not at all.
    let community = Community::ready();
    community.give(&community.token, &community.pool.address, SOME);
    let quote = community.pool.quote_exact_in(&community.token, &SOME);
    let bought = community.buyback(SOME).expect("a buyback");
    assert!(bought > 2 * quote - quote / 100, "{bought}, {quote}");
}

#[test]
fn a_fake_pool_is_neither_observed_nor_named_nor_given_liquidity() {
    let community = Community::ready();
    let env = &community.env;
    let state = community.pool.state();
    // The same code with the same arguments, deployed by somebody else.
    let args = (
        state.token_0.clone(),
        state.token_1.clone(),
        30u32,
        1_667u32,
        0u32,
        community.treasury.address.clone(),
        community.guardian.clone(),
        community.factory.address.clone(),
        soroban_sdk::String::from_str(env, "Tributary ALPS: TFT/TEST 0.30%"),
        soroban_sdk::String::from_str(env, "ALPS-TEST-30"),
    );
    let fake = PoolClient::new(env, &env.register(contract("pool").as_slice(), args));
    let thief = community.user(&[(&community.tft, ONE), (&community.token, ONE)]);
    env.mock_all_auths();
    fake.deposit(&thief, &ONE, &ONE, &0, &thief, &NEVER);
    env.set_auths(&[]);
    community.close(1);
    let observe = community.to_treasury("observe", (&fake.address,));
    assert_refused(env, TreasuryError::UnknownPool, || community.unsigned::<Watch>(&observe));
    assert_refused(env, TreasuryError::PoolNotInPolicy, || {
        community.buyback_in(&community.token, ONE, &fake.address)
    });
    let (pool, min_tft, min_token) = (fake.address.clone(), 0, 0);
    let shares = Removal { pool: pool.clone(), shares: ONE, min_tft, min_token };
    let liquidity = Liquidity { pool, tft: ONE, token: ONE, min_tft, min_token };
    for action in [
        Action::SetPolicy(community.policy_of(&[&fake.address])),
        Action::AddLiquidity(liquidity),
        Action::RemoveLiquidity(shares),
    ] {
        assert_refused(env, TreasuryError::UnknownPool, || community.propose(action));
    }
}

#[test]
fn a_look_alike_treasury_tells_under_another_address() {
    let community = Community::ready();
    let env = &community.env;
    let config = community.treasury.config();
    let args =
        (config.code, config.factory, config.tft, config.offers, config.council, config.guardian);
    let fake = env.register(contract("treasury").as_slice(), args);
    let fake = TreasuryClient::new(env, &fake);
    fake.absorb(&community.token);
    let events = env.events().all();
    assert_eq!(events.filter_by_contract(&fake.address).events().len(), 1);
    assert!(events.filter_by_contract(&community.treasury.address).events().is_empty());
    // The registry knows the true one.
    let region = community.factory.region(&community.key.code);
    assert_eq!(region.treasury, community.treasury.address);
    assert_ne!(region.treasury, fake.address);
}

/// A council that turned hostile, as fast as it ever can, for a year: the numbers of docs/treasury.md.
#[test]
fn a_hostile_council_gets_what_the_caps_allow_after_the_delay_and_no_more() {
    let community = Community::new();
    let protection = 1_000_000 * ONE;
    community.protect(&community.token, protection);
    let booty = community.user(&[]);
    let start = community.now();
    let mut rows = vec![];
    // On the first day everything is proposed.
    let mut due = std::collections::VecDeque::new();
    let all = community.propose(community.grant(&booty, OPERATING)).expect("a proposal");
    let mut left = protection;
    for day in 0..=365u64 {
        // What will be releasable in three days is known in advance: first 2.5 %, then a thirtieth a day.
        let amount = if day == 0 { left / 40 } else { left * 833_333_333 / 1_000_000_000_000 };
        let release = community.propose_as(&community.council, day, community.release(amount));
        left -= amount;
        let pay =
            community.propose_as(&community.council, 1_000 + day, community.grant(&booty, amount));
        due.push_back((day + 3, [release.expect("a proposal"), pay.expect("a proposal")]));
        if day < 3 {
            for (_, ids) in &due {
                ids.iter().for_each(|id| {
                    assert_refused(&community.env, TreasuryError::DelayNotOver, || {
                        community.execute(id)
                    });
                });
            }
            assert_eq!(community.balance(&community.token, &booty), 0);
        }
        if day == 3 {
            community.execute(&all).expect("the whole operating book");
        }
        while due.front().is_some_and(|(at, _)| *at <= day) {
            let (_, ids) = due.pop_front().expect("one");
            ids.iter().for_each(|id| community.execute(id).expect("within the cap"));
            // Nothing more may leave now, but for roundings.
            let more = community.treasury.budget(&community.token).releasable;
            assert!(more <= 100, "{more}");
        }
        if [2, 3, 30, 90, 365].contains(&day) {
            let gone = protection - community.books(&community.token).protection;
            let operating = if day < 3 { 0 } else { 100 };
            rows.push(format!(
                "| {day} | {operating} % | {:.2} % |",
                100.0 * gone as f64 / protection as f64
            ));
        }
        community.wait(1, DAY);
    }
    assert_eq!(community.now() - start, 366 * DAY);
    let taken = community.balance(&community.token, &booty);
    let kept = community.books(&community.token);
    assert_eq!(taken, OPERATING + protection - kept.protection);
    let documented = include_str!("../../../docs/treasury.md");
    let missing: Vec<_> = rows.iter().filter(|row| !documented.contains(*row)).cloned().collect();
    assert!(missing.is_empty(), "docs/treasury.md lacks:\n{}", missing.join("\n"));
}

#[test]
fn no_council_shortens_its_delays_or_redirects_what_is_bought() {
    let community = Community::ready();
    // Its every proposal at its earliest: nothing is executed before three days but what only tightens.
    let policy = community.treasury.policy();
    let loosest = Policy { budget_bps: 1_000, premium_bps: 200, ..policy.clone() };
    let id = community.propose(Action::SetPolicy(loosest)).expect("a proposal");
    community.days(6);
    community.wait(17_279, DAY - 1);
    assert_refused(&community.env, TreasuryError::DelayNotOver, || community.execute(&id));
    community.wait(1, 1);
    community.execute(&id).expect("after seven days");
    // The loosest policy there is: what a buyback brings still goes nowhere but into books and fire.
    community.days(1);
    community.close(1);
    let outside = community.balance(&community.tft, &community.council);
    let bought = community.buyback(HOURLY).expect("a buyback");
    let books = community.books(&community.tft);
    assert_eq!(books.protection + books.liquidity + books.stakers, bought - bought / 4);
    assert_eq!(community.balance(&community.tft, &community.council), outside);
}

#[test]
fn the_guardian_stops_everything_and_takes_nothing() {
    let community = Community::ready();
    let guardian = &community.guardian;
    for action in [
        community.grant(&community.council, ONE),
        Action::SetCouncil(community.founder.clone()),
        Action::SetPolicy(community.policy_of(&[])),
    ] {
        let id = community.propose(action.clone()).expect("a proposal");
        let veto = community.to_treasury("veto", (id.clone(),));
        community.signed::<()>(guardian, &veto).expect("vetoed");
        community.days(8);
        let execute = community.to_treasury("execute", (id,));
        assert_refused(&community.env, TreasuryError::ProposalVetoed, || {
            community.signed::<()>(guardian, &execute)
        });
        let propose = community.to_treasury("propose", (99u64, action));
        assert_unauthorized(&community.env, "the guardian", || {
            community.signed::<Val>(guardian, &propose)
        });
    }
    // What needs no proposal goes on.
    community.close(1);
    community.buyback(SOME).expect("a buyback");
    assert_eq!(community.balance(&community.tft, guardian), 0);
}

#[test]
fn the_networks_admin_and_a_regions_admin_cannot_touch_a_treasury() {
    let community = Community::ready();
    let before = [&community.tft, &community.token].map(|token| community.sums(token));
    let config = community.treasury.config();
    // Every role of theirs, driven as far as it goes.
    let heir = Address::generate(&community.env);
    let code = community.key.code.clone();
    for (who, code) in [(&community.admin, ROOT), (&community.founder, code)] {
        let propose = community.to_factory("propose_admin", (code.clone(), &heir));
        community.signed::<()>(who, &propose).expect("proposed");
        let accept = community.to_factory("accept_admin", (code,));
        community.signed::<()>(&heir, &accept).expect("accepted");
    }
    let kind = community.code("treasury");
    let hash = BytesN::from_array(&community.env, &[9; 32]);
    let schedule = community.to_factory("schedule_template", (kind.clone(), hash));
    community.signed::<u64>(&heir, &schedule).expect("scheduled");
    community.days(7);
    community.unsigned::<()>(&community.to_factory("apply_template", (kind,))).expect("applied");
    for function in ["propose", "cancel", "veto"] {
        let call = match function {
            "propose" => {
                let action = community.grant(&heir, ONE);
                community.to_treasury(function, (1u64, action))
            }
            _ => community.to_treasury(function, (community.no_id(),)),
        };
        assert_unauthorized(&community.env, function, || community.signed::<Val>(&heir, &call));
    }
    assert_eq!(community.treasury.config(), config);
    assert_eq!([&community.tft, &community.token].map(|token| community.sums(token)), before);
    let transfer =
        Call::transfer(&community.env, &community.token, &community.treasury.address, &heir, ONE);
    assert_unauthorized(&community.env, "a transfer", || community.signed::<Val>(&heir, &transfer));
    assert_eq!(community.books(&community.tft), Books::default());
}
