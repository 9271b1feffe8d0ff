//! The table, in Markdown.

use std::fmt;

use crate::common::figures::{grouped, judged};
use crate::text::Text;

/// What was measured, and under it the limits that it answers to.
pub(crate) struct Table {
    pub(crate) rows: Vec<Row>,
}

/// Bytes per second of CPU for one kind of content.
pub(crate) struct Row {
    pub(crate) text: Text,
    /// By the encoder alone.
    pub(crate) encoded: f64,
    /// By an editor that changes nothing, and the encoder.
    pub(crate) passed: f64,
    /// By an editor that converts, and the encoder.
    pub(crate) converted: f64,
    /// Parsed by mail-parser.
    pub(crate) parsed: f64,
    /// Converted by Postfix's smtp(8), delivery left out.
    pub(crate) postfix: Option<f64>,
}

impl Row {
    /// What looking at it costs, as a multiple of encoding alone. What is 7-bit passes the
    /// converter as well.
    fn cost(&self) -> f64 {
        match self.text {
            Text::SevenBit | Text::Multipart => self.encoded / self.passed.min(self.converted),
            Text::German | Text::Russian => self.encoded / self.passed,
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| MB/s of CPU | encoder | unchanged by an editor | converted | by Postfix | \
             parsed by mail-parser |"
        )?;
        writeln!(f, "|---|---:|---:|---:|---:|---:|")?;
        let megabytes = |rate: f64| grouped(rate / 1e6);
        for row in &self.rows {
            let Row { text, encoded, passed, converted, parsed, postfix } = row;
            let figures = [*encoded, *passed, *converted].map(megabytes).join(" | ");
            let postfix = postfix.map_or_else(|| "too little".to_owned(), megabytes);
            let parsed = megabytes(*parsed);
            writeln!(f, "| **{}** | {figures} | {postfix} | {parsed} |", text.name())?;
            let cost = judged(row.cost(), row.cost() <= COST_MAX);
            let title = format!("unchanged: at most {COST_MAX} × the encoder's cost");
            writeln!(f, "| {title} | | {cost} | | | |")?;
            if matches!(text, Text::German | Text::Russian) {
                let rate = judged(converted / 1e6, *converted >= RATE_MIN);
                writeln!(f, "| converted: at least {} MB/s | | | {rate} | | |", RATE_MIN / 1e6)?;
            }
        }
        Ok(())
    }
}

/// What it may cost to look at content that needs no change.
const COST_MAX: f64 = 1.2;

/// The least that is converted.
const RATE_MIN: f64 = 300e6;
