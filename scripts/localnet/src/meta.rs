//! Closed ledgers as stellar-core's metadata stream tells of them, and what can be read back from it.

use std::collections::BTreeMap;

use stellar_xdr::{
    DependentTxCluster, ExtensionPoint, GeneralizedTransactionSet, Hash, LedgerCloseMeta,
    LedgerCloseMetaExt, LedgerCloseMetaExtV1, LedgerCloseMetaV2, LedgerEntryChange,
    LedgerEntryChanges, LedgerEntryData, LedgerHeaderHistoryEntry, LedgerHeaderHistoryEntryExt,
    LedgerKey, OperationMetaV2, ParallelTxExecutionStage, ParallelTxsComponent,
    TransactionEnvelope, TransactionMeta, TransactionPhase, TransactionResultMetaV1,
    TransactionResultPair, TransactionSetV1, TxSetComponent, TxSetComponentTxsMaybeDiscountedFee,
};

use crate::{
    frame::{is_soroban, Frame},
    ledger::{hash, Changes, Entries, Stored, Ttl},
    node::{Closed, Transacted},
    settings::{Settings, BASE_FEE},
    soroban::has_ttl,
};

/// A ledger's transactions: classic ones, then Soroban's, each in the order in which they are applied.
pub fn transaction_set<'a>(
    previous: &Hash,
    envelopes: impl Iterator<Item = &'a TransactionEnvelope>,
) -> GeneralizedTransactionSet {
    let (soroban, classic): (Vec<_>, Vec<_>) = envelopes.cloned().partition(invokes);
    let base_fee = Some(i64::from(BASE_FEE));
    let component = |txs: Vec<TransactionEnvelope>| {
        TxSetComponent::TxsetCompTxsMaybeDiscountedFee(TxSetComponentTxsMaybeDiscountedFee {
            base_fee,
            txs: txs.try_into().expect("a ledger's"),
        })
    };
    let classic = if classic.is_empty() { vec![] } else { vec![component(classic)] };
    let stages = if soroban.is_empty() {
        vec![]
    } else {
        let cluster = DependentTxCluster(soroban.try_into().expect("a ledger's"));
        vec![ParallelTxExecutionStage(vec![cluster].try_into().expect("one"))]
    };
    let phases = vec![
        TransactionPhase::V0(classic.try_into().expect("one at most")),
        TransactionPhase::V1(ParallelTxsComponent {
            base_fee,
            execution_stages: stages.try_into().expect("one at most"),
        }),
    ];
    GeneralizedTransactionSet::V1(TransactionSetV1 {
        previous_ledger_hash: previous.clone(),
        phases: phases.try_into().expect("two"),
    })
}

fn invokes(envelope: &TransactionEnvelope) -> bool {
    let frame = Frame::new(envelope.clone(), &Hash::default());
    frame.operations().iter().any(is_soroban)
}

pub fn ledger(closed: &Closed, settings: &Settings) -> LedgerCloseMeta {
    let envelopes = closed.transactions.iter().map(|transacted| &transacted.envelope);
    let processing = closed.transactions.iter().map(|transacted| TransactionResultMetaV1 {
        ext: ExtensionPoint::V0,
        result: TransactionResultPair {
            transaction_hash: transacted.hash.clone(),
            result: transacted.result.clone(),
        },
        fee_processing: transacted.fee_changes.clone(),
        tx_apply_processing: transacted.meta.clone(),
        post_tx_apply_fee_processing: transacted.refund_changes.clone(),
    });
    LedgerCloseMeta::V2(LedgerCloseMetaV2 {
        ext: LedgerCloseMetaExt::V1(LedgerCloseMetaExtV1 {
            ext: ExtensionPoint::V0,
            soroban_fee_write1_kb: settings.ledger_cost_ext.fee_write1_kb,
        }),
        ledger_header: LedgerHeaderHistoryEntry {
            hash: closed.hash.clone(),
            header: closed.header.clone(),
            ext: LedgerHeaderHistoryEntryExt::V0,
        },
        tx_set: transaction_set(&closed.header.previous_ledger_hash, envelopes),
        tx_processing: processing.collect::<Vec<_>>().try_into().expect("a ledger's"),
        upgrades_processing: Default::default(),
        scp_info: Default::default(),
        total_byte_size_of_live_soroban_state: 0,
        evicted_keys: Default::default(),
    })
}

