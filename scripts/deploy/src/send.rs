//! Transactions: simulated, signed, sent, and followed until they are applied or cannot be any more.

use std::{
    sync::atomic::Ordering,
    thread::sleep,
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};
use stellar_rpc_client::{Error as RpcError, GetTransactionResponse};
use stellar_xdr::{
    ContractEvent, DecoratedSignature, Hash, HashIdPreimage, HashIdPreimageSorobanAuthorization,
    HashIdPreimageSorobanAuthorizationWithAddress, HostFunction, LedgerBounds, OperationBody,
    Preconditions, PreconditionsV2, ScAddress, ScVal, Signature, SorobanAuthorizationEntry,
    SorobanAuthorizedFunction, SorobanCredentials, SorobanTransactionData, TransactionEnvelope,
    TransactionResultResult, TransactionV1Envelope,
};

use crate::{
    address,
    chain::{self, Chain},
    error::{result_name, Error},
    explain,
    keys::Keypair,
    val,
};

/// How many ledgers a transaction, and a signature in it, may wait to be applied. After that it can
/// never be, so another may take its place.
const PATIENCE: u32 = 60;
/// By how many ledgers the nodes behind one URL may lag behind each other.
const LAG: u32 = 5;
/// How often one is built anew whose place was taken or whose time was over.
const ATTEMPTS: u32 = 5;
/// A node may forget what it took: it is sent again.
const RESEND: Duration = Duration::from_secs(5);

/// A transaction that succeeded.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Void of a classic transaction.
    pub value: ScVal,
    /// Hexadecimal.
    pub hash: String,
    pub ledger: u32,
    /// Stroops, after the refund.
    pub fee_charged: i64,
    pub events: Vec<ContractEvent>,
}

impl Chain {
    /// Calls a contract, signed by the source alone.
    pub fn invoke(
        &self,
        source: &Keypair,
        contract: &ScAddress,
        function: &str,
        args: Vec<ScVal>,
    ) -> Result<Outcome, Error> {
        self.invoke_signed(source, &[], contract, function, args)
    }

    /// Calls a contract; `others` sign this call, where the contract asks them to. What it asks with other
    /// arguments than the call's is not signed.
    pub fn invoke_signed(
        &self,
        source: &Keypair,
        others: &[&Keypair],
        contract: &ScAddress,
        function: &str,
        args: Vec<ScVal>,
    ) -> Result<Outcome, Error> {
        self.submit(source, others, chain::call(contract, function, args))
    }

    /// Simulates, signs, sends, waits.
    pub fn submit(
        &self,
        source: &Keypair,
        others: &[&Keypair],
        function: HostFunction,
    ) -> Result<Outcome, Error> {
        self.persist(source, |sequence| self.submit_as(sequence, source, others, &function))
    }

    /// Operations that are no contract's, signed by the source.
    pub fn classic(&self, source: &Keypair, bodies: Vec<OperationBody>) -> Result<Outcome, Error> {
        self.persist(source, |sequence| self.classic_as(sequence, source, bodies.clone()))
    }

    fn persist(
        &self,
        source: &Keypair,
        attempt: impl Fn(i64) -> Result<Option<Outcome>, Error>,
    ) -> Result<Outcome, Error> {
        for _ in 0..ATTEMPTS {
            if let Some(outcome) = attempt(self.account_sequence(&source.account())?)? {
                return Ok(outcome);
            }
        }
        Err(Error::Rejected(result_name("TxBadSeq")))
    }

    /// Once, as the transaction that follows `sequence`. Nothing: it was not applied and never will be,
    /// because another took its place or its time was over.
    pub(crate) fn submit_as(
        &self,
        sequence: i64,
        source: &Keypair,
        others: &[&Keypair],
        function: &HostFunction,
    ) -> Result<Option<Outcome>, Error> {
        let mut simulation = self.simulate(&source.account(), function.clone())?;
        let until = simulation.ledger.saturating_add(PATIENCE);
        if self.sign_entries(&mut simulation.auth, others, function, until)? {
            // What checking the signatures costs is known only with them.
            let auth = simulation.auth;
            simulation = self.simulate_with(&source.account(), function.clone(), auth.clone())?;
            simulation.auth = auth;
        }
        let body = chain::invocation(function.clone(), simulation.auth);
        self.send(sequence, source, vec![body], Some(simulation.data), until)
    }

