//! A ledger of a few accounts, and transactions upon it, without a network around.

#![allow(dead_code, reason = "each test program uses a part")]

use std::collections::BTreeMap;

use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest, Sha256};
use soroban_simulation::NetworkConfig;
use stellar_xdr::*;
use tributary_localnet::{
    apply, classic,
    frame::Frame,
    ledger::{account_key, Delta, Entries, Stored},
    node::{network_id, Node},
    settings::{Settings, BASE_FEE},
    validity::{self, At},
};

pub const PASSPHRASE: &str = "A ledger of a test";
pub const XLM: i64 = 10_000_000;
pub const SEQUENCE: u32 = 1_000;
pub const TIME: u64 = 1_800_000_000;
/// Of an account before its first transaction.
pub const START: i64 = 500 << 32;

pub struct Bench {
    pub settings: Settings,
    pub config: NetworkConfig,
    pub network_id: Hash,
    pub entries: Entries,
    pub sequence: u32,
    pub time: u64,
}

impl Bench {
    /// Accounts with a thousand XLM.
    pub fn new(accounts: &[&str]) -> Bench {
        let settings = Settings::default();
        let node = Node::new(PASSPHRASE, settings.clone(), 1_000, TIME);
        let mut bench = Bench {
            config: NetworkConfig::load_from_snapshot(&node.state).unwrap(),
            network_id: network_id(PASSPHRASE),
            settings,
            entries: BTreeMap::new(),
            sequence: SEQUENCE,
            time: TIME,
        };
        for name in accounts {
            bench.store(LedgerEntryData::Account(AccountEntry {
                account_id: id(name),
                balance: 1_000 * XLM,
                seq_num: SequenceNumber(START),
                thresholds: Thresholds([1, 0, 0, 0]),
                ..Default::default()
            }));
        }
        bench
    }

    pub fn store(&mut self, data: LedgerEntryData) {
        let entry = LedgerEntry { last_modified_ledger_seq: 1, data, ext: LedgerEntryExt::V0 };
        self.entries.insert(entry.to_key(), Stored { entry, ttl: None });
    }

    pub fn find(&self, name: &str) -> Option<AccountEntry> {
        match &self.entries.get(&account_key(&id(name)))?.entry.data {
            LedgerEntryData::Account(account) => Some(account.clone()),
            _ => unreachable!(),
        }
    }

    pub fn account(&self, name: &str) -> AccountEntry {
        self.find(name).unwrap()
    }

    pub fn edit(&mut self, name: &str, change: impl FnOnce(&mut AccountEntry)) {
        let mut account = self.account(name);
        change(&mut account);
        self.store(LedgerEntryData::Account(account));
    }

    pub fn line(&self, name: &str, asset: &Asset) -> Option<TrustLineEntry> {
        match &self.entries.get(&line_key(name, asset))?.entry.data {
            LedgerEntryData::Trustline(line) => Some(line.clone()),
            _ => unreachable!(),
        }
    }

    pub fn edit_line(
        &mut self,
        name: &str,
        asset: &Asset,
        change: impl FnOnce(&mut TrustLineEntry),
    ) {
        let mut line = self.line(name, asset).unwrap();
        change(&mut line);
        self.store(LedgerEntryData::Trustline(line));
    }

    /// The next one of `name`, with the least fee.
    pub fn transaction(&self, name: &str, bodies: &[OperationBody]) -> Transaction {
        let operation = |body: &OperationBody| op(None, body.clone());
        Transaction {
            source_account: muxed(name),
            fee: BASE_FEE * bodies.len() as u32,
            seq_num: SequenceNumber(self.find(name).map_or(START, |a| a.seq_num.0) + 1),
            cond: Preconditions::None,
            memo: Memo::None,
            operations: bodies.iter().map(operation).collect::<Vec<_>>().try_into().unwrap(),
            ext: TransactionExt::V0,
        }
    }

    pub fn sign(&self, tx: &Transaction, signers: &[&str]) -> Frame {
        let hash = tx.hash(self.network_id.0).unwrap();
        let signatures = signers.iter().map(|name| signature(name, &hash)).collect();
        self.decorate(tx, signatures)
    }

    pub fn decorate(&self, tx: &Transaction, signatures: Vec<DecoratedSignature>) -> Frame {
        let envelope =
            TransactionV1Envelope { tx: tx.clone(), signatures: signatures.try_into().unwrap() };
        Frame::new(TransactionEnvelope::Tx(envelope), &self.network_id)
    }

    /// Around a transaction that is signed for already.
    pub fn bump(&self, inner: &Frame, payer: &str, fee: i64, signers: &[&str]) -> Frame {
        let TransactionEnvelope::Tx(inner) = inner.envelope.clone() else { unreachable!() };
        let tx = FeeBumpTransaction {
            fee_source: muxed(payer),
            fee,
            inner_tx: FeeBumpTransactionInnerTx::Tx(inner),
            ext: FeeBumpTransactionExt::V0,
        };
        let hash = tx.hash(self.network_id.0).unwrap();
        let signatures: Vec<_> = signers.iter().map(|name| signature(name, &hash)).collect();
        let signatures = signatures.try_into().unwrap();
        let envelope =
            TransactionEnvelope::TxFeeBump(FeeBumpTransactionEnvelope { tx, signatures });
        Frame::new(envelope, &self.network_id)
    }

