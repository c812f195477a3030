//! The market, one file an entry point, and what crosses them.

mod attacks;
mod cancel;
mod collect;
mod fill;
mod fill_many;
mod make;
mod prices;
mod reclaim;
mod schedule_fee;
mod signatures;
mod swap_direct;
mod ttl;
mod views;
