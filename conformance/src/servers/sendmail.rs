//! Sendmail: messages are queued, and control and data file of its queue are read.
//!
//! What it changes, seen with version 8.17:
//! - A bare CR or LF ends the session: 421 4.5.0.
//! - A NUL in the header is dropped; in the body it stays. `Name :` loses its blank.
//! - Where the header ends without an empty line, one is put in, also after the last line of all;
//!   content without a header field begins with one.
//! - Lists of addresses (To, Cc, Bcc, Reply-To and the like) are unfolded and get `, ` between
//!   addresses.
//! - A line that begins with `From ` at the very beginning is dropped.
//!
//! Control characters, 8-bit data (0xFF in the header, which Sendmail's queue doubles, included)
//! and lines of 100,000 octets stay as they are. It has neither CHUNKING nor SMTPUTF8.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::process::{Process, by_age, read_if_there};
use super::server::Launch;
use super::{Error, Received};

pub(super) fn launch(launch: &Launch<'_>) -> Result<Process, Error> {
    let dir = std::path::absolute(launch.dir).map_err(|source| Error::file(launch.dir, source))?;
    let queue = dir.join("queue");
    fs::create_dir_all(&queue)
        .and_then(|()| fs::set_permissions(&queue, fs::Permissions::from_mode(0o700)))
        .map_err(|source| Error::file(&queue, source))?;
    let hosts = dir.join("hosts");
    fs::write(&hosts, format!("{} {HOST_NAME} localhost\n", launch.address.ip()))
        .map_err(|source| Error::file(&hosts, source))?;
    let configuration = dir.join("sendmail.cf");
    fs::write(&configuration, configure(launch, &dir))
        .map_err(|source| Error::file(&configuration, source))?;
    // Without a host name that it can look up, Sendmail sleeps for a minute before it starts.
    let mut sendmail = Command::new("unshare");
    sendmail.args(["--uts", "--mount", "sh", "-c", NAMED]).arg(&hosts).arg(HOST_NAME);
    sendmail.arg(&launch.installed.sendmail).arg("-C").arg(&configuration).arg("-bD");
    Process::start(&mut sendmail, &dir.join("sendmail.log"))
}

fn configure(launch: &Launch<'_>, dir: &Path) -> String {
    let (ip, port) = (launch.address.ip(), launch.address.port());
    format!(
        "V10/Berkeley\n\
         Dj{HOST_NAME}\n\
         O QueueDirectory={place}/queue\n\
         O PidFile={place}/pid\n\
         O DaemonPortOptions=Name=MTA, Addr={ip}, Port={port}, Listen=1000, Modifiers=A\n\
         O MaxMessageSize={limit}\n\
         {CONFIGURATION}",
        place = dir.display(),
        limit = launch.options.size_limit,
    )
}

pub(super) fn messages(dir: &Path) -> Result<Vec<Received>, Error> {
    let queue = dir.join("queue");
    let mut messages = Vec::new();
    for file in by_age(&queue, "qf")? {
        let data = queue
            .join(file.file_name().unwrap_or_default().to_string_lossy().replacen("qf", "df", 1));
        let (Some(control), Some(data)) = (read_if_there(&file)?, read_if_there(&data)?) else {
            continue;
        };
        // The last line is a dot; without it, the file is still being written.
        if control.ends_with(b"\n.\n") {
            messages.push(parse(&control, &data).map_err(|reason| Error::Queue { file, reason })?);
        }
    }
    Ok(messages)
}

/// Reads the two files of a message.
fn parse(control: &[u8], data: &[u8]) -> Result<Received, &'static str> {
    let mut message = Received { sender: String::new(), recipients: Vec::new(), content: vec![] };
    // Sendmail's own Received: field comes first.
    let mut fields = 0;
    for line in unfolded(control) {
        match line.first() {
            Some(b'S') => message.sender = address(&line[1..])?,
            Some(b'R') => {
                let colon = line.iter().position(|&byte| byte == b':').ok_or("no recipient")?;
                message.recipients.push(address(&line[colon + 1..])?);
            }
            Some(b'H') => {
                fields += 1;
                if fields > 1 {
                    push_field(&mut message.content, line)?;
                }
            }
            _ => {}
        }
    }
    message.content.push(b'\n');
    message.content.extend_from_slice(data);
    Ok(message)
}

