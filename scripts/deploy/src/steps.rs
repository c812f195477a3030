//! What is still to be done, read from the network alone, and the transaction of each step.

use std::collections::{BTreeMap, BTreeSet};

use stellar_xdr::{
    AccountId, Asset, ChangeTrustAsset, ChangeTrustOp, ContractExecutable, ContractIdPreimage,
    CreateAccountOp, CreateContractArgs, CreateContractArgsV2, HostFunction, LedgerEntryData,
    LedgerKey, MuxedAccount, OperationBody, PaymentOp, ScVal, Uint256,
};

use crate::{
    address,
    chain::{self, Chain},
    error::Error,
    keys::Keypair,
    plan::{Plan, Region, Token, ONE, TEMPLATES},
    val,
};

/// XLM that the test issuer begins with: its reserve, and the fees of many payments.
const ISSUER_XLM: i64 = 10;
/// What the first deposit leaves in a pool for ever, raw shares.
const LOCKED_SHARES: i128 = 1_000;

/// One transaction. Regions are named by their place in the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    CreateIssuer,
    Trust(Vec<Asset>),
    /// To the deployer, raw units.
    Issue(Vec<(Asset, i64)>),
    AssetContract(Asset),
    Upload(&'static str),
    Create(&'static str),
    Region(usize),
    Deposit(usize),
    Endorse(usize),
}

pub enum Action {
    Classic(Vec<OperationBody>),
    Contract(HostFunction),
}

/// What is still to be done, in this order.
#[derive(Default)]
pub struct Pending {
    pub steps: Vec<Step>,
    /// Of deployer and issuer, no younger than what the steps follow from: a transaction that comes after
    /// them is applied only if nothing of theirs was in between.
    sequences: BTreeMap<String, i64>,
}

impl Pending {
    pub fn sequence(&self, account: &AccountId) -> i64 {
        self.sequences.get(&account.to_string()).copied().unwrap_or_default()
    }
}

/// What there is of it on the network.
struct State {
    sequences: BTreeMap<String, i64>,
    /// The deployer's trustlines.
    balances: Vec<(Asset, i64)>,
    contracts: BTreeSet<String>,
}

/// `uploaded`: codes that are known to be there, which are not asked for again, because the node answers
/// with the whole code.
pub fn pending(
    chain: &Chain,
    plan: &Plan,
    uploaded: &mut BTreeSet<&'static str>,
) -> Result<Pending, Error> {
    let state = read(chain, plan, uploaded)?;
    let there = |contract: &_| state.contracts.contains(&ToString::to_string(contract));
    let mut of_regions = (vec![], vec![], vec![]);
    let mut needed: Vec<(Asset, i128)> = vec![];
    let mut need = |asset: &Asset, amount| match needed.iter_mut().find(|(other, _)| other == asset)
    {
        Some((_, sum)) => *sum += amount,
        None => needed.push((asset.clone(), amount)),
    };
    for (place, region) in plan.regions.iter().enumerate() {
        let exists = there(&plan.of_region("treasury", &region.code));
        if !exists {
            need(&plan.tft, plan.bond);
            of_regions.0.push(Step::Region(place));
        }
        if let (Some((tft, amount)), Some(asset)) = (region.liquidity, region.token_asset()) {
            if !exists || empty(chain, plan, region)? {
                need(&plan.tft, tft);
                need(asset, amount);
                of_regions.1.push(Step::Deposit(place));
            }
        }
        if region.endorse && !(exists && endorsed(chain, plan, region)?) {
            of_regions.2.push(Step::Endorse(place));
        }
    }
    let mut steps = funding(plan, &state, &needed)?;
    let assets = plan.assets().into_iter().filter(|asset| !there(&plan.asset_contract(asset)));
    steps.extend(assets.map(|asset| Step::AssetContract(asset.clone())));
    let codes = plan.codes.iter().filter(|code| !uploaded.contains(code.name));
    steps.extend(codes.map(|code| Step::Upload(code.name)));
    let contracts = ["factory", "offers", "router", "oracle"];
    let contracts = contracts.into_iter().filter(|name| !there(&plan.contract(name)));
    steps.extend(contracts.map(Step::Create));
    steps.extend(of_regions.0.into_iter().chain(of_regions.1).chain(of_regions.2));
    Ok(Pending { steps, sequences: state.sequences })
}

/// Trustlines of the deployer, and what it needs in them.
fn funding(plan: &Plan, state: &State, needed: &[(Asset, i128)]) -> Result<Vec<Step>, Error> {
    let mut steps = vec![];
    if let Some(issuer) = &plan.issuer {
        let used = needed.iter().any(|(asset, _)| plan.issues(asset));
        if used && !state.sequences.contains_key(&issuer.account().to_string()) {
            steps.push(Step::CreateIssuer);
        }
    }
    let (mut untrusted, mut unpaid) = (vec![], vec![]);
    for (asset, amount) in needed {
        let shown = address::show_asset(asset);
        if shown.ends_with(&format!(":{}", plan.deployer)) {
            continue; // the issuer needs no trustline, and never has too little
        }
        let balance = state.balances.iter().find(|(other, _)| other == asset);
        let held = balance.map_or(0, |(_, balance)| *balance);
        if balance.is_none() {
            untrusted.push(asset.clone());
        }
        let missing = i64::try_from((amount - i128::from(held)).max(0))
            .map_err(|_| Error::other(format!("more {shown} than there can be")))?;
        if missing > 0 && plan.issues(asset) {
            unpaid.push((asset.clone(), missing));
        } else if missing > 0 && balance.is_some() {
            return Err(Error::other(format!(
                "the deployer {} holds {} of {shown} and needs {} for bonds and deposits: send it \
                 the rest, and run again",
                plan.deployer,
                amount_text(held.into()),
                amount_text(*amount)
            )));
        }
    }
    if !untrusted.is_empty() {
        steps.push(Step::Trust(untrusted));
    }
    if !unpaid.is_empty() {
        steps.push(Step::Issue(unpaid));
    }
    Ok(steps)
}

fn read(chain: &Chain, plan: &Plan, uploaded: &mut BTreeSet<&'static str>) -> Result<State, Error> {
    let mut keys = vec![chain::account_key(&plan.deployer)];
    keys.extend(plan.issuer.as_ref().map(|issuer| chain::account_key(&issuer.account())));
    let assets = plan.assets();
    keys.extend(assets.iter().map(|asset| chain::trustline_key(&plan.deployer, asset)));
    keys.extend(assets.iter().map(|asset| chain::instance_key(&plan.asset_contract(asset))));
    let contracts = ["factory", "offers", "router", "oracle"].map(|name| plan.contract(name));
    keys.extend(contracts.iter().map(chain::instance_key));
    let treasuries = plan.regions.iter().map(|region| plan.of_region("treasury", &region.code));
    keys.extend(treasuries.map(|treasury| chain::instance_key(&treasury)));
    let codes = plan.codes.iter().filter(|code| !uploaded.contains(code.name));
    keys.extend(codes.map(|code| chain::code_key(&code.hash)));
    let mut state =
        State { sequences: BTreeMap::new(), balances: vec![], contracts: BTreeSet::new() };
    for entry in chain.ledger_entries(&keys)? {
        match (entry.key, entry.val) {
            (_, LedgerEntryData::Account(account)) => {
                state.sequences.insert(account.account_id.to_string(), account.seq_num.0);
            }
            (key, LedgerEntryData::Trustline(line)) => {
                let asset =
                    assets.iter().find(|asset| chain::trustline_key(&plan.deployer, asset) == key);
                state.balances.extend(asset.map(|asset| ((*asset).clone(), line.balance)));
            }
            (LedgerKey::ContractData(key), _) => {
                state.contracts.insert(key.contract.to_string());
            }
            (LedgerKey::ContractCode(key), _) => {
                let code = plan.codes.iter().find(|code| code.hash == key.hash);
                uploaded.extend(code.map(|code| code.name));
            }
            _ => {}
        }
    }
    Ok(state)
}

fn empty(chain: &Chain, plan: &Plan, region: &Region) -> Result<bool, Error> {
    let state = chain.view(&plan.places(region).pool, "state", vec![])?;
    Ok(val::field(&state, "total_supply") == val::int(0))
}

fn endorsed(chain: &Chain, plan: &Plan, region: &Region) -> Result<bool, Error> {
    let code = vec![val::symbol(&region.code)];
    let found = chain.view(&plan.contract("factory"), "region", code)?;
    Ok(val::field(&found, "endorsed") == ScVal::Bool(true))
}

impl Step {
    pub fn describe(&self, plan: &Plan) -> String {
        let list = |assets: Vec<String>| assets.join(", ");
        let region = |place: &usize| &plan.regions[*place];
        match self {
            Step::CreateIssuer => "create the account that issues the test assets".to_string(),
            Step::Trust(assets) => {
                let assets = assets.iter().map(address::show_asset).collect();
                format!("trustline of the deployer to {}", list(assets))
            }
            Step::Issue(amounts) => {
                let amounts = amounts.iter().map(|(asset, amount)| {
                    format!("{} {}", amount_text((*amount).into()), address::show_asset(asset))
                });
                format!("issue {} to the deployer", list(amounts.collect()))
            }
            Step::AssetContract(asset) => {
                let contract = plan.asset_contract(asset);
                format!("deploy the contract of {}: {contract}", address::show_asset(asset))
            }
            Step::Upload(name) => {
                let code = plan.code(name);
                let hash = val::hex(&code.hash.0);
                format!("upload the code of {name}, {} bytes: {hash}", code.wasm.len())
            }
            Step::Create(name) => format!("deploy {name}: {}", plan.contract(name)),
            Step::Region(place) => {
                let code = &region(place).code;
                format!("create region {code}, with a bond of {} TFT", amount_text(plan.bond))
            }
            Step::Deposit(place) => {
                let (tft, token) = region(place).liquidity.unwrap_or_default();
                let [tft, token] = [tft, token].map(amount_text);
                let code = &region(place).code;
                format!("first deposit in the pool of {code}: {tft} TFT and {token} of its token")
            }
            Step::Endorse(place) => format!("endorse region {}", region(place).code),
        }
    }

    /// What must have been done before this can be simulated.
    pub fn needs(&self, step: &Step, plan: &Plan) -> bool {
        match (self, step) {
            (Step::Create("factory"), Step::Upload(name)) => {
                ["factory", "treasury", "staking"].contains(name)
            }
            (Step::Create("factory"), Step::AssetContract(asset)) => *asset == plan.tft,
            (Step::Create(this), Step::Upload(name)) => this == name,
            (Step::Create("offers" | "oracle"), Step::Create("factory")) => true,
            (Step::Create("router"), Step::Create("offers")) => true,
            (Step::Region(place), Step::Upload(name)) => {
                let own = matches!(plan.regions[*place].token, Token::New { .. });
                *name == "pool" || *name == "token" && own
            }
            (Step::Region(place), Step::AssetContract(asset)) => {
                plan.regions[*place].token_asset() == Some(asset)
            }
            (Step::Region(_), Step::Create("factory") | Step::Trust(_) | Step::Issue(_)) => true,
            (Step::Deposit(place) | Step::Endorse(place), Step::Region(other)) => place == other,
            (Step::Deposit(_), Step::Issue(_)) => true,
            _ => false,
        }
    }

    /// Of the resource fee, stroops, where it cannot be simulated yet: half more than a local network
    /// with mainnet's prices charged. A test compares.
    pub fn estimate(&self, plan: &Plan) -> i64 {
        match self {
            Step::Create("factory") => 7_500_000,
            Step::Create(_) => 800_000,
            Step::Region(place) => match plan.regions[*place].token {
                Token::New { .. } => 12_000_000,
                Token::Asset(_) | Token::Contract(_) => 10_000_000,
            },
            Step::Deposit(_) => 2_200_000,
            _ => 13_000,
        }
    }

    pub fn signer<'a>(&self, plan: &'a Plan) -> Option<&'a Keypair> {
        match self {
            Step::Issue(_) => plan.issuer.as_ref(),
            _ => plan.key.as_ref(),
        }
    }

    pub fn action(&self, plan: &Plan) -> Action {
        let factory = || plan.contract("factory");
        match self {
            Step::CreateIssuer => {
                let destination = plan.issuer.as_ref().expect("or there is no such step").account();
                let starting_balance = ISSUER_XLM * ONE as i64;
                let create = CreateAccountOp { destination, starting_balance };
                Action::Classic(vec![OperationBody::CreateAccount(create)])
            }
            Step::Trust(assets) => Action::Classic(assets.iter().map(trust).collect()),
            Step::Issue(amounts) => {
                let pay = |(asset, amount): &(Asset, i64)| {
                    OperationBody::Payment(PaymentOp {
                        destination: MuxedAccount::Ed25519(Uint256(public(plan))),
                        asset: asset.clone(),
                        amount: *amount,
                    })
                };
                Action::Classic(amounts.iter().map(pay).collect())
            }
            Step::AssetContract(asset) => {
                Action::Contract(HostFunction::CreateContract(CreateContractArgs {
                    contract_id_preimage: ContractIdPreimage::Asset(asset.clone()),
                    executable: ContractExecutable::StellarAsset,
                }))
            }
            Step::Upload(name) => {
                let wasm = plan.code(name).wasm.clone().try_into().expect("within 4 GiB");
                Action::Contract(HostFunction::UploadContractWasm(wasm))
            }
            Step::Create(name) => {
                Action::Contract(HostFunction::CreateContractV2(CreateContractArgsV2 {
                    contract_id_preimage: address::preimage(&plan.deployer, name),
                    executable: ContractExecutable::Wasm(plan.code(name).hash.clone()),
                    constructor_args: arguments(plan, name).try_into().expect("few"),
                }))
            }
            Step::Region(place) => {
                let region = &plan.regions[*place];
                let params = region.params.val(&region.token, &plan.places(region).token);
                let args = vec![val::account(&plan.deployer), val::symbol(&region.code), params];
                Action::Contract(chain::call(&factory(), "create_region", args))
            }
            Step::Deposit(place) => deposit(plan, &plan.regions[*place]),
            Step::Endorse(place) => {
                let args = vec![val::symbol(&plan.regions[*place].code), ScVal::Bool(true)];
                Action::Contract(chain::call(&factory(), "endorse", args))
            }
        }
    }
}

