//! One conversation.

use std::sync::Arc;

use envoi_driver::proto::{Config, Instant, Peer};
use envoi_driver::{Connection, Io, Report};

use crate::letter::Letter;
use crate::watch::{Watch, Watched};

/// A conversation to be held: with whom, about what, and who hears of it.
pub(crate) struct Talk<'a> {
    pub(crate) peer: Peer,
    pub(crate) config: Arc<Config>,
    pub(crate) letters: &'a [&'a Letter],
    pub(crate) watch: Watch,
    /// Hears what became of each letter, in their order.
    pub(crate) report: &'a mut dyn FnMut(Report),
}

impl Talk<'_> {
    /// Sends the letters over a connection that has just been made, until all are reported.
    pub(crate) async fn over<I: Io>(&mut self, connection: Connection<I>) {
        let io = Watched::new(connection.into_io(), self.watch.clone());
        let (peer, config) = (self.peer.clone(), self.config.clone());
        // The adapters' clocks begin when they begin to connect.
        let mut connection = Connection::over(io, peer, config, Instant::ORIGIN);
        if self.watch.wants_lines() {
            let watch = self.watch.clone();
            connection.listen(move |line| watch.line(&line));
        }
        let messages = self.letters.iter().map(|letter| {
            self.watch.message();
            letter.message.clone()
        });
        let mut reports = connection.send_all(messages);
        while let Some(report) = reports.next().await {
            (self.report)(report);
        }
    }
}
