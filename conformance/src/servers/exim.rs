//! Exim: messages are queued, and header and data file of its spool are read.
//!
//! What it changes, seen with version 4.96:
//! - A bare CR ends a line; a bare LF becomes a blank in content that otherwise uses CRLF.
//! - A NUL in the header becomes `?`; in the body it stays.
//! - Where the header ends without an empty line, one is put in, also after the last line of all;
//!   content without a header field begins with one.
//!
//! 8-bit data, control characters, the spelling of header fields, and lines of 100,000 octets
//! stay as they are.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;
use std::process::Command;

use envoi_sink::{ClientCertificate, TlsStart, TlsVersions};

use super::process::{Process, read_if_there};
use super::security::{self, ServerTls};
use super::server::Launch;
use super::{Error, Received, program};

pub(super) fn launch(launch: &Launch<'_>) -> Result<Process, Error> {
    let dir = std::path::absolute(launch.dir).map_err(|source| Error::file(launch.dir, source))?;
    let user = program::account("passwd", "Debian-exim")?;
    for name in ["spool", "log"] {
        let path = dir.join(name);
        fs::create_dir_all(&path)
            .and_then(|()| chown(&path, Some(user), None))
            .map_err(|source| Error::file(&path, source))?;
    }
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755))
        .map_err(|source| Error::file(&dir, source))?;
    let place = dir.display();
    let own = format!(
        "exim_path = {}\n\
         spool_directory = {place}/spool\n\
         log_file_path = {place}/log/%slog\n\
         message_size_limit = {}\n",
        launch.installed.exim.display(),
        launch.options.size_limit,
    );
    let options = launch.options;
    let tls = match &options.tls {
        Some(tls) => {
            tls.write(&dir, Some(user))?;
            main_for_tls(tls, &dir, launch.address.port())
        }
        None => "tls_advertise_hosts =\n".to_owned(),
    };
    let (restricted, authenticators) = match &options.auth {
        Some(auth) => ("acl_smtp_mail = sender\n", auth.exim()),
        None => ("", String::new()),
    };
    let configuration = dir.join("exim.conf");
    fs::write(&configuration, [&own, &tls, restricted, CONFIGURATION, &authenticators].concat())
        .map_err(|source| Error::file(&configuration, source))?;
    let (ip, port) = (launch.address.ip(), launch.address.port());
    let mut exim = Command::new(&launch.installed.exim);
    exim.arg("-C").arg(&configuration).args(["-bdf", "-oX", &format!("<; [{ip}]:{port}")]);
    exim.arg("-oP").arg(dir.join("exim.pid"));
    Process::start(&mut exim, &dir.join("exim.log"))
}

fn main_for_tls(tls: &ServerTls, dir: &Path, port: u16) -> String {
    let (key, chain) = (dir.join(security::KEY), dir.join(security::CHAIN));
    let authorities = dir.join(security::AUTHORITIES);
    // Debian's Exim has GnuTLS.
    let ciphers = match tls.versions {
        TlsVersions::All => "NORMAL",
        TlsVersions::Only12 => "NORMAL:-VERS-ALL:+VERS-TLS1.2",
        TlsVersions::Only13 => "NORMAL:-VERS-ALL:+VERS-TLS1.3",
    };
    let ports = match tls.start {
        TlsStart::Starttls => String::new(),
        TlsStart::Implicit => format!("tls_on_connect_ports = {port}\n"),
    };
    let asks = match tls.client_certificate {
        ClientCertificate::Ignored => "tls_try_verify_hosts =",
        ClientCertificate::Asked => "tls_try_verify_hosts = *",
        ClientCertificate::Required => "tls_verify_hosts = *",
    };
    let (key, chain, authorities) = (key.display(), chain.display(), authorities.display());
    format!(
        "tls_advertise_hosts = *\n\
         tls_certificate = {chain}\n\
         tls_privatekey = {key}\n\
         tls_verify_certificates = {authorities}\n\
         tls_require_ciphers = {ciphers}\n\
         log_selector = +tls_cipher +tls_certificate_verified +tls_peerdn +tls_resumption\n\
         {asks}\n{ports}"
    )
}

pub(super) fn messages(dir: &Path) -> Result<Vec<Received>, Error> {
    let input = dir.join("spool/input");
    // Exim makes the folder with the first message.
    let Ok(entries) = fs::read_dir(&input) else {
        return Ok(Vec::new());
    };
    let mut messages = Vec::new();
    for entry in entries.flatten() {
        let file = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        // The header file gets its name when all of the message is there.
        let Some(id) = name.strip_suffix("-H") else {
            continue;
        };
        let data = input.join(format!("{id}-D"));
        let (Some(header), Some(data)) = (read_if_there(&file)?, read_if_there(&data)?) else {
            continue;
        };
        messages.push(parse(&header, &data).map_err(|reason| Error::Queue { file, reason })?);
    }
    // A message id holds its process's id above the fraction of the second.
    messages.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(messages.into_iter().map(|(_, message)| message).collect())
}

