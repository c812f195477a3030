//! A ledger with the host of a Stellar node around it: transactions are simulated on the last
//! closed ledger, as a wallet does, and applied with what the simulation found, as a validator
//! does. Every figure is the host's own.

pub mod camp;
pub mod resimulation;
pub mod scene;
pub mod send;
pub mod suite;
pub mod vault;

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, sync::Arc};

use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};
use soroban_env_host::{
    budget::Budget,
    e2e_invoke::{
        entry_size_for_rent, extract_rent_changes, invoke_host_function,
        invoke_host_function_in_recording_mode, LedgerEntryChange, RecordingInvocationAuthMode,
        TtlLedgerEntryMeta,
    },
    fees::{
        compute_rent_fee, compute_transaction_resource_fee, FeeConfiguration, RentFeeConfiguration,
        TransactionResources,
    },
    xdr::{
        AccountEntry, AccountEntryExt, AccountFlags, AccountId, AlphaNum4, Asset, AssetCode4,
        ContractExecutable, ContractId, ContractIdPreimage, ContractIdPreimageFromAddress,
        CreateContractArgs, CreateContractArgsV2, DecoratedSignature, Hash, HashIdPreimage,
        HashIdPreimageContractId, HashIdPreimageSorobanAuthorization, HostFunction, Int128Parts,
        InvokeContractArgs, InvokeHostFunctionOp, LedgerEntry, LedgerEntryData, LedgerEntryExt,
        LedgerKey, LedgerKeyAccount, LedgerKeyTrustLine, Limits, Memo, MuxedAccount, Operation,
        OperationBody, Preconditions, PublicKey, ReadXdr, ScAddress, ScMap, ScMapEntry, ScString,
        ScVal, ScVec, SequenceNumber, SorobanAuthorizationEntry, SorobanCredentials,
        SorobanResources, SorobanTransactionData, SorobanTransactionDataExt, Thresholds,
        Transaction, TransactionEnvelope, TransactionExt, TransactionV1Envelope, TrustLineAsset,
        TrustLineEntry, TrustLineEntryExt, Uint256, WriteXdr,
    },
    HostError, LedgerInfo,
};
use tributary_localnet::{
    ledger::{Entries, Stored, Ttl},
    node::Node,
    settings::Settings,
};

/// Seconds between two ledgers.
pub const LEDGER_SECONDS: u64 = 5;
/// What a simulator adds to the simulated instructions: the larger of the two.
pub const MARGIN_INSTRUCTIONS: u64 = 50_000;
pub const MARGIN_PERCENT: u64 = 4;

/// Of the network on which everybody signs.
pub const PASSPHRASE: &str = "Tributary test network";

/// Mainnet's fees and TTL settings, as of July 2026.
pub const FEES: FeeConfiguration = FeeConfiguration {
    fee_per_instruction_increment: 7,
    fee_per_disk_read_entry: 1_563,
    fee_per_write_entry: 2_500,
    fee_per_disk_read_1kb: 447,
    fee_per_write_1kb: 875,
    fee_per_historical_1kb: 4_059,
    fee_per_contract_event_1kb: 5_000,
    fee_per_transaction_size_1kb: 406,
};
pub const RENT: RentFeeConfiguration = RentFeeConfiguration {
    fee_per_write_1kb: 875,
    fee_per_rent_1kb: 12_000,
    fee_per_write_entry: 2_500,
    persistent_rent_rate_denominator: 1_215,
    temporary_rent_rate_denominator: 2_430,
};

/// What a transaction used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    pub instructions: u64,
    pub memory: u64,
    /// Entries that are only read, and entries that may be written.
    pub reads: usize,
    pub writes: usize,
    pub write_bytes: u32,
    pub event_bytes: u32,
    /// Resource fee with rent, stroops.
    pub fee: i64,
}

/// What a simulation found, which its transaction then carries.
#[derive(Clone)]
pub struct Simulation {
    pub value: ScVal,
    pub resources: SorobanResources,
    pub restored: Vec<u32>,
    pub auth: Vec<SorobanAuthorizationEntry>,
    pub call: HostFunction,
}

impl Simulation {
    /// Lacking one of its signatures.
    pub fn without_signature(&self, place: usize) -> Simulation {
        let mut auth = self.auth.clone();
        auth.remove(place);
        Simulation { auth, ..self.clone() }
    }

