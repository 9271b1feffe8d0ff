//! Mailboxes and paths: parsed once, quoted as RFC 5321 asks.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt::{self, Write};
use core::str::FromStr;

/// A mailbox: a local part and, nearly always, a domain.
///
/// It holds the address as meant, without quotes, and writes it as RFC 5321, 4.1.2 asks:
/// `Mailbox::verbatim("john doe@example.com")` prints as `"john doe"@example.com`.
/// No mailbox holds a control character, so none can end a command line. Only `Postmaster`
/// and the users of an LMTP server go without a domain.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Mailbox {
    address: Arc<str>,
    /// Where the `@` is that ends the local part.
    at: Option<usize>,
    /// Whether the local part goes without quotes.
    is_dot_string: bool,
    is_ascii: bool,
}

impl Mailbox {
    /// An address as mail programs keep it: split at the last `@`, nothing quoted.
    ///
    /// # Errors
    /// If a part is empty or too long, or holds what no address may hold.
    pub fn verbatim(address: &str) -> Result<Self, BadAddress> {
        let at = address.rfind('@');
        let bad = |why| BadAddress::new(address, why);
        if address.len() > ADDRESS_MAX {
            return Err(bad(Flaw::TooLong));
        }
        if address[..at.unwrap_or(address.len())].is_empty() {
            return Err(bad(Flaw::NoLocalPart));
        }
        if let Some(c) = address.chars().find(|c| c.is_control()) {
            return Err(bad(Flaw::Character(c)));
        }
        if let Some(at) = at {
            check_domain(&address[at + 1..]).map_err(bad)?;
        }
        Ok(Self::new(address, at))
    }

    fn new(address: &str, at: Option<usize>) -> Self {
        let is_dot_string = is_dot_string(&address[..at.unwrap_or(address.len())]);
        Self { address: address.into(), at, is_dot_string, is_ascii: address.is_ascii() }
    }

    /// The local part, unquoted.
    pub fn local_part(&self) -> &str {
        &self.address[..self.at.unwrap_or(self.address.len())]
    }

    /// The domain or address literal.
    pub fn domain(&self) -> Option<&str> {
        self.at.map(|at| &self.address[at + 1..])
    }

    /// The address as meant, without quotes.
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// Whether only SMTPUTF8 can carry it.
    pub fn is_ascii(&self) -> bool {
        self.is_ascii
    }

    /// Writes the address, its local part quoted where needed if `quoting` says so.
    pub(crate) fn write(&self, out: &mut impl Write, quoting: Quoting) -> fmt::Result {
        if quoting == Quoting::Never || self.is_dot_string {
            return out.write_str(&self.address);
        }
        out.write_char('"')?;
        for c in self.local_part().chars() {
            if matches!(c, '"' | '\\') {
                out.write_char('\\')?;
            }
            out.write_char(c)?;
        }
        out.write_char('"')?;
        self.domain().map_or(Ok(()), |domain| write!(out, "@{domain}"))
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Quoting::AsNeeded)
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{self}>")
    }
}

/// Parses the form of RFC 5321, 4.1.2, with UTF-8 as in RFC 6531: `bob@example.com`,
/// `"john doe"@example.com`, `bob@[192.0.2.1]`; angle brackets and a source route are dropped.
impl FromStr for Mailbox {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = |why| BadAddress::new(text, why);
        let inner = match text.strip_prefix('<') {
            Some(rest) => rest.strip_suffix('>').ok_or_else(|| bad(Flaw::Brackets))?,
            None => text,
        };
        // RFC 5321, 4.1.1.3: a source route is accepted and ignored.
        let inner = match inner.strip_prefix('@').and_then(|route| route.split_once(':')) {
            Some((_, mailbox)) => mailbox,
            None => inner,
        };
        let (local, rest) = match inner.strip_prefix('"') {
            Some(quoted) => unquote(quoted).map_err(bad)?,
            None => {
                let at = inner.rfind('@').unwrap_or(inner.len());
                let local = &inner[..at];
                if let Some(c) = local.chars().find(|c| !is_atext(*c) && *c != '.') {
                    return Err(bad(Flaw::Character(c)));
                }
                if !local.is_empty() && !is_dot_string(local) {
                    return Err(bad(Flaw::Dots));
                }
                (local.into(), &inner[at..])
            }
        };
        let mut address = local;
        let at = address.len();
        if !rest.is_empty() && !rest.starts_with('@') {
            return Err(bad(Flaw::AfterQuotes));
        }
        if let Some(domain) = rest.strip_prefix('@') {
            check_domain(domain).map_err(bad)?;
        }
        address.push_str(rest);
        Self::verbatim(&address).map_err(|flaw| bad(flaw.flaw))?;
        // A quoted local part without a domain may hold an `@` of its own.
        Ok(Self::new(&address, (!rest.is_empty()).then_some(at)))
    }
}

