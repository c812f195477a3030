//! A region's staking on a `Network`: an owner with positions in every place, and a validator.

use soroban_env_host::xdr::{AccountId, ScAddress, ScVal};

use crate::{
    env::pool::ONE,
    ledger::{
        suite::{bytes, Suite},
        val::{account, address, int},
        Applied, LEDGER_SECONDS,
    },
};

pub const DAY: u64 = 24 * 60 * 60;

#[derive(Clone)]
pub struct Camp {
    pub suite: Suite,
    /// Founder, council and guardian; the bond is its position 0.
    pub council: AccountId,
    pub staking: ScAddress,
    pub validator: AccountId,
    /// With the positions `UNDELEGATED` to `LEFT`.
    pub owner: AccountId,
}

/// The owner's positions: with no validator, locked for a week that is over; …
pub const UNDELEGATED: u32 = 0;
/// … with the validator, locked for a year; …
pub const DELEGATED: u32 = 1;
/// … unbonded from it.
pub const LEFT: u32 = 2;

impl Default for Camp {
    fn default() -> Camp {
        Camp::new()
    }
}

impl Camp {
    pub fn new() -> Camp {
        let mut suite = Suite::new();
        let token = suite.asset("ALP");
        let [council, validator, owner] =
            ["council", "validator", "owner"].map(|name| suite.person(name, 1_000_000 * ONE));
        suite.create_region(&council, "ALPS", &token).expect("a region");
        let staking = suite.of_region("staking", "ALPS");
        let mut camp = Camp { suite, council, staking, validator, owner };
        let (validator, owner) = (camp.validator.clone(), camp.owner.clone());
        camp.stake(&validator, 500, 0);
        camp.call(&validator, "register_validator", camp.registering(&validator, 0));
        for lock in [7 * DAY, 365 * DAY, 0] {
            camp.stake(&owner, 1_000, lock);
        }
        for number in [DELEGATED, LEFT] {
            camp.call(&owner, "delegate", camp.delegating(&owner, number));
        }
        camp.call(&owner, "undelegate", camp.of(&owner, LEFT));
        camp.days(20);
        camp.notify(7_000);
        camp.days(8);
        camp.notify(7_000);
        camp.days(1);
        camp
    }

    pub fn call(&mut self, who: &AccountId, function: &str, args: Vec<ScVal>) -> Applied {
        let staking = self.staking.clone();
        self.suite.call(who, &staking, function, args).expect(function)
    }

    /// Whole TFT.
    pub fn stake(&mut self, owner: &AccountId, amount: i128, lock: u64) -> Applied {
        let args = vec![account(owner), int(amount * ONE), ScVal::U64(lock)];
        self.call(owner, "stake", args)
    }

    /// Whole TFT.
    pub fn notify(&mut self, amount: i128) -> Applied {
        let council = self.council.clone();
        let args = vec![account(&council), int(amount * ONE)];
        self.call(&council, "notify", args)
    }

    pub fn days(&mut self, days: u64) {
        self.suite.network.close((days * DAY / LEDGER_SECONDS) as u32);
    }

    /// Arguments of what is about a position.
    pub fn of(&self, owner: &AccountId, number: u32) -> Vec<ScVal> {
        vec![account(owner), ScVal::U32(number)]
    }

    pub fn delegating(&self, owner: &AccountId, number: u32) -> Vec<ScVal> {
        vec![account(owner), ScVal::U32(number), account(&self.validator)]
    }

    pub fn registering(&self, validator: &AccountId, number: u32) -> Vec<ScVal> {
        vec![account(validator), ScVal::U32(number), ScVal::U32(1_000), bytes(&[9; 32])]
    }

    /// Arguments of a slash of the validator.
    pub fn slashing(&self, bps: u32) -> Vec<ScVal> {
        vec![account(&self.validator), ScVal::U32(bps), bytes(&[9; 32])]
    }

    /// The balance that staking has of TFT.
    pub fn balance(&self) -> i128 {
        self.suite.balance(&self.suite.tft, address(&self.staking))
    }
}
