//! The deployer against a network: everything, nothing again, stopped anywhere, and what differs.

mod common;

use std::collections::BTreeSet;

use common::{changed, contracts, deployed, local, local_network, network, EXAMPLE, THIRD};
use stellar_xdr::{LedgerEntryData, ScVal};
use tributary_deploy::{
    chain::trustline_key, deploy, deploy::Fee, dry_run, plan::ONE, steps::amount_text, val, verify,
    Chain, Deployer, Deployment, Error, Keypair, Network, Plan, Progress,
};
use tributary_localnet::rpc::Running;

/// TFT that the deployer holds.
fn balance(chain: &Chain, plan: &Plan) -> Option<i64> {
    let key = trustline_key(&plan.deployer, &plan.tft);
    let entry = chain.ledger_entries(&[key]).expect("it answers").pop()?;
    match entry.val {
        LedgerEntryData::Trustline(line) => Some(line.balance),
        _ => None,
    }
}

fn connect(running: &Running) -> Chain {
    Chain::connect(&running.url, Network::Local.passphrase()).expect("it answers")
}

fn sequence(chain: &Chain, plan: &Plan) -> i64 {
    chain.account_sequence(&plan.deployer).expect("an account")
}

const COSTS: &str = include_str!("../../../docs/deploying.md");

/// The table of docs/deploying.md has the step at this fee, stroops.
fn told_in_docs(what: &str, fee: i64) {
    let words: Vec<_> = what.split([' ', ',', ':']).collect();
    let row = match words[..] {
        ["upload", _, _, "of", name, _, bytes, ..] => {
            let bytes: usize = bytes.parse().expect("a number");
            format!("code of {name}, {} {:03} bytes", bytes / 1_000, bytes % 1_000)
        }
        ["deploy", "the", "contract", ..] => "contract of a Stellar asset".to_string(),
        ["deploy", name, ..] => name.to_string(),
        ["create", "region", "DELTA", ..] => "region with a token of its own".to_string(),
        ["create", "region", ..] => "region".to_string(),
        ["first", "deposit", ..] => "first deposit".to_string(),
        ["endorse", ..] => "endorsement".to_string(),
        _ => return assert!(fee <= 300, "{what}: a classic operation is 100 stroops"),
    };
    let line = format!("| {row} | {:.2} |", fee as f64 / ONE as f64);
    assert!(COSTS.contains(&line), "docs/deploying.md does not say: {line} ({fee})");
}

/// Every difference as one text.
fn differences(chain: &Chain, plan: &Plan) -> String {
    let report = verify(chain, plan).expect("it answers");
    report.into_result().expect_err("something differs").to_string()
}

#[test]
fn all_is_deployed_as_foretold_and_nothing_again() {
    let (_running, chain) = local_network();
    let plan = local(EXAMPLE).expect("a plan");
    chain.friendbot(&plan.deployer).expect("a friend");
    let before = sequence(&chain, &plan);
    let foreseen = dry_run(&chain, &plan).expect("a dry run");
    assert_eq!(sequence(&chain, &plan), before, "nothing was sent");

    let (deployment, sent) = deployed(&chain, &plan);
    assert_eq!(foreseen.len(), sent.len());
    assert!(sent.iter().all(|step| step.of == sent.len()));
    for (place, (foreseen, sent)) in foreseen.iter().zip(&sent).enumerate() {
        assert_eq!(foreseen.what, sent.what);
        assert_eq!(sent.number, place + 1);
        let most = foreseen.fee.most();
        assert!(sent.fee > 0 && sent.fee <= most, "{}: {} of {most}", sent.what, sent.fee);
        // An estimate that nobody can plan with is none.
        if let Fee::Estimated { most, before } = foreseen.fee {
            assert!(before <= place, "it needs an earlier step");
            assert!(most < 4 * sent.fee, "{}: {} of {most}", sent.what, sent.fee);
        }
    }
    let fees: i64 = sent.iter().map(|step| step.fee).sum();
    let told = format!("{} transactions, {} XLM", sent.len(), amount_text(fees.into()));
    assert!(COSTS.contains(&told), "docs/deploying.md does not say: {told}");
    for Progress { what, fee, .. } in &sent {
        told_in_docs(what, *fee);
    }

    assert_eq!(balance(&chain, &plan), Some(0), "what was issued is staked and deposited");
    let alps = &deployment.regions["ALPS"];
    assert_eq!(alps.pool, plan.places(&plan.regions[0]).pool.to_string());
    let state = chain.view(&plan.places(&plan.regions[0]).pool, "state", vec![]).expect("a pool");
    let reserves = ["reserve_0", "reserve_1"].map(|name| val::integer(&val::field(&state, name)));
    let mut reserves = reserves.map(|reserve| reserve.expect("an amount"));
    reserves.sort_unstable();
    assert_eq!(reserves, [100_000 * ONE, 400_000 * ONE]);

    let before = sequence(&chain, &plan);
    let (again, sent) = deployed(&chain, &plan);
    assert_eq!((again, sent.len()), (deployment, 0));
    assert_eq!(sequence(&chain, &plan), before);
    assert!(dry_run(&chain, &plan).expect("a dry run").is_empty());
    let checks = verify(&chain, &plan).expect("it answers").into_result().expect("as asked for");
    assert!(checks > 80, "{checks} comparisons");
}

