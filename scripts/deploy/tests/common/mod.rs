//! What the tests of the deployer share.
#![allow(dead_code)] // each test file uses a part of it

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use serde_json::Value;
use tributary_deploy::{deploy, Chain, Deployer, Deployment, Error, Network, Plan, Progress};
use tributary_localnet::rpc::{start, Options, Pace, Running};

/// The example that is shipped.
pub const EXAMPLE: &str = include_str!("../../region.toml");

pub fn contracts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/contracts")
}

/// On a local network, by the key that it has when none is given.
pub fn local(toml: &str) -> Result<Plan, Error> {
    let passphrase = Network::Local.passphrase();
    Plan::new(Network::Local, passphrase, Deployer::local(passphrase), toml, &contracts())
}

/// A new network that closes ledgers fast.
pub fn network(passphrase: &str) -> (Running, Chain) {
    let running = start(Options {
        port: 0,
        passphrase: passphrase.into(),
        pace: Pace::Every(Duration::from_millis(100)),
        ..Options::default()
    });
    let running = running.expect("the network starts");
    let chain = Chain::connect(&running.url, passphrase).expect("it answers");
    (running, chain)
}

pub fn local_network() -> (Running, Chain) {
    network(Network::Local.passphrase())
}

/// A node that passes questions on to another, and answers whatever `change` makes of the answer; nothing
/// at all, if that is nothing. `change` gets the question, too.
pub fn between(
    node: &str,
    change: impl Fn(&Value, Value) -> Option<Value> + Send + 'static,
) -> String {
    let node = node.strip_prefix("http://").expect("a local node").to_string();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    thread::spawn(move || {
        let mut silent = vec![];
        for client in listener.incoming() {
            let mut client = client.expect("a connection");
            let Some(question) = body(&mut client) else { continue };
            let mut stream = TcpStream::connect(&node).expect("the node");
            let head = format!("Host: {node}\r\nContent-Type: application/json");
            let close = format!("Connection: close\r\nContent-Length: {}", question.len());
            write!(stream, "POST / HTTP/1.1\r\n{head}\r\n{close}\r\n\r\n{question}").expect("sent");
            let answer = body(&mut stream).expect("an answer");
            let [question, answer] =
                [question, answer].map(|text| serde_json::from_str(&text).expect("JSON"));
            match change(&question, answer) {
                Some(answer) => {
                    let (answer, kind) = (answer.to_string(), "Content-Type: application/json");
                    let close = format!("Connection: close\r\nContent-Length: {}", answer.len());
                    // Whoever has gone does not hear it.
                    let _ = write!(client, "HTTP/1.1 200 OK\r\n{kind}\r\n{close}\r\n\r\n{answer}");
                }
                None => silent.push(client),
            }
        }
    });
    url
}

/// What follows the head of a message.
fn body(stream: &mut TcpStream) -> Option<String> {
    let mut message = vec![];
    let mut some = [0; 65_536];
    loop {
        let read = stream.read(&mut some).ok().filter(|read| *read > 0)?;
        message.extend_from_slice(&some[..read]);
        let text = String::from_utf8_lossy(&message);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
        if body.len() >= length.trim().parse().ok()? {
            return Some(body.to_string());
        }
    }
}

/// Deploys; answers with what was sent.
pub fn deployed(chain: &Chain, plan: &Plan) -> (Deployment, Vec<Progress>) {
    let mut sent = vec![];
    let deployment = deploy(chain, plan, &mut |step| {
        sent.push(step.clone());
        Ok(())
    });
    (deployment.unwrap_or_else(|error| panic!("{error}")), sent)
}

/// The example with one thing changed.
pub fn changed(from: &str, to: &str) -> String {
    assert!(EXAMPLE.contains(from), "the example has no {from}");
    EXAMPLE.replacen(from, to, 1)
}

/// A third region, with a token of its own.
pub const THIRD: &str = r#"
[[region]]
code = "DELTA"
admin = "deployer"
guardian = "deployer"
council = "deployer"
token = { name = "Delta", symbol = "DLT", cap = "1000000", genesis = "100000" }
fee_tiers = [5]
treasury_bps = 0
band_bps = 2000
min_bond = "1"
"#;
