use tributary_common::interfaces::{
    factory::{PoolKey, ROOT},
    pool::PoolError,
    treasury::{Action, TreasuryError, Watch},
};
use tributary_tests::env::{
    community::{Community, DAY, POOL_TFT, POOL_TOKEN, SOME},
    pool::{NEVER, ONE},
    sign::assert_refused,
};
use tributary_treasury::event::Observed;

fn observe(community: &Community) -> Watch {
    let call = community.to_treasury("observe", (&community.pool.address,));
    community.unsigned(&call).expect("observed")
}

#[test]
fn observe_notes_the_price_once_a_day() {
    let community = Community::new();
    let (pool, now) = (community.pool.address.clone(), community.now());
    let first = observe(&community);
    let told = community.told();
    let cumulative = community.pool.state().cumulative;
    let expected = Watch {
        since: now,
        older_time: now,
        older_cumulative: cumulative,
        younger_time: now,
        younger_cumulative: cumulative,
        last_buyback: 0,
        room: 0,
    };
    assert_eq!(first, expected);
    assert_eq!(told, [community.event(Observed { pool: pool.clone(), cumulative })]);
    // Too soon: nothing is noted.
    community.wait(17_279, DAY - 1);
    assert_eq!(observe(&community), first);
    community.wait(1, 1);
    let second = observe(&community);
    let cumulative = community.pool.state().cumulative;
    let expected = Watch { younger_time: now + DAY, younger_cumulative: cumulative, ..first };
    assert_eq!(second, expected);
    // Another day later the second is the older.
    community.wait(17_280, DAY);
    let third = observe(&community);
    assert_eq!((third.since, third.older_time), (now, now + DAY));
    assert_eq!(third.older_cumulative, second.younger_cumulative);
    assert_eq!(third.younger_time, now + 2 * DAY);
    assert_eq!(community.treasury.watch(&pool), third);
}

/// What a view tells of a quiet pool would be overtaken by the next record, which goes further towards the
/// price: the difference would count as a price that never was.
#[test]
fn observe_has_the_pool_record_first() {
    let community = Community::ready();
    community.swap(&community.token, 200_000 * ONE);
    community.wait(17_280, DAY);
    let before = community.pool.state();
    assert_ne!(before.last_record, community.now());
    let noted = observe(&community).younger_cumulative;
    let after = community.pool.state();
    assert_eq!((after.last_record, after.cumulative), (community.now(), noted));
}

/// In a shallow pool a price costs nothing, however long it holds.
#[test]
fn observe_begins_the_mean_anew_while_the_pool_is_shallow() {
    let community = Community::ready();
    let shares = community.pool.balance(&community.founder);
    let (who, pool) = (community.founder.clone(), &community.pool);
    let deposit = |(first, second): (i128, i128)| {
        community.env.mock_all_auths();
        pool.deposit(&who, &first, &second, &0, &who, &NEVER);
        community.env.set_auths(&[]);
    };
    let withdraw = |shares: i128| {
        community.env.mock_all_auths();
        let out = pool.withdraw(&who, &shares, &0, &0, &who, &NEVER);
        community.env.set_auths(&[]);
        out
    };
    let before = observe(&community);
    let out = withdraw(shares * 19 / 20);
    // What is gone for less than a ledger is not noticed, and need not be.
    assert_eq!(observe(&community), before);
    community.close(1);
    let begun = observe(&community);
    let cumulative = pool.state().cumulative;
    assert_eq!((begun.since, begun.last_buyback), (before.since, before.last_buyback));
    assert_eq!((begun.older_time, begun.older_cumulative), (community.now(), cumulative));
    assert_eq!((begun.younger_time, begun.younger_cumulative), (community.now(), cumulative));
    deposit(out);
    community.wait(17_279, DAY - 1);
    pool.sync();
    assert_refused(&community.env, TreasuryError::MeanTooYoung, || community.buyback(SOME));
    community.wait(1, 1);
    community.buyback(SOME).expect("deep for a day");
}

/// Either reserve.
#[test]
fn observe_begins_the_mean_anew_where_one_reserve_is_short() {
    for (tft, token) in [(true, false), (false, true)] {
        let community = Community::ready();
        let mut policy = community.treasury.policy();
        let mut named = policy.pools.get_unchecked(0);
        // Exactly the reserves, but for what the next swap takes.
        named.min_tft = if tft { POOL_TFT } else { 1 };
        named.min_token = if token { POOL_TOKEN } else { 1 };
        policy.pools.set(0, named);
        let id = community.propose(Action::SetPolicy(policy)).expect("a proposal");
        community.days(7);
        community.execute(&id).expect("a policy");
        let deep = observe(&community);
        let sold = if tft { &community.token } else { &community.tft };
        community.swap(sold, ONE);
        assert_eq!(observe(&community), deep);
        community.close(1);
        assert_eq!(observe(&community).older_time, community.now());
    }
}

#[test]
fn observe_serves_every_pool_of_the_factory_and_no_other() {
    let community = Community::new();
    let foreign = community.root_pool(ONE, ONE);
    let foreign = community.regions.pool(&foreign).address;
    assert_eq!(community.treasury.observe(&foreign).since, community.now());
    let stranger = community.user(&[]);
    for fake in [&community.token, &community.factory.address, &stranger] {
        let call = community.to_treasury("observe", (fake,));
        assert_refused(&community.env, TreasuryError::UnknownPool, || {
            community.unsigned::<Watch>(&call)
        });
    }
    // Without a deposit there is no price.
    let key = PoolKey { code: ROOT, token: community.asset(), fee_bps: 30 };
    let empty = community.create_pool(&community.admin, &key, 0).expect("a pool").address;
    let call = community.to_treasury("observe", (empty,));
    assert_refused(&community.env, PoolError::EmptyPool, || community.unsigned::<Watch>(&call));
}

#[test]
fn buyback_notes_the_price_as_observe_does() {
    let community = Community::ready();
    let before = community.treasury.watch(&community.pool.address);
    community.wait(17_280, DAY);
    community.pool.sync();
    community.buyback(SOME).expect("a buyback");
    let after = community.treasury.watch(&community.pool.address);
    let cumulative = community.pool.state().cumulative;
    assert_eq!((after.younger_time, after.younger_cumulative), (community.now(), cumulative));
    assert_eq!(after.older_time, before.younger_time);
}
