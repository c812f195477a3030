//! The interface as clients see it, over real HTTP.

mod client;
#[path = "../common/mod.rs"]
mod common;

mod contracts;
mod events;
mod friendbot;
mod history;
#[cfg(unix)]
mod program;
mod protocol;
mod server;
