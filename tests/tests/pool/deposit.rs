use soroban_sdk::{
    testutils::{MockAuth, MockAuthInvoke},
    Address, IntoVal, Val, Vec,
};
use soroban_token_sdk::events::MintWithAmountOnly;
use tributary_common::interfaces::pool::PoolError;
use tributary_pool::{event::Deposited, HOLD_SECONDS};
use tributary_tests::env::pool::{Refusal, Setup, World, NEVER, ONE};
use tributary_tests::env::sign::assert_refused;

/// The arguments of a call in which only one thing differs from an ordinary deposit.
struct Call {
    from: Address,
    desired: (i128, i128),
    min_shares: i128,
    to: Address,
    deadline: u64,
}

impl Call {
    fn new(from: &Address, desired: (i128, i128)) -> Call {
        Call { from: from.clone(), desired, min_shares: 0, to: from.clone(), deadline: NEVER }
    }

    fn args(&self, world: &World) -> Vec<Val> {
        let (desired_0, desired_1) = self.desired;
        (&self.from, desired_0, desired_1, self.min_shares, &self.to, self.deadline)
            .into_val(&world.env)
    }

    fn make(&self, world: &World) -> Result<(i128, i128, i128), Refusal> {
        let pulls = [(&world.token_0, self.desired.0), (&world.token_1, self.desired.1)];
        world.signed(&self.from, "deposit", self.args(world), &pulls)
    }
}

#[test]
fn first_deposit_sets_the_price_and_locks_a_thousand_shares() {
    let world = World::default();
    let provider = world.user(400 * ONE, 900 * ONE);

    let deposited = world.deposit(&provider, 400 * ONE, 900 * ONE);

    let events = world.events();
    let shares = 600 * ONE - 1_000;
    assert_eq!(deposited, Ok((400 * ONE, 900 * ONE, shares)));
    let pool = world.pool.address.clone();
    assert_eq!(
        events,
        [
            world.event(MintWithAmountOnly { to: pool.clone(), amount: 1_000 }),
            world.event(MintWithAmountOnly { to: provider.clone(), amount: shares }),
            world.event(Deposited {
                from: provider.clone(),
                to: provider.clone(),
                amount_0: 400 * ONE,
                amount_1: 900 * ONE,
                shares,
            }),
        ]
    );
    let state = world.state();
    assert_eq!((state.reserve_0, state.reserve_1), (400 * ONE, 900 * ONE));
    assert_eq!((state.opening_0, state.opening_1), (400 * ONE, 900 * ONE));
    assert_eq!((state.total_supply, state.opening_supply), (600 * ONE, 600 * ONE));
    assert_eq!(world.pool.balance(&pool), 1_000);
    assert_eq!(world.pool.balance(&provider), shares);
    assert_eq!(world.pool.held(&provider), (shares, world.now() + HOLD_SECONDS));
    assert_eq!(world.balance(&world.token_0, &pool), 400 * ONE);
    assert_eq!(world.balance(&world.token_1, &pool), 900 * ONE);
}

#[test]
fn deposit_keeps_the_ratio_and_returns_the_rest_of_one_side() {
    let (world, _) = World::with_liquidity(Setup::default(), 100 * ONE, 300 * ONE);
    for (desired, used, shares) in [
        ((10 * ONE, 40 * ONE), (10 * ONE, 30 * ONE), 173_205_080), // token 0 binds
        ((20 * ONE, 30 * ONE), (10 * ONE, 30 * ONE), 173_205_080), // token 1 binds
        ((10 * ONE, 30 * ONE), (10 * ONE, 30 * ONE), 173_205_080), // both
        ((1_000_001, 3_000_004), (1_000_001, 3_000_003), 1_732_052), // rounded: shares down
    ] {
        let provider = world.user(desired.0, desired.1);
        let deposited = world.deposit(&provider, desired.0, desired.1);
        assert_eq!(deposited, Ok((used.0, used.1, shares)), "{desired:?}");
        assert_eq!(world.balance(&world.token_0, &provider), desired.0 - used.0);
        assert_eq!(world.balance(&world.token_1, &provider), desired.1 - used.1);
        assert_eq!(world.pool.balance(&provider), shares);
    }
}

