//! JSON-RPC itself: what is no call, and calls with what they don't take.

use serde_json::{json, Value};
use stellar_xdr::*;

use crate::{
    client::{base64, post, Net},
    common,
};

/// The error code with which a body is answered.
fn code(net: &Net, body: &[u8]) -> i64 {
    let reply = post(net.url(), body);
    assert_eq!(reply.status, 200);
    let answer = reply.json();
    assert_eq!(answer["id"], Value::Null, "{answer}");
    answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("{answer}"))
}

#[test]
fn ids_come_back_as_they_were() {
    let net = Net::on_demand();
    let huge = format!("\"{}\"", "x".repeat(100_000));
    let digits = "9".repeat(10_000);
    for id in ["0", "-7", "1.50", "1e400", "\"\"", "\"a\\u0062\"", &huge, &digits] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"getHealth"}}"#);
        let reply = post(net.url(), body.as_bytes()).body;
        assert!(reply.starts_with(&format!(r#"{{"jsonrpc":"2.0","id":{id},"result":"#)), "{id}");
    }
}

#[test]
fn a_batch_is_answered_call_by_call() {
    let net = Net::on_demand();
    let call = |id: Value, method: &str| json!({ "jsonrpc": "2.0", "id": id, "method": method });
    let notification = json!({ "jsonrpc": "2.0", "method": "getHealth" });
    let batch = json!([
        call(1.into(), "getHealth"),
        notification,
        call("two".into(), "getNothing"),
        7,
        call(3.into(), "getNetwork"),
    ]);
    let answers = post(net.url(), batch.to_string().as_bytes()).json();
    let outcomes: Vec<_> = answers
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| (answer["id"].clone(), answer["error"]["code"].as_i64()))
        .collect();
    let expected = [
        (json!(1), None),
        (json!("two"), Some(-32601)),
        (Value::Null, Some(-32700)),
        (json!(3), None),
    ];
    assert_eq!(outcomes, expected);
    let one = json!([call(1.into(), "getHealth")]);
    assert!(post(net.url(), one.to_string().as_bytes()).json().is_array());
    for silent in [json!([notification, notification]), notification] {
        let reply = post(net.url(), silent.to_string().as_bytes());
        assert_eq!((reply.status, reply.body.as_str()), (204, ""));
    }
    let many: Vec<_> = (0..101).map(|id| call(id.into(), "getHealth")).collect();
    assert_eq!(code(&net, json!(many).to_string().as_bytes()), -32600);
    assert_eq!(code(&net, b"[]"), -32600);
}

#[test]
fn what_is_no_call_is_refused_and_harms_nobody() {
    let net = Net::on_demand();
    let deep = "[".repeat(250_000);
    let nested = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let objects = r#"{"a":"#.repeat(80_000);
    let garbage: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    for body in ["", " ", "{", "nul", "\"", "{]", &deep, &objects, "{} {}"] {
        assert_eq!(code(&net, body.as_bytes()), -32700, "{:.20}", body);
    }
    assert_eq!(code(&net, &garbage), -32700);
    for body in ["7", "null", "\"getHealth\"", "true"] {
        assert_eq!(code(&net, body.as_bytes()), -32700, "{body}");
    }
    for body in [
        r#"{}"#,
        r#"{"jsonrpc":"1.0","method":"getHealth"}"#,
        r#"{"jsonrpc":2.0,"method":"getHealth"}"#,
        r#"{"jsonrpc":"2.0"}"#,
        r#"{"jsonrpc":"2.0","id":{},"method":"getHealth"}"#,
        r#"{"jsonrpc":"2.0","id":true,"method":"getHealth"}"#,
        r#"{"jsonrpc":"2.0","method":"getHealth","params":7}"#,
        r#"{"jsonrpc":"2.0","method":"getHealth","result":7}"#,
    ] {
        assert_eq!(code(&net, body.as_bytes()), -32600, "{body}");
    }
    let answers = post(net.url(), nested.as_bytes()).json();
    assert_eq!(answers[0]["error"]["code"], -32700);
    let unknown = net.try_call("getNothing", json!({})).unwrap_err();
    assert_eq!(unknown, (-32601, "method not found".into()));
    assert_eq!(net.call("getHealth", json!({ "and": ["more"] }))["status"], "healthy");
}

