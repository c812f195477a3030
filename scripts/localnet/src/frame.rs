//! A transaction as it came, with what is computed of it once.

use stellar_xdr::{Hash, TransactionEnvelope};

pub struct Frame {
    pub envelope: TransactionEnvelope,
    /// Of the outermost transaction.
    pub hash: Hash,
}
