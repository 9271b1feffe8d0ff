//! What the server offered in its reply to EHLO, and what we choose to ignore.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU32;
use core::str::FromStr;

use crate::reply::Reply;
use crate::xforward::Attributes;

/// What a server announced.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Extensions {
    /// The name by which the server called itself.
    pub name: String,
    /// Whether that name is our own: mail may be looping.
    pub is_own_name: bool,
    /// What it offers and we do not ignore.
    pub offered: Keywords,
    /// What it offers and we ignore.
    pub ignored: Keywords,
    /// Largest message it takes, in bytes, if it has a limit and told it (RFC 1870).
    pub size: Option<u64>,
    /// The mechanisms of AUTH, as written, from all its lines (RFC 4954).
    pub auth: Vec<String>,
    /// The attributes that it wants in XFORWARD.
    pub xforward: Attributes,
    /// Most messages in one conversation (RFC 9422, `MAILMAX`).
    pub mail_max: Option<NonZeroU32>,
    /// Most recipients in one transaction (RFC 9422, `RCPTMAX`).
    pub recipients_max: Option<NonZeroU32>,
}

impl Extensions {
    /// Whether the server offers `keyword` and we do not ignore it.
    pub fn offers(&self, keyword: Keyword) -> bool {
        self.offered.contains(keyword)
    }

    /// Reads a positive reply to EHLO, LHLO or HELO.
    pub(crate) fn of_reply(reply: &Reply<'_>, own_name: &str, ignore: Keywords) -> Self {
        let mut lines = reply.text.split('\n').map(|line| line.get(4..).unwrap_or_default());
        let first = lines.next().unwrap_or_default();
        let name = first.split_ascii_whitespace().next().unwrap_or_default();
        let mut extensions = Self {
            name: name.into(),
            is_own_name: name.eq_ignore_ascii_case(own_name),
            ..Self::default()
        };
        for line in lines {
            extensions.line(line, ignore);
        }
        // RFC 6531, 3.1: a server with SMTPUTF8 has 8BITMIME, announced or not.
        if extensions.offers(Keyword::Smtputf8) && !ignore.contains(Keyword::EightBitMime) {
            extensions.offered.insert(Keyword::EightBitMime);
        }
        extensions
    }

    /// The same server, of which nothing but its name is known.
    pub(crate) fn without_keywords(self) -> Self {
        Self { name: self.name, is_own_name: self.is_own_name, ..Self::default() }
    }

    fn line(&mut self, line: &str, ignore: Keywords) {
        // `AUTH=LOGIN` is how some old servers write it.
        let (word, rest) = line.split_once([' ', '=', '\t']).unwrap_or((line, ""));
        let Ok(keyword) = word.parse() else { return };
        if ignore.contains(keyword) {
            self.ignored.insert(keyword);
            return;
        }
        self.offered.insert(keyword);
        let words = rest.split_ascii_whitespace();
        if keyword == Keyword::Size {
            self.size = rest.trim().parse().ok().filter(|max| *max > 0);
        } else if keyword == Keyword::Auth {
            self.auth.extend(words.map(String::from));
        } else if keyword == Keyword::Xforward {
            self.xforward = Attributes::of_words(words);
        } else if keyword == Keyword::Limits {
            words.for_each(|limit| self.limit(limit));
        }
    }

    /// Reads one `NAME=value` of LIMITS; unknown names do not count (RFC 9422, 3).
    fn limit(&mut self, limit: &str) {
        let Some((name, Ok(max))) = limit.split_once('=').map(|(n, v)| (n, v.parse())) else {
            return;
        };
        if name.eq_ignore_ascii_case("MAILMAX") {
            self.mail_max = Some(max);
        } else if name.eq_ignore_ascii_case("RCPTMAX") {
            self.recipients_max = Some(max);
        }
    }
}

/// An EHLO keyword that this crate or its configuration knows by name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Keyword {
    /// RFC 6152.
    EightBitMime,
    /// RFC 4954.
    Auth,
    /// RFC 3030.
    Chunking,
    /// RFC 3461.
    Dsn,
    /// RFC 2034.
    EnhancedStatusCodes,
    /// RFC 1985.
    Etrn,
    /// RFC 9422.
    Limits,
    /// RFC 2920.
    Pipelining,
    /// RFC 8689. What is said of it in plaintext does not count.
    Requiretls,
    /// RFC 1870.
    Size,
    /// RFC 6531.
    Smtputf8,
    /// RFC 3207.
    Starttls,
    /// Postfix's variable envelope return paths.
    Verp,
    /// RFC 5321, 4.1.1.6.
    Vrfy,
    /// Postfix's override of what is known of a client.
    Xclient,
    /// Postfix's forwarding of what is known of a client.
    Xforward,
}

