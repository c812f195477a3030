//! Staking on a network, among others: what a crowd costs, and what needs trustlines.

use soroban_env_host::xdr::{AccountId, ScAddress, ScVal};
use tributary_tests::{
    env::{
        pool::ONE,
        stakes::{DAY, WEEK, YEAR},
    },
    ledger::{
        suite::{bytes, Suite},
        val::{account, int},
        Cost, LEDGER_SECONDS,
    },
};

use super::LEAVING;

/// A region's staking on a network.
struct Crowd {
    suite: Suite,
    staking: ScAddress,
}

impl Crowd {
    fn new() -> Crowd {
        let suite = Suite::new();
        let staking = suite.of_region("staking", "TFT");
        Crowd { suite, staking }
    }

    fn person(&mut self, name: &str) -> AccountId {
        self.suite.person(name, 100_000 * ONE)
    }

    fn call(&mut self, who: &AccountId, function: &str, args: Vec<ScVal>) -> Cost {
        self.suite.network.close(1);
        let staking = self.staking.clone();
        let applied = self.suite.call(who, &staking, function, args);
        applied.unwrap_or_else(|error| panic!("{function}: {error:?}")).cost
    }

    fn stake(&mut self, who: &AccountId, amount: i128, lock: u64) -> Cost {
        self.call(who, "stake", vec![account(who), int(amount), ScVal::U64(lock)])
    }

    /// About her position 0.
    fn own(&mut self, who: &AccountId, function: &str) -> Cost {
        self.call(who, function, vec![account(who), ScVal::U32(0)])
    }

    fn register(&mut self, who: &AccountId) -> Cost {
        let hash = bytes(&[9; 32]);
        self.call(
            who,
            "register_validator",
            vec![account(who), ScVal::U32(0), ScVal::U32(500), hash],
        )
    }

    fn delegate(&mut self, who: &AccountId, to: &AccountId) -> Cost {
        self.call(who, "delegate", vec![account(who), ScVal::U32(0), account(to)])
    }

    fn pass(&mut self, seconds: u64) {
        self.suite.network.close((seconds / LEDGER_SECONDS) as u32);
    }
}

/// What each call costs beside this many stakers, of whom every fourth is a validator and every other one
/// delegates. Together they have as much, whatever their number.
fn costs_beside(stakers: usize) -> Vec<(&'static str, Cost)> {
    let mut crowd = Crowd::new();
    let council = crowd.suite.admin.clone();
    let tft = crowd.suite.assets[0].0.clone();
    crowd.suite.network.trust(&council, &tft);
    let token = crowd.suite.tft.clone();
    crowd.suite.mint(&token, &council, 1_000_000 * ONE);
    let [validator, with, without, locked, newcomer, late] =
        ["validator", "with", "without", "locked", "newcomer", "late"]
            .map(|name| crowd.person(name));
    for who in [&validator, &with, &without, &newcomer, &late] {
        crowd.stake(who, 1_000 * ONE, 0);
    }
    crowd.stake(&locked, 1_000 * ONE, DAY);
    crowd.register(&validator);
    crowd.delegate(&with, &validator);
    for number in 0..stakers {
        let name = format!("staker {number}");
        let staker = crowd.person(&name);
        crowd.stake(&staker, 120_000 * ONE / stakers as i128, YEAR);
        match number % 4 {
            0 => crowd.register(&staker),
            1 | 2 => crowd.delegate(&staker, &validator),
            _ => continue,
        };
    }
    crowd.pass(DAY);
    crowd.call(&council, "notify", vec![account(&council), int(7_000 * ONE)]);
    crowd.pass(DAY);
    let slash = vec![account(&validator), ScVal::U32(1_000), bytes(&[9; 32])];
    let mut costs = vec![
        ("claim", crowd.own(&without, "claim")),
        ("claim, delegated", crowd.own(&with, "claim")),
        ("claim_commission", {
            crowd.call(&validator, "claim_commission", vec![account(&validator)])
        }),
        ("expire", crowd.own(&locked, "expire")),
        ("notify", crowd.call(&council, "notify", vec![account(&council), int(ONE)])),
        ("stake", {
            let fresh = crowd.person("fresh");
            crowd.stake(&fresh, 1_000 * ONE, YEAR)
        }),
        ("delegate", crowd.delegate(&late, &validator)),
        ("undelegate", crowd.own(&with, "undelegate")),
        ("unstake", crowd.own(&without, "unstake")),
        ("register_validator", crowd.register(&newcomer)),
        ("propose_slash", crowd.call(&council, "propose_slash", slash)),
    ];
    crowd.pass(WEEK);
    costs.push(("execute_slash", crowd.call(&council, "execute_slash", vec![ScVal::U32(1)])));
    crowd.pass(LEAVING);
    costs.push(("unstake, unbonded", crowd.own(&with, "unstake")));
    costs
}

