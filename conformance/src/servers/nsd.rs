//! nsd(8): the authoritative server, with a signed zone and one that is not.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::many::{self, MANY};
use super::process::Process;
use super::zone::{self, DEAD, PLAIN, SIGNED};
use super::{Error, NameServerPrograms, port, program};

/// Makes the zones and starts the server. Gives the trust anchor of the signed one as well.
pub(super) fn start(
    programs: &NameServerPrograms,
    dir: &Path,
    address: SocketAddr,
) -> Result<(Process, String), Error> {
    let plain = zone::text(PLAIN, address.ip());
    write(&dir.join(PLAIN), &plain)?;
    write(&dir.join(MANY), &many::text())?;
    let anchor = sign(programs, dir, address)?;
    let place = dir.display();
    let own = format!(
        "server:\n\
         ip-address: {}@{}\n\
         zonesdir: \"{place}\"\n\
         xfrdfile: \"{place}/xfrd.state\"\n\
         zonelistfile: \"{place}/zone.list\"\n\
         xfrdir: \"{place}\"\n",
        address.ip(),
        address.port(),
    );
    let zone = |name: &str| format!("zone:\nname: {name}\nzonefile: {name}\n");
    // There is no file for the latter, so that it fails whatever is asked of it (SERVFAIL).
    let zones = [SIGNED, PLAIN].map(|name| zone(name) + &zone(&format!("{DEAD}.{name}")));
    let configuration = dir.join("nsd.conf");
    write(&configuration, &[&own, CONFIGURATION, &zones.concat(), &zone(MANY)].concat())?;
    let mut nsd = programs.nsd.command();
    // -d: in the foreground.
    let process = Process::start(nsd.arg("-d").arg("-c").arg(configuration), &dir.join("nsd.log"))?;
    process.wait_until("nsd", || port::resolves(address))?;
    Ok((process, anchor))
}

/// Writes the signed zone, with keys made for it, and gives its trust anchor.
fn sign(programs: &NameServerPrograms, dir: &Path, address: SocketAddr) -> Result<String, Error> {
    let file = dir.join(SIGNED);
    write(&file, &zone::text(SIGNED, address.ip()))?;
    let mut keygen = programs.keygen.command();
    // -k: a key that a resolver can trust.
    keygen.args(["-k", "-a", "ECDSAP256SHA256", SIGNED]).current_dir(dir);
    let key = program::output(&mut keygen)?;
    let key = key.trim();
    let expires = SystemTime::now() + SIGNED_FOR;
    let expires = expires.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut signzone = programs.signzone.command();
    signzone.args(["-e", &expires.to_string(), SIGNED, key]).current_dir(dir);
    program::output(&mut signzone)?;
    let signed = read(&dir.join(format!("{SIGNED}.signed")))?;
    write(&file, &zone::spoil(&signed, SIGNED))?;
    read(&dir.join(format!("{key}.ds")))
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::file(path, source))
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|source| Error::file(path, source))
}

/// Runs as whoever starts it, and answers all that is asked.
const CONFIGURATION: &str = "
username: \"\"
pidfile: \"\"
database: \"\"
server-count: 1
minimal-responses: yes
rrl-ratelimit: 0
rrl-whitelist-ratelimit: 0
remote-control:
control-enable: no
";

const SIGNED_FOR: Duration = Duration::from_secs(30 * 24 * 3600);
