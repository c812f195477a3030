//! The command line: what it refuses, what it prints, and that it never prints a key.

mod common;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use common::{between, contracts, network, EXAMPLE};
use stellar_strkey::ed25519::PrivateKey;
use tributary_deploy::{keys::VARIABLE, Deployment, Keypair, Network};

const G: &str = "GBOVQKJYHXRR3DX6NOX2RRYFRCUMSADGDESTDNBDS6CDVLGVESRTAC47";

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("deploy-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn secret(seed: u8) -> String {
    PrivateKey([seed; 32]).as_unredacted().to_string().to_string()
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).expect("a file");
    path
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("its owner can");
}

struct Deploy {
    command: Command,
}

impl Deploy {
    fn new(folder: &Path) -> Deploy {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tributary-deploy"));
        command.current_dir(folder).env_remove(VARIABLE).stdin(Stdio::null());
        command.arg("--contracts").arg(contracts());
        Deploy { command }.args(&["--regions", "region.toml"])
    }

    fn args(mut self, args: &[&str]) -> Deploy {
        self.command.args(args);
        self
    }

    fn key(mut self, secret: &str) -> Deploy {
        self.command.env(VARIABLE, secret);
        self
    }

    fn run(mut self) -> (bool, String) {
        answer(self.command.output().expect("it runs"))
    }

    fn answered(mut self, text: &str) -> (bool, String) {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("it runs");
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(text.as_bytes()).expect("it reads");
        drop(stdin);
        answer(child.wait_with_output().expect("it ends"))
    }
}

fn answer(output: Output) -> (bool, String) {
    let [out, err] =
        [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("text"));
    (output.status.success(), out + &err)
}

#[test]
#[cfg(unix)]
fn a_key_that_others_can_read_is_refused() {
    let folder = folder("modes");
    write(&folder, "region.toml", EXAMPLE);
    let key = write(&folder, "key", &format!("{}\n", secret(5)));
    for mode in [0o644, 0o640, 0o604, 0o660] {
        set_mode(&key, mode);
        let (success, told) =
            Deploy::new(&folder).args(&["--network", "testnet", "--key", "key"]).run();
        assert!(!success && told.contains("chmod 600 key"), "{mode:o}: {told}");
        assert!(!told.contains(&secret(5)));
    }
    // Where only its owner can read it, it goes on to the next question.
    set_mode(&key, 0o600);
    let args = ["--network", "mainnet", "--key", "key"];
    let (success, told) = Deploy::new(&folder).args(&args).run();
    assert!(!success && told.contains("https://developers.stellar.org"), "{told}");
}

#[test]
fn what_is_no_key_is_not_repeated() {
    let folder = folder("spoilt");
    write(&folder, "region.toml", EXAMPLE);
    let spoilt = secret(5).replacen('S', "T", 1);
    let key = write(&folder, "key", &spoilt);
    #[cfg(unix)]
    set_mode(&key, 0o600);
    assert!(key.exists());
    let testnet = ["--network", "testnet", "--rpc", "http://localhost:9"];
    let by_file = Deploy::new(&folder).args(&testnet).args(&["--key", "key"]).run();
    let by_environment = Deploy::new(&folder).args(&testnet).key(&spoilt).run();
    for (success, told) in [by_file, by_environment] {
        assert!(!success && told.contains("this is no secret key"), "{told}");
        assert!(!told.contains(&spoilt), "{told}");
    }
    let (success, told) = Deploy::new(&folder).args(&testnet).run();
    assert!(!success && told.contains("no key: give --key FILE, or set TRIBUTARY_KEY"), "{told}");
}

