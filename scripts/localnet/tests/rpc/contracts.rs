//! Simulation, and the entries of contracts as time passes.

use serde_json::{json, Value};
use stellar_xdr::*;

use crate::{
    client::{base64, decode, Net},
    common::{self, XLM},
};

fn instance(contract: &ScAddress) -> LedgerKey {
    LedgerKey::ContractData(LedgerKeyContractData {
        contract: contract.clone(),
        key: ScVal::LedgerKeyContractInstance,
        durability: ContractDataDurability::Persistent,
    })
}

#[test]
fn a_simulation_tells_what_a_call_needs_and_does() {
    let net = Net::on_demand();
    net.fund("alice");
    net.fund("bob");
    let contract = net.native("alice");
    let call = common::transfer(&contract, "alice", "bob", XLM);
    let tx = net.transaction("bob", common::body(call.clone(), vec![]));
    let found = net.simulate(&tx);
    assert_eq!(found["latestLedger"], net.latest());
    assert_eq!(decode::<ScVal>(&found["results"][0]["xdr"]), ScVal::Void);
    let auth: SorobanAuthorizationEntry = decode(&found["results"][0]["auth"][0]);
    let SorobanCredentials::Address(credentials) = auth.credentials else { panic!("{found}") };
    assert_eq!(credentials.address, ScAddress::Account(common::id("alice")));
    let events: Vec<DiagnosticEvent> =
        found["events"].as_array().unwrap().iter().map(decode).collect();
    assert!(!events.is_empty());
    let changes = found["stateChanges"].as_array().unwrap();
    let of_bob = changes
        .iter()
        .find(|change| {
            let key: LedgerKey = decode(&change["key"]);
            matches!(key, LedgerKey::Account(key) if key.account_id == common::id("bob"))
        })
        .unwrap();
    assert_eq!(of_bob["type"], "updated");
    let [before, after] = ["before", "after"].map(|name| {
        let entry: LedgerEntry = decode(&of_bob[name]);
        let LedgerEntryData::Account(account) = entry.data else { panic!("{of_bob}") };
        account.balance
    });
    assert_eq!(after - before, XLM);
    let created = changes.iter().find(|change| change["type"] == "created").unwrap();
    assert_eq!(created["before"], Value::Null, "a nonce");
    assert_eq!(net.account("bob").balance, 10_000 * XLM, "nothing happened");
    let own = net.prepare("alice", call);
    assert_eq!(net.apply(&own)["status"], "SUCCESS");
    assert_eq!(net.account("bob").balance, 10_001 * XLM);
}

#[test]
fn parameters_of_a_simulation() {
    let net = Net::on_demand();
    net.fund("alice");
    let contract = net.native("alice");
    let call = common::transfer(&contract, "alice", "alice", XLM);
    let tx = net.transaction("alice", common::body(call, vec![]));
    let envelope = TransactionV1Envelope { tx, signatures: Default::default() };
    let transaction = base64(&TransactionEnvelope::Tx(envelope));
    let simulate = |extra: Value| {
        let mut params = json!({ "transaction": transaction });
        params.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        net.call("simulateTransaction", params)
    };
    let instructions = |found: &Value| {
        let data: SorobanTransactionData = decode(&found["transactionData"]);
        data.resources.instructions
    };
    let usual = simulate(json!({}));
    let leeway = simulate(json!({ "resourceConfig": { "instructionLeeway": 20_000_000 } }));
    assert!(instructions(&leeway) >= instructions(&usual) + 10_000_000);
    for mode in ["record", "record_allow_nonroot"] {
        assert_eq!(simulate(json!({ "authMode": mode }))["results"], usual["results"]);
    }
    assert!(simulate(json!({ "authMode": "enforce" }))["error"].is_string(), "nothing is signed");
    let wrong = simulate(json!({ "authMode": "guess" }));
    assert!(wrong["error"].as_str().unwrap().contains("'authMode' must be one of"));
    let json = simulate(json!({ "xdrFormat": "json" }));
    assert_eq!(json["results"][0]["returnValueJson"], "void");
    assert!(json["results"][0]["authJson"][0].is_object());
    assert!(json["transactionDataJson"]["resources"].is_object());
    assert!(json["eventsJson"][0].is_object() && json["stateChanges"][0]["keyJson"].is_object());
    assert_eq!(json.get("transactionData"), None);
}

#[test]
fn what_can_not_be_simulated_is_told_in_the_answer() {
    let net = Net::on_demand();
    net.fund("alice");
    let contract = ScAddress::Contract(ContractId(Hash([7; 32])));
    let missing = common::transfer(&contract, "alice", "alice", XLM);
    let missing = net.simulate(&net.transaction("alice", common::body(missing, vec![])));
    let error = missing["error"].as_str().unwrap();
    assert!(error.contains("Event log (newest first)"), "{error}");
    assert_eq!(missing["latestLedger"], net.latest());
    for name in ["results", "transactionData", "minResourceFee", "restorePreamble"] {
        assert_eq!(missing.get(name), None, "{name}");
    }
    let TransactionEnvelope::Tx(payment) = net.pay("alice", "alice", 1) else { unreachable!() };
    let answer = net.simulate(&payment.tx);
    let message = "transaction contains unsupported operation type: OperationTypePayment";
    assert_eq!(answer["error"], message);
    let mut two = payment.tx.clone();
    let operation = two.operations[0].clone();
    two.operations = vec![operation.clone(), operation].try_into().unwrap();
    assert_eq!(net.simulate(&two)["error"], "Transaction contains more than one operation");
    let none = Transaction { operations: Default::default(), ..payment.tx };
    assert_eq!(net.simulate(&none)["error"], "Transaction contains more than one operation");
    for params in [json!({}), json!({ "transaction": "AAAA" }), json!({ "transaction": "?" })] {
        let answer = net.call("simulateTransaction", params);
        assert_eq!(answer["error"], "Could not unmarshal transaction");
    }
}

