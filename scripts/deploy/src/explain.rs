//! The names of errors. A code means what the contract that returned it says in its specification, which
//! its wasm carries: so that is where the name is looked up, on the network.

use stellar_xdr::{
    ContractEventBody, ContractId, DiagnosticEvent, Hash, HostFunction, OperationBody, ScAddress,
    ScError, ScSpecEntry, ScVal, TransactionEnvelope,
};

use crate::{
    chain::{self, Chain},
    error::Error,
    val,
};

/// A Stellar asset's contract has no wasm: its errors are the host's.
const ASSET_ERRORS: [(u32, &str, &str); 14] = [
    (2, "OperationNotSupportedError", ""),
    (3, "AlreadyInitializedError", ""),
    (4, "UnauthorizedError", ""),
    (5, "AuthenticationError", "a signature is missing, or not enough weight signed"),
    (6, "AccountMissingError", "the account does not exist"),
    (7, "AccountIsNotClassic", ""),
    (8, "NegativeAmountError", ""),
    (9, "AllowanceError", "the allowance is too small or over"),
    (10, "BalanceError", "the balance is too small, or more than the trustline's limit"),
    (11, "BalanceDeauthorizedError", "the issuer has not authorized the holder"),
    (12, "OverflowError", ""),
    (13, "TrustlineMissingError", "the account needs a trustline to the asset"),
    (14, "InsufficientAccountReserve", "the account needs more XLM for another entry"),
    (15, "TooManyAccountSubentries", ""),
];

/// Of a failed simulation; `text` is the node's.
pub fn simulation(
    chain: &Chain,
    envelope: &TransactionEnvelope,
    text: &str,
    events: &[DiagnosticEvent],
) -> Error {
    let first = text.lines().next().unwrap_or_default();
    let code = first.split_once("Error(Contract, #").and_then(|(_, rest)| {
        let (digits, _) = rest.split_once(')')?;
        digits.parse().ok()
    });
    match code {
        Some(code) => contract(chain, envelope, code, text, events),
        None => Error::Simulation(text.to_string()),
    }
}

/// Of a transaction that was applied and failed.
pub fn applied(
    chain: &Chain,
    envelope: &TransactionEnvelope,
    hash: String,
    result: String,
    events: &[DiagnosticEvent],
) -> Error {
    let code = events.iter().rev().find_map(|event| {
        topics(event).iter().find_map(|topic| match topic {
            ScVal::Error(ScError::Contract(code)) => Some(*code),
            _ => None,
        })
    });
    match code {
        Some(code) => contract(chain, envelope, code, &format!("transaction {hash}"), events),
        None => Error::Failed { hash, result },
    }
}

fn contract(
    chain: &Chain,
    envelope: &TransactionEnvelope,
    code: u32,
    log: &str,
    events: &[DiagnosticEvent],
) -> Error {
    // Else the contract that was called last is most likely the one.
    let likely = events.iter().rev().filter_map(called).chain(invoked(envelope));
    let mut tried = vec![];
    for contract in refuser(events, code).into_iter().chain(likely) {
        if tried.contains(&contract) {
            continue;
        }
        // A name is a comfort: without it the code is still told.
        if let Ok(Some((name, remedy))) = name(chain, &contract, code) {
            return Error::Contract { code, name, remedy, log: log.to_string() };
        }
        tried.push(contract);
    }
    Error::Contract { code, name: String::new(), remedy: String::new(), log: log.to_string() }
}

fn name(chain: &Chain, contract: &ScAddress, code: u32) -> Result<Option<(String, String)>, Error> {
    let Some(instance) = chain.instance(contract)? else { return Ok(None) };
    let Some(hash) = chain::wasm_hash(&instance) else {
        let known = ASSET_ERRORS.iter().find(|(number, ..)| *number == code);
        return Ok(known.map(|(_, name, remedy)| (name.to_string(), remedy.to_string())));
    };
    let Some(wasm) = chain.code(hash)? else { return Ok(None) };
    let entries = soroban_spec::read::from_wasm(&wasm).unwrap_or_default();
    Ok(entries.iter().find_map(|entry| {
        let ScSpecEntry::UdtErrorEnumV0(errors) = entry else { return None };
        let case = errors.cases.iter().find(|case| case.value == code)?;
        let remedy = case.doc.to_utf8_string_lossy();
        Some((case.name.to_utf8_string_lossy(), remedy.trim_end_matches('.').to_string()))
    }))
}

/// The contract in which the error arose: the first to tell of it, unless a caller got over it and
/// returned.
fn refuser(events: &[DiagnosticEvent], code: u32) -> Option<ScAddress> {
    let mut refuser = None;
    for event in events {
        match topics(event) {
            [name, ..] if *name == val::symbol("fn_return") => refuser = None,
            [name, ScVal::Error(ScError::Contract(told)), ..]
                if *name == val::symbol("error") && *told == code && refuser.is_none() =>
            {
                refuser = event.event.contract_id.clone().map(ScAddress::Contract);
            }
            _ => {}
        }
    }
    refuser
}

/// The contract that a diagnostic event says is called.
fn called(event: &DiagnosticEvent) -> Option<ScAddress> {
    match topics(event) {
        [name, ScVal::Bytes(id), ..] if *name == val::symbol("fn_call") => {
            let id: [u8; 32] = id.to_vec().try_into().ok()?;
            Some(ScAddress::Contract(ContractId(Hash(id))))
        }
        _ => None,
    }
}

fn topics(event: &DiagnosticEvent) -> &[ScVal] {
    let ContractEventBody::V0(body) = &event.event.body;
    &body.topics
}

fn invoked(envelope: &TransactionEnvelope) -> Option<ScAddress> {
    let TransactionEnvelope::Tx(envelope) = envelope else { return None };
    match &envelope.tx.operations.first()?.body {
        OperationBody::InvokeHostFunction(invocation) => match &invocation.host_function {
            HostFunction::InvokeContract(call) => Some(call.contract_address.clone()),
            _ => None,
        },
        _ => None,
    }
}
