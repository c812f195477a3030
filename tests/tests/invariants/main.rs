//! The invariants (docs/invariants.md) after every call of random sequences, on the release wasm.
//!
//! `make test` runs ten thousand sequences of 32 calls for each; `TRIBUTARY_SEQUENCES` asks for
//! another number. A failure names the seed of its sequence: `TRIBUTARY_SEED=<seed>` runs that one
//! alone.

mod factory;
mod offers;
mod pool;
mod router;
mod staking;
mod treasury;

const CALLS: usize = 32;

/// A world, and what must be true of it after every step.
trait Play {
    fn new(seed: u64) -> Self;
    fn step(&mut self);
    /// What must be true at the end.
    fn finish(&mut self) {}
    /// What happened, a line a step.
    fn log(&self) -> &[String];
}

fn play<P: Play>(seed: u64, calls: usize) {
    let mut game = P::new(seed);
    let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        for _ in 0..calls {
            game.step();
        }
        game.finish();
    }));
    if let Err(panic) = played {
        eprintln!("TRIBUTARY_SEED={seed}");
        for line in game.log() {
            eprintln!("  {line}");
        }
        std::panic::resume_unwind(panic);
    }
}

/// One of two halves, which run side by side.
fn play_half<P: Play>(half: u64) {
    if let Ok(seed) = std::env::var("TRIBUTARY_SEED") {
        let seed: u64 = seed.parse().expect("TRIBUTARY_SEED is a number");
        if seed % 2 == half {
            play::<P>(seed, CALLS);
        }
        return;
    }
    let sequences: u64 = match std::env::var("TRIBUTARY_SEQUENCES") {
        Ok(sequences) => sequences.parse().expect("TRIBUTARY_SEQUENCES is a number"),
        Err(_) => 10_000,
    };
    for seed in (0..sequences).filter(|seed| seed % 2 == half) {
        play::<P>(seed, CALLS);
    }
}
