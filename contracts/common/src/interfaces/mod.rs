//! The interfaces by which contracts call each other, and their clients. A contract depends on
//! these, never on another contract's crate: linking that would export its entry points too.
//!
//! The text of each entry point (what it does, rounding, authorization, events) stands at its
//! implementation, because that is what the compiler writes into the contract's specification;
//! the compiler also holds the two signatures equal.

pub mod factory;
pub mod offers;
pub mod oracle;
pub mod pool;
pub mod router;
pub mod staking;
pub mod token;
pub mod treasury;
