//! Request for quote, with the two parties' own ed25519 signatures: whose covers what, and that none can be
//! used again, in part, later or for anything else.

use soroban_env_host::xdr::ScVal;
use tributary_tests::{
    env::pool::ONE,
    ledger::{
        suite::{map, Suite},
        val::{account, address, int, NO_DEADLINE},
        Simulation,
    },
};

/// What Mia and Tom agreed on, simulated and signed by both; sent by a third.
fn agreed() -> (Suite, Simulation) {
    let mut suite = Suite::new();
    let other = suite.asset("AAA");
    let [mia, tom] = ["Mia", "Tom"].map(|name| suite.person(name, 1_000 * ONE));
    let sender = suite.network.account("sender");
    let leg = |token, amount| map(&[("amount", int(amount)), ("token", address(token))]);
    let (give, take) = (leg(&suite.tft, 100 * ONE), leg(&other, 210 * ONE));
    let args = vec![account(&mia), account(&tom), give, take, NO_DEADLINE];
    let offers = suite.offers.clone();
    let simulated = suite.network.simulate(&sender, &offers, "swap_direct", args);
    let mut simulation = simulated.expect("a simulation");
    suite.network.sign(&mut simulation);
    (suite, simulation)
}

fn apply(suite: &mut Suite, simulation: &Simulation) -> Result<ScVal, String> {
    let sender = suite.network.account("sender");
    let applied = suite.network.apply(&sender, simulation);
    applied.map(|applied| applied.value).map_err(|error| error.to_string())
}

#[test]
fn two_signatures_trade_once() {
    let (mut suite, simulation) = agreed();
    let mia = account(&suite.network.account("Mia"));
    let before = suite.balance(&suite.tft, mia.clone());
    apply(&mut suite, &simulation).expect("a trade");
    assert_eq!(before - suite.balance(&suite.tft, mia), 100 * ONE);
    let again = apply(&mut suite, &simulation).expect_err("used up");
    assert!(again.contains("Auth"), "{again}");
}

#[test]
fn two_signatures_hold_for_their_ledgers_only() {
    let (mut suite, simulation) = agreed();
    suite.network.close(101);
    let late = apply(&mut suite, &simulation).expect_err("expired");
    assert!(late.contains("Auth"), "{late}");
}

#[test]
fn two_signatures_cover_every_amount_token_and_party() {
    let (mut suite, simulation) = agreed();
    let amount = |amount: i128| amount.to_be_bytes();
    for (then, now) in [(100 * ONE, 99 * ONE), (100 * ONE, 101 * ONE), (210 * ONE, 209 * ONE)] {
        let changed = simulation.about(&[(&amount(then), &amount(now))]);
        let refused = apply(&mut suite, &changed).expect_err("other amounts");
        assert!(refused.contains("Auth"), "{refused}");
    }
    // One of the two alone moves nothing.
    for place in [0, 1] {
        let alone = simulation.without_signature(place);
        let refused = apply(&mut suite, &alone).expect_err("one of two");
        assert!(refused.contains("Auth"), "{refused}");
    }
    apply(&mut suite, &simulation).expect("as agreed");
}
