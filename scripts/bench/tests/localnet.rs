//! Every call of the cost table, sent to the local network as well: it simulates the same value and
//! footprint, and applies the same transaction to the same events, entries and fee.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, sync::Arc};

use ed25519_dalek::Signer;
use soroban_env_host::{
    e2e_invoke::extract_rent_changes,
    fees::{
        compute_rent_fee, compute_transaction_resource_fee, RentFeeConfiguration,
        TransactionResources,
    },
};
use stellar_xdr::{
    ContractDataDurability, ContractEvent, DecoratedSignature, Hash, HostFunction,
    InvokeHostFunctionOp, LedgerEntryData, LedgerKey, Limits, Memo, MuxedAccount, Operation,
    OperationBody, Preconditions, PublicKey, ReadXdr, ScVal, SequenceNumber, Signature,
    SignatureHint, SorobanResourcesExtV0, SorobanTransactionData, SorobanTransactionDataExt,
    SorobanTransactionMetaExt, Transaction, TransactionEnvelope, TransactionExt, TransactionMeta,
    TransactionResultResult, TransactionV1Envelope, WriteXdr,
};
use tributary_bench::rows;
use tributary_localnet::{
    ledger::{account_key, Snapshot, Stored, Ttl},
    node::{Node, Submitted},
    settings::Settings,
    simulate::{simulate, AuthMode, Request},
};
use tributary_tests::network::{
    watch, Witnessed, FEES, MARGIN_INSTRUCTIONS, MARGIN_PERCENT, PASSPHRASE, RENT,
};

#[test]
fn every_call_gives_the_same_as_the_host_alone() {
    let seen = Rc::new(RefCell::new(BTreeMap::<String, usize>::new()));
    let count = Rc::clone(&seen);
    watch(move |witnessed| {
        let name = name(&witnessed.simulation.call);
        compare(&name, witnessed);
        *count.borrow_mut().entry(name).or_default() += 1;
    });
    let calls = rows().len();
    let seen = seen.borrow();
    let transactions: usize = seen.values().sum();
    assert!(transactions > calls, "{transactions} transactions for {calls} rows");
    println!("{transactions} transactions, of {} functions: {seen:?}", seen.len());
}

fn name(call: &HostFunction) -> String {
    match call {
        HostFunction::InvokeContract(call) => call.function_name.0.to_string(),
        HostFunction::UploadContractWasm(_) => "upload".into(),
        HostFunction::CreateContract(_) | HostFunction::CreateContractV2(_) => "create".into(),
    }
}

/// The local network in the state, and just before the ledger, in which the call was applied.
fn node_before(witnessed: &Witnessed) -> Node {
    let info = witnessed.info;
    let mut node = Node::new(PASSPHRASE, Settings::default(), 5_000, info.timestamp - 5);
    assert_eq!(node.network_id.0, info.network_id);
    let mut entries = (*node.state.0).clone();
    for (key, (entry, live_until)) in witnessed.before {
        let ttl = live_until.map(|live_until| Ttl { live_until, modified: 1 });
        entries.insert(key.clone(), Stored { entry: entry.clone(), ttl });
    }
    node.compile(entries.values());
    node.state = Snapshot(Arc::new(entries));
    let (_, mut closed) = node.closed.pop_first().expect("genesis");
    closed.header.ledger_seq = info.sequence_number - 1;
    node.closed.insert(closed.header.ledger_seq, closed);
    node
}

