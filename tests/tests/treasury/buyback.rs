//! Each clause of the rule has a test in which nothing else would refuse.

use soroban_sdk::Address;
use tributary_common::interfaces::{
    factory::PoolKey,
    pool::PoolClient,
    treasury::{Action, Books, Policy, PolicyPool, TreasuryError},
};
use tributary_tests::env::{
    community::{Community, DAY, OPERATING, POOL_TFT, POOL_TOKEN, SOME},
    pool::ONE,
    sign::assert_refused,
};
use tributary_treasury::event::Bought;

/// What the default budget of the fixture's operating book holds: 1 % a day, an hour's worth.
const HOURLY: i128 = OPERATING / 100 / 24;
/// What one call sells at most to the fixture's pool.
const CALL: i128 = POOL_TOKEN / 400;

/// A treasury so rich that its budget does not bind.
fn rich() -> Community {
    let community = Community::ready();
    community.give(&community.token, &community.treasury.address, 100 * OPERATING);
    community
}

fn refused(community: &Community, amount: i128, error: TreasuryError) {
    assert_refused(&community.env, error, || community.buyback(amount));
}

#[test]
fn buyback_sells_for_tft_and_shares_out_what_it_brings() {
    let community = Community::ready();
    let tft = &community.tft;
    let (sold, held) =
        (community.books(&community.token), community.balance(tft, &community.treasury.address));
    let amount = 1_000 * ONE;
    let quote = community.pool.quote_exact_in(&community.token, &amount);
    let bought = community.buyback(amount).expect("a buyback");
    let told = community.told();
    assert_eq!(bought, quote);
    let left = Books { operating: sold.operating - amount, ..sold };
    assert_eq!(community.books(&community.token), left);
    let quarter = bought / 4;
    let protection = bought - 3 * quarter;
    let books = Books { operating: 0, protection, liquidity: quarter, stakers: quarter };
    assert_eq!(community.books(tft), books);
    let now_held = community.balance(tft, &community.treasury.address);
    assert_eq!(now_held - held, bought - quarter, "a quarter is burned");
    let event = Bought {
        token: community.token.clone(),
        pool: community.pool.address.clone(),
        amount,
        bought,
        burned: quarter,
        protection,
        stakers: quarter,
        liquidity: quarter,
    };
    assert_eq!(told, [community.event(event)]);
    assert_eq!(community.treasury.watch(&community.pool.address).last_buyback, community.now());
}

#[test]
fn buyback_shares_out_as_the_policy_says() {
    let community = Community::ready();
    for (nonce, split) in [
        [10_000, 0, 0, 0],
        [0, 10_000, 0, 0],
        [0, 0, 10_000, 0],
        [0, 0, 0, 10_000],
        [3_333, 3_333, 3_333, 1],
        [1, 2, 3, 9_994],
    ]
    .into_iter()
    .enumerate()
    {
        let [burn_bps, protect_bps, stakers_bps, liquidity_bps] = split;
        community.close(1);
        let policy = community.treasury.policy();
        let policy = Policy { burn_bps, protect_bps, stakers_bps, liquidity_bps, ..policy };
        community.carry(Action::SetPolicy(policy), 7).expect("a policy");
        let before = community.books(&community.tft);
        let supplied = community.balance(&community.tft, &community.treasury.address);
        let bought = community.buyback(700 * ONE + nonce as i128).expect("a buyback");
        let after = community.books(&community.tft);
        let part = |bps: u32| bought * i128::from(bps) / 10_000;
        let (burned, stakers, liquidity) = (part(split[0]), part(split[2]), part(split[3]));
        assert_eq!(after.stakers - before.stakers, stakers);
        assert_eq!(after.liquidity - before.liquidity, liquidity);
        assert_eq!(after.protection - before.protection, bought - burned - stakers - liquidity);
        let kept = community.balance(&community.tft, &community.treasury.address) - supplied;
        assert_eq!(kept, bought - burned);
    }
}

#[test]
fn buyback_refuses_what_is_no_amount() {
    let community = Community::ready();
    for amount in [0, -1, i128::MIN] {
        refused(&community, amount, TreasuryError::InvalidAmount);
    }
}

