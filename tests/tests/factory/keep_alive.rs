use soroban_sdk::{
    testutils::{storage::Persistent as _, Address as _, Deployer as _},
    vec, Address, Vec,
};
use tributary_common::{
    interfaces::factory::{FactoryError, PoolKey, ROOT},
    ttl::DAY,
};
use tributary_tests::{
    env::{own_token::new_token, pool::ONE, regions::Regions, sign::assert_refused},
    ledger::suite::BOND,
};

fn keep(regions: &Regions, contracts: Vec<Address>) -> tributary_tests::env::sign::Call {
    regions.to_factory("keep_alive", (contracts,))
}

/// TTLs of (instance, code).
fn lives(regions: &Regions, contract: &Address) -> (u32, u32) {
    let deployer = regions.env.deployer();
    (deployer.get_contract_instance_ttl(contract), deployer.get_contract_code_ttl(contract))
}

#[test]
fn keep_alive_pays_rent_for_instance_and_code_within_limits() {
    let regions = Regions::new();
    let (_, key) = regions.region("ALPS", ONE, ONE);
    let (factory, pool) = (regions.factory.address.clone(), regions.pool(&key).address);
    let both = keep(&regions, vec![&regions.env, factory.clone(), pool.clone()]);
    regions.unsigned::<()>(&both).unwrap();
    // 120 days are what a network gives: nothing was due. Of these 40 are left.
    regions.wait(80 * DAY, 80 * 86_400);
    for contract in [&factory, &pool] {
        let (instance, code) = lives(&regions, contract);
        assert!(instance <= 40 * DAY && code <= 40 * DAY, "{instance} {code}");
    }
    regions.unsigned::<()>(&both).unwrap();
    for contract in [&factory, &pool] {
        assert_eq!(lives(&regions, contract), (60 * DAY, 60 * DAY));
    }
    // Less than a week to gain is not worth a write; at most 30 days come at once.
    regions.wait(DAY, 86_400);
    regions.unsigned::<()>(&both).unwrap();
    assert_eq!(lives(&regions, &pool), (59 * DAY, 59 * DAY));
    regions.wait(49 * DAY, 49 * 86_400);
    regions.unsigned::<()>(&both).unwrap();
    assert_eq!(lives(&regions, &pool), (40 * DAY, 40 * DAY));
}

#[test]
fn keep_alive_takes_1_to_8_contracts_of_the_factory() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    let env = &regions.env;
    let pool = regions.pool(&key).address;
    assert_refused(env, FactoryError::TooManyContracts, || {
        regions.unsigned::<()>(&keep(&regions, vec![env]))
    });
    // The SDK's host weighs every entry in use, the codes too, at each inner call so as to report on it, and
    // has a budget for that. A network does not.
    env.cost_estimate().budget().reset_unlimited();
    let mut many = vec![env];
    (0..8).for_each(|_| many.push_back(pool.clone()));
    regions.unsigned::<()>(&keep(&regions, many.clone())).unwrap();
    many.push_back(pool.clone());
    assert_refused(env, FactoryError::TooManyContracts, || {
        regions.unsigned::<()>(&keep(&regions, many))
    });
    for stranger in [&regions.router.address, &key.token, &founder, &Address::generate(env)] {
        let call = keep(&regions, vec![env, pool.clone(), stranger.clone()]);
        let refused = || regions.unsigned::<()>(&call);
        assert_refused(env, FactoryError::UnknownContract, refused);
    }
}

/// Days that are left for the instances of these contracts, …
fn days<const N: usize>(regions: &Regions, contracts: [&Address; N]) -> [u32; N] {
    contracts.map(|contract| lives(regions, contract).0.div_ceil(DAY))
}

/// … and for their code.
fn days_of_code<const N: usize>(regions: &Regions, contracts: [&Address; N]) -> [u32; N] {
    contracts.map(|contract| lives(regions, contract).1.div_ceil(DAY))
}

