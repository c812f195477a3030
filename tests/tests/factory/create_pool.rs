use soroban_sdk::{testutils::Address as _, Address};
use tributary_common::interfaces::factory::{FactoryError, PoolInfo, PoolKey, Region, ROOT};
use tributary_factory::event::PoolCreated;
use tributary_tests::env::{
    own_token::new_token,
    pool::ONE,
    regions::Regions,
    sign::{assert_refused, assert_unauthorized},
};

#[test]
fn create_pool_adds_one_for_each_token_and_fee() {
    let regions = Regions::new();
    let (usdc, xlm) = (regions.asset(), regions.asset());
    let mut last = PoolKey { code: ROOT, token: regions.tft.clone(), fee_bps: 0 };
    for (token, fee_bps, band_bps) in [(&usdc, 30, 0), (&usdc, 5, 1_000), (&xlm, 30, 5_000)] {
        let key = PoolKey { code: ROOT, token: token.clone(), fee_bps };
        let info = regions.create_pool(&regions.admin, &key, band_bps).unwrap();
        let pool = info.address.clone();
        let created =
            PoolCreated { code: ROOT, token: token.clone(), fee_bps, band_bps, pool: pool.clone() };
        assert_eq!(regions.events(), [regions.event(created)]);
        assert_eq!(info, PoolInfo { address: pool, key: key.clone(), band_bps, previous: last });
        assert_eq!(regions.factory.pool(&ROOT, token, &fee_bps), info);
        assert_eq!(regions.factory.region(&ROOT).last_pool, key);
        let state = regions.pool(&key).state();
        assert_eq!((state.fee_bps, state.band_bps, state.treasury_bps), (fee_bps, band_bps, 1_667));
        last = key;
    }
}

#[test]
fn create_pool_refuses_each_wrong_argument_with_its_own_error() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    let with = |fee_bps| PoolKey { fee_bps, ..key.clone() };
    let of = |token| PoolKey { token, ..with(5) };
    let unknown = PoolKey { code: regions.code("NONE"), ..with(5) };
    let cases = [
        (FactoryError::UnknownRegion, unknown, 0),
        (FactoryError::DuplicatePool, key.clone(), 0),
        (FactoryError::DuplicatePool, key.clone(), 1_000),
        (FactoryError::FeeNotAllowed, with(31), 0),
        (FactoryError::FeeNotAllowed, with(0), 0),
        (FactoryError::InvalidBand, with(5), 999),
        (FactoryError::InvalidBand, with(5), 5_001),
        (FactoryError::SameToken, of(regions.tft.clone()), 0),
        (FactoryError::InvalidToken, of(Address::generate(&regions.env)), 0),
        (FactoryError::InvalidToken, of(regions.router.address.clone()), 0),
    ];
    for (error, key, band_bps) in cases {
        assert_refused(&regions.env, error, || regions.create_pool(&founder, &key, band_bps));
    }
}

#[test]
fn create_pool_needs_the_signature_of_that_regions_admin() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    let (neighbour, _) = regions.region("JURA", ONE, ONE);
    let key = PoolKey { fee_bps: 5, ..key };
    for who in [&neighbour, &regions.admin, &regions.guardian, &regions.council] {
        assert_unauthorized(&regions.env, "by another", || regions.create_pool(who, &key, 0));
    }
    let call = regions.to_factory("create_pool", (key.code.clone(), key.token.clone(), 5u32, 0u32));
    assert_unauthorized(&regions.env, "unsigned", || regions.unsigned::<PoolInfo>(&call));
    regions.create_pool(&founder, &key, 0).expect("a pool");
}

#[test]
fn create_pool_pays_the_treasury_of_its_region_whatever_it_trades() {
    let regions = Regions::new();
    let (founder, alps, _) = regions.own_region("ALPS", new_token(&regions.env));
    let (neighbour, jura, _) = regions.own_region("JURA", new_token(&regions.env));
    let (usdc, own) = (regions.asset(), alps.token.clone());
    let network = regions.factory.region(&ROOT);
    // Its own token with another fee, an asset, and the own token of a region elsewhere.
    for (admin, region, token, fee_bps) in [
        (&founder, &alps, &own, 5),
        (&founder, &alps, &usdc, 30),
        (&neighbour, &jura, &own, 30),
        (&regions.admin, &network, &own, 30),
    ] {
        let key = PoolKey { code: region.code.clone(), token: token.clone(), fee_bps };
        regions.create_pool(admin, &key, 0).expect("a pool");
        let state = regions.pool(&key).state();
        assert_eq!(state.treasury, region.treasury, "{:?}", key.code);
        assert_eq!([state.token_0, state.token_1].iter().filter(|one| *one == token).count(), 1);
    }
    let treasuries = [&alps.treasury, &jura.treasury, &regions.treasury];
    assert!(treasuries[0] != treasuries[1] && !treasuries[..2].contains(&treasuries[2]));
    // A region's own token stays what it was.
    let unchanged = |region: &Region| regions.factory.region(&region.code).token == region.token;
    assert!(unchanged(&alps) && unchanged(&jura) && unchanged(&network));
}
