//! How fast Envoi sends, and at what cost, beside other clients and what the kernel alone costs.
//!
//! `cargo bench -p conformance` prints one table; `cargo bench -p conformance -- --quick` does so
//! sooner and less exactly. Every sender is a process of its own and so is the sink: this program
//! starts itself again for each. Senders take turns, round by round; what counts is the ratio of
//! one to another in the same round.
#![allow(clippy::print_stdout, reason = "the table is what this program is for")]
#![allow(clippy::print_stderr, reason = "it says how far it has come")]

mod bed;
mod case;
#[path = "../common/mod.rs"]
mod common;
mod encoding;
mod envoi;
mod floor;
mod job;
mod kind;
mod limit;
mod peers;
#[path = "../processes/mod.rs"]
mod processes;
mod sender;
mod series;
mod sink;
mod spinner;
mod table;
mod text;
mod tls;

use std::env;
use std::error::Error;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use self::bed::Bed;
use self::case::Case;
use self::common::machine::machine;
use self::encoding::Encoding;
use self::series::{Pace, Series};
use self::table::Table;
use self::tls::{Figures, Work};

fn main() -> Result<(), Box<dyn Error>> {
    raise_file_limit()?;
    let mut words = env::args().skip(1).peekable();
    match words.peek().map(String::as_str) {
        Some(sender::ROLE) => println!("{}", sender::serve(words.skip(1))?),
        Some(sink::ROLE) => sink::serve(words.nth(1))?,
        Some(tls::ROLE) => println!("{}", tls::serve(words.skip(1))?),
        Some(spinner::ROLE) => {
            let cpu = words.nth(1).ok_or("a spinner needs a CPU")?;
            spinner::serve(cpu.parse()?)?;
        }
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
    let mut bed = Bed::new(Path::new(env!("CARGO_TARGET_TMPDIR")))?;
    let mut series = Vec::new();
    for case in Case::all() {
        eprintln!("{case}");
        series.push(Series::measure(case, pace, &mut bed)?);
    }
    let mut tls = Vec::new();
    for work in Work::ALL {
        eprintln!("{}", work.name());
        tls.push(Figures::measure(work, pace.rounds, has("--quick"))?);
    }
    let table = Table { series, encoding: Encoding::measure(pace.rounds), tls };
    let Pace { rounds, time } = pace;
    println!("{}; medians of {rounds} rounds of about {time:?}\n", machine());
    println!("{table}");
    Ok(())
}

/// A thousand conversations, and a file for each, are more than the usual limit.
fn raise_file_limit() -> Result<(), Box<dyn Error>> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?;
    Ok(())
}

const FULL: Pace = Pace { rounds: 7, time: Duration::from_millis(300) };
const QUICK: Pace = Pace { rounds: 3, time: Duration::from_millis(80) };
