//! `envoi send`.

use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::net::{IpAddr, UdpSocket};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use envoi_driver::Message;
use envoi_driver::dns::{Destination, Syntax};
use envoi_driver::proto::{
    Domain, Envelope, Envid, ForwardPath, Line, Mailbox, Notify, Protocol, Purpose, Recipient, Ret,
    ReversePath, TlsRequest,
};
use envoi_postfix::setup::Setup;
use indicatif::{ProgressBar, ProgressStyle};

use crate::auth::AuthArguments;
use crate::content::{self, Loaded};
use crate::delivery::Delivery;
use crate::error::Error;
use crate::exit::Exit;
use crate::letter::Letter;
use crate::manner::Manner;
use crate::output::{Format, Output};
use crate::postfix::PostfixArguments;
use crate::routing::{Routing, RoutingArguments};
use crate::runtime::Runtime;
use crate::tls::TlsArguments;
use crate::watch::Watch;

/// What is sent, to whom, where and how.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct SendArguments {
    /// The sender; `<>` for none.
    #[arg(long, value_name = "ADDR")]
    from: ReversePath,
    /// A recipient; can be given several times.
    #[arg(long, value_name = "ADDR", required = true)]
    to: Vec<ForwardPath>,
    /// Where mail goes: destinations, to be tried in order; see below. By default, to the domains
    /// of the recipients.
    #[arg(long, value_name = "DESTINATIONS")]
    nexthop: Option<String>,
    /// Files with a message each, headers and body; `-` is standard input.
    #[arg(value_name = "FILE", required_unless_present = "verify")]
    files: Vec<PathBuf>,

    /// Prints outcomes as JSON, an object on a line.
    #[arg(long)]
    json: bool,
    /// Shows the dialogue on standard error, without the content.
    #[arg(long)]
    transcript: bool,
    /// Records the dialogue, without the content, in a file that can be played again.
    #[arg(long, value_name = "FILE.dialogue")]
    record: Option<PathBuf>,
    /// Asks the server whether it would take the recipients, and sends nothing.
    #[arg(long, conflicts_with = "files")]
    verify: bool,

    /// Our name in EHLO; by default this machine's whole name, or its address.
    #[arg(long, value_name = "NAME")]
    helo: Option<Domain>,
    /// Speaks LMTP.
    #[arg(long, requires = "nexthop")]
    lmtp: bool,
    /// Uses BDAT where CHUNKING is offered, with at most N messages in doubt.
    #[arg(long, value_name = "N")]
    chunking: Option<NonZeroUsize>,
    /// Waits for the answer to a message before it begins the next.
    #[arg(long)]
    no_overlap: bool,
    /// The address to come from.
    #[arg(long, value_name = "ADDR")]
    bind: Option<IpAddr>,
    /// How long a connection may take; 30 by default.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    connect_timeout: Option<Duration>,
    /// What carries the conversation.
    #[arg(long, value_enum, default_value_t)]
    runtime: Runtime,

    /// When to notify the sender: never, or a list of success, failure and delay.
    #[arg(long, value_name = "WHEN")]
    notify: Option<Notify>,
    /// How much of the message a notification returns.
    #[arg(long, value_enum)]
    ret: Option<Return>,
    /// An identifier that notifications repeat.
    #[arg(long, value_name = "ID")]
    envid: Option<Envid>,
    /// Sends the message under TLS alone, to servers with a verified certificate that do the same
    /// with it (REQUIRETLS), or as far as smtp_requiretls_policy insists on that.
    #[arg(long)]
    require_tls: bool,

    #[command(flatten)]
    postfix: Box<PostfixArguments>,
    #[command(flatten)]
    routing: Box<RoutingArguments>,
    #[command(flatten)]
    tls: Box<TlsArguments>,
    #[command(flatten)]
    auth: Box<AuthArguments>,
}

/// How much of a message a notification returns.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Return {
    Full,
    Hdrs,
}

/// Sends messages.
pub(crate) fn run(arguments: SendArguments) -> Result<Exit, Error> {
    arguments.check()?;
    let mut letters = arguments.letters()?;
    let manner = arguments.manner()?;
    if let Some(setup) = manner.setup.as_ref().filter(|_| arguments.verify) {
        letters.iter_mut().for_each(|letter| letter.stop_at(setup.probes));
    }
    if let Some(setup) = &manner.setup {
        letters.iter_mut().for_each(|letter| letter.heed_header(setup));
    }
    let routing = arguments.routing(manner.setup.as_deref())?;
    let next_hops = arguments.next_hops(&routing, manner.setup.as_deref())?;
    arguments.postfix.log(manner.setup.as_deref())?;
    let bar = if arguments.transcript { ProgressBar::hidden() } else { progress(&letters) };
    let format = if arguments.json { Format::Json } else { Format::Log };
    let mut output = Output::new(format, bar.clone());
    let delivery = Delivery {
        next_hops,
        routing: &routing,
        manner: &manner,
        watch: Watch {
            show: arguments.transcript.then_some(show),
            complain: |wrong, expected| eprintln!("envoi: {wrong}; expected {expected}"),
            bar: bar.clone(),
            recording: None,
        },
        record: arguments.record.as_deref(),
        flags: arguments.postfix.flags(),
        notices: arguments.postfix.notices(),
        report: &mut |letter, report| output.report(letter, report),
    };
    manner.runtime.run(delivery, &letters).map_err(Error::System)?;
    bar.finish_and_clear();
    Ok(output.exit())
}

