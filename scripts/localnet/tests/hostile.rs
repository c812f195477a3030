//! What a hostile client sends, and what must hold whatever it is.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
};

use common::*;
use ed25519_dalek::Signer as _;
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