#[test]
fn stopped_after_each_transaction_it_goes_on_there() {
    let toml = EXAMPLE.to_string() + THIRD;
    let plan = local(&toml).expect("a plan");
    let (running, chain) = local_network();
    let (whole, sent) = deployed(&chain, &plan);
    drop((running, chain));
    let all: Vec<_> = sent.iter().map(|step| step.what.clone()).collect();

    let (running, _chain) = local_network();
    let mut stopped = vec![];
    let resumed = loop {
        // As another process would: nothing is remembered but what the network remembers.
        let (chain, plan) = (connect(&running), local(&toml).expect("a plan"));
        let result = deploy(&chain, &plan, &mut |step| {
            assert_eq!((step.number, step.of), (1, all.len() - stopped.len()));
            stopped.push(step.what.clone());
            Err(Error::other("stopped"))
        });
        match result {
            Ok(deployment) => break deployment,
            Err(error) => assert_eq!(error.to_string(), "stopped"),
        }
    };
    assert_eq!(stopped, all);
    assert_eq!(Deployment { rpc: whole.rpc.clone(), ..resumed }, whole);
    assert_eq!(
        balance(&connect(&running), &plan),
        Some(0),
        "what was issued is staked and deposited"
    );
}

/// As when an interrupted run's last transaction is still on its way, at every step.
#[test]
fn two_at_the_same_time_do_everything_once() {
    let toml = EXAMPLE.to_string() + THIRD;
    let (running, chain) = local_network();
    let plan = local(&toml).expect("a plan");
    chain.friendbot(&plan.deployer).expect("a friend");
    let before = sequence(&chain, &plan);
    let both: Vec<_> = std::thread::scope(|scope| {
        let deploying = || deployed(&connect(&running), &local(&toml).expect("a plan"));
        let handles = [scope.spawn(deploying), scope.spawn(deploying)];
        handles.into_iter().map(|handle| handle.join().expect("both end well")).collect()
    });
    let [(first, sent), (second, others)] = &both[..] else { panic!("two") };
    assert_eq!(first, second);
    // Where both built the same transaction, it is one.
    let hashes: BTreeSet<_> = sent.iter().chain(others).map(|step| &step.hash).collect();
    let all: BTreeSet<_> = sent.iter().chain(others).map(|step| &step.what).collect();
    assert_eq!((all.len(), hashes.len()), (25, 25), "{all:#?}");
    // The issuer sent one of them.
    assert_eq!(sequence(&chain, &plan) - before, 24);
    assert_eq!(balance(&chain, &plan), Some(0));
}

