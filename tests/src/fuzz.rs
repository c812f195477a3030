//! What a fuzzer's bytes stand for: a value and a property of the mathematics, or a story. `tests/fuzz` runs these guided
//! by coverage, `tests/corpora.rs` the inputs that it kept.

use crate::{properties, property::Values, stories, story::tell_bytes};

/// What runs one input.
pub type Target = fn(&[u8]);

/// By the names of `tests/fuzz/targets` and `tests/fuzz/corpus`.
pub const TARGETS: [(&str, Target); 6] = [
    ("mathematics", mathematics),
    ("offers", offers),
    ("pool", pool),
    ("staking", staking),
    ("token", token),
    ("treasury", treasury),
];

/// The first byte chooses the property.
pub fn mathematics(bytes: &[u8]) {
    if let Some((which, bytes)) = bytes.split_first() {
        let properties = properties::ALL;
        properties[usize::from(*which) % properties.len()](Values::Bytes(bytes));
    }
}

pub fn offers(bytes: &[u8]) {
    tell_bytes::<stories::offers::Game>(bytes);
}

pub fn pool(bytes: &[u8]) {
    tell_bytes::<stories::pool::Game>(bytes);
}

pub fn staking(bytes: &[u8]) {
    tell_bytes::<stories::staking::Game>(bytes);
}

/// The share ledger, with a supply of its own.
pub fn token(bytes: &[u8]) {
    tell_bytes::<stories::token::Game>(bytes);
}

pub fn treasury(bytes: &[u8]) {
    tell_bytes::<stories::treasury::Game>(bytes);
}
