//! Methods that no Stellar server has: ledgers and time on demand.

use serde::Deserialize;
use serde_json::{json, Value};

use super::{
    error::Error,
    shared::{Pace, Shared},
};

const MAX_LEDGERS: u32 = 1_000;
const SECONDS_PER_LEDGER: u64 = 5;
/// Beyond, events have no ids.
const LAST_LEDGER: u32 = i32::MAX as u32;

#[derive(Deserialize)]
pub struct Close {
    count: Option<u32>,
}

/// Closes ledgers, the first with what waits.
pub fn close(shared: &Shared, params: Close) -> Result<Value, Error> {
    on_demand(shared)?;
    let count = params.count.unwrap_or(1);
    if !(1..=MAX_LEDGERS).contains(&count) {
        return Err(Error::params(format!("count must be between 1 and {MAX_LEDGERS}")));
    }
    if LAST_LEDGER.saturating_sub(shared.chain().range().latest) < count {
        return Err(Error::params("there are no more ledgers: begin another network"));
    }
    for _ in 0..count {
        shared.close().map_err(|error| Error::internal(error.to_string()))?;
    }
    Ok(latest(shared))
}

#[derive(Deserialize)]
pub struct Advance {
    seconds: u64,
}

/// Goes into the future, with a ledger for each five seconds; only the last of them is there. What waits
/// goes on waiting.
pub fn advance(shared: &Shared, params: Advance) -> Result<Value, Error> {
    on_demand(shared)?;
    let ledgers = params.seconds.div_ceil(SECONDS_PER_LEDGER);
    let mut chain = shared.chain();
    let range = chain.range();
    let left = LAST_LEDGER.saturating_sub(range.latest);
    let ledgers = u32::try_from(ledgers).ok().filter(|ledgers| (1..=left).contains(ledgers));
    let Some(ledgers) = ledgers else {
        let most = u64::from(left) * SECONDS_PER_LEDGER;
        return Err(Error::params(format!("seconds must be between 1 and {most}")));
    };
    let time = range.latest_time.saturating_add(params.seconds);
    let jumped = shared.jump(&mut chain, ledgers, time);
    drop(chain);
    jumped.map_err(|error| Error::internal(error.to_string()))?;
    Ok(latest(shared))
}

fn latest(shared: &Shared) -> Value {
    let range = shared.chain().range();
    json!({ "latestLedger": range.latest, "latestLedgerCloseTime": range.latest_time.to_string() })
}

fn on_demand(shared: &Shared) -> Result<(), Error> {
    match shared.pace {
        Pace::OnDemand => Ok(()),
        Pace::Every(_) => Err(Error::request(
            "this network closes ledgers by the clock; start it with --on-demand to do so by hand",
        )),
    }
}
