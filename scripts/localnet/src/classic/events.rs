//! Events of classic operations, as those of the asset's contract (CAP-67).

use stellar_xdr::{
    AccountId, Asset, ContractEvent, ContractEventBody, ContractEventType, ContractEventV0,
    ContractId, ContractIdPreimage, ExtensionPoint, Hash, HashIdPreimage, HashIdPreimageContractId,
    Memo, MuxedAccount, ScAddress, ScBytes, ScMap, ScMapEntry, ScString, ScSymbol, ScVal,
};

use super::balance::issuer;
use crate::ledger::hash;

/// The contract of an asset has the same address whether or not anybody has deployed it.
pub fn contract_id(network_id: &Hash, asset: &Asset) -> ContractId {
    ContractId(hash(&HashIdPreimage::ContractId(HashIdPreimageContractId {
        network_id: network_id.clone(),
        contract_id_preimage: ContractIdPreimage::Asset(asset.clone()),
    })))
}

/// A refund is a negative amount.
pub fn fee_event(network_id: &Hash, account: &AccountId, amount: i64) -> ContractEvent {
    let topics = vec![symbol("fee"), address(account)];
    event(network_id, &Asset::Native, topics, number(amount))
}

/// A payment by the issuer is a mint, one to the issuer a burn.
pub fn moved(
    network_id: &Hash,
    asset: &Asset,
    from: &AccountId,
    to: &MuxedAccount,
    memo: &Memo,
    amount: i64,
) -> ContractEvent {
    let data = amount_to(to, memo, amount);
    let to = &to.clone().account_id();
    match (issuer(asset) == Some(from), issuer(asset) == Some(to)) {
        (true, false) => named(network_id, "mint", &[to], asset, data),
        (false, true) => named(network_id, "burn", &[from], asset, number(amount)),
        _ => named(network_id, "transfer", &[from, to], asset, data),
    }
}

pub fn clawed_back(
    network_id: &Hash,
    asset: &Asset,
    from: &AccountId,
    amount: i64,
) -> ContractEvent {
    named(network_id, "clawback", &[from], asset, number(amount))
}

pub fn authorized(
    network_id: &Hash,
    asset: &Asset,
    account: &AccountId,
    authorized: bool,
) -> ContractEvent {
    named(network_id, "set_authorized", &[account], asset, ScVal::Bool(authorized))
}

/// The amount, and whom an exchange credits it to, if the payment says so.
fn amount_to(to: &MuxedAccount, memo: &Memo, amount: i64) -> ScVal {
    let id = match (to, memo) {
        (MuxedAccount::MuxedEd25519(muxed), _) => ScVal::U64(muxed.id),
        (_, Memo::None) => return number(amount),
        (_, Memo::Id(id)) => ScVal::U64(*id),
        (_, Memo::Text(text)) => {
            ScVal::String(ScString(text.to_vec().try_into().expect("28 bytes at most")))
        }
        (_, Memo::Hash(hash) | Memo::Return(hash)) => {
            ScVal::Bytes(ScBytes(hash.0.to_vec().try_into().expect("32 bytes")))
        }
    };
    let entries = vec![
        ScMapEntry { key: symbol("amount"), val: number(amount) },
        ScMapEntry { key: symbol("to_muxed_id"), val: id },
    ];
    ScVal::Map(Some(ScMap(entries.try_into().expect("two"))))
}

fn named(
    network_id: &Hash,
    name: &str,
    accounts: &[&AccountId],
    asset: &Asset,
    data: ScVal,
) -> ContractEvent {
    let mut topics = vec![symbol(name)];
    topics.extend(accounts.iter().map(|account| address(account)));
    topics.push(ScVal::String(ScString(asset_name(asset).try_into().expect("short"))));
    event(network_id, asset, topics, data)
}

fn event(network_id: &Hash, asset: &Asset, topics: Vec<ScVal>, data: ScVal) -> ContractEvent {
    ContractEvent {
        ext: ExtensionPoint::V0,
        contract_id: Some(contract_id(network_id, asset)),
        type_: ContractEventType::Contract,
        body: ContractEventBody::V0(ContractEventV0 {
            topics: topics.try_into().expect("few"),
            data,
        }),
    }
}

/// As SEP-11 writes it. Only valid assets come here, so no byte of a code has to be escaped.
fn asset_name(asset: &Asset) -> String {
    let (code, issuer) = match asset {
        Asset::Native => return "native".into(),
        Asset::CreditAlphanum4(asset) => (&asset.asset_code.0[..], &asset.issuer),
        Asset::CreditAlphanum12(asset) => (&asset.asset_code.0[..], &asset.issuer),
    };
    let code = String::from_utf8_lossy(code);
    format!("{}:{issuer}", code.trim_end_matches('\0'))
}

fn address(account: &AccountId) -> ScVal {
    ScVal::Address(ScAddress::Account(account.clone()))
}

fn symbol(name: &str) -> ScVal {
    ScVal::Symbol(ScSymbol(name.try_into().expect("short")))
}

fn number(amount: i64) -> ScVal {
    i128::from(amount).into()
}