#[test]
fn a_region_is_added_later() {
    let (_running, chain) = local_network();
    deployed(&chain, &local(EXAMPLE).expect("a plan"));
    let plan = local(&(EXAMPLE.to_string() + THIRD)).expect("a plan");
    assert!(
        differences(&chain, &plan).contains("region DELTA\n    asked: created\n    found: nothing")
    );
    let (deployment, sent) = deployed(&chain, &plan);
    sent.iter().for_each(|step| told_in_docs(&step.what, step.fee));
    let sent: Vec<_> = sent.iter().map(|step| step.what.as_str()).collect();
    let tft = format!("TFT:{}", plan.issuer.as_ref().expect("local").account());
    assert_eq!(
        sent,
        [
            format!("issue 1000 {tft} to the deployer"),
            "create region DELTA, with a bond of 1000 TFT".to_string(),
        ]
    );
    assert_eq!(deployment.regions["DELTA"].token.asset, None);
}

#[test]
fn whatever_differs_is_told_and_nothing_is_sent() {
    let (_running, chain) = local_network();
    let toml = EXAMPLE.to_string() + THIRD;
    let plan = local(&toml).expect("a plan");
    deployed(&chain, &plan);
    let me = plan.deployer.to_string();
    let other = Keypair::from_seed([3; 32]).account().to_string();
    let named = |role: &str| format!("{role} = \"deployer\"");
    let cases = [
        ("bond = \"1000\"", "bond = \"2000\"", "factory: bond", "20000000000", "10000000000"),
        ("fee_bps = 20", "fee_bps = 30", "offers: fee_bps", "30", "20"),
        ("reserve = \"1000\"", "reserve = \"1\"", "oracle: min_reserve", "10000000", "10000000000"),
        (&named("admin"), &format!("admin = \"{other}\""), "region TFT: admin", &other, &me),
        (
            &named("guardian"),
            &format!("guardian = \"{other}\""),
            "region TFT: guardian",
            &other,
            &me,
        ),
        (
            &named("guardian"),
            &format!("guardian = \"{other}\""),
            "treasury of TFT: guardian",
            &other,
            &me,
        ),
        (
            &named("guardian"),
            &format!("guardian = \"{other}\""),
            "staking of TFT: guardian",
            &other,
            &me,
        ),
        (
            &named("council"),
            &format!("council = \"{other}\""),
            "treasury of TFT: council",
            &other,
            &me,
        ),
        ("[30, 5, 100]", "[30, 5]", "region TFT: fee_tiers", "[30, 5]", "[30, 5, 100]"),
        ("bps = 1667", "bps = 1666", "region TFT: treasury_bps", "1666", "1667"),
        (
            "min_bond = \"1000\"",
            "min_bond = \"1\"",
            "staking of TFT: min_bond",
            "10000000",
            "10000000000",
        ),
        ("bps = 2000", "bps = 1999", "first pool of region COAST: treasury_bps", "1999", "2000"),
        ("[30, 100]", "[30, 99]", "region COAST: fee_tiers", "[30, 99]", "[30, 100]"),
        (
            "band_bps = 2000",
            "band_bps = 2001",
            "first pool of region DELTA: band_bps",
            "2001",
            "2000",
        ),
        ("Delta", "Delto", "token of region DELTA: name", "\"Delto\"", "\"Delta\""),
        ("DLT", "DLX", "token of region DELTA: symbol", "\"DLX\"", "\"DLT\""),
        (
            "cap = \"1000000\"",
            "cap = \"1000001\"",
            "token of region DELTA: cap",
            "10000010000000",
            "10000000000000",
        ),
        ("genesis = \"100000\"", "genesis = \"99999\"", "", "", ""),
    ];
    for (from, to, what, asked, found) in cases {
        assert!(toml.contains(from), "{from}");
        // Endorsing is the admin's: it is not asked for, where another is.
        let mut toml = toml.replacen(from, to, 1);
        if to.starts_with("admin") {
            toml = toml.replace("endorse = true", "");
        }
        let plan = local(&toml).expect("a plan");
        if what.is_empty() {
            // More than the genesis may have been minted since.
            verify(&chain, &plan)
                .expect("it answers")
                .into_result()
                .expect("more is no difference");
            continue;
        }
        let told = differences(&chain, &plan);
        let expected = format!("\n  {what}\n    asked: {asked}\n    found: {found}");
        assert!(told.contains(&expected), "{to}: {told}");
        let before = sequence(&chain, &plan);
        let refused = deploy(&chain, &plan, &mut |step| panic!("sent: {}", step.what));
        assert!(matches!(refused, Err(Error::Differs(_))), "{to}");
        assert_eq!(sequence(&chain, &plan), before);
    }
    let unendorsed = local(&toml.replace("endorse = true", "")).expect("a plan");
    let told = differences(&chain, &unendorsed);
    assert!(told.contains("region ALPS: endorsed\n    asked: false\n    found: true"), "{told}");
}

