use tributary_common::interfaces::factory::FactoryError;
use tributary_factory::event::Endorsed;
use tributary_tests::env::{
    pool::ONE,
    regions::Regions,
    sign::{assert_refused, assert_unauthorized},
};

#[test]
fn endorse_is_the_networks_admins_word() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    let code = key.code.clone();
    for endorsed in [true, true, false] {
        let call = regions.to_factory("endorse", (code.clone(), endorsed));
        for who in [&founder, &regions.guardian, &regions.council] {
            assert_unauthorized(&regions.env, "by another", || regions.signed::<()>(who, &call));
        }
        assert_unauthorized(&regions.env, "unsigned", || regions.unsigned::<()>(&call));
        regions.signed::<()>(&regions.admin, &call).unwrap();
        let event = Endorsed { code: code.clone(), endorsed };
        assert_eq!(regions.events(), [regions.event(event)]);
        assert_eq!(regions.factory.region(&code).endorsed, endorsed);
    }
}

#[test]
fn endorse_fails_for_an_unknown_region() {
    let regions = Regions::new();
    let call = regions.to_factory("endorse", (regions.code("NONE"), true));
    assert_refused(&regions.env, FactoryError::UnknownRegion, || {
        regions.signed::<()>(&regions.admin, &call)
    });
}
