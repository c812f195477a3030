//! Where rounding could give something away.

use tributary_common::interfaces::pool::PoolState;
use tributary_tests::env::pool::{Setup, Tokens, World};

/// The product per share squared of `now` is not below that of `then`.
fn assert_no_share_lost_value(then: &PoolState, now: &PoolState) {
    let worth = |state: &PoolState, other: &PoolState| {
        state.reserve_0 * state.reserve_1 * other.total_supply * other.total_supply
    };
    assert!(worth(now, then) >= worth(then, now), "{then:?} {now:?}");
}

#[test]
fn micro_swaps_never_lower_the_value_of_a_share() {
    // Reserves of a few units, dust in both directions, far more often than one transaction could.
    for reserves in [(1_100, 1_100), (1, 2_000_000), (2_000_000, 1), (7, 300_000)] {
        for fee_bps in [1, 30, 100] {
            let tokens = Tokens::Plain(0, 0);
            let setup = Setup { fee_bps, tokens, ..Setup::default() };
            let (world, _) = World::with_liquidity(setup, reserves.0, reserves.1);
            let trader = world.user(1_000_000, 1_000_000);
            world.env.mock_all_auths();
            let mut state = world.state();
            for round in 0..100i128 {
                if round % 10 == 0 {
                    world.close(1);
                }
                world.env.mock_all_auths();
                let token = if round % 2 == 0 { &world.token_0 } else { &world.token_1 };
                let amount = 1 + round % 5;
                let never = u64::MAX;
                let _ = world.pool.try_swap_exact_in(&trader, token, &amount, &0, &trader, &never);
                let _ = world
                    .pool
                    .try_swap_exact_out(&trader, token, &100_000, &amount, &trader, &never);
                let now = world.state();
                assert_no_share_lost_value(&state, &now);
                state = now;
            }
        }
    }
}

#[test]
fn exact_out_never_charges_nothing() {
    let tokens = Tokens::Plain(0, 0);
    let setup = Setup { fee_bps: 1, tokens, ..Setup::default() };
    let (world, _) = World::with_liquidity(setup, 2, 1_000_000_000);
    for out in [1, 2, 10, 1_000] {
        assert!(world.pool.quote_exact_out(&world.token_0, &out) >= 1);
    }
}

#[test]
fn a_swap_pays_no_less_than_its_parts() {
    let (world, _) = World::with_liquidity(Setup::default(), 1_000_000, 3_000_000);
    let whole = world.pool.quote_exact_in(&world.token_0, &9_000);
    let trader = world.user(9_000, 0);
    let mut parts = 0;
    for _ in 0..9 {
        parts += world.swap_exact_in(&trader, &world.token_0, 1_000).unwrap();
    }
    assert!(parts <= whole, "{parts} {whole}");
}

#[test]
fn burning_shares_keeps_the_supply_the_sum_of_the_balances() {
    let (world, provider) = World::with_liquidity(Setup::default(), 10_000, 10_000);
    world.env.mock_all_auths();
    world.pool.burn(&provider, &4_000);
    let pool = world.pool.address.clone();
    let sum = world.pool.balance(&provider) + world.pool.balance(&pool);
    assert_eq!(world.pool.total_supply(), sum);
    // The locked shares are the pool's own and nobody can sign for it.
    world.env.set_auths(&[]);
    assert!(world.pool.try_burn(&pool, &1_000).is_err());
    assert!(world.pool.try_transfer(&pool, &provider, &1_000).is_err());
}