/// The lines of a control file, each with its continuation lines.
fn unfolded(control: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = control;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = (0..rest.len())
            .find(|&at| rest[at] == b'\n' && !matches!(rest.get(at + 1), Some(b' ' | b'\t')))
            .unwrap_or(rest.len() - 1);
        let (line, next) = rest.split_at(end + 1);
        rest = next;
        Some(line.strip_suffix(b"\n").unwrap_or(line))
    })
}

/// Adds `H?CONDITION?FIELD`, without the doubling of 0xFF, which Sendmail uses as a quote.
fn push_field(content: &mut Vec<u8>, line: &[u8]) -> Result<(), &'static str> {
    let mut parts = line.splitn(3, |&byte| byte == b'?');
    let mut field = parts.nth(2).ok_or("no header field")?.iter().copied();
    while let Some(byte) = field.next() {
        content.push(if byte == QUOTE { field.next().unwrap_or(QUOTE) } else { byte });
    }
    content.push(b'\n');
    Ok(())
}

fn address(path: &[u8]) -> Result<String, &'static str> {
    let path = str::from_utf8(path).map_err(|_| "an address is not UTF-8")?;
    Ok(path.trim_matches(['<', '>']).to_owned())
}

const HOST_NAME: &str = "sendmail.test.example";
/// Runs the words after the first two in a system with that hosts file and that name.
const NAMED: &str = r#"mount --bind "$0" /etc/hosts && hostname "$1" && shift && exec "$@""#;
const QUOTE: u8 = 0xff;

/// Ruleset 0 sends everything to a mailer that is never run; check_rcpt decides who is known.
const CONFIGURATION: &str = "\
DnMAILER-DAEMON
O DeliveryMode=queueonly
O MinQueueAge=1d
O EightBitMode=pass8
O SendMimeErrors=True
O SevenBitInput=False
O MaxHeadersLength=1000000000
O MaxHopCount=1000000
O MaxDaemonChildren=0
O ConnectionRateThrottle=0
O BadRcptThrottle=0
O QueueLA=1000000
O RefuseLA=1000000
O Timeout.ident=0
O HelpFile=/dev/null
O BlankSub=.
O OperatorChars=.:%@!^/[]+
O SmtpGreetingMessage=$j Sendmail $v
O DontExpandCnames=True
O ForwardPath=
O DefaultUser=nobody
O SaveFromLine=False
O HoldExpensive=False
Troot
HReceived: from $s ($_) by $j with $r id $i; $b
HX-Refuse: $>CheckRefuse
Kdefers regex -f -aDEFER ^<?defer
Kbounces regex -f -aBOUNCE ^<?bounce
Kours regex -f -aOURS @test\\.example>?$
Sparse=0
R$* < $* > $*\t$: $2
R$@\t$#local $: <>
R$+\t$#local $: $1
SCheckRefuse
Ryes\t$#error $@ 5.7.1 $: \"550 5.7.1 Content refused\"
Scheck_rcpt
R$*\t$: $1 $| $(defers $1 $: OK $)
R$* $| $* DEFER\t$#error $@ 4.2.1 $: \"450 4.2.1 Try again later\"
R$* $| $*\t$: $1 $| $(bounces $1 $: OK $)
R$* $| $* BOUNCE\t$#error $@ 5.1.1 $: \"550 5.1.1 No such user\"
R$* $| $*\t$: $(ours $1 $: OK $)
R$* OURS\t$@ OK
R$*\t$#error $@ 5.7.1 $: \"550 5.7.1 Relaying denied\"
Mlocal, P=/bin/false, F=lsDFMq8, S=0, R=0, T=DNS/RFC822/X-Unix, A=false
Mprog, P=/bin/false, F=lsDFMoqeu9, S=0, R=0, T=X-Unix/X-Unix/X-Unix, A=false
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_field_is_one_line_of_the_control_file() {
        let control =
            b"V8\nS<a@b>\nRPFD:<c@d>\nH??Received: x\nH?D?A: 1\n\t2 ?\xff\xff\nH??B:\n.\n";
        let message = parse(control, b"body\n").expect("well-formed");
        assert_eq!(message.sender, "a@b");
        assert_eq!(message.recipients, ["c@d"]);
        assert_eq!(message.content, b"A: 1\n\t2 ?\xff\nB:\n\nbody\n");
    }
}