const WORDS: [(Keyword, &str); 16] = [
    (Keyword::EightBitMime, "8BITMIME"),
    (Keyword::Auth, "AUTH"),
    (Keyword::Chunking, "CHUNKING"),
    (Keyword::Dsn, "DSN"),
    (Keyword::EnhancedStatusCodes, "ENHANCEDSTATUSCODES"),
    (Keyword::Etrn, "ETRN"),
    (Keyword::Limits, "LIMITS"),
    (Keyword::Pipelining, "PIPELINING"),
    (Keyword::Requiretls, "REQUIRETLS"),
    (Keyword::Size, "SIZE"),
    (Keyword::Smtputf8, "SMTPUTF8"),
    (Keyword::Starttls, "STARTTLS"),
    (Keyword::Verp, "VERP"),
    (Keyword::Vrfy, "VRFY"),
    (Keyword::Xclient, "XCLIENT"),
    (Keyword::Xforward, "XFORWARD"),
];

/// The word as EHLO lists it.
impl fmt::Display for Keyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, word) = WORDS[*self as usize];
        f.write_str(word)
    }
}

impl FromStr for Keyword {
    type Err = UnknownKeyword;

    fn from_str(text: &str) -> Result<Self, UnknownKeyword> {
        let known = WORDS.iter().find(|(_, word)| word.eq_ignore_ascii_case(text));
        let shown = || UnknownKeyword(text.chars().take(SHOWN_MAX).collect());
        known.map(|(keyword, _)| *keyword).ok_or_else(shown)
    }
}

/// The word is no EHLO keyword known here.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown EHLO keyword {0:?}: expected one such as PIPELINING or 8BITMIME")]
pub struct UnknownKeyword(String);

/// A set of EHLO keywords.
#[derive(Clone, Copy, Default, Eq, PartialEq)]
pub struct Keywords(u32);

impl Keywords {
    /// Whether `keyword` is among them.
    pub const fn contains(self, keyword: Keyword) -> bool {
        self.0 & (1 << keyword as u32) != 0
    }

    /// Adds `keyword`.
    pub const fn insert(&mut self, keyword: Keyword) {
        self.0 |= 1 << keyword as u32;
    }

    /// The members, in alphabetical order but for 8BITMIME, which is first.
    pub fn iter(self) -> impl Iterator<Item = Keyword> {
        let all = WORDS.into_iter().map(|(keyword, _)| keyword);
        all.filter(move |keyword| self.contains(*keyword))
    }
}

impl FromIterator<Keyword> for Keywords {
    fn from_iter<I: IntoIterator<Item = Keyword>>(keywords: I) -> Self {
        let mut set = Self::default();
        keywords.into_iter().for_each(|keyword| set.insert(keyword));
        set
    }
}

impl fmt::Debug for Keywords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Most characters of an unknown keyword shown in its error.
const SHOWN_MAX: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    fn hears(text: &str) -> Extensions {
        let ignore = [Keyword::Vrfy].into_iter().collect();
        Extensions::of_reply(&text.parse().unwrap(), "client.example", ignore)
    }

    #[test]
    fn keywords_are_read_in_any_case() {
        let heard = hears(
            "250-mx.example at your service\n250-pipelining\n250-Size 1000\n250-VRFY\n\
             250-X-UNKNOWN a=b\n250-AUTH PLAIN\n250-AUTH=login\n250 8BITMIME",
        );
        assert_eq!(heard.name, "mx.example");
        assert!(heard.offers(Keyword::Pipelining) && heard.offers(Keyword::EightBitMime));
        assert!(!heard.offers(Keyword::Vrfy) && heard.ignored.contains(Keyword::Vrfy));
        assert_eq!(heard.size, Some(1000));
        assert_eq!(heard.auth, ["PLAIN", "login"]);
    }

    #[test]
    fn numbers_that_are_none_are_no_limit() {
        for line in ["SIZE", "SIZE x", "SIZE 0", "SIZE 99999999999999999999", "SIZE -1"] {
            let heard = hears(&alloc::format!("250-mx\n250 {line}"));
            assert_eq!((heard.offers(Keyword::Size), heard.size), (true, None), "{line}");
        }
        let heard = hears("250-mx\n250 LIMITS MAILMAX=0 RCPTMAX=100 FOO=1 BAR");
        assert_eq!((heard.mail_max, heard.recipients_max), (None, NonZeroU32::new(100)));
    }

    #[test]
    fn own_name_is_noticed() {
        assert!(hears("250 CLIENT.example hello").is_own_name);
        assert!(!hears("250 mx.example hello client.example").is_own_name);
        assert_eq!(hears("250").name, "");
    }

    #[test]
    fn words_and_keywords_match() {
        for (i, (keyword, word)) in WORDS.into_iter().enumerate() {
            assert_eq!(keyword as usize, i);
            assert_eq!(word.parse(), Ok(keyword));
        }
    }
}