#[test]
fn three_hundred_stakers_cost_what_four_cost() {
    for ((name, few), (_, many)) in costs_beside(4).into_iter().zip(costs_beside(300)) {
        assert_eq!((few.reads, few.writes), (many.reads, many.writes), "{name}");
        assert_eq!(few.write_bytes, many.write_bytes, "{name}");
        assert_eq!(few.event_bytes, many.event_bytes, "{name}");
        let difference = few.instructions.abs_diff(many.instructions);
        assert!(difference * 100 <= few.instructions, "{name}: {few:?} {many:?}");
    }
}

/// Somebody's call was simulated; what others may do about her position, or beside it, does not make it fail.
#[test]
fn what_others_do_in_between_makes_no_call_of_an_owner_fail() {
    let others: [fn(&mut Crowd, &[AccountId; 4]); 5] = [
        |crowd, [owner, _, stranger, _]| {
            crowd.call(stranger, "expire", vec![account(owner), ScVal::U32(0)]);
        },
        |crowd, [_, validator, stranger, _]| {
            crowd.delegate(stranger, validator);
            crowd.own(stranger, "undelegate");
        },
        |crowd, [_, _, stranger, _]| {
            crowd.register(stranger);
        },
        |crowd, [_, validator, _, council]| {
            let slash = vec![account(validator), ScVal::U32(1_000), bytes(&[9; 32])];
            crowd.call(council, "propose_slash", slash);
        },
        |crowd, [_, validator, stranger, council]| {
            let slash = vec![account(validator), ScVal::U32(1_000), bytes(&[9; 32])];
            crowd.call(council, "propose_slash", slash);
            crowd.pass(WEEK);
            crowd.call(stranger, "execute_slash", vec![ScVal::U32(1)]);
        },
    ];
    for function in ["claim", "extend", "complete_unbonding", "unstake", "register_validator"] {
        for (place, act) in others.iter().enumerate() {
            let mut crowd = Crowd::new();
            let [owner, validator, stranger] =
                ["owner", "validator", "stranger"].map(|name| crowd.person(name));
            // Her lock is over when she has left the validator, and still counts.
            for (who, lock) in [(&owner, 29 * DAY), (&validator, 0), (&stranger, 0)] {
                crowd.stake(who, 1_000 * ONE, lock);
            }
            crowd.register(&validator);
            crowd.delegate(&owner, &validator);
            crowd.call(&validator, "notify", vec![account(&validator), int(700 * ONE)]);
            crowd.pass(2 * DAY);
            crowd.own(&owner, "undelegate");
            crowd.pass(LEAVING);
            let mut args = vec![account(&owner), ScVal::U32(0)];
            match function {
                "extend" => args.push(ScVal::U64(YEAR)),
                "register_validator" => args.extend([ScVal::U32(100), bytes(&[9; 32])]),
                _ => {}
            }
            let network = &crowd.suite.network;
            let simulated = network.simulate(&owner, &crowd.staking, function, args);
            let simulated = simulated.expect("simulated");
            let council = crowd.suite.admin.clone();
            act(&mut crowd, &[owner.clone(), validator, stranger, council]);
            let applied = crowd.suite.network.apply(&owner, &simulated);
            let applied = applied.unwrap_or_else(|error| panic!("{function} {place}: {error:?}"));
            let written = simulated.resources.write_bytes;
            assert!(applied.write_bytes <= written, "{function} {place}");
        }
    }
}

#[test]
fn a_staker_without_a_trustline_keeps_what_is_hers_and_blocks_nobody() {
    let mut crowd = Crowd::new();
    let [validator, leaver, other] =
        ["validator", "leaver", "other"].map(|name| crowd.person(name));
    for who in [&validator, &leaver, &other] {
        crowd.stake(who, 1_000 * ONE, 0);
    }
    crowd.register(&validator);
    crowd.call(&other, "notify", vec![account(&other), int(700 * ONE)]);
    crowd.pass(WEEK);
    let tft = crowd.suite.assets[0].0.clone();
    for gone in [&validator, &leaver] {
        crowd.suite.network.distrust(gone, &tft);
    }
    let (staking, token) = (crowd.staking.clone(), crowd.suite.tft.clone());
    let view = |crowd: &Crowd, who: &AccountId| {
        crowd.suite.view(&staking, "position", vec![account(who), ScVal::U32(0)]).expect("one")
    };
    let before = view(&crowd, &leaver);
    for (who, function, args) in [
        (&leaver, "claim", vec![account(&leaver), ScVal::U32(0)]),
        (&leaver, "unstake", vec![account(&leaver), ScVal::U32(0)]),
        (&validator, "claim_commission", vec![account(&validator)]),
    ] {
        assert!(crowd.suite.call(who, &staking, function, args).is_err(), "{function}");
    }
    assert_eq!(view(&crowd, &leaver), before);
    // Whose validator cannot be paid earns and leaves all the same.
    crowd.delegate(&other, &validator);
    crowd.own(&other, "undelegate");
    crowd.own(&other, "claim");
    crowd.pass(LEAVING);
    crowd.own(&other, "unstake");
    crowd.suite.network.trust(&leaver, &tft);
    for function in ["claim", "unstake"] {
        crowd.own(&leaver, function);
    }
    assert!(crowd.suite.balance(&token, account(&leaver)) > 1_000 * ONE);
}
