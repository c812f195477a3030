use soroban_sdk::{vec, BytesN, Executable, Symbol};
use tributary_common::{
    address,
    interfaces::factory::{FactoryError, PoolKey, Region, RegionParams, Template, ROOT},
};
use tributary_factory::{
    event::{TemplateApplied, TemplateCancelled, TemplateScheduled},
    DELAY_SECONDS,
};
use tributary_tests::{
    env::{
        own_token::new_token,
        pool::ONE,
        regions::{templates, Regions},
        sign::{assert_refused, assert_unauthorized, Call},
    },
    ledger::suite::BOND,
    wasm::{contract, test_contract},
};

fn kind(regions: &Regions) -> Symbol {
    regions.code("pool")
}

fn schedule(regions: &Regions, hash: &BytesN<32>) -> Call {
    regions.to_factory("schedule_template", (kind(regions), hash.clone()))
}

fn on(regions: &Regions, function: &'static str) -> Call {
    regions.to_factory(function, (kind(regions),))
}

#[test]
fn a_template_is_announced_for_seven_days_then_anyone_applies_it() {
    let regions = Regions::new();
    let (env, hash) = (&regions.env, BytesN::from_array(&regions.env, &[7; 32]));
    let old = templates(env).get_unchecked(0);
    let at = regions.now() + DELAY_SECONDS;
    assert_eq!(regions.signed(&regions.admin, &schedule(&regions, &hash)), Ok(at));
    let event = TemplateScheduled { kind: kind(&regions), wasm_hash: hash.clone(), at };
    assert_eq!(regions.events(), [regions.event(event)]);
    let announced = regions.factory.templates().get_unchecked(0);
    assert_eq!((announced.wasm_hash, announced.next_hash), (old, Some(hash.clone())));
    assert_eq!(announced.next_at, at);

    let apply = on(&regions, "apply_template");
    regions.wait(1, DELAY_SECONDS - 1);
    assert_refused(env, FactoryError::DelayNotOver, || regions.unsigned::<()>(&apply));
    regions.wait(1, 1);
    regions.unsigned::<()>(&apply).unwrap();
    let event = TemplateApplied { kind: kind(&regions), wasm_hash: hash.clone() };
    assert_eq!(regions.events(), [regions.event(event)]);
    let applied = regions.factory.templates().get_unchecked(0);
    assert_eq!((applied.wasm_hash, applied.next_hash, applied.next_at), (hash, None, 0));
    assert_refused(env, FactoryError::NothingScheduled, || regions.unsigned::<()>(&apply));
}

#[test]
fn a_second_announcement_replaces_the_first_and_waits_anew() {
    let regions = Regions::new();
    let [first, second] = [1, 2].map(|byte| BytesN::from_array(&regions.env, &[byte; 32]));
    regions.signed::<u64>(&regions.admin, &schedule(&regions, &first)).unwrap();
    regions.wait(1, DELAY_SECONDS - 10);
    regions.signed::<u64>(&regions.admin, &schedule(&regions, &second)).unwrap();
    regions.wait(1, 10);
    let apply = on(&regions, "apply_template");
    assert_refused(&regions.env, FactoryError::DelayNotOver, || regions.unsigned::<()>(&apply));
    regions.wait(1, DELAY_SECONDS - 10);
    regions.unsigned::<()>(&apply).unwrap();
    assert_eq!(regions.factory.templates().get_unchecked(0).wasm_hash, second);
}

#[test]
fn an_announcement_can_be_withdrawn() {
    let regions = Regions::new();
    let hash = BytesN::from_array(&regions.env, &[7; 32]);
    let cancel = on(&regions, "cancel_template");
    let by_admin = || regions.signed::<()>(&regions.admin, &cancel);
    assert_refused(&regions.env, FactoryError::NothingScheduled, by_admin);
    regions.signed::<u64>(&regions.admin, &schedule(&regions, &hash)).unwrap();
    by_admin().unwrap();
    let event = TemplateCancelled { kind: kind(&regions), wasm_hash: hash };
    assert_eq!(regions.events(), [regions.event(event)]);
    regions.wait(1, DELAY_SECONDS);
    let apply = on(&regions, "apply_template");
    assert_refused(&regions.env, FactoryError::NothingScheduled, || regions.unsigned::<()>(&apply));
}

