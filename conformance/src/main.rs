//! The program behind `cargo conformance`: installs the servers, runs every test of the workspace,
//! and ends with a table.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program")]

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use conformance::servers::{self, NameServerPrograms};
use conformance::tally::Tally;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let is_full = match &words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--full"] => true,
        ["--help" | "-h"] => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        [word, ..] => {
            eprintln!("conformance: unknown option {word:?}: expected --full or nothing");
            return ExitCode::from(USAGE);
        }
    };
    println!("Looking for Postfix, Exim, Sendmail, OpenSSL, Cyrus SASL, nsd and unbound.");
    let report = &mut |line: &str| println!("  {line}");
    let installed = servers::install(&cache(), report)
        .and_then(|_| NameServerPrograms::install(&cache(), report));
    if let Err(error) = installed {
        eprintln!("conformance: a real server is missing: {error}");
        return ExitCode::FAILURE;
    }
    println!("Running all tests of the workspace.");
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["test", "--workspace", "--lib", "--bins", "--tests", "--examples"]);
    command.arg("--no-fail-fast");
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    let mut documentation = Command::new(command.get_program());
    documentation.args(["test", "--workspace", "--doc", "--no-fail-fast"]);
    documentation.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    if is_full {
        command.env("ENVOI_FULL", "1").env("ENVOI_SEEDS", "1000000");
    }
    let mut tally = Tally::default();
    for mut command in [command, documentation] {
        if let Err(error) = tally.run(&mut command, |line| println!("{line}")) {
            eprintln!("conformance: cargo test cannot be run: {error}");
            return ExitCode::FAILURE;
        }
    }
    println!("\n{tally}");
    if tally.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Where servers are unpacked: with the tests' other temporary files.
fn cache() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let target = program.ancestors().nth(2).unwrap_or_else(|| Path::new("target"));
    target.join("tmp").join("servers")
}

const HELP: &str = "\
Runs every test of the workspace, with real mail and name servers on loopback.

Usage: cargo conformance [--full]

  --full  also messages of 100 MB, and a million seeds in the simulation

Postfix, OpenSSL and Cyrus SASL are installed with apt-get where they are missing,
which takes root; Exim, Sendmail, nsd and unbound are unpacked below the target folder.
Every server is started by the test that needs it, on a free port of loopback, and
stopped by it.
";

/// The exit status of a wrong call (EX_USAGE).
const USAGE: u8 = 64;