/// A name for a host: a domain name or an address literal, as EHLO sends it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Domain(String);

impl Domain {
    /// The name as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Domain {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        check_domain(text).map_err(|flaw| BadAddress::new(text, flaw))?;
        Ok(Self(text.into()))
    }
}

/// An address that is none, and what is wrong with it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("bad address {:?}: {flaw}", &**address)]
pub struct BadAddress {
    address: String,
    flaw: Flaw,
}

impl BadAddress {
    fn new(address: &str, flaw: Flaw) -> Self {
        Self { address: address.chars().take(SHOWN_MAX).collect(), flaw }
    }
}

#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
enum Flaw {
    #[error("longer than {ADDRESS_MAX} bytes")]
    TooLong,
    #[error("nothing stands before the @; expected a local part")]
    NoLocalPart,
    #[error("nothing stands after the @; expected a domain")]
    NoDomain,
    #[error("{0:?} may not stand there; expected local-part@domain, unusual local parts in quotes")]
    Character(char),
    #[error("dots of a local part stand between other characters, one at a time")]
    Dots,
    #[error("the < has no > at the end")]
    Brackets,
    #[error("the opening quote has no closing one")]
    Unclosed,
    #[error("expected @ after the closing quote")]
    AfterQuotes,
    #[error("an address literal ends with ]")]
    Literal,
}

/// Whether local parts are quoted on the wire (`smtp_quote_rfc821_envelope`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Quoting {
    /// Where RFC 5321 asks for it.
    #[default]
    AsNeeded,
    /// Addresses go out as they are, for servers that do not know quotes.
    Never,
}

/// Reads a quoted string after its opening quote: what it means, and what follows it.
fn unquote(text: &str) -> Result<(String, &str), Flaw> {
    let mut local = String::new();
    let mut chars = text.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Ok((local, &text[i + 1..])),
            '\\' => local.push(chars.next().ok_or(Flaw::Unclosed)?.1),
            c => local.push(c),
        }
    }
    Err(Flaw::Unclosed)
}

fn check_domain(domain: &str) -> Result<(), Flaw> {
    if domain.is_empty() {
        return Err(Flaw::NoDomain);
    }
    if domain.len() > DOMAIN_MAX {
        return Err(Flaw::TooLong);
    }
    let inner = match domain.strip_prefix('[') {
        Some(literal) => literal.strip_suffix(']').ok_or(Flaw::Literal)?,
        None => domain,
    };
    let is_literal = inner.len() < domain.len();
    let fits = |c: char| match c {
        ':' => is_literal,
        c => !c.is_control() && !c.is_whitespace() && !"<>()[]\\,;@\"".contains(c),
    };
    inner.chars().find(|c| !fits(*c)).map_or(Ok(()), |c| Err(Flaw::Character(c)))
}

/// Whether a local part needs no quotes (RFC 5321, 4.1.2; RFC 6531, 3.3).
fn is_dot_string(local: &str) -> bool {
    let is_plain = |atom: &str| !atom.is_empty() && atom.chars().all(is_atext);
    // Most local parts are short and plain: look at bytes before characters.
    let is_simple = local.bytes().all(|b| b.is_ascii_alphanumeric());
    (is_simple && !local.is_empty()) || local.split('.').all(is_plain)
}

