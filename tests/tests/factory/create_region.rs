use soroban_sdk::{testutils::Address as _, vec, Address, String};
use tributary_common::interfaces::factory::{FactoryError, PoolKey, Region, RegionParams, ROOT};
use tributary_factory::{
    event::{PoolCreated, RegionCreated},
    BOND_SECONDS,
};
use tributary_tests::{
    pool::ONE,
    regions::Regions,
    sign::{assert_refused, assert_unauthorized},
    suite::BOND,
};

#[test]
fn create_region_deploys_registers_and_takes_the_bond() {
    let regions = Regions::new();
    let token = regions.asset();
    let founder = regions.user(&[(&regions.tft, BOND + 7)]);
    let params = RegionParams { band_bps: 2_500, ..regions.params(&founder, &token) };
    let region = regions.create_region_with(&founder, "ALPS", params).unwrap();
    let events = regions.events();

    let key = regions.key("ALPS", &token);
    let expected = Region {
        code: regions.code("ALPS"),
        founder: founder.clone(),
        admin: founder.clone(),
        guardian: regions.guardian.clone(),
        treasury: regions.treasury.clone(),
        token: token.clone(),
        fee_tiers: vec![&regions.env, 30, 5, 100],
        treasury_bps: 1_667,
        endorsed: false,
        bond: BOND,
        bond_until: regions.now() + BOND_SECONDS,
        last_pool: key.clone(),
        previous: Some(ROOT),
    };
    assert_eq!(region, expected);
    assert_eq!(regions.factory.region(&regions.code("ALPS")), expected);
    assert_eq!(regions.factory.last_region(), regions.code("ALPS"));
    assert_eq!(regions.balance(&regions.tft, &founder), 7);
    assert_eq!(regions.balance(&regions.tft, &regions.factory.address), BOND);

    let info = regions.factory.pool(&key.code, &token, &30);
    assert_eq!((info.key.clone(), info.band_bps), (key.clone(), 2_500));
    assert_eq!(info.previous, PoolKey { token: regions.tft.clone(), fee_bps: 0, ..key.clone() });
    assert!(regions.factory.is_pool(&info.address));
    let pool = regions.pool(&key).state();
    let mut tokens = [regions.tft.clone(), token.clone()];
    tokens.sort();
    assert_eq!([pool.token_0, pool.token_1], tokens);
    assert_eq!((pool.fee_bps, pool.treasury_bps, pool.band_bps), (30, 1_667, 2_500));
    assert_eq!(pool.factory, regions.factory.address);
    assert_eq!(
        (pool.treasury, pool.guardian),
        (regions.treasury.clone(), regions.guardian.clone())
    );

    let created = RegionCreated {
        code: key.code.clone(),
        founder: founder.clone(),
        admin: founder,
        treasury: regions.treasury.clone(),
        token: token.clone(),
        bond: BOND,
    };
    let pool_created =
        PoolCreated { code: key.code, token, fee_bps: 30, band_bps: 2_500, pool: info.address };
    assert_eq!(events, [regions.event(pool_created), regions.event(created)]);
}

#[test]
fn create_region_names_the_shares_after_region_pair_and_fee() {
    let regions = Regions::new();
    for (code, fee, name, symbol) in [
        ("ALPS", 30, "Tributary ALPS: TFT/TEST 0.30%", "ALPS-TEST-30"),
        ("ZZ", 1, "Tributary ZZ: TFT/TEST 0.01%", "ZZ-TEST-1"),
        ("ABCDEFGHIJ12", 100, "Tributary ABCDEFGHIJ12: TFT/TEST 1.00%", "ABCDEFGHIJ12-TEST-100"),
    ] {
        let token = regions.plain(7);
        let founder = regions.user(&[(&regions.tft, BOND)]);
        let params =
            RegionParams { fee_tiers: vec![&regions.env, fee], ..regions.params(&founder, &token) };
        regions.create_region_with(&founder, code, params).unwrap();
        let key = PoolKey { fee_bps: fee, ..regions.key(code, &token) };
        let pool = regions.pool(&key);
        assert_eq!(pool.name(), String::from_str(&regions.env, name));
        assert_eq!(pool.symbol(), String::from_str(&regions.env, symbol));
    }
}

