//! A thousand swaps, sent by fifty accounts at the same time over RPC: each is applied once, none is lost,
//! and every unit is accounted for.

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
    time::{Duration, Instant},
};

use common::{deployed, local, EXAMPLE};
use stellar_rpc_client::{Client, GetTransactionsRequest, TransactionsPaginationOptions};
use stellar_xdr::{
    AccountId, Asset, ChangeTrustAsset, ChangeTrustOp, LedgerEntryData, MuxedAccount,
    OperationBody, PaymentOp, PublicKey, ScAddress, ScVal,
};
use tokio::runtime::Builder;
use tributary_deploy::{chain::trustline_key, plan::Token, val, Chain, Keypair, Network};
use tributary_localnet::rpc::{start, Options, Pace};

const ACCOUNTS: usize = 50;
const SWAPS: usize = 20;
const TFT: i64 = 10_000_000;

#[test]
fn a_thousand_swaps_by_fifty_accounts_are_all_applied_once() {
    let passphrase = Network::Local.passphrase();
    let pace = Pace::Every(Duration::from_secs(1));
    let network = start(Options { port: 0, pace, ..Options::default() }).expect("it starts");
    let connect = || Chain::connect(&network.url, passphrase).expect("it answers");
    let chain = connect();
    let plan = local(EXAMPLE).expect("a plan");
    deployed(&chain, &plan);
    let region = &plan.regions[0];
    let pool = plan.places(region).pool;
    let Token::Asset(token) = &region.token else { panic!("the example's is an asset") };
    let tokens = [plan.tft.clone(), token.clone()];
    let issuer = plan.issuer.as_ref().expect("a local network has one");

    let traders: Vec<_> =
        (0..ACCOUNTS).map(|n| Keypair::derived(passphrase, &format!("trader {n}"))).collect();
    thread::scope(|scope| {
        for trader in &traders {
            let (tokens, connect) = (&tokens, &connect);
            scope.spawn(move || {
                let chain = connect();
                chain.friendbot(&trader.account()).unwrap();
                let trusts = tokens.iter().map(trust).collect();
                chain.classic(trader, trusts).unwrap();
            });
        }
    });
    for some in traders.chunks(25) {
        let pays = some.iter().map(|trader| pay(&plan.tft, &trader.account(), 1_000 * TFT));
        chain.classic(issuer, pays.collect()).unwrap();
    }

    let first = chain.latest_ledger().unwrap();
    let before = tokens.each_ref().map(|token| balance(&chain, &pool, &plan.asset_contract(token)));
    let held_before = tokens.each_ref().map(|token| held(&chain, &traders, token));
    let begun = Instant::now();
    let swaps: Vec<Vec<Swap>> = thread::scope(|scope| {
        let handles: Vec<_> = traders
            .iter()
            .enumerate()
            .map(|(place, trader)| {
                let (pool, plan, connect) = (&pool, &plan, &connect);
                scope.spawn(move || {
                    let chain = connect();
                    (0..SWAPS)
                        .map(|n| {
                            // No two alike.
                            let amount = i128::from(TFT) + (place * SWAPS + n) as i128;
                            let me = val::account(&trader.account());
                            let args = vec![
                                me.clone(),
                                val::address(&plan.tft_contract()),
                                val::int(amount),
                                val::int(1),
                                me,
                                ScVal::U64(u64::MAX),
                            ];
                            let sent = Instant::now();
                            let outcome =
                                chain.invoke(trader, pool, "swap_exact_in", args).unwrap();
                            let out = val::integer(&outcome.value).expect("an amount");
                            Swap { amount, out, hash: outcome.hash, waited: sent.elapsed() }
                        })
                        .collect()
                })
            })
            .collect();
        handles.into_iter().map(|handle| handle.join().expect("no swap fails")).collect()
    });
    let took = begun.elapsed();

    let swaps: Vec<_> = swaps.into_iter().flatten().collect();
    assert_eq!(swaps.len(), ACCOUNTS * SWAPS);
    let hashes: BTreeSet<_> = swaps.iter().map(|swap| &swap.hash).collect();
    assert_eq!(hashes.len(), swaps.len(), "each is another transaction");
    let paid: i128 = swaps.iter().map(|swap| swap.amount).sum();
    let received: i128 = swaps.iter().map(|swap| swap.out).sum();
    let after = tokens.each_ref().map(|token| balance(&chain, &pool, &plan.asset_contract(token)));
    assert_eq!(after[0] - before[0], paid, "what the pool got");
    assert_eq!(before[1] - after[1], received, "what the pool gave");
    let held_after = tokens.each_ref().map(|token| held(&chain, &traders, token));
    assert_eq!(held_before[0] - held_after[0], paid, "what the traders gave");
    assert_eq!(held_after[1] - held_before[1], received, "what the traders got");
    let applied = applied(&network.url, first);
    for hash in &hashes {
        assert_eq!(applied.get(*hash), Some(&1), "{hash} is in one ledger, once");
    }
    let failed = applied.len() - hashes.len();
    assert_eq!(failed, 0, "and nothing else was sent");

    let mut waited: Vec<_> = swaps.iter().map(|swap| swap.waited).collect();
    waited.sort();
    println!(
        "{} swaps in {:.1} s: {:.1} a second; from call to result median {:.2} s, 95 % {:.2} s, most {:.2} s",
        swaps.len(),
        took.as_secs_f64(),
        swaps.len() as f64 / took.as_secs_f64(),
        waited[waited.len() / 2].as_secs_f64(),
        waited[waited.len() * 95 / 100].as_secs_f64(),
        waited[waited.len() - 1].as_secs_f64(),
    );
}

