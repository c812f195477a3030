//! Factory, market, router and oracle of the release wasm, and people who sign for exactly what they do.

use soroban_sdk::{
    testutils::{Address as _, Events as _, IssuerFlags, StellarAssetContract},
    token::{StellarAssetClient, TokenClient},
    vec, xdr, Address, BytesN, Env, Error, Event, IntoVal, InvokeError, Symbol, TryFromVal, Val,
    Vec,
};
use tributary_common::{
    address,
    interfaces::{
        factory::{FactoryClient, PoolInfo, PoolKey, Region, RegionParams, RegionToken, ROOT},
        offers::OffersClient,
        oracle::OracleClient,
        pool::PoolClient,
        router::RouterClient,
    },
};
use tributary_factory::BOND_SECONDS;

use crate::{
    env::{claw_back, empty_env, mint, pool::NEVER, set_balance, sign::Call, wait},
    ledger::{
        suite::{BOND, MIN_BOND, MIN_RESERVE, OFFERS_FEE},
        LEDGER_SECONDS,
    },
    wasm::{contract, test_contract},
};

/// Any refusal: a contract's error, or the host's.
pub type Refusal = Result<Error, InvokeError>;

/// What the router names to pools as their deadline, having checked the signed one.
pub const POOLS_DEADLINE: u64 = (1 << 56) - 1;

pub struct Regions {
    pub env: Env,
    pub factory: FactoryClient<'static>,
    pub offers: OffersClient<'static>,
    pub router: RouterClient<'static>,
    pub oracle: OracleClient<'static>,
    pub tft: Address,
    /// The network's admin.
    pub admin: Address,
    /// The root region's, which is the network's.
    pub treasury: Address,
    /// Every region's.
    pub guardian: Address,
    /// Every region's.
    pub council: Address,
    assets: std::cell::RefCell<std::vec::Vec<StellarAssetContract>>,
}

impl Default for Regions {
    fn default() -> Regions {
        Regions::new()
    }
}

impl Regions {
    /// A network with its root region, and no pool yet.
    pub fn new() -> Regions {
        Regions::on(empty_env())
    }

    pub fn on(env: Env) -> Regions {
        let mut regions = Regions::bare(env);
        let (env, factory) = (&regions.env, &regions.factory.address);
        let wasm = env.deployer().upload_contract_wasm(contract("offers").as_slice());
        env.mock_all_auths();
        env.deployer().with_address(regions.admin.clone(), market_salt(env)).deploy_contract(
            soroban_sdk::ContractExecutable::Wasm(wasm),
            (factory.clone(), OFFERS_FEE),
        );
        env.set_auths(&[]);
        let router = (factory.clone(), regions.offers.address.clone());
        let router = env.register(contract("router").as_slice(), router);
        let oracle = env.register(contract("oracle").as_slice(), (factory.clone(), MIN_RESERVE));
        regions.router = RouterClient::new(env, &router);
        regions.oracle = OracleClient::new(env, &oracle);
        regions
    }

    /// Without market, router and oracle, where sequences need none: they are half of the work.
    pub fn bare(env: Env) -> Regions {
        let [admin, guardian, council] = [(); 3].map(|()| Address::generate(&env));
        let market = env.deployer().with_address(admin.clone(), market_salt(&env));
        let offers = market.deployed_address();
        let assets = std::cell::RefCell::default();
        let tft = new_asset(&env, &assets);
        let root = RegionParams {
            admin: admin.clone(),
            guardian: guardian.clone(),
            council: council.clone(),
            token: RegionToken::Existing(tft.clone()),
            fee_tiers: vec![&env, 30, 5, 100],
            treasury_bps: 1_667,
            band_bps: 0,
            min_bond: MIN_BOND,
        };
        let args = (tft.clone(), BOND, offers.clone(), root, templates(&env));
        let factory = env.register(contract("factory").as_slice(), args);
        let factory = FactoryClient::new(&env, &factory);
        Regions {
            treasury: factory.region(&ROOT).treasury,
            factory,
            offers: OffersClient::new(&env, &offers),
            router: RouterClient::new(&env, &offers),
            oracle: OracleClient::new(&env, &offers),
            env,
            tft,
            admin,
            guardian,
            council,
            assets,
        }
    }

