//! Conversion: any content, in any pieces, stays within bounds; what had to become ASCII is ASCII,
//! and decodes to what it was.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use envoi_proto::{Answer, Conversion, EditFailure, Edits};

use super::editing::{Edited, Pace, edited};
use crate::witness::{Violation, ensure};

/// Converts the bytes behind the first two as content. The first says how, and whether they are
/// content or bodies of parts, separated by NUL; the second says in pieces of what length.
///
/// # Errors
/// If the result depends on the pieces, is out of bounds, or does not decode to what was given.
pub fn mime(data: &[u8]) -> Result<(), Violation> {
    let [how, pace, rest @ ..] = data else { return Ok(()) };
    let conversion = match how % 4 {
        0 => Conversion::Off,
        1 => Conversion::AsPostfix,
        _ => Conversion::Sound,
    };
    let mut edits = Edits::default();
    edits.conversion = conversion;
    edits.body_checks = how & 8 != 0;
    edits.limits.nesting = 3;
    edits.limits.header = 200;
    edits.limits.piece = 100;
    let (content, parts) = if how & 4 == 0 {
        (rest.to_vec(), Vec::new())
    } else {
        let parts: Vec<_> = rest.split(|byte| *byte == 0).filter_map(Part::of).collect();
        (message(&parts), parts)
    };
    let whole = edited(&edits, &content, Pace(usize::MAX), |_| Answer::Unchanged)?;
    let pieces = Pace(usize::from(*pace).max(1));
    let in_pieces = edited(&edits, &content, pieces, |_| Answer::Unchanged)?;
    let (one, other) = (lines(&whole.output), lines(&in_pieces.output));
    let is_same = (one, &whole.failure) == (other, &in_pieces.failure);
    ensure(is_same, || "the pieces make a difference".into())?;
    is_bounded(&whole, content.len(), conversion)?;
    if conversion == Conversion::Sound {
        ensure(whole.output.is_ascii(), || "not all of it is ASCII".into())?;
    }
    match whole.failure {
        // Postfix lets a soft line break make a boundary.
        None if conversion == Conversion::AsPostfix && has_dashes(&parts) => Ok(()),
        None if parts.is_empty() => Ok(()),
        None => decodes(&whole.output, &parts, conversion),
        Some(EditFailure::Nesting) => ensure(conversion != Conversion::Off, || {
            "nesting matters although nothing is made".into()
        }),
        Some(failure) => Err(Violation(failure.to_string())),
    }
}

/// Whether dashes are in a line of a body.
fn has_dashes(parts: &[Part<'_>]) -> bool {
    parts.iter().any(|part| part.body.windows(2).any(|bytes| bytes == b"--"))
}

/// What comes out is no more than what came in allows.
fn is_bounded(edited: &Edited, length: usize, conversion: Conversion) -> Result<(), Violation> {
    let most = match conversion {
        // A line end of one byte becomes two; an empty line may be supplied, and the last end.
        Conversion::Off => 2 * length + 4,
        // A byte becomes three; three bytes more break each line of 73. A header of 30 bytes and
        // more becomes one of 45.
        Conversion::AsPostfix => 4 * length + 64,
        // A byte that is a word of its own on a line of three becomes 28; a body of one byte below
        // a boundary of four gets a header of 45.
        Conversion::Sound => 16 * length + 64,
    };
    ensure(edited.output.len() <= most, || {
        format!("{} bytes of {length}, at most {most}", edited.output.len())
    })
}

/// A part as it is given.
struct Part<'a> {
    /// What its header says of its encoding.
    declared: &'static str,
    /// Whether it stands in a multipart of its own.
    is_nested: bool,
    body: &'a [u8],
}

impl<'a> Part<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let (how, body) = bytes.split_first()?;
        let declared = ["", "7bit", "8bit", "binary"][usize::from(how % 4)];
        Some(Self { declared, is_nested: how & 4 != 0, body })
    }

    /// The lines of its body, none of which looks like a boundary.
    fn lines(&self) -> Vec<Vec<u8>> {
        let lines = lines(self.body);
        lines
            .into_iter()
            .map(|line| if line.starts_with(b"--") { b"x".to_vec() } else { line })
            .collect()
    }
}

