//! A message of a dialogue: what its envelope says and what its content is.

use std::time::Duration;

use envoi_proto::{
    Body, Config, Envelope, ForwardPath, Instant, Purpose, Recipient, Ret, ReversePath, Smtputf8,
    Source, Stuffing, TlsRequest, Xforward,
};

use super::escape::{expand, unescape};
use super::value::{choice, duration, list, parse};
use crate::witness::Encoding;

/// A message that the application wants to send.
#[derive(Clone, Debug)]
pub struct Message {
    /// The envelope, its times and sizes aside.
    pub envelope: Envelope,
    /// The content as the application keeps it; the default one if none was given.
    pub content: Option<Vec<u8>>,
    /// What MAIL says of its size.
    pub size: Number,
    /// The length that is promised.
    pub length: Number,
    /// How long ago it entered the mail system.
    pub age: Option<Duration>,
    /// After how many bytes the source of the content breaks.
    pub breaks_after: Option<usize>,
    /// The settings that were given, as the file has them.
    pub given: Vec<(String, String)>,
}

/// A number that is given, follows from the content, or is unknown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Number {
    /// What is true of the content.
    True,
    /// This one, true or not.
    Given(u64),
    /// It is not known.
    Unknown,
}

impl Message {
    pub(super) fn new() -> Self {
        let sender = "ann@client.example".parse().expect("it is an address");
        Self {
            envelope: Envelope::new(sender, Vec::new()),
            content: None,
            size: Number::True,
            length: Number::Unknown,
            age: None,
            breaks_after: None,
            given: Vec::new(),
        }
    }

    /// Takes a setting; says whether there is one of that name.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Result<bool, String> {
        let Some((_, set)) = SETTINGS.iter().find(|(known, _)| *known == name) else {
            return Ok(false);
        };
        set(self, value)?;
        self.given.push((name.into(), value.into()));
        Ok(true)
    }

    /// Adds a recipient, written `<address> notify=… orcpt=…`.
    pub(super) fn add_recipient(&mut self, text: &str) -> Result<(), String> {
        let end = text.rfind('>').ok_or("expected <address>")? + 1;
        let mut recipient = recipient(&text[..end])?;
        for word in text[end..].split_whitespace() {
            match word.split_once('=') {
                Some(("notify", value)) => recipient.notify = Some(parse(value)?),
                Some(("orcpt", value)) => recipient.orcpt = Some(parse(value)?),
                _ => return Err(format!("{word:?}: expected notify=… or orcpt=…")),
            }
        }
        self.envelope.recipients.push(recipient);
        Ok(())
    }

    /// Adds to the content, so many times.
    pub(super) fn add_content(&mut self, text: &str, times: usize) -> Result<(), String> {
        let more = unescape(text)?.repeat(times);
        self.content.get_or_insert_default().extend(more);
        Ok(())
    }

    /// The content as the application keeps it.
    pub fn content(&self) -> &[u8] {
        self.content.as_deref().unwrap_or(CONTENT)
    }

    /// Says that the content is ASCII, if it is and nothing else is said: else it would be
    /// converted for a server without 8BITMIME.
    pub(super) fn promise_ascii(&mut self) {
        if self.envelope.body.is_none() && self.content().is_ascii() {
            self.envelope.body = Some(Body::SevenBit);
        }
    }

    /// The envelope as the client gets it at `now`.
    pub fn envelope(&self, config: &Config, now: Instant) -> Envelope {
        let mut envelope = self.envelope.clone();
        let encoded = Encoding::new(config).of(self.content(), Stuffing::None);
        let encoded_length = encoded.len() as u64;
        envelope.size = self.size.or(encoded_length);
        envelope.length = self.length.or(self.content().len() as u64);
        let entered = |age| Instant::from_origin(now.since_origin().saturating_sub(age));
        envelope.arrived = self.age.map(entered);
        envelope
    }

    /// Supplies the recipient that a message without any has, and rewrites addresses.
    pub(super) fn complete(&mut self, generic: &[(String, ReversePath)]) {
        if self.envelope.recipients.is_empty() {
            let bob: ForwardPath = "bob@mx.example".parse().expect("it is an address");
            self.envelope.recipients.push(bob.into());
        }
        let rewritten = |address: String| {
            let found = generic.iter().find(|(known, _)| *known == address);
            found.map(|(_, address)| address.clone())
        };
        self.envelope.rewritten_sender = rewritten(self.envelope.sender.to_string());
        for recipient in &mut self.envelope.recipients {
            let rewritten = rewritten(recipient.address.to_string());
            recipient.rewritten = rewritten.and_then(|path| path.to_string().parse().ok());
        }
    }

    fn xforward(&mut self) -> &mut Xforward {
        self.envelope.xforward.get_or_insert_default()
    }
}

