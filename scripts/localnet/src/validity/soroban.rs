//! What a transaction declares for a contract's invocation, against the network's limits and fees.

use std::collections::BTreeSet;

use soroban_env_host::fees::compute_transaction_resource_fee;
use stellar_xdr::{
    AccountId, Asset, ContractIdPreimage, CreateContractArgs, CreateContractArgsV2,
    ExtendFootprintTtlResult, HostFunction, InvokeHostFunctionResult, LedgerKey, Memo,
    MuxedAccount, Operation, OperationBody, OperationResult, OperationResultTr,
    RestoreFootprintResult, SorobanTransactionData, TransactionResultResult as Code,
    TrustLineAsset,
};

use super::At;
use crate::{
    classic,
    frame::Frame,
    ledger::xdr,
    settings::Settings,
    soroban::{archived, has_ttl, is_temporary, transaction_resources},
};

pub fn check_transaction(frame: &Frame, at: &At) -> Result<(), Code> {
    let Some(data) = frame.soroban_data() else { return Err(Code::TxMalformed) };
    // A fee bump pays for the resources, however little the inner transaction bids.
    let covered = frame.is_fee_bump() || data.resource_fee <= frame.fee_bid();
    let valid = is_without_memo(frame)
        && is_within_limits(frame, data, at.settings)
        && covered
        && data.resource_fee >= min_resource_fee(frame, at)
        && has_no_duplicates(data);
    if valid {
        Ok(())
    } else {
        Err(Code::TxSorobanInvalid)
    }
}

/// Contracts see neither a memo nor a muxed sender; whoever relied on one would be misled.
fn is_without_memo(frame: &Frame) -> bool {
    let transaction = frame.transaction();
    let is_muxed = |account: &MuxedAccount| matches!(account, MuxedAccount::MuxedEd25519(_));
    let invokes =
        |operation: &Operation| matches!(operation.body, OperationBody::InvokeHostFunction(_));
    !frame.operations().iter().any(|operation| {
        invokes(operation)
            && (transaction.memo != Memo::None
                || is_muxed(&transaction.source_account)
                || operation.source_account.as_ref().is_some_and(is_muxed))
    })
}

fn is_within_limits(frame: &Frame, data: &SorobanTransactionData, settings: &Settings) -> bool {
    let resources = &data.resources;
    let footprint = &resources.footprint;
    let limits = &settings.ledger_cost;
    let keys = || footprint.read_only.iter().chain(footprint.read_write.iter());
    i64::from(resources.instructions) <= settings.compute.tx_max_instructions
        && resources.disk_read_bytes <= limits.tx_max_disk_read_bytes
        && resources.write_bytes <= limits.tx_max_write_bytes
        && keys().count() <= settings.ledger_cost_ext.tx_max_footprint_entries as usize
        && frame.disk_reads() <= limits.tx_max_disk_read_entries as usize
        && footprint.read_write.len() <= limits.tx_max_write_ledger_entries as usize
        && keys().all(|key| is_key_allowed(key, settings.max_data_key_size))
        && frame.size() <= settings.bandwidth.tx_max_size_bytes
        && restores_what_can_be_restored(data)
}

fn is_key_allowed(key: &LedgerKey, max_size: u32) -> bool {
    let kind = match key {
        LedgerKey::Account(_) | LedgerKey::ContractData(_) | LedgerKey::ContractCode(_) => true,
        LedgerKey::Trustline(line) => is_line_possible(&line.account_id, &line.asset),
        _ => false,
    };
    kind && xdr(key).len() <= max_size as usize
}

/// An issuer holds its own asset without limit, hence without a trustline.
fn is_line_possible(account: &AccountId, asset: &TrustLineAsset) -> bool {
    let asset = match asset.clone() {
        TrustLineAsset::Native => return false,
        TrustLineAsset::PoolShare(_) => return true,
        TrustLineAsset::CreditAlphanum4(asset) => Asset::CreditAlphanum4(asset),
        TrustLineAsset::CreditAlphanum12(asset) => Asset::CreditAlphanum12(asset),
    };
    classic::is_valid(&asset) && classic::issuer(&asset) != Some(account)
}

/// The places of archived entries ascend, and are those of persistent entries.
fn restores_what_can_be_restored(data: &SorobanTransactionData) -> bool {
    let places = archived(data);
    let keys = &data.resources.footprint.read_write;
    places.windows(2).all(|pair| pair[0] < pair[1])
        && places.iter().all(|&place| keys.get(place as usize).is_some_and(is_persistent))
}

fn is_persistent(key: &LedgerKey) -> bool {
    has_ttl(key) && !is_temporary(key)
}

/// What is charged whatever the invocation does.
fn min_resource_fee(frame: &Frame, at: &At) -> i64 {
    let resources = transaction_resources(frame, 0);
    let (fixed, refundable) =
        compute_transaction_resource_fee(&resources, &at.config.fee_configuration);
    fixed.saturating_add(refundable)
}

fn has_no_duplicates(data: &SorobanTransactionData) -> bool {
    let footprint = &data.resources.footprint;
    let mut seen = BTreeSet::new();
    footprint.read_only.iter().chain(footprint.read_write.iter()).all(|key| seen.insert(key))
}

pub fn check_operation(
    operation: &Operation,
    data: &SorobanTransactionData,
    settings: &Settings,
) -> Result<(), OperationResult> {
    let footprint = &data.resources.footprint;
    let malformed = match &operation.body {
        OperationBody::InvokeHostFunction(operation) => {
            (!is_function_allowed(&operation.host_function, settings)).then_some(
                OperationResultTr::InvokeHostFunction(InvokeHostFunctionResult::Malformed),
            )
        }
        OperationBody::ExtendFootprintTtl(operation) => {
            let valid = footprint.read_write.is_empty()
                && footprint.read_only.iter().all(has_ttl)
                && operation.extend_to < settings.archival.max_entry_ttl;
            (!valid).then_some(OperationResultTr::ExtendFootprintTtl(
                ExtendFootprintTtlResult::Malformed,
            ))
        }
        OperationBody::RestoreFootprint(_) => {
            let valid =
                footprint.read_only.is_empty() && footprint.read_write.iter().all(is_persistent);
            (!valid)
                .then_some(OperationResultTr::RestoreFootprint(RestoreFootprintResult::Malformed))
        }
        _ => return Err(OperationResult::OpNotSupported),
    };
    malformed.map_or(Ok(()), |result| Err(OperationResult::OpInner(result)))
}

fn is_function_allowed(function: &HostFunction, settings: &Settings) -> bool {
    match function {
        HostFunction::InvokeContract(_) => true,
        HostFunction::UploadContractWasm(wasm) => wasm.len() <= settings.max_contract_size as usize,
        HostFunction::CreateContract(CreateContractArgs { contract_id_preimage, .. })
        | HostFunction::CreateContractV2(CreateContractArgsV2 { contract_id_preimage, .. }) => {
            !matches!(contract_id_preimage, ContractIdPreimage::Asset(asset)
                if !classic::is_valid(asset))
        }
    }
}
