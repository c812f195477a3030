//! `simulateTransaction`. What goes wrong is told in the answer, not as a JSON-RPC error.

use serde::Deserialize;
use serde_json::{json, Value};
use stellar_xdr::{OperationBody, TransactionEnvelope};

use super::{
    error::Error,
    format::{read, Format, Object},
    shared::{now, Shared},
    transactions::MAX_TRANSACTION_BYTES,
};
use crate::{
    frame::Frame,
    simulate::{self, AuthMode, Request, Simulated, StateChange},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Params {
    transaction: Option<String>,
    resource_config: Option<ResourceConfig>,
    auth_mode: Option<String>,
    auth_v2: Option<bool>,
    xdr_format: Option<Format>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceConfig {
    instruction_leeway: Option<u64>,
}

pub fn simulate(shared: &Shared, params: Params) -> Result<Value, Error> {
    let format = params.xdr_format.unwrap_or_default();
    let (state, header) = {
        let chain = shared.chain();
        (chain.node.state.clone(), chain.node.latest().header.clone())
    };
    let simulated = || {
        let text = params.transaction.as_deref().unwrap_or_default();
        let envelope: TransactionEnvelope =
            read(text, MAX_TRANSACTION_BYTES).map_err(|_| "Could not unmarshal transaction")?;
        let frame = Frame::new(envelope.clone(), &shared.network_id);
        let [operation] = frame.operations() else {
            return Err("Transaction contains more than one operation".into());
        };
        let auth_mode = auth_mode(params.auth_mode.as_deref().unwrap_or(""), &operation.body)?;
        let leeway = params.resource_config.and_then(|config| config.instruction_leeway);
        simulate::simulate(&Request {
            state,
            network_id: shared.network_id.clone(),
            sequence: header.ledger_seq.saturating_add(1),
            close_time: now().max(header.scp_value.close_time.0.saturating_add(1)),
            envelope,
            auth_mode,
            leeway: u32::try_from(leeway.unwrap_or(0)).unwrap_or(u32::MAX),
            address_v2: params.auth_v2.unwrap_or(false),
        })
    };
    let mut answer = match simulated() {
        Ok(simulated) => object(&simulated, format),
        Err(message) => Object::from_iter([("error".to_owned(), Value::from(message))]),
    };
    answer.insert("latestLedger".into(), header.ledger_seq.into());
    Ok(answer.into())
}

fn auth_mode(name: &str, body: &OperationBody) -> Result<AuthMode, String> {
    let mode = match name {
        "" => AuthMode::Default,
        "enforce" => AuthMode::Enforce,
        "record" => AuthMode::Record,
        "record_allow_nonroot" => AuthMode::RecordAllowNonroot,
        _ => {
            return Err("optional 'authMode' must be one of enforce,record,record_allow_nonroot \
                        when included"
                .into())
        }
    };
    match body {
        OperationBody::InvokeHostFunction(op) => {
            let records = matches!(mode, AuthMode::Record | AuthMode::RecordAllowNonroot);
            if records && !op.auth.is_empty() {
                return Err(format!("cannot set authMode to '{name}' with an auth footprint"));
            }
            Ok(mode)
        }
        OperationBody::ExtendFootprintTtl(_) | OperationBody::RestoreFootprint(_) => match mode {
            AuthMode::Default => Ok(mode),
            _ => Err("cannot set authMode with non-InvokeHostFunction operations".into()),
        },
        _ => Err(format!(
            "transaction contains unsupported operation type: OperationType{}",
            body.name()
        )),
    }
}

fn object(simulated: &Simulated, format: Format) -> Object {
    let mut answer = Object::new();
    if let Some(error) = &simulated.error {
        answer.insert("error".into(), error.clone().into());
    }
    if let Some(data) = &simulated.transaction_data {
        format.put(&mut answer, ["transactionData", "transactionDataJson"], data);
    }
    if simulated.min_resource_fee != 0 {
        answer.insert("minResourceFee".into(), simulated.min_resource_fee.to_string().into());
    }
    format.put_list(&mut answer, ["events", "eventsJson"], &simulated.events);
    if let Some((value, auth)) = &simulated.result {
        let mut result = Object::new();
        format.put(&mut result, ["xdr", "returnValueJson"], value);
        result.insert(format.name(["auth", "authJson"]), format.list(auth));
        answer.insert("results".into(), json!([result]));
    }
    if !simulated.state_changes.is_empty() {
        let changes = simulated.state_changes.iter().map(|change| state_change(change, format));
        answer.insert("stateChanges".into(), changes.collect::<Vec<_>>().into());
    }
    answer
}

fn state_change(change: &StateChange, format: Format) -> Value {
    let kind = match (&change.before, &change.after) {
        (None, _) => "created",
        (Some(_), Some(_)) => "updated",
        (Some(_), None) => "deleted",
    };
    // Both are there in base64 even when there is no entry.
    let mut json = Object::from_iter([
        ("type".to_owned(), Value::from(kind)),
        ("before".to_owned(), Value::Null),
        ("after".to_owned(), Value::Null),
    ]);
    format.put(&mut json, ["key", "keyJson"], &change.key);
    if let Some(before) = &change.before {
        format.put(&mut json, ["before", "beforeJson"], before);
    }
    if let Some(after) = &change.after {
        format.put(&mut json, ["after", "afterJson"], after);
    }
    json.into()
}
