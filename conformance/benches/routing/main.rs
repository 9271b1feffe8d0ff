//! How fast Envoi finds routes, and at what cost, beside hickory-resolver.
//!
//! `cargo bench -p conformance --bench routing` prints one table; with `-- --quick` it does so
//! sooner and less exactly. All resolvers ask the same unbound, which knows all answers, and each
//! is a process of its own. They take turns, round by round; what counts is the ratio of one to
//! another in the same round.
#![allow(clippy::print_stdout, reason = "the table is what this program is for")]
#![allow(clippy::print_stderr, reason = "it says how far it has come")]

mod bed;
mod case;
#[path = "../common/mod.rs"]
mod common;
mod envoi;
mod hickory;
mod job;
mod kind;
mod limit;
mod memory;
#[path = "../processes/mod.rs"]
mod processes;
mod sender;
mod series;
mod table;

use std::env;
use std::error::Error;
use std::path::Path;
use std::time::Duration;

use self::bed::Bed;
use self::case::Case;
use self::common::machine::machine;
use self::series::{Pace, Series};
use self::table::Table;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = env::args().skip(1).peekable();
    match words.peek().map(String::as_str) {
        Some(sender::ROLE) => println!("{}", sender::serve(words.skip(1))?.to_line()),
        Some(memory::ROLE) => println!("{}", memory::serve()?),
        _ => bench(&words.collect::<Vec<_>>())?,
    }
    Ok(())
}

fn bench(options: &[String]) -> Result<(), Box<dyn Error>> {
    let has = |option: &str| options.iter().any(|word| word == option);
    // `cargo test --all-targets` comes without it, and tests are not timed.
    if !has("--bench") {
        return Ok(());
    }
    let pace = if has("--quick") { QUICK } else { FULL };
    let bed = Bed::new(Path::new(env!("CARGO_TARGET_TMPDIR")))?;
    let mut series = Vec::new();
    for case in Case::ALL {
        eprintln!("{case}");
        series.push(Series::measure(case, pace, &bed)?);
    }
    eprintln!("queries, memory");
    let table = Table { series, queries: bed.queries()?, memory: memory::measure()? };
    let Pace { rounds, time } = pace;
    println!("{}; medians of {rounds} rounds of about {time:?}\n", machine());
    println!("{table}");
    Ok(())
}

const FULL: Pace = Pace { rounds: 9, time: Duration::from_millis(500) };
const QUICK: Pace = Pace { rounds: 3, time: Duration::from_millis(100) };
