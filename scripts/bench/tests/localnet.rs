//! Every call of the cost table, sent to the local network as well: it simulates the same value and footprint, and
//! applies what it simulated to the same events, entries and fee as the host alone; and once more after 200 days in which
//! nothing was called.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use soroban_env_host::{
    e2e_invoke::extract_rent_changes,
    fees::{
        compute_rent_fee, compute_transaction_resource_fee, RentFeeConfiguration,
        TransactionResources,
    },
};
use stellar_xdr::{
    AccountId, ContractDataDurability, ContractEvent, HostFunction, LedgerEntryData, LedgerKey,
    Limits, ReadXdr, ScVal, SorobanTransactionMetaExt, TransactionMeta, WriteXdr,
};
use tributary_bench::rows;
use tributary_localnet::{
    ledger::{account_key, Stored, Ttl},
    soroban::archived,
};
use tributary_tests::ledger::{
    send::{assert_as_expected, IDLE_LEDGERS},
    watch, Network, Witnessed, FEES, MARGIN_INSTRUCTIONS, MARGIN_PERCENT, RENT,
};

#[test]
fn every_call_gives_the_same_as_the_host_alone() {
    let seen = Rc::new(RefCell::new(BTreeMap::<String, usize>::new()));
    let count = Rc::clone(&seen);
    let refused = Rc::new(RefCell::new(BTreeMap::new()));
    let refusals = Rc::clone(&refused);
    watch(move |witnessed| {
        let name = name(&witnessed.simulation.call);
        compare(&name, witnessed);
        let mut idle = witnessed.before.clone();
        idle.close(IDLE_LEDGERS);
        // What simulation refuses, because it is too late for it, is not sent.
        let sent = idle.prepare_and_send(witnessed.source, &witnessed.simulation.call);
        if let Ok(Some(refusal)) = sent {
            refusals.borrow_mut().insert(name.clone(), refusal);
        }
        *count.borrow_mut().entry(name).or_default() += 1;
    });
    let calls = rows().len();
    assert_as_expected("the cost table, after 200 days", refused.take());
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

fn compare(name: &str, witnessed: &Witnessed) {
    let (then, source) = (witnessed.before, witnessed.source);
    let simulation = witnessed.simulation;
    let resources = &simulation.resources;

    // As a wallet asks before it signs.
    let prepared = then.prepare(source, simulation.call.clone());
    let prepared = prepared.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(prepared.value, simulation.value, "{name}");
    assert_eq!(prepared.auth.len(), simulation.auth.len(), "{name}");
    let found = &prepared.data.resources;
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
    let mut network = then.clone();
    let transacted = network.send(&prepared).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    let size = transacted.envelope.to_xdr(Limits::none()).unwrap().len() as u32;
    let TransactionMeta::V4(meta) = &transacted.meta else { panic!("version 4") };
    let soroban = meta.soroban_meta.as_ref().expect("Soroban's");
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
    let data = &prepared.data;
    let footprint = &data.resources.footprint;
    let keys = footprint.read_only.iter().chain(footprint.read_write.iter());
    let on_disk =
        keys.filter(|key| !matches!(key, LedgerKey::ContractData(_) | LedgerKey::ContractCode(_)));
    let (fixed, event_fee) = compute_transaction_resource_fee(
        &TransactionResources {
            instructions: data.resources.instructions,
            disk_read_entries: (on_disk.count() + archived(data).len()) as u32,
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
    let rent = compute_rent_fee(&rent, &rates, then.info.sequence_number);
    let SorobanTransactionMetaExt::V1(charged) = &soroban.ext else { panic!("with its fees") };
    assert_eq!(charged.total_non_refundable_resource_fee_charged, fixed, "{name}");
    assert_eq!(charged.rent_fee_charged, rent, "{name}");
    assert_eq!(charged.total_refundable_resource_fee_charged, rent + event_fee, "{name}");
    assert_eq!(transacted.result.fee_charged, fixed + rent + event_fee + 100, "{name}");

    // Every entry that the host wrote, and no other; each of the two drew nonces of its own.
    let mut expected = then.entries().clone();
    for change in witnessed.changes {
        let key = LedgerKey::from_xdr(&change.encoded_key, Limits::none()).unwrap();
        let ttl = change.ttl_change.as_ref();
        let ttl = ttl.map(|ttl| Ttl { live_until: ttl.new_live_until_ledger, modified: 0 });
        if let Some(value) = &change.encoded_new_value {
            let entry = stellar_xdr::LedgerEntry::from_xdr(value, Limits::none()).unwrap();
            expected.insert(key, Stored { entry, ttl });
        } else if !change.read_only {
            expected.remove(&key);
        } else if let Some(stored) = expected.get_mut(&key) {
            stored.ttl = ttl.or(stored.ttl);
        }
    }
    expected.retain(|key, _| !is_nonce(key));
    let source_key = account_key(source);
    for (key, stored) in network.entries().iter().filter(|(key, _)| !is_nonce(key)) {
        let then = expected.remove(key).unwrap_or_else(|| panic!("{name}: {key:?}"));
        let live_until = |stored: &Stored| stored.ttl.map(|ttl| ttl.live_until);
        assert_eq!(live_until(stored), live_until(&then), "{name}");
        if *key != source_key {
            assert_eq!(stored.entry.data, then.entry.data, "{name}");
        }
    }
    assert!(expected.is_empty(), "{name}: {:?}", expected.keys());
    let paid = match witnessed.changes.iter().any(|change| {
        change.encoded_key == source_key.to_xdr(Limits::none()).unwrap() && !change.read_only
    }) {
        // The call itself moved the source's XLM.
        true => return,
        false => balance(then, source) - balance(&network, source),
    };
    assert_eq!(paid, transacted.result.fee_charged, "{name}");
}

fn balance(network: &Network, owner: &AccountId) -> i64 {
    let entry = network.entry(&account_key(owner)).expect("an account");
    let LedgerEntryData::Account(account) = &entry.data else { panic!("an account") };
    account.balance
}

fn with_margin(instructions: u32) -> u32 {
    let margin = (u64::from(instructions) * MARGIN_PERCENT / 100).max(MARGIN_INSTRUCTIONS);
    instructions + margin as u32
}

fn without_nonces(keys: &[LedgerKey]) -> Vec<LedgerKey> {
    keys.iter().filter(|key| !is_nonce(key)).cloned().collect()
}

fn is_nonce(key: &LedgerKey) -> bool {
    matches!(key, LedgerKey::ContractData(data)
        if data.durability == ContractDataDurability::Temporary
            && matches!(data.key, ScVal::LedgerKeyNonce(_)))
}
