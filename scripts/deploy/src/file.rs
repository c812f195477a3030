//! region.toml: read, and refused wherever the factory would refuse it, before anything is sent.

use std::str::FromStr;

use serde::Deserialize;
use stellar_xdr::{AccountId, Asset, ScAddress};

use crate::{
    address,
    error::Error,
    keys,
    plan::{Network, Params, Region, Token, ONE, ROOT},
};

const MAX_FEE_BPS: u32 = 100;
const MAX_TIERS: usize = 4;
const MAX_TREASURY_BPS: u32 = 3_333;
const MAX_OFFERS_FEE_BPS: u32 = 50;

/// What the file says, in the contracts' terms.
#[derive(Debug)]
pub struct Wanted {
    pub tft: Asset,
    pub bond: i128,
    pub root: Params,
    pub offers_fee_bps: u32,
    pub oracle_min_reserve: i128,
    pub regions: Vec<Region>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    network: NetworkTable,
    #[serde(default, rename = "region")]
    regions: Vec<RegionTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NetworkTable {
    tft: Option<String>,
    bond: Amount,
    offers_fee_bps: u32,
    oracle_min_reserve: Amount,
    admin: String,
    guardian: String,
    council: String,
    fee_tiers: Vec<u32>,
    treasury_bps: u32,
    min_bond: Amount,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegionTable {
    code: String,
    admin: String,
    guardian: String,
    council: String,
    token: TokenTable,
    fee_tiers: Vec<u32>,
    treasury_bps: u32,
    band_bps: u32,
    min_bond: Amount,
    liquidity: Option<Liquidity>,
    #[serde(default)]
    endorse: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenTable {
    asset: Option<String>,
    contract: Option<String>,
    name: Option<String>,
    symbol: Option<String>,
    cap: Option<Amount>,
    genesis: Option<Amount>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Liquidity {
    tft: Amount,
    token: Amount,
}

/// Whole tokens in the file, raw units of 10⁻⁷ here.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Amount(i128);

impl TryFrom<String> for Amount {
    type Error = String;

    fn try_from(text: String) -> Result<Amount, String> {
        let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // 12 digits are more of a token than its trustline can hold.
        if !digits(whole) || !digits(part) || part.len() > 7 || whole.len() > 12 {
            return Err(format!(
                "{text:?} is no amount: write \"1000\" or \"0.5\", at most 7 decimals"
            ));
        }
        let number = |text: &str| text.parse::<i128>().map_err(|error| error.to_string());
        Ok(Amount(number(whole)? * ONE + number(&format!("{part:0<7}"))?))
    }
}

pub struct Reader {
    pub network: Network,
    pub deployer: ScAddress,
    /// Issues what names no issuer.
    pub issuer: Option<AccountId>,
}

impl Reader {
    pub fn read(&self, toml: &str) -> Result<Wanted, Error> {
        // Before an error could quote it.
        ensure(
            !keys::in_text(toml),
            "there is a secret key in this file, which is to be published. Take it out; if anybody \
             else could have read it, take it as stolen, and use a new one. Addresses begin with G or C",
        )?;
        let file: File = toml::from_str(toml).map_err(|error| Error::other(error.to_string()))?;
        let NetworkTable { tft, bond, offers_fee_bps, oracle_min_reserve, .. } = &file.network;
        let table = &file.network;
        let network = |error| within("[network]", error);
        ensure(bond.0 >= ONE, "bond must be at least 1 TFT").map_err(network)?;
        ensure(*offers_fee_bps <= MAX_OFFERS_FEE_BPS, "offers_fee_bps must be at most 50")
            .map_err(network)?;
        ensure(oracle_min_reserve.0 > 0, "oracle_min_reserve must be more than 0")
            .map_err(network)?;
        let tft = match tft {
            Some(text) => self.asset(text).map_err(network)?,
            None => self.asset(ROOT).map_err(network)?,
        };
        let root = self
            .params(
                [&table.admin, &table.guardian, &table.council],
                &table.fee_tiers,
                [table.treasury_bps, 0],
                table.min_bond,
            )
            .map_err(network)?;
        let mut regions: Vec<Region> = vec![];
        for table in &file.regions {
            let place = format!("region {}", table.code);
            let region = self.region(table, &root, &tft).map_err(|error| within(&place, error))?;
            let taken = regions.iter().any(|other| other.code == region.code);
            ensure(!taken, "the code is there twice").map_err(|error| within(&place, error))?;
            regions.push(region);
        }
        let (offers_fee_bps, oracle_min_reserve) = (*offers_fee_bps, oracle_min_reserve.0);
        Ok(Wanted { tft, bond: bond.0, root, offers_fee_bps, oracle_min_reserve, regions })
    }

    fn region(&self, table: &RegionTable, root: &Params, tft: &Asset) -> Result<Region, Error> {
        let code = &table.code;
        let valid = code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        ensure(valid && (2..=12).contains(&code.len()), "a code is 2 to 12 of A–Z and 0–9")?;
        ensure(code != ROOT, "TFT is the root region, which [network] describes")?;
        let band = table.band_bps;
        ensure(
            band == 0 || (1_000..=5_000).contains(&band),
            "band_bps must be 0, or 1000 to 5000",
        )?;
        let params = self.params(
            [&table.admin, &table.guardian, &table.council],
            &table.fee_tiers,
            [table.treasury_bps, band],
            table.min_bond,
        )?;
        let token = self.token(&table.token)?;
        ensure(token != Token::Asset(tft.clone()), "a region's token cannot be TFT")?;
        let own = root.admin == self.deployer;
        ensure(
            !table.endorse || own,
            "endorse: only the network's admin can, and that is not the deployer",
        )?;
        let liquidity = table.liquidity.as_ref().map(|amounts| (amounts.tft.0, amounts.token.0));
        if let Some((tft, of_token)) = liquidity {
            let why = "liquidity: on mainnet make the first deposit by hand (docs/regions.md)";
            ensure(self.network != Network::Mainnet, why)?;
            let asset = matches!(token, Token::Asset(_));
            ensure(asset, "liquidity: the deployer can deposit Stellar assets only")?;
            ensure(tft > 0 && of_token > 0, "liquidity: both amounts must be more than 0")?;
            // What the first deposit leaves in the pool for ever is 1 000 raw shares.
            ensure((tft * of_token).isqrt() > 1_000, "liquidity: too little for a first deposit")?;
        }
        Ok(Region { code: code.clone(), params, token, liquidity, endorse: table.endorse })
    }

    fn params(
        &self,
        [admin, guardian, council]: [&String; 3],
        fee_tiers: &[u32],
        [treasury_bps, band_bps]: [u32; 2],
        min_bond: Amount,
    ) -> Result<Params, Error> {
        let different = fee_tiers.iter().enumerate().all(|(place, fee)| {
            (1..=MAX_FEE_BPS).contains(fee)
                && !fee_tiers.iter().take(place).any(|other| other == fee)
        });
        let tiers = different && (1..=MAX_TIERS).contains(&fee_tiers.len());
        ensure(tiers, "fee_tiers must be 1 to 4 different fees of 1 to 100")?;
        ensure(treasury_bps <= MAX_TREASURY_BPS, "treasury_bps must be at most 3333")?;
        ensure(min_bond.0 >= ONE, "min_bond must be at least 1 TFT")?;
        Ok(Params {
            admin: self.role(admin, "admin")?,
            guardian: self.role(guardian, "guardian")?,
            council: self.role(council, "council")?,
            fee_tiers: fee_tiers.to_vec(),
            treasury_bps,
            band_bps,
            min_bond: min_bond.0,
        })
    }

    fn role(&self, text: &str, role: &str) -> Result<ScAddress, Error> {
        if text == "deployer" {
            // It may hand on its admin's role; the guardian's it would have for ever.
            let allowed = self.network != Network::Mainnet || role == "admin";
            let why = format!("{role}: on mainnet name an account that several people sign for");
            return ensure(allowed, &why).map(|()| self.deployer.clone());
        }
        contract_or_account(text)
            .map_err(|_| Error::other(format!("{role}: {text:?} is no address")))
    }

    fn token(&self, table: &TokenTable) -> Result<Token, Error> {
        let TokenTable { asset, contract, name, symbol, cap, genesis } = table;
        match (asset, contract, name, symbol, cap, genesis) {
            (Some(asset), None, None, None, None, None) => Ok(Token::Asset(self.asset(asset)?)),
            (None, Some(text), None, None, None, None) => match contract_or_account(text) {
                Ok(address @ ScAddress::Contract(_)) => Ok(Token::Contract(address)),
                _ => Err(Error::other(format!("token: {text:?} is no contract's address, C…"))),
            },
            (None, None, Some(name), Some(symbol), Some(cap), Some(genesis)) => {
                let printable = name.bytes().all(|byte| (b' '..=b'~').contains(&byte));
                let named = printable && (1..=32).contains(&name.len());
                ensure(named, "token: name must be 1 to 32 printable ASCII characters")?;
                let letters = symbol.bytes().all(|byte| byte.is_ascii_alphanumeric());
                let short = letters && (1..=12).contains(&symbol.len());
                ensure(short, "token: symbol must be 1 to 12 letters and digits")?;
                ensure(cap.0 > 0, "token: cap must be more than 0")?;
                ensure(
                    genesis.0 <= cap.0 / 10,
                    "token: genesis must be at most a tenth of the cap",
                )?;
                let (name, symbol) = (name.clone(), symbol.clone());
                Ok(Token::New { name, symbol, cap: cap.0, genesis: genesis.0 })
            }
            _ => Err(Error::other(
                "token: give asset, or contract, or name, symbol, cap and genesis",
            )),
        }
    }

    /// CODE:ISSUER, or CODE for what the deployment issues itself.
    fn asset(&self, text: &str) -> Result<Asset, Error> {
        let Some((code, issuer)) = text.split_once(':') else {
            let Some(issuer) = &self.issuer else {
                return Err(Error::other(format!("asset {text}: name the issuer, {text}:G…")));
            };
            return address::asset(text, issuer);
        };
        let issuer = AccountId::from_str(issuer)
            .map_err(|_| Error::other(format!("asset {text}: the issuer is no account, G…")))?;
        address::asset(code, &issuer)
    }
}

fn contract_or_account(text: &str) -> Result<ScAddress, ()> {
    match ScAddress::from_str(text) {
        Ok(address @ (ScAddress::Account(_) | ScAddress::Contract(_))) => Ok(address),
        _ => Err(()),
    }
}

fn within(place: &str, error: Error) -> Error {
    Error::other(format!("{place}: {error}"))
}

fn ensure(holds: bool, otherwise: &str) -> Result<(), Error> {
    match holds {
        true => Ok(()),
        false => Err(Error::other(otherwise)),
    }
}
