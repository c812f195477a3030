//! Balances, within what reserves, limits and liabilities leave.

use stellar_xdr::{
    AccountEntry, AccountEntryExt, AccountEntryExtensionV1Ext, AccountId, AlphaNum12, AlphaNum4,
    Asset, LedgerEntryData, LedgerKey, LedgerKeyTrustLine, Liabilities, OperationResult,
    TrustLineAsset, TrustLineEntry, TrustLineEntryExt, TrustLineFlags,
};

use crate::{ledger::Delta, settings::BASE_RESERVE};

/// Of an account, its trustlines and its signers together.
const MAX_SUB_ENTRIES: u32 = 1_000;

/// Stroops that an account must keep.
pub fn reserve(account: &AccountEntry) -> i64 {
    let (sponsoring, sponsored) = match &account.ext {
        AccountEntryExt::V1(v1) => match &v1.ext {
            AccountEntryExtensionV1Ext::V2(v2) => (v2.num_sponsoring, v2.num_sponsored),
            AccountEntryExtensionV1Ext::V0 => (0, 0),
        },
        AccountEntryExt::V0 => (0, 0),
    };
    let entries =
        2 + i64::from(account.num_sub_entries) + i64::from(sponsoring) - i64::from(sponsored);
    entries * i64::from(BASE_RESERVE)
}

/// Stroops that an account may spend. Negative if it has fallen below its reserve.
pub fn available(account: &AccountEntry) -> i64 {
    account.balance.saturating_sub(reserve(account)).saturating_sub(liabilities(account).selling)
}

fn liabilities(account: &AccountEntry) -> Liabilities {
    match &account.ext {
        AccountEntryExt::V0 => Liabilities::default(),
        AccountEntryExt::V1(v1) => v1.liabilities.clone(),
    }
}

fn line_liabilities(line: &TrustLineEntry) -> Liabilities {
    match &line.ext {
        TrustLineEntryExt::V0 => Liabilities::default(),
        TrustLineEntryExt::V1(v1) => v1.liabilities.clone(),
    }
}

/// False, and no change, if the account has not that much, or cannot hold it.
#[must_use]
pub fn add(account: &mut AccountEntry, amount: i64) -> bool {
    let Some(balance) = account.balance.checked_add(amount) else { return false };
    let spends_too_much = amount < 0 && available(account) < amount.saturating_neg();
    if balance < 0 || spends_too_much || balance > i64::MAX - liabilities(account).buying {
        return false;
    }
    account.balance = balance;
    true
}

/// False, and no change, if the trustline has not that much, or may not hold it.
#[must_use]
pub fn add_to_line(line: &mut TrustLineEntry, amount: i64) -> bool {
    let Liabilities { buying, selling } = line_liabilities(line);
    let Some(balance) = line.balance.checked_add(amount) else { return false };
    if balance < selling || balance > line.limit.saturating_sub(buying) {
        return false;
    }
    line.balance = balance;
    true
}

/// The smallest limit that the trustline may be given.
pub fn min_limit(line: &TrustLineEntry) -> i64 {
    line.balance.saturating_add(line_liabilities(line).buying)
}

/// Counts one more entry that the account owns. `low_reserve` is what the operation calls it if the
/// account cannot pay for that.
pub fn add_sub_entry(
    account: &mut AccountEntry,
    low_reserve: OperationResult,
) -> Result<(), OperationResult> {
    if account.num_sub_entries >= MAX_SUB_ENTRIES {
        return Err(OperationResult::OpTooManySubentries);
    }
    if available(account) < i64::from(BASE_RESERVE) {
        return Err(low_reserve);
    }
    account.num_sub_entries += 1;
    Ok(())
}

pub fn line(delta: &Delta, account: &AccountId, asset: &Asset) -> Option<TrustLineEntry> {
    let key = LedgerKey::Trustline(LedgerKeyTrustLine {
        account_id: account.clone(),
        asset: line_asset(asset),
    });
    match &delta.get(&key)?.entry.data {
        LedgerEntryData::Trustline(line) => Some(line.clone()),
        _ => None,
    }
}

pub fn line_asset(asset: &Asset) -> TrustLineAsset {
    match asset.clone() {
        Asset::Native => TrustLineAsset::Native,
        Asset::CreditAlphanum4(asset) => TrustLineAsset::CreditAlphanum4(asset),
        Asset::CreditAlphanum12(asset) => TrustLineAsset::CreditAlphanum12(asset),
    }
}

pub fn is_authorized(line: &TrustLineEntry) -> bool {
    line.flags & TrustLineFlags::AuthorizedFlag as u32 != 0
}

/// Nobody issues the native asset.
pub fn issuer(asset: &Asset) -> Option<&AccountId> {
    match asset {
        Asset::Native => None,
        Asset::CreditAlphanum4(AlphaNum4 { issuer, .. })
        | Asset::CreditAlphanum12(AlphaNum12 { issuer, .. }) => Some(issuer),
    }
}

/// Whether the code is letters and digits, and as long as its kind says.
pub fn is_valid(asset: &Asset) -> bool {
    let (code, lengths) = match asset {
        Asset::Native => return true,
        Asset::CreditAlphanum4(asset) => (&asset.asset_code.0[..], 1..=4),
        Asset::CreditAlphanum12(asset) => (&asset.asset_code.0[..], 5..=12),
    };
    let length = code.iter().position(|&byte| byte == 0).unwrap_or(code.len());
    let (code, padding) = code.split_at(length);
    lengths.contains(&length)
        && code.iter().all(u8::is_ascii_alphanumeric)
        && padding.iter().all(|&byte| byte == 0)
}
