//! Questions to bad name servers over bad networks: one set of them for each seed.

use conformance::name_service::{Tally, Tampering, run, run_with};
use conformance::seeded::run_seeds;

/// Seeds that broke a rule once.
const REGRESSIONS: [u64; 0] = [];

#[test]
fn every_seed_keeps_the_rules() {
    let tally = run_seeds(SEEDS, &REGRESSIONS, run, Tally::and);
    println!("{tally:?}");
}

#[test]
fn all_that_can_become_of_a_question_does() {
    let tally = (0..500).filter_map(|seed| run(seed).ok()).fold(Tally::default(), Tally::and);
    let Tally { found, lacking, malformed, failed, certain, streamed, forged, .. } = tally;
    assert!(found > 1000 && lacking > 200 && malformed > 50 && failed > 200, "{tally:?}");
    assert!(certain > 500 && streamed > 500 && forged > 5000, "{tally:?}");
}

#[test]
fn an_attacker_who_sees_the_questions_is_noticed() {
    let noticed = |seed| run_with(seed, Tampering::Eavesdrop).is_err();
    assert!((0..100).filter(|seed| noticed(*seed)).count() > 50);
}

#[test]
fn a_socket_that_is_left_open_is_noticed() {
    let failure = run_with(0, Tampering::Leak).expect_err("a socket is left open");
    let shown = failure.to_string();
    assert!(shown.contains("1 sockets are left open"), "{shown}");
    assert!(shown.contains("ENVOI_SEED=0 cargo test -p conformance --test name_service"));
}

/// Seeds that are run unless `ENVOI_SEEDS` says how many.
const SEEDS: u64 = 2000;