#[test]
fn it_deploys_writes_and_verifies_for_anybody() {
    let passphrase = "Test of the command line";
    let (running, _chain) = network(passphrase);
    let folder = folder("local");
    write(&folder, "region.toml", EXAMPLE);
    let (key, address) = (secret(6), Keypair::from_seed([6; 32]).account().to_string());
    let local = ["--network", "local", "--passphrase", passphrase, "--rpc", &running.url];
    let deploy = || Deploy::new(&folder).args(&local).key(&key);

    let (success, told) = deploy().args(&["--dry-run"]).run();
    assert!(success && told.contains("nothing was sent"), "{told}");
    assert!(told.contains("cannot be simulated before step"), "{told}");
    assert!(told.contains("24 transactions, fees of at most"), "{told}");
    assert!(told.contains("the deployer holds 0 XLM"), "no friendbot was asked: {told}");
    assert!(!folder.join("deployments").exists());

    let (success, told) = deploy().args(&["--verify"]).run();
    assert!(!success && told.contains("factory\n    asked: C"), "{told}");

    let (success, told) = deploy().run();
    assert!(success && told.contains("everything is as asked for"), "{told}");
    assert!(told.contains(": written") && !told.contains(&key), "{told}");
    let json = fs::read_to_string(folder.join("deployments/local.json")).expect("written");
    let deployment: Deployment = serde_json::from_str(&json).expect("as it was written");
    assert_eq!((deployment.deployer, deployment.rpc), (address.clone(), running.url.clone()));
    let order = [
        "\"network\"",
        "\"passphrase\"",
        "\"rpc\"",
        "\"deployer\"",
        "\"tft\"",
        "\"codes\"",
        "\"contracts\"",
        "\"regions\"",
    ];
    let places = order.map(|name| json.find(name).unwrap_or_else(|| panic!("no {name}")));
    assert!(places.is_sorted(), "{json}");

    let (success, told) = deploy().run();
    assert!(success && told.contains("0 transactions: everything is there"), "{told}");
    assert!(told.contains(": unchanged"), "{told}");

    // By somebody who has no key: the assets then name their issuer.
    let tft = deployment.tft.asset;
    let issuer = tft.strip_prefix("TFT:").expect("TFT").to_string();
    let named = EXAMPLE.replace("# tft = \"TFT:GBOV", &format!("tft = \"{tft}\" # "));
    let named = named.replace("asset = \"ALP\"", &format!("asset = \"ALP:{issuer}\""));
    let named = named.replace("asset = \"SHELL\"", &format!("asset = \"SHELL:{issuer}\""));
    let named = named.replace("\"deployer\"", &format!("\"{address}\""));
    write(&folder, "region.toml", &named);
    let looking = || Deploy::new(&folder).args(&local).args(&["--deployer", &address]);
    let (success, told) = looking().args(&["--verify"]).run();
    assert!(success && told.contains("comparisons: everything is as asked for"), "{told}");
    let (success, told) = looking().run();
    assert!(!success && told.contains("--deployer can look, but not deploy"), "{told}");

    write(&folder, "region.toml", &named.replace("offers_fee_bps = 20", "offers_fee_bps = 21"));
    let (success, told) = looking().args(&["--verify"]).run();
    assert!(!success, "{told}");
    assert!(told.contains("offers: fee_bps\n    asked: 21\n    found: 20"), "{told}");
}

/// The example's network, without regions, as mainnet needs it.
fn for_mainnet() -> String {
    let mut toml = EXAMPLE.split("[[region]]").next().expect("the network").to_string();
    toml = toml.replace("# tft = ", "tft = ");
    for role in ["guardian", "council"] {
        toml = toml.replace(&format!("{role} = \"deployer\""), &format!("{role} = \"{G}\""));
    }
    toml
}

#[test]
fn mainnet_is_spent_on_only_when_confirmed() {
    let passphrase = Network::Mainnet.passphrase();
    let (running, chain) = network(passphrase);
    let folder = folder("mainnet");
    write(&folder, "region.toml", &for_mainnet());
    let deployer = Keypair::from_seed([7; 32]).account();
    chain.friendbot(&deployer).expect("a friend");
    let mainnet = || {
        Deploy::new(&folder).args(&["--network", "mainnet", "--rpc", &running.url]).key(&secret(7))
    };
    let before = chain.account_sequence(&deployer).expect("an account");
    for text in ["", "yes\n", "mainnet2\n"] {
        let (success, told) = mainnet().answered(text);
        assert!(!success && told.contains("not confirmed: nothing was sent"), "{told}");
        assert!(told.contains("This cannot be undone"), "{told}");
    }
    assert_eq!(chain.account_sequence(&deployer).expect("an account"), before);
    let (success, told) = mainnet().answered("mainnet\n");
    assert!(success && told.contains("everything is as asked for"), "{told}");
    let (success, told) = mainnet().args(&["--yes"]).run();
    assert!(success && told.contains("0 transactions"), "{told}");
    assert!(!told.contains("This cannot be undone"), "{told}");
}

#[test]
fn a_providers_secret_is_neither_printed_nor_written() {
    let (running, chain) = network(Network::Mainnet.passphrase());
    let folder = folder("provider");
    write(&folder, "region.toml", &for_mainnet());
    chain.friendbot(&Keypair::from_seed([8; 32]).account()).expect("a friend");
    let node = between(&running.url, |_, answer| Some(answer));
    let place = node.strip_prefix("http://").expect("plain");
    let with_secrets = format!("http://me:hidden1@{place}/hidden2?key=hidden3");
    let on = |network: &str, url: &str| {
        let options = ["--network", network, "--rpc", url, "--yes"];
        Deploy::new(&folder).args(&options).key(&secret(8)).run()
    };
    let (success, told) = on("mainnet", &with_secrets);
    assert!(success && told.contains(&format!("mainnet at {node}; the deployer")), "{told}");
    let json = fs::read_to_string(folder.join("deployments/mainnet.json")).expect("written");
    let deployment: Deployment = serde_json::from_str(&json).expect("as it was written");
    assert_eq!(deployment.rpc, node);
    let (wrong, other) = on("testnet", &with_secrets);
    assert!(!wrong && other.contains(&format!("the node at {node} is on another")), "{other}");
    let (gone, nobody) = on("mainnet", "http://me:hidden1@localhost:9/hidden2?key=hidden3");
    assert!(!gone && nobody.contains("the node: http://localhost:9: "), "{nobody}");
    let (unread, spoilt) = on("mainnet", "http://me:hidden1/hidden2@localhost:9");
    assert!(!unread && spoilt.contains("the node: http://me: "), "{spoilt}");
    for text in [told, json, other, nobody, spoilt] {
        assert!(!text.contains("hidden"), "{text}");
    }
}

