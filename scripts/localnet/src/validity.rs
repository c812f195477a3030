//! What a transaction must fulfil before it may wait, and again when it is applied, with the result that
//! stellar-core gives otherwise.

#![allow(clippy::result_large_err, reason = "results are what the network reports")]

mod signatures;
mod soroban;

use std::collections::BTreeSet;

use soroban_simulation::NetworkConfig;
use stellar_xdr::{
    AccountEntry, AccountEntryExt, AccountEntryExtensionV1Ext, AccountEntryExtensionV2Ext,
    AccountEntryExtensionV3, AccountId, ChangeTrustResult, ClawbackResult, CreateAccountResult,
    ExtendFootprintTtlResult, ExtensionPoint, Hash, InvokeHostFunctionResult, LedgerBounds,
    LedgerEntryData, Operation, OperationBody, OperationResult, OperationResultTr, PaymentResult,
    Preconditions, PreconditionsV2, RestoreFootprintResult, SequenceNumber, SetOptionsResult,
    SetTrustLineFlagsResult, SignerKey, TimeBounds, TimePoint, TransactionExt, TransactionResult,
    TransactionResultExt, TransactionResultResult as Code, Uint256,
};

use self::signatures::Signatures;
use crate::{
    apply, classic,
    frame::{is_soroban, Frame},
    ledger::Delta,
    settings::{Settings, BASE_FEE},
};

/// In what ledger a transaction is applied, or may be applied at the earliest.
#[derive(Clone, Copy)]
pub struct At<'a> {
    pub network_id: &'a Hash,
    pub settings: &'a Settings,
    pub config: &'a NetworkConfig,
    pub sequence: u32,
    /// Unix seconds; before it is known, that of the ledger before.
    pub close_time: u64,
}

/// Whether the transaction may wait for the ledger.
pub fn check(frame: &Frame, delta: &Delta, at: &At) -> Result<(), TransactionResult> {
    if !has_possible_fee(frame) {
        return Err(TransactionResult { fee_charged: 0, ..report(frame, Code::TxMalformed) });
    }
    check_fee_bump(frame, delta)?;
    check_inner(frame, delta, at).map_err(|code| apply::result(frame, needed_fee(frame), code))
}

/// What the queue says of a fee that the account has not beside those of its other transactions.
pub fn cannot_pay(frame: &Frame) -> TransactionResult {
    TransactionResult { fee_charged: 0, ..report(frame, Code::TxInsufficientBalance) }
}

/// Stroops that an account may spend; nothing if there is none.
pub fn available(delta: &Delta, account: &AccountId) -> i64 {
    delta.account(account).map_or(0, |account| classic::available(&account))
}

pub fn is_success(result: &OperationResult) -> bool {
    use OperationResultTr as Tr;
    let OperationResult::OpInner(result) = result else { return false };
    matches!(
        result,
        Tr::CreateAccount(CreateAccountResult::Success)
            | Tr::Payment(PaymentResult::Success)
            | Tr::SetOptions(SetOptionsResult::Success)
            | Tr::ChangeTrust(ChangeTrustResult::Success)
            | Tr::SetTrustLineFlags(SetTrustLineFlagsResult::Success)
            | Tr::Clawback(ClawbackResult::Success)
            | Tr::InvokeHostFunction(InvokeHostFunctionResult::Success(_))
            | Tr::ExtendFootprintTtl(ExtendFootprintTtlResult::Success)
            | Tr::RestoreFootprint(RestoreFootprintResult::Success)
    )
}

/// The outermost transaction's own result.
fn report(frame: &Frame, code: Code) -> TransactionResult {
    TransactionResult {
        fee_charged: needed_fee(frame),
        result: code,
        ext: TransactionResultExt::V0,
    }
}

/// What the network would have charged; refusals tell it.
fn needed_fee(frame: &Frame) -> i64 {
    frame.resource_fee().saturating_add(frame.min_inclusion_fee(BASE_FEE))
}

/// Takes the fee, or what the account still has, and returns it. The reserve is no obstacle: whether it
/// suffices is checked before.
pub fn charge_fee(frame: &Frame, delta: &mut Delta, base_fee: u32) -> i64 {
    let Some(mut account) = delta.account(&frame.fee_source()) else { return 0 };
    let inclusion = frame.inclusion_fee().min(frame.min_inclusion_fee(base_fee));
    let fee = frame.resource_fee().saturating_add(inclusion).min(account.balance).max(0);
    account.balance -= fee;
    delta.put(LedgerEntryData::Account(account));
    fee
}

