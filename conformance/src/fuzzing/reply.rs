//! The reply parser: any split gives the same replies, those of a slow parser.

use std::sync::{Arc, LazyLock};

use arbitrary::{Arbitrary, Unstructured};
use envoi_proto::{
    Client, Config, Envelope, Error, Event, ForwardPath, Hello, Instant, Peer, Reply, ReversePath,
};

use super::pieces;
use crate::witness::hearing::{Heard, Hearing};
use crate::witness::{Violation, ensure};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    utf8: bool,
    pieces: &'a [u8],
    stream: &'a [u8],
}

/// Reads the bytes as what a server says.
///
/// # Errors
/// If a split changes the replies, or they are not what they should be.
pub fn reply(data: &[u8]) -> Result<(), Violation> {
    let Ok(input) = Input::arbitrary_take_rest(Unstructured::new(data)) else { return Ok(()) };
    let stream = &input.stream[..input.stream.len().min(STREAM_MAX)];
    let whole = replies(stream, input.utf8, std::iter::repeat(stream.len().max(1)));
    for (name, other) in [
        ("in single bytes", replies(stream, input.utf8, std::iter::repeat(1))),
        ("in pieces", replies(stream, input.utf8, pieces(input.pieces))),
    ] {
        ensure(whole == other, || format!("{whole:?}, but {name} {other:?}"))?;
    }
    let (expected, is_endless) = expected(stream);
    let (found, error) = whole;
    let is_error = matches!(error, Some(Error::Endless(_)));
    ensure(is_error == is_endless, || format!("{error:?} is not as expected"))?;
    ensure(found.len() == expected.len(), || format!("{found:?} instead of {expected:?}"))?;
    found.iter().zip(expected).try_for_each(|(found, (code, lines))| check(found, code, &lines))
}

fn check(found: &Reply<'_>, code: u16, lines: &[Vec<u8>]) -> Result<(), Violation> {
    let shown = || format!("{found:?} was made of {code} {lines:?}");
    ensure(found.code.number() == code, shown)?;
    ensure(found.text.len() <= TEXT_MAX, shown)?;
    ensure(!found.text.chars().any(|c| c.is_control() && c != '\n'), shown)?;
    let raw = lines.join(&b'\n');
    let is_plain = raw.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n'));
    if raw.len() > TEXT_MAX || !is_plain {
        return Ok(());
    }
    ensure(found.text.as_bytes() == raw, shown)?;
    let again: Result<Reply<'static>, _> = found.text.parse();
    ensure(again.as_ref() == Ok(found), || format!("{found:?} reads as {again:?}"))
}

/// A code, and the lines of its reply.
type Expected = (u16, Vec<Vec<u8>>);

/// What a slow parser makes of the bytes, and whether a reply has no end.
fn expected(stream: &[u8]) -> (Vec<Expected>, bool) {
    let mut hearing = Hearing::default();
    let mut replies = Vec::new();
    for byte in stream {
        match hearing.take(*byte) {
            Some(Heard::Reply { code, lines }) => replies.push((code, lines)),
            Some(Heard::Endless) => return (replies, true),
            None => {}
        }
    }
    (replies, false)
}

/// What a client makes of the bytes, as replies to as many RCPTs as it takes.
fn replies(
    stream: &[u8],
    utf8: bool,
    pieces: impl Iterator<Item = usize>,
) -> (Vec<Reply<'static>>, Option<Error>) {
    let mut config = Config::new("client.example".parse().expect("the name is a domain"));
    config.hello = Hello::Helo;
    config.smtputf8 = utf8;
    let now = Instant::ORIGIN;
    let mut client = Client::new(Arc::new(config), Peer::new("mx.example"), now);
    let mut replies = Vec::new();
    for said in ["220 mx.example\r\n", "250 mx.example\r\n"] {
        say(&mut client, said.as_bytes(), &mut Vec::new());
    }
    client.send(ENVELOPE.clone(), now).expect("the server is ready");
    client.handle_transmitted(client.poll_transmit().len(), now);
    say(&mut client, b"250 sender\r\n", &mut Vec::new());
    let mut rest = stream;
    for piece in pieces {
        let (said, after) = rest.split_at(piece.min(rest.len()));
        if let Some(error) = say(&mut client, said, &mut replies) {
            return (replies, Some(error));
        }
        if after.is_empty() {
            break;
        }
        rest = after;
    }
    (replies, None)
}

/// The client hears some bytes, and goes on.
fn say(client: &mut Client, mut said: &[u8], replies: &mut Vec<Reply<'static>>) -> Option<Error> {
    while !said.is_empty() {
        match client.handle_input(said, Instant::ORIGIN) {
            Ok(used) => said = &said[used..],
            Err(error) => return Some(error),
        }
        while let Some(event) = client.poll_event() {
            if let Event::Recipient { reply, .. } = event {
                replies.push(reply.into_owned());
            }
        }
        let written = client.poll_transmit().len();
        if written > 0 {
            client.handle_transmitted(written, Instant::ORIGIN);
        }
    }
    None
}

/// An envelope with a recipient for each reply that the stream can hold.
static ENVELOPE: LazyLock<Arc<Envelope>> = LazyLock::new(|| {
    let bob: ForwardPath = "bob@mx.example".parse().expect("the address is good");
    let recipients = vec![bob.into(); STREAM_MAX / 4 + 1];
    Arc::new(Envelope::new(ReversePath::Null, recipients))
});

/// Bytes that are read; the shortest reply has four.
const STREAM_MAX: usize = 4096;

/// Most bytes of a reply's text.
const TEXT_MAX: usize = 2048;
