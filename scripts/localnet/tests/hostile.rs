//! What a hostile client sends, and what must hold whatever it is.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
};

use common::*;
use ed25519_dalek::Signer as _;
use sha2::{Digest, Sha256};
use stellar_xdr::*;
use tributary_localnet::{
    node::{Node, Submitted, TOTAL_COINS},
    settings::Settings,
    simulate::{simulate, AuthMode, Request},
    store::Store,
};

/// A path of its own for each test, with nothing there.
fn path(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("tributary-{}-{name}", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

fn open(path: &Path) -> (Store, Node) {
    Store::open(path, PASSPHRASE, Settings::default(), 1_000, TIME).unwrap()
}

/// A vector in a vector in a vector.
fn nested(depth: usize) -> ScVal {
    (0..depth)
        .fold(ScVal::Void, |inner, _| ScVal::Vec(Some(ScVec(vec![inner].try_into().unwrap()))))
}

/// With an empty footprint.
fn unprepared(node: &Node, name: &str, call: HostFunction) -> Transaction {
    let resources = SorobanResources { instructions: 1_000_000, ..Default::default() };
    let data = SorobanTransactionData { resources, resource_fee: XLM, ..Default::default() };
    with_data(transaction(node, name, body(call, vec![])), data)
}

#[test]
fn what_nests_as_deeply_as_it_may_is_read_back() {
    let path = path("deep");
    let (mut store, mut node) = open(&path);
    fund(&mut node, "alice", 1_000 * XLM);
    store.append(&node).unwrap();
    let contract = ScAddress::Contract(ContractId(Hash([1; 32])));
    // The deepest that the server reads.
    let read = |depth| {
        let call = invocation(&contract, "f", vec![nested(depth)]);
        let envelope = signed(&node, unprepared(&node, "alice", call), &["alice"]);
        let bytes = envelope.to_xdr(Limits::none()).unwrap();
        TransactionEnvelope::from_xdr(bytes, Limits { depth: 500, len: 512 * 1024 }).ok()
    };
    let envelope = (0..200).rev().find_map(read).unwrap();
    assert!(!succeeded(&send(&mut node, envelope)));
    store.append(&node).unwrap();
    drop(store);
    assert_eq!(open(&path).1.latest().hash, node.latest().hash);
    fs::remove_file(&path).unwrap();
}

#[test]
fn nobody_calls_in_the_name_of_an_account_that_is_not_there() {
    let mut node = node();
    fund(&mut node, "alice", 1_000 * XLM);
    let contract = native(&mut node);
    let call = invocation(&contract, "decimals", vec![]);
    let mut tx = prepared(&node, "alice", call.clone());
    let source_account = Some(MuxedAccount::Ed25519(public("bob")));
    tx.operations =
        vec![Operation { source_account, body: body(call, vec![]) }].try_into().unwrap();
    let envelope = signed(&node, tx, &["alice", "bob"]);
    let failed = vec![OperationResult::OpNoAccount].try_into().unwrap();
    assert_eq!(send(&mut node, envelope).result, TransactionResultResult::TxFailed(failed));
}

#[test]
fn an_extension_beyond_all_ledgers_is_not_simulated() {
    let node = Node::new(PASSPHRASE, Settings::default(), 1_000, TIME);
    let op = ExtendFootprintTtlOp { ext: ExtensionPoint::V0, extend_to: u32::MAX };
    let mut tx = Transaction {
        ext: TransactionExt::V1(SorobanTransactionData::default()),
        ..transaction(&node, "root", OperationBody::ExtendFootprintTtl(op))
    };
    tx.fee = u32::MAX;
    let envelope = TransactionV1Envelope { tx, signatures: Default::default() };
    let refused = simulate(&Request {
        state: node.state.clone(),
        network_id: node.network_id.clone(),
        sequence: 2,
        close_time: TIME + 1,
        envelope: TransactionEnvelope::Tx(envelope),
        auth_mode: AuthMode::Default,
        leeway: u32::MAX,
        address_v2: false,
    });
    assert!(refused.err().unwrap().contains("extendTo"));
}

const NAMES: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "frank"];

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn name(&mut self) -> &'static str {
        NAMES[self.below(6) as usize]
    }

    /// From nothing to more than can be spent.
    fn amount(&mut self, balance: i64) -> i64 {
        let amounts = [balance - 15_000_000, balance - 10_000_000, 1_000, balance / 2];
        amounts[self.below(4) as usize].max(1)
    }
}