/// Checks again while the ledger is being closed, and uses the sequence number and the one-time signers up,
/// unless the sequence number itself is wrong. The code is that of the inner transaction.
pub fn begin(frame: &Frame, delta: &mut Delta, at: &At) -> Result<(), Code> {
    if frame.is_fee_bump() {
        remove_one_time_signer(delta, &frame.fee_source(), &frame.hash);
    }
    let mut signatures = Signatures::new(&frame.inner_hash, frame.signatures());
    let checked = check_structure(frame, delta, at)
        .and_then(|account| check_sequence(frame, &account, at).map(|()| account));
    let checked = checked.and_then(|account| {
        let checked = check_source(frame, &account, at, &mut signatures);
        use_sequence(frame, account, delta, at);
        checked
    });
    let checked = checked.and_then(|()| check_operation_signatures(frame, delta, &mut signatures));
    for source in sources(frame) {
        remove_one_time_signer(delta, &source, &frame.inner_hash);
    }
    checked.and_then(|()| check_all_used(&signatures))
}

/// The sequence number with which an account starts that is created in this ledger.
pub fn first_sequence(ledger: u32) -> i64 {
    i64::from(ledger) << 32
}

fn has_possible_fee(frame: &Frame) -> bool {
    /// No transaction may declare more, about 112 million XLM.
    const MAX_RESOURCE_FEE: i64 = 1 << 50;
    let possible = match frame.soroban_data() {
        Some(data) => (0..=MAX_RESOURCE_FEE).contains(&data.resource_fee),
        None => !frame.is_soroban(),
    };
    possible && frame.fee_bid() >= 0
}

fn check_fee_bump(frame: &Frame, delta: &Delta) -> Result<(), TransactionResult> {
    let Some((_, signatures)) = frame.fee_bump() else { return Ok(()) };
    let min_fee = frame.min_inclusion_fee(BASE_FEE);
    if frame.inclusion_fee() < min_fee {
        return Err(report(frame, Code::TxInsufficientFee));
    }
    // An inner bid that does not even cover its own resources is negative, and always outbid.
    let inner_min_fee = i128::from(frame.inner_min_inclusion_fee(BASE_FEE));
    let outbid = i128::from(frame.inner_inclusion_fee()) * i128::from(min_fee);
    if i128::from(frame.inclusion_fee()) * inner_min_fee < outbid {
        let needed = (outbid + inner_min_fee - 1) / inner_min_fee;
        let fee_charged = i64::try_from(needed).unwrap_or(i64::MAX);
        let result = report(frame, Code::TxInsufficientFee);
        return Err(TransactionResult { fee_charged, ..result });
    }
    let Some(account) = delta.account(&frame.fee_source()) else {
        return Err(report(frame, Code::TxNoAccount));
    };
    let mut signatures = Signatures::new(&frame.hash, signatures);
    if !signatures.weigh_account(&account, Level::Low) {
        return Err(report(frame, Code::TxBadAuth));
    }
    if classic::available(&account) < frame.fee_bid() {
        return Err(report(frame, Code::TxInsufficientBalance));
    }
    if !signatures.all_used() {
        return Err(report(frame, Code::TxBadAuthExtra));
    }
    Ok(())
}

fn check_inner(frame: &Frame, delta: &Delta, at: &At) -> Result<(), Code> {
    let mut signatures = Signatures::new(&frame.inner_hash, frame.signatures());
    let account = check_structure(frame, delta, at)?;
    check_sequence(frame, &account, at)?;
    check_source(frame, &account, at, &mut signatures)?;
    if !frame.is_fee_bump() && classic::available(&account) < frame.fee_bid() {
        return Err(Code::TxInsufficientBalance);
    }
    for (place, operation) in frame.operations().iter().enumerate() {
        check_operation(frame, operation, delta, at, &mut signatures)
            .map_err(|result| failed(frame, [(place, result)]))?;
    }
    check_all_used(&signatures)
}

fn check_all_used(signatures: &Signatures) -> Result<(), Code> {
    if signatures.all_used() {
        Ok(())
    } else {
        Err(Code::TxBadAuthExtra)
    }
}

