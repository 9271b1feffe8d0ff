//! What became of each recipient, line by line.

use std::io::{self, Write as _};
use std::time::Duration;

use envoi_driver::proto::Doubt;
use envoi_driver::{Delays, Handover, Outcome, Report, Verdict};
use indicatif::ProgressBar;
use serde::Serialize;

use crate::exit::Exit;
use crate::letter::Letter;

/// Where outcomes are printed and counted.
pub(crate) struct Output {
    pub(crate) format: Format,
    /// What shares the terminal with the lines.
    pub(crate) bar: ProgressBar,
    deferred: usize,
    bounced: usize,
}

/// What outcomes are printed as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Format {
    /// A line as Postfix logs it.
    Log,
    /// An object on a line.
    Json,
}

impl Output {
    pub(crate) fn new(format: Format, bar: ProgressBar) -> Self {
        Self { format, bar, deferred: 0, bounced: 0 }
    }

    /// Prints what became of a letter: one line for each recipient.
    pub(crate) fn report(&mut self, letter: &Letter, report: &Report) {
        for outcome in &report.outcomes {
            match outcome.verdict {
                Verdict::Sent | Verdict::Deliverable => {}
                Verdict::Deferred => self.deferred += 1,
                Verdict::Bounced => self.bounced += 1,
                Verdict::Undeliverable if outcome.status.is_permanent() => self.bounced += 1,
                Verdict::Undeliverable => self.deferred += 1,
            }
            let line = match self.format {
                Format::Log => outcome.log_line().to_string(),
                Format::Json => json(letter, outcome),
            };
            // Whoever closes the pipe still has the exit status.
            let _ = self.bar.suspend(|| writeln!(io::stdout(), "{line}"));
        }
    }

    /// What the program ends with.
    pub(crate) fn exit(&self) -> Exit {
        if self.deferred > 0 {
            Exit::Deferred
        } else if self.bounced > 0 {
            Exit::Bounced
        } else {
            Exit::Sent
        }
    }
}

#[derive(Serialize)]
struct Object<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    to: String,
    relay: Option<&'a str>,
    delay: f64,
    delays: [f64; 4],
    dsn: String,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    /// Who tells the sender of success, where that is the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    notifier: Option<&'static str>,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    doubt: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls: Option<Tls<'a>>,
}

/// What protected the conversation.
#[derive(Serialize)]
struct Tls<'a> {
    protocol: &'a str,
    cipher: &'a str,
    group: Option<&'a str>,
    status: String,
    resumed: bool,
}

fn json(letter: &Letter, outcome: &Outcome) -> String {
    let Delays { incoming, waiting, connecting, transmitting } = outcome.delays;
    let object = Object {
        file: letter.file.as_deref(),
        to: outcome.recipient.to_string(),
        relay: outcome.relay.as_deref(),
        delay: seconds(outcome.delays.total().0),
        delays: [incoming, waiting, connecting, transmitting].map(seconds),
        dsn: outcome.status.to_string(),
        status: outcome.verdict.to_string(),
        action: outcome.action().map(|action| action.to_string()),
        notifier: match (outcome.verdict, outcome.handover) {
            (Verdict::Sent, Handover::Answerable) => Some("server"),
            _ => None,
        },
        text: &outcome.text,
        doubt: match outcome.doubt {
            Doubt::None => None,
            Doubt::Uncertain => Some("uncertain"),
        },
        tls: outcome.tls.as_deref().map(|info| Tls {
            protocol: info.protocol,
            cipher: &info.cipher,
            group: info.group.as_deref(),
            status: info.judgment.status.to_string(),
            resumed: info.is_resumed,
        }),
    };
    serde_json::to_string(&object).expect("strings and finite numbers are JSON")
}

/// Seconds with milliseconds.
fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1000.0).round() / 1000.0
}
