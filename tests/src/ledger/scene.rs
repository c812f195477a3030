//! A pool of two Stellar assets on a `Network`, with people who hold them in trustlines.

use soroban_env_host::{
    xdr::{AccountId, Asset, ScAddress, ScVal},
    HostError,
};

use crate::{
    env::pool::ONE,
    ledger::{
        val::{account, address, int, text, NO_DEADLINE},
        Applied, Network,
    },
    wasm::contract,
};

#[derive(Clone)]
pub struct Scene {
    pub network: Network,
    pub issuer: AccountId,
    /// A provider who has deposited 10 000 of each, long enough ago to withdraw.
    pub user: AccountId,
    pub other: AccountId,
    pub assets: [Asset; 2],
    /// Sorted, as in the pool.
    pub token_0: ScAddress,
    pub token_1: ScAddress,
    pub pool: ScAddress,
}

impl Default for Scene {
    fn default() -> Scene {
        Scene::new()
    }
}

impl Scene {
    pub fn new() -> Scene {
        let mut scene = Scene::empty();
        let user = scene.user.clone();
        scene.deposit(&user, 10_000 * ONE, 10_000 * ONE).expect("first deposit");
        scene.network.close(800);
        // The user's and the other's balances of shares exist from here on.
        let other = scene.other.clone();
        scene.deposit(&other, ONE, ONE).expect("deposit");
        scene.network.close(20);
        scene
    }

    /// Without a deposit.
    pub fn empty() -> Scene {
        let mut network = Network::default();
        let [issuer, user, other, treasury] =
            ["issuer", "user", "other", "treasury"].map(|name| network.account(name));
        let (asset_0, token_0) = network.asset("TFT", &issuer);
        let (asset_1, token_1) = network.asset("USDC", &issuer);
        let mut tokens = [(asset_0, token_0), (asset_1, token_1)];
        tokens.sort_by(|a, b| a.1.cmp(&b.1));
        let [(asset_0, token_0), (asset_1, token_1)] = tokens;
        let (pool, _) = network
            .deploy(
                &issuer,
                &contract("pool"),
                "pool",
                pool_args(&token_0, &token_1, &treasury, &issuer),
            )
            .expect("pool");
        let assets = [asset_0, asset_1];
        let mut scene =
            Scene { network, issuer, user: user.clone(), other, assets, token_0, token_1, pool };
        for who in [user, scene.other.clone()] {
            scene.fund(&who, i128::from(i64::MAX) / 2);
        }
        for asset in scene.assets.clone() {
            scene.network.trust(&treasury, &asset);
        }
        scene
    }

    /// Trustlines, and this much of both.
    pub fn fund(&mut self, who: &AccountId, amount: i128) {
        let tokens = [self.token_0.clone(), self.token_1.clone()];
        for (asset, token) in self.assets.clone().iter().zip(tokens) {
            self.network.trust(who, asset);
            let mint = vec![account(who), int(amount)];
            self.network.call(&self.issuer, &token, "mint", mint).expect("mint");
        }
    }

    pub fn call(
        &mut self,
        who: &AccountId,
        function: &str,
        args: Vec<ScVal>,
    ) -> Result<Applied, HostError> {
        let pool = self.pool.clone();
        self.network.call(who, &pool, function, args)
    }

    pub fn deposit(
        &mut self,
        who: &AccountId,
        desired_0: i128,
        desired_1: i128,
    ) -> Result<Applied, HostError> {
        let me = account(who);
        let args = vec![me.clone(), int(desired_0), int(desired_1), int(0), me, NO_DEADLINE];
        self.call(who, "deposit", args)
    }

    pub fn swap(
        &mut self,
        who: &AccountId,
        token_in: &ScAddress,
        amount: i128,
    ) -> Result<Applied, HostError> {
        let me = account(who);
        let args = vec![me.clone(), address(token_in), int(amount), int(0), me, NO_DEADLINE];
        self.call(who, "swap_exact_in", args)
    }
}

/// Constructor arguments of a pool with the default fees.
pub fn pool_args(
    token_0: &ScAddress,
    token_1: &ScAddress,
    treasury: &AccountId,
    guardian: &AccountId,
) -> Vec<ScVal> {
    vec![
        address(token_0),
        address(token_1),
        ScVal::U32(30),
        ScVal::U32(1_667),
        ScVal::U32(0),
        account(treasury),
        account(guardian),
        account(guardian),
        text("Tributary TFT: TFT/USDC 0.30%"),
        text("TFT-USDC-30"),
    ]
}
