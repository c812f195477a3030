//! What attackers try on factory, router and oracle.

use soroban_sdk::{testutils::Events as _, vec, Address, BytesN, Error, IntoVal, Symbol, Val, Vec};
use tributary_common::interfaces::{
    factory::{FactoryClient, FactoryError, PoolInfo, PoolKey, Region, ROOT},
    oracle::Asset,
    pool::{PoolClient, PoolError},
    router::RouterError,
    staking::StakingError,
    token::{RegionTokenClient, TokenError},
    treasury::{Action, TreasuryClient, TreasuryError},
};
use tributary_factory::{BOND_SECONDS, DELAY_SECONDS};
use tributary_tests::{
    env::{
        own_token::{new_token, GENESIS},
        pool::{deploy, NEVER, ONE},
        regions::{templates, Regions, POOLS_DEADLINE},
        sign::{assert_refused, assert_unauthorized, Call},
    },
    ledger::suite::BOND,
    wasm::{contract, imports},
};

/// A pool of TFT and a plain token of which `trader` has plenty.
fn plain_pool(regions: &Regions, trader: &Address) -> PoolKey {
    let key = PoolKey { code: ROOT, token: regions.plain(7), fee_bps: 30 };
    regions.create_pool(&regions.admin, &key, 0).unwrap();
    regions.fill(&regions.user(&[]), &key, 1_000 * ONE, 1_000 * ONE);
    regions.give(&key.token, trader, 1_000 * ONE);
    key
}

fn mischief(regions: &Regions, token: &Address, mischief: impl IntoVal<soroban_sdk::Env, Val>) {
    let args: Vec<Val> = vec![&regions.env, mischief.into_val(&regions.env)];
    let function = Symbol::new(&regions.env, "set_mischief");
    regions.env.invoke_contract::<()>(token, &function, args);
}

fn assert_router_empty(regions: &Regions, tokens: &[&Address]) {
    for token in tokens {
        assert_eq!(regions.balance(token, &regions.router.address), 0);
    }
}

#[test]
fn a_token_that_calls_back_gains_nothing_from_router_and_factory() {
    let regions = Regions::new();
    let trader = regions.user(&[(&regions.tft, 1_000 * ONE)]);
    let key = plain_pool(&regions, &trader);
    let victim = regions.root_pool(1_000 * ONE, 1_000 * ONE);
    let env = &regions.env;
    // The SDK's host weighs every entry in use at each inner call, to report on it; a network does not.
    env.cost_estimate().budget().reset_unlimited();
    let path = regions.path(&[&key]);
    let reentries: [(&Address, &str, Vec<Val>); 5] = [
        (&regions.router.address, "sweep", (&regions.tft,).into_val(env)),
        (&regions.router.address, "sweep", (&key.token,).into_val(env)),
        (
            &regions.router.address,
            "swap_exact_in",
            (&trader, &regions.tft, ONE, path, 0i128, &trader, NEVER).into_val(env),
        ),
        (&regions.factory.address, "create_pool", (&ROOT, &key.token, 5u32, 0u32).into_val(env)),
        (
            &regions.pool(&victim).address,
            "swap_received",
            (&regions.tft, 0i128, &trader, NEVER).into_val(env),
        ),
    ];
    for (target, function, args) in reentries {
        let before = regions.pool(&victim).state();
        let act = Symbol::new(env, "TryCall");
        let call: Vec<Val> = vec![
            env,
            act.to_val(),
            target.to_val(),
            Symbol::new(env, function).to_val(),
            args.to_val(),
        ];
        mischief(&regions, &key.token, call);
        regions.close(1);
        // Through the router, into and out of the pool, while the token tries.
        let quote = regions.router.quote_exact_in(&key.token, &ONE, &regions.path(&[&key]));
        let sell = regions.exact_in(&trader, &key.token, ONE, &[&key]);
        assert_eq!(regions.signed(&trader, &sell), Ok(quote));
        let enter = regions.deposit_one(&trader, &key, &key.token, ONE);
        regions.signed::<(i128, i128)>(&trader, &enter).unwrap();
        assert_router_empty(&regions, &[&regions.tft, &key.token]);
        let after = regions.pool(&victim).state();
        assert_eq!((before.reserve_0, before.reserve_1), (after.reserve_0, after.reserve_1));
        assert!(!regions.factory.is_pool(&key.token));
    }
    assert!(regions.factory.try_pool(&ROOT, &key.token, &5).is_err());
    // That it did call: what it does not catch fails the whole.
    let router = regions.router.address.to_val();
    let sweep = Symbol::new(env, "sweep").to_val();
    let args: Vec<Val> = (&regions.tft,).into_val(env);
    let call: Vec<Val> = vec![env, Symbol::new(env, "Call").to_val(), router, sweep, args.to_val()];
    mischief(&regions, &key.token, call);
    let sell = regions.exact_in(&trader, &key.token, ONE, &[&key]);
    assert!(regions.signed::<i128>(&trader, &sell).is_err());
}