/// All that does not depend on the state of the source account, which it returns.
fn check_structure(frame: &Frame, delta: &Delta, at: &At) -> Result<AccountEntry, Code> {
    if let Some(PreconditionsV2 { extra_signers, .. }) = preconditions(frame) {
        let is_empty = |signer: &SignerKey| match signer {
            SignerKey::Ed25519SignedPayload(signed) => signed.payload.is_empty(),
            _ => false,
        };
        let twice = extra_signers.len() == 2 && extra_signers[0] == extra_signers[1];
        if twice || extra_signers.iter().any(is_empty) {
            return Err(Code::TxMalformed);
        }
    }
    let operations = frame.operations();
    if operations.is_empty() {
        return Err(Code::TxMissingOperation);
    }
    if operations.len() > 1 && operations.iter().any(is_soroban) {
        return Err(Code::TxMalformed);
    }
    if frame.is_soroban() {
        soroban::check_transaction(frame, at)?;
    } else if frame.transaction().ext != TransactionExt::V0 {
        return Err(Code::TxMalformed);
    }
    check_bounds(frame, at)?;
    if !frame.is_fee_bump() && frame.inclusion_fee() < frame.min_inclusion_fee(BASE_FEE) {
        return Err(Code::TxInsufficientFee);
    }
    delta.account(&frame.source()).ok_or(Code::TxNoAccount)
}

fn preconditions(frame: &Frame) -> Option<&PreconditionsV2> {
    match &frame.transaction().cond {
        Preconditions::V2(conditions) => Some(conditions),
        Preconditions::None | Preconditions::Time(_) => None,
    }
}

/// Zero is no bound.
fn check_bounds(frame: &Frame, at: &At) -> Result<(), Code> {
    let (times, ledgers) = match &frame.transaction().cond {
        Preconditions::None => (None, None),
        Preconditions::Time(times) => (Some(times), None),
        Preconditions::V2(conditions) => {
            (conditions.time_bounds.as_ref(), conditions.ledger_bounds.as_ref())
        }
    };
    let times = times.map(|TimeBounds { min_time, max_time }| (min_time.0, max_time.0));
    let (min_time, max_time) = times.unwrap_or((0, 0));
    let ledgers = ledgers.map(|LedgerBounds { min_ledger, max_ledger }| (*min_ledger, *max_ledger));
    let (min_ledger, max_ledger) = ledgers.unwrap_or((0, 0));
    if min_time > at.close_time || min_ledger > at.sequence {
        return Err(Code::TxTooEarly);
    }
    // The last second is allowed, the last ledger is not.
    if (max_time != 0 && max_time < at.close_time) || (max_ledger != 0 && max_ledger <= at.sequence)
    {
        return Err(Code::TxTooLate);
    }
    Ok(())
}

fn check_sequence(frame: &Frame, account: &AccountEntry, at: &At) -> Result<(), Code> {
    let SequenceNumber(used) = account.seq_num;
    let SequenceNumber(wanted) = frame.transaction().seq_num;
    let follows = match preconditions(frame).and_then(|conditions| conditions.min_seq_num.clone()) {
        Some(SequenceNumber(least)) => (least..wanted).contains(&used),
        None => used.checked_add(1) == Some(wanted),
    };
    // An account that is created in this ledger must not find its first number used already.
    if !follows || wanted == first_sequence(at.sequence) {
        return Err(Code::TxBadSeq);
    }
    Ok(())
}

/// How long the sequence number must have stood, and who must have signed for the transaction itself.
fn check_source(
    frame: &Frame,
    account: &AccountEntry,
    at: &At,
    signatures: &mut Signatures,
) -> Result<(), Code> {
    let conditions = preconditions(frame);
    let (ledger, time) = sequence_used(account);
    let (gap, age) = conditions.map_or((0, 0), |c| (c.min_seq_ledger_gap, c.min_seq_age.0));
    let old_enough = at.close_time.checked_sub(age).is_some_and(|latest| latest >= time)
        && at.sequence.checked_sub(gap).is_some_and(|latest| latest >= ledger);
    if !old_enough {
        return Err(Code::TxBadMinSeqAgeOrGap);
    }
    let extra = conditions.map_or(&[][..], |conditions| &conditions.extra_signers);
    if !signatures.weigh_account(account, Level::Low) || !signatures.all_signed(extra) {
        return Err(Code::TxBadAuth);
    }
    Ok(())
}

/// In which ledger and when the sequence number was last changed.
fn sequence_used(account: &AccountEntry) -> (u32, u64) {
    if let AccountEntryExt::V1(v1) = &account.ext {
        if let AccountEntryExtensionV1Ext::V2(v2) = &v1.ext {
            if let AccountEntryExtensionV2Ext::V3(v3) = &v2.ext {
                return (v3.seq_ledger, v3.seq_time.0);
            }
        }
    }
    (0, 0)
}

