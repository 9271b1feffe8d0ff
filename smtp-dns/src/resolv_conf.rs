//! resolv.conf(5).

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV6};
use core::time::Duration;

mod flaw;

use crate::excerpt::beginning;
use crate::name::Name;

pub use flaw::{BadLine, LineFlaw};

/// Which name servers are asked, and how (resolv.conf(5)). The default is what a file that is
/// missing means.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ResolvConf {
    /// The servers, in their order; 127.0.0.1 if none is named. At most
    /// [`SERVERS_MAX`](Self::SERVERS_MAX).
    pub servers: Vec<SocketAddr>,
    /// Domains that names are completed with (`search`, `domain`), where that is asked for. None
    /// unless they are named: the machine's own domain is not guessed.
    pub search: Vec<Name>,
    /// Names with as many dots are tried as they are first (`ndots`, 1, at most 15).
    pub ndots: usize,
    /// How long a server has for its answer (`timeout`, 5 s, 1 to 30).
    pub timeout: Duration,
    /// How often each server is asked (`attempts`, 2, 1 to 5).
    pub attempts: usize,
    /// Whether the servers take turns to be asked first (`rotate`, no).
    pub rotate: bool,
    /// Whether they are asked over TCP from the start (`use-vc`, no).
    pub use_tcp: bool,
    /// Whether EDNS is used (`edns0`; here always, unless a server does not understand it).
    pub edns: bool,
    /// Whether the servers, and the way to them, are trusted to have validated what they say is
    /// secure (`trust-ad`, no).
    pub trust_ad: bool,
}

impl ResolvConf {
    /// Most servers that are asked, as in the system's own resolver (MAXNS).
    pub const SERVERS_MAX: usize = 3;

    /// Reads resolv.conf(5). As the system's own resolver does, skips what makes no sense, and
    /// caps numbers; what was skipped is told, word by word, but keywords and options that are
    /// not known here. The last `search` or `domain` counts.
    ///
    /// An address of a link has the number of its zone (`fe80::1%2`): only the system knows the
    /// names of interfaces.
    pub fn parse(text: &str) -> (Self, Vec<BadLine>) {
        let mut reader = Reader { number: 0, servers: Vec::new(), bad: Vec::new() };
        let mut conf = Self::default();
        for (index, line) in text.lines().enumerate() {
            reader.number = index + 1;
            reader.read(line, &mut conf);
        }
        if !reader.servers.is_empty() {
            conf.servers = reader.servers;
        }
        (conf, reader.bad)
    }

    /// Asks these servers, or the first [`SERVERS_MAX`](Self::SERVERS_MAX) of them, and is the
    /// default in all else.
    pub fn of(servers: impl IntoIterator<Item = SocketAddr>) -> Self {
        let servers: Vec<_> = servers.into_iter().take(Self::SERVERS_MAX).collect();
        let default = Self::default();
        Self { servers: if servers.is_empty() { default.servers } else { servers }, ..default }
    }
}

impl Default for ResolvConf {
    fn default() -> Self {
        Self {
            servers: Vec::from([SocketAddr::from((Ipv4Addr::LOCALHOST, PORT))]),
            search: Vec::new(),
            ndots: 1,
            timeout: Duration::from_secs(5),
            attempts: 2,
            rotate: false,
            use_tcp: false,
            edns: true,
            trust_ad: false,
        }
    }
}

/// What is kept while lines are read.
struct Reader {
    /// Which line it is, from 1.
    number: usize,
    servers: Vec<SocketAddr>,
    bad: Vec<BadLine>,
}

