//! Processes of the least priority that keep the CPUs awake.

use std::env;
use std::hint;
use std::io;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{getppid, setpriority_process};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The word that makes this program a spinner.
pub(crate) const ROLE: &str = "spin";

/// One on each CPU; they end with their handle.
pub(crate) struct Spinners(Vec<Child>);

impl Spinners {
    pub(crate) fn launch() -> io::Result<Self> {
        let mut spinners = Self(Vec::new());
        let ours = sched_getaffinity(None)?;
        for cpu in (0..CpuSet::MAX_CPU).filter(|&cpu| ours.is_set(cpu)) {
            let mut command = Command::new(env::current_exe()?);
            command.args([ROLE, &cpu.to_string()]).stdin(Stdio::null());
            spinners.0.push(command.spawn()?);
        }
        Ok(spinners)
    }
}

impl Drop for Spinners {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Is such a process, until its parent has gone or its time is over.
pub(crate) fn serve(cpu: usize) -> io::Result<()> {
    let parent = getppid();
    let mut cpus = CpuSet::new();
    cpus.set(cpu);
    sched_setaffinity(None, &cpus)?;
    setpriority_process(None, LEAST)?;
    let start = Instant::now();
    while start.elapsed() < TIME_MAX && getppid() == parent {
        for _ in 0..TURNS {
            hint::spin_loop();
        }
    }
    Ok(())
}

/// How nice a spinner is.
const LEAST: i32 = 19;

/// Turns between two looks at the clock.
const TURNS: usize = 1 << 20;

/// No row takes longer.
const TIME_MAX: Duration = Duration::from_secs(300);