#[test]
fn the_router_moves_nothing_without_the_owners_exact_signature() {
    let regions = Regions::new();
    let (owner, key) = regions.region("ALPS", 1_000 * ONE, 1_000 * ONE);
    let other = regions.root_pool(1_000 * ONE, 1_000 * ONE);
    regions.give(&regions.tft, &owner, 100 * ONE);
    let thief = regions.user(&[(&regions.tft, 100 * ONE), (&key.token, 100 * ONE)]);
    let (env, tft) = (&regions.env, &regions.tft);
    let calls = [
        regions.exact_in(&owner, tft, ONE, &[&key]),
        regions.exact_in(&owner, &key.token, 1, &[&key, &other]),
        regions.exact_out(&owner, tft, 2 * ONE, ONE, &[&key]),
        regions.deposit_one(&owner, &key, tft, ONE),
        regions.withdraw_one(&owner, &key, tft, ONE),
    ];
    for call in &calls {
        let name = call.function;
        assert_unauthorized(env, name, || regions.unsigned::<Val>(call));
        for who in [&thief, &regions.admin, &regions.guardian, &regions.council] {
            assert_unauthorized(env, name, || regions.signed::<Val>(who, call));
        }
        // Signed for the outer call alone, or with another inner one.
        let bare = Call { beneath: std::vec::Vec::new(), ..call.clone() };
        assert_unauthorized(env, name, || call.signed_by::<Val, _>(env, &[(&owner, &bare)]));
        let mut greedy = call.clone();
        greedy.beneath.truncate(1);
        greedy.beneath[0].args = {
            let mut args = greedy.beneath[0].args.clone();
            args.set(0, thief.to_val());
            args
        };
        assert_unauthorized(env, name, || call.signed_by::<Val, _>(env, &[(&owner, &greedy)]));
    }
    // Other arguments than signed: the recipient.
    let path = regions.path(&[&key]);
    let args = (&owner, tft, ONE, path, 0i128, &thief, NEVER);
    let diverted = Call { args: args.into_val(env), ..calls[0].clone() };
    assert_unauthorized(env, "diverted", || {
        diverted.signed_by::<Val, _>(env, &[(&owner, &calls[0])])
    });
}

#[test]
fn what_is_signed_beneath_the_router_serves_nobody_else() {
    let regions = Regions::new();
    let (owner, key) = regions.region("ALPS", 1_000 * ONE, 1_000 * ONE);
    regions.give(&regions.tft, &owner, 100 * ONE);
    let thief = regions.user(&[]);
    let (env, tft) = (&regions.env, &regions.tft);
    let pool = regions.pool(&key).address;
    let signed = [
        regions.exact_in(&owner, tft, ONE, &[&key]),
        regions.exact_out(&owner, tft, ONE, 1, &[&key]),
        regions.deposit_one(&owner, &key, tft, ONE),
        regions.withdraw_one(&owner, &key, tft, ONE),
    ];
    // The inner calls, tried from outside the signed one.
    let swap = (&owner, tft, ONE, 0i128, &thief, POOLS_DEADLINE);
    let stolen = [
        Call::transfer(env, tft, &owner, &pool, ONE),
        Call::transfer(env, tft, &owner, &regions.router.address, ONE),
        Call::new(env, &pool, "swap_exact_in", swap),
        Call::new(env, &pool, "withdraw", (&owner, ONE, 0i128, 0i128, &thief, POOLS_DEADLINE)),
        regions.to_router("deposit_one", (&owner, key.clone(), tft, ONE, 0i128, NEVER - 1)),
    ];
    for whole in &signed {
        for part in &stolen {
            assert_unauthorized(env, part.function, || {
                part.signed_by::<Val, _>(env, &[(&owner, whole)])
            });
        }
    }
}