impl Number {
    fn or(self, truth: u64) -> Option<u64> {
        match self {
            Self::True => Some(truth),
            Self::Given(number) => Some(number),
            Self::Unknown => None,
        }
    }

    fn parse(value: &str) -> Result<Self, String> {
        match value {
            "true" => Ok(Self::True),
            "unknown" => Ok(Self::Unknown),
            number => parse(number).map(Self::Given),
        }
    }
}

fn recipient(text: &str) -> Result<Recipient, String> {
    parse::<ForwardPath>(text).map(Recipient::from)
}

type Set = fn(&mut Message, &str) -> Result<(), String>;

/// Every setting of a message, by its name.
const SETTINGS: &[(&str, Set)] = &[
    ("sender", |m, v| parse::<ReversePath>(v).map(|v| m.envelope.sender = v)),
    ("recipients", |m, v| {
        let given = list(v).flat_map(expand).map(|address| recipient(&address));
        given.collect::<Result<_, _>>().map(|given| m.envelope.recipients = given)
    }),
    ("size", |m, v| Number::parse(v).map(|v| m.size = v)),
    ("length", |m, v| Number::parse(v).map(|v| m.length = v)),
    ("age", |m, v| duration(v).map(|v| m.age = Some(v))),
    ("breaks_after", |m, v| parse(v).map(|v| m.breaks_after = Some(v))),
    ("body", |m, v| {
        let words = [("7bit", Body::SevenBit), ("8bitmime", Body::EightBitMime)];
        choice(v, &words).map(|v| m.envelope.body = Some(v))
    }),
    ("smtputf8", |m, v| {
        let words = [("requested", Smtputf8::Requested), ("required", Smtputf8::Required)];
        choice(v, &words).map(|v| m.envelope.smtputf8 = v)
    }),
    ("requiretls", |m, v| {
        choice(v, &[("yes", TlsRequest::Required)]).map(|v| m.envelope.tls_request = v)
    }),
    ("ret", |m, v| {
        let words = [("full", Ret::Full), ("hdrs", Ret::Headers)];
        choice(v, &words).map(|v| m.envelope.ret = Some(v))
    }),
    ("envid", |m, v| parse(v).map(|v| m.envelope.envid = Some(v))),
    ("probe", |m, v| {
        let words = [("rcpt", Purpose::VerifyRecipients), ("data", Purpose::VerifyData)];
        choice(v, &words).map(|v| m.envelope.purpose = v)
    }),
    ("xforward_name", |m, v| parse(v).map(|v| m.xforward().name = Some(v))),
    ("xforward_addr", |m, v| parse(v).map(|v| m.xforward().address = Some(v))),
    ("xforward_port", |m, v| parse(v).map(|v| m.xforward().port = Some(v))),
    ("xforward_proto", |m, v| parse(v).map(|v| m.xforward().protocol = Some(v))),
    ("xforward_helo", |m, v| parse(v).map(|v| m.xforward().helo = Some(v))),
    ("xforward_ident", |m, v| parse(v).map(|v| m.xforward().ident = Some(v))),
    ("xforward_source", |m, v| {
        let words = [("local", Source::Local), ("remote", Source::Remote)];
        choice(v, &words).map(|v| m.xforward().source = Some(v))
    }),
];

/// What a message is whose content does not matter.
const CONTENT: &[u8] = b"Subject: hello\r\n\r\nHello.\r\n";
