//! How fast content is converted, and what it costs to look at it, beside mail-parser and Postfix.
//!
//! `cargo bench -p conformance --bench content` prints one table; with `-- --quick` it does so
//! sooner and less exactly. Every figure is bytes of content per second of CPU, on one thread.
#![allow(clippy::print_stdout, reason = "the table is what this program is for")]
#![allow(clippy::print_stderr, reason = "it says how far it has come")]

#[path = "../common/mod.rs"]
mod common;
mod ours;
mod postfix;
mod table;
mod text;

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::path::Path;

use bytes::BytesMut;
use envoi_proto::Conversion;
use mail_parser::MessageParser;

use self::common::cpu::process_cpu;
use self::common::figures::median;
use self::common::machine::machine;
use self::postfix::Postfix;
use self::table::{Row, Table};
use self::text::Text;

fn main() -> Result<(), Box<dyn Error>> {
    let has = |option: &str| env::args().any(|word| word == option);
    // `cargo test --all-targets` comes without it, and tests are not timed.
    if !has("--bench") {
        return Ok(());
    }
    let rounds = if has("--quick") { 3 } else { 9 };
    let postfix = Postfix::start(Path::new(env!("CARGO_TARGET_TMPDIR")))?;
    let mut rows = Vec::new();
    for text in Text::ALL {
        eprintln!("{}", text.name());
        rows.push(row(text, rounds, &postfix)?);
    }
    println!("{}; medians of {rounds} rounds\n", machine());
    println!("{}", Table { rows });
    Ok(())
}

fn row(text: Text, rounds: usize, postfix: &Postfix) -> Result<Row, Box<dyn Error>> {
    let content = text.message(SIZE);
    let mut out = BytesMut::new();
    let [mut encoded, mut passed, mut converted, mut parsed] = [const { Vec::new() }; 4];
    // They take turns, so that whatever disturbs one disturbs all.
    for _ in 0..rounds {
        encoded.push(rate(|| ours::encode(black_box(&content), &mut out))?);
        passed.push(rate(|| ours::edit(black_box(&content), Conversion::Off, &mut out))?);
        converted.push(rate(|| ours::edit(black_box(&content), Conversion::AsPostfix, &mut out))?);
        parsed.push(rate(|| drop(black_box(MessageParser::new().parse(black_box(&content)))))?);
    }
    Ok(Row {
        text,
        encoded: median(encoded.into_iter()),
        passed: median(passed.into_iter()),
        converted: median(converted.into_iter()),
        parsed: median(parsed.into_iter()),
        postfix: postfix.rate(&content)?,
    })
}

/// Bytes of content per second of CPU.
fn rate(mut work: impl FnMut()) -> Result<f64, Box<dyn Error>> {
    let start = process_cpu();
    for _ in 0..REPEATS {
        work();
    }
    let seconds = (process_cpu() - start).as_secs_f64();
    Ok((SIZE * REPEATS) as f64 / seconds)
}

/// Bytes of a message: it stays in the cache that all share.
const SIZE: usize = 4 << 20;

/// How often it is taken for one figure.
const REPEATS: usize = 16;
