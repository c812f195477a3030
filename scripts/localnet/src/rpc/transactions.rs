//! `sendTransaction`, `getTransaction` and `getTransactions`.

use serde::Deserialize;
use serde_json::{json, Value};
use stellar_xdr::{
    ContractEvent, Hash, TransactionEnvelope, TransactionMeta, TransactionMetaV4,
    TransactionResult, TransactionResultResult,
};

use super::{
    error::Error,
    format::{read, Format, Object},
    page::{Page, Pagination, Place, MAX_BYTES},
    shared::Shared,
};
use crate::{
    frame::Frame,
    node::{Node, Submitted, Transacted},
};

pub const MAX_TRANSACTION_BYTES: usize = 512 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Send {
    transaction: Option<String>,
    xdr_format: Option<Format>,
}

pub fn send(shared: &Shared, params: Send) -> Result<Value, Error> {
    let format = params.xdr_format.unwrap_or_default();
    let text = params.transaction.as_deref().unwrap_or_default();
    let envelope: TransactionEnvelope =
        read(text, MAX_TRANSACTION_BYTES).map_err(|_| Error::params("invalid_xdr"))?;
    let hash = Frame::new(envelope.clone(), &shared.network_id).hash;
    let mut chain = shared.chain();
    let range = chain.range();
    let submitted = chain.node.submit(envelope);
    drop(chain);
    let mut answer = Object::new();
    let status = match submitted {
        Submitted::Pending => "PENDING",
        Submitted::Duplicate => "DUPLICATE",
        Submitted::TryAgainLater => "TRY_AGAIN_LATER",
        Submitted::Refused(result, events) => {
            format.put(&mut answer, ["errorResultXdr", "errorResultJson"], &result);
            format.put_list(&mut answer, DIAGNOSTIC_EVENTS, &events);
            "ERROR"
        }
    };
    answer.insert("status".into(), status.into());
    answer.insert("hash".into(), hash.to_string().into());
    answer.insert("latestLedger".into(), range.latest.into());
    answer.insert("latestLedgerCloseTime".into(), range.latest_time.to_string().into());
    Ok(answer.into())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Get {
    hash: Option<String>,
    xdr_format: Option<Format>,
}

pub fn get(shared: &Shared, params: Get) -> Result<Value, Error> {
    let format = params.xdr_format.unwrap_or_default();
    let text = params.hash.unwrap_or_default();
    if text.len() != 64 {
        return Err(Error::params(format!("unexpected hash length ({})", text.len())));
    }
    let hash: Hash =
        text.parse().map_err(|_| Error::params("incorrect hash: it is not hexadecimal"))?;
    let chain = shared.chain();
    let found = find(&chain.node, &hash);
    let mut answer = match found {
        Some((ledger, place, transacted)) => {
            let mut answer = details(ledger, place, transacted, format);
            let time = closed_at(&chain.node, ledger);
            answer.insert("createdAt".into(), time.to_string().into());
            answer
        }
        None => Object::from_iter(
            [
                ("status", json!("NOT_FOUND")),
                ("applicationOrder", json!(0)),
                ("feeBump", json!(false)),
                ("events", json!({})),
                ("ledger", json!(0)),
                ("createdAt", json!("0")),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        ),
    };
    // Of a fee bump, whichever of its two hashes was asked for.
    answer.insert("txHash".into(), text.into());
    chain.range().put_quoted(&mut answer);
    Ok(answer.into())
}

/// A fee bump is found by the hash of the transaction inside, too.
fn find<'a>(node: &'a Node, hash: &Hash) -> Option<(u32, usize, &'a Transacted)> {
    if let Some((ledger, place)) = node.places.get(hash) {
        return Some((*ledger, *place, node.closed.get(ledger)?.transactions.get(*place)?));
    }
    node.closed.iter().rev().find_map(|(ledger, closed)| {
        let mut all = closed.transactions.iter().enumerate();
        let (place, transacted) = all.find(|(_, one)| inner_hash(&one.result) == Some(hash))?;
        Some((*ledger, place, transacted))
    })
}

fn inner_hash(result: &TransactionResult) -> Option<&Hash> {
    match &result.result {
        TransactionResultResult::TxFeeBumpInnerSuccess(pair)
        | TransactionResultResult::TxFeeBumpInnerFailed(pair) => Some(&pair.transaction_hash),
        _ => None,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    start_ledger: Option<u32>,
    pagination: Option<Pagination>,
    xdr_format: Option<Format>,
}

pub fn list(shared: &Shared, params: List) -> Result<Value, Error> {
    let format = params.xdr_format.unwrap_or_default();
    let chain = shared.chain();
    let range = chain.range();
    let page = Page::new(params.start_ledger, params.pagination, &range)?;
    // The first ledger, and how many of its transactions were seen.
    let (start, seen) = match &page.cursor {
        None => (page.start, 0),
        Some(cursor) => {
            let place = Place::parse(cursor).filter(|place| range.has(place.ledger));
            let place = place.ok_or_else(|| {
                Error::params(format!(
                    "cursor ('{cursor}') must be between the oldest ledger: {} and the latest \
                     ledger: {} for this rpc instance",
                    range.oldest, range.latest
                ))
            })?;
            (place.ledger, place.transaction as usize)
        }
    };
    let mut transactions = vec![];
    let mut size = 0;
    let mut last = Place { ledger: start, transaction: seen as u32, operation: 1 };
    'page: for (ledger, closed) in chain.node.closed.range(start..) {
        let skipped = if *ledger == start { seen } else { 0 };
        last = Place { ledger: *ledger, transaction: skipped as u32, operation: 1 };
        for (place, transacted) in closed.transactions.iter().enumerate().skip(skipped) {
            let mut one = details(*ledger, place, transacted, format);
            one.insert("createdAt".into(), closed.header.scp_value.close_time.0.into());
            let one = Value::from(one);
            size += one.to_string().len();
            transactions.push(one);
            last.transaction = place as u32 + 1;
            if transactions.len() == page.limit || size > MAX_BYTES {
                break 'page;
            }
        }
    }
    let mut answer = Object::new();
    answer.insert("transactions".into(), transactions.into());
    answer.insert("cursor".into(), last.number().to_string().into());
    range.put(&mut answer, "latestLedgerCloseTimestamp", "oldestLedgerCloseTimestamp");
    Ok(answer.into())
}

fn closed_at(node: &Node, ledger: u32) -> u64 {
    node.closed.get(&ledger).map_or(0, |closed| closed.header.scp_value.close_time.0)
}

const DIAGNOSTIC_EVENTS: [&str; 2] = ["diagnosticEventsXdr", "diagnosticEventsJson"];

fn details(ledger: u32, place: usize, transacted: &Transacted, format: Format) -> Object {
    let mut details = Object::new();
    let status = if succeeded(&transacted.result) { "SUCCESS" } else { "FAILED" };
    details.insert("status".into(), status.into());
    details.insert("txHash".into(), transacted.hash.to_string().into());
    details.insert("applicationOrder".into(), (place + 1).into());
    let fee_bump = matches!(transacted.envelope, TransactionEnvelope::TxFeeBump(_));
    details.insert("feeBump".into(), fee_bump.into());
    details.insert("ledger".into(), ledger.into());
    format.put(&mut details, ["envelopeXdr", "envelopeJson"], &transacted.envelope);
    format.put(&mut details, ["resultXdr", "resultJson"], &transacted.result);
    format.put(&mut details, ["resultMetaXdr", "resultMetaJson"], &transacted.meta);
    let mut events = Object::new();
    if let Some(meta) = meta(transacted) {
        format.put_list(&mut details, DIAGNOSTIC_EVENTS, &meta.diagnostic_events);
        let names = ["transactionEventsXdr", "transactionEventsJson"];
        format.put_list(&mut events, names, &meta.events);
        let by_operation: Vec<Value> =
            operation_events(meta).map(|events| format.list(events)).collect();
        if !by_operation.is_empty() {
            let name = format.name(["contractEventsXdr", "contractEventsJson"]);
            events.insert(name, by_operation.into());
        }
    }
    details.insert("events".into(), events.into());
    details
}

pub fn succeeded(result: &TransactionResult) -> bool {
    use TransactionResultResult::{TxFeeBumpInnerSuccess, TxSuccess};
    matches!(result.result, TxSuccess(_) | TxFeeBumpInnerSuccess(_))
}

/// This network's transactions have no other.
pub fn meta(transacted: &Transacted) -> Option<&TransactionMetaV4> {
    match &transacted.meta {
        TransactionMeta::V4(meta) => Some(meta),
        _ => None,
    }
}

pub fn operation_events(meta: &TransactionMetaV4) -> impl Iterator<Item = &[ContractEvent]> {
    meta.operations.iter().map(|operation| operation.events.as_slice())
}