    /// A new Stellar asset that its issuer can freeze and claw back.
    pub fn asset(&self) -> Address {
        new_asset(&self.env, &self.assets)
    }

    /// A plain token of `tests/contracts/token`.
    pub fn plain(&self, decimals: u32) -> Address {
        self.env.register(test_contract("token").as_slice(), (decimals,))
    }

    pub fn user(&self, amounts: &[(&Address, i128)]) -> Address {
        let user = Address::generate(&self.env);
        for (token, amount) in amounts {
            self.give(token, &user, *amount);
        }
        user
    }

    /// Mints.
    pub fn give(&self, token: &Address, to: &Address, amount: i128) {
        if self.is_asset(token) {
            mint(&self.env, token, to, amount);
        } else {
            set_balance(&self.env, token, to, self.balance(token, to) + amount);
        }
    }

    /// From now on a plain token does this (`Mischief` of `tests/contracts/token`).
    pub fn mischief(&self, token: &Address, act: &str, args: &[Val]) {
        let env = &self.env;
        let mut mischief: Vec<Val> = vec![env, Symbol::new(env, act).to_val()];
        args.iter().for_each(|arg| mischief.push_back(*arg));
        let args = vec![env, mischief.to_val()];
        env.invoke_contract::<()>(token, &Symbol::new(env, "set_mischief"), args);
    }

    /// An issuer takes back.
    pub fn claw_back(&self, token: &Address, from: &Address, amount: i128) {
        claw_back(&self.env, token, from, amount);
    }

    /// An issuer freezes, or lets go.
    pub fn set_authorized(&self, token: &Address, who: &Address, authorized: bool) {
        self.env.mock_all_auths();
        StellarAssetClient::new(&self.env, token).set_authorized(who, &authorized);
        self.env.set_auths(&[]);
    }

    fn is_asset(&self, token: &Address) -> bool {
        self.assets.borrow().iter().any(|asset| asset.address() == *token)
    }

    pub fn balance(&self, token: &Address, owner: &Address) -> i128 {
        TokenClient::new(&self.env, token).balance(owner)
    }

    /// Closes this many ledgers.
    pub fn close(&self, ledgers: u32) {
        self.wait(ledgers, LEDGER_SECONDS * u64::from(ledgers));
    }

    /// Closes ledgers that take `seconds` in all.
    pub fn wait(&self, ledgers: u32, seconds: u64) {
        wait(&self.env, ledgers, seconds);
    }

    pub fn now(&self) -> u64 {
        self.env.ledger().timestamp()
    }

    pub fn code(&self, code: &str) -> Symbol {
        Symbol::new(&self.env, code)
    }

    /// Of a region's first pool.
    pub fn key(&self, code: &str, token: &Address) -> PoolKey {
        PoolKey { code: self.code(code), token: token.clone(), fee_bps: 30 }
    }

    pub fn path(&self, keys: &[&PoolKey]) -> Vec<PoolKey> {
        let mut path = Vec::new(&self.env);
        for key in keys {
            path.push_back((*key).clone());
        }
        path
    }

    /// Valid ones.
    pub fn params(&self, admin: &Address, token: &Address) -> RegionParams {
        RegionParams {
            admin: admin.clone(),
            guardian: self.guardian.clone(),
            council: self.council.clone(),
            token: RegionToken::Existing(token.clone()),
            fee_tiers: vec![&self.env, 30, 5, 100],
            treasury_bps: 1_667,
            band_bps: 0,
            min_bond: MIN_BOND,
        }
    }

    /// A call of the factory.
    pub fn to_factory(&self, function: &'static str, args: impl IntoVal<Env, Vec<Val>>) -> Call {
        Call::new(&self.env, &self.factory.address, function, args)
    }

