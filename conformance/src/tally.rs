//! What `cargo test` said, counted.

use std::fmt;
use std::io::{self, BufRead, BufReader};
use std::process::Command;

/// The results of all test programs that were run.
#[derive(Debug, Default)]
pub struct Tally {
    suites: Vec<Suite>,
    /// Commands that failed.
    failures: usize,
}

/// The results of one test program.
#[derive(Debug)]
struct Suite {
    name: String,
    passed: u64,
    failed: u64,
    seconds: f64,
    /// Whether it came to its end.
    is_over: bool,
}

impl Tally {
    /// Runs a command and counts what it says; `show` hears every line.
    ///
    /// # Errors
    /// If the command cannot be started.
    pub fn run(&mut self, command: &mut Command, show: impl Fn(&str)) -> io::Result<()> {
        let (output, input) = io::pipe()?;
        command.stdout(input.try_clone()?).stderr(input);
        let mut child = command.spawn()?;
        // The command holds the other end of the pipe until it is dropped.
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        for line in BufReader::new(output).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            show(&line);
            self.line(&line);
        }
        self.failures += usize::from(!child.wait()?.success());
        Ok(())
    }

    /// Whether there were tests, and nothing failed.
    pub fn is_good(&self) -> bool {
        let is_good = |suite: &Suite| suite.is_over && suite.failed == 0;
        self.failures == 0 && self.passed() > 0 && self.suites.iter().all(is_good)
    }

    fn passed(&self) -> u64 {
        self.suites.iter().map(|suite| suite.passed).sum()
    }

    /// Reads one line of cargo's or of a test program's.
    fn line(&mut self, line: &str) {
        if let Some(name) = suite_name(line) {
            let (passed, failed, seconds) = (0, 0, 0.0);
            self.suites.push(Suite { name, passed, failed, seconds, is_over: false });
        } else if let Some(result) = line.strip_prefix("test result: ")
            && let Some(suite) = self.suites.last_mut()
        {
            // Doctests come in several runs under one name.
            suite.passed += number_before(result, " passed");
            suite.failed += number_before(result, " failed");
            let seconds = result.rsplit_once(" in ").and_then(|(_, s)| s.trim().strip_suffix('s'));
            suite.seconds += seconds.and_then(|s| s.parse().ok()).unwrap_or(0.0);
            suite.is_over = true;
        }
    }
}

/// A table, and the sums below it.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| tests | passed | failed | seconds |\n|---|---:|---:|---:|")?;
        for Suite { name, passed, failed, seconds, is_over } in &self.suites {
            let note = if *is_over { "" } else { " (did not end)" };
            if passed + failed > 0 || !is_over {
                writeln!(f, "| {name}{note} | {passed} | {failed} | {seconds:.1} |")?;
            }
        }
        let failed: u64 = self.suites.iter().map(|suite| suite.failed).sum();
        let stopped = self.suites.iter().filter(|suite| !suite.is_over).count() as u64;
        write!(f, "\n{} passed, {} failed", self.passed(), failed + stopped)
    }
}

/// The name of the program that cargo says it runs: its crate and its source.
fn suite_name(line: &str) -> Option<String> {
    let line = line.trim_start();
    if let Some(name) = line.strip_prefix("Doc-tests ") {
        return Some(format!("{name}: documentation"));
    }
    let (source, program) = line.strip_prefix("Running ")?.split_once(" (")?;
    let program = program.rsplit('/').next()?;
    let name = program.rsplit_once('-').map_or(program, |(name, _)| name);
    Some(format!("{name}: {}", source.strip_prefix("unittests ").unwrap_or(source)))
}

/// The number that stands before a word.
fn number_before(text: &str, word: &str) -> u64 {
    let before = text.split_once(word).map_or("", |(before, _)| before);
    before.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_counted_under_their_program() {
        let mut tally = Tally::default();
        for line in [
            "     Running unittests src/lib.rs (target/debug/deps/envoi_proto-fcb957a446fd1334)",
            "test result: ok. 20 passed; 0 failed; 1 ignored; 0 measured; finished in 0.50s",
            "   Doc-tests envoi_proto",
            "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; finished in 1.00s",
            "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; finished in 1.00s",
        ] {
            tally.line(line);
        }
        assert!(tally.is_good());
        let table = tally.to_string();
        assert!(table.contains("| envoi_proto: src/lib.rs | 20 | 0 | 0.5 |"), "{table}");
        assert!(table.contains("| envoi_proto: documentation | 3 | 0 | 2.0 |"), "{table}");
        assert!(table.ends_with("\n23 passed, 0 failed"), "{table}");
    }

    #[test]
    fn a_program_that_does_not_end_has_failed() {
        let mut tally = Tally::default();
        tally.line("     Running tests/a.rs (target/debug/deps/a-1)");
        assert!(!tally.is_good());
        assert!(tally.to_string().ends_with("0 passed, 1 failed"));
        tally.line("test result: FAILED. 3 passed; 1 failed; 0 ignored; finished in 0.10s");
        assert!(!tally.is_good());
        assert!(tally.to_string().ends_with("3 passed, 1 failed"));
    }

    #[test]
    fn no_tests_are_no_success() {
        assert!(!Tally::default().is_good());
    }
}
