//! A founder's bond: her own stake in her region's staking, position 0, locked for 365 days.

use soroban_sdk::{testutils::Events as _, Address, BytesN, Event as _};
use tributary_common::interfaces::{
    factory::{FactoryError, Region, ROOT},
    staking::{Place, Position, StakingClient, StakingError},
};
use tributary_factory::BOND_SECONDS;
use tributary_staking::event::{Staked, Unstaked};
use tributary_tests::{
    env::{
        pool::ONE,
        regions::{Refusal, Regions},
        sign::{assert_refused, assert_unauthorized, Call},
    },
    ledger::suite::BOND,
};

const DAY: u64 = 24 * 60 * 60;
/// 4 years, of which the bond's lock is one: it weighs 1 + 3 × 1/4.
const WEIGHT: u128 = BOND as u128 * 126_144_000 * 7 / 4;

/// A region's staking, …
fn staking(regions: &Regions, code: &str) -> StakingClient<'static> {
    let region = regions.factory.region(&regions.code(code));
    StakingClient::new(&regions.env, &region.staking)
}

/// … a call of it about the founder's bond, …
fn about(regions: &Regions, code: &str, function: &'static str, founder: &Address) -> Call {
    Call::new(&regions.env, &staking(regions, code).address, function, (founder, 0u32))
}

/// … and what the founder gets when she takes it out.
fn take_out(regions: &Regions, code: &str, founder: &Address) -> Result<i128, Refusal> {
    regions.signed(founder, &about(regions, code, "unstake", founder))
}

fn hash(regions: &Regions) -> BytesN<32> {
    BytesN::from_array(&regions.env, &[9; 32])
}

#[test]
fn a_bond_is_the_founders_first_position_locked_for_365_days() {
    let regions = Regions::new();
    let founder = regions.user(&[(&regions.tft, BOND + 7)]);
    let token = regions.asset();
    let region = regions.create_region(&founder, "ALPS", &token).expect("a region");
    let told = regions.env.events().all().filter_by_contract(&region.staking);
    let lock_end = regions.now() + BOND_SECONDS;
    let staked = Staked { owner: founder.clone(), position: 0, amount: BOND, lock_end };
    assert_eq!(told.events(), [staked.to_xdr(&regions.env, &region.staking)]);

    let staking = staking(&regions, "ALPS");
    assert_eq!(staking.positions(&founder), 1);
    let expected = Position {
        place: Place::Undelegated,
        amount: BOND,
        validator: staking.address.clone(),
        lock: BOND_SECONDS,
        lock_end,
        weight: WEIGHT,
        unbonding_end: 0,
        claimable: 0,
        withheld: 0,
        slash: 0,
    };
    assert_eq!(staking.position(&founder, &0), expected);
    let state = staking.state();
    assert_eq!((state.staked, state.undelegated, state.rewards), (BOND, BOND, 0));
    assert_eq!(state.weight, WEIGHT, "all that there is");
    assert_eq!(BOND_SECONDS, 365 * DAY);
    let owners = [&founder, &staking.address, &regions.factory.address, &region.treasury];
    assert_eq!(owners.map(|owner| regions.balance(&regions.tft, owner)), [7, BOND, 0, 0]);
}

#[test]
fn a_bond_comes_back_to_the_founder_once_her_365_days_are_over_and_no_second_before() {
    let regions = Regions::new();
    let (founder, _) = regions.region("ALPS", ONE, ONE);
    let staking = staking(&regions, "ALPS");
    let lock_end = staking.position(&founder, &0).lock_end;
    regions.wait(1, lock_end - 1 - regions.now());
    let early = || take_out(&regions, "ALPS", &founder);
    assert_refused(&regions.env, StakingError::Locked, early);
    regions.wait(1, 1);
    assert_eq!(take_out(&regions, "ALPS", &founder), Ok(BOND));
    let told = regions.env.events().all().filter_by_contract(&staking.address);
    let unstaked = Unstaked { owner: founder.clone(), position: 0, amount: BOND, withheld: 0 };
    assert_eq!(told.events(), [unstaked.to_xdr(&regions.env, &staking.address)]);
    assert_eq!(regions.balance(&regions.tft, &founder), BOND);
    assert_eq!(regions.balance(&regions.tft, &staking.address), 0);
    assert_eq!((staking.state().staked, staking.state().weight), (0, 0));
    let again = || take_out(&regions, "ALPS", &founder);
    assert_refused(&regions.env, StakingError::NothingStaked, again);
}

