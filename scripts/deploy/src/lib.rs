//! Deploys the suite and its regions to a Stellar network, and lets Rust programs talk to one.

pub mod address;
pub mod chain;
pub mod deploy;
pub mod deployment;
pub mod error;
mod explain;
mod file;
pub mod keys;
pub mod plan;
pub mod send;
pub mod steps;
pub mod val;
pub mod verify;

pub use chain::{Chain, Simulation};
pub use deploy::{deploy, dry_run, Progress};
pub use deployment::Deployment;
pub use error::{Difference, Error};
pub use keys::Keypair;
pub use plan::{Deployer, Network, Plan};
pub use send::Outcome;
pub use verify::verify;
