//! What Rust programs do with a network beside deploying: calls, signatures of others, errors by name.

mod common;

use common::{deployed, local, local_network, EXAMPLE};
use stellar_xdr::ScVal;
use tributary_deploy::{plan::ONE, val, Chain, Error, Keypair, Plan};

fn person(chain: &Chain, seed: u8) -> Keypair {
    let key = Keypair::from_seed([seed; 32]);
    chain.friendbot(&key.account()).expect("a friend");
    key
}

fn transfer(from: &Keypair, to: &Keypair, amount: i128) -> Vec<ScVal> {
    vec![val::account(&from.account()), val::account(&to.account()), val::int(amount)]
}

/// A network with the suite, and its deployer's key.
fn suite() -> (tributary_localnet::rpc::Running, Chain, Plan) {
    let (running, chain) = local_network();
    let plan = local(EXAMPLE).expect("a plan");
    deployed(&chain, &plan);
    (running, chain, plan)
}

fn contract_error(result: Result<impl std::fmt::Debug, Error>) -> (u32, String, String) {
    match result.expect_err("it is refused") {
        Error::Contract { code, name, remedy, .. } => (code, name, remedy),
        error => panic!("{error}"),
    }
}

#[test]
fn errors_have_the_names_that_the_contracts_give_them() {
    let (_running, chain, plan) = suite();
    let key = plan.key.as_ref().expect("a key");
    let factory = plan.contract("factory");
    let region = |code: &str| {
        let params = plan.regions[0]
            .params
            .val(&plan.regions[0].token, &plan.places(&plan.regions[0]).token);
        vec![val::account(&plan.deployer), val::symbol(code), params]
    };
    let told = contract_error(chain.invoke(key, &factory, "create_region", region("ALPS")));
    assert_eq!(told, (101, "DuplicateCode".into(), "Taken; choose another".into()));
    let told = contract_error(chain.view(&factory, "region", vec![val::symbol("NOWHERE")]));
    assert_eq!((told.0, told.1.as_str()), (102, "UnknownRegion"));
    // Refused by the asset beneath: its codes are also a pool's.
    let told = contract_error(chain.invoke(key, &factory, "create_region", region("RICH")));
    assert_eq!((told.0, told.1.as_str()), (10, "BalanceError"));
    // Through the router, by the pool that it calls.
    let pool = val::map(&[
        ("code", val::symbol("ALPS")),
        ("fee_bps", ScVal::U32(30)),
        ("token", val::address(&plan.places(&plan.regions[0]).token)),
    ]);
    let args = vec![val::address(&plan.tft_contract()), val::int(0), val::list(vec![pool])];
    let told = contract_error(chain.view(&plan.contract("router"), "quote_exact_in", args));
    assert_eq!((told.0, told.1.as_str()), (300, "InvalidAmount"));
    // By the pool, after it had answers from assets, whose codes it shares.
    let pool = plan.places(&plan.regions[0]).pool;
    let issuer = plan.issuer.as_ref().expect("a local network has one");
    let stellar_xdr::PublicKey::PublicKeyTypeEd25519(deployer) = key.account().0;
    let pays = plan.assets().into_iter().map(|asset| {
        stellar_xdr::OperationBody::Payment(stellar_xdr::PaymentOp {
            destination: stellar_xdr::MuxedAccount::Ed25519(deployer.clone()),
            asset: asset.clone(),
            amount: i64::try_from(100 * ONE).unwrap(),
        })
    });
    chain.classic(issuer, pays.collect()).expect("issued");
    let (me, never) = (val::account(&plan.deployer), ScVal::U64(u64::MAX));
    let [some, least] = [val::int(10 * ONE), val::int(0)];
    let deposit = vec![me.clone(), some.clone(), some, least.clone(), me.clone(), never.clone()];
    let deposited = chain.invoke(key, &pool, "deposit", deposit).expect("a deposit");
    assert!(matches!(deposited.value, ScVal::Vec(Some(_))), "what was used, and the shares");
    let all = chain.view(&pool, "balance", vec![me.clone()]).expect("shares");
    let withdraw = vec![me.clone(), all, least.clone(), least, me, never];
    let told = contract_error(chain.invoke(key, &pool, "withdraw", withdraw));
    assert_eq!((told.0, told.1.as_str()), (3, "SharesHeld"));
}

