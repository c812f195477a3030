//! A pool of two tokens on the release wasm, and people who sign for exactly what they do.

use soroban_sdk::{
    testutils::{Address as _, Events as _, StellarAssetContract},
    token::TokenClient,
    xdr, Address, Env, Event, IntoVal, InvokeError, String, TryFromVal, Val, Vec,
};
use tributary_common::interfaces::pool::{PoolClient, PoolError, PoolState};

use crate::{
    env::{
        claw_back, empty_env, mint, set_balance,
        sign::{sign, Call},
        wait,
    },
    ledger::LEDGER_SECONDS,
    wasm::{contract, test_contract},
};

/// One token of seven decimals.
pub const ONE: i128 = 10_000_000;
/// A deadline that never passes.
pub const NEVER: u64 = u64::MAX;

/// Either the pool's error or one of the host's.
pub type Refusal = Result<PoolError, InvokeError>;

/// What a test's pool is made of.
#[derive(Clone, Copy)]
pub struct Setup {
    pub fee_bps: u32,
    pub treasury_bps: u32,
    pub band_bps: u32,
    pub tokens: Tokens,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokens {
    /// Stellar assets that their issuer can freeze and claw back.
    Assets,
    /// Plain SEP-41 tokens of these decimals, `tests/contracts/token`.
    Plain(u32, u32),
}

impl Default for Setup {
    fn default() -> Setup {
        Setup { fee_bps: 30, treasury_bps: 1_667, band_bps: 0, tokens: Tokens::Assets }
    }
}

pub struct World {
    pub env: Env,
    pub pool: PoolClient<'static>,
    /// Sorted, as in the pool.
    pub token_0: Address,
    pub token_1: Address,
    pub treasury: Address,
    pub guardian: Address,
    pub factory: Address,
    pub assets: Option<(StellarAssetContract, StellarAssetContract)>,
    pub setup: Setup,
}

impl Default for World {
    fn default() -> World {
        World::new(Setup::default())
    }
}

/// A pool of the release wasm with (fee, treasury's share, band) for treasury, guardian and factory.
pub fn deploy(
    env: &Env,
    token_0: &Address,
    token_1: &Address,
    (fee_bps, treasury_bps, band_bps): (u32, u32, u32),
    [treasury, guardian, factory]: [&Address; 3],
) -> PoolClient<'static> {
    let args = (
        token_0.clone(),
        token_1.clone(),
        fee_bps,
        treasury_bps,
        band_bps,
        treasury.clone(),
        guardian.clone(),
        factory.clone(),
        String::from_str(env, "Tributary TFT: TFT/USDC 0.30%"),
        String::from_str(env, "TFT-USDC-30"),
    );
    PoolClient::new(env, &env.register(contract("pool").as_slice(), args))
}

impl World {
    pub fn new(setup: Setup) -> World {
        World::on(empty_env(), setup)
    }

    pub fn on(env: Env, setup: Setup) -> World {
        let (mut token_0, mut token_1, assets) = match setup.tokens {
            Tokens::Assets => {
                let [a, b] = [0, 1].map(|_| {
                    let asset = env.register_stellar_asset_contract_v2(Address::generate(&env));
                    asset.issuer().set_flag(soroban_sdk::testutils::IssuerFlags::RevocableFlag);
                    asset
                        .issuer()
                        .set_flag(soroban_sdk::testutils::IssuerFlags::ClawbackEnabledFlag);
                    asset
                });
                (a.address(), b.address(), Some((a, b)))
            }
            Tokens::Plain(decimals_0, decimals_1) => {
                let wasm = test_contract("token");
                let token_0 = env.register(wasm.as_slice(), (decimals_0,));
                (token_0, env.register(wasm.as_slice(), (decimals_1,)), None)
            }
        };
        let mut assets = assets;
        if token_1 < token_0 {
            std::mem::swap(&mut token_0, &mut token_1);
            assets = assets.map(|(a, b)| (b, a));
        }
        let [treasury, guardian, factory] = [0; 3].map(|_| Address::generate(&env));
        let owners = [&treasury, &guardian, &factory];
        let terms = (setup.fee_bps, setup.treasury_bps, setup.band_bps);
        let pool = deploy(&env, &token_0, &token_1, terms, owners);
        World { env, pool, token_0, token_1, treasury, guardian, factory, assets, setup }
    }

    /// A pool in which somebody has deposited, with shares free to move. Returns her too.
    pub fn with_liquidity(setup: Setup, amount_0: i128, amount_1: i128) -> (World, Address) {
        let world = World::new(setup);
        let provider = world.user(amount_0, amount_1);
        world.deposit(&provider, amount_0, amount_1).unwrap();
        world.close(20);
        (world, provider)
    }

    /// Somebody with this much of each token.
    pub fn user(&self, amount_0: i128, amount_1: i128) -> Address {
        let user = Address::generate(&self.env);
        self.give(&self.token_0, &user, amount_0);
        self.give(&self.token_1, &user, amount_1);
        user
    }

    /// Mints.
    pub fn give(&self, token: &Address, to: &Address, amount: i128) {
        if amount == 0 {
            return;
        }
        match self.assets {
            Some(_) => {
                mint(&self.env, token, to, amount);
            }
            None => set_balance(&self.env, token, to, self.balance(token, to) + amount),
        }
    }