struct Swap {
    amount: i128,
    out: i128,
    hash: String,
    waited: Duration,
}

fn trust(asset: &Asset) -> OperationBody {
    let line = match asset.clone() {
        Asset::CreditAlphanum4(asset) => ChangeTrustAsset::CreditAlphanum4(asset),
        Asset::CreditAlphanum12(asset) => ChangeTrustAsset::CreditAlphanum12(asset),
        Asset::Native => panic!("nobody needs to trust XLM"),
    };
    OperationBody::ChangeTrust(ChangeTrustOp { line, limit: i64::MAX })
}

fn pay(asset: &Asset, to: &AccountId, amount: i64) -> OperationBody {
    let PublicKey::PublicKeyTypeEd25519(key) = to.0.clone();
    let destination = MuxedAccount::Ed25519(key);
    OperationBody::Payment(PaymentOp { destination, asset: asset.clone(), amount })
}

fn balance(chain: &Chain, owner: &ScAddress, token: &ScAddress) -> i128 {
    let value = chain.view(token, "balance", vec![val::address(owner)]).expect("a balance");
    val::integer(&value).expect("an amount")
}

/// In trustlines.
fn held(chain: &Chain, traders: &[Keypair], asset: &Asset) -> i128 {
    let keys: Vec<_> =
        traders.iter().map(|trader| trustline_key(&trader.account(), asset)).collect();
    let entries = chain.ledger_entries(&keys).expect("an answer");
    assert_eq!(entries.len(), keys.len());
    let balances = entries.into_iter().map(|entry| match entry.val {
        LedgerEntryData::Trustline(line) => i128::from(line.balance),
        _ => panic!("a trustline"),
    });
    balances.sum()
}

/// How often each transaction succeeded after a ledger, as the network lists them, page by page.
fn applied(url: &str, after: u32) -> BTreeMap<String, usize> {
    let client = Client::new(url).expect("a client");
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut applied = BTreeMap::new();
    let (mut start_ledger, mut cursor) = (Some(after + 1), None);
    loop {
        let pagination = Some(TransactionsPaginationOptions { cursor, limit: Some(200) });
        let request = GetTransactionsRequest { start_ledger, pagination };
        let page = runtime.block_on(client.get_transactions(request)).expect("a page");
        let last = page.transactions.len() < 200;
        for transaction in page.transactions {
            assert_eq!(transaction.status, "SUCCESS");
            *applied.entry(transaction.tx_hash.expect("its hash").to_string()).or_default() += 1;
        }
        (start_ledger, cursor) = (None, Some(page.cursor));
        if last {
            return applied;
        }
    }
}
