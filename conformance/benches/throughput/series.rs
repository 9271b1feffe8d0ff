//! Several rounds of one case, the senders taken in turn.

use std::io;
use std::time::Duration;

use crate::bed::{Bed, Sample};
use crate::case::{Case, Cores};
use crate::common::figures::median;
use crate::kind::Kind;
use crate::spinner::Spinners;

/// How long and how often each sender sends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) rounds: usize,
    pub(crate) time: Duration,
}

/// The figures of all senders in one case.
pub(crate) struct Series {
    pub(crate) case: Case,
    senders: Vec<(Kind, Vec<Sample>)>,
}

/// A figure of a sender.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Measure {
    /// Messages per second.
    Rate,
    /// The sender's CPU seconds per message.
    Cpu,
    /// The sink's CPU seconds per message.
    Sink,
}

impl Measure {
    fn of(self, sample: &Sample) -> f64 {
        let messages = sample.messages as f64;
        match self {
            Self::Rate => messages / sample.elapsed.wall.as_secs_f64(),
            Self::Cpu => sample.elapsed.cpu.as_secs_f64() / messages,
            Self::Sink => sample.sink.as_secs_f64() / messages,
        }
    }
}

impl Series {
    pub(crate) fn measure(case: Case, pace: Pace, bed: &mut Bed) -> io::Result<Self> {
        let _spinners = match case.cores {
            Cores::Idle => None,
            Cores::Awake => Some(Spinners::launch()?),
        };
        let mut senders = Vec::new();
        for kind in Kind::ALL.into_iter().filter(|&kind| case.has(kind)) {
            senders.push((kind, messages(kind, &case, pace, bed)?, Vec::new()));
        }
        for _ in 0..pace.rounds {
            for (kind, messages, samples) in &mut senders {
                samples.push(bed.sample(*kind, &case, *messages)?);
            }
        }
        let senders = senders.into_iter().map(|(kind, _, samples)| (kind, samples)).collect();
        Ok(Self { case, senders })
    }

    /// A sender's median.
    pub(crate) fn figure(&self, kind: Kind, measure: Measure) -> Option<f64> {
        Some(median(self.samples(kind)?.iter().map(|sample| measure.of(sample))))
    }

    /// The median of a sender's figure in each round over another's, of the same round.
    pub(crate) fn ratio(
        &self,
        kind: Kind,
        measure: Measure,
        (other, of): (&Self, Kind),
    ) -> Option<f64> {
        let pairs = self.samples(kind)?.iter().zip(other.samples(of)?);
        Some(median(pairs.map(|(one, two)| measure.of(one) / measure.of(two))))
    }

    fn samples(&self, kind: Kind) -> Option<&[Sample]> {
        let found = self.senders.iter().find(|(sender, _)| *sender == kind);
        found.map(|(_, samples)| samples.as_slice())
    }
}

/// As many messages as take about the time of the pace, found by sending more and more.
fn messages(kind: Kind, case: &Case, pace: Pace, bed: &mut Bed) -> io::Result<usize> {
    let time = pace.time * kind.patience();
    let mut messages = case.conversations;
    loop {
        let taken = bed.sample(kind, case, messages)?.elapsed.wall;
        if taken * 4 > time {
            let scale = time.as_secs_f64() / taken.as_secs_f64();
            let scaled = (messages as f64 * scale) as usize;
            return Ok(scaled.max(case.messages_min(kind)));
        }
        messages *= 4;
    }
}
