//! A question as it is put to a server.

use alloc::vec::Vec;

use domain::base::iana::{Opcode, Rcode};
use domain::base::{Message, MessageBuilder, Name as WireName, Rtype};

use super::{Casing, HEADER};
use crate::query::{Kind, Query};

/// A question with what marks its answer.
#[derive(Clone, Debug)]
pub(crate) struct Inquiry {
    pub(crate) query: Query,
    pub(crate) id: u16,
    pub(crate) casing: Casing,
}

/// What is asked for beside records.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// Whether the server may use EDNS.
    pub(crate) edns: bool,
    /// Whether it is to say what it has validated.
    pub(crate) wants_ad: bool,
}

/// How much a message looks like the answer to a question.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Likeness {
    /// It repeats the question as it was asked.
    Same,
    /// It repeats the question in another case.
    OtherCase,
    /// It is an error that repeats no question.
    NoQuestion,
    /// It is something else.
    None,
}

impl Inquiry {
    /// The message that asks.
    pub(crate) fn message(&self, options: Options) -> Vec<u8> {
        let wire = self.wire();
        let mut message = Vec::with_capacity(HEADER + wire.length + OPT);
        let mut builder = MessageBuilder::from_target(&mut message).expect(ROOM);
        let header = builder.header_mut();
        header.set_id(self.id);
        header.set_rd(true);
        // RFC 6840, 5.7: who sets the bit understands it in the answer.
        header.set_ad(options.wants_ad);
        let mut question = builder.question();
        let name = WireName::from_slice(wire.name()).expect("every name can be written");
        question.push((name, rtype(self.query.kind))).expect(ROOM);
        if options.edns {
            // RFC 6891, 6.2.3.
            let mut additional = question.additional();
            let opt = additional.opt(|opt| {
                opt.set_udp_payload_size(PAYLOAD_MAX);
                Ok(())
            });
            opt.expect(ROOM);
        }
        message
    }

    /// How much a message looks like the answer (RFC 5452, 9.1).
    pub(crate) fn likeness(&self, bytes: &[u8]) -> Likeness {
        let Ok(message) = Message::from_slice(bytes) else { return Likeness::None };
        let (header, counts) = (message.header(), message.header_counts());
        if header.id() != self.id || !header.qr() || header.opcode() != Opcode::QUERY {
            return Likeness::None;
        }
        let is_error = !matches!(header.rcode(), Rcode::NOERROR | Rcode::NXDOMAIN);
        if counts.qdcount() == 0 && is_error {
            return Likeness::NoQuestion;
        }
        let wire = self.wire();
        let Some(said) = bytes.get(HEADER..HEADER + wire.length) else { return Likeness::None };
        if counts.qdcount() != 1 || !said.eq_ignore_ascii_case(wire.as_slice()) {
            return Likeness::None;
        }
        if said == wire.as_slice() { Likeness::Same } else { Likeness::OtherCase }
    }

    /// The question on the wire (RFC 1035, 4.1.2).
    fn wire(&self) -> Wire {
        let text = self.query.name.as_str().as_bytes();
        let mut bytes = [0; WIRE_MAX];
        let mut count_at = 0;
        for (place, byte) in text.iter().enumerate() {
            let at = place + 1;
            if *byte == b'.' {
                count_at = at;
            } else {
                bytes[at] = self.casing.apply(place, *byte);
                bytes[count_at] += 1;
            }
        }
        // The root, and then the type and the class IN.
        let end = text.len() + 2;
        bytes[end..end + 2].copy_from_slice(&rtype(self.query.kind).to_int().to_be_bytes());
        bytes[end + 3] = 1;
        Wire { bytes, length: end + 4 }
    }
}

/// A question on the wire.
struct Wire {
    bytes: [u8; WIRE_MAX],
    length: usize,
}

impl Wire {
    fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    fn name(&self) -> &[u8] {
        &self.bytes[..self.length - 4]
    }
}

pub(super) fn rtype(kind: Kind) -> Rtype {
    match kind {
        Kind::A => Rtype::A,
        Kind::Aaaa => Rtype::AAAA,
        Kind::Mx => Rtype::MX,
        Kind::Srv => Rtype::SRV,
        Kind::Tlsa => Rtype::TLSA,
        Kind::Txt => Rtype::TXT,
    }
}

/// Largest datagram that is taken: it passes unfragmented nearly everywhere (RFC 9715, A).
const PAYLOAD_MAX: u16 = 1232;

