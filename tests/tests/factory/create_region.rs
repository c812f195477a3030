use soroban_sdk::{
    testutils::{Address as _, Events as _},
    vec, Address, Error, Event as _, String,
};
use soroban_token_sdk::events::MintWithAmountOnly;
use tributary_common::{
    address,
    interfaces::{
        factory::{FactoryError, PoolKey, Region, RegionParams, RegionToken, ROOT},
        staking::StakingClient,
        token::{NewToken, RegionTokenClient, TokenConfig},
        treasury::{Books, TreasuryClient, TreasuryConfig},
    },
};
use tributary_factory::event::{PoolCreated, RegionCreated};
use tributary_tests::{
    env::{
        own_token::{new_token, CAP, GENESIS},
        pool::{NEVER, ONE},
        regions::Regions,
        sign::{assert_refused, assert_unauthorized, Call},
    },
    ledger::suite::BOND,
};

/// A region as it stands after its creation with the fixture's parameters.
fn created(regions: &Regions, founder: &Address, treasury: &Address, key: &PoolKey) -> Region {
    Region {
        code: key.code.clone(),
        founder: founder.clone(),
        admin: founder.clone(),
        guardian: regions.guardian.clone(),
        treasury: treasury.clone(),
        staking: regions.staking_of(&key.code.to_string()),
        token: key.token.clone(),
        fee_tiers: vec![&regions.env, 30, 5, 100],
        treasury_bps: 1_667,
        endorsed: false,
        last_pool: key.clone(),
        previous: Some(ROOT),
    }
}

#[test]
fn create_region_deploys_registers_and_stakes_the_bond() {
    let regions = Regions::new();
    let token = regions.asset();
    let founder = regions.user(&[(&regions.tft, BOND + 7)]);
    let params = RegionParams { band_bps: 2_500, ..regions.params(&founder, &token) };
    let region = regions.create_region_with(&founder, "ALPS", params).unwrap();
    let events = regions.events();

    let key = regions.key("ALPS", &token);
    let treasury = address::of_region(
        &regions.env,
        &regions.factory.address,
        address::TREASURY,
        &key.code,
        &regions.tft,
    );
    let expected = created(&regions, &founder, &treasury, &key);
    assert_eq!(region, expected);
    assert_eq!(regions.factory.region(&regions.code("ALPS")), expected);
    assert_eq!(regions.factory.last_region(), regions.code("ALPS"));
    assert_eq!(regions.balance(&regions.tft, &founder), 7);
    assert_eq!(regions.balance(&regions.tft, &region.staking), BOND);
    assert_eq!(regions.balance(&regions.tft, &regions.factory.address), 0);

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
    assert_eq!((pool.treasury, pool.guardian), (treasury.clone(), regions.guardian.clone()));

    let created = RegionCreated {
        code: key.code.clone(),
        founder: founder.clone(),
        admin: founder,
        treasury,
        staking: region.staking,
        token: token.clone(),
        bond: BOND,
    };
    let pool_created =
        PoolCreated { code: key.code, token, fee_bps: 30, band_bps: 2_500, pool: info.address };
    assert_eq!(events, [regions.event(pool_created), regions.event(created)]);
}

/// Where a region's treasury, its own token and its staking are, or would be.
fn places(regions: &Regions, code: &str) -> [Address; 3] {
    let (factory, code) = (&regions.factory.address, regions.code(code));
    [address::TREASURY, address::TOKEN, address::STAKING]
        .map(|kind| address::of_region(&regions.env, factory, kind, &code, &regions.tft))
}

/// Holds that a creation is refused, and that nothing of the region is there.
fn assert_not_created(
    regions: &Regions,
    error: impl Into<Error>,
    founder: &Address,
    params: RegionParams,
) {
    let (env, code) = (&regions.env, regions.code("NONE"));
    let wanted = match &params.token {
        RegionToken::Existing(token) => token.clone(),
        RegionToken::New(_) => places(regions, "NONE")[1].clone(),
    };
    let before = regions.factory.last_region();
    assert_refused(env, error, || regions.create_region_with(founder, "NONE", params.clone()));
    // `assert_refused` overlooks new instances, which may be those of signers.
    places(regions, "NONE").iter().for_each(|place| assert!(!place.exists()));
    for fee_bps in params.fee_tiers {
        let key = PoolKey { code: code.clone(), token: wanted.clone(), fee_bps };
        let pool = address::pool(env, &regions.factory.address, &key);
        assert!(!pool.exists() && !regions.factory.is_pool(&pool));
    }
    assert!(regions.factory.try_region(&code).is_err());
    assert_eq!(regions.factory.last_region(), before);
}