impl SendArguments {
    /// Finds what cannot work before anything is sent.
    fn check(&self) -> Result<(), Error> {
        if self.files.iter().filter(|file| content::is_stdin(file)).count() > 1 {
            return Err(Error::StdinTwice);
        }
        if let ReversePath::Mailbox(mailbox) = &self.from {
            has_domain(mailbox)?;
        }
        // RFC 5321, 4.5.1: every server has a Postmaster; LMTP's users have no domain.
        let is_short = |mailbox: &&Mailbox| mailbox.as_str().eq_ignore_ascii_case("postmaster");
        let needs_domain = |m: &&Mailbox| self.nexthop.is_none() || !self.lmtp && !is_short(m);
        let recipients = self.to.iter().map(ForwardPath::mailbox);
        recipients.filter(needs_domain).try_for_each(has_domain)?;
        if let Some(address) = self.bind {
            let socket = UdpSocket::bind((address, 0));
            socket.map_err(|source| Error::NotOurs { address, source })?;
        }
        if let Some(file) = &self.record {
            let unwritable = |source| Error::Unwritable { file: file.clone(), source };
            File::options().append(true).create(true).open(file).map_err(unwritable)?;
        }
        Ok(())
    }

    /// Reads all files.
    fn letters(&self) -> Result<Vec<Letter>, Error> {
        if self.verify {
            return Ok(vec![self.probe()]);
        }
        self.files.iter().map(|file| self.letter(file)).collect()
    }

    fn letter(&self, file: &Path) -> Result<Letter, Error> {
        let loaded = Loaded::read(file)?;
        let message = Message::new(self.envelope(), loaded.content.clone());
        let file = Some(file.display().to_string());
        Ok(Letter { file, message, _loaded: loaded })
    }

    /// A letter that asks and sends nothing.
    fn probe(&self) -> Letter {
        let loaded = Loaded::of(Vec::new().into());
        let mut envelope = self.envelope();
        envelope.purpose = Purpose::VerifyRecipients;
        let message = Message { envelope: envelope.into(), content: loaded.content.clone() };
        Letter { file: None, message, _loaded: loaded }
    }

    fn envelope(&self) -> Envelope {
        let recipient = |to: &ForwardPath| Recipient { notify: self.notify, ..to.clone().into() };
        let recipients = self.to.iter().map(recipient).collect();
        let mut envelope = Envelope::new(self.from.clone(), recipients);
        envelope.envid = self.envid.clone();
        if self.require_tls {
            envelope.tls_request = TlsRequest::Required;
        }
        envelope.ret = self.ret.map(|ret| match ret {
            Return::Full => Ret::Full,
            Return::Hdrs => Ret::Headers,
        });
        envelope
    }

    /// How hosts are found.
    fn routing(&self, setup: Option<&Setup>) -> Result<Routing, Error> {
        let syntax = if self.lmtp { Syntax::Lmtp } else { Syntax::Smtp };
        let rules = setup.map(|setup| &*setup.policy.rules);
        self.routing.routing(syntax, self.tls.start(), rules)
    }

    /// Where everything goes, if it is not to the domains of the recipients.
    fn next_hops(
        &self,
        routing: &Routing,
        setup: Option<&Setup>,
    ) -> Result<Vec<Destination>, Error> {
        let given = self.nexthop.as_deref().map(|text| routing.list(text)).transpose()?;
        let relayhost = || setup.and_then(|setup| setup.policy.relayhost.clone());
        Ok(given.unwrap_or_else(|| relayhost().into_iter().collect()))
    }

    fn manner(&self) -> Result<Manner, Error> {
        let protocol = if self.lmtp { Protocol::Lmtp } else { Protocol::Smtp };
        let setup = self.postfix.setup(protocol)?;
        let tls = match setup {
            Some(_) if !self.tls.is_given() => None,
            Some(_) | None => self.tls.tls(self.auth.is_wanted(), self.require_tls)?,
        };
        Ok(Manner {
            helo: self.helo.clone(),
            protocol,
            setup,
            overlap: !self.no_overlap,
            chunking: self.chunking,
            bind: self.bind,
            connect_timeout: self.connect_timeout,
            runtime: self.runtime,
            tls,
            // Last, for it may ask somebody.
            auth: self.auth.auth()?,
        })
    }
}

