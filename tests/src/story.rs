//! Random stories: lists of steps that a contract must survive. A step makes sense in every state: it names parts of
//! what is there, and places in lists. So any part of a story is a story too, and a failure shrinks to the few steps
//! that matter. docs/testing.md says how to read and repeat one.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    fmt::{Debug, Write as _},
    io::Write as _,
    panic::{catch_unwind, resume_unwind, set_hook, take_hook, AssertUnwindSafe},
    sync::Once,
};

use proptest::{
    collection::vec,
    prelude::*,
    sample::Index,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};

use crate::property::config;

/// How many steps a story has on average; the longest has nearly twice as many.
pub const STEPS: usize = 32;
/// Progress is printed after each so many stories, where there are more.
const PROGRESS: u32 = 1_000;

/// A world, and what must be true of it after every step.
pub trait Story: Sized {
    type Setup: Debug + Clone;
    type Step: Debug + Clone;

    fn setup() -> impl Strategy<Value = Self::Setup>;
    fn steps() -> impl Strategy<Value = Self::Step>;

    fn begin(setup: &Self::Setup) -> Self;
    /// Does it, and checks what must be true afterwards.
    fn step(&mut self, step: &Self::Step);
    /// What must be true at the end.
    fn finish(&mut self) {}
    /// What happened, a line a step.
    fn log(&self) -> &[String];
}

/// Tells `PROPTEST_CASES` stories, 256 unless that says otherwise, after those that failed before.
pub fn tell<S: Story>(name: &str) {
    tell_one_in::<S>(1, name);
}

/// As `tell`, of a world that takes its time: one in so many of the stories.
pub fn tell_one_in<S: Story>(many: u32, name: &str) {
    let stories = (S::setup(), story::<S>());
    run(name, many, stories, |(setup, steps)| play::<S>(&setup, &steps).map(|_| ()));
}

/// As `tell`, of any property: `holds` panics where it does not.
pub fn check<S: Strategy>(name: &str, values: S, holds: impl Fn(S::Value)) {
    run(name, 1, values, |value| {
        let told = format!("{value:?}");
        quietly(|| holds(value)).map_err(|why| format!("{told}\n{why}"))
    });
}

/// Failing cases are kept in `proptest-regressions/<name>.txt`, and tried first.
fn run<S: Strategy>(
    name: &str,
    one_in: u32,
    values: S,
    test: impl Fn(S::Value) -> Result<(), String>,
) {
    let mut config = config(name);
    config.cases = (config.cases / one_in).max(1);
    let cases = config.cases;
    let done = Cell::new(0u32);
    let result = TestRunner::new(config).run(&values, |value| {
        let result = test(value);
        done.set(done.get() + 1);
        if result.is_ok() && done.get().is_multiple_of(PROGRESS) && cases > PROGRESS {
            // Not by `eprintln!`, which the test harness keeps to itself.
            let _ = writeln!(std::io::stderr(), "{name}: {} of {cases}", done.get());
        }
        result.map_err(TestCaseError::fail)
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(why, _)) => panic!("{name}, shrunk:\n{why}"),
        Err(TestError::Abort(why)) => panic!("{name}: {why}"),
    }
}

/// Tells some stories of so many steps each, always the same ones.
pub fn sample<S: Story>(stories: u32, steps: usize, mut then: impl FnMut(&S)) {
    let mut runner = TestRunner::deterministic();
    for _ in 0..stories {
        let strategy = (S::setup(), vec(S::steps(), steps));
        let (setup, steps) = strategy.new_tree(&mut runner).expect("a story").current();
        let world = play::<S>(&setup, &steps).unwrap_or_else(|story| panic!("{story}"));
        then(&world);
    }
}

/// Tells the one story that a fuzzer's bytes stand for: each four are the seed of the setup or of a step, so that where
/// the fuzzer changes, inserts or leaves out some, it mostly changes, inserts or leaves out one step.
pub fn tell_bytes<S: Story>(bytes: &[u8]) {
    let mut seeds = bytes.chunks_exact(4);
    let setup = seeds.next().and_then(|seed| drawn(&S::setup(), seed));
    let steps =
        seeds.take(2 * STEPS).filter_map(|seed| drawn(&S::steps(), seed)).collect::<Vec<_>>();
    let Some(setup) = setup else { return };
    if let Err(story) = play::<S>(&setup, &steps) {
        panic!("{story}");
    }
}

fn drawn<S: Strategy>(strategy: &S, seed: &[u8]) -> Option<S::Value> {
    let mut all = [0; 32];
    all[..seed.len()].copy_from_slice(seed);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &all);
    let tree = strategy.new_tree(&mut TestRunner::new_with_rng(Config::default(), rng));
    tree.ok().map(|tree| tree.current())
}

fn story<S: Story>() -> impl Strategy<Value = Vec<S::Step>> {
    vec(S::steps(), 1..2 * STEPS)
}

/// Plays a story; a failure tells it.
fn play<S: Story>(setup: &S::Setup, steps: &[S::Step]) -> Result<S, String> {
    let mut world = quietly(|| S::begin(setup)).map_err(|why| format!("{setup:?}\n{why}"))?;
    let played = quietly(|| {
        steps.iter().for_each(|step| world.step(step));
        world.finish();
    });
    match played {
        Ok(()) => Ok(world),
        Err(why) => {
            let mut story = format!("{setup:?}\n");
            for line in world.log() {
                writeln!(story, "  {line}").expect("a string");
            }
            Err(story + &why)
        }
    }
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What a panic would have printed, instead of printing it: while a story shrinks, hundreds of them fail.
fn quietly<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |panic| {
            if QUIET.get() {
                PANIC.set(panic.to_string());
            } else {
                loud(panic);
            }
        }));
    });
    QUIET.set(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    QUIET.set(false);
    result.map_err(|panic: Box<dyn Any + Send>| match PANIC.take() {
        // Somebody else has set another hook.
        empty if empty.is_empty() => resume_unwind(panic),
        why => why,
    })
}

/// A part of what is there: an amount that makes sense wherever its step stands in a story.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// So many units, whatever there is.
    Units(u8),
    /// What is there divided by this.
    Over(u16),
}

impl Part {
    /// At least one unit.
    pub fn of(self, whole: i128) -> i128 {
        match self {
            Part::Units(units) => i128::from(units),
            Part::Over(divisor) => whole / i128::from(divisor),
        }
        .max(1)
    }
}

/// Mostly a small part, sometimes all of it, now and then a few units.
pub fn part() -> impl Strategy<Value = Part> + Clone {
    prop_oneof![
        1 => (1..=10u8).prop_map(Part::Units),
        6 => (10..=10_000u16).prop_map(Part::Over),
        3 => (2..=4u16).prop_map(Part::Over),
        1 => Just(Part::Over(1)),
    ]
}

/// One of those that are open if there are any, or of all.
#[derive(Clone, Copy, Debug)]
pub struct Chosen {
    index: Index,
    of_all: bool,
}

impl Chosen {
    /// Its place.
    pub fn among<T>(self, all: &[T], is_open: impl Fn(&T) -> bool) -> Option<usize> {
        let places = 0..all.len();
        let open: Vec<_> = places.clone().filter(|place| is_open(&all[*place])).collect();
        let of = if self.of_all || open.is_empty() { places.collect() } else { open };
        (!of.is_empty()).then(|| *self.index.get(&of))
    }
}

pub fn chosen() -> impl Strategy<Value = Chosen> + Clone {
    (any::<Index>(), prop::bool::weighted(0.125))
        .prop_map(|(index, of_all)| Chosen { index, of_all })
}
