//! The addresses of pools, treasuries, stakings and own tokens, computed from the outside: nothing here asks the
//! factory, or shares its code.

use sha2::{Digest, Sha256};
use soroban_sdk::{Address, String};
use stellar_xdr::{
    ContractIdPreimage, ContractIdPreimageFromAddress, Hash, HashIdPreimage,
    HashIdPreimageContractId, Limits, ScAddress, ScSymbol, ScVal, ScVec, Uint256, WriteXdr,
};
use tributary_common::interfaces::{
    factory::{PoolKey, ROOT},
    token::NewToken,
};
use tributary_tests::env::{own_token::new_token, pool::ONE, regions::Regions};

fn contract(strkey: &str) -> ScAddress {
    let contract = stellar_strkey::Contract::from_string(strkey).expect("C…");
    ScAddress::Contract(stellar_xdr::ContractId(Hash(contract.0)))
}

/// docs/factory.md, step by step. What has no token or fee takes TFT and 0.
fn address_of(
    network_id: [u8; 32],
    factory: &str,
    kind: &str,
    code: &str,
    token: &str,
    fee: u32,
) -> std::string::String {
    let symbol = |text: &str| ScVal::Symbol(ScSymbol(text.try_into().expect("short")));
    let identity =
        vec![symbol(kind), symbol(code), ScVal::Address(contract(token)), ScVal::U32(fee)];
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
        let token = strkey(&key.token);
        let computed = address_of(network, &factory, "pool", &code, &token, key.fee_bps);
        let computed = Address::from_string(&String::from_str(&regions.env, &computed));
        assert_eq!(computed, regions.pool(&key).address);
        assert!(computed.exists());
    }
}

#[test]
fn the_addresses_of_treasury_staking_and_own_token_follow_from_the_regions_code() {
    let regions = Regions::new();
    let network = regions.env.ledger().network_id().to_array();
    let (factory, tft) = (strkey(&regions.factory.address), strkey(&regions.tft));
    let computed = |kind: &str, code: &str| {
        let computed = address_of(network, &factory, kind, code, &tft, 0);
        Address::from_string(&String::from_str(&regions.env, &computed))
    };
    // Whoever pays there before the region exists pays nobody.
    for code in ["ALPS", "ABCDEFGHIJ12", "JURA"] {
        let places = ["treasury", "staking", "token"].map(|kind| computed(kind, code));
        assert!(places.iter().all(|place| !place.exists()));
    }
    for code in ["ALPS", "ABCDEFGHIJ12"] {
        let (_, region, _) = regions.own_region(code, new_token(&regions.env));
        assert_eq!(region.treasury, computed("treasury", code));
        assert_eq!(region.staking, computed("staking", code));
        assert_eq!(region.token, computed("token", code));
        let made = [region.treasury, region.staking, region.token];
        assert!(made.iter().all(|place| place.exists()));
    }
    // A region of a token that there was has none at the place of its own; nor has the root region.
    let (_, key) = regions.region("JURA", ONE, ONE);
    for code in [key.code, ROOT] {
        let region = regions.factory.region(&code);
        let places = ["treasury", "staking"].map(|kind| computed(kind, &code.to_string()));
        assert_eq!([region.treasury, region.staking], places);
        assert!(places.iter().all(|place| place.exists()));
    }
    for code in ["JURA", "TFT"] {
        assert!(!computed("token", code).exists());
    }
}

#[test]
fn an_own_tokens_terms_and_the_founder_do_not_change_its_address() {
    let [first, second] = [1, 2].map(|one: i128| {
        let regions = Regions::new();
        let name = String::from_str(&regions.env, &format!("Alpine {one}"));
        let new = NewToken { name, cap: one * ONE, genesis: 0, ..new_token(&regions.env) };
        // In the second network more people come before the founder.
        (0..one).for_each(|_| drop(regions.user(&[])));
        let (founder, region, _) = regions.own_region("ALPS", new);
        let factory = strkey(&regions.factory.address);
        let made = [&region.treasury, &region.staking, &region.token].map(strkey);
        (factory, strkey(&founder), made)
    });
    assert_eq!(first.0, second.0, "the same factory");
    assert_ne!(first.1, second.1, "another founder");
    assert_eq!(first.2, second.2);
}

#[test]
fn every_part_of_what_names_a_contract_and_the_factory_change_the_address() {
    let regions = Regions::new();
    let network = regions.env.ledger().network_id().to_array();
    let [factory, token, other] =
        [&regions.factory.address, &regions.asset(), &regions.asset()].map(strkey);
    let address = |factory: &str, code, token: &str, fee| {
        address_of(network, factory, "pool", code, token, fee)
    };
    let root = ROOT.to_string();
    let all = [
        address_of(network, &factory, "treasury", &root, &token, 30),
        address_of(network, &factory, "staking", &root, &token, 30),
        address_of(network, &factory, "token", &root, &token, 30),
        address(&factory, &root, &token, 30),
        address(&factory, "TFT2", &token, 30),
        address(&factory, &root, &other, 30),
        address(&factory, &root, &token, 31),
        address(&other, &root, &token, 30),
        address_of([9; 32], &factory, "pool", &root, &token, 30),
    ];
    for (place, one) in all.iter().enumerate() {
        assert!(all.iter().skip(place + 1).all(|other| other != one));
    }
}