#[test]
fn only_the_networks_admin_announces_and_withdraws() {
    let regions = Regions::new();
    let (founder, _) = regions.region("ALPS", ONE, ONE);
    let announce = schedule(&regions, &BytesN::from_array(&regions.env, &[7; 32]));
    for who in [&founder, &regions.guardian, &regions.council] {
        assert_unauthorized(&regions.env, "announced", || regions.signed::<u64>(who, &announce));
    }
    regions.signed::<u64>(&regions.admin, &announce).unwrap();
    let cancel = on(&regions, "cancel_template");
    for who in [&founder, &regions.guardian, &regions.council] {
        assert_unauthorized(&regions.env, "withdrawn", || regions.signed::<()>(who, &cancel));
    }
    let unknown = regions.code("bank");
    let hash = BytesN::from_array(&regions.env, &[7; 32]);
    let announce = regions.to_factory("schedule_template", (unknown.clone(), hash));
    assert_refused(&regions.env, FactoryError::UnknownKind, || {
        regions.signed::<u64>(&regions.admin, &announce)
    });
    for function in ["cancel_template", "apply_template"] {
        let call = regions.to_factory(function, (unknown.clone(),));
        assert_refused(&regions.env, FactoryError::NothingScheduled, || {
            regions.signed::<()>(&regions.admin, &call)
        });
    }
}

#[test]
fn a_new_template_changes_nothing_that_is_deployed() {
    let regions = Regions::new();
    let key = regions.root_pool(1_000 * ONE, 1_000 * ONE);
    let pool = regions.pool(&key);
    let before = (pool.state(), pool.address.executable());
    // A token in place of a pool: its constructor takes other arguments.
    let wrong = regions.env.deployer().upload_contract_wasm(test_contract("token").as_slice());
    regions.signed::<u64>(&regions.admin, &schedule(&regions, &wrong)).unwrap();
    regions.wait(1, DELAY_SECONDS);
    regions.unsigned::<()>(&on(&regions, "apply_template")).unwrap();
    assert_eq!(before.1, pool.address.executable());
    assert_eq!(before.0.reserve_0, pool.state().reserve_0);

    // Whoever creates now is refused and keeps her bond, until a good template is applied.
    let founder = regions.user(&[(&regions.tft, BOND)]);
    let token = regions.asset();
    assert!(regions.create_region(&founder, "ALPS", &token).is_err());
    assert_eq!(regions.balance(&regions.tft, &founder), BOND);
    let good = templates(&regions.env).get_unchecked(0);
    regions.signed::<u64>(&regions.admin, &schedule(&regions, &good)).unwrap();
    regions.wait(1, DELAY_SECONDS);
    regions.unsigned::<()>(&on(&regions, "apply_template")).unwrap();
    regions.create_region(&founder, "ALPS", &token).unwrap();
    let more = PoolKey { code: ROOT, fee_bps: 5, ..key };
    regions.create_pool(&regions.admin, &more, 0).unwrap();
}

/// Kinds as `templates` lists them.
const KINDS: [&str; 4] = ["pool", "treasury", "staking", "token"];

fn schedule_of(regions: &Regions, kind: &str, hash: &BytesN<32>) -> Call {
    regions.to_factory("schedule_template", (regions.code(kind), hash.clone()))
}

fn apply_of(regions: &Regions, kind: &str) -> Call {
    regions.to_factory("apply_template", (regions.code(kind),))
}

/// Announces a code for a kind, waits, and puts it to use.
fn replace(regions: &Regions, kind: &str, hash: &BytesN<32>) {
    let schedule = schedule_of(regions, kind, hash);
    regions.signed::<u64>(&regions.admin, &schedule).expect("announced");
    regions.wait(1, DELAY_SECONDS);
    regions.unsigned::<()>(&apply_of(regions, kind)).expect("applied");
}

#[test]
fn each_kind_has_an_announcement_and_a_time_of_its_own() {
    let regions = Regions::new();
    let env = &regions.env;
    let old = templates(env);
    let new = [1, 2, 3, 4].map(|byte| BytesN::from_array(env, &[byte; 32]));
    let first = regions.now() + DELAY_SECONDS;
    let mut expected = vec![env];
    for (place, kind) in KINDS.into_iter().enumerate() {
        let (hash, at) = (new[place].clone(), first + 100 * place as u64);
        assert_eq!(regions.signed(&regions.admin, &schedule_of(&regions, kind, &hash)), Ok(at));
        let kind = regions.code(kind);
        let event = TemplateScheduled { kind: kind.clone(), wasm_hash: hash.clone(), at };
        assert_eq!(regions.events(), [regions.event(event)]);
        let wasm_hash = old.get_unchecked(place as u32);
        expected.push_back(Template { kind, wasm_hash, next_hash: Some(hash), next_at: at });
        regions.wait(1, 100);
    }
    assert_eq!(regions.factory.templates(), expected);
    // One is withdrawn, one applied, and one's time has not come.
    let cancel = regions.to_factory("cancel_template", (regions.code("pool"),));
    regions.signed::<()>(&regions.admin, &cancel).expect("withdrawn");
    regions.wait(1, DELAY_SECONDS - 300);
    let refused = |kind, error: FactoryError| {
        assert_refused(env, error, || regions.unsigned::<()>(&apply_of(&regions, kind)));
    };
    refused("pool", FactoryError::NothingScheduled);
    refused("staking", FactoryError::DelayNotOver);
    refused("token", FactoryError::DelayNotOver);
    regions.unsigned::<()>(&apply_of(&regions, "treasury")).expect("its time has come");
    let event = TemplateApplied { kind: regions.code("treasury"), wasm_hash: new[1].clone() };
    assert_eq!(regions.events(), [regions.event(event)]);
    let none = |template: Template| Template { next_hash: None, next_at: 0, ..template };
    let pool = none(expected.get_unchecked(0));
    let treasury = Template { wasm_hash: new[1].clone(), ..none(expected.get_unchecked(1)) };
    expected.set(0, pool);
    expected.set(1, treasury);
    assert_eq!(regions.factory.templates(), expected);
}

