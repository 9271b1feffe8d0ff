//! Plays dialogues against Postfix's own smtp(8) and lmtp(8): what it does is the reference.
//!
//! Needs Postfix, and root to run it.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use conformance::dialogue::{Dialogue, Manner, Mismatch, Performance, Server};
use conformance::servers::{self, PostfixClient};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = trials(!arguments.list).unwrap_or_else(|error| {
        let error = error.to_string();
        vec![Trial::test("postfix_plays", || Err(error.into()))]
    });
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// What came of a dialogue.
type Played = Result<(), Failure>;

/// Why a dialogue did not go as its file has it.
enum Failure {
    /// Postfix did something else.
    Differs(Box<Mismatch>),
    /// It did not get so far.
    Broken(String),
}

impl From<Box<Mismatch>> for Failure {
    fn from(mismatch: Box<Mismatch>) -> Self {
        // What is of no line is of no dialogue.
        if mismatch.line == 0 {
            Self::Broken(mismatch.to_string())
        } else {
            Self::Differs(mismatch)
        }
    }
}

fn trials(is_played: bool) -> Result<Vec<Trial>, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("dialogues");
    let mut performances = Vec::new();
    let mut left_out: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for dialogue in Dialogue::read_all(&folder)? {
        match Performance::of(&dialogue) {
            Ok(performance) => performances.push(performance),
            Err(obstacle) => left_out.entry(obstacle).or_default().push(dialogue.name().into()),
        }
    }
    let results = if is_played { play_all(&performances)? } else { Vec::new() };
    let mut results = results.into_iter();
    let mut summary = Summary::default();
    let mut trials = Vec::new();
    for performance in &performances {
        let dialogue = performance.dialogue();
        let result = results.next().unwrap_or(Ok(()));
        let verdict = if is_played { judge(dialogue, result, &mut summary) } else { Ok(()) };
        trials.push(Trial::test(dialogue.name(), move || verdict.map_err(Failed::from)));
    }
    let total: usize = left_out.values().map(Vec::len).sum();
    eprintln!("{} dialogues: {} agree, {} differ", trials.len(), summary.agree, summary.differ);
    for (obstacle, names) in left_out {
        eprintln!("{:4} cannot be played: {obstacle} ({})", names.len(), names.join(", "));
    }
    trials.push(Trial::test("few_dialogues_cannot_be_played", move || {
        if total > LEFT_OUT_MAX { Err(format!("there are {total}").into()) } else { Ok(()) }
    }));
    Ok(trials)
}

#[derive(Default)]
struct Summary {
    agree: usize,
    differ: usize,
}

/// What Postfix did has to be what the file says of it.
fn judge(dialogue: &Dialogue, result: Played, summary: &mut Summary) -> Result<(), String> {
    match (dialogue.difference("postfix"), result) {
        (None, Ok(())) => {
            summary.agree += 1;
            Ok(())
        }
        (Some(reason), Err(Failure::Differs(mismatch))) => {
            let seen = mismatch.seen.first().map_or("", |seen| seen);
            eprintln!("     {} differs: {reason}: {seen:?}", dialogue.name());
            summary.differ += 1;
            Ok(())
        }
        (Some(reason), Ok(())) => Err(format!("Postfix agrees, although: {reason}")),
        (None, Err(Failure::Differs(mismatch))) => Err(format!("\n{mismatch}")),
        (_, Err(Failure::Broken(reason))) => Err(reason),
    }
}

/// Plays all of them at once, each along a route of its own.
fn play_all(performances: &[Performance]) -> Result<Vec<Played>, Box<dyn Error>> {
    let cache = std::env::temp_dir().join("envoi-servers");
    let installed = servers::install(&cache, &mut |line| eprintln!("{line}"))?;
    let start = |performance: &Performance| Server::start(performance.dialogue(), Manner::Commands);
    let stages = performances.iter().map(start).collect::<Result<Vec<_>, _>>()?;
    let routes = performances.iter().zip(&stages).map(|(p, stage)| p.route(stage.address()));
    let dir = tempfile::tempdir()?;
    let routes: Vec<_> = routes.collect();
    let client = PostfixClient::start(&installed, dir.path(), &routes)?;
    let submitted: Vec<_> = performances.iter().map(|p| p.submit(&client)).collect();
    let results = performances.iter().zip(stages).zip(submitted).map(|((p, stage), submitted)| {
        let broken = |error: servers::Error| Failure::Broken(error.to_string());
        let message = submitted.map_err(broken)?;
        let recipients = p.dialogue().verdicts.len();
        let outcomes = client.wait_for(&message, recipients, PATIENCE);
        stage.finish()?;
        Ok(p.check(&outcomes.map_err(broken)?)?)
    });
    Ok(results.collect())
}

/// How long Postfix may take for one message.
const PATIENCE: Duration = Duration::from_secs(40);

/// How many dialogues Postfix may not be able to play.
const LEFT_OUT_MAX: usize = 162;
