use std::panic::{catch_unwind, AssertUnwindSafe};

use soroban_sdk::{
    testutils::{Address as _, Events as _},
    Address, BytesN, ContractExecutable, Env, Error, String,
};
use soroban_token_sdk::events::MintWithAmountOnly;
use tributary_common::interfaces::token::{NewToken, RegionTokenClient, TokenConfig, TokenError};
use tributary_tests::{
    env::{
        empty_env,
        own_token::{new_token, OwnToken, CAP, GENESIS},
    },
    wasm::contract,
};

/// Deploys tokens, each at the next address.
struct Maker {
    env: Env,
    wasm_hash: BytesN<32>,
    treasury: Address,
    made: std::cell::Cell<u32>,
}

impl Maker {
    fn new() -> Maker {
        let env = empty_env();
        let wasm_hash = env.deployer().upload_contract_wasm(contract("token").as_slice());
        let treasury = Address::generate(&env);
        Maker { env, wasm_hash, treasury, made: 0.into() }
    }

    /// What a constructor refuses the host reports in its log; then nothing is there.
    fn make(&self, new: &NewToken) -> Result<RegionTokenClient<'static>, Error> {
        let env = &self.env;
        self.made.set(self.made.get() + 1);
        let salt = [self.made.get().to_be_bytes(); 8].concat();
        let salt = BytesN::from_array(env, &salt.try_into().expect("32 bytes"));
        let place = env.deployer().with_address(self.treasury.clone(), salt);
        let address = place.deployed_address();
        env.mock_all_auths();
        let made = catch_unwind(AssertUnwindSafe(|| {
            let code = ContractExecutable::Wasm(self.wasm_hash.clone());
            place.deploy_contract(code, (self.treasury.clone(), new.clone()))
        }));
        env.set_auths(&[]);
        assert_eq!(made.is_ok(), address.exists());
        made.map(|made| RegionTokenClient::new(env, &made)).map_err(|panic| {
            let text = panic.downcast::<std::string::String>().expect("a message");
            let code = text.split("Error(Contract, #").nth(1).expect("a contract's error");
            let code = code.split(')').next().and_then(|code| code.parse().ok());
            Error::from_contract_error(code.expect("a number"))
        })
    }

    fn refusal(&self, new: &NewToken) -> Option<TokenError> {
        let refused = self.make(new).err()?;
        Some(TokenError::try_from(refused).expect("one of the token's"))
    }

    fn valid(&self) -> NewToken {
        new_token(&self.env)
    }

    fn text(&self, bytes: &[u8]) -> String {
        String::from_bytes(&self.env, bytes)
    }
}

#[test]
fn constructor_fixes_the_terms_and_mints_the_genesis_to_the_treasury() {
    let env = empty_env();
    let treasury = Address::generate(&env);
    // Nobody signs: a factory makes it.
    let args = (treasury.clone(), new_token(&env));
    let address = env.register(contract("token").as_slice(), args);
    let told = env.events().all().filter_by_contract(&address).events().to_vec();
    let own =
        OwnToken { token: RegionTokenClient::new(&env, &address), env: env.clone(), treasury };
    let minted = MintWithAmountOnly { to: own.treasury.clone(), amount: GENESIS };
    assert_eq!(told, [own.event(minted)]);
    let config = TokenConfig { treasury: own.treasury.clone(), cap: CAP, minted: GENESIS };
    assert_eq!(own.token.config(), config);
    assert_eq!(own.books(&[&own.treasury, &address]), (GENESIS, GENESIS, vec![GENESIS, 0]));
    let text = |text| String::from_str(&env, text);
    assert_eq!((own.token.name(), own.token.symbol()), (text("Alpine"), text("ALP")));
    assert_eq!(own.token.decimals(), 7);
}

#[test]
fn constructor_without_a_genesis_mints_nothing_and_tells_nothing() {
    let env = empty_env();
    let own = OwnToken::on(env.clone(), CAP, 0);
    assert_eq!(own.events(), []);
    assert_eq!(own.books(&[&own.treasury]), (0, 0, vec![0]));
}

#[test]
fn constructor_refuses_a_cap_that_is_not_positive() {
    let maker = Maker::new();
    for (cap, refused) in [
        (i128::MIN, Some(TokenError::InvalidCap)),
        (-1, Some(TokenError::InvalidCap)),
        (0, Some(TokenError::InvalidCap)),
        (1, None),
        (i128::MAX, None),
    ] {
        let new = NewToken { cap, genesis: 0, ..maker.valid() };
        assert_eq!(maker.refusal(&new), refused, "{cap}");
    }
}

