//! ChangeTrust, SetTrustLineFlags and Clawback.

use stellar_xdr::{
    AccountEntry, AccountFlags, AccountId, Asset, ChangeTrustAsset, ChangeTrustOp,
    ChangeTrustResult, ClawbackOp, ClawbackResult, ContractEvent, Hash, LedgerEntryData, LedgerKey,
    LedgerKeyTrustLine, MuxedAccount, OperationResult, OperationResultTr, SetTrustLineFlagsOp,
    SetTrustLineFlagsResult, TrustLineEntry, TrustLineEntryExt, TrustLineFlags,
};

use super::{
    balance::{
        add_sub_entry, add_to_line, is_authorized, is_valid, issuer, line, line_asset, min_limit,
    },
    events,
};
use crate::ledger::Delta;

const AUTHORIZED: u32 = TrustLineFlags::AuthorizedFlag as u32;
/// May keep its offers, but neither pay nor be paid.
const MAINTAINS: u32 = TrustLineFlags::AuthorizedToMaintainLiabilitiesFlag as u32;
const CLAWBACK: u32 = TrustLineFlags::TrustlineClawbackEnabledFlag as u32;

fn not_trusted(result: ChangeTrustResult) -> OperationResult {
    OperationResult::OpInner(OperationResultTr::ChangeTrust(result))
}

fn not_set(result: SetTrustLineFlagsResult) -> OperationResult {
    OperationResult::OpInner(OperationResultTr::SetTrustLineFlags(result))
}

fn not_clawed_back(result: ClawbackResult) -> OperationResult {
    OperationResult::OpInner(OperationResultTr::Clawback(result))
}

/// Not of a share in one of the network's own pools, which are not supported.
fn asset(line: &ChangeTrustAsset) -> Option<Asset> {
    match line.clone() {
        ChangeTrustAsset::Native => Some(Asset::Native),
        ChangeTrustAsset::CreditAlphanum4(asset) => Some(Asset::CreditAlphanum4(asset)),
        ChangeTrustAsset::CreditAlphanum12(asset) => Some(Asset::CreditAlphanum12(asset)),
        ChangeTrustAsset::PoolShare(_) => None,
    }
}

pub fn check_change(operation: &ChangeTrustOp, source: &AccountId) -> Result<(), OperationResult> {
    let asset = asset(&operation.line).ok_or(OperationResult::OpNotSupported)?;
    let issued_by_other = issuer(&asset).is_some_and(|issuer| issuer != source);
    if operation.limit < 0 || !is_valid(&asset) || !issued_by_other {
        return Err(not_trusted(ChangeTrustResult::Malformed));
    }
    Ok(())
}

pub fn change(
    operation: &ChangeTrustOp,
    mut account: AccountEntry,
    delta: &mut Delta,
) -> Result<Vec<ContractEvent>, OperationResult> {
    let asset = &asset(&operation.line).ok_or(OperationResult::OpNotSupported)?;
    let issuer = issuer(asset).and_then(|issuer| delta.account(issuer));
    let limit = operation.limit;
    let Some(mut line) = line(delta, &account.account_id, asset) else {
        if limit == 0 {
            return Err(not_trusted(ChangeTrustResult::InvalidLimit));
        }
        let issuer = issuer.ok_or_else(|| not_trusted(ChangeTrustResult::NoIssuer))?;
        let line = new_line(&account.account_id, asset, limit, &issuer);
        add_sub_entry(&mut account, not_trusted(ChangeTrustResult::LowReserve))?;
        delta.put(LedgerEntryData::Account(account));
        delta.put(LedgerEntryData::Trustline(line));
        return Ok(vec![]);
    };
    if limit < min_limit(&line) {
        return Err(not_trusted(ChangeTrustResult::InvalidLimit));
    }
    if limit == 0 {
        delta.remove(&LedgerKey::Trustline(LedgerKeyTrustLine {
            account_id: line.account_id,
            asset: line.asset,
        }));
        account.num_sub_entries = account.num_sub_entries.saturating_sub(1);
        delta.put(LedgerEntryData::Account(account));
    } else {
        if issuer.is_none() {
            return Err(not_trusted(ChangeTrustResult::NoIssuer));
        }
        line.limit = limit;
        delta.put(LedgerEntryData::Trustline(line));
    }
    Ok(vec![])
}

