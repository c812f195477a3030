use soroban_sdk::{Address, IntoVal, Val, Vec};
use soroban_token_sdk::events::Burn;
use tributary_common::interfaces::pool::PoolError;
use tributary_pool::{event::Withdrawn, HOLD_SECONDS};
use tributary_tests::env::pool::{Refusal, Setup, Tokens, World, NEVER, ONE};
use tributary_tests::env::sign::assert_refused;

struct Call {
    from: Address,
    shares: i128,
    min: (i128, i128),
    to: Address,
    deadline: u64,
}

impl Call {
    fn new(from: &Address, shares: i128) -> Call {
        Call { from: from.clone(), shares, min: (0, 0), to: from.clone(), deadline: NEVER }
    }

    fn args(&self, world: &World) -> Vec<Val> {
        (&self.from, self.shares, self.min.0, self.min.1, &self.to, self.deadline)
            .into_val(&world.env)
    }

    fn make(&self, world: &World) -> Result<(i128, i128), Refusal> {
        world.signed(&self.from, "withdraw", self.args(world), &[])
    }
}

fn pool() -> (World, Address) {
    World::with_liquidity(Setup::default(), 100 * ONE, 400 * ONE)
}

#[test]
fn withdraw_pays_the_part_of_both_reserves() {
    let (world, provider) = pool();
    let to = world.user(0, 0);
    let call = Call { to: to.clone(), ..Call::new(&provider, 50 * ONE) };

    let paid = call.make(&world);

    let events = world.events();
    assert_eq!(paid, Ok((25 * ONE, 100 * ONE)));
    assert_eq!(
        events,
        [
            world.event(Burn { from: provider.clone(), amount: 50 * ONE }),
            world.event(Withdrawn {
                from: provider.clone(),
                to: to.clone(),
                amount_0: 25 * ONE,
                amount_1: 100 * ONE,
                shares: 50 * ONE,
            }),
        ]
    );
    assert_eq!(world.balance(&world.token_0, &to), 25 * ONE);
    assert_eq!(world.balance(&world.token_1, &to), 100 * ONE);
    let state = world.state();
    assert_eq!((state.reserve_0, state.reserve_1), (75 * ONE, 300 * ONE));
    assert_eq!((state.owed_0, state.owed_1), (0, 0));
    assert_eq!(state.total_supply, 150 * ONE);
    assert_eq!(world.pool.balance(&provider), 150 * ONE - 1_000);
}

#[test]
fn withdraw_rounds_down_and_leaves_the_locked_shares_their_part() {
    let (world, provider) = pool();
    let all = world.pool.balance(&provider);
    // All but 1 000 of 2 000 000 000 shares; the rest of the division stays.
    assert_eq!(world.withdraw(&provider, all), Ok((999_999_500, 3_999_998_000)));
    let state = world.state();
    assert_eq!((state.reserve_0, state.reserve_1, state.total_supply), (500, 2_000, 1_000));
}

#[test]
fn withdraw_works_while_paused() {
    let (world, provider) = pool();
    world.pause().unwrap();
    assert_eq!(world.withdraw(&provider, 50 * ONE), Ok((25 * ONE, 100 * ONE)));
}

#[test]
fn withdraw_after_a_trade_in_the_ledger_pays_no_more_than_the_opening_value() {
    let (world, provider) = pool();
    let trader = world.user(ONE, 0);
    world.swap_exact_in(&trader, &world.token_0, ONE).unwrap();
    let before = world.state();

    let (paid_0, paid_1) = world.withdraw(&provider, 100 * ONE).unwrap();

    // At the opening price of 4, half of the shares were worth half of 100 + 400 / 4.
    let after = world.state();
    let fall_0 = before.reserve_0 * (100 * ONE) / before.total_supply;
    let fall_1 = before.reserve_1 * (100 * ONE) / before.total_supply;
    assert!(4 * fall_0 + fall_1 > 400 * ONE, "the trade's fee was worth something");
    assert!(4 * paid_0 + paid_1 <= 400 * ONE);
    assert!(4 * paid_0 + paid_1 > 400 * ONE - 10, "and no less than rounding takes");
    // Both sides are scaled by one factor; the reserves fall whole, the rest is owed.
    assert!((paid_0 * fall_1 - paid_1 * fall_0).abs() <= fall_0.max(fall_1));
    assert_eq!(before.reserve_0 - after.reserve_0, fall_0);
    assert_eq!(before.reserve_1 - after.reserve_1, fall_1);
    assert_eq!(after.owed_0 - before.owed_0, fall_0 - paid_0);
    assert_eq!(after.owed_1 - before.owed_1, fall_1 - paid_1);
}

#[test]
fn withdraw_in_the_next_ledger_pays_in_full() {
    let (world, provider) = pool();
    let trader = world.user(ONE, 0);
    world.swap_exact_in(&trader, &world.token_0, ONE).unwrap();
    world.close(1);
    let state = world.state();
    let expected = (
        state.reserve_0 * (100 * ONE) / state.total_supply,
        state.reserve_1 * (100 * ONE) / state.total_supply,
    );
    assert_eq!(world.withdraw(&provider, 100 * ONE), Ok(expected));
}

#[test]
fn withdraw_fails_while_shares_are_held() {
    let world = World::default();
    let provider = world.user(100 * ONE, 400 * ONE);
    world.deposit(&provider, 100 * ONE, 400 * ONE).unwrap();
    world.wait(11, HOLD_SECONDS - 1);
    let refused = || world.withdraw(&provider, 1);
    assert_refused(&world.env, PoolError::SharesHeld, refused);
    world.wait(1, 1);
    world.withdraw(&provider, 1).unwrap();
}

