//! Routes: what the DNS answers and to which hosts that leads, as data.
//!
//! A route file shows one fact. It is played ([`play`]) with its answers in their order, in the
//! reverse order, and twice each: the hosts are the same.
//!
//! ```text
//! # The better exchanger is tried first.                                        RFC 5321, 5.1
//! with destination=example.com inet_protocols=ipv4
//! ? example.com MX
//! ! 20 mx2.example.com
//! ! 10 mx1.example.com
//! ? mx1.example.com A
//! ! 192.0.2.1
//! early 10 mx1.example.com[192.0.2.1]:25
//! ? mx2.example.com A
//! ! 192.0.2.2 ttl=60 secure
//! = 10 mx1.example.com[192.0.2.1]:25
//! = 20 mx2.example.com[192.0.2.2]:25 ttl=60
//! ```
//!
//! # Lines
//!
//! Questions stand in the order in which they are asked, each with its answer; those that can be
//! asked without an answer in between are asked at once. A question more or less than the file
//! shows is a failure, and so is any other difference. `{1..9}` makes nine lines of one, or nine
//! questions with an answer each.
//!
//! | line | meaning |
//! |---|---|
//! | `# …` | comment; the first one is the title: the fact, and where it is asked for |
//! | `with NAME=VALUE …` | settings |
//! | `differs PROGRAM: REASON` | that program's hosts or questions are others |
//! | `? NAME KIND` | a question to the DNS, of kind `A`, `AAAA`, `MX` or `SRV` |
//! | `? NAME native` | a question to the system |
//! | `! ADDRESS` | a record, or an address that the system has |
//! | `! PREFERENCE HOST`, `! PRIORITY WEIGHT PORT HOST` | an MX and an SRV record |
//! | `! nxdomain`, `nodata`, `servfail`, `refused`, `malformed`, `filtered` | there are none |
//! | `! not-found`, `try-again`, `system`, `failed` | the system has none |
//! | `ttl=N`, `secure`, `canonical=NAME` | after any of these: what holds for the whole answer |
//! | `early HOST` | the host comes as soon as this is answered, if all before it is |
//! | `= PREFERENCE NAME[ADDRESS]:PORT`, `ttl=N`, `secure` | a host, in order |
//! | `= STATUS TEXT` | why there is none |
//! | `leads here`, `best here` | this machine is one of the hosts; it is the best |
//! | `- PREFERENCE NAME[ADDRESS] REASON` | what is left out, and why |
//!
//! # Settings
//!
//! Settings are Postfix's parameters without `smtp_`, and have its defaults: `use_srv_lookup`,
//! `allow_srv_lookup_fallback`, `ignore_srv_lookup_error`, `disable_dns_lookups`, `host_lookup`,
//! `inet_protocols`, `address_preference`, `balance_inet_protocols`, `mx_address_limit`,
//! `ignore_mx_lookup_error`, `defer_if_no_mx_address_found`, `cname_overrides_servername`,
//! `tcp_port`, and `inet_interfaces`, which are addresses and none by default.
//! `randomize_addresses` is `no` unless a file says otherwise. Then there is
//!
//! | setting | values | default |
//! |---|---|---|
//! | `destination` | where mail is to be taken | `example.com` |
//! | `protocol` | `smtp`, `lmtp` | `smtp` |
//! | `seed` | a number that the order follows from | `0` |
//!
//! Answers and hosts have a TTL of 300 s if nothing else is said.

mod answer;
mod parser;
mod player;
mod setup;
mod text;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use envoi_dns::{Destination, Question, Rules};

pub use crate::dialogue::{Difference, Error, Mismatch};
pub use answer::Reply;
pub use player::{Manner, play};

/// One route, as its file has it.
#[derive(Clone, Debug)]
pub struct RouteFile {
    /// The file.
    pub file: PathBuf,
    /// The fact that it shows, and where that is asked for.
    pub title: String,
    /// Where mail is to be taken.
    pub destination: Destination,
    /// By which rules.
    pub rules: Arc<Rules>,
    /// What the order of hosts of the same preference follows from.
    pub seed: u64,
    /// The questions, with their answers.
    pub exchanges: Vec<Exchange>,
    /// What it comes to, each line with the number that it has in the file.
    pub results: Vec<(usize, String)>,
    /// Programs that differ.
    pub differences: Vec<Difference>,
}

