//! The cost table: what each entry point of each contract costs, next to the floor, the least that
//! a swap could cost. The host meters every figure, so they are exact and repeatable.
//!
//! Without arguments it rewrites `tests/snapshots/costs.md` and the excerpt in the README; with
//! `--check` it fails on any difference from them.

use std::{env, fmt::Write as _, fs, path::PathBuf, process::ExitCode};

use tributary_bench::{offers, pool, rows, staking, suite};
use tributary_tests::{ledger::Cost, wasm::contract};

/// The rows that the README shows.
const EXCERPT: [&str; 24] = [
    "| call",
    "|---|",
    "| floor",
    "| pool: swap_exact_in |",
    "| pool: swap_exact_out |",
    "| pool: deposit |",
    "| pool: withdraw |",
    "| router: swap_exact_in, 1 pool |",
    "| router: swap_exact_in, 2 pools |",
    "| router: deposit_one |",
    "| router: swap_with_offers, 1 offer |",
    "| factory: create_region |",
    "| factory: create_pool |",
    "| offers: make |",
    "| offers: fill, fixed |",
    "| offers: cancel |",
    "| treasury: absorb |",
    "| treasury: buyback |",
    "| treasury: propose |",
    "| staking: stake |",
    "| staking: claim, delegated |",
    "| staking: unstake |",
    "| staking: execute_slash |",
    "| token: transfer |",
];
const EXCERPT_BEGIN: &str = "<!-- costs: written by make bench -->\n";
const EXCERPT_END: &str = "<!-- end of costs -->";

fn main() -> ExitCode {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let table = table();
    let readme = fs::read_to_string(root.join("README.md")).expect("README.md");
    let files =
        [("tests/snapshots/costs.md", table.clone()), ("README.md", with_excerpt(&readme, &table))];
    if env::args().nth(1).as_deref() != Some("--check") {
        for (name, text) in &files {
            fs::write(root.join(name), text).expect("the project is writable");
        }
        print!("{table}");
        return ExitCode::SUCCESS;
    }
    let mut same = true;
    for (name, now) in &files {
        let committed = fs::read_to_string(root.join(name)).unwrap_or_default();
        same &= committed == *now;
        show_difference(name, &committed, now);
    }
    if same {
        println!("costs: as committed");
        return ExitCode::SUCCESS;
    }
    println!("if the change is meant, run `make bench`, commit the tables and say why it rose");
    ExitCode::FAILURE
}

fn show_difference(name: &str, committed: &str, now: &str) {
    for line in committed.lines().filter(|line| !now.lines().any(|now| now == *line)) {
        println!("{name}: - {line}");
    }
    for line in now.lines().filter(|line| !committed.lines().any(|then| then == *line)) {
        println!("{name}: + {line}");
    }
}

fn with_excerpt(readme: &str, table: &str) -> String {
    let (before, rest) = readme.split_once(EXCERPT_BEGIN).expect("the README's cost table");
    let (_, after) = rest.split_once(EXCERPT_END).expect("the end of the README's cost table");
    let rows: String = table
        .lines()
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| EXCERPT.iter().any(|start| line.starts_with(start)))
        .map(|line| format!("{line}\n"))
        .collect();
    format!("{before}{EXCERPT_BEGIN}{rows}{EXCERPT_END}{after}")
}