#[test]
fn constructor_refuses_a_genesis_below_zero_or_above_a_tenth_of_the_cap() {
    let maker = Maker::new();
    let most = i128::MAX / 10;
    for (cap, genesis, allowed) in [
        (100, i128::MIN, false),
        (100, -1, false),
        (100, 0, true),
        (100, 10, true),
        (100, 11, false),
        (100, 100, false),
        (109, 10, true),
        (109, 11, false),
        (110, 11, true),
        // Of less than ten there is no whole tenth.
        (1, 1, false),
        (9, 0, true),
        (9, 1, false),
        (10, 1, true),
        (10, 2, false),
        (i128::MAX, most, true),
        (i128::MAX, most + 1, false),
        (i128::MAX, i128::MAX, false),
    ] {
        let new = NewToken { cap, genesis, ..maker.valid() };
        match maker.make(&new) {
            Ok(token) => {
                assert!(allowed, "{genesis} of {cap}");
                assert_eq!((token.total_supply(), token.config().minted), (genesis, genesis));
                assert_eq!(token.balance(&maker.treasury), genesis);
            }
            Err(refused) => {
                assert!(!allowed, "{genesis} of {cap}");
                assert_eq!(refused, TokenError::InvalidGenesis.into());
            }
        }
    }
}

#[test]
fn constructor_takes_a_name_of_1_to_32_bytes() {
    let maker = Maker::new();
    let long = [b'n'; 300];
    for (length, refused) in [
        (0, Some(TokenError::InvalidName)),
        (1, None),
        (31, None),
        (32, None),
        (33, Some(TokenError::InvalidName)),
        (300, Some(TokenError::InvalidName)),
    ] {
        let new = NewToken { name: maker.text(&long[..length]), ..maker.valid() };
        assert_eq!(maker.refusal(&new), refused, "{length}");
    }
}

#[test]
fn constructor_takes_a_symbol_of_1_to_12_bytes() {
    let maker = Maker::new();
    let long = [b'S'; 300];
    for (length, refused) in [
        (0, Some(TokenError::InvalidSymbol)),
        (1, None),
        (11, None),
        (12, None),
        (13, Some(TokenError::InvalidSymbol)),
        (32, Some(TokenError::InvalidSymbol)),
        (300, Some(TokenError::InvalidSymbol)),
    ] {
        let new = NewToken { symbol: maker.text(&long[..length]), ..maker.valid() };
        assert_eq!(maker.refusal(&new), refused, "{length}");
    }
}

#[test]
fn constructor_takes_each_byte_of_a_name_that_is_printable_ascii_and_no_other() {
    let maker = Maker::new();
    for byte in 0..=u8::MAX {
        let refused = (!(0x20..=0x7e).contains(&byte)).then_some(TokenError::InvalidName);
        let mut last = [b'n'; 32];
        last[31] = byte;
        for name in [&[byte][..], &[byte, b'n'], &last] {
            let new = NewToken { name: maker.text(name), ..maker.valid() };
            assert_eq!(maker.refusal(&new), refused, "{name:?}");
        }
    }
    let utf8 = NewToken { name: maker.text("Zürich €".as_bytes()), ..maker.valid() };
    assert_eq!(maker.refusal(&utf8), Some(TokenError::InvalidName));
}

#[test]
fn constructor_takes_each_byte_of_a_symbol_that_is_a_letter_or_digit_and_no_other() {
    let maker = Maker::new();
    for byte in 0..=u8::MAX {
        let allowed = matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9');
        let refused = (!allowed).then_some(TokenError::InvalidSymbol);
        let mut last = [b'S'; 12];
        last[11] = byte;
        for symbol in [&[byte][..], &[byte, b'S'], &last] {
            let new = NewToken { symbol: maker.text(symbol), ..maker.valid() };
            assert_eq!(maker.refusal(&new), refused, "{symbol:?}");
        }
    }
    for symbol in ["AL-P", "AL P", " ALP", "ALP ", "ÄLP"] {
        let new = NewToken { symbol: maker.text(symbol.as_bytes()), ..maker.valid() };
        assert_eq!(maker.refusal(&new), Some(TokenError::InvalidSymbol), "{symbol}");
    }
}