/// What still works in a pool and on a route whose token does `act`: sold over both pools, bought, bought
/// exactly, entered with TFT, entered with the token, left.
fn what_works(act: &str, amount: Option<i128>) -> [bool; 6] {
    let regions = Regions::new();
    let trader = regions.user(&[(&regions.tft, 1_000 * ONE)]);
    let key = plain_pool(&regions, &trader);
    let honest = regions.root_pool(1_000 * ONE, 1_000 * ONE);
    let (env, tft) = (&regions.env, regions.tft.clone());
    let enter = regions.deposit_one(&trader, &key, &key.token, 100 * ONE);
    let (shares, _): (i128, i128) = regions.signed(&trader, &enter).expect("still honest");
    regions.close(13);
    let before = regions.pool(&honest).state();
    let mut act: Vec<Val> = vec![env, Symbol::new(env, act).to_val()];
    if let Some(amount) = amount {
        match u32::try_from(amount) {
            Ok(bps) if bps < 10_000 => act.push_back(bps.into_val(env)),
            _ => act.push_back(amount.into_val(env)),
        }
    }
    mischief(&regions, &key.token, act);
    let calls = [
        regions.exact_in(&trader, &key.token, ONE, &[&key, &honest]),
        regions.exact_in(&trader, &tft, ONE, &[&key]),
        regions.exact_out(&trader, &key.token, 5 * ONE, ONE, &[&key]),
        regions.deposit_one(&trader, &key, &tft, ONE),
        regions.deposit_one(&trader, &key, &key.token, ONE),
        regions.withdraw_one(&trader, &key, &tft, shares / 4),
    ];
    let works = calls.map(|call| {
        let done = regions.signed::<Val>(&trader, &call).is_ok();
        // Of honest tokens the router keeps nothing, whatever comes of it.
        assert_router_empty(&regions, &[&tft, &honest.token]);
        regions.close(13);
        done
    });
    // The honest pool was at most traded with, on its own terms.
    let after = regions.pool(&honest);
    let state = after.state();
    assert!(state.reserve_0 * state.reserve_1 >= before.reserve_0 * before.reserve_1);
    for (token, booked) in [
        (&state.token_0, state.reserve_0 + state.owed_0),
        (&state.token_1, state.reserve_1 + state.owed_1),
    ] {
        assert_eq!(regions.balance(token, &after.address), booked);
    }
    let good = regions.exact_in(&trader, &tft, ONE, &[&honest]);
    assert!(regions.signed::<i128>(&trader, &good).unwrap() > 0);
    works
}

#[test]
fn a_token_that_lies_or_takes_a_fee_harms_only_its_own_pool() {
    let (works, fails) = (true, false);
    // The pool lacks the fee: what would settle it, or passes the token on, fails.
    let fee = what_works("Fee", Some(500));
    assert_eq!(fee, [works, works, works, fails, fails, fails]);
    // Too high a balance is a donation, too low a one a loss, to this pool.
    assert_eq!(what_works("Lie", Some(5 * ONE)), [works; 6]);
    let low = what_works("Lie", Some(-5 * ONE));
    assert_eq!(low, [works, works, works, fails, fails, works]);
    assert_eq!(what_works("Trap", None), [fails; 6]);
}

