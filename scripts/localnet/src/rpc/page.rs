//! Paging through ledgers and transactions.

use serde::Deserialize;

use super::{error::Error, shared::Range};

pub const MAX_LIMIT: usize = 200;
pub const DEFAULT_LIMIT: usize = 50;
/// Bytes after which a page ends early; its cursor leads on.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Pagination {
    pub cursor: Option<String>,
    pub limit: Option<usize>,
}

pub struct Page {
    pub start: u32,
    /// In place of `start`.
    pub cursor: Option<String>,
    pub limit: usize,
}

impl Page {
    pub fn new(
        start: Option<u32>,
        pagination: Option<Pagination>,
        range: &Range,
    ) -> Result<Page, Error> {
        let start = start.unwrap_or(0);
        let Pagination { cursor, limit } = pagination.unwrap_or_default();
        let cursor = cursor.filter(|cursor| !cursor.is_empty());
        if let Some(cursor) = cursor.as_ref().filter(|_| start != 0) {
            return Err(Error::request(format!(
                "startLedger ({start}) and cursor ({cursor}) cannot both be set"
            )));
        }
        if cursor.is_none() && !range.has(start) {
            return Err(Error::request(format!(
                "start ledger ({start}) must be between the oldest ledger: {} and the latest \
                 ledger: {} for this rpc instance",
                range.oldest, range.latest
            )));
        }
        let limit = limit.unwrap_or(0);
        if limit > MAX_LIMIT {
            return Err(Error::request(format!("limit must not exceed {MAX_LIMIT}")));
        }
        Ok(Page { start, cursor, limit: if limit == 0 { DEFAULT_LIMIT } else { limit } })
    }
}

/// Where a transaction, or an operation in it, stands in history, in the order of numbers: 31 bits of
/// ledger, 20 of transaction, 12 of operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub ledger: u32,
    pub transaction: u32,
    pub operation: u32,
}

impl Place {
    pub const MAX_TRANSACTION: u32 = (1 << 20) - 1;
    pub const MAX_OPERATION: u32 = (1 << 12) - 1;

    pub fn number(self) -> u64 {
        u64::from(self.ledger) << 32 | u64::from(self.transaction) << 12 | u64::from(self.operation)
    }

    /// `None` for what no ledger has: numbers of 64 bits, negative ones among them.
    pub fn parse(text: &str) -> Option<Place> {
        let number = u64::try_from(text.parse::<i64>().ok()?).ok()?;
        Some(Place {
            ledger: u32::try_from(number >> 32).ok()?,
            transaction: (number >> 12) as u32 & Place::MAX_TRANSACTION,
            operation: number as u32 & Place::MAX_OPERATION,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_its_number() {
        let place = Place { ledger: 7, transaction: 3, operation: 2 };
        assert_eq!(place.number(), 7 * 4_294_967_296 + 3 * 4_096 + 2);
        for text in ["0", "30064783362", "9223372036854775807"] {
            assert_eq!(Place::parse(text).unwrap().number().to_string(), text);
        }
        for text in ["", "-1", "x", "9223372036854775808", "1.0", " 1"] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_page_begins_within_what_is_there() {
        let range = Range { oldest: 5, oldest_time: 0, latest: 9, latest_time: 0 };
        let page = |start, cursor: Option<&str>, limit| {
            let pagination = Pagination { cursor: cursor.map(str::to_owned), limit };
            Page::new(start, Some(pagination), &range)
        };
        for start in [None, Some(4), Some(10), Some(u32::MAX)] {
            assert_eq!(page(start, None, None).err().unwrap().code, -32600);
        }
        assert_eq!(page(Some(5), None, None).unwrap().limit, DEFAULT_LIMIT);
        assert_eq!(page(Some(9), Some(""), Some(200)).unwrap().limit, 200);
        assert!(page(Some(9), None, Some(201)).is_err());
        assert!(page(Some(9), Some("1"), None).is_err());
        assert_eq!(page(None, Some("1"), None).unwrap().cursor.unwrap(), "1");
    }
}
