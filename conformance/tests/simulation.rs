//! Conversations with bad servers over bad networks: one for each seed.

use std::env;
use std::fmt::Write as _;

use conformance::simulation::{Tally, run, run_with};

/// Seeds that broke a rule once: content failed of a message that was settled before; TLS was
/// written over and over to a connection that had broken.
const REGRESSIONS: [u64; 4] = [15476, 37352, 4623, 8002];

#[test]
fn every_seed_keeps_the_rules() {
    if let Some(seed) = number("ENVOI_SEED") {
        let tally = run(seed).unwrap_or_else(|failure| panic!("\n{failure}"));
        println!("seed {seed}: {tally:?}");
        return;
    }
    let seeds = number("ENVOI_SEEDS").unwrap_or(SEEDS);
    let mut tally = Tally::default();
    let mut failed = String::new();
    for seed in (0..seeds).chain(REGRESSIONS) {
        match run(seed) {
            Ok(more) => tally = tally.and(more),
            Err(failure) if failed.is_empty() => write!(failed, "\n{failure}").unwrap(),
            Err(failure) => write!(failed, "\nseed {seed}: {}", failure.violation).unwrap(),
        }
    }
    assert!(failed.is_empty(), "{failed}");
    println!("{seeds} seeds: {tally:?}");
}

#[test]
fn all_that_can_become_of_a_recipient_does() {
    let tally = (0..1000).filter_map(|seed| run(seed).ok()).fold(Tally::default(), Tally::and);
    let Tally { sent, deferred, uncertain, bounced, probed } = tally;
    assert!(sent > 100 && deferred > 100 && uncertain > 10 && bounced > 10 && probed > 10);
}

#[test]
fn a_record_that_lacks_a_message_is_noticed() {
    let noticed = |seed| run_with(seed, |record| record.forget_one()).is_err();
    assert!((0..200).filter(|seed| noticed(*seed)).count() > 20);
}

#[test]
fn a_record_that_has_a_message_too_many_is_noticed() {
    let failure = (0..200).find_map(|seed| run_with(seed, |record| record.invent_one()).err());
    let shown = failure.expect("no seed noticed").to_string();
    assert!(shown.contains("bob.0.0@mx.example"), "{shown}");
    assert!(shown.contains("ENVOI_SEED="), "{shown}");
}

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is not a number: {text:?}")))
}

/// Seeds that are run unless `ENVOI_SEEDS` says how many.
const SEEDS: u64 = 10_000;