#[test]
fn deposit_always_makes_three_transfers_in_and_out() {
    // A transfer more at application than in simulation would break the simulator's margin.
    let (world, _) = World::with_liquidity(Setup::default(), 100 * ONE, 300 * ONE);
    for desired in [(10 * ONE, 40 * ONE), (20 * ONE, 30 * ONE), (10 * ONE, 30 * ONE)] {
        let provider = world.user(desired.0, desired.1);
        world.deposit(&provider, desired.0, desired.1).unwrap();
        assert_eq!(world.token_transfers(), 3, "{desired:?}");
    }
}

#[test]
fn deposit_for_another_needs_her_signature_for_both_names_and_no_amounts() {
    let (world, _) = World::with_liquidity(Setup::default(), 100 * ONE, 100 * ONE);
    let (from, to) = (world.user(10 * ONE, 10 * ONE), world.user(0, 0));
    let call = Call { to: to.clone(), ..Call::new(&from, (10 * ONE, 10 * ONE)) };

    assert!(matches!(call.make(&world), Err(Err(_))), "without her signature");

    let transfer = |amount: i128| (&from, &world.pool.address, amount).into_val(&world.env);
    let transfers = [&world.token_0, &world.token_1].map(|token| MockAuthInvoke {
        contract: token,
        fn_name: "transfer",
        args: transfer(10 * ONE),
        sub_invokes: &[],
    });
    let invoke = |args, sub_invokes| MockAuthInvoke {
        contract: &world.pool.address,
        fn_name: "deposit",
        args,
        sub_invokes,
    };
    world.env.mock_auths(&[
        MockAuth { address: &from, invoke: &invoke(call.args(&world), &transfers) },
        MockAuth { address: &to, invoke: &invoke((&from, &to).into_val(&world.env), &[]) },
    ]);
    let (_, _, shares): (i128, i128, i128) = world.unsigned("deposit", call.args(&world)).unwrap();
    assert_eq!(world.env.auths().len(), 2);
    assert_eq!(world.pool.balance(&to), shares);
    assert_eq!(world.pool.balance(&from), 0);
}

#[test]
fn deposit_restarts_the_minute_for_what_is_still_held_only() {
    let (world, _) = World::with_liquidity(Setup::default(), 100 * ONE, 100 * ONE);
    let provider = world.user(100 * ONE, 100 * ONE);
    world.deposit(&provider, ONE, ONE).unwrap();
    world.wait(10, HOLD_SECONDS - 1);
    world.deposit(&provider, 2 * ONE, 2 * ONE).unwrap();
    assert_eq!(world.pool.held(&provider), (3 * ONE, world.now() + HOLD_SECONDS));
    world.wait(12, HOLD_SECONDS);
    assert_eq!(world.pool.held(&provider), (0, 0));
    world.deposit(&provider, 4 * ONE, 4 * ONE).unwrap();
    assert_eq!(world.pool.held(&provider), (4 * ONE, world.now() + HOLD_SECONDS));
    assert_eq!(world.pool.balance(&provider), 7 * ONE);
}

#[test]
fn deposit_works_at_the_deadline_and_fails_after_it() {
    let (world, _) = World::with_liquidity(Setup::default(), 100 * ONE, 100 * ONE);
    let provider = world.user(10 * ONE, 10 * ONE);
    let call = Call { deadline: world.now(), ..Call::new(&provider, (ONE, ONE)) };
    call.make(&world).unwrap();
    world.wait(1, 1);
    assert_refused(&world.env, PoolError::DeadlinePassed, || call.make(&world));
}

#[test]
fn deposit_fails_below_min_shares() {
    let (world, _) = World::with_liquidity(Setup::default(), 100 * ONE, 100 * ONE);
    let provider = world.user(10 * ONE, 10 * ONE);
    let call = |min_shares| Call { min_shares, ..Call::new(&provider, (ONE, ONE)) };
    let refused = || call(ONE + 1).make(&world);
    assert_refused(&world.env, PoolError::LimitExceeded, refused);
    call(ONE).make(&world).unwrap();
}

