//! What is to be on the network: region.toml, checked before anything is sent, with the wasm that was
//! built and the addresses that follow.

use std::{fs, path::Path};

use sha2::{Digest, Sha256};
use stellar_xdr::{AccountId, Asset, Hash, ScAddress, ScVal};

use crate::{address, error::Error, file, keys::Keypair, val};

/// Code of the root region.
pub const ROOT: &str = "TFT";
/// Raw units of one TFT, and of one of every Stellar asset.
pub const ONE: i128 = 10_000_000;
/// The contracts, in the order in which they are uploaded. The factory's templates are the first four.
pub const CONTRACTS: [&str; 8] =
    ["pool", "treasury", "staking", "token", "factory", "offers", "router", "oracle"];
/// Those that the factory deploys.
pub const TEMPLATES: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Network {
    Local,
    Testnet,
    Mainnet,
}

impl Network {
    pub fn name(self) -> &'static str {
        match self {
            Network::Local => "local",
            Network::Testnet => "testnet",
            Network::Mainnet => "mainnet",
        }
    }

    pub fn passphrase(self) -> &'static str {
        match self {
            Network::Local => "Standalone Network ; February 2017",
            Network::Testnet => "Test SDF Network ; September 2015",
            Network::Mainnet => "Public Global Stellar Network ; September 2015",
        }
    }

    /// Nobody runs a node of mainnet for everybody.
    pub fn rpc(self) -> Option<&'static str> {
        match self {
            Network::Local => Some("http://localhost:8000"),
            Network::Testnet => Some("https://soroban-testnet.stellar.org"),
            Network::Mainnet => None,
        }
    }
}

/// Who deploys: with a key, or for looking only an address.
pub enum Deployer {
    Key(Keypair),
    Address(AccountId),
}

impl Deployer {
    /// The key that a local network's deployer has when none is given. Anybody can compute it.
    pub fn local(passphrase: &str) -> Deployer {
        Deployer::Key(Keypair::derived(passphrase, "tributary deployer"))
    }
}

pub struct Code {
    pub name: &'static str,
    pub wasm: Vec<u8>,
    pub hash: Hash,
}

/// What a founder decides about a region, as the factory takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    pub admin: ScAddress,
    pub guardian: ScAddress,
    pub council: ScAddress,
    pub fee_tiers: Vec<u32>,
    pub treasury_bps: u32,
    pub band_bps: u32,
    pub min_bond: i128,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    Asset(Asset),
    Contract(ScAddress),
    New { name: String, symbol: String, cap: i128, genesis: i128 },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    pub code: String,
    pub params: Params,
    pub token: Token,
    /// TFT and token of the first deposit, raw units.
    pub liquidity: Option<(i128, i128)>,
    pub endorse: bool,
}

/// Where a region's contracts are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    pub token: ScAddress,
    pub treasury: ScAddress,
    pub staking: ScAddress,
    /// The first pool.
    pub pool: ScAddress,
}

pub struct Plan {
    pub network: Network,
    pub passphrase: String,
    pub network_id: Hash,
    pub deployer: AccountId,
    pub key: Option<Keypair>,
    /// Issues the assets that name no issuer; not on mainnet.
    pub issuer: Option<Keypair>,
    pub codes: Vec<Code>,
    pub tft: Asset,
    pub bond: i128,
    pub root: Params,
    pub offers_fee_bps: u32,
    pub oracle_min_reserve: i128,
    pub regions: Vec<Region>,
}

impl Plan {
    /// `toml`: the text of region.toml; `contracts`: the folder with the wasm.
    pub fn new(
        network: Network,
        passphrase: &str,
        deployer: Deployer,
        toml: &str,
        contracts: &Path,
    ) -> Result<Plan, Error> {
        // Else its rules, and the question before spending, could be gone around.
        if network != Network::Mainnet && passphrase == Network::Mainnet.passphrase() {
            return Err(Error::other("this is mainnet's passphrase: say --network mainnet"));
        }
        let (deployer, key) = match deployer {
            Deployer::Key(key) => (key.account(), Some(key)),
            Deployer::Address(id) => (id, None),
        };
        let issuer = match (&key, network) {
            (_, Network::Mainnet) | (None, _) => None,
            (Some(key), _) => Some(key.child("tributary issuer")),
        };
        let reader = file::Reader {
            network,
            deployer: ScAddress::Account(deployer.clone()),
            issuer: issuer.as_ref().map(Keypair::account),
        };
        let wanted = reader.read(toml)?;
        Ok(Plan {
            network,
            passphrase: passphrase.to_string(),
            network_id: address::network_id(passphrase),
            deployer,
            key,
            issuer,
            codes: CONTRACTS.iter().map(|name| code(contracts, name)).collect::<Result<_, _>>()?,
            tft: wanted.tft,
            bond: wanted.bond,
            root: wanted.root,
            offers_fee_bps: wanted.offers_fee_bps,
            oracle_min_reserve: wanted.oracle_min_reserve,
            regions: wanted.regions,
        })
    }

