//! A message and where it came from.

use envoi_driver::Message;

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
    /// Bytes of its content, line ends counted as CRLF.
    pub(crate) fn size(&self) -> u64 {
        self.message.content.survey().map_or(0, |survey| survey.size())
    }
}
