//! The entries of the ledger, and what a transaction sees of them while it changes some.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    sync::Arc,
};

use sha2::{Digest, Sha256};
use soroban_env_host::{
    storage::{EntryWithLiveUntil, SnapshotSource},
    HostError,
};
use stellar_xdr::{
    AccountEntry, AccountId, Hash, LedgerEntry, LedgerEntryChange, LedgerEntryData, LedgerEntryExt,
    LedgerKey, LedgerKeyAccount, LedgerKeyTtl, Limits, TtlEntry, WriteXdr,
};

/// An entry with its time to live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub entry: LedgerEntry,
    /// Of contract data and code alone: the last ledger in which it is alive, and the ledger in which
    /// that was last changed.
    pub ttl: Option<Ttl>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ttl {
    pub live_until: u32,
    pub modified: u32,
}

pub type Entries = BTreeMap<LedgerKey, Stored>;

/// All entries at one moment. A clone is cheap, and does not change any more.
#[derive(Clone, Debug, Default)]
pub struct Snapshot(pub Arc<Entries>);

impl Snapshot {
    pub fn get(&self, key: &LedgerKey) -> Option<&Stored> {
        self.0.get(key)
    }
}

impl SnapshotSource for Snapshot {
    /// Expired entries too: the host tells archived from missing by their time to live.
    fn get(&self, key: &Rc<LedgerKey>) -> Result<Option<EntryWithLiveUntil>, HostError> {
        Ok(self
            .0
            .get(key.as_ref())
            .map(|stored| (Rc::new(stored.entry.clone()), stored.ttl.map(|ttl| ttl.live_until))))
    }
}

/// Writes over entries that stay as they are until somebody takes the changes over.
pub struct Delta<'a> {
    below: Below<'a>,
    changes: Changes,
    /// What was archived, and is not any more.
    pub restored: BTreeSet<LedgerKey>,
    /// The ledger that is being closed.
    pub sequence: u32,
}

pub type Changes = BTreeMap<LedgerKey, Option<Stored>>;

enum Below<'a> {
    Ledger(&'a Entries),
    Delta(&'a Delta<'a>),
}

impl<'a> Delta<'a> {
    pub fn new(entries: &'a Entries, sequence: u32) -> Delta<'a> {
        Delta {
            below: Below::Ledger(entries),
            changes: Changes::new(),
            restored: BTreeSet::new(),
            sequence,
        }
    }

    /// Changes that may be dropped without touching this one's.
    pub fn child(&self) -> Delta<'_> {
        Delta {
            below: Below::Delta(self),
            changes: Changes::new(),
            restored: BTreeSet::new(),
            sequence: self.sequence,
        }
    }

    pub fn get(&self, key: &LedgerKey) -> Option<&Stored> {
        match self.changes.get(key) {
            Some(change) => change.as_ref(),
            None => self.before(key),
        }
    }

    fn before(&self, key: &LedgerKey) -> Option<&Stored> {
        match self.below {
            Below::Ledger(entries) => entries.get(key),
            Below::Delta(delta) => delta.get(key),
        }
    }

    pub fn account(&self, id: &AccountId) -> Option<AccountEntry> {
        match &self.get(&account_key(id))?.entry.data {
            LedgerEntryData::Account(account) => Some(account.clone()),
            _ => None,
        }
    }

    /// Creates or replaces an entry that has no time to live.
    pub fn put(&mut self, data: LedgerEntryData) {
        let entry =
            LedgerEntry { last_modified_ledger_seq: self.sequence, data, ext: LedgerEntryExt::V0 };
        let ext = self.get(&entry.to_key()).map(|stored| stored.entry.ext.clone());
        self.store(LedgerEntry { ext: ext.unwrap_or(LedgerEntryExt::V0), ..entry }, None);
    }

    /// Creates or replaces an entry; `live_until` is for contract data and code.
    pub fn store(&mut self, entry: LedgerEntry, live_until: Option<u32>) {
        let key = entry.to_key();
        let before = self.get(&key).and_then(|stored| stored.ttl);
        let ttl = live_until.map(|live_until| match before {
            Some(ttl) if ttl.live_until == live_until => ttl,
            _ => Ttl { live_until, modified: self.sequence },
        });
        let entry = LedgerEntry { last_modified_ledger_seq: self.sequence, ..entry };
        self.changes.insert(key, Some(Stored { entry, ttl }));
    }

