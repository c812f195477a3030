//! The network: what was closed, what waits, and the next ledger.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha256};
use soroban_env_host::ModuleCache;
use soroban_simulation::NetworkConfig;
use stellar_xdr::{
    AccountEntry, AccountId, DiagnosticEvent, Hash, LedgerCloseMeta, LedgerEntryChanges,
    LedgerEntryData, LedgerHeader, LedgerHeaderExt, PublicKey, SequenceNumber, StellarValue,
    StellarValueExt, Thresholds, TimePoint, TransactionEnvelope, TransactionMeta,
    TransactionResult, TransactionResultPair, TransactionResultSet, Uint256,
};

use crate::{
    apply,
    frame::Frame,
    ledger::{hash, Changes, Delta, Entries, Snapshot, Stored},
    meta,
    settings::{Settings, BASE_FEE, BASE_RESERVE, MAX_TX_SET_SIZE, PROTOCOL},
    soroban::{self, Context},
    validity::{self, At},
};

/// Ledgers that a client may ask about: a day of mainnet's.
pub const RETAINED: usize = 17_280;
/// Transactions that may wait: some ledgers full.
const MAX_WAITING: usize = 4 * MAX_TX_SET_SIZE as usize;
/// Ledgers in which an applied transaction is not looked at again.
const BANNED: u32 = 10;
/// All the XLM there is, in stroops.
pub const TOTAL_COINS: i64 = 1_000_000_000_000_000_000;

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
    /// It waits already.
    Duplicate,
    /// It was applied lately, or another one of its account waits, or too many of all.
    TryAgainLater,
    Refused(TransactionResult, Vec<DiagnosticEvent>),
}

/// A clone goes its own way from here on, but shares what is compiled.
#[derive(Clone)]
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
    /// Compiled contracts, as validators keep them.
    pub modules: ModuleCache,
}

impl Node {
    /// The genesis ledger is closed at `time`, Unix seconds. `milliseconds` is what a client is told
    /// about the pace of ledgers.
    pub fn new(passphrase: &str, settings: Settings, milliseconds: u32, time: u64) -> Node {
        let mut entries = Entries::new();
        let mut delta = Delta::new(&entries, 1);
        for setting in settings.entries(milliseconds) {
            delta.put(LedgerEntryData::ConfigSetting(setting));
        }
        delta.put(LedgerEntryData::Account(root_account(passphrase)));
        let changes = delta.into_changes();
        take_over(&mut entries, changes);
        let header = LedgerHeader {
            ledger_version: PROTOCOL,
            previous_ledger_hash: Hash::default(),
            scp_value: value(time, Hash::default()),
            tx_set_result_hash: Hash::default(),
            bucket_list_hash: Hash::default(),
            ledger_seq: 1,
            total_coins: TOTAL_COINS,
            fee_pool: 0,
            inflation_seq: 0,
            id_pool: 0,
            base_fee: BASE_FEE,
            base_reserve: BASE_RESERVE,
            max_tx_set_size: MAX_TX_SET_SIZE,
            skip_list: Default::default(),
            ext: LedgerHeaderExt::V0,
        };
        let closed = Closed { hash: hash(&header), header, transactions: vec![] };
        Node {
            passphrase: passphrase.into(),
            network_id: network_id(passphrase),
            settings,
            state: Snapshot(Arc::new(entries)),
            closed: BTreeMap::from([(1, closed)]),
            places: BTreeMap::new(),
            waiting: vec![],
            modules: soroban::modules(),
        }
    }

    pub fn latest(&self) -> &Closed {
        self.closed.values().next_back().expect("the genesis ledger at least")
    }

