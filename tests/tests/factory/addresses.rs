//! A pool's address, computed from the outside: nothing here asks the factory, or shares its code.

use sha2::{Digest, Sha256};
use soroban_sdk::{Address, String};
use stellar_xdr::{
    ContractIdPreimage, ContractIdPreimageFromAddress, Hash, HashIdPreimage,
    HashIdPreimageContractId, Limits, ScAddress, ScSymbol, ScVal, ScVec, Uint256, WriteXdr,
};
use tributary_common::interfaces::factory::{PoolKey, ROOT};
use tributary_tests::{pool::ONE, regions::Regions};

fn contract(strkey: &str) -> ScAddress {
    let contract = stellar_strkey::Contract::from_string(strkey).expect("C…");
    ScAddress::Contract(stellar_xdr::ContractId(Hash(contract.0)))
}

/// docs/factory.md, step by step.
fn pool_address(
    network_id: [u8; 32],
    factory: &str,
    code: &str,
    token: &str,
    fee: u32,
) -> std::string::String {
    let symbol = |text: &str| ScVal::Symbol(ScSymbol(text.try_into().expect("short")));
    let identity =
        vec![symbol("pool"), symbol(code), ScVal::Address(contract(token)), ScVal::U32(fee)];
    let identity = ScVal::Vec(Some(ScVec(identity.try_into().expect("four"))));
    let salt = Sha256::digest(identity.to_xdr(Limits::none()).expect("XDR"));
    let preimage = HashIdPreimage::ContractId(HashIdPreimageContractId {
        network_id: Hash(network_id),
        contract_id_preimage: ContractIdPreimage::Address(ContractIdPreimageFromAddress {
            address: contract(factory),
            salt: Uint256(salt.into()),
        }),
    });
    let id = Sha256::digest(preimage.to_xdr(Limits::none()).expect("XDR"));
    stellar_strkey::Contract(id.into()).to_string().as_str().into()
}

fn strkey(address: &Address) -> std::string::String {
    address.to_string().to_string()
}

#[test]
fn the_address_of_a_pool_follows_from_its_key() {
    let regions = Regions::new();
    let (founder, alps) = regions.region("ALPS", ONE, ONE);
    let more = PoolKey { fee_bps: 100, ..alps.clone() };
    regions.create_pool(&founder, &more, 0).unwrap();
    let (_, long) = regions.region("ABCDEFGHIJ12", ONE, ONE);
    let usdc = regions.root_pool(ONE, ONE);
    let network = regions.env.ledger().network_id().to_array();
    let factory = strkey(&regions.factory.address);
    for key in [alps, more, long, usdc] {
        let code = key.code.to_string();
        let computed = pool_address(network, &factory, &code, &strkey(&key.token), key.fee_bps);
        let computed = Address::from_string(&String::from_str(&regions.env, &computed));
        assert_eq!(computed, regions.pool(&key).address);
        assert!(computed.exists());
    }
}

#[test]
fn every_part_of_the_key_and_the_factory_change_the_address() {
    let regions = Regions::new();
    let network = regions.env.ledger().network_id().to_array();
    let [factory, token, other] =
        [&regions.factory.address, &regions.asset(), &regions.asset()].map(strkey);
    let address =
        |factory: &str, code, token: &str, fee| pool_address(network, factory, code, token, fee);
    let root = ROOT.to_string();
    let all = [
        address(&factory, &root, &token, 30),
        address(&factory, "TFT2", &token, 30),
        address(&factory, &root, &other, 30),
        address(&factory, &root, &token, 31),
        address(&other, &root, &token, 30),
        pool_address([9; 32], &factory, &root, &token, 30),
    ];
    for (place, one) in all.iter().enumerate() {
        assert!(all.iter().skip(place + 1).all(|other| other != one));
    }
}
