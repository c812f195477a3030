//! Where contracts are: it follows from the network and from who deploys what.

use sha2::{Digest, Sha256};
use stellar_xdr::{
    AccountId, AlphaNum12, AlphaNum4, Asset, AssetCode, ContractId, ContractIdPreimage,
    ContractIdPreimageFromAddress, Hash, HashIdPreimage, HashIdPreimageContractId, Limits,
    ScAddress, ScVal, Uint256, WriteXdr,
};

use crate::{error::Error, val};

pub fn network_id(passphrase: &str) -> Hash {
    Hash(Sha256::digest(passphrase).into())
}

pub(crate) fn xdr(value: &impl WriteXdr) -> Vec<u8> {
    value.to_xdr(Limits::none()).expect("built here, so it can be encoded")
}

/// What the deployer deploys as `name`.
pub fn preimage(deployer: &AccountId, name: &str) -> ContractIdPreimage {
    ContractIdPreimage::Address(ContractIdPreimageFromAddress {
        address: ScAddress::Account(deployer.clone()),
        salt: Uint256(Sha256::digest(format!("tributary {name}")).into()),
    })
}

/// The contract of a Stellar asset.
pub fn of_asset(network: &Hash, asset: &Asset) -> ScAddress {
    contract(network, ContractIdPreimage::Asset(asset.clone()))
}

/// What the factory deploys: a pool of `token` and `fee_bps`, or with TFT and 0 what a region has
/// once (docs/factory.md, Addresses).
pub fn by_factory(
    network: &Hash,
    factory: &ScAddress,
    kind: &str,
    code: &str,
    token: &ScAddress,
    fee_bps: u32,
) -> ScAddress {
    let identity =
        vec![val::symbol(kind), val::symbol(code), val::address(token), ScVal::U32(fee_bps)];
    let salt = Sha256::digest(xdr(&val::list(identity)));
    let (address, salt) = (factory.clone(), Uint256(salt.into()));
    contract(network, ContractIdPreimage::Address(ContractIdPreimageFromAddress { address, salt }))
}

pub fn contract(network: &Hash, contract_id_preimage: ContractIdPreimage) -> ScAddress {
    let network_id = network.clone();
    let preimage =
        HashIdPreimage::ContractId(HashIdPreimageContractId { network_id, contract_id_preimage });
    ScAddress::Contract(ContractId(Hash(Sha256::digest(xdr(&preimage)).into())))
}

pub fn asset(code: &str, issuer: &AccountId) -> Result<Asset, Error> {
    let alphanumeric = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let issuer = issuer.clone();
    match code.parse() {
        Ok(AssetCode::CreditAlphanum4(asset_code)) if alphanumeric => {
            Ok(Asset::CreditAlphanum4(AlphaNum4 { asset_code, issuer }))
        }
        Ok(AssetCode::CreditAlphanum12(asset_code)) if alphanumeric => {
            Ok(Asset::CreditAlphanum12(AlphaNum12 { asset_code, issuer }))
        }
        _ => Err(Error::other(format!("{code:?} is no asset's code: 1 to 12 letters and digits"))),
    }
}

/// CODE:ISSUER.
pub fn show_asset(asset: &Asset) -> String {
    match asset {
        Asset::Native => "native".to_string(),
        Asset::CreditAlphanum4(asset) => format!("{}:{}", asset.asset_code, asset.issuer),
        Asset::CreditAlphanum12(asset) => format!("{}:{}", asset.asset_code, asset.issuer),
    }
}
