//! The cost table: what each entry point of each contract costs, next to the floor, the least that
//! a swap could cost. The host meters every figure, so they are exact and repeatable.
//!
//! Without arguments it rewrites `tests/snapshots/costs.md` and the excerpt in the README; with
//! `--check` it fails on any difference from them.

use std::{env, fmt::Write as _, fs, path::PathBuf, process::ExitCode};

use soroban_env_host::xdr::{AccountId, ScAddress, ScVal};
use tributary_tests::{
    network::{
        val::{account, address, int, NO_DEADLINE},
        Cost, Network,
    },
    pool::ONE,
    scene::{pool_args, Scene},
    wasm::{contract, test_contract},
};

/// The rows that the README shows.
const EXCERPT: [&str; 7] = [
    "| call",
    "|---|",
    "| floor",
    "| pool: swap_exact_in |",
    "| pool: swap_exact_out |",
    "| pool: deposit |",
    "| pool: withdraw |",
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
        .take_while(|line| !line.starts_with("| wasm"))
        .filter(|line| EXCERPT.iter().any(|start| line.starts_with(start)))
        .map(|line| format!("{line}\n"))
        .collect();
    format!("{before}{EXCERPT_BEGIN}{rows}{EXCERPT_END}{after}")
}

fn table() -> String {
    let floor = floor();
    let mut table = String::from(
        "# Costs\n\nMetered by the Soroban host on the release wasm; written by `make bench`, \
         checked by `make check-costs`. The floor\nis a contract that only takes the trader's \
         authorization, makes two token transfers and writes its instance.\nThe fee is the \
         resource fee at mainnet's rates of July 2026 with the rent of what is created or \
         extended, in stroops.\nUsers hold Stellar assets in trustlines, as accounts do.\n\n\
         | call | instructions | × floor | memory | × floor | entries read | written | bytes \
         written | event bytes | fee |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    row(&mut table, "floor", &floor, &floor);
    for (name, cost) in pool() {
        row(&mut table, &name, &cost, &floor);
    }
    table.push_str("\n| wasm | bytes |\n|---|---:|\n");
    writeln!(table, "| pool | {} |", contract("pool").len()).expect("a string");
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

fn floor() -> Cost {
    let mut scene = Scene::new();
    let user = scene.user.clone();
    let wasm = test_contract("floor");
    let (floor, _) = scene.network.deploy(&user, &wasm, "floor", vec![]).expect("floor");
    let (token_0, token_1) = (scene.token_0.clone(), scene.token_1.clone());
    for token in [&token_0, &token_1] {
        let give = vec![account(&user), address(&floor), int(1_000 * ONE)];
        scene.network.call(&user, token, "transfer", give).expect("transfer");
    }
    let swap = |network: &mut Network| {
        let me = account(&user);
        let args = vec![me.clone(), address(&token_0), int(ONE), address(&token_1), int(ONE), me];
        network.call(&user, &floor, "swap", args).expect("swap").cost
    };
    swap(&mut scene.network);
    swap(&mut scene.network)
}

/// Every entry point once, in a pool that has seen all of them before.
fn pool() -> Vec<(String, Cost)> {
    let mut rows = vec![("pool: deploy".to_string(), deploy())];
    let mut scene = Scene::empty();
    let (user, other) = (scene.user.clone(), scene.other.clone());
    let first = scene.deposit(&user, 10_000 * ONE, 20_000 * ONE).expect("deposit").cost;
    rows.push(("pool: deposit, the first".to_string(), first));
    warm_up(&mut scene, &user, &other);

    let me = account(&user);
    let (token_0, token_1) = (address(&scene.token_0), address(&scene.token_1));
    let ledger = ScVal::U32(scene.network.info.sequence_number + 10_000);
    let limits = |token: &ScVal, first: i128, second: i128| {
        vec![me.clone(), token.clone(), int(first), int(second), me.clone(), NO_DEADLINE]
    };
    let held = |amounts: [i128; 3]| {
        let [a, b, c] = amounts.map(int);
        vec![me.clone(), a, b, c, me.clone(), NO_DEADLINE]
    };
    let owner = account(&other);
    let cases: Vec<(&str, &str, Vec<ScVal>)> = vec![
        ("deposit", "", held([ONE, 3 * ONE, 0])),
        ("withdraw", "", held([ONE, 0, 0])),
        ("swap_exact_in", "", limits(&token_0, 10 * ONE, 0)),
        ("swap_exact_in", ", again in the ledger", limits(&token_1, 10 * ONE, 0)),
        ("swap_exact_out", "", limits(&token_0, 50 * ONE, 10 * ONE)),
        ("swap_received", "", vec![token_0.clone(), int(0), me.clone(), NO_DEADLINE]),
        ("quote_exact_in", "", vec![token_0.clone(), int(10 * ONE)]),
        ("quote_exact_out", "", vec![token_0.clone(), int(10 * ONE)]),
        ("state", "", vec![]),
        ("twap", "", vec![token_1]),
        ("collect", "", vec![]),
        ("sync", "", vec![]),
        ("transfer", "", vec![me.clone(), owner.clone(), int(ONE)]),
        ("approve", "", vec![me.clone(), owner.clone(), int(ONE), ledger]),
        ("transfer_from", "", vec![me.clone(), owner.clone(), me.clone(), int(1)]),
        ("burn", "", vec![me.clone(), int(1)]),
        ("burn_from", "", vec![me.clone(), owner.clone(), int(1)]),
        ("balance", "", vec![me.clone()]),
        ("held", "", vec![me.clone()]),
        ("allowance", "", vec![owner, me.clone()]),
        ("total_supply", "", vec![]),
        ("decimals", "", vec![]),
        ("name", "", vec![]),
        ("symbol", "", vec![]),
    ];
    for (function, note, args) in cases {
        if note.is_empty() {
            scene.network.close(1);
        }
        if function == "swap_received" {
            let (token, pool) = (scene.token_0.clone(), scene.pool.clone());
            give(&mut scene, &user, &token, &pool);
        }
        let applied = scene.call(&user, function, args).expect(function);
        rows.push((format!("pool: {function}{note}"), applied.cost));
    }
    let issuer = scene.issuer.clone();
    let pause = scene.call(&issuer, "pause", vec![]).expect("pause");
    rows.push(("pool: pause".to_string(), pause.cost));
    rows
}

fn deploy() -> Cost {
    let mut scene = Scene::empty();
    let (user, issuer) = (scene.user.clone(), scene.issuer.clone());
    let args = pool_args(&scene.token_0, &scene.token_1, &user, &issuer);
    scene.network.close(1);
    let (_, applied) =
        scene.network.deploy(&user, &contract("pool"), "bench", args).expect("deploy");
    applied.cost
}

/// Creates every entry that the measured calls touch, and makes the shares old enough to move.
fn warm_up(scene: &mut Scene, user: &AccountId, other: &AccountId) {
    scene.network.close(800);
    scene.deposit(other, 10 * ONE, 20 * ONE).expect("deposit");
    let until = ScVal::U32(scene.network.info.sequence_number + 10_000);
    let (me, owner) = (account(user), account(other));
    for (from, spender) in [(&me, &owner), (&owner, &me)] {
        let who = if from == &me { user } else { other };
        let approve = vec![from.clone(), spender.clone(), int(ONE), until.clone()];
        scene.call(who, "approve", approve).expect("approve");
    }
    let token = scene.token_0.clone();
    scene.swap(user, &token, 10 * ONE).expect("swap");
    scene.call(user, "collect", vec![]).expect("collect");
    scene.network.close(20);
}

fn give(scene: &mut Scene, from: &AccountId, token: &ScAddress, to: &ScAddress) {
    let args = vec![account(from), address(to), int(10 * ONE)];
    scene.network.call(from, token, "transfer", args).expect("transfer");
}
