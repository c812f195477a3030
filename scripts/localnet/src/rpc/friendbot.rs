//! The friendbot: XLM for whoever asks. Those who ask while a ledger is open share one transaction.

use std::collections::BTreeMap;

use ed25519_dalek::Signer;
use stellar_xdr::{
    AccountId, Asset, CreateAccountOp, DecoratedSignature, Hash, Memo, MuxedAccount, Operation,
    OperationBody, PaymentOp, Preconditions, PublicKey, SequenceNumber, Signature, SignatureHint,
    Transaction, TransactionEnvelope, TransactionExt, TransactionV1Envelope,
};
use tokio::sync::oneshot;

use super::{
    format::base64,
    shared::{now, Chain, Pace, Shared},
    transactions::succeeded,
};
use crate::{
    ledger::Delta,
    node::{root_id, root_key, Submitted},
    settings::BASE_FEE,
};

/// 10 000 XLM.
const GIFT: i64 = 100_000_000_000;
/// Operations in a transaction.
const MAX_OPERATIONS: usize = 100;
const MAX_WAITING: usize = 10_000;
/// Ledgers that a transaction may wait for its turn.
const MAX_LEDGERS: u32 = 10;

const FUNDED: &str = "account already funded to starting balance (createAccountAlreadyExist)";
const LATER: &str = "the friendbot's transaction was not applied; try again";

pub type Answer = Result<Funded, Refusal>;

