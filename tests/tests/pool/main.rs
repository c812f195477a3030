//! The pool, one file an entry point.

mod collect;
mod constructor;
mod deposit;
mod pause;
mod quote;
mod swap_exact_in;
mod swap_exact_out;
mod swap_received;
mod sync;
mod withdraw;