#[test]
fn create_region_accepts_every_code_of_2_to_12_capitals_and_digits_and_no_other() {
    let regions = Regions::new();
    for code in ["A1", "00", "ZZZZZZZZZ", "ABCDEFGHIJ", "ABCDEFGHIJKL", "123456789012"] {
        let founder = regions.user(&[(&regions.tft, BOND)]);
        let region = regions.create_region(&founder, code, &regions.asset()).unwrap();
        assert_eq!(region.code, regions.code(code));
    }
    let founder = regions.user(&[(&regions.tft, BOND)]);
    let token = regions.asset();
    for code in
        ["", "A", "AB_C", "alps", "Alps", "ABCDEFGHIJKLM", "ABCDEFGHIJKLMNOPQRSTUVWXYZ123456"]
    {
        assert_refused(&regions.env, FactoryError::InvalidCode, || {
            regions.create_region(&founder, code, &token)
        });
    }
}

#[test]
fn create_region_fails_when_the_code_is_taken() {
    let regions = Regions::new();
    let token = regions.asset();
    let [first, second] = [0; 2].map(|_| regions.user(&[(&regions.tft, BOND)]));
    regions.create_region(&first, "ALPS", &token).unwrap();
    for code in ["ALPS", "TFT"] {
        for token in [&token, &regions.asset()] {
            assert_refused(&regions.env, FactoryError::DuplicateCode, || {
                regions.create_region(&second, code, token)
            });
        }
    }
}

#[test]
fn create_region_refuses_each_parameter_out_of_bounds_with_its_own_error() {
    let regions = Regions::new();
    let env = &regions.env;
    let founder = regions.user(&[(&regions.tft, BOND)]);
    let token = regions.asset();
    let good = || regions.params(&founder, &token);
    let tiers = |fees: &[u32]| {
        let mut fee_tiers = vec![env];
        fees.iter().for_each(|fee| fee_tiers.push_back(*fee));
        (FactoryError::InvalidFeeTiers, RegionParams { fee_tiers, ..good() })
    };
    let band = |band_bps| (FactoryError::InvalidBand, RegionParams { band_bps, ..good() });
    let share = |treasury_bps| {
        (FactoryError::InvalidTreasuryShare, RegionParams { treasury_bps, ..good() })
    };
    let token = |token| RegionParams { token, ..good() };
    let cases = [
        tiers(&[]),
        tiers(&[0]),
        tiers(&[30, 101]),
        tiers(&[30, 5, 30]),
        tiers(&[1, 2, 3, 4, 5]),
        band(999),
        band(5_001),
        band(1),
        share(3_334),
        share(u32::MAX),
        (FactoryError::SameToken, token(regions.tft.clone())),
        (FactoryError::InvalidToken, token(Address::generate(env))),
        (FactoryError::InvalidToken, token(regions.oracle.address.clone())),
        (FactoryError::InvalidToken, token(account(env))),
    ];
    for (error, params) in cases {
        assert_refused(env, error, || regions.create_region_with(&founder, "ALPS", params));
    }
    let extremes = RegionParams {
        fee_tiers: vec![env, 100, 1, 99, 2],
        treasury_bps: 3_333,
        band_bps: 5_000,
        ..good()
    };
    assert!(regions.create_region_with(&founder, "ALPS", extremes).is_ok());
}

/// An account's address, which no token has.
fn account(env: &soroban_sdk::Env) -> Address {
    let key = "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ";
    Address::from_string(&String::from_str(env, key))
}

#[test]
fn create_region_refuses_a_treasury_that_is_the_pool_itself() {
    let regions = Regions::new();
    let env = &regions.env;
    let founder = regions.user(&[(&regions.tft, BOND)]);
    let token = regions.asset();
    let pool = |fee_bps| {
        let key = PoolKey { fee_bps, ..regions.key("ALPS", &token) };
        tributary_common::address::pool(env, &regions.factory.address, &key)
    };
    let with = |treasury| RegionParams { treasury, ..regions.params(&founder, &token) };
    assert_refused(env, FactoryError::InvalidTreasury, || {
        regions.create_region_with(&founder, "ALPS", with(pool(30)))
    });
    regions.create_region_with(&founder, "ALPS", with(pool(5))).expect("another pool's address");
    let second = PoolKey { fee_bps: 5, ..regions.key("ALPS", &token) };
    assert_refused(env, FactoryError::InvalidTreasury, || {
        regions.create_pool(&founder, &second, 0)
    });
}