fn payment(to: &str, amount: i64) -> OperationBody {
    let destination = MuxedAccount::Ed25519(public(to));
    OperationBody::Payment(PaymentOp { destination, asset: Asset::Native, amount })
}

/// A payment, a transfer by the contract of XLM, which may be of more than was simulated, or a signer.
fn anything(node: &Node, random: &mut Random, xlm: &ScAddress, name: &str) -> Transaction {
    let to = random.name();
    let amount = random.amount(account(node, name).balance);
    match random.below(3) {
        0 => transaction(node, name, payment(to, amount)),
        1 if account(node, name).balance > 2 * XLM => {
            let mut tx = prepared(node, name, transfer(xlm, name, to, 1));
            let OperationBody::InvokeHostFunction(op) = &tx.operations[0].body else {
                unreachable!()
            };
            let body = body(transfer(xlm, name, to, amount), op.auth.to_vec());
            tx.operations = vec![Operation { source_account: None, body }].try_into().unwrap();
            let TransactionExt::V1(mut data) = tx.ext.clone() else { unreachable!() };
            data.resource_fee += random.below(2_000_000) as i64;
            with_data(tx, data)
        }
        _ => {
            let key = SignerKey::HashX(Uint256([random.below(3) as u8; 32]));
            let signer = Some(Signer { key, weight: random.below(2) as u32 });
            let options = SetOptionsOp { signer, ..Default::default() };
            transaction(node, name, OperationBody::SetOptions(options))
        }
    }
}

fn bumped(node: &Node, payer: &str, inner: TransactionEnvelope, fee: i64) -> TransactionEnvelope {
    let TransactionEnvelope::Tx(inner) = inner else { unreachable!() };
    let tx = FeeBumpTransaction {
        fee_source: MuxedAccount::Ed25519(public(payer)),
        fee,
        inner_tx: FeeBumpTransactionInnerTx::Tx(inner),
        ext: FeeBumpTransactionExt::V0,
    };
    let mut envelope = FeeBumpTransactionEnvelope { tx, signatures: Default::default() };
    let hash = TransactionEnvelope::TxFeeBump(envelope.clone()).hash(node.network_id.0).unwrap();
    let signature = key(payer).sign(&hash).to_bytes().to_vec().try_into().unwrap();
    let hint = SignatureHint(public(payer).0[28..].try_into().unwrap());
    let signature = DecoratedSignature { hint, signature: Signature(signature) };
    envelope.signatures = vec![signature].try_into().unwrap();
    TransactionEnvelope::TxFeeBump(envelope)
}

/// In accounts; the contract of XLM gives to accounts alone here.
fn stroops(node: &Node) -> i64 {
    NAMES.iter().chain([&"root"]).map(|name| account(node, name).balance).sum()
}

