//! What attackers try, each a named test. The numbers are the rows of docs/invariants.md.

mod authorization;
mod first_depositor;
mod guardian;
mod limits;
mod malicious_tokens;
mod micro_swaps;
mod regions;
mod sandwich;
mod scale;
mod stellar_assets;
mod time;