fn has_domain(mailbox: &Mailbox) -> Result<(), Error> {
    mailbox.domain().map(drop).ok_or_else(|| Error::NoDomain(mailbox.as_str().into()))
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let number = text.strip_suffix('s').unwrap_or(text).parse().ok();
    let duration = number.and_then(|number| Duration::try_from_secs_f64(number).ok());
    let duration = duration.filter(|duration| !duration.is_zero());
    duration.ok_or("no time; expected a number of seconds, such as 30 or 0.5")
}

/// Shows a line of the dialogue on standard error.
fn show(line: &Line) {
    match line {
        Line::Client(text) => eprintln!("C: {text}"),
        Line::Content(bytes) => eprintln!("C: <content, {bytes} bytes>"),
        Line::Server(text) => eprintln!("S: {text}"),
        Line::Overruled(text) => eprintln!("-- overruled: {text}"),
        Line::Tls(text) => eprintln!("-- TLS: {text}"),
    }
}

/// A progress bar, if there is much to send and somebody to see it.
fn progress(letters: &[Letter]) -> ProgressBar {
    let bytes = letters.iter().map(Letter::size).sum();
    if bytes < PROGRESS_MIN || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {bytes_per_sec}");
    ProgressBar::new(bytes).with_style(style.expect("the template is sound"))
}

const AFTER_HELP: &str = "\
Nothing is sent unless all files can be read. Each recipient of each file gets one line on standard
output, in the order of the files:
  to=<bob@example.net>, relay=mx.example.net[192.0.2.1]:25, delay=0.05, delays=0/0/0.03/0.02,
  dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 1)

Where mail goes:
  Without --nexthop each recipient's domain is looked up in the DNS: its mail exchangers (MX), or
  its own addresses if it has none. Recipients of the same domain share conversations, and hosts
  are tried from the best to the worst until each recipient has its verdict. `envoi route` shows
  them. --nexthop sends everything to one of these, or the first that can be found and reached:
    example.com      the mail exchangers of a domain
    [mx.example.net] a host: no exchangers are looked up; [192.0.2.1] and [IPv6:2001:db8::1] too
    unix:/run/lmtp   a socket of this machine, with --lmtp
  A port or service may follow the first two: '[smtp.example.com]:587, example.org:submission'.
  Without one it is that of --port. With --lmtp, a name without brackets is a host as well.
  The DNS is asked by way of the name servers of /etc/resolv.conf, or --resolver. --host-lookup
  says whether addresses come from there, or from where this machine's other programs have them.
  --own-address keeps mail from coming back to us: hosts that are no better are left out.
  --fallback-relay is tried last, with what was neither taken nor refused for good.

TLS levels:
  none         plaintext
  may          TLS where it is offered, with any certificate; the default
  encrypt      TLS, with any certificate
  fingerprint  TLS, with a certificate or key that --tls-fingerprint lists; the default with it
  verify       TLS, with a certificate for the server's name that an authority vouches for; the
               default with --auth-user, --implicit-tls, --tls-ca or --tls-match
  secure       the same, and names below that of the next hop do as well; the default with
               --require-tls
Authorities are those of the system, unless --tls-ca names others. --tls-match names other names.

Postfix's parameters:
  -c reads a main.cf, and -o sets parameters in its place or beside it; `envoi config` shows them.
  Other options count more: --helo more than smtp_helo_name, --tls and its like more than all of
  smtp_tls_*, --auth-user more than smtp_sasl_password_maps. Without --nexthop mail goes to the
  relayhost, if there is one.

Examples:
  envoi send -c /etc/postfix --log syslog --from ann@example.com --to bob@example.net message.eml
  envoi send --from ann@example.com --to bob@example.net --to eve@example.org message.eml
  envoi send --from ann@example.com --to bob@example.net --nexthop '[mx.example.net]' message.eml
  envoi send --from ann@example.com --to bob@example.net --nexthop '[smtp.example.com]:587' \\
      --auth-user ann --auth-password-file secret message.eml
  envoi send --from ann@example.com --to bob@example.net --nexthop '[smtp.example.com]' \\
      --implicit-tls --tls-ca ca.pem --tls-cert ann.pem message.eml
  envoi send --from '<>' --to bob@example.net --nexthop '[192.0.2.1]:2525' --transcript - <bounce
  envoi send --from ann@example.com --to bob --nexthop unix:/run/lmtp --lmtp --json 1.eml 2.eml
  envoi send --from ann@example.com --to bob@example.net --nexthop '[localhost]' --verify

Exit status:
  0   all recipients were sent the message, or are deliverable
  64  the command line asks for what cannot be done; nothing was sent
  69  recipients bounced, and none was deferred
  75  recipients were deferred: by the server, or because there was none to talk to
  78  this machine is not set up for what was asked; nothing was sent";

/// Bytes from which on progress is shown.
const PROGRESS_MIN: u64 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds() {
        assert_eq!(seconds("30"), Ok(Duration::from_secs(30)));
        assert_eq!(seconds("0.5s"), Ok(Duration::from_millis(500)));
        for bad in ["", "0", "-1", "soon", "nan", "inf", "1e30"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