fn compare(name: &str, witnessed: &Witnessed) {
    let mut node = node_before(witnessed);
    let simulation = witnessed.simulation;
    let resources = &simulation.resources;

    // As a wallet asks before it signs.
    let unsigned = envelope(witnessed, &node, vec![], None);
    let simulated = simulate(&Request {
        state: node.state.clone(),
        network_id: node.network_id.clone(),
        sequence: witnessed.info.sequence_number,
        close_time: witnessed.info.timestamp,
        envelope: unsigned,
        auth_mode: AuthMode::RecordAllowNonroot,
        leeway: 0,
        address_v2: false,
    })
    .expect("it can be simulated");
    assert_eq!(simulated.error, None, "{name}");
    let (value, auth) = simulated.result.expect("an invocation");
    assert_eq!(value, simulation.value, "{name}");
    assert_eq!(auth.len(), simulation.auth.len(), "{name}");
    let data = simulated.transaction_data.expect("it succeeded");
    let found = &data.resources;
    for (found, then) in [
        (&found.footprint.read_only, &resources.footprint.read_only),
        (&found.footprint.read_write, &resources.footprint.read_write),
    ] {
        assert_eq!(without_nonces(found), without_nonces(then), "{name}");
    }
    // The simulator reckons with accounts as large as they can become: every extension, every sponsor.
    let accounts =
        resources.footprint.read_only.iter().chain(resources.footprint.read_write.iter());
    let accounts = accounts.filter(|key| matches!(key, LedgerKey::Account(_))).count() as u32;
    let larger =
        |found: u32, then: u32, most: u32| (then..=then + accounts * most).contains(&found);
    let instructions = with_margin(resources.instructions);
    assert!(larger(found.instructions, instructions, 10_000), "{name}: {found:?} {instructions}");
    assert!(larger(found.write_bytes, resources.write_bytes, 200), "{name}: {found:?}");
    assert!(larger(found.disk_read_bytes, resources.disk_read_bytes, 200), "{name}: {found:?}");

    // And then what was signed.
    let mut resources = resources.clone();
    resources.instructions = with_margin(resources.instructions);
    let archived = simulation.restored.clone();
    let ext = match archived.is_empty() {
        true => SorobanTransactionDataExt::V0,
        false => SorobanTransactionDataExt::V1(SorobanResourcesExtV0 {
            archived_soroban_entries: archived.try_into().unwrap(),
        }),
    };
    let resource_fee = 4_000_000_000;
    let data = SorobanTransactionData { ext, resources, resource_fee };
    let signed = envelope(witnessed, &node, simulation.auth.clone(), Some(data.clone()));
    let size = signed.to_xdr(Limits::none()).unwrap().len() as u32;
    let source_before = balance(&node, witnessed);
    match node.submit(signed) {
        Submitted::Pending => {}
        Submitted::Refused(result, _) => panic!("{name}: {result:?}"),
        _ => panic!("{name}: not taken"),
    }
    node.close(witnessed.info.timestamp);
    let [transacted] = &node.latest().transactions[..] else { panic!("{name}: not applied") };
    let TransactionMeta::V4(meta) = &transacted.meta else { panic!("version 4") };
    let soroban = meta.soroban_meta.as_ref().expect("Soroban's");
    assert!(
        matches!(transacted.result.result, TransactionResultResult::TxSuccess(_)),
        "{name}: {:?} {:?}",
        transacted.result,
        meta.diagnostic_events
    );
    assert_eq!(soroban.return_value.as_ref(), Some(witnessed.value), "{name}");
    let events: Vec<_> = witnessed
        .events
        .iter()
        .map(|bytes| ContractEvent::from_xdr(bytes, Limits::none()).unwrap())
        .collect();
    assert_eq!(meta.operations[0].events.to_vec(), events, "{name}");

    // Fees by the host's functions, with rates written down elsewhere.
    let value_bytes = witnessed.value.to_xdr(Limits::none()).unwrap().len();
    let event_bytes = witnessed.events.iter().map(Vec::len).sum::<usize>() + value_bytes;
    let footprint = &data.resources.footprint;
    let keys = footprint.read_only.iter().chain(footprint.read_write.iter());
    let on_disk =
        keys.filter(|key| !matches!(key, LedgerKey::ContractData(_) | LedgerKey::ContractCode(_)));
    let (fixed, event_fee) = compute_transaction_resource_fee(
        &TransactionResources {
            instructions: data.resources.instructions,
            disk_read_entries: (on_disk.count() + simulation.restored.len()) as u32,
            write_entries: footprint.read_write.len() as u32,
            disk_read_bytes: data.resources.disk_read_bytes,
            write_bytes: data.resources.write_bytes,
            contract_events_size_bytes: event_bytes as u32,
            transaction_size_bytes: size,
        },
        &FEES,
    );
    let rent = extract_rent_changes(witnessed.changes);
    // The least that the protocol allows, as on mainnet; the cost table reckons with more.
    let rates = RentFeeConfiguration { fee_per_rent_1kb: 1_000, ..RENT };
    let rent = compute_rent_fee(&rent, &rates, witnessed.info.sequence_number);
    let SorobanTransactionMetaExt::V1(charged) = &soroban.ext else { panic!("with its fees") };
    assert_eq!(charged.total_non_refundable_resource_fee_charged, fixed, "{name}");
    assert_eq!(charged.rent_fee_charged, rent, "{name}");
    assert_eq!(charged.total_refundable_resource_fee_charged, rent + event_fee, "{name}");
    assert_eq!(transacted.result.fee_charged, fixed + rent + event_fee + 100, "{name}");

    // Every entry that the host wrote, and no other.
    let mut expected = witnessed.before.clone();
    for change in witnessed.changes {
        let key = LedgerKey::from_xdr(&change.encoded_key, Limits::none()).unwrap();
        let live_until = change.ttl_change.as_ref().map(|ttl| ttl.new_live_until_ledger);
        if let Some(value) = &change.encoded_new_value {
            let entry = stellar_xdr::LedgerEntry::from_xdr(value, Limits::none()).unwrap();
            expected.insert(key, (entry, live_until));
        } else if !change.read_only {
            expected.remove(&key);
        } else if let Some((_, ttl)) = expected.get_mut(&key) {
            *ttl = live_until.or(*ttl);
        }
    }
    let source = account_key(witnessed.source);
    for (key, stored) in node.state.0.iter() {
        if matches!(key, LedgerKey::ConfigSetting(_)) || is_root(key) {
            continue;
        }
        let (entry, live_until) = expected.remove(key).unwrap_or_else(|| panic!("{name}: {key:?}"));
        assert_eq!(stored.ttl.map(|ttl| ttl.live_until), live_until, "{name}");
        if *key != source {
            assert_eq!(stored.entry.data, entry.data, "{name}");
        }
    }
    assert!(expected.is_empty(), "{name}: {:?}", expected.keys());
    let paid = match witnessed.changes.iter().any(|change| {
        change.encoded_key == source.to_xdr(Limits::none()).unwrap() && !change.read_only
    }) {
        // The call itself moved her XLM.
        true => return,
        false => source_before - balance(&node, witnessed),
    };
    assert_eq!(paid, transacted.result.fee_charged, "{name}");
}

