//! Postfix: smtpd(8) and cleanup(8) put each message on hold, and its queue file is read.
//!
//! What it changes, seen with version 3.7:
//! - CR at the end of a line is dropped, however many; CR inside a line becomes a blank; a bare
//!   LF ends a line.
//! - A header line is cut at a NUL; NULs in the body stay. `Name :` loses its blank.
//! - Where the header ends without an empty line, one is put in.
//! - `From ` at the very beginning becomes `X-Mailbox-Line: From `.
//!
//! 8-bit data, control characters and lines of 100,000 octets stay as they are.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;
use std::process::Command;

use envoi_sink::{ClientCertificate, TlsStart, TlsVersions};

use super::process::{Process, read_if_there};
use super::security::{self, ServerAuth, ServerTls};
use super::server::Launch;
use super::{Error, Received, postfix_instance, postfix_queue, program};

pub(super) fn launch(launch: &Launch<'_>) -> Result<Process, Error> {
    let options = launch.options;
    let dir = std::path::absolute(launch.dir).map_err(|source| Error::file(launch.dir, source))?;
    let mut main = format!("{MAIN}message_size_limit = {}\n", options.size_limit);
    let mut services = format!("{} inet n - n - 1000 smtpd\n", launch.address);
    if let Some(tls) = &options.tls {
        tls.write(&dir, None)?;
        main += &main_for_tls(tls, &dir);
        let is_implicit = tls.start == TlsStart::Implicit;
        let is_strict = tls.client_certificate == ClientCertificate::Required;
        let level = if is_strict { "encrypt" } else { "may" };
        services += &format!(" -o smtpd_tls_security_level={level}\n");
        services += if is_implicit { " -o smtpd_tls_wrappermode=yes\n" } else { "" };
    }
    if let Some(auth) = &options.auth {
        add_user(launch, auth, &dir)?;
        main += &format!("{AUTH}cyrus_sasl_config_path = {}\n", dir.join("etc/sasl").display());
    }
    postfix_instance::start(launch.installed, &dir, &main, &services)
}

fn main_for_tls(tls: &ServerTls, dir: &Path) -> String {
    let (key, chain) = (dir.join(security::KEY), dir.join(security::CHAIN));
    let authorities = dir.join(security::AUTHORITIES);
    let protocols = match tls.versions {
        TlsVersions::All => ">=TLSv1.2",
        TlsVersions::Only12 => "TLSv1.2",
        TlsVersions::Only13 => "TLSv1.3",
    };
    let asks = match tls.client_certificate {
        ClientCertificate::Ignored => "",
        ClientCertificate::Asked => "smtpd_tls_ask_ccert = yes\n",
        ClientCertificate::Required => "smtpd_tls_req_ccert = yes\n",
    };
    let (key, chain) = (key.display(), chain.display());
    let authorities = if tls.authorities.is_empty() {
        String::new()
    } else {
        format!("smtpd_tls_CAfile = {}\n", authorities.display())
    };
    format!(
        "{TLS}smtpd_tls_cert_file = {chain}\n\
         smtpd_tls_key_file = {key}\n\
         smtpd_tls_protocols = {protocols}\n\
         smtpd_tls_mandatory_protocols = {protocols}\n\
         {asks}{authorities}"
    )
}

/// Makes Cyrus SASL know the one user, by its own database.
fn add_user(launch: &Launch<'_>, auth: &ServerAuth, dir: &Path) -> Result<(), Error> {
    // Debian looks beside main.cf, whatever cyrus_sasl_config_path says.
    let (folder, database) = (dir.join("etc/sasl"), dir.join("sasldb2"));
    let configuration = folder.join("smtpd.conf");
    let text = format!(
        "pwcheck_method: auxprop\n\
         auxprop_plugin: sasldb\n\
         sasldb_path: {}\n\
         mech_list: {}\n",
        database.display(),
        auth.mechanisms,
    );
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&configuration, text))
        .map_err(|source| Error::file(&configuration, source))?;
    let mut saslpasswd = Command::new(&launch.installed.saslpasswd);
    // -c: make the user; -p: the password is on stdin; -u: the realm.
    saslpasswd.args(["-c", "-p", "-f"]).arg(&database).args(["-u", REALM, &auth.user]);
    program::input(&mut saslpasswd, auth.password.as_bytes())?;
    let postfix = program::account("passwd", "postfix")?;
    chown(&database, Some(postfix), None).map_err(|source| Error::file(&database, source))
}

pub(super) fn messages(dir: &Path) -> Result<Vec<Received>, Error> {
    let hold = dir.join("queue/hold");
    let entries = fs::read_dir(&hold).map_err(|source| Error::file(&hold, source))?;
    // A long queue id begins with the time in digits whose order is that of ASCII.
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut messages = Vec::new();
    for file in files {
        // cleanup(8) sets the execute bit when all of the message is there.
        let mode = fs::metadata(&file).map_or(0, |meta| meta.permissions().mode());
        if mode & 0o100 != 0
            && let Some(bytes) = read_if_there(&file)?
        {
            messages.push(
                postfix_queue::parse(&bytes)
                    .map_err(|reason| Error::Queue { file: file.clone(), reason })?,
            );
        }
    }
    Ok(messages)
}

/// `$$` is how main.cf writes the dollar of a regular expression.
const MAIN: &str = r"
myhostname = postfix.test.example
smtpd_relay_restrictions =
smtpd_recipient_restrictions = reject_unauth_destination, check_recipient_access
  regexp:{{/^defer/ 450 4.2.1 Try again later}, {/^bounce/ 550 5.1.1 No such user}, {/./ HOLD}}
header_checks = regexp:{{/^X-Refuse: *yes$$/ REJECT 5.7.1 Content refused}}
";

const TLS: &str = r"
smtpd_tls_loglevel = 2
smtpd_tls_received_header = yes
smtpd_tls_session_cache_database = btree:${data_directory}/smtpd_scache
";

/// Whoever has not proven to be somebody sends nothing.
const AUTH: &str = r"
smtpd_sasl_auth_enable = yes
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = postfix.test.example
smtpd_sasl_security_options = noanonymous
smtpd_sender_restrictions = permit_sasl_authenticated, reject
";
const REALM: &str = "postfix.test.example";