#[test]
fn create_region_makes_its_own_token_and_trades_it() {
    let regions = Regions::new();
    let env = &regions.env;
    let founder = regions.user(&[(&regions.tft, BOND)]);
    let [treasury, token, staking] = places(&regions, "ALPS");
    assert!(!treasury.exists() && !token.exists() && !staking.exists());
    let params = regions.own_params(&founder, new_token(env));
    let region = regions.create_region_with(&founder, "ALPS", params).expect("a region");
    let told = env.events().all();

    let key = regions.key("ALPS", &token);
    let expected = created(&regions, &founder, &treasury, &key);
    assert_eq!(region, expected);
    assert_eq!(regions.factory.region(&key.code), expected);
    let own = RegionTokenClient::new(env, &token);
    let terms = TokenConfig { treasury: treasury.clone(), cap: CAP, minted: GENESIS };
    assert_eq!((own.config(), own.total_supply()), (terms, GENESIS));
    let text = |text| String::from_str(env, text);
    assert_eq!((own.name(), own.symbol(), own.decimals()), (text("Alpine"), text("ALP"), 7));
    // All of it is the treasury's, from where a proposal alone brings it.
    let owners = [&treasury, &founder, &regions.factory.address, &regions.council, &staking];
    assert_eq!(owners.map(|owner| own.balance(owner)), [GENESIS, 0, 0, 0, 0]);
    assert_eq!(owners.map(|owner| regions.balance(&regions.tft, owner)), [0, 0, 0, 0, BOND]);

    let pool = regions.pool(&key);
    let state = pool.state();
    let mut tokens = [regions.tft.clone(), token.clone()];
    tokens.sort();
    assert_eq!([state.token_0, state.token_1], tokens);
    assert_eq!((state.treasury, state.guardian), (treasury.clone(), regions.guardian.clone()));
    assert_eq!(pool.name(), text("Tributary ALPS: TFT/ALP 0.30%"));
    assert_eq!(pool.symbol(), text("ALPS-ALP-30"));

    let minted = MintWithAmountOnly { to: treasury.clone(), amount: GENESIS };
    assert_eq!(told.filter_by_contract(&token).events(), [minted.to_xdr(env, &token)]);
    let pool_created = PoolCreated {
        code: key.code.clone(),
        token: token.clone(),
        fee_bps: 30,
        band_bps: 0,
        pool: pool.address,
    };
    let (code, admin) = (key.code, founder.clone());
    let staked = told.filter_by_contract(&staking);
    let created = RegionCreated { code, founder, admin, treasury, staking, token, bond: BOND };
    let by_factory = told.filter_by_contract(&regions.factory.address);
    assert_eq!(by_factory.events(), [regions.event(pool_created), regions.event(created)]);
    assert_eq!(told.filter_by_contract(&regions.tft).events().len(), 1, "the bond's transfer");
    assert_eq!(staked.events().len(), 1, "the founder's stake");
    assert_eq!(told.events().len(), 5, "and nobody else tells anything");
}

#[test]
fn create_region_mints_nothing_to_its_treasury_without_a_genesis() {
    let regions = Regions::new();
    let founder = regions.user(&[(&regions.tft, BOND)]);
    let new = NewToken { genesis: 0, ..new_token(&regions.env) };
    let params = regions.own_params(&founder, new);
    let region = regions.create_region_with(&founder, "ALPS", params).expect("a region");
    assert_eq!(regions.env.events().all().filter_by_contract(&region.token).events(), []);
    let own = RegionTokenClient::new(&regions.env, &region.token);
    assert_eq!((own.total_supply(), own.balance(&region.treasury)), (0, 0));
    let terms = TokenConfig { treasury: region.treasury, cap: CAP, minted: 0 };
    assert_eq!(own.config(), terms);
}

