//! Reads files of messages.

use std::path::Path;

use super::{Profile, Sending};
use crate::dialogue::Error;
use crate::dialogue::escape::{expand, unescape};

/// Reads the text of a file.
pub(super) fn parse(file: &Path, text: &str) -> Result<Vec<Sending>, Error> {
    let mut blocks = vec![Block::default()];
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(name) = line.strip_prefix("message ") {
            blocks.push(Block { name: name.trim(), line: number, lines: Vec::new() });
        }
        let block = blocks.last_mut().expect("there is one from the beginning");
        block.lines.push((number, line));
    }
    let common = blocks.remove(0).lines;
    let mut sendings = Vec::new();
    for block in blocks {
        sendings.extend(block.sendings(file, &common)?);
    }
    Ok(sendings)
}

/// A message as the file has it, or what comes before the first.
#[derive(Default)]
struct Block<'a> {
    name: &'a str,
    line: usize,
    lines: Lines<'a>,
}

/// Lines with their numbers.
type Lines<'a> = Vec<(usize, &'a str)>;

impl Block<'_> {
    /// One message for each server and each choice of what its variables stand for.
    fn sendings(&self, file: &Path, common: &Lines<'_>) -> Result<Vec<Sending>, Error> {
        let (variables, lines) = variables(common.iter().chain(&self.lines).copied());
        let mut sendings = Vec::new();
        for choice in choices(&variables) {
            let mut draft = Draft::default();
            for (number, line) in &lines {
                let line = substitute(line, &choice);
                draft.line(&line).map_err(|reason| Error::malformed(file, *number, reason))?;
            }
            let which: Vec<_> = choice.iter().map(|(_, value)| *value).collect();
            let stem = file.file_stem().unwrap_or_default().to_string_lossy();
            let is_named = choice.iter().all(|(name, _)| self.name.contains(&braced(name)));
            let mut name = format!("{stem}: {}", substitute(self.name, &choice));
            if !is_named {
                name += &format!(" [{}]", which.join(" | "));
            }
            let servers = std::mem::take(&mut draft.servers);
            if servers.is_empty() {
                return Err(Error::malformed(file, self.line, "it is put to no server"));
            }
            let given = servers.into_iter().map(|(server, word)| {
                draft.clone().sending(file, self.line, format!("{name} to {word}"), server)
            });
            sendings.extend(given);
        }
        Ok(sendings)
    }
}

/// What was read so far of a message.
#[derive(Clone, Default)]
struct Draft {
    servers: Vec<(Profile, String)>,
    parameters: Vec<(String, String)>,
    sender: Option<(String, String)>,
    recipients: Vec<(String, String)>,
    content: Vec<u8>,
    difference: Option<String>,
}

impl Draft {
    fn line(&mut self, line: &str) -> Result<(), String> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "" | "#" | "message" => {}
            "servers" => {
                let read = |name: &str| Ok((Profile::parse(name)?, name.to_owned()));
                let servers: Result<_, String> = rest.split_whitespace().map(read).collect();
                self.servers = servers?;
            }
            "cf" => {
                let (name, value) = rest.split_once('=').ok_or("expected NAME = VALUE")?;
                self.parameters.push((name.trim().into(), value.trim().into()));
            }
            "mail" => self.sender = Some(path(rest)?),
            "rcpt" => {
                let more: Result<Vec<_>, _> = expand(rest).iter().map(|text| path(text)).collect();
                self.recipients.extend(more?);
            }
            "differs" => self.difference = Some(rest.into()),
            "|" => {
                for line in expand(rest) {
                    self.content.extend(unescape(&repeat(&line))?);
                    self.content.extend(b"\r\n");
                }
            }
            _ => return Err(format!("unknown line {word:?}")),
        }
        Ok(())
    }

    fn sending(self, file: &Path, line: usize, name: String, server: Profile) -> Sending {
        let Self { parameters, sender, mut recipients, content, difference, .. } = self;
        let (sender, mail) = sender.unwrap_or_else(|| ("ann@client.example".into(), String::new()));
        if recipients.is_empty() {
            recipients.push(("bob@mx.example".into(), String::new()));
        }
        let file = file.into();
        Sending {
            file,
            line,
            name,
            parameters,
            server,
            sender,
            mail,
            recipients,
            content,
            difference,
        }
    }
}

/// Reads `<ADDRESS> PARAMETERS`.
fn path(text: &str) -> Result<(String, String), String> {
    let text = String::from_utf8(unescape(text)?).map_err(|error| error.to_string())?;
    let path = text.strip_prefix('<').and_then(|rest| rest.rsplit_once('>'));
    let (address, parameters) = path.ok_or("expected <ADDRESS> PARAMETERS")?;
    Ok((address.into(), parameters.trim().into()))
}

