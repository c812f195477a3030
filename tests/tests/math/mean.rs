//! The pool's oracle, natively: against the integral of all that it ever recorded, and what it costs
//! to move it, the table of docs/pool.md.
//!
//! The cost is computed for this attack.
//! A pool of R on each side (in the value of one token) at the fair price; somebody pushes the
//! price up to a multiple, and again whenever arbitrage has brought it back to the fair price,
//! every so many ledgers, for one window. Each push costs what she pays above the fair price and
//! the fee: R × (√m + 1 ÷ √m − 2) + fee × R × (√m − 1). She begins at the best moment, when the
//! oracle rotates its checkpoints.

use num_bigint::BigInt;
use proptest::{collection::vec, prelude::*};
use tributary_common::pool::oracle::{Oracle, WINDOW};
use tributary_tests::property::Values;

const LEDGERS: u32 = (WINDOW / 5) as u32;
const FEE: f64 = 0.003;
const LOG_UNIT: f64 = 16_777_216.0;

fn log_units(price: f64) -> i32 {
    (price.log2() * LOG_UNIT) as i32
}

/// (how far the TWAP moved, what it cost in parts of R)
fn attack(multiple: f64, arbitrage_every: u32) -> (f64, f64) {
    let mut oracle = Oracle::start(0, 0);
    let mut now = 0;
    for _ in 0..4 * LEDGERS {
        now += 5;
        oracle.advance(now, 1, Some(0));
    }
    let root = multiple.sqrt();
    let push = root + 1.0 / root - 2.0 + FEE * (root - 1.0);
    let mut cost = push;
    for ledger in 1..=LEDGERS {
        now += 5;
        oracle.advance(now, 1, Some(log_units(multiple)));
        if ledger % arbitrage_every == 0 && ledger < LEDGERS {
            cost += push;
        }
    }
    let (mean, span) = oracle.mean().expect("old enough");
    assert_eq!(span, WINDOW);
    ((f64::from(mean) / LOG_UNIT).exp2() - 1.0, cost)
}

/// The cheapest way to move the TWAP by `part`, in parts of R.
fn cost(part: f64, arbitrage_every: u32) -> f64 {
    let (mut low, mut high) = (1.0, 4.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if attack(middle, arbitrage_every).0 < part {
            low = middle;
        } else {
            high = middle;
        }
    }
    attack(high, arbitrage_every).1
}

#[test]
fn moving_the_twap_costs_what_the_documentation_says() {
    let documented = include_str!("../../../docs/pool.md");
    let mut missing = vec![];
    for (name, every) in
        [("every ledger", 1), ("once a minute", 12), ("every 5 minutes", 60), ("never", LEDGERS)]
    {
        let costs = [0.05, 0.10, 0.20].map(|part| format!("{:.2} %", 100.0 * cost(part, every)));
        let row = format!("| {name} | {} |", costs.join(" | "));
        missing.extend((!documented.contains(&row)).then_some(row));
    }
    assert!(missing.is_empty(), "docs/pool.md lacks:\n{}", missing.join("\n"));
}

#[test]
fn one_push_after_a_quiet_hour_moves_the_twap_by_a_hundredth_of_a_percent_at_most() {
    let mut oracle = Oracle::start(0, 0);
    oracle.advance(3_600, 720, Some(0));
    // The push is in this ledger; the next one records it, and it is gone.
    oracle.advance(3_605, 1, Some(log_units(4.0)));
    oracle.advance(3_610, 1, Some(0));
    let (mean, _) = oracle.mean().expect("old enough");
    let moved = (f64::from(mean) / LOG_UNIT).exp2() - 1.0;
    assert!((0.0..1e-5).contains(&moved), "{moved}");
}

/// Everything recorded: from when to when, at which log-price.
#[derive(Default)]
struct History(Vec<(u64, u64, i32)>);

impl History {
    /// The sum of log-price × seconds from `start` on.
    fn integral(&self, start: u64) -> BigInt {
        let parts = self.0.iter().filter(|(_, end, _)| *end > start);
        parts.map(|(from, end, log)| BigInt::from(end - start.max(*from)) * log).sum()
    }
}

/// One record: after how long, after how many ledgers, and where the price was, if the pool was open.
fn record() -> impl Strategy<Value = (u64, u32, Option<i32>)> {
    // Often a ledger, often just about a window, now and then days.
    let seconds = prop_oneof![
        1..=10u64,
        WINDOW - 5..=WINDOW + 5,
        2 * WINDOW - 5..=2 * WINDOW + 5,
        1..=WINDOW,
        1..=100_000u64,
    ];
    (seconds, 1..=200u32, prop::option::weighted(0.75, -9_000_000..9_000_000i32))
}

#[test]
fn mean_is_the_exact_integral_over_one_to_two_windows() {
    let start = (1_000..2_000_000_000u64, -1_000_000_000..1_000_000_000i32);
    let values = Values::Random { name: "math/mean", times: 8 };
    values.hold((start, vec(record(), 1..80)), |((birth, first), records)| {
        let (mut oracle, mut history, mut now) =
            (Oracle::start(first, birth), History::default(), birth);
        for (seconds, ledgers, spot) in records {
            let before = oracle;
            let spot = spot.map(|moved| oracle.log_price.saturating_add(moved));
            oracle.advance(now + seconds, ledgers, spot);
            history.0.push((now, now + seconds, oracle.log_price));
            now += seconds;

            let moved = oracle.log_price.abs_diff(before.log_price);
            prop_assert!(moved <= (48_360 * ledgers).min(4_412_985));
            match oracle.mean() {
                None => prop_assert!(now - birth < WINDOW),
                Some((mean, span)) => {
                    prop_assert!((WINDOW..2 * WINDOW).contains(&span), "{span}");
                    if seconds >= WINDOW {
                        prop_assert_eq!(span, WINDOW, "quiet for a window");
                    }
                    let integral = history.integral(now - span);
                    let (mean, span) = (BigInt::from(mean), BigInt::from(span));
                    prop_assert!(&mean * &span <= integral && integral < (mean + 1) * span);
                }
            }
        }
        Ok(())
    });
}
