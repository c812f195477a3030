//! Applying the transactions of a ledger: all fees first, then one transaction after another, then the
//! refunds, as core does it.

use sha2::{Digest, Sha256};
use stellar_xdr::{
    AccountId, ContractEvent, DiagnosticEvent, ExtensionPoint, Hash, InnerTransactionResult,
    InnerTransactionResultExt, InnerTransactionResultPair, InnerTransactionResultResult,
    LedgerEntryChange, LedgerEntryChanges, LedgerEntryData, OperationBody, OperationMetaV2,
    OperationResult, SorobanTransactionMetaExt, SorobanTransactionMetaExtV1,
    SorobanTransactionMetaV2, TransactionEvent, TransactionEventStage, TransactionMeta,
    TransactionMetaV4, TransactionResult, TransactionResultExt, TransactionResultResult,
};

use crate::{
    classic,
    frame::Frame,
    ledger::Delta,
    node::Transacted,
    settings::{Settings, BASE_FEE, MAX_TX_SET_SIZE},
    soroban::{self, Context, Effect},
    validity,
};

/// What a ledger can still take.
pub struct Room<'a> {
    settings: &'a Settings,
    operations: u64,
    transactions: u64,
    instructions: u64,
    read_entries: u64,
    read_bytes: u64,
    write_entries: u64,
    write_bytes: u64,
    size: u64,
}

impl Room<'_> {
    pub fn new(settings: &Settings) -> Room<'_> {
        Room {
            settings,
            operations: 0,
            transactions: 0,
            instructions: 0,
            read_entries: 0,
            read_bytes: 0,
            write_entries: 0,
            write_bytes: 0,
            size: 0,
        }
    }

    /// Whether the transaction still fits; counts it if so.
    pub fn takes(&mut self, frame: &Frame) -> bool {
        if !frame.is_soroban() {
            let operations = self.operations + frame.operations().len() as u64;
            let fits = operations <= u64::from(MAX_TX_SET_SIZE);
            if fits {
                self.operations = operations;
            }
            return fits;
        }
        let resources = soroban::transaction_resources(frame, 0);
        let cost = &self.settings.ledger_cost;
        let counts = [
            (&mut self.transactions, 1, self.settings.lanes.ledger_max_tx_count),
            (
                &mut self.read_entries,
                resources.disk_read_entries,
                cost.ledger_max_disk_read_entries,
            ),
            (&mut self.read_bytes, resources.disk_read_bytes, cost.ledger_max_disk_read_bytes),
            (
                &mut self.write_entries,
                resources.write_entries,
                cost.ledger_max_write_ledger_entries,
            ),
            (&mut self.write_bytes, resources.write_bytes, cost.ledger_max_write_bytes),
            (&mut self.size, frame.size(), self.settings.bandwidth.ledger_max_txs_size_bytes),
            (
                &mut self.instructions,
                resources.instructions,
                u32::try_from(self.settings.compute.ledger_max_instructions).unwrap_or(u32::MAX),
            ),
        ];
        let fits =
            counts.iter().all(|(used, more, most)| **used + u64::from(*more) <= u64::from(*most));
        if fits {
            for (used, more, _) in counts {
                *used += u64::from(more);
            }
        }
        fits
    }
}

/// A transaction between its fee and its refund.
struct Pending {
    hash: Hash,
    fee_source: AccountId,
    fee_charged: i64,
    fee_changes: LedgerEntryChanges,
    /// Of Soroban transactions.
    refund: i64,
}

