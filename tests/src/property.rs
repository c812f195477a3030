//! Properties of pure functions: held for many random values, or for the one that a fuzzer's bytes stand for.

use std::{fmt::Debug, sync::LazyLock};

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{
        Config, FileFailurePersistence, RngAlgorithm, TestCaseError, TestCaseResult, TestError,
        TestRng, TestRunner,
    },
};

/// How often a property is cheap enough to be tried for each of `PROPTEST_CASES`.
pub const OFTEN: u32 = 1_000;

/// Values to hold a property for.
#[derive(Clone, Copy)]
pub enum Values<'a> {
    /// `PROPTEST_CASES` × `times` random ones, after those that failed before.
    Random { name: &'a str, times: u32 },
    /// The one that these bytes stand for.
    Bytes(&'a [u8]),
}

impl<'a> Values<'a> {
    pub fn often(name: &'a str) -> Values<'a> {
        Values::Random { name, times: OFTEN }
    }

    /// Shrinks a value for which the property does not hold. Values that it rejects do not count, and may be ten times
    /// as many as those that do.
    pub fn hold<S: Strategy>(self, strategy: S, property: impl Fn(S::Value) -> TestCaseResult)
    where
        S::Value: Debug,
    {
        match self {
            Values::Random { name, times } => {
                let mut config = config(name);
                config.cases = config.cases.saturating_mul(times);
                config.max_global_rejects = config.cases.saturating_mul(10);
                match TestRunner::new(config).run(&strategy, property) {
                    Ok(()) => {}
                    Err(TestError::Fail(reason, value)) => {
                        panic!("{name}, shrunk: {value:?}\n{reason}")
                    }
                    Err(TestError::Abort(reason)) => panic!("{name}: {reason}"),
                }
            }
            Values::Bytes(bytes) => {
                let Ok(tree) = strategy.new_tree(&mut from_bytes(bytes)) else { return };
                if let Err(TestCaseError::Fail(reason)) = property(tree.current()) {
                    panic!("{:?}\n{reason}", tree.current());
                }
            }
        }
    }
}

/// What `PROPTEST_…` ask for. Failures are kept in, and first repeated from, `proptest-regressions/<name>.txt`.
pub fn config(name: &str) -> Config {
    let mut config = Config::default();
    // Where `PROPTEST_DISABLE_FAILURE_PERSISTENCE` is set there is none.
    if let Some(persistence) = &mut config.failure_persistence {
        let path = format!("{}/proptest-regressions/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        *persistence = Box::new(FileFailurePersistence::Direct(path.leak()));
    }
    config
}

/// Draws not from chance but from these bytes. More follow, always the same: from the zeros that follow otherwise, a range
/// is drawn for ever. Whatever splits what is there, as unions and `prop_flat_map` do, does it in halves, of which the
/// latter has only those.
fn from_bytes(bytes: &[u8]) -> TestRunner {
    static MORE: LazyLock<[u8; 16_384]> = LazyLock::new(|| {
        let mut more = [0; 16_384];
        TestRng::deterministic_rng(RngAlgorithm::ChaCha).fill_bytes(&mut more);
        more
    });
    let bytes = [bytes, &*MORE].concat();
    let rng = TestRng::from_seed(RngAlgorithm::PassThrough, &bytes);
    TestRunner::new_with_rng(Config::default(), rng)
}

/// So many values, always the same ones.
pub fn sample<S: Strategy>(strategy: S, count: usize) -> impl Iterator<Item = S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(move |_| strategy.new_tree(&mut runner).expect("a value").current())
}

/// A number of up to so many bits, with every length and the edges around powers of two as likely.
pub fn number(bits: u32) -> impl Strategy<Value = u128> + Clone {
    (0..8u8, 1..=bits, any::<u128>()).prop_map(|(edge, bits, value)| {
        let all = u128::MAX >> (128 - bits);
        match edge {
            0..4 => value & all,
            4 => (value % 16) & all,
            5 => 1 << (bits - 1),
            6 => (1 << (bits - 1)) - 1,
            _ => all,
        }
    })
}

/// A positive amount of any size, as `number`.
pub fn amount() -> impl Strategy<Value = i128> + Clone {
    number(127).prop_map(|amount| amount.max(1).cast_signed())
}