#[test]
fn a_bond_is_taken_out_by_nobody_but_the_founder() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    let (neighbour, _) = regions.region("JURA", ONE, ONE);
    let heir = regions.user(&[]);
    let propose = regions.to_factory("propose_admin", (key.code.clone(), &heir));
    regions.signed::<()>(&founder, &propose).expect("proposed");
    regions.signed::<()>(&heir, &regions.to_factory("accept_admin", (key.code,))).expect("passed");
    regions.wait(1, BOND_SECONDS);
    let env = &regions.env;
    let unstake = about(&regions, "ALPS", "unstake", &founder);
    assert_unauthorized(env, "unsigned", || regions.unsigned::<i128>(&unstake));
    let others = [&heir, &regions.admin, &regions.council, &regions.guardian, &neighbour];
    for who in others {
        assert_unauthorized(env, "by another", || regions.signed::<i128>(who, &unstake));
        let own = || take_out(&regions, "ALPS", who);
        assert_refused(env, StakingError::UnknownPosition, own);
    }
    // With the admin's role the bond does not pass on.
    assert_eq!(take_out(&regions, "ALPS", &founder), Ok(BOND));
    assert_eq!(regions.balance(&regions.tft, &founder), BOND);
    assert_eq!(others.map(|who| regions.balance(&regions.tft, who)), [0; 5]);
}

#[test]
fn a_bond_stays_locked_whatever_the_founder_does_with_it() {
    let regions = Regions::new();
    let (founder, _) = regions.region("ALPS", ONE, ONE);
    let (env, staking) = (&regions.env, staking(&regions, "ALPS"));
    let lock_end = staking.position(&founder, &0).lock_end;
    let locked = || {
        let early = || take_out(&regions, "ALPS", &founder);
        assert_refused(env, StakingError::Locked, early);
        assert_eq!(staking.position(&founder, &0).lock_end, lock_end);
    };
    // A shorter lock is none.
    let shorten = Call::new(env, &staking.address, "extend", (&founder, 0u32, BOND_SECONDS - 600));
    assert_refused(env, StakingError::LockNotLonger, || regions.signed::<u64>(&founder, &shorten));
    let expire = about(&regions, "ALPS", "expire", &founder);
    assert_refused(env, StakingError::Locked, || regions.unsigned::<()>(&expire));
    locked();
    // To be a validator with it, to leave, and to wait 28 days: it is locked as before.
    let args = (&founder, 0u32, 0u32, hash(&regions));
    let register = Call::new(env, &staking.address, "register_validator", args);
    regions.signed::<()>(&founder, &register).expect("a validator");
    assert_eq!(staking.validator(&founder).bond, BOND);
    locked();
    regions
        .signed::<u64>(&founder, &about(&regions, "ALPS", "undelegate", &founder))
        .expect("left");
    regions.wait(1, 28 * DAY);
    locked();
    let complete = about(&regions, "ALPS", "complete_unbonding", &founder);
    assert_eq!(regions.signed(&founder, &complete), Ok(BOND));
    locked();
    regions.wait(1, lock_end - regions.now());
    assert_eq!(take_out(&regions, "ALPS", &founder), Ok(BOND));
}