    fn at(&self) -> At<'_> {
        At {
            network_id: &self.network_id,
            settings: &self.settings,
            config: &self.config,
            sequence: self.sequence,
            close_time: self.time,
        }
    }

    pub fn check(&self, frame: &Frame) -> Result<(), TransactionResult> {
        validity::check(frame, &Delta::new(&self.entries, self.sequence), &self.at())
    }

    /// The code of a transaction that may not wait.
    pub fn refusal(&self, frame: &Frame) -> TransactionResultResult {
        self.check(frame).expect_err("it is valid").result
    }

    /// The result of the operation because of which a transaction may not wait.
    pub fn refused_operation(&self, frame: &Frame) -> OperationResult {
        match self.refusal(frame) {
            TransactionResultResult::TxFailed(results) => failure(&results),
            code => panic!("{code:?}"),
        }
    }

    /// Charges and applies, whether or not it is valid, in a ledger of its own.
    pub fn apply(&mut self, frame: &Frame) -> (TransactionResult, Vec<ContractEvent>) {
        let mut delta = Delta::new(&self.entries, self.sequence);
        let fee = validity::charge_fee(frame, &mut delta, BASE_FEE);
        let mut events = vec![];
        let code = match validity::begin(frame, &mut delta, &self.at()) {
            Err(code) => code,
            Ok(()) => {
                let mut all = delta.child();
                let mut results = vec![];
                for operation in frame.operations() {
                    let outcome = classic::apply(frame, operation, &mut all, &self.at());
                    results.push(outcome.result);
                    events.extend(outcome.events);
                }
                let went_well = results.iter().all(validity::is_success);
                let results = results.try_into().unwrap();
                if went_well {
                    let changes = all.into_changes();
                    delta.take_over(changes);
                    TransactionResultResult::TxSuccess(results)
                } else {
                    events.clear();
                    TransactionResultResult::TxFailed(results)
                }
            }
        };
        for (key, change) in delta.into_changes() {
            match change {
                Some(stored) => self.entries.insert(key, stored),
                None => self.entries.remove(&key),
            };
        }
        self.sequence += 1;
        self.time += 1;
        (apply::result(frame, fee, code), events)
    }

    /// One operation of `name`, as a wallet sends it.
    pub fn run(&mut self, name: &str, body: OperationBody) -> OperationResult {
        self.run_with_events(name, body).0
    }

    pub fn run_with_events(
        &mut self,
        name: &str,
        body: OperationBody,
    ) -> (OperationResult, Vec<ContractEvent>) {
        let frame = self.sign(&self.transaction(name, &[body]), &[name]);
        assert_eq!(self.check(&frame), Ok(()));
        let (result, events) = self.apply(&frame);
        match result.result {
            TransactionResultResult::TxSuccess(results)
            | TransactionResultResult::TxFailed(results) => (results[0].clone(), events),
            code => panic!("{code:?}"),
        }
    }
}

fn failure(results: &[OperationResult]) -> OperationResult {
    results.iter().find(|result| !validity::is_success(result)).unwrap().clone()
}

pub fn key(name: &str) -> SigningKey {
    SigningKey::from_bytes(&Sha256::digest(name.as_bytes()).into())
}

pub fn public(name: &str) -> Uint256 {
    Uint256(key(name).verifying_key().to_bytes())
}

pub fn id(name: &str) -> AccountId {
    AccountId(PublicKey::PublicKeyTypeEd25519(public(name)))
}

pub fn muxed(name: &str) -> MuxedAccount {
    MuxedAccount::Ed25519(public(name))
}

pub fn signature(name: &str, message: &[u8]) -> DecoratedSignature {
    let signature = key(name).sign(message).to_bytes().to_vec();
    DecoratedSignature {
        hint: SignatureHint(public(name).0[28..].try_into().unwrap()),
        signature: Signature(signature.try_into().unwrap()),
    }
}

pub fn op(source: Option<&str>, body: OperationBody) -> Operation {
    Operation { source_account: source.map(muxed), body }
}

pub fn pay(to: &str, amount: i64) -> OperationBody {
    pay_asset(to, &Asset::Native, amount)
}

pub fn pay_asset(to: &str, asset: &Asset, amount: i64) -> OperationBody {
    OperationBody::Payment(PaymentOp { destination: muxed(to), asset: asset.clone(), amount })
}

pub fn options(change: impl FnOnce(&mut SetOptionsOp)) -> OperationBody {
    let mut options = SetOptionsOp {
        inflation_dest: None,
        clear_flags: None,
        set_flags: None,
        master_weight: None,
        low_threshold: None,
        med_threshold: None,
        high_threshold: None,
        home_domain: None,
        signer: None,
    };
    change(&mut options);
    OperationBody::SetOptions(options)
}

pub fn signer(name: &str, weight: u32) -> Signer {
    Signer { key: SignerKey::Ed25519(public(name)), weight }
}

pub fn asset(code: &[u8; 4], issuer: &str) -> Asset {
    Asset::CreditAlphanum4(AlphaNum4 { asset_code: AssetCode4(*code), issuer: id(issuer) })
}

pub fn line_key(name: &str, asset: &Asset) -> LedgerKey {
    let Asset::CreditAlphanum4(asset) = asset.clone() else { unreachable!() };
    let asset = TrustLineAsset::CreditAlphanum4(asset);
    LedgerKey::Trustline(LedgerKeyTrustLine { account_id: id(name), asset })
}