#[test]
fn entries_live_until_a_ledger_and_are_then_archived() {
    let net = Net::on_demand();
    net.fund("alice");
    let contract = net.native("alice");
    let key = instance(&contract);
    let [account, nothing] = ["alice", "nobody"]
        .map(|name| LedgerKey::Account(LedgerKeyAccount { account_id: common::id(name) }));
    let entries = net.entries(&[nothing, key.clone(), account.clone(), key.clone()]);
    assert_eq!(entries.len(), 2, "each once, in the order of the request");
    let [of_contract, of_account] = &entries[..] else { unreachable!() };
    assert_eq!(of_contract["key"], base64(&key));
    assert_eq!(of_account["key"], base64(&account));
    assert_eq!(of_account.get("liveUntilLedgerSeq"), None);
    let data: LedgerEntryData = decode(&of_contract["xdr"]);
    assert!(matches!(data, LedgerEntryData::ContractData(_)));
    assert_eq!(of_contract["lastModifiedLedgerSeq"], net.latest());
    assert_eq!(decode::<LedgerEntryExt>(&of_contract["extXdr"]), LedgerEntryExt::V0);
    let live_until = of_contract["liveUntilLedgerSeq"].as_u64().unwrap();
    let left = live_until - u64::from(net.latest());
    net.advance(5 * left);
    assert_eq!(u64::from(net.latest()), live_until);
    assert_eq!(net.entries(std::slice::from_ref(&key))[0]["liveUntilLedgerSeq"], live_until);
    net.close();
    let archived = &net.entries(std::slice::from_ref(&key))[0];
    assert_eq!(archived["liveUntilLedgerSeq"], 0);
    assert_eq!(archived["xdr"], of_contract["xdr"]);
    // A call brings it back.
    let call = common::transfer(&contract, "alice", "alice", XLM);
    assert_eq!(net.apply(&net.prepare("alice", call))["status"], "SUCCESS");
    let restored = &net.entries(&[key])[0];
    assert!(restored["liveUntilLedgerSeq"].as_u64().unwrap() > u64::from(net.latest()));
    let json = json!({ "keys": [base64(&account)], "xdrFormat": "json" });
    let json = &net.call("getLedgerEntries", json)["entries"][0];
    assert!(json["keyJson"]["account"].is_object() && json["dataJson"]["account"].is_object());
    assert_eq!(json.get("xdr"), None);
}

#[test]
fn a_temporary_entry_that_expired_is_gone() {
    let net = Net::on_demand();
    net.fund("alice");
    net.fund("bob");
    let contract = net.native("alice");
    // Whoever signs for an account uses up a nonce, which is a temporary entry.
    let call = common::transfer(&contract, "alice", "bob", XLM);
    let found = net.simulate(&net.transaction("bob", common::body(call, vec![])));
    let auth: SorobanAuthorizationEntry = decode(&found["results"][0]["auth"][0]);
    let SorobanCredentials::Address(mut credentials) = auth.credentials else { panic!() };
    let node = common::node();
    credentials.signature_expiration_ledger = 0;
    let entry = SorobanAuthorizationEntry {
        credentials: SorobanCredentials::Address(credentials.clone()),
        root_invocation: auth.root_invocation,
    };
    let signed = common::authorize(&node, entry, None);
    let call = common::transfer(&contract, "alice", "bob", XLM);
    let data: SorobanTransactionData = decode(&found["transactionData"]);
    let tx = net.transaction("bob", common::body(call, vec![signed]));
    let sent = net.apply(&net.sign(common::with_data(tx, data), "bob"));
    assert_eq!(sent["status"], "SUCCESS", "{sent}");
    let nonce = LedgerKey::ContractData(LedgerKeyContractData {
        contract: credentials.address,
        key: ScVal::LedgerKeyNonce(ScNonceKey { nonce: credentials.nonce }),
        durability: ContractDataDurability::Temporary,
    });
    let live = net.entries(std::slice::from_ref(&nonce));
    assert_eq!(live.len(), 1);
    net.advance(5 * 17_300);
    assert!(net.entries(&[nonce]).is_empty());
    let ttl = LedgerKey::Ttl(LedgerKeyTtl { key_hash: Hash([0; 32]) });
    let refused = net.try_call("getLedgerEntries", json!({ "keys": [base64(&ttl)] }));
    let message = "ledger ttl entries cannot be queried directly";
    assert_eq!(refused.unwrap_err(), (-32602, message.into()));
}
