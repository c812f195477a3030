//! What can be got out of a treasury by its buybacks, natively: the tables of docs/treasury.md.
//!
//! The fair price is 1 and stays there. A pool has R of either token; amounts are in parts of R.

use soroban_sdk::{testutils::Address as _, Address};
use tributary_common::pool::{oracle::Oracle, Pool, Side, Terms};

const R: u128 = 1_000_000_000_000_000;
const LOG_UNIT: f64 = 16_777_216.0;
const LEDGERS_A_DAY: u32 = 17_280;
/// The default premium.
const PREMIUM: f64 = 0.01;
const DAY: u64 = 86_400;

fn assert_documented(rows: &[String]) {
    let documented = include_str!("../../docs/treasury.md");
    let missing: Vec<_> = rows.iter().filter(|row| !documented.contains(*row)).cloned().collect();
    assert!(missing.is_empty(), "docs/treasury.md lacks:\n{}", missing.join("\n"));
}

/// Somebody holds the price at `multiple` for `ledgers`, against arbitrage that brings it back to 1 every
/// so many ledgers: (how far the mean over all of it moved, what that cost in parts of R). A push costs
/// what she pays above the fair price, and the fee of 0.3 %.
fn hold(multiple: f64, ledgers: u32, arbitrage_every: u32) -> (f64, f64) {
    let mut oracle = Oracle::start(0, 0);
    let mut now = 0;
    let units = (multiple.log2() * LOG_UNIT) as i32;
    let root = multiple.sqrt();
    let push = root + 1.0 / root - 2.0 + 0.003 * (root - 1.0);
    let mut cost = push;
    for ledger in 1..=ledgers {
        now += 5;
        oracle.advance(now, 1, Some(units));
        if ledger % arbitrage_every == 0 && ledger < ledgers {
            cost += push;
        }
    }
    let mean = oracle.latest.cumulative as f64 / now as f64 / LOG_UNIT;
    (mean.exp2() - 1.0, cost)
}

/// The cheapest way to move the mean of `ledgers` by `part`, in parts of R.
fn cost(part: f64, ledgers: u32, arbitrage_every: u32) -> f64 {
    let (mut low, mut high) = (1.0, 4.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if hold(middle, ledgers, arbitrage_every).0 < part {
            low = middle;
        } else {
            high = middle;
        }
    }
    hold(high, ledgers, arbitrage_every).1
}

/// Both means must be moved: who holds a price for the long one's shortest span has moved the short one too.
#[test]
fn moving_both_means_costs_what_the_documentation_says() {
    let mut rows = vec![];
    for (name, every) in [
        ("every ledger", 1),
        ("once a minute", 12),
        ("every 5 minutes", 60),
        ("every hour", 720),
        ("never", LEDGERS_A_DAY),
    ] {
        let parts = [0.05, 0.10, 0.20];
        let long = parts.map(|part| cost(part, LEDGERS_A_DAY, every));
        let cells: Vec<_> = long.iter().map(|cost| format!("{:.2} %", 100.0 * cost)).collect();
        rows.push(format!("| {name} | {} |", cells.join(" | ")));
    }
    // What a treasury would pay too much in a day at such a price: 2 % of the reserve.
    let gains = [0.05f64, 0.10, 0.20].map(|part| 0.02 * (1.0 - 1.0 / ((1.0 + part) * 1.01)));
    let cells: Vec<_> = gains.iter().map(|gain| format!("{:.3} %", 100.0 * gain)).collect();
    rows.push(format!("| to be got by it in a day | {} |", cells.join(" | ")));
    assert_documented(&rows);
}

struct Market {
    pool: Pool,
    terms: Terms,
    now: u64,
    ledger: u32,
}

impl Market {
    /// Token 0 is TFT. The price held for days.
    fn new(fee_bps: u32) -> Market {
        let env = soroban_sdk::Env::default();
        let token = || Address::generate(&env);
        let terms =
            Terms { token_0: token(), token_1: token(), fee_bps, treasury_bps: 1_667, band_bps: 0 };
        let mut market = Market { pool: Pool::default(), terms, now: 1_000, ledger: 1 };
        market.pool.deposit(R, R, market.now, market.ledger).expect("a deposit");
        market.close(LEDGERS_A_DAY);
        market
    }

    fn close(&mut self, ledgers: u32) {
        self.ledger += ledgers;
        self.now += 5 * u64::from(ledgers);
        self.pool.record(self.now, self.ledger);
    }

    fn swap(&mut self, side: Side, amount: u128) -> u128 {
        match self.pool.swap_exact_in(&self.terms, side, amount) {
            Ok(trade) => trade.amount_out,
            Err(error) => panic!("{error:?}"),
        }
    }

    /// Arbitrage: the pool as it was in the beginning.
    fn reset(&mut self) {
        let fresh = Market::new(self.terms.fee_bps);
        *self = fresh;
    }

