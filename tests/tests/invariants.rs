//! The invariants (docs/invariants.md) after every step of random stories, on the release wasm. docs/testing.md says
//! how to read a failure, and how to tell more stories.

use tributary_tests::{
    stories::{factory, pool, router},
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

#[test]
fn the_factory_knows_what_it_deployed() {
    tell::<factory::Game>("factory");
}