/// Another pool of the region, deep, at the same price, and observed for a week.
fn second(community: &Community, fee_bps: u32) -> PoolClient<'static> {
    let key = PoolKey { fee_bps, ..community.key.clone() };
    community.create_pool(&community.founder, &key, 0).expect("a pool");
    community.fill(&community.founder, &key, POOL_TFT, POOL_TOKEN);
    let pool = community.regions.pool(&key);
    community.treasury.observe(&pool.address);
    pool
}

fn observe_both(community: &Community, pool: &PoolClient, days: u32) {
    for _ in 0..days {
        community.days(1);
        community.treasury.observe(&pool.address);
    }
    community.close(1);
}

#[test]
fn buyback_uses_only_pools_that_the_policy_names() {
    let community = Community::ready();
    let pool = second(&community, 5);
    observe_both(&community, &pool, 8);
    let call = || community.buyback_in(&community.token, 400 * ONE, &pool.address);
    assert_refused(&community.env, TreasuryError::PoolNotInPolicy, call);
    // The same pool once it is named, for the whole delay.
    let policy = community.policy_of(&[&community.pool.address, &pool.address]);
    community.close(1);
    let id = community.propose(Action::SetPolicy(policy)).expect("a proposal");
    observe_both(&community, &pool, 7);
    community.execute(&id).expect("a policy");
    // Its mean begins with the policy: before, nobody judged whether it was deep.
    assert_refused(&community.env, TreasuryError::MeanTooYoung, call);
    observe_both(&community, &pool, 1);
    call().expect("a buyback");
    // Taken out again, at once.
    let policy = community.policy_of(&[&community.pool.address]);
    let id = community.propose(Action::SetPolicy(policy)).expect("a proposal");
    community.execute(&id).expect("a policy");
    community.close(100);
    assert_refused(&community.env, TreasuryError::PoolNotInPolicy, call);
}

#[test]
fn buyback_refuses_a_pool_of_other_tokens() {
    let community = Community::ready();
    let stranger = community.asset();
    community.give(&stranger, &community.treasury.address, OPERATING);
    community.give(&community.tft, &community.treasury.address, OPERATING);
    for token in [&community.tft, &stranger] {
        assert_refused(&community.env, TreasuryError::WrongPool, || {
            community.buyback_in(token, 100 * ONE, &community.pool.address)
        });
    }
}

#[test]
fn buyback_waits_until_the_pool_was_observed_for_seven_days() {
    let community = Community::new();
    let policy = community.policy_of(&[&community.pool.address]);
    let id = community.propose(Action::SetPolicy(policy)).expect("a proposal");
    community.wait(7 * 17_280, 7 * DAY);
    community.execute(&id).expect("a policy");
    community.pool.sync();
    refused(&community, SOME, TreasuryError::NotObserved);
    community.days(7); // of which the first begins it
    community.wait(17_279, DAY - 1);
    community.pool.sync();
    refused(&community, SOME, TreasuryError::PoolTooYoung);
    community.wait(1, 1);
    community.buyback(SOME).expect("a buyback");
}

#[test]
fn buyback_refuses_a_pool_that_was_emptied_in_this_ledger() {
    let community = Community::ready();
    let (who, shares) = (&community.founder, community.pool.balance(&community.founder));
    community.env.mock_all_auths();
    community.pool.withdraw(who, &(shares * 19 / 20), &0, &0, who, &u64::MAX);
    community.env.set_auths(&[]);
    refused(&community, SOME, TreasuryError::PoolTooShallow);
}

/// A pool that was named before its first deposit.
#[test]
fn buyback_refuses_a_pool_without_a_mean() {
    let community = Community::ready();
    let key = PoolKey { fee_bps: 5, ..community.key.clone() };
    let empty = community.create_pool(&community.founder, &key, 0).expect("a pool").address;
    let policy = community.policy_of(&[&empty]);
    community.carry(Action::SetPolicy(policy), 7).expect("a policy");
    let call = || community.buyback_in(&community.token, 400 * ONE, &empty);
    assert_refused(&community.env, TreasuryError::NotObserved, call);
    community.fill(&community.founder, &key, POOL_TFT, POOL_TOKEN);
    community.treasury.observe(&empty);
    assert_refused(&community.env, TreasuryError::TwapTooYoung, call);
    community.close(400);
    community.treasury.observe(&empty);
    assert_refused(&community.env, TreasuryError::MeanTooYoung, call);
    community.wait(17_280, DAY);
    community.treasury.observe(&empty);
    assert_refused(&community.env, TreasuryError::PoolTooYoung, call);
}

