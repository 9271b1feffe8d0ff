//! Mail servers side by side on Debian, whose packages exclude one another.
//!
//! Postfix is installed as a package, without a configuration of its own; the others are unpacked
//! below a cache folder, and only the libraries that they lack are installed.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::apt::Apt;
use super::unpacked::Unpacked;
use super::{Error, program};

/// Where the programs are.
#[derive(Clone, Debug)]
pub struct Installed {
    /// Postfix's daemons, among them master(8).
    pub(super) postfix_daemons: PathBuf,
    /// postmap(1).
    pub(super) postmap: PathBuf,
    /// smtp-sink(1).
    pub(super) smtp_sink: PathBuf,
    /// smtp-source(1).
    pub(super) smtp_source: PathBuf,
    /// Exim's only program.
    pub(super) exim: PathBuf,
    /// Sendmail's only program.
    pub(super) sendmail: PathBuf,
    /// openssl(1).
    pub(super) openssl: PathBuf,
    /// saslpasswd2(8).
    pub(super) saslpasswd: PathBuf,
}

/// Finds the servers, and installs what is missing; `report` hears what is done, line by line.
///
/// `cache` outlives the run: what was unpacked there is found again.
///
/// # Errors
///
/// [`Error::Package`] names what cannot be had, and says what to do by hand.
pub fn install(cache: &Path, report: &mut dyn FnMut(&str)) -> Result<Installed, Error> {
    // Exim takes no configuration from a path that is not absolute, nor from another's folder.
    let cache = std::path::absolute(cache).map_err(|source| Error::file(cache, source))?;
    let mut apt = Apt::new();
    install_postfix(&mut apt, report)?;
    install_tools(&mut apt, report)?;
    for unpacked in [&EXIM, &SENDMAIL] {
        unpacked.install(&cache, &mut apt, report)?;
    }
    if program::account("passwd", EXIM_USER).is_err() {
        report(&format!("adding the system user {EXIM_USER}, whose name is built into Exim"));
        add_user(EXIM_USER)?;
    }
    let find = |package, name| program::find(name).ok_or_else(|| missing(package, "not found"));
    let postfix = |name| find("postfix", name);
    let daemons = program::run(&postfix("postconf")?, &["-d", "-h", "daemon_directory"])?;
    Ok(Installed {
        postfix_daemons: PathBuf::from(daemons.trim()),
        postmap: postfix("postmap")?,
        smtp_sink: postfix("smtp-sink")?,
        smtp_source: postfix("smtp-source")?,
        exim: EXIM.program(&cache),
        sendmail: SENDMAIL.program(&cache),
        openssl: find("openssl", "openssl")?,
        saslpasswd: find("sasl2-bin", "saslpasswd2")?,
    })
}

fn install_postfix(apt: &mut Apt, report: &mut dyn FnMut(&str)) -> Result<(), Error> {
    if program::find("smtp-sink").is_some() && program::find("postconf").is_some() {
        return Ok(());
    }
    let port_25 = SocketAddr::from((Ipv4Addr::LOCALHOST, 25));
    let was_open = TcpStream::connect_timeout(&port_25, CONNECT_MAX).is_ok();
    report("installing the package postfix, without a configuration");
    Apt::preseed("postfix postfix/main_mailer_type select No configuration\n")
        .and_then(|()| apt.install(&["postfix".to_owned()]))
        .map_err(|error| missing("postfix", &error.to_string()))?;
    if !was_open && TcpStream::connect_timeout(&port_25, CONNECT_MAX).is_ok() {
        report("stopping the Postfix that the package started");
        let postfix = program::find("postfix").ok_or_else(|| missing("postfix", "not found"))?;
        program::run(&postfix, &["stop"])?;
    }
    Ok(())
}

/// Installs what TLS, AUTH and tables are tried with.
fn install_tools(apt: &mut Apt, report: &mut dyn FnMut(&str)) -> Result<(), Error> {
    for (package, tool) in TOOLS {
        let is_there = |name| program::find(name).is_some();
        if !tool.map_or_else(|| Apt::is_installed(package), is_there) {
            report(&format!("installing the package {package}"));
            apt.install(&[package.to_owned()])
                .map_err(|error| missing(package, &error.to_string()))?;
        }
    }
    Ok(())
}

fn add_user(name: &'static str) -> Result<(), Error> {
    let useradd = program::find("useradd").ok_or(Error::Account(name))?;
    let shape = ["--system", "--badname", "--user-group", "--no-create-home", "--shell"];
    let arguments = [&shape[..], &["/usr/sbin/nologin", name]].concat();
    program::run(&useradd, &arguments).map(drop)
}

pub(super) fn missing(package: &'static str, reason: &str) -> Error {
    let by_hand = match package {
        "postfix" => "as root, apt-get update && apt-get install postfix ('No configuration')",
        "openssl" | "sasl2-bin" | "libsasl2-modules" | "postfix-pcre" | "postfix-cdb"
        | "postfix-lmdb" => "as root, apt-get update && apt-get install it",
        _ => "as root, apt-get update; apt-get download it, dpkg -x it, and install its libraries",
    };
    Error::Package { package, reason: reason.to_owned(), by_hand: by_hand.to_owned() }
}

/// Packages, each with its program; those without have the mechanisms of Cyrus SASL, for Postfix on
/// both sides, and types of Postfix's tables.
const TOOLS: [(&str, Option<&str>); 6] = [
    ("openssl", Some("openssl")),
    ("sasl2-bin", Some("saslpasswd2")),
    ("libsasl2-modules", None),
    ("postfix-pcre", None),
    ("postfix-cdb", None),
    ("postfix-lmdb", None),
];
const EXIM: Unpacked = Unpacked { package: "exim4-daemon-light", program: "usr/sbin/exim4" };
const SENDMAIL: Unpacked =
    Unpacked { package: "sendmail-bin", program: "usr/libexec/sendmail/sendmail" };
/// Exim wants this user to exist, even if its configuration says otherwise.
const EXIM_USER: &str = "Debian-exim";
const CONNECT_MAX: Duration = Duration::from_secs(1);
