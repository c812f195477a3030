//! The whole suite on a `Network`: factory, market, router, oracle, Stellar assets, and people who hold
//! them in trustlines.

use sha2::{Digest, Sha256};
use soroban_env_host::{
    xdr::{
        AccountId, Asset, ContractIdPreimage, ContractIdPreimageFromAddress, Limits, ScAddress,
        ScBytes, ScMap, ScMapEntry, ScString, ScSymbol, ScVal, ScVec, Uint256, WriteXdr,
    },
    HostError,
};

use crate::{
    env::pool::ONE,
    ledger::{
        val::{account, address, int, NO_DEADLINE},
        Applied, Network,
    },
    wasm::contract,
};

/// What a founder stakes for a year.
pub const BOND: i128 = 1_000 * ONE;
/// What validators must stake of their own.
pub const MIN_BOND: i128 = 100 * ONE;
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

#[derive(Clone)]
pub struct Suite {
    pub network: Network,
    /// Issues every asset.
    pub issuer: AccountId,
    /// The network's admin.
    pub admin: AccountId,
    /// The root region's, which is the network's.
    pub treasury: ScAddress,
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
        let [issuer, admin] = ["issuer", "admin"].map(|name| network.account(name));
        let tft = network.asset("TFT", &issuer);
        let templates = ["pool", "treasury", "staking", "token"]
            .map(|kind| bytes(&network.upload(&admin, &contract(kind)).expect("a template").0));
        let root = region_params(&admin, &tft.1);
        let offers = network.address_by(&admin, "offers");
        let args = [address(&tft.1), int(BOND), address(&offers), root, list(&templates)];
        let factory = args.to_vec();
        let (factory, _) =
            network.deploy(&admin, &contract("factory"), "factory", factory).expect("factory");
        let market = vec![address(&factory), ScVal::U32(OFFERS_FEE)];
        let (offers, _) =
            network.deploy(&admin, &contract("offers"), "offers", market).expect("offers");
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
        let treasury = of_region(&network, &factory, "treasury", "TFT", &tft_address);
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

    /// A new Stellar asset.
    pub fn asset(&mut self, code: &str) -> ScAddress {
        let asset = self.network.asset(code, &self.issuer);
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
        let params = region_params(founder, token);
        let args = vec![account(founder), symbol(code), params];
        self.call(founder, &self.factory.clone(), "create_region", args)
    }

