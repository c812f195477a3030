use tributary_common::interfaces::factory::{FactoryError, PoolKey, ROOT};
use tributary_factory::event::{AdminChanged, AdminProposed};
use tributary_tests::env::{
    pool::ONE,
    regions::Regions,
    sign::{assert_refused, assert_unauthorized},
};

#[test]
fn the_admin_role_passes_in_two_steps() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    let [first, heir] = [0; 2].map(|_| regions.user(&[]));
    let propose = |admin| regions.to_factory("propose_admin", (key.code.clone(), admin));
    let accept = regions.to_factory("accept_admin", (key.code.clone(),));
    let env = &regions.env;

    assert_refused(env, FactoryError::NoProposal, || regions.signed::<()>(&heir, &accept));
    assert_unauthorized(env, "proposed by another", || {
        regions.signed::<()>(&heir, &propose(&heir))
    });
    regions.signed::<()>(&founder, &propose(&first)).unwrap();
    regions.signed::<()>(&founder, &propose(&heir)).unwrap();
    let proposed = AdminProposed { code: key.code.clone(), admin: heir.clone() };
    assert_eq!(regions.events(), [regions.event(proposed)]);
    assert_eq!(regions.factory.region(&key.code).admin, founder);
    for who in [&first, &founder] {
        let accepted = || regions.signed::<()>(who, &accept);
        assert_unauthorized(env, "accepted by another", accepted);
    }
    regions.signed::<()>(&heir, &accept).unwrap();
    let changed = AdminChanged { code: key.code.clone(), admin: heir.clone() };
    assert_eq!(regions.events(), [regions.event(changed)]);
    assert_eq!(regions.factory.region(&key.code).admin, heir);
    assert_refused(env, FactoryError::NoProposal, || regions.signed::<()>(&heir, &accept));

    let more = PoolKey { fee_bps: 5, ..key };
    assert_unauthorized(env, "by the old one", || regions.create_pool(&founder, &more, 0));
    regions.create_pool(&heir, &more, 0).expect("a pool");
}

#[test]
fn the_roots_admin_is_the_networks() {
    let regions = Regions::new();
    let (_, key) = regions.region("ALPS", ONE, ONE);
    let heir = regions.user(&[]);
    let endorse = regions.to_factory("endorse", (key.code, true));
    let accept = regions.to_factory("accept_admin", (ROOT,));
    regions
        .signed::<()>(&regions.admin, &regions.to_factory("propose_admin", (ROOT, &heir)))
        .unwrap();
    assert_unauthorized(&regions.env, "too early", || regions.signed::<()>(&heir, &endorse));
    regions.signed::<()>(&heir, &accept).unwrap();
    assert_unauthorized(&regions.env, "too late", || {
        regions.signed::<()>(&regions.admin, &endorse)
    });
    regions.signed::<()>(&heir, &endorse).unwrap();
}

#[test]
fn no_role_of_an_unknown_region_can_pass() {
    let regions = Regions::new();
    let none = regions.code("NONE");
    let propose = regions.to_factory("propose_admin", (none.clone(), &regions.admin));
    let accept = regions.to_factory("accept_admin", (none,));
    for call in [propose, accept] {
        assert_refused(&regions.env, FactoryError::UnknownRegion, || {
            regions.signed::<()>(&regions.admin, &call)
        });
    }
}
