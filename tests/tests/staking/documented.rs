//! The figures of docs/staking.md.

use tributary_common::interfaces::staking::StakingState;
use tributary_tests::env::{
    pool::ONE,
    stakes::{Stakes, DAY, WEEK, YEAR},
};

const PAGE: &str = include_str!("../../../docs/staking.md");

/// With the spaces between thousands that the page has.
fn spaced(number: i128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

fn assert_documented(figures: &[(&str, i128)]) {
    for (what, figure) in figures {
        let figure = spaced(*figure);
        assert!(PAGE.contains(&figure), "docs/staking.md lacks {figure}, {what}");
    }
}

#[test]
fn the_worked_example_of_rewards_is_what_the_contract_pays() {
    let s = Stakes::new();
    let vera = s.validator_with(1_000 * ONE, 1_000);
    let bert = s.delegated(2_000 * ONE, YEAR, &vera);
    let anna = s.stake(1_000 * ONE, 4 * YEAR);
    let bond = (vera.clone(), 0);
    let began = s.now();
    let ends_at = s.notify(700 * ONE).expect("700");
    let all = |s: &Stakes| {
        let [anna, bond, bert] = [&anna, &bond, &bert].map(|stake| s.position(stake).claimable);
        [anna, bond, bert, s.at(&vera).claimable]
    };
    s.pass(3 * DAY);
    let StakingState { weight, reward_per_weight, remaining, .. } = s.staking.state();
    let first = all(&s);
    let second_end = s.notify(1_300 * ONE).expect("1 300");
    s.pass(second_end - s.now());
    let last = all(&s);
    assert_documented(&[
        ("the first end", (ends_at - began).into()),
        ("W", weight.cast_signed()),
        ("grown", reward_per_weight.cast_signed()),
        ("remaining", remaining),
        ("Anna's", first[0]),
        ("the bond's", first[1]),
        ("Bert's", first[2]),
        ("the commission", first[3]),
        ("together", first.iter().sum()),
        ("the second end", (second_end - began).into()),
        ("Anna's at the end", last[0]),
        ("the bond's at the end", last[1]),
        ("Bert's at the end", last[2]),
        ("the commission at the end", last[3]),
        ("together at the end", last.iter().sum()),
    ]);
}

#[test]
fn the_worked_example_of_a_slash_is_what_the_contract_takes() {
    let s = Stakes::new();
    let vera = s.validator_with(1_000 * ONE, 1_000);
    let bert = s.delegated(2_000 * ONE, YEAR, &vera);
    let carl = s.delegated(500 * ONE, 0, &vera);
    s.own::<u64>("undelegate", &carl).expect("undelegated");
    s.pass(25 * DAY);
    let slash = s.propose(&vera, 1_000).expect("proposed");
    s.pass(3 * DAY);
    let undelegated: i128 = s.own("complete_unbonding", &carl).expect("completed");
    let withheld = s.position(&carl).withheld;
    s.pass(4 * DAY);
    let slashed = s.execute(slash).expect("executed");
    let protection = s.treasury.books(&s.tft).protection;
    assert_eq!(s.at(&vera).bond, 900 * ONE);
    assert_eq!(s.position(&bert).amount, 1_800 * ONE);
    assert_documented(&[
        ("undelegated", undelegated),
        ("withheld", withheld),
        ("slashed", slashed),
        ("protection", protection),
        ("counted", s.at(&vera).weight.cast_signed()),
    ]);
}

#[test]
fn the_yields_of_locks_are_what_the_contract_pays() {
    let s = Stakes::new();
    let validator = s.validator_with(300_000 * ONE, 1_000);
    s.stake(200_000 * ONE, 0);
    let year = s.delegated(400_000 * ONE, YEAR, &validator);
    s.delegated(100_000 * ONE, 4 * YEAR, &validator);
    s.notify(1_000 * ONE).expect("a week's income");
    s.pass(WEEK);
    let state = s.staking.state();
    assert_documented(&[("W", state.weight.cast_signed())]);
    // Of a week's income, for a raw unit and a second of weight, in 52 1/7 weeks.
    let yearly = state.reward_per_weight as f64 / 2f64.powi(92) * 365.0 / 7.0;
    let shown = |weeks: f64| format!("{:.3} %", 100.0 * weeks);
    for (name, months) in [
        ("none", 0),
        ("3 months", 3),
        ("6 months", 6),
        ("1 year", 12),
        ("2 years", 24),
        ("3 years", 36),
        ("4 years", 48),
    ] {
        let lock = YEAR / 12 * months;
        let seconds = 4 * YEAR + 3 * lock;
        let plain = yearly * seconds as f64;
        let row = format!(
            "| {name} | {} | {} | {} | {} | {} | {} |",
            spaced(lock.into()),
            spaced(seconds.into()),
            seconds as f64 / (4 * YEAR) as f64,
            shown(plain),
            shown(2.0 * plain * 0.9),
            shown(2.0 * plain),
        );
        assert!(PAGE.contains(&row), "docs/staking.md lacks:\n{row}");
    }
    // And that is what a position gets.
    let earned = s.position(&year).claimable as f64 * 365.0 / 7.0 / (400_000 * ONE) as f64;
    assert_eq!(shown(earned), "5.475 %");
}
