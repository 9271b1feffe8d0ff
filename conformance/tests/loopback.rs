//! Plays dialogues over loopback, with every runtime.

#[path = "loopback/content.rs"]
mod content;

use std::collections::BTreeMap;
use std::future::ready;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use conformance::dialogue::{self, Dialogue, Manner};
use envoi_driver::proto::{Config, Envelope, Instant, Line, Peer};
use envoi_driver::{Connection, Io, Message, Outcome};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("dialogues");
    let dialogues = match Dialogue::read_all(&folder) {
        Ok(dialogues) => dialogues,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut trials = Vec::new();
    let mut left_out: BTreeMap<_, usize> = BTreeMap::new();
    for dialogue in dialogues.into_iter().map(Arc::new) {
        match dialogue.obstacle_to_connections() {
            Some(obstacle) => *left_out.entry(obstacle).or_default() += 1,
            None => trials.extend(RUNTIMES.map(|(name, run)| {
                let (title, dialogue) = (format!("{name}::{}", dialogue.name()), dialogue.clone());
                Trial::test(title, move || play(&dialogue, run))
            })),
        }
    }
    let total: usize = left_out.values().sum();
    eprintln!("{} dialogues for {} runtimes", trials.len() / RUNTIMES.len(), RUNTIMES.len());
    for (obstacle, count) in left_out {
        eprintln!("{count:4} are left out: {obstacle}");
    }
    trials.push(Trial::test("few_dialogues_are_left_out", move || {
        if total > LEFT_OUT_MAX { Err(format!("there are {total}").into()) } else { Ok(()) }
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Sends messages over a connection, and gives what became of their recipients.
type Run = fn(SocketAddr, &Dialogue) -> io::Result<Told>;

const RUNTIMES: [(&str, Run); 4] = [
    ("tokio", |to, dialogue| {
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
            let (peer, config) = settings(dialogue);
            Ok(send(envoi_tokio::connect(to, peer, config).await?, dialogue).await)
        })
    }),
    ("smol", |to, dialogue| {
        smol::block_on(async {
            let (peer, config) = settings(dialogue);
            Ok(send(envoi_smol::connect(to, peer, config).await?, dialogue).await)
        })
    }),
    ("async_std", |to, dialogue| {
        async_std::task::block_on(async {
            let (peer, config) = settings(dialogue);
            Ok(send(envoi_async_std::connect(to, peer, config).await?, dialogue).await)
        })
    }),
    ("blocking", |to, dialogue| {
        let (peer, config) = settings(dialogue);
        let connection = envoi_blocking::connect(to, peer, config)?.into_driver();
        Ok(smol::block_on(send(connection, dialogue)))
    }),
];

/// What a client tells of a conversation.
struct Told {
    outcomes: Vec<Outcome>,
    transcript: Vec<Line>,
}

fn play(dialogue: &Dialogue, run: Run) -> Result<(), Failed> {
    let server = dialogue::Server::start(dialogue, Manner::Flights)?;
    let told = run(server.address(), dialogue)?;
    let said = server.finish().map_err(|mismatch| format!("\n{mismatch}"))?;
    let how = Manner::Flights.to_string();
    dialogue.check(&told.outcomes, &how).map_err(|mismatch| format!("\n{mismatch}"))?;
    compare_transcripts(&told.transcript, &said)
}

async fn send<I: Io>(connection: Connection<I>, dialogue: &Dialogue) -> Told {
    let mut connection = connection.with_circumstances(dialogue.setup.circumstances);
    let transcript = Arc::new(Mutex::new(Vec::new()));
    let heard = transcript.clone();
    connection.listen(move |line| heard.lock().expect("no listener panics").push(line));
    if let Some(filter) = dialogue.setup.reply_filter.clone() {
        connection.filter_replies(move |line| Box::pin(ready(filter.look_up(line))));
    }
    let (config, now) = (&dialogue.setup.config, Instant::ORIGIN);
    let message = |message: &dialogue::Message| Message {
        envelope: Arc::<Envelope>::new(message.envelope(config, now)),
        content: content::content(message),
    };
    let messages: Vec<_> = dialogue.messages.iter().map(message).collect();
    let mut reports = connection.send_all(messages);
    let mut outcomes = Vec::new();
    while let Some(report) = reports.next().await {
        outcomes.extend(report.outcomes);
    }
    drop(reports);
    for outcome in &mut outcomes {
        // Files name the server alone.
        outcome.text = outcome.text.replace("[127.0.0.1]", "").into();
    }
    let transcript = std::mem::take(&mut *transcript.lock().expect("no listener panics"));
    Told { outcomes, transcript }
}

fn settings(dialogue: &Dialogue) -> (Peer, Arc<Config>) {
    (dialogue.setup.peer.clone(), Arc::new(dialogue.setup.config()))
}

/// The client's own transcript has what it said, and what it heard before it left.
///
/// A reply may have been on its way while the client spoke, so each side is told by itself.
fn compare_transcripts(told: &[Line], said: &[Line]) -> Result<(), Failed> {
    let ours = (client_lines(told), client_lines(said));
    let theirs = (server_lines(told), server_lines(said));
    if ours.0 == ours.1 && theirs.1.starts_with(&theirs.0) {
        return Ok(());
    }
    Err(format!("told: {:#?}\nsaid: {:#?}", (ours.0, theirs.0), (ours.1, theirs.1)).into())
}

/// What the client said; pieces of content that follow one another are one.
fn client_lines(transcript: &[Line]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut content = 0;
    for line in transcript {
        match line {
            Line::Content(bytes) => content += bytes,
            Line::Client(text) => {
                if content > 0 {
                    lines.push(format!("<{content} bytes>"));
                }
                content = 0;
                lines.push(printable(text));
            }
            Line::Server(_) | Line::Overruled(_) | Line::Tls(_) => {}
        }
    }
    lines
}

fn server_lines(transcript: &[Line]) -> Vec<String> {
    let mut is_replaced = false;
    let text = |line: &Line| match line {
        // What stands in its place, the server did not say.
        Line::Server(_) if std::mem::take(&mut is_replaced) => None,
        Line::Server(text) => Some(printable(text)),
        Line::Overruled(text) => {
            is_replaced = true;
            Some(printable(text))
        }
        Line::Client(_) | Line::Content(_) | Line::Tls(_) => None,
    };
    transcript.iter().filter_map(text).collect()
}

/// As much of a line as a client keeps, with what cannot be printed the same in all of them.
fn printable(text: &str) -> String {
    let text = text.replace(|c: char| c.is_control() || c == '\u{fffd}', "?");
    text.chars().take(LINE_MAX).collect()
}

/// Characters of a reply that count.
const LINE_MAX: usize = 2000;

/// How many dialogues may need more than a connection and real time.
const LEFT_OUT_MAX: usize = 60;
