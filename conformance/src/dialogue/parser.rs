//! Reads dialogue files.

use std::path::Path;

use super::escape::{expand, unescape};
use super::line::{Action, Amount, Difference, Ending, Expected, Line, Wish};
use super::message::Message;
use super::setup::{self, Setup};
use super::value::{choice, duration, parse as number};
use super::{Dialogue, Error};

/// Reads the text of a dialogue file.
pub(super) fn parse(file: &Path, text: &str) -> Result<Dialogue, Error> {
    let mut parser = Parser::new(file);
    let malformed = |line, reason| Error::malformed(file, line, reason);
    for (number, line) in (1..).zip(text.lines()) {
        parser.line(number, line).map_err(|reason| malformed(number, reason))?;
    }
    parser.finish().map_err(|reason| malformed(text.lines().count(), reason))
}

/// Reads a dialogue line by line.
pub(crate) struct Parser {
    dialogue: Dialogue,
    /// What all messages have in common.
    common: Message,
}

impl Parser {
    pub(crate) fn new(file: &Path) -> Self {
        let dialogue = Dialogue {
            file: file.into(),
            title: String::new(),
            setup: Setup::new(),
            messages: Vec::new(),
            lines: Vec::new(),
            verdicts: Vec::new(),
            differences: Vec::new(),
        };
        Self { dialogue, common: Message::new() }
    }

    /// What was played since this was asked last.
    pub(crate) fn take_lines(&mut self) -> Vec<Line> {
        std::mem::take(&mut self.dialogue.lines)
    }

    pub(crate) fn line(&mut self, number: usize, line: &str) -> Result<(), String> {
        let line = line.trim_end();
        if let Some(title) = line.strip_prefix('#') {
            if self.dialogue.title.is_empty() {
                self.dialogue.title = title.trim().into();
            }
            return Ok(());
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let text = rest.trim_start();
        match word {
            "" => Ok(()),
            "with" => self.with(text),
            "message" => self.message(text),
            "to" => self.latest().add_recipient(text),
            "content" => self.latest().add_content(text, 1),
            "differs" => self.differs(text),
            "=" => self.verdict(number, text),
            _ if word.starts_with("content*") => {
                let times = self::number(&word["content*".len()..])?;
                self.latest().add_content(text, times)
            }
            _ => self.played(number, word, rest),
        }
    }

    /// The message that a line is about.
    fn latest(&mut self) -> &mut Message {
        self.dialogue.messages.last_mut().unwrap_or(&mut self.common)
    }

    fn with(&mut self, text: &str) -> Result<(), String> {
        if !self.dialogue.messages.is_empty() {
            return Err("expected `with` above the first `message`".into());
        }
        for (name, value) in settings(text)? {
            self.set(name, &value)?;
        }
        Ok(())
    }

    /// Takes a setting of the conversation or of its messages.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        setup::set(&mut self.dialogue.setup, &mut self.common, name, value)
    }

    fn message(&mut self, text: &str) -> Result<(), String> {
        let mut message = self.common.clone();
        for (name, value) in settings(text)? {
            if !message.set(name, &value)? {
                return Err(format!("{name:?} is no setting of a message"));
            }
        }
        self.dialogue.messages.push(message);
        Ok(())
    }

    fn differs(&mut self, text: &str) -> Result<(), String> {
        let (program, reason) = text.split_once(": ").ok_or("expected PROGRAM: REASON")?;
        let (program, reason) = (program.into(), reason.into());
        self.dialogue.differences.push(Difference { program, reason });
        Ok(())
    }

    fn played(&mut self, number: usize, word: &str, rest: &str) -> Result<(), String> {
        if !self.dialogue.verdicts.is_empty() {
            return Err("expected verdicts to be last".into());
        }
        for text in expand(rest) {
            let action = action(word, &text)?;
            self.dialogue.lines.push(Line { number, action });
        }
        Ok(())
    }