    /// Changes nothing but the time to live.
    pub fn extend(&mut self, key: &LedgerKey, live_until: u32) {
        let sequence = self.sequence;
        let Some(stored) = self.get(key) else { return };
        if stored.ttl.is_some_and(|ttl| ttl.live_until != live_until) {
            let mut stored = stored.clone();
            stored.ttl = Some(Ttl { live_until, modified: sequence });
            self.changes.insert(key.clone(), Some(stored));
        }
    }

    pub fn remove(&mut self, key: &LedgerKey) {
        self.changes.insert(key.clone(), None);
    }

    /// What `into_changes` of a child, or of another over the same entries, returned.
    pub fn take_over(&mut self, changes: Changes) {
        self.changes.extend(changes);
    }

    pub fn into_changes(self) -> Changes {
        self.changes
    }

    /// The changes as transaction meta shows them: state before, then what became of it; the time to
    /// live as an entry of its own.
    pub fn meta(&self) -> Vec<LedgerEntryChange> {
        let mut meta = vec![];
        for (key, after) in &self.changes {
            let before = self.before(key);
            let after = after.as_ref();
            if self.restored.contains(key) {
                restore(&mut meta, key, before, after);
                continue;
            }
            change(&mut meta, before.map(|s| &s.entry), after.map(|s| &s.entry), || key.clone());
            let ttl = |stored: &Stored| stored.ttl.map(|ttl| ttl_entry(key, ttl));
            let [before, after] = [before.and_then(ttl), after.and_then(ttl)];
            change(&mut meta, before.as_ref(), after.as_ref(), || ttl_key(key));
        }
        meta
    }
}

/// An archived entry comes back as it was, and may be changed then.
fn restore(
    meta: &mut Vec<LedgerEntryChange>,
    key: &LedgerKey,
    before: Option<&Stored>,
    after: Option<&Stored>,
) {
    let Some(before) = before else { return };
    meta.push(LedgerEntryChange::Restored(before.entry.clone()));
    match after {
        Some(after) => {
            if let Some(ttl) = after.ttl {
                meta.push(LedgerEntryChange::Restored(ttl_entry(key, ttl)));
            }
            if after.entry != before.entry {
                meta.push(LedgerEntryChange::Updated(after.entry.clone()));
            }
        }
        None => {
            meta.push(LedgerEntryChange::Removed(key.clone()));
            meta.push(LedgerEntryChange::Removed(ttl_key(key)));
        }
    }
}

fn change(
    meta: &mut Vec<LedgerEntryChange>,
    before: Option<&LedgerEntry>,
    after: Option<&LedgerEntry>,
    key: impl Fn() -> LedgerKey,
) {
    match (before, after) {
        (Some(before), after) if Some(before) != after => {
            meta.push(LedgerEntryChange::State(before.clone()));
            meta.push(match after {
                Some(after) => LedgerEntryChange::Updated(after.clone()),
                None => LedgerEntryChange::Removed(key()),
            });
        }
        (None, Some(after)) => meta.push(LedgerEntryChange::Created(after.clone())),
        _ => {}
    }
}

pub fn account_key(id: &AccountId) -> LedgerKey {
    LedgerKey::Account(LedgerKeyAccount { account_id: id.clone() })
}

pub fn ttl_key(key: &LedgerKey) -> LedgerKey {
    LedgerKey::Ttl(LedgerKeyTtl { key_hash: hash(key) })
}

pub fn ttl_entry(key: &LedgerKey, ttl: Ttl) -> LedgerEntry {
    LedgerEntry {
        last_modified_ledger_seq: ttl.modified,
        data: LedgerEntryData::Ttl(TtlEntry {
            key_hash: hash(key),
            live_until_ledger_seq: ttl.live_until,
        }),
        ext: LedgerEntryExt::V0,
    }
}

/// SHA-256 of the XDR.
pub fn hash(value: &impl WriteXdr) -> Hash {
    Hash(Sha256::digest(xdr(value)).into())
}

pub fn xdr(value: &impl WriteXdr) -> Vec<u8> {
    value.to_xdr(Limits::none()).expect("what was read or built can be written")
}