fn use_sequence(frame: &Frame, mut account: AccountEntry, delta: &mut Delta, at: &At) {
    account.seq_num = frame.transaction().seq_num.clone();
    classic::extension_v2(&mut account).ext =
        AccountEntryExtensionV2Ext::V3(AccountEntryExtensionV3 {
            ext: ExtensionPoint::V0,
            seq_ledger: at.sequence,
            seq_time: TimePoint(at.close_time),
        });
    delta.put(LedgerEntryData::Account(account));
}

fn check_operation(
    frame: &Frame,
    operation: &Operation,
    delta: &Delta,
    at: &At,
    signatures: &mut Signatures,
) -> Result<(), OperationResult> {
    let source = frame.operation_source(operation);
    let valid = match frame.soroban_data() {
        Some(data) => soroban::check_operation(operation, data, at.settings),
        None => classic::check(operation, &source),
    };
    if valid == Err(OperationResult::OpNotSupported) {
        return valid;
    }
    check_signature(frame, operation, delta, signatures)?;
    valid
}

fn check_signature(
    frame: &Frame,
    operation: &Operation,
    delta: &Delta,
    signatures: &mut Signatures,
) -> Result<(), OperationResult> {
    let source = frame.operation_source(operation);
    let signed = match delta.account(&source) {
        Some(account) => signatures.weigh_account(&account, Level::of(operation)),
        // An operation before this one may create the account.
        None if operation.source_account.is_some() => signatures.weigh_key(&source),
        None => return Err(OperationResult::OpNoAccount),
    };
    if signed {
        Ok(())
    } else {
        Err(OperationResult::OpBadAuth)
    }
}

fn check_operation_signatures(
    frame: &Frame,
    delta: &Delta,
    signatures: &mut Signatures,
) -> Result<(), Code> {
    let mut failures = vec![];
    for (place, operation) in frame.operations().iter().enumerate() {
        if let Err(result) = check_signature(frame, operation, delta, signatures) {
            failures.push((place, result));
        }
    }
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failed(frame, failures))
    }
}

/// Operations that were not looked at are reported like ones that went well.
fn failed(frame: &Frame, failures: impl IntoIterator<Item = (usize, OperationResult)>) -> Code {
    let mut results: Vec<_> = frame.operations().iter().map(unchecked).collect();
    for (place, result) in failures {
        results[place] = result;
    }
    Code::TxFailed(results.try_into().expect("as many as operations"))
}

fn unchecked(operation: &Operation) -> OperationResult {
    use OperationResultTr as Tr;
    OperationResult::OpInner(match &operation.body {
        OperationBody::InvokeHostFunction(_) => {
            Tr::InvokeHostFunction(InvokeHostFunctionResult::default())
        }
        OperationBody::ExtendFootprintTtl(_) => Tr::ExtendFootprintTtl(Default::default()),
        OperationBody::RestoreFootprint(_) => Tr::RestoreFootprint(Default::default()),
        _ => return classic::success(operation),
    })
}

/// What must be signed for with how much weight.
#[derive(Clone, Copy)]
enum Level {
    Low = 1,
    Medium = 2,
    High = 3,
}

impl Level {
    fn of(operation: &Operation) -> Level {
        match &operation.body {
            OperationBody::SetTrustLineFlags(_)
            | OperationBody::ExtendFootprintTtl(_)
            | OperationBody::RestoreFootprint(_) => Level::Low,
            OperationBody::SetOptions(options) => {
                let weights = [
                    options.master_weight,
                    options.low_threshold,
                    options.med_threshold,
                    options.high_threshold,
                ];
                let changes_control =
                    weights.iter().any(Option::is_some) || options.signer.is_some();
                if changes_control {
                    Level::High
                } else {
                    Level::Medium
                }
            }
            _ => Level::Medium,
        }
    }

    fn needed(self, account: &AccountEntry) -> u32 {
        account.thresholds.0[self as usize].into()
    }
}

fn sources(frame: &Frame) -> BTreeSet<AccountId> {
    let operations = frame.operations().iter().map(|operation| frame.operation_source(operation));
    operations.chain([frame.source()]).collect()
}

/// Of what was signed for by its hash alone: that will not come again.
fn remove_one_time_signer(delta: &mut Delta, account: &AccountId, hash: &Hash) {
    let key = SignerKey::PreAuthTx(Uint256(hash.0));
    let Some(mut account) = delta.account(account) else { return };
    if account.signers.iter().any(|signer| signer.key == key) {
        classic::remove_signer(&mut account, &key);
        delta.put(LedgerEntryData::Account(account));
    }
}