#[test]
fn no_stroop_appears_or_vanishes_when_many_pay_and_are_paid_in_one_ledger() {
    let path = path("value");
    let (mut store, mut node) = open(&path);
    for name in NAMES {
        fund(&mut node, name, 20 * XLM);
        store.append(&node).unwrap();
    }
    let xlm = native(&mut node);
    store.append(&node).unwrap();
    let mut random = Random(88_172_645_463_325_252);
    let (mut succeeded, mut failed) = (0, 0);
    for _ in 0..30 {
        for name in NAMES {
            let tx = anything(&node, &mut random, &xlm, name);
            let fee = i64::from(tx.fee) + 400 + random.below(3_000_000) as i64;
            let mut envelope = signed(&node, tx, &[name]);
            if random.below(2) == 0 {
                let payer = NAMES[random.below(2) as usize];
                envelope = bumped(&node, payer, envelope, fee);
            }
            let submitted = node.submit(envelope);
            assert!(matches!(submitted, Submitted::Pending | Submitted::Refused(..)));
        }
        node.close(0);
        store.append(&node).unwrap();
        assert_eq!(stroops(&node) + node.latest().header.fee_pool, TOTAL_COINS);
        for transacted in &node.latest().transactions {
            assert!(transacted.result.fee_charged >= 100);
            match &transacted.result.result {
                TransactionResultResult::TxSuccess(_)
                | TransactionResultResult::TxFeeBumpInnerSuccess(_) => succeeded += 1,
                _ => failed += 1,
            }
        }
    }
    assert!(succeeded > 30 && failed > 15, "{succeeded} succeeded, {failed} failed");
    drop(store);
    assert_eq!(open(&path).1.state.0, node.state.0, "what was told adds up to what is");
    fs::remove_file(&path).unwrap();
}

/// A contract whose `f` emits 500 events of 65 000 bytes each: far more than a transaction may.
/// Assembled by hand: a loop around `contract_event`.
const NOISY: &[u8] = &[
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x0b, 0x02, 0x60, 0x02, 0x7e, 0x7e, 0x01,
    0x7e, 0x60, 0x00, 0x01, 0x7e, 0x02, 0x13, 0x03, 0x01, 0x62, 0x01, 0x33, 0x00, 0x00, 0x01, 0x76,
    0x01, 0x5f, 0x00, 0x01, 0x01, 0x78, 0x01, 0x31, 0x00, 0x00, 0x03, 0x02, 0x01, 0x01, 0x05, 0x03,
    0x01, 0x00, 0x02, 0x07, 0x0e, 0x02, 0x01, 0x66, 0x00, 0x03, 0x06, 0x6d, 0x65, 0x6d, 0x6f, 0x72,
    0x79, 0x02, 0x00, 0x0a, 0x34, 0x01, 0x32, 0x02, 0x02, 0x7e, 0x01, 0x7f, 0x42, 0x04, 0x42, 0x84,
    0x80, 0x80, 0x80, 0x80, 0xbd, 0x3f, 0x10, 0x00, 0x21, 0x00, 0x10, 0x01, 0x21, 0x01, 0x41, 0xf4,
    0x03, 0x21, 0x02, 0x03, 0x40, 0x20, 0x01, 0x20, 0x00, 0x10, 0x02, 0x1a, 0x20, 0x02, 0x41, 0x01,
    0x6b, 0x22, 0x02, 0x0d, 0x00, 0x0b, 0x42, 0x02, 0x0b, 0x00, 0x1e, 0x11, 0x63, 0x6f, 0x6e, 0x74,
    0x72, 0x61, 0x63, 0x74, 0x65, 0x6e, 0x76, 0x6d, 0x65, 0x74, 0x61, 0x76, 0x30, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x16, 0x00, 0x00, 0x00, 0x00,
];

