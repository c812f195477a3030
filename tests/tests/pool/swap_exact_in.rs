use soroban_sdk::{Address, IntoVal, Val, Vec};
use tributary_common::interfaces::pool::PoolError;
use tributary_pool::event::Swapped;
use tributary_tests::env::pool::{Refusal, Setup, World, NEVER, ONE};
use tributary_tests::env::sign::assert_refused;

struct Call {
    from: Address,
    token_in: Address,
    amount_in: i128,
    min_out: i128,
    to: Address,
    deadline: u64,
}

impl Call {
    fn new(from: &Address, token_in: &Address, amount_in: i128) -> Call {
        let (to, token_in) = (from.clone(), token_in.clone());
        Call { from: from.clone(), token_in, amount_in, min_out: 0, to, deadline: NEVER }
    }

    fn args(&self, world: &World) -> Vec<Val> {
        (&self.from, &self.token_in, self.amount_in, self.min_out, &self.to, self.deadline)
            .into_val(&world.env)
    }

    fn make(&self, world: &World) -> Result<i128, Refusal> {
        let pulls = [(&self.token_in, self.amount_in)];
        world.signed(&self.from, "swap_exact_in", self.args(world), &pulls)
    }
}

/// 1 000 against 4 000, and a trader with plenty of both.
fn pool() -> (World, Address) {
    let (world, _) = World::with_liquidity(Setup::default(), 1_000 * ONE, 4_000 * ONE);
    let trader = world.user(10_000 * ONE, 10_000 * ONE);
    (world, trader)
}

#[test]
fn swap_exact_in_follows_the_curve_after_the_fee() {
    let (world, trader) = pool();
    let to = world.user(0, 0);
    let call = Call { to: to.clone(), ..Call::new(&trader, &world.token_0, 10 * ONE) };

    let out = call.make(&world);

    let events = world.events();
    // net = 99 700 000; out = 40e9 × net ÷ (10e9 + net); treasury: 16.67 % of the fee of 300 000.
    assert_eq!(out, Ok(394_863_213));
    let state = world.state();
    assert_eq!(state.reserve_0, 1_000 * ONE + 10 * ONE - 50_010);
    assert_eq!(state.reserve_1, 4_000 * ONE - 394_863_213);
    assert_eq!((state.owed_0, state.owed_1), (50_010, 0));
    assert_eq!(
        events,
        [world.event(Swapped {
            token_in: world.token_0.clone(),
            to: to.clone(),
            amount_in: 10 * ONE,
            amount_out: 394_863_213,
            reserve_0: state.reserve_0,
            reserve_1: state.reserve_1,
        })]
    );
    assert_eq!(world.balance(&world.token_0, &trader), 9_990 * ONE);
    assert_eq!(world.balance(&world.token_1, &to), 394_863_213);
}

#[test]
fn swap_exact_in_works_in_the_other_direction() {
    let (world, trader) = pool();
    // net = 398 800 000; out = 10e9 × net ÷ (40e9 + net)
    assert_eq!(world.swap_exact_in(&trader, &world.token_1, 40 * ONE), Ok(98_715_803));
    let state = world.state();
    assert_eq!(state.reserve_0, 1_000 * ONE - 98_715_803);
    assert_eq!((state.owed_0, state.owed_1), (0, 200_040));
}

#[test]
fn swap_exact_in_never_beats_the_price_that_the_ledger_opened_with() {
    let (world, trader) = pool();
    world.swap_exact_in(&trader, &world.token_0, 100 * ONE).unwrap();
    let before = world.state();

    // Back within the ledger: the curve would pay 1.19 times the opening price.
    let out = world.swap_exact_in(&trader, &world.token_1, 40 * ONE).unwrap();

    let net = 40 * ONE - 40 * ONE * 30 / 10_000;
    assert_eq!(out, net / 4);
    let after = world.state();
    let curve = before.reserve_0 * net / (before.reserve_1 + net);
    assert!(curve > out);
    assert_eq!(before.reserve_0 - after.reserve_0, curve, "the reserves follow the curve");
    assert_eq!(after.owed_0 - before.owed_0, curve - out, "what is withheld is the treasury's");
}

