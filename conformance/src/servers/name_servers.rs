//! The two name servers, as a pair.

use std::ffi::OsStr;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};

use super::process::Process;
use super::unbound::Upstream;
use super::{Error, NameServerPrograms, nsd, port, program, unbound};

/// An authoritative server and a validating resolver that asks it, which end when this is dropped.
///
/// They know the [domains](super::Domain) of the zones [`SIGNED`](super::SIGNED) and
/// [`PLAIN`](super::PLAIN), and those of [`MANY`](super::MANY). The resolver refuses everything
/// else, and sends nothing that leaves the machine.
#[derive(Debug)]
pub struct NameServers {
    authority: SocketAddr,
    resolver: SocketAddr,
    resolv_conf: PathBuf,
    /// Takes questions and never answers.
    _silent: UdpSocket,
    _processes: [Process; 2],
}

impl NameServers {
    /// Starts them on free ports of loopback, with all of their files below `dir`.
    ///
    /// # Errors
    ///
    /// [`Error::Silent`] shows the end of a server's log.
    pub fn start(programs: &NameServerPrograms, dir: &Path) -> Result<Self, Error> {
        Self::start_at(programs, dir, [port::free(), port::free()])
    }

    /// Starts them on port 53 of loopback addresses of their own, which takes root: the system's
    /// resolver knows no other port.
    ///
    /// # Errors
    ///
    /// [`Error::NotRoot`], and those of [`Self::start`].
    pub fn start_on_port_53(programs: &NameServerPrograms, dir: &Path) -> Result<Self, Error> {
        if !program::is_root() {
            return Err(Error::NotRoot);
        }
        Self::start_at(programs, dir, free_pair())
    }

    fn start_at(
        programs: &NameServerPrograms,
        dir: &Path,
        [authority, resolver]: [SocketAddr; 2],
    ) -> Result<Self, Error> {
        let dir = std::path::absolute(dir).map_err(|source| Error::file(dir, source))?;
        let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0));
        let silent = silent.map_err(|source| Error::program("a silent socket", source))?;
        let (nsd, anchor) = nsd::start(programs, &dir, authority)?;
        let upstream = Upstream {
            authority,
            anchor,
            silent: silent.local_addr().map_err(|source| Error::program("a socket", source))?,
        };
        let unbound = unbound::start(programs, &dir, resolver, &upstream)?;
        let resolv_conf = dir.join("resolv.conf");
        let text =
            format!("nameserver {}\noptions edns0 trust-ad timeout:2 attempts:1\n", resolver.ip());
        fs::write(&resolv_conf, text).map_err(|source| Error::file(&resolv_conf, source))?;
        let _processes = [nsd, unbound];
        Ok(Self { authority, resolver, resolv_conf, _silent: silent, _processes })
    }

    /// Where the authoritative server listens.
    pub const fn authority(&self) -> SocketAddr {
        self.authority
    }

    /// Where the resolver listens.
    pub const fn resolver(&self) -> SocketAddr {
        self.resolver
    }

    /// A resolv.conf(5) that names the resolver and trusts it; of its port it cannot tell.
    pub fn resolv_conf(&self) -> &Path {
        &self.resolv_conf
    }

    /// A command for which the system's resolver is this one, which takes root and port 53.
    ///
    /// The process that it starts becomes the program: it has its id, and ends with it.
    pub fn surround(&self, command: &Command) -> Command {
        let mut surrounded = Command::new("unshare");
        surrounded.args(["--mount", "--", "sh", "-c", BIND]).arg(&self.resolv_conf);
        surrounded.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => surrounded.env::<&OsStr, _>(name, value),
                None => surrounded.env_remove(name),
            };
        }
        if let Some(dir) = command.get_current_dir() {
            surrounded.current_dir(dir);
        }
        surrounded
    }
}

/// Two addresses whose port 53 is free, given once only by this process.
fn free_pair() -> [SocketAddr; 2] {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    for _ in 0..NETS {
        let net = (process::id() + TAKEN.fetch_add(1, Ordering::Relaxed)) % NETS;
        let net = u8::try_from(net).expect("less than NETS");
        let pair = [2, 53].map(|host| SocketAddr::from((Ipv4Addr::new(127, 53, net, host), 53)));
        let is_free =
            |at: &SocketAddr| UdpSocket::bind(at).is_ok() && TcpListener::bind(at).is_ok();
        if pair.iter().all(is_free) {
            return pair;
        }
    }
    panic!("port 53 of {NETS} networks of loopback is taken")
}

const NETS: u32 = 200;

/// Replaces resolv.conf for this process and whatever it becomes.
const BIND: &str = r#"mount --bind "$0" /etc/resolv.conf && exec "$@""#;
