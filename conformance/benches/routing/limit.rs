//! What Envoi has promised.

use std::fmt;

use crate::case::{Case, Memory};
use crate::kind::Kind;
use crate::series::{Measure, Series};

/// A bound on a figure.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    /// The least rate, as a multiple of hickory-resolver's in the same run.
    Rate(f64),
    /// The most CPU seconds per route.
    Cpu(f64),
}

/// What a limit says of a resolver.
pub(crate) struct Ruling {
    /// A ratio, or microseconds.
    pub(crate) figure: f64,
    pub(crate) is_held: bool,
}

impl Limit {
    /// The limits that hold in a case.
    pub(crate) fn of(case: Case) -> &'static [Self] {
        match case.memory {
            Memory::Nothing => &[Self::Rate(1.5)],
            Memory::All => &[Self::Rate(3.0), Self::Cpu(2e-6)],
        }
    }

    /// Judges a resolver of a series.
    pub(crate) fn judge(self, kind: Kind, series: &Series) -> Ruling {
        match self {
            Self::Rate(least) => {
                let figure = series.ratio(kind, Kind::Hickory, Measure::Rate);
                Ruling { figure, is_held: figure >= least }
            }
            Self::Cpu(most) => {
                let seconds = series.figure(kind, Measure::Cpu);
                Ruling { figure: seconds * 1e6, is_held: seconds < most }
            }
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate(least) => write!(f, "routes/s: at least {least} × hickory-resolver"),
            Self::Cpu(most) => write!(f, "CPU of a route: less than {} µs", most * 1e6),
        }
    }
}