#[test]
fn another_code_than_the_built_one_is_a_difference() {
    let (_running, chain) = local_network();
    let plan = local(EXAMPLE).expect("a plan");
    deployed(&chain, &plan);
    let mut plan = local(EXAMPLE).expect("a plan");
    let there = val::hex(&plan.code("router").hash.0);
    let oracle = plan.code("oracle").hash.clone();
    let router = plan.codes.iter_mut().find(|code| code.name == "router").expect("the router");
    router.hash = oracle.clone();
    let told = differences(&chain, &plan);
    let oracle = val::hex(&oracle.0);
    let expected = format!("\n  router: code\n    asked: {oracle}\n    found: {there}");
    assert!(told.contains(&expected), "{told}");
}

#[test]
fn another_network_is_refused() {
    let (running, _chain) = local_network();
    let refused = Chain::connect(&running.url, Network::Testnet.passphrase()).err();
    let told = refused.expect("another network").to_string();
    assert!(told.contains("its passphrase is \"Standalone Network ; February 2017\""), "{told}");
    let nobody = Chain::connect("http://localhost:9", "x").err().expect("no node");
    assert!(matches!(nobody, Error::Node(_)), "{nobody}");
}

#[test]
fn an_account_without_xlm_is_told_to_get_some() {
    let passphrase = "Test of an unfunded key";
    let (_running, chain) = network(passphrase);
    let plan = |seed| {
        let deployer = Deployer::Key(Keypair::from_seed([seed; 32]));
        Plan::new(Network::Testnet, passphrase, deployer, EXAMPLE, &contracts()).expect("a plan")
    };
    let told = deploy(&chain, &plan(1), &mut |_| Ok(())).expect_err("no account").to_string();
    let account = Keypair::from_seed([1; 32]).account();
    assert!(told.contains(&format!("account {account} does not exist")), "{told}");
    assert!(told.contains("send it XLM"), "{told}");
}

#[test]
fn a_deployer_without_tft_is_told_how_much_it_needs() {
    let passphrase = "Test of a deployer without TFT";
    let (_running, chain) = network(passphrase);
    let issuer = Keypair::from_seed([2; 32]);
    chain.friendbot(&issuer.account()).expect("a friend");
    let toml = changed("# tft = \"TFT:GBOV", &format!("tft = \"TFT:{}\" # ", issuer.account()));
    let toml = toml.replace("liquidity", "# liquidity").replace("\"ALP\"", "\"ALP:ISSUER\"");
    let toml = toml
        .replace("\"SHELL\"", "\"SHELL:ISSUER\"")
        .replace("ISSUER", &issuer.account().to_string());
    let plan = || {
        let deployer = Deployer::local(passphrase);
        Plan::new(Network::Local, passphrase, deployer, &toml, &contracts()).expect("a plan")
    };
    let mut sent = vec![];
    let told = deploy(&chain, &plan(), &mut |step| {
        sent.push(step.what.clone());
        Ok(())
    });
    let told = told.expect_err("it has none").to_string();
    assert!(told.contains("holds 0 of TFT:") && told.contains("needs 2000"), "{told}");
    assert_eq!(sent.len(), 1, "the trustline, which it has to have before: {sent:?}");
    // Once it has them, it goes on.
    let (plan, deployer) = (plan(), plan().deployer);
    let asset = stellar_xdr::Asset::clone(&plan.tft);
    let stellar_xdr::AccountId(stellar_xdr::PublicKey::PublicKeyTypeEd25519(key)) = deployer;
    let pay = stellar_xdr::PaymentOp {
        destination: stellar_xdr::MuxedAccount::Ed25519(key),
        asset,
        amount: 2_500 * ONE as i64,
    };
    chain.classic(&issuer, vec![stellar_xdr::OperationBody::Payment(pay)]).expect("paid");
    deployed(&chain, &plan);
    assert_eq!(balance(&chain, &plan), Some(500 * ONE as i64));
}

