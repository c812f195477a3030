//! Simulated, and refused when sent although another simulation would succeed: what `tributary_tests::ledger::send::EXPECTED`
//! lists of that kind, with a good case beside it.

use std::collections::BTreeMap;

use soroban_env_host::xdr::{AccountId, ScAddress, ScVal};
use tributary_tests::{
    env::pool::ONE,
    ledger::{
        camp::{Camp, DELEGATED},
        resimulation::Call,
        send::assert_as_expected,
        suite::{fixed, list, map, path_val, policy, symbol, Key, Sale, Suite},
        val::{account, address, int, NO_DEADLINE},
        vault::{Vault, DAY},
        Network,
    },
};

/// Sends what was prepared before `others` acted; what the network says against it, though a new simulation succeeds.
fn sent_after(
    network: &mut Network,
    call: &Call,
    others: impl FnOnce(&mut Network),
) -> Option<String> {
    let prepared = network.prepare(&call.who, call.invocation()).expect("simulated");
    others(network);
    network.close(1);
    network.prepare(&call.who, call.invocation()).expect("simulated again");
    network.send(&prepared).err()
}

fn call(who: &AccountId, contract: &ScAddress, function: &'static str, args: Vec<ScVal>) -> Call {
    Call { who: who.clone(), contract: contract.clone(), function, args }
}

/// An offer of which the payment fails, beside one that is good, in the router's swap and in the market's.
fn unpayable() -> [Option<String>; 2] {
    let mut suite = Suite::new();
    let token = suite.asset("AAA");
    let [maker, taker, gone] =
        ["maker", "taker", "gone"].map(|name| suite.person(name, 1_000_000 * ONE));
    suite.create_region(&maker, "AA", &token).expect("a region");
    let key = Key("AA".into(), token.clone(), 30);
    suite.deposit(&maker, &key, 10_000 * ONE, 10_000 * ONE).expect("a deposit");
    suite.network.close(800);
    let mut sale = Sale {
        selling: suite.tft.clone(),
        amount: 100 * ONE,
        buying: token.clone(),
        price: fixed(1, 2),
        min_fill: 1,
        expires_at: suite.network.info.timestamp + DAY,
        proceeds_to: account(&maker),
    };
    let good = suite.make(&maker, 1, &sale).expect("an offer");
    sale.proceeds_to = account(&gone);
    let unpayable = suite.make(&maker, 2, &sale).expect("an offer");
    let (asset, _) = suite.assets[1].clone();
    suite.network.distrust(&gone, &asset);
    suite.network.close(1);
    let me = account(&taker);
    let caps = [&good, &unpayable].map(|id| list(&[id.clone(), int(10 * ONE)]));
    let path = path_val(std::slice::from_ref(&key));
    let end = [int(0), me.clone(), NO_DEADLINE];
    let swap = [me.clone(), address(&token), int(100 * ONE), list(&caps), path];
    let swap = call(&taker, &suite.router, "swap_with_offers", [&swap[..], &end].concat());
    let fills = [&good, &unpayable].map(|id| map(&[("amount", int(ONE)), ("id", id.clone())]));
    let many = [me, list(&fills), address(&token), int(100 * ONE)];
    let many = call(&taker, &suite.offers, "fill_many", [&many[..], &end].concat());
    [swap, many].map(|call| sent_after(&mut suite.network.clone(), &call, |_| ()))
}

/// One admin chooses an oracle pool beside another.
fn quotes() -> Option<String> {
    let mut suite = Suite::new();
    let [a, b] = ["AAA", "BBB"].map(|code| suite.asset(code));
    let founder = suite.person("founder", 1_000_000 * ONE);
    let (admin, factory) = (suite.admin.clone(), suite.factory.clone());
    let [first, second] = [("AA", a), ("BB", b)].map(|(code, token)| {
        suite.create_region(&founder, code, &token).expect("a region");
        let endorse = vec![symbol(code), ScVal::Bool(true)];
        suite.call(&admin, &factory, "endorse", endorse).expect("endorsed");
        let args = vec![address(&token), Key(code.into(), token, 30).val()];
        call(&founder, &factory, "set_oracle_pool", args)
    });
    suite.network.close(1);
    sent_after(&mut suite.network, &first, |network| {
        assert_eq!(network.prepare_and_send(&second.who, &second.invocation()), Ok(None));
    })
}

/// A policy that names a pool which is observed for the first time.
fn first_observation() -> Option<String> {
    let mut vault = Vault::new();
    let suite = &mut vault.suite;
    let token = suite.asset("BBB");
    let other = suite.person("other", 1_000_000 * ONE);
    suite.create_region(&other, "BB", &token).expect("a region");
    let key = Key("BB".into(), token, 30);
    suite.deposit(&other, &key, 10_000 * ONE, 10_000 * ONE).expect("a deposit");
    let pools = [vault.key.clone(), key].map(|key| vault.suite.pool(&key));
    let (id, _) = vault.propose(policy(&pools.clone().map(|pool| (pool, 1, 1)), 100));
    vault.days(7);
    vault.suite.network.close(1);
    let execute = call(&vault.council, &vault.treasury, "execute", vec![id]);
    let observe = call(&other, &vault.treasury, "observe", vec![address(&pools[1])]);
    sent_after(&mut vault.suite.network, &execute, |network| {
        assert_eq!(network.prepare_and_send(&other, &observe.invocation()), Ok(None));
    })
}

/// An entry whose rent falls due between simulation and sending.
fn rent() -> Option<String> {
    let mut camp = Camp::new();
    let mut args = camp.of(&camp.owner, DELEGATED);
    args.push(ScVal::U64(800 * DAY));
    let extend = call(&camp.owner, &camp.staking, "extend", args);
    let network = &mut camp.suite.network;
    let fee = |network: &Network| {
        let prepared = network.prepare(&extend.who, extend.invocation());
        prepared.expect("simulated").data.resource_fee
    };
    // The last ledger in which the fee is what it is now.
    let now = fee(network);
    let (mut same, mut more) = (0, 60 * 17_280);
    while more - same > 1 {
        let middle = (same + more) / 2;
        let mut later = network.clone();
        later.close(middle);
        *(if fee(&later) == now { &mut same } else { &mut more }) = middle;
    }
    network.close(same);
    sent_after(network, &extend, |_| ())
}

#[test]
fn what_is_refused_though_simulated_is_listed() {
    let [swap, many] = unpayable();
    let outcomes = [
        ("router: swap_with_offers, an offer that cannot be paid", swap),
        ("offers: fill_many, an offer that cannot be paid", many),
        ("factory: set_oracle_pool beside another", quotes()),
        ("treasury: execute a policy beside a first observe", first_observation()),
        ("staking: extend when rent falls due", rent()),
    ];
    let refused = outcomes.into_iter().filter_map(|(name, refusal)| Some((name.into(), refusal?)));
    let refused: BTreeMap<String, String> = refused.collect();
    assert_as_expected("beside others", refused);
}
