//! The community's own liquidity: in only near both means, out at any price that has not just moved.

use soroban_sdk::Address;
use tributary_common::{
    address,
    interfaces::{
        factory::PoolKey,
        offers::Leg,
        treasury::{Action, Books, Liquidity, Removal, TreasuryError},
    },
};
use tributary_tests::env::{
    community::{Community, POOL_TFT, POOL_TOKEN},
    pool::ONE,
    sign::{assert_refused, Call},
};
use tributary_treasury::event::{LiquidityAdded, LiquidityRemoved};

fn add(community: &Community, tft: i128, token: i128) -> Action {
    let pool = community.pool.address.clone();
    Action::AddLiquidity(Liquidity { pool, tft, token, min_tft: 0, min_token: 0 })
}

fn remove(community: &Community, shares: i128) -> Action {
    let pool = community.pool.address.clone();
    Action::RemoveLiquidity(Removal { pool, shares, min_tft: 0, min_token: 0 })
}

/// With TFT in the books `liquidity` (about 200) and `operating` (1 000).
fn funded() -> Community {
    let community = Community::ready();
    community.buyback(1_600 * ONE).expect("a buyback");
    community.give(&community.tft, &community.treasury.address, 1_000 * ONE);
    community.absorb(&community.tft).expect("absorbed");
    community
}

/// Proposed three days ago.
fn due(community: &Community, action: Action) -> soroban_sdk::BytesN<32> {
    let id = community.propose(action).expect("a proposal");
    community.days(3);
    id
}

#[test]
fn liquidity_is_added_at_the_pools_ratio_and_its_shares_are_protected() {
    let community = funded();
    let (tft, token) = (&community.tft, &community.token);
    let id = due(&community, add(&community, 500 * ONE, 5_000 * ONE));
    let (tft_before, token_before) = (community.books(tft), community.books(token));
    assert!(tft_before.liquidity > 150 * ONE && tft_before.liquidity < 250 * ONE);
    community.execute(&id).expect("added");
    let told = community.told();
    let (tft_after, token_after) = (community.books(tft), community.books(token));
    // All the TFT, the earmarked first; of the token what the ratio asks for.
    let more = 500 * ONE - tft_before.liquidity;
    let expected =
        Books { liquidity: 0, operating: tft_before.operating - more, ..tft_before.clone() };
    assert_eq!(tft_after, expected);
    let used = token_before.operating - token_after.operating;
    assert!((used - 1_000 * ONE).abs() < 10 * ONE, "{used}");
    let shares = community.pool.balance(&community.treasury.address);
    let books = Books { protection: shares, ..Books::default() };
    assert!(shares > 0);
    assert_eq!(community.books(&community.pool.address), books);
    for token in [tft, token, &community.pool.address] {
        let (booked, balance) = community.sums(token);
        assert_eq!(booked, balance);
    }
    let pool = community.pool.address.clone();
    let added = LiquidityAdded { pool, tft: 500 * ONE, token: used, shares };
    assert!(told.contains(&community.event(added)));
}

#[test]
fn liquidity_that_the_ratio_does_not_take_comes_back_to_where_it_was() {
    let community = funded();
    let (tft, token) = (&community.tft, &community.token);
    // Little of the token: of the TFT about 100 are taken, all of them earmarked.
    let id = due(&community, add(&community, 900 * ONE, 200 * ONE));
    let (tft_before, token_before) = (community.books(tft), community.books(token));
    community.execute(&id).expect("added");
    let (tft_after, token_after) = (community.books(tft), community.books(token));
    assert_eq!(token_before.operating - token_after.operating, 200 * ONE);
    assert_eq!(tft_after.operating, tft_before.operating);
    let used = tft_before.liquidity - tft_after.liquidity;
    assert!((used - 100 * ONE).abs() < ONE, "{used}");
    assert_eq!(community.sums(tft).0, community.sums(tft).1);
}

#[test]
fn liquidity_needs_that_much_in_the_books() {
    let community = funded();
    let most = community.books(&community.tft);
    let most = most.liquidity + most.operating;
    for (tft, token) in [(most + 1, ONE), (ONE, 10_000_000 * ONE)] {
        let id = due(&community, add(&community, tft, token));
        assert_refused(&community.env, TreasuryError::InsufficientOperating, || {
            community.execute(&id)
        });
    }
}

