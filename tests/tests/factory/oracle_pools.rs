use soroban_sdk::{vec, Address};
use tributary_common::interfaces::factory::{FactoryError, PoolKey, ROOT};
use tributary_factory::event::OraclePoolSet;
use tributary_tests::{
    env::{
        pool::ONE,
        regions::Regions,
        sign::{assert_refused, assert_unauthorized, Call},
    },
    ledger::suite::BOND,
};

fn set(regions: &Regions, token: &Address, key: &PoolKey) -> Call {
    regions.to_factory("set_oracle_pool", (token, key.clone()))
}

fn endorse(regions: &Regions, code: &soroban_sdk::Symbol, endorsed: bool) {
    let call = regions.to_factory("endorse", (code.clone(), endorsed));
    regions.signed::<()>(&regions.admin, &call).unwrap();
}

#[test]
fn a_regions_admin_names_the_pool_of_the_regions_own_token() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    let call = set(&regions, &key.token, &key);
    assert_eq!(regions.factory.oracle_pool(&key.token), None);
    let env = &regions.env;
    assert_refused(env, FactoryError::NotEndorsed, || regions.signed::<()>(&founder, &call));
    endorse(&regions, &key.code, true);
    assert_unauthorized(env, "unsigned", || regions.unsigned::<()>(&call));
    assert_unauthorized(env, "by the network", || regions.signed::<()>(&regions.admin, &call));
    let pool = regions.pool(&key).address;
    regions.signed::<()>(&founder, &call).unwrap();
    let event =
        OraclePoolSet { token: key.token.clone(), code: key.code.clone(), pool: pool.clone() };
    assert_eq!(regions.events(), [regions.event(event)]);
    assert_eq!(regions.factory.oracle_pool(&key.token), Some(pool));
    assert_eq!(regions.factory.oracle_tokens(), vec![env, key.token.clone()]);

    let deeper = PoolKey { fee_bps: 5, ..key.clone() };
    assert_refused(env, FactoryError::UnknownPool, || {
        regions.signed::<()>(&founder, &set(&regions, &key.token, &deeper))
    });
    regions.create_pool(&founder, &deeper, 0).unwrap();
    regions.signed::<()>(&founder, &set(&regions, &key.token, &deeper)).unwrap();
    assert_eq!(regions.factory.oracle_pool(&key.token), Some(regions.pool(&deeper).address));
    assert_eq!(regions.factory.oracle_tokens().len(), 1);
}

#[test]
fn the_networks_admin_names_the_pool_of_any_other_token() {
    let regions = Regions::new();
    let usdc = regions.root_pool(ONE, ONE);
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    endorse(&regions, &key.code, true);
    let own = PoolKey { token: usdc.token.clone(), ..key.clone() };
    regions.create_pool(&founder, &own, 0).unwrap();
    let env = &regions.env;
    let by_region = set(&regions, &usdc.token, &own);
    assert_unauthorized(env, "USDC by a region", || regions.signed::<()>(&founder, &by_region));
    regions.signed::<()>(&regions.admin, &set(&regions, &usdc.token, &usdc)).unwrap();
    assert_eq!(regions.factory.oracle_pool(&usdc.token), Some(regions.pool(&usdc).address));
    assert_unauthorized(env, "USDC by a region", || regions.signed::<()>(&founder, &by_region));
}

#[test]
fn a_second_region_with_the_same_token_cannot_take_the_quote_over() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    let impostor = regions.user(&[(&regions.tft, BOND)]);
    regions.create_region(&impostor, "ALPS2", &key.token).unwrap();
    let fake = PoolKey { code: regions.code("ALPS2"), ..key.clone() };
    endorse(&regions, &key.code, true);
    endorse(&regions, &fake.code, true);
    regions.signed::<()>(&founder, &set(&regions, &key.token, &key)).unwrap();
    let take_over = set(&regions, &key.token, &fake);
    assert_unauthorized(&regions.env, "taken over", || regions.signed::<()>(&impostor, &take_over));
    // That would take the network's admin.
    regions.signed::<()>(&regions.admin, &take_over).unwrap();
    assert_eq!(regions.factory.oracle_pool(&key.token), Some(regions.pool(&fake).address));
}

#[test]
fn a_pool_that_is_not_of_the_token_or_not_there_is_refused() {
    let regions = Regions::new();
    let usdc = regions.root_pool(ONE, ONE);
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    endorse(&regions, &key.code, true);
    let env = &regions.env;
    let other_token = set(&regions, &key.token, &usdc);
    assert_refused(env, FactoryError::UnknownPool, || {
        regions.signed::<()>(&regions.admin, &other_token)
    });
    let absent = PoolKey { fee_bps: 100, ..key.clone() };
    assert_refused(env, FactoryError::UnknownPool, || {
        regions.signed::<()>(&founder, &set(&regions, &key.token, &absent))
    });
    let nowhere = PoolKey { code: regions.code("NONE"), ..key.clone() };
    assert_refused(env, FactoryError::UnknownRegion, || {
        regions.signed::<()>(&founder, &set(&regions, &key.token, &nowhere))
    });
}

#[test]
fn what_is_no_longer_endorsed_is_no_longer_quoted() {
    let regions = Regions::new();
    let usdc = regions.root_pool(ONE, ONE);
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    regions.signed::<()>(&regions.admin, &set(&regions, &usdc.token, &usdc)).unwrap();
    endorse(&regions, &key.code, true);
    regions.signed::<()>(&founder, &set(&regions, &key.token, &key)).unwrap();
    endorse(&regions, &key.code, true);
    assert!(regions.factory.oracle_pool(&key.token).is_some(), "endorsed again");
    endorse(&regions, &key.code, false);
    assert_eq!(regions.factory.oracle_pool(&key.token), None);
    assert_eq!(regions.factory.oracle_tokens(), vec![&regions.env, usdc.token.clone()]);
    endorse(&regions, &key.code, true);
    assert_eq!(regions.factory.oracle_pool(&key.token), None);
    endorse(&regions, &ROOT, false);
    assert_eq!(regions.factory.oracle_tokens().len(), 0);
}

#[test]
fn the_oracle_quotes_at_most_64_tokens() {
    let regions = Regions::new();
    let mut keys = vec![&regions.env];
    for place in 0..65 {
        let key = PoolKey { code: ROOT, token: regions.plain(7), fee_bps: 30 };
        regions.create_pool(&regions.admin, &key, 0).unwrap();
        keys.push_back(key.clone());
        let call = set(&regions, &key.token, &key);
        if place < 64 {
            regions.signed::<()>(&regions.admin, &call).unwrap();
        } else {
            assert_refused(&regions.env, FactoryError::TooManyQuotes, || {
                regions.signed::<()>(&regions.admin, &call)
            });
        }
    }
    assert_eq!(regions.factory.oracle_tokens().len(), 64);
    assert_eq!(regions.oracle.assets().len(), 64);
    // One that is quoted can still change its pool.
    let first = keys.get_unchecked(0);
    let other = PoolKey { fee_bps: 5, ..first.clone() };
    regions.create_pool(&regions.admin, &other, 0).unwrap();
    regions.signed::<()>(&regions.admin, &set(&regions, &first.token, &other)).unwrap();
}
