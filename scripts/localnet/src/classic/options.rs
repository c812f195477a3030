//! SetOptions: flags, thresholds and signers of an account.

use stellar_xdr::{
    AccountEntry, AccountEntryExt, AccountEntryExtensionV1, AccountEntryExtensionV1Ext,
    AccountEntryExtensionV2, AccountEntryExtensionV2Ext, AccountFlags, AccountId, ContractEvent,
    LedgerEntryData, Liabilities, OperationResult, OperationResultTr, PublicKey, SetOptionsOp,
    SetOptionsResult, Signer, SignerKey, SponsorshipDescriptor, VecM,
};

use super::balance::add_sub_entry;
use crate::ledger::Delta;

const REVOCABLE: u32 = AccountFlags::RevocableFlag as u32;
const IMMUTABLE: u32 = AccountFlags::ImmutableFlag as u32;
const CLAWBACK: u32 = AccountFlags::ClawbackEnabledFlag as u32;
const ALL_FLAGS: u32 = AccountFlags::RequiredFlag as u32 | REVOCABLE | IMMUTABLE | CLAWBACK;
const MAX_WEIGHT: u32 = u8::MAX as u32;
const MAX_SIGNERS: usize = 20;

fn failed(result: SetOptionsResult) -> OperationResult {
    OperationResult::OpInner(OperationResultTr::SetOptions(result))
}

pub fn check(operation: &SetOptionsOp, source: &AccountId) -> Result<(), OperationResult> {
    let set = operation.set_flags.unwrap_or(0);
    let clear = operation.clear_flags.unwrap_or(0);
    if (set | clear) & !ALL_FLAGS != 0 {
        return Err(failed(SetOptionsResult::UnknownFlag));
    }
    if set & clear != 0 {
        return Err(failed(SetOptionsResult::BadFlags));
    }
    let SetOptionsOp { master_weight, low_threshold, med_threshold, high_threshold, .. } =
        operation;
    let weights = [master_weight, low_threshold, med_threshold, high_threshold];
    if weights.into_iter().flatten().any(|weight| *weight > MAX_WEIGHT) {
        return Err(failed(SetOptionsResult::ThresholdOutOfRange));
    }
    if operation.signer.as_ref().is_some_and(|signer| !is_valid(signer, source)) {
        return Err(failed(SetOptionsResult::BadSigner));
    }
    let domain = operation.home_domain.as_ref();
    if domain.is_some_and(|domain| !domain.iter().all(|byte| matches!(byte, 0x20..=0x7e))) {
        return Err(failed(SetOptionsResult::InvalidHomeDomain));
    }
    Ok(())
}

/// The account's own key is its master key, and no signer.
fn is_valid(signer: &Signer, source: &AccountId) -> bool {
    let PublicKey::PublicKeyTypeEd25519(own) = &source.0;
    let usable = match &signer.key {
        SignerKey::Ed25519(key) => key != own,
        SignerKey::Ed25519SignedPayload(signed) => !signed.payload.is_empty(),
        SignerKey::PreAuthTx(_) | SignerKey::HashX(_) => true,
    };
    usable && signer.weight <= MAX_WEIGHT
}

pub fn apply(
    operation: &SetOptionsOp,
    mut account: AccountEntry,
    delta: &mut Delta,
) -> Result<Vec<ContractEvent>, OperationResult> {
    if let Some(destination) = &operation.inflation_dest {
        if *destination != account.account_id && delta.account(destination).is_none() {
            return Err(failed(SetOptionsResult::InvalidInflation));
        }
        account.inflation_dest = Some(destination.clone());
    }
    set_flags(operation, &mut account)?;
    if let Some(domain) = &operation.home_domain {
        account.home_domain = domain.clone();
    }
    let SetOptionsOp { master_weight, low_threshold, med_threshold, high_threshold, .. } =
        operation;
    let weights = [master_weight, low_threshold, med_threshold, high_threshold];
    for (threshold, weight) in account.thresholds.0.iter_mut().zip(weights) {
        if let Some(weight) = weight.and_then(|weight| u8::try_from(weight).ok()) {
            *threshold = weight;
        }
    }
    match &operation.signer {
        Some(signer) if signer.weight == 0 => remove_signer(&mut account, &signer.key),
        Some(signer) => add_signer(&mut account, signer)?,
        None => {}
    }
    delta.put(LedgerEntryData::Account(account));
    Ok(vec![])
}

