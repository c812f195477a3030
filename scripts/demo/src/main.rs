//! Five stories on the embedded Soroban host and the release wasm: a network of regions that pay each
//! other, one large sale in five ways, a region's treasury, its stakers, and a day in one pool. Ends non-zero
//! when any figure contradicts what the contracts promise.

mod market;
mod pool;
mod regions;
mod staking;
mod treasury;

use std::process::ExitCode;

use tributary_tests::pool::ONE;

fn main() -> ExitCode {
    let (suite, new_pool, mut contradictions) = regions::play();
    contradictions.extend(market::play());
    contradictions.extend(treasury::play());
    contradictions.extend(staking::play());
    contradictions.extend(pool::play(suite, new_pool));
    if contradictions.is_empty() {
        println!("\nAll figures are as the contracts promise.");
        return ExitCode::SUCCESS;
    }
    println!("\nWhat contradicts the contracts' promises:");
    for contradiction in &contradictions {
        println!("- {contradiction}");
    }
    ExitCode::FAILURE
}

fn decimal(amount: i128) -> String {
    format!("{:.7}", amount as f64 / ONE as f64)
}

fn signed(amount: i128) -> String {
    format!("{:+.7}", amount as f64 / ONE as f64)
}