#[test]
fn the_registry_outlives_every_ttl() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", 1_000 * ONE, 1_000 * ONE);
    let accept = regions.to_factory("accept_admin", (key.code.clone(),));
    let heir = regions.user(&[]);
    let propose = regions.to_factory("propose_admin", (key.code.clone(), &heir));
    regions.signed::<()>(&founder, &propose).unwrap();
    let before = regions.factory.region(&key.code);
    regions.wait(4_000_000, 20_000_000);
    assert_eq!(regions.factory.region(&key.code), before);
    assert!(regions.factory.is_pool(&regions.pool(&key).address));
    assert_eq!(regions.factory.last_region(), key.code);
    regions.signed::<()>(&heir, &accept).unwrap();
    let second = regions.user(&[(&regions.tft, BOND)]);
    assert_refused(&regions.env, FactoryError::DuplicateCode, || {
        regions.create_region(&second, "ALPS", &key.token)
    });
    // A transaction may write 129 KiB, and to restore a code is to write it: those of pool and treasury are
    // restored one by one before somebody needs both.
    let treasury = TreasuryClient::new(&regions.env, &before.treasury);
    assert_eq!(treasury.config().code, key.code);
    assert_eq!(regions.pool(&key).state().treasury, treasury.address);
    regions.create_region(&second, "JURA", &key.token).expect("a region");
    let trader = regions.user(&[(&regions.tft, ONE)]);
    let swap = regions.exact_in(&trader, &regions.tft, ONE, &[&key]);
    assert!(regions.signed::<i128>(&trader, &swap).unwrap() > 0);
}

#[test]
fn deadlines_hold_at_their_second_and_end_after_it() {
    let regions = Regions::new();
    let (owner, key) = regions.region("ALPS", 1_000 * ONE, 1_000 * ONE);
    regions.give(&regions.tft, &owner, 100 * ONE);
    let (env, tft, now) = (&regions.env, &regions.tft, regions.now());
    let path = || regions.path(&[&key]);
    let last = |mut call: Call, args: Vec<Val>| {
        call.args = args;
        call
    };
    let (me, to) = (&owner, &owner);
    let calls = [
        last(
            regions.exact_in(me, tft, ONE, &[&key]),
            (me, tft, ONE, path(), 0i128, to, now).into_val(env),
        ),
        last(
            regions.exact_out(me, tft, ONE, 5i128, &[&key]),
            (me, tft, ONE, 5i128, path(), to, now).into_val(env),
        ),
        last(
            regions.deposit_one(me, &key, tft, ONE),
            (me, key.clone(), tft, ONE, 0i128, now).into_val(env),
        ),
        last(
            regions.withdraw_one(me, &key, tft, ONE),
            (me, key.clone(), tft, ONE, 0i128, now).into_val(env),
        ),
    ];
    // Withdrawing first: a deposit holds shares for a minute.
    for call in calls.iter().rev() {
        assert!(regions.signed::<Val>(me, call).is_ok(), "{}", call.function);
    }
    regions.wait(1, 1);
    for call in &calls {
        let late = || regions.signed::<Val>(me, call);
        let refused = late().expect_err("late").expect("an error");
        assert_eq!(refused, Error::from(RouterError::DeadlinePassed), "{}", call.function);
    }
}

#[test]
fn no_founder_can_make_the_oracle_quote_her_price() {
    let regions = Regions::new();
    let usdc = regions.root_pool(100_000 * ONE, 2_000 * ONE);
    let set =
        |key: &PoolKey| regions.to_factory("set_oracle_pool", (key.token.clone(), key.clone()));
    regions.signed::<()>(&regions.admin, &set(&usdc)).unwrap();
    // A region of her own, for USDC, seeded at a hundred times the fair price.
    let attacker = regions.user(&[(&regions.tft, BOND)]);
    regions.create_region(&attacker, "EVIL", &usdc.token).unwrap();
    let evil = PoolKey { code: regions.code("EVIL"), ..usdc.clone() };
    regions.fill(&attacker, &evil, 100_000 * ONE, 20 * ONE);
    regions.wait(360, 1_800);
    regions.pool(&usdc).sync();
    let fair = regions.oracle.lastprice(&Asset::Stellar(usdc.token.clone())).unwrap().price;
    let env = &regions.env;
    let take_over = || regions.signed::<()>(&attacker, &set(&evil));
    assert_unauthorized(env, "taken over", take_over);
    let endorse = regions.to_factory("endorse", (evil.code.clone(), true));
    assert_unauthorized(env, "endorsed by herself", || regions.signed::<()>(&attacker, &endorse));
    let asset = Asset::Stellar(usdc.token.clone());
    assert_eq!(regions.oracle.lastprice(&asset).unwrap().price, fair);
    // Even the network's admin cannot quote it while it is not endorsed.
    assert_refused(env, FactoryError::NotEndorsed, || {
        regions.signed::<()>(&regions.admin, &set(&evil))
    });
}

