use soroban_sdk::testutils::Address as _;
use soroban_sdk::{Address, Error};
use tributary_common::interfaces::factory::{FactoryError, PoolKey, ROOT};
use tributary_tests::env::{pool::ONE, regions::Regions};

#[test]
fn the_walk_finds_every_region_and_every_pool() {
    let regions = Regions::new();
    let mut made = vec![];
    for (code, more) in [("ALPS", 2), ("JURA", 0), ("ABCDEFGHIJ12", 1)] {
        let (founder, key) = regions.region(code, ONE, ONE);
        made.push(regions.pool(&key).address);
        for fee_bps in [5, 100].into_iter().take(more) {
            let key = PoolKey { fee_bps, ..key.clone() };
            made.push(regions.create_pool(&founder, &key, 0).unwrap().address);
        }
    }
    made.push(regions.pool(&regions.root_pool(ONE, ONE)).address);

    let (mut codes, mut found) = (vec![], vec![]);
    let mut next = Some(regions.factory.last_region());
    while let Some(code) = next {
        let region = regions.factory.region(&code);
        let mut pool = region.last_pool;
        while pool.fee_bps > 0 {
            let info = regions.factory.pool(&pool.code, &pool.token, &pool.fee_bps);
            assert!(regions.factory.is_pool(&info.address));
            assert_eq!(info.key.code, code);
            found.push(info.address);
            pool = info.previous;
        }
        codes.push(code);
        next = region.previous;
    }
    let names = ["ABCDEFGHIJ12", "JURA", "ALPS"].map(|code| regions.code(code));
    assert_eq!(codes, [names.as_slice(), &[ROOT]].concat());
    found.sort();
    made.sort();
    assert_eq!(found, made);
}

#[test]
fn what_is_not_registered_is_not_found() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    let unknown = |error: FactoryError| Ok(Error::from(error));
    let factory = &regions.factory;
    let region = factory.try_region(&regions.code("NONE")).map(|_| ());
    assert_eq!(region.map_err(|e| e.map(Error::from)), Err(unknown(FactoryError::UnknownRegion)));
    for (code, token, fee) in [
        (regions.code("NONE"), key.token.clone(), 30),
        (key.code.clone(), regions.tft.clone(), 30),
        (key.code.clone(), key.token.clone(), 5),
    ] {
        let pool = factory.try_pool(&code, &token, &fee).map(|_| ());
        assert_eq!(pool.map_err(|e| e.map(Error::from)), Err(unknown(FactoryError::UnknownPool)));
    }
    for address in [
        &founder,
        &key.token,
        &factory.address,
        &regions.router.address,
        &Address::generate(&regions.env),
    ] {
        assert!(!factory.is_pool(address));
    }
}
