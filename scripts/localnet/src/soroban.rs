//! Applying the three Soroban operations, with the functions that stellar-core calls, and with the checks
//! that it makes around them.

use std::collections::BTreeSet;

use soroban_env_host::{
    budget::Budget,
    e2e_invoke::{
        entry_size_for_rent, extract_rent_changes, invoke_host_function, LedgerEntryChange,
        TtlLedgerEntryMeta,
    },
    fees::{
        compute_rent_fee, compute_transaction_resource_fee, LedgerEntryRentChange,
        TransactionResources,
    },
    storage::Storage,
    Host, HostError, LedgerInfo, ModuleCache,
};
use soroban_simulation::NetworkConfig;
use stellar_xdr::{
    AccountId, ContractDataDurability, ContractEvent, DiagnosticEvent, ExtendFootprintTtlOp,
    ExtendFootprintTtlResult, Hash, InvokeHostFunctionOp, InvokeHostFunctionResult,
    InvokeHostFunctionSuccessPreImage, LedgerEntry, LedgerEntryData, LedgerKey, Limits,
    OperationResult, OperationResultTr, ReadXdr, RestoreFootprintResult, ScVal, SorobanResources,
    SorobanTransactionData, SorobanTransactionDataExt,
};

use crate::{
    frame::Frame,
    ledger::{hash, xdr, Delta, Stored},
    settings::{cost_params, Settings, BASE_RESERVE, PROTOCOL},
    validity::At,
};

/// In what ledger, and with what a validator has at hand, an operation is applied.
pub struct Context<'a> {
    pub at: At<'a>,
    /// Compiled contracts, as validators keep them.
    pub modules: &'a ModuleCache,
}

impl Context<'_> {
    fn ledger_info(&self) -> LedgerInfo {
        let At { config, network_id, sequence, close_time, .. } = self.at;
        ledger_info(config, network_id, sequence, close_time)
    }
}

pub fn ledger_info(
    config: &NetworkConfig,
    network_id: &Hash,
    sequence_number: u32,
    timestamp: u64,
) -> LedgerInfo {
    LedgerInfo {
        protocol_version: PROTOCOL,
        sequence_number,
        timestamp,
        network_id: network_id.0,
        base_reserve: BASE_RESERVE,
        min_temp_entry_ttl: config.min_temp_entry_ttl,
        min_persistent_entry_ttl: config.min_persistent_entry_ttl,
        max_entry_ttl: config.max_entry_ttl,
    }
}

/// What an operation did, beside its changes.
pub struct Effect {
    pub result: OperationResult,
    pub events: Vec<ContractEvent>,
    pub value: Option<ScVal>,
    pub diagnostics: Vec<DiagnosticEvent>,
    /// Stroops, of a success.
    pub rent_fee: i64,
    /// Rent and events, stroops; nothing if it failed.
    pub refundable_fee: i64,
}

impl Effect {
    /// A result, and nothing else.
    fn bare(result: OperationResultTr, diagnostics: Vec<DiagnosticEvent>) -> Effect {
        Effect {
            result: OperationResult::OpInner(result),
            events: vec![],
            value: None,
            diagnostics,
            rent_fee: 0,
            refundable_fee: 0,
        }
    }
}

/// The part of the resource fee that is charged whatever happens, and the most that the rest may be.
pub fn split_fee(frame: &Frame, config: &NetworkConfig) -> (i64, i64) {
    let resources = transaction_resources(frame, 0);
    let (fixed, _) = compute_transaction_resource_fee(&resources, &config.fee_configuration);
    (fixed, frame.resource_fee().saturating_sub(fixed))
}

/// The declared resources, as fees are computed of them.
pub fn transaction_resources(frame: &Frame, event_bytes: u32) -> TransactionResources {
    let resources = frame.soroban_data().map(|data| data.resources.clone()).unwrap_or_default();
    TransactionResources {
        instructions: resources.instructions,
        disk_read_entries: frame.disk_reads() as u32,
        write_entries: resources.footprint.read_write.len() as u32,
        disk_read_bytes: resources.disk_read_bytes,
        write_bytes: resources.write_bytes,
        contract_events_size_bytes: event_bytes,
        transaction_size_bytes: frame.size(),
    }
}

