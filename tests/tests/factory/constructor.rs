use soroban_sdk::{vec, Address, BytesN, Env, Error, IntoVal, InvokeError, Val, Vec};
use tributary_common::{
    address,
    interfaces::{
        factory::{
            FactoryConfig, FactoryError, PoolKey, RegionParams, RegionToken, Template, ROOT,
        },
        staking::StakingClient,
        token::NewToken,
        treasury::{TreasuryClient, TreasuryConfig},
    },
};
use tributary_tests::{
    env::{
        own_token::new_token,
        pool::ONE,
        regions::{templates, Regions},
    },
    ledger::suite::{BOND, MIN_BOND},
    wasm::contract,
};

#[test]
fn constructor_makes_the_root_region_without_a_bond() {
    let regions = Regions::new();
    let root = regions.factory.region(&ROOT);
    assert_eq!(
        (root.founder, root.admin, root.guardian, root.treasury, root.token.clone()),
        (
            regions.admin.clone(),
            regions.admin.clone(),
            regions.guardian.clone(),
            regions.treasury.clone(),
            regions.tft.clone()
        )
    );
    assert_eq!((root.code, root.endorsed, root.treasury_bps), (ROOT, true, 1_667));
    assert_eq!(root.fee_tiers, vec![&regions.env, 30, 5, 100]);
    assert_eq!(root.previous, None);
    assert_eq!(root.staking, regions.staking_of("TFT"));
    let state = StakingClient::new(&regions.env, &root.staking).state();
    assert_eq!((state.staked, state.rewards, state.weight), (0, 0, 0));
    let owners = [&regions.factory.address, &root.staking, &regions.treasury];
    assert_eq!(owners.map(|owner| regions.balance(&regions.tft, owner)), [0; 3]);
    let none = PoolKey { code: ROOT, token: regions.tft.clone(), fee_bps: 0 };
    assert_eq!(root.last_pool, none);
    assert_eq!(regions.factory.last_region(), ROOT);
    let offers = regions.offers.address.clone();
    let config = FactoryConfig { tft: regions.tft.clone(), bond: BOND, offers };
    assert_eq!(regions.factory.config(), config);
    let kinds = ["pool", "treasury", "staking", "token"].map(|kind| regions.code(kind));
    let mut expected = vec![&regions.env];
    for (kind, wasm_hash) in kinds.into_iter().zip(templates(&regions.env)) {
        expected.push_back(Template { kind, wasm_hash, next_hash: None, next_at: 0 });
    }
    assert_eq!(regions.factory.templates(), expected);
}

#[test]
fn constructor_gives_the_root_region_a_treasury_a_staking_and_no_token() {
    let regions = Regions::new();
    let env = &regions.env;
    let (factory, tft) = (regions.factory.address.clone(), regions.tft.clone());
    let of_root = |kind| address::of_region(env, &factory, kind, &ROOT, &tft);
    assert_eq!(regions.treasury, of_root(address::TREASURY));
    let config = TreasuryConfig {
        code: ROOT,
        factory: factory.clone(),
        tft: tft.clone(),
        offers: regions.offers.address.clone(),
        council: regions.council.clone(),
        guardian: regions.guardian.clone(),
        council_since: 0,
        policy_since: 0,
    };
    assert_eq!(TreasuryClient::new(env, &regions.treasury).config(), config);
    assert!(!of_root(address::TOKEN).exists());
    let staking = of_root(address::STAKING);
    assert_eq!(regions.factory.region(&ROOT).staking, staking);
    let state = StakingClient::new(env, &staking).state();
    assert_eq!((state.tft, state.treasury), (tft, regions.treasury.clone()));
    assert_eq!((state.guardian, state.min_bond), (regions.guardian.clone(), MIN_BOND));
}

/// Deploys another factory; what a constructor refuses, the host reports.
fn construct(
    regions: &Regions,
    bond: i128,
    root: RegionParams,
    templates: Vec<BytesN<32>>,
) -> Result<Address, Result<Error, InvokeError>> {
    let env = &regions.env;
    let args: Vec<Val> =
        (regions.tft.clone(), bond, &regions.offers.address, root, templates).into_val(env);
    deploy(env, args)
}

fn deploy(env: &Env, args: Vec<Val>) -> Result<Address, Result<Error, InvokeError>> {
    let deployed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        env.register(contract("factory").as_slice(), args)
    }));
    deployed.map_err(|panic| {
        let text = panic.downcast::<String>().map(|text| *text).unwrap_or_default();
        let code = text.split("Error(Contract, #").nth(1).and_then(|rest| rest.split(')').next());
        let code = code.and_then(|code| code.parse().ok());
        Ok(Error::from_contract_error(code.unwrap_or_else(|| panic!("{text}"))))
    })
}

#[test]
fn constructor_refuses_each_wrong_argument() {
    let regions = Regions::new();
    let env = &regions.env;
    let good = || regions.params(&regions.admin, &regions.tft);
    let all = templates(env);
    assert!(construct(&regions, ONE, good(), all.clone()).is_ok());
    let mut more = all.clone();
    more.push_back(all.get_unchecked(0));
    let mut three = all.clone();
    three.pop_back();
    let other_token = RegionParams { token: RegionToken::Existing(regions.asset()), ..good() };
    // The root region's token is TFT, neither a new one nor, therefore, a wrong new one.
    let own_token = |new| RegionParams { token: RegionToken::New(new), ..good() };
    let new_token = new_token(env);
    let wrong_token = NewToken { cap: 0, ..new_token.clone() };
    let band = RegionParams { band_bps: 1_000, ..good() };
    let tiers = RegionParams { fee_tiers: vec![env, 101], ..good() };
    let share = RegionParams { treasury_bps: 3_334, ..good() };
    let min_bond = RegionParams { min_bond: ONE - 1, ..good() };
    let cases = [
        (FactoryError::InvalidBond, ONE - 1, good(), all.clone()),
        (FactoryError::InvalidBond, 0, good(), all.clone()),
        (FactoryError::InvalidBond, -ONE, good(), all.clone()),
        (FactoryError::InvalidTemplates, ONE, good(), vec![env]),
        (FactoryError::InvalidTemplates, ONE, good(), three),
        (FactoryError::InvalidTemplates, ONE, good(), more),
        (FactoryError::InvalidRoot, ONE, other_token, all.clone()),
        (FactoryError::InvalidRoot, ONE, own_token(new_token), all.clone()),
        (FactoryError::InvalidRoot, ONE, own_token(wrong_token), all.clone()),
        (FactoryError::InvalidRoot, ONE, band, all.clone()),
        (FactoryError::InvalidFeeTiers, ONE, tiers, all.clone()),
        (FactoryError::InvalidTreasuryShare, ONE, share, all.clone()),
        (FactoryError::InvalidMinBond, ONE, min_bond, all),
    ];
    for (error, bond, root, templates) in cases {
        let refused = construct(&regions, bond, root, templates);
        assert_eq!(refused, Err(Ok(error.into())), "{error:?}");
    }
}
