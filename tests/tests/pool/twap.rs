use tributary_common::{interfaces::pool::PoolError, price::Price};
use tributary_tests::env::pool::{Setup, Tokens, World, ONE};

const WINDOW: u64 = 1_800;
/// 0.2 % in the units of the recorded log-price.
const STEP: i32 = 48_360;

fn real(price: Price) -> f64 {
    price.mantissa as f64 * 2f64.powi(price.exponent)
}

/// 1 000 against 4 000, and somebody who can trade all of it many times over.
fn pool() -> (World, soroban_sdk::Address) {
    let world = World::default();
    let rich = world.user(1_000_000 * ONE, 1_000_000 * ONE);
    world.deposit(&rich, 1_000 * ONE, 4_000 * ONE).unwrap();
    (world, rich)
}

#[test]
fn twap_is_none_until_the_pool_is_one_window_old() {
    let world = World::default();
    assert_eq!(world.pool.twap(&world.token_0), None);
    let rich = world.user(ONE, ONE);
    world.wait(1_000, 5_000);
    assert_eq!(world.pool.twap(&world.token_0), None, "no price before the first deposit");
    world.deposit(&rich, ONE, ONE).unwrap();
    world.wait(359, WINDOW - 1);
    assert_eq!(world.pool.twap(&world.token_0), None);
    world.wait(1, 1);
    let (price, span, last_record) = world.pool.twap(&world.token_0).unwrap();
    assert_eq!(real(price), 1.0);
    assert_eq!((span, last_record), (WINDOW, world.now() - WINDOW));
}

#[test]
fn twap_is_the_price_of_raw_units_in_both_directions() {
    let (world, _) = pool();
    world.close(400);
    let (price, _, _) = world.pool.twap(&world.token_0).unwrap();
    assert_eq!(price, Price { mantissa: 1 << 63, exponent: -61 });
    let (inverse, _, _) = world.pool.twap(&world.token_1).unwrap();
    assert_eq!(inverse, Price { mantissa: 1 << 63, exponent: -65 });
    assert_eq!(world.pool.try_twap(&world.factory), Err(Ok(PoolError::WrongToken)));
}

#[test]
fn twap_loses_no_precision_between_0_and_18_decimals() {
    let setup = Setup { tokens: Tokens::Plain(0, 18), ..Setup::default() };
    for (amount_0, amount_1) in [(3, 7_000_000_000_000_000_000_000_000), (7 * 10i128.pow(24), 3)] {
        let world = World::new(setup);
        let provider = world.user(amount_0, amount_1);
        world.deposit(&provider, amount_0, amount_1).unwrap();
        world.close(400);
        let (price, _, _) = world.pool.twap(&world.token_0).unwrap();
        let exact = amount_1 as f64 / amount_0 as f64;
        assert!((real(price) / exact - 1.0).abs() < 1.2e-7, "{} {exact}", real(price));
    }
}

#[test]
fn twap_covers_one_to_two_windows_however_often_the_pool_is_called() {
    for ledgers in [1, 7, 100, 359, 360, 361, 500, 719, 720, 721, 2_000] {
        let (world, rich) = pool();
        let mut closed = 0;
        while closed < 4_000 {
            world.close(ledgers);
            closed += ledgers;
            world.swap_exact_in(&rich, &world.token_0, 1_000).unwrap();
            for later in [0, 100, 300] {
                world.close(later);
                closed += later;
                match world.pool.twap(&world.token_0) {
                    None => assert!(u64::from(closed) * 5 < WINDOW),
                    Some((_, span, _)) => {
                        assert!((WINDOW..2 * WINDOW).contains(&span), "{ledgers} {span}");
                    }
                }
            }
        }
    }
}

#[test]
fn twap_after_a_quiet_window_begins_exactly_one_window_ago() {
    let (world, rich) = pool();
    world.close(1_000);
    world.swap_exact_in(&rich, &world.token_0, 1_000).unwrap();
    world.close(5_000);
    assert_eq!(world.pool.twap(&world.token_0).unwrap().1, WINDOW);
    world.pool.sync();
    assert_eq!(world.pool.twap(&world.token_0).unwrap().1, WINDOW);
}

#[test]
fn twap_is_the_time_weighted_geometric_mean_of_the_recorded_prices() {
    let (world, rich) = pool();
    world.close(1_000);
    world.pool.sync();
    // The push is by 23 %: the first record after it goes 20 % of the way, the second the rest.
    world.close(200);
    let out = world.state().reserve_0 / 100 * 10;
    world.swap_exact_out(&rich, &world.token_1, 1_000 * ONE, out).unwrap();
    let pushed = world.state();
    let spot = pushed.reserve_1 as f64 / pushed.reserve_0 as f64;
    let start = world.now();
    world.close(100);
    world.pool.sync();
    let recorded = 4.0 * (spot / 4.0).min(1.2);
    world.close(100);
    let (price, span, last_record) = world.pool.twap(&world.token_0).unwrap();
    assert_eq!(last_record, start + 500);
    let second = spot;
    let old = span as f64 - 1_000.0;
    let mean = (old * 4f64.ln() + 500.0 * recorded.ln() + 500.0 * second.ln()) / span as f64;
    assert!((real(price) / mean.exp() - 1.0).abs() < 1e-6, "{} {}", real(price), mean.exp());
}

#[test]
fn recorded_price_moves_a_fifth_of_a_percent_for_each_ledger() {
    let (world, rich) = pool();
    world.close(1_000);
    // A push of the price to four times its value, in the first ledger after a quiet hour.
    world.swap_exact_in(&rich, &world.token_1, 4_020 * ONE).unwrap();
    let before = world.state().log_price;
    for ledgers in [1, 1, 3] {
        world.close(ledgers);
        let recorded = world.state().log_price;
        world.pool.sync();
        assert_eq!(world.state().log_price, recorded, "state() tells what will be recorded");
    }
    assert_eq!(world.state().log_price - before, 5 * STEP);
}

#[test]
fn recorded_price_moves_at_most_a_fifth_in_one_record() {
    let (world, rich) = pool();
    world.close(1_000);
    world.swap_exact_in(&rich, &world.token_1, 4_020 * ONE).unwrap();
    let before = world.state().log_price;
    world.close(10_000);
    assert_eq!(world.state().log_price - before, 4_412_985);
    world.swap_exact_in(&rich, &world.token_0, 4_000 * ONE).unwrap();
    let before = world.state().log_price;
    world.close(10_000);
    assert_eq!(world.state().log_price - before, -4_412_985);
}

#[test]
fn record_uses_the_price_before_the_call() {
    let (world, rich) = pool();
    world.close(1_000);
    let before = world.state().log_price;
    world.swap_exact_in(&rich, &world.token_1, 4_000 * ONE).unwrap();
    assert_eq!(world.state().log_price, before, "one manipulated ledger counts for nothing yet");
    world.swap_exact_in(&rich, &world.token_0, 500 * ONE).unwrap();
    world.close(1);
    assert!((world.state().log_price - before).abs() < STEP);
}