    /// The same transaction about something else: with bytes exchanged for as many others, wherever they
    /// stand in its call, signatures and keys. Spares the simulation of thousands that differ in a name.
    pub fn about(&self, exchange: &[(&[u8], &[u8])]) -> Simulation {
        fn changed<T: ReadXdr + WriteXdr>(value: &T, exchange: &[(&[u8], &[u8])]) -> T {
            let mut bytes = xdr(value);
            for (then, now) in exchange {
                assert_eq!(then.len(), now.len(), "as many bytes");
                let mut place = 0;
                while place + then.len() <= bytes.len() {
                    if bytes[place..].starts_with(then) {
                        bytes[place..place + then.len()].copy_from_slice(now);
                        place += then.len();
                    } else {
                        place += 1;
                    }
                }
            }
            T::from_xdr(bytes, Limits::none()).expect("as before")
        }
        let mut resources = changed(&self.resources, exchange);
        // A footprint is sorted.
        for keys in [&mut resources.footprint.read_only, &mut resources.footprint.read_write] {
            let mut sorted = keys.to_vec();
            sorted.sort();
            *keys = sorted.try_into().expect("as many");
        }
        Simulation {
            value: self.value.clone(),
            resources,
            restored: self.restored.clone(),
            auth: self.auth.iter().map(|auth| changed(auth, exchange)).collect(),
            call: changed(&self.call, exchange),
        }
    }
}

/// What an applied transaction did.
pub struct Applied {
    pub value: ScVal,
    pub cost: Cost,
    /// Bytes of the entries written.
    pub write_bytes: u32,
}

/// A transaction that was applied, for whoever compares: what it was applied to, and what the host gave.
pub struct Witnessed<'a> {
    pub before: &'a Network,
    pub source: &'a AccountId,
    pub simulation: &'a Simulation,
    pub value: &'a ScVal,
    /// Contract events, encoded.
    pub events: &'a [Vec<u8>],
    pub changes: &'a [LedgerEntryChange],
}

thread_local! {
    static WITNESS: RefCell<Option<Witness>> = const { RefCell::new(None) };
}

type Witness = Box<dyn FnMut(&Witnessed)>;

/// Shows `witness` every transaction that this thread applies from now on.
pub fn watch(witness: impl FnMut(&Witnessed) + 'static) {
    WITNESS.with(|place| *place.borrow_mut() = Some(Box::new(witness)));
}

/// Ledgers for which a signature holds.
const SIGNATURE_LEDGERS: u32 = 100;

/// A clone is cheap: the ledger is shared until one of the two writes to it.
#[derive(Clone)]
pub struct Network {
    /// Keeps the ledger, and the contracts compiled. Calls go to its host directly, unless they are `send`-ed.
    pub(crate) node: Node,
    /// Of every account.
    pub(crate) keys: BTreeMap<AccountId, SigningKey>,
    pub info: LedgerInfo,
}

impl Default for Network {
    fn default() -> Network {
        let timestamp = 1_790_000_000;
        let node = Node::new(PASSPHRASE, Settings::default(), 5_000, timestamp);
        Network {
            info: LedgerInfo {
                protocol_version: 28,
                sequence_number: 60_000_000,
                timestamp,
                network_id: node.network_id.0,
                base_reserve: 5_000_000,
                min_temp_entry_ttl: 17_280,
                min_persistent_entry_ttl: 2_073_600,
                max_entry_ttl: 3_110_400,
            },
            node,
            keys: BTreeMap::new(),
        }
    }
}

impl Network {
    /// Every entry there is, the network's settings among them.
    pub fn entries(&self) -> &Entries {
        &self.node.state.0
    }

    fn entries_mut(&mut self) -> &mut Entries {
        Arc::make_mut(&mut self.node.state.0)
    }

    /// Closes `ledgers` ledgers.
    pub fn close(&mut self, ledgers: u32) {
        self.info.sequence_number += ledgers;
        self.info.timestamp += LEDGER_SECONDS * u64::from(ledgers);
    }

    /// Whose account has this name.
    pub fn id(name: &str) -> AccountId {
        let key = Uint256(Network::key(name).verifying_key().to_bytes());
        AccountId(PublicKey::PublicKeyTypeEd25519(key))
    }

    fn key(name: &str) -> SigningKey {
        SigningKey::from_bytes(&Sha256::digest(name.as_bytes()).into())
    }