#[test]
fn buyback_needs_the_policys_minimum_of_both_reserves() {
    let community = Community::ready();
    let shallow = |min_tft, min_token| {
        let mut policy = community.treasury.policy();
        let pool = community.pool.address.clone();
        policy.pools.set(0, PolicyPool { pool, min_tft, min_token });
        // Higher minima tighten: at once.
        let id = community.propose(Action::SetPolicy(policy)).expect("a proposal");
        community.execute(&id).expect("a policy");
    };
    shallow(POOL_TFT, POOL_TOKEN);
    community.buyback(SOME).expect("exactly the minima");
    community.close(60);
    // A little less TFT than that is left now.
    refused(&community, SOME, TreasuryError::PoolTooShallow);
    // Liquidity brought in this very ledger does not count.
    let (more, token) = (400 * ONE, 1_000 * ONE);
    let provider = community.user(&[(&community.tft, more), (&community.token, token)]);
    let key = community.key.clone();
    let (tft_first, pool) = (community.tft < key.token, community.regions.pool(&key));
    let (first, other) = if tft_first { (more, token) } else { (token, more) };
    community.env.mock_all_auths();
    pool.deposit(&provider, &first, &other, &0, &provider, &u64::MAX);
    community.env.set_auths(&[]);
    refused(&community, SOME, TreasuryError::PoolTooShallow);
    community.close(1);
    community.pool.sync();
    community.buyback(SOME).expect("deep again");
    community.close(60);
    shallow(POOL_TFT, 2 * POOL_TOKEN);
    refused(&community, SOME, TreasuryError::PoolTooShallow);
}

#[test]
fn buyback_stops_with_a_pause_and_until_the_twap_no_longer_covers_it() {
    let community = Community::ready();
    let pause =
        tributary_tests::env::sign::Call::new(&community.env, &community.pool.address, "pause", ());
    community.signed::<()>(&community.guardian, &pause).expect("paused");
    community.close(1);
    refused(&community, SOME, TreasuryError::PoolPaused);
    community.days(7);
    community.close(1);
    // Trading is open again, the mean is still of a time when it was not.
    community.swap(&community.token, ONE);
    community.close(1);
    refused(&community, SOME, TreasuryError::PoolPaused);
    for _ in 0..3 {
        community.close(360);
        community.pool.sync();
    }
    community.buyback(SOME).expect("a buyback");
}

#[test]
fn buyback_refuses_a_twap_without_a_record_for_an_hour() {
    let community = Community::ready();
    let recorded = community.pool.state().last_record;
    let passed = community.now() - recorded;
    community.wait(719, 3_600 - passed);
    community.buyback(SOME).expect("an hour");
    let community = Community::ready();
    community.wait(719, 3_601 - passed);
    refused(&community, SOME, TreasuryError::TwapStale);
    community.pool.sync();
    community.buyback(SOME).expect("anyone can have it record");
}

#[test]
fn buyback_refuses_a_long_mean_of_more_than_three_days() {
    let community = Community::ready();
    let younger = community.treasury.watch(&community.pool.address).younger_time;
    community.wait(3 * 17_280, 3 * DAY - (community.now() - younger));
    community.pool.sync();
    community.buyback(SOME).expect("72 hours");
    let community = Community::ready();
    let younger = community.treasury.watch(&community.pool.address).younger_time;
    community.wait(3 * 17_280, 3 * DAY + 1 - (community.now() - younger));
    community.pool.sync();
    refused(&community, SOME, TreasuryError::MeanStale);
    // Observing begins anew, and takes a day.
    community.treasury.observe(&community.pool.address);
    refused(&community, SOME, TreasuryError::MeanStale);
    community.wait(17_279, DAY - 1);
    community.pool.sync();
    refused(&community, SOME, TreasuryError::MeanStale);
    community.wait(1, 1);
    community.buyback(SOME).expect("a day later");
}

