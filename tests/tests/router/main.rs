//! The router, one file an entry point; quotes stand with what they quote.

mod deposit_one;
mod paths;
mod swap_exact_in;
mod swap_exact_out;
mod swap_with_offers;
mod sweep;
mod withdraw_one;

use soroban_sdk::Address;
use tributary_common::interfaces::factory::PoolKey;
use tributary_tests::env::{pool::ONE, regions::Regions};

/// Three regions with pools of different prices, and a trader who holds a million of everything.
struct Market {
    regions: Regions,
    keys: [PoolKey; 3],
    trader: Address,
}

impl Market {
    fn new() -> Market {
        let regions = Regions::new();
        let keys = [("ALPS", 1), ("JURA", 2), ("RHONE", 5)]
            .map(|(code, price)| regions.region(code, 100_000 * ONE, price * 100_000 * ONE).1);
        let trader = regions.user(&[(&regions.tft, 1_000_000 * ONE)]);
        for key in &keys {
            regions.give(&key.token, &trader, 1_000_000 * ONE);
        }
        Market { regions, keys, trader }
    }

    fn held(&self, token: &Address) -> i128 {
        self.regions.balance(token, &self.trader)
    }

    /// The router holds nothing of anything.
    fn assert_empty_handed(&self) {
        let router = &self.regions.router.address;
        assert_eq!(self.regions.balance(&self.regions.tft, router), 0);
        for key in &self.keys {
            assert_eq!(self.regions.balance(&key.token, router), 0);
            assert_eq!(self.regions.pool(key).balance(router), 0);
        }
    }
}
