//! The table, in Markdown.

use std::fmt;

use crate::case::{Case, LARGE, Source};
use crate::common::figures::{grouped, judged};
use crate::encoding::{Encoding, RATIO_MIN};
use crate::kind::{Kind, Part};
use crate::limit::Limit;
use crate::processes::elapsed::micros;
use crate::series::{Measure, Series};
use crate::tls::{Figures, Work};

/// What was measured, as one table: figures, and under them the limits that they answer to.
pub(crate) struct Table {
    pub(crate) series: Vec<Series>,
    pub(crate) encoding: Encoding,
    pub(crate) tls: Vec<Figures>,
}

impl Table {
    /// Senders that took part in anything.
    fn kinds(&self) -> Vec<Kind> {
        let took_part = |kind: &Kind| {
            self.series.iter().any(|series| series.figure(*kind, Measure::Rate).is_some())
        };
        Kind::ALL.into_iter().filter(took_part).collect()
    }

    fn row(f: &mut fmt::Formatter<'_>, cells: &[String]) -> fmt::Result {
        writeln!(f, "| {} |", cells.join(" | "))
    }

    fn figures(kinds: &[Kind], series: &Series) -> Vec<String> {
        let mut cells = vec![format!("**{}**", series.case)];
        cells.extend(kinds.iter().map(|&kind| {
            let rate = series.figure(kind, Measure::Rate);
            let cpu = series.figure(kind, Measure::Cpu);
            rate.zip(cpu).map_or_else(String::new, |(rate, cpu)| {
                format!("{} ({})", grouped(rate), micros(cpu))
            })
        }));
        let rate = series.figure(Kind::BareTokio, Measure::Rate);
        let sink = series.figure(Kind::BareTokio, Measure::Sink);
        cells.push(rate.zip(sink).map_or_else(String::new, |(rate, sink)| {
            format!("{} ({:.2})", micros(sink), sink * rate)
        }));
        cells
    }

    fn rulings(&self, limit: &Limit, kinds: &[Kind], series: &Series) -> Vec<String> {
        let floors = self.floors(series);
        let mut cells = vec![limit.to_string()];
        cells.extend(kinds.iter().map(|&kind| {
            let ruling = limit.judge(kind, series, floors);
            ruling.map_or_else(String::new, |ruling| {
                if limit.binds(kind) {
                    judged(ruling.ratio, ruling.is_held)
                } else {
                    format!("{:.2}", ruling.ratio)
                }
            })
        }));
        cells.push(String::new());
        cells
    }

    /// Where the floors of a series are: large content is prebuilt, wherever others take it from.
    fn floors<'a>(&'a self, series: &'a Series) -> &'a Series {
        let case = series.case;
        if case.size != LARGE {
            return series;
        }
        let prebuilt = Case { source: Source::Memory, ..case };
        self.series.iter().find(|series| series.case == prebuilt).unwrap_or(series)
    }

    fn tls(kinds: &[Kind], figures: &Figures) -> [Vec<String>; 2] {
        let unit = if figures.work == Work::Bulk { 1e6 } else { 1.0 };
        let mut shown = vec![match figures.work {
            Work::Full | Work::Resumed => format!("**{}/s**", figures.work.name()),
            Work::Bulk => format!("**{}: MB/s**", figures.work.name()),
        }];
        shown.extend(kinds.iter().map(|&kind| {
            let both = figures.rate(kind).zip(figures.cost(kind));
            both.map_or_else(String::new, |(rate, cost)| {
                format!("{} ({})", grouped(rate / unit), micros(cost))
            })
        }));
        let mut limits = vec![figures.limit(0.0).0.to_owned()];
        limits.extend(kinds.iter().map(|&kind| {
            let ratio = figures.ratio(kind);
            ratio.map_or_else(String::new, |ratio| {
                let is_held = figures.limit(ratio).1;
                let is_ours = kind.part() == Part::Envoi;
                if is_ours { judged(ratio, is_held) } else { format!("{ratio:.2}") }
            })
        }));
        [shown, limits].map(|mut cells| {
            cells.push(String::new());
            cells
        })
    }

    fn encoding(&self, kinds: &[Kind]) -> Vec<String> {
        let Encoding { copied, encoded } = self.encoding;
        let ratio = self.encoding.ratio();
        let ruling = judged(ratio, ratio >= RATIO_MIN);
        let (copied, encoded) = (copied / 1e9, encoded / 1e9);
        let words = format!(
            "**64 MiB encoded**: memcpy {copied:.1} GB/s, envoi {encoded:.1}; at least \
             {RATIO_MIN} × memcpy: {ruling}"
        );
        let mut cells = vec![words];
        cells.resize(kinds.len() + 2, String::new());
        cells
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = self.kinds();
        let mut head = vec!["messages/s (CPU µs per message)".to_owned()];
        head.extend(kinds.iter().map(|kind| kind.name().to_owned()));
        head.push("the sink: CPU µs (cores), at bare tokio".to_owned());
        Self::row(f, &head)?;
        writeln!(f, "|---|{}", "---:|".repeat(kinds.len() + 1))?;
        for series in &self.series {
            Self::row(f, &Self::figures(&kinds, series))?;
            for limit in Limit::of(&series.case) {
                Self::row(f, &self.rulings(limit, &kinds, series))?;
            }
        }
        for figures in &self.tls {
            for row in Self::tls(&kinds, figures) {
                Self::row(f, &row)?;
            }
        }
        Self::row(f, &self.encoding(&kinds))
    }
}