    /// A funded account, the same for the same name.
    pub fn account(&mut self, name: &str) -> AccountId {
        let id = Network::id(name);
        self.keys.insert(id.clone(), Network::key(name));
        self.put(LedgerEntryData::Account(AccountEntry {
            account_id: id.clone(),
            balance: 10_000 * 10_000_000,
            seq_num: SequenceNumber(0),
            num_sub_entries: 0,
            inflation_dest: None,
            flags: 0,
            home_domain: Default::default(),
            thresholds: Thresholds([1; 4]),
            signers: Default::default(),
            ext: AccountEntryExt::V0,
        }));
        id
    }

    /// Makes a Stellar asset and its contract.
    pub fn asset(&mut self, code: &str, issuer: &AccountId) -> (Asset, ScAddress) {
        let mut padded = [0; 4];
        padded[..code.len()].copy_from_slice(code.as_bytes());
        let asset = Asset::CreditAlphanum4(AlphaNum4 {
            asset_code: AssetCode4(padded),
            issuer: issuer.clone(),
        });
        let preimage = ContractIdPreimage::Asset(asset.clone());
        let call = HostFunction::CreateContract(CreateContractArgs {
            contract_id_preimage: preimage.clone(),
            executable: ContractExecutable::StellarAsset,
        });
        self.transact(issuer, call).expect("asset contract");
        (asset, self.contract_address(preimage))
    }

    /// Makes the contract of the network's own asset, XLM.
    pub fn native(&mut self, source: &AccountId) -> ScAddress {
        let preimage = ContractIdPreimage::Asset(Asset::Native);
        let call = HostFunction::CreateContract(CreateContractArgs {
            contract_id_preimage: preimage.clone(),
            executable: ContractExecutable::StellarAsset,
        });
        self.transact(source, call).expect("asset contract");
        self.contract_address(preimage)
    }

    /// Lets `owner` hold `asset`.
    pub fn trust(&mut self, owner: &AccountId, asset: &Asset) {
        self.put(LedgerEntryData::Trustline(TrustLineEntry {
            account_id: owner.clone(),
            asset: trusted(asset),
            balance: 0,
            limit: i64::MAX,
            flags: 1,
            ext: TrustLineEntryExt::V0,
        }));
    }

    /// `owner` holds `asset` no longer, and nothing of it.
    pub fn distrust(&mut self, owner: &AccountId, asset: &Asset) {
        let key = LedgerKey::Trustline(LedgerKeyTrustLine {
            account_id: owner.clone(),
            asset: trusted(asset),
        });
        self.entries_mut().remove(&key).expect("a trustline");
    }

    /// `issuer` may freeze what she issued.
    pub fn allow_freezing(&mut self, issuer: &AccountId) {
        let key = LedgerKey::Account(LedgerKeyAccount { account_id: issuer.clone() });
        let stored = self.entries_mut().get_mut(&key).expect("an account");
        let LedgerEntryData::Account(account) = &mut stored.entry.data else {
            panic!("an account")
        };
        account.flags = AccountFlags::RevocableFlag as u32;
    }

    /// Uploads `wasm`.
    pub fn upload(&mut self, source: &AccountId, wasm: &[u8]) -> Result<Hash, HostError> {
        let upload = HostFunction::UploadContractWasm(wasm.to_vec().try_into().expect("size"));
        self.transact(source, upload)?;
        self.node.compile(self.entries().values());
        Ok(Hash(Sha256::digest(wasm).into()))
    }

    /// Uploads `wasm` and makes a contract of it.
    pub fn deploy(
        &mut self,
        source: &AccountId,
        wasm: &[u8],
        salt: &str,
        args: Vec<ScVal>,
    ) -> Result<(ScAddress, Applied), HostError> {
        let hash = self.upload(source, wasm)?;
        let preimage = preimage_by(source, salt);
        let create = HostFunction::CreateContractV2(CreateContractArgsV2 {
            contract_id_preimage: preimage.clone(),
            executable: ContractExecutable::Wasm(hash),
            constructor_args: args.try_into().expect("arguments"),
        });
        let applied = self.transact(source, create)?;
        Ok((self.contract_address(preimage), applied))
    }

    /// Where `deploy` puts what it deploys.
    pub fn address_by(&self, source: &AccountId, salt: &str) -> ScAddress {
        self.contract_address(preimage_by(source, salt))
    }