/// Reads the two files of a message; gives the time of arrival as well.
fn parse(header: &[u8], data: &[u8]) -> Result<(String, Received), &'static str> {
    let blank = header.windows(2).position(|pair| pair == b"\n\n").ok_or("no header section")?;
    let (envelope, fields) = (&header[..=blank], &header[blank + 2..]);
    let envelope = str::from_utf8(envelope).map_err(|_| "the envelope is not UTF-8")?;
    let mut lines = envelope.lines();
    let sender = lines.nth(2).ok_or("no sender")?.trim_matches(['<', '>']).to_owned();
    let arrival = envelope
        .lines()
        .find_map(|line| line.strip_prefix("-received_time_complete "))
        .ok_or("no time of arrival")?;
    // The tree of recipients that were dealt with is empty: nothing was delivered.
    lines.find(|line| *line == "XX").ok_or("no tree of recipients")?;
    let count = lines.next().and_then(|count| count.parse().ok()).ok_or("no recipient count")?;
    let recipients = lines.take(count).map(recipient).collect::<Option<_>>();
    let recipients = recipients.ok_or("malformed recipient")?;
    let mut content = content_header(fields)?;
    content.push(b'\n');
    // The data file begins with a line that names it.
    let first = data.iter().position(|&byte| byte == b'\n').ok_or("no data")?;
    content.extend_from_slice(&data[first + 1..]);
    Ok((arrival.to_owned(), Received { sender, recipients, content }))
}

/// A recipient without what follows for DSN: `orcpt length,flags errors-to length,parent#3`.
fn recipient(line: &str) -> Option<String> {
    let Some(line) = line.strip_suffix("#3") else {
        return Some(line.to_owned());
    };
    let without_errors_to = before_counted(line)?;
    let address = before_counted(without_errors_to)?;
    Some(address.to_owned())
}

/// What precedes ` TEXT LENGTH,NUMBER`, where LENGTH is that of TEXT.
fn before_counted(line: &str) -> Option<&str> {
    let (rest, numbers) = line.rsplit_once(' ')?;
    let length: usize = numbers.split(',').next()?.parse().ok()?;
    rest.get(..rest.len().checked_sub(length + 1)?)
}

/// The header fields that came from the client.
///
/// Each is `LENGTH`, a flag, a blank and as many octets; the first is Exim's own Received:.
fn content_header(fields: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut header = Vec::with_capacity(fields.len());
    let mut rest = fields;
    let mut own = true;
    while !rest.is_empty() {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let length = str::from_utf8(&rest[..digits]).ok().and_then(|text| text.parse().ok());
        let length: usize = length.ok_or("a header field has no length")?;
        let field = rest.get(digits + 2..).ok_or("a header field has no flag")?;
        let (field, next) = field.split_at_checked(length).ok_or("a header field is cut off")?;
        if !own {
            header.extend_from_slice(field);
        }
        own = false;
        rest = next;
    }
    Ok(header)
}

const CONFIGURATION: &str = r"
primary_hostname = exim.test.example
domainlist local_domains = test.example
queue_only = true
keep_environment =
message_logs = false
host_lookup =
rfc1413_hosts =
rfc1413_query_timeout = 0s
pipelining_advertise_hosts = *
chunking_advertise_hosts = *
dsn_advertise_hosts = *
smtputf8_advertise_hosts = *
smtp_enforce_sync = false
smtp_accept_max = 0
smtp_accept_max_per_connection = 0
smtp_accept_queue_per_connection = 0
smtp_accept_reserve = 0
smtp_connect_backlog = 1000
smtp_max_synprot_errors = 1000000
smtp_max_unknown_commands = 1000000
recipients_max = 0
received_headers_max = 1000000
header_maxsize = 1000000000
header_line_maxsize = 0
return_path_remove = false
delivery_date_remove = false
envelope_to_remove = false
check_spool_space = 0
check_spool_inodes = 0
check_log_space = 0
check_log_inodes = 0
acl_smtp_connect = connect
acl_smtp_rcpt = recipient
acl_smtp_data = content

begin acl

connect:
  accept control = dkim_disable_verify

sender:
  accept authenticated = *
  deny message = 550 5.7.1 Authentication required

recipient:
  defer local_parts = ^defer
        message = 450 4.2.1 Try again later
  deny local_parts = ^bounce
       message = 550 5.1.1 No such user
  accept domains = +local_domains
  deny message = 550 5.7.1 Relaying denied

content:
  deny condition = ${if eqi{$h_X-Refuse:}{yes}}
       message = 550 5.7.1 Content refused
  accept
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipient_with_dsn_is_its_address() {
        assert_eq!(recipient("a@b").as_deref(), Some("a@b"));
        assert_eq!(recipient("a@b rfc822;x y 10,2  0,-1#3").as_deref(), Some("a@b"));
        assert_eq!(recipient("a@b  0,8  0,-1#3").as_deref(), Some("a@b"));
    }
}
