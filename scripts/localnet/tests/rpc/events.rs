//! Events: their order and ids, filters, paging.

use std::collections::BTreeSet;

use serde_json::{json, Value};
use stellar_xdr::*;

use crate::{
    client::{base64, decode, Net},
    common::{self, XLM},
};

const NAMES: [&str; 3] = ["alice", "bob", "carol"];

/// A network on which the contract of XLM did something in several ledgers, its address, and all events.
fn busy() -> (Net, String, Vec<Value>) {
    let net = Net::on_demand();
    NAMES.iter().for_each(|name| assert_eq!(net.fund(name).status, 200));
    let contract = net.native("alice");
    for round in 1..=3 {
        for (from, to) in [("alice", "bob"), ("bob", "carol"), ("carol", "alice")] {
            let transfer = common::transfer(&contract, from, to, round * XLM);
            let sent = net.send(&net.prepare(from, transfer));
            assert_eq!(sent["status"], "PENDING", "{sent}");
        }
        net.close();
        net.advance(60);
    }
    // This one fails: it has paid its fee all the same.
    let failed = net.apply(&net.pay("alice", "nobody", 1));
    assert_eq!(failed["status"], "FAILED");
    let all = net.call("getEvents", json!({ "startLedger": 1 }));
    assert_eq!(all["latestLedger"], net.latest());
    (net, contract.to_string(), all["events"].as_array().unwrap().clone())
}

fn symbol(name: &str) -> String {
    base64(&ScVal::Symbol(name.try_into().unwrap()))
}

fn ids(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["id"].as_str().unwrap()).collect()
}

#[test]
fn events_are_in_order_and_whole() {
    let (net, contract, all) = busy();
    let mut sorted = ids(&all);
    sorted.sort();
    assert_eq!(ids(&all), sorted);
    assert_eq!(sorted.iter().collect::<BTreeSet<_>>().len(), sorted.len());
    // In a ledger of three calls: three fees, then what each did, then three refunds.
    let ledger = all[all.len() - 2]["ledger"].clone();
    let of_ledger: Vec<_> = all.iter().filter(|event| event["ledger"] == ledger).collect();
    let kinds: Vec<_> = of_ledger
        .iter()
        .map(|event| {
            let ScVal::Symbol(kind) = decode(&event["topic"][0]) else { panic!("{event}") };
            (kind.to_string(), event["transactionIndex"].as_u64().unwrap())
        })
        .collect();
    let expected = [("fee", 0); 3]
        .into_iter()
        .chain([("transfer", 1), ("transfer", 2), ("transfer", 3)])
        .chain([("fee", (1 << 20) - 1); 3]);
    let expected: Vec<_> = expected.map(|(kind, index)| (kind.to_owned(), index)).collect();
    assert_eq!(kinds, expected);
    let transfer = of_ledger[3];
    let number = ledger.as_u64().unwrap();
    assert_eq!(transfer["id"], format!("{:019}-0000000000", (number << 32) + (1 << 12)));
    assert_eq!(transfer["type"], "contract");
    assert_eq!(transfer["contractId"], contract);
    assert_eq!(transfer["operationIndex"], 0);
    assert_eq!(transfer["inSuccessfulContractCall"], true);
    let topics: Vec<ScVal> = transfer["topic"].as_array().unwrap().iter().map(decode).collect();
    assert_eq!(topics[1..3], [common::address("alice"), common::address("bob")]);
    let amount = ScVal::I128(Int128Parts { hi: 0, lo: 3 * XLM as u64 });
    assert_eq!(decode::<ScVal>(&transfer["value"]), amount);
    let found = net.call("getTransaction", json!({ "hash": transfer["txHash"] }));
    assert_eq!(found["ledger"], ledger);
    let event: ContractEvent = decode(&found["events"]["contractEventsXdr"][0][0]);
    let ContractEventBody::V0(body) = event.body;
    assert_eq!(body.topics.to_vec(), topics);
    // Of a transaction that failed there is the fee alone.
    let last = all.last().unwrap();
    assert_eq!(last["inSuccessfulContractCall"], false);
    assert_eq!(last["topic"][0], symbol("fee"));
    let of_failed = all.iter().filter(|event| event["txHash"] == last["txHash"]);
    assert_eq!(of_failed.count(), 1);
}

