//! Content that is changed on its way.

use std::future::ready;
use std::io;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use envoi_driver::proto::{Action, Answer, Checks, Config, Edits, Envelope, Lookup, Note, Peer};
use envoi_driver::{
    Answering, Answers, Content, Dial, Message, Open, Outcome, Report, Runtime, Source, Verdict,
    connect,
};
use envoi_sink::{Extensions, Limits, Options, Sink};

pub(crate) async fn headers_are_changed_on_their_way<R>(runtime: R)
where
    R: Runtime + Send + Sync + 'static,
{
    for patience in [Patience::None, Patience::Turn, Patience::Thread(runtime.clone())] {
        for portions in [1, 7, usize::MAX] {
            let sink = sink(Extensions::default());
            let answers = Arc::new(Table { patience: patience.clone(), notes: Mutex::default() });
            let content = Portions(CONTENT.into(), portions);
            let content = Content::open_with(content, None).edited(edits(), answers.clone());
            let mut envelope = envelope();
            envelope.length = Some(CONTENT.len() as u64);
            let message = Message { envelope: envelope.into(), content };
            let outcome = send(&runtime, &sink, message).await;
            assert_eq!(outcome.verdict, Verdict::Sent, "{}", outcome.text);
            let seen = sink.messages().pop().unwrap().content;
            assert_eq!(String::from_utf8_lossy(&seen), EDITED);
            let notes = answers.notes.lock().unwrap().join("\n");
            assert_eq!(notes, "strip: header X-Secret: yes: ours");
        }
    }
}

pub(crate) async fn the_size_is_that_before<R: Runtime>(runtime: R) {
    let sink = sink(Extensions::default());
    let content = Content::from(CONTENT).edited(edits(), AtOnce::answers());
    let outcome = send(&runtime, &sink, Message::new(envelope(), content)).await;
    assert_eq!(outcome.verdict, Verdict::Sent, "{}", outcome.text);
    let message = sink.messages().pop().unwrap();
    let size = format!("SIZE={}", CONTENT.replace('\n', "\r\n").len());
    assert!(message.mail_parameters.contains(&size), "{}", message.mail_parameters);
    assert_eq!(String::from_utf8_lossy(&message.content), EDITED);
}

pub(crate) async fn content_is_converted_with_its_edits<R: Runtime>(runtime: R) {
    let extensions = Extensions::default();
    let sink = sink(Extensions { eight_bit_mime: false, smtp_utf8: false, ..extensions });
    let content = "Content-Transfer-Encoding: 8bit\n\nGr\u{fc}\u{df}e\n";
    let mut edits = Edits::default();
    edits.additions = vec![("Return-Path".into(), "<ann@client.example>".into())];
    let content = Content::from(content).edited(edits, AtOnce::answers());
    let outcome = send(&runtime, &sink, Message::new(envelope(), content)).await;
    assert_eq!(outcome.verdict, Verdict::Sent, "{}", outcome.text);
    let seen = sink.messages().pop().unwrap().content;
    let expected = "Return-Path: <ann@client.example>\r\n\
                    Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe\r\n";
    assert_eq!(String::from_utf8_lossy(&seen), expected);
}

pub(crate) async fn edited_messages_share_a_conversation<R: Runtime>(runtime: R) {
    let line = "A line of the body that nobody has anything against.\n";
    let (content, edited) = (CONTENT.to_owned() + &line.repeat(10_000), EDITED.to_owned());
    let edited = edited + &line.replace('\n', "\r\n").repeat(10_000);
    for chunking in [None, NonZeroUsize::new(2)] {
        let limits = Limits { rcpt_max: Some(1), ..Limits::default() };
        let sink = sink(Extensions { limits, ..Extensions::default() });
        let mut peer = Peer::new("mx.example");
        peer.chunking = chunking;
        let mut checked = edits();
        checked.body_checks = true;
        let changed = Content::from(content.clone()).edited(checked, AtOnce::answers());
        let mut envelopes = [envelope(), envelope(), envelope()];
        envelopes[0].recipients.push("carol@mx.example".parse().unwrap());
        let contents = [changed.clone(), Content::from("\r\nplain\r\n"), changed];
        let messages = envelopes.into_iter().zip(contents);
        let messages = messages.map(|(envelope, content)| Message::new(envelope, content));
        for report in send_all(&runtime, &sink, peer, messages.collect()).await {
            assert!(report.is_sent(), "{report:?}");
        }
        let seen: Vec<_> = sink.messages().into_iter().map(|message| message.content).collect();
        // One for bob, and the same for carol.
        let expected = [&*edited, &*edited, "\r\nplain\r\n", &*edited].map(str::as_bytes);
        assert!(seen == expected, "{:?}", seen.iter().map(Vec::len).collect::<Vec<_>>());
        assert_eq!(sink.connections(), 1);
    }
}

