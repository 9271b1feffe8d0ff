//! Postfix's queue files: a sequence of typed records.

use super::Received;
use super::received::below_first_field;

/// Reads a queue file; the error says what is not as expected.
pub(super) fn parse(file: &[u8]) -> Result<Received, &'static str> {
    let mut message = Received { sender: String::new(), recipients: Vec::new(), content: vec![] };
    let mut content = Vec::with_capacity(file.len());
    let mut segment = Segment::Envelope;
    let mut rest = file;
    while segment != Segment::End {
        let record = Record::read(&mut rest).ok_or("cut off inside a record")?;
        match (record.kind, segment) {
            (b'S', Segment::Envelope) => message.sender = text(record.data)?,
            (b'R', Segment::Envelope) => message.recipients.push(text(record.data)?),
            (b'M', Segment::Envelope) => segment = Segment::Content,
            (b'N', Segment::Content) => {
                content.extend_from_slice(record.data);
                content.push(b'\n');
            }
            // A piece of a line that is longer than Postfix's buffers.
            (b'L', Segment::Content) => content.extend_from_slice(record.data),
            (b'X', Segment::Content) => segment = Segment::Extracted,
            (b'E', _) => segment = Segment::End,
            // A pointer of zero is room left for a change; others lead to one that was made.
            (b'p', _) if number(record.data) != Some(0) => return Err("edited after arrival"),
            _ => {}
        }
    }
    // smtpd(8) puts its Received: field in front.
    message.content = below_first_field(&content).to_vec();
    Ok(message)
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Segment {
    Envelope,
    Content,
    /// What cleanup(8) found in the header.
    Extracted,
    End,
}

struct Record<'a> {
    kind: u8,
    data: &'a [u8],
}

impl<'a> Record<'a> {
    /// Takes one record: its type, its length in groups of seven bits, lowest first, its data.
    fn read(rest: &mut &'a [u8]) -> Option<Self> {
        let (&kind, mut tail) = rest.split_first()?;
        let mut length = 0;
        for shift in (0..usize::BITS).step_by(7) {
            let (&byte, next) = tail.split_first()?;
            tail = next;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let (data, tail) = tail.split_at_checked(length)?;
        *rest = tail;
        Some(Self { kind, data })
    }
}

fn text(data: &[u8]) -> Result<String, &'static str> {
    String::from_utf8(data.to_vec()).map_err(|_| "an address is not UTF-8")
}

fn number(data: &[u8]) -> Option<u64> {
    str::from_utf8(data).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_a_long_line_are_joined() {
        let file = b"S\x03a@bR\x03c@dM\0N\x0bReceived: xN\x02\tyN\0L\x02abN\x01cX\0E\0";
        let message = parse(file).expect("well-formed");
        assert_eq!(message.sender, "a@b");
        assert_eq!(message.recipients, ["c@d"]);
        assert_eq!(message.content, b"\nabc\n");
    }

    #[test]
    fn record_of_more_than_127_octets_has_a_longer_length() {
        let file = [b"M\0N\x01r\0".as_slice(), b"N\xc8\x01", &[b'y'; 200], b"X\0E\0"].concat();
        assert_eq!(parse(&file).err(), Some("cut off inside a record"));
        let file = [b"M\0N\x01rN\xc8\x01".as_slice(), &[b'y'; 200], b"X\0E\0"].concat();
        assert_eq!(parse(&file).expect("well-formed").content.len(), 201);
    }
}