#[test]
fn an_empty_pool_in_which_a_tiny_trade_sets_the_price_is_not_quoted() {
    let regions = Regions::new();
    let key = regions.root_pool(1_000 * ONE - 1, 50 * ONE);
    let set = regions.to_factory("set_oracle_pool", (key.token.clone(), key.clone()));
    regions.signed::<()>(&regions.admin, &set).unwrap();
    let trader = regions.user(&[(&regions.tft, ONE), (&key.token, 1_000 * ONE)]);
    for _ in 0..4 {
        regions.wait(180, 900);
        let sale = regions.exact_in(&trader, &key.token, ONE, &[&key]);
        regions.signed::<i128>(&trader, &sale).unwrap();
    }
    assert!(regions.pool(&key).twap(&key.token).is_some());
    assert_eq!(regions.oracle.lastprice(&Asset::Stellar(key.token)), None);
}

#[test]
fn a_bond_is_paid_once_to_the_founder_and_never_early() {
    let regions = Regions::new();
    let (founder, _) = regions.region("ALPS", ONE, ONE);
    let (other, _) = regions.region("JURA", ONE, ONE);
    let [alps, jura] = ["ALPS", "JURA"].map(|code| regions.staking_of(code));
    let env = &regions.env;
    // Somebody else's stake lies beside it, of which she gets nothing.
    let third = regions.user(&[(&regions.tft, 5 * BOND)]);
    let pulled = regions.transfer(&regions.tft, &third, &alps, 5 * BOND);
    let stake = Call::new(env, &alps, "stake", (&third, 5 * BOND, 0u64)).with(pulled);
    assert_eq!(regions.signed(&third, &stake), Ok(0u32));
    let unstake = Call::new(env, &alps, "unstake", (&founder, 0u32));
    let attempt = || regions.signed::<i128>(&founder, &unstake);
    for days in [1, 100, 263] {
        regions.wait(1, days * 86_400);
        assert_refused(env, StakingError::Locked, attempt);
    }
    regions.wait(1, 2 * 86_400);
    assert_unauthorized(env, "by anyone", || regions.unsigned::<i128>(&unstake));
    for who in [&other, &third, &regions.admin, &regions.council, &regions.guardian] {
        assert_unauthorized(env, "by another", || regions.signed::<i128>(who, &unstake));
    }
    assert_eq!(attempt(), Ok(BOND));
    for _ in 0..2 {
        assert_refused(env, StakingError::NothingStaked, attempt);
    }
    // She has no second position, and none where she founded nothing.
    for (staking, number) in [(&alps, 1u32), (&jura, 0)] {
        let call = Call::new(env, staking, "unstake", (&founder, number));
        assert_refused(env, StakingError::UnknownPosition, || {
            regions.signed::<i128>(&founder, &call)
        });
    }
    let owners = [&founder, &other, &third, &alps, &jura, &regions.factory.address];
    let balances = owners.map(|owner| regions.balance(&regions.tft, owner));
    assert_eq!(balances, [BOND, 0, 0, 5 * BOND, BOND, 0]);
}

#[test]
fn a_look_alike_pool_is_no_pool() {
    let regions = Regions::new();
    let (_, key) = regions.region("ALPS", 1_000 * ONE, 1_000 * ONE);
    let real = regions.pool(&key).state();
    // The same wasm, the same arguments, the same claim to be of this factory.
    let fake: PoolClient = deploy(
        &regions.env,
        &real.token_0,
        &real.token_1,
        (real.fee_bps, real.treasury_bps, real.band_bps),
        [&real.treasury, &real.guardian, &real.factory],
    );
    assert_eq!(fake.state().factory, regions.factory.address);
    assert!(!regions.factory.is_pool(&fake.address));
    let trader = regions.user(&[(&regions.tft, 10 * ONE)]);
    // Whatever key she hands the router, it never leads to the fake one.
    let swap = regions.exact_in(&trader, &regions.tft, ONE, &[&key]);
    regions.signed::<i128>(&trader, &swap).unwrap();
    assert_eq!(regions.balance(&regions.tft, &fake.address), 0);
    let unknown = PoolKey { fee_bps: 5, ..key };
    let args = (&trader, &regions.tft, ONE, regions.path(&[&unknown]), 0i128, &trader, NEVER);
    let call = regions.to_router("swap_exact_in", args);
    assert_refused(&regions.env, RouterError::UnknownPool, || {
        regions.signed::<i128>(&trader, &call)
    });
}