#[test]
fn others_sign_what_is_theirs() {
    let (_running, chain, plan) = suite();
    let xlm = stellar_xdr::Asset::Native;
    let native = plan.asset_contract(&xlm);
    let create = stellar_xdr::HostFunction::CreateContract(stellar_xdr::CreateContractArgs {
        contract_id_preimage: stellar_xdr::ContractIdPreimage::Asset(xlm),
        executable: stellar_xdr::ContractExecutable::StellarAsset,
    });
    let [alice, bob] = [11, 12].map(|seed| person(&chain, seed));
    chain.submit(&alice, &[], create).expect("the contract of XLM");
    let balance = |who: &Keypair| {
        let found = chain.view(&native, "balance", vec![val::account(&who.account())]);
        val::integer(&found.expect("a balance")).expect("an amount")
    };
    let before = balance(&bob);
    let args = || transfer(&bob, &alice, 3 * ONE);
    let missing = chain.invoke(&alice, &native, "transfer", args()).expect_err("it is Bob's");
    assert!(
        missing.to_string().contains(&format!("{} has to sign too", bob.account())),
        "{missing}"
    );
    let outcome =
        chain.invoke_signed(&alice, &[&bob], &native, "transfer", args()).expect("signed");
    assert_eq!(balance(&bob), before - 3 * ONE, "Alice pays the fee");
    assert_eq!(outcome.events.len(), 1);
    assert!(outcome.fee_charged > 100 && outcome.ledger > 0);
    // His own, by the source's signature.
    chain.invoke(&bob, &native, "transfer", args()).expect("signed");
    assert_eq!(balance(&bob) / ONE, before / ONE - 7, "and a fee of less than one");
}

#[test]
fn two_programs_with_one_key_pass_over_no_transaction() {
    let (running, chain, _plan) = suite();
    let [alice, bob] = [21, 22].map(|seed| person(&chain, seed));
    let pay = |amount| {
        let stellar_xdr::PublicKey::PublicKeyTypeEd25519(key) = bob.account().0;
        vec![stellar_xdr::OperationBody::Payment(stellar_xdr::PaymentOp {
            destination: stellar_xdr::MuxedAccount::Ed25519(key),
            asset: stellar_xdr::Asset::Native,
            amount,
        })]
    };
    let before = chain.account(&bob.account()).expect("it answers").expect("Bob").balance;
    std::thread::scope(|scope| {
        for first in [1, 100] {
            let (url, passphrase, alice) = (&running.url, chain.passphrase(), &alice);
            scope.spawn(move || {
                let chain = Chain::connect(url, passphrase).expect("it answers");
                for amount in first..first + 3 {
                    chain.classic(alice, pay(amount)).expect("each is applied");
                }
            });
        }
    });
    let after = chain.account(&bob.account()).expect("it answers").expect("Bob").balance;
    assert_eq!(after - before, 1 + 2 + 3 + 100 + 101 + 102);
}

#[test]
fn what_the_network_does_not_take_is_named() {
    let (_running, chain, plan) = suite();
    let stranger = Keypair::from_seed([31; 32]);
    let told = chain.classic(&stranger, vec![]).expect_err("no account").to_string();
    assert!(told.contains(&format!("{} does not exist", stranger.account())), "{told}");
    let key = plan.key.as_ref().expect("a key");
    let nothing = chain.classic(key, vec![]).expect_err("no operation").to_string();
    assert!(nothing.contains("txMISSING_OPERATION"), "{nothing}");
}
