//! Conversations with bad servers over bad networks: one for each seed.

use conformance::seeded::run_seeds;
use conformance::simulation::{Tally, run, run_with};

/// Seeds that broke a rule once: content failed of a message that was settled before; TLS was
/// written over and over to a connection that had broken; many replies came in a record in pieces,
/// of which the rule saw the last alone.
const REGRESSIONS: [u64; 5] = [15476, 37352, 4623, 8002, 18714];

#[test]
fn every_seed_keeps_the_rules() {
    let tally = run_seeds(SEEDS, &REGRESSIONS, run, Tally::and);
    println!("{tally:?}");
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

/// Seeds that are run unless `ENVOI_SEEDS` says how many.
const SEEDS: u64 = 10_000;
