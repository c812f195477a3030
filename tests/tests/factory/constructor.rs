use soroban_sdk::{vec, Address, BytesN, Env, Error, IntoVal, InvokeError, Val, Vec};
use tributary_common::interfaces::factory::{
    FactoryConfig, FactoryError, PoolKey, RegionParams, Template, ROOT,
};
use tributary_tests::{
    regions::{templates, Regions},
    suite::BOND,
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
    assert_eq!((root.bond, root.bond_until, root.previous), (0, 0, None));
    let none = PoolKey { code: ROOT, token: regions.tft.clone(), fee_bps: 0 };
    assert_eq!(root.last_pool, none);
    assert_eq!(regions.factory.last_region(), ROOT);
    let config = FactoryConfig { tft: regions.tft.clone(), bond: BOND };
    assert_eq!(regions.factory.config(), config);
    let kind = regions.code("pool");
    let wasm_hash = templates(&regions.env).get_unchecked(0);
    let template = Template { kind, wasm_hash, next_hash: None, next_at: 0 };
    assert_eq!(regions.factory.templates(), vec![&regions.env, template]);
}

/// Deploys another factory; what a constructor refuses, the host reports.
fn construct(
    regions: &Regions,
    bond: i128,
    root: RegionParams,
    templates: Vec<BytesN<32>>,
) -> Result<Address, Result<Error, InvokeError>> {
    let env = &regions.env;
    let args: Vec<Val> = (regions.tft.clone(), bond, root, templates).into_val(env);
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
    let one = templates(env);
    assert!(construct(&regions, 1, good(), one.clone()).is_ok());
    let mut two = one.clone();
    two.push_back(one.get_unchecked(0));
    let other_token = RegionParams { token: regions.asset(), ..good() };
    let band = RegionParams { band_bps: 1_000, ..good() };
    let tiers = RegionParams { fee_tiers: vec![env, 101], ..good() };
    let share = RegionParams { treasury_bps: 3_334, ..good() };
    let cases = [
        (FactoryError::InvalidBond, 0, good(), one.clone()),
        (FactoryError::InvalidBond, -1, good(), one.clone()),
        (FactoryError::InvalidTemplates, 1, good(), vec![env]),
        (FactoryError::InvalidTemplates, 1, good(), two),
        (FactoryError::InvalidRoot, 1, other_token, one.clone()),
        (FactoryError::InvalidRoot, 1, band, one.clone()),
        (FactoryError::InvalidFeeTiers, 1, tiers, one.clone()),
        (FactoryError::InvalidTreasuryShare, 1, share, one),
    ];
    for (error, bond, root, templates) in cases {
        let refused = construct(&regions, bond, root, templates);
        assert_eq!(refused, Err(Ok(error.into())), "{error:?}");
    }
}
