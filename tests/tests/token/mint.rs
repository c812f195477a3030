use soroban_sdk::{
    testutils::{Address as _, Events as _},
    Address, BytesN, Event as _,
};
use soroban_token_sdk::events::MintWithAmountOnly;
use tributary_common::interfaces::{
    token::{TokenConfig, TokenError},
    treasury::{Action, TreasuryClient},
};
use tributary_tests::env::{
    own_token::{new_token, OwnToken, CAP, GENESIS},
    pool::ONE,
    regions::Regions,
    sign::{assert_refused, assert_unauthorized, Call},
};

#[test]
fn mint_creates_for_the_treasury() {
    let own = OwnToken::default();
    let user = own.user(ONE);
    assert_eq!(own.mint(40 * ONE), Ok(()));
    let minted = MintWithAmountOnly { to: own.treasury.clone(), amount: 40 * ONE };
    assert_eq!(own.events(), [own.event(minted)]);
    let sum = GENESIS + 40 * ONE;
    assert_eq!(own.books(&[&own.treasury, &user]), (sum, sum, vec![sum - ONE, ONE]));
    let config = TokenConfig { treasury: own.treasury.clone(), cap: CAP, minted: sum };
    assert_eq!(own.token.config(), config);
}

#[test]
fn mint_reaches_the_cap_and_not_one_more() {
    let own = OwnToken::new(100, 10);
    for beyond in [91, 100, i128::MAX] {
        assert_refused(&own.env, TokenError::CapExceeded, || own.mint(beyond));
    }
    own.mint(89).expect("within the cap");
    assert_refused(&own.env, TokenError::CapExceeded, || own.mint(2));
    own.mint(1).expect("exactly the cap");
    assert_eq!(own.books(&[&own.treasury]), (100, 100, vec![100]));
    assert_refused(&own.env, TokenError::CapExceeded, || own.mint(1));
}

#[test]
fn mint_finds_no_room_where_something_was_burned() {
    let own = OwnToken::new(100, 10);
    own.mint(90).expect("exactly the cap");
    let holder = own.user(60);
    own.burn(&holder, 60).expect("she has it");
    own.burn(&own.treasury, 40).expect("it has it");
    assert_eq!(own.books(&[&own.treasury, &holder]), (100, 0, vec![0, 0]));
    assert_refused(&own.env, TokenError::CapExceeded, || own.mint(1));
    assert_eq!(own.token.config().minted, 100, "what is burned does not come back");
}

#[test]
fn mint_works_up_to_the_largest_cap() {
    let own = OwnToken::new(i128::MAX, 1);
    // More than an i128 holds is more than any cap, too.
    assert_refused(&own.env, TokenError::CapExceeded, || own.mint(i128::MAX));
    own.mint(i128::MAX - 1).expect("exactly the cap");
    assert_refused(&own.env, TokenError::CapExceeded, || own.mint(1));
    let holder = own.user(i128::MAX);
    assert_eq!(own.books(&[&own.treasury, &holder]), (i128::MAX, i128::MAX, vec![0, i128::MAX]));
    own.transfer(&holder, &own.treasury, i128::MAX).expect("back");
    own.burn(&own.treasury, i128::MAX).expect("all of it");
    assert_eq!(own.books(&[&own.treasury, &holder]), (i128::MAX, 0, vec![0, 0]));
}

#[test]
fn mint_fails_for_nothing_and_below_zero() {
    let own = OwnToken::new(100, 10);
    for amount in [0, -1, i128::MIN] {
        assert_refused(&own.env, TokenError::InvalidAmount, || own.mint(amount));
    }
    own.mint(90).expect("exactly the cap");
    for amount in [0, -1] {
        assert_refused(&own.env, TokenError::InvalidAmount, || own.mint(amount));
    }
}

#[test]
fn mint_fails_without_the_treasurys_signature_for_that_amount() {
    let own = OwnToken::default();
    let (env, holder) = (&own.env, own.user(ONE));
    let mint = own.call("mint", (ONE,));
    assert_unauthorized(env, "unsigned", || mint.signed_by::<(), _>(env, &[]));
    for who in [&holder, &Address::generate(env)] {
        assert_unauthorized(env, "by another", || own.signed(who, &mint));
    }
    for amount in [ONE - 1, ONE + 1] {
        let other = own.call("mint", (amount,));
        let call = || mint.signed_by::<(), _>(env, &[(&own.treasury, &other)]);
        assert_unauthorized(env, "another amount", call);
    }
    assert_eq!(own.signed(&own.treasury, &mint), Ok(()));
}

#[test]
fn mint_of_a_regions_token_is_its_treasurys_alone_by_a_proposal() {
    let regions = Regions::new();
    let (founder, region, token) = regions.own_region("ALPS", new_token(&regions.env));
    let (_, neighbour, _) = regions.own_region("JURA", new_token(&regions.env));
    let terms = |minted| TokenConfig { treasury: region.treasury.clone(), cap: CAP, minted };
    assert_eq!(token.config(), terms(GENESIS));
    assert_ne!(region.treasury, neighbour.treasury);
    let env = &regions.env;
    // Whoever has a role, or a part of the cap, has no hand in it.
    let holder = regions.user(&[]);
    regions.grant(&region, &holder, ONE);
    let mint = Call::new(env, &token.address, "mint", (ONE,));
    assert_unauthorized(env, "unsigned", || regions.unsigned::<()>(&mint));
    for who in [&founder, &regions.admin, &regions.guardian, &regions.council, &holder] {
        assert_unauthorized(env, "by another", || regions.signed::<()>(who, &mint));
    }

    let treasury = TreasuryClient::new(env, &region.treasury);
    treasury.absorb(&token.address);
    let propose = Call::new(env, &region.treasury, "propose", (1u64, Action::Mint(ONE)));
    let id: BytesN<32> = regions.signed(&regions.council, &propose).expect("a proposal");
    let ready = treasury.proposal(&id).ready_at - regions.now();
    assert_eq!(ready, 7 * 24 * 60 * 60, "a week in public");
    regions.wait(1, ready);
    let execute = Call::new(env, &region.treasury, "execute", (id,));
    regions.unsigned::<()>(&execute).expect("its time has come");
    let minted = MintWithAmountOnly { to: region.treasury.clone(), amount: ONE };
    let told = env.events().all().filter_by_contract(&token.address);
    assert_eq!(told.events(), [minted.to_xdr(env, &token.address)]);
    assert_eq!(token.config(), terms(GENESIS + ONE));
    assert_eq!(token.total_supply(), GENESIS + ONE);
    assert_eq!(token.balance(&region.treasury), GENESIS);
    assert_eq!(treasury.books(&token.address).operating, GENESIS);
}
