//! The pool, one file an entry point; the shares' functions, the band and the quotes together.

mod attacks;
mod band;
mod collect;
mod constructor;
mod deposit;
mod pause;
mod quote;
mod shares;
mod swap_exact_in;
mod swap_exact_out;
mod swap_received;
mod sync;
mod ttl;
mod twap;
mod withdraw;
