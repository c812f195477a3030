use soroban_sdk::{Address, IntoVal, Symbol, Val};
use tributary_common::{
    address,
    interfaces::treasury::{Books, TreasuryError},
};
use tributary_tests::{
    community::Community,
    pool::ONE,
    sign::{assert_refused, assert_unauthorized},
    wasm::test_contract,
};
use tributary_treasury::event::Notified;

/// Something at the address of the region's staking.
pub fn staking(community: &Community) -> Address {
    let (factory, code) = (&community.factory.address, &community.key.code);
    let at = address::of_region(&community.env, factory, address::STAKING, code, &community.tft);
    let tft = (community.tft.clone(),);
    community.env.register_at(&at, test_contract("stakers").as_slice(), tft);
    at
}

#[test]
fn notify_stakers_pays_what_was_bought_for_them() {
    let community = Community::ready();
    let staking = staking(&community);
    let notify = community.to_treasury("notify_stakers", ());
    assert_refused(&community.env, TreasuryError::NothingToNotify, || {
        community.unsigned::<i128>(&notify)
    });
    community.buyback(1_000 * ONE).expect("a buyback");
    let before = community.books(&community.tft);
    let waiting = before.stakers;
    assert_eq!(community.unsigned(&notify), Ok(waiting));
    let notified = Notified { staking: staking.clone(), amount: waiting };
    assert_eq!(community.told(), [community.event(notified)]);
    assert_eq!(community.balance(&community.tft, &staking), waiting);
    assert_eq!(community.books(&community.tft), Books { stakers: 0, ..before });
    assert_refused(&community.env, TreasuryError::NothingToNotify, || {
        community.unsigned::<i128>(&notify)
    });
}

#[test]
fn notify_stakers_lets_staking_take_no_more_than_that() {
    let community = Community::ready();
    let staking = staking(&community);
    community.give(&community.tft, &community.treasury.address, 1_000 * ONE);
    community.buyback(1_000 * ONE).expect("a buyback");
    let notify = community.to_treasury("notify_stakers", ());
    let set_more = |more: i128| {
        let function = Symbol::new(&community.env, "set_more");
        let args = (more,).into_val(&community.env);
        community.env.invoke_contract::<()>(&staking, &function, args);
    };
    for more in [1, -1] {
        set_more(more);
        assert_unauthorized(&community.env, "another amount", || {
            community.unsigned::<Val>(&notify)
        });
    }
    set_more(0);
    community.unsigned::<i128>(&notify).expect("exactly that");
}

/// Until a region has staking its part waits.
#[test]
fn notify_stakers_fails_where_there_is_no_staking_and_loses_nothing() {
    let community = Community::ready();
    community.buyback(1_000 * ONE).expect("a buyback");
    let waiting = community.books(&community.tft).stakers;
    let notify = community.to_treasury("notify_stakers", ());
    assert_unauthorized(&community.env, "no contract", || community.unsigned::<Val>(&notify));
    assert_eq!(community.books(&community.tft).stakers, waiting);
}