#[test]
fn wrong_types_are_invalid_parameters() {
    let net = Net::on_demand();
    let paged = |cursor: Value| json!({ "pagination": { "cursor": cursor } });
    for (method, params) in [
        ("getLedgers", json!({ "startLedger": "1" })),
        ("getLedgers", json!({ "startLedger": -1 })),
        ("getLedgers", json!({ "startLedger": 4_294_967_296_u64 })),
        ("getLedgers", json!({ "startLedger": 1, "pagination": 7 })),
        ("getLedgers", json!({ "startLedger": 1, "pagination": { "limit": -1 } })),
        ("getLedgers", json!({ "startLedger": 1, "xdrFormat": "yaml" })),
        ("getLedgers", paged("x".into())),
        ("getLedgers", paged("4294967295".into())),
        ("getLedgers", json!([1])),
        ("getTransactions", json!({ "startLedger": [] })),
        ("getTransactions", paged("-1".into())),
        ("getTransactions", paged("9223372036854775808".into())),
        ("getTransactions", paged("9223372036854775807".into())),
        ("getTransaction", json!({})),
        ("getTransaction", json!({ "hash": "ab" })),
        ("getTransaction", json!({ "hash": "x".repeat(64) })),
        ("getTransaction", json!({ "hash": "é".repeat(32) })),
        ("getTransaction", json!({ "hash": 7 })),
        ("sendTransaction", json!({})),
        ("sendTransaction", json!({ "transaction": "AAAA" })),
        ("sendTransaction", json!({ "transaction": "!!!" })),
        ("getLedgerEntries", json!({ "keys": "AAAA" })),
        ("getLedgerEntries", json!({ "keys": ["AAAA"] })),
        ("getLedgerEntries", json!({ "keys": vec![""; 201] })),
        ("getEvents", json!({})),
        ("getEvents", json!({ "startLedger": 0 })),
        ("getEvents", json!({ "startLedger": 1, "filters": {} })),
        ("getEvents", json!({ "startLedger": 1, "filters": [{ "type": "diagnostic" }] })),
        ("getEvents", json!({ "startLedger": 1, "pagination": { "limit": 10_001 } })),
        ("getEvents", paged("7".into())),
        ("getEvents", paged(7.into())),
        ("simulateTransaction", json!({ "transaction": 7 })),
        ("localnet_close", json!({ "count": 0 })),
        ("localnet_close", json!({ "count": 1_001 })),
        ("localnet_advance", json!({})),
        ("localnet_advance", json!({ "seconds": 0 })),
        ("localnet_advance", json!({ "seconds": u64::MAX })),
    ] {
        assert_eq!(net.code(method, params.clone()), -32602, "{method} {params}");
    }
    for (method, params) in [
        ("getLedgers", json!({})),
        ("getLedgers", json!({ "startLedger": 2 })),
        ("getLedgers", json!({ "startLedger": 1, "pagination": { "limit": 201 } })),
        ("getLedgers", json!({ "startLedger": 1, "pagination": { "cursor": "1" } })),
        ("getTransactions", json!({ "startLedger": u32::MAX })),
        ("getEvents", json!({ "startLedger": 2 })),
        ("getEvents", json!({ "pagination": { "cursor": "9223372036854775807-4294967295" } })),
    ] {
        assert_eq!(net.code(method, params.clone()), -32600, "{method} {params}");
    }
    assert_eq!(net.latest(), 1);
}

/// A vector in a vector in a vector.
fn nested(depth: usize) -> ScVal {
    (0..depth)
        .fold(ScVal::Void, |inner, _| ScVal::Vec(Some(ScVec(vec![inner].try_into().unwrap()))))
}

/// The bytes of it, which no writer with a limit would write.
fn nested_bytes(depth: usize) -> Vec<u8> {
    let mut bytes = [0, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 1].repeat(depth);
    bytes.extend([0, 0, 0, 1]);
    bytes
}

#[test]
fn xdr_that_nests_deeply_is_read_to_a_limit() {
    let net = Net::on_demand();
    let deepest = (1..500)
        .take_while(|depth| nested(*depth).to_xdr(Limits { depth: 500, len: 1 << 20 }).is_ok())
        .last()
        .unwrap();
    assert!(deepest > 100);
    assert_eq!(nested(3).to_xdr(Limits::none()).unwrap(), nested_bytes(3));
    let filter = |topic: String| json!({ "startLedger": 1, "filters": [{ "topics": [[topic]] }] });
    assert_eq!(net.call("getEvents", filter(base64(&nested(deepest))))["events"], json!([]));
    let too_deep = BytesM::<{ u32::MAX }>::try_from(nested_bytes(20_000)).unwrap();
    // Base64 of an opaque value has its length in front, four bytes; three bytes are four letters.
    let text = base64(&too_deep);
    for skipped in [0, 4] {
        assert_eq!(net.code("getEvents", filter(text[skipped..].into())), -32602);
        let key = json!({ "keys": [&text[skipped..]] });
        assert_eq!(net.code("getLedgerEntries", key), -32602);
    }
    // An argument that nests as deeply as can be read.
    assert_eq!(net.fund("alice").status, 200);
    let contract = ScAddress::Contract(ContractId(Hash([7; 32])));
    let levels = deepest - 20;
    let call = common::invocation(&contract, "f", vec![nested(levels)]);
    let tx = net.transaction("alice", common::body(call, vec![]));
    let answer = net.simulate(&tx);
    assert!(answer["error"].is_string(), "{answer}");
    assert_eq!(net.call("getHealth", Value::Null)["status"], "healthy");
}