impl Reader {
    fn read(&mut self, line: &str, conf: &mut ResolvConf) {
        let is_comment = |word: &&str| word.starts_with(['#', ';']);
        let mut words = line.split_ascii_whitespace().take_while(|word| !is_comment(word));
        let Some(keyword) = words.next() else { return };
        if line.starts_with(|c: char| c.is_ascii_whitespace()) {
            if KEYWORDS.contains(&keyword) {
                self.skip(keyword, LineFlaw::Indented);
            }
            return;
        }
        match keyword {
            "nameserver" => self.server(words.next().unwrap_or(keyword)),
            "domain" => self.search(words.take(1), conf),
            "search" => self.search(words, conf),
            "options" => words.for_each(|option| self.option(option, conf)),
            _ => {}
        }
    }

    fn server(&mut self, word: &str) {
        match address(word) {
            None => self.skip(word, LineFlaw::Address),
            Some(_) if self.servers.len() == ResolvConf::SERVERS_MAX => {
                self.skip(word, LineFlaw::Servers);
            }
            Some(address) => self.servers.push(address),
        }
    }

    fn search<'a>(&mut self, words: impl Iterator<Item = &'a str>, conf: &mut ResolvConf) {
        let mut words = words.peekable();
        if words.peek().is_none() {
            return;
        }
        conf.search.clear();
        // The root completes nothing.
        for word in words.filter(|word| *word != ".") {
            match word.parse() {
                Err::<Name, _>(bad) => self.skip(word, bad.flaw.into()),
                Ok(_) if conf.search.len() == SEARCH_MAX => {
                    self.skip(word, LineFlaw::Domains { max: SEARCH_MAX });
                }
                Ok(domain) => conf.search.push(domain),
            }
        }
    }

    fn option(&mut self, option: &str, conf: &mut ResolvConf) {
        let Some((name, value)) = option.split_once(':') else {
            match option {
                "rotate" => conf.rotate = true,
                "use-vc" => conf.use_tcp = true,
                "edns0" => conf.edns = true,
                "trust-ad" => conf.trust_ad = true,
                _ => {}
            }
            return;
        };
        match (name, number(value)) {
            ("ndots", Some(dots)) => conf.ndots = dots.min(NDOTS_MAX).into(),
            ("timeout", Some(seconds)) => {
                conf.timeout = Duration::from_secs(seconds.clamp(1, TIMEOUT_MAX).into());
            }
            ("attempts", Some(times)) => conf.attempts = times.clamp(1, ATTEMPTS_MAX).into(),
            ("ndots" | "timeout" | "attempts", None) => self.skip(option, LineFlaw::Number),
            _ => {}
        }
    }

    fn skip(&mut self, word: &str, flaw: LineFlaw) {
        if self.bad.len() < BAD_LINES_MAX {
            let word = beginning(word, WORD_MAX).into();
            self.bad.push(BadLine { number: self.number, word, flaw });
        }
    }
}

/// Reads the address of a name server.
fn address(word: &str) -> Option<SocketAddr> {
    let Some((address, zone)) = word.split_once('%') else {
        return Some((word.parse::<IpAddr>().ok()?, PORT).into());
    };
    if !zone.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(SocketAddrV6::new(address.parse().ok()?, PORT, 0, zone.parse().ok()?).into())
}

/// Reads a number, of which all that matters is less than 256.
fn number(word: &str) -> Option<u8> {
    let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| word.parse().unwrap_or(u8::MAX))
}

/// What is read; whatever else there is (`sortlist`, say) changes nothing here.
const KEYWORDS: [&str; 4] = ["nameserver", "domain", "search", "options"];

/// Where name servers listen (RFC 1035, 4.2).
const PORT: u16 = 53;

/// Most domains to search, as documented for most systems (MAXDNSRCH).
const SEARCH_MAX: usize = 6;

/// Most dots that names can be asked to have (RES_MAXNDOTS).
const NDOTS_MAX: u8 = 15;

/// Longest time for an answer, in seconds (RES_MAXRETRANS).
const TIMEOUT_MAX: u8 = 30;

/// Most times that a server is asked (RES_MAXRETRY).
const ATTEMPTS_MAX: u8 = 5;

