//! People with keys, and transactions as wallets make them.

#![allow(dead_code, reason = "each test program uses a part")]

use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};
use stellar_xdr::*;
use tributary_localnet::{
    ledger::account_key,
    node::{root_key, Node, Submitted, TOTAL_COINS},
    settings::Settings,
    simulate::{simulate, AuthMode, Request, Simulated},
};

pub const PASSPHRASE: &str = "A network of a test";
pub const TIME: u64 = 1_800_000_000;
pub const XLM: i64 = 10_000_000;

pub fn node() -> Node {
    Node::new(PASSPHRASE, Settings::default(), 1_000, TIME)
}

pub fn key(name: &str) -> SigningKey {
    match name {
        "root" => root_key(PASSPHRASE),
        _ => SigningKey::from_bytes(&Sha256::digest(name.as_bytes()).into()),
    }
}

pub fn public(name: &str) -> Uint256 {
    Uint256(key(name).verifying_key().to_bytes())
}

pub fn id(name: &str) -> AccountId {
    AccountId(PublicKey::PublicKeyTypeEd25519(public(name)))
}

pub fn address(name: &str) -> ScVal {
    ScVal::Address(ScAddress::Account(id(name)))
}

pub fn account(node: &Node, name: &str) -> AccountEntry {
    match &node.state.get(&account_key(&id(name))).expect("an account").entry.data {
        LedgerEntryData::Account(account) => account.clone(),
        _ => unreachable!(),
    }
}

/// Operation of `name`, with nothing added.
pub fn transaction(node: &Node, name: &str, body: OperationBody) -> Transaction {
    Transaction {
        source_account: MuxedAccount::Ed25519(public(name)),
        fee: 100,
        seq_num: SequenceNumber(account(node, name).seq_num.0 + 1),
        cond: Preconditions::None,
        memo: Memo::None,
        operations: vec![Operation { source_account: None, body }].try_into().unwrap(),
        ext: TransactionExt::V0,
    }
}

pub fn signed(node: &Node, tx: Transaction, signers: &[&str]) -> TransactionEnvelope {
    let envelope = TransactionV1Envelope { tx, signatures: Default::default() };
    let hash = envelope.hash(node.network_id.0).unwrap();
    let signatures = signers.iter().map(|name| {
        let key = key(name);
        DecoratedSignature {
            hint: SignatureHint(key.verifying_key().to_bytes()[28..].try_into().unwrap()),
            signature: Signature(key.sign(&hash).to_bytes().to_vec().try_into().unwrap()),
        }
    });
    let signatures = signatures.collect::<Vec<_>>().try_into().unwrap();
    TransactionEnvelope::Tx(TransactionV1Envelope { signatures, ..envelope })
}

/// Submits, closes a ledger; checks that no stroop appeared or vanished.
pub fn send(node: &mut Node, envelope: TransactionEnvelope) -> TransactionResult {
    match node.submit(envelope) {
        Submitted::Pending => {}
        Submitted::Refused(result, _) => panic!("refused: {result:?}"),
        Submitted::Duplicate => panic!("a duplicate"),
        Submitted::TryAgainLater => panic!("later"),
    }
    node.close(node.latest().header.scp_value.close_time.0 + 1);
    let stroops: i64 = node.state.0.values().map(|stored| balance(&stored.entry)).sum();
    assert_eq!(stroops + node.latest().header.fee_pool, TOTAL_COINS);
    node.latest().transactions.last().expect("it was applied").result.clone()
}

/// Stroops, also those that the contract of XLM keeps.
fn balance(entry: &LedgerEntry) -> i64 {
    match &entry.data {
        LedgerEntryData::Account(account) => account.balance,
        _ => 0,
    }
}

pub fn fund(node: &mut Node, name: &str, amount: i64) {
    let body = OperationBody::CreateAccount(CreateAccountOp {
        destination: id(name),
        starting_balance: amount,
    });
    let tx = transaction(node, "root", body);
    let envelope = signed(node, tx, &["root"]);
    assert!(succeeded(&send(node, envelope)));
}

pub fn succeeded(result: &TransactionResult) -> bool {
    matches!(result.result, TransactionResultResult::TxSuccess(_))
}

pub fn invocation(contract: &ScAddress, function: &str, args: Vec<ScVal>) -> HostFunction {
    HostFunction::InvokeContract(InvokeContractArgs {
        contract_address: contract.clone(),
        function_name: function.try_into().unwrap(),
        args: args.try_into().unwrap(),
    })
}