#[test]
fn a_noisy_contract_leaves_little_behind() {
    let mut node = node();
    fund(&mut node, "alice", 10_000 * XLM);
    let upload = HostFunction::UploadContractWasm(NOISY.to_vec().try_into().unwrap());
    let tx = prepared(&node, "alice", upload);
    let envelope = signed(&node, tx, &["alice"]);
    assert!(succeeded(&send(&mut node, envelope)));
    let preimage = ContractIdPreimage::Address(ContractIdPreimageFromAddress {
        address: ScAddress::Account(id("alice")),
        salt: Uint256([0; 32]),
    });
    let code = Hash(Sha256::digest(NOISY).into());
    let create = HostFunction::CreateContract(CreateContractArgs {
        contract_id_preimage: preimage.clone(),
        executable: ContractExecutable::Wasm(code.clone()),
    });
    let tx = prepared(&node, "alice", create);
    let envelope = signed(&node, tx, &["alice"]);
    assert!(succeeded(&send(&mut node, envelope)));
    let preimage = HashIdPreimage::ContractId(HashIdPreimageContractId {
        network_id: node.network_id.clone(),
        contract_id_preimage: preimage,
    });
    let contract = ScAddress::Contract(ContractId(tributary_localnet::ledger::hash(&preimage)));
    let call = invocation(&contract, "f", vec![]);
    let mut tx = unprepared(&node, "alice", call);
    let TransactionExt::V1(data) = &mut tx.ext else { unreachable!() };
    data.resources.instructions = 100_000_000;
    let instance = LedgerKey::ContractData(LedgerKeyContractData {
        contract,
        key: ScVal::LedgerKeyContractInstance,
        durability: ContractDataDurability::Persistent,
    });
    let code = LedgerKey::ContractCode(LedgerKeyContractCode { hash: code });
    data.resources.footprint.read_only = vec![instance, code].try_into().unwrap();
    let envelope = signed(&node, tx, &["alice"]);
    let result = send(&mut node, envelope);
    let TransactionResultResult::TxFailed(results) = &result.result else { panic!("{result:?}") };
    let limit = InvokeHostFunctionResult::ResourceLimitExceeded;
    let limit = OperationResultTr::InvokeHostFunction(limit);
    assert_eq!(results[0], OperationResult::OpInner(limit));
    let TransactionMeta::V4(meta) = &node.latest().transactions[0].meta else { unreachable!() };
    let size = meta.to_xdr(Limits::none()).unwrap().len();
    assert!(meta.diagnostic_events.len() > 1, "the last of them tell");
    assert!(size < 300_000, "{size}");
}

#[test]
fn who_waits_for_the_next_ledger_is_paid_for_by_what_is_left() {
    let mut node = node();
    let crowd: Vec<String> = (0..10).map(|n| format!("crowd {n}")).collect();
    for name in crowd.iter().map(String::as_str).chain(["alice", "carol"]) {
        fund(&mut node, name, 100 * XLM);
    }
    fund(&mut node, "bob", 1_000 * XLM);
    let submit = |node: &mut Node, envelope| {
        assert!(matches!(node.submit(envelope), Submitted::Pending));
    };
    // A ledger takes a thousand operations: of these the last waits, and what comes after it.
    let tx = transaction(&node, "bob", payment("carol", 900 * XLM));
    let envelope = signed(&node, tx, &["bob"]);
    submit(&mut node, envelope);
    for name in &crowd {
        let mut tx = transaction(&node, name, payment(name, 1));
        let one = tx.operations[0].clone();
        (tx.fee, tx.operations) = (10_000, vec![one; 100].try_into().unwrap());
        let envelope = signed(&node, tx, &[name]);
        submit(&mut node, envelope);
    }
    // Bob can pay each of these, before his own payment both, and after it one.
    for name in ["alice", "carol"] {
        let tx = transaction(&node, name, payment(name, 1));
        let inner = signed(&node, tx, &[name]);
        let envelope = bumped(&node, "bob", inner, 60 * XLM);
        submit(&mut node, envelope);
    }
    node.close(0);
    assert_eq!(node.latest().transactions.len(), 10);
    node.close(0);
    let applied = &node.latest().transactions;
    assert_eq!(applied.len(), 2, "the last of the crowd, and Alice's");
    node.close(0);
    assert!(node.latest().transactions.is_empty(), "Carol's was dropped");
    assert_eq!(account(&node, "carol").seq_num, SequenceNumber(i64::from(13) << 32));
}
