//! A transaction as it came, with what is computed of it once.

use stellar_xdr::{
    AccountId, DecoratedSignature, FeeBumpTransaction, FeeBumpTransactionInnerTx, Hash, Operation,
    OperationBody, SorobanTransactionData, Transaction, TransactionEnvelope, TransactionExt,
    TransactionV1Envelope,
};

use crate::{
    ledger::xdr,
    soroban::{archived, has_ttl},
};

#[derive(Clone, Debug)]
pub struct Frame {
    /// Never of version 0: that is the same transaction, written in an older form.
    pub envelope: TransactionEnvelope,
    /// Of the outermost transaction.
    pub hash: Hash,
    /// Of the transaction inside a fee bump; otherwise the same.
    pub inner_hash: Hash,
    inner: TransactionV1Envelope,
}

impl Frame {
    pub fn new(envelope: TransactionEnvelope, network_id: &Hash) -> Frame {
        let (envelope, inner) = match envelope {
            TransactionEnvelope::TxV0(old) => {
                let inner = TransactionV1Envelope { tx: old.tx.into(), signatures: old.signatures };
                (TransactionEnvelope::Tx(inner.clone()), inner)
            }
            TransactionEnvelope::Tx(inner) => (TransactionEnvelope::Tx(inner.clone()), inner),
            TransactionEnvelope::TxFeeBump(bump) => {
                let FeeBumpTransactionInnerTx::Tx(inner) = &bump.tx.inner_tx;
                let inner = inner.clone();
                (TransactionEnvelope::TxFeeBump(bump), inner)
            }
        };
        let signed = "what was read can be written";
        let hash = Hash(envelope.hash(network_id.0).expect(signed));
        let inner_hash = Hash(inner.hash(network_id.0).expect(signed));
        Frame { envelope, hash, inner_hash, inner }
    }

    /// Inside a fee bump, the inner one.
    pub fn transaction(&self) -> &Transaction {
        &self.inner.tx
    }

    /// Of the inner transaction.
    pub fn signatures(&self) -> &[DecoratedSignature] {
        &self.inner.signatures
    }

    /// The fee bump around the transaction, with its own signatures.
    pub fn fee_bump(&self) -> Option<(&FeeBumpTransaction, &[DecoratedSignature])> {
        match &self.envelope {
            TransactionEnvelope::TxFeeBump(bump) => Some((&bump.tx, &bump.signatures)),
            _ => None,
        }
    }

    pub fn is_fee_bump(&self) -> bool {
        self.fee_bump().is_some()
    }

    /// Whose sequence number is used.
    pub fn source(&self) -> AccountId {
        self.transaction().source_account.clone().account_id()
    }

    /// Who pays the fee.
    pub fn fee_source(&self) -> AccountId {
        self.fee_bump()
            .map_or_else(|| self.source(), |(bump, _)| bump.fee_source.clone().account_id())
    }

    /// At most this is charged.
    pub fn fee_bid(&self) -> i64 {
        self.fee_bump().map_or(i64::from(self.transaction().fee), |(bump, _)| bump.fee)
    }

    /// What is bid for a place in a ledger. Negative when the bid does not even cover the resources.
    pub fn inclusion_fee(&self) -> i64 {
        self.fee_bid().saturating_sub(self.resource_fee())
    }

    /// As the inner transaction alone bids.
    pub fn inner_inclusion_fee(&self) -> i64 {
        i64::from(self.transaction().fee).saturating_sub(self.resource_fee())
    }

    /// The least that `inclusion_fee` may be. A fee bump counts as one operation more.
    pub fn min_inclusion_fee(&self, base_fee: u32) -> i64 {
        min_fee(base_fee, self.operations().len() + usize::from(self.is_fee_bump()))
    }

    /// As if the inner transaction were alone.
    pub fn inner_min_inclusion_fee(&self, base_fee: u32) -> i64 {
        min_fee(base_fee, self.operations().len())
    }

    /// Declared for the resources that a contract takes.
    pub fn resource_fee(&self) -> i64 {
        self.soroban_data().map_or(0, |data| data.resource_fee)
    }

    pub fn operations(&self) -> &[Operation] {
        &self.transaction().operations
    }

    pub fn operation_source(&self, operation: &Operation) -> AccountId {
        let source = operation.source_account.as_ref();
        source.unwrap_or(&self.transaction().source_account).clone().account_id()
    }

    /// Of a transaction whose first operation is one of contracts.
    pub fn soroban_data(&self) -> Option<&SorobanTransactionData> {
        match &self.transaction().ext {
            TransactionExt::V1(data) if self.is_soroban() => Some(data),
            _ => None,
        }
    }

    /// Entries of the footprint that lie on disk: the classic ones, and what is restored.
    pub fn disk_reads(&self) -> usize {
        let Some(data) = self.soroban_data() else { return 0 };
        let footprint = &data.resources.footprint;
        let first = self.operations().first().map(|operation| &operation.body);
        if matches!(first, Some(OperationBody::RestoreFootprint(_))) {
            return footprint.read_write.len();
        }
        let keys = footprint.read_only.iter().chain(footprint.read_write.iter());
        keys.filter(|key| !has_ttl(key)).count() + archived(data).len()
    }

    pub fn is_soroban(&self) -> bool {
        self.operations().first().is_some_and(is_soroban)
    }

    /// Bytes of the transaction and its signatures, without a fee bump around it: what limits and
    /// resource fees count.
    pub fn size(&self) -> u32 {
        let size = xdr(&TransactionEnvelope::Tx(self.inner.clone())).len();
        u32::try_from(size).unwrap_or(u32::MAX)
    }
}

/// There are never more than a hundred operations.
fn min_fee(base_fee: u32, operations: usize) -> i64 {
    i64::from(base_fee) * operations.max(1) as i64
}

pub fn is_soroban(operation: &Operation) -> bool {
    matches!(
        operation.body,
        OperationBody::InvokeHostFunction(_)
            | OperationBody::ExtendFootprintTtl(_)
            | OperationBody::RestoreFootprint(_)
    )
}
