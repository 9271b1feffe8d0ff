//! Where resolvers are measured: name servers that know all answers.

use std::error::Error;
use std::io;
use std::path::Path;

use conformance::servers::{MANY_DOMAINS, NameServerPrograms, NameServers, many_records};
use envoi_sink::NameServer;
use tempfile::TempDir;

use crate::case::{Case, Memory};
use crate::kind::Kind;
use crate::processes::elapsed::Elapsed;
use crate::sender;

/// An unbound that has been asked for everything once, and a server that counts.
pub(crate) struct Bed {
    servers: NameServers,
    counter: NameServer,
    _dir: TempDir,
}

/// One run of one resolver.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) routes: usize,
    pub(crate) elapsed: Elapsed,
}

impl Bed {
    /// Starts the servers; `cache` is where their programs are unpacked.
    pub(crate) fn new(cache: &Path) -> Result<Self, Box<dyn Error>> {
        let programs =
            NameServerPrograms::install(&cache.join("servers"), &mut |line| eprintln!("{line}"))?;
        let dir = TempDir::new()?;
        let servers = NameServers::start(&programs, dir.path())?;
        let counter = NameServer::start(many_records().parse()?)?;
        let bed = Self { servers, counter, _dir: dir };
        let everything = Case { memory: Memory::Nothing, at_once: 10 };
        bed.sample(Kind::EnvoiTokio, everything, MANY_DOMAINS)?;
        Ok(bed)
    }

    /// Has a resolver find routes.
    pub(crate) fn sample(&self, kind: Kind, case: Case, routes: usize) -> io::Result<Sample> {
        let elapsed = sender::run(kind, case, routes, self.servers.resolver())?;
        Ok(Sample { routes, elapsed })
    }

    /// How many questions each resolver asks for a route.
    pub(crate) fn queries(&self) -> io::Result<Vec<(Kind, f64)>> {
        let case = Case { memory: Memory::Nothing, at_once: 1 };
        let count = |kind| {
            let before = self.counter.answered();
            sender::run(kind, case, COUNTED, self.counter.address())?;
            let asked = self.counter.answered() - before;
            Ok((kind, asked as f64 / COUNTED as f64))
        };
        Kind::ALL.into_iter().map(count).collect()
    }
}

/// Routes for which questions are counted.
const COUNTED: usize = 200;
