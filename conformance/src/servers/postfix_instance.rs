//! An instance of Postfix below a folder, beside any other on the system.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::Process;
use super::{Error, Installed, NameServers, program};

/// Writes the instance's files and starts its master(8) in the foreground.
///
/// `main` and `services` are added to what every instance has in main.cf and master.cf.
pub(super) fn start(
    installed: &Installed,
    dir: &Path,
    main: &str,
    services: &str,
) -> Result<Process, Error> {
    start_among(None, installed, dir, main, services)
}

/// The same, with name servers of ours in place of the system's.
pub(super) fn start_among(
    name_servers: Option<&NameServers>,
    installed: &Installed,
    dir: &Path,
    main: &str,
    services: &str,
) -> Result<Process, Error> {
    // Refused relative paths: daemons run in the queue directory.
    let dir = std::path::absolute(dir).map_err(|source| Error::file(dir, source))?;
    prepare(&dir)?;
    let place = dir.display();
    let own = format!(
        "compatibility_level = 3.6\n\
         queue_directory = {place}/queue\n\
         data_directory = {place}/data\n\
         maillog_file = {place}/maillog\n\
         maillog_file_prefixes = {place}\n"
    );
    write(&dir.join("etc/main.cf"), &[&own, COMMON, main].concat())?;
    write(&dir.join("etc/master.cf"), &[services, SERVICES].concat())?;
    let mut master = Command::new(installed.postfix_daemons.join("master"));
    // -s: in the foreground.
    master.arg("-c").arg(dir.join("etc")).arg("-s");
    if let Some(name_servers) = name_servers {
        master = name_servers.surround(&master);
    }
    // It insists on a session of its own making.
    Process::start_leader(&mut master, &maillog(&dir))
}

/// The instance's log.
pub(super) fn maillog(dir: &Path) -> PathBuf {
    dir.join("maillog")
}

/// Makes the folders that `postfix check` would make, in a hundredth of its time.
fn prepare(dir: &Path) -> Result<(), Error> {
    let postfix = program::account("passwd", "postfix")?;
    let postdrop = program::account("group", "postdrop")?;
    folder(dir, ROOT, ROOT, 0o755)?;
    for name in ["etc", "queue", "queue/pid"] {
        folder(&dir.join(name), ROOT, ROOT, 0o755)?;
    }
    folder(&dir.join("data"), postfix, ROOT, 0o700)?;
    for name in QUEUES {
        folder(&dir.join("queue").join(name), postfix, ROOT, 0o700)?;
    }
    folder(&dir.join("queue/maildrop"), postfix, postdrop, 0o730)?;
    folder(&dir.join("queue/public"), postfix, postdrop, 0o710)
}

fn folder(path: &Path, user: u32, group: u32, mode: u32) -> Result<(), Error> {
    let make = || -> io::Result<()> {
        fs::create_dir_all(path)?;
        chown(path, Some(user), Some(group))?;
        fs::set_permissions(path, fs::Permissions::from_mode(mode))
    };
    make().map_err(|source| Error::file(path, source))
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|source| Error::file(path, source))
}

const ROOT: u32 = 0;

const QUEUES: [&str; 11] = [
    "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private",
    "saved", "trace",
];

/// No lookups, no limits on clients, nothing delivered but by a service of the instance's own,
/// and content left as it is.
const COMMON: &str = "\
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks =
mydestination = test.example
local_recipient_maps =
alias_maps =
alias_database =
local_transport = discard:
default_transport = discard:
relay_transport = discard:
smtpd_peername_lookup = no
smtpd_tls_security_level = none
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000000
smtpd_hard_error_limit = 1000000
smtpd_junk_command_limit = 1000000
smtpd_recipient_limit = 1000000
smtpd_recipient_overshoot_limit = 1000000
smtpd_client_connection_count_limit = 0
mailbox_size_limit = 0
header_size_limit = 1000000000
message_drop_headers =
local_header_rewrite_clients =
disable_mime_input_processing = yes
enable_long_queue_ids = yes
hopcount_limit = 1000000
in_flow_delay = 0
";

const SERVICES: &str = "\
cleanup unix n - n - 0 cleanup
qmgr unix n - n 3600 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
scache unix - - n - 1 scache
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
";
