//! Headers that are rewritten or checked: whatever they hold and whatever is answered, each stays
//! one header.

use envoi_proto::{Action, Answer, Checks, Edits, Lookup};

use super::editing::{Pace, edited};
use crate::witness::{Violation, ensure};

/// Takes the bytes behind the first two as the value of a header, and those behind a NUL as the
/// answer to all that is asked. The first byte says what kind of answer, the second in pieces of
/// what length the header comes.
///
/// # Errors
/// If a header changes of which nothing is known, does not show what it was mapped to, or becomes
/// more than one.
pub fn generic_header(data: &[u8]) -> Result<(), Violation> {
    let [how, pace, rest @ ..] = data else { return Ok(()) };
    let (value, answer) = match rest.iter().position(|byte| *byte == 0) {
        Some(end) => (&rest[..end], &rest[end + 1..]),
        None => (rest, &rest[..0]),
    };
    let answer = String::from_utf8_lossy(answer).into_owned();
    let content = content(value);
    let pace = Pace(usize::from(*pace).max(1));
    stays(&content, pace)?;
    shows(&content, pace)?;
    is_one(&content, pace, *how, &answer)
}

/// A header of that value, and a body.
fn content(value: &[u8]) -> Vec<u8> {
    let mut content = b"To: ".to_vec();
    for &byte in value {
        content.push(byte);
        // It stays one header.
        if byte == b'\n' {
            content.push(b' ');
        }
    }
    content.extend(BODY);
    content
}

/// Without an answer nothing changes.
fn stays(content: &[u8], pace: Pace) -> Result<(), Violation> {
    let plain = edited(&Edits::default(), content, pace, |_| Answer::Unchanged)?.output;
    let asked = edited(&generic(), content, Pace(usize::MAX), |_| Answer::Unchanged)?.output;
    ensure(asked == plain, || format!("{} became {}", plain.escape_ascii(), asked.escape_ascii()))
}

/// Every address that is asked for shows what it was mapped to.
fn shows(content: &[u8], pace: Pace) -> Result<(), Violation> {
    let mapped = |_: Lookup<'_>| Answer::Address(MAPPED.into());
    let found = edited(&generic(), content, pace, mapped)?;
    let count = found.output.windows(MAPPED.len()).filter(|w| *w == MAPPED.as_bytes()).count();
    // Of what stands between two commas, one address is left if there is too much around it, other
    // addresses among it: all but one of these end with `>`, since a comma is put before any other.
    // A byte with its quotes and its backslash is four.
    let is_short = 4 * content.len() + found.asked * MAPPED.len() < AROUND_MAX;
    let ends = content.iter().filter(|byte| **byte == b'>').count();
    let lost = if is_short { 0 } else { ends.min(found.asked.saturating_sub(1)) };
    let is_shown = count >= found.asked - lost;
    ensure(is_shown, || {
        format!("{} of {} are in {}", count, found.asked, found.output.escape_ascii())
    })?;
    let header = String::from_utf8_lossy(&found.output).into_owned();
    let is_folded = header.lines().skip(1).take_while(|line| !line.is_empty());
    ensure(found.asked == 0 || is_folded.clone().all(|line| line.starts_with('\t')), || {
        format!("a line does not go on: {header:?}")
    })
}

/// Whatever is answered, it stays one header, with another in front if that was wanted.
fn is_one(content: &[u8], pace: Pace, how: u8, answer: &str) -> Result<(), Violation> {
    let mut edits = generic();
    edits.header_checks = true;
    let new = || format!("X-New: {answer}").into_bytes();
    let answers = |lookup: Lookup<'_>| match (lookup, how % 4) {
        (Lookup::Generic(_), _) => Answer::Address(answer.into()),
        (Lookup::Check(..), 0) => Answer::Unchanged,
        (Lookup::Check(..), 1) => Answer::Action(Action::Replace(new())),
        (Lookup::Check(..), 2) => Answer::Action(Action::Prepend(new())),
        (Lookup::Check(checks, _), _) => {
            debug_assert_eq!(checks, Checks::Header);
            Action::parse(answer.as_bytes(), checks).map_or(Answer::Unchanged, |action| {
                Answer::Action(match action {
                    // These are tried as they are.
                    Action::Replace(_) | Action::Prepend(_) => Action::Dunno,
                    Action::Info(_)
                    | Action::Warn(_)
                    | Action::Strip(_)
                    | Action::Ignore
                    | Action::Dunno => action,
                })
            })
        }
    };
    let output = edited(&edits, content, pace, answers)?.output;
    let end = output.windows(4).position(|bytes| bytes == b"\r\n\r\n").map_or(0, |end| end + 2);
    let header = String::from_utf8_lossy(&output[..end]).into_owned();
    let is_first = |line: &&str| !line.starts_with([' ', '\t']);
    let headers = header.split_terminator("\r\n").filter(is_first).count();
    let most = if how % 4 == 2 { 2 } else { 1 };
    ensure(headers <= most && !header.contains('\0'), || format!("{headers} headers: {header:?}"))?;
    ensure(output.ends_with(b"\r\nhello\r\n"), || "the body is another".into())
}

fn generic() -> Edits {
    let mut edits = Edits::default();
    edits.generic = true;
    edits
}

const BODY: &[u8] = b"\n\nhello\r\n";

const MAPPED: &str = "mapped@x.example";

/// Bytes that may stand around an address.
const AROUND_MAX: usize = 250;
