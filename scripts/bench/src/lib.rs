//! What each entry point of each contract costs.

pub mod offers;
pub mod pool;
pub mod staking;
pub mod suite;
pub mod treasury;

use tributary_tests::ledger::Cost;

/// Every entry point of every contract, by name.
pub fn rows() -> Vec<(String, Cost)> {
    let rows = [pool::rows(), suite::rows(), offers::rows(), treasury::rows(), staking::rows()];
    rows.into_iter().flatten().collect()
}
