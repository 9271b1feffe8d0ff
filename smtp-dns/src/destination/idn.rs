//! Names that may not be ASCII.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

use crate::destination::flaw::DestinationFlaw;
use crate::destination::parser::Flawed;
use crate::name::{Name, NameFlaw};

/// Reads a name. What is not ASCII is converted; what is stays as it is, A-labels included, since
/// hosts of such names exist whatever this version of Unicode makes of them.
pub(super) fn read(text: &str) -> Result<Name, Flawed> {
    if text.is_ascii() {
        return text.parse::<Name>().map_err(|bad| Flawed::new(bad.at, bad.flaw.into()));
    }
    let is_foreign = |c: char| DENIED.contains(c) || c.is_ascii_control();
    if let Some((at, c)) = text.char_indices().find(|(_, c)| is_foreign(*c)) {
        return Err(Flawed::new(at, NameFlaw::Character(c).into()));
    }
    convert(text).map_err(|_| locate(text))
}

/// Converts a name (UTS #46, 4.2: ToASCII).
fn convert(text: &str) -> Result<Name, DestinationFlaw> {
    const DENY: AsciiDenyList = AsciiDenyList::new(true, DENIED);
    let ascii = Uts46::new()
        .to_ascii(text.as_bytes(), DENY, Hyphens::CheckFirstLast, DnsLength::Ignore)
        .map_err(|_| DestinationFlaw::Idna)?;
    ascii.parse::<Name>().map_err(|bad| bad.flaw.into())
}

/// Finds the character with which a text stops being the beginning of a name.
fn locate(text: &str) -> Flawed {
    let ends = text.match_indices(DOTS).map(|(end, _)| end).chain([text.len()]);
    let good = ends.take_while(|end| convert(&text[..*end]).is_ok()).last().unwrap_or(0);
    let label = text[good..].trim_start_matches(DOTS);
    if label.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("xn--")) {
        return Flawed::new(text.len() - label.len(), DestinationFlaw::Idna);
    }
    let mut at = good;
    for (start, c) in text[good..].char_indices() {
        let end = good + start + c.len_utf8();
        match convert(&text[..end]) {
            Ok(_) => at = end,
            // What is too long stays so.
            Err(DestinationFlaw::Name(NameFlaw::TooLong | NameFlaw::LongLabel)) => break,
            // More can make it good: a hyphen is bad at the end of a label alone.
            Err(_) => {}
        }
    }
    let culprit = text[at..].chars().next();
    let end = at + culprit.map_or(0, char::len_utf8);
    let flaw = match convert(&text[..end]) {
        // UTS #46, 4.1: no label begins or ends with one.
        Err(DestinationFlaw::Idna) if culprit == Some('-') => NameFlaw::Hyphen.into(),
        Err(flaw) => flaw,
        Ok(_) => DestinationFlaw::Idna,
    };
    Flawed::new(at, flaw)
}

/// The byte at which the last label of a name begins.
pub(super) fn last_label(text: &str) -> usize {
    let text = text.strip_suffix(DOTS).unwrap_or(text);
    text.char_indices().rfind(|(_, c)| DOTS.contains(c)).map_or(0, |(at, c)| at + c.len_utf8())
}

/// What stands between labels (UTS #46, 2.3).
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// What is ASCII and stands in no name.
const DENIED: &str = " !\"#$%&'()*+,/:;<=>?@[\\]^`{|}~";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_converted() {
        for (text, name) in [
            ("bücher.example", "xn--bcher-kva.example"),
            ("BÜCHER.Example.", "xn--bcher-kva.example"),
            ("bu\u{308}cher.example", "xn--bcher-kva.example"),
            ("straße.example", "xn--strae-oqa.example"),
            ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
            ("mx．bücher｡example", "mx.xn--bcher-kva.example"),
            ("_25._tcp.bücher.example", "_25._tcp.xn--bcher-kva.example"),
            ("r3---sn.bücher.example", "r3---sn.xn--bcher-kva.example"),
            ("bücher.xn--bcher-kva", "xn--bcher-kva.xn--bcher-kva"),
            ("ｅｘａｍｐｌｅ.com", "example.com"),
            ("exam\u{ad}ple.com", "example.com"),
            ("אב.example", "xn--4dbc.example"),
            ("xn--a.example", "xn--a.example"),
        ] {
            assert_eq!(read(text).ok().unwrap().as_str(), name, "{text}");
        }
    }

    #[test]
    fn the_character_that_cannot_be_converted_is_found() {
        let [idna, hyphen] = [DestinationFlaw::Idna, NameFlaw::Hyphen.into()];
        let [empty, label] = [NameFlaw::EmptyLabel, NameFlaw::LongLabel].map(Into::into);
        let (long, labels) = ("ü".repeat(100), "ü.".repeat(100));
        for (text, at, flaw) in [
            ("bü\u{378}cher.example", 3, idna),
            ("mx.\u{301}ü.example", 3, idna),
            ("mx.ü\u{200d}a", 5, idna),
            ("mx.אa.example", 5, idna),
            ("ü.xn--zzzzzz99.example", 3, idna),
            ("ü.XN--ü", 3, idna),
            ("ü.a–b\u{ff0f}c", 8, idna),
            ("ü..example", 3, empty),
            (".ü", 0, empty),
            ("\u{ad}", 0, empty),
            ("ü.-a", 3, hyphen),
            ("ü.a--.b", 4, hyphen),
            ("mx.-ü", 3, hyphen),
            ("ü b", 2, NameFlaw::Character(' ').into()),
            ("ü\x7f", 2, NameFlaw::Character('\x7f').into()),
            (&long, 2 * 57, label),
            (&labels, 3 * 31, NameFlaw::TooLong.into()),
        ] {
            let flawed = read(text).err().unwrap();
            assert_eq!((flawed.at, flawed.flaw), (at, flaw), "{text}");
        }
    }

    #[test]
    fn the_last_label_is_found() {
        for (text, at) in [("", 0), ("a", 0), ("a.b", 2), ("a.b.", 2), ("ü。b｡", 5)] {
            assert_eq!(last_label(text), at, "{text:?}");
        }
    }
}