#[test]
fn keep_alive_of_a_pool_pays_for_its_regions_treasury_staking_and_own_token() {
    // Any of its pools does: the first, of its own token, or one of something else.
    for second in [false, true] {
        let regions = Regions::new();
        let env = &regions.env;
        let (founder, alps, _) = regions.own_region("ALPS", new_token(env));
        let (_, jura, _) = regions.own_region("JURA", new_token(env));
        let key = if second {
            let usdc = PoolKey { token: regions.asset(), ..alps.last_pool.clone() };
            regions.create_pool(&founder, &usdc, 0).expect("a pool").key
        } else {
            alps.last_pool.clone()
        };
        let pool = regions.pool(&key).address;
        let elsewhere = regions.pool(&jura.last_pool).address;
        regions.wait(90 * DAY, 90 * 86_400);
        let mine = [&pool, &alps.treasury, &alps.staking, &alps.token];
        let root = regions.factory.region(&ROOT).staking;
        let others =
            [&elsewhere, &jura.treasury, &jura.staking, &jura.token, &regions.treasury, &root];
        let before = (days(&regions, mine), days_of_code(&regions, mine), days(&regions, others));
        assert_eq!(before, ([30; 4], [30; 4], [30; 6]));
        regions.unsigned::<()>(&keep(&regions, vec![env, pool.clone()])).expect("anybody may");
        let after = (days(&regions, mine), days_of_code(&regions, mine), days(&regions, others));
        assert_eq!(after, ([60; 4], [60; 4], [30; 6]), "its own region's, and no other's");
    }
}

#[test]
fn keep_alive_of_a_pool_reads_the_tft_that_is_staked_in_its_region() {
    let regions = Regions::new();
    let env = &regions.env;
    let (_, alps) = regions.region("ALPS", ONE, ONE);
    let (_, jura) = regions.region("JURA", ONE, ONE);
    let root = PoolKey { code: ROOT, ..alps.clone() };
    regions.create_pool(&regions.admin, &root, 0).expect("a pool");
    let balance = |code: &str| {
        let holder = regions.staking_of(code);
        life(&regions, &regions.tft, (regions.code("Balance"), holder))
    };
    regions.give(&regions.tft, &regions.staking_of("TFT"), ONE);
    regions.wait(100 * DAY, 100 * 86_400);
    let before = ["ALPS", "JURA", "TFT"].map(balance);
    assert!(before.iter().all(|life| *life <= 20 * DAY), "{before:?}");
    let pool = |key| vec![env, regions.pool(key).address];
    regions.unsigned::<()>(&keep(&regions, pool(&alps))).expect("anybody may");
    // As a Stellar asset's contract extends them: to 30 days.
    assert_eq!(["ALPS", "JURA", "TFT"].map(balance), [30 * DAY, before[1], before[2]]);
    regions.unsigned::<()>(&keep(&regions, pool(&jura))).expect("anybody may");
    assert_eq!(["ALPS", "JURA", "TFT"].map(balance), [30 * DAY, 30 * DAY, before[2]]);
    // The root's, by a pool of its own or by the factory.
    let factory = vec![env, regions.factory.address.clone()];
    regions.unsigned::<()>(&keep(&regions, factory)).expect("anybody may");
    assert_eq!(balance("TFT"), 30 * DAY);
    regions.wait(15 * DAY, 15 * 86_400);
    assert_eq!(balance("TFT"), 15 * DAY);
    regions.unsigned::<()>(&keep(&regions, pool(&root))).expect("anybody may");
    assert_eq!(["ALPS", "JURA", "TFT"].map(balance), [15 * DAY, 15 * DAY, 30 * DAY]);
}

#[test]
fn keep_alive_serves_a_region_in_whose_staking_nothing_is_left() {
    let regions = Regions::new();
    let (_, key) = regions.region("ALPS", ONE, ONE);
    let (pool, staking) = (regions.pool(&key).address, regions.staking_of("ALPS"));
    regions.claw_back(&regions.tft, &staking, BOND);
    regions.set_authorized(&regions.tft, &staking, false);
    regions.wait(90 * DAY, 90 * 86_400);
    regions.unsigned::<()>(&keep(&regions, vec![&regions.env, pool.clone()])).expect("anybody may");
    assert_eq!(days(&regions, [&pool, &staking]), [60; 2]);
}

