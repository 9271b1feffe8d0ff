//! Reads route files.

use std::path::Path;

use super::answer::{question, reply};
use super::setup::Setup;
use super::{Difference, Error, Exchange, RouteFile};

/// Reads the text of a route file.
pub(super) fn parse(file: &Path, text: &str) -> Result<RouteFile, Error> {
    let mut parser = Parser::new();
    let malformed = |line, reason| Error::Malformed { file: file.into(), line, reason };
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim_end();
        if !line.starts_with('!') {
            parser.complete().map_err(|reason| malformed(number - 1, reason))?;
        }
        parser.line(number, line).map_err(|reason| malformed(number, reason))?;
    }
    parser.finish(file).map_err(|reason| malformed(text.lines().count(), reason))
}

struct Parser {
    title: Option<String>,
    setup: Setup,
    exchanges: Vec<Exchange>,
    /// A question of which the answer is still being read.
    open: Option<Open>,
    results: Vec<(usize, String)>,
    differences: Vec<Difference>,
}

/// Questions that one line asks, and the lines of their answers.
struct Open {
    number: usize,
    questions: Vec<String>,
    answers: Vec<String>,
}

impl Parser {
    fn new() -> Self {
        Self {
            title: None,
            setup: Setup::new(),
            exchanges: Vec::new(),
            open: None,
            results: Vec::new(),
            differences: Vec::new(),
        }
    }

    fn line(&mut self, number: usize, line: &str) -> Result<(), String> {
        if let Some(title) = line.strip_prefix('#') {
            self.title.get_or_insert_with(|| title.trim().into());
            return Ok(());
        }
        let (word, text) = line.split_once(' ').unwrap_or((line, ""));
        let text = text.trim_start();
        match word {
            "" => {}
            "with" => self.with(text)?,
            "differs" => self.differs(text)?,
            "?" => {
                let questions = expand(text)?;
                self.open = Some(Open { number, questions, answers: Vec::new() });
            }
            "!" => {
                let open = self.open.as_mut().ok_or("expected a question above the answer")?;
                open.answers.extend(expand(text)?);
            }
            "early" => {
                let exchange = self.exchanges.last_mut().ok_or("expected an answer above it")?;
                exchange.early = Some((number, text.into()));
            }
            "=" | "-" | "leads" | "best" => {
                let lines = expand(line)?;
                self.results.extend(lines.into_iter().map(|line| (number, line)));
            }
            _ => {
                return Err(format!("unknown line {word:?}: expected one such as `?`, `!` or `=`"));
            }
        }
        Ok(())
    }

    fn with(&mut self, text: &str) -> Result<(), String> {
        for word in text.split_whitespace() {
            let bad = || format!("{word:?}: expected NAME=VALUE");
            let (name, value) = word.split_once('=').ok_or_else(bad)?;
            self.setup.set(name, value)?;
        }
        Ok(())
    }

    fn differs(&mut self, text: &str) -> Result<(), String> {
        let (program, reason) = text.split_once(": ").ok_or("expected PROGRAM: REASON")?;
        let (program, reason) = (program.into(), reason.into());
        self.differences.push(Difference { program, reason });
        Ok(())
    }

    /// Takes a question of which all the answer is read.
    fn complete(&mut self) -> Result<(), String> {
        let Some(Open { number, questions, answers }) = self.open.take() else { return Ok(()) };
        if !self.results.is_empty() {
            return Err("expected questions above what they lead to".into());
        }
        // Several questions share an answer, or have one each.
        let is_shared = questions.len() == 1 || answers.len() == 1;
        if !is_shared && answers.len() != questions.len() {
            return Err(format!("{} answers to {} questions", answers.len(), questions.len()));
        }
        for (place, text) in questions.iter().enumerate() {
            let answers = if is_shared { &answers[..] } else { &answers[place..=place] };
            let question = question(text)?;
            let reply = reply(&question, answers)?;
            self.exchanges.push(Exchange { number, question, reply, early: None });
        }
        Ok(())
    }

    fn finish(mut self, file: &Path) -> Result<RouteFile, String> {
        self.complete()?;
        let destination = self.setup.destination()?;
        if self.results.is_empty() {
            return Err("no result: expected a line with `=`".into());
        }
        Ok(RouteFile {
            file: file.into(),
            title: self.title.ok_or("no title: expected `# FACT` in the first line")?,
            destination,
            rules: self.setup.rules.into(),
            seed: self.setup.seed,
            exchanges: self.exchanges,
            results: self.results,
            differences: self.differences,
        })
    }
}

/// What `mx{1..3}` stands for: the text three times, with 1, 2 and 3 in place of the braces. Of
/// several braces each stands for its own numbers.
fn expand(text: &str) -> Result<Vec<String>, String> {
    let mut lines: Option<Vec<String>> = None;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (range, after) = after.split_once('}').ok_or("expected } after {")?;
        let bad = || format!("{{{range}}}: expected {{FROM..TO}}");
        let (from, to) = range.split_once("..").ok_or_else(bad)?;
        let from: u32 = from.parse().map_err(|_| bad())?;
        let to: u32 = to.parse().ok().filter(|to| *to >= from).ok_or_else(bad)?;
        let lines = lines.get_or_insert_with(|| vec![String::new(); (from..=to).count()]);
        if lines.len() != (from..=to).count() {
            return Err(format!("{{{range}}}: expected {} numbers", lines.len()));
        }
        for (line, number) in lines.iter_mut().zip(from..=to) {
            line.push_str(before);
            line.push_str(&number.to_string());
        }
        rest = after;
    }
    let mut lines = lines.unwrap_or_else(|| vec![String::new()]);
    lines.iter_mut().for_each(|line| line.push_str(rest));
    Ok(lines)
}