#[test]
fn create_region_fails_without_the_bond_or_the_founders_signature() {
    let regions = Regions::new();
    let token = regions.asset();
    let founder = regions.user(&[(&regions.tft, BOND)]);
    let thief = regions.user(&[(&regions.tft, BOND)]);
    let params = regions.params(&founder, &token);
    let args = (&founder, regions.code("ALPS"), params);
    let bare = regions.to_factory("create_region", args);
    let bond = |who: &Address, amount| {
        regions.transfer(&regions.tft, who, &regions.factory.address, amount)
    };
    let full = bare.clone().with(bond(&founder, BOND));
    let env = &regions.env;
    assert_unauthorized(env, "unsigned", || regions.unsigned::<Region>(&full));
    assert_unauthorized(env, "no bond signed", || regions.signed::<Region>(&founder, &bare));
    for amount in [BOND - 1, BOND + 1] {
        let other = bare.clone().with(bond(&founder, amount));
        assert_unauthorized(env, "another bond", || regions.signed::<Region>(&founder, &other));
    }
    assert_unauthorized(env, "by another", || regions.signed::<Region>(&thief, &full));

    let poor = regions.user(&[(&regions.tft, BOND - 1)]);
    // The asset's own error: its balance is not sufficient.
    let error = soroban_sdk::Error::from_contract_error(10);
    assert_refused(env, error, || regions.create_region(&poor, "ALPS", &token));
    assert!(regions.signed::<Region>(&founder, &full).is_ok());
    assert_eq!(regions.balance(&regions.tft, &thief), BOND);
}

#[test]
fn create_region_gives_the_role_to_whom_the_founder_names() {
    let regions = Regions::new();
    let token = regions.asset();
    let founder = regions.user(&[(&regions.tft, BOND)]);
    let admin = regions.user(&[]);
    regions.create_region_with(&founder, "ALPS", regions.params(&admin, &token)).expect("a region");
    let key = PoolKey { fee_bps: 5, ..regions.key("ALPS", &token) };
    let by_founder = || regions.create_pool(&founder, &key, 0);
    assert_unauthorized(&regions.env, "by the founder", by_founder);
    regions.create_pool(&admin, &key, 0).expect("a pool");
    let region = regions.factory.region(&key.code);
    assert_eq!((region.founder, region.admin, region.last_pool), (founder, admin, key));
}

#[test]
fn create_region_survives_a_token_with_a_strange_symbol() {
    // A plain token's symbol is "TEST"; a Stellar asset's here is one of up to 12 letters. The names of
    // shares take at most 12 printable bytes, whatever a token says.
    let regions = Regions::new();
    let token = regions.plain(0);
    let function = soroban_sdk::Symbol::new(&regions.env, "set_symbol");
    for (said, kept) in
        [("ABCDEFGHIJKLMNOP", "ABCDEFGHIJKL"), ("a b\u{e9}\n", "a?b???"), ("x", "x")]
    {
        let said = (String::from_str(&regions.env, said),);
        let args = soroban_sdk::IntoVal::into_val(&said, &regions.env);
        regions.env.invoke_contract::<()>(&token, &function, args);
        let founder = regions.user(&[(&regions.tft, BOND)]);
        let code = format!("R{}", kept.len());
        regions.create_region(&founder, &code, &token).expect("a region");
        let symbol = regions.pool(&regions.key(&code, &token)).symbol();
        let expected = std::format!("{code}-{kept}-30");
        assert_eq!(symbol, String::from_str(&regions.env, &expected));
    }
    for refused in ["", &"S".repeat(65)] {
        let said = (String::from_str(&regions.env, refused),);
        let args = soroban_sdk::IntoVal::into_val(&said, &regions.env);
        regions.env.invoke_contract::<()>(&token, &function, args);
        let founder = regions.user(&[(&regions.tft, BOND)]);
        assert_refused(&regions.env, FactoryError::InvalidToken, || {
            regions.create_region(&founder, "ALPS", &token)
        });
    }
    assert_eq!(regions.balance(&regions.tft, &regions.factory.address), 3 * 1_000 * ONE);
}
