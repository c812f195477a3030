//! The treasury, one file an entry point, and what crosses them.

mod absorb;
mod actions;
mod attacks;
mod buyback;
mod liquidity;
mod market;
mod observe;
mod policy;
mod proposals;
mod protect;
mod stakers;
mod ttl;
mod views;