/// Lines without their ends, stray CRs as spaces.
fn lines(content: &[u8]) -> Vec<Vec<u8>> {
    let line = |line: &[u8]| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        line.iter().map(|byte| if *byte == b'\r' { b' ' } else { *byte }).collect()
    };
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    content.split(|byte| *byte == b'\n').map(line).collect()
}

/// A message of these parts, in multiparts that nest.
fn message(parts: &[Part<'_>]) -> Vec<u8> {
    let mut out = String::new().into_bytes();
    let mut depth = 0;
    let open = |out: &mut Vec<u8>, depth: &mut usize| {
        out.extend(format!("Content-Type: multipart/mixed; boundary=b{depth}x\n\n").bytes());
        *depth += 1;
    };
    open(&mut out, &mut depth);
    for part in parts {
        out.extend(format!("--b{}x\n", depth - 1).bytes());
        if part.is_nested && depth < DEPTH_MAX {
            open(&mut out, &mut depth);
            out.extend(format!("--b{}x\n", depth - 1).bytes());
        }
        if !part.declared.is_empty() {
            out.extend(format!("Content-Transfer-Encoding: {}\n", part.declared).bytes());
        }
        for line in [vec![Vec::new()], part.lines()].concat() {
            out.extend(line);
            out.push(b'\n');
        }
    }
    for depth in (0..depth).rev() {
        out.extend(format!("--b{depth}x--\n").bytes());
    }
    out
}

/// Every part of the output decodes to what was given.
fn decodes(output: &[u8], parts: &[Part<'_>], conversion: Conversion) -> Result<(), Violation> {
    let lines = lines(output);
    let sections = lines.split(|line| line.starts_with(b"--b") && line.contains(&b'x'));
    let is_leaf = |section: &&[Vec<u8>]| {
        let end = section.iter().position(|line| line.is_empty());
        end.is_some_and(|end| !section[..end].iter().any(|line| line.starts_with(b"Content-Type")))
    };
    let leaves: Vec<_> = sections.filter(is_leaf).collect();
    ensure(leaves.len() == parts.len(), || {
        format!("{} parts became {}", parts.len(), leaves.len())
    })?;
    for (leaf, part) in leaves.into_iter().zip(parts) {
        let end = leaf.iter().position(|line| line.is_empty()).unwrap_or_default();
        let (headers, body) = (&leaf[..end], &leaf[end + 1..]);
        let (found, expected) = (decoded(headers, body)?, part.lines());
        // What is binary ends where its last line does.
        let is_same = found == expected;
        ensure(is_same || conversion == Conversion::Off, || {
            format!("{:?} became {:?}", shown(&expected), shown(&found))
        })?;
    }
    Ok(())
}

fn decoded(headers: &[Vec<u8>], body: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Violation> {
    let encoding =
        headers.iter().find_map(|line| line.strip_prefix(b"Content-Transfer-Encoding: "));
    match encoding {
        Some(b"quoted-printable") => {
            let mut lines = vec![Vec::new()];
            for line in body {
                ensure(line.len() <= 76, || "a line of quoted-printable is too long".into())?;
                let is_soft = quoted(line, lines.last_mut().expect("there is a line"))?;
                if !is_soft {
                    lines.push(Vec::new());
                }
            }
            lines.pop();
            Ok(lines)
        }
        Some(b"base64") => {
            let bytes = STANDARD.decode(body.concat()).map_err(|e| Violation(e.to_string()))?;
            Ok(bytes
                .split(|byte| *byte == b'\n')
                .map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec())
                .collect())
        }
        Some(_) | None => Ok(body.to_vec()),
    }
}

/// Appends what a line of quoted-printable says, and tells whether it goes on in the next.
fn quoted(line: &[u8], out: &mut Vec<u8>) -> Result<bool, Violation> {
    let mut bytes = line.iter();
    while let Some(&byte) = bytes.next() {
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        let digits: Vec<u8> = bytes.by_ref().take(2).copied().collect();
        if digits.is_empty() {
            return Ok(true);
        }
        let digits = String::from_utf8_lossy(&digits).into_owned();
        let byte = u8::from_str_radix(&digits, 16).map_err(|e| Violation(e.to_string()))?;
        out.push(byte);
    }
    Ok(false)
}

fn shown(lines: &[Vec<u8>]) -> String {
    lines.join(&b'\n').escape_ascii().to_string()
}

/// Multiparts that nest.
const DEPTH_MAX: usize = 4;
