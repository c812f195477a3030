//! What region.toml says, and the addresses that follow.

mod common;

use common::{changed, contracts, local, EXAMPLE};
use tributary_deploy::{
    address,
    plan::{Region, Token, ONE},
    Deployer, Keypair, Network, Plan,
};
use tributary_tests::ledger::{
    self,
    suite::{self, Key, Suite},
};

const G: &str = "GBOVQKJYHXRR3DX6NOX2RRYFRCUMSADGDESTDNBDS6CDVLGVESRTAC47";

fn refused(toml: &str) -> String {
    match local(toml) {
        Ok(_) => panic!("accepted: {toml}"),
        Err(error) => error.to_string(),
    }
}

fn on_mainnet(toml: &str) -> Result<Plan, String> {
    let deployer = Deployer::Key(Keypair::from_seed([1; 32]));
    let passphrase = Network::Mainnet.passphrase();
    Plan::new(Network::Mainnet, passphrase, deployer, toml, &contracts())
        .map_err(|error| error.to_string())
}

#[test]
fn mainnet_is_planned_under_its_own_name_only() {
    for network in [Network::Local, Network::Testnet] {
        let deployer = Deployer::Key(Keypair::from_seed([1; 32]));
        let passphrase = Network::Mainnet.passphrase();
        let refused = Plan::new(network, passphrase, deployer, EXAMPLE, &contracts()).err();
        assert!(refused.expect("a refusal").to_string().contains("--network mainnet"));
    }
}

#[test]
fn the_example_is_read_as_it_says() {
    let plan = local(EXAMPLE).expect("the example");
    assert_eq!((plan.bond, plan.offers_fee_bps), (1_000 * ONE, 20));
    assert_eq!(plan.oracle_min_reserve, 1_000 * ONE);
    assert_eq!(plan.root.fee_tiers, [30, 5, 100]);
    assert_eq!((plan.root.treasury_bps, plan.root.band_bps), (1_667, 0));
    let [alps, coast] = &plan.regions[..] else { panic!("two regions") };
    let issuer = plan.issuer.as_ref().expect("a local network has one").account();
    let asset = |code| Token::Asset(address::asset(code, &issuer).expect("a code"));
    assert_eq!((alps.code.as_str(), &alps.token), ("ALPS", &asset("ALP")));
    assert_eq!((coast.code.as_str(), &coast.token), ("COAST", &asset("SHELL")));
    assert_eq!(alps.liquidity, Some((100_000 * ONE, 400_000 * ONE)));
    assert_eq!((coast.params.treasury_bps, coast.params.min_bond), (2_000, 250 * ONE));
    assert!(alps.endorse && coast.endorse);
    let me = Keypair::derived(&plan.passphrase, "tributary deployer").address();
    assert_eq!([&alps.params.admin, &alps.params.guardian, &alps.params.council], [&me; 3]);
}

#[test]
fn addresses_are_those_of_the_test_ledger() {
    let suite = Suite::new();
    let toml = changed("# tft = \"TFT:GBOV", &format!("tft = \"TFT:{}\" # ", suite.issuer));
    let plan = Plan::new(
        Network::Local,
        ledger::PASSPHRASE,
        Deployer::Address(suite.admin.clone()),
        &toml
            .replace("\"ALP\"", &format!("\"ALP:{G}\""))
            .replace("\"SHELL\"", &format!("\"SEA:{G}\"")),
        &contracts(),
    );
    let plan = plan.expect("a plan");
    assert_eq!(plan.tft_contract(), suite.tft);
    // The deployer's salts have a word before them.
    for name in ["factory", "offers", "router", "oracle"] {
        let there = suite.network.address_by(&suite.admin, &format!("tributary {name}"));
        assert_eq!(plan.contract(name), there, "{name}");
    }
    let id = &plan.network_id;
    let by_factory =
        |kind, code, token, fee| address::by_factory(id, &suite.factory, kind, code, token, fee);
    assert_eq!(by_factory("treasury", "TFT", &suite.tft, 0), suite.treasury);
    assert_eq!(by_factory("staking", "ALPS", &suite.tft, 0), suite.of_region("staking", "ALPS"));
    let key = Key("ALPS".into(), suite.router.clone(), 30);
    assert_eq!(by_factory("pool", "ALPS", &suite.router, 30), suite.pool(&key));
}

#[test]
fn parameters_are_encoded_as_the_test_ledger_does() {
    let plan = local(EXAMPLE).expect("the example");
    let Region { mut params, .. } = plan.regions[0].clone();
    params.min_bond = suite::MIN_BOND;
    let (me, tft) = (&plan.deployer, plan.tft_contract());
    let existing = params.val(&Token::Contract(tft.clone()), &tft);
    assert_eq!(existing, suite::region_params(me, &tft));
    let own = Token::New {
        name: "ALP of its region".into(),
        symbol: "ALP".into(),
        cap: 100 * ONE,
        genesis: 10 * ONE,
    };
    let theirs = suite::new_token_params(me, me, "ALP", 100 * ONE, 10 * ONE);
    assert_eq!(params.val(&own, &tft), theirs);
}

