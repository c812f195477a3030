//! The guardian, the treasury and the factory driven to the extremes of what they can do.

use soroban_sdk::{IntoVal, Val, Vec};
use tributary_pool::PAUSE_SECONDS;
use tributary_tests::env::pool::{Setup, World, NEVER, ONE};

#[test]
fn a_guardian_who_pauses_whenever_she_can_stops_no_exit_and_half_of_the_time_at_most() {
    let (world, provider) = World::with_liquidity(Setup::default(), 1_000 * ONE, 1_000 * ONE);
    let trader = world.user(1_000 * ONE, 0);
    let day = 86_400;
    let (mut open, mut stopped) = (0, 0);
    for _ in 0..56 {
        let _ = world.pause();
        let swap = world.swap_exact_in(&trader, &world.token_0, ONE);
        if swap.is_ok() {
            open += 1;
        } else {
            stopped += 1;
        }
        world.withdraw(&provider, ONE).unwrap();
        let args = (&provider, &trader, ONE).into_val(&world.env);
        world.signed::<()>(&provider, "transfer", args, &[]).unwrap();
        world.pool.collect();
        world.wait(17_280, day);
    }
    assert_eq!(PAUSE_SECONDS, 7 * day);
    assert!(stopped <= open, "{stopped} days of {open} open");
}

#[test]
fn guardian_treasury_and_factory_can_sign_nothing_but_the_pause() {
    let (world, provider) = World::with_liquidity(Setup::default(), 1_000 * ONE, 1_000 * ONE);
    let env = &world.env;
    let before = world.books(&[&provider]);
    for who in [&world.guardian, &world.treasury, &world.factory] {
        let calls: [(&str, Vec<Val>); 4] = [
            ("withdraw", (&provider, ONE, 0i128, 0i128, who, NEVER).into_val(env)),
            ("transfer", (&provider, who, ONE).into_val(env)),
            ("burn", (&provider, ONE).into_val(env)),
            ("approve", (&provider, who, ONE, u32::MAX).into_val(env)),
        ];
        for (function, args) in calls {
            assert!(world.signed::<Val>(who, function, args, &[]).is_err(), "{function}");
        }
    }
    assert_eq!(world.books(&[&provider]), before);
}

#[test]
fn there_is_no_way_to_change_what_the_constructor_fixed() {
    // The functions that there are stand in tests/snapshots/pool.interface.txt; none sets anything but
    // the pause.
    let (world, provider) = World::with_liquidity(Setup::default(), 1_000 * ONE, 1_000 * ONE);
    let fixed = |world: &World| {
        let state = world.state();
        let addresses = [state.treasury, state.guardian, state.factory];
        let tokens = [state.token_0, state.token_1];
        (addresses, tokens, [state.fee_bps, state.treasury_bps, state.band_bps])
    };
    let before = fixed(&world);
    world.swap_exact_in(&world.user(ONE, 0), &world.token_0, ONE).unwrap();
    world.withdraw(&provider, ONE).unwrap();
    world.pause().unwrap();
    world.pool.collect();
    world.pool.sync();
    assert_eq!(fixed(&world), before);
}
