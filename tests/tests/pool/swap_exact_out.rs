use soroban_sdk::{Address, IntoVal, Val, Vec};
use tributary_common::interfaces::pool::PoolError;
use tributary_pool::event::Swapped;
use tributary_tests::env::pool::{Refusal, Setup, World, NEVER, ONE};
use tributary_tests::env::sign::assert_refused;

struct Call {
    from: Address,
    token_in: Address,
    max_in: i128,
    amount_out: i128,
    to: Address,
    deadline: u64,
}

impl Call {
    fn new(from: &Address, token_in: &Address, max_in: i128, amount_out: i128) -> Call {
        let (to, token_in) = (from.clone(), token_in.clone());
        Call { from: from.clone(), token_in, max_in, amount_out, to, deadline: NEVER }
    }

    fn args(&self, world: &World) -> Vec<Val> {
        (&self.from, &self.token_in, self.max_in, self.amount_out, &self.to, self.deadline)
            .into_val(&world.env)
    }

    fn make(&self, world: &World) -> Result<i128, Refusal> {
        let pulls = [(&self.token_in, self.max_in)];
        world.signed(&self.from, "swap_exact_out", self.args(world), &pulls)
    }
}

fn pool() -> (World, Address) {
    let (world, _) = World::with_liquidity(Setup::default(), 1_000 * ONE, 4_000 * ONE);
    let trader = world.user(10_000 * ONE, 10_000 * ONE);
    (world, trader)
}

#[test]
fn swap_exact_out_charges_the_curve_and_the_fee_and_returns_the_rest() {
    let (world, trader) = pool();
    let to = world.user(0, 0);
    let call = Call { to: to.clone(), ..Call::new(&trader, &world.token_0, 20 * ONE, 40 * ONE) };

    let charged = call.make(&world);

    let events = world.events();
    // net = ⌈10e9 × 4e8 ÷ 39.6e9⌉ = 101 010 102; gross = ⌈net ÷ 0.997⌉
    assert_eq!(charged, Ok(101_314_045));
    let state = world.state();
    // The fee is ⌈0.3 %⌉ = 303 943 of which 16.67 % are the treasury's.
    assert_eq!((state.owed_0, state.owed_1), (50_667, 0));
    assert_eq!(state.reserve_0, 1_000 * ONE + 101_314_045 - 50_667);
    assert_eq!(state.reserve_1, 3_960 * ONE);
    assert_eq!(
        events,
        [world.event(Swapped {
            token_in: world.token_0.clone(),
            to: to.clone(),
            amount_in: 101_314_045,
            amount_out: 40 * ONE,
            reserve_0: state.reserve_0,
            reserve_1: state.reserve_1,
        })]
    );
    assert_eq!(world.balance(&world.token_0, &trader), 10_000 * ONE - 101_314_045);
    assert_eq!(world.balance(&world.token_1, &to), 40 * ONE);
}

#[test]
fn swap_exact_out_never_beats_the_price_that_the_ledger_opened_with() {
    let (world, trader) = pool();
    world.swap_exact_in(&trader, &world.token_0, 100 * ONE).unwrap();
    let before = world.state();

    let charged = world.swap_exact_out(&trader, &world.token_1, 100 * ONE, 10 * ONE).unwrap();

    // Ten of token 0 opened at 40 of token 1; the curve would ask less.
    let gross = |net: i128| (net * 10_000 + 9_969) / 9_970;
    assert_eq!(charged, gross(40 * ONE));
    let left = before.reserve_0 - 10 * ONE;
    let curve = gross((before.reserve_1 * 10 * ONE + left - 1) / left);
    assert!(curve < charged);
    let fee = (curve * 30 + 9_999) / 10_000;
    let treasury = fee * 1_667 / 10_000;
    let after = world.state();
    assert_eq!(after.reserve_1 - before.reserve_1, curve - treasury, "as on the plain curve");
    assert_eq!(after.owed_1 - before.owed_1, charged - curve + treasury);
}

