//! `getEvents`.

use std::fmt;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use stellar_xdr::{ContractEvent, ContractEventBody, ContractEventType, TransactionEventStage};

use super::{
    error::Error,
    filter::{self, Filters},
    format::{Format, Object},
    page::{Place, MAX_BYTES},
    shared::Shared,
    transactions::{meta, operation_events, succeeded},
};
use crate::node::{Closed, Transacted};

const MAX_LIMIT: usize = 10_000;
const DEFAULT_LIMIT: usize = 100;
/// Ledgers that one request looks through.
const MAX_LEDGERS: usize = 10_000;

/// The id of an event; ids are in the order in which events happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cursor {
    place: Place,
    event: u32,
}

impl Cursor {
    /// After every event of a ledger.
    fn end(ledger: u32) -> Cursor {
        let place =
            Place { ledger, transaction: Place::MAX_TRANSACTION, operation: Place::MAX_OPERATION };
        Cursor { place, event: u32::MAX }
    }

    fn parse(text: &str) -> Option<Cursor> {
        let (place, event) = text.split_once('-')?;
        Some(Cursor { place: Place::parse(place)?, event: event.parse().ok()? })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:019}-{:010}", self.place.number(), self.event)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Cursor, D::Error> {
        let text = String::deserialize(deserializer)?;
        Cursor::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("invalid event id {text}")))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Params {
    start_ledger: Option<u32>,
    end_ledger: Option<u32>,
    filters: Option<Vec<filter::Params>>,
    pagination: Option<Pagination>,
    xdr_format: Option<Format>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Pagination {
    cursor: Option<Cursor>,
    limit: Option<usize>,
}

pub fn get(shared: &Shared, params: Params) -> Result<Value, Error> {
    let format = params.xdr_format.unwrap_or_default();
    let Pagination { cursor: after, limit } = params.pagination.unwrap_or_default();
    let start = params.start_ledger.filter(|ledger| *ledger != 0);
    let end = params.end_ledger.filter(|ledger| *ledger != 0);
    let start = match (after, start) {
        (Some(_), None) if end.is_some() => return Err(both()),
        (Some(_), Some(_)) => return Err(both()),
        (Some(after), None) => after.place.ledger,
        (None, Some(start)) => start,
        (None, None) => return Err(Error::params("startLedger must be positive")),
    };
    let limit = match limit.unwrap_or(0) {
        0 => DEFAULT_LIMIT,
        limit if limit > MAX_LIMIT => {
            return Err(Error::params(format!("limit must not exceed {MAX_LIMIT}")))
        }
        limit => limit,
    };
    let filters = Filters::new(params.filters.unwrap_or_default()).map_err(Error::params)?;

    let chain = shared.chain();
    let range = chain.range();
    if !range.has(start) {
        return Err(Error::request(format!(
            "startLedger must be within the ledger range: {} - {}",
            range.oldest, range.latest
        )));
    }
    // Exclusive. Ledgers that time travel left out do not count.
    let beyond = chain.node.closed.range(start..).nth(MAX_LEDGERS);
    let beyond = beyond.map_or(range.latest.saturating_add(1), |(ledger, _)| *ledger);
    let end = end.map_or(beyond, |end| end.min(beyond));
    let mut page = Events { format, limit, found: vec![], size: 0, last: None };
    if start < end {
        for (_, closed) in chain.node.closed.range(start..end) {
            page.add(closed, after, &filters);
            if page.last.is_some() {
                break;
            }
        }
    }
    let cursor = page.last.unwrap_or_else(|| Cursor::end(end.saturating_sub(1)));
    let mut answer = Object::new();
    answer.insert("events".into(), page.found.into());
    answer.insert("cursor".into(), cursor.to_string().into());
    range.put_quoted(&mut answer);
    Ok(answer.into())
}

fn both() -> Error {
    Error::params("ledger ranges and cursor cannot both be set")
}

/// A page as it grows.
struct Events {
    format: Format,
    limit: usize,
    found: Vec<Value>,
    size: usize,
    /// Of the last event, once the page is full.
    last: Option<Cursor>,
}

impl Events {
    fn add(&mut self, closed: &Closed, after: Option<Cursor>, filters: &Filters) {
        for (cursor, transacted, event) in of_ledger(closed) {
            if after.is_some_and(|after| cursor <= after) || !filters.matches(event) {
                continue;
            }
            let event = json(closed, cursor, transacted, event, self.format);
            self.size += event.to_string().len();
            self.found.push(event);
            if self.found.len() == self.limit || self.size > MAX_BYTES {
                self.last = Some(cursor);
                return;
            }
        }
    }
}

/// In the order of their ids: fees of all transactions, then each transaction's, operation by operation,
/// then refunds of all.
fn of_ledger(closed: &Closed) -> Vec<(Cursor, &Transacted, &ContractEvent)> {
    let ledger = closed.header.ledger_seq;
    let mut events = vec![];
    let [mut before_all, mut after_all] = [0, 0];
    for (transaction, transacted) in (1..).zip(&closed.transactions) {
        let Some(meta) = meta(transacted) else { continue };
        let mut after = 0;
        for event in meta.events.iter() {
            use TransactionEventStage::{AfterAllTxs, AfterTx, BeforeAllTxs};
            let (transaction, operation, count) = match event.stage {
                BeforeAllTxs => (0, 0, &mut before_all),
                AfterTx => (transaction, Place::MAX_OPERATION, &mut after),
                AfterAllTxs => (Place::MAX_TRANSACTION, 0, &mut after_all),
            };
            let place = Place { ledger, transaction, operation };
            events.push((Cursor { place, event: *count }, transacted, &event.event));
            *count += 1;
        }
        for (operation, list) in (0..).zip(operation_events(meta)) {
            for (event, contract_event) in (0..).zip(list) {
                let place = Place { ledger, transaction, operation };
                events.push((Cursor { place, event }, transacted, contract_event));
            }
        }
    }
    events.sort_by_key(|(cursor, ..)| *cursor);
    events
}

fn json(
    closed: &Closed,
    cursor: Cursor,
    transacted: &Transacted,
    event: &ContractEvent,
    format: Format,
) -> Value {
    let ContractEventBody::V0(body) = &event.body;
    let kind = match event.type_ {
        ContractEventType::System => "system",
        ContractEventType::Contract => "contract",
        ContractEventType::Diagnostic => "diagnostic",
    };
    let contract = event.contract_id.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut json = Object::new();
    let mut put = |name: &str, value: Value| json.insert(name.into(), value);
    put("type", kind.into());
    put("ledger", closed.header.ledger_seq.into());
    put("ledgerClosedAt", rfc3339(closed.header.scp_value.close_time.0).into());
    put("contractId", contract.into());
    put("id", cursor.to_string().into());
    put("operationIndex", cursor.place.operation.into());
    put("transactionIndex", cursor.place.transaction.into());
    put("txHash", transacted.hash.to_string().into());
    put("inSuccessfulContractCall", succeeded(&transacted.result).into());
    format.put_list(&mut json, ["topic", "topicJson"], &body.topics);
    format.put(&mut json, ["value", "valueJson"], &body.data);
    json.into()
}

/// Unix seconds as `2026-07-01T12:00:00Z`. Years begin in March here, so that a leap day is the last.
fn rfc3339(time: u64) -> String {
    let [second, minute, hour] = [time % 60, time / 60 % 60, time / 3_600 % 24];
    // Since 1 March of year 0.
    let days = time / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = match month {
        0..=9 => (400 * era + year_of_era, month + 3),
        _ => (400 * era + year_of_era + 1, month - 9),
    };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_200, "2024-03-01T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ];
        for (time, date) in cases {
            assert_eq!(rfc3339(time), date);
        }
        assert!(!rfc3339(u64::MAX).is_empty());
    }

    #[test]
    fn ids_are_cursors() {
        let id = "0000000012884905984-0000000007";
        let place = Place { ledger: 3, transaction: 1, operation: 0 };
        let cursor = Cursor { place, event: 7 };
        assert_eq!(Cursor::parse(id), Some(cursor));
        assert_eq!(cursor.to_string(), id);
        assert_eq!(Cursor::end(3).to_string(), "0000000017179869183-4294967295");
        assert!(cursor < Cursor::end(3));
        assert_eq!(Cursor::parse("1-2").unwrap().event, 2);
        for text in ["", "-", "1", "1-", "-1-2", "1-4294967296", "9223372036854775808-0"] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }
}