#[test]
fn filters_choose() {
    let (net, contract, all) = busy();
    let get = |filters: Value| {
        let answer = net.call("getEvents", json!({ "startLedger": 1, "filters": filters }));
        answer["events"].as_array().unwrap().clone()
    };
    let expected = |keep: &dyn Fn(&Value) -> bool| {
        all.iter().filter(|event| keep(event)).cloned().collect::<Vec<_>>()
    };
    let is_transfer = |event: &Value| event["topic"][0] == symbol("transfer");
    let bob = base64(&common::address("bob"));
    let transfers = get(json!([{ "topics": [[symbol("transfer"), "**"]] }]));
    assert_eq!(transfers, expected(&is_transfer));
    assert!(transfers.len() > 9);
    let to_bob = get(json!([{ "topics": [[symbol("transfer"), "*", bob, "*"]] }]));
    assert_eq!(to_bob, expected(&|event| is_transfer(event) && event["topic"][2] == bob));
    assert!(to_bob.len() >= 3);
    let either = json!([{ "topics": [["*", bob], ["*", bob, "*", "*"]] }]);
    assert_eq!(get(either), expected(&|event| event["topic"][1] == bob));
    assert_eq!(get(json!([{ "type": "contract", "contractIds": [contract] }])), all);
    let other = "CDLZFC3SYJYDZT7K67VZ75HPJVIEUVNIXF47ZG2FB2RMQQVU2HHGCYSC";
    assert!(get(json!([{ "contractIds": [other] }])).is_empty());
    assert!(get(json!([{ "type": "system" }])).is_empty());
    let union = json!([
        { "contractIds": [other] },
        { "contractIds": [contract], "topics": [[symbol("fee"), "*"]] },
    ]);
    assert_eq!(get(union), expected(&|event| event["topic"][0] == symbol("fee")));
}

#[test]
fn pages_join_without_loss_or_repetition() {
    let (net, _, all) = busy();
    let filters = json!([{ "topics": [[symbol("transfer"), "**"]] }]);
    let is_transfer = |event: &&Value| event["topic"][0] == symbol("transfer");
    let transfers: Vec<_> = all.iter().filter(is_transfer).cloned().collect();
    for (filters, expected) in [(json!([]), &all), (filters, &transfers)] {
        for limit in [1, 2, 5, 10_000] {
            let mut paged = vec![];
            let mut params = json!({
                "startLedger": 1, "filters": filters, "pagination": { "limit": limit },
            });
            loop {
                let page = net.call("getEvents", params);
                let events = page["events"].as_array().unwrap();
                paged.extend(events.clone());
                params = json!({
                    "filters": filters,
                    "pagination": { "limit": limit, "cursor": page["cursor"] },
                });
                if events.len() < limit {
                    break;
                }
                assert_eq!(page["cursor"], events.last().unwrap()["id"]);
            }
            assert_eq!(ids(&paged), ids(expected), "{limit}");
            // What happens later follows, once.
            assert_eq!(net.call("getEvents", params)["events"], json!([]));
        }
    }
    let end = net.call("getEvents", json!({ "startLedger": net.latest() }))["cursor"].clone();
    let paid = net.apply(&net.pay("bob", "carol", XLM));
    let later = net.call("getEvents", json!({ "pagination": { "cursor": end } }));
    let events = later["events"].as_array().unwrap();
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|event| event["txHash"] == paid["txHash"]));
}

#[test]
fn a_range_ends_before_its_end() {
    let (net, _, all) = busy();
    let ledgers: BTreeSet<_> = all.iter().map(|event| event["ledger"].as_u64().unwrap()).collect();
    let [start, end] = [2, 4].map(|nth| *ledgers.iter().nth(nth).unwrap());
    let page = net.call("getEvents", json!({ "startLedger": start, "endLedger": end }));
    let within = |event: &&Value| (start..end).contains(&event["ledger"].as_u64().unwrap());
    let expected: Vec<_> = all.iter().filter(within).cloned().collect();
    assert_eq!(page["events"], json!(expected));
    assert_eq!(page["cursor"], format!("{:019}-4294967295", (end << 32) - 1));
    let cursor = json!({ "cursor": page["cursor"] });
    let params = json!({ "endLedger": end, "pagination": cursor });
    assert_eq!(net.code("getEvents", params), -32602);
    let rest = net.call("getEvents", json!({ "pagination": cursor }));
    assert_eq!(rest["events"][0]["ledger"], end);
    for (start, end) in [(1, 1), (3, 2), (2, u64::from(u32::MAX))] {
        net.call("getEvents", json!({ "startLedger": start, "endLedger": end }));
    }
    let json = net.call("getEvents", json!({ "startLedger": start, "xdrFormat": "json" }));
    let event = &json["events"][0];
    assert!(event["topicJson"][0]["symbol"].is_string() && event["valueJson"].is_object());
    assert_eq!((event.get("topic"), event.get("value")), (None, None));
}

#[test]
fn a_request_looks_through_ten_thousand_ledgers() {
    let net = Net::on_demand();
    let funded = net.fund("alice").json()["hash"].clone();
    for _ in 0..10 {
        net.call("localnet_close", json!({ "count": 1_000 }));
    }
    let paid = net.apply(&net.pay("alice", "alice", 1));
    let hashes = |page: &Value| {
        let events = page["events"].as_array().unwrap();
        events.iter().map(|event| event["txHash"].clone()).collect::<Vec<_>>()
    };
    let early = net.call("getEvents", json!({ "startLedger": 2 }));
    assert_eq!(hashes(&early), vec![funded; 2]);
    assert_eq!(early["cursor"], format!("{:019}-4294967295", (10_002_u64 << 32) - 1));
    let late = net.call("getEvents", json!({ "pagination": { "cursor": early["cursor"] } }));
    assert_eq!(hashes(&late), vec![paid["txHash"].clone(); 2]);
}
