//! Soroban transactions that succeed, and every way in which one fails that a node would let in.

mod common;

use common::*;
use stellar_xdr::*;
use tributary_localnet::{ledger::account_key, node::Node, soroban::has_ttl};

/// Alice and Bob with 1 000 XLM each, and the contract of XLM.
fn scene() -> (Node, ScAddress) {
    let mut node = node();
    for name in ["alice", "bob", "carol"] {
        fund(&mut node, name, 1_000 * XLM);
    }
    let native = native(&mut node);
    (node, native)
}

fn outcome(result: &TransactionResult) -> OperationResultTr {
    let results = match &result.result {
        TransactionResultResult::TxSuccess(results) => results,
        TransactionResultResult::TxFailed(results) => results,
        other => panic!("{other:?}"),
    };
    match &results[0] {
        OperationResult::OpInner(inner) => inner.clone(),
        other => panic!("{other:?}"),
    }
}

fn refusal(result: &TransactionResult) -> InvokeHostFunctionResult {
    match outcome(result) {
        OperationResultTr::InvokeHostFunction(result) => result,
        other => panic!("{other:?}"),
    }
}

fn data(tx: &mut Transaction) -> &mut SorobanTransactionData {
    match &mut tx.ext {
        TransactionExt::V1(data) => data,
        TransactionExt::V0 => unreachable!(),
    }
}

fn meta(node: &Node) -> TransactionMetaV4 {
    match node.latest().transactions[0].meta.clone() {
        TransactionMeta::V4(meta) => meta,
        _ => unreachable!(),
    }
}

#[test]
fn transfer_moves_value_and_charges_what_it_used() {
    let (mut node, native) = scene();
    let tx = prepared(&node, "alice", transfer(&native, "alice", "bob", 5 * XLM));
    let bid = i64::from(tx.fee);
    let envelope = signed(&node, tx, &["alice"]);
    let result = send(&mut node, envelope);
    assert!(succeeded(&result), "{result:?}");
    assert!(result.fee_charged < bid, "something comes back");
    assert_eq!(account(&node, "bob").balance, 1_005 * XLM);
    assert_eq!(account(&node, "alice").balance, 995 * XLM - result.fee_charged);
    let meta = meta(&node);
    let soroban = meta.soroban_meta.clone().unwrap();
    assert_eq!(soroban.return_value, Some(ScVal::Void));
    let SorobanTransactionMetaExt::V1(fees) = soroban.ext else { unreachable!() };
    let parts = fees.total_non_refundable_resource_fee_charged
        + fees.total_refundable_resource_fee_charged
        + 100;
    assert_eq!(result.fee_charged, parts);
    assert_eq!(meta.operations[0].events.len(), 1);
    let preimage = InvokeHostFunctionSuccessPreImage {
        return_value: ScVal::Void,
        events: meta.operations[0].events.clone(),
    };
    let hash = tributary_localnet::ledger::hash(&preimage);
    assert_eq!(refusal(&result), InvokeHostFunctionResult::Success(hash));
    // Charged before, refunded after: both told as events.
    let [charge, refund] = &meta.events[..] else { panic!("{:?}", meta.events) };
    assert_eq!(charge.stage, TransactionEventStage::BeforeAllTxs);
    assert_eq!(refund.stage, TransactionEventStage::AfterAllTxs);
}

#[test]
fn another_account_signs_beside_the_source() {
    let (mut node, native) = scene();
    let tx = prepared(&node, "bob", transfer(&native, "alice", "carol", 5 * XLM));
    let envelope = signed(&node, tx, &["bob"]);
    let result = send(&mut node, envelope);
    assert!(succeeded(&result), "{result:?}");
    assert_eq!(account(&node, "alice").balance, 995 * XLM, "Bob pays the fee");
    assert_eq!(account(&node, "carol").balance, 1_005 * XLM);
}

#[test]
fn authorization_signed_by_another_traps() {
    let (mut node, native) = scene();
    let call = transfer(&native, "alice", "carol", 5 * XLM);
    let mut tx = prepared(&node, "bob", call.clone());
    let OperationBody::InvokeHostFunction(op) = tx.operations[0].body.clone() else {
        unreachable!()
    };
    let forged = op.auth.iter().map(|entry| authorize(&node, entry.clone(), Some("bob")));
    let operation =
        Operation { source_account: None, body: body(call, forged.collect::<Vec<_>>()) };
    tx.operations = vec![operation].try_into().unwrap();
    let envelope = signed(&node, tx, &["bob"]);
    let result = send(&mut node, envelope);
    assert_eq!(refusal(&result), InvokeHostFunctionResult::Trapped);
    assert_eq!(account(&node, "alice").balance, 1_000 * XLM);
    assert!(!meta(&node).diagnostic_events.is_empty(), "says why");
    assert!(meta(&node).operations.is_empty(), "nothing happened");
}