fn table() -> String {
    let floor = pool::floor();
    let mut table = String::from(
        "# Costs\n\nMetered by the Soroban host on the release wasm; written by `make bench`, \
         checked by `make check-costs`. The floor\nis a contract that only takes the trader's \
         authorization, makes two token transfers and writes its instance.\nThe fee is the \
         resource fee at mainnet's rates of July 2026 with the rent of what is created or \
         extended, in stroops.\nRent is reckoned at 12 000 stroops a kilobyte, as the SDK does, so that it \
         suffices when the network's state grows; mainnet charged\n1 000 in September 2026 \
         (docs/decisions/0014-local-network.md).\nUsers hold Stellar assets in trustlines, as accounts do.\n\n\
         | call | instructions | × floor | memory | × floor | entries read | written | bytes \
         written | event bytes | fee |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    row(&mut table, "floor", &floor, &floor);
    for (name, cost) in rows() {
        row(&mut table, &name, &cost, &floor);
    }
    table.push_str(
        "\n## Routes\n\nThe skeleton only takes the trader's authorization and calls, for each pool, a \
         contract that writes its instance and\npasses the tokens on: as many transfers and as many \
         contracts as a route by the router.\n\n\
         | pools | skeleton, instructions | router | × skeleton | router, fee |\n\
         |---:|---:|---:|---:|---:|\n",
    );
    for (hops, (skeleton, router)) in (1..).zip(suite::routes()) {
        writeln!(
            table,
            "| {hops} | {} | {} | {:.3} | {} |",
            skeleton.instructions,
            router.instructions,
            router.instructions as f64 / skeleton.instructions as f64,
            router.fee,
        )
        .expect("a string");
    }
    let (stub, fill) = offers::fills();
    assert!(fill.instructions * 100 <= stub.instructions * 130, "{fill:?} {stub:?}");
    write!(
        table,
        "\n## Fills\n\nThe stub only takes the taker's authorization, makes the same two transfers, and writes as many bytes into as \
         many\nentries as a fill at a fixed price.\n\n\
         | | instructions | × stub | memory | × stub | written bytes | fee |\n|---|---:|---:|---:|---:|---:|---:|\n",
    )
    .expect("a string");
    for (name, cost) in [("stub", &stub), ("offers: fill, fixed", &fill)] {
        writeln!(
            table,
            "| {name} | {} | {:.3} | {} | {:.3} | {} | {} |",
            cost.instructions,
            cost.instructions as f64 / stub.instructions as f64,
            cost.memory,
            cost.memory as f64 / stub.memory as f64,
            cost.write_bytes,
            cost.fee,
        )
        .expect("a string");
    }
    table.push_str(
        "\n## Scale\n\nInstructions, and written bytes, with that many regions and pools, offers, or stakers and \
         validators, in the ledger and in the registry.\n",
    );
    scale(&mut table, "regions", &suite::COUNTS, suite::scale());
    scale(&mut table, "offers", &offers::COUNTS, offers::scale());
    scale(&mut table, "stakers", &staking::COUNTS, staking::scale());
    table.push_str("\n## Code\n\n| wasm | bytes |\n|---|---:|\n");
    for name in ["factory", "offers", "oracle", "pool", "router", "staking", "token", "treasury"] {
        writeln!(table, "| {name} | {} |", contract(name).len()).expect("a string");
    }
    table
}

fn row(table: &mut String, name: &str, cost: &Cost, floor: &Cost) {
    writeln!(
        table,
        "| {name} | {} | {:.3} | {} | {:.3} | {} | {} | {} | {} | {} |",
        cost.instructions,
        cost.instructions as f64 / floor.instructions as f64,
        cost.memory,
        cost.memory as f64 / floor.memory as f64,
        cost.reads,
        cost.writes,
        cost.write_bytes,
        cost.event_bytes,
        cost.fee,
    )
    .expect("a string");
}

fn scale<const N: usize>(
    table: &mut String,
    what: &str,
    counts: &[usize; N],
    rows: Vec<(&str, [Cost; N])>,
) {
    let counts = counts.map(|count| format!(" {count} {what} |")).concat();
    writeln!(table, "\n| call |{counts}\n|---|{}", "---:|".repeat(N)).expect("a string");
    for (name, costs) in rows {
        let costs = costs.map(|cost| format!(" {} ({}) |", cost.instructions, cost.write_bytes));
        writeln!(table, "| {name} |{}", costs.concat()).expect("a string");
    }
}