#[test]
fn swap_exact_in_opens_anew_with_the_next_ledger() {
    let (world, trader) = pool();
    world.swap_exact_in(&trader, &world.token_0, 100 * ONE).unwrap();
    world.close(1);
    let before = world.state();
    let out = world.swap_exact_in(&trader, &world.token_1, 40 * ONE).unwrap();
    let net = 40 * ONE - 40 * ONE * 30 / 10_000;
    assert_eq!(out, before.reserve_0 * net / (before.reserve_1 + net));
}

#[test]
fn swap_exact_in_makes_two_transfers() {
    let (world, trader) = pool();
    world.swap_exact_in(&trader, &world.token_0, ONE).unwrap();
    assert_eq!(world.token_transfers(), 2);
}

#[test]
fn swap_exact_in_fails_below_min_out() {
    let (world, trader) = pool();
    let call = |min_out| Call { min_out, ..Call::new(&trader, &world.token_0, 10 * ONE) };
    let refused = || call(394_863_214).make(&world);
    assert_refused(&world.env, PoolError::LimitExceeded, refused);
    call(394_863_213).make(&world).unwrap();
}

#[test]
fn swap_exact_in_works_at_the_deadline_and_fails_after_it() {
    let (world, trader) = pool();
    let call = Call { deadline: world.now(), ..Call::new(&trader, &world.token_0, ONE) };
    call.make(&world).unwrap();
    world.wait(1, 1);
    assert_refused(&world.env, PoolError::DeadlinePassed, || call.make(&world));
}

#[test]
fn swap_exact_in_fails_with_amounts_that_mean_nothing() {
    let (world, trader) = pool();
    for amount_in in [0, -1, i128::MIN] {
        let refused = || world.swap_exact_in(&trader, &world.token_0, amount_in);
        assert_refused(&world.env, PoolError::InvalidAmount, refused);
    }
    let call = Call { min_out: -1, ..Call::new(&trader, &world.token_0, ONE) };
    assert_refused(&world.env, PoolError::InvalidAmount, || call.make(&world));
}

#[test]
fn swap_exact_in_fails_when_nothing_would_come_out() {
    let (world, trader) = pool();
    // One unit is all fee; three of token 1 are less than one of token 0.
    for (token, amount) in [(&world.token_0, 1), (&world.token_1, 4)] {
        let refused = || world.swap_exact_in(&trader, token, amount);
        assert_refused(&world.env, PoolError::AmountTooSmall, refused);
    }
}

#[test]
fn swap_exact_in_fails_with_a_token_that_is_not_the_pools() {
    let (world, trader) = pool();
    let stray =
        world.env.register(tributary_tests::wasm::test_contract("token").as_slice(), (7u32,));
    let refused = || world.swap_exact_in(&trader, &stray, ONE);
    assert_refused(&world.env, PoolError::WrongToken, refused);
}

#[test]
fn swap_exact_in_fails_to_the_pool_itself() {
    let (world, trader) = pool();
    let to = world.pool.address.clone();
    let call = Call { to, ..Call::new(&trader, &world.token_0, ONE) };
    assert_refused(&world.env, PoolError::InvalidRecipient, || call.make(&world));
}

#[test]
fn swap_exact_in_fails_while_paused() {
    let (world, trader) = pool();
    world.pause().unwrap();
    let refused = || world.swap_exact_in(&trader, &world.token_0, ONE);
    assert_refused(&world.env, PoolError::Paused, refused);
}

#[test]
fn swap_exact_in_fails_in_an_empty_pool() {
    let world = World::default();
    let trader = world.user(ONE, 0);
    let refused = || world.swap_exact_in(&trader, &world.token_0, ONE);
    assert_refused(&world.env, PoolError::EmptyPool, refused);
}