#[test]
fn a_signed_entry_is_used_once() {
    let (mut node, native) = scene();
    let tx = prepared(&node, "bob", transfer(&native, "alice", "carol", 5 * XLM));
    let envelope = signed(&node, tx.clone(), &["bob"]);
    assert!(succeeded(&send(&mut node, envelope)));
    let again = Transaction { seq_num: SequenceNumber(tx.seq_num.0 + 1), ..tx };
    let envelope = signed(&node, again, &["bob"]);
    assert_eq!(refusal(&send(&mut node, envelope)), InvokeHostFunctionResult::Trapped);
    assert_eq!(account(&node, "carol").balance, 1_005 * XLM);
}

#[test]
fn a_signature_expires() {
    let (mut node, native) = scene();
    let tx = prepared(&node, "bob", transfer(&native, "alice", "carol", 5 * XLM));
    let time = node.latest().header.scp_value.close_time.0;
    node.jump(11, time + 55);
    let envelope = signed(&node, tx, &["bob"]);
    assert_eq!(refusal(&send(&mut node, envelope)), InvokeHostFunctionResult::Trapped);
}

#[test]
fn a_footprint_that_lacks_a_key_traps() {
    let (mut node, native) = scene();
    let mut tx = prepared(&node, "alice", transfer(&native, "alice", "bob", 5 * XLM));
    let keys = &mut data(&mut tx).resources.footprint.read_write;
    let fewer: Vec<_> =
        keys.iter().filter(|key| **key != account_key(&id("bob"))).cloned().collect();
    assert_eq!(fewer.len() + 1, keys.len());
    *keys = fewer.try_into().unwrap();
    let envelope = signed(&node, tx, &["alice"]);
    assert_eq!(refusal(&send(&mut node, envelope)), InvokeHostFunctionResult::Trapped);
}

#[test]
fn declared_resources_bind() {
    type Change = fn(&mut SorobanTransactionData);
    let cases: [(&str, Change); 3] = [
        ("instructions", |data| data.resources.instructions /= 2),
        ("write bytes", |data| data.resources.write_bytes /= 2),
        ("disk read bytes", |data| data.resources.disk_read_bytes /= 2),
    ];
    for (name, change) in cases {
        let (mut node, native) = scene();
        let mut tx = prepared(&node, "alice", transfer(&native, "alice", "bob", 5 * XLM));
        let balance = account(&node, "alice").balance;
        change(data(&mut tx));
        let envelope = signed(&node, tx, &["alice"]);
        let result = send(&mut node, envelope);
        assert_eq!(refusal(&result), InvokeHostFunctionResult::ResourceLimitExceeded, "{name}");
        // The refundable part comes back whole.
        assert_eq!(account(&node, "alice").balance, balance - result.fee_charged, "{name}");
        let SorobanTransactionMetaExt::V1(fees) = meta(&node).soroban_meta.unwrap().ext else {
            unreachable!()
        };
        let fixed = fees.total_non_refundable_resource_fee_charged;
        assert_eq!(result.fee_charged, fixed + 100, "{name}");
        assert_eq!(fees.total_refundable_resource_fee_charged, 0, "{name}");
    }
}

#[test]
fn a_resource_fee_that_does_not_cover_the_events_fails() {
    let (mut node, native) = scene();
    let mut tx = prepared(&node, "alice", transfer(&native, "alice", "bob", 5 * XLM));
    let envelope = signed(&node, tx.clone(), &["alice"]);
    assert!(succeeded(&send(&mut node, envelope)));
    let SorobanTransactionMetaExt::V1(fees) = meta(&node).soroban_meta.unwrap().ext else {
        unreachable!()
    };
    let used =
        fees.total_non_refundable_resource_fee_charged + fees.total_refundable_resource_fee_charged;
    // Of the same size, so that the fixed part is the same.
    for (fee, enough) in [(used - 1, false), (used, true)] {
        tx.seq_num.0 += 1;
        data(&mut tx).resource_fee = fee;
        let envelope = signed(&node, tx.clone(), &["alice"]);
        let result = send(&mut node, envelope);
        if enough {
            assert!(succeeded(&result), "{result:?}");
        } else {
            let refused = InvokeHostFunctionResult::InsufficientRefundableFee;
            assert_eq!(refusal(&result), refused);
        }
    }
}

