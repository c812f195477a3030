//! The friendbot.

use std::thread;

use serde_json::json;
use stellar_xdr::*;

use crate::{
    client::{decode, request, Net},
    common::{id, XLM},
};

#[test]
fn an_account_is_there_when_the_friendbot_answers() {
    let net = Net::on_demand();
    let reply = net.fund("alice");
    assert_eq!(reply.status, 200);
    let answer = reply.json();
    assert_eq!(answer["successful"], true);
    assert_eq!(net.account("alice").balance, 10_000 * XLM);
    let found = net.call("getTransaction", json!({ "hash": answer["hash"] }));
    assert_eq!(found["status"], "SUCCESS");
    assert_eq!(found["envelopeXdr"], answer["envelope_xdr"]);
}

#[test]
fn it_takes_queries_and_forms() {
    let net = Net::on_demand();
    let query = format!("/friendbot?x=1&addr={}", id("alice"));
    assert_eq!(request(net.url(), "POST", &query, "", b"").status, 200);
    let form = format!("addr={}\n", id("bob"));
    assert_eq!(request(net.url(), "POST", "/friendbot", "", form.as_bytes()).status, 200);
    assert_eq!(net.account("alice").balance, net.account("bob").balance);
}

#[test]
fn who_has_enough_gets_nothing_and_who_has_less_gets_more() {
    let net = Net::on_demand();
    net.fund("alice");
    let reply = net.fund("alice");
    assert_eq!(reply.status, 400);
    assert!(reply.head.contains("content-type: application/problem+json"));
    let problem = reply.json();
    assert_eq!((&problem["status"], &problem["title"]), (&json!(400), &json!("Bad Request")));
    // What each of the two clients looks for.
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("account already funded to starting balance"));
    assert!(detail.contains("createAccountAlreadyExist"));
    net.fund("bob");
    net.apply(&net.pay("bob", "alice", XLM));
    assert_eq!(net.fund("bob").status, 200);
    assert_eq!(net.account("bob").balance, 19_999 * XLM - 100);
}

#[test]
fn addresses_of_no_account_are_refused() {
    let net = Net::on_demand();
    let latest = net.latest();
    for path in [
        "/friendbot",
        "/friendbot?addr=",
        "/friendbot?addr=G",
        "/friendbot?addr=%47%00",
        "/friendbot?addr=CDLZFC3SYJYDZT7K67VZ75HPJVIEUVNIXF47ZG2FB2RMQQVU2HHGCYSC",
        "/friendbot?addr=GBZXN7PIRZGNMHGA7MUUUF4GWPY5AYPV6LY4UV2GL6VJGIQRXFDNMADJ",
    ] {
        let reply = request(net.url(), "GET", path, "", b"");
        assert_eq!(reply.status, 400, "{path}");
        assert_eq!(reply.json()["extras"]["invalid_field"], "addr");
    }
    let form = vec![0xff; 1_000];
    assert_eq!(request(net.url(), "POST", "/friendbot", "", &form).status, 400);
    assert_eq!(net.latest(), latest);
}

#[test]
fn those_who_ask_at_the_same_time_share_a_transaction() {
    let net = Net::new(tributary_localnet::rpc::Pace::Every(std::time::Duration::from_secs(1)));
    let hashes: Vec<_> = thread::scope(|scope| {
        let asked: Vec<_> = (0..150)
            .map(|number| {
                let net = &net;
                scope.spawn(move || {
                    // Some ask for the same account.
                    let reply = net.fund(&format!("account {}", number / 2));
                    assert!([200, 400].contains(&reply.status), "{}", reply.body);
                    reply.json()["hash"].clone()
                })
            })
            .collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    for number in 0..75 {
        assert_eq!(net.account(&format!("account {number}")).balance, 10_000 * XLM);
    }
    let transactions: std::collections::BTreeSet<_> =
        hashes.iter().filter_map(|hash| hash.as_str()).collect();
    let mut created = 0;
    for hash in &transactions {
        let found = net.call("getTransaction", json!({ "hash": hash }));
        let TransactionEnvelope::Tx(envelope) = decode(&found["envelopeXdr"]) else { panic!() };
        created += envelope.tx.operations.len();
    }
    assert_eq!(created, 75, "each once");
    assert!(transactions.len() < 20, "in few transactions");
}

#[test]
fn it_waits_for_another_transaction_of_the_root_account() {
    let net = Net::on_demand();
    let sent = net.send(&net.pay("root", "root", 1));
    assert_eq!(sent["status"], "PENDING");
    assert_eq!(net.fund("alice").status, 200);
    assert_eq!(net.account("alice").balance, 10_000 * XLM);
    let found = net.call("getTransaction", json!({ "hash": sent["hash"] }));
    assert_eq!(found["status"], "SUCCESS");
}