#[derive(Clone, Debug)]
pub struct Funded {
    pub hash: Hash,
    /// Base64.
    pub envelope: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It has enough.
    Exists(&'static str),
    Later(&'static str),
}

/// Who waits for an answer, by the account that is to be funded.
pub type Asked = BTreeMap<AccountId, Vec<oneshot::Sender<Answer>>>;

/// A transaction on its way into a ledger.
pub struct Funding {
    funded: Funded,
    asked: Asked,
    /// The last ledger in which it is waited for.
    until: u32,
}

/// Answers once the account is there.
pub async fn fund(shared: &std::sync::Arc<Shared>, account: AccountId) -> Answer {
    let (sender, mut receiver) = oneshot::channel();
    {
        let mut chain = shared.chain();
        if balance(&chain, &account).is_some_and(|balance| balance >= GIFT) {
            return Err(Refusal::Exists(FUNDED));
        }
        if chain.asked.len() >= MAX_WAITING {
            return Err(Refusal::Later("too many are asking; try again"));
        }
        chain.asked.entry(account.clone()).or_default().push(sender);
    }
    // Where nobody else closes ledgers, the friendbot does; the first may still hold another one's
    // transaction from the root account.
    for _ in 0..MAX_LEDGERS {
        if shared.pace != Pace::OnDemand {
            break;
        }
        let (closing, account) = (shared.clone(), account.clone());
        let close = move || {
            let mut chain = closing.chain();
            // Else another one's ledger has funded this account too.
            if chain.asked.contains_key(&account) || chain.funding.is_some() {
                let _ = closing.step(&mut chain, |node| node.close(now()));
            }
        };
        let _ = tokio::task::spawn_blocking(close).await;
        if let Ok(answer) = receiver.try_recv() {
            return answer;
        }
    }
    receiver.await.unwrap_or(Err(Refusal::Later(LATER)))
}

fn balance(chain: &Chain, account: &AccountId) -> Option<i64> {
    let sequence = chain.range().latest;
    Delta::new(&chain.node.state.0, sequence).account(account).map(|account| account.balance)
}

impl Chain {
    /// Sends the transaction for those who asked, unless the last one still waits.
    pub(super) fn fund(&mut self) {
        if self.funding.is_some() {
            return;
        }
        let mut asked = Asked::new();
        let mut operations = vec![];
        while operations.len() < MAX_OPERATIONS {
            let Some((account, senders)) = self.asked.pop_first() else { break };
            match balance(self, &account) {
                Some(balance) if balance >= GIFT => {
                    tell(senders, &Err(Refusal::Exists(FUNDED)));
                    continue;
                }
                balance => operations.push(gift(&account, balance.is_some())),
            }
            asked.insert(account, senders);
        }
        if operations.is_empty() {
            return;
        }
        let envelope = self.signed(operations);
        let hash =
            Hash(envelope.hash(self.node.network_id.0).expect("what was built can be written"));
        let envelope = TransactionEnvelope::Tx(envelope);
        let funded = Funded { hash, envelope: base64(&envelope) };
        match self.node.submit(envelope) {
            Submitted::Pending => {
                let until = self.range().latest.saturating_add(MAX_LEDGERS);
                self.funding = Some(Funding { funded, asked, until });
            }
            // Another transaction of the root account waits: after it.
            Submitted::TryAgainLater => self.asked.extend(asked),
            Submitted::Duplicate | Submitted::Refused(..) => {
                let refusal = Refusal::Later("the root account cannot pay, or its signers changed");
                asked.into_values().for_each(|senders| tell(senders, &Err(refusal.clone())));
            }
        }
    }

    fn signed(&self, operations: Vec<Operation>) -> TransactionV1Envelope {
        let passphrase = &self.node.passphrase;
        let id = root_id(passphrase);
        let sequence = self.range().latest;
        let root = Delta::new(&self.node.state.0, sequence).account(&id);
        let PublicKey::PublicKeyTypeEd25519(key) = id.0;
        let last = root.map_or(0, |root| root.seq_num.0);
        let count = u32::try_from(operations.len()).unwrap_or(u32::MAX);
        let tx = Transaction {
            source_account: MuxedAccount::Ed25519(key.clone()),
            fee: BASE_FEE.saturating_mul(count),
            seq_num: SequenceNumber(last.saturating_add(1)),
            cond: Preconditions::None,
            memo: Memo::None,
            operations: operations.try_into().expect("a hundred at most"),
            ext: TransactionExt::V0,
        };
        let mut envelope = TransactionV1Envelope { tx, signatures: Default::default() };
        let hash = envelope.hash(self.node.network_id.0).expect("what was built can be written");
        let signature = root_key(passphrase).sign(&hash).to_bytes().to_vec();
        let [.., a, b, c, d] = key.0;
        let signature = DecoratedSignature {
            hint: SignatureHint([a, b, c, d]),
            signature: Signature(signature.try_into().expect("64 bytes")),
        };
        envelope.signatures = vec![signature].try_into().expect("one");
        envelope
    }

    /// Tells those who asked, once the ledger with their transaction has closed.
    pub(super) fn answer_funded(&mut self) {
        let latest = self.range().latest;
        let Some(funding) = &self.funding else { return };
        let place = self.node.places.get(&funding.funded.hash);
        if place.is_none() && latest < funding.until {
            return;
        }
        let applied = place
            .and_then(|(ledger, place)| self.node.closed.get(ledger)?.transactions.get(*place));
        // It fails as a whole when somebody else created one of the accounts in the same ledger.
        let answer = match applied {
            Some(transacted) if succeeded(&transacted.result) => Ok(funding.funded.clone()),
            _ => Err(Refusal::Later(LATER)),
        };
        if let Some(funding) = self.funding.take() {
            funding.asked.into_values().for_each(|senders| tell(senders, &answer));
        }
    }
}

fn gift(account: &AccountId, exists: bool) -> Operation {
    let body = if exists {
        let PublicKey::PublicKeyTypeEd25519(key) = account.0.clone();
        OperationBody::Payment(PaymentOp {
            destination: MuxedAccount::Ed25519(key),
            asset: Asset::Native,
            amount: GIFT,
        })
    } else {
        OperationBody::CreateAccount(CreateAccountOp {
            destination: account.clone(),
            starting_balance: GIFT,
        })
    };
    Operation { source_account: None, body }
}

/// Whoever does not wait any more is passed over.
fn tell(senders: Vec<oneshot::Sender<Answer>>, answer: &Answer) {
    for sender in senders {
        let _ = sender.send(answer.clone());
    }
}
