use soroban_sdk::{xdr::ScErrorType, Address, InvokeError};
use soroban_token_sdk::events::{Approve, Burn, TransferWithAmountOnly};
use tributary_common::interfaces::token::TokenError;
use tributary_tests::env::{
    own_token::{OwnToken, GENESIS},
    pool::ONE,
    sign::assert_refused,
};

/// A token of whose genesis somebody has 100, and somebody to spend it.
fn token() -> (OwnToken, Address, Address) {
    let own = OwnToken::default();
    let (from, spender) = (own.user(100 * ONE), own.user(0));
    (own, from, spender)
}

#[test]
fn approve_sets_an_allowance_that_is_spent_and_expires() {
    let (own, from, spender) = token();
    let until = own.ledger() + 50;
    assert_eq!(own.approve(&from, &spender, 10 * ONE, until), Ok(()));
    let event = Approve {
        from: from.clone(),
        spender: spender.clone(),
        amount: 10 * ONE,
        live_until_ledger: until,
    };
    assert_eq!(own.events(), [own.event(event)]);
    assert_eq!(own.token.allowance(&from, &spender), 10 * ONE);
    assert_eq!(own.token.allowance(&spender, &from), 0);
    assert_eq!(own.books(&[&from, &spender]).2, [100 * ONE, 0], "nothing moves yet");

    own.transfer_from(&spender, &from, &spender, 4 * ONE).expect("within the allowance");
    assert_eq!(own.token.allowance(&from, &spender), 6 * ONE);
    let error = TokenError::InsufficientAllowance;
    let beyond = || own.transfer_from(&spender, &from, &spender, 6 * ONE + 1);
    assert_refused(&own.env, error, beyond);
    own.close(50);
    own.transfer_from(&spender, &from, &spender, ONE).expect("its last ledger");
    own.close(1);
    assert_eq!(own.token.allowance(&from, &spender), 0);
    let expired = || own.transfer_from(&spender, &from, &spender, 1);
    assert_refused(&own.env, error, expired);
    assert_refused(&own.env, error, || own.burn_from(&spender, &from, 1));
    assert_eq!(own.books(&[&from, &spender]).2, [95 * ONE, 5 * ONE]);
}

#[test]
fn approve_replaces_and_revokes() {
    let (own, from, spender) = token();
    let now = own.ledger();
    own.approve(&from, &spender, 10 * ONE, now + 50).expect("an allowance");
    own.approve(&from, &spender, 3 * ONE, now).expect("another");
    assert_eq!(own.token.allowance(&from, &spender), 3 * ONE);
    own.close(1);
    assert_eq!(own.token.allowance(&from, &spender), 0, "not the first again");
    own.approve(&from, &spender, 3 * ONE, now + 50).expect("a third");
    // Zero revokes, whatever its expiry.
    own.approve(&from, &spender, 0, 0).expect("revoked");
    assert_eq!(own.token.allowance(&from, &spender), 0);
    let revoked = || own.transfer_from(&spender, &from, &spender, 1);
    assert_refused(&own.env, TokenError::InsufficientAllowance, revoked);
}

#[test]
fn approve_outlives_the_networks_shortest_ttl() {
    let (own, from, spender) = token();
    own.approve(&from, &spender, 10 * ONE, own.ledger() + 1_000_000).expect("an allowance");
    own.close(1_000_000);
    assert_eq!(own.token.allowance(&from, &spender), 10 * ONE);
    own.transfer_from(&spender, &from, &spender, 10 * ONE).expect("its last ledger");
}

#[test]
fn approve_fails_in_the_past_below_zero_and_beyond_the_longest_ttl() {
    let (own, from, spender) = token();
    let (env, now) = (&own.env, own.ledger());
    let approve = |amount, until| own.approve(&from, &spender, amount, until);
    assert_refused(env, TokenError::InvalidExpiration, || approve(1, now - 1));
    assert_refused(env, TokenError::InvalidExpiration, || approve(1, 0));
    assert_refused(env, TokenError::InvalidAmount, || approve(-1, now));
    assert_refused(env, TokenError::InvalidAmount, || approve(i128::MIN, now - 1));
    // The host keeps nothing for longer than its own limit.
    let longest = now + 3_110_400 - 1;
    for until in [longest + 1, u32::MAX] {
        match approve(1, until) {
            Err(Err(InvokeError::Abort)) => {}
            Err(Ok(error)) => assert!(!error.is_type(ScErrorType::Contract), "{error:?}"),
            allowed => panic!("{allowed:?}"),
        }
        assert_eq!(own.token.allowance(&from, &spender), 0);
    }
    approve(1, longest).expect("the limit");
    assert_eq!(own.token.allowance(&from, &spender), 1);
}

