use tributary_common::interfaces::{
    factory::ROOT,
    treasury::{Books, Budget, TreasuryConfig, TreasuryError},
};
use tributary_tests::env::{
    community::{Community, OPERATING},
    pool::ONE,
};

#[test]
fn config_tells_whom_the_treasury_goes_by() {
    let community = Community::new();
    let mut expected = TreasuryConfig {
        code: community.key.code.clone(),
        factory: community.factory.address.clone(),
        tft: community.tft.clone(),
        offers: community.offers.address.clone(),
        council: community.council.clone(),
        guardian: community.guardian.clone(),
        council_since: 0,
        policy_since: 0,
    };
    assert_eq!(community.treasury.config(), expected);
    let root = tributary_common::interfaces::treasury::TreasuryClient::new(
        &community.env,
        &community.regions.treasury,
    );
    expected.code = ROOT;
    assert_eq!(root.config(), expected);
}

#[test]
fn budget_counts_what_absorb_would_book() {
    let community = Community::new();
    community.protect(&community.token, 4_000 * ONE);
    community.give(&community.token, &community.treasury.address, OPERATING);
    let hourly = 2 * OPERATING / 2_400;
    let expected = Budget { available: hourly, hourly, releasable: 100 * ONE };
    assert_eq!(community.treasury.budget(&community.token), expected);
    community.absorb(&community.token).expect("absorbed");
    assert_eq!(community.treasury.budget(&community.token), expected);
    // Of a token that nobody brought there is nothing.
    let none = Budget { available: 0, hourly: 0, releasable: 0 };
    assert_eq!(community.treasury.budget(&community.asset()), none);
}

#[test]
fn views_of_what_is_not_there_say_so() {
    let community = Community::new();
    assert_eq!(community.books(&community.asset()), Books::default());
    let watched = community.treasury.try_watch(&community.pool.address);
    assert_eq!(watched, Err(Ok(TreasuryError::NotObserved)));
}