/// Places in the read-write footprint of what the transaction restores.
pub fn archived(data: &SorobanTransactionData) -> &[u32] {
    match &data.ext {
        SorobanTransactionDataExt::V0 => &[],
        SorobanTransactionDataExt::V1(ext) => &ext.archived_soroban_entries,
    }
}

pub fn has_ttl(key: &LedgerKey) -> bool {
    matches!(key, LedgerKey::ContractData(_) | LedgerKey::ContractCode(_))
}

pub fn is_temporary(key: &LedgerKey) -> bool {
    matches!(key, LedgerKey::ContractData(data) if data.durability == ContractDataDurability::Temporary)
}

pub fn is_live(stored: &Stored, sequence: u32) -> bool {
    stored.ttl.is_none_or(|ttl| ttl.live_until >= sequence)
}

/// Compiles `wasm` as a validator does when the ledger that uploaded it is closed.
pub fn compile(modules: &ModuleCache, wasm: &[u8]) {
    modules
        .parse_and_cache_module_simple(&compiler(), PROTOCOL, wasm)
        .expect("the host accepted it when it was uploaded");
}

pub fn modules() -> ModuleCache {
    ModuleCache::new(&compiler()).expect("an engine")
}

fn compiler() -> Host {
    Host::with_storage_and_budget(Storage::default(), unlimited())
}

/// Bytes of the diagnostics that are kept of an invocation.
const MAX_DIAGNOSTICS: usize = 256 * 1024;

/// The last ones, which tell why it failed; a contract may emit any number of them.
pub fn last_diagnostics(mut all: Vec<DiagnosticEvent>) -> Vec<DiagnosticEvent> {
    let mut bytes = 0;
    let kept = all.iter().rev().take_while(|event| {
        bytes += xdr(*event).len();
        bytes <= MAX_DIAGNOSTICS
    });
    let dropped = all.len() - kept.count();
    all.split_off(dropped)
}

/// Why an invocation fails that the host could run.
enum Refusal {
    Limit,
    Archived,
    Refundable,
    Trapped,
}

