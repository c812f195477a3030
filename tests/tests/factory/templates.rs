use soroban_sdk::{BytesN, Symbol};
use tributary_common::interfaces::factory::{FactoryError, PoolKey, ROOT};
use tributary_factory::{
    event::{TemplateApplied, TemplateCancelled, TemplateScheduled},
    DELAY_SECONDS,
};
use tributary_tests::{
    pool::ONE,
    regions::{templates, Regions},
    sign::{assert_refused, assert_unauthorized, Call},
    suite::BOND,
    wasm::test_contract,
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
    for who in [&founder, &regions.guardian, &regions.treasury] {
        assert_unauthorized(&regions.env, "announced", || regions.signed::<u64>(who, &announce));
    }
    regions.signed::<u64>(&regions.admin, &announce).unwrap();
    let cancel = on(&regions, "cancel_template");
    for who in [&founder, &regions.guardian, &regions.treasury] {
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