    fn verdict(&mut self, number: usize, text: &str) -> Result<(), String> {
        for text in expand(text) {
            self.dialogue.verdicts.push(expected(number, &text)?);
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<Dialogue, String> {
        let Self { mut dialogue, common } = self;
        if dialogue.title.is_empty() {
            return Err("no title: expected `# FACT` in the first line".into());
        }
        if dialogue.messages.is_empty() {
            dialogue.messages.push(common);
        }
        let generic = dialogue.setup.generic.clone();
        dialogue.messages.iter_mut().for_each(|message| message.complete(&generic));
        if !dialogue.offers_8bitmime() {
            dialogue.messages.iter_mut().for_each(Message::promise_ascii);
        }
        dialogue.setup.complete()?;
        let recipients = dialogue.messages.iter().map(|m| m.envelope.recipients.len());
        let (recipients, verdicts) = (recipients.sum::<usize>(), dialogue.verdicts.len());
        if recipients != verdicts {
            return Err(format!("expected {recipients} verdicts, found {verdicts}"));
        }
        Ok(dialogue)
    }
}

/// Reads `NAME=VALUE …`.
pub(crate) fn settings(text: &str) -> Result<Vec<(&str, String)>, String> {
    let setting = |word| {
        let bad = || format!("{word:?}: expected NAME=VALUE");
        let (name, value) = str::split_once(word, '=').ok_or_else(bad)?;
        let value = String::from_utf8(unescape(value)?).map_err(|error| error.to_string())?;
        Ok((name, value))
    };
    text.split_whitespace().map(setting).collect()
}

/// Reads a line that is played.
fn action(word: &str, rest: &str) -> Result<Action, String> {
    let text = rest.trim_start();
    let line = |text: &str| -> Result<Vec<u8>, String> {
        let mut bytes = unescape(text)?;
        bytes.extend(b"\r\n");
        Ok(bytes)
    };
    let tag = text.strip_prefix('<').and_then(|text| text.strip_suffix('>'));
    Ok(match (word, tag) {
        ("S:", Some(tag)) => Action::Ending(choice(tag, &ENDINGS)?),
        ("S:", None) => Action::Server(line(rest)?),
        ("S|", _) => Action::Server(unescape(rest)?),
        ("C:", Some("content")) => Action::Elided(Amount::Rest),
        ("<tls>", _) if text.is_empty() => Action::Tls,
        ("C:", Some("hello")) => Action::Hello,
        ("C:", Some("credentials")) => Action::Client(line(text)?),
        ("C:", Some(tag)) if tag.starts_with("alert ") => Action::Alert(number(&tag[6..])?),
        ("C:", Some(tag)) => {
            let bytes = tag.strip_prefix("content ").ok_or("expected <content> or <content N>")?;
            Action::Elided(Amount::Bytes(number(bytes)?))
        }
        ("C:", None) => Action::Client(line(text)?),
        ("D:", _) => Action::Content(line(rest)?),
        ("wait", _) => Action::Wait(duration(text)?),
        ("timeout", _) if text.is_empty() => Action::TimedOut,
        ("idle", _) if text.is_empty() => Action::Idle,
        ("A:", _) => Action::Application(choice(text, &WISHES)?),
        _ => return Err(format!("unknown line {word:?}: expected one such as `S:`, `C:` or `=`")),
    })
}

/// Reads `ADDRESS VERDICT STATUS`, with `uncertain`, `relay=…` and `(TEXT)` if need be.
fn expected(number: usize, line: &str) -> Result<Expected, String> {
    let (head, text) = match line.split_once(" (") {
        Some((head, text)) => {
            (head, Some(text.strip_suffix(')').ok_or("expected ) at the end")?.into()))
        }
        None => (line, None),
    };
    let (head, relay) = match head.trim_end().rsplit_once(" relay=") {
        Some((head, relay)) => (head, Some(relay.into())),
        None => (head, None),
    };
    let (head, is_uncertain) = match head.trim_end().strip_suffix(" uncertain") {
        Some(head) => (head, true),
        None => (head.trim_end(), false),
    };
    let mut words = head.rsplitn(3, ' ');
    let (Some(status), Some(verdict), Some(recipient)) = (words.next(), words.next(), words.next())
    else {
        return Err("expected ADDRESS VERDICT STATUS".into());
    };
    let (recipient, verdict) = (recipient.trim().into(), verdict.into());
    let status = status.into();
    Ok(Expected { number, recipient, verdict, status, is_uncertain, relay, text })
}

const ENDINGS: [(&str, Ending); 4] = [
    ("eof", Ending::Eof),
    ("cut", Ending::Cut),
    ("reset", Ending::Reset),
    ("broken", Ending::Broken),
];

const WISHES: [(&str, Wish); 6] = [
    ("message", Wish::Message),
    ("quit", Wish::Quit),
    ("probe", Wish::Probe),
    ("park", Wish::Park),
    ("discard", Wish::Discard),
    ("abort", Wish::Abort),
];
