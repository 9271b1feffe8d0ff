//! Shows what each parameter does: main.cf goes through all of us, up to the wire.
#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod book;
mod log;
mod place;
mod play;
mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use conformance::parameter::Case;
use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let mut cases = match Case::read_all(&folder()) {
        Ok(cases) => cases,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    for case in &mut cases {
        // Shown as a compiler shows it: from the workspace's root.
        let name = case.file.file_name().unwrap_or_default();
        case.file = Path::new("conformance/parameters").join(name);
    }
    let mut trials = table::trials(&cases);
    trials.push(book::trial(&cases));
    trials
        .extend(cases.into_iter().map(|case| Trial::test(case.name(), move || play::play(&case))));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("parameters")
}
