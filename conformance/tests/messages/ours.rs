//! What we do.

use std::error::Error;

use conformance::sending::Sending;
use envoi_blocking::connect;
use envoi_driver::proto::{
    BadAddress, Body, Config, Envelope, ForwardPath, Mailbox, Notify, Orcpt, Peer, Protocol,
    Recipient, Ret, ReversePath, Smtputf8,
};
use envoi_driver::{Message, Outcome};

use crate::account::Account;
use crate::receiver::Receiver;

/// What we do with a message.
pub(crate) fn account(sending: &Sending) -> Result<Account, Box<dyn Error>> {
    let receiver = Receiver::start(sending.server.options());
    let mut peer = Peer::new("127.0.0.1");
    peer.protocol = match sending.server.protocol() {
        envoi_sink::Protocol::Smtp => Protocol::Smtp,
        envoi_sink::Protocol::Lmtp => Protocol::Lmtp,
    };
    let config = Config::new("client.test.example".parse()?);
    let connection = connect(receiver.address(), peer, config.into())?;
    let message =
        Message { envelope: envelope(sending)?.into(), content: sending.content.clone().into() };
    let outcomes = connection.send_all([message]).flat_map(|report| report.outcomes);
    let mut outcomes: Vec<_> = outcomes.map(told).collect();
    outcomes.sort();
    Ok(Account { heard: receiver.heard(), outcomes })
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
    // cleanup(8) looks at the content, whatever MAIL says of it.
    if !sending.content.is_ascii() {
        envelope.body = Some(Body::EightBitMime);
    }
    Ok(envelope)
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
    let Outcome { recipient, verdict, status, text, .. } = outcome;
    [recipient.to_string(), verdict.to_string(), status.to_string(), text.to_string()]
}

const LINE_END: &[u8] = b"\r\n";

/// Longest part of a line in a record (`line_length_limit`).
const RECORD_MAX: usize = 2048;