pub(crate) async fn a_message_that_cannot_be_edited_does_not_arrive<R: Runtime>(runtime: R) {
    let mut checked = Edits::default();
    checked.body_checks = true;
    let mut delivered = Edits::default();
    delivered.delivered_to = Some("bob@mx.example".into());
    let looping = "Delivered-To: bob@mx.example\n\nhello\n";
    let whole = looping.len() as u64;
    for (edits, content, length, verdict, status, text) in [
        (checked, "\nfail\n", 6, Verdict::Deferred, "4.3.0", "local data error while talking to"),
        (delivered.clone(), looping, whole, Verdict::Bounced, "5.4.6", "mail forwarding loop"),
        (delivered.clone(), "\nhello\n", 6, Verdict::Deferred, "4.3.0", "of 6 bytes was promised"),
        (delivered, "\nhello\n", 8, Verdict::Deferred, "4.3.0", "of 8 bytes was promised"),
    ] {
        let sink = sink(Extensions::default());
        let mut envelope = envelope();
        envelope.length = Some(length);
        let content = Content::from(content).edited(edits, AtOnce::answers());
        let message = Message { envelope: envelope.into(), content };
        let outcome = send(&runtime, &sink, message).await;
        assert_eq!((outcome.verdict, &*outcome.status.to_string()), (verdict, status));
        assert!(outcome.text.contains(text), "{}", outcome.text);
        assert_eq!(sink.messages(), []);
    }
}

/// How an answer comes.
#[derive(Clone)]
enum Patience<R> {
    /// At once.
    None,
    /// By a future.
    Turn,
    /// From where it may block.
    Thread(R),
}

/// Who knows what becomes of headers.
struct Table<R> {
    patience: Patience<R>,
    notes: Mutex<Vec<String>>,
}

/// Who answers at once.
struct AtOnce;

impl AtOnce {
    fn answers() -> Arc<dyn Answers> {
        Arc::new(Self)
    }
}

impl Answers for AtOnce {
    fn answer(&self, lookup: Lookup<'_>) -> Answering {
        Answering::Known(answer(lookup))
    }
}

impl<R: Runtime + Send + Sync + 'static> Answers for Table<R> {
    fn answer(&self, lookup: Lookup<'_>) -> Answering {
        let answer = answer(lookup);
        match &self.patience {
            Patience::None => Answering::Known(answer),
            Patience::Turn => Answering::Asked(Box::pin(ready(answer))),
            Patience::Thread(runtime) => {
                let runtime = runtime.clone();
                Answering::Asked(Box::pin(async move { runtime.block(|| answer).await }))
            }
        }
    }

    fn note(&self, note: &Note) {
        self.notes.lock().unwrap().push(note.to_string());
    }
}

/// Content that comes in portions of so many bytes.
#[derive(Clone)]
struct Portions(Bytes, usize);

impl Open for Portions {
    fn open(&self) -> io::Result<Box<dyn Source + Send>> {
        Ok(Box::new(self.clone()))
    }
}

impl Source for Portions {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        let portion = self.1.min(self.0.len());
        Poll::Ready(Ok(self.0.split_to(portion)))
    }
}

/// What becomes of an address, a header or a line.
fn answer(lookup: Lookup<'_>) -> Answer {
    match lookup {
        Lookup::Generic(b"ann@localhost") => Answer::Address("ann@client.example".into()),
        Lookup::Check(checks @ Checks::Header, header) if header.starts_with(b"X-Secret") => {
            Answer::Action(Action::parse(b"STRIP ours", checks).unwrap())
        }
        Lookup::Check(Checks::Body, b"fail") => Answer::Failed,
        Lookup::Generic(_) | Lookup::Check(..) => Answer::Unchanged,
    }
}

fn edits() -> Edits {
    let mut edits = Edits::default();
    edits.additions = vec![("Return-Path".into(), "<ann@client.example>".into())];
    edits.generic = true;
    edits.header_checks = true;
    edits
}

fn envelope() -> Envelope {
    let recipients = vec!["bob@mx.example".parse().unwrap()];
    Envelope::new("ann@client.example".parse().unwrap(), recipients)
}

fn sink(extensions: Extensions) -> Sink {
    Sink::listen("127.0.0.1:0", Options { extensions, ..Options::default() }).unwrap()
}

async fn send<R: Runtime>(runtime: &R, sink: &Sink, message: Message) -> Outcome {
    let reports = send_all(runtime, sink, Peer::new("mx.example"), vec![message]).await;
    reports[0].outcomes[0].clone()
}

async fn send_all<R: Runtime>(
    runtime: &R,
    sink: &Sink,
    peer: Peer,
    messages: Vec<Message>,
) -> Vec<Report> {
    let dial = Dial::from(sink.address());
    let config = Arc::new(Config::new("client.example".parse().unwrap()));
    let connection = connect(runtime, &dial, peer, config).await.unwrap();
    let mut reports = connection.send_all(messages);
    let mut all = Vec::new();
    while let Some(report) = reports.next().await {
        all.push(report);
    }
    all
}

const CONTENT: &str = "X-Secret: yes\nFrom: Ann <ann@localhost>\nTo: bob@mx.example\n\nhello\n";

const EDITED: &str = "Return-Path: <ann@client.example>\r\nFrom: Ann <ann@client.example>\r\n\
                      To: bob@mx.example\r\n\r\nhello\r\n";
