//! unbound(8): the resolver that validates, and asks nobody but our own servers.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use super::many::MANY;
use super::process::Process;
use super::zone::{DEAD, PLAIN, SIGNED, SILENT};
use super::{Error, NameServerPrograms, port};

/// Whom it asks.
pub(super) struct Upstream {
    /// The server of the zones.
    pub(super) authority: SocketAddr,
    /// The trust anchor of the signed one.
    pub(super) anchor: String,
    /// Where nobody answers.
    pub(super) silent: SocketAddr,
}

pub(super) fn start(
    programs: &NameServerPrograms,
    dir: &Path,
    address: SocketAddr,
    upstream: &Upstream,
) -> Result<Process, Error> {
    let own = format!(
        "server:\n\
         interface: {}@{}\n\
         directory: \"{}\"\n\
         trust-anchor: \"{}\"\n",
        address.ip(),
        address.port(),
        dir.display(),
        upstream.anchor.split(';').next().unwrap_or_default().trim().replace('\t', " "),
    );
    let ours = [SIGNED, PLAIN, MANY].map(|zone| format!("local-zone: \"{zone}.\" transparent\n"));
    let mut text = own + &ours.concat() + CONFIGURATION;
    for zone in [SIGNED, PLAIN] {
        text += &stub(zone, upstream.authority);
        text += &stub(&format!("{DEAD}.{zone}"), upstream.authority);
        text += &stub(&format!("{SILENT}.{zone}"), upstream.silent);
    }
    text += &stub(MANY, upstream.authority);
    let configuration = dir.join("unbound.conf");
    fs::write(&configuration, text).map_err(|source| Error::file(&configuration, source))?;
    let mut unbound = programs.unbound.command();
    // -d: in the foreground; -p: no file for the id of its process.
    unbound.args(["-d", "-p", "-c"]).arg(configuration);
    let process = Process::start(&mut unbound, &dir.join("unbound.log"))?;
    process.wait_until("unbound", || port::resolves(address))?;
    Ok(process)
}

fn stub(zone: &str, server: SocketAddr) -> String {
    format!("stub-zone:\nname: \"{zone}.\"\nstub-addr: {}@{}\n", server.ip(), server.port())
}

/// Whatever is not ours is refused; if it were asked for, no query could leave the machine: the
/// kernel sends nothing from a loopback address to elsewhere.
const CONFIGURATION: &str = "
local-zone: \".\" refuse
outgoing-interface: 127.0.0.1
do-ip6: no
do-not-query-localhost: no
access-control: 127.0.0.0/8 allow
module-config: \"validator iterator\"
trust-anchor-signaling: no
root-key-sentinel: no
qname-minimisation: no
rrset-roundrobin: no
username: \"\"
chroot: \"\"
use-syslog: no
logfile: \"\"
val-log-level: 2
num-threads: 1
msg-cache-size: 16m
rrset-cache-size: 16m
remote-control:
control-enable: no
";
