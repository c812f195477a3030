//! The network: what was closed, what waits, and the next ledger.

use std::collections::BTreeMap;

use stellar_xdr::{
    DiagnosticEvent, Hash, LedgerCloseMeta, LedgerEntryChanges, LedgerHeader, TransactionEnvelope,
    TransactionMeta, TransactionResult,
};

use crate::{frame::Frame, ledger::Snapshot, settings::Settings};

/// A ledger that was closed; whatever a client may ask about it.
#[derive(Clone)]
pub struct Closed {
    pub header: LedgerHeader,
    pub hash: Hash,
    /// In the order in which they were applied.
    pub transactions: Vec<Transacted>,
}

/// A transaction that was applied, whether or not it succeeded.
#[derive(Clone)]
pub struct Transacted {
    pub hash: Hash,
    pub envelope: TransactionEnvelope,
    pub result: TransactionResult,
    /// The fee charged before any transaction of the ledger was applied.
    pub fee_changes: LedgerEntryChanges,
    pub meta: TransactionMeta,
    /// The refund after all of them.
    pub refund_changes: LedgerEntryChanges,
}

/// What became of a transaction that a client sent.
pub enum Submitted {
    Pending,
    /// It waits already, or was applied lately.
    Duplicate,
    /// Another one of its account waits.
    TryAgainLater,
    Refused(TransactionResult, Vec<DiagnosticEvent>),
}

pub struct Node {
    pub passphrase: String,
    pub network_id: Hash,
    pub settings: Settings,
    /// After the last closed ledger.
    pub state: Snapshot,
    /// By sequence, the last `RETAINED`. Never empty.
    pub closed: BTreeMap<u32, Closed>,
    /// Where a transaction was applied: the ledger, and its place there, from 0.
    pub places: BTreeMap<Hash, (u32, usize)>,
    waiting: Vec<Frame>,
}

impl Node {
    /// The genesis ledger is closed at `time`, Unix seconds.
    pub fn new(passphrase: &str, settings: Settings, time: u64) -> Node {
        todo!()
    }

    pub fn latest(&self) -> &Closed {
        self.closed.values().next_back().expect("the genesis ledger at least")
    }

    /// Checks as a node does before it lets a transaction wait for the next ledger.
    pub fn submit(&mut self, envelope: TransactionEnvelope) -> Submitted {
        todo!()
    }

    /// Closes the next ledger at `time` with what waits, as much as a ledger takes.
    pub fn close(&mut self, time: u64) {
        todo!()
    }

    /// Closes an empty ledger `ledgers` further on: what lies between is only skipped.
    pub fn jump(&mut self, ledgers: u32, time: u64) {
        todo!()
    }

    /// A closed ledger as stellar-core's metadata stream has it.
    pub fn close_meta(&self, sequence: u32) -> Option<LedgerCloseMeta> {
        todo!()
    }
}
