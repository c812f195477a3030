use tributary_common::interfaces::factory::{FactoryError, ROOT};
use tributary_factory::{event::BondReleased, BOND_SECONDS};
use tributary_tests::{
    pool::ONE,
    regions::Regions,
    sign::{assert_refused, assert_unauthorized},
    suite::BOND,
};

#[test]
fn release_bond_pays_the_founder_after_365_days_whoever_calls() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    let release = regions.to_factory("release_bond", (key.code.clone(),));
    let until = regions.factory.region(&key.code).bond_until;
    regions.wait(1, until - 1 - regions.now());
    assert_refused(&regions.env, FactoryError::BondLocked, || regions.unsigned::<i128>(&release));
    regions.wait(1, 1);
    assert_eq!(regions.unsigned(&release), Ok(BOND));
    let released = BondReleased { code: key.code.clone(), founder: founder.clone(), amount: BOND };
    assert_eq!(regions.events(), [regions.event(released)]);
    assert_eq!(regions.balance(&regions.tft, &founder), BOND);
    assert_eq!(regions.balance(&regions.tft, &regions.factory.address), 0);
    assert_eq!(regions.factory.region(&key.code).bond, 0);
    assert_refused(&regions.env, FactoryError::NoBond, || regions.unsigned::<i128>(&release));
    assert_eq!(until, regions.factory.region(&key.code).bond_until);
}

#[test]
fn release_bond_pays_the_founder_even_after_the_admin_role_has_passed() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    let heir = regions.user(&[]);
    regions
        .signed::<()>(&founder, &regions.to_factory("propose_admin", (key.code.clone(), &heir)))
        .unwrap();
    regions.signed::<()>(&heir, &regions.to_factory("accept_admin", (key.code.clone(),))).unwrap();
    regions.wait(1, BOND_SECONDS);
    regions.unsigned::<i128>(&regions.to_factory("release_bond", (key.code,))).unwrap();
    assert_eq!(regions.balance(&regions.tft, &founder), BOND);
    assert_eq!(regions.balance(&regions.tft, &heir), 0);
}

#[test]
fn release_bond_fails_for_the_root_and_for_an_unknown_region() {
    let regions = Regions::new();
    for (error, code) in
        [(FactoryError::NoBond, ROOT), (FactoryError::UnknownRegion, regions.code("NONE"))]
    {
        let release = regions.to_factory("release_bond", (code,));
        assert_refused(&regions.env, error, || regions.unsigned::<i128>(&release));
    }
}

#[test]
fn release_bond_shares_a_clawback_whoever_comes_first() {
    let regions = Regions::new();
    let names = ["ALPS", "JURA", "RHONE"];
    let founders = names.map(|code| regions.region(code, ONE, ONE).0);
    regions.claw_back(&regions.tft, &regions.factory.address, BOND);
    regions.wait(1, BOND_SECONDS);
    // 2 000 of 3 000 are left: two thirds each, rounded down; what is rounded stays for the last.
    let (mut left, mut bonds) = (2 * BOND, 3 * BOND);
    for (code, founder) in names.iter().zip(&founders) {
        let release = regions.to_factory("release_bond", (regions.code(code),));
        let part = BOND * left / bonds;
        assert_eq!(regions.signed(founder, &release), Ok(part));
        assert_eq!(regions.balance(&regions.tft, founder), part);
        (left, bonds) = (left - part, bonds - BOND);
    }
    assert_eq!(regions.balance(&regions.tft, &regions.factory.address), 0);
}

#[test]
fn release_bond_needs_the_founder_while_bonds_are_missing() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    regions.claw_back(&regions.tft, &regions.factory.address, BOND);
    regions.wait(1, BOND_SECONDS);
    let release = regions.to_factory("release_bond", (key.code,));
    let env = &regions.env;
    assert_unauthorized(env, "unsigned", || regions.unsigned::<i128>(&release));
    for who in [&regions.admin, &regions.council] {
        assert_unauthorized(env, "by another", || regions.signed::<i128>(who, &release));
    }
    // What comes back is hers, whoever calls. If nothing does, nothing is what she may take.
    regions.give(&regions.tft, &regions.factory.address, BOND);
    assert_eq!(regions.unsigned(&release), Ok(BOND));
    assert_eq!(regions.balance(&regions.tft, &founder), BOND);

    let (founder, key) = regions.region("JURA", ONE, ONE);
    regions.claw_back(&regions.tft, &regions.factory.address, BOND);
    regions.wait(1, BOND_SECONDS);
    let release = regions.to_factory("release_bond", (key.code,));
    assert_eq!(regions.signed(&founder, &release), Ok(0i128));
}

#[test]
fn no_new_bond_pays_for_what_was_clawed_back_from_old_ones() {
    let regions = Regions::new();
    regions.region("ALPS", ONE, ONE);
    regions.claw_back(&regions.tft, &regions.factory.address, 1);
    let founder = regions.user(&[(&regions.tft, BOND)]);
    let token = regions.asset();
    assert_refused(&regions.env, FactoryError::MissingBonds, || {
        regions.create_region(&founder, "JURA", &token)
    });
    regions.give(&regions.tft, &regions.factory.address, 1);
    regions.create_region(&founder, "JURA", &token).expect("a region");
}

#[test]
fn release_bond_leaves_a_donation_where_it_is() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    regions.give(&regions.tft, &regions.factory.address, 5);
    regions.wait(1, BOND_SECONDS);
    regions.unsigned::<i128>(&regions.to_factory("release_bond", (key.code,))).unwrap();
    assert_eq!(regions.balance(&regions.tft, &founder), BOND);
}