#[test]
fn approve_can_exceed_the_balance_and_never_is_unlimited() {
    let (own, from, spender) = token();
    own.approve(&from, &spender, i128::MAX, own.ledger() + 50).expect("an allowance");
    let beyond = || own.transfer_from(&spender, &from, &spender, 100 * ONE + 1);
    assert_refused(&own.env, TokenError::InsufficientBalance, beyond);
    let beyond = || own.burn_from(&spender, &from, 100 * ONE + 1);
    assert_refused(&own.env, TokenError::InsufficientBalance, beyond);
    own.transfer_from(&spender, &from, &spender, 100 * ONE).expect("all she has");
    assert_eq!(own.token.allowance(&from, &spender), i128::MAX - 100 * ONE);
}

#[test]
fn transfer_from_moves_within_the_allowance_to_anybody() {
    let (own, from, spender) = token();
    let to = own.user(0);
    own.approve(&from, &spender, 10 * ONE, own.ledger()).expect("an allowance");
    assert_eq!(own.transfer_from(&spender, &from, &to, 4 * ONE), Ok(()));
    let moved = TransferWithAmountOnly { from: from.clone(), to: to.clone(), amount: 4 * ONE };
    assert_eq!(own.events(), [own.event(moved)]);
    let balances = vec![96 * ONE, 0, 4 * ONE];
    assert_eq!(own.books(&[&from, &spender, &to]), (GENESIS, GENESIS, balances));
    assert_eq!(own.token.allowance(&from, &spender), 6 * ONE);
    // To the owner herself it is spent all the same.
    own.transfer_from(&spender, &from, &from, 6 * ONE).expect("to herself");
    assert_eq!(own.token.allowance(&from, &spender), 0);
    assert_eq!(own.books(&[&from]).2, [96 * ONE]);
}

#[test]
fn an_owner_is_no_spender_of_her_own_without_an_allowance() {
    let (own, from, to) = token();
    let error = TokenError::InsufficientAllowance;
    assert_refused(&own.env, error, || own.transfer_from(&from, &from, &to, 1));
    assert_refused(&own.env, error, || own.burn_from(&from, &from, 1));
    own.approve(&from, &from, 2, own.ledger()).expect("an allowance");
    own.transfer_from(&from, &from, &to, 1).expect("within it");
    own.burn_from(&from, &from, 1).expect("within it");
    assert_eq!(own.books(&[&from, &to]), (GENESIS, GENESIS - 1, vec![100 * ONE - 2, 1]));
}

#[test]
fn burn_from_spends_the_allowance_and_lowers_the_supply() {
    let (own, from, spender) = token();
    own.approve(&from, &spender, 10 * ONE, own.ledger()).expect("an allowance");
    assert_eq!(own.burn_from(&spender, &from, 4 * ONE), Ok(()));
    let burned = Burn { from: from.clone(), amount: 4 * ONE };
    assert_eq!(own.events(), [own.event(burned)]);
    assert_eq!(own.token.allowance(&from, &spender), 6 * ONE);
    let balances = vec![96 * ONE, 0];
    assert_eq!(own.books(&[&from, &spender]), (GENESIS, GENESIS - 4 * ONE, balances));
    let beyond = || own.burn_from(&spender, &from, 6 * ONE + 1);
    assert_refused(&own.env, TokenError::InsufficientAllowance, beyond);
    own.burn_from(&spender, &from, 6 * ONE).expect("all of it");
    assert_eq!(own.token.total_supply(), GENESIS - 10 * ONE);
}

#[test]
fn allowance_functions_refuse_negative_amounts() {
    let (own, from, spender) = token();
    own.approve(&from, &spender, ONE, own.ledger()).expect("an allowance");
    for amount in [-1, i128::MIN] {
        let moved = || own.transfer_from(&spender, &from, &spender, amount);
        assert_refused(&own.env, TokenError::InvalidAmount, moved);
        let burned = || own.burn_from(&spender, &from, amount);
        assert_refused(&own.env, TokenError::InvalidAmount, burned);
    }
    assert_eq!(own.token.allowance(&from, &spender), ONE);
}

#[test]
fn nothing_is_moved_and_burned_without_an_allowance() {
    let (own, from, spender) = token();
    own.transfer_from(&spender, &from, &spender, 0).expect("of nothing");
    own.burn_from(&spender, &from, 0).expect("of nothing");
    assert_eq!(own.token.allowance(&from, &spender), 0);
    assert_eq!(own.books(&[&from, &spender]), (GENESIS, GENESIS, vec![100 * ONE, 0]));
    let error = TokenError::InsufficientAllowance;
    assert_refused(&own.env, error, || own.transfer_from(&spender, &from, &spender, 1));
    assert_refused(&own.env, error, || own.burn_from(&spender, &from, 1));
}
