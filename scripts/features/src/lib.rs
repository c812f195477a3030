//! Nothing but the features in `Cargo.toml`. Every crate that runs on a host, not in a contract, depends on this one.
