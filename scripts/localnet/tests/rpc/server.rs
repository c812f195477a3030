//! HTTP around the calls, many clients at once, and what a restart keeps.

use std::{
    io::ErrorKind,
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use tributary_localnet::rpc::{start, Options, Pace};

use crate::{
    client::{post, request, Net},
    common::XLM,
};

#[test]
fn http_is_as_a_browser_expects_it() {
    let net = Net::on_demand();
    let asked = "Origin: https://wallet.example\r\n\
                 Access-Control-Request-Headers: content-type,x-client-name\r\n";
    for path in ["/", "/friendbot"] {
        let reply = request(net.url(), "OPTIONS", path, asked, b"");
        assert_eq!(reply.status, 204);
        for line in [
            "access-control-allow-origin: *",
            "access-control-allow-methods: get, post, options",
            "access-control-allow-headers: content-type,x-client-name",
        ] {
            assert!(reply.head.contains(line), "{}", reply.head);
        }
    }
    let reply = post(net.url(), br#"{"jsonrpc":"2.0","id":1,"method":"getHealth"}"#);
    assert!(reply.head.contains("access-control-allow-origin: *"));
    assert!(reply.head.contains("content-type: application/json"));
    let status = |method, path, headers: &str, body: &[u8]| {
        let reply = request(net.url(), method, path, headers, body);
        assert!(reply.head.contains("access-control-allow-origin: *"), "{}", reply.head);
        reply.status
    };
    assert_eq!(status("GET", "/", "", b""), 405);
    assert_eq!(status("DELETE", "/", "", b""), 405);
    assert_eq!(status("GET", "/nothing", "", b""), 404);
    assert_eq!(status("POST", "/", "", b"{}"), 415);
    assert_eq!(status("POST", "/", "Content-Type: text/plain\r\n", b"{}"), 415);
    let json = "Content-Type: Application/JSON; charset=utf-8\r\n";
    assert_eq!(status("POST", "/", json, b"{}"), 200);
    assert_eq!(status("POST", "/", json, &vec![b' '; 513 * 1024]), 413);
}

#[test]
fn a_hundred_clients_are_served_at_once() {
    let net = Net::new(Pace::Every(Duration::from_millis(200)));
    thread::scope(|scope| {
        for client in 0..100 {
            let net = &net;
            scope.spawn(move || {
                let name = format!("client {client}");
                assert_eq!(net.fund(&name).status, 200);
                let paid = net.send(&net.pay(&name, &name, 1));
                assert_eq!(paid["status"], "PENDING", "{paid}");
                let started = Instant::now();
                loop {
                    let found = net.call("getTransaction", json!({ "hash": paid["hash"] }));
                    match found["status"].as_str().unwrap() {
                        "SUCCESS" => break,
                        "NOT_FOUND" => assert!(started.elapsed() < Duration::from_secs(30)),
                        other => panic!("{other}"),
                    }
                    thread::sleep(Duration::from_millis(50));
                }
                assert_eq!(net.account(&name).balance, 10_000 * XLM - 100);
            });
        }
    });
}

#[test]
fn ledgers_close_by_the_clock_or_by_hand() {
    let net = Net::new(Pace::Every(Duration::from_millis(50)));
    let first = net.latest();
    thread::sleep(Duration::from_millis(500));
    assert!(net.latest() > first + 2);
    for method in ["localnet_close", "localnet_advance"] {
        let (code, message) = net.try_call(method, json!({ "seconds": 1 })).unwrap_err();
        assert_eq!(code, -32600);
        assert!(message.contains("--on-demand"), "{message}");
    }
    let net = Net::with(Options {
        pace: Pace::OnDemand,
        genesis_time: Some(4_000_000_000),
        ..Options::default()
    });
    let closed = net.call("localnet_close", json!({ "count": 3 }));
    assert_eq!(closed, json!({ "latestLedger": 4, "latestLedgerCloseTime": "4000000003" }));
    let closed = net.call("localnet_advance", json!({ "seconds": 86_401 }));
    let expected = json!({ "latestLedger": 4 + 17_281, "latestLedgerCloseTime": "4000086404" });
    assert_eq!(closed, expected);
}

#[test]
fn what_was_closed_is_there_after_a_restart() {
    let path = std::env::temp_dir().join(format!("tributary-rpc-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let options =
        || Options { pace: Pace::OnDemand, state: Some(path.clone()), ..Options::default() };
    let net = Net::with(options());
    assert_eq!(net.fund("alice").status, 200);
    net.advance(1_000);
    let before = net.call("getLedgers", json!({ "startLedger": 1 }));
    let again = start(Options { passphrase: crate::common::PASSPHRASE.into(), ..options() });
    let reason = again.err().unwrap().to_string();
    assert!(reason.contains("another process"), "{reason}");
    drop(net);
    let net = Net::with(options());
    assert_eq!(net.call("getLedgers", json!({ "startLedger": 1 })), before);
    assert_eq!(net.account("alice").balance, 10_000 * XLM);
    drop(net);
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_port_in_use_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let refused = start(Options { port, ..Options::default() }).err().unwrap();
    assert_eq!(refused.kind(), ErrorKind::AddrInUse);
}