/// It is a stake as any other: it earns, and where the founder delegates it, it bears slashes.
#[test]
fn a_bond_earns_with_the_stakers_and_is_slashed_with_its_validator() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    let (env, staking) = (&regions.env, staking(&regions, "ALPS"));
    let giver = regions.user(&[(&regions.tft, 70 * ONE)]);
    let pulled = regions.transfer(&regions.tft, &giver, &staking.address, 70 * ONE);
    let notify = Call::new(env, &staking.address, "notify", (&giver, 70 * ONE)).with(pulled);
    regions.signed::<u64>(&giver, &notify).expect("notified");
    regions.wait(1, 7 * DAY);
    let claim = about(&regions, "ALPS", "claim", &founder);
    let claimed: i128 = regions.signed(&founder, &claim).expect("she alone earned");
    // What rounds off is less than a raw unit.
    assert!((70 * ONE - 1..=70 * ONE).contains(&claimed), "{claimed}");
    assert_eq!(regions.balance(&regions.tft, &founder), claimed);
    assert_eq!(staking.position(&founder, &0).amount, BOND, "nothing of the bond");

    let args = (&founder, 0u32, 0u32, hash(&regions));
    let register = Call::new(env, &staking.address, "register_validator", args);
    regions.signed::<()>(&founder, &register).expect("a validator");
    let args = (&founder, 1_000u32, hash(&regions));
    let propose = Call::new(env, &staking.address, "propose_slash", args);
    let slash: u32 = regions.signed(&regions.council, &propose).expect("proposed");
    regions.wait(1, 7 * DAY);
    let execute = Call::new(env, &staking.address, "execute_slash", (slash,));
    assert_eq!(regions.unsigned(&execute), Ok(BOND / 10));
    let treasury = regions.factory.region(&key.code).treasury;
    assert_eq!(regions.balance(&regions.tft, &treasury), BOND / 20);
    regions
        .signed::<u64>(&founder, &about(&regions, "ALPS", "undelegate", &founder))
        .expect("left");
    regions.wait(1, BOND_SECONDS);
    assert_eq!(take_out(&regions, "ALPS", &founder), Ok(BOND - BOND / 10));
}

#[test]
fn the_root_region_has_no_bond_and_its_admin_nothing_to_take_out() {
    let regions = Regions::new();
    let staking = staking(&regions, "TFT");
    assert_eq!(regions.factory.region(&ROOT).founder, regions.admin);
    assert_eq!((staking.positions(&regions.admin), staking.state().staked), (0, 0));
    regions.wait(1, BOND_SECONDS);
    let none = || take_out(&regions, "TFT", &regions.admin);
    assert_refused(&regions.env, StakingError::UnknownPosition, none);
}

#[test]
fn bonds_of_one_founder_lie_each_in_its_own_region() {
    let regions = Regions::new();
    let founder = regions.user(&[(&regions.tft, 3 * BOND)]);
    let token = regions.asset();
    let names = ["ALPS", "JURA", "RHONE"];
    names.iter().enumerate().for_each(|(place, code)| {
        regions.create_region(&founder, code, &token).expect("a region");
        regions.wait(1, 100 * DAY);
        let left = regions.balance(&regions.tft, &founder);
        assert_eq!(left, (2 - place as i128) * BOND);
    });
    for code in names {
        let staking = staking(&regions, code);
        assert_eq!((staking.positions(&founder), staking.state().staked), (1, BOND));
        assert_eq!(regions.balance(&regions.tft, &staking.address), BOND);
    }
    // 300 days after the first, 100 after the last.
    regions.wait(1, 65 * DAY);
    assert_eq!(take_out(&regions, "ALPS", &founder), Ok(BOND));
    for code in ["JURA", "RHONE"] {
        let early = || take_out(&regions, code, &founder);
        assert_refused(&regions.env, StakingError::Locked, early);
    }
    regions.wait(1, 100 * DAY);
    assert_eq!(take_out(&regions, "JURA", &founder), Ok(BOND));
    assert_eq!(regions.balance(&regions.tft, &founder), 2 * BOND);
}

#[test]
fn a_clawback_from_one_regions_staking_is_no_other_founders() {
    let regions = Regions::new();
    let [first, second] = ["ALPS", "JURA"].map(|code| regions.region(code, ONE, ONE).0);
    let [alps, jura] = ["ALPS", "JURA"].map(|code| staking(&regions, code));
    regions.claw_back(&regions.tft, &alps.address, BOND / 4);
    // Nor does it stop whoever founds now.
    let third = regions.region("RHONE", ONE, ONE).0;
    regions.wait(1, BOND_SECONDS);
    assert_eq!(take_out(&regions, "ALPS", &first), Ok(BOND - BOND / 4));
    assert_eq!(take_out(&regions, "JURA", &second), Ok(BOND));
    assert_eq!(take_out(&regions, "RHONE", &third), Ok(BOND));
    let left = [&alps.address, &jura.address].map(|one| regions.balance(&regions.tft, one));
    assert_eq!(left, [0, 0]);
}

