//! What the server says, as the client has to take it: one reply after another, each for the
//! oldest command.

use envoi_proto::{Keyword, Purpose};

use super::hearing::Heard;
use super::parcel::is_positive;
use super::{Asked, Awaited, Reading, Standing, Violation, Witness};

impl Witness {
    /// The client was given these bytes.
    ///
    /// # Errors
    /// Never of itself: what the server says is not the client's fault.
    pub fn heard(&mut self, bytes: &[u8]) -> Result<(), Violation> {
        for byte in bytes {
            if self.is_blind || self.standing == Standing::Over {
                return Ok(());
            }
            match self.hearing.take(*byte) {
                Some(Heard::Endless) => self.standing = Standing::Over,
                Some(Heard::Reply { code, lines }) => {
                    self.note_heard(&lines);
                    self.replied(code, &lines)?;
                }
                None => {}
            }
        }
        Ok(())
    }

    fn replied(&mut self, code: u16, lines: &[Vec<u8>]) -> Result<(), Violation> {
        let is_refusal = matches!(code / 100, 4 | 5);
        let Some(front) = self.awaited.front().copied() else {
            self.unasked(code, is_refusal);
            return Ok(());
        };
        let is_leaving = self.awaited.len() == 1 && matches!(self.reading, Reading::Chunk { .. });
        if is_leaving && !is_refusal {
            // The chunk is still being written: whatever this answers, it is not that.
            self.standing = Standing::Over;
            return Ok(());
        }
        if front.asked == Asked::Ehlo && is_positive(code) {
            self.extensions(lines);
        }
        self.answered(code)
    }

    /// A reply came with no command to answer.
    fn unasked(&mut self, code: u16, is_refusal: bool) {
        if !is_refusal {
            self.standing = Standing::Over;
        } else if let Reading::Content { parcel } = self.reading {
            self.parcels[parcel].is_abandoned = true;
            self.standing = Standing::Over;
        } else {
            self.early.push_back(code);
        }
    }

    /// The oldest command was answered.
    pub(super) fn answered(&mut self, code: u16) -> Result<(), Violation> {
        let Some(front) = self.awaited.pop_front() else {
            return Ok(());
        };
        let Awaited { asked, parcel: place, .. } = front;
        if asked == Asked::Quit {
            self.standing = Standing::Over;
        } else if asked == Asked::Auth && code / 100 == 3 {
            self.reading = Reading::Response;
        }
        let is_lmtp = self.is_lmtp;
        let Some(parcel) = self.parcels.get_mut(place) else {
            return Ok(());
        };
        match asked {
            Asked::Mail => parcel.mail = Some(code),
            Asked::Recipient(index) => parcel.recipients[index] = Some(code),
            Asked::Data => {
                parcel.data = Some(code);
                self.data_answered(code, place);
            }
            Asked::Chunk => parcel.is_chunk_refused |= !is_positive(code),
            Asked::EndOfData | Asked::LastChunk => {
                parcel.finals.push(code);
                let is_void = asked == Asked::EndOfData && parcel.is_void();
                if is_lmtp && !is_void && parcel.finals.len() < parcel.accepted() {
                    self.awaited.push_front(front);
                }
            }
            Asked::Greeting
            | Asked::Ehlo
            | Asked::Helo
            | Asked::Auth
            | Asked::Quit
            | Asked::Other => {}
        }
        Ok(())
    }

    fn data_answered(&mut self, code: u16, place: usize) {
        if code / 100 != 3 {
            return;
        }
        let parcel = &self.parcels[place];
        let is_refused = !parcel.mail.is_some_and(is_positive);
        let has_no_sender = is_refused && parcel.accepted() > 0;
        if has_no_sender || parcel.envelope.purpose == Purpose::VerifyData {
            self.standing = Standing::Over;
        } else {
            self.reading = Reading::Content { parcel: place };
        }
    }

    fn extensions(&mut self, lines: &[Vec<u8>]) {
        let words = lines.iter().skip(1).filter_map(|line| line.get(4..));
        let words = words.map(|line| line.split(|byte| b" =\t".contains(byte)).next());
        for word in words.flatten() {
            let offers = |keyword: Keyword| {
                let is_it = word.eq_ignore_ascii_case(keyword.to_string().as_bytes());
                is_it && !self.ignore.contains(keyword)
            };
            self.pipelining |= offers(Keyword::Pipelining);
            self.chunking |= offers(Keyword::Chunking);
        }
    }
}
