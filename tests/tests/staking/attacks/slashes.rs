//! Slashes, what they withhold, shares and bonds.

use proptest::{
    collection::vec,
    prelude::*,
    sample::{select, Index},
};
use soroban_sdk::Address;
use tributary_common::interfaces::staking::{Place, SlashStatus, StakingError, MIN_AMOUNT};
use tributary_staking::{MAX_LOCK, WINDOW_SECONDS};
use tributary_tests::{
    env::{
        hurried_env,
        pool::ONE,
        sign::assert_refused,
        stakes::{Stake, Stakes, DAY, WEEK},
    },
    ledger::suite::MIN_BOND,
    story::check,
};

use super::{
    assert_close, assert_fails, assert_whole, claim, complete, purse, undelegate, unstake, LEAVING,
};

/// Something to try while a slash of the first validator is pending; what it claimed.
type Escape = (&'static str, fn(&Stakes, &Stake, &Address) -> i128);

#[test]
fn nobody_who_was_with_the_validator_at_the_notice_escapes_its_slash() {
    let staying: [Escape; 4] = [
        ("stays", |_, _, _| 0),
        ("claims", |stakes, stake, _| claim(stakes, stake).expect("paid")),
        ("locks", |stakes, stake, _| {
            let call = stakes.to_staking("extend", (&stake.0, stake.1, 5u64));
            stakes.signed::<u64>(&stake.0, &call).expect("extended");
            0
        }),
        ("leaves", |stakes, stake, _| {
            undelegate(stakes, stake);
            0
        }),
    ];
    let leaving: [Escape; 6] = [
        ("stays in the pool", |_, _, _| 0),
        ("takes out", |stakes, stake, _| {
            complete(stakes, stake).expect("completed");
            assert_fails(StakingError::NothingUnbonded, complete(stakes, stake));
            0
        }),
        ("unstakes", |stakes, stake, _| {
            assert_close("at once", unstake(stakes, stake).expect("paid"), 700 * ONE, 1);
            assert_fails(StakingError::NothingStaked, unstake(stakes, stake));
            0
        }),
        ("moves", |stakes, stake, other| {
            assert_close("moved", stakes.delegate(stake, other).expect("moved"), 700 * ONE, 1);
            0
        }),
        ("becomes a validator", |stakes, stake, _| {
            stakes.register(stake, 0).expect("registered");
            0
        }),
        ("moves, leaves that and claims", |stakes, stake, other| {
            complete(stakes, stake).expect("completed");
            stakes.delegate(stake, other).expect("delegated");
            undelegate(stakes, stake);
            claim(stakes, stake).expect("paid")
        }),
    ];
    let cases = staying.iter().map(|case| (false, case));
    for (leaves, (name, act)) in cases.chain(leaving.iter().map(|case| (true, case))) {
        // How long before the notice she left, how long after it she acts: up to the last second.
        for (before, after) in
            [(LEAVING, 0), (LEAVING, 5), (LEAVING - 5, 5), (LEAVING - WEEK, WEEK)]
        {
            let stakes = Stakes::on(hurried_env());
            let [validator, other] = [(); 2].map(|()| stakes.validator(0));
            let stake = stakes.delegated(1_000 * ONE, 0, &validator);
            stakes.notify(700 * ONE).expect("notified");
            stakes.pass(5);
            if leaves {
                undelegate(&stakes, &stake);
            }
            stakes.pass(before);
            let slash = stakes.propose(&validator, 3_000).expect("proposed");
            stakes.pass(after);
            let mut claimed = act(&stakes, &stake, &other);
            stakes.pass(WEEK - after);
            stakes.execute(slash).expect("executed");
            // Home, wherever it is.
            if stakes.position(&stake).place == Place::Delegated {
                undelegate(&stakes, &stake);
            }
            stakes.pass(LEAVING);
            let _ = unstake(&stakes, &stake);
            claimed += claim(&stakes, &stake).unwrap_or_default();
            assert_close(name, purse(&stakes, &stake.0) - claimed, 700 * ONE, 2);
            assert_fails(StakingError::NothingStaked, unstake(&stakes, &stake));
            let positions = [stake.clone(), (validator.clone(), 0), (other.clone(), 0)];
            let mut validators = vec![validator, other];
            if *name == "becomes a validator" {
                validators.push(stake.0);
            }
            assert_whole(&stakes, &positions, &validators);
        }
    }
}

#[test]
fn a_slash_is_borne_by_nobody_else() {
    let stakes = Stakes::new();
    let [validator, other] = [(); 2].map(|()| stakes.validator(0));
    let free = stakes.stake(1_000 * ONE, MAX_LOCK);
    let elsewhere = stakes.delegated(1_000 * ONE, 0, &other);
    // Out before the notice, a second too early to be withheld.
    let out = stakes.delegated(1_000 * ONE, 0, &validator);
    let waits = stakes.stake(1_000 * ONE, 0);
    undelegate(&stakes, &out);
    stakes.pass(LEAVING);
    complete(&stakes, &out).expect("completed");
    let slash = stakes.propose(&validator, 3_000).expect("proposed");
    // Nobody comes in under it, neither from outside nor the validator.
    let env = &stakes.env;
    let more = stakes.stake(1_000 * ONE, 0);
    stakes.give(&stakes.tft, &validator, 1_000 * ONE);
    let number = stakes.stake_as(&validator, 1_000 * ONE, 0).expect("staked");
    for stake in [&waits, &out, &more, &(validator.clone(), number)] {
        assert_refused(env, StakingError::SlashPending, || stakes.delegate(stake, &validator));
    }
    stakes.pass(WEEK);
    assert_eq!(stakes.execute(slash), Ok(MIN_BOND * 3 / 10));
    for stake in [&free, &elsewhere, &out, &waits, &(validator, number)] {
        assert_eq!(stakes.position(stake).amount, 1_000 * ONE);
    }
}

#[test]
fn slashes_never_pass_their_cap_in_any_ninety_days() {
    let stakes = Stakes::on(hurried_env());
    // As much as is let and as often, in large parts, in small ones, and mixed; for a year each.
    for sizes in [&[3_000][..], &[230], &[1], &[1_700, 600, 100, 7]] {
        let validator = stakes.validator_with(1_000_000 * ONE, 0);
        let (mut executed, mut pending) = (vec![], None);
        for _ in 0..2 * 365 {
            if let Some((slash, bps)) = pending {
                let ready_at = stakes.staking.slash(&slash).ready_at;
                if stakes.now() >= ready_at {
                    stakes.execute(slash).expect("executed");
                    executed.push((stakes.now(), bps));
                    pending = None;
                } else {
                    assert_fails(StakingError::NoticeNotOver, stakes.execute(slash));
                    assert_fails(StakingError::SlashPending, stakes.propose(&validator, 1));
                }
            }
            if pending.is_none() {
                let propose = |bps: &u32| Some((stakes.propose(&validator, *bps).ok()?, *bps));
                pending = sizes.iter().find_map(propose);
            }
            stakes.pass(DAY / 2);
        }
        let (mut most, mut many) = (0, 0);
        for (place, (first, _)) in executed.iter().enumerate() {
            let window = executed[place..].iter().filter(|(at, _)| at - first <= WINDOW_SECONDS);
            let window: Vec<_> = window.map(|(_, bps)| *bps).collect();
            most = most.max(window.iter().sum::<u32>());
            many = many.max(window.len());
        }
        assert!(most <= 3_000 && many <= 13, "{most} bps by {many} in ninety days");
        // Either limit was reached.
        assert!(most > 2_980 || many == 13, "{most} bps by {many} in ninety days");
    }
}

#[test]
fn a_slash_is_executed_once_and_only_within_its_week() {
    let stakes = Stakes::new();
    let env = &stakes.env;
    let validator = stakes.validator(0);
    let decide = |slash: u32| {
        let (execute, veto, cancel) =
            (|| stakes.execute(slash).map(|_| ()), || stakes.veto(slash), || stakes.cancel(slash));
        [execute(), veto(), cancel()].map(|result| result.expect_err("refused"))
    };
    let slash = stakes.propose(&validator, 100).expect("proposed");
    stakes.pass(WEEK - 5);
    assert_refused(env, StakingError::NoticeNotOver, || stakes.execute(slash));
    stakes.pass(5);
    stakes.execute(slash).expect("executed");
    assert_eq!(decide(slash), [Ok(StakingError::AlreadyExecuted.into()); 3]);
    let slash = stakes.propose(&validator, 100).expect("proposed");
    stakes.veto(slash).expect("vetoed");
    stakes.pass(WEEK);
    assert_eq!(decide(slash), [Ok(StakingError::SlashVetoed.into()); 3]);
    let slash = stakes.propose(&validator, 100).expect("proposed");
    stakes.cancel(slash).expect("cancelled");
    stakes.pass(WEEK);
    assert_eq!(decide(slash), [Ok(StakingError::SlashCancelled.into()); 3]);
    let slash = stakes.propose(&validator, 100).expect("proposed");
    stakes.pass(2 * WEEK);
    stakes.execute(slash).expect("in its last second");
    let slash = stakes.propose(&validator, 100).expect("proposed");
    stakes.pass(2 * WEEK + 5);
    assert_eq!(decide(slash), [Ok(StakingError::SlashLapsed.into()); 3]);
    // What was decided keeps nobody from proposing, and the two that were executed are what counts.
    assert_refused(env, StakingError::SlashCapExceeded, || stakes.propose(&validator, 2_801));
    let slash = stakes.propose(&validator, 2_800).expect("proposed");
    assert_eq!(stakes.staking.slash(&slash).status, SlashStatus::Pending);
}

/// What a stake's owner, the council, the guardian or anyone does; `at` is a validator.
#[derive(Clone, Debug)]
enum Act {
    Delegate { at: usize },
    Undelegate,
    Complete,
    Unstake,
    Propose { at: usize, bps: u32 },
    End { at: usize, veto: bool },
    Execute { at: usize },
    Wait { days: u64 },
}

fn act() -> impl Strategy<Value = Act> {
    let at = || 0..2usize;
    prop_oneof![
        2 => at().prop_map(|at| Act::Delegate { at }),
        2 => Just(Act::Undelegate),
        2 => Just(Act::Complete),
        1 => Just(Act::Unstake),
        2 => (at(), select(vec![1, 100, 1_000, 2_999]))
            .prop_map(|(at, bps)| Act::Propose { at, bps }),
        1 => (at(), any::<bool>()).prop_map(|(at, veto)| Act::End { at, veto }),
        2 => at().prop_map(|at| Act::Execute { at }),
        2 => (1..16u64).prop_map(|days| Act::Wait { days }),
    ]
}

/// A random life of eight stakes with two validators whose slashes are proposed, and executed or not. Each is
/// worth what the slashes that it was there for have left, whatever its owner did; nothing is paid twice, and
/// nothing is lost.
fn withheld_in_any_order(acts: &[(Index, Act)]) {
    let stakes = Stakes::on(hurried_env());
    stakes.env.cost_estimate().budget().reset_unlimited();
    let validators = [(); 2].map(|()| stakes.validator_with(10_000 * ONE, 0));
    let stake_of = |_| stakes.stake(1_000 * ONE, 0);
    let owned: Vec<Stake> = (0..8).map(stake_of).collect();
    // What each should have in all, in units; what of it a pending slash may take, of which validator.
    let mut worth = [1_000.0 * ONE as f64; 8];
    let mut held = [None::<(usize, f64)>; 8];
    let mut paid = [0; 8];
    let mut pending: [Option<u32>; 2] = [None; 2];
    for (step, (who, act)) in acts.iter().enumerate() {
        // Twice for each of which something is withheld: they act more often.
        let waits = |place: &usize| stakes.position(&owned[*place]).withheld > 0;
        let mut places: Vec<_> = (0..owned.len()).collect();
        places.extend(places.clone().into_iter().filter(waits));
        let place = *who.get(&places);
        let stake = &owned[place];
        let before = stakes.position(stake);
        let home = validators.iter().position(|validator| *validator == before.validator);
        // Of what was leaving, a part is withheld.
        let took_out = || {
            let withheld = before.place == Place::Unbonding && stakes.position(stake).withheld > 0;
            withheld.then(|| (home.expect("the one it left"), before.amount as f64))
        };
        match *act {
            Act::Delegate { at } => {
                if stakes.delegate(stake, &validators[at]).is_ok() {
                    held[place] = took_out().or(held[place]);
                }
            }
            Act::Undelegate => {
                let _ = stakes.own::<u64>("undelegate", stake);
            }
            Act::Complete => {
                if complete(&stakes, stake).is_ok() {
                    held[place] = took_out().or(held[place]);
                }
            }
            Act::Unstake => {
                if let Ok(amount) = unstake(&stakes, stake) {
                    paid[place] += amount;
                    held[place] = took_out().or(held[place]);
                }
            }
            Act::Propose { at, bps } => {
                if let Ok(slash) = stakes.propose(&validators[at], bps) {
                    // One that lapsed is over.
                    held = held.map(|held| held.filter(|(of, _)| *of != at));
                    pending[at] = Some(slash);
                }
            }
            Act::End { at, veto } => {
                let Some(slash) = pending[at] else { continue };
                let end = if veto { stakes.veto(slash) } else { stakes.cancel(slash) };
                if end.is_ok() {
                    pending[at] = None;
                    held = held.map(|held| held.filter(|(of, _)| *of != at));
                }
            }
            Act::Execute { at } => {
                let Some(slash) = pending[at] else { continue };
                let places = owned.iter().map(|stake| stakes.position(stake)).collect::<Vec<_>>();
                let bps = f64::from(stakes.staking.slash(&slash).bps) / 10_000.0;
                if stakes.execute(slash).is_ok() {
                    pending[at] = None;
                    for (place, position) in places.iter().enumerate() {
                        let there = position.validator == validators[at]
                            && matches!(position.place, Place::Delegated | Place::Unbonding);
                        if there {
                            // What was withheld of it earlier is not with the validator.
                            worth[place] -= position.amount as f64 * bps;
                        }
                        if let Some((_, then)) = held[place].filter(|(of, _)| *of == at) {
                            worth[place] -= then * bps;
                            held[place] = None;
                        }
                    }
                }
            }
            Act::Wait { days } => stakes.pass(days * DAY),
        }
        // All of them now and then: every one costs calls.
        let all = step % 4 == 0;
        if all {
            assert_whole_with(&stakes, &owned, &validators);
        }
        for (place, stake) in owned.iter().enumerate().filter(|(other, _)| all || *other == place) {
            let position = stakes.position(stake);
            let has = (position.amount + position.withheld + paid[place]) as f64;
            let off = has - worth[place];
            assert!((-60.0..=60.0).contains(&off), "{place}: {has}, not {worth:?}");
        }
    }
    // Everybody goes home with that.
    stakes.pass(3 * WEEK);
    for stake in &owned {
        let _ = stakes.own::<u64>("undelegate", stake);
    }
    stakes.pass(LEAVING + 2 * WEEK);
    for (place, stake) in owned.iter().enumerate() {
        paid[place] += unstake(&stakes, stake).unwrap_or_default();
        assert!((paid[place] as f64 - worth[place]).abs() <= 60.0, "{place}");
        assert_eq!(purse(&stakes, &stake.0), paid[place]);
        assert_fails(StakingError::NothingStaked, unstake(&stakes, stake));
    }
}

/// `assert_whole`, the validators' bonds included.
fn assert_whole_with(stakes: &Stakes, owned: &[Stake], validators: &[Address]) {
    let mut all = owned.to_vec();
    all.extend(validators.iter().map(|validator| (validator.clone(), 0)));
    assert_whole(stakes, &all, validators);
}

#[test]
fn what_is_withheld_is_paid_once_or_slashed_once_in_any_order() {
    let acts = vec((any::<Index>(), act()), 1..64);
    check("slashes", acts, |acts: Vec<(Index, Act)>| withheld_in_any_order(&acts));
}

#[test]
fn thousands_of_roundings_gain_nothing() {
    let stakes = Stakes::on(hurried_env());
    let env = &stakes.env;
    env.cost_estimate().budget().reset_unlimited();
    let validator = stakes.validator_with(1_000 * ONE + 7, 0);
    let honest = stakes.delegated(777 * ONE + 3, 0, &validator);
    // Shares at an odd price, in both pools.
    let left = stakes.delegated(333 * ONE + 1, 0, &validator);
    undelegate(&stakes, &left);
    stakes.slash(&validator, 1_234);
    stakes.slash(&validator, 17);
    let thief = stakes.user(&[(&stakes.tft, 1_000 * ONE)]);
    env.mock_all_auths();
    for number in 0..70 {
        let amount = MIN_AMOUNT + i128::from(number) * 3;
        stakes.staking.stake(&thief, &amount, &0);
    }
    let amounts = || [&honest, &left].map(|stake| stakes.position(stake).amount);
    let mut before = amounts();
    let mut not_less = || {
        let after = amounts();
        assert!(after[0] >= before[0] && after[1] >= before[1], "{before:?} {after:?}");
        before = after;
    };
    for _ in 0..12 {
        for number in 0..70 {
            stakes.staking.delegate(&thief, &number, &validator);
        }
        not_less();
        for number in 0..70 {
            stakes.staking.undelegate(&thief, &number);
        }
        not_less();
        stakes.pass(LEAVING);
    }
    for number in 0..70 {
        stakes.staking.unstake(&thief, &number);
    }
    env.set_auths(&[]);
    let lost = 1_000 * ONE - purse(&stakes, &thief);
    // Two roundings a turn, a unit each at most.
    assert!((0..=2 * 12 * 70).contains(&lost), "{lost}");
    not_less();
    assert_whole_with(&stakes, &[honest, left], &[validator]);
}

#[test]
fn a_bond_is_what_the_validator_itself_has_with_itself() {
    let stakes = Stakes::new();
    let env = &stakes.env;
    let [validator, other] = [(); 2].map(|()| stakes.validator(0));
    let delegator = stakes.delegated(1_000 * ONE, 0, &validator);
    stakes.give(&stakes.tft, &validator, 10_000 * ONE);
    for amount in [300 * ONE, 500 * ONE, 700 * ONE] {
        stakes.stake_as(&validator, amount, 0).expect("staked");
    }
    let own = |number: u32| (validator.clone(), number);
    let bond = |expected: i128| {
        assert_close("bond", stakes.at(&validator).bond, expected, 3);
    };
    bond(MIN_BOND);
    stakes.delegate(&own(1), &validator).expect("delegated");
    stakes.delegate(&own(2), &other).expect("delegated");
    bond(MIN_BOND + 300 * ONE);
    assert_eq!(stakes.at(&other).bond, MIN_BOND);
    undelegate(&stakes, &own(2));
    bond(MIN_BOND + 300 * ONE);
    stakes.slash(&validator, 1_000);
    bond((MIN_BOND + 300 * ONE) * 9 / 10);
    undelegate(&stakes, &delegator);
    undelegate(&stakes, &own(0));
    bond(270 * ONE);
    stakes.delegate(&own(3), &validator).expect("delegated");
    bond(970 * ONE);
    stakes.slash(&validator, 2_000);
    bond(776 * ONE);
    undelegate(&stakes, &own(3));
    undelegate(&stakes, &own(1));
    assert_eq!((stakes.at(&validator).bond, stakes.at(&validator).stake), (0, 0));
    // Without one nobody comes; nor with one that is too small; nor by registering again.
    let newcomer = stakes.stake(1_000 * ONE, 0);
    let refused = || stakes.delegate(&newcomer, &validator);
    assert_refused(env, StakingError::BondTooSmall, refused);
    assert_refused(env, StakingError::DuplicateValidator, || stakes.register(&own(0), 0));
    // It leaves like any other stake: in 28 days to the second.
    stakes.pass(LEAVING - 5);
    assert_fails(StakingError::StillUnbonding, unstake(&stakes, &own(1)));
    assert_fails(StakingError::StillUnbonding, complete(&stakes, &own(1)));
    assert_fails(StakingError::StillUnbonding, stakes.delegate(&own(1), &other));
    stakes.pass(5);
    assert_eq!(complete(&stakes, &own(1)), Ok(216 * ONE));
    stakes.stake_as(&validator, MIN_BOND - 1, 0).expect("staked");
    stakes.stake_as(&validator, ONE, 0).expect("staked");
    stakes.delegate(&own(4), &validator).expect("delegated");
    bond(MIN_BOND - 1);
    assert_fails(StakingError::BondTooSmall, refused());
    // From what has left it, in the same call.
    stakes.delegate(&own(0), &validator).expect("delegated");
    bond(MIN_BOND - 1 + MIN_BOND * 72 / 100);
    refused().expect("delegated");
    let positions: Vec<_> = (0..6).map(own).chain([delegator, newcomer]).collect();
    let all: Vec<_> = positions.into_iter().chain([(other.clone(), 0)]).collect();
    assert_whole(&stakes, &all, &[validator, other]);
}

#[test]
fn what_was_slashed_earns_no_longer() {
    let stakes = Stakes::new();
    let [slashed, other] = [(); 2].map(|()| stakes.validator_with(1_000 * ONE, 0));
    let [hit, not] = [&slashed, &other].map(|with| stakes.delegated(1_000 * ONE, WEEK, with));
    stakes.slash(&slashed, 3_000);
    for stake in [&hit, &not] {
        stakes.any::<()>("expire", stake).expect("expired");
    }
    // Who comes after the slash pays its price for shares, and earns by amount.
    let late = stakes.delegated(700 * ONE, 0, &slashed);
    let full = u128::from(MAX_LOCK) * 2;
    let worth = |validator: &Address| stakes.at(validator).stake.unsigned_abs() * full;
    for validator in [&slashed, &other] {
        let weight = stakes.at(validator).weight;
        assert!(worth(validator) - weight < full, "{weight} of {}", worth(validator));
    }
    stakes.notify(70_000 * ONE).expect("notified");
    stakes.pass(WEEK);
    let [hit, not, late] = [&hit, &not, &late].map(|stake| claim(&stakes, stake).expect("paid"));
    let per_unit = not / 1_000;
    assert_close("hit", hit, per_unit * 700, ONE / 1_000);
    assert_close("late", late, per_unit * 700, ONE / 1_000);
}
