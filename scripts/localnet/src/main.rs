//! The command line of the local network.

use std::{
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use clap::Parser;
use tributary_localnet::{
    node::root_id,
    rpc::{start, Options, Pace, Running},
};

/// A local Stellar network in one process, for development only: it keeps no consensus and protects
/// nobody's money.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[arg(long, default_value_t = 8000)]
    port: u16,
    /// Where to listen; 0.0.0.0 opens it to other machines.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    #[arg(long, default_value = "Standalone Network ; February 2017")]
    passphrase: String,
    /// Seconds between two ledgers; mainnet takes 5.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=3600))]
    interval: u64,
    /// Closes ledgers only when asked to: JSON-RPC methods localnet_close and localnet_advance.
    #[arg(long, conflicts_with = "interval")]
    on_demand: bool,
    /// Keeps the state in this file, and goes on from it.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("tributary-localnet: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let Arguments { port, address, .. } = *arguments;
    let pace = match arguments.on_demand {
        true => Pace::OnDemand,
        false => Pace::Every(Duration::from_secs(arguments.interval)),
    };
    let options = Options {
        address,
        port,
        passphrase: arguments.passphrase.clone(),
        pace,
        state: arguments.state.clone(),
        ..Options::default()
    };
    let running = start(options).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => format!(
            "port {port} of {address} is in use, perhaps by another local network: stop that, or \
             choose another port with --port"
        ),
        ErrorKind::Other => error.to_string(),
        _ => format!("cannot listen on {address}, port {port}: {error}"),
    })?;
    greet(arguments, &running);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(async {
        tokio::select! {
            reason = running.failed() => Err(reason),
            signal = interrupted() => signal.map_err(|error| error.to_string()),
        }
    })
}

fn greet(arguments: &Arguments, running: &Running) {
    let Arguments { passphrase, on_demand, state, interval, .. } = arguments;
    let url = &running.url;
    let pace = match on_demand {
        true => "when asked to: JSON-RPC methods localnet_close and localnet_advance".into(),
        false => format!("every {interval} s"),
    };
    let state = match state {
        Some(path) => format!("kept in {}", path.display()),
        None => "in memory: forgotten when it stops".into(),
    };
    println!("A local Stellar network, for development only: nothing on it has any value.");
    println!("  RPC          {url}");
    println!("  passphrase   {passphrase}");
    println!("  friendbot    {url}/friendbot?addr=G...");
    println!("  root account {}", root_id(passphrase));
    println!("  ledgers      {pace}");
    println!("  state        {state}");
}

#[cfg(unix)]
async fn interrupted() -> std::io::Result<()> {
    use tokio::signal::unix::{signal, SignalKind};
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminated.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn interrupted() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
