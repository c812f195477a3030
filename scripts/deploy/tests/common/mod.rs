//! What the tests of the deployer share.

use std::path::{Path, PathBuf};

use tributary_deploy::{Deployer, Error, Network, Plan};

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
