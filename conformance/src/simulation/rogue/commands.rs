//! What each command does.

use super::{Reading, Rogue, Taken};
use crate::simulation::server::Standing;

impl Rogue {
    pub(super) fn command(&mut self, line: &str, taken: &mut Vec<Taken>) {
        let line = line.trim_end_matches(['\r', '\n']);
        let mut words = line.split(' ');
        match words.next().unwrap_or_default() {
            "EHLO" if !self.is_lmtp => self.introduce(true),
            "LHLO" if self.is_lmtp => self.introduce(true),
            "HELO" if !self.is_lmtp => self.introduce(false),
            "MAIL" => self.mail(),
            "RCPT" => self.rcpt(line),
            "DATA" => self.data(),
            "BDAT" => {
                let length = words.next().and_then(|word| word.parse().ok()).unwrap_or_default();
                self.bdat(length, words.next() == Some("LAST"), taken);
            }
            "RSET" => {
                if self.answers(250) {
                    self.reset();
                } else {
                    // What is open stays open, and takes nothing more.
                    self.has_failed |= self.has_sender;
                }
            }
            "XFORWARD" => {
                self.answers(250);
            }
            "QUIT" => {
                self.answers(221);
                if self.standing == Standing::Open {
                    self.standing = Standing::Closing;
                }
            }
            _ => self.reply(500),
        }
    }

    fn introduce(&mut self, is_extended: bool) {
        let start = self.said.len();
        if !self.answers(250) {
            return;
        }
        if is_extended && self.is_consistent && !self.offers.is_empty() {
            self.said.truncate(start);
            self.said.extend(b"250-mx.example\r\n");
            let last = self.offers.len() - 1;
            for (place, offer) in self.offers.iter().enumerate() {
                let separator = if place == last { ' ' } else { '-' };
                self.said.extend(format!("250{separator}{offer}\r\n").bytes());
            }
        }
        self.reset();
    }

    fn mail(&mut self) {
        if self.has_failed || self.has_sender {
            self.has_failed = true;
            return self.reply(503);
        }
        self.has_sender = self.answers(250);
        if !self.has_sender && self.random.chance(self.manners.forgets) {
            self.is_consistent = false;
            self.has_sender = true;
        }
    }

    fn rcpt(&mut self, line: &str) {
        if self.has_failed || !self.has_sender {
            return self.reply(503);
        }
        if self.answers(250) {
            let path = line.strip_prefix("RCPT TO:<").unwrap_or_default();
            let path = path.rsplit_once('>').map_or(path, |(path, _)| path);
            self.recipients.push(path.into());
        }
    }

    fn data(&mut self) {
        let is_lmtp = self.is_lmtp;
        if self.has_failed || !self.has_sender {
            return self.reply(503);
        }
        // RFC 2920, 3.1: some say 354 although they accepted nobody.
        if self.recipients.is_empty() && (is_lmtp || self.random.chance(500)) {
            return self.reply(554);
        }
        if self.answers(354) {
            self.content.clear();
            self.reading = Reading::Content { is_refused: false };
        }
    }

    fn bdat(&mut self, left: usize, is_last: bool, taken: &mut Vec<Taken>) {
        let mut is_refused = false;
        let is_unfit = self.has_failed || self.recipients.is_empty();
        if !is_unfit && left > 0 && self.random.chance(self.manners.interrupts) {
            self.refuse_content(is_last);
            is_refused = true;
        }
        self.reading = Reading::Chunk { left, is_last, is_refused };
        if left == 0 {
            self.end_chunk(is_last, is_refused, taken);
        }
    }
}
