//! The conversation that is held.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use envoi_driver::delivery::Attempt;
use envoi_driver::proto::auth::Credentials;
use envoi_driver::proto::{Envelope, Line, ReversePath};
use jiff::Zoned;
use jiff::fmt::rfc2822;

use crate::log::PEER;
use crate::notice::{Class, Classes, Notice, Notices, Talk};
use crate::setup::Reporting;

/// The conversation that is prepared or held.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    /// Who we are in it.
    pub(super) credentials: Option<Credentials>,
    /// What is to be told when it begins.
    pub(super) note: Option<String>,
    /// What its letters' envelopes say, by place.
    pub(super) envelopes: BTreeMap<usize, Arc<Envelope>>,
    /// What was said, if the postmaster may want to know.
    talk: Option<Arc<Mutex<Talk>>>,
    sender: Option<ReversePath>,
    /// How many letters there were up to each, by place.
    uses: BTreeMap<usize, usize>,
}

impl Conversation {
    /// Who has to hear what is said, if anybody does.
    pub(super) fn listen(
        &mut self,
        attempt: &Attempt,
        reporting: &Reporting,
    ) -> Option<impl FnMut(&Line) + Send + 'static> {
        self.uses.clear();
        self.sender = attempt.messages.first().map(|(_, envelope)| envelope.sender.clone());
        let relay = attempt.peer.to_string();
        let is_wanted = reporting.notices.classes != Classes::default();
        self.talk = is_wanted.then(|| Arc::new(Mutex::new(Talk::new(relay.clone()))));
        let talk = self.talk.clone();
        let debug = &reporting.debug;
        let shown = debug.concerns(attempt).then_some((relay, debug.level));
        if talk.is_none() && shown.is_none() {
            return None;
        }
        Some(move |line: &Line| {
            if let Some(talk) = &talk {
                talk.lock().unwrap_or_else(PoisonError::into_inner).handle_line(line);
            }
            if let Some((relay, level)) = &shown {
                show(relay, *level, line);
            }
        })
    }

    /// A letter was taken up in it.
    pub(super) fn handle_letter(&mut self, place: usize) {
        let uses = self.uses.len() + 1;
        self.uses.entry(place).or_insert(uses);
    }

    /// How many letters there were up to this one, if it was not the first.
    pub(super) fn uses(&self, place: usize) -> Option<usize> {
        self.uses.get(&place).copied().filter(|uses| *uses > 1)
    }

    /// Something went wrong in it that what was said does not show.
    pub(super) fn handle_error(&mut self, class: Class) {
        if let Some(talk) = &self.talk {
            talk.lock().unwrap_or_else(PoisonError::into_inner).handle_error(class);
        }
    }

    /// What the postmaster is to hear of it.
    pub(super) fn notice(&mut self, notices: &Notices) -> Option<Notice> {
        let (talk, sender) = (self.talk.take()?, self.sender.as_ref()?);
        let talk = talk.lock().unwrap_or_else(PoisonError::into_inner);
        let date = rfc2822::to_string(&Zoned::now()).unwrap_or_default();
        notices.notice(&talk, sender, &date)
    }
}

/// Shows a line of a conversation of which more is logged.
fn show(relay: &str, level: usize, line: &Line) {
    match line {
        Line::Client(text) => tracing::info!(target: PEER, "> {relay}: {text}"),
        Line::Server(text) | Line::Overruled(text) => {
            tracing::info!(target: PEER, "< {relay}: {text}");
        }
        Line::Content(_) | Line::Tls(_) if level < 2 => {}
        Line::Content(bytes) => {
            tracing::info!(target: PEER, "> {relay}: <content, {bytes} bytes>");
        }
        Line::Tls(text) => tracing::info!(target: PEER, "{relay}: TLS: {text}"),
    }
}
