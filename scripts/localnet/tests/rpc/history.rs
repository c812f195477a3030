//! Ledgers and transactions, as they are sent and looked up.

use serde_json::{json, Value};
use stellar_xdr::*;

use crate::{
    client::{base64, decode, Net},
    common::{self, XLM},
};

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_network_tells_of_itself() {
    let net = Net::on_demand();
    net.close();
    let health = net.call("getHealth", Value::Null);
    assert_eq!(health["status"], "healthy");
    assert_eq!(health["latestLedger"], 2);
    assert_eq!(health["oldestLedger"], 1);
    assert_eq!(health["ledgerRetentionWindow"], 17_280);
    let network = net.call("getNetwork", Value::Null);
    let expected = json!({
        "friendbotUrl": format!("{}/friendbot", net.url()),
        "passphrase": common::PASSPHRASE,
        "protocolVersion": 28,
    });
    assert_eq!(network, expected);
    let version = net.call("getVersionInfo", Value::Null);
    let names =
        ["buildTimestamp", "captiveCoreVersion", "commitHash", "protocolVersion", "version"];
    assert_eq!(keys(&version), names);
    let latest = net.call("getLatestLedger", Value::Null);
    let header: LedgerHeader = decode(&latest["headerXdr"]);
    assert_eq!(latest["sequence"], header.ledger_seq);
    assert_eq!(latest["protocolVersion"], 28);
    assert_eq!(latest["closeTime"], header.scp_value.close_time.0.to_string());
    let LedgerCloseMeta::V2(meta) = decode(&latest["metadataXdr"]) else { panic!("{latest}") };
    assert_eq!(latest["id"], meta.ledger_header.hash.to_string());
    assert_eq!(meta.ledger_header.header, header);
}

#[test]
fn ledgers_page_by_page() {
    let net = Net::on_demand();
    net.call("localnet_close", json!({ "count": 9 }));
    net.advance(100);
    let all = net.call("getLedgers", json!({ "startLedger": 1 }));
    let ledgers = all["ledgers"].as_array().unwrap();
    let sequences: Vec<_> = ledgers.iter().map(|one| one["sequence"].as_u64().unwrap()).collect();
    assert_eq!(sequences, (1..=10).chain([30]).collect::<Vec<_>>());
    assert_eq!(all["cursor"], "30");
    for ledger in ledgers {
        let header: LedgerHeaderHistoryEntry = decode(&ledger["headerXdr"]);
        assert_eq!(ledger["hash"], header.hash.to_string());
        assert_eq!(ledger["ledgerCloseTime"], header.header.scp_value.close_time.0.to_string());
        let LedgerCloseMeta::V2(meta) = decode(&ledger["metadataXdr"]) else { panic!() };
        assert_eq!(meta.ledger_header, header);
    }
    let mut paged = vec![];
    let mut params = json!({ "startLedger": 1, "pagination": { "limit": 3 } });
    while paged.len() < ledgers.len() {
        let page = net.call("getLedgers", params);
        paged.extend(page["ledgers"].as_array().unwrap().clone());
        params = json!({ "pagination": { "limit": 3, "cursor": page["cursor"] } });
    }
    assert_eq!(&paged, ledgers);
    assert_eq!(net.code("getLedgers", params), -32602, "there is no ledger after the last");
    let json = net.call("getLedgers", json!({ "startLedger": 2, "xdrFormat": "json" }));
    let ledger = &json["ledgers"][0];
    assert_eq!(ledger["headerJson"]["header"]["ledger_seq"], 2);
    assert_eq!((&ledger["headerXdr"], &ledger["metadataXdr"]), (&json!(""), &json!("")));
}

