//! A region's treasury of the release wasm, its pool and its council, everything signed for exactly that.

use soroban_sdk::{testutils::Events as _, xdr, Address, BytesN, Env, Event, IntoVal, Val, Vec};
use tributary_common::interfaces::{
    factory::PoolKey,
    offers::Leg,
    pool::PoolClient,
    treasury::{Action, Books, Grant, Policy, PolicyPool, TreasuryClient},
};

use crate::env::{
    empty_env,
    pool::{NEVER, ONE},
    regions::{Refusal, Regions},
    sign::Call,
};

pub const DAY: u64 = 24 * 60 * 60;
/// The pool's reserves, …
pub const POOL_TFT: i128 = 500_000 * ONE;
pub const POOL_TOKEN: i128 = 1_000_000 * ONE;
/// … and what the treasury begins with, operating.
pub const OPERATING: i128 = 4_000_000 * ONE;
/// What a buyback can sell: less than the hour's budget and the quarter percent of the pool, more than a
/// quarter of them.
pub const SOME: i128 = 700 * ONE;

pub struct Community {
    pub regions: Regions,
    pub treasury: TreasuryClient<'static>,
    pub founder: Address,
    /// The region's, an asset.
    pub token: Address,
    /// 500 000 TFT against 1 000 000 of the token.
    pub key: PoolKey,
    pub pool: PoolClient<'static>,
}

impl Default for Community {
    fn default() -> Community {
        Community::new()
    }
}

impl std::ops::Deref for Community {
    type Target = Regions;

    fn deref(&self) -> &Regions {
        &self.regions
    }
}

impl Community {
    /// A treasury of 4 000 000 operating tokens, whose policy names no pool.
    pub fn new() -> Community {
        Community::on(empty_env())
    }

    pub fn on(env: Env) -> Community {
        // The SDK's host weighs every entry in use at each inner call, to report on it; a network does not.
        env.cost_estimate().budget().reset_unlimited();
        let regions = Regions::on(env);
        let (founder, key) = regions.region("ALPS", POOL_TFT, POOL_TOKEN);
        let treasury = regions.factory.region(&key.code).treasury;
        let treasury = TreasuryClient::new(&regions.env, &treasury);
        let (token, pool) = (key.token.clone(), regions.pool(&key));
        regions.give(&token, &treasury.address, OPERATING);
        treasury.absorb(&token);
        Community { regions, treasury, founder, token, key, pool }
    }

    /// As `new`, eight days later: its policy names the pool, which was observed daily.
    pub fn ready() -> Community {
        Community::ready_on(empty_env())
    }

    pub fn ready_on(env: Env) -> Community {
        let community = Community::on(env);
        community.treasury.observe(&community.pool.address);
        let policy = community.policy_of(&[&community.pool.address]);
        let id = community.propose(Action::SetPolicy(policy)).expect("a proposal");
        community.days(7);
        community.execute(&id).expect("a policy");
        community.days(1);
        community.close(1);
        community
    }

    /// The policy in force with these pools, each of which needs a tenth of the fixture's reserves; a quarter
    /// of what is bought for each purpose.
    pub fn policy_of(&self, pools: &[&Address]) -> Policy {
        let mut named = Vec::new(&self.env);
        for pool in pools {
            let (min_tft, min_token) = (POOL_TFT / 10, POOL_TOKEN / 10);
            named.push_back(PolicyPool { pool: (*pool).clone(), min_tft, min_token });
        }
        let quarter = 2_500;
        Policy {
            burn_bps: quarter,
            protect_bps: quarter,
            stakers_bps: quarter,
            liquidity_bps: quarter,
            pools: named,
            ..self.treasury.policy()
        }
    }

    /// Days go by, on each of which somebody observes the pool.
    pub fn days(&self, days: u32) {
        for _ in 0..days {
            self.wait(17_280, DAY);
            self.treasury.observe(&self.pool.address);
        }
    }

