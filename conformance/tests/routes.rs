//! Plays every route file, with its answers in several orders.

use std::path::Path;
use std::process::ExitCode;

use conformance::route::{Manner, RouteFile, play};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("routes");
    let mut files = match RouteFile::read_all(&folder) {
        Ok(files) => files,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    for file in &mut files {
        // Shown as a compiler shows it: from the workspace's root.
        file.file = Path::new("conformance/routes").join(file.file.file_name().unwrap_or_default());
    }
    let count = files.len();
    let mut trials: Vec<_> = files.into_iter().map(trial).collect();
    trials.push(Trial::test("there_are_at_least_70_routes", move || {
        if count < 70 { Err(format!("there are {count}").into()) } else { Ok(()) }
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(file: RouteFile) -> Trial {
    Trial::test(file.name().to_owned(), move || {
        for manner in Manner::ALL {
            play(&file, manner).map_err(|mismatch| Failed::from(format!("\n{mismatch}")))?;
        }
        Ok(())
    })
}
