//! What Rust programs do with a network beside deploying: calls, signatures of others, errors by name.

mod common;

use std::{
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc,
    },
    time::{Duration, Instant},
};

use common::{between, deployed, local, local_network, EXAMPLE};
use stellar_xdr::{
    HostFunction, Limits, ScVal, SorobanAddressCredentials, SorobanAuthorizationEntry,
    SorobanAuthorizedFunction, SorobanCredentials, WriteXdr,
};
use tributary_deploy::{chain, plan::ONE, val, Chain, Error, Keypair, Plan};

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

/// The node adds to what a simulation found, or puts other arguments in it.
#[test]
fn only_the_call_itself_is_authorized() {
    let (running, chain, plan) = suite();
    let [alice, bob] = [41, 42].map(|seed| person(&chain, seed));
    let native = plan.asset_contract(&stellar_xdr::Asset::Native);
    let create = HostFunction::CreateContract(stellar_xdr::CreateContractArgs {
        contract_id_preimage: stellar_xdr::ContractIdPreimage::Asset(stellar_xdr::Asset::Native),
        executable: stellar_xdr::ContractExecutable::StellarAsset,
    });
    chain.submit(&alice, &[], create).expect("the contract of XLM");
    let call = |from: &Keypair, to: &Keypair, amount| {
        chain::call(&native, "transfer", transfer(from, to, amount))
    };
    let function = |call: HostFunction| match call {
        HostFunction::InvokeContract(call) => SorobanAuthorizedFunction::ContractFn(call),
        other => panic!("{other:?}"),
    };
    let entry = |credentials, call| SorobanAuthorizationEntry {
        credentials,
        root_invocation: stellar_xdr::SorobanAuthorizedInvocation {
            function: function(call),
            sub_invocations: Default::default(),
        },
    };
    let of = |key: &Keypair| {
        SorobanCredentials::Address(SorobanAddressCredentials {
            address: key.address(),
            nonce: 7,
            signature_expiration_ledger: 0,
            signature: ScVal::Void,
        })
    };
    let stolen = [
        entry(SorobanCredentials::SourceAccount, call(&alice, &bob, 5_000 * ONE)),
        entry(of(&alice), call(&alice, &bob, 3 * ONE)),
        entry(of(&bob), call(&bob, &alice, 5_000 * ONE)),
    ];
    let balance = |who: &Keypair| chain.account(&who.account()).unwrap().unwrap().balance;
    let before = [&alice, &bob].map(balance);
    for entry in stolen {
        let text = entry.to_xdr_base64(Limits::none()).expect("encoded");
        let node = between(&running.url, move |question, mut answer| {
            if question["method"] == "simulateTransaction" {
                let auth = answer["result"]["results"][0]["auth"].as_array_mut().expect("found");
                auth.push(text.clone().into());
            }
            Some(answer)
        });
        let hostile = Chain::connect(&node, chain.passphrase()).expect("it answers");
        let refused = hostile.invoke_signed(
            &alice,
            &[&alice, &bob],
            &native,
            "transfer",
            transfer(&bob, &alice, 2 * ONE),
        );
        let told = refused.expect_err("it is refused").to_string();
        assert!(told.contains("which is not what was to be sent"), "{told}");
        assert!(told.contains(&format!("{native}.transfer(G")), "{told}");
    }
    assert_eq!([&alice, &bob].map(balance), before, "nothing was sent");
    // Uploads need no authorization.
    let text = entry(SorobanCredentials::SourceAccount, call(&alice, &bob, ONE))
        .to_xdr_base64(Limits::none())
        .expect("encoded");
    let node = between(&running.url, move |question, mut answer| {
        if question["method"] == "simulateTransaction" {
            answer["result"]["results"][0]["auth"] = vec![text.clone()].into();
        }
        Some(answer)
    });
    let hostile = Chain::connect(&node, chain.passphrase()).expect("it answers");
    let wasm = plan.code("token").wasm.clone().try_into().expect("short");
    let refused = hostile.submit(&alice, &[], HostFunction::UploadContractWasm(wasm));
    let told = refused.expect_err("it is refused").to_string();
    assert!(told.contains("it wants the source to authorize"), "{told}");
    // And one that leaves the answers alone is good enough.
    let honest = between(&running.url, |_, answer| Some(answer));
    let honest = Chain::connect(&honest, chain.passphrase()).expect("it answers");
    let args = transfer(&bob, &alice, 2 * ONE);
    honest.invoke_signed(&alice, &[&bob], &native, "transfer", args).expect("signed");
    assert_eq!(balance(&bob), before[1] - 2 * ONE as i64);
}

#[test]
fn a_node_or_a_friendbot_that_is_silent_is_left() {
    let (running, chain) = local_network();
    let silent = Arc::new(AtomicBool::new(false));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let friendbot = format!("http://{}/", listener.local_addr().expect("bound"));
    let node = between(&running.url, {
        let silent = silent.clone();
        move |question, mut answer| {
            if question["method"] == "getNetwork" {
                answer["result"]["friendbotUrl"] = friendbot.clone().into();
            }
            (!silent.load(Ordering::Relaxed)).then_some(answer)
        }
    });
    let mut chain = Chain::connect(&node, chain.passphrase()).expect("it answers");
    assert!(chain.answer_within <= Duration::from_secs(30), "twice in a minute");
    chain.answer_within = Duration::from_secs(1);
    let begun = Instant::now();
    let told = chain.friendbot(&Keypair::from_seed([51; 32]).account());
    let told = told.expect_err("it is silent").to_string();
    assert!(told.contains("friendbot at http") && told.contains("no answer in 1 s"), "{told}");
    silent.store(true, Ordering::Relaxed);
    let told = chain.latest_ledger().expect_err("it is silent").to_string();
    assert_eq!(told, format!("the node: {node}: no answer in 1 s"));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
