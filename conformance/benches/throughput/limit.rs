//! What Envoi has promised.

use std::fmt;

use crate::case::{Case, Cores, LARGE, SMALL, Source};
use crate::kind::{Kind, Part};
use crate::series::{Measure, Series};

/// A bound on the ratio of a figure to that of others in the same run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    measure: Measure,
    bound: f64,
    against: Against,
}

#[derive(Clone, Copy, Debug)]
enum Against {
    /// The runtime without Envoi, for what runs on one.
    BareTokio,
    BareThreads,
    /// The floor that sends in the same way.
    Floor,
    /// The best of the peers.
    Peers,
}

/// A sender's ratio, and whether it is within the limit.
pub(crate) struct Ruling {
    pub(crate) ratio: f64,
    pub(crate) is_held: bool,
}

impl Limit {
    /// The limits that hold in a case.
    pub(crate) fn of(case: &Case) -> &'static [Self] {
        match (case.size, case.source, case.conversations, case.cores) {
            (SMALL, _, 10 | 100, Cores::Idle) => &MANY,
            (SMALL, _, 1, Cores::Awake) => &ONE_AWAKE,
            (SMALL, _, 1, Cores::Idle) => &ONE_IDLE,
            (LARGE, Source::Memory, _, _) => &LARGE_MEMORY,
            (LARGE, Source::File, _, _) => &LARGE_FILE,
            _ => &[],
        }
    }

    /// Judges a sender of a series, `floors` being the series in which the floors count.
    pub(crate) fn judge(&self, kind: Kind, series: &Series, floors: &Series) -> Option<Ruling> {
        let against = match self.against {
            Against::BareTokio => (floors, Kind::BareTokio),
            Against::BareThreads => (floors, Kind::BareThreads),
            Against::Floor => (floors, kind.floor()),
            Against::Peers => (series, self.best_peer(series)?),
        };
        let ratio = series.ratio(kind, self.measure, against)?;
        let is_held = match self.measure {
            Measure::Rate => ratio >= self.bound,
            Measure::Cpu | Measure::Sink => ratio <= self.bound,
        };
        Some(Ruling { ratio, is_held })
    }

    /// Whether it is a promise about this sender; of others it tells how far they are.
    pub(crate) fn binds(&self, kind: Kind) -> bool {
        let is_concerned = match self.against {
            Against::BareTokio => kind.floor() == Kind::BareTokio,
            Against::BareThreads | Against::Floor | Against::Peers => true,
        };
        kind.part() == Part::Envoi && is_concerned
    }

    fn best_peer(&self, series: &Series) -> Option<Kind> {
        let kinds = Kind::ALL.into_iter().filter(|kind| kind.part() == Part::Peer);
        let figures = kinds.filter_map(|kind| Some((kind, series.figure(kind, self.measure)?)));
        let best = match self.measure {
            Measure::Rate => figures.max_by(|one, two| one.1.total_cmp(&two.1)),
            Measure::Cpu | Measure::Sink => figures.min_by(|one, two| one.1.total_cmp(&two.1)),
        };
        best.map(|(kind, _)| kind)
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (figure, bound) = match self.measure {
            Measure::Rate => ("messages/s", "at least"),
            Measure::Cpu => ("CPU", "at most"),
            Measure::Sink => ("the sink's CPU", "at most"),
        };
        let against = match self.against {
            Against::BareTokio => "bare tokio",
            Against::BareThreads => "bare threads",
            Against::Floor => "its floor",
            Against::Peers => "the best peer",
        };
        write!(f, "{figure}: {bound} {} × {against}", self.bound)
    }
}

const fn limit(measure: Measure, bound: f64, against: Against) -> Limit {
    Limit { measure, bound, against }
}

const MANY: [Limit; 5] = [
    limit(Measure::Rate, 0.8, Against::BareTokio),
    limit(Measure::Rate, 0.5, Against::BareThreads),
    limit(Measure::Rate, 2.5, Against::Peers),
    limit(Measure::Cpu, 1.7, Against::Floor),
    limit(Measure::Cpu, 0.35, Against::Peers),
];
const ONE_AWAKE: [Limit; 2] =
    [limit(Measure::Rate, 0.6, Against::Floor), limit(Measure::Rate, 2.0, Against::Peers)];
const ONE_IDLE: [Limit; 2] =
    [limit(Measure::Cpu, 1.7, Against::Floor), limit(Measure::Cpu, 0.35, Against::Peers)];
const LARGE_MEMORY: [Limit; 1] = [limit(Measure::Cpu, 2.2, Against::Floor)];
const LARGE_FILE: [Limit; 1] = [limit(Measure::Cpu, 2.8, Against::Floor)];