    /// A call of the market.
    pub fn to_offers(&self, function: &'static str, args: impl IntoVal<Env, Vec<Val>>) -> Call {
        Call::new(&self.env, &self.offers.address, function, args)
    }

    /// A call of the router.
    pub fn to_router(&self, function: &'static str, args: impl IntoVal<Env, Vec<Val>>) -> Call {
        Call::new(&self.env, &self.router.address, function, args)
    }

    pub fn transfer(&self, token: &Address, from: &Address, to: &Address, amount: i128) -> Call {
        Call::transfer(&self.env, token, from, to, amount)
    }

    /// Makes `call` with her signature for exactly that.
    pub fn signed<T: TryFromVal<Env, Val>>(
        &self,
        who: &Address,
        call: &Call,
    ) -> Result<T, Refusal> {
        call.signed_by(&self.env, &[(who, call)])
    }

    /// Makes `call` without any signature.
    pub fn unsigned<T: TryFromVal<Env, Val>>(&self, call: &Call) -> Result<T, Refusal> {
        call.signed_by(&self.env, &[])
    }

    pub fn create_region_with(
        &self,
        founder: &Address,
        code: &str,
        params: RegionParams,
    ) -> Result<Region, Refusal> {
        let call = self
            .to_factory("create_region", (founder, self.code(code), params))
            .with(self.staking_bond(founder, code));
        self.signed(founder, &call)
    }

    /// What a founder signs beneath `create_region`.
    pub fn staking_bond(&self, founder: &Address, code: &str) -> Call {
        let staking = self.staking_of(code);
        let transfer = self.transfer(&self.tft, founder, &staking, BOND);
        Call::new(&self.env, &staking, "stake", (founder, BOND, BOND_SECONDS)).with(transfer)
    }

    /// Where a region's staking is, or will be.
    pub fn staking_of(&self, code: &str) -> Address {
        let (factory, code) = (&self.factory.address, self.code(code));
        address::of_region(&self.env, factory, address::STAKING, &code, &self.tft)
    }

    /// The founder is the admin.
    pub fn create_region(
        &self,
        founder: &Address,
        code: &str,
        token: &Address,
    ) -> Result<Region, Refusal> {
        self.create_region_with(founder, code, self.params(founder, token))
    }

    pub fn create_pool(
        &self,
        admin: &Address,
        key: &PoolKey,
        band_bps: u32,
    ) -> Result<PoolInfo, Refusal> {
        let args = (key.code.clone(), key.token.clone(), key.fee_bps, band_bps);
        self.signed(admin, &self.to_factory("create_pool", args))
    }

    /// A new region with a new asset in a filled pool: its founder, who can leave, and the pool's key.
    pub fn region(&self, code: &str, tft: i128, other: i128) -> (Address, PoolKey) {
        let token = self.asset();
        let founder = self.user(&[(&self.tft, BOND)]);
        self.create_region(&founder, code, &token).expect("a region");
        let key = self.key(code, &token);
        self.fill(&founder, &key, tft, other);
        (founder, key)
    }

    /// Deposits, a minute ago.
    pub fn fill(&self, provider: &Address, key: &PoolKey, tft: i128, other: i128) {
        self.give(&self.tft, provider, tft);
        self.give(&key.token, provider, other);
        let (desired_0, desired_1) = if self.tft < key.token { (tft, other) } else { (other, tft) };
        self.env.mock_all_auths();
        self.pool(key).deposit(provider, &desired_0, &desired_1, &0, provider, &NEVER);
        self.env.set_auths(&[]);
        self.close(13);
    }