/// The ledger of which a meta tells, on a network of this id.
pub fn closed(meta: LedgerCloseMeta, network_id: &Hash) -> Result<Closed, &'static str> {
    let LedgerCloseMeta::V2(meta) = meta else { return Err("is of another version") };
    let GeneralizedTransactionSet::V1(set) = &meta.tx_set;
    let mut envelopes = BTreeMap::new();
    for envelope in envelopes_of(set) {
        let frame = Frame::new(envelope, network_id);
        envelopes.insert(frame.hash, frame.envelope);
    }
    let transacted = |processed: TransactionResultMetaV1| -> Result<Transacted, &'static str> {
        let hash = processed.result.transaction_hash;
        Ok(Transacted {
            envelope: envelopes.remove(&hash).ok_or("lacks a transaction")?,
            hash,
            result: processed.result.result,
            fee_changes: processed.fee_processing,
            meta: processed.tx_apply_processing,
            refund_changes: processed.post_tx_apply_fee_processing,
        })
    };
    let transactions = meta.tx_processing.into_vec().into_iter().map(transacted);
    let transactions = transactions.collect::<Result<Vec<_>, &'static str>>()?;
    let header = meta.ledger_header.header;
    if hash(&header) != meta.ledger_header.hash {
        return Err("has another hash than its header");
    }
    Ok(Closed { hash: meta.ledger_header.hash, header, transactions })
}

fn envelopes_of(set: &TransactionSetV1) -> Vec<TransactionEnvelope> {
    let mut envelopes = vec![];
    for phase in set.phases.iter() {
        match phase {
            TransactionPhase::V0(components) => {
                for TxSetComponent::TxsetCompTxsMaybeDiscountedFee(component) in components.iter() {
                    envelopes.extend(component.txs.iter().cloned());
                }
            }
            TransactionPhase::V1(component) => {
                for stage in component.execution_stages.iter() {
                    for cluster in stage.0.iter() {
                        envelopes.extend(cluster.0.iter().cloned());
                    }
                }
            }
        }
    }
    envelopes
}

/// Contract data and code by the hash under which their time to live is kept.
pub type Hashed = BTreeMap<Hash, LedgerKey>;

/// What a closed ledger changed, in a state that it followed. `keys` has what the ledgers before it
/// created, and gets what this one created.
pub fn changes(
    closed: &Closed,
    state: &Entries,
    keys: &mut Hashed,
) -> Result<Changes, &'static str> {
    let mut changes = Changes::new();
    for change in in_order(closed) {
        let (entry, removed) = match change {
            LedgerEntryChange::State(_) => continue,
            LedgerEntryChange::Removed(key) => (None, Some(key)),
            LedgerEntryChange::Created(entry)
            | LedgerEntryChange::Updated(entry)
            | LedgerEntryChange::Restored(entry) => (Some(entry), None),
        };
        match (entry, removed) {
            (_, Some(LedgerKey::Ttl(_))) | (None, None) => {}
            (_, Some(key)) => {
                changes.insert(key.clone(), None);
            }
            (Some(entry), None) => match &entry.data {
                LedgerEntryData::Ttl(ttl) => {
                    let key = keys.get(&ttl.key_hash).ok_or("extends what is not there")?;
                    let stored = now(&changes, state, key).ok_or("extends what was removed")?;
                    let ttl = Ttl {
                        live_until: ttl.live_until_ledger_seq,
                        modified: entry.last_modified_ledger_seq,
                    };
                    let stored = Stored { entry: stored.entry.clone(), ttl: Some(ttl) };
                    changes.insert(key.clone(), Some(stored));
                }
                _ => {
                    let key = entry.to_key();
                    if has_ttl(&key) {
                        keys.insert(hash(&key), key.clone());
                    }
                    let ttl = now(&changes, state, &key).and_then(|stored| stored.ttl);
                    changes.insert(key, Some(Stored { entry: entry.clone(), ttl }));
                }
            },
        }
    }
    Ok(changes)
}

fn now<'a>(changes: &'a Changes, state: &'a Entries, key: &LedgerKey) -> Option<&'a Stored> {
    match changes.get(key) {
        Some(change) => change.as_ref(),
        None => state.get(key),
    }
}

fn in_order(closed: &Closed) -> Vec<&LedgerEntryChange> {
    let mut all: Vec<&LedgerEntryChanges> = vec![];
    all.extend(closed.transactions.iter().map(|transacted| &transacted.fee_changes));
    for transacted in &closed.transactions {
        if let TransactionMeta::V4(meta) = &transacted.meta {
            all.push(&meta.tx_changes_before);
            all.extend(meta.operations.iter().map(|OperationMetaV2 { changes, .. }| changes));
            all.push(&meta.tx_changes_after);
        }
    }
    all.extend(closed.transactions.iter().map(|transacted| &transacted.refund_changes));
    all.into_iter().flat_map(|changes| changes.0.iter()).collect()
}
