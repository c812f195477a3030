//! The whole suite on a `Network`: factory, market, router, oracle, Stellar assets, and people who hold
//! them in trustlines.

use sha2::{Digest, Sha256};
use soroban_env_host::{
    xdr::{
        AccountId, Asset, ContractIdPreimage, ContractIdPreimageFromAddress, Limits, ScAddress,
        ScBytes, ScMap, ScMapEntry, ScSymbol, ScVal, ScVec, Uint256, WriteXdr,
    },
    HostError,
};

use crate::{
    network::{
        val::{account, address, int, NO_DEADLINE},
        Applied, Network,
    },
    pool::ONE,
    wasm::contract,
};

/// What a region costs for a year.
pub const BOND: i128 = 1_000 * ONE;
/// TFT that a pool must hold to be quoted by the oracle.
pub const MIN_RESERVE: i128 = 1_000 * ONE;
/// What the market withholds from takers, basis points.
pub const OFFERS_FEE: u32 = 20;

/// A pool: region, token, fee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(pub String, pub ScAddress, pub u32);

impl Key {
    pub fn val(&self) -> ScVal {
        map(&[
            ("code", symbol(&self.0)),
            ("fee_bps", ScVal::U32(self.2)),
            ("token", address(&self.1)),
        ])
    }
}

pub struct Suite {
    pub network: Network,
    /// Issues every asset.
    pub issuer: AccountId,
    /// The network's admin.
    pub admin: AccountId,
    pub treasury: AccountId,
    pub tft: ScAddress,
    /// All assets with their contracts, TFT first.
    pub assets: Vec<(Asset, ScAddress)>,
    pub factory: ScAddress,
    pub offers: ScAddress,
    pub router: ScAddress,
    pub oracle: ScAddress,
    /// How many of the regions of `create_regions` there are.
    regions: usize,
}

impl Default for Suite {
    fn default() -> Suite {
        Suite::new()
    }
}

impl Suite {
    /// A network with its root region, and no pool yet.
    pub fn new() -> Suite {
        let mut network = Network::default();
        let [issuer, admin, treasury] =
            ["issuer", "admin", "treasury"].map(|name| network.account(name));
        let tft = network.asset("TFT", &issuer);
        network.trust(&treasury, &tft.0);
        let pool = network.upload(&admin, &contract("pool")).expect("pool");
        let root = region_params(&admin, &treasury, &tft.1);
        let templates = list(&[bytes(&pool.0)]);
        let factory = vec![address(&tft.1), int(BOND), root, templates];
        let (factory, _) =
            network.deploy(&admin, &contract("factory"), "factory", factory).expect("factory");
        let offers = vec![address(&factory), ScVal::U32(OFFERS_FEE)];
        let (offers, _) =
            network.deploy(&admin, &contract("offers"), "offers", offers).expect("offers");
        let (router, _) = network
            .deploy(
                &admin,
                &contract("router"),
                "router",
                vec![address(&factory), address(&offers)],
            )
            .expect("router");
        let oracle = vec![address(&factory), int(MIN_RESERVE)];
        let (oracle, _) =
            network.deploy(&admin, &contract("oracle"), "oracle", oracle).expect("oracle");
        let (tft_address, assets) = (tft.1.clone(), vec![tft]);
        Suite {
            network,
            issuer,
            admin,
            treasury,
            tft: tft_address,
            assets,
            factory,
            offers,
            router,
            oracle,
            regions: 0,
        }
    }

    /// A new Stellar asset; the treasury trusts it.
    pub fn asset(&mut self, code: &str) -> ScAddress {
        let asset = self.network.asset(code, &self.issuer);
        self.network.trust(&self.treasury, &asset.0);
        self.assets.push(asset);
        self.assets.last().expect("just pushed").1.clone()
    }

    /// Somebody who trusts every asset there is and holds this much of each.
    pub fn person(&mut self, name: &str, amount: i128) -> AccountId {
        let person = self.network.account(name);
        for (asset, token) in self.assets.clone() {
            self.network.trust(&person, &asset);
            self.mint(&token, &person, amount);
        }
        person
    }

    pub fn mint(&mut self, token: &ScAddress, to: &AccountId, amount: i128) {
        let mint = vec![account(to), int(amount)];
        self.network.call(&self.issuer, token, "mint", mint).expect("mint");
    }

    pub fn call(
        &mut self,
        who: &AccountId,
        contract: &ScAddress,
        function: &str,
        args: Vec<ScVal>,
    ) -> Result<Applied, HostError> {
        self.network.call(who, contract, function, args)
    }