    pub fn pool(&self, key: &PoolKey) -> PoolClient<'static> {
        let address = self.factory.pool(&key.code, &key.token, &key.fee_bps).address;
        PoolClient::new(&self.env, &address)
    }

    /// The root region's pool of TFT and a new asset, filled.
    pub fn root_pool(&self, tft: i128, other: i128) -> PoolKey {
        let key = PoolKey { code: ROOT, token: self.asset(), fee_bps: 30 };
        self.create_pool(&self.admin, &key, 0).expect("a pool");
        self.fill(&self.user(&[]), &key, tft, other);
        key
    }

    /// The router's `swap_exact_in` without limits, and what is signed with it.
    pub fn exact_in(
        &self,
        from: &Address,
        token_in: &Address,
        amount: i128,
        path: &[&PoolKey],
    ) -> Call {
        let path_arg = self.path(path);
        let call =
            self.to_router("swap_exact_in", (from, token_in, amount, path_arg, 0i128, from, NEVER));
        let pools: std::vec::Vec<_> = path.iter().map(|key| self.pool(key).address).collect();
        let next = pools.get(1).unwrap_or(from);
        let first = (from, token_in, amount, 0i128, next, POOLS_DEADLINE);
        let first = Call::new(&self.env, &pools[0], "swap_exact_in", first)
            .with(self.transfer(token_in, from, &pools[0], amount));
        call.with(first)
    }

    /// The router's `swap_exact_out` without a deadline, and what is signed with it.
    pub fn exact_out(
        &self,
        from: &Address,
        token_in: &Address,
        max_in: i128,
        amount_out: i128,
        path: &[&PoolKey],
    ) -> Call {
        let args = (from, token_in, max_in, amount_out, self.path(path), from, NEVER);
        let call = self.to_router("swap_exact_out", args);
        let [only] = path else {
            return call.with(self.transfer(token_in, from, &self.router.address, max_in));
        };
        let pool = self.pool(only).address;
        let args = (from, token_in, max_in, amount_out, from, POOLS_DEADLINE);
        let inner = Call::new(&self.env, &pool, "swap_exact_out", args);
        call.with(inner.with(self.transfer(token_in, from, &pool, max_in)))
    }

    /// The router's `deposit_one` without limits, and what is signed with it.
    pub fn deposit_one(
        &self,
        from: &Address,
        key: &PoolKey,
        token: &Address,
        amount: i128,
    ) -> Call {
        let router = &self.router.address;
        let args = (from, key.clone(), token, amount, 0i128, NEVER);
        self.to_router("deposit_one", args)
            .with(self.transfer(token, from, router, amount))
            .with(Call::new(&self.env, &self.pool(key).address, "deposit", (router, from)))
    }

    /// The router's `withdraw_one` without limits, and what is signed with it.
    pub fn withdraw_one(
        &self,
        from: &Address,
        key: &PoolKey,
        token: &Address,
        shares: i128,
    ) -> Call {
        let args = (from, key.clone(), token, shares, 0i128, NEVER);
        let withdrawal = (from, shares, 0i128, 0i128, &self.router.address, POOLS_DEADLINE);
        self.to_router("withdraw_one", args).with(Call::new(
            &self.env,
            &self.pool(key).address,
            "withdraw",
            withdrawal,
        ))
    }

    /// The factory's events of the last call.
    pub fn events(&self) -> std::vec::Vec<xdr::ContractEvent> {
        self.env.events().all().filter_by_contract(&self.factory.address).events().to_vec()
    }

    pub fn event(&self, event: impl Event) -> xdr::ContractEvent {
        event.to_xdr(&self.env, &self.factory.address)
    }
}

fn market_salt(env: &Env) -> BytesN<32> {
    BytesN::from_array(env, &[7; 32])
}

/// The factory's templates: the release wasm of each kind.
pub fn templates(env: &Env) -> Vec<BytesN<32>> {
    let mut templates = Vec::new(env);
    for kind in ["pool", "treasury", "staking", "token"] {
        templates.push_back(env.deployer().upload_contract_wasm(contract(kind).as_slice()));
    }
    templates
}

fn new_asset(
    env: &Env,
    assets: &std::cell::RefCell<std::vec::Vec<StellarAssetContract>>,
) -> Address {
    let asset = env.register_stellar_asset_contract_v2(Address::generate(env));
    asset.issuer().set_flag(IssuerFlags::RevocableFlag);
    asset.issuer().set_flag(IssuerFlags::ClawbackEnabledFlag);
    let address = asset.address();
    assets.borrow_mut().push(asset);
    address
}
