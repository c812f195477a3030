//! What attackers try, each a named test. The numbers are the rows of docs/invariants.md.

mod authorization;
mod first_depositor;
mod guardian;
mod limits;
mod malicious_tokens;
mod market;
mod micro_swaps;
mod offer_clawbacks;
mod offer_orders;
mod offer_recipients;
mod regions;
mod sandwich;
mod scale;
mod staking;
mod stellar_assets;
mod time;
mod treasury;
