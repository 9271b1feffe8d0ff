//! Envelopes and content, as generic maps, checks and flags change them.

mod answers;
mod flags;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use envoi_driver::proto::{Edits, Envelope, Mailbox, ReversePath};

pub use answers::TableAnswers;
pub use flags::{Flags, UnknownFlag};

use crate::table::{AddressMap, LookupError, Tables};

/// What changes envelopes and content. The names in brackets are Postfix's.
#[derive(Clone, Debug)]
pub struct Rewriting {
    /// Addresses that the Internet does not know, and what it knows in their place
    /// (`smtp_generic_maps`).
    pub generic: AddressMap,
    /// What is done with a message's own headers (`smtp_header_checks`).
    pub header_checks: Tables,
    /// What is done with headers that describe bodies (`smtp_mime_header_checks`).
    pub mime_header_checks: Tables,
    /// What is done with headers of attached messages (`smtp_nested_header_checks`).
    pub nested_header_checks: Tables,
    /// What is done with all other lines (`smtp_body_checks`).
    pub body_checks: Tables,
    /// How content is edited apart from that.
    pub edits: Edits,
}

impl Rewriting {
    /// Opens the tables again that have changed.
    pub fn refresh(&self) {
        self.generic.refresh();
        self.checks().into_iter().for_each(Tables::refresh);
    }

    /// Whether a lookup may have to wait for another process.
    pub fn blocks(&self) -> bool {
        self.generic.blocks() || self.checks().into_iter().any(Tables::blocks)
    }

    fn checks(&self) -> [&Tables; 4] {
        let Self { header_checks, mime_header_checks, nested_header_checks, body_checks, .. } =
            self;
        [header_checks, mime_header_checks, nested_header_checks, body_checks]
    }

    /// An envelope that says what generic maps make of its addresses.
    ///
    /// # Errors
    /// If a table cannot tell.
    pub fn rewrite(&self, envelope: &Arc<Envelope>) -> Result<Arc<Envelope>, LookupError> {
        if self.generic.is_empty() {
            return Ok(envelope.clone());
        }
        let mut rewritten = Envelope::clone(envelope);
        if let ReversePath::Mailbox(sender) = &envelope.sender {
            rewritten.rewritten_sender = self.generic(sender)?.map(Into::into);
        }
        for recipient in &mut rewritten.recipients {
            recipient.rewritten = self.generic(recipient.address.mailbox())?.map(Into::into);
        }
        Ok(rewritten.into())
    }

    fn generic(&self, address: &Mailbox) -> Result<Option<Mailbox>, LookupError> {
        let Some(found) = self.generic.map(address.as_str())? else { return Ok(None) };
        match Mailbox::verbatim(&found) {
            Ok(mailbox) => Ok(Some(mailbox)),
            Err(error) => {
                tracing::warn!("smtp_generic_maps: {address} stays as it is: {error}");
                Ok(None)
            }
        }
    }

    /// How the content of a message is edited, if it is: `original` is whom the sender named.
    pub fn edits(
        &self,
        envelope: &Envelope,
        original: Option<&Mailbox>,
        flags: Flags,
    ) -> Option<Edits> {
        let mut edits = self.edits.clone();
        edits.generic = !self.generic.is_empty();
        edits.header_checks = !self.header_checks.is_empty();
        edits.mime_header_checks = !self.mime_header_checks.is_empty();
        edits.nested_header_checks = !self.nested_header_checks.is_empty();
        edits.body_checks = !self.body_checks.is_empty();
        let has_checks = self.checks().iter().any(|checks| !checks.is_empty());
        flags.add_to(&mut edits, envelope, original);
        let is_edited = edits.generic || has_checks || flags.edit();
        is_edited.then_some(edits)
    }
}
