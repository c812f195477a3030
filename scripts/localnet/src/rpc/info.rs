//! What the server says about itself and its network.

use serde_json::{json, Value};

use super::{format::Object, shared::Shared};
use crate::{node::RETAINED, settings::PROTOCOL};

pub fn health(shared: &Shared) -> Value {
    let mut answer = Object::new();
    answer.insert("status".into(), "healthy".into());
    answer.insert("ledgerRetentionWindow".into(), RETAINED.into());
    shared.chain().range().put(&mut answer, "latestLedgerCloseTime", "oldestLedgerCloseTime");
    answer.into()
}

pub fn network(shared: &Shared) -> Value {
    json!({
        "friendbotUrl": format!("{}/friendbot", shared.url),
        "passphrase": shared.passphrase,
        "protocolVersion": PROTOCOL,
    })
}

pub fn version() -> Value {
    json!({
        "version": concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")),
        "commitHash": "",
        "buildTimestamp": "",
        "captiveCoreVersion": "none: soroban-env-host 28.0.2 in the same process",
        "protocolVersion": PROTOCOL,
    })
}
