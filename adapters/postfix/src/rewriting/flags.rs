//! What a delivery agent's command line asks for beside parameters: `flags=DORX`.

use std::str::FromStr;
use std::sync::Arc;

use envoi_driver::Policy;
use envoi_driver::proto::{Edits, Envelope, Mailbox, ReversePath};

/// Headers that are added to each message, and whether it goes no further (pipe(8), smtp(8):
/// `flags=`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Flags {
    /// D: Delivered-To, which finds loops.
    pub delivered_to: bool,
    /// O: X-Original-To.
    pub original_to: bool,
    /// R: Return-Path.
    pub return_path: bool,
    /// X: an LMTP server that does not announce DSN has the recipients' mailboxes.
    pub is_final: bool,
}

impl Flags {
    /// Has servers be taken for those of mailboxes, if they are said to be.
    pub fn assume(self, policy: &mut Arc<Policy>) {
        if self.is_final && !policy.assumes_final {
            Arc::make_mut(policy).assumes_final = true;
        }
    }

    /// Whether content is changed.
    pub fn edit(self) -> bool {
        self.delivered_to || self.original_to || self.return_path
    }

    /// Whether a message may have but one recipient.
    pub fn need_one_recipient(self) -> bool {
        self.delivered_to || self.original_to
    }

    /// Adds headers, in Postfix's order, with addresses as the envelope says them.
    pub(super) fn add_to(self, edits: &mut Edits, envelope: &Envelope, original: Option<&Mailbox>) {
        if self.return_path {
            let sender = envelope.rewritten_sender.as_ref().unwrap_or(&envelope.sender);
            let sender = match sender {
                ReversePath::Null => String::new(),
                ReversePath::Mailbox(sender) => sender.to_string(),
            };
            edits.additions.push(("Return-Path".into(), format!("<{sender}>")));
        }
        let Some(recipient) = envelope.recipients.first() else { return };
        let address = recipient.address.mailbox();
        if self.original_to {
            let original = original.unwrap_or(address).to_string();
            edits.additions.push(("X-Original-To".into(), original));
        }
        if self.delivered_to {
            let said = recipient.rewritten.as_ref().map_or(address, |said| said.mailbox());
            edits.additions.push(("Delivered-To".into(), said.to_string()));
            edits.delivered_to = Some(address.to_string());
        }
    }
}

impl FromStr for Flags {
    type Err = UnknownFlag;

    fn from_str(text: &str) -> Result<Self, UnknownFlag> {
        let mut flags = Self::default();
        for letter in text.chars() {
            match letter {
                'D' => flags.delivered_to = true,
                'O' => flags.original_to = true,
                'R' => flags.return_path = true,
                'X' => flags.is_final = true,
                _ => return Err(UnknownFlag(letter)),
            }
        }
        Ok(flags)
    }
}

/// There is no such flag.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown flag {0:?}; expected some of D, O, R and X")]
pub struct UnknownFlag(char);
