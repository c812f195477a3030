//! The treasury and a region's own token: every entry point, and each action that a council can propose.

use soroban_env_host::xdr::{ScAddress, ScVal};
use tributary_tests::{
    env::pool::ONE,
    ledger::{
        suite::{action, grant, leg, liquidity, new_token_params, policy, removal, symbol},
        val::{account, address, int},
        vault::Vault,
        Cost,
    },
};

/// Every entry point once, after everything that it touches exists.
pub fn rows() -> Vec<(String, Cost)> {
    let mut scene = Vault::new();
    let (tft, token) = (scene.suite.tft.clone(), scene.key.1.clone());
    let (me, pool) = (account(&scene.council), scene.suite.pool(&scene.key));
    let mut rows: Vec<(String, Cost)> = vec![];
    let mut add = |name: &str, cost: Cost| rows.push((format!("treasury: {name}"), cost));

    add("absorb", scene.call("absorb", vec![address(&token)]));
    let protect = vec![me.clone(), address(&token), int(1_000_000 * ONE)];
    scene.call("protect", protect.clone());
    scene.suite.network.close(1);
    add("protect", scene.call("protect", protect));
    scene.days(1);
    scene.suite.network.close(17_280);
    add("observe", scene.observe());
    scene.suite.network.close(60);
    let buyback = vec![address(&token), int(1_000 * ONE), address(&pool)];
    scene.call("buyback", buyback.clone());
    scene.suite.network.close(720);
    add("buyback", scene.call("buyback", buyback));
    let one = |token: &ScAddress| leg(token, ONE);
    add("propose", scene.propose(action("Burn", leg(&tft, 2 * ONE))).1);

    let offer = scene.sale();

    for (name, wanted, days) in [
        ("execute: Grant", grant(&token, &me, ONE), 3),
        ("execute: Release", action("Release", one(&token)), 3),
        ("execute: Burn", action("Burn", one(&tft)), 3),
        ("execute: AddLiquidity", liquidity(&pool, 1_000 * ONE, 3_000 * ONE), 3),
        ("execute: RemoveLiquidity", removal(&pool, 1_000), 3),
        ("execute: PostOffer", offer.posting(7), 3),
        ("execute: SetPolicy", policy(&[(pool.clone(), 1, 1)], 101), 7),
    ] {
        // Once before, so that every entry exists.
        if name.contains("Liquidity") || name.contains("Release") {
            scene.carry(wanted.clone(), days);
        }
        add(name, scene.carry(wanted, days));
    }
    let id = offer.id(&scene.treasury, 7);
    add("execute: CancelOffer", scene.carry(action("CancelOffer", id), 0));
    let (id, _) = scene.propose(action("Burn", one(&tft)));
    add("veto", {
        let (who, treasury) = (scene.council.clone(), scene.treasury.clone());
        scene.suite.call(&who, &treasury, "veto", vec![id.clone()]).expect("veto").cost
    });
    let (other, _) = scene.propose(action("Burn", one(&tft)));
    add("cancel", scene.call("cancel", vec![other]));
    for (function, args) in [
        ("books", vec![address(&token)]),
        ("budget", vec![address(&token)]),
        ("proposal", vec![id]),
        ("watch", vec![address(&pool)]),
        ("policy", vec![]),
        ("config", vec![]),
    ] {
        add(function, scene.call(function, args));
    }
    let council = action("SetCouncil", account(&scene.council));
    add("execute: SetCouncil", scene.carry(council, 7));
    rows.extend(token_rows());
    rows
}

/// A region with a token of its own, of which its founder was granted some.
fn token_rows() -> Vec<(String, Cost)> {
    let mut scene = Vault::new();
    let council = scene.council.clone();
    let (me, other) = (account(&council), scene.suite.person("other", ONE));
    let params = new_token_params(&council, &council, "JUR", 1_000_000 * ONE, 100_000 * ONE);
    let args = vec![me.clone(), symbol("JURA"), params];
    let factory = scene.suite.factory.clone();
    let made = scene.suite.call(&council, &factory, "create_region", args).expect("a region");
    let mut rows = vec![("factory: create_region, with a new token".to_string(), made.cost)];
    let token = scene.suite.of_region("token", "JURA");
    scene.treasury = scene.suite.of_region("treasury", "JURA");
    scene.call("absorb", vec![address(&token)]);
    let (id, _) = scene.propose(grant(&token, &me, 1_000 * ONE));
    let (mint, _) = scene.propose(action("Mint", int(ONE)));
    scene.suite.network.close(8 * 17_280);
    scene.call("execute", vec![id]);
    rows.push(("treasury: execute: Mint".to_string(), scene.call("execute", vec![mint])));
    let live = ScVal::U32(scene.suite.network.info.sequence_number + 1_000);
    let them = account(&other);
    let calls = [
        (&council, "transfer", vec![me.clone(), them.clone(), int(10 * ONE)]),
        (&council, "transfer", vec![me.clone(), them.clone(), int(10 * ONE)]),
        (&council, "approve", vec![me.clone(), them.clone(), int(10 * ONE), live.clone()]),
        (&council, "approve", vec![me.clone(), them.clone(), int(10 * ONE), live]),
        (&other, "transfer_from", vec![them.clone(), me.clone(), them.clone(), int(ONE)]),
        (&council, "burn", vec![me.clone(), int(ONE)]),
        (&other, "burn_from", vec![them.clone(), me.clone(), int(ONE)]),
        (&council, "balance", vec![me.clone()]),
        (&council, "allowance", vec![me, them]),
        (&council, "total_supply", vec![]),
        (&council, "config", vec![]),
        (&council, "decimals", vec![]),
        (&council, "name", vec![]),
        (&council, "symbol", vec![]),
    ];
    for (who, function, args) in calls {
        scene.suite.network.close(1);
        let cost = scene.suite.call(who, &token, function, args).expect(function).cost;
        let name = format!("token: {function}");
        // The second time every entry exists.
        rows.retain(|(known, _)| *known != name);
        rows.push((name, cost));
    }
    rows
}
