//! Staking: every entry point, and the same calls with ten thousand stakers and validators.

use soroban_env_host::xdr::{AccountId, PublicKey, ScVal};
use tributary_tests::{
    env::pool::ONE,
    ledger::{
        camp::{Camp, DAY, DELEGATED, LEFT, UNDELEGATED},
        val::{account, int},
        Cost,
    },
};

/// Stakers, each of them a validator too, in the contract.
pub const COUNTS: [usize; 2] = [10, 10_000];

/// Every entry point once, after everything that it touches exists.
pub fn rows() -> Vec<(String, Cost)> {
    let mut camp = Camp::new();
    let (owner, validator) = (camp.owner.clone(), camp.validator.clone());
    let council = camp.council.clone();
    let (them, me) = (account(&validator), account(&owner));
    let mut rows: Vec<(String, Cost)> = vec![];
    let mut add = |name: &str, cost: Cost| rows.push((format!("staking: {name}"), cost));

    add("stake", camp.stake(&owner, 10, 30 * DAY).cost);
    camp.suite.network.close(1);
    let of = |camp: &Camp, number| camp.of(&camp.owner, number);
    for (name, function, number) in [
        ("claim, with no validator", "claim", UNDELEGATED),
        ("claim, delegated", "claim", DELEGATED),
    ] {
        // Once before, so that its balance is not found dearer the first time.
        camp.call(&owner, function, of(&camp, number));
        camp.suite.network.close(1);
        add(name, camp.call(&owner, function, of(&camp, number)).cost);
    }
    camp.suite.network.close(1);
    let mut longer = of(&camp, DELEGATED);
    longer.push(ScVal::U64(800 * DAY));
    add("extend", camp.call(&owner, "extend", longer).cost);
    camp.suite.network.close(1);
    add("complete_unbonding", camp.call(&owner, "complete_unbonding", of(&camp, LEFT)).cost);
    camp.suite.network.close(1);
    add("delegate", camp.call(&owner, "delegate", camp.delegating(&owner, LEFT)).cost);
    camp.suite.network.close(1);
    add("undelegate", camp.call(&owner, "undelegate", of(&camp, LEFT)).cost);
    camp.suite.network.close(1);
    add("unstake", camp.call(&owner, "unstake", of(&camp, UNDELEGATED)).cost);
    add("notify", camp.notify(7_000).cost);
    camp.suite.network.close(1);
    add("claim_commission", camp.call(&validator, "claim_commission", vec![them.clone()]).cost);
    camp.suite.network.close(1);
    let mut update = camp.registering(&validator, 0);
    update.remove(1);
    add("update_validator", camp.call(&validator, "update_validator", update).cost);
    camp.stake(&council, 500, 0);
    camp.suite.network.close(1);
    let registering = camp.registering(&council, 1);
    add("register_validator", camp.call(&council, "register_validator", registering).cost);

    for (slash, end) in [(1, "veto_slash"), (2, "cancel_slash")] {
        let proposed = camp.call(&council, "propose_slash", camp.slashing(1_000)).cost;
        camp.suite.network.close(1);
        if slash == 1 {
            add("propose_slash", proposed);
        }
        add(end, camp.call(&council, end, vec![ScVal::U32(slash)]).cost);
        camp.suite.network.close(1);
    }
    for slash in [3, 4] {
        camp.call(&council, "propose_slash", camp.slashing(100));
        camp.days(7);
        let cost = camp.call(&owner, "execute_slash", vec![ScVal::U32(slash)]).cost;
        // The second time the treasury's books exist.
        if slash == 4 {
            add("execute_slash", cost);
        }
    }
    camp.days(20);
    add("expire", camp.call(&council, "expire", of(&camp, 3)).cost);
    for (function, args) in [
        ("state", vec![]),
        ("positions", vec![me]),
        ("position", of(&camp, DELEGATED)),
        ("last_validator", vec![]),
        ("validator", vec![them]),
        ("slash", vec![ScVal::U32(1)]),
    ] {
        add(function, camp.call(&owner, function, args).cost);
    }
    rows
}