#[test]
fn withdraw_spends_what_is_free_beside_what_is_held() {
    let (world, provider) = pool();
    let free = world.pool.balance(&provider);
    world.give(&world.token_0, &provider, 10 * ONE);
    world.give(&world.token_1, &provider, 40 * ONE);
    world.deposit(&provider, 10 * ONE, 40 * ONE).unwrap();
    let refused = || world.withdraw(&provider, free + 1);
    assert_refused(&world.env, PoolError::SharesHeld, refused);
    world.withdraw(&provider, free).unwrap();
}

#[test]
fn withdraw_fails_beyond_the_balance() {
    let (world, provider) = pool();
    let refused = || world.withdraw(&provider, 200 * ONE);
    assert_refused(&world.env, PoolError::InsufficientBalance, refused);
    let stranger = world.user(0, 0);
    let refused = || world.withdraw(&stranger, 1);
    assert_refused(&world.env, PoolError::InsufficientBalance, refused);
}

#[test]
fn withdraw_fails_with_amounts_that_mean_nothing() {
    let (world, provider) = pool();
    for shares in [0, -1, i128::MIN] {
        let refused = || world.withdraw(&provider, shares);
        assert_refused(&world.env, PoolError::InvalidAmount, refused);
    }
    for min in [(-1, 0), (0, -1)] {
        let call = Call { min, ..Call::new(&provider, ONE) };
        assert_refused(&world.env, PoolError::InvalidAmount, || call.make(&world));
    }
}

#[test]
fn withdraw_fails_when_both_amounts_round_to_nothing() {
    // After the loss of nearly everything a share is worth less than a unit.
    let (world, provider) = pool();
    world.claw_back(&world.token_0, &world.pool.address, 100 * ONE - 1);
    world.claw_back(&world.token_1, &world.pool.address, 400 * ONE - 1);
    let refused = || world.withdraw(&provider, ONE);
    assert_refused(&world.env, PoolError::AmountTooSmall, refused);
}

#[test]
fn withdraw_fails_below_either_minimum() {
    let (world, provider) = pool();
    for min in [(25 * ONE + 1, 100 * ONE), (25 * ONE, 100 * ONE + 1)] {
        let call = Call { min, ..Call::new(&provider, 50 * ONE) };
        assert_refused(&world.env, PoolError::LimitExceeded, || call.make(&world));
    }
    let call = Call { min: (25 * ONE, 100 * ONE), ..Call::new(&provider, 50 * ONE) };
    call.make(&world).unwrap();
}

#[test]
fn withdraw_works_at_the_deadline_and_fails_after_it() {
    let (world, provider) = pool();
    let call = Call { deadline: world.now(), ..Call::new(&provider, ONE) };
    call.make(&world).unwrap();
    world.wait(1, 1);
    assert_refused(&world.env, PoolError::DeadlinePassed, || call.make(&world));
}

#[test]
fn withdraw_fails_to_the_pool_itself() {
    let (world, provider) = pool();
    let call = Call { to: world.pool.address.clone(), ..Call::new(&provider, ONE) };
    assert_refused(&world.env, PoolError::InvalidRecipient, || call.make(&world));
}

#[test]
fn withdraw_settles_a_clawback_so_that_the_first_to_leave_gains_nothing() {
    let (world, first) = pool();
    let second = world.user(100 * ONE, 400 * ONE);
    world.deposit(&second, 100 * ONE, 400 * ONE).unwrap();
    world.close(12);
    world.claw_back(&world.token_1, &world.pool.address, 400 * ONE);
    assert_eq!(world.withdraw(&first, 100 * ONE), Ok((50 * ONE, 100 * ONE)));
    assert_eq!(world.withdraw(&second, 100 * ONE), Ok((50 * ONE, 100 * ONE)));
}

#[test]
fn withdraw_of_a_token_with_coarse_units_is_not_cut_by_their_rounding() {
    // Two shares on either side of a whole unit: the parts' factor serves one, the pool's the other.
    for less in [0, 4] {
        let setup = Setup { tokens: Tokens::Plain(0, 7), ..Setup::default() };
        let (world, _) = World::with_liquidity(setup, 1_000, 10_000_000_000);
        let (leaver, trader) = (world.user(2, 20_000_000), world.user(10, 0));
        let (_, _, shares) = world.deposit(&leaver, 2, 20_000_000).unwrap();
        world.close(12);
        world.swap_exact_in(&trader, &world.token_0, 2).unwrap();
        let state = world.state();
        let fall_0 = state.reserve_0 * (shares - less) / state.total_supply;
        let (out_0, out_1) = world.withdraw(&leaver, shares - less).unwrap();
        // Of the fine token what a trade of a thousandth costs.
        assert!(out_0 == fall_0 || out_0 == fall_0 - 1);
        assert!(out_1 > 19_900_000, "{less}: {out_0} {out_1}");
    }
}

#[test]
fn withdraw_after_another_withdrawal_in_the_ledger_is_paid_in_full() {
    let setup = Setup { tokens: Tokens::Plain(0, 7), ..Setup::default() };
    let (world, whale) = World::with_liquidity(setup, 100, 10_000_000_000);
    let small = world.user(0, 0);
    let args = (&whale, &small, 2_500i128).into_val(&world.env);
    world.signed::<()>(&whale, "transfer", args, &[]).unwrap();
    let rest = world.pool.balance(&whale) - 1_500;
    world.withdraw(&whale, rest).unwrap();
    let state = world.state();
    let expected = (
        state.reserve_0 * 2_500 / state.total_supply,
        state.reserve_1 * 2_500 / state.total_supply,
    );
    assert_eq!(world.withdraw(&small, 2_500), Ok(expected));
}
