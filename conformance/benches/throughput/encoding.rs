//! Content encoding against copying.

use std::hint::black_box;
use std::time::Instant;

use bytes::BytesMut;

use crate::common::figures::median;
use crate::envoi;
use crate::text::text;

/// Bytes per second over the same buffer.
pub(crate) struct Encoding {
    /// Copied to another buffer of its size.
    pub(crate) copied: f64,
    /// Encoded.
    pub(crate) encoded: f64,
}

impl Encoding {
    pub(crate) fn measure(rounds: usize) -> Self {
        let content = text(SIZE);
        // Filled, so that its pages are there before they are measured.
        let mut copy = vec![1; SIZE];
        let mut buffer = BytesMut::new();
        let (mut copied, mut encoded) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            copied.push(rate(|| copy.copy_from_slice(black_box(&content))));
            black_box(&copy);
            encoded.push(rate(|| envoi::encode(black_box(&content), &mut buffer)));
        }
        Self { copied: median(copied.into_iter()), encoded: median(encoded.into_iter()) }
    }

    /// Encoding over copying.
    pub(crate) fn ratio(&self) -> f64 {
        self.encoded / self.copied
    }
}

fn rate(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    SIZE as f64 / start.elapsed().as_secs_f64()
}

/// What both work on.
const SIZE: usize = 64 << 20;

/// The least that encoding may reach of copying.
pub(crate) const RATIO_MIN: f64 = 0.4;
