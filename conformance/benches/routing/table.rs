//! The table, in Markdown.

use std::fmt;

use crate::common::figures::{grouped, judged};
use crate::kind::Kind;
use crate::limit::{Limit, Ruling};
use crate::memory::BYTES_MAX;
use crate::processes::elapsed::micros;
use crate::series::{Measure, Series};

/// What was measured, as one table: figures, and under them the limits that they answer to.
pub(crate) struct Table {
    pub(crate) series: Vec<Series>,
    /// Questions per route.
    pub(crate) queries: Vec<(Kind, f64)>,
    /// Bytes of a process with a million domains in Envoi's cache.
    pub(crate) memory: u64,
}

impl Table {
    fn row(f: &mut fmt::Formatter<'_>, title: &str, cells: &[String]) -> fmt::Result {
        writeln!(f, "| {title} | {} |", cells.join(" | "))
    }

    fn figures(series: &Series) -> [String; 3] {
        Kind::ALL.map(|kind| {
            let rate = series.figure(kind, Measure::Rate);
            let cpu = series.figure(kind, Measure::Cpu);
            format!("{} ({})", grouped(rate), micros(cpu))
        })
    }

    fn rulings(limit: Limit, series: &Series) -> [String; 3] {
        Kind::ALL.map(|kind| {
            let Ruling { figure, is_held } = limit.judge(kind, series);
            if kind.is_ours() { judged(figure, is_held) } else { format!("{figure:.2}") }
        })
    }

    fn queries(&self) -> Vec<String> {
        self.queries.iter().map(|(_, queries)| format!("{queries:.2}")).collect()
    }

    fn memory(&self) -> String {
        let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        judged(mebibytes(self.memory), self.memory < BYTES_MAX)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Self::row(f, "routes/s (CPU µs per route)", &Kind::ALL.map(|kind| kind.name().to_owned()))?;
        writeln!(f, "|---|{}", "---:|".repeat(Kind::ALL.len()))?;
        for series in &self.series {
            Self::row(f, &format!("**{}**", series.case), &Self::figures(series))?;
            for limit in Limit::of(series.case) {
                Self::row(f, &limit.to_string(), &Self::rulings(*limit, series))?;
            }
        }
        Self::row(f, "**queries per route**", &self.queries())?;
        let title = "**MiB of a process with 1,000,000 cached domains**: less than 512";
        Self::row(f, title, &[self.memory(), String::new(), String::new()])
    }
}
