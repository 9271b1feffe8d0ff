//! A message and where it came from.

use std::sync::Arc;

use envoi_driver::Message;
use envoi_driver::proto::Purpose;
use envoi_postfix::setup::Setup;

use crate::content::Loaded;

/// A message to be sent, and the file that it came from.
#[derive(Debug)]
pub(crate) struct Letter {
    /// The file as the command line names it.
    pub(crate) file: Option<String>,
    pub(crate) message: Message,
    /// What keeps the content.
    pub(crate) _loaded: Loaded,
}

impl Letter {
    /// Asks no further than this.
    pub(crate) fn stop_at(&mut self, purpose: Purpose) {
        Arc::make_mut(&mut self.message.envelope).purpose = purpose;
    }

    /// Asks of TLS what its header does.
    pub(crate) fn heed_header(&mut self, setup: &Setup) {
        let tls_request = setup.tls_request(&self.message);
        Arc::make_mut(&mut self.message.envelope).tls_request = tls_request;
    }

    /// Bytes of its content, line ends counted as CRLF.
    pub(crate) fn size(&self) -> u64 {
        self.message.content.survey().map_or(0, |survey| survey.size())
    }
}