#[test]
fn a_code_or_salt_cannot_be_squatted() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", ONE, ONE);
    let attacker = regions.user(&[(&regions.tft, 2 * BOND)]);
    assert_refused(&regions.env, FactoryError::DuplicateCode, || {
        regions.create_region(&attacker, "ALPS", &key.token)
    });
    // The salt of a pool that is still to come, used by somebody else: another address.
    let coming = PoolKey { fee_bps: 5, ..key.clone() };
    let salt: BytesN<32> = tributary_common::address::salt(
        &regions.env,
        tributary_common::address::POOL,
        &coming.code,
        &coming.token,
        5,
    );
    let squatted = regions.env.deployer().with_address(attacker.clone(), salt).deployed_address();
    let computed = tributary_common::address::pool(&regions.env, &regions.factory.address, &coming);
    assert_ne!(squatted, computed);
    // Nobody but the region's admin makes the factory deploy there.
    assert_unauthorized(&regions.env, "squatted", || regions.create_pool(&attacker, &coming, 0));
    // Another region's pool of the same token and fee is another pool.
    regions.create_region(&attacker, "ALPS2", &key.token).unwrap();
    assert_ne!(regions.pool(&regions.key("ALPS2", &key.token)).address, regions.pool(&key).address);
    let info = regions.create_pool(&founder, &coming, 0).unwrap();
    assert_eq!(info.address, computed);
}

#[test]
fn a_look_alike_factory_tells_the_same_under_another_address() {
    let regions = Regions::new();
    let env = &regions.env;
    let token = regions.asset();
    let founder = regions.user(&[(&regions.tft, 2 * BOND)]);
    // The same wasm with the same arguments, by somebody else.
    let root = regions.params(&regions.admin, &regions.tft);
    let args = (regions.tft.clone(), BOND, &regions.offers.address, root, templates(env));
    let fake = FactoryClient::new(env, &env.register(contract("factory").as_slice(), args));
    env.mock_all_auths();
    let (code, params) = (regions.code("ALPS"), regions.params(&founder, &token));
    fake.create_region(&founder, &code, &params);
    let told = env.events().all();
    assert_eq!(
        told.filter_by_contract(&fake.address).events().len(),
        2,
        "it emits the same events"
    );
    assert!(told.filter_by_contract(&regions.factory.address).events().is_empty());
    // Whose pool it is tells the registry, not an event, a name or the pool's own word.
    let pool = fake.pool(&code, &token, &30).address;
    assert!(fake.is_pool(&pool) && !regions.factory.is_pool(&pool));
    assert!(regions.factory.try_region(&code).is_err());
    env.set_auths(&[]);
    regions.create_region(&founder, "ALPS", &token).expect("the code is free");
    assert_ne!(regions.pool(&regions.key("ALPS", &token)).address, pool);
}

