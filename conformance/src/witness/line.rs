//! What the client writes: commands, content, chunks.

use envoi_proto::{Envelope, TlsRequest};

use super::{Asked, Reading, Standing, Violation, Witness, ensure};

impl Witness {
    /// The client wrote these bytes.
    ///
    /// # Errors
    /// If they should not have been written.
    pub fn wrote(&mut self, bytes: &[u8]) -> Result<(), Violation> {
        if self.is_blind {
            return Ok(());
        }
        bytes.iter().try_for_each(|byte| self.wrote_byte(*byte))
    }

    fn wrote_byte(&mut self, byte: u8) -> Result<(), Violation> {
        let written = || format!("{:?} was written", char::from(byte));
        ensure(self.standing != Standing::Quit, || written() + " after QUIT")?;
        ensure(self.standing != Standing::Over, || written() + " although it was over")?;
        let is_asking = self.awaited.back().is_some_and(|awaited| awaited.asked == Asked::Data);
        ensure(!is_asking, || written() + " before the reply to DATA")?;
        match self.reading {
            Reading::Command | Reading::Response => {
                self.line.push(byte);
                if byte == b'\n' {
                    return self.wrote_line();
                }
            }
            Reading::Content { parcel } => {
                let wire = &mut self.parcels[parcel].wire;
                wire.push(byte);
                if wire == b".\r\n" || wire.ends_with(b"\r\n.\r\n") {
                    return self.wrote_end(parcel);
                }
            }
            Reading::Chunk { parcel, left, is_last } => {
                self.parcels[parcel].wire.push(byte);
                self.reading = Reading::Chunk { parcel, left: left - 1, is_last };
                if left == 1 {
                    return self.wrote_chunk(parcel, is_last);
                }
            }
        }
        Ok(())
    }

    fn wrote_line(&mut self) -> Result<(), Violation> {
        let line = std::mem::take(&mut self.line);
        let shown = || format!("{:?}", line.escape_ascii().to_string());
        let text = str::from_utf8(&line).ok().and_then(|text| text.strip_suffix("\r\n"));
        let text = text.filter(|text| !text.chars().any(char::is_control));
        let text = text.ok_or_else(|| Violation(format!("{} is no command line", shown())))?;
        ensure(self.pipelining || self.awaited.is_empty(), || {
            format!("{} was written before the reply to another command", shown())
        })?;
        let unanswered: usize = self.awaited.iter().map(|awaited| awaited.bytes).sum();
        let is_alone = self.awaited.is_empty();
        ensure(is_alone || unanswered + line.len() <= UNANSWERED_MAX, || {
            format!("{} bytes of commands are unanswered", unanswered + line.len())
        })?;
        ensure(self.early.is_empty() || text.starts_with("BDAT "), || {
            format!("{} was written after a reply that nobody asked for", shown())
        })?;
        if self.reading == Reading::Response {
            self.reading = Reading::Command;
            self.said.push(if text == "*" { "*".into() } else { CREDENTIALS.into() });
            self.expect(Asked::Auth, 0, line.len());
            return Ok(());
        }
        self.said.push(elided(text));
        self.command(text, line.len())
    }

    fn command(&mut self, text: &str, bytes: usize) -> Result<(), Violation> {
        let current = self.parcels.iter().rposition(|parcel| parcel.is_begun);
        let current = || current.ok_or_else(|| Violation(format!("{text:?} outside of a message")));
        let verb = text.split(' ').next().unwrap_or_default();
        match verb {
            "EHLO" | "LHLO" => self.expect(Asked::Ehlo, 0, bytes),
            "HELO" => self.expect(Asked::Helo, 0, bytes),
            "AUTH" => self.expect(Asked::Auth, 0, bytes),
            "XFORWARD" | "RSET" => self.expect(Asked::Other, 0, bytes),
            "MAIL" => self.mail(text, bytes)?,
            "RCPT" => self.recipient(text, bytes, current()?)?,
            "DATA" => self.expect(Asked::Data, current()?, bytes),
            "BDAT" => self.chunk(text, bytes, current()?)?,
            "QUIT" => {
                self.expect(Asked::Quit, 0, bytes);
                self.standing = Standing::Quit;
            }
            _ => return Err(Violation(format!("{text:?} is no command"))),
        }
        Ok(())
    }

