//! What a client can say, parsed.

use crate::answer::{Answer, STRAY_BYTE, UNKNOWN_COMMAND};

/// A command line without its line end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Command<'a> {
    Helo(&'a str),
    Ehlo(&'a str),
    Lhlo(&'a str),
    Mail(Path<'a>),
    Rcpt(Path<'a>),
    Data,
    Bdat { size: u64, last: bool },
    Rset,
    Noop,
    Quit,
    Vrfy,
    Xforward(&'a str),
    Starttls,
    Auth { mechanism: &'a str, initial: Option<&'a str> },
}

/// The argument of MAIL or RCPT.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Path<'a> {
    /// What stands between the angle brackets.
    pub(crate) address: &'a str,
    /// What follows them.
    pub(crate) parameters: &'a str,
}

impl<'a> Command<'a> {
    pub(crate) fn parse(line: &'a [u8]) -> Result<Self, Answer> {
        if line.iter().any(u8::is_ascii_control) {
            return Err(STRAY_BYTE);
        }
        let line = str::from_utf8(line).map_err(|_| STRAY_BYTE)?;
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim_matches(' ');
        let (verb, len) = capitals(verb);
        match &verb[..len] {
            b"HELO" => name(rest).map(Self::Helo).ok_or(usage("Syntax: HELO hostname")),
            b"EHLO" => name(rest).map(Self::Ehlo).ok_or(usage("Syntax: EHLO hostname")),
            b"LHLO" => name(rest).map(Self::Lhlo).ok_or(usage("Syntax: LHLO hostname")),
            b"MAIL" => path(rest, "FROM:").map(Self::Mail).ok_or(BAD_SENDER),
            b"RCPT" => match path(rest, "TO:") {
                Some(path) if !path.address.is_empty() => Ok(Self::Rcpt(path)),
                Some(_) | None => Err(BAD_RECIPIENT),
            },
            b"DATA" => alone(Self::Data, rest, usage("Syntax: DATA")),
            b"BDAT" => chunk(rest).ok_or(usage("Syntax: BDAT count [LAST]")),
            b"RSET" => alone(Self::Rset, rest, usage("Syntax: RSET")),
            b"NOOP" => Ok(Self::Noop),
            b"QUIT" => alone(Self::Quit, rest, usage("Syntax: QUIT")),
            b"VRFY" if rest.is_empty() => Err(usage("Syntax: VRFY address")),
            b"VRFY" => Ok(Self::Vrfy),
            b"XFORWARD" if rest.is_empty() => Err(usage("Syntax: XFORWARD attribute=value...")),
            b"XFORWARD" => Ok(Self::Xforward(rest)),
            b"STARTTLS" => alone(Self::Starttls, rest, usage("Syntax: STARTTLS")),
            b"AUTH" => auth(rest).ok_or(usage("Syntax: AUTH mechanism [initial-response]")),
            _ => Err(UNKNOWN_COMMAND),
        }
    }
}

fn alone<'a>(command: Command<'a>, rest: &str, usage: Answer) -> Result<Command<'a>, Answer> {
    if rest.is_empty() { Ok(command) } else { Err(usage) }
}

fn name(rest: &str) -> Option<&str> {
    (!rest.is_empty() && !rest.contains(' ')).then_some(rest)
}

fn path<'a>(rest: &'a str, keyword: &str) -> Option<Path<'a>> {
    let (head, rest) = rest.split_at_checked(keyword.len())?;
    let inner = rest.strip_prefix('<').filter(|_| head.eq_ignore_ascii_case(keyword))?;
    let (address, parameters) = inner.split_at(closing_bracket(inner)?);
    let parameters = &parameters[1..];
    let separated = parameters.is_empty() || parameters.starts_with(' ');
    separated.then(|| Path { address, parameters: parameters.trim_matches(' ') })
}

/// Where the path ends: quoted strings may have brackets and spaces of their own.
fn closing_bracket(inner: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'>' if !quoted => return Some(at),
            b' ' | b'<' if !quoted => return None,
            _ => {}
        }
    }
    None
}

fn chunk(rest: &str) -> Option<Command<'_>> {
    let (digits, last) = match rest.split_once(' ') {
        Some((digits, last)) => (digits, last.trim_matches(' ').eq_ignore_ascii_case("LAST")),
        None => (rest, false),
    };
    let ordinary = last || digits.len() == rest.len();
    let size = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok());
    size.flatten().filter(|_| ordinary).map(|size| Command::Bdat { size, last })
}

fn auth(rest: &str) -> Option<Command<'_>> {
    let (mechanism, initial) = match rest.split_once(' ') {
        Some((mechanism, initial)) => (mechanism, Some(initial)),
        None => (rest, None),
    };
    let ordinary = !rest.is_empty() && initial.is_none_or(|initial| !initial.contains(' '));
    ordinary.then_some(Command::Auth { mechanism, initial })
}