#[test]
fn a_look_alike_token_is_not_the_regions_own() {
    let regions = Regions::new();
    let env = &regions.env;
    let (founder, region, own) = regions.own_region("ALPS", new_token(env));
    // The same wasm, the same name and symbol, the same treasury.
    let args = (region.treasury.clone(), new_token(env));
    let fake = RegionTokenClient::new(env, &env.register(contract("token").as_slice(), args));
    assert_eq!(fake.config(), own.config());
    assert_eq!((fake.name(), fake.symbol()), (own.name(), own.symbol()));
    // Whose token it is tells the registry; there is one place for it, and that is taken.
    let of_region = |kind| {
        let (factory, code) = (&regions.factory.address, &region.code);
        tributary_common::address::of_region(env, factory, kind, code, &regions.tft)
    };
    assert_eq!(regions.factory.region(&region.code).token, own.address);
    assert_eq!(of_region(tributary_common::address::TOKEN), own.address);
    assert_ne!(fake.address, own.address);
    // A region that brings it names it as what it is: a token that there was, of another treasury.
    let imitator = regions.user(&[(&regions.tft, BOND)]);
    let second = regions.create_region(&imitator, "ALPS2", &fake.address).expect("a region");
    assert_ne!(second.treasury, fake.config().treasury);
    // What the council has its treasury mint is the real one.
    let mint = (1u64, Action::Mint(ONE));
    let propose = Call::new(env, &region.treasury, "propose", mint);
    let id: BytesN<32> = regions.signed(&regions.council, &propose).expect("a proposal");
    regions.wait(1, 7 * 24 * 60 * 60);
    let execute = Call::new(env, &region.treasury, "execute", (id,));
    regions.unsigned::<()>(&execute).expect("its time has come");
    assert_eq!((own.total_supply(), fake.total_supply()), (GENESIS + ONE, GENESIS));
    let minted = Call::new(env, &fake.address, "mint", (ONE,));
    assert_unauthorized(env, "the fake", || regions.signed::<()>(&founder, &minted));
    // And the imitator's council can have nothing minted: its region has no own token.
    let propose = Call::new(env, &second.treasury, "propose", (1u64, Action::Mint(ONE)));
    assert_refused(env, TreasuryError::NoOwnToken, || {
        regions.signed::<BytesN<32>>(&regions.council, &propose)
    });
}

#[test]
fn nobody_has_power_over_who_holds_a_regions_own_token() {
    let regions = Regions::new();
    let env = &regions.env;
    let (founder, region, own) = regions.own_region("ALPS", new_token(env));
    let holder = regions.user(&[]);
    regions.grant(&region, &holder, 100 * ONE);
    let approved = Call::new(env, &own.address, "approve", (&holder, &founder, ONE, u32::MAX));
    for who in [&founder, &regions.admin, &regions.guardian, &regions.council] {
        for (function, args) in [
            ("mint", (ONE,).into_val(env)),
            ("transfer", (&holder, who, ONE).into_val(env)),
            ("burn", (&holder, ONE).into_val(env)),
        ] {
            let call = Call::new(env, &own.address, function, Vec::<Val>::clone(&args));
            assert_unauthorized(env, function, || regions.signed::<()>(who, &call));
        }
        assert_unauthorized(env, "approve", || regions.signed::<()>(who, &approved));
        for (function, args) in [
            ("transfer_from", (who, &holder, who, ONE).into_val(env)),
            ("burn_from", (who, &holder, ONE).into_val(env)),
        ] {
            let call = Call::new(env, &own.address, function, Vec::<Val>::clone(&args));
            let error = TokenError::InsufficientAllowance;
            assert_refused(env, error, || regions.signed::<()>(who, &call));
        }
        // Nor are there means to freeze or to take back, as issuers of assets have.
        for (function, args) in [
            ("clawback", (&holder, ONE).into_val(env)),
            ("set_authorized", (&holder, false).into_val(env)),
            ("set_admin", (who,).into_val(env)),
        ] {
            let call = Call::new(env, &own.address, function, Vec::<Val>::clone(&args));
            assert_unauthorized(env, function, || regions.signed::<()>(who, &call));
        }
    }
    // Nor does the code of tokens to come change this one.
    let hash = BytesN::from_array(env, &[9; 32]);
    let schedule = regions.to_factory("schedule_template", (regions.code("token"), hash));
    regions.signed::<u64>(&regions.admin, &schedule).expect("announced");
    regions.wait(1, DELAY_SECONDS);
    let apply = regions.to_factory("apply_template", (regions.code("token"),));
    regions.unsigned::<()>(&apply).expect("applied");
    assert_eq!((own.balance(&holder), own.total_supply()), (100 * ONE, GENESIS));
    let leave = Call::transfer(env, &own.address, &holder, &founder, 100 * ONE);
    regions.signed::<()>(&holder, &leave).expect("hers alone, and free");
    assert_eq!((own.balance(&holder), own.balance(&founder)), (0, 100 * ONE));
}

