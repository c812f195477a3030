//! `getLatestLedger` and `getLedgers`.

use serde::Deserialize;
use serde_json::{json, Value};
use stellar_xdr::{LedgerHeaderHistoryEntry, LedgerHeaderHistoryEntryExt};

use super::{
    error::Error,
    format::{base64, Format, Object},
    page::{Page, Pagination, MAX_BYTES},
    shared::Shared,
};
use crate::{meta, node::Closed, settings::Settings};

pub fn latest(shared: &Shared) -> Value {
    let chain = shared.chain();
    let closed = chain.node.latest();
    json!({
        "id": closed.hash.to_string(),
        "protocolVersion": closed.header.ledger_version,
        "sequence": closed.header.ledger_seq,
        "closeTime": closed.header.scp_value.close_time.0.to_string(),
        "headerXdr": base64(&closed.header),
        "metadataXdr": base64(&meta::ledger(closed, &chain.node.settings)),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Params {
    start_ledger: Option<u32>,
    pagination: Option<Pagination>,
    xdr_format: Option<Format>,
}

pub fn list(shared: &Shared, params: Params) -> Result<Value, Error> {
    let format = params.xdr_format.unwrap_or_default();
    let chain = shared.chain();
    let range = chain.range();
    let page = Page::new(params.start_ledger, params.pagination, &range)?;
    let start = match &page.cursor {
        None => page.start,
        Some(cursor) => {
            let last: u32 =
                cursor.parse().map_err(|_| Error::params(format!("invalid cursor: '{cursor}'")))?;
            last.checked_add(1).filter(|start| range.has(*start)).ok_or_else(|| {
                Error::params(format!(
                    "cursor ('{cursor}') must be between the oldest ledger: {} and the latest \
                     ledger: {} for this rpc instance",
                    range.oldest, range.latest
                ))
            })?
        }
    };
    let mut ledgers = vec![];
    let mut last = start;
    let mut size = 0;
    for (sequence, closed) in chain.node.closed.range(start..).take(page.limit) {
        let ledger = ledger(closed, &chain.node.settings, format);
        size += ledger.to_string().len();
        ledgers.push(ledger);
        last = *sequence;
        if size > MAX_BYTES {
            break;
        }
    }
    let mut answer = Object::new();
    answer.insert("ledgers".into(), ledgers.into());
    answer.insert("cursor".into(), last.to_string().into());
    range.put(&mut answer, "latestLedgerCloseTime", "oldestLedgerCloseTime");
    Ok(answer.into())
}

fn ledger(closed: &Closed, settings: &Settings, format: Format) -> Value {
    let header = LedgerHeaderHistoryEntry {
        hash: closed.hash.clone(),
        header: closed.header.clone(),
        ext: LedgerHeaderHistoryEntryExt::V0,
    };
    let mut ledger = Object::new();
    ledger.insert("hash".into(), closed.hash.to_string().into());
    ledger.insert("sequence".into(), closed.header.ledger_seq.into());
    let time = closed.header.scp_value.close_time.0.to_string();
    ledger.insert("ledgerCloseTime".into(), time.into());
    // Present in either format.
    ledger.insert("headerXdr".into(), "".into());
    ledger.insert("metadataXdr".into(), "".into());
    format.put(&mut ledger, ["headerXdr", "headerJson"], &header);
    format.put(&mut ledger, ["metadataXdr", "metadataJson"], &meta::ledger(closed, settings));
    ledger.into()
}
