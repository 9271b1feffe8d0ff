//! Name servers, and whoever asks them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use conformance::servers::{NameServerPrograms, NameServers};
use envoi_driver::dns::{Limits, ResolvConf};
use envoi_driver::{Network, Runtime, StubResolver};
use tempfile::TempDir;

/// Both servers, and the folder that they run in.
pub(crate) struct Bed {
    pub(crate) servers: NameServers,
    dir: TempDir,
}

impl Bed {
    pub(crate) fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let servers = NameServers::start(programs(), dir.path()).unwrap();
        Self { servers, dir }
    }

    /// On the port that the system's resolver knows.
    pub(crate) fn start_on_port_53() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let servers = NameServers::start_on_port_53(programs(), dir.path()).unwrap();
        Self { servers, dir }
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// A network that asks the resolver, which is impatient, and trusts it.
    pub(crate) fn network<R: Runtime>(&self, runtime: R) -> Network<R> {
        network(runtime, ResolvConf { trust_ad: true, ..impatient(self.servers.resolver()) })
    }
}

/// A network that knows nothing but what name servers tell.
pub(crate) fn network<R: Runtime>(runtime: R, conf: ResolvConf) -> Network<R> {
    let resolver = StubResolver::new(runtime.clone(), conf, Limits::default()).unwrap();
    Network { runtime, resolver, hosts: Arc::default() }
}

/// Asks a server once, and waits a second.
pub(crate) fn impatient(server: SocketAddr) -> ResolvConf {
    ResolvConf { timeout: Duration::from_secs(1), attempts: 1, ..ResolvConf::of([server]) }
}

/// Where programs are unpacked once for all runs.
pub(crate) fn cache() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("servers")
}

fn programs() -> &'static NameServerPrograms {
    static PROGRAMS: OnceLock<NameServerPrograms> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let programs = NameServerPrograms::install(&cache(), &mut |line| eprintln!("{line}"));
        programs.unwrap_or_else(|error| panic!("a name server is missing: {error}"))
    })
}
