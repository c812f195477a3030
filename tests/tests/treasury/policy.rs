use soroban_sdk::Vec;
use tributary_common::interfaces::{
    factory::{PoolKey, ROOT},
    treasury::{Action, Policy, PolicyPool, TreasuryError},
};
use tributary_tests::env::{
    community::{Community, POOL_TFT, POOL_TOKEN},
    pool::ONE,
    sign::assert_refused,
};

#[test]
fn the_first_policy_names_no_pool_and_splits_in_quarters() {
    let community = Community::new();
    let expected = Policy {
        budget_bps: 100,
        premium_bps: 100,
        outflow_bps: 250,
        burn_bps: 2_500,
        protect_bps: 2_500,
        stakers_bps: 2_500,
        liquidity_bps: 2_500,
        pools: Vec::new(&community.env),
    };
    assert_eq!(community.treasury.policy(), expected);
}

#[test]
fn a_policy_is_refused_beyond_its_caps_each_with_its_own_error() {
    let community = Community::new();
    let good = community.policy_of(&[&community.pool.address]);
    let refused = |error, policy| {
        assert_refused(&community.env, error, || community.propose(Action::SetPolicy(policy)));
    };
    refused(TreasuryError::BudgetTooHigh, Policy { budget_bps: 1_001, ..good.clone() });
    refused(TreasuryError::BudgetTooHigh, Policy { budget_bps: u32::MAX, ..good.clone() });
    refused(TreasuryError::PremiumTooHigh, Policy { premium_bps: 201, ..good.clone() });
    refused(TreasuryError::OutflowTooHigh, Policy { outflow_bps: 251, ..good.clone() });
    refused(TreasuryError::InvalidSplit, Policy { burn_bps: 2_499, ..good.clone() });
    refused(TreasuryError::InvalidSplit, Policy { burn_bps: 2_501, ..good.clone() });
    let over =
        Policy { burn_bps: u32::MAX, protect_bps: 2_501, stakers_bps: 7_500, ..good.clone() };
    refused(TreasuryError::InvalidSplit, over);
    let one = good.pools.get_unchecked(0);
    let with = |pools: &[&PolicyPool]| {
        let mut list = Vec::new(&community.env);
        pools.iter().for_each(|pool| list.push_back((*pool).clone()));
        Policy { pools: list, ..good.clone() }
    };
    refused(TreasuryError::InvalidPools, with(&[&one; 2]));
    let many: std::vec::Vec<_> = (0..9)
        .map(|_| {
            let key = PoolKey { code: ROOT, token: community.asset(), fee_bps: 30 };
            let pool = community.create_pool(&community.admin, &key, 0).expect("a pool").address;
            PolicyPool { pool, ..one.clone() }
        })
        .collect();
    let many: std::vec::Vec<_> = many.iter().collect();
    refused(TreasuryError::InvalidPools, with(&many));
    community.propose(Action::SetPolicy(with(&many[..8]))).expect("a proposal");
    for (min_tft, min_token) in [(0, 1), (1, 0), (-1, 1), (1, i128::MIN)] {
        let pool = PolicyPool { min_tft, min_token, ..one.clone() };
        refused(TreasuryError::InvalidMinimum, with(&[&pool]));
    }
    for fake in [&community.token, &community.treasury.address, &community.founder] {
        refused(TreasuryError::UnknownPool, community.policy_of(&[fake]));
    }
    let key = PoolKey { fee_bps: 5, ..community.key.clone() };
    let banded = community.create_pool(&community.founder, &key, 1_000).expect("a pool").address;
    refused(TreasuryError::BandedPool, community.policy_of(&[&banded]));
    // The caps themselves.
    let edge = Policy { budget_bps: 1_000, premium_bps: 200, outflow_bps: 250, ..good };
    community.propose(Action::SetPolicy(edge)).expect("a proposal");
}

#[test]
fn a_policy_loosens_after_seven_days_and_tightens_at_once() {
    let community = Community::ready();
    // Below every cap, so that each can be loosened.
    let lower = Policy { outflow_bps: 240, ..community.treasury.policy() };
    let id = community.propose(Action::SetPolicy(lower)).expect("a proposal");
    community.execute(&id).expect("at once");
    community.close(1);
    let now = community.treasury.policy();
    let named = now.pools.get_unchecked(0);
    let key = PoolKey { fee_bps: 5, ..community.key.clone() };
    let second = community.create_pool(&community.founder, &key, 0).expect("a pool").address;
    let pools = |min_tft, min_token| {
        let mut pools = Vec::new(&community.env);
        pools.push_back(PolicyPool { min_tft, min_token, ..named.clone() });
        pools
    };
    let (tft, token) = (POOL_TFT / 10, POOL_TOKEN / 10);
    assert_eq!(now.pools, pools(tft, token));
    for loosened in [
        Policy { budget_bps: 101, ..now.clone() },
        Policy { premium_bps: 101, ..now.clone() },
        Policy { outflow_bps: 241, ..now.clone() },
        Policy {
            pools: community.policy_of(&[&community.pool.address, &second]).pools,
            ..now.clone()
        },
        // However much tighter the rest is.
        Policy { budget_bps: 0, premium_bps: 101, outflow_bps: 0, ..now.clone() },
        Policy { burn_bps: 2_499, protect_bps: 2_501, ..now.clone() },
        Policy { protect_bps: 2_499, stakers_bps: 2_501, ..now.clone() },
        Policy { stakers_bps: 2_499, liquidity_bps: 2_501, ..now.clone() },
        Policy { pools: pools(tft - 1, token), ..now.clone() },
        Policy { pools: pools(tft, token - 1), ..now.clone() },
        Policy { pools: pools(tft + 1, token - 1), ..now.clone() },
    ] {
        let id = community.propose(Action::SetPolicy(loosened.clone())).expect("a proposal");
        assert_refused(&community.env, TreasuryError::DelayNotOver, || community.execute(&id));
    }
    let none = Vec::new(&community.env);
    for tightened in [
        Policy { budget_bps: 99, ..now.clone() },
        Policy { budget_bps: 99, premium_bps: 99, outflow_bps: 239, ..now.clone() },
        Policy {
            budget_bps: 98,
            premium_bps: 98,
            outflow_bps: 200,
            pools: pools(tft + 1, token + 1),
            ..now.clone()
        },
        Policy { budget_bps: 0, premium_bps: 0, outflow_bps: 0, pools: none, ..now.clone() },
    ] {
        let id = community.propose(Action::SetPolicy(tightened.clone())).expect("a proposal");
        community.execute(&id).expect("at once");
        assert_eq!(community.treasury.policy(), tightened);
    }
    // Back to what it was would loosen.
    community.close(1);
    let id = community.propose(Action::SetPolicy(now.clone())).expect("a proposal");
    community.days(6);
    assert_refused(&community.env, TreasuryError::DelayNotOver, || community.execute(&id));
    community.days(1);
    community.execute(&id).expect("after seven days");
    assert_eq!(community.treasury.policy(), now);
}