/// In the pool of ALPS, by the issuer, who has as much of both as she likes.
fn deposit(chain: &Chain, plan: &Plan, tft: i128, token: i128) {
    let issuer = plan.issuer.as_ref().expect("a local network has one");
    let places = plan.places(&plan.regions[0]);
    let tft_first = plan.tft_contract() < places.token;
    let [first, second] = if tft_first { [tft, token] } else { [token, tft] };
    let (me, never) = (val::account(&issuer.account()), ScVal::U64(u64::MAX));
    let amounts = [first * ONE, second * ONE, 0].map(val::int);
    let args = [me.clone()].into_iter().chain(amounts).chain([me, never]).collect();
    chain.invoke(issuer, &places.pool, "deposit", args).expect("a deposit");
}

#[test]
fn a_first_deposit_by_somebody_else_is_told() {
    let (_running, chain) = local_network();
    let plan = local(EXAMPLE).expect("a plan");
    let stopped =
        deploy(&chain, &plan, &mut |step| match step.what.starts_with("create region C") {
            true => Err(Error::other("stopped")),
            false => Ok(()),
        });
    assert_eq!(stopped.expect_err("stopped").to_string(), "stopped");
    deposit(&chain, &plan, 4, 1);
    let told = differences(&chain, &plan);
    let expected = "first pool of region ALPS: price, by a first deposit that is not the \
                    deployer's\n    asked: 100000 TFT and 400000 of the token\n    found: 4 TFT \
                    and 1 of the token";
    assert!(told.contains(expected), "{told}");
    let before = sequence(&chain, &plan);
    let refused = deploy(&chain, &plan, &mut |step| panic!("sent: {}", step.what));
    assert!(matches!(refused, Err(Error::Differs(_))), "{refused:?}");
    assert_eq!(sequence(&chain, &plan), before);
    // Who takes that as it is says so by asking for no deposit.
    let taken = EXAMPLE.replacen("liquidity =", "# liquidity =", 1);
    deployed(&chain, &local(&taken).expect("a plan"));
}

#[test]
fn a_first_deposit_by_somebody_else_while_deploying_is_told() {
    let (_running, chain) = local_network();
    let plan = local(EXAMPLE).expect("a plan");
    let result = deploy(&chain, &plan, &mut |step| {
        if step.what.starts_with("create region COAST") {
            deposit(&chain, &plan, 5, 5);
        }
        Ok(())
    });
    let told = result.expect_err("the price is another").to_string();
    assert!(told.contains("first pool of region ALPS: price"), "{told}");
}

#[test]
fn trades_move_the_price_and_that_is_no_difference() {
    let (_running, chain) = local_network();
    let plan = local(EXAMPLE).expect("a plan");
    deployed(&chain, &plan);
    let issuer = plan.issuer.as_ref().expect("a local network has one");
    let pool = plan.places(&plan.regions[0]).pool;
    let me = val::account(&issuer.account());
    let tft = val::address(&plan.tft_contract());
    let amounts = [50_000 * ONE, 1].map(val::int);
    let never = ScVal::U64(u64::MAX);
    let args = [me.clone(), tft].into_iter().chain(amounts).chain([me, never]).collect();
    chain.invoke(issuer, &pool, "swap_exact_in", args).expect("a swap");
    let (_, sent) = deployed(&chain, &plan);
    assert!(sent.is_empty(), "{sent:?}");
}