/// Whether a line is an AUTH, which may be longer than others.
pub(crate) fn is_auth(line: &[u8]) -> bool {
    line.get(..5).is_some_and(|verb| verb.eq_ignore_ascii_case(b"AUTH "))
}

const fn usage(text: &'static str) -> Answer {
    Answer::new(501, "5.5.4", text)
}

const BAD_SENDER: Answer =
    Answer::new(501, "5.1.7", "Bad sender address syntax: MAIL FROM:<address>");
const BAD_RECIPIENT: Answer =
    Answer::new(501, "5.1.3", "Bad recipient address syntax: RCPT TO:<address>");

/// The verb in capitals; longer words than any verb are cut.
fn capitals(verb: &str) -> ([u8; VERB_MAX + 1], usize) {
    let mut bytes = [0; VERB_MAX + 1];
    let len = verb.len().min(bytes.len());
    bytes[..len].copy_from_slice(&verb.as_bytes()[..len]);
    bytes.make_ascii_uppercase();
    (bytes, len)
}

/// The length of XFORWARD and STARTTLS.
const VERB_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_have_no_case() {
        assert_eq!(Command::parse(b"mail from:<a@b>"), Ok(Command::Mail(plain("a@b"))));
        assert_eq!(Command::parse(b"rCpT tO:<a@b>"), Ok(Command::Rcpt(plain("a@b"))));
    }

    #[test]
    fn parameters_are_kept_verbatim() {
        let path = Path { address: "a@b", parameters: "SIZE=1 body=7Bit" };
        assert_eq!(Command::parse(b"MAIL FROM:<a@b> SIZE=1 body=7Bit"), Ok(Command::Mail(path)));
    }

    #[test]
    fn quoted_local_part_may_have_brackets_and_spaces() {
        let path = plain(r#""a> \"b"@c"#);
        assert_eq!(Command::parse(br#"RCPT TO:<"a> \"b"@c>"#), Ok(Command::Rcpt(path)));
    }

    #[test]
    fn null_sender_is_a_sender_and_no_recipient() {
        assert_eq!(Command::parse(b"MAIL FROM:<>"), Ok(Command::Mail(plain(""))));
        assert_eq!(Command::parse(b"RCPT TO:<>"), Err(BAD_RECIPIENT));
    }

    #[test]
    fn malformed_paths_are_refused() {
        for path in ["", "FROM", "FROM:a@b", "FROM:<a@b", "FROM:<a b>", "FROM:<a@b>X", "TO:<a@b>"] {
            let line = format!("MAIL {path}");
            assert_eq!(Command::parse(line.as_bytes()), Err(BAD_SENDER), "{line}");
        }
    }

    #[test]
    fn chunk_has_a_count() {
        let chunk = |size, last| Ok(Command::Bdat { size, last });
        assert_eq!(Command::parse(b"BDAT 0"), chunk(0, false));
        assert_eq!(Command::parse(b"BDAT 86 last"), chunk(86, true));
        assert_eq!(Command::parse(b"BDAT 18446744073709551615"), chunk(u64::MAX, false));
    }

    #[test]
    fn malformed_chunks_are_refused() {
        for rest in ["", "LAST", "-1", "+1", "1 FIRST", "1 LAST LAST", "18446744073709551616"] {
            let line = format!("BDAT {rest}");
            assert!(Command::parse(line.as_bytes()).is_err(), "{line}");
        }
    }

    #[test]
    fn auth_has_a_mechanism_and_may_have_a_response() {
        let auth = |mechanism, initial| Ok(Command::Auth { mechanism, initial });
        assert_eq!(Command::parse(b"auth plain"), auth("plain", None));
        assert_eq!(Command::parse(b"AUTH PLAIN ="), auth("PLAIN", Some("=")));
        for line in [&b"AUTH"[..], b"AUTH PLAIN a b", b"STARTTLS now"] {
            assert!(Command::parse(line).is_err());
        }
    }

    #[test]
    fn unknown_words_are_no_commands() {
        for line in ["", "MAILS", "XFORWARDS a=b", "STARTTLSX", "\u{e9}HLO a"] {
            assert_eq!(Command::parse(line.as_bytes()), Err(UNKNOWN_COMMAND), "{line}");
        }
    }

    #[test]
    fn stray_bytes_are_refused() {
        for line in [&b"NOOP \0"[..], b"NOOP \r", b"NOOP \x80", b"NOOP\t"] {
            assert_eq!(Command::parse(line), Err(STRAY_BYTE));
        }
    }

    fn plain(address: &str) -> Path<'_> {
        Path { address, parameters: "" }
    }
}
