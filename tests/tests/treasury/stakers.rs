use soroban_sdk::{testutils::Events as _, Address, Event as _, IntoVal, Symbol, Val};
use tributary_common::{
    address,
    interfaces::{
        staking::{StakingClient, StakingError, MIN_AMOUNT},
        treasury::{Action, Books, Policy, TreasuryError},
    },
};
use tributary_staking::{event::Notified as StakersNotified, PERIOD};
use tributary_tests::{
    env::{
        community::{Community, SOME},
        pool::ONE,
        sign::{assert_refused, assert_unauthorized, Call},
    },
    ledger::suite::BOND,
    wasm::test_contract,
};
use tributary_treasury::event::Notified;

/// The region's staking, in which the founder's bond is all that is staked.
pub fn staking(community: &Community) -> Address {
    let region = community.factory.region(&community.key.code);
    let (factory, code) = (&community.factory.address, &community.key.code);
    let at = address::of_region(&community.env, factory, address::STAKING, code, &community.tft);
    assert_eq!(region.staking, at);
    at
}

/// Something else in its place.
fn impostor(community: &Community) -> Address {
    let at = staking(community);
    let tft = (community.tft.clone(),);
    community.env.register_at(&at, test_contract("stakers").as_slice(), tft);
    at
}

fn notify(community: &Community) -> Call {
    community.to_treasury("notify_stakers", ())
}

#[test]
fn notify_stakers_pays_what_was_bought_for_them() {
    let community = Community::ready();
    let (env, staking) = (&community.env, staking(&community));
    let notify = notify(&community);
    assert_refused(env, TreasuryError::NothingToNotify, || community.unsigned::<i128>(&notify));
    community.buyback(1_000 * ONE).expect("a buyback");
    let before = community.books(&community.tft);
    let waiting = before.stakers;
    assert_eq!(community.unsigned(&notify), Ok(waiting));
    let told = env.events().all().filter_by_contract(&staking);
    let notified = Notified { staking: staking.clone(), amount: waiting };
    assert_eq!(community.told(), [community.event(notified)]);
    let (from, ends_at) = (community.treasury.address.clone(), community.now() + PERIOD);
    let event = StakersNotified { from, amount: waiting, ends_at };
    assert_eq!(told.events(), [event.to_xdr(env, &staking)]);
    assert_eq!(community.balance(&community.tft, &staking), BOND + waiting);
    assert_eq!(community.books(&community.tft), Books { stakers: 0, ..before });
    assert_refused(env, TreasuryError::NothingToNotify, || community.unsigned::<i128>(&notify));

    // It is not at once the stakers': they earn it over a week, here the founder alone.
    let state = StakingClient::new(env, &staking).state();
    assert_eq!((state.staked, state.rewards), (BOND, waiting));
    assert_eq!((state.remaining, state.ends_at), (waiting, ends_at));
    let claim = Call::new(env, &staking, "claim", (&community.founder, 0u32));
    let early = || community.signed::<i128>(&community.founder, &claim);
    assert_refused(env, StakingError::NothingToClaim, early);
    community.wait(1, PERIOD);
    let claimed: i128 = community.signed(&community.founder, &claim).expect("all of it");
    // What rounds off is less than a raw unit.
    assert!((waiting - 1..=waiting).contains(&claimed), "{claimed} of {waiting}");
}

/// What a small buyback brings waits until there is more.
#[test]
fn notify_stakers_fails_below_1_tft_and_loses_nothing() {
    let community = Community::ready();
    let (env, staking) = (&community.env, staking(&community));
    let notify = notify(&community);
    // About half a TFT for each token, of which the stakers get 20 bps.
    let policy = community.treasury.policy();
    let (protect_bps, stakers_bps) = (policy.protect_bps + policy.stakers_bps - 20, 20);
    let policy = Policy { protect_bps, stakers_bps, ..policy };
    community.carry(Action::SetPolicy(policy), 7).expect("a policy");
    community.close(1);
    community.buyback(SOME).expect("a buyback");
    let before = community.books(&community.tft);
    let waiting = before.stakers;
    assert!((MIN_AMOUNT / 2..MIN_AMOUNT).contains(&waiting), "{waiting}");
    for _ in 0..2 {
        let attempt = || community.unsigned::<i128>(&notify);
        assert_refused(env, StakingError::InvalidAmount, attempt);
        assert_eq!(community.books(&community.tft), before);
        community.days(1);
    }
    // Nor does it become anybody else's: the next goes on top.
    community.close(1);
    community.buyback(SOME).expect("another buyback");
    let both = community.books(&community.tft).stakers;
    assert!(both >= MIN_AMOUNT && both > waiting, "{both}");
    assert_eq!(community.unsigned(&notify), Ok(both));
    assert_eq!(community.balance(&community.tft, &staking), BOND + both);
    assert_eq!(community.books(&community.tft).stakers, 0);
}

#[test]
fn notify_stakers_fails_while_staking_cannot_take_it_and_loses_nothing() {
    let community = Community::ready();
    let (env, staking) = (&community.env, staking(&community));
    let (tft, notify) = (&community.tft, notify(&community));
    community.buyback(1_000 * ONE).expect("a buyback");
    let before = community.books(tft);
    // What was clawed back from the stakers is not paid out of what is notified.
    community.claw_back(tft, &staking, 1);
    let attempt = || community.unsigned::<i128>(&notify);
    assert_refused(env, StakingError::Deficit, attempt);
    assert_eq!(community.books(tft), before);
    community.give(tft, &staking, 1);
    // Frozen by TFT's issuer.
    community.set_authorized(tft, &staking, false);
    assert!(attempt().is_err());
    assert_eq!(community.books(tft), before);
    community.set_authorized(tft, &staking, true);
    assert_eq!(attempt(), Ok(before.stakers));
    assert_eq!(community.balance(tft, &staking), BOND + before.stakers);
}

#[test]
fn notify_stakers_pays_no_other_regions_staking() {
    let community = Community::ready();
    let (_, other) = community.region("JURA", ONE, ONE);
    community.buyback(1_000 * ONE).expect("a buyback");
    let waiting = community.books(&community.tft).stakers;
    // Another region's treasury has nothing to give.
    let treasury = community.factory.region(&other.code).treasury;
    let call = Call::new(&community.env, &treasury, "notify_stakers", ());
    let attempt = || community.unsigned::<i128>(&call);
    assert_refused(&community.env, TreasuryError::NothingToNotify, attempt);
    community.unsigned::<i128>(&notify(&community)).expect("paid");
    let stakings = ["ALPS", "JURA", "TFT"].map(|code| community.staking_of(code));
    let balances = stakings.map(|staking| community.balance(&community.tft, &staking));
    assert_eq!(balances, [BOND + waiting, BOND, 0]);
}

#[test]
fn notify_stakers_lets_staking_take_no_more_than_that() {
    let community = Community::ready();
    let staking = impostor(&community);
    community.give(&community.tft, &community.treasury.address, 1_000 * ONE);
    community.buyback(1_000 * ONE).expect("a buyback");
    let notify = notify(&community);
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
    let before = community.books(&community.tft);
    assert_eq!(community.unsigned(&notify), Ok(before.stakers));
    assert_eq!(community.books(&community.tft), Books { stakers: 0, ..before });
    assert_eq!(community.balance(&community.tft, &staking), BOND + before.stakers);
}
