use soroban_sdk::{
    testutils::MuxedAddress as _, token::TokenClient, Address, MuxedAddress, String,
};
use soroban_token_sdk::events::{Transfer, TransferWithAmountOnly};
use tributary_common::interfaces::token::TokenError;
use tributary_tests::env::{
    own_token::{OwnToken, GENESIS},
    pool::ONE,
    sign::assert_refused,
};

/// A token of whose genesis somebody has 100.
fn token() -> (OwnToken, Address, Address) {
    let own = OwnToken::default();
    let (from, to) = (own.user(100 * ONE), own.user(0));
    (own, from, to)
}

fn told(own: &OwnToken, from: &Address, to: &Address, amount: i128) {
    let event = TransferWithAmountOnly { from: from.clone(), to: to.clone(), amount };
    assert_eq!(own.events(), [own.event(event)]);
}

#[test]
fn transfer_moves_and_leaves_the_supply() {
    let (own, from, to) = token();
    assert_eq!(own.transfer(&from, &to, 40 * ONE), Ok(()));
    told(&own, &from, &to, 40 * ONE);
    let balances = vec![60 * ONE, 40 * ONE];
    assert_eq!(own.books(&[&from, &to]), (GENESIS, GENESIS, balances));
    // As every wallet asks.
    let standard = TokenClient::new(&own.env, &own.token.address);
    assert_eq!((standard.balance(&from), standard.balance(&to)), (60 * ONE, 40 * ONE));
    own.transfer(&to, &from, 40 * ONE).expect("what she received is free at once");
    assert_eq!(own.books(&[&from, &to]).2, [100 * ONE, 0]);
}

#[test]
fn transfer_to_a_multiplexed_address_tells_its_id() {
    let (own, from, _) = token();
    let to = MuxedAddress::generate(&own.env);
    own.signed(&from, &own.call("transfer", (&from, &to, 5 * ONE))).expect("a transfer");
    let event =
        Transfer { from: from.clone(), to: to.address(), to_muxed_id: to.id(), amount: 5 * ONE };
    assert!(to.id().is_some());
    assert_eq!(own.events(), [own.event(event)], "the same bytes as the token SDK's event");
    assert_eq!(own.books(&[&from, &to.address()]).2, [95 * ONE, 5 * ONE]);
}

#[test]
fn transfer_to_an_account_needs_no_trustline() {
    let (own, from, _) = token();
    let key = "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ";
    let account = Address::from_string(&String::from_str(&own.env, key));
    own.transfer(&from, &account, ONE).expect("a transfer");
    told(&own, &from, &account, ONE);
    assert_eq!(own.books(&[&from, &account]).2, [99 * ONE, ONE]);
}

#[test]
fn transfer_to_oneself_and_of_nothing_changes_no_balance() {
    let (own, from, to) = token();
    for amount in [0, 1, 100 * ONE] {
        own.transfer(&from, &from, amount).expect("to herself");
        told(&own, &from, &from, amount);
        assert_eq!(own.books(&[&from, &to]).2, [100 * ONE, 0]);
    }
    own.transfer(&from, &to, 0).expect("of nothing");
    told(&own, &from, &to, 0);
    own.transfer(&to, &from, 0).expect("from nothing");
    told(&own, &to, &from, 0);
    assert_eq!(own.books(&[&from, &to]), (GENESIS, GENESIS, vec![100 * ONE, 0]));
}

#[test]
fn transfer_reaches_the_token_and_the_treasury_as_anybody_else() {
    let (own, from, _) = token();
    let contract = own.token.address.clone();
    own.transfer(&from, &contract, ONE).expect("to the token");
    own.transfer(&from, &own.treasury, 2 * ONE).expect("to the treasury");
    let balances = vec![97 * ONE, ONE, GENESIS - 98 * ONE];
    assert_eq!(own.books(&[&from, &contract, &own.treasury]), (GENESIS, GENESIS, balances));
}

#[test]
fn transfer_fails_beyond_the_balance_and_below_zero() {
    let (own, from, to) = token();
    let env = &own.env;
    for beyond in [100 * ONE + 1, i128::MAX] {
        for receiver in [&to, &from] {
            assert_refused(env, TokenError::InsufficientBalance, || {
                own.transfer(&from, receiver, beyond)
            });
        }
    }
    assert_refused(env, TokenError::InsufficientBalance, || own.transfer(&to, &from, 1));
    for negative in [-1, i128::MIN] {
        assert_refused(env, TokenError::InvalidAmount, || own.transfer(&from, &to, negative));
    }
}