pub fn all(
    frames: &[Frame],
    set_hash: &Hash,
    delta: &mut Delta,
    context: &Context,
) -> Vec<Transacted> {
    let mut charged = vec![];
    for frame in frames {
        let mut fees = delta.child();
        let fee_charged = validity::charge_fee(frame, &mut fees, BASE_FEE);
        let fee_changes = changes(&fees);
        let fees = fees.into_changes();
        delta.take_over(fees);
        charged.push((fee_charged, fee_changes));
    }
    let mut applied = vec![];
    for (index, (frame, (fee_charged, fee_changes))) in frames.iter().zip(charged).enumerate() {
        let mut pending = Pending {
            hash: frame.hash.clone(),
            fee_source: frame.fee_source(),
            fee_charged,
            fee_changes,
            refund: 0,
        };
        let seed =
            Sha256::new().chain_update(set_hash.0).chain_update((index as u64).to_be_bytes());
        let (code, meta) = one(frame, seed.finalize().into(), &mut pending, delta, context);
        applied.push((pending, frame, code, meta));
    }
    let mut transacted = vec![];
    for (pending, frame, code, meta) in applied {
        let mut refund = delta.child();
        if pending.refund > 0 {
            if let Some(mut account) = refund.account(&pending.fee_source) {
                account.balance = account.balance.saturating_add(pending.refund);
                refund.put(LedgerEntryData::Account(account));
            }
        }
        let refund_changes = changes(&refund);
        let refund = refund.into_changes();
        delta.take_over(refund);
        transacted.push(Transacted {
            hash: pending.hash,
            envelope: frame.envelope.clone(),
            result: result(frame, pending.fee_charged - pending.refund, code),
            fee_changes: pending.fee_changes,
            meta: TransactionMeta::V4(meta),
            refund_changes,
        });
    }
    transacted
}

fn one(
    frame: &Frame,
    seed: [u8; 32],
    pending: &mut Pending,
    delta: &mut Delta,
    context: &Context,
) -> (TransactionResultResult, TransactionMetaV4) {
    let mut before = delta.child();
    let begun = validity::begin(frame, &mut before, &context.at);
    let tx_changes_before = changes(&before);
    let before = before.into_changes();
    delta.take_over(before);

    let mut done = Done::default();
    let code = match begun {
        Err(code) => code,
        Ok(()) => operations(frame, seed, delta, context, &mut done),
    };
    let split = frame.is_soroban().then(|| soroban::split_fee(frame, context.at.config));
    let soroban_meta = split.map(|(fixed, most)| {
        pending.refund = (most - done.refundable_fee).clamp(0, pending.fee_charged);
        let ext = SorobanTransactionMetaExt::V1(SorobanTransactionMetaExtV1 {
            ext: ExtensionPoint::V0,
            total_non_refundable_resource_fee_charged: fixed,
            total_refundable_resource_fee_charged: done.refundable_fee,
            rent_fee_charged: done.rent_fee,
        });
        SorobanTransactionMetaV2 { ext, return_value: done.value.take() }
    });
    let fees = [
        (TransactionEventStage::BeforeAllTxs, pending.fee_charged),
        (TransactionEventStage::AfterAllTxs, -pending.refund),
    ];
    let events = fees.into_iter().filter(|(_, amount)| *amount != 0).map(|(stage, amount)| {
        let event = classic::fee_event(context.at.network_id, &pending.fee_source, amount);
        TransactionEvent { stage, event }
    });
    let meta = TransactionMetaV4 {
        ext: ExtensionPoint::V0,
        tx_changes_before,
        operations: done.operations.try_into().expect("a hundred at most"),
        tx_changes_after: LedgerEntryChanges::default(),
        soroban_meta,
        events: events.collect::<Vec<_>>().try_into().expect("two at most"),
        diagnostic_events: done.diagnostics.try_into().expect("bounded by the budget"),
    };
    (code, meta)
}

/// What the operations of a transaction did.
#[derive(Default)]
struct Done {
    operations: Vec<OperationMetaV2>,
    value: Option<stellar_xdr::ScVal>,
    diagnostics: Vec<DiagnosticEvent>,
    rent_fee: i64,
    refundable_fee: i64,
}

