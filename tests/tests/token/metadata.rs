use soroban_sdk::{
    testutils::Address as _,
    xdr::{LedgerEntryData, LedgerKey, ScMap, ScMapEntry, ScString, ScSymbol, ScVal},
    Address, String,
};
use tributary_common::interfaces::token::{NewToken, RegionTokenClient};
use tributary_tests::{
    env::{
        empty_env,
        own_token::{new_token, OwnToken},
    },
    wasm::contract,
};

#[test]
fn name_and_symbol_are_the_founders_and_decimals_are_7() {
    let env = empty_env();
    let text = |text| String::from_str(&env, text);
    for (name, symbol) in [
        ("x", "y"),
        (" ", "0"),
        ("~ 32 characters, all printable ~", "ABCDEFxyz789"),
        // The founder's word alone: what it says identifies nothing.
        ("Tributary", "TFT"),
    ] {
        let new = NewToken { name: text(name), symbol: text(symbol), ..new_token(&env) };
        let args = (Address::generate(&env), new);
        let token = env.register(contract("token").as_slice(), args);
        let token = RegionTokenClient::new(&env, &token);
        assert_eq!((token.name(), token.symbol()), (text(name), text(symbol)));
        assert_eq!(token.decimals(), 7);
    }
}

#[test]
fn metadata_is_where_explorers_of_tokens_read_it() {
    let own = OwnToken::default();
    let key = |text: &str| ScVal::Symbol(ScSymbol(text.try_into().expect("short")));
    let entries = own.env.to_ledger_snapshot().ledger_entries;
    let instances: Vec<_> = entries
        .iter()
        .filter_map(|(place, (entry, _))| match (place.as_ref(), &entry.data) {
            (LedgerKey::ContractData(place), LedgerEntryData::ContractData(data)) => {
                let own = place.contract == (&own.token.address).into();
                (own && place.key == ScVal::LedgerKeyContractInstance).then_some(&data.val)
            }
            _ => None,
        })
        .collect();
    let [ScVal::ContractInstance(instance)] = instances[..] else { panic!("{instances:?}") };
    let storage = instance.storage.as_ref().expect("the instance has storage");
    let found = storage.iter().find(|entry| entry.key == key("METADATA"));
    let text = |text: &str| ScVal::String(ScString(text.try_into().expect("short")));
    let fields = [("decimal", ScVal::U32(7)), ("name", text("Alpine")), ("symbol", text("ALP"))];
    let fields = fields.map(|(name, val)| ScMapEntry { key: key(name), val });
    let expected = ScVal::Map(Some(ScMap(fields.to_vec().try_into().expect("three"))));
    assert_eq!(found.map(|entry| &entry.val), Some(&expected));
}