fn set_flags(operation: &SetOptionsOp, account: &mut AccountEntry) -> Result<(), OperationResult> {
    let clear = operation.clear_flags.unwrap_or(0);
    let set = operation.set_flags.unwrap_or(0);
    if (clear | set) != 0 && account.flags & IMMUTABLE != 0 {
        return Err(failed(SetOptionsResult::CantChange));
    }
    account.flags = account.flags & !clear | set;
    if account.flags & CLAWBACK != 0 && account.flags & REVOCABLE == 0 {
        return Err(failed(SetOptionsResult::AuthRevocableRequired));
    }
    Ok(())
}

/// Signers stay sorted by their keys.
fn add_signer(account: &mut AccountEntry, signer: &Signer) -> Result<(), OperationResult> {
    let mut signers = account.signers.to_vec();
    match signers.binary_search_by(|other| other.key.cmp(&signer.key)) {
        Ok(place) => signers[place] = signer.clone(),
        Err(place) => {
            if signers.len() == MAX_SIGNERS {
                return Err(failed(SetOptionsResult::TooManySigners));
            }
            add_sub_entry(account, failed(SetOptionsResult::LowReserve))?;
            signers.insert(place, signer.clone());
        }
    }
    set_signers(account, signers);
    Ok(())
}

/// Nothing if there is no such signer.
pub fn remove_signer(account: &mut AccountEntry, key: &SignerKey) {
    let mut signers = account.signers.to_vec();
    let Some(place) = signers.iter().position(|signer| signer.key == *key) else { return };
    signers.remove(place);
    account.num_sub_entries = account.num_sub_entries.saturating_sub(1);
    set_signers(account, signers);
}

fn set_signers(account: &mut AccountEntry, signers: Vec<Signer>) {
    let none = no_sponsors(signers.len());
    account.signers = signers.try_into().expect("no more than MAX_SIGNERS");
    if let AccountEntryExt::V1(AccountEntryExtensionV1 {
        ext: AccountEntryExtensionV1Ext::V2(v2),
        ..
    }) = &mut account.ext
    {
        v2.signer_sponsoring_i_ds = none;
    }
}

/// The extension names a sponsor, or none, for each signer. Here nobody sponsors anything.
fn no_sponsors(signers: usize) -> VecM<SponsorshipDescriptor, 20> {
    let none = vec![SponsorshipDescriptor::default(); signers];
    none.try_into().expect("no more than MAX_SIGNERS")
}

/// Gives an account the extension if it has none yet.
pub fn extension_v2(account: &mut AccountEntry) -> &mut AccountEntryExtensionV2 {
    let signers = account.signers.len();
    if account.ext == AccountEntryExt::V0 {
        account.ext = AccountEntryExt::V1(AccountEntryExtensionV1 {
            liabilities: Liabilities::default(),
            ext: AccountEntryExtensionV1Ext::V0,
        });
    }
    let AccountEntryExt::V1(v1) = &mut account.ext else { unreachable!("just made") };
    if v1.ext == AccountEntryExtensionV1Ext::V0 {
        v1.ext = AccountEntryExtensionV1Ext::V2(AccountEntryExtensionV2 {
            num_sponsored: 0,
            num_sponsoring: 0,
            signer_sponsoring_i_ds: no_sponsors(signers),
            ext: AccountEntryExtensionV2Ext::V0,
        });
    }
    let AccountEntryExtensionV1Ext::V2(v2) = &mut v1.ext else { unreachable!("just made") };
    v2
}