    /// An issuer takes back.
    pub fn claw_back(&self, token: &Address, from: &Address, amount: i128) {
        match self.assets {
            Some(_) => {
                claw_back(&self.env, token, from, amount);
            }
            None => set_balance(&self.env, token, from, self.balance(token, from) - amount),
        }
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

    /// Calls `function` of the pool with the signature of `who` for that call with those
    /// arguments, and beneath it for transfers of `pulls` from her to the pool: no more.
    pub fn signed<T: TryFromVal<Env, Val>>(
        &self,
        who: &Address,
        function: &'static str,
        args: Vec<Val>,
        pulls: &[(&Address, i128)],
    ) -> Result<T, Refusal> {
        let call = self.call(who, function, &args, pulls);
        call.signed_by(&self.env, &[(who, &call)])
    }

    fn call(
        &self,
        who: &Address,
        function: &'static str,
        args: &Vec<Val>,
        pulls: &[(&Address, i128)],
    ) -> Call {
        let pool = &self.pool.address;
        let call = Call::new(&self.env, pool, function, args.clone());
        pulls.iter().fold(call, |call, (token, amount)| {
            call.with(Call::transfer(&self.env, token, who, pool, *amount))
        })
    }

    /// Signs, as `signed` does, and leaves the call to the test.
    pub fn sign_only(
        &self,
        who: &Address,
        function: &'static str,
        args: &Vec<Val>,
        pulls: &[(&Address, i128)],
    ) {
        sign(&self.env, &[(who, &self.call(who, function, args, pulls))]);
    }

    /// Calls `function` of the pool with whatever signatures there are.
    pub fn unsigned<T: TryFromVal<Env, Val>>(
        &self,
        function: &'static str,
        args: Vec<Val>,
    ) -> Result<T, Refusal> {
        Call::new(&self.env, &self.pool.address, function, args).invoke(&self.env)
    }

    pub fn deposit(
        &self,
        from: &Address,
        desired_0: i128,
        desired_1: i128,
    ) -> Result<(i128, i128, i128), Refusal> {
        let args = (from, desired_0, desired_1, 0i128, from, NEVER).into_val(&self.env);
        let pulls = [(&self.token_0, desired_0), (&self.token_1, desired_1)];
        self.signed(from, "deposit", args, &pulls)
    }

    pub fn withdraw(&self, from: &Address, shares: i128) -> Result<(i128, i128), Refusal> {
        let args = (from, shares, 0i128, 0i128, from, NEVER).into_val(&self.env);
        self.signed(from, "withdraw", args, &[])
    }

    pub fn swap_exact_in(
        &self,
        from: &Address,
        token_in: &Address,
        amount_in: i128,
    ) -> Result<i128, Refusal> {
        let args = (from, token_in, amount_in, 0i128, from, NEVER).into_val(&self.env);
        self.signed(from, "swap_exact_in", args, &[(token_in, amount_in)])
    }

    pub fn swap_exact_out(
        &self,
        from: &Address,
        token_in: &Address,
        max_in: i128,
        amount_out: i128,
    ) -> Result<i128, Refusal> {
        let args = (from, token_in, max_in, amount_out, from, NEVER).into_val(&self.env);
        self.signed(from, "swap_exact_out", args, &[(token_in, max_in)])
    }

    pub fn pause(&self) -> Result<(), Refusal> {
        self.signed(&self.guardian, "pause", Vec::new(&self.env), &[])
    }

    pub fn state(&self) -> PoolState {
        self.pool.state()
    }

    /// The events of the pool's last call, without those of the tokens.
    pub fn events(&self) -> std::vec::Vec<xdr::ContractEvent> {
        self.env.events().all().filter_by_contract(&self.pool.address).events().to_vec()
    }

    /// How many transfers of the pool's two tokens the last call made.
    pub fn token_transfers(&self) -> usize {
        let all = self.env.events().all();
        [&self.token_0, &self.token_1]
            .map(|token| all.filter_by_contract(token).events().len())
            .into_iter()
            .sum()
    }

    pub fn event(&self, event: impl Event) -> xdr::ContractEvent {
        event.to_xdr(&self.env, &self.pool.address)
    }

    /// Everything that a refused call must leave as it is.
    pub fn books(&self, users: &[&Address]) -> std::vec::Vec<i128> {
        let state = self.state();
        let mut books = vec_of(&state);
        let others = [&self.pool.address, &self.treasury];
        for owner in users.iter().copied().chain(others) {
            books.push(self.balance(&self.token_0, owner));
            books.push(self.balance(&self.token_1, owner));
            books.push(self.pool.balance(owner));
            books.push(self.pool.held(owner).0);
        }
        books
    }
}

fn vec_of(state: &PoolState) -> std::vec::Vec<i128> {
    std::vec![
        state.reserve_0,
        state.reserve_1,
        state.owed_0,
        state.owed_1,
        state.total_supply,
        state.opening_0,
        state.opening_1,
        state.opening_supply,
        state.paused_until.into(),
        state.log_price.into(),
        state.cumulative,
        state.last_record.into(),
    ]
}
