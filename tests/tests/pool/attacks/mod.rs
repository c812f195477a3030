//! What attackers try on a pool.

mod authorization;
mod first_depositor;
mod guardian;
mod limits;
mod malicious_tokens;
mod micro_swaps;
mod sandwich;
mod scale;
mod stellar_assets;
mod time;
