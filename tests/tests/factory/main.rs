//! The factory, one file an entry point or two that belong together.

mod addresses;
mod admins;
mod attacks;
mod bond;
mod constructor;
mod create_pool;
mod create_region;
mod endorse;
mod keep_alive;
mod oracle_pools;
mod registry;
mod templates;
