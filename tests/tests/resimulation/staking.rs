//! What stakers, validators and a council simulated, applied three ledgers later.

use soroban_env_host::xdr::{AccountId, ScVal};
use tributary_tests::{
    env::pool::ONE,
    ledger::{
        camp::{Camp, DAY, DELEGATED, LEFT, UNDELEGATED},
        resimulation::{applies_later, Call},
        val::{account, int},
    },
};

/// What others do in between.
type Others = fn(&mut Camp, &AccountId);

fn nothing(_: &mut Camp, _: &AccountId) {}

/// Income, and somebody who stakes, delegates to the same validator and leaves it again.
fn crowd(camp: &mut Camp, other: &AccountId) {
    camp.notify(100);
    camp.stake(other, 77, 900 * DAY);
    camp.call(other, "delegate", camp.delegating(other, 0));
    camp.suite.network.close(1);
    camp.call(other, "undelegate", camp.of(other, 0));
}

/// The validator lowers its commission and takes what it earned.
fn earn(camp: &mut Camp, _: &AccountId) {
    let validator = camp.validator.clone();
    let mut args = camp.registering(&validator, 0);
    args.remove(1);
    args[1] = ScVal::U32(900);
    camp.suite.network.close(1);
    camp.call(&validator, "update_validator", args);
    camp.call(&validator, "claim_commission", vec![account(&validator)]);
}

/// A slash is proposed. Until it is decided nobody delegates.
fn accuse(camp: &mut Camp, _: &AccountId) {
    let council = camp.council.clone();
    camp.call(&council, "propose_slash", camp.slashing(1_000));
}

/// The slash that was pending is stopped.
fn acquit(camp: &mut Camp, _: &AccountId) {
    let council = camp.council.clone();
    camp.call(&council, "veto_slash", vec![ScVal::U32(1)]);
}

/// The slash that was pending is executed.
fn punish(camp: &mut Camp, other: &AccountId) {
    camp.call(other, "execute_slash", vec![ScVal::U32(1)]);
}

/// Income, somebody who stakes, and one who expires a lock of the owner's.
fn expire(camp: &mut Camp, other: &AccountId) {
    camp.notify(100);
    camp.stake(other, 77, 900 * DAY);
    camp.call(&camp.council.clone(), "expire", camp.of(&camp.owner, UNDELEGATED));
}

fn quiet(camp: &mut Camp, _: &AccountId) {
    camp.suite.network.close(360);
}

/// The stream ends.
fn drain(camp: &mut Camp, _: &AccountId) {
    camp.days(9);
}

const CALLS: [&str; 17] = [
    "stake",
    "extend",
    "expire",
    "claim",
    "unstake undelegated",
    "unstake left",
    "complete_unbonding",
    "undelegate",
    "notify",
    "claim_commission",
    "update_validator",
    "delegate undelegated",
    "delegate left",
    "register_validator",
    "propose_slash",
    "veto_slash",
    "execute_slash",
];