#[test]
fn the_networks_admin_has_no_power_over_a_region() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", 1_000 * ONE, 1_000 * ONE);
    let (env, admin, code) = (&regions.env, &regions.admin, key.code.clone());
    let before = regions.factory.region(&code);
    let pool = regions.pool(&key);
    let state = pool.state();
    let more = PoolKey { fee_bps: 5, ..key.clone() };
    assert_unauthorized(env, "a pool", || regions.create_pool(admin, &more, 0));
    let role = regions.to_factory("propose_admin", (code.clone(), admin));
    assert_unauthorized(env, "the role", || regions.signed::<()>(admin, &role));
    let pause = Call::new(env, &pool.address, "pause", ());
    assert_unauthorized(env, "the pause", || regions.signed::<()>(admin, &pause));
    let unstake = Call::new(env, &before.staking, "unstake", (&founder, 0u32));
    assert_unauthorized(env, "the bond", || regions.signed::<i128>(admin, &unstake));
    // All that it can do: its word, and the code of pools to come.
    let endorse = regions.to_factory("endorse", (code.clone(), true));
    regions.signed::<()>(admin, &endorse).unwrap();
    let hash = BytesN::from_array(env, &[9; 32]);
    let schedule = regions.to_factory("schedule_template", (regions.code("pool"), hash));
    regions.signed::<u64>(admin, &schedule).unwrap();
    regions.wait(1, DELAY_SECONDS);
    let apply = regions.to_factory("apply_template", (regions.code("pool"),));
    regions.unsigned::<()>(&apply).unwrap();
    assert_eq!(regions.factory.region(&code), Region { endorsed: true, ..before });
    let now = pool.state();
    assert_eq!((now.reserve_0, now.reserve_1), (state.reserve_0, state.reserve_1));
    assert_eq!((now.treasury, now.guardian, now.fee_bps), (state.treasury, state.guardian, 30));
    // Every exit is open.
    regions.wait(1, BOND_SECONDS);
    assert_eq!(regions.signed(&founder, &unstake), Ok(BOND), "the founder's bond");
    let shares = pool.balance(&founder);
    env.mock_all_auths();
    pool.withdraw(&founder, &shares, &1, &1, &founder, &NEVER);
}

#[test]
fn a_regions_admin_has_no_power_over_its_pools_or_other_regions() {
    let regions = Regions::new();
    let (founder, key) = regions.region("ALPS", 1_000 * ONE, 1_000 * ONE);
    let (_, other) = regions.region("JURA", 1_000 * ONE, 1_000 * ONE);
    let env = &regions.env;
    let neighbour = PoolKey { fee_bps: 5, ..other.clone() };
    assert_unauthorized(env, "a pool elsewhere", || regions.create_pool(&founder, &neighbour, 0));
    for pool in [&key, &other] {
        let pause = Call::new(env, &regions.pool(pool).address, "pause", ());
        assert_unauthorized(env, "a pause", || regions.signed::<()>(&founder, &pause));
    }
    let endorse = regions.to_factory("endorse", (key.code.clone(), true));
    assert_unauthorized(env, "her own endorsement", || regions.signed::<()>(&founder, &endorse));
    // She can add pools within the tiers, and nothing moves.
    let more = PoolKey { fee_bps: 5, ..key.clone() };
    let made: PoolInfo = regions.create_pool(&founder, &more, 0).unwrap();
    assert_ne!(made.address, regions.pool(&key).address);
    let error = PoolError::EmptyPool;
    let quote = regions.to_router("quote_exact_in", (&regions.tft, ONE, regions.path(&[&more])));
    assert_refused(env, error, || regions.unsigned::<i128>(&quote));
}

#[test]
fn no_contract_can_replace_its_code() {
    for name in ["factory", "offers", "oracle", "pool", "router", "staking", "token", "treasury"] {
        let imports = imports(&contract(name));
        assert!(imports.contains(&("l".to_string(), "_".to_string())), "storage is written");
        // update_current_contract_wasm, update_current_contract_executable_ref
        for function in ["6", "j"] {
            assert!(!imports.contains(&("l".to_string(), function.to_string())), "{name}");
        }
    }
}