#[test]
fn keep_alive_of_a_pool_leaves_a_token_that_is_not_its_regions_own() {
    let regions = Regions::new();
    let env = &regions.env;
    let (_, alps, _) = regions.own_region("ALPS", new_token(env));
    let founder = regions.user(&[(&regions.tft, BOND)]);
    let jura = regions.create_region(&founder, "JURA", &alps.token).expect("a region");
    let pool = regions.pool(&jura.last_pool).address;
    regions.wait(90 * DAY, 90 * 86_400);
    let mine = [&pool, &jura.treasury, &jura.staking];
    let others = [&alps.treasury, &alps.staking, &alps.token];
    assert_eq!((days(&regions, mine), days(&regions, others)), ([30; 3], [30; 3]));
    regions.unsigned::<()>(&keep(&regions, vec![env, pool.clone()])).expect("anybody may");
    assert_eq!((days(&regions, mine), days(&regions, others)), ([60; 3], [30; 3]));
}

#[test]
fn keep_alive_of_the_factory_pays_for_the_networks_treasury_and_staking() {
    let regions = Regions::new();
    let env = &regions.env;
    let (_, alps, _) = regions.own_region("ALPS", new_token(env));
    regions.wait(90 * DAY, 90 * 86_400);
    let factory = regions.factory.address.clone();
    let staking = regions.factory.region(&ROOT).staking;
    let network = [&factory, &regions.treasury, &staking];
    assert_eq!(days(&regions, network), [30; 3]);
    assert_eq!(days_of_code(&regions, network), [30; 3]);
    regions.unsigned::<()>(&keep(&regions, vec![env, factory.clone()])).expect("anybody may");
    assert_eq!(days(&regions, network), [60; 3]);
    assert_eq!(days_of_code(&regions, network), [60; 3]);
    let others = [&alps.treasury, &alps.staking, &alps.token];
    assert_eq!(days(&regions, others), [30; 3], "no region's");
}

#[test]
fn keep_alive_of_8_regions_with_tokens_of_their_own_is_one_transaction() {
    let regions = Regions::new();
    let env = &regions.env;
    // Mainnet's limits hold; of the host's own reports, see above, none is kept.
    env.cost_estimate().budget().reset_unlimited();
    let made: std::vec::Vec<_> =
        (0..8).map(|place| regions.own_region(&format!("R{place}"), new_token(env)).1).collect();
    let mut pools = vec![env];
    made.iter().for_each(|region| pools.push_back(regions.pool(&region.last_pool).address));
    regions.wait(90 * DAY, 90 * 86_400);
    regions.unsigned::<()>(&keep(&regions, pools.clone())).expect("anybody may");
    let used = env.cost_estimate().resources();
    assert!(used.memory_read_entries > 8 * 8, "{used:?}");
    assert_eq!((used.write_entries, used.write_bytes), (0, 0));
    for (region, pool) in made.iter().zip(pools.iter()) {
        let all = [&pool, &region.treasury, &region.staking, &region.token];
        assert_eq!(days(&regions, all), [60; 4]);
    }
}

#[test]
fn keep_alive_serves_a_pool_whose_token_traps() {
    let regions = Regions::new();
    let key = PoolKey { code: ROOT, token: regions.plain(7), fee_bps: 30 };
    let pool = regions.create_pool(&regions.admin, &key, 0).unwrap().address;
    let function = soroban_sdk::Symbol::new(&regions.env, "set_trapping_balance");
    let args = soroban_sdk::IntoVal::into_val(&(true,), &regions.env);
    regions.env.invoke_contract::<()>(&key.token, &function, args);
    regions.wait(100 * DAY, 100 * 86_400);
    regions.unsigned::<()>(&keep(&regions, vec![&regions.env, pool.clone()])).unwrap();
    let left = 50 * DAY - 1; // a new entry's first ledger counts
    assert_eq!(lives(&regions, &pool), (left, left));
}

/// TTL of a persistent entry of `contract`.
fn life<K: soroban_sdk::IntoVal<soroban_sdk::Env, soroban_sdk::Val>>(
    regions: &Regions,
    contract: &Address,
    key: K,
) -> u32 {
    regions.env.as_contract(contract, || regions.env.storage().persistent().get_ttl(&key))
}