    /// Simulates, applies in the same ledger.
    pub fn call(
        &mut self,
        source: &AccountId,
        contract: &ScAddress,
        function: &str,
        args: Vec<ScVal>,
    ) -> Result<Applied, HostError> {
        self.transact(source, invocation(contract, function, args))
    }

    /// What a wallet does before it signs: nothing is changed.
    pub fn simulate(
        &self,
        source: &AccountId,
        contract: &ScAddress,
        function: &str,
        args: Vec<ScVal>,
    ) -> Result<Simulation, HostError> {
        self.simulate_call(source, invocation(contract, function, args))
    }

    /// What a validator does with a signed transaction. Fails, changing nothing, when it touches a
    /// key that the simulation did not find.
    pub fn apply(
        &mut self,
        source: &AccountId,
        simulation: &Simulation,
    ) -> Result<Applied, HostError> {
        let budget = Budget::default();
        budget.reset_unlimited()?;
        let footprint = &simulation.resources.footprint;
        let keys: Vec<_> = footprint.read_only.iter().chain(footprint.read_write.iter()).collect();
        let mut entries = Vec::new();
        for key in &keys {
            entries.push(match self.entries().get(*key) {
                None => (None, None),
                Some(Stored { entry, ttl }) => {
                    let bytes = xdr(entry);
                    let size = entry_size_for_rent(&budget, entry, bytes.len() as u32)?;
                    let meta = ttl.map(|ttl| TtlLedgerEntryMeta {
                        live_until_ledger: ttl.live_until,
                        entry_size_for_rent: size,
                    });
                    (Some(bytes), meta)
                }
            });
        }
        budget.reset_unlimited()?;
        let result = invoke_host_function(
            &budget,
            false,
            xdr(&simulation.call),
            xdr(&simulation.resources),
            &simulation.restored,
            xdr(source),
            simulation.auth.iter().map(xdr),
            self.info.clone(),
            entries.into_iter(),
            vec![7; 32],
            &mut vec![],
            None,
            Some(self.node.modules.clone()),
        )?;
        let encoded = result.encoded_invoke_result?;
        let value = ScVal::from_xdr(&encoded, Limits::none()).expect("value");
        let event_bytes = result.encoded_contract_events.iter().map(Vec::len).sum::<usize>();
        self.show(
            source,
            simulation,
            &value,
            &result.encoded_contract_events,
            &result.ledger_changes,
        );
        let write_bytes = self.write(&result.ledger_changes);
        let cost = self.cost(
            source,
            simulation,
            &budget,
            &result.ledger_changes,
            write_bytes,
            (event_bytes + encoded.len()) as u32,
        )?;
        Ok(Applied { value, cost, write_bytes })
    }

    fn show(
        &self,
        source: &AccountId,
        simulation: &Simulation,
        value: &ScVal,
        events: &[Vec<u8>],
        changes: &[LedgerEntryChange],
    ) {
        WITNESS.with(|witness| {
            if let Some(witness) = witness.borrow_mut().as_mut() {
                witness(&Witnessed { before: self, source, simulation, value, events, changes });
            }
        });
    }

    /// All there is of a Stellar asset, outside its issuer: in trustlines, and with contracts.
    pub fn supply(&self, asset: &Asset, token: &ScAddress) -> i128 {
        let held = self.entries().values().map(|stored| match &stored.entry.data {
            LedgerEntryData::Trustline(line) if line.asset == trusted(asset) => {
                i128::from(line.balance)
            }
            LedgerEntryData::ContractData(data) if data.contract == *token => match &data.val {
                ScVal::Map(Some(fields)) if data.key != ScVal::LedgerKeyContractInstance => {
                    let amount = fields.iter().find_map(|field| match &field.val {
                        ScVal::I128(parts) => {
                            Some(i128::from(parts.hi) << 64 | i128::from(parts.lo))
                        }
                        _ => None,
                    });
                    amount.unwrap_or_default()
                }
                _ => 0,
            },
            _ => 0,
        });
        held.sum()
    }

    /// The raw entry under `key`.
    pub fn entry(&self, key: &LedgerKey) -> Option<&LedgerEntry> {
        self.entries().get(key).map(|stored| &stored.entry)
    }

    fn transact(&mut self, source: &AccountId, call: HostFunction) -> Result<Applied, HostError> {
        let mut simulation = self.simulate_call(source, call)?;
        self.sign(&mut simulation);
        self.apply(source, &simulation)
    }

