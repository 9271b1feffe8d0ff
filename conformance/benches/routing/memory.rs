//! What a million domains take in memory.

use std::env;
use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};

use envoi_driver::dns::{
    Answer, Asked, Cache, Instant, Kind, Lack, Limits, Mx, Name, Query, Records,
};

/// The word that makes this program fill a cache.
pub(crate) const ROLE: &str = "memory";

/// Bytes of a process that has a million domains in its cache, and nothing else to do.
pub(crate) fn measure() -> io::Result<u64> {
    let child = Command::new(env::current_exe()?).arg(ROLE).stderr(Stdio::inherit()).output()?;
    String::from_utf8_lossy(&child.stdout).trim().parse().map_err(io::Error::other)
}

/// Is that process, and returns its size.
pub(crate) fn serve() -> io::Result<u64> {
    let limits = Limits { entries: 3 * DOMAINS, bytes: BYTES_MAX as usize, ..Limits::default() };
    let mut cache = Cache::new(limits, 1);
    for number in 0..DOMAINS {
        remember(&mut cache, number);
    }
    // The first to be left out would be the first that came.
    if cache.recall(&queries(0)[0], NOW).is_none() {
        return Err(io::Error::other("a million domains have no room"));
    }
    resident()
}

/// Takes the answers about a domain that has an exchanger with an IPv4 address.
fn remember(cache: &mut Cache, number: usize) {
    let [mx, a, aaaa] = queries(number);
    let exchanger = Mx { preference: 10, exchange: Some(a.name.clone()) };
    let address = Ipv4Addr::from_bits(u32::try_from(number).expect("there are not so many"));
    let answers = [
        (mx, Ok(Records::Mx([exchanger].into_iter().collect()))),
        (a, Ok(Records::A([address].into_iter().collect()))),
        (aaaa, Err(Lack::NoData)),
    ];
    for (query, records) in answers {
        if cache.ask(&query, NOW) == Asked::First {
            let answer = Answer { records, ttl: 3600, ..Answer::lacking(Lack::NoData) };
            cache.handle_answer(&query, answer, NOW);
        }
    }
}

/// What is asked about a domain. Whoever asks for addresses has the name from the answer before.
fn queries(number: usize) -> [Query; 3] {
    let domain = format!("domain-{number:07}.example");
    let host: Name = format!("mx1.{domain}").parse().expect("it is a name");
    let domain = domain.parse().expect("it is a name");
    [(domain, Kind::Mx), (host.clone(), Kind::A), (host, Kind::Aaaa)]
        .map(|(name, kind)| Query { name, kind })
}

/// Bytes of this process that are in memory (proc(5)).
fn resident() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let size = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.strip_suffix(" kB"));
    let kilobytes: u64 = size.unwrap_or_default().trim().parse().map_err(io::Error::other)?;
    Ok(kilobytes << 10)
}

const DOMAINS: usize = 1_000_000;

/// Most bytes that they may take.
pub(crate) const BYTES_MAX: u64 = 512 << 20;

const NOW: Instant = Instant::ORIGIN;