#[test]
fn buyback_waits_five_minutes_between_two_in_a_pool() {
    let community = Community::ready();
    community.buyback(SOME).expect("the first");
    refused(&community, SOME, TreasuryError::TooSoon);
    community.wait(60, 299);
    refused(&community, SOME, TreasuryError::TooSoon);
    community.wait(1, 1);
    community.buyback(SOME).expect("the second");
}

#[test]
fn buyback_sells_a_quarter_percent_of_the_reserve_at_most() {
    let community = rich();
    refused(&community, CALL + 1, TreasuryError::OverCallLimit);
    refused(&community, i128::MAX, TreasuryError::OverCallLimit);
    community.buyback(CALL).expect("exactly that");
    // Of a reserve that is no multiple of 400, rounded down.
    let community = rich();
    community.swap(&community.tft, ONE + 1);
    community.close(1);
    let state = community.pool.state();
    let reserve = if community.tft < community.token { state.reserve_1 } else { state.reserve_0 };
    assert_ne!(reserve % 400, 0);
    refused(&community, reserve / 400 + 1, TreasuryError::OverCallLimit);
    community.buyback(reserve / 400).expect("exactly that");
}

#[test]
fn buyback_measures_the_reserve_that_the_ledger_opened_with_if_that_is_less() {
    let community = rich();
    // TFT is sold and bought: more of the token is in the pool now than at the opening.
    community.swap(&community.token, 400 * ONE);
    refused(&community, CALL + ONE / 2, TreasuryError::OverCallLimit);
    let community = rich();
    community.swap(&community.tft, 10_000 * ONE);
    refused(&community, CALL, TreasuryError::OverCallLimit);
}

#[test]
fn buyback_sells_no_more_than_the_fee_of_a_cheap_pool() {
    let community = rich();
    let pool = second(&community, 5);
    let policy = community.policy_of(&[&pool.address]);
    let id = community.propose(Action::SetPolicy(policy)).expect("a proposal");
    observe_both(&community, &pool, 7);
    community.execute(&id).expect("a policy");
    observe_both(&community, &pool, 1);
    let most = POOL_TOKEN / 2_000;
    let call = |amount| community.buyback_in(&community.token, amount, &pool.address);
    assert_refused(&community.env, TreasuryError::OverCallLimit, || call(most + 1));
    call(most).expect("exactly that");
}

#[test]
fn buyback_sells_two_percent_of_the_reserve_in_a_day_at_most() {
    let community = rich();
    let (mut sold, start) = (0, community.now());
    // As much as ever possible, every five minutes.
    while community.now() < start + DAY {
        let (mut low, mut high) = (0, CALL);
        while low < high {
            let middle = (low + high + 1) / 2;
            match community.treasury.try_buyback(&community.token, &middle, &community.pool.address)
            {
                Ok(_) => {
                    low = middle;
                    break;
                }
                Err(_) => high = middle - 1,
            }
        }
        sold += low;
        community.wait(60, 300);
        // Somebody sells the TFT back to the pool's price, so that only the limit binds.
        let back = community.pool.quote_exact_in(&community.token, &low.max(ONE));
        community.swap(&community.tft, back);
        community.wait(1, 5);
    }
    let parts = sold as f64 / POOL_TOKEN as f64;
    assert!(parts < 0.02 && parts > 0.015, "{parts}");
}

#[test]
fn buyback_refuses_what_the_pool_has_no_room_for_until_it_has() {
    let community = rich();
    community.buyback(CALL).expect("all of the room");
    community.wait(60, 300);
    // 300 of 12 343 seconds make 1/41 of the room again.
    refused(&community, CALL / 41, TreasuryError::OverDailyLimit);
    community.buyback(CALL / 42).expect("what has come back");
}

