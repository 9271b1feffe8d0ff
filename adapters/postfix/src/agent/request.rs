//! Letters on their way to a destination.

use std::io;

use envoi_driver::delivery::Attempt;
use envoi_driver::{Application, Connection, Content, Dial, Report, Runtime, Skip};

use super::{Agent, Letter};

/// Letters on their way to a destination, and what became of those that are settled.
pub(super) struct Request<'a, R> {
    agent: &'a mut Agent<R>,
    letters: &'a [Letter],
    reports: Vec<Option<Report>>,
}

impl<'a, R: Runtime> Request<'a, R> {
    pub(super) fn new(agent: &'a mut Agent<R>, letters: &'a [Letter]) -> Self {
        Self { agent, letters, reports: vec![None; letters.len()] }
    }

    /// What became of the letters, all of which are settled.
    pub(super) fn into_reports(self) -> Vec<Report> {
        let reports = self.reports.into_iter();
        reports.map(|report| report.expect("each letter is reported")).collect()
    }
}

impl<R: Runtime> Application<R::Io> for Request<'_, R> {
    type Io = R::Io;

    async fn prepare(&mut self, attempt: &mut Attempt) -> Result<(), Skip> {
        self.agent.prepare(attempt).await
    }

    fn dial(&mut self, attempt: &Attempt) -> Dial {
        self.agent.dial(attempt)
    }

    fn begin(&mut self, attempt: &Attempt, io: R::Io) -> io::Result<Connection<R::Io>> {
        Ok(self.agent.begin(attempt, io))
    }

    fn content(&mut self, letter: usize) -> Content {
        let Letter { message, originals, .. } = &self.letters[letter];
        let original = originals.first().and_then(Option::as_ref);
        self.agent.content(letter, message.content.clone(), original)
    }

    fn heard(&mut self, letter: usize, _: &Report) {
        self.agent.heard(letter);
    }

    fn ended(&mut self, connection: Connection<R::Io>) {
        self.agent.ended(&connection);
    }

    async fn review(&mut self, _: usize, report: &mut Report) {
        self.agent.review(report).await;
    }

    fn settled(&mut self, letter: usize, report: Report) {
        self.agent.settled(letter, &self.letters[letter], &report);
        self.reports[letter] = Some(report);
    }
}
