//! The root region's staking of the release wasm, in which nobody has staked yet, and people who sign for
//! exactly what they do.

use soroban_sdk::{
    testutils::Events as _, xdr, Address, BytesN, Env, Event, IntoVal, TryFromVal, Val, Vec,
};
use tributary_common::interfaces::{
    factory::ROOT,
    staking::{Position, StakingClient, Validator},
    treasury::TreasuryClient,
};

use crate::{
    env::{
        empty_env,
        regions::{Refusal, Regions},
        sign::Call,
    },
    ledger::suite::MIN_BOND,
};

pub const DAY: u64 = 24 * 60 * 60;
pub const WEEK: u64 = 7 * DAY;
pub const YEAR: u64 = 365 * DAY;

/// A position: its owner and number.
pub type Stake = (Address, u32);

pub struct Stakes {
    pub regions: Regions,
    pub staking: StakingClient<'static>,
    pub treasury: TreasuryClient<'static>,
}

impl Default for Stakes {
    fn default() -> Stakes {
        Stakes::new()
    }
}

impl std::ops::Deref for Stakes {
    type Target = Regions;

    fn deref(&self) -> &Regions {
        &self.regions
    }
}

impl Stakes {
    pub fn new() -> Stakes {
        Stakes::on(empty_env())
    }

    pub fn on(env: Env) -> Stakes {
        // Staking knows no market, router or oracle.
        let regions = Regions::bare(env);
        let root = regions.factory.region(&ROOT);
        let staking = StakingClient::new(&regions.env, &root.staking);
        let treasury = TreasuryClient::new(&regions.env, &root.treasury);
        Stakes { regions, staking, treasury }
    }

    /// A call of staking.
    pub fn to_staking(&self, function: &'static str, args: impl IntoVal<Env, Vec<Val>>) -> Call {
        Call::new(&self.env, &self.staking.address, function, args)
    }

    /// A call of staking that pulls `amount` of TFT from its signer.
    pub fn paying(
        &self,
        from: &Address,
        amount: i128,
        function: &'static str,
        args: impl IntoVal<Env, Vec<Val>>,
    ) -> Call {
        let transfer = self.transfer(&self.tft, from, &self.staking.address, amount);
        self.to_staking(function, args).with(transfer)
    }

    /// A call about a position, which its owner signs.
    pub fn own<T: TryFromVal<Env, Val>>(
        &self,
        function: &'static str,
        (owner, number): &Stake,
    ) -> Result<T, Refusal> {
        self.signed(owner, &self.to_staking(function, (owner, *number)))
    }

    /// A call about a position, which nobody signs.
    pub fn any<T: TryFromVal<Env, Val>>(
        &self,
        function: &'static str,
        (owner, number): &Stake,
    ) -> Result<T, Refusal> {
        self.unsigned(&self.to_staking(function, (owner, *number)))
    }

    pub fn stake_as(&self, owner: &Address, amount: i128, lock: u64) -> Result<u32, Refusal> {
        self.signed(owner, &self.paying(owner, amount, "stake", (owner, amount, lock)))
    }

    /// Somebody new stakes.
    pub fn stake(&self, amount: i128, lock: u64) -> Stake {
        let owner = self.user(&[(&self.tft, amount)]);
        let number = self.stake_as(&owner, amount, lock).expect("a position");
        (owner, number)
    }

    /// Somebody new notifies.
    pub fn notify(&self, amount: i128) -> Result<u64, Refusal> {
        let from = self.user(&[(&self.tft, amount)]);
        self.signed(&from, &self.paying(&from, amount, "notify", (&from, amount)))
    }

    pub fn hash(&self) -> BytesN<32> {
        BytesN::from_array(&self.env, &[9; 32])
    }

    pub fn register(&self, (owner, number): &Stake, commission_bps: u32) -> Result<(), Refusal> {
        let args = (owner, *number, commission_bps, self.hash());
        self.signed(owner, &self.to_staking("register_validator", args))
    }

    /// Somebody new stakes `bond` without a lock, and is a validator. Its bond is its position 0.
    pub fn validator_with(&self, bond: i128, commission_bps: u32) -> Address {
        let stake = self.stake(bond, 0);
        self.register(&stake, commission_bps).expect("a validator");
        stake.0
    }

    /// With the least bond.
    pub fn validator(&self, commission_bps: u32) -> Address {
        self.validator_with(MIN_BOND, commission_bps)
    }

    pub fn delegate(&self, (owner, number): &Stake, validator: &Address) -> Result<i128, Refusal> {
        self.signed(owner, &self.to_staking("delegate", (owner, *number, validator)))
    }

    /// Somebody new stakes and delegates.
    pub fn delegated(&self, amount: i128, lock: u64, validator: &Address) -> Stake {
        let stake = self.stake(amount, lock);
        self.delegate(&stake, validator).expect("delegated");
        stake
    }

    /// The council proposes.
    pub fn propose(&self, validator: &Address, bps: u32) -> Result<u32, Refusal> {
        let call = self.to_staking("propose_slash", (validator, bps, self.hash()));
        self.signed(&self.council, &call)
    }

    pub fn execute(&self, slash: u32) -> Result<i128, Refusal> {
        self.unsigned(&self.to_staking("execute_slash", (slash,)))
    }

    pub fn veto(&self, slash: u32) -> Result<(), Refusal> {
        self.signed(&self.guardian, &self.to_staking("veto_slash", (slash,)))
    }

    pub fn cancel(&self, slash: u32) -> Result<(), Refusal> {
        self.signed(&self.council, &self.to_staking("cancel_slash", (slash,)))
    }

    /// Proposed, and executed a week later.
    pub fn slash(&self, validator: &Address, bps: u32) -> i128 {
        let slash = self.propose(validator, bps).expect("proposed");
        self.pass(WEEK);
        self.execute(slash).expect("executed")
    }

    /// Time goes by.
    pub fn pass(&self, seconds: u64) {
        self.wait((seconds / 5).try_into().expect("not that long"), seconds);
    }

    pub fn position(&self, (owner, number): &Stake) -> Position {
        self.staking.position(owner, number)
    }

    pub fn at(&self, validator: &Address) -> Validator {
        self.staking.validator(validator)
    }

    /// What the contract has beyond all that it owes.
    pub fn spare(&self) -> i128 {
        let state = self.staking.state();
        self.balance(&self.tft, &self.staking.address) - state.staked - state.rewards
    }

    /// Staking's events of the last call.
    pub fn told(&self) -> std::vec::Vec<xdr::ContractEvent> {
        self.env.events().all().filter_by_contract(&self.staking.address).events().to_vec()
    }

    pub fn event(&self, event: impl Event) -> xdr::ContractEvent {
        event.to_xdr(&self.env, &self.staking.address)
    }
}
