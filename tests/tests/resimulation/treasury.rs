//! What keepers and councils simulated, applied three ledgers later.

use soroban_env_host::xdr::{AccountId, ScVal};
use tributary_tests::{
    env::pool::ONE,
    ledger::{
        resimulation::{applies_later, Call},
        suite::{action, grant, leg, liquidity, removal},
        val::{account, address, int},
        vault::Vault,
    },
};

/// What others do in between.
type Others = fn(&mut Vault, &AccountId);

fn nothing(_: &mut Vault, _: &AccountId) {}

fn trade(vault: &mut Vault, other: &AccountId) {
    let (tft, key) = (vault.suite.tft.clone(), vault.key.clone());
    for (token, amount) in [(&tft, 500), (&key.1, 900), (&tft, 10)] {
        let path = std::slice::from_ref(&key);
        vault.suite.route(other, token, amount * ONE, path).expect("a swap");
    }
}

/// Income, a gift, and somebody who books it.
fn enrich(vault: &mut Vault, other: &AccountId) {
    let pool = vault.suite.pool(&vault.key);
    vault.suite.call(other, &pool, "collect", vec![]).expect("collect");
    for token in [vault.suite.tft.clone(), vault.key.1.clone()] {
        let give = vec![account(other), address(&vault.treasury), int(7 * ONE)];
        vault.suite.call(other, &token, "transfer", give).expect("transfer");
    }
    let token = address(&vault.key.1);
    vault.call("absorb", vec![token]);
}

fn tell(vault: &mut Vault, _: &AccountId) {
    vault.observe();
}

fn quiet(vault: &mut Vault, _: &AccountId) {
    vault.suite.network.close(360);
}

/// Everything that is called, with what must have been proposed before.
fn calls(vault: &mut Vault) -> Vec<Call> {
    let (tft, token) = (vault.suite.tft.clone(), vault.key.1.clone());
    let (me, pool) = (account(&vault.council), vault.suite.pool(&vault.key));
    let offer = vault.sale();
    let actions = [
        grant(&token, &me, ONE),
        action("Release", leg(&token, ONE)),
        action("Burn", leg(&tft, ONE)),
        liquidity(&pool, 1_000 * ONE, 3_000 * ONE),
        removal(&pool, ONE),
        offer.posting(7),
    ];
    let ids = actions.map(|action| vault.propose(action).0);
    vault.days(3);
    vault.suite.network.close(1);
    let mut calls = vec![
        ("absorb", vec![address(&tft)]),
        ("observe", vec![address(&pool)]),
        ("buyback", vec![address(&token), int(1_000 * ONE), address(&pool)]),
        ("protect", vec![me, address(&token), int(ONE)]),
        ("propose", vec![ScVal::U64(99), action("Burn", leg(&tft, 2 * ONE))]),
    ];
    calls.extend(ids.map(|id| ("execute", vec![id])));
    let call = |(function, args)| Call {
        who: vault.council.clone(),
        contract: vault.treasury.clone(),
        function,
        args,
    };
    calls.into_iter().map(call).collect()
}

/// Everything that the measured calls touch exists.
fn scene() -> (Vault, AccountId) {
    let mut vault = Vault::new();
    let other = vault.suite.person("other", 100_000 * ONE);
    let (token, pool) = (vault.key.1.clone(), vault.suite.pool(&vault.key));
    let me = account(&vault.council);
    vault.call("protect", vec![me, address(&token), int(1_000_000 * ONE)]);
    vault.call("buyback", vec![address(&token), int(1_000 * ONE), address(&pool)]);
    vault.carry(liquidity(&pool, 1_000 * ONE, 3_000 * ONE), 3);
    (vault, other)
}

#[test]
fn what_a_keeper_simulated_applies_up_to_three_ledgers_later() {
    let others: [Others; 5] = [nothing, trade, enrich, tell, quiet];
    let (mut prepared, other) = scene();
    for (index, call) in calls(&mut prepared).iter().enumerate() {
        for (place, others) in others.into_iter().enumerate() {
            let name = format!("{} {index}, {place}", call.function);
            let mut vault = prepared.clone();
            applies_later(&name, &mut vault, call, |vault| others(vault, &other), 3);
        }
    }
}
