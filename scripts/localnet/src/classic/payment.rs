//! CreateAccount and Payment.

use stellar_xdr::{
    AccountEntry, AccountId, Asset, ContractEvent, CreateAccountOp, CreateAccountResult, Hash,
    LedgerEntryData, Memo, OperationResult, OperationResultTr, PaymentOp, PaymentResult,
    SequenceNumber, Thresholds,
};

use super::{
    balance::{add, add_to_line, is_authorized, is_valid, issuer, line, reserve},
    events,
};
use crate::{ledger::Delta, validity::first_sequence};

fn not_created(result: CreateAccountResult) -> OperationResult {
    OperationResult::OpInner(OperationResultTr::CreateAccount(result))
}

fn not_paid(result: PaymentResult) -> OperationResult {
    OperationResult::OpInner(OperationResultTr::Payment(result))
}

pub fn check_create_account(
    operation: &CreateAccountOp,
    source: &AccountId,
) -> Result<(), OperationResult> {
    if operation.starting_balance < 0 || operation.destination == *source {
        return Err(not_created(CreateAccountResult::Malformed));
    }
    Ok(())
}

pub fn create_account(
    operation: &CreateAccountOp,
    mut source: AccountEntry,
    memo: &Memo,
    delta: &mut Delta,
    network_id: &Hash,
) -> Result<Vec<ContractEvent>, OperationResult> {
    let CreateAccountOp { destination, starting_balance } = operation;
    if delta.account(destination).is_some() {
        return Err(not_created(CreateAccountResult::AlreadyExist));
    }
    let account = AccountEntry {
        account_id: destination.clone(),
        balance: *starting_balance,
        seq_num: SequenceNumber(first_sequence(delta.sequence)),
        thresholds: Thresholds([1, 0, 0, 0]),
        ..Default::default()
    };
    if *starting_balance < reserve(&account) {
        return Err(not_created(CreateAccountResult::LowReserve));
    }
    if !add(&mut source, -starting_balance) {
        return Err(not_created(CreateAccountResult::Underfunded));
    }
    let to = destination.clone().into();
    let from = &source.account_id.clone();
    delta.put(LedgerEntryData::Account(source));
    delta.put(LedgerEntryData::Account(account));
    Ok(vec![events::moved(network_id, &Asset::Native, from, &to, memo, *starting_balance)])
}

pub fn check(operation: &PaymentOp) -> Result<(), OperationResult> {
    if operation.amount <= 0 || !is_valid(&operation.asset) {
        return Err(not_paid(PaymentResult::Malformed));
    }
    Ok(())
}

pub fn apply(
    operation: &PaymentOp,
    source: &AccountId,
    memo: &Memo,
    delta: &mut Delta,
    network_id: &Hash,
) -> Result<Vec<ContractEvent>, OperationResult> {
    let PaymentOp { destination, asset, amount } = operation;
    let to = &destination.clone().account_id();
    // The native asset to oneself moves nothing, and is not even asked for.
    if *asset != Asset::Native || source != to {
        // What is issued can always go back, even to an issuer whose account is gone.
        if issuer(asset) != Some(to) && delta.account(to).is_none() {
            return Err(not_paid(PaymentResult::NoDestination));
        }
        receive(delta, to, asset, *amount).map_err(not_paid)?;
        spend(delta, source, asset, *amount).map_err(not_paid)?;
    }
    Ok(vec![events::moved(network_id, asset, source, destination, memo, *amount)])
}

fn receive(
    delta: &mut Delta,
    to: &AccountId,
    asset: &Asset,
    amount: i64,
) -> Result<(), PaymentResult> {
    if *asset == Asset::Native {
        let mut account = delta.account(to).ok_or(PaymentResult::NoDestination)?;
        if !add(&mut account, amount) {
            return Err(PaymentResult::LineFull);
        }
        delta.put(LedgerEntryData::Account(account));
    } else if issuer(asset) != Some(to) {
        let mut line = line(delta, to, asset).ok_or(PaymentResult::NoTrust)?;
        if !is_authorized(&line) {
            return Err(PaymentResult::NotAuthorized);
        }
        if !add_to_line(&mut line, amount) {
            return Err(PaymentResult::LineFull);
        }
        delta.put(LedgerEntryData::Trustline(line));
    }
    Ok(())
}

fn spend(
    delta: &mut Delta,
    from: &AccountId,
    asset: &Asset,
    amount: i64,
) -> Result<(), PaymentResult> {
    if *asset == Asset::Native {
        let mut account = delta.account(from).ok_or(PaymentResult::Malformed)?;
        if !add(&mut account, -amount) {
            return Err(PaymentResult::Underfunded);
        }
        delta.put(LedgerEntryData::Account(account));
    } else if issuer(asset) != Some(from) {
        let mut line = line(delta, from, asset).ok_or(PaymentResult::SrcNoTrust)?;
        if !is_authorized(&line) {
            return Err(PaymentResult::SrcNotAuthorized);
        }
        if !add_to_line(&mut line, -amount) {
            return Err(PaymentResult::Underfunded);
        }
        delta.put(LedgerEntryData::Trustline(line));
    }
    Ok(())
}