#[test]
fn a_transaction_waits_and_is_then_found() {
    let net = Net::on_demand();
    net.fund("alice");
    let envelope = net.pay("alice", "alice", 5);
    let latest = net.call("getHealth", Value::Null);
    let sent = net.send(&envelope);
    let expected = json!({
        "status": "PENDING",
        "hash": net.hash(&envelope),
        "latestLedger": latest["latestLedger"],
        "latestLedgerCloseTime": latest["latestLedgerCloseTime"].to_string(),
    });
    assert_eq!(sent, expected);
    assert_eq!(net.send(&envelope)["status"], "DUPLICATE");
    let other = net.pay("alice", "alice", 6);
    assert_eq!(net.send(&other)["status"], "TRY_AGAIN_LATER");
    let missing = net.call("getTransaction", json!({ "hash": sent["hash"] }));
    assert_eq!(missing["status"], "NOT_FOUND");
    assert_eq!(missing["txHash"], sent["hash"]);
    assert_eq!(missing["latestLedgerCloseTime"], sent["latestLedgerCloseTime"]);
    net.close();
    let found = net.call("getTransaction", json!({ "hash": sent["hash"] }));
    assert_eq!(found["status"], "SUCCESS");
    assert_eq!(found["ledger"], net.latest());
    assert_eq!(found["createdAt"], found["latestLedgerCloseTime"]);
    assert_eq!((&found["applicationOrder"], &found["feeBump"]), (&json!(1), &json!(false)));
    assert_eq!(found["envelopeXdr"], base64(&envelope));
    let result: TransactionResult = decode(&found["resultXdr"]);
    assert!(common::succeeded(&result));
    let TransactionMeta::V4(meta) = decode(&found["resultMetaXdr"]) else { panic!("{found}") };
    let strings = |events: &[TransactionEvent]| events.iter().map(base64).collect::<Vec<_>>();
    assert_eq!(found["events"]["transactionEventsXdr"], json!(strings(&meta.events)));
    let events: Vec<_> = meta.operations[0].events.iter().map(base64).collect();
    assert_eq!(found["events"]["contractEventsXdr"], json!([events]));
    for _ in 0..10 {
        assert_eq!(net.send(&envelope)["status"], "TRY_AGAIN_LATER", "applied lately");
        net.close();
    }
    let refused = net.send(&envelope);
    let result: TransactionResult = decode(&refused["errorResultXdr"]);
    assert_eq!(result.result, TransactionResultResult::TxBadSeq);
}

#[test]
fn a_transaction_that_can_not_be_applied_is_refused_at_once() {
    let net = Net::on_demand();
    net.fund("alice");
    net.fund("bob");
    let unsigned = net.sign(net.transaction("alice", pay_self("alice")), "bob");
    let mut old = net.transaction("alice", pay_self("alice"));
    old.seq_num.0 -= 1;
    let mut cheap = net.transaction("alice", pay_self("alice"));
    cheap.fee = 99;
    let old = net.sign(old, "alice");
    let cheap = net.sign(cheap, "alice");
    for (envelope, code) in [
        (&unsigned, TransactionResultCode::TxBadAuth),
        (&old, TransactionResultCode::TxBadSeq),
        (&cheap, TransactionResultCode::TxInsufficientFee),
    ] {
        let sent = net.send(envelope);
        assert_eq!(sent["status"], "ERROR");
        assert_eq!(sent["hash"], net.hash(envelope));
        let result: TransactionResult = decode(&sent["errorResultXdr"]);
        assert_eq!(result.result.discriminant(), code);
        let params = json!({ "transaction": base64(envelope), "xdrFormat": "json" });
        let sent = net.call("sendTransaction", params);
        assert!(sent["errorResultJson"]["result"].is_string(), "{sent}");
        assert_eq!(sent.get("errorResultXdr"), None);
    }
    net.close();
    for envelope in [&unsigned, &old, &cheap] {
        let found = net.call("getTransaction", json!({ "hash": net.hash(envelope) }));
        assert_eq!(found["status"], "NOT_FOUND");
    }
}

fn pay_self(name: &str) -> OperationBody {
    OperationBody::Payment(PaymentOp {
        destination: MuxedAccount::Ed25519(common::public(name)),
        asset: Asset::Native,
        amount: 1,
    })
}

#[test]
fn a_failed_transaction_is_found_with_its_result() {
    let net = Net::on_demand();
    net.fund("alice");
    let found = net.apply(&net.pay("alice", "nobody", 5));
    assert_eq!(found["status"], "FAILED");
    let result: TransactionResult = decode(&found["resultXdr"]);
    assert_eq!(result.result.discriminant(), TransactionResultCode::TxFailed);
    assert_eq!(result.fee_charged, 100);
}