#[test]
fn create_region_needs_the_founders_signature_for_the_terms_of_her_token() {
    let regions = Regions::new();
    let env = &regions.env;
    let founder = regions.user(&[(&regions.tft, BOND)]);
    let call = |new| {
        let args = (&founder, regions.code("ALPS"), regions.own_params(&founder, new));
        let bond = regions.staking_bond(&founder, "ALPS");
        regions.to_factory("create_region", args).with(bond)
    };
    let signed = call(new_token(env));
    let text = |text| String::from_str(env, text);
    for other in [
        NewToken { cap: CAP + 1, ..new_token(env) },
        NewToken { genesis: GENESIS - 1, ..new_token(env) },
        NewToken { name: text("Alpina"), ..new_token(env) },
        NewToken { symbol: text("ALQ"), ..new_token(env) },
    ] {
        let other = call(other);
        assert_unauthorized(env, "other terms", || {
            other.signed_by::<Region, _>(env, &[(&founder, &signed)])
        });
        places(&regions, "ALPS").iter().for_each(|place| assert!(!place.exists()));
    }
    assert!(regions.signed::<Region>(&founder, &signed).is_ok());
}

#[test]
fn create_region_refuses_each_wrong_term_of_a_new_token_with_its_own_error() {
    let regions = Regions::new();
    let env = &regions.env;
    let founder = regions.user(&[(&regions.tft, 5 * BOND)]);
    let supply = |cap, genesis| NewToken { cap, genesis, ..new_token(env) };
    let name = |name| NewToken { name: String::from_bytes(env, name), ..new_token(env) };
    let symbol = |symbol| NewToken { symbol: String::from_bytes(env, symbol), ..new_token(env) };
    for (error, new) in [
        (FactoryError::InvalidCap, supply(0, 0)),
        (FactoryError::InvalidCap, supply(-1, 0)),
        (FactoryError::InvalidCap, supply(i128::MIN, 0)),
        (FactoryError::InvalidGenesis, supply(100, -1)),
        (FactoryError::InvalidGenesis, supply(100, 11)),
        (FactoryError::InvalidGenesis, supply(9, 1)),
        (FactoryError::InvalidGenesis, supply(i128::MAX, i128::MAX / 10 + 1)),
        (FactoryError::InvalidName, name(b"")),
        (FactoryError::InvalidName, name(&[b'n'; 33])),
        (FactoryError::InvalidName, name(b"Al\npine")),
        (FactoryError::InvalidName, name("Z\u{fc}rich".as_bytes())),
        (FactoryError::InvalidSymbol, symbol(b"")),
        (FactoryError::InvalidSymbol, symbol(&[b'S'; 13])),
        (FactoryError::InvalidSymbol, symbol(b"AL-P")),
        (FactoryError::InvalidSymbol, symbol(b"AL P")),
    ] {
        assert_not_created(&regions, error, &founder, regions.own_params(&founder, new));
    }
    for (code, new) in [
        ("R1", supply(1, 0)),
        ("R2", supply(9, 0)),
        ("R3", supply(i128::MAX, i128::MAX / 10)),
        ("R4", name(&[b'n'; 32])),
        ("R5", symbol(&[b'S'; 12])),
    ] {
        let params = regions.own_params(&founder, new.clone());
        let region = regions.create_region_with(&founder, code, params).expect("a region");
        let own = RegionTokenClient::new(env, &region.token);
        let TokenConfig { cap, minted, .. } = own.config();
        assert_eq!((cap, minted, own.balance(&region.treasury)), (new.cap, new.genesis, minted));
        assert_eq!((own.name(), own.symbol()), (new.name, new.symbol));
    }
}

