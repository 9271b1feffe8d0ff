//! What a run costs: time on the wall, and time on its CPUs.

use std::io;
use std::time::{Duration, Instant};

use crate::common::cpu::process_cpu;
use crate::common::figures::grouped;

/// The cost of one run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Elapsed {
    /// From the parent's word to the last result.
    pub(crate) wall: Duration,
    /// User and system time of all threads of the process.
    pub(crate) cpu: Duration,
}

impl Elapsed {
    /// The form in which a child process tells its parent.
    pub(crate) fn to_line(self) -> String {
        format!("{} {}", self.wall.as_nanos(), self.cpu.as_nanos())
    }

    /// Reads what [`Self::to_line`] wrote.
    pub(crate) fn from_line(line: &str) -> Option<Self> {
        let (wall, cpu) = line.trim().split_once(' ')?;
        let nanos = |word: &str| word.parse().ok().map(Duration::from_nanos);
        Some(Self { wall: nanos(wall)?, cpu: nanos(cpu)? })
    }
}

/// Measures a process from [`Self::start`] to [`Self::stop`].
pub(crate) struct Stopwatch {
    wall: Instant,
    cpu: Duration,
}

impl Stopwatch {
    /// Tells the parent that all is ready, and starts at its word.
    pub(crate) fn start() -> io::Result<Self> {
        println!("{READY}");
        io::stdin().read_line(&mut String::new())?;
        Ok(Self { cpu: process_cpu(), wall: Instant::now() })
    }

    pub(crate) fn stop(self) -> Elapsed {
        Elapsed { wall: self.wall.elapsed(), cpu: process_cpu() - self.cpu }
    }
}

/// Seconds as microseconds.
pub(crate) fn micros(seconds: f64) -> String {
    let micros = seconds * 1e6;
    if micros < 100.0 { format!("{micros:.1}") } else { grouped(micros) }
}

/// What a process says before it starts.
pub(crate) const READY: &str = "ready";
