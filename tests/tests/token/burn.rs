use soroban_token_sdk::events::Burn;
use tributary_common::interfaces::token::{TokenConfig, TokenError};
use tributary_tests::env::{
    own_token::{OwnToken, CAP, GENESIS},
    pool::ONE,
    sign::assert_refused,
};

#[test]
fn burn_lowers_the_supply_and_not_what_was_minted() {
    let own = OwnToken::default();
    let holder = own.user(100 * ONE);
    assert_eq!(own.burn(&holder, 40 * ONE), Ok(()));
    assert_eq!(own.events(), [own.event(Burn { from: holder.clone(), amount: 40 * ONE })]);
    let balances = vec![60 * ONE, GENESIS - 100 * ONE];
    assert_eq!(own.books(&[&holder, &own.treasury]), (GENESIS, GENESIS - 40 * ONE, balances));
    let config = TokenConfig { treasury: own.treasury.clone(), cap: CAP, minted: GENESIS };
    assert_eq!(own.token.config(), config);
    own.burn(&holder, 60 * ONE).expect("all she has");
    assert_eq!(own.books(&[&holder]), (GENESIS, GENESIS - 100 * ONE, vec![0]));
}

#[test]
fn burn_of_nothing_is_told_and_changes_nothing() {
    let own = OwnToken::default();
    let holder = own.user(0);
    own.burn(&holder, 0).expect("of nothing");
    assert_eq!(own.events(), [own.event(Burn { from: holder.clone(), amount: 0 })]);
    assert_eq!(own.books(&[&holder]), (GENESIS, GENESIS, vec![0]));
}

#[test]
fn burn_fails_beyond_the_balance_and_below_zero() {
    let own = OwnToken::default();
    let (holder, poor) = (own.user(100 * ONE), own.user(0));
    let env = &own.env;
    for (who, beyond) in [(&holder, 100 * ONE + 1), (&holder, i128::MAX), (&poor, 1)] {
        assert_refused(env, TokenError::InsufficientBalance, || own.burn(who, beyond));
    }
    for negative in [-1, i128::MIN] {
        assert_refused(env, TokenError::InvalidAmount, || own.burn(&holder, negative));
    }
}
