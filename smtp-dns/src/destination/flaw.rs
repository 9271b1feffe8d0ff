//! What is wrong with a text that is no destination, and where.

use alloc::boxed::Box;

use crate::destination::Destination;
use crate::excerpt::{Excerpt, beginning};
use crate::name::NameFlaw;

/// A text that is no destination.
///
/// Prints as one short line without control characters, however long and hostile the text is.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("bad destination {}, character {}: {flaw}", self.excerpt(), self.excerpt().position())]
pub struct BadDestination {
    /// The text, of which no more is kept than a list may have.
    pub text: Box<str>,
    /// The byte where it goes wrong: where a character begins, or the text ends.
    pub at: usize,
    /// What is wrong.
    pub flaw: DestinationFlaw,
}

impl BadDestination {
    pub(super) fn new(text: &str, at: usize, flaw: DestinationFlaw) -> Self {
        let text = beginning(text, Destination::LIST_LENGTH_MAX);
        Self { text: text.into(), at: beginning(text, at).len(), flaw }
    }

    fn excerpt(&self) -> Excerpt<'_> {
        Excerpt { text: &self.text, at: self.at }
    }
}

/// What is wrong with a destination.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DestinationFlaw {
    /// Nothing, or nothing but commas and blanks.
    #[error("nothing there; expected a domain, or a host in brackets")]
    Empty,
    /// More text than any destination or list needs.
    #[error("the text is too long; expected at most {max} bytes")]
    TooLong {
        /// Most bytes.
        max: usize,
    },
    /// A list of more than [`Destination::LIST_MAX`].
    #[error("too many destinations; expected at most {}", Destination::LIST_MAX)]
    TooMany,
    /// A service, brackets, or `inet:` without a host.
    #[error("no host; expected a name or an address")]
    NoHost,
    /// The domain or host is no name.
    #[error(transparent)]
    Name(#[from] NameFlaw),
    /// UTS #46.
    #[error("no internationalized name; expected one that can be converted by UTS #46")]
    Idna,
    /// RFC 1123, 2.1: what ends in a number is an address or nothing.
    #[error("a number at the end; expected a domain, or an IPv4 address in full and in brackets")]
    Number,
    /// An opening bracket alone.
    #[error("the bracket is not closed; expected ]")]
    Unclosed,
    /// Something that belongs neither in the brackets nor behind them.
    #[error("text after the closing bracket; expected : and a port, or nothing")]
    AfterBracket,
    /// Brackets of a mailbox's domain, around something else than an address.
    #[error("no address in the brackets; expected an IPv4 address, or IPv6: and an IPv6 address")]
    Literal,
    /// RFC 4291, 2.2.
    #[error("no IPv6 address; expected one such as 2001:db8::1, without a zone")]
    Ipv6,
    /// An IPv6 address whose end could be a port.
    #[error("an IPv6 address without brackets; expected [")]
    NoBrackets,
    /// 0.0.0.0 or ::, which systems take for this machine.
    #[error("an address that belongs to no host; expected that of a host")]
    Unspecified,
    /// A colon at the end.
    #[error("nothing after the colon; expected a port, or the name of a service")]
    NoService,
    /// Zero, or more than 16 bits.
    #[error("no such port; expected one from 1 to 65535")]
    Port,
    /// Neither a number nor a name that the services have.
    #[error("unknown service; expected a port, or a name such as smtp or submission")]
    Service,
    /// `unix:` alone.
    #[error("nothing after unix:; expected the path of a socket")]
    NoPath,
    /// More than a socket's address can hold (unix(7)).
    #[error("the path is too long; expected at most {max} bytes")]
    LongPath {
        /// Most bytes.
        max: usize,
    },
    /// A control character, or what stands between the elements of a list.
    #[error("{0:?} in a path; expected neither control characters, commas nor blanks")]
    PathCharacter(char),
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    #[test]
    fn a_bad_destination_is_told_on_one_short_line() {
        let bad = |text: &str| text.parse::<Destination>().unwrap_err().to_string();
        assert_eq!(
            bad("bücher.example:0"),
            "bad destination \"bücher.example:0\", character 16: \
             no such port; expected one from 1 to 65535",
        );
        assert_eq!(
            bad("a\u{1b}[2J\r\n"),
            r#"bad destination "a\u{1b}[2J\r\n", character 2: "#.to_string()
                + r"'\u{1b}' in a name; expected letters, digits, hyphens and dots",
        );
    }

    #[test]
    fn a_long_text_is_neither_kept_nor_shown() {
        for text in [
            "\u{1b}".repeat(1_000_000),
            "[".to_string() + &"ü".repeat(1_000_000),
            "[".repeat(1_000_000),
        ] {
            let bad = Destination::of_domain(&text).unwrap_err();
            assert!(bad.text.len() <= Destination::LIST_LENGTH_MAX);
            assert!(bad.text.is_char_boundary(bad.at));
            let shown = bad.to_string();
            assert!(shown.len() < 800, "{}", shown.len());
            assert!(!shown.contains(char::is_control));
        }
    }

    #[test]
    fn a_place_outside_the_text_is_shown_all_the_same() {
        let bad = BadDestination { text: "ü".into(), at: 1, flaw: DestinationFlaw::Idna };
        assert!(bad.to_string().starts_with("bad destination \"ü\", character 2: "));
    }
}
