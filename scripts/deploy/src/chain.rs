//! A network, through one of its nodes' RPC. Everything blocks; several threads may share one `Chain`.

use std::{
    future::Future,
    io,
    sync::atomic::{AtomicU32, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

use stellar_rpc_client::{Client, FullLedgerEntry};
use stellar_xdr::{
    AccountEntry, AccountId, Asset, ContractDataDurability, ContractExecutable, Hash, HostFunction,
    InvokeContractArgs, InvokeHostFunctionOp, LedgerEntryData, LedgerKey, LedgerKeyAccount,
    LedgerKeyContractCode, LedgerKeyContractData, LedgerKeyTrustLine, Memo, MuxedAccount,
    Operation, OperationBody, Preconditions, PublicKey, ScAddress, ScContractInstance, ScVal,
    SequenceNumber, SorobanAuthorizationEntry, SorobanTransactionData, Transaction,
    TransactionEnvelope, TransactionExt, TransactionV1Envelope, TrustLineAsset, Uint256,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::{Builder, Runtime},
    time::timeout,
};

use crate::{address, error::Error, explain};

/// The simulator adds 4 % of the instructions, 50 000 at least. We add as much again, because other
/// transactions may be applied between the simulation and ours. They cost 0.07 stroops a thousand.
const INSTRUCTIONS_MARGIN_PERCENT: u32 = 4;
/// Pays for these instructions too. What it exceeds the real fee by is refunded.
const FEE_MARGIN_PERCENT: i64 = 10;
/// Ledger entries that nodes answer at once.
const MAX_KEYS: usize = 200;
/// How often a question is put again that the node did not answer.
const ATTEMPTS: u32 = 4;
/// Of the friendbot's answer, bytes: its first line decides, the rest is shown when it refuses.
const MAX_FRIENDBOT: u64 = 4_096;

pub struct Chain {
    pub(crate) client: Client,
    pub(crate) passphrase: String,
    pub(crate) network_id: Hash,
    /// The most that is offered for a place in a ledger, stroops an operation. Charged is what the
    /// ledger's cheapest transaction offers.
    pub inclusion_fee: u32,
    /// How long a question may remain without an answer, repetitions included.
    pub answer_within: Duration,
    url: String,
    shown_url: String,
    friendbot: Option<String>,
    runtime: Runtime,
    /// The last ledger that one of our transactions was applied in: older answers are not taken. Behind
    /// one URL there may be several nodes.
    pub(crate) seen: AtomicU32,
}

/// What the node found a call would do.
#[derive(Clone, Debug)]
pub struct Simulation {
    pub value: ScVal,
    pub auth: Vec<SorobanAuthorizationEntry>,
    /// Resources and resource fee, with the margins.
    pub data: SorobanTransactionData,
    /// After which it was simulated.
    pub ledger: u32,
}

impl Chain {
    /// Refuses a node of another network than that of `passphrase`.
    pub fn connect(url: &str, passphrase: &str) -> Result<Chain, Error> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| Error::other(error.to_string()))?;
        // Not the URL: what cannot be read cannot be freed of its secrets.
        let client =
            Client::new(url).map_err(|error| Error::other(format!("the node's URL: {error}")))?;
        let mut chain = Chain {
            client,
            passphrase: passphrase.to_string(),
            network_id: address::network_id(passphrase),
            inclusion_fee: 100,
            answer_within: Duration::from_secs(30),
            url: url.to_string(),
            shown_url: public_url(url),
            friendbot: None,
            runtime,
            seen: AtomicU32::new(0),
        };
        let network = chain.ask(|client| async move { client.get_network().await })?;
        if network.passphrase != passphrase {
            return Err(Error::other(format!(
                "the node at {} is on another network: its passphrase is {:?}, expected is \
                 {passphrase:?}. Check --network, --rpc and --passphrase",
                chain.shown_url, network.passphrase
            )));
        }
        chain.friendbot = network.friendbot_url;
        Ok(chain)
    }

    /// May hold a provider's secret.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// To print and to publish.
    pub fn shown_url(&self) -> &str {
        &self.shown_url
    }

    pub fn passphrase(&self) -> &str {
        &self.passphrase
    }

    pub fn network_id(&self) -> &Hash {
        &self.network_id
    }

    pub fn latest_ledger(&self) -> Result<u32, Error> {
        Ok(self.ask(|client| async move { client.get_latest_ledger().await })?.sequence)
    }

    /// Those of the entries that there are.
    pub fn ledger_entries(&self, keys: &[LedgerKey]) -> Result<Vec<FullLedgerEntry>, Error> {
        let mut entries = vec![];
        for keys in keys.chunks(MAX_KEYS) {
            let found = self.up_to_date(|| {
                let found =
                    self.ask(|client| async move { client.get_full_ledger_entries(keys).await })?;
                Ok((u32::try_from(found.latest_ledger).unwrap_or(0), found))
            })?;
            entries.extend(found.entries);
        }
        Ok(entries)
    }

    fn ledger_entry(&self, key: LedgerKey) -> Result<Option<LedgerEntryData>, Error> {
        Ok(self.ledger_entries(&[key])?.pop().map(|entry| entry.val))
    }

    pub fn account(&self, id: &AccountId) -> Result<Option<AccountEntry>, Error> {
        match self.ledger_entry(account_key(id))? {
            Some(LedgerEntryData::Account(account)) => Ok(Some(account)),
            _ => Ok(None),
        }
    }

    /// The sequence number of the account's last transaction.
    pub fn account_sequence(&self, id: &AccountId) -> Result<i64, Error> {
        match self.account(id)? {
            Some(account) => Ok(account.seq_num.0),
            None => Err(Error::other(format!(
                "the account {id} does not exist on this network: send it XLM first"
            ))),
        }
    }

    /// The contract at an address.
    pub fn instance(&self, contract: &ScAddress) -> Result<Option<ScContractInstance>, Error> {
        match self.ledger_entry(instance_key(contract))? {
            Some(LedgerEntryData::ContractData(data)) => match data.val {
                ScVal::ContractInstance(instance) => Ok(Some(instance)),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// The wasm with this SHA-256.
    pub fn code(&self, hash: &Hash) -> Result<Option<Vec<u8>>, Error> {
        match self.ledger_entry(code_key(hash))? {
            Some(LedgerEntryData::ContractCode(code)) => Ok(Some(code.code.into())),
            _ => Ok(None),
        }
    }

    /// What a function answers, without a transaction.
    pub fn view(
        &self,
        contract: &ScAddress,
        function: &str,
        args: Vec<ScVal>,
    ) -> Result<ScVal, Error> {
        // A simulation needs no account; a view asks for no signature.
        let nobody = AccountId(PublicKey::PublicKeyTypeEd25519(Uint256([0; 32])));
        Ok(self.simulate(&nobody, call(contract, function, args))?.value)
    }

    /// What a call would do, and who has to sign for it.
    pub fn simulate(
        &self,
        source: &AccountId,
        function: HostFunction,
    ) -> Result<Simulation, Error> {
        self.simulate_with(source, function, vec![])
    }

    /// With authorizations, these are checked. Without, they are found.
    pub(crate) fn simulate_with(
        &self,
        source: &AccountId,
        function: HostFunction,
        auth: Vec<SorobanAuthorizationEntry>,
    ) -> Result<Simulation, Error> {
        let body = invocation(function, auth);
        let transaction = transaction(source, 0, 100, Preconditions::None, vec![body], None);
        let envelope = &TransactionEnvelope::Tx(TransactionV1Envelope {
            tx: transaction,
            signatures: Default::default(),
        });
        let answer = self.up_to_date(|| {
            let answer = self.ask(|client| async move {
                client.simulate_transaction_envelope(envelope, None).await
            })?;
            Ok((answer.latest_ledger, answer))
        })?;
        if let Some(error) = &answer.error {
            return Err(explain::simulation(self, envelope, error, &answer.events()?));
        }
        let mut data = answer.transaction_data()?;
        let instructions = data.resources.instructions;
        let margin = instructions / 100 * INSTRUCTIONS_MARGIN_PERCENT;
        data.resources.instructions = instructions.saturating_add(margin);
        let fee = i64::try_from(answer.min_resource_fee)
            .map_err(|_| Error::Node(format!("a fee of {}", answer.min_resource_fee)))?;
        data.resource_fee = fee.saturating_add(fee / 100 * FEE_MARGIN_PERCENT + FEE_MARGIN_PERCENT);
        let Some(result) = answer.results()?.pop() else {
            return Err(Error::Node("a simulation without a result".into()));
        };
        Ok(Simulation { value: result.xdr, auth: result.auth, data, ledger: answer.latest_ledger })
    }

    /// Asks the network's friendbot to create the account, where there is one.
    pub fn friendbot(&self, id: &AccountId) -> Result<(), Error> {
        let Some(url) = &self.friendbot else {
            return Err(Error::other(format!(
                "{} has no friendbot: send {id} XLM",
                self.shown_url
            )));
        };
        let Some((host, path)) = url.strip_prefix("http://").map(|rest| {
            rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, path.into()))
        }) else {
            return Err(Error::other(format!("open {url}?addr={id} to have the account created")));
        };
        let place = if host.contains(':') { host.to_string() } else { format!("{host}:80") };
        let request =
            format!("GET /{path}?addr={id} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let exchange = async {
            let mut stream = TcpStream::connect(place).await?;
            stream.write_all(request.as_bytes()).await?;
            let mut answer = vec![];
            stream.take(MAX_FRIENDBOT).read_to_end(&mut answer).await.map(|_| answer)
        };
        let failed = |error| Error::Node(format!("friendbot at {url}: {error}"));
        let answer = match self.answer(self.answer_within, exchange) {
            Some(answer) => answer.map_err(|error: io::Error| failed(error.to_string()))?,
            None => return Err(failed(self.silence())),
        };
        let given = answer.starts_with(b"HTTP/1.1 200");
        let until = Instant::now() + Duration::from_secs(30);
        while self.account(id)?.is_none() {
            if !given || Instant::now() > until {
                return Err(failed(String::from_utf8_lossy(&answer).into_owned()));
            }
            sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    /// Puts a question to the node, and again after a while if there is no answer.
    pub(crate) fn ask<'a, T, F>(&'a self, question: impl Fn(&'a Client) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, stellar_rpc_client::Error>>,
    {
        let mut pause = Duration::from_millis(200);
        let mut attempts = 1;
        let until = Instant::now() + self.answer_within;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Some(answer) = self.answer(left, question(&self.client)) else {
                return Err(Error::Node(format!("{}: {}", self.shown_url, self.silence())));
            };
            match answer {
                Err(stellar_rpc_client::Error::JsonRpc(_)) if attempts < ATTEMPTS => {
                    attempts += 1;
                    sleep(pause);
                    pause *= 3;
                }
                Err(stellar_rpc_client::Error::JsonRpc(error)) => {
                    return Err(Error::Node(format!("{}: {error}", self.shown_url)));
                }
                answer => return Ok(answer?),
            }
        }
    }

    /// Nothing, if there is none in this time.
    fn answer<T>(&self, within: Duration, answer: impl Future<Output = T>) -> Option<T> {
        self.runtime.block_on(async { timeout(within, answer).await.ok() })
    }

    fn silence(&self) -> String {
        format!("no answer in {} s", self.answer_within.as_secs())
    }

    /// Asks again as long as the answer is older than what we know.
    fn up_to_date<T>(&self, ask: impl Fn() -> Result<(u32, T), Error>) -> Result<T, Error> {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let (ledger, answer) = ask()?;
            if ledger >= self.seen.load(Ordering::Relaxed) {
                return Ok(answer);
            }
            if Instant::now() > until {
                let url = &self.shown_url;
                return Err(Error::Node(format!("{url} has stopped at ledger {ledger}")));
            }
            sleep(Duration::from_millis(500));
        }
    }
}

/// Scheme, host and port: what follows, or is before an @, is often a provider's secret.
fn public_url(url: &str) -> String {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    // A password with a / in it ends up where the port is.
    let shown = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') && port.parse::<u16>().is_err() => name,
        _ => host,
    };
    scheme + shown
}

pub fn call(contract: &ScAddress, function: &str, args: Vec<ScVal>) -> HostFunction {
    HostFunction::InvokeContract(InvokeContractArgs {
        contract_address: contract.clone(),
        function_name: function.try_into().expect("a function's name is short"),
        args: args.try_into().expect("within 4 Gi"),
    })
}

pub(crate) fn invocation(
    host_function: HostFunction,
    auth: Vec<SorobanAuthorizationEntry>,
) -> OperationBody {
    let auth = auth.try_into().expect("within 4 Gi");
    OperationBody::InvokeHostFunction(InvokeHostFunctionOp { host_function, auth })
}

pub(crate) fn transaction(
    source: &AccountId,
    sequence: i64,
    fee: u32,
    cond: Preconditions,
    bodies: Vec<OperationBody>,
    data: Option<SorobanTransactionData>,
) -> Transaction {
    let AccountId(PublicKey::PublicKeyTypeEd25519(key)) = source.clone();
    let operations: Vec<_> =
        bodies.into_iter().map(|body| Operation { source_account: None, body }).collect();
    Transaction {
        source_account: MuxedAccount::Ed25519(key),
        fee,
        seq_num: SequenceNumber(sequence),
        cond,
        memo: Memo::None,
        operations: operations.try_into().expect("at most 100 operations"),
        ext: data.map_or(TransactionExt::V0, TransactionExt::V1),
    }
}

pub fn account_key(id: &AccountId) -> LedgerKey {
    LedgerKey::Account(LedgerKeyAccount { account_id: id.clone() })
}

pub fn trustline_key(id: &AccountId, asset: &Asset) -> LedgerKey {
    let asset = match asset.clone() {
        Asset::Native => TrustLineAsset::Native,
        Asset::CreditAlphanum4(asset) => TrustLineAsset::CreditAlphanum4(asset),
        Asset::CreditAlphanum12(asset) => TrustLineAsset::CreditAlphanum12(asset),
    };
    LedgerKey::Trustline(LedgerKeyTrustLine { account_id: id.clone(), asset })
}

pub fn instance_key(contract: &ScAddress) -> LedgerKey {
    LedgerKey::ContractData(LedgerKeyContractData {
        contract: contract.clone(),
        key: ScVal::LedgerKeyContractInstance,
        durability: ContractDataDurability::Persistent,
    })
}

pub fn code_key(hash: &Hash) -> LedgerKey {
    LedgerKey::ContractCode(LedgerKeyContractCode { hash: hash.clone() })
}

/// The code of a contract that has wasm of its own.
pub fn wasm_hash(instance: &ScContractInstance) -> Option<&Hash> {
    match &instance.executable {
        ContractExecutable::Wasm(hash) => Some(hash),
        ContractExecutable::StellarAsset | ContractExecutable::ExternalRef(_) => None,
    }
}
