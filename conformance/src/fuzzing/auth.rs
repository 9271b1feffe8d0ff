//! Authentication to a server that says anything.

use std::sync::Arc;

use arbitrary::{Arbitrary, Unstructured};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use envoi_proto::auth::{
    Attempt, ChannelBinding, Choice, Credentials, Exchange, MechanismFilter, NONCE_LENGTH,
    SecurityOptions,
};
use envoi_proto::{Client, Config, Event, Instant, Line, Peer};

use crate::witness::{Violation, ensure};

#[derive(Arbitrary, Debug)]
struct Script<'a> {
    credentials: Credentials,
    offered: Vec<Offer<'a>>,
    filter: MechanismFilter,
    security: SecurityOptions,
    has_client_certificate: bool,
    binding: Option<ChannelBinding>,
    nonce: [u8; NONCE_LENGTH],
    /// Whether a whole client plays, and not the exchange alone.
    is_client: bool,
    replies: Vec<Reply<'a>>,
}

#[derive(Arbitrary, Debug)]
enum Offer<'a> {
    Known(u8),
    Other(&'a str),
}

/// What the server says.
#[derive(Arbitrary, Debug)]
enum Reply<'a> {
    /// A challenge as it is.
    Raw(&'a str),
    /// A challenge in base64.
    Encoded(&'a [u8]),
    /// What SCRAM says first, in answer to the nonce.
    Salt { more: &'a str, salt: &'a [u8], iterations: u8 },
    /// The last word.
    Code(u16),
}

/// Authenticates to a server that says what the bytes say.
///
/// # Errors
/// If it says or believes what it must not.
pub fn auth(data: &[u8]) -> Result<(), Violation> {
    let Ok(script) = Script::arbitrary_take_rest(Unstructured::new(data)) else { return Ok(()) };
    if script.is_client { client(&script) } else { exchange(&script) }
}

fn exchange(script: &Script<'_>) -> Result<(), Violation> {
    let offered: Vec<String> = script.offered.iter().map(Offer::name).map(String::from).collect();
    let choice = Choice {
        offered: &offered,
        credentials: &script.credentials,
        filter: &script.filter,
        security: script.security,
        has_client_certificate: script.has_client_certificate,
        channel_binding: script.binding.as_ref(),
        nonce: script.nonce,
    };
    let Ok(mechanism) = choice.strongest() else { return Ok(()) };
    let is_allowed = script.filter.allows(mechanism.name())
        && offered.iter().any(|name| name.eq_ignore_ascii_case(mechanism.name()));
    ensure(is_allowed, || format!("{} was not to be used", mechanism.name()))?;
    let (mut exchange, line) = Exchange::begin(mechanism);
    ensure(line.as_bytes().starts_with(b"AUTH "), || "it begins without AUTH".into())?;
    check(line.as_bytes(), COMMAND_MAX)?;
    for reply in script.replies.iter().take(REPLIES_MAX) {
        let Some(text) = reply.challenge(&script.nonce) else {
            return finish(exchange);
        };
        let had_failed = exchange.failure().is_some();
        match exchange.handle_challenge(&text) {
            Ok(line) => {
                ensure(!had_failed, || "it goes on after *".into())?;
                let has_failed = exchange.failure().is_some();
                let is_cancel = line.as_bytes() == b"*";
                ensure(is_cancel == has_failed, || "* is for failures, and they for *".into())?;
                check(line.as_bytes(), RESPONSE_MAX)?;
            }
            Err(_) => return ensure(had_failed, || "it gives up without *".into()),
        }
    }
    finish(exchange)
}

/// The server says that all is well.
fn finish(mut exchange: Exchange) -> Result<(), Violation> {
    let has_failed = exchange.failure().is_some() || exchange.report().is_some();
    let is_believed = exchange.handle_success().is_ok();
    ensure(!(is_believed && has_failed), || "a failure is forgotten".into())?;
    // Nobody here knows a password.
    let is_scram = exchange.mechanism().starts_with("SCRAM-");
    ensure(!(is_believed && is_scram), || "the server has proven nothing".into())
}

/// A line has no line ends, and does not exceed what RFC 4954 allows.
fn check(line: &[u8], max: usize) -> Result<(), Violation> {
    let is_line = line.iter().all(|byte| (b' '..=b'~').contains(byte));
    ensure(is_line && line.len() <= max, || format!("{:?}", line.escape_ascii().to_string()))
}

fn client(script: &Script<'_>) -> Result<(), Violation> {
    let mut config = Config::new("client.example".parse().expect("it is a domain"));
    config.auth.plaintext = script.security;
    config.auth.filter = script.filter.clone();
    let mut peer = Peer::new("mx.example");
    peer.auth = Some(Attempt::new(script.credentials.clone(), script.nonce));
    let mut client = Client::new(Arc::new(config), peer, Instant::ORIGIN);
    client.record();
    let offered: Vec<_> = script.offered.iter().map(Offer::name).collect();
    let hello = format!("250-mx.example\r\n250 AUTH {}\r\n", offered.join(" "));
    let mut said = vec![b"220 mx.example\r\n".to_vec(), hello.into_bytes()];
    said.extend(script.replies.iter().take(REPLIES_MAX).map(|reply| reply.line(&script.nonce)));
    let mut is_welcome = false;
    let mut last_code = b'0';
    for said in said {
        let written = client.poll_transmit().len();
        client.handle_transmitted(written, Instant::ORIGIN);
        last_code = said.first().copied().unwrap_or(last_code);
        let mut rest = &said[..];
        while !rest.is_empty() && !client.is_closed() {
            let Ok(used) = client.handle_input(rest, Instant::ORIGIN) else { break };
            rest = &rest[used..];
            while let Some(event) = client.poll_event() {
                is_welcome |= matches!(event, Event::Authenticated);
                let is_good = !matches!(event, Event::Authenticated) || last_code == b'2';
                ensure(is_good, || "authenticated without the server's word".into())?;
            }
        }
        if is_welcome || client.wants_envelope() || client.is_closed() {
            break;
        }
    }
    let tries = std::iter::from_fn(|| client.poll_transcript());
    let lines = tries.filter_map(|line| match line {
        Line::Client(text) => Some(text),
        Line::Content(_) | Line::Server(_) | Line::Overruled(_) | Line::Tls(_) => None,
    });
    let mut lines = lines.skip_while(|text| !text.starts_with("AUTH ")).skip(1);
    let is_elided = |text: &String| matches!(&**text, "*" | "<credentials>" | "QUIT");
    match lines.find(|text| !is_elided(text)) {
        Some(text) => Err(Violation(format!("{text:?} is shown"))),
        None => Ok(()),
    }
}

impl Offer<'_> {
    /// A name without what would end the line.
    fn name(&self) -> &str {
        match self {
            Self::Known(place) => MECHANISMS[usize::from(*place) % MECHANISMS.len()],
            Self::Other(name) => name.lines().next().unwrap_or_default(),
        }
    }
}