#[test]
fn creations_and_role_changes_extend_the_factorys_instance_and_writes_their_entries() {
    let regions = Regions::new();
    let factory = regions.factory.address.clone();
    regions.wait(100 * DAY, 100 * 86_400);
    let instance = || regions.env.deployer().get_contract_instance_ttl(&factory);
    let before = instance();
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    assert_eq!(instance(), before - 13 + 30 * DAY); // a deposit's 13 ledgers
    regions.wait(40 * DAY, 40 * 86_400);
    let before = instance();
    let more = PoolKey { fee_bps: 5, ..key.clone() };
    let pool = regions.create_pool(&founder, &more, 0).unwrap().address;
    assert_eq!(instance(), before + 30 * DAY);
    let heir = regions.user(&[]);
    let propose = regions.to_factory("propose_admin", (key.code.clone(), &heir));
    regions.signed::<()>(&founder, &propose).unwrap();
    regions.wait(30 * DAY, 30 * 86_400);
    let before = instance();
    let accept = regions.to_factory("accept_admin", (key.code.clone(),));
    regions.signed::<()>(&heir, &accept).unwrap();
    assert_eq!(instance(), before + 30 * DAY);
    let named = |name: &str| regions.code(name);
    // A new entry lives as long as the network lets it; the region's, written anew, as long again.
    assert_eq!(life(&regions, &factory, (named("Pool"), pool)), 90 * DAY - 1);
    assert_eq!(life(&regions, &factory, (named("Region"), key.code)), 120 * DAY);
}

#[test]
fn keep_alive_extends_the_registry_and_a_pools_balances() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    let factory = regions.factory.address.clone();
    let endorse = regions.to_factory("endorse", (key.code.clone(), true));
    regions.signed::<()>(&regions.admin, &endorse).unwrap();
    let quote = regions.to_factory("set_oracle_pool", (key.token.clone(), key.clone()));
    regions.signed::<()>(&founder, &quote).unwrap();
    let pool = regions.pool(&key).address;
    let named = |name: &str| regions.code(name);
    regions.wait(100 * DAY, 100 * 86_400);
    let network = [
        life(&regions, &factory, (named("Head"),)),
        life(&regions, &factory, (named("Quotes"),)),
        life(&regions, &factory, (named("Region"), ROOT)),
        life(&regions, &factory, (named("Template"), named("pool"))),
        life(&regions, &factory, (named("Template"), named("treasury"))),
        life(&regions, &factory, (named("Template"), named("staking"))),
        life(&regions, &factory, (named("Template"), named("token"))),
    ];
    assert!(network.iter().all(|life| *life <= 20 * DAY), "{network:?}");
    regions.unsigned::<()>(&keep(&regions, vec![&regions.env, factory.clone()])).unwrap();
    for life in [
        life(&regions, &factory, (named("Head"),)),
        life(&regions, &factory, (named("Quotes"),)),
        life(&regions, &factory, (named("Region"), ROOT)),
        life(&regions, &factory, (named("Template"), named("pool"))),
        life(&regions, &factory, (named("Template"), named("treasury"))),
        life(&regions, &factory, (named("Template"), named("staking"))),
        life(&regions, &factory, (named("Template"), named("token"))),
    ] {
        assert_eq!(life, 120 * DAY);
    }
    let of_pool = || {
        [
            life(&regions, &factory, (named("Pool"), pool.clone())),
            life(&regions, &factory, (named("Region"), key.code.clone())),
            life(&regions, &regions.tft, (named("Balance"), pool.clone())),
            life(&regions, &key.token, (named("Balance"), pool.clone())),
        ]
    };
    assert!(of_pool().iter().all(|life| *life <= 20 * DAY), "{:?}", of_pool());
    regions.unsigned::<()>(&keep(&regions, vec![&regions.env, pool.clone()])).unwrap();
    let [record, region, tft, token] = of_pool();
    assert_eq!((record, region), (120 * DAY, 120 * DAY));
    // As a Stellar asset's contract extends them: to 30 days.
    assert_eq!((tft, token), (30 * DAY, 30 * DAY));
}
