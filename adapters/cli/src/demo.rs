//! `envoi demo`.

use std::net::{Ipv4Addr, SocketAddr};

use envoi_driver::proto::{Envelope, ForwardPath, Line, Recipient};
use envoi_driver::{Content, Message, Report, Verdict};
use envoi_sink::{Action, Fault, Options, Point, Sink};
use indicatif::ProgressBar;

use crate::content::Loaded;
use crate::delivery::Delivery;
use crate::error::Error;
use crate::exit::Exit;
use crate::letter::Letter;
use crate::manner::Manner;
use crate::output::{Format, Output};
use crate::watch::Watch;

/// Sends a message to three recipients of a sink, and shows how that goes.
pub(crate) fn run() -> Result<Exit, Error> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let sink = Sink::listen(address, options());
    let sink = sink.map_err(|source| Error::Listen { address, source })?;
    println!("{INTRODUCTION}");
    println!("The dialogue (C is Envoi, S is the server on {}):\n", sink.address());
    let letter = letter();
    let mut told = None;
    let delivery = Delivery {
        next_hop: &sink.address().into(),
        manner: &Manner { helo: Some(parsed("client.example")), ..Manner::plain() },
        watch: Watch { show: Some(show), ..Watch::nobody() },
        record: None,
        report: &mut |_, report| told = Some(report.clone()),
    };
    delivery.run(std::slice::from_ref(&letter));
    let report = told.expect("each letter is reported");
    verdicts(&letter, &report);
    let verdicts: Vec<_> = report.outcomes.iter().map(|outcome| outcome.verdict).collect();
    if verdicts != EXPECTED || sink.count() != 1 {
        return Err(Error::Demo);
    }
    println!("{CONCLUSION}");
    Ok(Exit::Sent)
}

/// A sink that refuses the second recipient and puts off the third.
fn options() -> Options {
    let fault = |action, occasion, text: &str| {
        let occasion = std::num::NonZeroU64::new(occasion);
        Fault { occasion, text: Some(text.into()), ..Fault::new(Point::Rcpt, action) }
    };
    let host = "mx.example".into();
    let refused = fault(Action::Reject, 2, "550 5.1.1 No such user");
    let deferred = fault(Action::Tempfail, 3, "450 4.2.0 Mailbox busy, try again later");
    Options { host, faults: vec![refused, deferred], ..Options::default() }
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
        Line::Tls(text) => println!("  -- TLS: {text}"),
    }
}

fn parsed<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().expect("what the demonstration says is sound")
}

const SENDER: &str = "ann@client.example";
const RECIPIENTS: [&str; 3] = ["bob@mx.example", "nobody@mx.example", "carol@mx.example"];
const EXPECTED: [Verdict; 3] = [Verdict::Sent, Verdict::Bounced, Verdict::Deferred];

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
Their server runs inside this program, on loopback: nothing leaves this machine.
It takes mail for bob, refuses it for nobody, and puts it off for carol.
";

const CONCLUSION: &str = "
Try it yourself: run `envoi sink` in one terminal, and in another

  echo hello | envoi send --from ann@client.example --to bob@mx.example \\
      --nexthop '[127.0.0.1]:2525' --transcript -

`envoi send --help` and `envoi sink --help` tell what else there is.";
