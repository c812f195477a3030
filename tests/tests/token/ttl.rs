//! What a call extends, what it does not, and that nothing is lost.

use soroban_sdk::{
    testutils::storage::{Instance as _, Persistent as _},
    Address, IntoVal, Symbol, Val, Vec,
};
use tributary_common::{interfaces::token::TokenConfig, ttl::DAY};
use tributary_tests::env::{
    own_token::{new_token, OwnToken, CAP, GENESIS},
    pool::ONE,
};

fn instance(own: &OwnToken) -> u32 {
    own.env.as_contract(&own.token.address, || own.env.storage().instance().get_ttl())
}

fn balance(own: &OwnToken, owner: &Address) -> u32 {
    let key: Vec<Val> = (Symbol::new(&own.env, "Balance"), owner).into_val(&own.env);
    own.env.as_contract(&own.token.address, || own.env.storage().persistent().get_ttl(&key))
}

/// A token with this many days left, of which somebody has 100.
fn token(days: u32) -> (OwnToken, Address) {
    let own = OwnToken::default();
    let holder = own.user(100 * ONE);
    own.approve(&holder, &own.treasury, 100 * ONE, own.ledger() + 130 * DAY).expect("allowed");
    own.close(instance(&own) - days * DAY);
    (own, holder)
}

#[test]
fn transfers_and_allowances_extend_no_instance() {
    let (own, holder) = token(10);
    let treasury = own.treasury.clone();
    own.transfer(&holder, &treasury, ONE).expect("a transfer");
    own.transfer_from(&treasury, &holder, &treasury, ONE).expect("a transfer");
    own.approve(&holder, &treasury, ONE, own.ledger()).expect("an allowance");
    assert_eq!(own.token.config().minted, GENESIS);
    assert_eq!(own.token.total_supply(), GENESIS);
    assert_eq!(instance(&own), 10 * DAY);
}

#[test]
fn mint_and_burns_extend_the_instance_within_limits() {
    type Call = fn(&OwnToken, &Address);
    let calls: [Call; 3] = [
        |own, _| own.mint(ONE).expect("within the cap"),
        |own, holder| own.burn(holder, ONE).expect("she has it"),
        |own, holder| own.burn_from(&own.treasury, holder, ONE).expect("allowed"),
    ];
    // Up to 60 days, by no less than 7 and no more than 30.
    for (left, then) in [(10, 40), (30, 60), (50, 60), (54, 54), (60, 60)] {
        for call in calls {
            let (own, holder) = token(left);
            call(&own, &holder);
            assert_eq!(instance(&own), then * DAY, "{left} days left");
        }
    }
}

#[test]
fn balances_are_extended_when_they_are_written() {
    let own = OwnToken::default();
    let (from, to, other) = (own.user(100 * ONE), own.user(ONE), own.user(ONE));
    let lives = |own: &OwnToken| [&from, &to, &other].map(|owner| balance(own, owner));
    let fresh = lives(&own)[0];
    // While more than 90 days remain they are left alone.
    own.close(29 * DAY);
    own.transfer(&from, &to, ONE).expect("a transfer");
    assert_eq!(lives(&own), [fresh - 29 * DAY; 3]);
    own.close(11 * DAY);
    let left = fresh - 40 * DAY;
    assert_eq!(lives(&own), [left; 3]);
    own.transfer(&from, &to, ONE).expect("a transfer");
    assert_eq!(lives(&own), [120 * DAY, 120 * DAY, left]);
    own.burn(&other, 1).expect("she has it");
    assert_eq!(lives(&own), [120 * DAY; 3]);
    assert_eq!(balance(&own, &own.treasury), left);
    own.mint(1).expect("within the cap");
    assert_eq!(balance(&own, &own.treasury), 120 * DAY);
}

#[test]
fn values_outlive_every_ttl() {
    let own = OwnToken::default();
    let (from, spender) = (own.user(100 * ONE), own.user(ONE));
    own.burn(&from, 10 * ONE).expect("she has it");
    own.mint(7 * ONE).expect("within the cap");
    own.approve(&from, &spender, 5 * ONE, own.ledger() + 20 * DAY).expect("an allowance");
    let owners = [&from, &spender, &own.treasury];
    let before = own.books(&owners);
    // Past the longest life there is, twice: everything had to be restored.
    for _ in 0..2 {
        own.close(4_000_000);
        assert_eq!(own.books(&owners), before);
        let terms =
            TokenConfig { treasury: own.treasury.clone(), cap: CAP, minted: GENESIS + 7 * ONE };
        assert_eq!(own.token.config(), terms);
        let new = new_token(&own.env);
        assert_eq!((own.token.name(), own.token.symbol()), (new.name, new.symbol));
        assert_eq!(own.token.allowance(&from, &spender), 0, "expired, as signed");
    }
    own.transfer(&from, &spender, 90 * ONE).expect("all she has");
    own.mint(1).expect("within the cap");
    own.burn(&spender, 91 * ONE).expect("all she has");
    let (minted, supply, _) = before;
    let balances = vec![0, 0, GENESIS - 94 * ONE + 1];
    assert_eq!(own.books(&owners), (minted + 1, supply + 1 - 91 * ONE, balances));
}
