//! Several rounds of one case, the resolvers taken in turn.

use std::io;
use std::time::Duration;

use crate::bed::{Bed, Sample};
use crate::case::Case;
use crate::common::figures::median;
use crate::kind::Kind;

/// How long and how often each resolver finds routes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) rounds: usize,
    pub(crate) time: Duration,
}

/// The figures of all resolvers in one case.
pub(crate) struct Series {
    pub(crate) case: Case,
    resolvers: Vec<(Kind, Vec<Sample>)>,
}

/// A figure of a resolver.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Measure {
    /// Routes per second.
    Rate,
    /// CPU seconds per route.
    Cpu,
}

impl Measure {
    fn of(self, sample: &Sample) -> f64 {
        let routes = sample.routes as f64;
        match self {
            Self::Rate => routes / sample.elapsed.wall.as_secs_f64(),
            Self::Cpu => sample.elapsed.cpu.as_secs_f64() / routes,
        }
    }
}

impl Series {
    pub(crate) fn measure(case: Case, pace: Pace, bed: &Bed) -> io::Result<Self> {
        let mut resolvers = Vec::new();
        for kind in Kind::ALL {
            resolvers.push((kind, routes(kind, case, pace, bed)?, Vec::new()));
        }
        for _ in 0..pace.rounds {
            for (kind, routes, samples) in &mut resolvers {
                samples.push(bed.sample(*kind, case, *routes)?);
            }
        }
        let resolvers = resolvers.into_iter().map(|(kind, _, samples)| (kind, samples)).collect();
        Ok(Self { case, resolvers })
    }

    /// A resolver's median.
    pub(crate) fn figure(&self, kind: Kind, measure: Measure) -> f64 {
        median(self.samples(kind).iter().map(|sample| measure.of(sample)))
    }

    /// The median of a resolver's figure in each round over another's, of the same round.
    pub(crate) fn ratio(&self, kind: Kind, other: Kind, measure: Measure) -> f64 {
        let pairs = self.samples(kind).iter().zip(self.samples(other));
        median(pairs.map(|(one, two)| measure.of(one) / measure.of(two)))
    }

    fn samples(&self, kind: Kind) -> &[Sample] {
        let found = self.resolvers.iter().find(|(resolver, _)| *resolver == kind);
        found.map(|(_, samples)| samples.as_slice()).expect("all resolvers take part")
    }
}

/// As many routes as take about the time of the pace, found by asking for more and more.
fn routes(kind: Kind, case: Case, pace: Pace, bed: &Bed) -> io::Result<usize> {
    let mut routes = case.at_once;
    loop {
        let taken = bed.sample(kind, case, routes)?.elapsed.wall;
        if taken * 4 > pace.time {
            let scale = pace.time.as_secs_f64() / taken.as_secs_f64();
            let scaled = (routes as f64 * scale) as usize;
            return Ok(scaled.max(case.at_once));
        }
        routes *= 4;
    }
}
