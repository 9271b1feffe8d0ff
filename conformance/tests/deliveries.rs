//! Plays every delivery file in memory, with bytes moving in every portion that there is.

use std::path::Path;
use std::process::ExitCode;

use conformance::delivery::{Round, play};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deliveries");
    let mut rounds = match Round::read_all(&folder) {
        Ok(rounds) => rounds,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    for Round { dialogue, .. } in &mut rounds {
        // Shown as a compiler shows it: from the workspace's root.
        let name = dialogue.file.file_name().unwrap_or_default();
        dialogue.file = Path::new("conformance/deliveries").join(name);
    }
    let count = rounds.len();
    let mut trials: Vec<_> = rounds.into_iter().map(trial).collect();
    trials.push(Trial::test("there_are_at_least_25_deliveries", move || {
        if count < 25 { Err(format!("there are {count}").into()) } else { Ok(()) }
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(round: Round) -> Trial {
    Trial::test(round.name().to_owned(), move || {
        for pace in round.paces() {
            play(&round, pace).map_err(|mismatch| Failed::from(format!("\n{mismatch}")))?;
        }
        Ok(())
    })
}