/// What may stand in an unquoted local part, dots aside. RFC 5321's atext and whatever else is
/// printable and means nothing in a path.
fn is_atext(c: char) -> bool {
    !c.is_control() && c != ' ' && !"<>()[]\\,;:@\"".contains(c)
}

/// Longest address in bytes: twice what RFC 5321, 4.5.3.1.3 asks servers to take.
const ADDRESS_MAX: usize = 512;

/// Longest domain in bytes (RFC 5321, 4.5.3.1.2).
const DOMAIN_MAX: usize = 255;

/// Most characters of a bad address shown in its error.
const SHOWN_MAX: usize = 80;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn addresses_are_parsed_and_written_back() {
        for (given, meant, written) in [
            ("bob@mx.example", "bob@mx.example", "bob@mx.example"),
            ("<bob@mx.example>", "bob@mx.example", "bob@mx.example"),
            ("<@a.example,@b.example:bob@c.example>", "bob@c.example", "bob@c.example"),
            ("\"john doe\"@mx.example", "john doe@mx.example", "\"john doe\"@mx.example"),
            ("\"bob\"@mx.example", "bob@mx.example", "bob@mx.example"),
            ("\"a\\\"b\\\\c\"@x", "a\"b\\c@x", "\"a\\\"b\\\\c\"@x"),
            ("\"a@b\"@x", "a@b@x", "\"a@b\"@x"),
            ("\"a@b\"", "a@b", "\"a@b\""),
            ("bob@[192.0.2.1]", "bob@[192.0.2.1]", "bob@[192.0.2.1]"),
            ("bob@[IPv6:2001:db8::1]", "bob@[IPv6:2001:db8::1]", "bob@[IPv6:2001:db8::1]"),
            ("postmaster", "postmaster", "postmaster"),
            ("用户@例え.jp", "用户@例え.jp", "用户@例え.jp"),
        ] {
            let mailbox: Mailbox = given.parse().unwrap();
            assert_eq!(mailbox.as_str(), meant);
            assert_eq!(mailbox.to_string(), written);
        }
    }

    #[test]
    fn bad_addresses_are_told_what_is_wrong() {
        for (given, hint) in [
            ("", "local part"),
            ("@mx.example", "local part"),
            ("bob@", "domain"),
            ("bob smith@mx.example", "' '"),
            ("bob\r\nRSET@mx.example", "'\\r'"),
            ("bob@mx.example\nDATA", "'\\n'"),
            ("bob\0@mx.example", "'\\0'"),
            ("\"bob\0\"@mx.example", "'\\0'"),
            ("bob@mx .example", "' '"),
            ("\"bob\"@mx> SIZE=1 a@mx.example", "'>'"),
            ("bob..smith@mx.example", "dots"),
            (".bob@mx.example", "dots"),
            ("<bob@mx.example", ">"),
            ("\"bob@mx.example", "quote"),
            ("\"bob\"smith@mx.example", "@ after"),
            ("bob@[192.0.2.1", "]"),
            ("bob@mx:25", "':'"),
        ] {
            let error = given.parse::<Mailbox>().unwrap_err().to_string();
            assert!(error.contains(hint), "{given:?}: {error}");
        }
        let long = "x".repeat(ADDRESS_MAX);
        assert!(Mailbox::verbatim(&alloc::format!("{long}@x")).is_err());
    }

    #[test]
    fn verbatim_addresses_are_quoted_where_needed() {
        for (meant, written) in [
            ("john doe@x", "\"john doe\"@x"),
            ("a..b@x", "\"a..b\"@x"),
            (".a@x", "\".a\"@x"),
            ("a.@x", "\"a.\"@x"),
            ("a>b@x", "\"a>b\"@x"),
            ("a\\b@x", "\"a\\\\b\"@x"),
            ("a@b@x", "\"a@b\"@x"),
            ("bob", "bob"),
        ] {
            let mailbox = Mailbox::verbatim(meant).unwrap();
            assert_eq!(mailbox.to_string(), written);
            let mut bare = String::new();
            mailbox.write(&mut bare, Quoting::Never).unwrap();
            assert_eq!(bare, meant);
        }
    }
}