#[test]
fn swap_exact_out_always_makes_three_transfers() {
    let (world, trader) = pool();
    let quote = world.pool.quote_exact_out(&world.token_0, &ONE);
    for max_in in [quote, quote + 1] {
        world.close(1);
        let quote = world.pool.quote_exact_out(&world.token_0, &ONE);
        world.swap_exact_out(&trader, &world.token_0, quote + max_in % 2, ONE).unwrap();
        assert_eq!(world.token_transfers(), 3);
    }
}

#[test]
fn swap_exact_out_rounds_up_to_whole_units() {
    // A unit of a token that is worth next to nothing.
    let (world, _) = World::with_liquidity(Setup::default(), 10, 1_000_000 * ONE);
    let trader = world.user(5, 0);
    assert_eq!(world.swap_exact_out(&trader, &world.token_0, 5, 1), Ok(2));
    let state = world.state();
    assert_eq!(state.reserve_0, 12, "the fee rounds up to a whole unit, all the providers'");
}

#[test]
fn swap_exact_out_fails_above_max_in() {
    let (world, trader) = pool();
    let call = |max_in| Call::new(&trader, &world.token_0, max_in, 40 * ONE);
    let refused = || call(101_314_044).make(&world);
    assert_refused(&world.env, PoolError::LimitExceeded, refused);
    call(101_314_045).make(&world).unwrap();
}

#[test]
fn swap_exact_out_fails_for_the_whole_reserve_or_more() {
    let (world, trader) = pool();
    for amount_out in [4_000 * ONE, 4_000 * ONE + 1, i128::MAX] {
        let refused = || world.swap_exact_out(&trader, &world.token_0, ONE, amount_out);
        assert_refused(&world.env, PoolError::InsufficientReserve, refused);
    }
}

#[test]
fn swap_exact_out_fails_with_amounts_that_mean_nothing() {
    let (world, trader) = pool();
    for (max_in, amount_out) in [(0, ONE), (-1, ONE), (ONE, 0), (ONE, -1)] {
        let refused = || world.swap_exact_out(&trader, &world.token_0, max_in, amount_out);
        assert_refused(&world.env, PoolError::InvalidAmount, refused);
    }
}

#[test]
fn swap_exact_out_works_at_the_deadline_and_fails_after_it() {
    let (world, trader) = pool();
    let call = Call { deadline: world.now(), ..Call::new(&trader, &world.token_0, ONE, ONE) };
    call.make(&world).unwrap();
    world.wait(1, 1);
    assert_refused(&world.env, PoolError::DeadlinePassed, || call.make(&world));
}

#[test]
fn swap_exact_out_fails_with_a_token_that_is_not_the_pools() {
    let (world, trader) = pool();
    let stray = world.pool.address.clone();
    let refused = || world.swap_exact_out(&trader, &stray, ONE, ONE);
    assert_refused(&world.env, PoolError::WrongToken, refused);
}

#[test]
fn swap_exact_out_fails_to_the_pool_itself() {
    let (world, trader) = pool();
    let to = world.pool.address.clone();
    let call = Call { to, ..Call::new(&trader, &world.token_0, ONE, ONE) };
    assert_refused(&world.env, PoolError::InvalidRecipient, || call.make(&world));
}

#[test]
fn swap_exact_out_fails_while_paused_and_in_an_empty_pool() {
    let (world, trader) = pool();
    world.pause().unwrap();
    let refused = || world.swap_exact_out(&trader, &world.token_0, ONE, ONE);
    assert_refused(&world.env, PoolError::Paused, refused);

    let empty = World::default();
    let trader = empty.user(ONE, ONE);
    let refused = || empty.swap_exact_out(&trader, &empty.token_0, ONE, ONE);
    assert_refused(&empty.env, PoolError::EmptyPool, refused);
}
