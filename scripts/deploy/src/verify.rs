//! Whether the network has what the plan asks for: the code of every contract, and every parameter.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};
use stellar_xdr::{ContractExecutable, ScAddress, ScVal};

use crate::{
    address,
    chain::{self, Chain},
    error::{Difference, Error},
    plan::{Params, Plan, Region, Token, ROOT, TEMPLATES},
    steps, val,
};

/// What was compared.
#[derive(Debug, Default)]
pub struct Report {
    pub checks: usize,
    pub differences: Vec<Difference>,
    /// What is not there at all.
    pub missing: Vec<Difference>,
}

impl Report {
    /// Everything is there, and as it was asked for.
    pub fn into_result(self) -> Result<usize, Error> {
        let all: Vec<_> = self.differences.into_iter().chain(self.missing).collect();
        match all.is_empty() {
            true => Ok(self.checks),
            false => Err(Error::Differs(all)),
        }
    }
}

/// Compares all there is with all there should be. Sends nothing, and needs no key.
pub fn verify(chain: &Chain, plan: &Plan) -> Result<Report, Error> {
    let mut check = Check { chain, plan, report: Report::default() };
    check.codes()?;
    check.assets()?;
    let factory = check.contract("factory", &plan.contract("factory"), "factory")?;
    if factory {
        check.factory()?;
        check.root()?;
        for region in &plan.regions {
            check.region(region)?;
        }
    }
    check.others()?;
    Ok(check.report)
}

/// Whether what there is already is what was asked for.
pub fn existing(chain: &Chain, plan: &Plan) -> Result<(), Error> {
    let report = verify(chain, plan)?;
    Report { missing: vec![], ..report }.into_result().map(|_| ())
}

struct Check<'a> {
    chain: &'a Chain,
    plan: &'a Plan,
    report: Report,
}