    /// Checks as a node does before it lets a transaction wait for the next ledger.
    pub fn submit(&mut self, envelope: TransactionEnvelope) -> Submitted {
        let frame = Frame::new(envelope, &self.network_id);
        let waits = self.waiting.iter().any(|waiting| waiting.hash == frame.hash);
        if waits {
            return Submitted::Duplicate;
        }
        let header = &self.latest().header;
        if let Some((applied, _)) = self.places.get(&frame.hash) {
            if applied.saturating_add(BANNED) > header.ledger_seq {
                return Submitted::TryAgainLater;
            }
        }
        let source = frame.source();
        let busy = self.waiting.iter().any(|waiting| waiting.source() == source);
        if busy || self.waiting.len() >= MAX_WAITING {
            return Submitted::TryAgainLater;
        }
        // Checked for the ledger that may apply it; the time of that one is not known yet.
        let config = self.config();
        let at = self.at(&config, header.ledger_seq + 1, header.scp_value.close_time.0);
        let delta = Delta::new(&self.state.0, at.sequence);
        if let Err(result) = validity::check(&frame, &delta, &at) {
            return Submitted::Refused(result, vec![]);
        }
        let fees: i64 = self
            .waiting
            .iter()
            .filter(|waiting| waiting.fee_source() == frame.fee_source())
            .map(Frame::fee_bid)
            .fold(frame.fee_bid(), i64::saturating_add);
        if validity::available(&delta, &frame.fee_source()) < fees {
            return Submitted::Refused(validity::cannot_pay(&frame), vec![]);
        }
        self.waiting.push(frame);
        Submitted::Pending
    }

    /// Closes the next ledger at `time`, or a second after the last if that is later, with what waits,
    /// as much as a ledger takes.
    pub fn close(&mut self, time: u64) {
        let frames = self.next_set();
        self.close_with(1, time, frames);
    }

    /// Closes an empty ledger `ledgers` further on: what lies between is only skipped.
    pub fn jump(&mut self, ledgers: u32, time: u64) {
        self.close_with(ledgers.max(1), time, vec![]);
    }

    /// A closed ledger as stellar-core's metadata stream has it.
    pub fn close_meta(&self, sequence: u32) -> Option<LedgerCloseMeta> {
        Some(meta::ledger(self.closed.get(&sequence)?, &self.settings))
    }

    fn config(&self) -> NetworkConfig {
        NetworkConfig::load_from_snapshot(&self.state).expect("genesis wrote every setting")
    }

    fn at<'a>(&'a self, config: &'a NetworkConfig, sequence: u32, close_time: u64) -> At<'a> {
        let (network_id, settings) = (&self.network_id, &self.settings);
        At { network_id, settings, config, sequence, close_time }
    }

    /// Takes from what waits, in the order of arrival, as much as the ledger's limits allow.
    fn next_set(&mut self) -> Vec<Frame> {
        let mut room = apply::Room::new(&self.settings);
        let mut full = false;
        let (taken, left) = std::mem::take(&mut self.waiting).into_iter().partition(|frame| {
            // Nobody overtakes: else a large transaction might wait for ever.
            full = full || !room.takes(frame);
            !full
        });
        self.waiting = left;
        taken
    }

    fn close_with(&mut self, ledgers: u32, time: u64, frames: Vec<Frame>) {
        let last = self.latest();
        let sequence = last.header.ledger_seq.saturating_add(ledgers);
        let time = time.max(last.header.scp_value.close_time.0.saturating_add(1));
        let set = meta::transaction_set(&last.hash, frames.iter().map(|frame| &frame.envelope));
        let config = self.config();
        let context = Context { at: self.at(&config, sequence, time), modules: &self.modules };
        let mut delta = Delta::new(&self.state.0, sequence);
        let set_hash = hash(&set);
        let transactions = apply::all(&frames, &set_hash, &mut delta, &context);
        let changes = delta.into_changes();
        let results = transactions.iter().map(|transacted| TransactionResultPair {
            transaction_hash: transacted.hash.clone(),
            result: transacted.result.clone(),
        });
        let results: Vec<_> = results.collect();
        let fees: i64 = transactions.iter().map(|transacted| transacted.result.fee_charged).sum();
        let header = LedgerHeader {
            previous_ledger_hash: last.hash.clone(),
            scp_value: value(time, set_hash),
            tx_set_result_hash: hash(&TransactionResultSet {
                results: results.try_into().expect("a ledger's"),
            }),
            ledger_seq: sequence,
            fee_pool: last.header.fee_pool.saturating_add(fees),
            ..last.header.clone()
        };
        let closed = Closed { hash: hash(&header), header, transactions };
        self.finish(closed, changes);
    }