#[test]
fn create_region_refused_for_whatever_reason_deploys_nothing() {
    let regions = Regions::new();
    let env = &regions.env;
    let founder = regions.user(&[(&regions.tft, BOND)]);
    let poor = regions.user(&[(&regions.tft, BOND - 1)]);
    let own = |founder| regions.own_params(founder, new_token(env));
    let of = |token: &Address| regions.params(&founder, token);
    // The asset's own error, when everything has been deployed: its balance is not sufficient.
    let unpaid = Error::from_contract_error(10);
    assert_not_created(&regions, unpaid, &poor, own(&poor));
    assert_not_created(&regions, unpaid, &poor, regions.params(&poor, &regions.asset()));
    let band = RegionParams { band_bps: 1, ..own(&founder) };
    assert_not_created(&regions, FactoryError::InvalidBand, &founder, band);
    assert_not_created(&regions, FactoryError::SameToken, &founder, of(&regions.tft));
    // Its own token before there is one: nobody would ever make it. Its treasury and staking are no tokens.
    for place in places(&regions, "NONE") {
        assert_not_created(&regions, FactoryError::InvalidToken, &founder, of(&place));
    }
    let [_, elsewhere, _] = places(&regions, "ALPS");
    assert_not_created(&regions, FactoryError::InvalidToken, &founder, of(&elsewhere));
    assert_eq!(regions.balance(&regions.tft, &founder), BOND);
    assert_eq!(regions.balance(&regions.tft, &poor), BOND - 1);
    // What was refused has not used anything up.
    regions.create_region_with(&founder, "NONE", own(&founder)).expect("a region");
}

#[test]
fn create_region_lets_two_have_tokens_of_the_same_name_and_symbol() {
    let regions = Regions::new();
    let (holder, first, first_token) = regions.own_region("ALPS", new_token(&regions.env));
    let (_, second, second_token) = regions.own_region("JURA", new_token(&regions.env));
    assert_ne!(first.token, second.token);
    assert_eq!(first_token.symbol(), second_token.symbol());
    assert_eq!(first_token.name(), second_token.name());
    for (token, own, other) in [(&first_token, &first, &second), (&second_token, &second, &first)] {
        assert_eq!(token.config().treasury, own.treasury);
        assert_eq!((token.balance(&own.treasury), token.balance(&other.treasury)), (GENESIS, 0));
    }
    // The names of shares tell them apart by the region, and the registry by the address.
    let text = |text| String::from_str(&regions.env, text);
    assert_eq!(regions.pool(&first.last_pool).symbol(), text("ALPS-ALP-30"));
    assert_eq!(regions.pool(&second.last_pool).symbol(), text("JURA-ALP-30"));
    // What one destroys is not the other's.
    regions.grant(&first, &holder, ONE);
    let burn = Call::new(&regions.env, &first.token, "burn", (&holder, ONE));
    regions.signed::<()>(&holder, &burn).expect("she has it");
    let supplies = (first_token.total_supply(), second_token.total_supply());
    assert_eq!(supplies, (GENESIS - ONE, GENESIS));
}

#[test]
fn create_region_takes_another_regions_own_token_as_any_other() {
    let regions = Regions::new();
    let (_, first, token) = regions.own_region("ALPS", new_token(&regions.env));
    let founder = regions.user(&[(&regions.tft, BOND)]);
    let second = regions.create_region(&founder, "JURA", &first.token).expect("a region");
    assert_eq!(second.token, first.token);
    assert!(!places(&regions, "JURA")[1].exists());
    // It is still its own region's alone to mint.
    assert_eq!(token.config().treasury, first.treasury);
    assert_eq!((token.balance(&second.treasury), token.total_supply()), (0, GENESIS));
    let symbol = String::from_str(&regions.env, "JURA-ALP-30");
    assert_eq!(regions.pool(&second.last_pool).symbol(), symbol);
}

