//! The deployer's command line. docs/deploying.md leads through it.

use std::{
    env, fs,
    io::{self, BufRead, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use stellar_xdr::AccountId;
use tributary_deploy::{
    deploy::{Fee, Foreseen},
    keys::{self, Keypair},
    steps::amount_text,
    Chain, Deployer, Deployment, Error, Network, Plan, Progress,
};

/// Brings a Stellar network to what region.toml describes: uploads code, deploys the suite, creates
/// regions, verifies all of it. Sends only what is missing, so it can be run again at any time.
#[derive(Parser)]
#[command(version)]
struct Options {
    #[arg(long, value_enum)]
    network: Network,
    /// The node's URL [default: http://localhost:8000, or the test network's; none for mainnet]
    #[arg(long, value_name = "URL")]
    rpc: Option<String>,
    /// The network's passphrase [default: the named network's]
    #[arg(long)]
    passphrase: Option<String>,
    /// A file with the deployer's secret key, S…, that only you can read [default: the environment's
    /// TRIBUTARY_KEY; on a local network without either, a key that anybody can compute]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The deployer's address, instead of its key, with --dry-run or --verify
    #[arg(long, value_name = "G…", conflicts_with = "key")]
    deployer: Option<AccountId>,
    /// What is to be there
    #[arg(long, value_name = "FILE", default_value = "scripts/deploy/region.toml")]
    regions: PathBuf,
    /// Where `make build` left the wasm
    #[arg(long, value_name = "FOLDER", default_value = "target/contracts")]
    contracts: PathBuf,
    /// Where to write what is where [default: deployments/<network>.json]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The most to offer for a place in a ledger, stroops [default: 100 on a local network, else 10000]
    #[arg(long, value_name = "STROOPS")]
    inclusion_fee: Option<u32>,
    /// Tell every transaction and its fee; send nothing
    #[arg(long, conflicts_with = "verify")]
    dry_run: bool,
    /// Compare what is there with what is asked for; send nothing
    #[arg(long)]
    verify: bool,
    /// Do not ask before spending on mainnet
    #[arg(long)]
    yes: bool,
}

fn main() -> ExitCode {
    // Before anything could quote it.
    if env::args_os().any(|text| keys::in_text(&text.to_string_lossy())) {
        eprintln!(
            "error: there is a secret key on the command line, where other programs see it, and which \
             the shell keeps. Take it as stolen: move what the account holds to another, with a new \
             key. Put that into a file, which --key names, or into the environment's {}",
            keys::VARIABLE
        );
        return ExitCode::FAILURE;
    }
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", printable(&error.to_string()));
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Error> {
    let network = options.network;
    let passphrase = options.passphrase.as_deref().unwrap_or(network.passphrase());
    let url = options.rpc.as_deref().or(network.rpc()).ok_or_else(|| {
        Error::other(
            "--rpc: mainnet has no node for everybody. Providers are listed at \
             https://developers.stellar.org/docs/data/apis/rpc/providers",
        )
    })?;
    let plan = plan(options, passphrase)?;
    let out = options.out.clone();
    let out = out.unwrap_or_else(|| format!("deployments/{}.json", network.name()).into());
    if !options.verify && !options.dry_run {
        Deployment::replaceable(&out, &plan)?;
    }
    let mut chain = Chain::connect(url, passphrase)?;
    let usual = if network == Network::Local { 100 } else { 10_000 };
    chain.inclusion_fee = options.inclusion_fee.unwrap_or(usual);
    println!("{} at {}; the deployer is {}", network.name(), chain.shown_url(), plan.deployer);
    if options.verify {
        let checks = tributary_deploy::verify(&chain, &plan)?.into_result()?;
        println!("{checks} comparisons: everything is as asked for");
        return Ok(());
    }
    if options.dry_run {
        foretell(&chain, &plan)?;
        println!("nothing was sent");
        return Ok(());
    }
    if network == Network::Mainnet && !options.yes {
        foretell(&chain, &plan)?;
        confirm(network)?;
    }
    let (mut sent, mut fees) = (0, 0);
    let mut progress = |step: &Progress| {
        sent += 1;
        fees += step.fee;
        let Progress { number, of, what, hash, ledger, fee } = step;
        println!("[{number}/{of}] {what}");
        println!("      {hash} in ledger {ledger}, fee {} XLM", xlm(*fee));
        Ok(())
    };
    let deployment = tributary_deploy::deploy(&chain, &plan, &mut progress)?;
    let written = deployment.write(&out).map_err(|error| unreadable(&out, &error))?;
    match sent {
        0 => println!("0 transactions: everything is there, and as asked for"),
        sent => println!("{sent} transactions, fees {} XLM; everything is as asked for", xlm(fees)),
    }
    println!("{}: {}", out.display(), if written { "written" } else { "unchanged" });
    Ok(())
}

fn plan(options: &Options, passphrase: &str) -> Result<Plan, Error> {
    let network = options.network;
    let deployer = match (&options.deployer, &options.key, env::var(keys::VARIABLE)) {
        (Some(id), _, _) if options.dry_run || options.verify => Deployer::Address(id.clone()),
        (Some(_), _, _) => {
            return Err(Error::other("--deployer can look, but not deploy: give --key"))
        }
        (None, Some(path), _) => Deployer::Key(Keypair::from_file(path)?),
        (None, None, Ok(secret)) => {
            let key = Keypair::from_secret(&secret);
            Deployer::Key(
                key.map_err(|error| Error::other(format!("{}: {error}", keys::VARIABLE)))?,
            )
        }
        (None, None, Err(_)) if network == Network::Local => Deployer::local(passphrase),
        (None, None, Err(_)) => {
            return Err(Error::other(format!(
                "no key: give --key FILE, or set {}; to look only, --deployer G…",
                keys::VARIABLE
            )))
        }
    };
    let path = &options.regions;
    let toml = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    Plan::new(network, passphrase, deployer, &toml, &options.contracts)
        .map_err(|error| Error::other(format!("{}: {error}", path.display())))
}

fn foretell(chain: &Chain, plan: &Plan) -> Result<(), Error> {
    let steps = tributary_deploy::dry_run(chain, plan)?;
    for (place, Foreseen { what, fee }) in steps.iter().enumerate() {
        println!("[{}/{}] {what}", place + 1, steps.len());
        match fee {
            Fee::Simulated(most) => println!("      at most {} XLM", xlm(*most)),
            Fee::Estimated { most, before } => println!(
                "      cannot be simulated before step {before} is done; estimated: at most {} XLM",
                xlm(*most)
            ),
        }
    }
    let most = steps.iter().map(|step| step.fee.most()).sum();
    println!("{} transactions, fees of at most {} XLM", steps.len(), xlm(most));
    let held = chain.account(&plan.deployer)?.map_or(0, |account| account.balance);
    println!("the deployer holds {} XLM", xlm(held));
    Ok(())
}

fn confirm(network: Network) -> Result<(), Error> {
    print!("This cannot be undone. Type {} to go on: ", network.name());
    let mut answer = String::new();
    let read = io::stdout().flush().and_then(|()| io::stdin().lock().read_line(&mut answer));
    match read {
        Ok(_) if answer.trim() == network.name() => Ok(()),
        _ => Err(Error::other("not confirmed: nothing was sent")),
    }
}

fn unreadable(path: &std::path::Path, error: &io::Error) -> Error {
    Error::other(format!("{}: {error}", path.display()))
}

/// What a node or a contract says may hold characters that command a terminal, or turn text around.
fn printable(text: &str) -> String {
    let commands = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let shown = |c: char| match commands(c) {
        true => c.escape_unicode().to_string(),
        false => c.to_string(),
    };
    text.chars().map(shown).collect()
}

/// Stroops as XLM.
fn xlm(stroops: i64) -> String {
    amount_text(stroops.into())
}
