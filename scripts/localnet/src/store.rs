//! The state file: how the network began, then every closed ledger as core's metadata stream has it. What
//! is read back is what the ledgers' changes add up to.
//!
//! A record is its length (4 bytes, big-endian), the SHA-256 of its content, and the content.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufReader, ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use stellar_xdr::{LedgerCloseMeta, Limits, ReadXdr};

use crate::{
    ledger::xdr,
    meta::{self, Hashed},
    node::Node,
    settings::Settings,
};

const MAGIC: &[u8] = b"tributary-localnet state 1\n";
/// No ledger's meta is longer.
const MAX_RECORD: u32 = 256 * 1024 * 1024;
/// What a ledger tells nests as deeply as a transaction or an entry may, and then its own levels.
const DEPTH: u32 = 600;

/// The open file; no other process has it.
pub struct Store {
    file: File,
    path: PathBuf,
}

impl Store {
    /// Opens the file, or begins one if there is none. A file that can't be read to its end is refused,
    /// and left as it is.
    pub fn open(
        path: &Path,
        passphrase: &str,
        settings: Settings,
        milliseconds: u32,
        time: u64,
    ) -> Result<(Store, Node), String> {
        let failed = |error: io::Error| format!("{}: {error}", path.display());
        let file =
            OpenOptions::new().read(true).append(true).create(true).open(path).map_err(failed)?;
        file.try_lock().map_err(|_| {
            format!("{}: another process uses this file; stop it, or name another", path.display())
        })?;
        let mut store = Store { file, path: path.into() };
        if store.file.metadata().map_err(failed)?.len() == 0 {
            let node = Node::new(passphrase, settings, milliseconds, time);
            let genesis = genesis(passphrase, &node.settings, milliseconds, time);
            let first = record_of(&genesis).map_err(failed)?;
            // At once, so that no file begins without saying of which network it is.
            store.file.write_all(&[MAGIC, &first].concat()).map_err(failed)?;
            store.file.sync_data().map_err(failed)?;
            return Ok((store, node));
        }
        let node = store
            .read(passphrase, settings)
            .map_err(|reason| format!("{}: {reason}", path.display()))?;
        Ok((store, node))
    }

    /// Adds the ledger that was closed last; when that changed anything, it is on the disk on return.
    pub fn append(&mut self, node: &Node) -> io::Result<()> {
        let latest = node.latest();
        let meta = meta::ledger(latest, &node.settings);
        let written = self.write(&xdr(&meta)).and_then(|()| match latest.transactions.is_empty() {
            true => Ok(()),
            false => self.file.sync_data(),
        });
        written.map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", self.path.display()))
        })
    }

    /// A record that can't be written whole is taken back.
    fn write(&mut self, content: &[u8]) -> io::Result<()> {
        let record = record_of(content)?;
        let end = self.file.metadata()?.len();
        self.file.write_all(&record).inspect_err(|_| {
            let _ = self.file.set_len(end);
        })
    }

    fn read(&self, passphrase: &str, settings: Settings) -> Result<Node, String> {
        let mut reader = BufReader::new(&self.file);
        let mut magic = vec![0; MAGIC.len()];
        let begins = reader.read_exact(&mut magic).is_ok() && magic == MAGIC;
        if !begins {
            return Err("this is no state file of the local network; name another".into());
        }
        let mut place = MAGIC.len() as u64;
        let first = record(&mut reader, &mut place)?.ok_or("ends before its first record")?;
        let (milliseconds, time) = times(&first).ok_or("its first record is not one of ours")?;
        if genesis(passphrase, &settings, milliseconds, time) != first {
            return Err(
                "belongs to a network with another passphrase or other settings; give that \
                 passphrase (--passphrase), or name another file"
                    .into(),
            );
        }
        let mut node = Node::new(passphrase, settings, milliseconds, time);
        let mut keys = Hashed::new();
        loop {
            let at = place;
            let Some(content) = record(&mut reader, &mut place)? else { return Ok(node) };
            let wrong = |reason: &str| format!("the record at byte {at} {reason}");
            let limits = Limits { depth: DEPTH, len: content.len() };
            let meta = LedgerCloseMeta::from_xdr(&content, limits)
                .map_err(|error| wrong(&format!("is no ledger: {error}")))?;
            let closed = meta::closed(meta, &node.network_id).map_err(wrong)?;
            let last = node.latest();
            if closed.header.previous_ledger_hash != last.hash
                || closed.header.ledger_seq <= last.header.ledger_seq
            {
                return Err(wrong("does not follow the ledger before it"));
            }
            let changes = meta::changes(&closed, &node.state.0, &mut keys).map_err(wrong)?;
            node.finish(closed, changes);
        }
    }
}

fn record_of(content: &[u8]) -> io::Result<Vec<u8>> {
    let length = u32::try_from(content.len()).ok().filter(|length| *length <= MAX_RECORD);
    let length = length.ok_or_else(|| io::Error::other("a ledger too large for a record"))?;
    let mut record = length.to_be_bytes().to_vec();
    record.extend_from_slice(&Sha256::digest(content));
    record.extend_from_slice(content);
    Ok(record)
}

/// The content of the next record, `None` at the end of the file.
fn record(reader: &mut impl Read, place: &mut u64) -> Result<Option<Vec<u8>>, String> {
    let broken = |what: &str| {
        format!(
            "the record at byte {place} {what}; to go on without it and what follows: \
             truncate -s {place} FILE"
        )
    };
    let mut head = [0; 36];
    let read = fill(reader, &mut head).map_err(|error| error.to_string())?;
    if read == 0 {
        return Ok(None);
    }
    if read < head.len() {
        return Err(broken("is incomplete"));
    }
    let (length, digest) = head.split_at(4);
    let length = length.try_into().map(u32::from_be_bytes).unwrap_or(u32::MAX);
    if length > MAX_RECORD {
        return Err(broken("is damaged (its length)"));
    }
    // Grows with what is there, not with what a damaged length promises.
    let mut content = vec![];
    let read = reader.take(u64::from(length)).read_to_end(&mut content);
    if read.map_err(|error| error.to_string())? < length as usize {
        return Err(broken("is incomplete"));
    }
    if Sha256::digest(&content)[..] != *digest {
        return Err(broken("is damaged (its checksum)"));
    }
    *place += 36 + u64::from(length);
    Ok(Some(content))
}

fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Pace and time, then what everything else follows from.
fn genesis(passphrase: &str, settings: &Settings, milliseconds: u32, time: u64) -> Vec<u8> {
    let mut content = milliseconds.to_be_bytes().to_vec();
    content.extend_from_slice(&time.to_be_bytes());
    for setting in settings.entries(milliseconds) {
        content.extend_from_slice(&Sha256::digest(xdr(&setting)));
    }
    content.extend_from_slice(passphrase.as_bytes());
    content
}

fn times(genesis: &[u8]) -> Option<(u32, u64)> {
    let milliseconds = genesis.get(..4)?.try_into().ok().map(u32::from_be_bytes)?;
    let time = genesis.get(4..12)?.try_into().ok().map(u64::from_be_bytes)?;
    Some((milliseconds, time))
}