impl Check<'_> {
    fn same(&mut self, what: impl Into<String>, asked: &ScVal, found: &ScVal) {
        self.report.checks += 1;
        if asked != found {
            let (asked, found) = (val::show(asked), val::show(found));
            self.report.differences.push(Difference { what: what.into(), asked, found });
        }
    }

    fn fields(&mut self, what: &str, found: &ScVal, asked: &[(&str, ScVal)]) {
        for (name, asked) in asked {
            self.same(format!("{what}: {name}"), asked, &val::field(found, name));
        }
    }

    fn missing(&mut self, what: impl Into<String>, asked: impl Into<String>) {
        self.report.checks += 1;
        let found = "nothing".to_string();
        self.report.missing.push(Difference { what: what.into(), asked: asked.into(), found });
    }

    fn view(&self, contract: &ScAddress, function: &str) -> Result<ScVal, Error> {
        self.chain.view(contract, function, vec![])
    }

    fn codes(&mut self) -> Result<(), Error> {
        for code in &self.plan.codes {
            let what = format!("code of {}", code.name);
            match self.chain.code(&code.hash)? {
                Some(wasm) => {
                    let found = val::bytes(&Sha256::digest(&wasm));
                    self.same(what, &val::bytes(&code.hash.0), &found);
                }
                None => self.missing(what, val::hex(&code.hash.0)),
            }
        }
        Ok(())
    }

    fn assets(&mut self) -> Result<(), Error> {
        for asset in self.plan.assets() {
            let what = format!("contract of {}", address::show_asset(asset));
            let contract = self.plan.asset_contract(asset);
            match self.chain.instance(&contract)? {
                Some(instance) => {
                    let own = instance.executable == ContractExecutable::StellarAsset;
                    self.same(what + ": a Stellar asset's", &ScVal::Bool(true), &ScVal::Bool(own));
                }
                None => self.missing(what, contract.to_string()),
            }
        }
        Ok(())
    }

    /// Whether there is a contract; its code is compared.
    fn contract(&mut self, what: &str, contract: &ScAddress, code: &str) -> Result<bool, Error> {
        let Some(instance) = self.chain.instance(contract)? else {
            self.missing(what, contract.to_string());
            return Ok(false);
        };
        let hash = chain::wasm_hash(&instance).map_or(ScVal::Void, |hash| val::bytes(&hash.0));
        self.same(format!("{what}: code"), &val::bytes(&self.plan.code(code).hash.0), &hash);
        Ok(true)
    }

    fn factory(&mut self) -> Result<(), Error> {
        let (plan, factory) = (self.plan, self.plan.contract("factory"));
        let config = self.view(&factory, "config")?;
        let asked = [
            ("bond", val::int(plan.bond)),
            ("offers", val::address(&plan.contract("offers"))),
            ("tft", val::address(&plan.tft_contract())),
        ];
        self.fields("factory", &config, &asked);
        let templates = plan.codes.iter().take(TEMPLATES).map(|code| {
            val::map(&[
                ("kind", val::symbol(code.name)),
                ("next_at", ScVal::U64(0)),
                ("next_hash", ScVal::Void),
                ("wasm_hash", val::bytes(&code.hash.0)),
            ])
        });
        let asked = val::list(templates.collect());
        let found = self.view(&factory, "templates")?;
        self.same("factory: templates", &asked, &found);
        Ok(())
    }

    fn others(&mut self) -> Result<(), Error> {
        let plan = self.plan;
        let factory = val::address(&plan.contract("factory"));
        let [offers, router, oracle] =
            ["offers", "router", "oracle"].map(|name| plan.contract(name));
        if self.contract("offers", &offers, "offers")? {
            let found = self.view(&offers, "config")?;
            let fee = ScVal::U32(plan.offers_fee_bps);
            let asked =
                [("factory", factory.clone()), ("fee_bps", fee.clone()), ("next_fee_bps", fee)];
            self.fields("offers", &found, &asked);
        }
        let tft = val::address(&plan.tft_contract());
        if self.contract("router", &router, "router")? {
            let asked = val::list(vec![factory.clone(), tft.clone(), val::address(&offers)]);
            let found = self.network_of(&router)?;
            self.same("router: factory, TFT, offers", &asked, &found);
        }
        if self.contract("oracle", &oracle, "oracle")? {
            let found = self.network_of(&oracle)?;
            let reserve = val::int(plan.oracle_min_reserve);
            self.fields(
                "oracle",
                &found,
                &[("factory", factory), ("min_reserve", reserve), ("tft", tft)],
            );
        }
        Ok(())
    }

    /// What router and oracle keep of their constructor, which no function of theirs tells.
    fn network_of(&self, contract: &ScAddress) -> Result<ScVal, Error> {
        let instance = self.chain.instance(contract)?;
        let storage = instance.and_then(|instance| instance.storage);
        Ok(storage.map_or(ScVal::Void, |map| val::field(&ScVal::Map(Some(map)), "Network")))
    }

    fn root(&mut self) -> Result<(), Error> {
        let (plan, tft) = (self.plan, val::address(&self.plan.tft_contract()));
        let found = self.region_at(ROOT)?;
        let asked = [("endorsed", ScVal::Bool(true)), ("token", tft)];
        self.fields(&format!("region {ROOT}"), &found, &asked);
        self.params(ROOT, &plan.root, &found)
    }

    fn region(&mut self, region: &Region) -> Result<(), Error> {
        let (plan, code, places) = (self.plan, &region.code, self.plan.places(region));
        let what = format!("region {code}");
        if self.chain.instance(&places.treasury)?.is_none() {
            self.missing(&what, "created");
            return Ok(());
        }
        let found = self.region_at(code)?;
        let asked =
            [("founder", val::account(&plan.deployer)), ("token", val::address(&places.token))];
        self.fields(&what, &found, &asked);
        // An interrupted deployment has not endorsed it yet.
        if region.endorse && val::field(&found, "endorsed") == ScVal::Bool(false) {
            self.missing(format!("{what}: endorsement"), "endorsed");
        } else {
            self.fields(&what, &found, &[("endorsed", ScVal::Bool(region.endorse))]);
        }
        self.params(code, &region.params, &found)?;
        if let Token::New { name, symbol, cap, genesis } = &region.token {
            self.own_token(&what, &places.token, [name, symbol], [*cap, *genesis])?;
        }
        self.pool(region, &what)
    }

    fn region_at(&self, code: &str) -> Result<ScVal, Error> {
        self.chain.view(&self.plan.contract("factory"), "region", vec![val::symbol(code)])
    }

    /// Of the factory's entry, the treasury and the staking of a region.
    fn params(&mut self, code: &str, params: &Params, found: &ScVal) -> Result<(), Error> {
        let plan = self.plan;
        let [treasury, staking] = ["treasury", "staking"].map(|kind| plan.of_region(kind, code));
        let [what, of_treasury, of_staking] =
            ["region", "treasury of", "staking of"].map(|kind| format!("{kind} {code}"));
        let guardian = val::address(&params.guardian);
        let tiers = val::list(params.fee_tiers.iter().copied().map(ScVal::U32).collect());
        let asked = [
            ("admin", val::address(&params.admin)),
            ("fee_tiers", tiers),
            ("guardian", guardian.clone()),
            ("staking", val::address(&staking)),
            ("treasury", val::address(&treasury)),
            ("treasury_bps", ScVal::U32(params.treasury_bps)),
        ];
        self.fields(&what, found, &asked);
        let tft = val::address(&plan.tft_contract());
        if self.contract(&of_treasury, &treasury, "treasury")? {
            let config = self.view(&treasury, "config")?;
            let asked = [
                ("code", val::symbol(code)),
                ("council", val::address(&params.council)),
                ("factory", val::address(&plan.contract("factory"))),
                ("guardian", guardian.clone()),
                ("offers", val::address(&plan.contract("offers"))),
                ("tft", tft.clone()),
            ];
            self.fields(&of_treasury, &config, &asked);
        }
        if self.contract(&of_staking, &staking, "staking")? {
            let state = self.view(&staking, "state")?;
            let asked = [
                ("guardian", guardian),
                ("min_bond", val::int(params.min_bond)),
                ("tft", tft),
                ("treasury", val::address(&treasury)),
            ];
            self.fields(&of_staking, &state, &asked);
        }
        Ok(())
    }

    fn own_token(
        &mut self,
        what: &str,
        token: &ScAddress,
        [name, symbol]: [&String; 2],
        [cap, genesis]: [i128; 2],
    ) -> Result<(), Error> {
        let what = format!("token of {what}");
        if !self.contract(&what, token, "token")? {
            return Ok(());
        }
        for (function, asked) in [("name", name), ("symbol", symbol)] {
            let found = self.view(token, function)?;
            self.same(format!("{what}: {function}"), &val::text(asked), &found);
        }
        let config = self.view(token, "config")?;
        self.fields(&what, &config, &[("cap", val::int(cap))]);
        // More is minted later, never less.
        let minted = val::integer(&val::field(&config, "minted")).unwrap_or_default();
        self.same(
            format!("{what}: minted, at least"),
            &val::int(genesis),
            &val::int(minted.min(genesis)),
        );
        Ok(())
    }

    fn pool(&mut self, region: &Region, what: &str) -> Result<(), Error> {
        let (plan, places) = (self.plan, self.plan.places(region));
        let of_pool = format!("first pool of {what}");
        if !self.contract(&of_pool, &places.pool, "pool")? {
            return Ok(());
        }
        let key = [val::symbol(&region.code), val::address(&places.token)];
        let fee = ScVal::U32(region.params.first_fee());
        let band = ScVal::U32(region.params.band_bps);
        let args = key.into_iter().chain([fee.clone()]).collect();
        let registered = self.chain.view(&plan.contract("factory"), "pool", args)?;
        let asked = [("address", val::address(&places.pool)), ("band_bps", band.clone())];
        self.fields(&of_pool, &registered, &asked);
        let tokens: BTreeSet<_> = [plan.tft_contract(), places.token].into_iter().collect();
        let mut tokens = tokens.iter().map(val::address);
        let state = self.view(&places.pool, "state")?;
        let asked = [
            ("band_bps", band),
            ("factory", val::address(&plan.contract("factory"))),
            ("fee_bps", fee),
            ("guardian", val::address(&region.params.guardian)),
            ("token_0", tokens.next().unwrap_or(ScVal::Void)),
            ("token_1", tokens.next().unwrap_or(ScVal::Void)),
            ("treasury", val::address(&places.treasury)),
            ("treasury_bps", ScVal::U32(region.params.treasury_bps)),
        ];
        self.fields(&of_pool, &state, &asked);
        match region.liquidity {
            Some(liquidity) => self.first_deposit(region, &of_pool, &state, liquidity),
            None => Ok(()),
        }
    }

    /// Whoever is first sets the price, and anybody may be. Trades move it afterwards, so another price
    /// tells of somebody else only where the deployer has not the shares of its deposit.
    fn first_deposit(
        &mut self,
        region: &Region,
        of_pool: &str,
        state: &ScVal,
        (tft, token): (i128, i128),
    ) -> Result<(), Error> {
        let (plan, places) = (self.plan, self.plan.places(region));
        let shown = |tft, token| {
            let [tft, token] = [tft, token].map(steps::amount_text);
            format!("{tft} TFT and {token} of the token")
        };
        if val::field(state, "total_supply") == val::int(0) {
            self.missing(format!("{of_pool}: first deposit"), shown(tft, token));
            return Ok(());
        }
        let [first, second] = ["reserve_0", "reserve_1"]
            .map(|name| val::integer(&val::field(state, name)).unwrap_or_default());
        let tft_first = val::field(state, "token_0") == val::address(&plan.tft_contract());
        let (in_tft, in_token) = if tft_first { (first, second) } else { (second, first) };
        let (asked, found) = (tft.saturating_mul(in_token), token.saturating_mul(in_tft));
        self.report.checks += 1;
        // Within 1 %: small reserves cannot have every ratio.
        if asked.abs_diff(found) <= asked.unsigned_abs() / 100 {
            return Ok(());
        }
        let me = vec![val::account(&plan.deployer)];
        let shares = self.chain.view(&places.pool, "balance", me)?;
        if val::integer(&shares).unwrap_or_default() < steps::first_shares(tft, token) {
            self.report.differences.push(Difference {
                what: format!("{of_pool}: price, by a first deposit that is not the deployer's"),
                asked: shown(tft, token),
                found: shown(in_tft, in_token),
            });
        }
        Ok(())
    }
}
