//! A local network that is left running: two regions, and three wallets with tokens.

use std::{io, path::PathBuf};

use sha2::{Digest, Sha256};
use stellar_strkey::ed25519::PrivateKey;
use stellar_xdr::{Asset, LedgerEntryData};
use tributary_deploy::{chain::trustline_key, Chain, Deployment, Error, Keypair, Plan, Progress};
use tributary_localnet::rpc;

use crate::{
    calls::{payment, trustline},
    root,
    world::ONE,
};

const WALLETS: [&str; 3] = ["Alice", "Bob", "Carol"];
/// Of each token.
const TOKENS: i64 = 10_000;

/// Returns when the network can't go on, or somebody pressed Ctrl-C.
pub fn serve(port: u16, state: Option<PathBuf>) -> Result<(), Error> {
    let plan = crate::plan(str::to_string)?;
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AddrInUse => Error::other(format!(
            "something listens on port {port} already, perhaps another local network: stop it, or \
             take another --port"
        )),
        _ => Error::other(error.to_string()),
    };
    let options = rpc::Options { port, state, ..rpc::Options::default() };
    let running = rpc::start(options).map_err(failed)?;
    // As everybody writes it, in deployments/local.json too.
    let url = running.url.replace("127.0.0.1", "localhost");
    println!("A local network at {url}; a ledger closes every second.");
    let chain = Chain::connect(&url, &plan.passphrase)?;
    let mut sent = 0;
    let deployment = tributary_deploy::deploy(&chain, &plan, &mut |step: &Progress| {
        sent += 1;
        println!("[{}/{}] {}", step.number, step.of, step.what);
        Ok(())
    })?;
    for name in WALLETS {
        sent += fill(&chain, &plan, name)?;
    }
    deployment.write(&root().join("deployments/local.json")).map_err(failed)?;
    if sent == 0 {
        println!("Everything is there from before: nothing was sent.");
    }
    tell(&plan, &deployment);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(failed)?.block_on(async {
        tokio::select! {
            reason = running.failed() => Err(Error::other(reason)),
            pressed = tokio::signal::ctrl_c() => pressed.map_err(failed),
        }
    })
}

/// Anybody can compute it: it is worth nothing on any other network.
fn seed(passphrase: &str, name: &str) -> [u8; 32] {
    Sha256::digest(format!("{passphrase}{name}")).into()
}

/// Gives a wallet what it lacks: an account, trustlines, and tokens of which it has none. Returns the number
/// of transactions.
fn fill(chain: &Chain, plan: &Plan, name: &str) -> Result<usize, Error> {
    let key = Keypair::from_seed(seed(&plan.passphrase, name));
    let id = key.account();
    let mut sent = 0;
    if chain.account(&id)?.is_none() {
        chain.friendbot(&id)?;
        sent += 1;
    }
    let held = |asset: &Asset| -> Result<Option<i64>, Error> {
        let entry = chain.ledger_entries(&[trustline_key(&id, asset)])?.pop();
        Ok(entry.and_then(|entry| match entry.val {
            LedgerEntryData::Trustline(line) => Some(line.balance),
            _ => None,
        }))
    };
    let (mut trusts, mut pays) = (vec![], vec![]);
    for asset in plan.assets() {
        let held = held(asset)?;
        if held.is_none() {
            trusts.push(trustline(asset));
        }
        if held.unwrap_or_default() == 0 {
            pays.push(payment(asset, &key, TOKENS * ONE as i64));
        }
    }
    let issuer = plan.issuer.as_ref().expect("a local network's");
    for (signer, operations) in [(&key, trusts), (issuer, pays)] {
        if !operations.is_empty() {
            chain.classic(signer, operations)?;
            sent += 1;
        }
    }
    Ok(sent)
}

fn tell(plan: &Plan, deployment: &Deployment) {
    let Deployment { passphrase, rpc, tft, contracts, regions, .. } = deployment;
    println!("\nNetwork     {rpc}\nPassphrase  {passphrase}");
    println!("Friendbot   curl '{rpc}/friendbot?addr=G…'     gives a new account 10 000 XLM");
    println!("\nContracts (deployments/local.json has all)");
    for (name, contract) in [
        ("factory", &contracts.factory),
        ("router", &contracts.router),
        ("offers", &contracts.offers),
        ("oracle", &contracts.oracle),
    ] {
        println!("  {name:<10}{contract}");
    }
    println!("  {:<10}{}  {}", "TFT", tft.contract, tft.asset);
    for (code, region) in regions {
        println!("\nRegion {code}");
        println!("  {:<10}{}", "pool", region.pool);
        println!("  {:<10}{}", "treasury", region.treasury);
        println!("  {:<10}{}", "staking", region.staking);
        let asset = region.token.asset.as_deref().unwrap_or_default();
        println!("  {:<10}{}  {asset}", "token", region.token.contract);
    }
    println!("\nWallets: {TOKENS} TFT, ALP and SHELL each, and XLM. Their keys follow from the passphrase,");
    println!("so everybody knows them. For this network only: send them nothing on another.");
    for name in WALLETS {
        let seed = seed(&plan.passphrase, name);
        let secret = PrivateKey(seed).as_unredacted().to_string();
        println!("  {name:<10}{}\n  {:<10}{secret}", Keypair::from_seed(seed).account(), "");
    }
    let pool = regions.values().next().map(|region| region.pool.as_str()).unwrap_or_default();
    println!("\nTo begin with: what the first pool would pay for 100 TFT");
    println!("  stellar contract invoke --id {pool} \\");
    println!("    --rpc-url {rpc} --network-passphrase '{passphrase}' --send no \\");
    println!(
        "    --source-account {} \\",
        Keypair::from_seed(seed(&plan.passphrase, WALLETS[0])).account()
    );
    println!("    -- quote_exact_in --token_in {} --amount_in 1000000000", tft.contract);
    println!("and with npm's @stellar/stellar-sdk");
    println!("  const {{ rpc }} = await import('@stellar/stellar-sdk');");
    println!("  await new rpc.Server('{rpc}', {{ allowHttp: true }}).getLatestLedger()");
    println!("\nCtrl-C stops it.");
}