#[test]
fn an_archived_entry_is_restored_by_who_says_so() {
    let (mut node, native) = scene();
    let stale = prepared(&node, "alice", transfer(&native, "alice", "bob", 5 * XLM));
    let time = node.latest().header.scp_value.close_time.0;
    node.jump(2_100_000, time + 5 * 2_100_000);
    // Simulated before it was archived: it fails, as on the network.
    let envelope = signed(&node, stale, &["alice"]);
    assert_eq!(refusal(&send(&mut node, envelope)), InvokeHostFunctionResult::EntryArchived);

    let mut tx = prepared(&node, "alice", transfer(&native, "alice", "bob", 5 * XLM));
    let ext = data(&mut tx).ext.clone();
    let SorobanTransactionDataExt::V1(ext) = ext else { panic!("names what is archived") };
    assert_eq!(ext.archived_soroban_entries.len(), 1, "the contract's instance");
    let envelope = signed(&node, tx, &["alice"]);
    let result = send(&mut node, envelope);
    assert!(succeeded(&result), "{result:?}");
    let restored = meta(&node).operations[0]
        .changes
        .0
        .iter()
        .filter(|change| matches!(change, LedgerEntryChange::Restored(_)))
        .count();
    assert_eq!(restored, 2, "the instance and its time to live");
    let live_until = node.latest().header.ledger_seq + 2_073_600 - 1;
    assert_eq!(ttl(&node), live_until);
}

fn ttl(node: &Node) -> u32 {
    let (_, instance) = node.state.0.iter().find(|(key, _)| has_ttl(key)).expect("the instance");
    instance.ttl.expect("it has one").live_until
}

#[test]
fn footprints_are_restored_and_extended() {
    let (mut node, native) = scene();
    let instance = LedgerKey::ContractData(LedgerKeyContractData {
        contract: native.clone(),
        key: ScVal::LedgerKeyContractInstance,
        durability: ContractDataDurability::Persistent,
    });
    let footprint = |read_only: Vec<LedgerKey>, read_write: Vec<LedgerKey>| {
        let footprint = LedgerFootprint {
            read_only: read_only.try_into().unwrap(),
            read_write: read_write.try_into().unwrap(),
        };
        SorobanTransactionData {
            ext: SorobanTransactionDataExt::V0,
            resources: SorobanResources {
                footprint,
                instructions: 0,
                disk_read_bytes: 0,
                write_bytes: 0,
            },
            resource_fee: 0,
        }
    };
    let time = node.latest().header.scp_value.close_time.0;
    node.jump(2_100_000, time + 5 * 2_100_000);
    let restore = OperationBody::RestoreFootprint(RestoreFootprintOp { ext: ExtensionPoint::V0 });
    let tx =
        with_data(transaction(&node, "alice", restore), footprint(vec![], vec![instance.clone()]));
    let found = ask(&node, &tx).transaction_data.unwrap();
    let envelope = signed(&node, with_data(tx, found), &["alice"]);
    let result = send(&mut node, envelope);
    assert_eq!(
        outcome(&result),
        OperationResultTr::RestoreFootprint(RestoreFootprintResult::Success)
    );
    assert_eq!(ttl(&node), node.latest().header.ledger_seq + 2_073_600 - 1);

    let extend = OperationBody::ExtendFootprintTtl(ExtendFootprintTtlOp {
        ext: ExtensionPoint::V0,
        extend_to: 3_000_000,
    });
    let tx = with_data(transaction(&node, "alice", extend), footprint(vec![instance], vec![]));
    let found = ask(&node, &tx).transaction_data.unwrap();
    // Short of the rent by a stroop first.
    for (less, expected) in [
        (found.resource_fee / 2, ExtendFootprintTtlResult::InsufficientRefundableFee),
        (0, ExtendFootprintTtlResult::Success),
    ] {
        let mut found = found.clone();
        found.resource_fee -= less;
        let mut tx = with_data(tx.clone(), found);
        tx.seq_num = SequenceNumber(account(&node, "alice").seq_num.0 + 1);
        let envelope = signed(&node, tx, &["alice"]);
        let result = send(&mut node, envelope);
        assert_eq!(outcome(&result), OperationResultTr::ExtendFootprintTtl(expected));
    }
    assert_eq!(ttl(&node), node.latest().header.ledger_seq + 3_000_000);
}

#[test]
fn a_closed_ledger_names_the_one_before_and_what_it_did() {
    let (mut node, native) = scene();
    let tx = prepared(&node, "alice", transfer(&native, "alice", "bob", 5 * XLM));
    let envelope = signed(&node, tx, &["alice"]);
    send(&mut node, envelope);
    let closed: Vec<_> = node.closed.values().cloned().collect();
    for pair in closed.windows(2) {
        let [before, after] = pair else { unreachable!() };
        assert_eq!(after.header.previous_ledger_hash, before.hash);
        assert_eq!(after.header.ledger_seq, before.header.ledger_seq + 1);
        assert!(after.header.scp_value.close_time > before.header.scp_value.close_time);
        let LedgerCloseMeta::V2(meta) = node.close_meta(after.header.ledger_seq).unwrap() else {
            unreachable!()
        };
        assert_eq!(
            tributary_localnet::ledger::hash(&meta.tx_set),
            after.header.scp_value.tx_set_hash
        );
        assert_eq!(meta.tx_processing.len(), after.transactions.len());
    }
    assert!(node.close_meta(999).is_none());
}