#[test]
fn a_founder_and_those_who_stake_with_her_bear_a_clawback_alike() {
    let regions = Regions::new();
    let (founder, _) = regions.region("ALPS", ONE, ONE);
    let (env, staking) = (&regions.env, staking(&regions, "ALPS"));
    let other = regions.user(&[(&regions.tft, 2 * BOND)]);
    let pulled = regions.transfer(&regions.tft, &other, &staking.address, 2 * BOND);
    let stake = Call::new(env, &staking.address, "stake", (&other, 2 * BOND, 0u64)).with(pulled);
    assert_eq!(regions.signed(&other, &stake), Ok(0u32));
    regions.claw_back(&regions.tft, &staking.address, BOND);
    regions.wait(1, BOND_SECONDS);
    // 2 000 of 3 000 are left: two thirds each, rounded down; what is rounded stays for the last.
    let part = BOND * 2 / 3;
    assert_eq!(take_out(&regions, "ALPS", &founder), Ok(part));
    assert_eq!(take_out(&regions, "ALPS", &other), Ok(2 * BOND - part));
    assert_eq!(regions.balance(&regions.tft, &staking.address), 0);
}

#[test]
fn a_bond_is_paid_without_what_was_given_to_factory_and_staking() {
    let regions = Regions::new();
    // Before there is anything at the address, and afterwards.
    let at = regions.staking_of("ALPS");
    regions.give(&regions.tft, &at, 5);
    let (founder, _) = regions.region("ALPS", ONE, ONE);
    let staking = staking(&regions, "ALPS");
    assert_eq!(staking.address, at);
    regions.give(&regions.tft, &staking.address, 6);
    regions.give(&regions.tft, &regions.factory.address, 7);
    assert_eq!(staking.state().staked, BOND);
    regions.wait(1, BOND_SECONDS);
    assert_eq!(take_out(&regions, "ALPS", &founder), Ok(BOND));
    assert_eq!(regions.balance(&regions.tft, &staking.address), 11);
    assert_eq!(regions.balance(&regions.tft, &regions.factory.address), 7);
}

#[test]
fn create_region_fails_without_the_signature_for_the_stake_of_exactly_the_bond() {
    let regions = Regions::new();
    let env = &regions.env;
    let (founder, token) = (regions.user(&[(&regions.tft, 2 * BOND)]), regions.asset());
    let args = (&founder, regions.code("ALPS"), regions.params(&founder, &token));
    let bare = regions.to_factory("create_region", args);
    let (at, elsewhere) = (regions.staking_of("ALPS"), regions.staking_of("JURA"));
    let stake = |at: &Address, amount: i128, lock: u64, pulled: i128| {
        let transfer = regions.transfer(&regions.tft, &founder, at, pulled);
        Call::new(env, at, "stake", (&founder, amount, lock)).with(transfer)
    };
    let to_factory = regions.transfer(&regions.tft, &founder, &regions.factory.address, BOND);
    let to_staking = regions.transfer(&regions.tft, &founder, &at, BOND);
    for (what, beneath) in [
        ("the transfer alone", to_staking),
        ("a transfer to the factory", to_factory),
        ("less", stake(&at, BOND - 1, BOND_SECONDS, BOND - 1)),
        ("more", stake(&at, BOND + 1, BOND_SECONDS, BOND + 1)),
        ("another lock", stake(&at, BOND, BOND_SECONDS - 1, BOND)),
        ("no lock", stake(&at, BOND, 0, BOND)),
        ("less to be pulled", stake(&at, BOND, BOND_SECONDS, BOND - 1)),
        ("another region's", stake(&elsewhere, BOND, BOND_SECONDS, BOND)),
    ] {
        let call = bare.clone().with(beneath);
        assert_unauthorized(env, what, || regions.signed::<Region>(&founder, &call));
        assert!(!at.exists(), "{what}");
    }
    let unsigned = Call::new(env, &at, "stake", (&founder, BOND, BOND_SECONDS));
    let call = bare.clone().with(unsigned);
    assert_unauthorized(env, "no transfer", || regions.signed::<Region>(&founder, &call));
    let full = bare.with(stake(&at, BOND, BOND_SECONDS, BOND));
    regions.signed::<Region>(&founder, &full).expect("exactly that");
    assert_refused(env, FactoryError::DuplicateCode, || regions.signed::<Region>(&founder, &full));
}