    fn mail(&mut self, text: &str, bytes: usize) -> Result<(), Violation> {
        let is_next = |parcel: &super::Parcel| !parcel.is_begun && !parcel.is_withheld;
        let next = self.parcels.iter().position(is_next);
        let next = next.ok_or_else(|| Violation(format!("{text:?} without a message")))?;
        let parcel = &mut self.parcels[next];
        ensure(!parcel.is_over, || format!("{text:?} for a message that has ended"))?;
        parcel.is_begun = true;
        let is_required = parcel.envelope.tls_request == TlsRequest::Required;
        ensure(!(is_required && self.requires_tls), || format!("{text:?} without TLS"))?;
        let parameters = text.rsplit('>').next().unwrap_or_default();
        let says_it = parameters.split(' ').any(|word| word == "REQUIRETLS");
        ensure(!says_it, || format!("{text:?} in plaintext"))?;
        let Envelope { sender, rewritten_sender, .. } = &*parcel.envelope;
        let sender = format!("MAIL FROM:<{}>", rewritten_sender.as_ref().unwrap_or(sender));
        ensure(!self.quotes || text.starts_with(&sender), || format!("{text:?} is not {sender}"))?;
        self.expect(Asked::Mail, next, bytes);
        Ok(())
    }

    fn recipient(&mut self, text: &str, bytes: usize, place: usize) -> Result<(), Violation> {
        let parcel = &mut self.parcels[place];
        let index = parcel.written;
        parcel.written += 1;
        let recipient = parcel.envelope.recipients.get(index);
        let recipient = recipient.ok_or_else(|| Violation(format!("{text:?}: one too many")))?;
        let said = recipient.rewritten.as_ref().unwrap_or(&recipient.address);
        let address = format!("RCPT TO:<{said}>");
        ensure(!self.quotes || text.starts_with(&address), || {
            format!("{text:?} is not {address}")
        })?;
        self.expect(Asked::Recipient(index), place, bytes);
        Ok(())
    }

    fn chunk(&mut self, text: &str, bytes: usize, parcel: usize) -> Result<(), Violation> {
        ensure(self.may_chunk && self.chunking, || format!("{text:?} without CHUNKING"))?;
        let mut words = text.split(' ').skip(1);
        let left = words.next().and_then(|word| word.parse().ok());
        let left: usize = left.ok_or_else(|| Violation(format!("{text:?} has no length")))?;
        let is_last = words.next() == Some("LAST");
        self.expect(if is_last { Asked::LastChunk } else { Asked::Chunk }, parcel, bytes);
        self.reading = Reading::Chunk { parcel, left, is_last };
        if let Some(code) = self.early.pop_front() {
            self.answered(code)?;
        }
        if left == 0 {
            return self.wrote_chunk(parcel, is_last);
        }
        Ok(())
    }

    fn wrote_chunk(&mut self, place: usize, is_last: bool) -> Result<(), Violation> {
        self.reading = Reading::Command;
        if is_last {
            self.wrote_content(place, true)?;
        }
        Ok(())
    }

    /// The dot was written.
    fn wrote_end(&mut self, place: usize) -> Result<(), Violation> {
        self.reading = Reading::Command;
        self.said.push(".".into());
        let parcel = &mut self.parcels[place];
        let before = parcel.wire.len() - 3;
        parcel.wire.truncate(before);
        if parcel.is_void() {
            ensure(before == 0, || "content was sent to nobody".into())?;
        } else {
            self.wrote_content(place, false)?;
        }
        self.expect(Asked::EndOfData, place, 0);
        Ok(())
    }

    /// Content was written to its end.
    fn wrote_content(&mut self, place: usize, by_chunks: bool) -> Result<(), Violation> {
        let stuffing = self.stuffing(by_chunks);
        let parcel = &mut self.parcels[place];
        let id = parcel.id;
        parcel.is_end_written = true;
        ensure(parcel.is_complete, || format!("the end of {id} was written before it came"))?;
        let expected = self.encoding.of(&parcel.content, stuffing);
        ensure(parcel.wire == expected, || format!("the content of {id} was changed"))
    }
}

/// A command as a transcript has it: AUTH without what is to stay secret.
fn elided(text: &str) -> String {
    let mut words = text.split(' ');
    match (words.next(), words.next(), words.next()) {
        (Some("AUTH"), Some(name), Some(_)) => format!("AUTH {name} {CREDENTIALS}"),
        _ => text.into(),
    }
}

/// What a transcript has in the place of secrets.
const CREDENTIALS: &str = "<credentials>";

/// Most bytes of commands that may be unanswered, unless it is one alone.
const UNANSWERED_MAX: usize = 4096;
