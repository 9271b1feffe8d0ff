//! Bytes on their way in one direction.

use std::collections::VecDeque;

use envoi_proto::Instant;

use super::scenario::Weather;
use crate::seeded::Random;

/// One direction of a connection: bytes arrive in order, each at its time.
#[derive(Debug)]
pub(super) struct Pipe {
    random: Random,
    weather: Weather,
    transit: VecDeque<(Instant, Vec<u8>)>,
    /// When the last of them arrives.
    last: Instant,
    /// Bytes that entered.
    pub(super) entered: usize,
}

impl Pipe {
    pub(super) fn new(weather: Weather, random: &mut Random) -> Self {
        let transit = VecDeque::new();
        Self { random: random.fork(), weather, transit, last: Instant::ORIGIN, entered: 0 }
    }

    /// How many of so many bytes can enter.
    pub(super) fn admits(&mut self, bytes: usize) -> usize {
        let waiting: usize = self.transit.iter().map(|(_, bytes)| bytes.len()).sum();
        let room = self.weather.capacity.saturating_sub(waiting);
        let portion = self.random.between(1, self.weather.portion);
        bytes.min(room).min(portion)
    }

    /// Sends bytes off, in one piece.
    pub(super) fn send(&mut self, bytes: &[u8], now: Instant) {
        let arrives = self.arrival(now);
        self.entered += bytes.len();
        self.transit.push_back((arrives, bytes.to_vec()));
    }

    /// When something arrives that is sent off now.
    pub(super) fn arrival(&mut self, now: Instant) -> Instant {
        let Self { random, weather, .. } = self;
        let mut delay = weather.delay.mul_f64(random.below(1000) as f64 / 1000.0);
        if random.chance(weather.stalls) {
            delay += weather.stall.mul_f64(random.below(1000) as f64 / 1000.0);
        }
        self.last = (now + delay).max(self.last);
        self.last
    }

    /// The next bytes that have arrived, so many at most.
    pub(super) fn receive(&mut self, most: usize, now: Instant) -> Option<Vec<u8>> {
        let (arrives, bytes) = self.transit.front_mut()?;
        if *arrives > now || most == 0 {
            return None;
        }
        let rest = bytes.split_off(bytes.len().min(most));
        let received = std::mem::replace(bytes, rest);
        if bytes.is_empty() {
            self.transit.pop_front();
        }
        Some(received)
    }

    /// When something arrives next.
    pub(super) fn next_arrival(&self) -> Option<Instant> {
        self.transit.front().map(|(arrives, _)| *arrives)
    }

    /// Loses what is under way.
    pub(super) fn clear(&mut self) {
        self.transit.clear();
    }
}
