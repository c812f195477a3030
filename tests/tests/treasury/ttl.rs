use soroban_sdk::{
    testutils::{storage::Persistent as _, Deployer as _},
    IntoVal, Val,
};
use tributary_common::ttl::DAY;
use tributary_tests::env::{community::Community, pool::ONE};

#[test]
fn what_is_written_lives_for_months() {
    let community = Community::ready();
    community.wait(40 * DAY, 86_400);
    let id = community.propose(community.release(ONE)).expect("a proposal");
    community.protect(&community.token, 1_000 * ONE);
    community.wait(3 * DAY, 3 * 86_400);
    community.treasury.observe(&community.pool.address);
    community.execute(&id).expect("released");
    let (token, pool) = (&community.token, &community.pool.address);
    let named = |name: &str| community.code(name);
    let life = |key: Val| {
        let get = || community.env.storage().persistent().get_ttl(&key);
        community.env.as_contract(&community.treasury.address, get)
    };
    let of = |name: &str, of: &soroban_sdk::Address| -> Val {
        (named(name), of).into_val(&community.env)
    };
    for key in [
        of("Books", token),
        of("Outflow", token),
        of("Watch", pool),
        (named("Proposal"), id).into_val(&community.env),
    ] {
        assert!(life(key) >= 90 * DAY, "{}", life(key));
    }
}

#[test]
fn what_the_community_does_keeps_the_instance_alive() {
    let community = Community::new();
    let instance =
        || community.env.deployer().get_contract_instance_ttl(&community.treasury.address);
    community.wait(100 * DAY, 86_400);
    let before = instance();
    let id = community.propose(community.grant(&community.founder, ONE)).expect("a proposal");
    assert_eq!(instance(), before + 30 * DAY);
    community.wait(25 * DAY, 3 * 86_400);
    let before = instance();
    community.execute(&id).expect("paid");
    assert_eq!(instance(), before + 30 * DAY);
    community.wait(25 * DAY, 86_400);
    let before = instance();
    community.absorb(&community.token).expect("absorbed");
    assert_eq!(instance(), before + 30 * DAY);
}
