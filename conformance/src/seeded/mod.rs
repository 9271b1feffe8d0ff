//! Runs that a seed decides, so that any that fails can be seen again.

mod random;
mod trace;

use std::env;
use std::fmt;

pub(crate) use random::Random;
pub(crate) use trace::Trace;

use crate::witness::Violation;

/// A seed whose run breaks a rule.
#[derive(Debug)]
pub struct Failure {
    /// The test that runs seeds.
    pub test: &'static str,
    /// The seed.
    pub seed: u64,
    /// What is wrong.
    pub violation: Violation,
    /// What happened.
    pub trace: Vec<String>,
}

impl Failure {
    /// Runs a seed. One that breaks a rule is run again to see what happens.
    pub(crate) fn find<T>(
        test: &'static str,
        seed: u64,
        play: impl Fn(&mut Trace) -> Result<T, Violation>,
    ) -> Result<T, Box<Self>> {
        play(&mut Trace::default()).map_err(|violation| {
            let mut trace = Trace::new(true);
            let again = play(&mut trace).err();
            assert_eq!(again.as_ref(), Some(&violation), "a seed decides everything");
            Box::new(Self { test, seed, violation, trace: trace.into_lines() })
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.trace {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "seed {}: {}", self.seed, self.violation)?;
        writeln!(f, "see it again with")?;
        write!(f, "    ENVOI_SEED={} cargo test -p conformance --test {}", self.seed, self.test)
    }
}

/// Runs the seed of `ENVOI_SEED`, or as many as `ENVOI_SEEDS` or else `default` says, and those
/// that broke a rule once. Folds what they come to.
///
/// # Panics
/// If one breaks a rule.
pub fn run_seeds<T: Default>(
    default: u64,
    regressions: &[u64],
    run: impl Fn(u64) -> Result<T, Box<Failure>>,
    and: impl Fn(T, T) -> T,
) -> T {
    if let Some(seed) = number("ENVOI_SEED") {
        return run(seed).unwrap_or_else(|failure| panic!("\n{failure}"));
    }
    let seeds = number("ENVOI_SEEDS").unwrap_or(default);
    let mut all = T::default();
    let mut failed = Vec::new();
    for seed in (0..seeds).chain(regressions.iter().copied()) {
        match run(seed) {
            Ok(more) => all = and(all, more),
            Err(failure) if failed.is_empty() => failed.push(failure.to_string()),
            Err(failure) => failed.push(format!("seed {seed}: {}", failure.violation)),
        }
    }
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
    all
}

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is not a number: {text:?}")))
}