#[test]
fn create_region_gives_its_treasury_and_staking_what_they_go_by() {
    let regions = Regions::new();
    let [founder, guardian, council] = [(); 3].map(|()| regions.user(&[(&regions.tft, 2 * BOND)]));
    let named =
        |params| RegionParams { guardian: guardian.clone(), council: council.clone(), ..params };
    let own = named(regions.own_params(&founder, new_token(&regions.env)));
    let own = RegionParams { min_bond: ONE, ..own };
    let own = regions.create_region_with(&founder, "ALPS", own).expect("a region");
    let other = named(regions.params(&founder, &regions.asset()));
    let other = RegionParams { min_bond: 7_000 * ONE, ..other };
    let other = regions.create_region_with(&founder, "JURA", other).expect("a region");
    for (region, min_bond) in [(&own, ONE), (&other, 7_000 * ONE)] {
        let [treasury, _, staking] = places(&regions, &region.code.to_string());
        assert_eq!((&region.treasury, &region.staking), (&treasury, &staking));
        let state = StakingClient::new(&regions.env, &staking).state();
        assert_eq!((state.tft, state.treasury), (regions.tft.clone(), treasury.clone()));
        assert_eq!((state.guardian, state.min_bond), (guardian.clone(), min_bond));
        let config = TreasuryConfig {
            code: region.code.clone(),
            factory: regions.factory.address.clone(),
            tft: regions.tft.clone(),
            offers: regions.offers.address.clone(),
            council: council.clone(),
            guardian: guardian.clone(),
            council_since: 0,
            policy_since: 0,
        };
        assert_eq!(TreasuryClient::new(&regions.env, &treasury).config(), config);
    }
    let treasuries = [&own.treasury, &other.treasury, &regions.treasury];
    assert!(treasuries[0] != treasuries[1] && !treasuries[..2].contains(&treasuries[2]));
    let root = regions.factory.region(&ROOT).staking;
    assert!(own.staking != other.staking && own.staking != root && other.staking != root);
}

#[test]
fn create_region_has_its_pools_pay_its_own_treasury() {
    let regions = Regions::new();
    let env = &regions.env;
    let (provider, region, _) = regions.own_region("ALPS", new_token(env));
    let (tft, own) = (&regions.tft, &region.token);
    regions.grant(&region, &provider, 1_100 * ONE);
    regions.give(tft, &provider, 1_100 * ONE);
    let pool = regions.pool(&region.last_pool);
    env.mock_all_auths();
    let amount = 1_000 * ONE;
    pool.deposit(&provider, &amount, &amount, &0, &provider, &NEVER);
    for token in [tft, own] {
        regions.close(13); // each at what its ledger opened with
        pool.swap_exact_in(&provider, token, &(100 * ONE), &0, &provider, &NEVER);
    }
    env.set_auths(&[]);
    let everybodys = |owner: &Address| [tft, own].map(|token| regions.balance(token, owner));
    let [before, network] = [&region.treasury, &regions.treasury].map(everybodys);
    // 16.67 % of 30 bps of what went in.
    let owed = 100 * ONE * 30 / 10_000 * 1_667 / 10_000;
    assert_eq!(pool.collect(), (owed, owed));
    assert_eq!(everybodys(&region.treasury), before.map(|balance| balance + owed));
    assert_eq!(everybodys(&regions.treasury), network, "nothing to the network's");
    // Booked as soon as anybody asks for it.
    let books = TreasuryClient::new(env, &region.treasury).absorb(tft);
    assert_eq!(books, Books { operating: owed, ..Books::default() });
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
    let bond = |min_bond| (FactoryError::InvalidMinBond, RegionParams { min_bond, ..good() });
    let token = |token| RegionParams { token: RegionToken::Existing(token), ..good() };
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
        bond(ONE - 1),
        bond(0),
        bond(-ONE),
        bond(i128::MIN),
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
        min_bond: ONE,
        ..good()
    };
    assert!(regions.create_region_with(&founder, "ALPS", extremes).is_ok());
    regions.give(&regions.tft, &founder, BOND);
    let most = RegionParams { min_bond: i128::MAX, ..good() };
    assert!(regions.create_region_with(&founder, "JURA", most).is_ok());
}

/// An account's address, which no token has.
fn account(env: &soroban_sdk::Env) -> Address {
    let key = "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ";
    Address::from_string(&String::from_str(env, key))
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
    let full = bare.clone().with(regions.staking_bond(&founder, "ALPS"));
    let env = &regions.env;
    assert_unauthorized(env, "unsigned", || regions.unsigned::<Region>(&full));
    assert_unauthorized(env, "no bond signed", || regions.signed::<Region>(&founder, &bare));
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
    assert!(regions.factory.try_region(&regions.code("ALPS")).is_err());
    assert!(!regions.staking_of("ALPS").exists());
}