impl Reply<'_> {
    /// What follows `334 `, if it is a challenge.
    fn challenge(&self, nonce: &[u8]) -> Option<String> {
        let text = match self {
            Self::Raw(text) => text.lines().next().unwrap_or_default().to_owned(),
            Self::Encoded(bytes) => BASE64_STANDARD.encode(bytes),
            Self::Salt { more, salt, iterations } => {
                let (nonce, salt) = (BASE64_STANDARD.encode(nonce), BASE64_STANDARD.encode(salt));
                BASE64_STANDARD.encode(format!("r={nonce}{more},s={salt},i={iterations}"))
            }
            Self::Code(_) => return None,
        };
        Some(if takes_long(&text) { String::new() } else { text })
    }

    fn line(&self, nonce: &[u8]) -> Vec<u8> {
        match (self, self.challenge(nonce)) {
            (_, Some(text)) => format!("334 {text}\r\n").into_bytes(),
            (Self::Code(code), None) => format!("{:03} 4.7.0 x\r\n", code % 1000).into_bytes(),
            (Self::Raw(_) | Self::Encoded(_) | Self::Salt { .. }, None) => Vec::new(),
        }
    }
}

/// Whether a challenge asks for more iterations than a run has time for.
fn takes_long(text: &str) -> bool {
    let bytes = BASE64_STANDARD.decode(text).unwrap_or_default();
    let mut fields = bytes.split(|byte| *byte == b',');
    fields.any(|field| field.starts_with(b"i=") && field.len() > b"i=999".len())
}

const MECHANISMS: [&str; 10] = [
    "SCRAM-SHA-256-PLUS",
    "scram-sha-256",
    "SCRAM-SHA-1-PLUS",
    "SCRAM-SHA-1",
    "CRAM-MD5",
    "EXTERNAL",
    "OAUTHBEARER",
    "XOAUTH2",
    "PLAIN",
    "LOGIN",
];

/// Most replies of a script.
const REPLIES_MAX: usize = 120;

/// Longest line of AUTH, and any other (RFC 5321, 4.5.3.1.4; RFC 4954, 4), without CRLF.
const COMMAND_MAX: usize = 510;
const RESPONSE_MAX: usize = 12_286;
