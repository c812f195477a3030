//! The interface to the network: JSON-RPC 2.0 as stellar-rpc speaks it, and the friendbot.

mod call;
mod entries;
mod error;
mod events;
mod fees;
mod filter;
mod format;
mod friendbot;
mod http;
mod info;
mod ledgers;
mod page;
mod shared;
mod simulation;
mod transactions;
mod travel;

pub use http::{serve, start, Options, Running};
pub use shared::{Pace, Shared};

use std::sync::Arc;

use call::Call;
use error::Error;
use serde::de::DeserializeOwned;
use serde_json::{json, value::RawValue, Value};

/// Calls in one batch.
const MAX_BATCH: usize = 100;
/// Bytes of answers to one batch, after which further calls are refused.
const MAX_ANSWERS: usize = 64 * 1024 * 1024;

/// The answer to a request body, or to a batch; `None` when nobody waits for one.
pub async fn answer(shared: &Arc<Shared>, body: &[u8]) -> Option<String> {
    let refused = |error: Error| Some(response(None, Err(error)));
    let Ok(text) = std::str::from_utf8(body) else {
        return refused(Error::parse("invalid request value"));
    };
    if !text.trim_start().starts_with('[') {
        let Ok(raw) = serde_json::from_str::<&RawValue>(text) else {
            return refused(Error::parse("invalid request value"));
        };
        return one(shared, raw).await;
    }
    let Ok(batch) = serde_json::from_str::<Vec<&RawValue>>(text) else {
        return refused(Error::parse("invalid request value"));
    };
    if batch.is_empty() || batch.len() > MAX_BATCH {
        let message = format!("a batch has 1 to {MAX_BATCH} calls, not {}", batch.len());
        return refused(Error::request(message));
    }
    let mut answers: Vec<String> = vec![];
    for raw in batch {
        let size: usize = answers.iter().map(String::len).sum();
        let answer = if size < MAX_ANSWERS {
            one(shared, raw).await
        } else {
            let id = call::read(raw).ok().and_then(|call| call.id);
            let error =
                Error::internal("the answers to this batch are too large: send fewer calls");
            Some(response(id, Err(error)))
        };
        answers.extend(answer);
    }
    (!answers.is_empty()).then(|| format!("[{}]", answers.join(",")))
}

async fn one(shared: &Arc<Shared>, raw: &RawValue) -> Option<String> {
    let Call { id, method, params } = match call::read(raw) {
        Ok(call) => call,
        Err((id, error)) => return Some(response(id, Err(error))),
    };
    let shared = shared.clone();
    let params = params.map(|params| params.get().to_owned());
    let done = tokio::task::spawn_blocking(move || dispatch(&shared, &method, params.as_deref()));
    let result = done.await.unwrap_or_else(|_| Err(Error::internal("internal error")));
    id.map(|id| response(Some(id), result))
}

fn dispatch(shared: &Shared, method: &str, params: Option<&str>) -> Result<Value, Error> {
    match method {
        "getHealth" => Ok(info::health(shared)),
        "getNetwork" => Ok(info::network(shared)),
        "getVersionInfo" => Ok(info::version()),
        "getLatestLedger" => Ok(ledgers::latest(shared)),
        "getLedgers" => ledgers::list(shared, read_params(params)?),
        "getLedgerEntries" => entries::get(shared, read_params(params)?),
        "getFeeStats" => Ok(fees::stats(shared)),
        "sendTransaction" => transactions::send(shared, read_params(params)?),
        "getTransaction" => transactions::get(shared, read_params(params)?),
        "getTransactions" => transactions::list(shared, read_params(params)?),
        "getEvents" => events::get(shared, read_params(params)?),
        "simulateTransaction" => simulation::simulate(shared, read_params(params)?),
        "localnet_close" => travel::close(shared, read_params(params)?),
        "localnet_advance" => travel::advance(shared, read_params(params)?),
        _ => Err(Error::method(method)),
    }
}

/// Parameters by name; a field that is not known is ignored.
fn read_params<T: DeserializeOwned>(params: Option<&str>) -> Result<T, Error> {
    let params = params.unwrap_or("{}");
    if params.starts_with('[') {
        return Err(Error::params("invalid parameters: expected an object, not an array"));
    }
    serde_json::from_str(params)
        .map_err(|error| Error::params(format!("invalid parameters: {error}")))
}

/// The id is given back as it came, to the byte.
fn response(id: Option<&RawValue>, result: Result<Value, Error>) -> String {
    let id = id.map_or("null", RawValue::get);
    let outcome = match result {
        Ok(value) => format!(r#""result":{value}"#),
        Err(error) => format!(r#""error":{}"#, json!(error.json())),
    };
    format!(r#"{{"jsonrpc":"2.0","id":{id},{outcome}}}"#)
}
