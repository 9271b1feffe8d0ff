//! What we do.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use conformance::clockwork::Known;
use conformance::delivery::Zone;
use conformance::sending::Sending;
use conformance::servers::Route;
use envoi_blocking::Blocking;
use envoi_driver::dns::{Destination, Services, Syntax};
use envoi_driver::proto::{
    BadAddress, Body, Envelope, ForwardPath, Mailbox, Notify, Orcpt, Protocol, Recipient, Ret,
    ReversePath, Smtputf8,
};
use envoi_driver::{Message, Network, Outcome, System};
use envoi_postfix::agent::{Agent, Letter};
use envoi_postfix::main_cf::{self, MainCf, Parameters, Personality};
use envoi_postfix::setup::Setup;

use crate::account::Account;
use crate::receiver::Receiver;
use crate::reference::BASE;

/// What we do with a message.
pub(crate) fn account(sending: &Sending) -> Result<Account, Box<dyn Error>> {
    let receiver = Receiver::start(sending.server.options());
    let setup = setup(sending)?;
    let syntax = match setup.protocol {
        Protocol::Smtp => Syntax::Smtp,
        Protocol::Lmtp => Syntax::Lmtp,
    };
    let next_hop = Route::next_hop(&[receiver.address()]);
    let destinations = Destination::list(&next_hop, syntax, &Services::default())?;
    let runtime = Blocking::default();
    // Nobody has to be asked where an address is.
    let resolver = Known(Zone::default());
    let network = Network { runtime, resolver, hosts: Arc::default() };
    let message =
        Message { envelope: envelope(sending)?.into(), content: sending.content.clone().into() };
    let mut agent = Agent::new(setup.into(), runtime, |_| {});
    let letters = [Letter::from(message)];
    let reports = smol::block_on(agent.deliver(&network, destinations, &letters, 0));
    let mut outcomes: Vec<_> =
        reports.into_iter().flat_map(|report| report.outcomes).map(told).collect();
    outcomes.sort();
    Ok(Account { heard: receiver.heard(), outcomes })
}

/// What we are set up with: the lines of main.cf that Postfix has.
fn setup(sending: &Sending) -> Result<Setup, Box<dyn Error>> {
    let personality = match sending.server.protocol() {
        envoi_sink::Protocol::Smtp => Personality::Smtp,
        envoi_sink::Protocol::Lmtp => Personality::Lmtp,
    };
    let own = [BASE, OWN].concat();
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut text = String::new();
    for (name, value) in own.chain(sending.parameters.iter().cloned()) {
        text += &format!("{name} = {value}\n");
    }
    let (main_cf, mut problems) = MainCf::parse(Path::new("main.cf"), text.as_bytes());
    let found = main_cf::System::default();
    let (parameters, more) = Parameters::new(main_cf, personality, &found);
    problems.extend(more);
    let (setup, more) = Setup::read(&parameters, &System::default());
    problems.extend(more);
    match problems.iter().find(|problem| problem.is_error()) {
        Some(problem) => Err(problem.to_string().into()),
        None => Ok(setup),
    }
}

/// The envelope that Postfix's queue has of a message.
fn envelope(sending: &Sending) -> Result<Envelope, Box<dyn Error>> {
    let recipients: Result<_, _> =
        sending.recipients.iter().map(|(to, parameters)| recipient(to, parameters)).collect();
    let sender = match &*sending.sender {
        "" => ReversePath::Null,
        sender => mailbox(sender)?.into(),
    };
    let mut envelope = Envelope::new(sender, recipients?);
    envelope.size = Some(queued_size(&sending.content));
    envelope.length = Some(sending.content.len() as u64);
    for parameter in sending.mail.split_whitespace() {
        match parameter.split_once('=').unwrap_or((parameter, "")) {
            ("BODY", "7BIT") => envelope.body = Some(Body::SevenBit),
            ("BODY", "8BITMIME") => envelope.body = Some(Body::EightBitMime),
            ("RET", "FULL") => envelope.ret = Some(Ret::Full),
            ("RET", "HDRS") => envelope.ret = Some(Ret::Headers),
            ("ENVID", id) => envelope.envid = Some(decoded(id).parse()?),
            ("SMTPUTF8", _) => envelope.smtputf8 = smtputf8(&sending.content),
            _ => return Err(format!("unknown parameter {parameter:?}").into()),
        }
    }
    // cleanup(8) believes the header more than MAIL.
    if declares_8bit(&sending.content) {
        envelope.body = Some(Body::EightBitMime);
    }
    Ok(envelope)
}

/// Whether the message's own header says that its body is not 7-bit.
fn declares_8bit(content: &[u8]) -> bool {
    let content = String::from_utf8_lossy(content).to_ascii_lowercase().replace("\r\n ", " ");
    let mut header = content.lines().take_while(|line| !line.is_empty());
    header.any(|line| {
        let value = line.strip_prefix("content-transfer-encoding:").unwrap_or_default();
        ["8bit", "binary"].iter().any(|encoding| value.contains(encoding))
    })
}

/// Reads an address, which may be less than RFC 5321 asks for.
fn mailbox(address: &str) -> Result<Mailbox, BadAddress> {
    address.parse().or_else(|_| Mailbox::verbatim(address))
}

/// What Postfix says of the size: the records of its queue file, each a line or a part of one,
/// with a byte for its type and its length in groups of seven bits.
fn queued_size(content: &[u8]) -> u64 {
    let line = |line: &[u8]| {
        let length = line.len() - LINE_END.len();
        let last = length % RECORD_MAX;
        let parts = length / RECORD_MAX * (RECORD_MAX + 3);
        parts + last + if last < 128 { 2 } else { 3 }
    };
    content.split_inclusive(|byte| *byte == b'\n').map(line).sum::<usize>() as u64
}

/// Who receives it, whom the sender named if nobody else is given.
fn recipient(address: &str, parameters: &str) -> Result<Recipient, Box<dyn Error>> {
    let mut recipient = Recipient::from(ForwardPath::from(mailbox(address)?));
    recipient.orcpt = Some(Orcpt::new(address)?);
    for parameter in parameters.split_whitespace() {
        match parameter.split_once('=') {
            Some(("NOTIFY", value)) => recipient.notify = Some(value.parse::<Notify>()?),
            Some(("ORCPT", value)) => recipient.orcpt = Some(decoded(value).parse()?),
            _ => return Err(format!("unknown parameter {parameter:?}").into()),
        }
    }
    Ok(recipient)
}

/// Postfix looks at the header to see whether it needs the extension.
fn smtputf8(content: &[u8]) -> Smtputf8 {
    let end = content.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap_or(content.len());
    if content[..end].is_ascii() { Smtputf8::Requested } else { Smtputf8::Required }
}

/// RFC 3461, 4: `+HH`.
fn decoded(text: &str) -> String {
    let mut parts = text.split('+');
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        decoded.push(u8::from_str_radix(&part[..2], 16).unwrap().into());
        decoded += &part[2..];
    }
    decoded
}

fn told(outcome: Outcome) -> [String; 4] {
    let word = outcome.word().into();
    let Outcome { recipient, status, text, .. } = outcome;
    [recipient.to_string(), word, status.to_string(), text.to_string()]
}

const LINE_END: &[u8] = b"\r\n";

/// Longest part of a line in a record (`line_length_limit`).
const RECORD_MAX: usize = 2048;

/// What main.cf of the instance that sends has beside them.
const OWN: &[(&str, &str)] = &[
    ("compatibility_level", "3.6"),
    ("myhostname", "client.test.example"),
    ("mydestination", "test.example"),
];