    pub fn code(&self, name: &str) -> &Code {
        self.codes.iter().find(|code| code.name == name).expect("one of CONTRACTS")
    }

    /// Where the deployer deploys the factory, the market (`offers`), the router and the oracle.
    pub fn contract(&self, name: &str) -> ScAddress {
        address::contract(&self.network_id, address::preimage(&self.deployer, name))
    }

    pub fn asset_contract(&self, asset: &Asset) -> ScAddress {
        address::of_asset(&self.network_id, asset)
    }

    pub fn tft_contract(&self) -> ScAddress {
        self.asset_contract(&self.tft)
    }

    /// What a region has once: its `treasury`, its `staking`, its own `token`.
    pub fn of_region(&self, kind: &str, code: &str) -> ScAddress {
        self.by_factory(kind, code, &self.tft_contract(), 0)
    }

    pub fn places(&self, region: &Region) -> Places {
        let code = &region.code;
        let token = match &region.token {
            Token::Asset(asset) => self.asset_contract(asset),
            Token::Contract(address) => address.clone(),
            Token::New { .. } => self.of_region("token", code),
        };
        let [treasury, staking] = ["treasury", "staking"].map(|kind| self.of_region(kind, code));
        let pool = self.by_factory("pool", code, &token, region.params.first_fee());
        Places { token, treasury, staking, pool }
    }

    fn by_factory(&self, kind: &str, code: &str, token: &ScAddress, fee_bps: u32) -> ScAddress {
        address::by_factory(&self.network_id, &self.contract("factory"), kind, code, token, fee_bps)
    }

    /// The assets whose contracts there have to be, TFT first.
    pub fn assets(&self) -> Vec<&Asset> {
        let mut assets = vec![&self.tft];
        for region in &self.regions {
            assets.extend(region.token_asset().filter(|asset| !assets.contains(asset)));
        }
        assets
    }

    /// Whether the deployment itself issues the asset.
    pub fn issues(&self, asset: &Asset) -> bool {
        let issuer = match asset {
            Asset::CreditAlphanum4(asset) => &asset.issuer,
            Asset::CreditAlphanum12(asset) => &asset.issuer,
            Asset::Native => return false,
        };
        self.issuer.as_ref().is_some_and(|key| key.account() == *issuer)
    }
}

impl Region {
    /// Its token, if that is a Stellar asset.
    pub fn token_asset(&self) -> Option<&Asset> {
        match &self.token {
            Token::Asset(asset) => Some(asset),
            Token::Contract(_) | Token::New { .. } => None,
        }
    }
}

impl Params {
    pub fn first_fee(&self) -> u32 {
        self.fee_tiers.first().copied().expect("checked when it was read: one at least")
    }

    /// `RegionParams` of the factory.
    pub fn val(&self, token: &Token, contract: &ScAddress) -> ScVal {
        let token = match token {
            Token::New { name, symbol, cap, genesis } => {
                let fields = [
                    ("cap", val::int(*cap)),
                    ("genesis", val::int(*genesis)),
                    ("name", val::text(name)),
                    ("symbol", val::text(symbol)),
                ];
                val::list(vec![val::symbol("New"), val::map(&fields)])
            }
            Token::Asset(_) | Token::Contract(_) => {
                val::list(vec![val::symbol("Existing"), val::address(contract)])
            }
        };
        val::map(&[
            ("admin", val::address(&self.admin)),
            ("band_bps", ScVal::U32(self.band_bps)),
            ("council", val::address(&self.council)),
            ("fee_tiers", val::list(self.fee_tiers.iter().copied().map(ScVal::U32).collect())),
            ("guardian", val::address(&self.guardian)),
            ("min_bond", val::int(self.min_bond)),
            ("token", token),
            ("treasury_bps", ScVal::U32(self.treasury_bps)),
        ])
    }
}

fn code(contracts: &Path, name: &'static str) -> Result<Code, Error> {
    let path = contracts.join(format!("{name}.wasm"));
    let wasm = fs::read(&path).map_err(|error| {
        Error::other(format!("{}: {error}. Run `make build` first", path.display()))
    })?;
    let hash = Hash(Sha256::digest(&wasm).into());
    Ok(Code { name, wasm, hash })
}