/// A question with its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Where the question stands in its file, from 1.
    pub number: usize,
    /// The question.
    pub question: Question,
    /// The answer.
    pub reply: Reply,
    /// The host that comes as soon as this is answered, with the number of its line.
    pub early: Option<(usize, String)>,
}

impl RouteFile {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read or understood.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(file)
            .map_err(|source| Error::Unreadable { file: file.into(), source })?;
        parser::parse(file, &text)
    }

    /// Reads all route files of a folder, by name.
    ///
    /// # Errors
    /// If one cannot be read or understood.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, Error> {
        let unreadable = |source| Error::Unreadable { file: folder.into(), source };
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            files.push(entry.map_err(unreadable)?.path());
        }
        files.retain(|file| file.extension().is_some_and(|extension| extension == "route"));
        files.sort();
        files.iter().map(|file| Self::read(file)).collect()
    }

    /// The file's name without its extension.
    pub fn name(&self) -> &str {
        self.file.file_stem().and_then(|name| name.to_str()).unwrap_or_default()
    }

    /// Why a program's hosts or questions are others, if they are.
    pub fn difference(&self, program: &str) -> Option<&str> {
        let difference = self.differences.iter().find(|d| d.program == program);
        difference.map(|difference| &*difference.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file in which every line matters.
    const GOOD: &str = "\
# Good.
with inet_protocols=ipv4 host_lookup=dns,native
? example.com MX
! 10 mx1.example.com
! 20 mx2.example.com
? mx1.example.com A
! 192.0.2.1
early 10 mx1.example.com[192.0.2.1]:25
? mx2.example.com A
! nxdomain
? mx2.example.com native
! 192.0.2.2
= 10 mx1.example.com[192.0.2.1]:25
= 20 mx2.example.com[192.0.2.2]:25 ttl=0
";

    fn parse(text: &str) -> Result<RouteFile, Error> {
        parser::parse(Path::new("x.route"), text)
    }

    #[test]
    fn what_a_file_does_not_say_does_not_happen() {
        let good = parse(GOOD).unwrap();
        assert!(Manner::ALL.iter().all(|manner| play(&good, *manner).is_ok()));
        for (line, of_file, instead) in [
            (3, "? example.com MX", "? example.org MX"),
            (9, "? mx2.example.com A\n! nxdomain\n", ""),
            (8, "! 192.0.2.1\n", "! 192.0.2.1\n? mx1.example.com AAAA\n! nodata\n"),
            (11, "! nxdomain", "! servfail"),
            (8, "early 10 mx1", "early 20 mx2"),
            (
                10,
                "early 10 mx1.example.com[192.0.2.1]:25\n? mx2.example.com A\n! nxdomain",
                "? mx2.example.com A\n! nxdomain\nearly 10 mx1.example.com[192.0.2.1]:25",
            ),
            (13, "= 10 mx1.example.com[192.0.2.1]:25", "= 10 mx1.example.com[192.0.2.1]:26"),
            (14, "ttl=0", "ttl=1"),
            (13, "= 20 mx2.example.com[192.0.2.2]:25 ttl=0\n", ""),
            (15, "ttl=0\n", "ttl=0\nleads here\n"),
        ] {
            let text = GOOD.replacen(of_file, instead, 1);
            assert_ne!(text, GOOD, "{of_file}");
            let mismatch = play(&parse(&text).unwrap(), Manner::InOrder).unwrap_err();
            assert_eq!(mismatch.line, line, "{mismatch}");
        }
    }

    #[test]
    fn what_is_no_route_file_is_told_by_line() {
        for (line, text) in [
            (1, "? x"),
            (1, "? x NS"),
            (1, "! 192.0.2.1"),
            (1, "with seed"),
            (1, "with colour=red"),
            (1, "with randomize_addresses=maybe"),
            (1, "differs postfix"),
            (1, "early x"),
            (1, "what"),
            (1, "? x{1..} A"),
            (1, "? x{2..1} A"),
            (1, "? x{1..2}.y{1..3} A"),
            (2, "? x{1..3} A\n! 192.0.2.{1..2}"),
            (2, "? x MX\n! 10"),
            (2, "? x MX\n! 1 2 3"),
            (2, "? x MX\n! 65536 mx"),
            (2, "? x A\n! soon"),
            (2, "? x native\n! nxdomain"),
            (2, "? x A\n! 192.0.2.1 ttl=x"),
            (3, "= x\n? x A\n! 192.0.2.1\n"),
            (1, "= 1.0.0 x"),
            (1, "# Title."),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("x.route:{line}: ")), "{text:?}: {error}");
        }
    }
}
