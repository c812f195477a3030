use soroban_sdk::{
    testutils::{storage::Persistent as _, Deployer as _},
    Address, Env, IntoVal, Symbol, Val, Vec,
};
use tributary_common::{interfaces::staking::StakingError, ttl::DAY as LEDGERS};
use tributary_tests::env::{
    pool::ONE,
    stakes::{Stake, Stakes, DAY, WEEK},
};

use crate::{claim_commission, extend, one_more, update, UNBONDING};

/// The ledgers of a day are `LEDGERS`; how many an entry lives.
fn life(s: &Stakes, key: impl IntoVal<Env, Vec<Val>>) -> u32 {
    let key: Vec<Val> = key.into_val(&s.env);
    s.env.as_contract(&s.staking.address, || s.env.storage().persistent().get_ttl(&key))
}

fn instance(s: &Stakes) -> u32 {
    s.env.deployer().get_contract_instance_ttl(&s.staking.address)
}

#[test]
fn what_is_written_lives_for_months() {
    let s = Stakes::new();
    let name = |name: &str| Symbol::new(&s.env, name);
    let v = s.validator(1_000);
    let stake = s.stake(100 * ONE, 0);
    s.slash(&v, 100);
    s.notify(700 * ONE).expect("notified");
    let slash = s.propose(&v, 100).expect("proposed");
    s.pass(7 * DAY);
    s.execute(slash).expect("executed");
    s.pass(35 * DAY);
    let owner = &stake.0;
    let lives = || {
        [
            life(&s, (name("Positions"), owner)),
            life(&s, (name("Position"), owner, 0u32)),
            life(&s, (name("Validator"), &v)),
            life(&s, (name("LastValidator"),)),
            life(&s, (name("Executed"), &v)),
        ]
    };
    // None of them would live 90 days longer by itself.
    assert!(lives().iter().all(|life| *life < 90 * LEDGERS), "{:?}", lives());
    one_more(&s, owner, ONE);
    s.own::<i128>("claim", &stake).expect("paid");
    claim_commission(&s, &v).expect("paid");
    let another = s.validator(0);
    assert_eq!(lives()[..4], [120 * LEDGERS; 4]);
    // A slash is written when it is proposed, and when it is decided.
    let slash = s.propose(&v, 100).expect("proposed");
    assert!(life(&s, (name("Slash"), slash)) >= 119 * LEDGERS);
    s.pass(7 * DAY);
    s.execute(slash).expect("executed");
    assert_eq!(life(&s, (name("Executed"), &v)), 120 * LEDGERS);
    assert!(life(&s, (name("Slash"), slash)) >= 90 * LEDGERS);
    assert!(life(&s, (name("Validator"), &another)) >= 90 * LEDGERS);
}

#[test]
fn what_people_do_keeps_the_instance_alive() {
    type Act = fn(&Stakes, &Stake, &Address);
    let acts: [(&str, Act); 15] = [
        ("stake", |s, (owner, _), _| assert!(s.stake_as(owner, ONE, 0).is_ok())),
        ("extend", |s, stake, _| assert!(extend(s, stake, DAY).is_ok())),
        ("expire", |s, stake, _| assert!(s.any::<()>("expire", stake).is_ok())),
        ("delegate", |s, stake, v| assert!(s.delegate(stake, v).is_ok())),
        ("undelegate", |s, _, v| assert!(s.own::<u64>("undelegate", &(v.clone(), 0)).is_ok())),
        ("complete_unbonding", |s, _, v| {
            assert!(s.own::<i128>("complete_unbonding", &(v.clone(), 1)).is_ok())
        }),
        ("unstake", |s, stake, _| assert!(s.own::<i128>("unstake", stake).is_ok())),
        ("claim", |s, stake, _| assert!(s.own::<i128>("claim", stake).is_ok())),
        ("notify", |s, _, _| assert!(s.notify(ONE).is_ok())),
        ("register_validator", |s, (owner, _), _| {
            assert!(s.register(&(owner.clone(), 1), 0).is_ok())
        }),
        ("update_validator", |s, _, v| assert!(update(s, v, 0).is_ok())),
        ("claim_commission", |s, _, v| assert!(claim_commission(s, v).is_ok())),
        ("veto_slash", |s, _, _| assert!(s.veto(1).is_ok())),
        ("cancel_slash", |s, _, _| assert!(s.cancel(1).is_ok())),
        ("execute_slash", |s, _, _| assert!(s.execute(1).is_ok())),
    ];
    for (name, act) in acts {
        let s = Stakes::new();
        let (v, w) = (s.validator_with(1_000 * ONE, 1_000), s.validator(0));
        let leaving = one_more(&s, &v, ONE);
        s.delegate(&leaving, &v).expect("delegated");
        s.own::<u64>("undelegate", &leaving).expect("leaving");
        let stake = s.stake(100 * ONE, DAY);
        one_more(&s, &stake.0, 100 * ONE);
        s.give(&s.tft, &stake.0, ONE);
        s.notify(700 * ONE).expect("notified");
        s.pass(93 * DAY);
        // Up to 60 days, by no more than 30.
        let before = instance(&s);
        assert_eq!(s.propose(&w, 1), Ok(1));
        assert_eq!(instance(&s), before + 30 * LEDGERS);
        s.pass(WEEK);
        assert!(instance(&s) <= 53 * LEDGERS);
        act(&s, &stake, &v);
        assert_eq!(instance(&s), 60 * LEDGERS, "{name}");
    }
}

#[test]
fn values_outlive_every_ttl() {
    let s = Stakes::new();
    let v = s.validator(1_000);
    let (stake, leaving) = (s.stake(100 * ONE, 0), s.delegated(50 * ONE, 0, &v));
    s.notify(700 * ONE).expect("notified");
    s.slash(&v, 3_000);
    s.own::<u64>("undelegate", &leaving).expect("leaving");
    s.pass(WEEK);
    let values = || {
        let positions = [&stake, &leaving, &(v.clone(), 0)].map(|stake| s.position(stake));
        let last = (s.staking.last_validator(), s.staking.positions(&stake.0));
        (s.staking.state(), positions, s.at(&v), s.staking.slash(&1), last)
    };
    let before = values();
    // Past the longest life there is, twice, in ledgers; no clock goes on.
    for _ in 0..2 {
        s.wait(4_000_000, 0);
        assert_eq!(values(), before);
    }
    // Nor is the cap forgotten.
    assert_eq!(s.propose(&v, 1), Err(Ok(StakingError::SlashCapExceeded.into())));
    let earned = before.1[0].claimable;
    assert_eq!(s.own("claim", &stake), Ok(earned));
    assert_eq!(s.stake_as(&s.user(&[(&s.tft, ONE)]), ONE, 0), Ok(0));
    s.pass(UNBONDING);
    assert_eq!(s.own("unstake", &leaving), Ok(35 * ONE));
}