/// The same calls with 10 and 10 000 stakers, each of whom has a position with one validator and is a validator
/// with another.
pub fn scale() -> Vec<(&'static str, [Cost; 2])> {
    let mut camp = Camp::new();
    let (owner, validator) = (camp.owner.clone(), camp.validator.clone());
    let council = camp.council.clone();
    let names = [
        "staking: stake",
        "staking: claim",
        "staking: delegate",
        "staking: undelegate",
        "staking: notify",
        "staking: claim_commission",
        "staking: register_validator",
        "staking: propose_slash",
        "staking: execute_slash",
        "staking: state",
        "staking: validator",
    ];
    // Totals of more than one word from the beginning: longer divisions cost 15 000 instructions more, however
    // many there are to whom the totals belong.
    camp.stake(&owner, 900_000, 0);
    camp.call(&owner, "delegate", camp.delegating(&owner, 3));
    let mut crowd = Crowd::default();
    let mut slash = 0;
    // What is slashed twice finds every entry there.
    for _ in 0..2 {
        slash += 1;
        camp.call(&council, "propose_slash", camp.slashing(10));
        camp.days(7);
        camp.call(&owner, "execute_slash", vec![ScVal::U32(slash)]);
    }
    let measured = COUNTS.map(|count| {
        crowd.grow(&mut camp, count);
        camp.notify(7_000);
        camp.suite.network.close(1);
        // Pays the rent that is due.
        camp.call(&owner, "claim", camp.of(&owner, DELEGATED));
        let newcomer = camp.suite.person(&format!("newcomer {count}"), 1_000 * ONE);
        let first = camp.stake(&newcomer, 500, 0);
        let registering = camp.registering(&newcomer, 0);
        let registered = camp.call(&newcomer, "register_validator", registering).cost;
        camp.stake(&newcomer, 10, 0);
        camp.suite.network.close(1);
        let delegated = camp.call(&newcomer, "delegate", camp.delegating(&newcomer, 1)).cost;
        camp.suite.network.close(1);
        let left = camp.call(&newcomer, "undelegate", camp.of(&newcomer, 1)).cost;
        camp.suite.network.close(1);
        let claimed = camp.call(&owner, "claim", camp.of(&owner, DELEGATED)).cost;
        let notified = camp.notify(7_000).cost;
        camp.suite.network.close(1);
        let who = vec![account(&validator)];
        let commission = camp.call(&validator, "claim_commission", who.clone()).cost;
        let proposed = camp.call(&council, "propose_slash", camp.slashing(10)).cost;
        slash += 1;
        camp.days(7);
        let executed = camp.call(&owner, "execute_slash", vec![ScVal::U32(slash)]).cost;
        let state = camp.call(&owner, "state", vec![]).cost;
        let shown = camp.call(&owner, "validator", who).cost;
        [
            first.cost, claimed, delegated, left, notified, commission, registered, proposed,
            executed, state, shown,
        ]
    });
    let [few, many] = measured;
    let mut rows = vec![];
    for ((name, few), many) in names.into_iter().zip(few).zip(many) {
        let difference = few.instructions.abs_diff(many.instructions);
        assert!(difference * 100 <= few.instructions, "{name}: {few:?} {many:?}");
        // But for what a list of slashes grows by.
        let grown = if name.ends_with("execute_slash") { 32 } else { 0 };
        assert!(many.write_bytes.abs_diff(few.write_bytes) <= grown, "{name}: {few:?} {many:?}");
        rows.push((name, [few, many]));
    }
    rows
}

/// Stakers who all do the same: what one of them simulated is applied for all.
#[derive(Default)]
struct Crowd {
    people: usize,
}

impl Crowd {
    fn grow(&mut self, camp: &mut Camp, count: usize) {
        let bytes = |who: &AccountId| match &who.0 {
            PublicKey::PublicKeyTypeEd25519(key) => key.0,
        };
        let (tft, staking) = (camp.suite.tft.clone(), camp.staking.clone());
        let (asset, issuer) = (camp.suite.assets[0].0.clone(), camp.suite.issuer.clone());
        let person = |number: usize| format!("staker {number}");
        // The first is simulated, and differs from the rest: nobody registered before.
        let mut plans = vec![];
        for number in self.people..count {
            let who = camp.suite.network.account(&person(number));
            camp.suite.network.trust(&who, &asset);
            let staking_of = |amount: i128| vec![account(&who), int(amount * ONE), ScVal::U64(0)];
            let steps = [
                (&issuer, &tft, "mint", vec![account(&who), int(300 * ONE)]),
                (&who, &staking, "stake", staking_of(200)),
                (&who, &staking, "register_validator", camp.registering(&who, 0)),
                (&who, &staking, "stake", staking_of(50)),
                (&who, &staking, "delegate", camp.delegating(&who, 1)),
            ];
            for (step, (source, contract, function, args)) in steps.into_iter().enumerate() {
                if number == self.people {
                    let simulated = camp.suite.network.simulate(source, contract, function, args);
                    plans.push((who.clone(), simulated.expect(function)));
                }
                let (then, plan) = &plans[step];
                let plan = plan.about(&[(&bytes(then), &bytes(&who))]);
                camp.suite.network.apply(source, &plan).expect(function);
            }
        }
        self.people = count;
    }
}
