//! Sending over the local network, with mainnet's limits: what its simulation accepted goes out exactly as simulated.

use std::collections::BTreeMap;

use ed25519_dalek::Signer;
use soroban_env_host::xdr::{
    AccountId, DecoratedSignature, HostFunction, InvokeHostFunctionOp, LedgerEntryData, Memo,
    MuxedAccount, Operation, OperationBody, OperationResult, Preconditions, PublicKey, ScVal,
    SequenceNumber, Signature, SignatureHint, SorobanAuthorizationEntry, SorobanTransactionData,
    Transaction, TransactionEnvelope, TransactionExt, TransactionResultResult,
    TransactionV1Envelope,
};
use tributary_localnet::{
    ledger::account_key,
    node::{Submitted, Transacted},
    settings::BASE_FEE,
    simulate::{simulate, AuthMode, Request},
};

use crate::network::{Network, LEDGER_SECONDS};

/// A call with what stellar-rpc's simulation answers, signed by all that it asks.
#[derive(Clone)]
pub struct Prepared {
    pub source: AccountId,
    pub call: HostFunction,
    /// What the call returned in simulation.
    pub value: ScVal,
    pub auth: Vec<SorobanAuthorizationEntry>,
    pub data: SorobanTransactionData,
}

impl Network {
    /// What a client does before it sends. The error is the simulation's.
    pub fn prepare(&self, source: &AccountId, call: HostFunction) -> Result<Prepared, String> {
        let unsigned = TransactionV1Envelope {
            tx: self.transaction(source, call.clone(), vec![], None),
            signatures: Default::default(),
        };
        let simulated = simulate(&Request {
            state: self.node.state.clone(),
            network_id: self.node.network_id.clone(),
            sequence: self.info.sequence_number,
            close_time: self.info.timestamp,
            envelope: TransactionEnvelope::Tx(unsigned),
            auth_mode: AuthMode::Record,
            leeway: 0,
            address_v2: false,
        })?;
        if let Some(error) = simulated.error {
            return Err(error);
        }
        let (value, mut auth) = simulated.result.expect("an invocation has a result");
        self.authorize(&mut auth);
        let data = simulated.transaction_data.expect("a simulation that succeeded has it");
        Ok(Prepared { source: source.clone(), call, value, auth, data })
    }

    /// Sends exactly what was prepared and closes the ledger, as the one that the network is in. The error is what
    /// the network refuses it with.
    pub fn send(&mut self, prepared: &Prepared) -> Result<Transacted, String> {
        let Prepared { source, call, auth, data, .. } = prepared;
        let tx = self.transaction(source, call.clone(), auth.clone(), Some(data.clone()));
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
        let transacted = self.node.latest().transactions[0].clone();
        match &transacted.result.result {
            TransactionResultResult::TxSuccess(_) => Ok(transacted),
            TransactionResultResult::TxFailed(results) => match &results[0] {
                OperationResult::OpInner(result) => Err(format!("{result:?}")),
                result => Err(format!("{result:?}")),
            },
            result => Err(format!("{result:?}")),
        }
    }

    fn transaction(
        &self,
        source: &AccountId,
        call: HostFunction,
        auth: Vec<SorobanAuthorizationEntry>,
        data: Option<SorobanTransactionData>,
    ) -> Transaction {
        let stored = self.entries().get(&account_key(source)).expect("the source's account");
        let LedgerEntryData::Account(account) = &stored.entry.data else { unreachable!() };
        let PublicKey::PublicKeyTypeEd25519(key) = source.0.clone();
        let operation = InvokeHostFunctionOp {
            host_function: call,
            auth: auth.try_into().expect("few signatures"),
        };
        let operation =
            Operation { source_account: None, body: OperationBody::InvokeHostFunction(operation) };
        let resource_fee = data.as_ref().map_or(0, |data| data.resource_fee);
        Transaction {
            source_account: MuxedAccount::Ed25519(key),
            fee: BASE_FEE + u32::try_from(resource_fee).expect("a fee that an account can pay"),
            seq_num: SequenceNumber(account.seq_num.0 + 1),
            cond: Preconditions::None,
            memo: Memo::None,
            operations: vec![operation].try_into().expect("one"),
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
