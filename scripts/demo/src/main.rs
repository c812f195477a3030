//! One story on a local network of its own, with transactions that people sign and send over RPC: what the
//! suite is for, and what it costs. Ends non-zero when a figure contradicts what the contracts promise.
//! With `serve` it leaves such a network running, for wallets.

mod calls;
mod clock;
mod market;
mod pool;
mod regions;
mod serve;
mod staking;
mod text;
mod treasury;
mod world;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use clap::{Parser, Subcommand};
use tributary_deploy::{Deployer, Error, Network, Plan};

use world::World;

#[derive(Parser)]
#[command(version, about = "Tells what Tributary does, on a local network of its own")]
struct Options {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Leaves a local network running, with two regions and three wallets that hold tokens
    Serve {
        #[arg(long, default_value_t = 8000)]
        port: u16,
        /// Where the network is kept over restarts [default: in memory alone]
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let done = match Options::parse().command {
        None => play(),
        Some(Command::Serve { port, state }) => serve::serve(port, state).map(|()| vec![]),
    };
    match done {
        Ok(contradictions) if contradictions.is_empty() => ExitCode::SUCCESS,
        Ok(contradictions) => {
            println!("\nWhat contradicts the contracts' promises:");
            for contradiction in contradictions {
                println!("- {contradiction}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns what contradicts the promises.
fn play() -> Result<Vec<String>, Error> {
    let began = Instant::now();
    let world = World::start()?;
    regions::play(&world)?;
    market::play(&world)?;
    treasury::play(&world)?;
    staking::play(&world)?;
    pool::play(&world)?;
    world.print_fees();
    let contradictions = world.contradictions.take();
    if contradictions.is_empty() {
        let took = began.elapsed().as_secs();
        println!("\nAll figures are as the contracts promise. It took {took} seconds.");
    }
    Ok(contradictions)
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The example of the deployer, with other offices if `change` names them.
fn plan(change: impl FnOnce(&str) -> String) -> Result<Plan, Error> {
    let (network, toml) = (Network::Local, include_str!("../../deploy/region.toml"));
    let deployer = Deployer::local(network.passphrase());
    let contracts = root().join("target/contracts");
    Plan::new(network, network.passphrase(), deployer, &change(toml), &contracts)
}