#[test]
fn buyback_counts_what_it_sold_rounded_up() {
    let community = rich();
    // A reserve of 10¹³ units: the last of these is a tenth of a part.
    community.buyback(1_000 * ONE + 1).expect("a buyback");
    let room = community.treasury.watch(&community.pool.address).room;
    assert_eq!(room, 2_500_000_000 - 1_000_000_001);
}

/// Whoever sold crumbs every five minutes would keep everybody else from selling.
#[test]
fn buyback_sells_no_less_than_a_quarter_of_what_it_could() {
    let community = Community::ready();
    refused(&community, 1, TreasuryError::BelowQuarter);
    refused(&community, HOURLY / 4 - 1, TreasuryError::BelowQuarter);
    community.buyback(HOURLY / 4 + 1).expect("a quarter of the budget");
    let community = rich();
    refused(&community, CALL / 4 - 1, TreasuryError::BelowQuarter);
    community.buyback(CALL / 4).expect("a quarter of the call's limit");
    community.wait(60, 300);
    // Of the room three quarters are left, and a 41st is back.
    let room = community.treasury.watch(&community.pool.address).room;
    assert!(room > 0);
    refused(&community, CALL * 30 / 160, TreasuryError::BelowQuarter);
    community.buyback(CALL * 32 / 160).expect("a quarter of the room");
}

#[test]
fn buyback_stays_within_an_hour_of_the_budget() {
    let community = Community::ready();
    let budget = community.treasury.budget(&community.token);
    assert_eq!((budget.available, budget.hourly), (HOURLY, HOURLY));
    refused(&community, HOURLY + 1, TreasuryError::OverBudget);
    community.buyback(HOURLY).expect("exactly that");
    assert_eq!(community.treasury.budget(&community.token).available, 0);
    // An hour's worth is of what is left.
    let hourly = (OPERATING - HOURLY) / 2_400;
    community.wait(60, 300);
    assert_eq!(community.treasury.budget(&community.token).available, hourly / 12);
    refused(&community, hourly / 12 + 1, TreasuryError::OverBudget);
    community.buyback(hourly / 12).expect("five minutes' worth");
    // After a year it is no more than an hour's.
    community.wait(1_000, 365 * DAY);
    let budget = community.treasury.budget(&community.token);
    assert_eq!(budget.available, budget.hourly);
}

#[test]
fn buyback_waits_for_the_next_ledger_when_somebody_pushed_the_price() {
    let community = Community::ready();
    let token = community.token.clone();
    // 0.05 % of the reserve moves the price by 0.1 %, less the fee that stays in the pool.
    community.swap(&token, POOL_TOKEN * 52 / 100_000);
    refused(&community, SOME, TreasuryError::PriceMoved);
    let community = Community::ready();
    community.swap(&community.token, POOL_TOKEN * 48 / 100_000);
    community.buyback(SOME).expect("within 0.1 %");
    // Downwards is the treasury's gain.
    let community = Community::ready();
    community.swap(&community.tft, POOL_TFT / 100);
    community.buyback(SOME).expect("cheaper");
    // The next ledger opens with the pushed price, which the means know nothing of.
    let community = Community::ready();
    community.swap(&community.token, POOL_TOKEN * 52 / 100_000);
    community.close(1);
    community.buyback(SOME).expect("0.1 % above the means");
}

/// The price of TFT moves by `percent` of itself, over several ledgers.
fn drift(community: &Community, percent: i128) {
    let steps = percent.unsigned_abs().max(1) as i128;
    for _ in 0..steps {
        if percent > 0 {
            community.swap(&community.token, POOL_TOKEN / 200);
        } else {
            community.swap(&community.tft, POOL_TFT / 200);
        }
        community.close(1);
    }
}

#[test]
fn buyback_refuses_a_price_above_the_short_mean() {
    let community = Community::ready();
    // For a day TFT was dear: the long mean is high. Then it fell, and the short mean with it.
    drift(&community, 8);
    community.days(1);
    drift(&community, -8);
    for _ in 0..4 {
        community.close(360);
        community.pool.sync();
    }
    community.buyback(SOME).expect("at both means or below");
    community.wait(60, 300);
    drift(&community, 2);
    refused(&community, SOME, TreasuryError::PriceTooHigh);
}