#[test]
fn whatever_the_factory_would_refuse_is_refused_before() {
    let cases = [
        ("bond = \"1000\"", "bond = \"0.9999999\"", "bond must be at least 1 TFT"),
        ("bond = \"1000\"", "bond = \"1,000\"", "\"1,000\" is no amount"),
        ("bond = \"1000\"", "bond = \"-1\"", "\"-1\" is no amount"),
        ("bond = \"1000\"", "bond = \"0.00000001\"", "is no amount"),
        ("bond = \"1000\"", "bond = 1000", "invalid type"),
        ("offers_fee_bps = 20", "offers_fee_bps = 51", "offers_fee_bps must be at most 50"),
        ("reserve = \"1000\"", "reserve = \"0\"", "oracle_min_reserve must be more than 0"),
        ("fee_tiers = [30, 5, 100]", "fee_tiers = []", "[network]: fee_tiers must be 1 to 4"),
        ("fee_tiers = [30, 100]", "fee_tiers = [30, 30]", "region COAST: fee_tiers must be 1 to 4"),
        ("fee_tiers = [30, 100]", "fee_tiers = [101]", "region COAST: fee_tiers must be 1 to 4"),
        ("fee_tiers = [30, 100]", "fee_tiers = [1, 2, 3, 4, 5]", "fee_tiers must be 1 to 4"),
        ("treasury_bps = 2000", "treasury_bps = 3334", "treasury_bps must be at most 3333"),
        ("band_bps = 0", "band_bps = 999", "band_bps must be 0, or 1000 to 5000"),
        ("band_bps = 0", "band_bps = 5001", "band_bps must be 0, or 1000 to 5000"),
        ("min_bond = \"100\"", "min_bond = \"0.5\"", "min_bond must be at least 1 TFT"),
        ("code = \"COAST\"", "code = \"ALPS\"", "region ALPS: the code is there twice"),
        ("code = \"COAST\"", "code = \"TFT\"", "TFT is the root region"),
        ("code = \"COAST\"", "code = \"C\"", "a code is 2 to 12 of A–Z and 0–9"),
        ("code = \"COAST\"", "code = \"Coast\"", "a code is 2 to 12 of A–Z and 0–9"),
        ("asset = \"ALP\"", "asset = \"TFT\"", "a region's token cannot be TFT"),
        ("asset = \"ALP\"", "asset = \"A-P\"", "is no asset's code"),
        ("asset = \"ALP\"", "asset = \"ALP:G\"", "the issuer is no account"),
        ("asset = \"ALP\"", "contract = \"G\"", "is no contract's address"),
        ("asset = \"ALP\"", "asset = \"ALP\", name = \"Alp\"", "give asset, or contract, or name"),
        ("admin = \"deployer\"", "admin = \"me\"", "admin: \"me\" is no address"),
        ("token = \"400000\" }", "token = \"0\" }", "both amounts must be more than 0"),
        ("endorse = true", "endorsed = true", "unknown field `endorsed`"),
        ("code = \"ALPS\"", "# ", "missing field `code`"),
    ];
    for (from, to, why) in cases {
        let error = refused(&changed(from, to));
        assert!(error.contains(why), "{to}: {error}");
    }
    let stranger = changed("admin = \"deployer\" ", &format!("admin = \"{G}\" "));
    assert!(refused(&stranger).contains("endorse: only the network's admin can"));
}

#[test]
fn a_new_token_is_checked_and_cannot_be_deposited() {
    let token = |name: &str, symbol: &str, cap: &str, genesis: &str| {
        format!(
            "token = {{ name = \"{name}\", symbol = \"{symbol}\", cap = \"{cap}\", \
             genesis = \"{genesis}\" }}"
        )
    };
    let with = |token: &str| {
        changed("token = { asset = \"ALP\" }", token).replace("liquidity =", "# liquidity =")
    };
    let plan = local(&with(&token("Alp", "ALP", "100", "10"))).expect("a new token");
    let (name, symbol) = ("Alp".to_string(), "ALP".to_string());
    let new = Token::New { name, symbol, cap: 100 * ONE, genesis: 10 * ONE };
    assert_eq!(plan.regions[0].token, new);
    let long = "a".repeat(33);
    for (token, why) in [
        (token("", "ALP", "100", "10"), "name must be 1 to 32"),
        (token(&long, "ALP", "100", "10"), "name must be 1 to 32"),
        (token("Älp", "ALP", "100", "10"), "name must be 1 to 32"),
        (token("Alp", "A P", "100", "10"), "symbol must be 1 to 12"),
        (token("Alp", "ALP", "0", "0"), "cap must be more than 0"),
        (token("Alp", "ALP", "100", "10.0000001"), "genesis must be at most a tenth"),
    ] {
        let error = refused(&with(&token));
        assert!(error.contains(why), "{token}: {error}");
    }
    let deposited = changed("token = { asset = \"ALP\" }", &token("Alp", "ALP", "100", "10"));
    assert!(refused(&deposited).contains("the deployer can deposit Stellar assets only"));
}

#[test]
fn mainnet_asks_for_more() {
    let addressed = |role: &str| format!("{role} = \"{G}\"");
    let mut toml = EXAMPLE.replace("# tft = ", "tft = ");
    toml = toml.replace("asset = \"ALP\"", &format!("asset = \"ALP:{G}\""));
    toml = toml.replace("asset = \"SHELL\"", &format!("asset = \"SHELL:{G}\""));
    for (role, why) in [
        ("guardian", "guardian: on mainnet name an account that several people sign for"),
        ("council", "council: on mainnet name an account that several people sign for"),
    ] {
        let error = on_mainnet(&toml).err().expect("the deployer has this role");
        assert!(error.contains(why), "{error}");
        toml = toml.replace(&format!("{role} = \"deployer\""), &addressed(role));
    }
    let error = on_mainnet(&toml).err().expect("there is liquidity");
    assert!(error.contains("on mainnet make the first deposit by hand"), "{error}");
    toml = toml.replace("liquidity =", "# liquidity =");
    let plan = on_mainnet(&toml).expect("nothing is left to refuse");
    assert_eq!(address::show_asset(&plan.tft), format!("TFT:{G}"));
    assert!(plan.issuer.is_none());
    let error = on_mainnet(&toml.replace("tft = \"TFT:", "# ")).err().expect("no TFT");
    assert!(error.contains("name the issuer, TFT:G…"), "{error}");
}
