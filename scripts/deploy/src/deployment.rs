//! deployments/<network>.json: what is where, for clients.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::Path,
};

use serde::{Deserialize, Serialize};

use crate::{
    address,
    error::Error,
    plan::{Network, Plan},
    val,
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    pub network: String,
    pub passphrase: String,
    pub rpc: String,
    pub deployer: String,
    pub tft: Tft,
    pub codes: Codes,
    pub contracts: Contracts,
    pub regions: BTreeMap<String, Region>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tft {
    /// CODE:ISSUER.
    pub asset: String,
    pub contract: String,
}

/// SHA-256 of the wasm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Codes {
    pub factory: String,
    pub pool: String,
    pub treasury: String,
    pub staking: String,
    pub token: String,
    pub router: String,
    pub oracle: String,
    pub offers: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contracts {
    pub factory: String,
    pub router: String,
    pub oracle: String,
    pub offers: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    pub token: RegionToken,
    pub treasury: String,
    pub staking: String,
    /// The first pool, …
    pub pool: String,
    /// … and its fee.
    pub fee_bps: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionToken {
    pub contract: String,
    /// Of a Stellar asset, CODE:ISSUER.
    pub asset: Option<String>,
}

impl Deployment {
    pub fn new(plan: &Plan, rpc: &str) -> Deployment {
        let code = |name| val::hex(&plan.code(name).hash.0);
        let contract = |name| plan.contract(name).to_string();
        let regions = plan.regions.iter().map(|region| {
            let places = plan.places(region);
            let asset = region.token_asset().map(address::show_asset);
            let placed = Region {
                token: RegionToken { contract: places.token.to_string(), asset },
                treasury: places.treasury.to_string(),
                staking: places.staking.to_string(),
                pool: places.pool.to_string(),
                fee_bps: region.params.first_fee(),
            };
            (region.code.clone(), placed)
        });
        Deployment {
            network: plan.network.name().to_string(),
            passphrase: plan.passphrase.clone(),
            rpc: rpc.to_string(),
            deployer: plan.deployer.to_string(),
            tft: Tft {
                asset: address::show_asset(&plan.tft),
                contract: plan.tft_contract().to_string(),
            },
            codes: Codes {
                factory: code("factory"),
                pool: code("pool"),
                treasury: code("treasury"),
                staking: code("staking"),
                token: code("token"),
                router: code("router"),
                oracle: code("oracle"),
                offers: code("offers"),
            },
            contracts: Contracts {
                factory: contract("factory"),
                router: contract("router"),
                oracle: contract("oracle"),
                offers: contract("offers"),
            },
            regions: regions.collect(),
        }
    }

    /// Refuses to replace what tells of another deployer's contracts or another network's, which may be
    /// told nowhere else. Local networks come and go.
    pub fn replaceable(path: &Path, plan: &Plan) -> Result<(), Error> {
        if plan.network == Network::Local {
            return Ok(());
        }
        let shown = path.display();
        let refused = |why| {
            Err(Error::other(format!(
                "{shown} {why}, and would be overwritten: nothing was sent. Name another file by --out"
            )))
        };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return refused(format!("cannot be read ({error})")),
        };
        let Ok(there) = serde_json::from_str::<Deployment>(&text) else {
            return refused("is no record of a deployment".to_string());
        };
        let deployer = plan.deployer.to_string();
        for (what, there, here) in [
            ("deployer", &there.deployer, deployer.as_str()),
            ("network", &there.network, plan.network.name()),
            ("passphrase", &there.passphrase, plan.passphrase.as_str()),
        ] {
            if there != here {
                return refused(format!("has another {what}, {there:?}"));
            }
        }
        Ok(())
    }

    /// All of it or nothing. Leaves the file alone when it says the same; tells whether it did not.
    pub fn write(&self, path: &Path) -> io::Result<bool> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        if fs::read_to_string(path).is_ok_and(|there| there == text) {
            return Ok(false);
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let unfinished = path.with_extension("json.unfinished");
        let mut file = fs::File::create(&unfinished)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&unfinished, path)?;
        Ok(true)
    }
}
