//! The oracle: its prices against the pools' own means, and when it has none.

mod prices;