#[test]
fn liquidity_is_added_only_to_a_trusted_pool_of_the_region() {
    let community = funded();
    let propose = |pool: &Address| {
        let pool = pool.clone();
        Action::AddLiquidity(Liquidity { pool, tft: ONE, token: ONE, min_tft: 0, min_token: 0 })
    };
    let refused = |error, pool: &Address| {
        let id = due(&community, propose(pool));
        assert_refused(&community.env, error, || community.execute(&id));
    };
    let impossible = |error, action| {
        assert_refused(&community.env, error, || community.propose(action));
    };
    // Another region's pool of the same token, though the policy names it.
    let founder = community.user(&[(&community.tft, 2_000 * ONE)]);
    community.create_region(&founder, "JURA", &community.token).expect("a region");
    let foreign = community.key("JURA", &community.token);
    community.fill(&founder, &foreign, POOL_TFT, POOL_TOKEN);
    let foreign = community.regions.pool(&foreign).address;
    impossible(TreasuryError::ForeignPool, propose(&foreign));
    // The region's, which the policy does not name.
    let key = PoolKey { fee_bps: 5, ..community.key.clone() };
    community.create_pool(&community.founder, &key, 0).expect("a pool");
    community.fill(&community.founder, &key, POOL_TFT, POOL_TOKEN);
    let second = community.regions.pool(&key).address;
    refused(TreasuryError::PoolNotInPolicy, &second);
    let policy = community.policy_of(&[&community.pool.address, &second]);
    community.carry(Action::SetPolicy(policy), 7).expect("a policy");
    refused(TreasuryError::NotObserved, &second);
    let id = community.propose(propose(&second)).expect("a proposal");
    for _ in 0..4 {
        community.treasury.observe(&second);
        community.days(1);
    }
    community.treasury.observe(&second);
    assert_refused(&community.env, TreasuryError::PoolTooYoung, || community.execute(&id));
    impossible(TreasuryError::UnknownPool, propose(&community.token));
    for (tft, token) in [(0, 1), (1, 0), (-1, 1)] {
        impossible(TreasuryError::InvalidAmount, add(&community, tft, token));
    }
    for (min_tft, min_token) in [(-1, 0), (0, -1), (11, 0), (0, 21)] {
        let pool = community.pool.address.clone();
        let liquidity = Liquidity { pool: pool.clone(), tft: 10, token: 20, min_tft, min_token };
        impossible(TreasuryError::InvalidMinimum, Action::AddLiquidity(liquidity));
        if min_tft < 0 || min_token < 0 {
            let removal = Removal { pool, shares: 1, min_tft, min_token };
            impossible(TreasuryError::InvalidMinimum, Action::RemoveLiquidity(removal));
        }
    }
}

/// Whoever bends the price first, in this ledger or before it, either way.
#[test]
fn liquidity_is_added_only_within_half_a_percent_of_both_means() {
    for (sell_tft, later) in [(false, false), (false, true), (true, false), (true, true)] {
        let community = funded();
        let id = due(&community, add(&community, ONE, 3 * ONE));
        community.close(1);
        let bend = |parts: i128| {
            if sell_tft {
                community.swap(&community.tft, POOL_TFT * parts / 10_000);
            } else {
                community.swap(&community.token, POOL_TOKEN * parts / 10_000);
            }
            if later {
                community.close(1);
            }
        };
        // 0.23 % in moves the price by 0.46 %, 0.27 % by 0.54 %.
        bend(27);
        assert_refused(&community.env, TreasuryError::PriceOffMean, || community.execute(&id));
        let community = funded();
        let id = due(&community, add(&community, ONE, 3 * ONE));
        community.close(1);
        let amount = POOL_TFT * 22 / 10_000;
        let token = if sell_tft { &community.tft } else { &community.token };
        community.swap(token, if sell_tft { amount } else { 2 * amount });
        if later {
            community.close(1);
        }
        community.execute(&id).expect("near enough");
    }
}

/// A push that held since the last ledger, taken back in this one.
#[test]
fn liquidity_looks_at_what_the_ledger_opened_with_too() {
    let community = funded();
    let id = due(&community, add(&community, ONE, 3 * ONE));
    community.close(1);
    let out = community.swap(&community.token, POOL_TOKEN / 10);
    community.close(1);
    community.swap(&community.tft, out);
    assert_refused(&community.env, TreasuryError::PriceOffMean, || community.execute(&id));
}

