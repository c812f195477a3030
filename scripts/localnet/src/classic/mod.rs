//! The classic operations that a wallet needs beside contracts, as stellar-core applies them at this
//! protocol. Every other one is refused by name.

#![allow(clippy::result_large_err, reason = "results are what the network reports")]

mod balance;
mod events;
mod options;
mod payment;
mod trust;

use stellar_xdr::{
    AccountId, ChangeTrustResult, ClawbackResult, ContractEvent, CreateAccountResult, Operation,
    OperationBody, OperationResult, OperationResultTr, PaymentResult, SetOptionsResult,
    SetTrustLineFlagsResult,
};

pub use self::{
    balance::{available, is_valid, issuer, reserve},
    events::{contract_id, fee_event},
    options::{extension_v2, remove_signer},
};
use crate::{frame::Frame, ledger::Delta, validity::At};

/// What an operation did, beside its changes.
#[derive(Debug)]
pub struct Outcome {
    pub result: OperationResult,
    pub events: Vec<ContractEvent>,
}

/// Whether an operation makes sense, whatever the ledger holds.
pub fn check(operation: &Operation, source: &AccountId) -> Result<(), OperationResult> {
    use OperationBody as Body;
    match &operation.body {
        Body::CreateAccount(operation) => payment::check_create_account(operation, source),
        Body::Payment(operation) => payment::check(operation),
        Body::SetOptions(operation) => options::check(operation, source),
        Body::ChangeTrust(operation) => trust::check_change(operation, source),
        Body::SetTrustLineFlags(operation) => trust::check_flags(operation, source),
        Body::Clawback(operation) => trust::check_clawback(operation, source),
        _ => Err(OperationResult::OpNotSupported),
    }
}

/// Changes nothing if it fails.
pub fn apply(frame: &Frame, operation: &Operation, delta: &mut Delta, at: &At) -> Outcome {
    let mut child = delta.child();
    match try_apply(frame, operation, &mut child, at) {
        Ok(events) => {
            let changes = child.into_changes();
            delta.take_over(changes);
            Outcome { result: success(operation), events }
        }
        Err(result) => Outcome { result, events: vec![] },
    }
}

fn try_apply(
    frame: &Frame,
    operation: &Operation,
    delta: &mut Delta,
    at: &At,
) -> Result<Vec<ContractEvent>, OperationResult> {
    use OperationBody as Body;
    let source = &frame.operation_source(operation);
    // An operation before this one may have changed much, but cannot have made it valid.
    let account = delta.account(source).ok_or(OperationResult::OpNoAccount)?;
    check(operation, source)?;
    let memo = &frame.transaction().memo;
    let network_id = at.network_id;
    match &operation.body {
        Body::CreateAccount(operation) => {
            payment::create_account(operation, account, memo, delta, network_id)
        }
        Body::Payment(operation) => payment::apply(operation, source, memo, delta, network_id),
        Body::SetOptions(operation) => options::apply(operation, account, delta),
        Body::ChangeTrust(operation) => trust::change(operation, account, delta),
        Body::SetTrustLineFlags(operation) => {
            trust::set_flags(operation, &account, delta, network_id)
        }
        Body::Clawback(operation) => trust::clawback(operation, delta, network_id),
        _ => Err(OperationResult::OpNotSupported),
    }
}

/// What an operation reports that went well.
pub fn success(operation: &Operation) -> OperationResult {
    use OperationBody as Body;
    use OperationResultTr as Tr;
    OperationResult::OpInner(match &operation.body {
        Body::CreateAccount(_) => Tr::CreateAccount(CreateAccountResult::Success),
        Body::Payment(_) => Tr::Payment(PaymentResult::Success),
        Body::SetOptions(_) => Tr::SetOptions(SetOptionsResult::Success),
        Body::ChangeTrust(_) => Tr::ChangeTrust(ChangeTrustResult::Success),
        Body::SetTrustLineFlags(_) => Tr::SetTrustLineFlags(SetTrustLineFlagsResult::Success),
        Body::Clawback(_) => Tr::Clawback(ClawbackResult::Success),
        _ => return OperationResult::OpNotSupported,
    })
}
