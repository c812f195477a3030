//! A region's own token, one file an entry point or a group of them.

mod allowances;
mod burn;
mod constructor;
mod metadata;
mod mint;
mod signatures;
mod transfer;
mod ttl;