    pub(crate) fn classic_as(
        &self,
        sequence: i64,
        source: &Keypair,
        bodies: Vec<OperationBody>,
    ) -> Result<Option<Outcome>, Error> {
        let until = self.latest_ledger()?.saturating_add(PATIENCE);
        self.send(sequence, source, bodies, None, until)
    }

    fn send(
        &self,
        sequence: i64,
        source: &Keypair,
        bodies: Vec<OperationBody>,
        data: Option<SorobanTransactionData>,
        until: u32,
    ) -> Result<Option<Outcome>, Error> {
        let sequence = sequence.saturating_add(1);
        let inclusion = i64::from(self.inclusion_fee) * bodies.len() as i64;
        let resources = data.as_ref().map_or(0, |data| data.resource_fee);
        let fee = u32::try_from(inclusion.saturating_add(resources))
            .map_err(|_| Error::other("the fee is more than a transaction can offer"))?;
        let bounds = Preconditions::V2(PreconditionsV2 {
            ledger_bounds: Some(LedgerBounds { min_ledger: 0, max_ledger: until }),
            ..Default::default()
        });
        let tx = chain::transaction(&source.account(), sequence, fee, bounds, bodies, data);
        let unsigned = TransactionV1Envelope { tx, signatures: Default::default() };
        let hash =
            unsigned.hash(self.network_id.0).map_err(|error| Error::other(error.to_string()))?;
        let signature = Signature(source.sign(&hash).to_vec().try_into().expect("64 bytes"));
        let signatures = vec![DecoratedSignature { hint: source.hint(), signature }];
        let envelope = TransactionEnvelope::Tx(TransactionV1Envelope {
            signatures: signatures.try_into().expect("one"),
            ..unsigned
        });
        match self.follow(&envelope, &Hash(hash), until)? {
            Some(applied) => self.outcome(&envelope, &Hash(hash), applied).map(Some),
            None => Ok(None),
        }
    }

    fn follow(
        &self,
        envelope: &TransactionEnvelope,
        hash: &Hash,
        until: u32,
    ) -> Result<Option<GetTransactionResponse>, Error> {
        let mut pause = Duration::from_millis(100);
        let mut refused = self.offer(envelope)?;
        let mut offered = Instant::now();
        loop {
            // Before looking for the transaction: what is not found afterwards never comes.
            let over =
                offered.elapsed() > RESEND && self.latest_ledger()? > until.saturating_add(LAG);
            let found = self.ask(|client| async move { client.get_transaction(hash).await })?;
            if found.status != "NOT_FOUND" {
                return Ok(Some(found));
            }
            match refused {
                Some(result) if result == "txBAD_SEQ" || result == "txTOO_LATE" => return Ok(None),
                Some(result) => return Err(Error::Rejected(result)),
                None if over => return Ok(None),
                None => {}
            }
            sleep(pause);
            pause = (pause * 3 / 2).min(Duration::from_secs(2));
            if offered.elapsed() > RESEND {
                refused = self.offer(envelope)?;
                offered = Instant::now();
            }
        }
    }

    /// Gives the transaction to the node; answers with the result by which the node refuses it. The
    /// client does not tell "try again later" from "taken": what is not found in a while is offered again.
    fn offer(&self, envelope: &TransactionEnvelope) -> Result<Option<String>, Error> {
        let sent = self.ask(|client| async move {
            match client.send_transaction(envelope).await {
                Err(RpcError::TransactionSubmissionFailed(text)) => Ok(Some(text)),
                sent => sent.map(|_| None),
            }
        })?;
        match sent {
            // The client's words for: no answer, or not one to a transaction.
            Some(text) if text.starts_with("No status yet") => {
                Err(Error::Node(format!("{}: {text}", self.shown_url())))
            }
            refused => Ok(refused.map(|text| result_name(&text))),
        }
    }

    fn outcome(
        &self,
        envelope: &TransactionEnvelope,
        hash: &Hash,
        applied: GetTransactionResponse,
    ) -> Result<Outcome, Error> {
        let hash = val::hex(&hash.0);
        let (Some(result), Some(ledger)) = (&applied.result, applied.ledger) else {
            return Err(Error::Node(format!("{hash} is {}, without a result", applied.status)));
        };
        self.seen.fetch_max(ledger, Ordering::Relaxed);
        if !matches!(result.result, TransactionResultResult::TxSuccess(_)) {
            let diagnostics = &applied.events.diagnostic_events;
            let result = result_name(&format!("{:?}", result.result));
            return Err(explain::applied(self, envelope, hash, result, diagnostics));
        }
        Ok(Outcome {
            // A classic transaction has none.
            value: applied.return_value().unwrap_or(ScVal::Void),
            hash,
            ledger,
            fee_charged: result.fee_charged,
            events: applied.events.contract_events.concat(),
        })
    }