    /// What a function answers, without a transaction.
    pub fn view(
        &self,
        contract: &ScAddress,
        function: &str,
        args: Vec<ScVal>,
    ) -> Result<ScVal, HostError> {
        Ok(self.network.simulate(&self.admin, contract, function, args)?.value)
    }

    pub fn balance(&self, token: &ScAddress, owner: ScVal) -> i128 {
        integer(&self.view(token, "balance", vec![owner]).expect("a token answers"))
    }

    /// Creates a region whose founder is its admin and guardian; its first pool has a fee of 30 bps.
    pub fn create_region(
        &mut self,
        founder: &AccountId,
        code: &str,
        token: &ScAddress,
    ) -> Result<Applied, HostError> {
        let params = region_params(founder, &self.treasury.clone(), token);
        let args = vec![account(founder), symbol(code), params];
        self.call(founder, &self.factory.clone(), "create_region", args)
    }

    /// Creates regions R00000, R00001, … until there are `count`, all of this token.
    pub fn create_regions(&mut self, founder: &AccountId, token: &ScAddress, count: usize) {
        let name = |number: usize| format!("R{number:05}");
        let pool = |suite: &Suite, number| match suite.pool(&Key(name(number), token.clone(), 30)) {
            ScAddress::Contract(id) => id.0 .0,
            other => panic!("{other:?}"),
        };
        if count <= self.regions {
            return;
        }
        let first = self.regions;
        let params = region_params(founder, &self.treasury.clone(), token);
        let args = vec![account(founder), symbol(&name(first)), params];
        let simulated = self.network.simulate(founder, &self.factory, "create_region", args);
        let simulated = simulated.expect("the first region");
        let (first_name, first_pool) = (name(first), pool(self, first));
        for number in first..count {
            let (name, pool) = (name(number), pool(self, number));
            let exchange: [(&[u8], &[u8]); 2] =
                [(first_name.as_bytes(), name.as_bytes()), (&first_pool, &pool)];
            self.network.apply(founder, &simulated.about(&exchange)).expect("a region");
        }
        self.regions = count;
    }

    pub fn create_pool(
        &mut self,
        admin: &AccountId,
        key: &Key,
        band_bps: u32,
    ) -> Result<Applied, HostError> {
        let Key(code, token, fee_bps) = key;
        let args = vec![symbol(code), address(token), ScVal::U32(*fee_bps), ScVal::U32(band_bps)];
        self.call(admin, &self.factory.clone(), "create_pool", args)
    }

    /// Where a pool is, computed as any client can: from the factory's address and the key.
    pub fn pool(&self, Key(code, token, fee_bps): &Key) -> ScAddress {
        let identity = [symbol("pool"), symbol(code), address(token), ScVal::U32(*fee_bps)];
        let salt = Sha256::digest(list(&identity).to_xdr(Limits::none()).expect("encodes"));
        self.network.contract_address(ContractIdPreimage::Address(ContractIdPreimageFromAddress {
            address: self.factory.clone(),
            salt: Uint256(salt.into()),
        }))
    }

    /// Deposits into a pool; `tft` and `other` are raw units.
    pub fn deposit(
        &mut self,
        who: &AccountId,
        key: &Key,
        tft: i128,
        other: i128,
    ) -> Result<Applied, HostError> {
        let (first, second) = if self.tft < key.1 { (tft, other) } else { (other, tft) };
        let me = account(who);
        let args = vec![me.clone(), int(first), int(second), int(0), me, NO_DEADLINE];
        self.call(who, &self.pool(key), "deposit", args)
    }

    /// Opens an offer; returns its id.
    pub fn make(&mut self, maker: &AccountId, nonce: u64, sale: &Sale) -> Result<ScVal, HostError> {
        let args = vec![account(maker), ScVal::U64(nonce), sale.val()];
        Ok(self.call(maker, &self.offers.clone(), "make", args)?.value)
    }

    /// Sells `amount` of `token_in` over `path`, through the router.
    pub fn route(
        &mut self,
        who: &AccountId,
        token_in: &ScAddress,
        amount: i128,
        path: &[Key],
    ) -> Result<Applied, HostError> {
        let args = route_args(who, token_in, amount, path);
        self.call(who, &self.router.clone(), "swap_exact_in", args)
    }
}