/// Two policies proposed together, each tighter than the one in force: the looser of them is no way back.
#[test]
fn a_policy_is_compared_with_the_one_in_force_when_it_is_executed() {
    let community = Community::ready();
    let now = community.treasury.policy();
    let with = |budget_bps| Action::SetPolicy(Policy { budget_bps, ..now.clone() });
    let loose = community.propose(with(80)).expect("a proposal");
    let tight = community.propose(with(20)).expect("a proposal");
    community.execute(&tight).expect("at once");
    // In the same second and later: a tightened policy is not undone by what was proposed before it.
    for _ in 0..2 {
        assert_refused(&community.env, TreasuryError::FormerPolicy, || community.execute(&loose));
        community.days(7);
    }
    assert_eq!(community.treasury.policy().budget_bps, 20);
}

/// A council in an emergency: a stranger must not bring back what was on its way for a week.
#[test]
fn a_loosening_that_was_due_is_void_once_the_council_has_tightened() {
    let community = Community::ready();
    let now = community.treasury.policy();
    let loose = Action::SetPolicy(Policy { budget_bps: 1_000, ..now.clone() });
    let loose = community.propose(loose).expect("a proposal");
    community.days(8);
    let none = Policy { budget_bps: 1, pools: Vec::new(&community.env), ..now };
    let none = community.propose(Action::SetPolicy(none)).expect("a proposal");
    community.execute(&none).expect("at once");
    assert_refused(&community.env, TreasuryError::FormerPolicy, || community.execute(&loose));
    // Whatever only tightens stays possible, whenever it was proposed.
    let community = Community::ready();
    let tighter = Policy { budget_bps: 50, ..community.treasury.policy() };
    let older = community.propose(Action::SetPolicy(tighter.clone())).expect("a proposal");
    let other = Policy { premium_bps: 99, ..community.treasury.policy() };
    community.close(1);
    let other = community.propose(Action::SetPolicy(other)).expect("a proposal");
    community.execute(&other).expect("at once");
    assert_refused(&community.env, TreasuryError::FormerPolicy, || community.execute(&older));
    let both = Policy { premium_bps: 99, ..tighter };
    let both = community.propose(Action::SetPolicy(both)).expect("a proposal");
    community.execute(&both).expect("at once");
}

#[test]
fn a_policy_that_tightens_expires_and_is_void_with_its_council_as_any_other() {
    let community = Community::ready();
    let tight =
        |budget_bps| Action::SetPolicy(Policy { budget_bps, ..community.treasury.policy() });
    let expired = community.propose(tight(90)).expect("a proposal");
    community.days(14);
    let still = community.propose(tight(80)).expect("a proposal");
    community.close(1);
    assert_refused(&community.env, TreasuryError::ProposalExpired, || community.execute(&expired));
    let heir = community.user(&[]);
    let handed = community.propose(Action::SetCouncil(heir.clone())).expect("a proposal");
    community.days(7);
    let call = community.to_treasury("execute", (handed,));
    community.signed::<()>(&heir, &call).expect("in office");
    assert_refused(&community.env, TreasuryError::FormerCouncil, || community.execute(&still));
}

/// What the treasury knows of a pool outlives its place in the policy: leaving and coming back resets no
/// limit.
#[test]
fn a_pool_that_leaves_the_policy_and_comes_back_keeps_its_limits() {
    let community = Community::ready();
    let with = community.treasury.policy();
    let without = Policy { pools: Vec::new(&community.env), ..with.clone() };
    let watched = || {
        let watch = community.treasury.watch(&community.pool.address);
        (watch.since, watch.last_buyback, watch.room)
    };
    community.buyback(1_000 * ONE).expect("a buyback");
    let watch = watched();
    let away = community.propose(Action::SetPolicy(without)).expect("a proposal");
    community.execute(&away).expect("at once");
    community.close(1);
    let back = community.propose(Action::SetPolicy(with)).expect("a proposal");
    community.days(7);
    community.execute(&back).expect("a policy");
    assert_eq!(watched(), watch);
}
