//! Sending over the local network, with mainnet's limits: what its simulation accepted goes out exactly as simulated.

use std::collections::BTreeMap;

use ed25519_dalek::Signer;
use soroban_env_host::xdr::{
    AccountId, DecoratedSignature, DiagnosticEvent, ExtensionPoint, HostFunction,
    InvokeHostFunctionOp, LedgerEntryData, LedgerKey, Memo, MuxedAccount, Operation, OperationBody,
    OperationResult, OperationResultTr, Preconditions, PublicKey, RestoreFootprintOp, ScVal,
    SequenceNumber, Signature, SignatureHint, SorobanAuthorizationEntry, SorobanTransactionData,
    Transaction, TransactionEnvelope, TransactionExt, TransactionResultResult,
    TransactionV1Envelope,
};
use tributary_localnet::{
    ledger::account_key,
    node::{Submitted, Transacted},
    settings::BASE_FEE,
    simulate::{simulate, AuthMode, Request, Simulated},
    soroban::archived,
};

use crate::ledger::{xdr, Network, LEDGER_SECONDS};

/// 200 days, after which everything that has a time to live is archived.
pub const IDLE_LEDGERS: u32 = 200 * 17_280;

/// A call with what stellar-rpc's simulation answers, signed by all that it asks.
#[derive(Clone)]
pub struct Prepared {
    pub source: AccountId,
    pub call: HostFunction,
    /// What the call returned in simulation.
    pub value: ScVal,
    /// What the call emitted in simulation, and what was rolled back.
    pub events: Vec<DiagnosticEvent>,
    pub auth: Vec<SorobanAuthorizationEntry>,
    pub data: SorobanTransactionData,
}

/// Calls that simulation accepts and the network refuses today. A test fails on any other, and on one of these that is
/// refused no longer.
pub struct Expected {
    /// Which of the tests meets it.
    pub when: &'static str,
    pub call: &'static str,
    pub refusal: &'static str,
    pub reason: &'static str,
}

/// A treasury, a staking and a pool are too much already.
const CODE: &str = "restores the code of several contracts, more bytes than a transaction may write; applies after \
                    restoring in parts";

pub const EXPECTED: [Expected; 16] = [
    idle("create", CODE),
    idle("create_region", CODE),
    idle("keep_alive", CODE),
    idle("observe", CODE),
    idle("propose", CODE),
    idle("propose_slash", CODE),
    idle("swap_with_offers", CODE),
    idle_at_cap("factory: create_region, own token", CODE),
    idle_at_cap("factory: keep_alive, 8 pools", CODE),
    idle_at_cap("factory: keep_alive, 8 pools of own tokens", CODE),
    idle_at_cap("router: swap_with_offers, 10 offers, 4 pools", CODE),
    idle_at_cap("treasury: propose, policy of 8 pools", CODE),
    beside(
        "router: swap_with_offers, an offer that cannot be paid",
        "ResourceLimitExceeded",
        "the fills are rolled back: written bytes that simulation counts as none and the network in full",
    ),
    beside(
        "factory: set_oracle_pool beside another",
        "ResourceLimitExceeded",
        "all oracle pools are one entry, which the other call made longer than simulated",
    ),
    beside(
        "treasury: execute a policy beside a first observe",
        "Trapped",
        "an observation begins anew only where there is one: simulated without, its entry is only read",
    ),
    beside(
        "staking: extend when rent falls due",
        "InsufficientRefundableFee",
        "an entry extended below 90 days costs rent from the ledger on in which it is; the simulation was before that",
    ),
];

const fn idle(call: &'static str, reason: &'static str) -> Expected {
    let refusal = "TxSorobanInvalid";
    Expected { when: "the cost table, after 200 days", call, refusal, reason }
}

const fn idle_at_cap(call: &'static str, reason: &'static str) -> Expected {
    Expected { when: "at the caps, after 200 days", ..idle(call, reason) }
}

const fn beside(call: &'static str, refusal: &'static str, reason: &'static str) -> Expected {
    Expected { when: "beside others", call, refusal, reason }
}

/// Fails unless exactly what `EXPECTED` lists was refused: `refused` has calls with what the network said.
pub fn assert_as_expected(when: &str, refused: BTreeMap<String, String>) {
    let listed = EXPECTED.iter().filter(|expected| expected.when == when);
    let listed: BTreeMap<_, _> =
        listed.map(|expected| (expected.call.to_string(), expected.refusal.to_string())).collect();
    assert_eq!(refused, listed, "{when}: refused when sent, and expected to be refused");
}

impl Network {
    /// What a client does before it sends. The error is the simulation's.
    pub fn prepare(&self, source: &AccountId, call: HostFunction) -> Result<Prepared, String> {
        let simulated = self.ask(self.transaction(source, invoking(&call, vec![]), None))?;
        if let Some(error) = simulated.error {
            return Err(error);
        }
        let (value, mut auth) = simulated.result.expect("an invocation has a result");
        self.authorize(&mut auth);
        let data = simulated.transaction_data.expect("a simulation that succeeded has it");
        Ok(Prepared { source: source.clone(), call, value, events: simulated.events, auth, data })
    }

    /// Sends exactly what was prepared, and closes the ledger with it. The error is what the network refuses it with.
    pub fn send(&mut self, prepared: &Prepared) -> Result<Transacted, String> {
        let Prepared { source, call, auth, data, .. } = prepared;
        let body = invoking(call, auth.clone());
        self.submit(source, self.transaction(source, body, Some(data.clone())))
    }