/// All, or nothing.
fn operations(
    frame: &Frame,
    seed: [u8; 32],
    delta: &mut Delta,
    context: &Context,
    done: &mut Done,
) -> TransactionResultResult {
    let mut all = delta.child();
    let mut results = vec![];
    let mut metas = vec![];
    let mut failed = false;
    for operation in frame.operations() {
        let source = frame.operation_source(operation);
        let mut one = all.child();
        let data = frame.soroban_data();
        let effect = match (&operation.body, data) {
            // Refused below: no contract is called in the name of an account that is not there.
            _ if one.account(&source).is_none() => None,
            (OperationBody::InvokeHostFunction(op), Some(data)) => {
                Some(soroban::invoke(op, &source, data, frame, seed, &mut one, context))
            }
            (OperationBody::ExtendFootprintTtl(op), Some(data)) => {
                Some(soroban::extend(op, data, frame, &mut one, context))
            }
            (OperationBody::RestoreFootprint(_), Some(data)) => {
                Some(soroban::restore(data, frame, &mut one, context))
            }
            _ => None,
        };
        let (result, events) = match effect {
            Some(effect) => note(effect, done),
            None => {
                let outcome = classic::apply(frame, operation, &mut one, &context.at);
                (outcome.result, outcome.events)
            }
        };
        failed |= !validity::is_success(&result);
        metas.push(OperationMetaV2 {
            ext: ExtensionPoint::V0,
            changes: changes(&one),
            events: events.try_into().expect("bounded by the budget"),
        });
        let one = one.into_changes();
        all.take_over(one);
        results.push(result);
    }
    let results = results.try_into().expect("a hundred at most");
    if failed {
        return TransactionResultResult::TxFailed(results);
    }
    let all = all.into_changes();
    delta.take_over(all);
    done.operations = metas;
    TransactionResultResult::TxSuccess(results)
}

fn note(effect: Effect, done: &mut Done) -> (OperationResult, Vec<ContractEvent>) {
    done.value = effect.value;
    done.diagnostics = effect.diagnostics;
    done.rent_fee = effect.rent_fee;
    done.refundable_fee =
        if validity::is_success(&effect.result) { effect.refundable_fee } else { 0 };
    (effect.result, effect.events)
}

fn changes(delta: &Delta) -> LedgerEntryChanges {
    let changes: Vec<LedgerEntryChange> = delta.meta();
    LedgerEntryChanges(changes.try_into().expect("fewer than the ledger's entries"))
}

/// What became of a transaction; around a fee bump's the outer one.
pub fn result(frame: &Frame, fee_charged: i64, code: TransactionResultResult) -> TransactionResult {
    let code = if frame.is_fee_bump() { outer(frame, code) } else { code };
    TransactionResult { fee_charged, result: code, ext: TransactionResultExt::V0 }
}

fn outer(frame: &Frame, code: TransactionResultResult) -> TransactionResultResult {
    use InnerTransactionResultResult as Inner;
    use TransactionResultResult as Outer;
    let success = matches!(code, Outer::TxSuccess(_));
    let inner = match code {
        Outer::TxSuccess(results) => Inner::TxSuccess(results),
        Outer::TxFailed(results) => Inner::TxFailed(results),
        Outer::TxTooEarly => Inner::TxTooEarly,
        Outer::TxTooLate => Inner::TxTooLate,
        Outer::TxMissingOperation => Inner::TxMissingOperation,
        Outer::TxBadSeq => Inner::TxBadSeq,
        Outer::TxBadAuth => Inner::TxBadAuth,
        Outer::TxInsufficientBalance => Inner::TxInsufficientBalance,
        Outer::TxNoAccount => Inner::TxNoAccount,
        Outer::TxInsufficientFee => Inner::TxInsufficientFee,
        Outer::TxBadAuthExtra => Inner::TxBadAuthExtra,
        Outer::TxNotSupported => Inner::TxNotSupported,
        Outer::TxBadSponsorship => Inner::TxBadSponsorship,
        Outer::TxBadMinSeqAgeOrGap => Inner::TxBadMinSeqAgeOrGap,
        Outer::TxMalformed => Inner::TxMalformed,
        Outer::TxSorobanInvalid => Inner::TxSorobanInvalid,
        // Said of the outer transaction already.
        outer => return outer,
    };
    let pair = InnerTransactionResultPair {
        transaction_hash: frame.inner_hash.clone(),
        result: InnerTransactionResult {
            fee_charged: 0,
            result: inner,
            ext: InnerTransactionResultExt::V0,
        },
    };
    if success {
        Outer::TxFeeBumpInnerSuccess(pair)
    } else {
        Outer::TxFeeBumpInnerFailed(pair)
    }
}