    /// Creates regions R00000, R00001, … until there are `count`, all of this token.
    pub fn create_regions(&mut self, founder: &AccountId, token: &ScAddress, count: usize) {
        let name = |number: usize| format!("R{number:05}");
        let contract = |address| match address {
            ScAddress::Contract(id) => id.0 .0,
            other => panic!("{other:?}"),
        };
        let deployed = |suite: &Suite, number| {
            let pool = suite.pool(&Key(name(number), token.clone(), 30));
            let [treasury, staking] =
                ["treasury", "staking"].map(|kind| suite.of_region(kind, &name(number)));
            [pool, treasury, staking].map(contract)
        };
        if count <= self.regions {
            return;
        }
        let first = self.regions;
        let params = region_params(founder, token);
        let args = vec![account(founder), symbol(&name(first)), params];
        let simulated = self.network.simulate(founder, &self.factory, "create_region", args);
        let simulated = simulated.expect("the first region");
        let (first_name, first_contracts) = (name(first), deployed(self, first));
        for number in first..count {
            let (name, contracts) = (name(number), deployed(self, number));
            let mut exchange: Vec<(&[u8], &[u8])> = vec![(first_name.as_bytes(), name.as_bytes())];
            for (first, this) in first_contracts.iter().zip(&contracts) {
                exchange.push((first, this));
            }
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
        deployed(&self.network, &self.factory, "pool", code, token, *fee_bps)
    }

    /// Where a region's `treasury`, its `staking`, or its own `token`, is.
    pub fn of_region(&self, kind: &str, code: &str) -> ScAddress {
        of_region(&self.network, &self.factory, kind, code, &self.tft)
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

/// `founder` is admin, guardian and council; fees of 30, 5 and 100 bps; a sixth of them to the treasury;
/// no band.
pub fn region_params(founder: &AccountId, token: &ScAddress) -> ScVal {
    region_params_with(founder, founder, list(&[symbol("Existing"), address(token)]))
}

/// As `region_params`, for a region with a token of its own.
pub fn new_token_params(
    founder: &AccountId,
    guardian: &AccountId,
    symbol_text: &str,
    cap: i128,
    genesis: i128,
) -> ScVal {
    let text = |text: &str| ScVal::String(ScString(text.try_into().expect("short")));
    let token = map(&[
        ("cap", int(cap)),
        ("genesis", int(genesis)),
        ("name", text(&format!("{symbol_text} of its region"))),
        ("symbol", text(symbol_text)),
    ]);
    region_params_with(founder, guardian, list(&[symbol("New"), token]))
}

fn region_params_with(founder: &AccountId, guardian: &AccountId, token: ScVal) -> ScVal {
    let tiers = [30, 5, 100].map(ScVal::U32).to_vec();
    map(&[
        ("admin", account(founder)),
        ("band_bps", ScVal::U32(0)),
        ("council", account(founder)),
        ("fee_tiers", list(&tiers)),
        ("guardian", account(guardian)),
        ("min_bond", int(MIN_BOND)),
        ("token", token),
        ("treasury_bps", ScVal::U32(1_667)),
    ])
}

fn of_region(
    network: &Network,
    factory: &ScAddress,
    kind: &str,
    code: &str,
    tft: &ScAddress,
) -> ScAddress {
    deployed(network, factory, kind, code, tft, 0)
}

/// Where the factory deploys what is named so.
fn deployed(
    network: &Network,
    factory: &ScAddress,
    kind: &str,
    code: &str,
    token: &ScAddress,
    fee_bps: u32,
) -> ScAddress {
    let identity = [symbol(kind), symbol(code), address(token), ScVal::U32(fee_bps)];
    let salt = Sha256::digest(list(&identity).to_xdr(Limits::none()).expect("encodes"));
    network.contract_address(ContractIdPreimage::Address(ContractIdPreimageFromAddress {
        address: factory.clone(),
        salt: Uint256(salt.into()),
    }))
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
    pub proceeds_to: ScVal,
}

impl Sale {
    pub fn val(&self) -> ScVal {
        map(&[
            ("buy_token", address(&self.buying)),
            ("expires_at", ScVal::U64(self.expires_at)),
            ("min_fill", int(self.min_fill)),
            ("price", self.price.clone()),
            ("proceeds_to", self.proceeds_to.clone()),
            ("sell_amount", int(self.amount)),
            ("sell_token", address(&self.selling)),
            ("taker", ScVal::Void),
        ])
    }

    /// The id of this offer of `maker`'s.
    pub fn id(&self, maker: &ScAddress, nonce: u64) -> ScVal {
        let identity = list(&[address(maker), ScVal::U64(nonce), self.val()]);
        bytes(&Sha256::digest(identity.to_xdr(Limits::none()).expect("encodes")))
    }

    /// The treasury's action that opens this offer.
    pub fn posting(&self, nonce: u64) -> ScVal {
        action("PostOffer", map(&[("nonce", ScVal::U64(nonce)), ("terms", self.val())]))
    }
}

/// Something that a council proposes.
pub fn action(name: &str, what: ScVal) -> ScVal {
    list(&[symbol(name), what])
}

pub fn leg(token: &ScAddress, amount: i128) -> ScVal {
    map(&[("amount", int(amount)), ("token", address(token))])
}

pub fn grant(token: &ScAddress, to: &ScVal, amount: i128) -> ScVal {
    let fields = [("amount", int(amount)), ("to", to.clone()), ("token", address(token))];
    action("Grant", map(&fields))
}

/// At most this; at least nothing.
pub fn liquidity(pool: &ScAddress, tft: i128, token: i128) -> ScVal {
    let fields = [
        ("min_tft", int(0)),
        ("min_token", int(0)),
        ("pool", address(pool)),
        ("tft", int(tft)),
        ("token", int(token)),
    ];
    action("AddLiquidity", map(&fields))
}

/// For whatever it brings.
pub fn removal(pool: &ScAddress, shares: i128) -> ScVal {
    let fields = [
        ("min_tft", int(0)),
        ("min_token", int(0)),
        ("pool", address(pool)),
        ("shares", int(shares)),
    ];
    action("RemoveLiquidity", map(&fields))
}

/// With these pools (address, least TFT, least of the token), a quarter of what is bought for each purpose.
pub fn policy(pools: &[(ScAddress, i128, i128)], budget_bps: u32) -> ScVal {
    let pools: Vec<_> = pools
        .iter()
        .map(|(pool, tft, token)| {
            map(&[("min_tft", int(*tft)), ("min_token", int(*token)), ("pool", address(pool))])
        })
        .collect();
    let quarter = ScVal::U32(2_500);
    let fields = [
        ("budget_bps", ScVal::U32(budget_bps)),
        ("burn_bps", quarter.clone()),
        ("liquidity_bps", quarter.clone()),
        ("outflow_bps", ScVal::U32(250)),
        ("pools", list(&pools)),
        ("premium_bps", ScVal::U32(100)),
        ("protect_bps", quarter.clone()),
        ("stakers_bps", quarter),
    ];
    action("SetPolicy", map(&fields))
}

fn fraction(num: i128, den: i128) -> ScVal {
    map(&[("den", int(den)), ("num", int(num))])
}

pub fn fixed(num: i128, den: i128) -> ScVal {
    list(&[symbol("Fixed"), fraction(num, den)])
}

/// From `start` to `end` over `den`, in the time `since` to `until`.
pub fn dutch(start: i128, end: i128, den: i128, since: u64, until: u64) -> ScVal {
    let fields = [
        ("den", int(den)),
        ("end", int(end)),
        ("since", ScVal::U64(since)),
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