/// Most lines that are told of; a file with more is no resolv.conf.
const BAD_LINES_MAX: usize = 32;

/// How much of a word is kept, in bytes.
const WORD_MAX: usize = 80;

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::{String, ToString as _};

    use super::*;
    use crate::name::NameFlaw;

    #[test]
    fn a_file_that_is_missing_or_empty_means_this_machine() {
        for text in ["", "\n", "# nameserver 192.0.2.1\n; nameserver 192.0.2.1\n"] {
            assert_eq!(ResolvConf::parse(text), (ResolvConf::default(), Vec::new()));
        }
        assert_eq!(ResolvConf::of([]), ResolvConf::default());
        assert_eq!(ResolvConf::default().servers, ["127.0.0.1:53".parse().unwrap()]);
    }

    #[test]
    fn a_whole_file_is_read() {
        let text = "# made by hand\n\
            nameserver 192.0.2.1\n\
            nameserver\t2001:db8::1  \r\n\
            ; nameserver 192.0.2.2\n\
            nameserver fe80::1%2 # the router\n\
            domain gone.example\n\
            search a.example B.Example. ; and c.example\n\
            sortlist 192.0.2.0/24\n\
            options ndots:2 timeout:3 attempts:4 rotate use-vc edns0 trust-ad no-aaaa\n";
        let conf = ResolvConf {
            servers: ["192.0.2.1:53", "[2001:db8::1]:53", "[fe80::1%2]:53"]
                .map(|server| server.parse().unwrap())
                .into(),
            search: ["a.example", "b.example"].map(|name| name.parse().unwrap()).into(),
            ndots: 2,
            timeout: Duration::from_secs(3),
            attempts: 4,
            rotate: true,
            use_tcp: true,
            edns: true,
            trust_ad: true,
        };
        assert_eq!(ResolvConf::parse(text), (conf, Vec::new()));
    }

    #[test]
    fn the_last_word_counts() {
        for (text, search) in [
            ("search a b\nsearch c", "c"),
            ("search a b\ndomain c d", "c"),
            ("domain c\nsearch a b", "a b"),
            ("search a\nsearch", "a"),
            ("search a\nsearch # b", "a"),
            ("search a\nsearch .", ""),
        ] {
            let (conf, bad) = ResolvConf::parse(text);
            let found: Vec<_> = conf.search.iter().map(Name::as_str).collect();
            assert_eq!((found.join(" ").as_str(), bad), (search, Vec::new()), "{text}");
        }
        assert_eq!(ResolvConf::parse("options ndots:2\noptions ndots:3 ndots:4").0.ndots, 4);
    }

    #[test]
    fn numbers_are_capped() {
        for (text, ndots, timeout, attempts) in [
            ("options ndots:0 timeout:0 attempts:0", 0, 1, 1),
            ("options ndots:15 timeout:30 attempts:5", 15, 30, 5),
            ("options ndots:16 timeout:31 attempts:6", 15, 30, 5),
            ("options ndots:256 timeout:99999999999999999999 attempts:0300", 15, 30, 5),
        ] {
            let (conf, bad) = ResolvConf::parse(text);
            let read = (conf.ndots, conf.timeout.as_secs(), conf.attempts);
            assert_eq!((read, bad), ((ndots, timeout, attempts), Vec::new()), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_skipped_without_a_word() {
        for line in [
            "nonsense",
            "NAMESERVER 192.0.2.1",
            "nameserver192.0.2.1",
            "lookup file bind",
            "options",
            "options debug x:y ndots Rotate",
            "sortlist x",
            "  # nameserver x",
            "\u{0}",
        ] {
            assert_eq!(ResolvConf::parse(line), (ResolvConf::default(), Vec::new()), "{line}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_skipped_and_told() {
        let bad_name = |c| LineFlaw::Name(NameFlaw::Character(c));
        for (line, word, flaw) in [
            ("nameserver", "nameserver", LineFlaw::Address),
            ("nameserver foo", "foo", LineFlaw::Address),
            ("nameserver 127.1", "127.1", LineFlaw::Address),
            ("nameserver 192.0.2.1:53", "192.0.2.1:53", LineFlaw::Address),
            ("nameserver [::1]", "[::1]", LineFlaw::Address),
            ("nameserver fe80::1%eth0", "fe80::1%eth0", LineFlaw::Address),
            ("nameserver fe80::1%", "fe80::1%", LineFlaw::Address),
            ("nameserver fe80::1%+1", "fe80::1%+1", LineFlaw::Address),
            ("nameserver 192.0.2.1%1", "192.0.2.1%1", LineFlaw::Address),
            ("\tnameserver 192.0.2.1", "nameserver", LineFlaw::Indented),
            ("search bücher.example", "bücher.example", bad_name('ü')),
            ("domain a..b", "a..b", LineFlaw::Name(NameFlaw::EmptyLabel)),
            ("options ndots:x", "ndots:x", LineFlaw::Number),
            ("options timeout:", "timeout:", LineFlaw::Number),
            ("options attempts:-1", "attempts:-1", LineFlaw::Number),
            ("options attempts:+1", "attempts:+1", LineFlaw::Number),
        ] {
            let bad = BadLine { number: 2, word: word.into(), flaw };
            let (conf, told) = ResolvConf::parse(&format!("\n{line}\n"));
            assert_eq!((conf, told), (ResolvConf::default(), Vec::from([bad])), "{line}");
        }
    }

    #[test]
    fn good_words_beside_a_bad_one_count() {
        let text = "nameserver x\nnameserver 192.0.2.1\nsearch -a b\noptions ndots:y rotate";
        let (conf, bad) = ResolvConf::parse(text);
        assert_eq!(conf.servers, ["192.0.2.1:53".parse().unwrap()]);
        assert_eq!((conf.search[0].as_str(), conf.rotate), ("b", true));
        assert_eq!(bad.iter().map(|bad| bad.number).collect::<Vec<_>>(), [1, 3, 4]);
    }

    #[test]
    fn there_are_only_so_many_servers() {
        let servers = [1, 2, 3, 4].map(|n| SocketAddr::from(([192, 0, 2, n], 53)));
        let text: String = servers.iter().map(|s| format!("nameserver {}\n", s.ip())).collect();
        let (conf, bad) = ResolvConf::parse(&text);
        assert_eq!(conf.servers, servers[..3]);
        assert_eq!(ResolvConf::of(servers), conf);
        let last = BadLine { number: 4, word: "192.0.2.4".into(), flaw: LineFlaw::Servers };
        assert_eq!(bad, [last]);
    }

    #[test]
    fn there_are_only_so_many_domains() {
        let (conf, bad) = ResolvConf::parse("search a b c d e f g");
        assert_eq!(conf.search.len(), SEARCH_MAX);
        let flaw = LineFlaw::Domains { max: SEARCH_MAX };
        assert_eq!(bad, [BadLine { number: 1, word: "g".into(), flaw }]);
    }

    #[test]
    fn only_so_many_lines_are_told_of() {
        let text = "nameserver x\n".repeat(BAD_LINES_MAX + 1);
        assert_eq!(ResolvConf::parse(&text).1.len(), BAD_LINES_MAX);
    }

    #[test]
    fn a_bad_line_is_told_on_one_short_line() {
        let bad = |text: &str| ResolvConf::parse(text).1[0].clone();
        assert_eq!(
            bad("\nnameserver foo\u{1b}[2J").to_string(),
            "line 2, \"foo\\u{1b}[2J\": no address; expected that of a name server, \
             the zone a number if it has one",
        );
        let long = bad(&format!("nameserver {}", "ü".repeat(1_000_000)));
        assert_eq!(long.word.len(), WORD_MAX);
        assert!(long.to_string().chars().count() < 200);
    }
}
