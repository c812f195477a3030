//! What a transaction would need and do, found on a state that does not change: as stellar-rpc does it,
//! by the same library.

use std::rc::Rc;

use sha2::{Digest, Sha256};
use soroban_env_host::e2e_invoke::RecordingInvocationAuthMode;
use soroban_simulation::{
    simulation::{
        simulate_extend_ttl_op, simulate_invoke_host_function_op, simulate_restore_op,
        SimulationAdjustmentConfig,
    },
    NetworkConfig,
};
use stellar_xdr::{
    AccountId, DiagnosticEvent, Hash, InvokeHostFunctionOp, LedgerEntry, LedgerKey, OperationBody,
    ScVal, SorobanAuthorizationEntry, SorobanTransactionData, TransactionEnvelope,
};

use crate::{
    frame::Frame,
    ledger::{xdr, Snapshot},
    soroban::{last_diagnostics, ledger_info},
};

/// Whether authorization is recorded or enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMode {
    /// Enforced if the operation has authorization entries, else recorded.
    Default,
    Enforce,
    Record,
    /// Recorded also where it is not asked for by the contract that is called.
    RecordAllowNonroot,
}

pub struct Request {
    pub state: Snapshot,
    pub network_id: Hash,
    /// Of the ledger in which it is thought to be applied.
    pub sequence: u32,
    pub close_time: u64,
    pub envelope: TransactionEnvelope,
    pub auth_mode: AuthMode,
    /// Instructions added to those found, if more than the usual margin.
    pub leeway: u32,
    /// Records authorization with the credentials of protocol 28.
    pub address_v2: bool,
}

#[derive(Default)]
pub struct Simulated {
    /// Nothing when it failed.
    pub transaction_data: Option<SorobanTransactionData>,
    /// Stroops.
    pub min_resource_fee: i64,
    /// Of an invocation that did not fail.
    pub result: Option<(ScVal, Vec<SorobanAuthorizationEntry>)>,
    pub events: Vec<DiagnosticEvent>,
    pub error: Option<String>,
    pub state_changes: Vec<StateChange>,
}

pub struct StateChange {
    pub key: LedgerKey,
    pub before: Option<LedgerEntry>,
    pub after: Option<LedgerEntry>,
}

/// `Err` says why the request can't be simulated at all.
pub fn simulate(request: &Request) -> Result<Simulated, String> {
    let frame = Frame::new(request.envelope.clone(), &request.network_id);
    let [operation] = frame.operations() else {
        return Err("Transaction contains more than one operation".into());
    };
    let source = frame.operation_source(operation);
    match &operation.body {
        OperationBody::InvokeHostFunction(op) => invoke(request, op, &source),
        OperationBody::ExtendFootprintTtl(op) => {
            // The library adds them without looking.
            request.sequence.checked_add(op.extend_to).ok_or("extendTo is beyond all ledgers")?;
            footprint_only(request, &frame, |config, keys, info| {
                let adjust = adjustment(request);
                simulate_extend_ttl_op(&request.state, config, &adjust, info, keys, op.extend_to)
                    .map(|result| result.transaction_data)
            })
        }
        OperationBody::RestoreFootprint(_) => {
            footprint_only(request, &frame, |config, keys, info| {
                simulate_restore_op(&request.state, config, &adjustment(request), info, keys)
                    .map(|result| result.transaction_data)
            })
        }
        _ => Err("Transaction contains unsupported operation type".into()),
    }
}

fn invoke(
    request: &Request,
    op: &InvokeHostFunctionOp,
    source: &AccountId,
) -> Result<Simulated, String> {
    let config = config(&request.state)?;
    let recording =
        |nonroot: bool| RecordingInvocationAuthMode::recording(!nonroot, request.address_v2);
    let signed = || RecordingInvocationAuthMode::Enforcing(op.auth.to_vec());
    let auth_mode = match request.auth_mode {
        AuthMode::Default if op.auth.is_empty() => recording(false),
        AuthMode::Default | AuthMode::Enforce => signed(),
        AuthMode::Record => recording(false),
        AuthMode::RecordAllowNonroot => recording(true),
    };
    let info = ledger_info(&config, &request.network_id, request.sequence, request.close_time);
    let found = simulate_invoke_host_function_op(
        Rc::new(request.state.clone()),
        &config,
        &adjustment(request),
        &info,
        op.host_function.clone(),
        auth_mode,
        source,
        seed(request),
        true,
    )
    .map_err(|error| format!("{error:#}"))?;
    let events = last_diagnostics(found.diagnostic_events);
    let value = match found.invoke_result {
        Ok(value) => value,
        Err(error) => {
            let error = Some(format!("{error:?}"));
            return Ok(Simulated { events, error, ..Simulated::default() });
        }
    };
    let changes = found.modified_entries.into_iter().filter_map(|diff| {
        let entry = diff.state_after.as_ref().or(diff.state_before.as_ref())?;
        Some(StateChange {
            key: entry.to_key(),
            before: diff.state_before,
            after: diff.state_after,
        })
    });
    Ok(Simulated {
        min_resource_fee: found.transaction_data.as_ref().map_or(0, |data| data.resource_fee),
        transaction_data: found.transaction_data,
        result: Some((value, found.auth)),
        events,
        error: None,
        state_changes: changes.collect(),
    })
}

/// Of the random numbers, nonces among them: another one for each transaction and each ledger.
fn seed(request: &Request) -> [u8; 32] {
    let digest = Sha256::new()
        .chain_update(request.network_id.0)
        .chain_update(request.sequence.to_be_bytes())
        .chain_update(xdr(&request.envelope));
    digest.finalize().into()
}

/// A simulation of an operation that has nothing but its footprint.
fn footprint_only<E: std::fmt::Display>(
    request: &Request,
    frame: &Frame,
    simulation: impl Fn(
        &NetworkConfig,
        &[LedgerKey],
        &soroban_env_host::LedgerInfo,
    ) -> Result<SorobanTransactionData, E>,
) -> Result<Simulated, String> {
    let config = config(&request.state)?;
    let data = frame.soroban_data().ok_or(
        "To perform a SimulateTransaction for ExtendFootprintTtl or RestoreFootprint operations, \
         SorobanTransactionData must be provided",
    )?;
    let footprint = &data.resources.footprint;
    let keys: Vec<_> =
        footprint.read_only.iter().chain(footprint.read_write.iter()).cloned().collect();
    let info = ledger_info(&config, &request.network_id, request.sequence, request.close_time);
    let data = simulation(&config, &keys, &info).map_err(|error| format!("{error:#}"))?;
    Ok(Simulated {
        min_resource_fee: data.resource_fee,
        transaction_data: Some(data),
        ..Simulated::default()
    })
}

fn config(state: &Snapshot) -> Result<NetworkConfig, String> {
    NetworkConfig::load_from_snapshot(state).map_err(|error| format!("{error:#}"))
}

fn adjustment(request: &Request) -> SimulationAdjustmentConfig {
    let mut adjustment = SimulationAdjustmentConfig::default_adjustment();
    let instructions = &mut adjustment.instructions;
    instructions.additive_factor = instructions.additive_factor.max(request.leeway);
    adjustment
}