#[test]
fn deposit_fails_with_amounts_that_mean_nothing() {
    let (world, _) = World::with_liquidity(Setup::default(), 100 * ONE, 100 * ONE);
    let provider = world.user(10 * ONE, 10 * ONE);
    for desired in [(0, ONE), (ONE, 0), (-1, ONE), (ONE, -1), (0, 0), (i128::MIN, i128::MIN)] {
        let refused = || world.deposit(&provider, desired.0, desired.1);
        assert_refused(&world.env, PoolError::InvalidAmount, refused);
    }
    let call = Call { min_shares: -1, ..Call::new(&provider, (ONE, ONE)) };
    assert_refused(&world.env, PoolError::InvalidAmount, || call.make(&world));
}

#[test]
fn deposit_fails_when_shares_would_round_to_nothing() {
    // A share is worth 100 units of each token after a donation.
    let world = World::default();
    let first = world.user(2_000, 2_000);
    world.deposit(&first, 2_000, 2_000).unwrap();
    world.give(&world.token_0, &world.pool.address, 198_000);
    world.give(&world.token_1, &world.pool.address, 198_000);
    world.pool.sync();
    let provider = world.user(200, 200);
    let refused = || world.deposit(&provider, 99, 99);
    assert_refused(&world.env, PoolError::AmountTooSmall, refused);
    assert_eq!(world.deposit(&provider, 100, 100), Ok((100, 100, 1)));
}

#[test]
fn first_deposit_fails_unless_worth_more_than_what_it_locks() {
    let world = World::default();
    let provider = world.user(10 * ONE, 10 * ONE);
    let refused = || world.deposit(&provider, 1_000, 1_000);
    assert_refused(&world.env, PoolError::BelowMinimumLiquidity, refused);
    assert_eq!(world.deposit(&provider, 1_001, 1_001), Ok((1_001, 1_001, 1)));
}

#[test]
fn deposit_fails_to_the_pool_itself() {
    let (world, _) = World::with_liquidity(Setup::default(), 100 * ONE, 100 * ONE);
    let provider = world.user(10 * ONE, 10 * ONE);
    let call = Call { to: world.pool.address.clone(), ..Call::new(&provider, (ONE, ONE)) };
    world.env.mock_all_auths_allowing_non_root_auth();
    let refused = || world.unsigned::<(i128, i128, i128)>("deposit", call.args(&world));
    assert_refused(&world.env, PoolError::InvalidRecipient, refused);
}

#[test]
fn deposit_fails_while_paused_and_works_again_by_itself() {
    let (world, _) = World::with_liquidity(Setup::default(), 100 * ONE, 100 * ONE);
    let provider = world.user(10 * ONE, 10 * ONE);
    world.pause().unwrap();
    let refused = || world.deposit(&provider, ONE, ONE);
    assert_refused(&world.env, PoolError::Paused, refused);
    world.wait(1, tributary_pool::PAUSE_SECONDS);
    world.deposit(&provider, ONE, ONE).unwrap();
}

#[test]
fn deposit_fails_when_a_clawback_has_emptied_a_side() {
    let (world, _) = World::with_liquidity(Setup::default(), 100 * ONE, 100 * ONE);
    world.claw_back(&world.token_1, &world.pool.address, 100 * ONE);
    let provider = world.user(10 * ONE, 10 * ONE);
    let refused = || world.deposit(&provider, ONE, ONE);
    assert_refused(&world.env, PoolError::EmptyPool, refused);
}

#[test]
fn deposit_settles_a_clawback_first() {
    let (world, _) = World::with_liquidity(Setup::default(), 100 * ONE, 100 * ONE);
    world.claw_back(&world.token_1, &world.pool.address, 50 * ONE);
    let provider = world.user(10 * ONE, 10 * ONE);
    // The ratio is 100 to 50 now: one token 0 goes with half a token 1.
    assert_eq!(world.deposit(&provider, ONE, ONE), Ok((ONE, ONE / 2, ONE)));
    assert_eq!(world.state().reserve_1, 50 * ONE + ONE / 2);
}