    /// Takes over a closed ledger with its changes: the next, or one that was closed before a restart.
    pub fn finish(&mut self, closed: Closed, changes: Changes) {
        self.compile(changes.values().flatten());
        take_over(Arc::make_mut(&mut self.state.0), changes);
        let sequence = closed.header.ledger_seq;
        for (place, transacted) in closed.transactions.iter().enumerate() {
            self.places.insert(transacted.hash.clone(), (sequence, place));
        }
        self.closed.insert(sequence, closed);
        while self.closed.len() > RETAINED {
            let Some((_, oldest)) = self.closed.pop_first() else { break };
            for transacted in oldest.transactions {
                self.places.remove(&transacted.hash);
            }
        }
        self.drop_outdated();
    }

    /// Compiles the contracts among `entries`, as validators do once for all calls.
    pub fn compile<'a>(&self, entries: impl Iterator<Item = &'a Stored>) {
        for stored in entries {
            if let LedgerEntryData::ContractCode(code) = &stored.entry.data {
                if !self.modules.contains_module(&code.hash).unwrap_or(false) {
                    soroban::compile(&self.modules, &code.code);
                }
            }
        }
    }

    /// What waits and can't be applied any more is dropped, as nodes do; its sender finds it nowhere.
    fn drop_outdated(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let header = &self.latest().header;
        let config = self.config();
        let at = self.at(&config, header.ledger_seq + 1, header.scp_value.close_time.0);
        let delta = Delta::new(&self.state.0, at.sequence);
        let mut bids: BTreeMap<AccountId, i64> = BTreeMap::new();
        let mut invalid = BTreeSet::new();
        for frame in &self.waiting {
            let payer = frame.fee_source();
            let before = bids.get(&payer).copied().unwrap_or(0);
            let bid = before.saturating_add(frame.fee_bid());
            let pays = validity::available(&delta, &payer) >= bid;
            if pays && validity::check(frame, &delta, &at).is_ok() {
                bids.insert(payer, bid);
            } else {
                invalid.insert(frame.hash.clone());
            }
        }
        self.waiting.retain(|frame| !invalid.contains(&frame.hash));
    }
}

pub fn network_id(passphrase: &str) -> Hash {
    Hash(Sha256::digest(passphrase.as_bytes()).into())
}

/// The key of the account that owns everything at first: the network's id is its seed.
pub fn root_key(passphrase: &str) -> SigningKey {
    SigningKey::from_bytes(&network_id(passphrase).0)
}

pub fn root_id(passphrase: &str) -> AccountId {
    let key = root_key(passphrase).verifying_key().to_bytes();
    AccountId(PublicKey::PublicKeyTypeEd25519(Uint256(key)))
}

fn root_account(passphrase: &str) -> AccountEntry {
    AccountEntry {
        account_id: root_id(passphrase),
        balance: TOTAL_COINS,
        seq_num: SequenceNumber(0),
        thresholds: Thresholds([1, 0, 0, 0]),
        ..Default::default()
    }
}

fn value(time: u64, tx_set_hash: Hash) -> StellarValue {
    StellarValue {
        tx_set_hash,
        close_time: TimePoint(time),
        upgrades: Default::default(),
        ext: StellarValueExt::Basic,
    }
}

fn take_over(entries: &mut Entries, changes: Changes) {
    for (key, change) in changes {
        match change {
            Some(stored) => entries.insert(key, stored),
            None => entries.remove(&key),
        };
    }
}
