//! Content on its way in, and what becomes of it.

use super::{Reading, Rogue, Taken};
use crate::simulation::server::Standing;

impl Rogue {
    pub(super) fn hear_content(&mut self, byte: u8, is_refused: bool, taken: &mut Vec<Taken>) {
        self.content.push(byte);
        if self.content == b".\r\n" || self.content.ends_with(b"\r\n.\r\n") {
            self.content.truncate(self.content.len() - 3);
            self.content = unstuffed(&self.content);
            self.reading = Reading::Command;
            if !is_refused {
                self.judge(taken);
            }
            self.reset();
        } else if !is_refused && byte == b'\n' && self.random.chance(self.manners.interrupts) {
            self.refuse_content(true);
            self.reading = Reading::Content { is_refused: true };
        } else if byte == b'\n' && self.random.chance(self.manners.garbage / 2) {
            self.mutter();
        }
    }

    pub(super) fn end_chunk(&mut self, is_last: bool, is_refused: bool, taken: &mut Vec<Taken>) {
        self.reading = Reading::Command;
        if is_refused {
            self.has_failed = true;
        } else if self.has_failed || self.recipients.is_empty() {
            self.has_failed = true;
            self.refuse_content(is_last);
        } else if is_last {
            self.judge(taken);
            self.reset();
        } else if !self.answers(250) {
            self.has_failed = true;
        }
    }

    /// Refuses content, in LMTP for each recipient if it would be the last word.
    pub(super) fn refuse_content(&mut self, is_last: bool) {
        let replies = if self.is_lmtp && is_last { self.recipients.len().max(1) } else { 1 };
        let code = self.random.pick(&[421, 451, 452, 503, 552, 554]);
        (0..replies).for_each(|_| self.reply(code));
        if code == 421 || self.random.chance(200) {
            self.standing = Standing::Closing;
        }
    }

    /// Takes the message, or not.
    fn judge(&mut self, taken: &mut Vec<Taken>) {
        if self.recipients.is_empty() {
            let code = self.random.pick(&[250, 554]);
            return self.reply(code);
        }
        let recipients = std::mem::take(&mut self.recipients);
        let content = std::mem::take(&mut self.content);
        let of = |recipient| Taken { recipient, content: content.clone() };
        if !self.is_lmtp {
            if self.answers(250) {
                taken.extend(recipients.into_iter().map(of));
            }
            return;
        }
        for recipient in recipients {
            if self.standing == Standing::Open && self.answers(250) {
                taken.push(of(recipient));
            }
        }
    }
}

/// The content without doubled dots.
fn unstuffed(content: &[u8]) -> Vec<u8> {
    let lines = content.split_inclusive(|byte| *byte == b'\n');
    let mut out = Vec::new();
    let mut is_start = true;
    for line in lines {
        let is_stuffed = is_start && line.first() == Some(&b'.');
        out.extend(&line[usize::from(is_stuffed)..]);
        is_start = line.ends_with(b"\r\n");
    }
    out
}