/// The issuer's flags at this moment decide what it may do with the trustline ever after.
fn new_line(
    account: &AccountId,
    asset: &Asset,
    limit: i64,
    issuer: &AccountEntry,
) -> TrustLineEntry {
    let mut flags = 0;
    if issuer.flags & AccountFlags::RequiredFlag as u32 == 0 {
        flags |= AUTHORIZED;
    }
    if issuer.flags & AccountFlags::ClawbackEnabledFlag as u32 != 0 {
        flags |= CLAWBACK;
    }
    TrustLineEntry {
        account_id: account.clone(),
        asset: line_asset(asset),
        balance: 0,
        limit,
        flags,
        ext: TrustLineEntryExt::V0,
    }
}

pub fn check_flags(
    operation: &SetTrustLineFlagsOp,
    source: &AccountId,
) -> Result<(), OperationResult> {
    let SetTrustLineFlagsOp { trustor, asset, clear_flags, set_flags } = operation;
    let known = AUTHORIZED | MAINTAINS | CLAWBACK;
    let malformed = !is_valid(asset)
        || issuer(asset) != Some(source)
        || trustor == source
        || set_flags & clear_flags != 0
        || set_flags & !(AUTHORIZED | MAINTAINS) != 0
        || is_contradictory(*set_flags)
        || clear_flags & !known != 0;
    if malformed {
        return Err(not_set(SetTrustLineFlagsResult::Malformed));
    }
    Ok(())
}

fn is_contradictory(flags: u32) -> bool {
    flags & (AUTHORIZED | MAINTAINS) == AUTHORIZED | MAINTAINS
}

pub fn set_flags(
    operation: &SetTrustLineFlagsOp,
    source: &AccountEntry,
    delta: &mut Delta,
    network_id: &Hash,
) -> Result<Vec<ContractEvent>, OperationResult> {
    let SetTrustLineFlagsOp { trustor, asset, clear_flags, set_flags } = operation;
    let takes_away = clear_flags & (AUTHORIZED | MAINTAINS) != 0 && set_flags & AUTHORIZED == 0;
    if takes_away && source.flags & AccountFlags::RevocableFlag as u32 == 0 {
        return Err(not_set(SetTrustLineFlagsResult::CantRevoke));
    }
    let mut line =
        line(delta, trustor, asset).ok_or_else(|| not_set(SetTrustLineFlagsResult::NoTrustLine))?;
    line.flags = line.flags & !clear_flags | set_flags;
    if is_contradictory(line.flags) {
        return Err(not_set(SetTrustLineFlagsResult::InvalidState));
    }
    let authorized = is_authorized(&line);
    delta.put(LedgerEntryData::Trustline(line));
    Ok(vec![events::authorized(network_id, asset, trustor, authorized)])
}

pub fn check_clawback(operation: &ClawbackOp, source: &AccountId) -> Result<(), OperationResult> {
    let ClawbackOp { asset, from, amount } = operation;
    let malformed = *from == MuxedAccount::from(source.clone())
        || *amount < 1
        || !is_valid(asset)
        || issuer(asset) != Some(source);
    if malformed {
        return Err(not_clawed_back(ClawbackResult::Malformed));
    }
    Ok(())
}

pub fn clawback(
    operation: &ClawbackOp,
    delta: &mut Delta,
    network_id: &Hash,
) -> Result<Vec<ContractEvent>, OperationResult> {
    let ClawbackOp { asset, from, amount } = operation;
    let from = &from.clone().account_id();
    let mut line =
        line(delta, from, asset).ok_or_else(|| not_clawed_back(ClawbackResult::NoTrust))?;
    if line.flags & CLAWBACK == 0 {
        return Err(not_clawed_back(ClawbackResult::NotClawbackEnabled));
    }
    if !add_to_line(&mut line, -amount) {
        return Err(not_clawed_back(ClawbackResult::Underfunded));
    }
    delta.put(LedgerEntryData::Trustline(line));
    Ok(vec![events::clawed_back(network_id, asset, from, *amount)])
}