    /// A call of the treasury.
    pub fn to_treasury(&self, function: &'static str, args: impl IntoVal<Env, Vec<Val>>) -> Call {
        Call::new(&self.env, &self.treasury.address, function, args)
    }

    /// With the ledger's second as its nonce.
    pub fn propose(&self, action: Action) -> Result<BytesN<32>, Refusal> {
        self.propose_as(&self.council, self.now(), action)
    }

    pub fn propose_as(
        &self,
        council: &Address,
        nonce: u64,
        action: Action,
    ) -> Result<BytesN<32>, Refusal> {
        self.signed(council, &self.to_treasury("propose", (nonce, action)))
    }

    pub fn execute(&self, id: &BytesN<32>) -> Result<(), Refusal> {
        self.unsigned(&self.to_treasury("execute", (id.clone(),)))
    }

    /// Proposes, waits for `days` on which somebody observes, executes.
    pub fn carry(&self, action: Action, days: u32) -> Result<(), Refusal> {
        let id = self.propose(action)?;
        self.days(days);
        self.execute(&id)
    }

    pub fn grant(&self, to: &Address, amount: i128) -> Action {
        Action::Grant(Grant { token: self.token.clone(), to: to.clone(), amount })
    }

    pub fn release(&self, amount: i128) -> Action {
        Action::Release(Leg { token: self.token.clone(), amount })
    }

    pub fn buyback(&self, amount: i128) -> Result<i128, Refusal> {
        self.buyback_in(&self.token, amount, &self.pool.address)
    }

    pub fn buyback_in(
        &self,
        token: &Address,
        amount: i128,
        pool: &Address,
    ) -> Result<i128, Refusal> {
        self.unsigned(&self.to_treasury("buyback", (token, amount, pool)))
    }

    pub fn absorb(&self, token: &Address) -> Result<Books, Refusal> {
        self.unsigned(&self.to_treasury("absorb", (token,)))
    }

    /// Somebody protects this much of a token that is given to her.
    pub fn protect(&self, token: &Address, amount: i128) {
        let giver = self.user(&[(token, amount)]);
        let call = self.protecting(&giver, token, amount);
        self.signed::<()>(&giver, &call).expect("protected");
    }

    /// `protect`, and what is signed with it.
    pub fn protecting(&self, from: &Address, token: &Address, amount: i128) -> Call {
        let transfer = self.transfer(token, from, &self.treasury.address, amount);
        self.to_treasury("protect", (from, token, amount)).with(transfer)
    }

    pub fn books(&self, token: &Address) -> Books {
        self.treasury.books(token)
    }

    /// Somebody swaps in the pool; returns what she gets.
    pub fn swap(&self, token_in: &Address, amount: i128) -> i128 {
        let who = self.user(&[(token_in, amount)]);
        self.swap_as(&who, token_in, amount)
    }

    pub fn swap_as(&self, who: &Address, token_in: &Address, amount: i128) -> i128 {
        self.env.mock_all_auths();
        let out = self.pool.swap_exact_in(who, token_in, &amount, &0, who, &NEVER);
        self.env.set_auths(&[]);
        out
    }

    /// The treasury's events of the last call.
    pub fn told(&self) -> std::vec::Vec<xdr::ContractEvent> {
        self.env.events().all().filter_by_contract(&self.treasury.address).events().to_vec()
    }

    pub fn event(&self, event: impl Event) -> xdr::ContractEvent {
        event.to_xdr(&self.env, &self.treasury.address)
    }

    /// An id that no proposal has.
    pub fn no_id(&self) -> BytesN<32> {
        BytesN::from_array(&self.env, &[7; 32])
    }

    /// What every book together has of a token, and the balance.
    pub fn sums(&self, token: &Address) -> (i128, i128) {
        let Books { operating, protection, liquidity, stakers } = self.books(token);
        let balance = self.balance(token, &self.treasury.address);
        (operating + protection + liquidity + stakers, balance)
    }
}