#[test]
fn liquidity_is_added_for_no_less_than_the_proposal_says() {
    let community = funded();
    let pool = community.pool.address.clone();
    let with = |token, min_tft, min_token| {
        let (pool, tft) = (pool.clone(), 500 * ONE);
        due(&community, Action::AddLiquidity(Liquidity { pool, tft, token, min_tft, min_token }))
    };
    // Of 500 TFT and 1 010 of the token all of the TFT is taken and about 1 000; with 900 about 450 TFT.
    for (token, min_tft, min_token) in [
        (1_010 * ONE, 0, 1_009 * ONE),
        (900 * ONE, 460 * ONE, 0),
        (900 * ONE, 460 * ONE, 900 * ONE),
    ] {
        let id = with(token, min_tft, min_token);
        assert_refused(&community.env, TreasuryError::BelowMinimum, || community.execute(&id));
    }
    // Exactly the minimum of what binds.
    for (token, min_tft, min_token) in
        [(1_010 * ONE, 500 * ONE, 990 * ONE), (900 * ONE, 440 * ONE, 900 * ONE)]
    {
        let id = with(token, min_tft, min_token);
        community.execute(&id).expect("added");
    }
}

/// What an issuer took back from the pool, and nobody has told it: the deposit would settle that after the
/// price was checked.
#[test]
fn liquidity_is_not_added_at_a_price_that_a_clawback_left() {
    let community = funded();
    let id = due(&community, add(&community, ONE, 3 * ONE));
    community.close(1);
    community.claw_back(&community.token, &community.pool.address, POOL_TOKEN / 5 * 4);
    assert_refused(&community.env, TreasuryError::PriceOffMean, || community.execute(&id));
}

#[test]
fn liquidity_follows_the_short_mean_as_well() {
    let community = funded();
    let id = due(&community, add(&community, ONE, 3 * ONE));
    // For an hour the price was another; now it is the long mean's again.
    let out = community.swap(&community.token, POOL_TOKEN / 50);
    for _ in 0..4 {
        community.close(180);
        community.pool.sync();
    }
    community.swap(&community.tft, out);
    community.close(1);
    assert_refused(&community.env, TreasuryError::PriceOffMean, || community.execute(&id));
    community.days(1);
    community.execute(&id).expect("both means");
}

#[test]
fn liquidity_follows_the_long_mean_as_well() {
    let community = funded();
    let id = due(&community, add(&community, ONE, 3 * ONE));
    // Two hours at another price: the short mean is there, the long one is not.
    for _ in 0..2 {
        community.swap(&community.token, POOL_TOKEN / 200);
        community.close(1);
    }
    for _ in 0..4 {
        community.close(360);
        community.pool.sync();
    }
    assert_refused(&community.env, TreasuryError::PriceOffMean, || community.execute(&id));
    community.days(2);
    community.execute(&id).expect("the long mean has followed");
}

#[test]
fn liquidity_comes_back_into_the_protected_books() {
    let community = funded();
    let (tft, token) = (&community.tft, &community.token);
    community.carry(add(&community, 400 * ONE, 1_000 * ONE), 3).expect("added");
    let shares = community.pool.balance(&community.treasury.address);
    let id = due(&community, remove(&community, shares));
    let (tft_before, token_before) = (community.books(tft), community.books(token));
    // What arrived before is income still.
    let gift = 5 * ONE;
    for token in [tft, token] {
        community.give(token, &community.treasury.address, gift);
    }
    community.execute(&id).expect("removed");
    let told = community.told();
    let (tft_after, token_after) = (community.books(tft), community.books(token));
    let (paid_tft, paid_token) = (
        tft_after.protection - tft_before.protection,
        token_after.protection - token_before.protection,
    );
    assert!((paid_tft - 400 * ONE).abs() < ONE, "{paid_tft}");
    let with = |before: Books, protection| {
        let operating = before.operating + gift;
        Books { operating, protection, ..before }
    };
    assert_eq!(tft_after, with(tft_before, tft_after.protection));
    assert_eq!(token_after, with(token_before, token_after.protection));
    assert!((paid_token - 800 * ONE).abs() < 10 * ONE, "{paid_token}");
    assert_eq!(community.books(&community.pool.address), Books::default());
    for token in [tft, token] {
        assert_eq!(community.sums(token).0, community.sums(token).1);
    }
    let pool = community.pool.address.clone();
    let removed = LiquidityRemoved { pool, tft: paid_tft, token: paid_token, shares };
    assert!(told.contains(&community.event(removed)));
    // What it brought leaves as slowly as everything protected.
    let releasable = community.treasury.budget(token).releasable;
    assert_eq!(releasable, token_after.protection / 40);
}