/// Changes `delta` when it succeeds, and nothing when it fails.
pub fn invoke(
    op: &InvokeHostFunctionOp,
    source: &AccountId,
    data: &SorobanTransactionData,
    frame: &Frame,
    seed: [u8; 32],
    delta: &mut Delta,
    context: &Context,
) -> Effect {
    let mut diagnostics = vec![];
    let result = try_invoke(op, source, data, frame, seed, delta, context, &mut diagnostics);
    let diagnostics = last_diagnostics(diagnostics);
    match result {
        Ok(effect) => Effect { diagnostics, ..effect },
        Err(refusal) => {
            let code = match refusal {
                Refusal::Limit => InvokeHostFunctionResult::ResourceLimitExceeded,
                Refusal::Archived => InvokeHostFunctionResult::EntryArchived,
                Refusal::Refundable => InvokeHostFunctionResult::InsufficientRefundableFee,
                Refusal::Trapped => InvokeHostFunctionResult::Trapped,
            };
            Effect::bare(OperationResultTr::InvokeHostFunction(code), diagnostics)
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn try_invoke(
    op: &InvokeHostFunctionOp,
    source: &AccountId,
    data: &SorobanTransactionData,
    frame: &Frame,
    seed: [u8; 32],
    delta: &mut Delta,
    context: &Context,
    diagnostics: &mut Vec<DiagnosticEvent>,
) -> Result<Effect, Refusal> {
    let resources = &data.resources;
    let restored = restored_keys(data, delta, context);
    let entries = footprint_entries(resources, &restored, delta, context)?;
    // The transaction may name entries as archived that somebody restored before it.
    let indices: Vec<u32> = archived(data)
        .iter()
        .copied()
        .filter(|place| {
            let key = resources.footprint.read_write.get(*place as usize);
            key.is_some_and(|key| restored.contains(key))
        })
        .collect();
    let budget = Budget::try_from_configs(
        u64::from(resources.instructions),
        u64::from(context.at.config.tx_memory_limit),
        context.at.config.cpu_cost_params.clone(),
        context.at.config.memory_cost_params.clone(),
    )
    .map_err(|_| Refusal::Trapped)?;
    let invoked = invoke_host_function(
        &budget,
        true,
        xdr(&op.host_function),
        xdr(resources),
        &indices,
        xdr(source),
        op.auth.iter().map(xdr),
        context.ledger_info(),
        entries.into_iter(),
        seed.to_vec(),
        diagnostics,
        None,
        Some(context.modules.clone()),
    );
    let spent = |budget: &Budget| -> Result<bool, HostError> {
        Ok(budget.get_cpu_insns_consumed()? > u64::from(resources.instructions)
            || budget.get_mem_bytes_consumed()? > u64::from(context.at.config.tx_memory_limit))
    };
    let failure = || match spent(&budget) {
        Ok(true) => Refusal::Limit,
        _ => Refusal::Trapped,
    };
    let invoked = invoked.map_err(|_| failure())?;
    let encoded = invoked.encoded_invoke_result.map_err(|_| failure())?;
    let writes = writes(&invoked.ledger_changes, resources, context)?;
    let event_bytes = invoked.encoded_contract_events.iter().map(Vec::len).sum::<usize>();
    let event_bytes = (event_bytes + encoded.len()) as u32;
    if event_bytes > context.at.settings.events.tx_max_contract_events_size_bytes {
        return Err(Refusal::Limit);
    }
    let rent = extract_rent_changes(&invoked.ledger_changes);
    let (rent_fee, refundable_fee) =
        refundable(&rent, event_bytes, frame, context).ok_or(Refusal::Refundable)?;
    let read = |bytes: &[u8]| ContractEvent::from_xdr(bytes, Limits::none());
    let events: Result<Vec<_>, _> =
        invoked.encoded_contract_events.iter().map(|bytes| read(bytes)).collect();
    let events = events.expect("the host encoded them");
    let value = ScVal::from_xdr(&encoded, Limits::none()).expect("the host encoded it");
    for (key, write) in writes {
        match write {
            Write::Store(entry, live_until) => delta.store(*entry, live_until),
            Write::Extend(live_until) => delta.extend(&key, live_until),
            Write::Remove if delta.get(&key).is_some() => delta.remove(&key),
            Write::Remove => {}
        }
    }
    delta.restored.extend(restored);
    let success = hash(&InvokeHostFunctionSuccessPreImage {
        return_value: value.clone(),
        events: events.clone().try_into().expect("few"),
    });
    let result = InvokeHostFunctionResult::Success(success);
    Ok(Effect {
        result: OperationResult::OpInner(OperationResultTr::InvokeHostFunction(result)),
        events,
        value: Some(value),
        diagnostics: vec![],
        rent_fee,
        refundable_fee,
    })
}

/// What the transaction says is archived, and is.
fn restored_keys(
    data: &SorobanTransactionData,
    delta: &Delta,
    context: &Context,
) -> BTreeSet<LedgerKey> {
    let keys = &data.resources.footprint.read_write;
    let named = archived(data).iter().filter_map(|place| keys.get(*place as usize));
    let expired = |key: &&LedgerKey| {
        delta.get(key).is_some_and(|stored| !is_live(stored, context.at.sequence))
    };
    named.filter(expired).cloned().collect()
}

type Encoded = (Option<Vec<u8>>, Option<TtlLedgerEntryMeta>);

/// The entries of the footprint as the host takes them.
fn footprint_entries(
    resources: &SorobanResources,
    restored: &BTreeSet<LedgerKey>,
    delta: &Delta,
    context: &Context,
) -> Result<Vec<Encoded>, Refusal> {
    let budget = unlimited();
    let mut disk_bytes: u32 = 0;
    let mut encoded = vec![];
    let footprint = &resources.footprint;
    for key in footprint.read_only.iter().chain(footprint.read_write.iter()) {
        let Some(stored) = delta.get(key) else {
            encoded.push((None, None));
            continue;
        };
        let live = is_live(stored, context.at.sequence);
        if !live && is_temporary(key) {
            encoded.push((None, None));
            continue;
        }
        if !live && !restored.contains(key) {
            return Err(Refusal::Archived);
        }
        let bytes = xdr(&stored.entry);
        let length = bytes.len() as u32;
        if !fits(&stored.entry, length, context.at.settings) {
            return Err(Refusal::Limit);
        }
        if !has_ttl(key) || !live {
            disk_bytes = disk_bytes.saturating_add(length);
        }
        let ttl = stored.ttl.map(|ttl| TtlLedgerEntryMeta {
            live_until_ledger: if live { ttl.live_until } else { restored_until(context) },
            entry_size_for_rent: rent_size(&budget, &stored.entry, length),
        });
        encoded.push((Some(bytes), ttl));
    }
    if disk_bytes > resources.disk_read_bytes {
        return Err(Refusal::Limit);
    }
    Ok(encoded)
}

enum Write {
    /// With the ledger until which it lives, if it has one.
    Store(Box<LedgerEntry>, Option<u32>),
    Extend(u32),
    Remove,
}

fn writes(
    changes: &[LedgerEntryChange],
    resources: &SorobanResources,
    context: &Context,
) -> Result<Vec<(LedgerKey, Write)>, Refusal> {
    let mut bytes: u32 = 0;
    let mut writes = vec![];
    for change in changes {
        let key = LedgerKey::from_xdr(&change.encoded_key, Limits::none()).expect("as encoded");
        let live_until = change.ttl_change.as_ref().map(|ttl| ttl.new_live_until_ledger);
        if let Some(value) = &change.encoded_new_value {
            let entry = LedgerEntry::from_xdr(value, Limits::none()).expect("as encoded");
            bytes = bytes.saturating_add(value.len() as u32);
            if !fits(&entry, value.len() as u32, context.at.settings) {
                return Err(Refusal::Limit);
            }
            writes.push((key, Write::Store(Box::new(entry), live_until)));
        } else if !change.read_only {
            writes.push((key, Write::Remove));
        } else if let Some(ttl) = &change.ttl_change {
            if ttl.new_live_until_ledger > ttl.old_live_until_ledger {
                writes.push((key, Write::Extend(ttl.new_live_until_ledger)));
            }
        }
    }
    if bytes > resources.write_bytes {
        return Err(Refusal::Limit);
    }
    Ok(writes)
}

pub fn extend(
    op: &ExtendFootprintTtlOp,
    data: &SorobanTransactionData,
    frame: &Frame,
    delta: &mut Delta,
    context: &Context,
) -> Effect {
    let failed = |code| Effect::bare(OperationResultTr::ExtendFootprintTtl(code), vec![]);
    let live_until = context.at.sequence.saturating_add(op.extend_to);
    let budget = unlimited();
    let mut rent = vec![];
    let mut extended = vec![];
    for key in data.resources.footprint.read_only.iter() {
        let Some(stored) = delta.get(key) else { continue };
        let Some(ttl) = stored.ttl else { continue };
        if ttl.live_until < context.at.sequence || ttl.live_until >= live_until {
            continue;
        }
        let length = xdr(&stored.entry).len() as u32;
        if !fits(&stored.entry, length, context.at.settings) {
            return failed(ExtendFootprintTtlResult::ResourceLimitExceeded);
        }
        let size = rent_size(&budget, &stored.entry, length);
        rent.push(LedgerEntryRentChange {
            is_persistent: !is_temporary(key),
            is_code_entry: matches!(key, LedgerKey::ContractCode(_)),
            old_size_bytes: size,
            new_size_bytes: size,
            old_live_until_ledger: ttl.live_until,
            new_live_until_ledger: live_until,
        });
        extended.push(key);
    }
    let Some((rent_fee, refundable_fee)) = refundable(&rent, 0, frame, context) else {
        return failed(ExtendFootprintTtlResult::InsufficientRefundableFee);
    };
    for key in extended {
        delta.extend(key, live_until);
    }
    let result = OperationResultTr::ExtendFootprintTtl(ExtendFootprintTtlResult::Success);
    Effect { rent_fee, refundable_fee, ..Effect::bare(result, vec![]) }
}

pub fn restore(
    data: &SorobanTransactionData,
    frame: &Frame,
    delta: &mut Delta,
    context: &Context,
) -> Effect {
    let failed = |code| Effect::bare(OperationResultTr::RestoreFootprint(code), vec![]);
    let live_until = restored_until(context);
    let budget = unlimited();
    let mut rent = vec![];
    let mut restored = vec![];
    let mut bytes: u32 = 0;
    for key in data.resources.footprint.read_write.iter() {
        let Some(stored) = delta.get(key) else { continue };
        if is_live(stored, context.at.sequence) {
            continue;
        }
        let length = xdr(&stored.entry).len() as u32;
        bytes = bytes.saturating_add(length);
        let limit = data.resources.disk_read_bytes.min(data.resources.write_bytes);
        if bytes > limit || !fits(&stored.entry, length, context.at.settings) {
            return failed(RestoreFootprintResult::ResourceLimitExceeded);
        }
        rent.push(LedgerEntryRentChange {
            is_persistent: true,
            is_code_entry: matches!(key, LedgerKey::ContractCode(_)),
            old_size_bytes: 0,
            new_size_bytes: rent_size(&budget, &stored.entry, length),
            old_live_until_ledger: 0,
            new_live_until_ledger: live_until,
        });
        restored.push(key);
    }
    let Some((rent_fee, refundable_fee)) = refundable(&rent, 0, frame, context) else {
        return failed(RestoreFootprintResult::InsufficientRefundableFee);
    };
    for key in restored {
        delta.extend(key, live_until);
        delta.restored.insert(key.clone());
    }
    let result = OperationResultTr::RestoreFootprint(RestoreFootprintResult::Success);
    Effect { rent_fee, refundable_fee, ..Effect::bare(result, vec![]) }
}

/// Rent, and rent with events, in stroops; `None` when the transaction did not offer as much.
fn refundable(
    rent: &[LedgerEntryRentChange],
    event_bytes: u32,
    frame: &Frame,
    context: &Context,
) -> Option<(i64, i64)> {
    let config = context.at.config;
    let rent_fee = compute_rent_fee(rent, &config.rent_fee_configuration, context.at.sequence);
    let resources = transaction_resources(frame, event_bytes);
    let (_, events) = compute_transaction_resource_fee(&resources, &config.fee_configuration);
    let total = rent_fee.saturating_add(events);
    let (_, most) = split_fee(frame, config);
    (total <= most).then_some((rent_fee, total))
}

/// Whether an entry is as small as the network wants it.
fn fits(entry: &LedgerEntry, length: u32, settings: &Settings) -> bool {
    match &entry.data {
        LedgerEntryData::ContractData(_) => length <= settings.max_data_entry_size,
        LedgerEntryData::ContractCode(code) => code.code.len() as u32 <= settings.max_contract_size,
        _ => true,
    }
}

fn restored_until(context: &Context) -> u32 {
    context.at.sequence.saturating_add(context.at.config.min_persistent_entry_ttl).saturating_sub(1)
}

fn rent_size(budget: &Budget, entry: &LedgerEntry, length: u32) -> u32 {
    entry_size_for_rent(budget, entry, length).expect("an unlimited budget")
}

fn unlimited() -> Budget {
    let [instructions, memory] = [cost_params(|c| (c.0, c.1)), cost_params(|c| (c.2, c.3))];
    Budget::try_from_configs(u64::MAX, u64::MAX, instructions, memory)
        .expect("the host's own terms")
}