/// Of the constructors.
fn arguments(plan: &Plan, name: &str) -> Vec<ScVal> {
    let factory = val::address(&plan.contract("factory"));
    let offers = val::address(&plan.contract("offers"));
    match name {
        "factory" => {
            let tft = plan.tft_contract();
            let templates = plan.codes.iter().take(TEMPLATES).map(|code| val::bytes(&code.hash.0));
            vec![
                val::address(&tft),
                val::int(plan.bond),
                offers,
                plan.root.val(&Token::Contract(tft.clone()), &tft),
                val::list(templates.collect()),
            ]
        }
        "offers" => vec![factory, ScVal::U32(plan.offers_fee_bps)],
        "router" => vec![factory, offers],
        _ => vec![factory, val::int(plan.oracle_min_reserve)],
    }
}

/// What a first deposit brings.
pub fn first_shares(amount_0: i128, amount_1: i128) -> i128 {
    (amount_0 * amount_1).isqrt() - LOCKED_SHARES
}

/// Refused if somebody else deposited before, at another ratio.
fn deposit(plan: &Plan, region: &Region) -> Action {
    let places = plan.places(region);
    let (tft, token) = region.liquidity.expect("or there is no such step");
    let first = plan.tft_contract() < places.token;
    let (amount_0, amount_1) = if first { (tft, token) } else { (token, tft) };
    let min_shares = first_shares(amount_0, amount_1);
    let me = val::account(&plan.deployer);
    let amounts = [amount_0, amount_1, min_shares].map(val::int);
    // The transaction itself has an end.
    let never = ScVal::U64(u64::MAX);
    let args = [me.clone()].into_iter().chain(amounts).chain([me, never]).collect();
    Action::Contract(chain::call(&places.pool, "deposit", args))
}

fn trust(asset: &Asset) -> OperationBody {
    let line = match asset.clone() {
        Asset::Native => ChangeTrustAsset::Native,
        Asset::CreditAlphanum4(asset) => ChangeTrustAsset::CreditAlphanum4(asset),
        Asset::CreditAlphanum12(asset) => ChangeTrustAsset::CreditAlphanum12(asset),
    };
    OperationBody::ChangeTrust(ChangeTrustOp { line, limit: i64::MAX })
}

fn public(plan: &Plan) -> [u8; 32] {
    let stellar_xdr::PublicKey::PublicKeyTypeEd25519(key) = &plan.deployer.0;
    key.0
}

/// Whole tokens, of raw units of 10⁻⁷.
pub fn amount_text(raw: i128) -> String {
    let text = format!("{}.{:07}", raw / ONE, (raw % ONE).abs());
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}
