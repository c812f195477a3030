//! What proposals do to the books. Delays are in `proposals`.

use soroban_sdk::{Address, String};
use tributary_common::interfaces::{
    factory::{RegionParams, RegionToken},
    offers::Leg,
    token::{NewToken, RegionTokenClient, TokenError},
    treasury::{Action, Books, Grant, Policy, Removal, TreasuryClient, TreasuryError},
};
use tributary_tests::{
    env::{
        community::{Community, DAY, OPERATING},
        pool::ONE,
        sign::{assert_refused, Call},
    },
    ledger::suite::BOND,
};

#[test]
fn grant_pays_out_of_the_operating_book_alone() {
    let community = Community::new();
    community.protect(&community.token, 100 * ONE);
    let to = community.user(&[]);
    community.carry(community.grant(&to, 7 * ONE), 3).expect("paid");
    assert_eq!(community.balance(&community.token, &to), 7 * ONE);
    let books = Books { operating: OPERATING - 7 * ONE, protection: 100 * ONE, ..Books::default() };
    assert_eq!(community.books(&community.token), books);
    // The protected book pays nobody.
    let more = community.carry(community.grant(&to, OPERATING - 7 * ONE + 1), 3);
    assert_eq!(more, Err(Ok(TreasuryError::InsufficientOperating.into())));
    community.carry(community.grant(&to, OPERATING - 7 * ONE), 3).expect("all of it");
    assert_eq!(community.books(&community.token), Books { operating: 0, ..books });
}

#[test]
fn propose_refuses_what_could_never_be_executed() {
    let community = Community::new();
    let token = || community.token.clone();
    let refused = |error, action: Action| {
        assert_refused(&community.env, error, || community.propose(action));
    };
    for amount in [0, -1] {
        let leg = || Leg { token: token(), amount };
        let pool = community.pool.address.clone();
        let shares = Removal { pool, shares: amount, min_tft: 0, min_token: 0 };
        refused(TreasuryError::InvalidAmount, community.grant(&community.founder, amount));
        refused(TreasuryError::InvalidAmount, Action::Release(leg()));
        refused(TreasuryError::InvalidAmount, Action::Burn(leg()));
        refused(TreasuryError::InvalidAmount, Action::RemoveLiquidity(shares));
    }
    let to = community.treasury.address.clone();
    let grant = Grant { token: token(), to, amount: ONE };
    refused(TreasuryError::InvalidRecipient, Action::Grant(grant));
    refused(TreasuryError::NoOwnToken, Action::Mint(ONE));
    let fake = Removal { pool: token(), shares: ONE, min_tft: 0, min_token: 0 };
    refused(TreasuryError::UnknownPool, Action::RemoveLiquidity(fake));
}

#[test]
fn release_moves_no_more_than_the_cap() {
    let community = Community::new();
    community.protect(&community.token, 1_000_000 * ONE);
    assert_eq!(community.treasury.budget(&community.token).releasable, 25_000 * ONE);
    let over = community.carry(community.release(25_000 * ONE + 1), 3);
    assert_eq!(over, Err(Ok(TreasuryError::OutflowExceeded.into())));
    let one = community.propose(community.release(1)).expect("a proposal");
    community.carry(community.release(25_000 * ONE), 3).expect("2.5 %");
    // The least is a part, too.
    assert_refused(&community.env, TreasuryError::OutflowExceeded, || community.execute(&one));
    let books = Books {
        operating: OPERATING + 25_000 * ONE,
        protection: 975_000 * ONE,
        ..Books::default()
    };
    assert_eq!(community.books(&community.token), books);
    // Three days later a tenth of 2.5 % of what is left.
    assert_eq!(community.treasury.budget(&community.token).releasable, 0);
    let tenth = 975_000 * ONE / 400;
    let over = community.carry(community.release(tenth + 1), 3);
    assert_eq!(over, Err(Ok(TreasuryError::OutflowExceeded.into())));
    community.carry(community.release(tenth * 2), 3).expect("two tenths, six days later");
    let none = community.carry(community.release(i128::MAX), 3);
    assert_eq!(none, Err(Ok(TreasuryError::InsufficientProtected.into())));
}

#[test]
fn release_follows_the_policys_outflow() {
    let community = Community::new();
    community.protect(&community.token, 1_000_000 * ONE);
    let policy = Policy { outflow_bps: 100, ..community.treasury.policy() };
    let id = community.propose(Action::SetPolicy(policy)).expect("a proposal");
    community.execute(&id).expect("tightened at once");
    assert_eq!(community.treasury.budget(&community.token).releasable, 10_000 * ONE);
    let over = community.carry(community.release(10_000 * ONE + 1), 3);
    assert_eq!(over, Err(Ok(TreasuryError::OutflowExceeded.into())));
}

#[test]
fn burn_destroys_out_of_the_operating_book() {
    let community = Community::new();
    community.give(&community.tft, &community.treasury.address, 10 * ONE);
    let burn = |amount| Action::Burn(Leg { token: community.tft.clone(), amount });
    community.carry(burn(4 * ONE), 3).expect("burned");
    assert_eq!(community.sums(&community.tft), (6 * ONE, 6 * ONE));
    let more = community.carry(burn(6 * ONE + 1), 3);
    assert_eq!(more, Err(Ok(TreasuryError::InsufficientOperating.into())));
}

/// A region with a token of its own, and its treasury.
fn region(community: &Community) -> (TreasuryClient<'static>, RegionTokenClient<'static>) {
    let env = &community.env;
    let founder: Address = community.user(&[(&community.tft, BOND)]);
    let text = |text| String::from_str(env, text);
    let (cap, genesis) = (1_000 * ONE, 100 * ONE);
    let new = NewToken { name: text("Jura"), symbol: text("JUR"), cap, genesis };
    let params = community.params(&founder, &community.token);
    let params = RegionParams { token: RegionToken::New(new), ..params };
    let region = community.create_region_with(&founder, "JURA", params).expect("a region");
    (TreasuryClient::new(env, &region.treasury), RegionTokenClient::new(env, &region.token))
}

#[test]
fn mint_makes_the_regions_own_token_after_seven_days_up_to_its_cap() {
    let community = Community::new();
    let (treasury, token) = region(&community);
    let propose = |nonce: u64, amount| {
        let call =
            Call::new(&community.env, &treasury.address, "propose", (nonce, Action::Mint(amount)));
        community.signed(&community.council, &call).expect("a proposal")
    };
    let id = propose(1, 900 * ONE);
    let execute = |id: &soroban_sdk::BytesN<32>| {
        let call = Call::new(&community.env, &treasury.address, "execute", (id.clone(),));
        community.unsigned::<()>(&call)
    };
    community.wait(6 * 17_280, 7 * DAY - 1);
    assert_refused(&community.env, TreasuryError::DelayNotOver, || execute(&id));
    community.wait(1, 1);
    execute(&id).expect("minted");
    assert_eq!(treasury.books(&token.address).operating, 1_000 * ONE);
    assert_eq!((token.total_supply(), token.config().minted), (1_000 * ONE, 1_000 * ONE));
    let id = propose(2, 1);
    community.wait(17_280, 7 * DAY);
    assert_refused(&community.env, TokenError::CapExceeded, || execute(&id));
    let none = Call::new(&community.env, &treasury.address, "propose", (3u64, Action::Mint(0)));
    assert_refused(&community.env, TreasuryError::InvalidAmount, || {
        community.signed::<soroban_sdk::BytesN<32>>(&community.council, &none)
    });
}