/// Arguments of the router's `swap_exact_in` without limits.
pub fn route_args(who: &AccountId, token_in: &ScAddress, amount: i128, path: &[Key]) -> Vec<ScVal> {
    let me = account(who);
    vec![me.clone(), address(token_in), int(amount), path_val(path), int(0), me, NO_DEADLINE]
}

pub fn path_val(path: &[Key]) -> ScVal {
    let keys: Vec<_> = path.iter().map(Key::val).collect();
    list(&keys)
}

/// `founder` is admin and guardian; fees of 30, 5 and 100 bps; a sixth of them to `treasury`; no band.
pub fn region_params(founder: &AccountId, treasury: &AccountId, token: &ScAddress) -> ScVal {
    let tiers = [30, 5, 100].map(ScVal::U32).to_vec();
    map(&[
        ("admin", account(founder)),
        ("band_bps", ScVal::U32(0)),
        ("fee_tiers", list(&tiers)),
        ("guardian", account(founder)),
        ("token", address(token)),
        ("treasury", account(treasury)),
        ("treasury_bps", ScVal::U32(1_667)),
    ])
}

/// What an offer of `selling` for `buying` says, as `OfferTerms`.
#[derive(Clone)]
pub struct Sale {
    pub selling: ScAddress,
    pub amount: i128,
    pub buying: ScAddress,
    /// `fixed`, `dutch` or `pegged`.
    pub price: ScVal,
    pub min_fill: i128,
    pub expires_at: u64,
    pub proceeds_to: AccountId,
}

impl Sale {
    pub fn val(&self) -> ScVal {
        map(&[
            ("buy_token", address(&self.buying)),
            ("expires_at", ScVal::U64(self.expires_at)),
            ("min_fill", int(self.min_fill)),
            ("price", self.price.clone()),
            ("proceeds_to", account(&self.proceeds_to)),
            ("sell_amount", int(self.amount)),
            ("sell_token", address(&self.selling)),
            ("taker", ScVal::Void),
        ])
    }
}

fn fraction(num: i128, den: i128) -> ScVal {
    map(&[("den", int(den)), ("num", int(num))])
}

pub fn fixed(num: i128, den: i128) -> ScVal {
    list(&[symbol("Fixed"), fraction(num, den)])
}

/// From `start` to `end` over `den`, in the time `from` to `until`.
pub fn dutch(start: i128, end: i128, den: i128, from: u64, until: u64) -> ScVal {
    let fields = [
        ("den", int(den)),
        ("end", int(end)),
        ("from", ScVal::U64(from)),
        ("start", int(start)),
        ("until", ScVal::U64(until)),
    ];
    list(&[symbol("Dutch"), map(&fields)])
}

pub fn pegged(pool: &ScAddress, spread_bps: u32, num: i128, den: i128) -> ScVal {
    let fields = [
        ("limit", fraction(num, den)),
        ("min_reserve", int(1)),
        ("pool", address(pool)),
        ("spread_bps", ScVal::U32(spread_bps)),
    ];
    list(&[symbol("Pegged"), map(&fields)])
}

pub fn list(items: &[ScVal]) -> ScVal {
    ScVal::Vec(Some(ScVec(items.to_vec().try_into().expect("few"))))
}

pub fn symbol(text: &str) -> ScVal {
    ScVal::Symbol(ScSymbol(text.try_into().expect("short")))
}

pub fn bytes(bytes: &[u8]) -> ScVal {
    ScVal::Bytes(ScBytes(bytes.to_vec().try_into().expect("short")))
}

/// Fields sorted by name.
pub fn map(fields: &[(&str, ScVal)]) -> ScVal {
    let entries =
        fields.iter().map(|(name, val)| ScMapEntry { key: symbol(name), val: val.clone() });
    let entries: Vec<_> = entries.collect();
    ScVal::Map(Some(ScMap(entries.try_into().expect("few"))))
}

pub fn integer(value: &ScVal) -> i128 {
    match value {
        ScVal::I128(parts) => i128::from(parts.hi) << 64 | i128::from(parts.lo),
        other => panic!("expected an amount, got {other:?}"),
    }
}

/// A field of a struct.
pub fn field(map: &ScVal, name: &str) -> ScVal {
    let ScVal::Map(Some(map)) = map else { panic!("expected a struct, got {map:?}") };
    let entry = map.iter().find(|entry| match &entry.key {
        ScVal::Symbol(key) => key.to_utf8_string_lossy() == name,
        _ => false,
    });
    entry.unwrap_or_else(|| panic!("no field {name}")).val.clone()
}