/// A variable with all values that it takes.
type Variable<'a> = (&'a str, Vec<&'a str>);

/// Takes the variables out of the lines.
fn variables<'a>(lines: impl Iterator<Item = (usize, &'a str)>) -> (Vec<Variable<'a>>, Lines<'a>) {
    let (mut variables, mut others) = (Vec::<Variable<'a>>::new(), Vec::new());
    let mut is_inside = false;
    for (number, line) in lines {
        if let Some(name) = line.strip_prefix("each ") {
            variables.push((name.trim(), Vec::new()));
            is_inside = true;
        } else if let (true, Some(value)) = (is_inside, line.strip_prefix("  ")) {
            let (_, values) = variables.last_mut().expect("one has begun");
            values.push(value);
        } else {
            is_inside = false;
            others.push((number, line));
        }
    }
    (variables, others)
}

/// A value for each variable.
type Choice<'a> = Vec<(&'a str, &'a str)>;

/// All choices that there are, the last variable changing first.
fn choices<'a>(variables: &[Variable<'a>]) -> Vec<Choice<'a>> {
    variables.iter().fold(vec![Vec::new()], |choices, (name, values)| {
        let more = |choice: &Choice<'a>| {
            let choice = choice.clone();
            let with = move |value: &&'a str| [choice.clone(), vec![(*name, *value)]].concat();
            values.iter().map(with).collect::<Vec<_>>()
        };
        choices.iter().flat_map(more).collect()
    })
}

fn substitute(text: &str, choice: &Choice<'_>) -> String {
    let set = |text: String, (name, value): &(&str, &str)| text.replace(&braced(name), value);
    choice.iter().fold(text.to_owned(), set)
}

fn braced(name: &str) -> String {
    format!("{{{name}}}")
}

/// Writes out `{TEXT*N}`, which may stand within another.
fn repeat(text: &str) -> String {
    let group = |text: &str| -> Option<(usize, usize, String)> {
        text.match_indices('}').find_map(|(close, _)| {
            let open = text[..close].rfind('{')?;
            let (what, times) = text[open + 1..close].rsplit_once('*')?;
            Some((open, close + 1, what.repeat(times.parse().ok()?)))
        })
    };
    let mut text = text.to_owned();
    while let Some((open, close, meaning)) = group(&text) {
        text.replace_range(open..close, &meaning);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Sending> {
        parse(Path::new("x.messages"), text).unwrap()
    }

    #[test]
    fn every_choice_is_put_to_every_server() {
        let text = "# x\nservers full seven\nmessage m {A}\neach A\n  1\n  2\neach B\n  3\n  4 \n\
            cf n = {A}{B}\n| {A}: {{B}*2}";
        let sendings = read(text);
        assert_eq!(sendings.len(), 8);
        assert_eq!(sendings[2].name, "x: m 1 [1 | 4 ] to full");
        assert_eq!(sendings[2].content, b"1: 4 4 \r\n");
        assert_eq!(sendings[7].parameters, [("n".into(), "24".into())]);
        assert_eq!((sendings[7].server, sendings[7].line), (Profile::Seven, 3));
    }

    #[test]
    fn lines_are_expanded_and_unescaped() {
        let text =
            "servers full\nmessage m\nrcpt <b{1..2}@x> NOTIFY=NEVER\n| a{1..2}\\t{{x*2}y*2}\n|";
        let sendings = read(text);
        assert_eq!(sendings[0].content, b"a1\txxyxxy\r\na2\txxyxxy\r\n\r\n");
        let recipients = [("b1@x", "NOTIFY=NEVER"), ("b2@x", "NOTIFY=NEVER")];
        assert_eq!(sendings[0].recipients, recipients.map(|(to, p)| (to.into(), p.into())));
        assert_eq!(sendings[0].sender, "ann@client.example");
    }

    #[test]
    fn what_makes_no_sense_is_told_with_its_line() {
        for (text, line) in [
            ("message m\n| a", 1),
            ("servers none\nmessage m", 1),
            ("servers full\nmessage m\ncf a", 3),
            ("servers full\nmessage m\nrcpt a@b", 3),
            ("servers full\nmessage m\nto <a@b>", 3),
            ("servers full\nmessage m\n| \\y", 3),
        ] {
            let error = parse(Path::new("x"), text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("x:{line}: ")), "{text:?}: {error}");
        }
    }
}