#[test]
fn liquidity_can_be_removed_while_the_pool_is_paused_and_out_of_the_policy() {
    let community = funded();
    community.carry(add(&community, 400 * ONE, 1_000 * ONE), 3).expect("added");
    let shares = community.pool.balance(&community.treasury.address);
    let in_again = community.propose(add(&community, ONE, 3 * ONE)).expect("a proposal");
    let id = due(&community, remove(&community, shares));
    let pause = Call::new(&community.env, &community.pool.address, "pause", ());
    community.signed::<()>(&community.guardian, &pause).expect("paused");
    community.close(1);
    assert_refused(&community.env, TreasuryError::PoolPaused, || community.execute(&in_again));
    let none = community.propose(Action::SetPolicy(community.policy_of(&[]))).expect("a proposal");
    community.execute(&none).expect("tightened");
    community.execute(&id).expect("removed");
    assert_eq!(community.pool.balance(&community.treasury.address), 0);
}

#[test]
fn liquidity_that_was_given_is_removed_after_the_protected_shares() {
    let community = funded();
    community.carry(add(&community, 400 * ONE, 1_000 * ONE), 3).expect("added");
    let own = community.pool.balance(&community.treasury.address);
    community.days(1);
    let pool = &community.pool.address;
    let give = community.transfer(pool, &community.founder, &community.treasury.address, 50 * ONE);
    community.signed::<()>(&community.founder, &give).expect("a gift of shares");
    let id = due(&community, remove(&community, own + 51 * ONE));
    assert_refused(&community.env, TreasuryError::InsufficientProtected, || community.execute(&id));
    let id = due(&community, remove(&community, own + 20 * ONE));
    community.execute(&id).expect("removed");
    let left = Books { operating: 30 * ONE, ..Books::default() };
    assert_eq!(community.books(pool), left);
}

/// An exit at any price: what it pays is never worth less, at the right one, than before it was bent.
#[test]
fn liquidity_is_removed_at_any_price_and_worth_no_less() {
    for (sell_tft, parts) in [
        (true, 1),
        (true, 27),
        (true, 1_000),
        (true, 30_000),
        (false, 27),
        (false, 1_000),
        (false, 30_000),
    ] {
        let community = funded();
        community.carry(add(&community, 400 * ONE, 1_000 * ONE), 3).expect("added");
        let shares = community.pool.balance(&community.treasury.address);
        let id = due(&community, remove(&community, shares));
        community.close(1);
        let worth = |community: &Community| {
            let books = [&community.tft, &community.token].map(|token| community.books(token));
            2 * books[0].protection + books[1].protection
        };
        let (token, reserve) =
            if sell_tft { (&community.tft, POOL_TFT) } else { (&community.token, POOL_TOKEN) };
        community.swap(token, reserve * parts / 10_000);
        community.close(1);
        let before = worth(&community);
        community.execute(&id).expect("removed");
        let won = worth(&community) - before;
        assert!(won >= 1_598 * ONE, "{sell_tft} {parts}: {won}");
    }
}

