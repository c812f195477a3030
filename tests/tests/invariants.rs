//! The invariants (docs/invariants.md) after every step of random stories, on the release wasm. docs/testing.md says
//! how to read a failure, and how to tell more stories.

use tributary_tests::{
    stories::{pool, router},
    story::tell,
};

#[test]
fn the_pool_keeps_its_promises() {
    tell::<pool::Game>("pool");
}

#[test]
fn the_router_keeps_nothing_and_does_what_it_quotes() {
    tell::<router::Game>("router");
}
