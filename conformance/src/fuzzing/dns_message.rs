//! Answers of name servers: whatever they say, a question gets one answer, that makes sense.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use envoi_dns::{Action, Answer, Instant, Kind, Name, Query, Records, ResolvConf, SocketId, Stub};

use crate::witness::{Violation, ensure};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    kind: u8,
    trusts: bool,
    /// Whether the question is repeated, or is what the message says it is.
    repeats: bool,
    /// Length of the pieces in which a stream comes.
    piece: u8,
    /// The message without its number, and without its question if that is repeated.
    message: &'a [u8],
}

/// Reads the bytes as what a server answers to every question.
///
/// # Errors
/// If a question gets no answer or more than one, or one that makes no sense, or one over a
/// stream that it does not get in a datagram.
pub fn dns_message(data: &[u8]) -> Result<(), Violation> {
    let Ok(input) = Input::arbitrary_take_rest(Unstructured::new(data)) else { return Ok(()) };
    let by_datagram = talk(&input, false)?;
    let by_stream = talk(&input, true)?;
    // Without the question, or with a name that begins in the number of the message, what is said
    // depends on what is asked.
    let points_at_header = |pair: &[u8]| pair[0] == 0xc0 && pair[1] < HEADER;
    let is_same = by_datagram == by_stream || !input.repeats;
    ensure(is_same || input.message.windows(2).any(points_at_header), || {
        format!("{by_datagram:?} but {by_stream:?} over a stream")
    })
}

/// The answer that a question gets.
fn talk(input: &Input<'_>, use_tcp: bool) -> Result<Answer, Violation> {
    let kind = KINDS[usize::from(input.kind) % KINDS.len()];
    let query = Query { name: "mx.example".parse().expect("it is a name"), kind };
    let mut stub = Stub::new(config(input.trusts, use_tcp).into(), [0; 32]);
    let mut now = Instant::ORIGIN;
    let mut answer = None;
    let mut streams: Vec<SocketId> = Vec::new();
    stub.ask(query.clone(), now);
    for _ in 0..TURNS_MAX {
        let mut questions = Vec::new();
        while let Some(action) = stub.poll_action() {
            match action {
                Action::OpenStream { socket, .. } => streams.push(socket),
                Action::Send { socket, bytes } => questions.push((socket, bytes)),
                Action::OpenDatagram { .. } | Action::Close { .. } => {}
            }
        }
        for (socket, question) in &questions {
            if streams.contains(socket) {
                for piece in input.stream(&question[2..]) {
                    stub.handle_input(*socket, &piece, now);
                }
            } else {
                stub.handle_input(*socket, &input.datagram(question), now);
            }
        }
        while let Some((asked, got)) = stub.poll_answer() {
            ensure(asked == query, || format!("{asked:?} was not asked"))?;
            check(kind, &got, input.trusts)?;
            let before = answer.replace(got);
            ensure(before.is_none(), || format!("{before:?} was not the only answer"))?;
        }
        if questions.is_empty() {
            let Some(due) = stub.poll_timeout() else { break };
            now = due;
            stub.handle_timeout(now);
        }
    }
    ensure(stub.poll_timeout().is_none(), || "it goes on for ever".into())?;
    answer.ok_or_else(|| Violation("there is no answer".into()))
}

impl Input<'_> {
    /// The answer to a question, with its length and in pieces.
    fn stream(&self, question: &[u8]) -> Vec<Vec<u8>> {
        let message = self.datagram(question);
        let length = u16::try_from(message.len()).unwrap_or(u16::MAX);
        let stream = [&length.to_be_bytes(), &message[..length.into()]].concat();
        let piece = usize::from(self.piece.max(1));
        stream.chunks(piece).map(<[u8]>::to_vec).collect()
    }

    /// The answer to a question.
    fn datagram(&self, question: &[u8]) -> Vec<u8> {
        let (id, rest) = question.split_at(2);
        let end = 12 + rest[10..].iter().position(|byte| *byte == 0).unwrap_or(0) + 5;
        match self.message.split_at_checked(8) {
            Some(([first, second, counts @ ..], records)) if self.repeats => {
                let flags = [first | 0x80, *second];
                [id, &flags, &[0, 1], counts, &question[12..end], records].concat()
            }
            _ => [id, self.message].concat(),
        }
    }
}

/// Sees whether an answer makes sense.
fn check(kind: Kind, answer: &Answer, trusts: bool) -> Result<(), Violation> {
    let shown = || format!("{answer:?} to a question for {kind}");
    ensure(answer.ttl <= i32::MAX.unsigned_abs(), shown)?;
    ensure(trusts || !answer.is_secure, shown)?;
    answer.canonical.iter().try_for_each(|canonical| name(canonical))?;
    let Ok(records) = &answer.records else { return Ok(()) };
    match (kind, records) {
        (Kind::A, Records::A(records)) => all(records, |_| Ok(())),
        (Kind::Aaaa, Records::Aaaa(records)) => all(records, |_| Ok(())),
        (Kind::Mx, Records::Mx(records)) => {
            all(records, |mx| mx.exchange.iter().try_for_each(name))
        }
        (Kind::Srv, Records::Srv(records)) => {
            all(records, |srv| srv.target.iter().try_for_each(name))
        }
        (Kind::Tlsa, Records::Tlsa(records)) => all(records, |_| Ok(())),
        (Kind::Txt, Records::Txt(records)) => all(records, |_| Ok(())),
        _ => Err(Violation(shown())),
    }
}

/// There are some, not too many, each one once, and each is good.
fn all<T: Debug + PartialEq>(
    records: &[T],
    is_good: impl Fn(&T) -> Result<(), Violation>,
) -> Result<(), Violation> {
    ensure((1..=RECORDS_MAX).contains(&records.len()), || format!("{} records", records.len()))?;
    for (place, record) in records.iter().enumerate() {
        ensure(!records[..place].contains(record), || format!("{record:?} is there twice"))?;
        is_good(record)?;
    }
    Ok(())
}

/// A name is one that reads as it is written.
fn name(name: &Name) -> Result<(), Violation> {
    let again = name.as_str().parse::<Name>();
    ensure(again.as_ref() == Ok(name), || format!("{name} reads as {again:?}"))?;
    let has_upper = name.as_str().bytes().any(|byte| byte.is_ascii_uppercase());
    ensure(!has_upper, || format!("{name} is not in lower case"))
}

fn config(trust_ad: bool, use_tcp: bool) -> ResolvConf {
    ResolvConf {
        servers: vec![SocketAddr::from(([127, 0, 0, 1], 53))],
        search: Vec::new(),
        ndots: 1,
        timeout: Duration::from_secs(5),
        attempts: 2,
        rotate: false,
        use_tcp,
        edns: true,
        trust_ad,
    }
}

const KINDS: [Kind; 6] = [Kind::A, Kind::Aaaa, Kind::Mx, Kind::Srv, Kind::Tlsa, Kind::Txt];

/// Length of a message's header.
const HEADER: u8 = 12;

/// Most records of an answer.
const RECORDS_MAX: usize = 256;

/// Most turns until a question has its answer: far more than it may take messages.
const TURNS_MAX: usize = 1000;