#[test]
fn buyback_refuses_a_price_above_the_long_mean() {
    let community = Community::ready();
    // Dear for two hours: the short mean follows, the long one hardly.
    drift(&community, 2);
    for _ in 0..4 {
        community.close(360);
        community.pool.sync();
    }
    refused(&community, SOME, TreasuryError::PriceTooHigh);
    // Dear for two days: that is the price.
    community.days(2);
    community.close(1);
    community.buyback(SOME).expect("the long mean has followed");
}

#[test]
fn buyback_judges_the_average_price_after_the_fee() {
    // Held against floating point, on either side of the limit.
    let mut both = [0; 2];
    for push in 0..24 {
        let community = rich();
        for _ in 0..2 {
            community.swap(&community.token, POOL_TOKEN * (130 + 5 * push) / 100_000);
            community.close(1);
        }
        let amount = CALL;
        let bought = community.pool.quote_exact_in(&community.token, &amount);
        let paid = amount as f64 * 0.997 / bought as f64;
        // Both means are 2 tokens a TFT still, to a hundredth of a percent.
        let ratio = paid / 2.0 / 1.01;
        if (ratio - 1.0).abs() < 2e-4 {
            continue;
        }
        let result = community.buyback(amount);
        if ratio < 1.0 {
            assert_eq!(result, Ok(bought), "{push}: {ratio}");
        } else {
            refused(&community, amount, TreasuryError::PriceTooHigh);
        }
        both[usize::from(ratio < 1.0)] += 1;
    }
    assert!(both[0] > 3 && both[1] > 3, "{both:?}");
}

#[test]
fn buyback_follows_the_policys_premium() {
    let community = Community::ready();
    let policy = Policy { premium_bps: 20, ..community.treasury.policy() };
    let id = community.propose(Action::SetPolicy(policy)).expect("a proposal");
    community.execute(&id).expect("tightened at once");
    for _ in 0..3 {
        community.swap(&community.token, POOL_TOKEN / 2_000);
        community.close(1);
    }
    refused(&community, SOME, TreasuryError::PriceTooHigh);
}

/// The root region's treasury sells what its pools earn.
#[test]
fn buyback_serves_the_networks_treasury_and_tokens_on_either_side() {
    let community = Community::ready();
    let treasury = tributary_common::interfaces::treasury::TreasuryClient::new(
        &community.env,
        &community.regions.treasury,
    );
    let mut sides = [false; 2];
    for nonce in 0..8 {
        let key = community.root_pool(POOL_TFT, POOL_TOKEN);
        let pool = community.regions.pool(&key);
        treasury.observe(&pool.address);
        let policy = community.policy_of(&[&pool.address]);
        let call = tributary_tests::env::sign::Call::new(
            &community.env,
            &treasury.address,
            "propose",
            (nonce as u64, Action::SetPolicy(policy)),
        );
        let id = community.signed(&community.council, &call).expect("a proposal");
        for _ in 0..7 {
            community.wait(17_280, DAY);
            treasury.observe(&pool.address);
        }
        treasury.execute(&id);
        community.give(&key.token, &treasury.address, OPERATING);
        community.wait(17_280, DAY);
        treasury.observe(&pool.address);
        community.close(1);
        let amount = HOURLY / 2;
        let quote = pool.quote_exact_in(&key.token, &amount);
        assert_eq!(treasury.buyback(&key.token, &amount, &pool.address), quote);
        sides[usize::from(community.tft < key.token)] = true;
        // A price above the means is refused on either side.
        community.wait(60, 300);
        for _ in 0..3 {
            let who: Address = community.user(&[(&key.token, POOL_TOKEN / 200)]);
            community.env.mock_all_auths();
            pool.swap_exact_in(&who, &key.token, &(POOL_TOKEN / 200), &0, &who, &u64::MAX);
            community.env.set_auths(&[]);
            community.close(1);
        }
        let refused = treasury.try_buyback(&key.token, &SOME, &pool.address);
        assert_eq!(refused, Err(Ok(TreasuryError::PriceTooHigh)));
    }
    assert_eq!(sides, [true; 2], "both orders of the tokens were met");
}