fn balance(node: &Node, witnessed: &Witnessed) -> i64 {
    let stored = node.state.get(&account_key(witnessed.source)).expect("her account");
    let LedgerEntryData::Account(account) = &stored.entry.data else { panic!("an account") };
    account.balance
}

fn is_root(key: &LedgerKey) -> bool {
    *key == account_key(&tributary_localnet::node::root_id(PASSPHRASE))
}

fn with_margin(instructions: u32) -> u32 {
    let margin = (u64::from(instructions) * MARGIN_PERCENT / 100).max(MARGIN_INSTRUCTIONS);
    instructions + margin as u32
}

fn without_nonces(keys: &[LedgerKey]) -> Vec<LedgerKey> {
    let nonce = |key: &&LedgerKey| {
        matches!(key, LedgerKey::ContractData(data)
            if data.durability == ContractDataDurability::Temporary
                && matches!(data.key, ScVal::LedgerKeyNonce(_)))
    };
    keys.iter().filter(|key| !nonce(key)).cloned().collect()
}

fn envelope(
    witnessed: &Witnessed,
    node: &Node,
    auth: Vec<stellar_xdr::SorobanAuthorizationEntry>,
    data: Option<SorobanTransactionData>,
) -> TransactionEnvelope {
    let PublicKey::PublicKeyTypeEd25519(id) = witnessed.source.0.clone();
    let stored = node.state.get(&account_key(witnessed.source)).expect("her account");
    let LedgerEntryData::Account(account) = &stored.entry.data else { panic!("an account") };
    let operation = Operation {
        source_account: None,
        body: OperationBody::InvokeHostFunction(InvokeHostFunctionOp {
            host_function: witnessed.simulation.call.clone(),
            auth: auth.try_into().unwrap(),
        }),
    };
    let tx = Transaction {
        source_account: MuxedAccount::Ed25519(id),
        fee: 100 + data.as_ref().map_or(0, |data| data.resource_fee as u32),
        seq_num: SequenceNumber(account.seq_num.0 + 1),
        cond: Preconditions::None,
        memo: Memo::None,
        operations: vec![operation].try_into().unwrap(),
        ext: data.map_or(TransactionExt::V0, TransactionExt::V1),
    };
    let key = &witnessed.keys[witnessed.source];
    let unsigned = TransactionV1Envelope { tx, signatures: Default::default() };
    let Hash(hash) = Hash(unsigned.hash(node.network_id.0).unwrap());
    let signature = DecoratedSignature {
        hint: SignatureHint(key.verifying_key().to_bytes()[28..].try_into().unwrap()),
        signature: Signature(key.sign(&hash).to_bytes().to_vec().try_into().unwrap()),
    };
    let signatures = vec![signature].try_into().unwrap();
    TransactionEnvelope::Tx(TransactionV1Envelope { signatures, ..unsigned })
}