#[test]
fn a_fee_bump_has_two_hashes() {
    let net = Net::on_demand();
    net.fund("alice");
    net.fund("bob");
    let TransactionEnvelope::Tx(inner) = net.pay("alice", "alice", 5) else { unreachable!() };
    let bump = FeeBumpTransaction {
        fee_source: MuxedAccount::Ed25519(common::public("bob")),
        fee: 1_000,
        inner_tx: FeeBumpTransactionInnerTx::Tx(inner.clone()),
        ext: FeeBumpTransactionExt::V0,
    };
    let unsigned = FeeBumpTransactionEnvelope { tx: bump, signatures: Default::default() };
    let envelope = TransactionEnvelope::TxFeeBump(unsigned.clone());
    let digest: Hash = net.hash(&envelope).parse().unwrap();
    let key = common::key("bob");
    let signature = ed25519_dalek::Signer::sign(&key, &digest.0).to_bytes().to_vec();
    let hint = key.verifying_key().to_bytes()[28..].try_into().unwrap();
    let signature = DecoratedSignature {
        hint: SignatureHint(hint),
        signature: Signature(signature.try_into().unwrap()),
    };
    let signatures = vec![signature].try_into().unwrap();
    let envelope =
        TransactionEnvelope::TxFeeBump(FeeBumpTransactionEnvelope { signatures, ..unsigned });
    let outer = net.apply(&envelope);
    assert_eq!((&outer["status"], &outer["feeBump"]), (&json!("SUCCESS"), &json!(true)));
    let hash = net.hash(&TransactionEnvelope::Tx(inner));
    let mut inner = net.call("getTransaction", json!({ "hash": hash }));
    assert_eq!(inner["txHash"], hash);
    inner["txHash"] = outer["txHash"].clone();
    assert_eq!(inner, outer);
}

#[test]
fn transactions_page_by_page_without_loss_or_repetition() {
    let net = Net::on_demand();
    let names: Vec<_> = (0..7).map(|number| format!("account {number}")).collect();
    names.iter().for_each(|name| assert_eq!(net.fund(name).status, 200));
    for _ in 0..3 {
        for name in &names {
            assert_eq!(net.send(&net.pay(name, name, 1))["status"], "PENDING");
        }
        net.close();
        net.close();
    }
    net.advance(100);
    let all = net.call("getTransactions", json!({ "startLedger": 1 }));
    let all = all["transactions"].as_array().unwrap();
    assert_eq!(all.len(), 7 + 3 * 7);
    let orders: Vec<_> = all.iter().map(|one| one["applicationOrder"].as_u64().unwrap()).collect();
    assert_eq!(
        orders,
        [vec![1; 7], (1..=7).collect(), (1..=7).collect(), (1..=7).collect()].concat()
    );
    for one in all {
        let found = net.call("getTransaction", json!({ "hash": one["txHash"] }));
        assert_eq!(found["createdAt"], one["createdAt"].to_string(), "a string there alone");
        for name in ["status", "ledger", "applicationOrder", "envelopeXdr", "resultXdr", "events"] {
            assert_eq!(found[name], one[name]);
        }
    }
    for limit in [1, 3, 4, 7, 28, 200] {
        let mut paged = vec![];
        let mut params = json!({ "startLedger": 1, "pagination": { "limit": limit } });
        loop {
            let page = net.call("getTransactions", params);
            let transactions = page["transactions"].as_array().unwrap();
            assert!(transactions.len() <= limit);
            if transactions.is_empty() {
                break;
            }
            paged.extend(transactions.clone());
            params = json!({ "pagination": { "limit": limit, "cursor": page["cursor"] } });
        }
        assert_eq!(&paged, all, "{limit}");
    }
    // A client that is at the end is told what comes later.
    let end = net.call("getTransactions", json!({ "startLedger": net.latest() }));
    let latest = net.apply(&net.pay("account 0", "account 1", XLM));
    let params = json!({ "pagination": { "cursor": end["cursor"] } });
    let new = net.call("getTransactions", params);
    assert_eq!(new["transactions"][0]["txHash"], latest["txHash"]);
    assert_eq!(new["transactions"].as_array().unwrap().len(), 1);
    let json = net.call("getTransactions", json!({ "startLedger": 1, "xdrFormat": "json" }));
    let one = &json["transactions"][0];
    assert!(one["envelopeJson"]["tx"].is_object() && one["resultJson"].is_object());
    assert!(one["resultMetaJson"]["v4"].is_object());
    assert!(one["events"]["contractEventsJson"][0][0].is_object());
    assert_eq!(one.get("envelopeXdr"), None);
}

#[test]
fn fees_that_were_paid() {
    let net = Net::on_demand();
    let none = net.call("getFeeStats", Value::Null);
    assert_eq!(none["inclusionFee"]["max"], "0");
    assert_eq!(none["inclusionFee"]["transactionCount"], "0");
    net.fund("alice");
    net.native("alice");
    let stats = net.call("getFeeStats", Value::Null);
    for kind in ["inclusionFee", "sorobanInclusionFee"] {
        let fees = &stats[kind];
        for name in ["max", "min", "mode", "p10", "p50", "p95", "p99"] {
            assert_eq!(fees[name], "100", "{kind} {name}");
        }
        assert_eq!(fees["transactionCount"], "1");
        assert_eq!(fees["ledgerCount"], net.latest());
    }
}