    /// Signs as every account that is asked for a signature, the transaction's source excepted.
    pub fn sign(&self, simulation: &mut Simulation) {
        self.authorize(&mut simulation.auth);
    }

    /// Each signature is for this invocation with all its sub-invocations, once, for a hundred ledgers.
    pub(crate) fn authorize(&self, auth: &mut [SorobanAuthorizationEntry]) {
        for entry in auth {
            let SorobanCredentials::Address(credentials) = &mut entry.credentials else { continue };
            let ScAddress::Account(signer) = &credentials.address else { continue };
            credentials.signature_expiration_ledger = self.info.sequence_number + SIGNATURE_LEDGERS;
            let payload =
                HashIdPreimage::SorobanAuthorization(HashIdPreimageSorobanAuthorization {
                    network_id: Hash(self.info.network_id),
                    nonce: credentials.nonce,
                    signature_expiration_ledger: credentials.signature_expiration_ledger,
                    invocation: entry.root_invocation.clone(),
                });
            let key = self.keys.get(signer).expect("somebody with an account");
            let signature = key.sign(&Sha256::digest(xdr(&payload)));
            let bytes = |bytes: &[u8]| ScVal::Bytes(bytes.to_vec().try_into().expect("short"));
            let field = |name: &str, bytes| ScMapEntry {
                key: ScVal::Symbol(name.try_into().expect("short")),
                val: bytes,
            };
            let fields = vec![
                field("public_key", bytes(key.verifying_key().as_bytes())),
                field("signature", bytes(&signature.to_bytes())),
            ];
            let signature = ScVal::Map(Some(ScMap(fields.try_into().expect("two"))));
            let signatures = vec![signature].try_into().expect("one");
            credentials.signature = ScVal::Vec(Some(ScVec(signatures)));
        }
    }

    fn simulate_call(
        &self,
        source: &AccountId,
        call: HostFunction,
    ) -> Result<Simulation, HostError> {
        let budget = Budget::default();
        budget.reset_unlimited()?;
        let result = invoke_host_function_in_recording_mode(
            &budget,
            false,
            &call,
            source,
            RecordingInvocationAuthMode::recording(false, false),
            self.info.clone(),
            Rc::new(self.node.state.clone()),
            [7; 32],
            &mut vec![],
        )?;
        Ok(Simulation {
            value: result.invoke_result?,
            resources: result.resources,
            restored: result.restored_rw_entry_indices,
            auth: result.auth,
            call,
        })
    }

    fn cost(
        &self,
        source: &AccountId,
        simulation: &Simulation,
        budget: &Budget,
        changes: &[LedgerEntryChange],
        write_bytes: u32,
        event_bytes: u32,
    ) -> Result<Cost, HostError> {
        let footprint = &simulation.resources.footprint;
        let on_disk = |key: &&LedgerKey| {
            !matches!(key, LedgerKey::ContractData(_) | LedgerKey::ContractCode(_))
        };
        let keys = footprint.read_only.iter().chain(footprint.read_write.iter());
        let instructions = budget.get_cpu_insns_consumed()?;
        let (fixed, refundable) = compute_transaction_resource_fee(
            &TransactionResources {
                instructions: instructions as u32,
                disk_read_entries: keys.filter(on_disk).count() as u32,
                write_entries: footprint.read_write.len() as u32,
                disk_read_bytes: simulation.resources.disk_read_bytes,
                write_bytes,
                contract_events_size_bytes: event_bytes,
                transaction_size_bytes: transaction_size(source, simulation),
            },
            &FEES,
        );
        let rent =
            compute_rent_fee(&extract_rent_changes(changes), &RENT, self.info.sequence_number);
        Ok(Cost {
            instructions,
            memory: budget.get_mem_bytes_consumed()?,
            reads: footprint.read_only.len(),
            writes: footprint.read_write.len(),
            write_bytes,
            event_bytes,
            fee: fixed + refundable + rent,
        })
    }