    /// A buyback of `amount`, if the rule allows it against means of 1: what it brings.
    fn buyback(&mut self, amount: u128) -> Option<u128> {
        let reserve = self.pool.reserve_1.min(self.pool.opening_1);
        let most = reserve * u128::from(self.terms.fee_bps.min(25)) / 10_000;
        let price = |token: u128, tft: u128| token as f64 / tft as f64;
        let spot = price(self.pool.reserve_1, self.pool.reserve_0);
        let opening = price(self.pool.opening_1, self.pool.opening_0);
        if amount > most || spot > opening * 1.001 {
            return None;
        }
        let before = self.pool.clone();
        let bought = self.swap(Side::One, amount);
        let net = amount as f64 * (1.0 - f64::from(self.terms.fee_bps) / 1e4);
        if net / bought as f64 > 1.0 + PREMIUM {
            self.pool = before;
            return None;
        }
        Some(bought)
    }
}

/// What one attack did: (what the treasury lost against the fair price, what the attacker won), parts of R.
#[derive(Clone, Copy, Default)]
struct Outcome {
    lost: f64,
    won: f64,
}

impl Outcome {
    fn of(sold: u128, bought: u128, paid: u128, received: u128) -> Outcome {
        let parts = |amount: f64| amount / R as f64;
        Outcome {
            lost: parts(sold as f64 - bought as f64),
            won: parts(received as f64 - paid as f64),
        }
    }

    fn better(self, other: Outcome) -> Outcome {
        Outcome { lost: self.lost.max(other.lost), won: self.won.max(other.won) }
    }

    fn times(self, times: f64) -> Outcome {
        Outcome { lost: self.lost * times, won: self.won * times }
    }
}

/// The attacker buys TFT for `pushes` of R before one buyback, and sells it after: in how many ledgers.
fn sandwich(fee_bps: u32, before: u32, after: u32) -> Outcome {
    let mut best = Outcome::default();
    let amount = R * u128::from(fee_bps.min(25)) / 10_000;
    let mut market = Market::new(fee_bps);
    for push in 0..=200 {
        let paid = R * push / 20_000;
        let held = if paid > 0 { market.swap(Side::One, paid) } else { 0 };
        if before > 0 {
            market.close(before);
        }
        if let Some(bought) = market.buyback(amount) {
            if after > 0 {
                market.close(after);
            }
            let received = if held > 0 { market.swap(Side::Zero, held) } else { 0 };
            best = best.better(Outcome::of(amount, bought, paid, received));
        }
        market.reset();
    }
    best
}

/// Nobody arbitrages: she holds a price for a day, while buybacks sell all that they may, and then sells.
fn held_for_a_day(fee_bps: u32) -> Outcome {
    let mut best = Outcome::default();
    for push in 0..=100 {
        let mut market = Market::new(fee_bps);
        let paid = R * push / 20_000;
        let held = if paid > 0 { market.swap(Side::One, paid) } else { 0 };
        market.close(1);
        let amount = R * u128::from(fee_bps.min(25)) / 10_000;
        let (mut sold, mut bought, mut passed) = (0, 0, 0);
        while passed < DAY {
            // As much of the amount as the rule still allows.
            let most = (0..=20).rev().find_map(|part| {
                let part = amount * part / 20;
                (part > 0).then(|| market.buyback(part).map(|bought| (part, bought))).flatten()
            });
            let Some((part, more)) = most else { break };
            sold += part;
            bought += more;
            market.close(2_469);
            passed += 12_345;
        }
        let received = if held > 0 { market.swap(Side::Zero, held) } else { 0 };
        best = best.better(Outcome::of(sold, bought, paid, received));
    }
    best
}

/// Whatever she does short of moving both means, the rule itself bounds what the treasury pays too much.
#[test]
fn the_worst_extraction_is_what_the_documentation_says() {
    let mut rows = vec![];
    for fee_bps in [5, 30, 100] {
        // In 24 hours 2 % of the reserve, by the room that refills; each part alone by arbitrage between.
        let call = f64::from(fee_bps.min(25)) / 1e4;
        let calls = 0.02 / call;
        let bound = 0.02 * (1.0 - (1.0 - f64::from(fee_bps) / 1e4) / (1.0 + PREMIUM));
        let mut tell = |name: &str, outcome: Outcome| {
            assert!(outcome.lost <= bound, "{name}: {} of {bound}", outcome.lost);
            rows.push(format!(
                "| {fee_bps} | {name} | {:.4} % | {:.4} % |",
                100.0 * outcome.lost,
                100.0 * outcome.won
            ));
        };
        tell("by the rule, whatever anyone does", Outcome { lost: bound, won: bound });
        tell("nobody interferes", {
            let mut market = Market::new(fee_bps);
            let amount = (R as f64 * call) as u128;
            let bought = market.buyback(amount).expect("allowed");
            Outcome::of(amount, bought, 0, 0).times(calls)
        });
        tell("sandwich in one ledger", sandwich(fee_bps, 0, 0).times(calls));
        tell("pushed in the ledger before, sold in the same", sandwich(fee_bps, 1, 0).times(calls));
        tell("pushed in the ledger before, sold in the next", sandwich(fee_bps, 1, 1).times(calls));
        tell("held for a day that nobody arbitrages", held_for_a_day(fee_bps));
    }
    assert_documented(&rows);
}
