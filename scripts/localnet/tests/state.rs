//! The state file: what was closed is there again, and a file that is not whole is left alone.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
};

use common::*;
use tributary_localnet::{node::Node, settings::Settings, store::Store};

/// A path of its own for each test, with nothing there.
fn path(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("tributary-{}-{name}", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

fn open(path: &Path) -> Result<(Store, Node), String> {
    Store::open(path, PASSPHRASE, Settings::default(), 1_000, TIME)
}

/// Sends some transactions of every kind, one ledger each, and empty ledgers between them.
fn live(store: &mut Store, node: &mut Node) {
    let mut step = |node: &mut Node, act: &mut dyn FnMut(&mut Node)| {
        act(node);
        store.append(node).unwrap();
        node.close(0);
        store.append(node).unwrap();
    };
    for name in ["alice", "bob"] {
        step(node, &mut |node| fund(node, name, 1_000 * XLM));
    }
    let mut contract = None;
    step(node, &mut |node| contract = Some(native(node)));
    let contract = contract.unwrap();
    let pay = |node: &mut Node| {
        let tx = prepared(node, "bob", transfer(&contract, "alice", "bob", XLM));
        let envelope = signed(node, tx, &["bob"]);
        assert!(succeeded(&send(node, envelope)));
    };
    step(node, &mut |node| pay(node));
    step(node, &mut |node| {
        let time = node.latest().header.scp_value.close_time.0;
        node.jump(2_100_000, time + 5 * 2_100_000);
    });
    // Restores the contract, and writes a nonce again where an expired one lies.
    step(node, &mut |node| pay(node));
}

#[test]
fn everything_is_there_after_a_restart() {
    let path = path("restart");
    let (mut store, mut node) = open(&path).unwrap();
    live(&mut store, &mut node);
    drop(store);
    let (mut store, again) = open(&path).unwrap();
    assert_eq!(again.state.0, node.state.0);
    assert_eq!(again.places, node.places);
    assert_eq!(again.latest().hash, node.latest().hash);
    assert_eq!(again.closed.len(), node.closed.len());
    for sequence in node.closed.keys() {
        assert_eq!(again.close_meta(*sequence), node.close_meta(*sequence));
    }
    // And goes on, to be read once more.
    let mut node = again;
    fund(&mut node, "carol", 5 * XLM);
    store.append(&node).unwrap();
    drop(store);
    let (_, again) = open(&path).unwrap();
    assert_eq!(again.state.0, node.state.0);
    fs::remove_file(&path).unwrap();
}

#[test]
fn a_damaged_file_is_refused_by_name_and_left_alone() {
    let path = path("damaged");
    let (mut store, mut node) = open(&path).unwrap();
    live(&mut store, &mut node);
    drop(store);
    let whole = fs::read(&path).unwrap();
    let named = |damaged: &[u8]| {
        fs::write(&path, damaged).unwrap();
        let reason = open(&path).err()?;
        assert!(reason.starts_with(&path.display().to_string()), "{reason}");
        assert_eq!(fs::read(&path).unwrap(), damaged, "left as it was");
        Some(reason)
    };
    // Each bit of the head and of a spread of places beyond.
    let places = (0..200).chain((200..whole.len()).step_by(97));
    for place in places {
        let mut damaged = whole.clone();
        damaged[place] ^= 1 << (place % 8);
        assert!(named(&damaged).is_some(), "byte {place}");
    }
    for length in (1..whole.len()).step_by(101) {
        let cut = whole[..length].to_vec();
        // Between two records the file is whole, and only shorter.
        if let Some(reason) = named(&cut) {
            assert!(!reason.is_empty());
        } else {
            fs::write(&path, &cut).unwrap();
            let (_, node) = open(&path).unwrap();
            assert!(node.latest().header.ledger_seq >= 1, "{length}");
        }
    }
    let text = named(b"# somebody's notes").unwrap();
    assert!(text.contains("no state file"), "{text}");
    // What the message advises helps.
    let cut = whole[..whole.len() - 7].to_vec();
    let reason = named(&cut).unwrap();
    let place = reason.split("truncate -s ").nth(1).unwrap().split(' ').next().unwrap();
    let place: usize = place.parse().unwrap();
    fs::write(&path, &cut[..place]).unwrap();
    assert!(open(&path).is_ok());
    fs::remove_file(&path).unwrap();
}

#[test]
fn a_ledger_that_does_not_follow_is_refused() {
    let path = path("order");
    let (mut store, mut node) = open(&path).unwrap();
    node.close(0);
    store.append(&node).unwrap();
    store.append(&node).unwrap();
    drop(store);
    let reason = open(&path).err().unwrap();
    assert!(reason.contains("does not follow"), "{reason}");
    fs::remove_file(&path).unwrap();
}

#[test]
fn a_file_belongs_to_one_process_and_one_network() {
    let path = path("owner");
    let (store, _) = open(&path).unwrap();
    let reason = open(&path).err().unwrap();
    assert!(reason.contains("another process"), "{reason}");
    drop(store);
    let other = Store::open(&path, "another", Settings::default(), 1_000, TIME);
    assert!(other.err().unwrap().contains("passphrase"));
    let mut settings = Settings::default();
    settings.compute.tx_max_instructions += 1;
    let other = Store::open(&path, PASSPHRASE, settings, 1_000, TIME);
    assert!(other.err().unwrap().contains("other settings"));
    assert!(open(&path).is_ok(), "another pace or time does not matter");
    fs::remove_file(&path).unwrap();
}
