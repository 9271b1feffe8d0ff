//! Where and when.

use std::fs;
use std::process::Command;
use std::thread;

/// CPU, number of CPUs, kernel and date, as a line.
pub(crate) fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown CPU", |(_, model)| model);
    let cpus = thread::available_parallelism().map_or(1, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let date = Command::new("date").args(["-u", "+%-d %b %Y"]).env("LC_ALL", "C").output();
    let date = date.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let date = date.unwrap_or_default();
    format!("{model}, {cpus} CPUs, Linux {}, {}", kernel.trim(), date.trim())
}