/// Who calls what, with what.
fn call(camp: &Camp, name: &str, newcomer: &AccountId) -> Call {
    let (owner, validator) = (camp.owner.clone(), camp.validator.clone());
    let council = camp.council.clone();
    let of = |number| camp.of(&camp.owner, number);
    let (who, function, args) = match name {
        "stake" => {
            let args = vec![account(&owner), int(10 * ONE), ScVal::U64(30 * DAY)];
            (owner, "stake", args)
        }
        "extend" => {
            let mut args = of(DELEGATED);
            args.push(ScVal::U64(800 * DAY));
            (owner, "extend", args)
        }
        "expire" => (council, "expire", of(UNDELEGATED)),
        "claim" => (owner.clone(), "claim", of(DELEGATED)),
        "unstake undelegated" => (owner.clone(), "unstake", of(UNDELEGATED)),
        "unstake left" => (owner.clone(), "unstake", of(LEFT)),
        "complete_unbonding" => (owner.clone(), "complete_unbonding", of(LEFT)),
        "undelegate" => (owner.clone(), "undelegate", of(DELEGATED)),
        "notify" => (council.clone(), "notify", vec![account(&council), int(50 * ONE)]),
        "claim_commission" => {
            let args = vec![account(&validator)];
            (validator, "claim_commission", args)
        }
        "update_validator" => {
            let mut args = camp.registering(&validator, 0);
            args.remove(1);
            (validator, "update_validator", args)
        }
        "delegate undelegated" => (owner.clone(), "delegate", camp.delegating(&owner, UNDELEGATED)),
        "delegate left" => (owner.clone(), "delegate", camp.delegating(&owner, LEFT)),
        "register_validator" => {
            (newcomer.clone(), "register_validator", camp.registering(newcomer, 0))
        }
        "propose_slash" => (council, "propose_slash", camp.slashing(100)),
        "veto_slash" => (council, "veto_slash", vec![ScVal::U32(1)]),
        "execute_slash" => (council, "execute_slash", vec![ScVal::U32(1)]),
        other => panic!("{other}"),
    };
    Call { who, contract: camp.staking.clone(), function, args }
}

/// (the camp, another staker, one who could be a validator), in a ledger in which all was just settled.
#[derive(Clone)]
struct Prepared(Camp, AccountId, AccountId);

fn scene(pending: bool) -> Prepared {
    let mut camp = Camp::new();
    let [other, newcomer] =
        ["other", "newcomer"].map(|name| camp.suite.person(name, 100_000 * ONE));
    camp.stake(&newcomer, 500, 0);
    if pending {
        accuse(&mut camp, &other);
        camp.days(7);
        camp.notify(7_000);
        camp.suite.network.close(1);
    }
    // Whoever is simulated next finds nothing to settle, and at application something.
    let owner = camp.owner.clone();
    camp.call(&owner, "claim", camp.of(&owner, DELEGATED));
    camp.suite.network.close(1);
    let validator = camp.validator.clone();
    camp.call(&validator, "claim_commission", vec![account(&validator)]);
    Prepared(camp, other, newcomer)
}

fn applies(name: &str, prepared: &Prepared, what: &str, others: Others) {
    let Prepared(mut camp, other, newcomer) = prepared.clone();
    if matches!(name, "claim" | "claim_commission") {
        camp.suite.network.close(1); // else there is nothing to claim
    }
    let call = call(&camp, name, &newcomer);
    let name = format!("{name}, {what}");
    applies_later(&name, &mut camp, &call, |camp| others(camp, &other), 3);
}

/// Whether a call is refused after what others did, for a reason of its own.
fn is_refused_after(name: &str, others: &str) -> bool {
    match others {
        "accuse" => name.starts_with("delegate") || name == "propose_slash",
        "earn" => name == "claim_commission",
        "expire" => name == "expire",
        "acquit" | "punish" => matches!(name, "veto_slash" | "execute_slash"),
        _ => false,
    }
}

#[test]
fn what_a_staker_simulated_applies_up_to_three_ledgers_later() {
    let others: [(&str, Others); 6] = [
        ("nothing", nothing),
        ("crowd", crowd),
        ("earn", earn),
        ("accuse", accuse),
        ("quiet", quiet),
        ("drain", drain),
    ];
    let prepared = scene(false);
    for name in CALLS {
        // There is no slash.
        if matches!(name, "veto_slash" | "execute_slash") {
            continue;
        }
        for (what, others) in others {
            if !is_refused_after(name, what) {
                applies(name, &prepared, what, others);
            }
        }
    }
}

#[test]
fn what_was_simulated_while_a_slash_is_pending_applies_after_its_end() {
    let others: [(&str, Others); 4] =
        [("nothing", nothing), ("expire", expire), ("acquit", acquit), ("punish", punish)];
    let prepared = scene(true);
    for name in CALLS {
        if name.starts_with("delegate") || name == "propose_slash" {
            continue;
        }
        for (what, others) in others {
            if !is_refused_after(name, what) {
                applies(name, &prepared, what, others);
            }
        }
    }
}