    /// Prepares and sends. What is refused because it restores more than a transaction may must apply after restoring in
    /// parts, as a client then does. The error is the simulation's; what is returned is the network's refusal, if any.
    pub fn prepare_and_send(
        &mut self,
        source: &AccountId,
        call: &HostFunction,
    ) -> Result<Option<String>, String> {
        let prepared = self.prepare(source, call.clone())?;
        let Err(refusal) = self.send(&prepared) else { return Ok(None) };
        if !archived(&prepared.data).is_empty() {
            self.restore(&prepared);
            let again = self.prepare(source, call.clone())?;
            self.send(&again).unwrap_or_else(|again| panic!("{refusal}; restored, {again}"));
        }
        Ok(Some(refusal))
    }

    /// Restores what `prepared` would restore, by as many transactions of their own as the limits ask for.
    pub fn restore(&mut self, prepared: &Prepared) {
        let limits = &self.node.settings.ledger_cost;
        let most = limits.tx_max_write_bytes.min(limits.tx_max_disk_read_bytes) as usize;
        let keys = &prepared.data.resources.footprint.read_write;
        let mut parts: Vec<Vec<LedgerKey>> = vec![];
        let mut left = 0;
        for place in archived(&prepared.data) {
            let key = &keys[*place as usize];
            let size = xdr(self.entry(key).expect("archived, but there")).len();
            if size > left {
                parts.push(vec![]);
                left = most;
            }
            left -= size;
            parts.last_mut().expect("the one just pushed").push(key.clone());
        }
        for keys in parts {
            let body =
                OperationBody::RestoreFootprint(RestoreFootprintOp { ext: ExtensionPoint::V0 });
            let mut data = SorobanTransactionData::default();
            data.resources.footprint.read_write = keys.try_into().expect("few");
            let tx = self.transaction(&prepared.source, body.clone(), Some(data));
            let data = self.ask(tx).expect("a restore").transaction_data.expect("a restore");
            let tx = self.transaction(&prepared.source, body, Some(data));
            self.submit(&prepared.source, tx).expect("a part within the limits");
        }
    }

    fn ask(&self, tx: Transaction) -> Result<Simulated, String> {
        let unsigned = TransactionV1Envelope { tx, signatures: Default::default() };
        simulate(&Request {
            state: self.node.state.clone(),
            network_id: self.node.network_id.clone(),
            sequence: self.info.sequence_number,
            close_time: self.info.timestamp,
            envelope: TransactionEnvelope::Tx(unsigned),
            auth_mode: AuthMode::Record,
            leeway: 0,
            address_v2: false,
        })
    }

    fn submit(&mut self, source: &AccountId, tx: Transaction) -> Result<Transacted, String> {
        let envelope = self.signed(source, tx);
        let (_, mut last) = self.node.closed.pop_last().expect("the last ledger");
        last.header.ledger_seq = self.info.sequence_number - 1;
        last.header.scp_value.close_time.0 = self.info.timestamp - LEDGER_SECONDS;
        self.node.closed = BTreeMap::from([(last.header.ledger_seq, last)]);
        match self.node.submit(envelope) {
            Submitted::Pending => {}
            Submitted::Refused(result, _) => return Err(format!("{:?}", result.result)),
            Submitted::Duplicate | Submitted::TryAgainLater => panic!("nothing else waits"),
        }
        self.node.close(self.info.timestamp);
        self.close(1);
        let transacted = self.node.latest().transactions[0].clone();
        match &transacted.result.result {
            TransactionResultResult::TxSuccess(_) => Ok(transacted),
            TransactionResultResult::TxFailed(results) => match &results[0] {
                OperationResult::OpInner(OperationResultTr::InvokeHostFunction(result)) => {
                    Err(format!("{result:?}"))
                }
                result => Err(format!("{result:?}")),
            },
            result => Err(format!("{result:?}")),
        }
    }

    fn transaction(
        &self,
        source: &AccountId,
        body: OperationBody,
        data: Option<SorobanTransactionData>,
    ) -> Transaction {
        let entry = self.entry(&account_key(source)).expect("the source's account");
        let LedgerEntryData::Account(account) = &entry.data else { panic!("an account") };
        let PublicKey::PublicKeyTypeEd25519(key) = source.0.clone();
        let resource_fee = data.as_ref().map_or(0, |data| data.resource_fee);
        Transaction {
            source_account: MuxedAccount::Ed25519(key),
            fee: BASE_FEE + u32::try_from(resource_fee).expect("a fee that an account can pay"),
            seq_num: SequenceNumber(account.seq_num.0 + 1),
            cond: Preconditions::None,
            memo: Memo::None,
            operations: vec![Operation { source_account: None, body }].try_into().expect("one"),
            ext: data.map_or(TransactionExt::V0, TransactionExt::V1),
        }
    }

    fn signed(&self, source: &AccountId, tx: Transaction) -> TransactionEnvelope {
        let unsigned = TransactionV1Envelope { tx, signatures: Default::default() };
        let hash = unsigned.hash(self.info.network_id).expect("encodes");
        let key = &self.keys[source];
        let signature = DecoratedSignature {
            hint: SignatureHint(key.verifying_key().to_bytes()[28..].try_into().expect("four")),
            signature: Signature(key.sign(&hash).to_bytes().to_vec().try_into().expect("64 bytes")),
        };
        let signatures = vec![signature].try_into().expect("one");
        TransactionEnvelope::Tx(TransactionV1Envelope { signatures, ..unsigned })
    }
}

fn invoking(call: &HostFunction, auth: Vec<SorobanAuthorizationEntry>) -> OperationBody {
    OperationBody::InvokeHostFunction(InvokeHostFunctionOp {
        host_function: call.clone(),
        auth: auth.try_into().expect("few signatures"),
    })
}
