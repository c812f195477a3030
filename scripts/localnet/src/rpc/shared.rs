//! The network as the threads of the server share it.

use std::{
    io,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::json;
use stellar_xdr::Hash;
use tokio::sync::watch;

use super::{
    format::Object,
    friendbot::{Asked, Funding},
};
use crate::{node::Node, store::Store};

/// When ledgers close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    Every(Duration),
    /// When a client says so; only then can it travel in time.
    OnDemand,
}

impl Pace {
    /// What clients are told lies between two ledgers.
    pub fn milliseconds(self) -> u32 {
        match self {
            Pace::Every(interval) => u32::try_from(interval.as_millis()).unwrap_or(u32::MAX),
            Pace::OnDemand => 5_000,
        }
    }
}

pub struct Shared {
    chain: Mutex<Chain>,
    pub passphrase: String,
    pub network_id: Hash,
    /// Where clients reach the server.
    pub url: String,
    pub pace: Pace,
    /// Why it can't go on, when it can't.
    pub(super) failure: watch::Sender<Option<String>>,
}

/// What one thread at a time has.
pub struct Chain {
    pub node: Node,
    store: Option<Store>,
    /// The last ledger that the state file has.
    kept: u32,
    pub(super) asked: Asked,
    pub(super) funding: Option<Funding>,
}

impl Shared {
    pub fn new(node: Node, store: Option<Store>, url: String, pace: Pace) -> Shared {
        Shared {
            passphrase: node.passphrase.clone(),
            network_id: node.network_id.clone(),
            url,
            pace,
            failure: watch::Sender::new(None),
            chain: Mutex::new(Chain {
                kept: node.latest().header.ledger_seq,
                node,
                store,
                asked: Asked::new(),
                funding: None,
            }),
        }
    }

    /// A thread that panicked with it does not keep the others out: the node changes its state only as a
    /// whole.
    pub fn chain(&self) -> MutexGuard<'_, Chain> {
        self.chain.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes one ledger.
    pub fn close(&self) -> io::Result<()> {
        self.step(&mut self.chain(), |node| node.close(now()))
    }

    /// Closes an empty ledger `ledgers` further on.
    pub fn jump(&self, chain: &mut Chain, ledgers: u32, time: u64) -> io::Result<()> {
        self.step(chain, |node| node.jump(ledgers, time))
    }

    /// After a ledger that can't be kept there is none: the file would have a gap.
    pub(super) fn step(&self, chain: &mut Chain, close: impl FnOnce(&mut Node)) -> io::Result<()> {
        let closed = chain.step(close);
        if let Err(error) = &closed {
            self.failure.send_replace(Some(format!("the state can't be kept: {error}")));
        }
        closed
    }
}

impl Chain {
    fn step(&mut self, close: impl FnOnce(&mut Node)) -> io::Result<()> {
        // What a panic kept from the file.
        self.keep()?;
        self.fund();
        close(&mut self.node);
        self.keep()?;
        self.answer_funded();
        Ok(())
    }

    fn keep(&mut self) -> io::Result<()> {
        let latest = self.node.latest().header.ledger_seq;
        if let Some(store) = self.store.as_mut().filter(|_| self.kept < latest) {
            store.append(&self.node)?;
        }
        self.kept = latest;
        Ok(())
    }

    pub fn range(&self) -> Range {
        let edge = |closed: Option<&crate::node::Closed>| {
            let header = &closed.expect("there is always a ledger").header;
            (header.ledger_seq, header.scp_value.close_time.0)
        };
        let (oldest, oldest_time) = edge(self.node.closed.values().next());
        let (latest, latest_time) = edge(self.node.closed.values().next_back());
        Range { oldest, oldest_time, latest, latest_time }
    }
}

/// The ledgers that a client may ask about, and when the first and last of them closed.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    pub oldest: u32,
    pub oldest_time: u64,
    pub latest: u32,
    pub latest_time: u64,
}

impl Range {
    pub fn has(&self, ledger: u32) -> bool {
        (self.oldest..=self.latest).contains(&ledger)
    }

    /// With the times as strings of digits, as some answers have them.
    pub fn put_quoted(&self, answer: &mut Object) {
        answer.insert("latestLedger".into(), self.latest.into());
        answer.insert("latestLedgerCloseTime".into(), self.latest_time.to_string().into());
        answer.insert("oldestLedger".into(), self.oldest.into());
        answer.insert("oldestLedgerCloseTime".into(), self.oldest_time.to_string().into());
    }

    /// With the times as numbers, under the names that an answer gives them.
    pub fn put(&self, answer: &mut Object, latest_time: &str, oldest_time: &str) {
        answer.insert("latestLedger".into(), self.latest.into());
        answer.insert(latest_time.into(), json!(self.latest_time));
        answer.insert("oldestLedger".into(), self.oldest.into());
        answer.insert(oldest_time.into(), json!(self.oldest_time));
    }
}

/// Unix seconds.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
