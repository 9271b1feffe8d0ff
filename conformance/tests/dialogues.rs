//! Plays every dialogue against the core, with bytes moving in every portion that there is.

use std::path::Path;
use std::process::ExitCode;

use conformance::dialogue::{Dialogue, play};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("dialogues");
    let mut dialogues = match Dialogue::read_all(&folder) {
        Ok(dialogues) => dialogues,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    for dialogue in &mut dialogues {
        // Shown as a compiler shows it: from the workspace's root.
        dialogue.file =
            Path::new("conformance/dialogues").join(dialogue.file.file_name().unwrap_or_default());
    }
    let count = dialogues.len();
    let mut trials: Vec<_> = dialogues.into_iter().map(trial).collect();
    trials.push(Trial::test("there_are_at_least_80_dialogues", move || {
        if count < 80 { Err(format!("there are {count}").into()) } else { Ok(()) }
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(dialogue: Dialogue) -> Trial {
    Trial::test(dialogue.name().to_owned(), move || {
        for pace in dialogue.paces() {
            play(&dialogue, pace).map_err(|mismatch| Failed::from(format!("\n{mismatch}")))?;
        }
        Ok(())
    })
}