pub fn body(call: HostFunction, auth: Vec<SorobanAuthorizationEntry>) -> OperationBody {
    OperationBody::InvokeHostFunction(InvokeHostFunctionOp {
        host_function: call,
        auth: auth.try_into().unwrap(),
    })
}

pub fn ask(node: &Node, tx: &Transaction) -> Simulated {
    let unsigned = TransactionV1Envelope { tx: tx.clone(), signatures: Default::default() };
    simulate(&Request {
        state: node.state.clone(),
        network_id: node.network_id.clone(),
        sequence: node.latest().header.ledger_seq + 1,
        close_time: node.latest().header.scp_value.close_time.0 + 1,
        envelope: TransactionEnvelope::Tx(unsigned),
        auth_mode: AuthMode::Record,
        leeway: 0,
        address_v2: false,
    })
    .unwrap()
}

/// A call of `name` with what the simulation found; everybody asked for signs.
pub fn prepared(node: &Node, name: &str, call: HostFunction) -> Transaction {
    let mut tx = transaction(node, name, body(call.clone(), vec![]));
    let found = ask(node, &tx);
    let (_, auth) = found.result.unwrap_or_else(|| panic!("{:?}", found.error));
    let data = found.transaction_data.unwrap();
    let auth = auth.into_iter().map(|entry| authorize(node, entry, None)).collect();
    let operation = Operation { source_account: None, body: body(call, auth) };
    tx.operations = vec![operation].try_into().unwrap();
    with_data(tx, data)
}

pub fn with_data(tx: Transaction, data: SorobanTransactionData) -> Transaction {
    let fee = 100 + u32::try_from(data.resource_fee).unwrap();
    Transaction { fee, ext: TransactionExt::V1(data), ..tx }
}

/// Signed by the one who is asked, or by somebody else.
pub fn authorize(
    node: &Node,
    mut entry: SorobanAuthorizationEntry,
    by: Option<&str>,
) -> SorobanAuthorizationEntry {
    let SorobanCredentials::Address(credentials) = &mut entry.credentials else { return entry };
    credentials.signature_expiration_ledger = node.latest().header.ledger_seq + 10;
    let payload = HashIdPreimage::SorobanAuthorization(HashIdPreimageSorobanAuthorization {
        network_id: node.network_id.clone(),
        nonce: credentials.nonce,
        signature_expiration_ledger: credentials.signature_expiration_ledger,
        invocation: entry.root_invocation.clone(),
    });
    let digest = Sha256::digest(payload.to_xdr(Limits::none()).unwrap());
    let asked = ["alice", "bob", "carol"]
        .into_iter()
        .find(|name| credentials.address == ScAddress::Account(id(name)))
        .expect("one of them");
    let key = key(by.unwrap_or(asked));
    let field = |name: &str, bytes: &[u8]| ScMapEntry {
        key: ScVal::Symbol(name.try_into().unwrap()),
        val: ScVal::Bytes(bytes.to_vec().try_into().unwrap()),
    };
    let fields = vec![
        field("public_key", &public(asked).0),
        field("signature", &key.sign(&digest).to_bytes()),
    ];
    let signature = ScVal::Map(Some(ScMap(fields.try_into().unwrap())));
    credentials.signature = ScVal::Vec(Some(ScVec(vec![signature].try_into().unwrap())));
    entry
}

/// The contract of XLM, made by root.
pub fn native(node: &mut Node) -> ScAddress {
    let contract_id_preimage = ContractIdPreimage::Asset(Asset::Native);
    let call = HostFunction::CreateContract(CreateContractArgs {
        contract_id_preimage: contract_id_preimage.clone(),
        executable: ContractExecutable::StellarAsset,
    });
    let tx = prepared(node, "root", call);
    let envelope = signed(node, tx, &["root"]);
    let result = send(node, envelope);
    assert!(succeeded(&result), "{result:?}");
    let preimage = HashIdPreimage::ContractId(HashIdPreimageContractId {
        network_id: node.network_id.clone(),
        contract_id_preimage,
    });
    let digest = Sha256::digest(preimage.to_xdr(Limits::none()).unwrap());
    ScAddress::Contract(ContractId(Hash(digest.into())))
}

pub fn transfer(contract: &ScAddress, from: &str, to: &str, amount: i64) -> HostFunction {
    let amount = ScVal::I128(Int128Parts { hi: 0, lo: amount as u64 });
    invocation(contract, "transfer", vec![address(from), address(to), amount])
}
