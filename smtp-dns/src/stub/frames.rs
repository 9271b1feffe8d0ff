//! Messages in a stream of bytes.

use alloc::vec::Vec;

/// The part of a message that has come; each is preceded by its length (RFC 1035, 4.2.2).
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// At most the length and 65,535 bytes: it says no more.
    kept: Vec<u8>,
}

impl Frames {
    /// Gives each message that is complete with these bytes.
    pub(super) fn feed(&mut self, mut bytes: &[u8], mut each: impl FnMut(&[u8])) {
        while !bytes.is_empty() {
            if self.kept.is_empty()
                && let Some((message, rest)) = split(bytes)
            {
                each(message);
                bytes = rest;
                continue;
            }
            let wanted = match self.kept[..] {
                [high, low, ..] => 2 + usize::from(u16::from_be_bytes([high, low])),
                [..] => 2,
            };
            let (next, rest) = bytes.split_at(bytes.len().min(wanted - self.kept.len()));
            self.kept.extend(next);
            bytes = rest;
            if split(&self.kept).is_some() {
                each(&self.kept[2..]);
                self.kept.clear();
            }
        }
    }
}

/// The first message, if it is complete, and what follows it.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(u16::from_be_bytes(*length).into())
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn messages_come_out_whole_however_they_are_split() {
        let long = [b"\xff\xff", &[7; 65_535][..]].concat();
        let stream = [b"\0\x03abc\0\0\0\x01d", &long[..], b"\0\x02ef\0"].concat();
        let expected = [&b"abc"[..], b"", b"d", &[7; 65_535], b"ef"];
        for size in [1, 2, 3, 4, 5, 1000, 65_536, stream.len()] {
            let (mut frames, mut messages) = (Frames::default(), vec![]);
            for bytes in stream.chunks(size) {
                frames.feed(bytes, |message| messages.push(message.to_vec()));
                assert!(frames.kept.len() < 2 + 65_535);
            }
            assert!(messages == expected, "in pieces of {size}");
            assert_eq!(frames.kept, [0]);
        }
    }
}