/// Longest question: the name, the type and the class.
const WIRE_MAX: usize = 255 + 4;

/// Length of the record that stands for EDNS (RFC 6891, 6.1.2).
const OPT: usize = 11;

const ROOM: &str = "a vector has room for a question";

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString as _;

    use rand_chacha::ChaCha12Rng;
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;
    use crate::message::Draft;

    const PLAIN: Options = Options { edns: false, wants_ad: false };

    fn inquiry(name: &str, kind: Kind) -> Inquiry {
        let name = name.parse().unwrap();
        Inquiry { query: Query { name, kind }, id: 0x1234, casing: Casing::default() }
    }

    #[test]
    fn a_question_is_written_as_rfc_1035_has_it() {
        let message = inquiry("mx.example", Kind::Mx).message(PLAIN);
        let expected = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x02mx\x07example\0\0\x0f\0\x01";
        assert_eq!(message, expected);
    }

    #[test]
    fn every_kind_has_its_number() {
        for (kind, number) in [
            (Kind::A, 1),
            (Kind::Aaaa, 28),
            (Kind::Mx, 15),
            (Kind::Srv, 33),
            (Kind::Tlsa, 52),
            (Kind::Txt, 16),
        ] {
            let message = inquiry("a", kind).message(PLAIN);
            assert_eq!(message[HEADER + 3..], [0, number, 0, 1], "{kind}");
        }
    }

    #[test]
    fn edns_and_the_ad_bit_are_asked_for() {
        let message = inquiry("a", Kind::A).message(Options { edns: true, wants_ad: true });
        let expected = b"\x12\x34\x01\x20\0\x01\0\0\0\0\0\x01\x01a\0\0\x01\0\x01\
            \0\0\x29\x04\xd0\0\0\0\0\0\0";
        assert_eq!(message, expected);
    }

    #[test]
    fn the_longest_name_can_be_asked_for() {
        let name = "a.".repeat(126) + "a";
        let message = inquiry(&name, Kind::A).message(PLAIN);
        assert_eq!(message.len(), HEADER + WIRE_MAX);
        let labels = [63, 63, 63, 61].map(|length| "a".repeat(length)).join(".");
        let message = inquiry(&labels, Kind::A).message(PLAIN);
        assert_eq!(message.len(), HEADER + WIRE_MAX);
        assert_eq!(message[HEADER], 63);
    }

    #[test]
    fn the_case_is_part_of_the_question() {
        let mut random = ChaCha12Rng::from_seed([1; 32]);
        let mut inquiry = inquiry("host.mail-7.example", Kind::A);
        inquiry.casing = Casing::random(19, &mut random);
        let message = inquiry.message(PLAIN);
        let written = format!("{}", message[HEADER..].escape_ascii());
        let lower = "\\x04host\\x06mail-7\\x07example\\x00\\x00\\x01\\x00\\x01";
        assert_eq!(written.to_ascii_lowercase(), lower);
        assert_ne!(written, lower);
        let answer = Draft::to(&message).bytes();
        assert_eq!(inquiry.likeness(&answer), Likeness::Same);
        let answer = Draft::to(&message).in_lower_case().bytes();
        assert_eq!(inquiry.likeness(&answer), Likeness::OtherCase);
    }

    #[test]
    fn what_is_no_answer_to_the_question_is_told_apart() {
        let inquiry = inquiry("mx.example", Kind::A);
        let question = inquiry.message(PLAIN);
        assert_eq!(inquiry.likeness(&question), Likeness::None, "no response");
        let good = Draft::to(&question).bytes();
        assert_eq!(inquiry.likeness(&good), Likeness::Same);
        for (place, bits, what) in [
            (1, 1, "another id"),
            (2, 0x08, "another operation"),
            (5, 3, "two questions"),
            (5, 1, "no question, and no error"),
            (14, 1, "another name"),
            (HEADER + 13, 2, "another type"),
            (HEADER + 15, 2, "another class"),
        ] {
            let mut bad = good.clone();
            bad[place] ^= bits;
            assert_eq!(inquiry.likeness(&bad), Likeness::None, "{what}");
        }
        for length in 0..good.len() {
            assert_eq!(inquiry.likeness(&good[..length]), Likeness::None, "{length}");
        }
        let bare = b"\x12\x34\x81\x81\0\0\0\0\0\0\0\0";
        assert_eq!(inquiry.likeness(bare), Likeness::NoQuestion);
        assert_eq!(inquiry.query.name.to_string(), "mx.example");
    }
}
