//! Reads files about parameters.

use std::path::Path;
use std::sync::Arc;

use super::block::{self, Blocks};
use super::{Case, Shown, Trace};
use crate::delivery::{Round, parse_lines};
use crate::dialogue::Error;

/// Reads the text of a file.
pub(super) fn parse(file: &Path, text: &str, blocks: &Blocks) -> Result<Vec<Case>, Error> {
    let lines: Vec<_> = (1..).zip(text.lines()).collect();
    let mut cases = Vec::new();
    for part in lines.split(|(_, line)| *line == "---") {
        let mut blocks = blocks.clone();
        let part = block::take(part, &mut blocks);
        let starts: Vec<_> = (0..part.len()).filter(|at| begins_case(part[*at].1)).collect();
        let common = &part[..starts.first().copied().unwrap_or(part.len())];
        for (i, start) in starts.iter().enumerate() {
            let end = starts.get(i + 1).copied().unwrap_or(part.len());
            let mut draft = Draft::default();
            for (number, line) in common.iter().chain(&part[*start..end]) {
                let malformed = |reason| Error::malformed(file, *number, reason);
                for line in block::expand(line, &blocks).map_err(malformed)? {
                    draft.line(*number, &line).map_err(malformed)?;
                }
            }
            cases.push(draft.case(file, part[*start].0)?);
        }
    }
    Ok(cases)
}

fn begins_case(line: &str) -> bool {
    line.starts_with("default ") || line.starts_with("set ")
}

/// What was read so far of a case.
#[derive(Default)]
struct Draft {
    shows: Vec<Shown>,
    main_cf: Vec<(String, String)>,
    is_lmtp: bool,
    files: Vec<(String, String)>,
    sockets: Vec<String>,
    /// Whether the lines that come belong to a file.
    is_inside: bool,
    delivery: Vec<(usize, String)>,
    traces: Vec<(usize, Trace)>,
}

impl Draft {
    fn line(&mut self, number: usize, line: &str) -> Result<(), String> {
        if let (true, Some(line)) = (self.is_inside, line.strip_prefix("  ")) {
            let (_, text) = self.files.last_mut().expect("one has begun");
            *text += &format!("{line}\n");
            return Ok(());
        }
        self.is_inside = false;
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        let trace = match word {
            "default" => {
                let shown = |name: &str| Shown { name: name.to_owned(), value: None };
                self.shows.extend(rest.split_whitespace().map(shown));
                return Ok(());
            }
            "set" | "also" | "cf" => {
                let (name, value) = rest.split_once('=').ok_or("expected NAME = VALUE")?;
                let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
                if word != "cf" {
                    self.shows.push(Shown { name: name.clone(), value: Some(value.clone()) });
                }
                self.main_cf.push((name, value));
                return Ok(());
            }
            "lmtp" => {
                self.is_lmtp = true;
                self.delivery.push((number, "with protocol=lmtp".into()));
                return Ok(());
            }
            "silent" => {
                self.sockets.push(rest.to_owned());
                return Ok(());
            }
            "file" => {
                self.files.push((rest.to_owned(), String::new()));
                self.is_inside = true;
                return Ok(());
            }
            "log" | "nolog" => Trace::Log(rest.into(), word == "log"),
            "notice" | "nonotice" => Trace::Notice(rest.into(), word == "notice"),
            "tls" | "notls" => Trace::Tls(rest.into(), word == "tls"),
            "syslog" => Trace::Syslog(rest.into()),
            "maillog" => Trace::MailLog(rest.into()),
            "action" => Trace::Action(rest.into()),
            "problem" => Trace::Problem(rest.into()),
            "value" => {
                let (name, value) = rest.split_once(' ').unwrap_or((rest, ""));
                Trace::Value(name.into(), value.into())
            }
            _ => {
                self.delivery.push((number, line.to_owned()));
                return Ok(());
            }
        };
        self.traces.push((number, trace));
        Ok(())
    }

    fn case(self, file: &Path, line: usize) -> Result<Case, Error> {
        let round = self.round(file, line)?;
        let Self { shows, main_cf, is_lmtp, files, sockets, traces, .. } = self;
        let file = file.into();
        Ok(Case { file, line, shows, main_cf, is_lmtp, files, sockets, round, traces })
    }

    /// The delivery, if something becomes of a message.
    fn round(&self, file: &Path, line: usize) -> Result<Option<Arc<Round>>, Error> {
        let is_verdict = |(_, line): &(usize, String)| line.starts_with("= ");
        if !self.delivery.iter().any(is_verdict) {
            return Ok(None);
        }
        let lines = self.delivery.iter().map(|(number, line)| (*number, &**line));
        let round = parse_lines(file, std::iter::once((line, "# A parameter.")).chain(lines))?;
        let known = ["protocol", "certificate"];
        let mut given = round.dialogue.setup.given.iter();
        if let Some((name, _)) = given.find(|(name, _)| !known.contains(&&**name)) {
            return Err(Error::malformed(
                file,
                line,
                format!("{name}: expected a line of main.cf"),
            ));
        }
        Ok(Some(Arc::new(round)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_have_what_stands_before_them_and_not_each_other() {
        let text = "# x\nwith nexthop=[192.0.2.1]\nblock a\n  connect {1}[192.0.2.1]:25 refused\n\
            default a b\ncf c = 1\nlog x\ndo a h\n= bob@mx.example sent 2.0.0 relay=none\n\
            set a = 2\nalso b = \nfile f\n  x\n   y\nlmtp\n\
            = bob@mx.example sent 2.0.0 relay=none\n---\ndefault d\nvalue d 5\n";
        let cases = parse(Path::new("x"), text, &Blocks::new()).unwrap();
        assert_eq!(cases.len(), 3);
        let [a, b, c] = &cases[..] else { panic!("{cases:?}") };
        assert_eq!(a.name(), "x:5 a by default, b by default");
        assert_eq!(a.main_cf, [("c".into(), "1".into())]);
        assert_eq!(a.traces, [(7, Trace::Log("x".into(), true))]);
        let visit = &a.round.as_ref().unwrap().visits[0];
        assert_eq!((visit.number, &*visit.relay), (8, "h[192.0.2.1]:25"));
        assert_eq!(b.name(), "x:10 a = 2, b = ");
        assert_eq!(b.files, [("f".into(), "x\n y\n".into())]);
        let round = b.round.as_ref().unwrap();
        assert!(b.is_lmtp && round.visits.is_empty());
        assert_eq!(round.dialogue.verdicts[0].number, 16);
        assert!(c.round.is_none());
        assert_eq!(c.traces, [(19, Trace::Value("d".into(), "5".into()))]);
    }

    #[test]
    fn what_makes_no_sense_is_told_with_its_line() {
        for (text, line) in [
            ("default a\nset b", 2),
            ("default a\ndo b", 2),
            ("default a\nC: x\nconnect a\n= b@c sent 2.0.0 relay=none", 3),
            ("default a\nwith helo_name=a.example\n= bob@mx.example sent 2.0.0 relay=none", 1),
        ] {
            let error = parse(Path::new("x"), text, &Blocks::new()).unwrap_err().to_string();
            assert!(error.starts_with(&format!("x:{line}: ")), "{text:?}: {error}");
        }
    }
}
