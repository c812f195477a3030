//! What the tests of the deployer share.
#![allow(dead_code)] // each test file uses a part of it

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use tributary_deploy::{deploy, Chain, Deployer, Deployment, Error, Network, Plan, Progress};
use tributary_localnet::rpc::{start, Options, Pace, Running};

/// The example that is shipped.
pub const EXAMPLE: &str = include_str!("../../region.toml");

pub fn contracts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/contracts")
}

/// On a local network, by the key that it has when none is given.
pub fn local(toml: &str) -> Result<Plan, Error> {
    let passphrase = Network::Local.passphrase();
    Plan::new(Network::Local, passphrase, Deployer::local(passphrase), toml, &contracts())
}

/// A new network that closes ledgers fast.
pub fn network(passphrase: &str) -> (Running, Chain) {
    let running = start(Options {
        port: 0,
        passphrase: passphrase.into(),
        pace: Pace::Every(Duration::from_millis(100)),
        ..Options::default()
    });
    let running = running.expect("the network starts");
    let chain = Chain::connect(&running.url, passphrase).expect("it answers");
    (running, chain)
}

pub fn local_network() -> (Running, Chain) {
    network(Network::Local.passphrase())
}

/// Deploys; answers with what was sent.
pub fn deployed(chain: &Chain, plan: &Plan) -> (Deployment, Vec<Progress>) {
    let mut sent = vec![];
    let deployment = deploy(chain, plan, &mut |step| {
        sent.push(step.clone());
        Ok(())
    });
    (deployment.unwrap_or_else(|error| panic!("{error}")), sent)
}

/// The example with one thing changed.
pub fn changed(from: &str, to: &str) -> String {
    assert!(EXAMPLE.contains(from), "the example has no {from}");
    EXAMPLE.replacen(from, to, 1)
}

/// A third region, with a token of its own.
pub const THIRD: &str = r#"
[[region]]
code = "DELTA"
admin = "deployer"
guardian = "deployer"
council = "deployer"
token = { name = "Delta", symbol = "DLT", cap = "1000000", genesis = "100000" }
fee_tiers = [5]
treasury_bps = 0
band_bps = 2000
min_bond = "1"
"#;