    /// Takes over what a transaction changed; returns the bytes of the entries written.
    fn write(&mut self, changes: &[LedgerEntryChange]) -> u32 {
        let modified = self.info.sequence_number;
        let entries = self.entries_mut();
        let mut bytes = 0;
        for change in changes {
            let key = LedgerKey::from_xdr(&change.encoded_key, Limits::none()).expect("key");
            let ttl = change.ttl_change.as_ref();
            let ttl = ttl.map(|ttl| Ttl { live_until: ttl.new_live_until_ledger, modified });
            if let Some(value) = &change.encoded_new_value {
                bytes += value.len() as u32;
                let entry = LedgerEntry::from_xdr(value, Limits::none()).expect("entry");
                entries.insert(key, Stored { entry, ttl });
            } else if change.read_only {
                if let Some(stored) = entries.get_mut(&key) {
                    stored.ttl = ttl.or(stored.ttl);
                }
            } else {
                entries.remove(&key);
            }
        }
        bytes
    }

    fn put(&mut self, data: LedgerEntryData) {
        let entry = LedgerEntry {
            last_modified_ledger_seq: self.info.sequence_number,
            data,
            ext: LedgerEntryExt::V0,
        };
        self.entries_mut().insert(entry.to_key(), Stored { entry, ttl: None });
    }

    /// The address that follows from `contract_id_preimage` on this network.
    pub fn contract_address(&self, contract_id_preimage: ContractIdPreimage) -> ScAddress {
        let preimage = HashIdPreimage::ContractId(HashIdPreimageContractId {
            network_id: Hash(self.info.network_id),
            contract_id_preimage,
        });
        ScAddress::Contract(ContractId(Hash(Sha256::digest(xdr(&preimage)).into())))
    }
}

fn trusted(asset: &Asset) -> TrustLineAsset {
    let Asset::CreditAlphanum4(asset) = asset.clone() else { panic!("four letters") };
    TrustLineAsset::CreditAlphanum4(asset)
}

fn preimage_by(source: &AccountId, salt: &str) -> ContractIdPreimage {
    ContractIdPreimage::Address(ContractIdPreimageFromAddress {
        address: ScAddress::Account(source.clone()),
        salt: Uint256(Sha256::digest(salt.as_bytes()).into()),
    })
}

pub fn invocation(contract: &ScAddress, function: &str, args: Vec<ScVal>) -> HostFunction {
    HostFunction::InvokeContract(InvokeContractArgs {
        contract_address: contract.clone(),
        function_name: function.try_into().expect("function name"),
        args: args.try_into().expect("arguments"),
    })
}

/// Bytes of the signed transaction.
fn transaction_size(source: &AccountId, simulation: &Simulation) -> u32 {
    let AccountId(PublicKey::PublicKeyTypeEd25519(key)) = source.clone();
    let operation = Operation {
        source_account: None,
        body: OperationBody::InvokeHostFunction(InvokeHostFunctionOp {
            host_function: simulation.call.clone(),
            auth: simulation.auth.clone().try_into().expect("auth"),
        }),
    };
    let envelope = TransactionEnvelope::Tx(TransactionV1Envelope {
        tx: Transaction {
            source_account: MuxedAccount::Ed25519(key),
            fee: 0,
            seq_num: SequenceNumber(0),
            cond: Preconditions::None,
            memo: Memo::None,
            operations: vec![operation].try_into().expect("one"),
            ext: TransactionExt::V1(SorobanTransactionData {
                ext: SorobanTransactionDataExt::V0,
                resources: simulation.resources.clone(),
                resource_fee: 0,
            }),
        },
        signatures: vec![DecoratedSignature {
            hint: Default::default(),
            signature: vec![0; 64].try_into().expect("64 bytes"),
        }]
        .try_into()
        .expect("one"),
    });
    xdr(&envelope).len() as u32
}

pub(crate) fn xdr(value: &impl WriteXdr) -> Vec<u8> {
    value.to_xdr(Limits::none()).expect("encodes")
}

/// Values as contracts take them.
pub mod val {
    use super::*;

    pub fn int(amount: i128) -> ScVal {
        ScVal::I128(Int128Parts { hi: (amount >> 64) as i64, lo: amount as u64 })
    }

    pub fn account(id: &AccountId) -> ScVal {
        ScVal::Address(ScAddress::Account(id.clone()))
    }

    pub fn address(address: &ScAddress) -> ScVal {
        ScVal::Address(address.clone())
    }

    pub fn text(text: &str) -> ScVal {
        ScVal::String(ScString(text.try_into().expect("short")))
    }

    /// Never.
    pub const NO_DEADLINE: ScVal = ScVal::U64(u64::MAX);
}