    /// Signs whatever is not the source's own; tells whether anything was. The node could ask for more
    /// than the call, so an authorization must begin with it; what the contract then calls is the
    /// contract's.
    fn sign_entries(
        &self,
        entries: &mut [SorobanAuthorizationEntry],
        others: &[&Keypair],
        function: &HostFunction,
        until: u32,
    ) -> Result<bool, Error> {
        let mut signed = false;
        for entry in entries {
            let invocation = entry.root_invocation.clone();
            let asked_for = authorizes(&invocation.function, function);
            let unasked = |who: &str| {
                let what = show_authorized(&invocation.function);
                Err(Error::Node(format!(
                    "it wants {who} to authorize {what}, which is not what was to be sent. Nothing was \
                     signed. Use another node"
                )))
            };
            let network_id = self.network_id.clone();
            let (credentials, with_address) = match &mut entry.credentials {
                SorobanCredentials::SourceAccount if asked_for => continue,
                SorobanCredentials::SourceAccount => return unasked("the source"),
                SorobanCredentials::Address(credentials) => (credentials, false),
                SorobanCredentials::AddressV2(credentials) => (credentials, true),
                SorobanCredentials::AddressWithDelegates(credentials) => {
                    let address = &credentials.address_credentials.address;
                    return Err(Error::other(format!(
                        "{address} signs by delegates: use a wallet"
                    )));
                }
            };
            let Some(key) = others.iter().find(|key| key.address() == credentials.address) else {
                let address = &credentials.address;
                return Err(Error::other(format!(
                    "{address} has to sign too, and its key is not given"
                )));
            };
            if !asked_for {
                return unasked(&credentials.address.to_string());
            }
            let (nonce, signature_expiration_ledger) = (credentials.nonce, until);
            credentials.signature_expiration_ledger = until;
            let payload = if with_address {
                HashIdPreimage::SorobanAuthorizationWithAddress(
                    HashIdPreimageSorobanAuthorizationWithAddress {
                        network_id,
                        nonce,
                        signature_expiration_ledger,
                        invocation,
                        address: credentials.address.clone(),
                    },
                )
            } else {
                HashIdPreimage::SorobanAuthorization(HashIdPreimageSorobanAuthorization {
                    network_id,
                    nonce,
                    signature_expiration_ledger,
                    invocation,
                })
            };
            let signature = key.sign(&Sha256::digest(address::xdr(&payload)).into());
            credentials.signature = val::list(vec![val::map(&[
                ("public_key", val::bytes(&key.public())),
                ("signature", val::bytes(&signature)),
            ])]);
            signed = true;
        }
        Ok(signed)
    }
}

/// Whether this is an authorization of that very call. Creations are authorized in their second form,
/// whichever they have themselves.
fn authorizes(authorized: &SorobanAuthorizedFunction, function: &HostFunction) -> bool {
    match (authorized, function) {
        (SorobanAuthorizedFunction::ContractFn(call), HostFunction::InvokeContract(asked)) => {
            call == asked
        }
        (
            SorobanAuthorizedFunction::CreateContractV2HostFn(create),
            HostFunction::CreateContractV2(asked),
        ) => create == asked,
        (
            SorobanAuthorizedFunction::CreateContractV2HostFn(create),
            HostFunction::CreateContract(asked),
        ) => {
            create.contract_id_preimage == asked.contract_id_preimage
                && create.executable == asked.executable
                && create.constructor_args.is_empty()
        }
        _ => false,
    }
}

fn show_authorized(authorized: &SorobanAuthorizedFunction) -> String {
    match authorized {
        SorobanAuthorizedFunction::ContractFn(call) => {
            let args: Vec<_> = call.args.iter().map(val::show).collect();
            let function = call.function_name.to_utf8_string_lossy();
            format!("{}.{function}({})", call.contract_address, args.join(", "))
        }
        SorobanAuthorizedFunction::CreateContractHostFn(_)
        | SorobanAuthorizedFunction::CreateContractV2HostFn(_) => "a new contract".to_string(),
    }
}
