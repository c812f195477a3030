//! A region's treasury on a `Network`, whose policy names the region's pool.

use soroban_env_host::xdr::{AccountId, ScAddress, ScVal};

use crate::{
    env::pool::ONE,
    ledger::{
        suite::{fixed, policy, Key, Sale, Suite},
        val::{account, address, int},
        Cost, LEDGER_SECONDS,
    },
};

pub const DAY: u64 = 24 * 60 * 60;

#[derive(Clone)]
pub struct Vault {
    pub suite: Suite,
    /// Founder, council and guardian.
    pub council: AccountId,
    pub treasury: ScAddress,
    pub key: Key,
    nonce: u64,
}

impl Default for Vault {
    fn default() -> Vault {
        Vault::new()
    }
}

impl Vault {
    /// A treasury whose policy names the region's pool, observed for eight days.
    pub fn new() -> Vault {
        let mut suite = Suite::new();
        let token = suite.asset("ALP");
        let council = suite.person("council", 100_000_000 * ONE);
        suite.create_region(&council, "ALPS", &token).expect("a region");
        let key = Key("ALPS".into(), token, 30);
        suite.deposit(&council, &key, 500_000 * ONE, 1_000_000 * ONE).expect("a deposit");
        let treasury = suite.of_region("treasury", "ALPS");
        let mut vault = Vault { suite, council, treasury, key, nonce: 0 };
        for token in [vault.suite.tft.clone(), vault.key.1.clone()] {
            let give =
                vec![account(&vault.council), address(&vault.treasury), int(4_000_000 * ONE)];
            vault.suite.call(&vault.council.clone(), &token, "transfer", give).expect("transfer");
            vault.call("absorb", vec![address(&token)]);
        }
        vault.observe();
        vault.carry(policy(&[(vault.suite.pool(&vault.key), 1, 1)], 100), 7);
        vault.days(1);
        vault.suite.network.close(1);
        vault
    }

    pub fn call(&mut self, function: &str, args: Vec<ScVal>) -> Cost {
        let (who, treasury) = (self.council.clone(), self.treasury.clone());
        self.suite.call(&who, &treasury, function, args).expect(function).cost
    }

    pub fn observe(&mut self) -> Cost {
        let pool = address(&self.suite.pool(&self.key));
        self.call("observe", vec![pool])
    }

    /// (the proposal's id, what proposing it cost)
    pub fn propose(&mut self, action: ScVal) -> (ScVal, Cost) {
        self.nonce += 1;
        let (who, treasury) = (self.council.clone(), self.treasury.clone());
        let args = vec![ScVal::U64(self.nonce), action];
        let applied = self.suite.call(&who, &treasury, "propose", args).expect("propose");
        (applied.value, applied.cost)
    }

    /// Days go by, on each of which somebody observes the pool.
    pub fn days(&mut self, days: u64) {
        for _ in 0..days {
            self.suite.network.close((DAY / LEDGER_SECONDS) as u32);
            self.observe();
        }
    }

    /// Proposes, waits, executes; what executing cost.
    pub fn carry(&mut self, action: ScVal, days: u64) -> Cost {
        let (id, _) = self.propose(action);
        self.days(days);
        self.suite.network.close(1);
        self.call("execute", vec![id])
    }

    /// An offer of 1 000 of the token at half a TFT.
    pub fn sale(&self) -> Sale {
        Sale {
            selling: self.key.1.clone(),
            amount: 1_000 * ONE,
            buying: self.suite.tft.clone(),
            price: fixed(1, 2),
            min_fill: ONE,
            expires_at: self.suite.network.info.timestamp + 60 * DAY,
            proceeds_to: address(&self.treasury),
        }
    }
}
