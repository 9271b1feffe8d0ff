//! `envoi demo`.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use envoi_driver::dns::Syntax;
use envoi_driver::proto::auth::{Credentials, MechanismFilter};
use envoi_driver::proto::{Envelope, ForwardPath, Line, Recipient, TlsStart};
use envoi_driver::tls::{self, Level, Policy, Roots};
use envoi_driver::{Content, Message, Report, Verdict};
use envoi_postfix::rewriting::Flags;
use envoi_sink::{Action, Fault, NameServer, Options, Point, Sink};
use indicatif::ProgressBar;

use crate::auth::Auth;
use crate::content::Loaded;
use crate::delivery::Delivery;
use crate::error::Error;
use crate::exit::Exit;
use crate::letter::Letter;
use crate::manner::Manner;
use crate::output::{Format, Output};
use crate::routing::RoutingArguments;
use crate::tls::Tls;
use crate::watch::Watch;

/// Sends a message to three recipients of a sink, and shows how that goes.
pub(crate) fn run() -> Result<Exit, Error> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let certificate = envoi_sink::Tls::self_made(HOST).map_err(|_| Error::Demo)?;
    let manner = manner(&certificate);
    let sink = Sink::listen(address, options(certificate));
    let sink = sink.map_err(|source| Error::Listen { address, source })?;
    let names = NameServer::start(parsed(ZONE));
    let names = names.map_err(|source| Error::Listen { address, source })?;
    let routing = RoutingArguments::asking(sink.address().port(), names.address());
    let routing = routing.routing(Syntax::Smtp, TlsStart::Starttls, None)?;
    println!("{INTRODUCTION}");
    println!("The dialogue (C is Envoi, S is the worse server, on {}):\n", sink.address());
    let letter = letter();
    let mut told = None;
    let delivery = Delivery {
        next_hops: Vec::new(),
        routing: &routing,
        manner: &manner,
        watch: Watch {
            show: Some(show),
            complain: |wrong, _| println!("  -- {wrong}"),
            bar: ProgressBar::hidden(),
            recording: None,
        },
        record: None,
        flags: Flags::default(),
        notices: None,
        report: &mut |_, report| told = Some(report.clone()),
    };
    let sent = manner.runtime.run(delivery, std::slice::from_ref(&letter));
    let report = sent.ok().and(told).ok_or(Error::Demo)?;
    verdicts(&letter, &report);
    let verdicts: Vec<_> = report.outcomes.iter().map(|outcome| outcome.verdict).collect();
    if verdicts != EXPECTED || sink.count() != 1 {
        return Err(Error::Demo);
    }
    println!("{CONCLUSION}");
    Ok(Exit::Sent)
}

/// How to talk to a server with this certificate: after STARTTLS and AUTH.
fn manner(server: &envoi_sink::Tls) -> Manner {
    let mut roots = Roots::default();
    roots.add([server.certificate.der().to_vec().into()]);
    let mut policy = Policy::new(Level::Secure);
    policy.names = parsed(HOST);
    let start = TlsStart::Starttls;
    let tls = Tls { policy, start, engine: Arc::new(tls::engine(roots)) };
    let credentials = Credentials::password(USER, PASSWORD).expect("they are well formed");
    let auth = Auth { credentials, mechanisms: MechanismFilter::default() };
    Manner {
        helo: Some(parsed("client.example")),
        tls: Some(tls),
        auth: Some(auth),
        ..Manner::plain()
    }
}

/// A sink that takes mail from ann alone, refuses the second recipient and puts off the third.
fn options(tls: envoi_sink::Tls) -> Options {
    let fault = |action, occasion, text: &str| {
        let occasion = std::num::NonZeroU64::new(occasion);
        Fault { occasion, text: Some(text.into()), ..Fault::new(Point::Rcpt, action) }
    };
    let auth = envoi_sink::Auth { is_required: true, ..envoi_sink::Auth::new(USER, PASSWORD) };
    let refused = fault(Action::Reject, 2, "550 5.1.1 No such user");
    let deferred = fault(Action::Tempfail, 3, "450 4.2.0 Mailbox busy, try again later");
    Options {
        host: HOST.into(),
        tls: Some(tls),
        auth: Some(auth),
        faults: vec![refused, deferred],
        ..Options::default()
    }
}

fn letter() -> Letter {
    let recipient = |address| Recipient::from(parsed::<ForwardPath>(address));
    let recipients = RECIPIENTS.into_iter().map(recipient).collect();
    let envelope = Envelope::new(parsed(SENDER), recipients);
    let loaded = Loaded::of(Content::from(MESSAGE));
    let message = Message::new(envelope, loaded.content.clone());
    Letter { file: None, message, _loaded: loaded }
}

fn verdicts(letter: &Letter, report: &Report) {
    println!("\nWhat became of each recipient:\n");
    for outcome in &report.outcomes {
        let (address, verdict) = (outcome.recipient.to_string(), outcome.verdict.to_string());
        println!("  {address:<20} {verdict:<9} {}", outcome.text);
    }
    println!("\nThe same as lines of a mail log, which `envoi send` prints:\n");
    Output::new(Format::Log, ProgressBar::hidden()).report(letter, report);
}

fn show(line: &Line) {
    match line {
        Line::Client(text) => println!("  C: {text}"),
        Line::Content(bytes) => println!("  C: <the message, {bytes} bytes>"),
        Line::Server(text) => println!("      S: {text}"),
        Line::Overruled(text) => println!("  -- overruled: {text}"),
        Line::Tls(text) => println!("  -- TLS: {text}"),
    }
}

fn parsed<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().expect("what the demonstration says is sound")
}

const HOST: &str = "mx.example";
const USER: &str = "ann";
const PASSWORD: &str = "correct horse battery staple";
const SENDER: &str = "ann@client.example";
const RECIPIENTS: [&str; 3] = ["bob@mx.example", "nobody@mx.example", "carol@mx.example"];
const EXPECTED: [Verdict; 3] = [Verdict::Sent, Verdict::Bounced, Verdict::Deferred];

/// Nothing listens on the address of the better server.
const ZONE: &str = "
    mx.example    MX  10 a.mx.example
    mx.example    MX  20 b.mx.example
    a.mx.example  A   127.0.0.2
    b.mx.example  A   127.0.0.1
";

const MESSAGE: &str = "\
From: Ann <ann@client.example>\r\n\
To: Bob <bob@mx.example>\r\n\
Subject: hello\r\n\
\r\n\
Hello, Bob!\r\n\
.\r\n\
The line above is a dot.\r\n";

const INTRODUCTION: &str = "\
Envoi delivers a message from ann@client.example to bob, nobody and carol@mx.example.
The name server that knows where to go, and the server that takes the mail, run inside this
program, on loopback: nothing leaves this machine. The domain has two servers, and the better one
is down. The other one speaks TLS, and asks ann for her password, which never crosses the wire
(SCRAM-SHA-256-PLUS).
It takes mail for bob, refuses it for nobody, and puts it off for carol.
";

const CONCLUSION: &str = "
Try it yourself: run `envoi sink` in one terminal, and in another

  echo hello | envoi send --from ann@client.example --to bob@mx.example \\
      --nexthop '[127.0.0.1]:2525' --transcript -

`envoi send --help` and `envoi sink --help` tell what else there is.";