/// Bent before the ledger and bent back in it, the pool would pay no more than its opening allows, and owe
/// the rest to its treasury: protected shares would come back as income.
#[test]
fn liquidity_is_not_removed_in_a_ledger_in_which_the_price_moved() {
    for (sell_tft, parts, back) in
        [(true, 500, true), (false, 500, true), (true, 27, false), (false, 27, false)]
    {
        let community = funded();
        community.carry(add(&community, 400 * ONE, 1_000 * ONE), 3).expect("added");
        let shares = community.pool.balance(&community.treasury.address);
        let id = due(&community, remove(&community, shares));
        community.close(1);
        let (token, other, reserve) = if sell_tft {
            (&community.tft, &community.token, POOL_TFT)
        } else {
            (&community.token, &community.tft, POOL_TOKEN)
        };
        let out = community.swap(token, reserve * parts / 10_000);
        if back {
            community.close(1);
            community.swap(other, out);
        }
        assert_refused(&community.env, TreasuryError::PriceMoved, || community.execute(&id));
        community.close(1);
        community.execute(&id).expect("in the next");
        // By less than half a percent it may move, of which the pool withholds next to nothing.
        let community = funded();
        community.carry(add(&community, 400 * ONE, 1_000 * ONE), 3).expect("added");
        let shares = community.pool.balance(&community.treasury.address);
        let id = due(&community, remove(&community, shares));
        community.close(1);
        let token = if sell_tft { &community.tft } else { &community.token };
        community.swap(token, reserve * 22 / 10_000);
        community.pool.collect();
        community.execute(&id).expect("removed");
        let state = community.pool.state();
        assert!(state.owed_0 + state.owed_1 < ONE / 50, "{} {}", state.owed_0, state.owed_1);
    }
}

#[test]
fn liquidity_leaves_a_pool_whose_token_was_all_clawed_back() {
    let community = funded();
    community.carry(add(&community, 400 * ONE, 1_000 * ONE), 3).expect("added");
    let shares = community.pool.balance(&community.treasury.address);
    let id = due(&community, remove(&community, shares));
    let all = community.balance(&community.token, &community.pool.address);
    community.claw_back(&community.token, &community.pool.address, all);
    let before = community.books(&community.tft).protection;
    community.execute(&id).expect("removed");
    let paid = community.books(&community.tft).protection - before;
    assert!((paid - 400 * ONE).abs() < ONE, "{paid}");
}

#[test]
fn liquidity_is_removed_for_no_less_than_the_proposal_says() {
    let community = funded();
    community.carry(add(&community, 400 * ONE, 1_000 * ONE), 3).expect("added");
    let shares = community.pool.balance(&community.treasury.address);
    let with = |min_tft, min_token| {
        let pool = community.pool.address.clone();
        due(&community, Action::RemoveLiquidity(Removal { pool, shares, min_tft, min_token }))
    };
    for (min_tft, min_token) in [(401 * ONE, 0), (0, 810 * ONE)] {
        let id = with(min_tft, min_token);
        assert_refused(&community.env, TreasuryError::BelowMinimum, || community.execute(&id));
    }
    // To the unit what the pool pays: its part of the reserves, rounded down.
    let state = community.pool.state();
    let part = |reserve: i128| shares * reserve / state.total_supply;
    let (paid_0, paid_1) = (part(state.reserve_0), part(state.reserve_1));
    let (tft, token) =
        if community.tft < community.token { (paid_0, paid_1) } else { (paid_1, paid_0) };
    for (min_tft, min_token) in [(tft + 1, token), (tft, token + 1)] {
        let id = with(min_tft, min_token);
        assert_refused(&community.env, TreasuryError::BelowMinimum, || community.execute(&id));
    }
    let id = with(tft, token);
    community.execute(&id).expect("removed");
}

#[test]
fn liquidity_needs_the_shares() {
    let community = Community::new();
    let id = due(&community, remove(&community, ONE));
    assert_refused(&community.env, TreasuryError::InsufficientProtected, || community.execute(&id));
    // Protected shares leave by removal alone, so that nothing counts twice against the cap.
    let shares = Leg { token: community.pool.address.clone(), amount: ONE };
    assert_refused(&community.env, TreasuryError::SharesStayProtected, || {
        community.propose(Action::Release(shares))
    });
    // Nor those of a pool that was made after the proposal.
    let key = PoolKey { fee_bps: 5, ..community.key.clone() };
    let later = address::pool(&community.env, &community.factory.address, &key);
    let shares = Leg { token: later.clone(), amount: ONE };
    let id = community.propose(Action::Release(shares)).expect("a proposal");
    community.days(3);
    community.create_pool(&community.founder, &key, 0).expect("a pool");
    community.fill(&community.founder, &key, 1_000 * ONE, 2_000 * ONE);
    let protect = community.protecting(&community.founder, &later, 100 * ONE);
    community.signed::<()>(&community.founder, &protect).expect("protected");
    assert_refused(&community.env, TreasuryError::SharesStayProtected, || community.execute(&id));
}
