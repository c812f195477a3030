//! A local Stellar network in one process: the real Soroban host behind the real RPC interface, for
//! development, tests and the demo. It keeps no consensus and protects nobody's money.

pub mod apply;
pub mod classic;
pub mod frame;
pub mod ledger;
pub mod meta;
pub mod node;
pub mod rpc;
pub mod settings;
pub mod simulate;
pub mod soroban;
pub mod store;
pub mod validity;
