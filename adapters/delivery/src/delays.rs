//! Where the time of a delivery went.

use core::fmt;
use core::time::Duration;

/// The time that a delivery took, by what it was spent on.
///
/// Prints as Postfix's `delays=a/b/c/d`: seconds, two significant digits, and no more decimals than
/// the format's precision (`delay_logging_resolution_limit`; 2).
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
        Seconds(incoming).fmt(f)?;
        for later in [waiting, connecting, transmitting] {
            f.write_str("/")?;
            Seconds(later).fmt(f)?;
        }
        Ok(())
    }
}

/// A duration as log lines show it: seconds, two significant digits, and no more decimals than the
/// format's precision, which is 2 by default and 6 at most.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Seconds(pub Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.as_micros();
        let decimals = f.precision().unwrap_or(DECIMALS).min(DECIMALS_MAX);
        let mut unit = 10_u128.pow((DECIMALS_MAX - decimals) as u32);
        while micros + unit / 2 >= unit * 100 && unit < SECOND {
            unit *= 10;
        }
        let rounded = (micros + unit / 2) / unit * unit;
        let (whole, mut fraction) = (rounded / SECOND, rounded % SECOND);
        write!(f, "{whole}")?;
        if fraction > 0 {
            let mut digits = DECIMALS_MAX;
            while fraction % 10 == 0 {
                (fraction, digits) = (fraction / 10, digits - 1);
            }
            write!(f, ".{fraction:0digits$}")?;
        }
        Ok(())
    }
}

/// Decimals that are shown where nothing is said about it (`delay_logging_resolution_limit`).
const DECIMALS: usize = 2;

/// Most decimals: those of microseconds.
const DECIMALS_MAX: usize = 6;

/// Microseconds of a second.
const SECOND: u128 = 1_000_000;

#[cfg(test)]
mod tests {
    use alloc::format;
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

    #[test]
    fn the_format_s_precision_limits_decimals() {
        for (micros, decimals, shown) in [
            (12_345, 0, "0"),
            (1_500_000, 0, "2"),
            (12_345, 1, "0"),
            (12_345, 3, "0.012"),
            (1_234, 6, "0.0012"),
            (7, 6, "0.000007"),
            (7, 9, "0.000007"),
            (12_345_678, 6, "12"),
        ] {
            let seconds = Seconds(Duration::from_micros(micros));
            assert_eq!(format!("{seconds:.decimals$}"), shown, "{micros}");
        }
        let connecting = Duration::from_micros(12_345);
        let delays = Delays { connecting, ..Delays::default() };
        assert_eq!(format!("{delays:.3}"), "0/0/0.012/0");
    }
}