#[test]
fn no_template_is_announced_for_what_the_factory_does_not_deploy() {
    let regions = Regions::new();
    let hash = templates(&regions.env).get_unchecked(0);
    for kind in ["oracle", "router", "factory", "offers", "Pool", "stakers", "tokens", ""] {
        let schedule = schedule_of(&regions, kind, &hash);
        let refused = || regions.signed::<u64>(&regions.admin, &schedule);
        assert_refused(&regions.env, FactoryError::UnknownKind, refused);
    }
}

/// The release wasm under another hash: with a section that says nothing.
fn successor(regions: &Regions, kind: &str) -> BytesN<32> {
    let mut wasm = contract(kind);
    wasm.extend([0, 4, 3, b'n', b'e', b'w']);
    regions.env.deployer().upload_contract_wasm(wasm.as_slice())
}

#[test]
fn a_new_template_of_each_kind_serves_new_regions_and_no_old_one() {
    let regions = Regions::new();
    let (_, alps, _) = regions.own_region("ALPS", new_token(&regions.env));
    let code = |region: &Region| {
        [&regions.pool(&region.last_pool).address, &region.treasury, &region.staking, &region.token]
            .map(|contract| contract.executable())
    };
    let wasm = |hash| Some(Executable::Wasm(hash));
    let old = [0, 1, 2, 3].map(|place| wasm(templates(&regions.env).get_unchecked(place)));
    assert_eq!(code(&alps), old);
    let mut expected = old.clone();
    for (place, kind) in KINDS.into_iter().enumerate() {
        let hash = successor(&regions, kind);
        replace(&regions, kind, &hash);
        expected[place] = wasm(hash);
        // One kind after the other: each has the code that was in use when it was made.
        let (_, region, _) = regions.own_region(&format!("R{place}"), new_token(&regions.env));
        assert_eq!(code(&region), expected, "{kind}");
    }
    assert!(expected.iter().zip(&old).all(|(new, old)| new != old));
    assert_eq!(code(&alps), old);
    let root = regions.factory.region(&ROOT);
    let networks = [root.treasury, root.staking].map(|contract| contract.executable());
    assert_eq!(networks, [old[1].clone(), old[2].clone()], "nor the network's");
}

#[test]
fn a_wrong_template_stops_whoever_needs_it_and_nobody_else() {
    let regions = Regions::new();
    let env = &regions.env;
    let founder = regions.user(&[(&regions.tft, 3 * BOND)]);
    let (own, other) = (regions.own_params(&founder, new_token(env)), regions.asset());
    let wrong = env.deployer().upload_contract_wasm(test_contract("token").as_slice());
    let missing = BytesN::from_array(env, &[7; 32]);
    let place = |kind| {
        let (factory, code) = (&regions.factory.address, regions.code("NONE"));
        address::of_region(env, factory, regions.code(kind), &code, &regions.tft)
    };
    let refused = |params: &RegionParams| {
        let before = regions.balance(&regions.tft, &founder);
        assert!(regions.create_region_with(&founder, "NONE", params.clone()).is_err());
        assert_eq!(regions.balance(&regions.tft, &founder), before);
        assert!(["treasury", "staking", "token"].iter().all(|kind| !place(kind).exists()));
    };
    let good = templates(env);
    for (bad, code) in [(&wrong, "R1"), (&missing, "R2")] {
        replace(&regions, "token", bad);
        refused(&own);
        // Who brings her token needs none.
        regions.create_region(&founder, code, &other).expect("a region");
        replace(&regions, "token", &good.get_unchecked(3));
        for (kind, place, fee_bps) in [("treasury", 1, 5), ("staking", 2, 100)] {
            replace(&regions, kind, bad);
            refused(&own);
            refused(&regions.params(&founder, &other));
            let key = PoolKey { fee_bps, ..regions.key(code, &other) };
            regions.create_pool(&founder, &key, 0).expect("a region that is there needs none");
            replace(&regions, kind, &good.get_unchecked(place));
        }
    }
    regions.create_region_with(&founder, "NONE", own).expect("a region");
}
