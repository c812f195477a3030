//! A client of a running network, with no library in between.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::{json, Value};
use stellar_xdr::*;
use tributary_localnet::{
    ledger::account_key,
    node::Node,
    rpc::{start, Options, Pace, Running},
};

use crate::common::{self, PASSPHRASE};

pub struct Reply {
    pub status: u16,
    /// In lower case.
    pub head: String,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{}", self.body))
    }
}

/// One request on a connection of its own.
pub fn request(url: &str, method: &str, path: &str, headers: &str, body: &[u8]) -> Reply {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Content-Length: {}\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // A server that refuses may close before it has read everything.
    let _ = stream.write_all(body);
    let mut reply = vec![];
    let _ = stream.read_to_end(&mut reply);
    let reply = String::from_utf8(reply).unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{reply:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, head: head.to_lowercase(), body: body.into() }
}

pub fn post(url: &str, body: &[u8]) -> Reply {
    request(url, "POST", "/", "Content-Type: application/json\r\n", body)
}

pub struct Net {
    pub running: Running,
    /// For hashes, which depend on the passphrase alone.
    node: Node,
}

impl Net {
    pub fn new(pace: Pace) -> Net {
        Net::with(Options { pace, ..Options::default() })
    }

    pub fn with(options: Options) -> Net {
        let options = Options { passphrase: PASSPHRASE.into(), ..options };
        Net { running: start(options).unwrap(), node: common::node() }
    }

    pub fn on_demand() -> Net {
        Net::new(Pace::OnDemand)
    }

    pub fn url(&self) -> &str {
        &self.running.url
    }

    pub fn try_call(&self, method: &str, params: Value) -> Result<Value, (i64, String)> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let reply = post(self.url(), body.to_string().as_bytes());
        assert_eq!(reply.status, 200);
        let mut answer = reply.json();
        assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!(1)));
        match answer.get("error") {
            None => Ok(answer["result"].take()),
            Some(error) => {
                Err((error["code"].as_i64().unwrap(), error["message"].as_str().unwrap().into()))
            }
        }
    }

    pub fn call(&self, method: &str, params: Value) -> Value {
        self.try_call(method, params).unwrap_or_else(|error| panic!("{method}: {error:?}"))
    }

    pub fn code(&self, method: &str, params: Value) -> i64 {
        let answer = self.try_call(method, params.clone());
        answer.err().unwrap_or_else(|| panic!("{method} takes {params}")).0
    }

    pub fn close(&self) {
        self.call("localnet_close", json!({}));
    }

    pub fn advance(&self, seconds: u64) {
        self.call("localnet_advance", json!({ "seconds": seconds }));
    }

    pub fn latest(&self) -> u32 {
        self.call("getLatestLedger", Value::Null)["sequence"].as_u64().unwrap() as u32
    }

    pub fn fund(&self, name: &str) -> Reply {
        let path = format!("/friendbot?addr={}", common::id(name));
        request(self.url(), "GET", &path, "", b"")
    }

    /// Entries of the ledger, as they come.
    pub fn entries(&self, keys: &[LedgerKey]) -> Vec<Value> {
        let keys: Vec<_> = keys.iter().map(base64).collect();
        let answer = self.call("getLedgerEntries", json!({ "keys": keys }));
        answer["entries"].as_array().unwrap().clone()
    }

    pub fn account(&self, name: &str) -> AccountEntry {
        let entries = self.entries(&[account_key(&common::id(name))]);
        match decode(&entries[0]["xdr"]) {
            LedgerEntryData::Account(account) => account,
            _ => panic!("{entries:?}"),
        }
    }

    pub fn transaction(&self, name: &str, body: OperationBody) -> Transaction {
        Transaction {
            source_account: MuxedAccount::Ed25519(common::public(name)),
            fee: 100,
            seq_num: SequenceNumber(self.account(name).seq_num.0 + 1),
            cond: Preconditions::None,
            memo: Memo::None,
            operations: vec![Operation { source_account: None, body }].try_into().unwrap(),
            ext: TransactionExt::V0,
        }
    }

    pub fn sign(&self, tx: Transaction, name: &str) -> TransactionEnvelope {
        common::signed(&self.node, tx, &[name])
    }

    pub fn hash(&self, envelope: &TransactionEnvelope) -> String {
        Hash(envelope.hash(self.node.network_id.0).unwrap()).to_string()
    }

    pub fn send(&self, envelope: &TransactionEnvelope) -> Value {
        self.call("sendTransaction", json!({ "transaction": base64(envelope) }))
    }

    /// Sends, closes a ledger, and returns what became of it.
    pub fn apply(&self, envelope: &TransactionEnvelope) -> Value {
        let sent = self.send(envelope);
        assert_eq!(sent["status"], "PENDING", "{sent}");
        self.close();
        self.call("getTransaction", json!({ "hash": sent["hash"] }))
    }

    pub fn pay(&self, from: &str, to: &str, stroops: i64) -> TransactionEnvelope {
        let body = OperationBody::Payment(PaymentOp {
            destination: MuxedAccount::Ed25519(common::public(to)),
            asset: Asset::Native,
            amount: stroops,
        });
        self.sign(self.transaction(from, body), from)
    }

    pub fn simulate(&self, tx: &Transaction) -> Value {
        let unsigned = TransactionV1Envelope { tx: tx.clone(), signatures: Default::default() };
        let transaction = base64(&TransactionEnvelope::Tx(unsigned));
        self.call("simulateTransaction", json!({ "transaction": transaction }))
    }

    /// Simulates, and takes over what that found.
    pub fn prepare(&self, name: &str, call: HostFunction) -> TransactionEnvelope {
        let mut tx = self.transaction(name, common::body(call.clone(), vec![]));
        let found = self.simulate(&tx);
        assert!(found.get("error").is_none(), "{found}");
        let auth = found["results"][0]["auth"].as_array().unwrap().iter().map(decode).collect();
        let operation = Operation { source_account: None, body: common::body(call, auth) };
        tx.operations = vec![operation].try_into().unwrap();
        let data: SorobanTransactionData = decode(&found["transactionData"]);
        assert_eq!(found["minResourceFee"], data.resource_fee.to_string());
        self.sign(common::with_data(tx, data), name)
    }

    /// The contract of XLM, made by `name`.
    pub fn native(&self, name: &str) -> ScAddress {
        let contract_id_preimage = ContractIdPreimage::Asset(Asset::Native);
        let create = HostFunction::CreateContract(CreateContractArgs {
            contract_id_preimage: contract_id_preimage.clone(),
            executable: ContractExecutable::StellarAsset,
        });
        let created = self.apply(&self.prepare(name, create));
        assert_eq!(created["status"], "SUCCESS", "{created}");
        let meta: TransactionMeta = decode(&created["resultMetaXdr"]);
        let TransactionMeta::V4(TransactionMetaV4 { soroban_meta: Some(meta), .. }) = meta else {
            panic!("{created}")
        };
        match meta.return_value {
            Some(ScVal::Address(address)) => address,
            other => panic!("{other:?}"),
        }
    }
}

pub fn base64(value: &impl WriteXdr) -> String {
    value.to_xdr_base64(Limits::none()).unwrap()
}

pub fn decode<T: ReadXdr>(value: &Value) -> T {
    let text = value.as_str().unwrap_or_else(|| panic!("no XDR: {value}"));
    T::from_xdr_base64(text, Limits::none()).unwrap()
}
