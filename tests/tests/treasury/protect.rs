use soroban_sdk::Val;
use tributary_common::interfaces::treasury::{Books, TreasuryError};
use tributary_tests::env::{
    community::{Community, OPERATING},
    pool::ONE,
    sign::{assert_refused, assert_unauthorized},
};
use tributary_treasury::event::Protected;

#[test]
fn protect_pulls_into_the_protected_book() {
    let community = Community::new();
    let token = community.token.clone();
    let giver = community.user(&[(&token, 9 * ONE)]);
    // A gift of before is operating, not hers.
    community.give(&token, &community.treasury.address, ONE);
    community.signed::<()>(&giver, &community.protecting(&giver, &token, 5 * ONE)).unwrap();
    let protected = Protected { token: token.clone(), from: giver.clone(), amount: 5 * ONE };
    assert_eq!(community.told(), [community.event(protected)]);
    let books = Books { operating: OPERATING + ONE, protection: 5 * ONE, ..Books::default() };
    assert_eq!(community.books(&token), books);
    assert_eq!(community.balance(&token, &giver), 4 * ONE);
}

#[test]
fn protect_takes_only_what_the_payer_signed() {
    let community = Community::new();
    let (token, giver) = (&community.token, community.user(&[(&community.token, 9 * ONE)]));
    let call = community.protecting(&giver, token, 5 * ONE);
    assert_unauthorized(&community.env, "nobody", || community.unsigned::<Val>(&call));
    for who in [&community.council, &community.guardian, &community.founder] {
        assert_unauthorized(&community.env, "another", || community.signed::<Val>(who, &call));
    }
    let less = community.protecting(&giver, token, 4 * ONE);
    assert_unauthorized(&community.env, "another amount", || {
        call.signed_by::<Val, _>(&community.env, &[(&giver, &less)])
    });
    // The inner transfer alone.
    let inner = call.beneath[0].clone();
    assert_unauthorized(&community.env, "the transfer alone", || {
        call.signed_by::<Val, _>(&community.env, &[(&giver, &inner)])
    });
}

#[test]
fn protect_refuses_no_amount_and_tokens_that_deliver_less() {
    let community = Community::new();
    let giver = community.user(&[(&community.token, 9 * ONE)]);
    for amount in [0, -1] {
        let call = community.protecting(&giver, &community.token, amount);
        assert_refused(&community.env, TreasuryError::InvalidAmount, || {
            community.signed::<()>(&giver, &call)
        });
    }
    let token = community.plain(7);
    community.give(&token, &giver, 9 * ONE);
    let fee = soroban_sdk::IntoVal::into_val(&100u32, &community.env);
    community.mischief(&token, "Fee", &[fee]);
    let call = community.protecting(&giver, &token, 5 * ONE);
    assert_refused(&community.env, TreasuryError::NotReceived, || {
        community.signed::<()>(&giver, &call)
    });
}