#[test]
fn the_record_of_another_deployment_is_not_overwritten() {
    let (running, chain) = network(Network::Mainnet.passphrase());
    let folder = folder("record");
    write(&folder, "region.toml", &for_mainnet());
    let [first, second] = [9, 10].map(|seed| Keypair::from_seed([seed; 32]).account());
    for deployer in [&first, &second] {
        chain.friendbot(deployer).expect("a friend");
    }
    let by = |seed| {
        let options = ["--network", "mainnet", "--rpc", &running.url, "--yes"];
        Deploy::new(&folder).args(&options).key(&secret(seed))
    };
    let (success, told) = by(9).run();
    assert!(success, "{told}");
    let record = folder.join("deployments/mainnet.json");
    let json = fs::read_to_string(&record).expect("written");
    let before = chain.account_sequence(&second).expect("an account");
    let refused = |why: &str| {
        let there = fs::read_to_string(&record).expect("there");
        let (success, told) = by(10).run();
        assert!(!success && told.contains(why) && told.contains("by --out"), "{told}");
        assert_eq!(chain.account_sequence(&second).expect("an account"), before, "nothing is sent");
        assert_eq!(fs::read_to_string(&record).expect("there"), there);
    };
    refused(&format!("has another deployer, \"{first}\""));
    let own = json.replace(&first.to_string(), &second.to_string());
    for (from, to, why) in [
        ("\"mainnet\"", "\"testnet\"", "has another network, \"testnet\""),
        ("Public Global", "Private", "has another passphrase, \"Private Stellar"),
        ("\"codes\"", "\"notes\"", "is no record of a deployment"),
    ] {
        assert!(own.contains(from));
        fs::write(&record, own.replacen(from, to, 1)).expect("written");
        refused(why);
    }
    // Looking writes nothing, so it may be done.
    let (success, told) = by(10).args(&["--dry-run"]).run();
    assert!(success, "{told}");
    let (success, told) = by(10).args(&["--out", "other.json"]).run();
    assert!(success && told.contains("other.json: written"), "{told}");
    fs::write(&record, own).expect("written");
    let (success, told) = by(10).run();
    assert!(success && told.contains("0 transactions"), "one's own is brought up to date: {told}");
}

#[test]
fn what_a_node_says_does_not_command_the_terminal() {
    let passphrase = "Test of a node with a loose tongue";
    let (running, _chain) = network(passphrase);
    let folder = folder("terminal");
    write(&folder, "region.toml", EXAMPLE);
    let node = between(&running.url, |question, mut answer| {
        if question["method"] == "simulateTransaction" {
            let error = "\u{1b}]0;mine\u{7}\u{9b}2J\rdone\u{202e}\nnext";
            answer["result"] = serde_json::json!({ "latestLedger": 9_999_999, "error": error });
        }
        Some(answer)
    });
    let options = ["--network", "local", "--passphrase", passphrase, "--rpc", &node];
    let (success, told) = Deploy::new(&folder).args(&options).args(&["--dry-run"]).run();
    assert!(!success, "{told}");
    let expected = "\\u{1b}]0;mine\\u{7}\\u{9b}2J\\u{d}done\\u{202e}\nnext";
    assert!(told.contains(expected), "{told}");
    assert!(!told.contains(['\u{1b}', '\u{7}', '\u{9b}', '\r', '\u{202e}']), "{told:?}");
}

#[test]
fn a_secret_in_the_wrong_place_is_not_repeated() {
    let folder = folder("misplaced");
    write(&folder, "region.toml", EXAMPLE);
    let key = secret(12);
    let joined = format!("--deployer={key}");
    let network = format!("--network={key}");
    let cases: [&[&str]; 5] =
        [&["--key", &key], &["--deployer", &key], &[&joined], &[&network], &[&key]];
    for args in cases {
        let run = Deploy::new(&folder).args(&["--network", "testnet", "--dry-run"]).args(args);
        let (success, told) = run.run();
        assert!(!success && told.contains("Take it as stolen"), "{told}");
        assert!(!told.contains(&key), "{told}");
    }
    for (from, to) in [
        ("admin = \"deployer\"", format!("admin = \"{key}\"")),
        ("asset = \"ALP\"", format!("asset = \"ALP:{key}\"")),
        ("bond = \"1000\"", format!("bond = {key}")),
        ("code = \"ALPS\"", format!("code = \"ALPS\" # {key}")),
    ] {
        assert!(EXAMPLE.contains(from));
        write(&folder, "region.toml", &EXAMPLE.replacen(from, &to, 1));
        let (success, told) = Deploy::new(&folder).args(&["--network", "local"]).run();
        assert!(!success && told.contains("there is a secret key in this file"), "{told}");
        assert!(!told.contains(&key), "{told}");
    }
}
