//! Staking, entry point by entry point.

mod smoke;
