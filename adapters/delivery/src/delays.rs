//! Where the time of a delivery went.

use core::fmt;
use core::time::Duration;

/// The time that a delivery took, by what it was spent on.
///
/// Prints as Postfix's `delays=a/b/c/d`: seconds, two significant digits, at most two decimals
/// (`delay_logging_resolution_limit`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Delays {
    /// a: before the request was taken up.
    pub incoming: Duration,
    /// b: waiting for its turn.
    pub waiting: Duration,
    /// c: connecting and the handshake.
    pub connecting: Duration,
    /// d: its transaction.
    pub transmitting: Duration,
}

impl Delays {
    /// All of it; prints as Postfix's `delay=`.
    pub fn total(&self) -> Seconds {
        Seconds(self.incoming + self.waiting + self.connecting + self.transmitting)
    }
}

impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { incoming, waiting, connecting, transmitting } = *self;
        write!(f, "{}/{}/", Seconds(incoming), Seconds(waiting))?;
        write!(f, "{}/{}", Seconds(connecting), Seconds(transmitting))
    }
}

/// A duration as log lines show it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Seconds(pub Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.as_micros();
        // Two significant digits, but no finer than a hundredth.
        let mut unit = 10_000;
        while micros + unit / 2 >= unit * 100 && unit < 1_000_000 {
            unit *= 10;
        }
        let rounded = (micros + unit / 2) / unit * unit;
        let (whole, hundredths) = (rounded / 1_000_000, rounded % 1_000_000 / 10_000);
        match (hundredths, hundredths % 10) {
            (0, _) => write!(f, "{whole}"),
            (_, 0) => write!(f, "{whole}.{}", hundredths / 10),
            (_, _) => write!(f, "{whole}.{hundredths:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn two_digits_are_shown_and_no_trailing_zeros() {
        for (micros, shown) in [
            (0, "0"),
            (4_000, "0"),
            (12_345, "0.01"),
            (50_000, "0.05"),
            (123_456, "0.12"),
            (999_000, "1"),
            (1_200_000, "1.2"),
            (1_234_567, "1.2"),
            (9_960_000, "10"),
            (12_345_678, "12"),
            (120_000_000, "120"),
            (99_900_000, "100"),
        ] {
            assert_eq!(Seconds(Duration::from_micros(micros)).to_string(), shown, "{micros}");
        }
    }
}
