//! One message on its way in, from MAIL to the end of data.

use std::mem;

use crate::Message;
use crate::command::Path;

/// What is known of the message so far.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    /// Whether strings and content are kept, or only counted.
    keeps: bool,
    /// Whether MAIL was accepted.
    pub(crate) is_open: bool,
    /// Whether MAIL asked for SMTPUTF8.
    pub(crate) smtp_utf8: bool,
    /// How many RCPTs were accepted.
    pub(crate) recipients: usize,
    /// How the content came so far.
    pub(crate) body: Body,
    /// The length of the content so far.
    pub(crate) size: u64,
    /// The most content that is taken; of more only the length is known.
    pub(crate) size_max: u64,
    message: Message,
}

/// How far the content of a message is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Body {
    /// Nothing came yet.
    #[default]
    Awaited,
    /// Some came, and is good so far.
    Begun,
    /// A fault refused it before its end, which therefore gets no other reply.
    RefusedEarly,
    /// A chunk was refused: nothing helps but RSET.
    Failed,
}

impl Transaction {
    pub(crate) fn new(keeps: bool, size_max: Option<u64>) -> Self {
        let most = if keeps { KEPT_SIZE_MAX } else { u64::MAX };
        Self { keeps, size_max: size_max.map_or(most, |max| max.min(most)), ..Self::default() }
    }

    /// Forgets the message, not the allocations.
    pub(crate) fn reset(&mut self) {
        self.is_open = false;
        self.smtp_utf8 = false;
        self.recipients = 0;
        self.body = Body::Awaited;
        self.size = 0;
        self.message.recipients.clear();
        self.message.rcpt_parameters.clear();
        self.message.xforward.clear();
        self.message.content = Vec::new();
    }

    pub(crate) fn open(&mut self, path: Path<'_>, smtp_utf8: bool) {
        self.is_open = true;
        self.smtp_utf8 = smtp_utf8;
        if self.keeps {
            self.message.sender = path.address.to_owned();
            self.message.mail_parameters = path.parameters.to_owned();
        }
    }

    pub(crate) fn add_recipient(&mut self, path: Path<'_>) {
        self.recipients += 1;
        if self.keeps {
            self.message.recipients.push(path.address.to_owned());
            self.message.rcpt_parameters.push(path.parameters.to_owned());
        }
    }

    /// Keeps the recipients in whose place `accepted` has true.
    pub(crate) fn retain_recipients(&mut self, accepted: &[bool]) {
        self.recipients = accepted.iter().filter(|&&accepted| accepted).count();
        for list in [&mut self.message.recipients, &mut self.message.rcpt_parameters] {
            let mut place = accepted.iter();
            list.retain(|_| place.next().is_some_and(|&accepted| accepted));
        }
    }

    /// Adds the arguments of one XFORWARD, unless there are too many in all.
    pub(crate) fn add_xforward(&mut self, attributes: &str) -> bool {
        let xforward = &mut self.message.xforward;
        if !self.keeps || xforward.len() + attributes.len() > XFORWARD_MAX {
            return !self.keeps;
        }
        if !xforward.is_empty() {
            xforward.push(' ');
        }
        xforward.push_str(attributes);
        true
    }

    pub(crate) fn add_content(&mut self, run: &[u8]) {
        self.size += run.len() as u64;
        if self.keeps && !self.is_too_big() {
            self.message.content.extend_from_slice(run);
        }
    }

    pub(crate) fn is_too_big(&self) -> bool {
        self.size > self.size_max
    }

    /// The accepted message, if it is kept, leaving the transaction to be reset.
    pub(crate) fn take(&mut self, number: u64, chunked: bool) -> Option<Message> {
        self.keeps.then(|| Message {
            number,
            chunked,
            size: self.size,
            ..mem::take(&mut self.message)
        })
    }
}

/// The most content that is kept of one message.
const KEPT_SIZE_MAX: u64 = 256 * 1024 * 1024;
/// The most bytes of XFORWARD attributes that are kept for one message.
const XFORWARD_MAX: usize = 4096;
