//! `getLedgerEntries`.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;
use stellar_xdr::{ContractDataDurability, LedgerKey};

use super::{
    error::Error,
    format::{read, Format, Object},
    shared::Shared,
};
use crate::ledger::Stored;

const MAX_KEYS: usize = 200;
const MAX_KEY_BYTES: usize = 16 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Params {
    keys: Option<Vec<String>>,
    xdr_format: Option<Format>,
}

pub fn get(shared: &Shared, params: Params) -> Result<Value, Error> {
    let format = params.xdr_format.unwrap_or_default();
    let keys = params.keys.unwrap_or_default();
    if keys.len() > MAX_KEYS {
        return Err(Error::params(format!(
            "key count ({}) exceeds maximum supported ({MAX_KEYS})",
            keys.len()
        )));
    }
    let mut wanted = vec![];
    for (index, text) in keys.iter().enumerate() {
        let key: LedgerKey = read(text, MAX_KEY_BYTES).map_err(|_| {
            Error::params(format!("cannot unmarshal key value {text} at index {index}"))
        })?;
        if matches!(key, LedgerKey::Ttl(_)) {
            return Err(Error::params("ledger ttl entries cannot be queried directly"));
        }
        wanted.push(key);
    }
    let (state, latest) = {
        let chain = shared.chain();
        (chain.node.state.clone(), chain.range().latest)
    };
    let mut seen = BTreeSet::new();
    let entries: Vec<Value> = wanted
        .iter()
        .filter(|key| seen.insert(*key))
        .filter_map(|key| entry(key, state.get(key)?, latest, format))
        .collect();
    let mut answer = Object::new();
    answer.insert("entries".into(), entries.into());
    answer.insert("latestLedger".into(), latest.into());
    Ok(answer.into())
}

/// An archived entry lives until ledger 0; an expired temporary one is gone.
fn entry(key: &LedgerKey, stored: &Stored, latest: u32, format: Format) -> Option<Value> {
    let expired = stored.ttl.is_some_and(|ttl| ttl.live_until < latest);
    let temporary = matches!(
        key,
        LedgerKey::ContractData(data) if data.durability == ContractDataDurability::Temporary
    );
    if expired && temporary {
        return None;
    }
    let mut entry = Object::new();
    format.put(&mut entry, ["key", "keyJson"], key);
    format.put(&mut entry, ["xdr", "dataJson"], &stored.entry.data);
    format.put(&mut entry, ["extXdr", "extJson"], &stored.entry.ext);
    let modified = stored.entry.last_modified_ledger_seq;
    entry.insert("lastModifiedLedgerSeq".into(), modified.into());
    if let Some(ttl) = stored.ttl {
        let live_until = if expired { 0 } else { ttl.live_until };
        entry.insert("liveUntilLedgerSeq".into(), live_until.into());
    }
    Some(entry.into())
}
