//! Tests of the editor.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use bytes::BytesMut;

use super::testing::cases;
use super::*;
use crate::config::{BareCr, Config};
use crate::content::{Encoder, Stuffing};

mod sound;

/// What becomes of content that comes in pieces of a length, all output taken at once.
struct Edited {
    output: String,
    notes: Vec<String>,
    failure: Option<EditFailure>,
}

fn edited(
    edits: &Edits,
    content: &[u8],
    piece: usize,
    mut answer: impl FnMut(Lookup<'_>) -> Answer,
) -> Edited {
    let mut editor = Editor::new(Arc::new(edits.clone()));
    let (mut rest, mut output) = (content, Vec::<u8>::new());
    while !editor.is_ended() {
        if let Some(lookup) = editor.poll_lookup() {
            let answer = answer(lookup);
            assert_eq!(editor.handle_content(b"x"), 0, "nothing is taken while it asks");
            editor.handle_answer(answer);
            continue;
        }
        let taken = editor.handle_content(&rest[..rest.len().min(piece)]);
        rest = &rest[taken..];
        if rest.is_empty() {
            editor.content_end();
        }
        output.extend(editor.poll_output());
        editor.handle_output(editor.poll_output().len());
    }
    let notes = core::iter::from_fn(|| editor.poll_note()).map(|note| note.to_string()).collect();
    let output = output.iter().map(|byte| char::from(*byte)).collect::<String>();
    Edited { output: output.replace("\r\n", "\n"), notes, failure: editor.failure().cloned() }
}

fn converted(conversion: Conversion, content: &[u8], piece: usize) -> String {
    let edits = Edits { conversion, ..Edits::default() };
    edited(&edits, content, piece, |_| Answer::Unchanged).output
}

fn shown(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// Answers checks by what a table says of the text.
fn table(said: &[(&str, &str)]) -> impl Fn(Lookup<'_>) -> Answer {
    move |lookup| {
        let Lookup::Check(checks, text) = lookup else { return Answer::Unchanged };
        let found = said.iter().find(|(start, _)| text.starts_with(start.as_bytes()));
        found.map_or(Answer::Unchanged, |(_, said)| {
            Action::parse(said.as_bytes(), checks).map_or(Answer::Unchanged, Answer::Action)
        })
    }
}

const ALL: Edits = Edits {
    additions: Vec::new(),
    generic: true,
    header_checks: true,
    mime_header_checks: true,
    nested_header_checks: true,
    body_checks: true,
    delivered_to: None,
    conversion: Conversion::Off,
    bare_cr: BareCr::Space,
    limits: crate::MimeLimits { boundary: 2048, nesting: 100, header: 102_400, piece: 2048 },
};

#[test]
fn messages_become_what_postfix_makes_of_them() {
    let cases = cases(include_str!("conversions.txt"));
    assert!(cases.len() > 40);
    for (content, expected) in cases {
        for piece in [1, 2, 3, 7, 64, usize::MAX] {
            let found = converted(Conversion::AsPostfix, &content, piece);
            assert_eq!(found, shown(&expected), "{}", shown(&content));
        }
        let crlf = shown(&content).replace('\n', "\r\n");
        let crlf: Vec<u8> = crlf.chars().map(|c| c as u8).collect();
        for piece in [1, usize::MAX] {
            assert_eq!(converted(Conversion::AsPostfix, &crlf, piece), shown(&expected));
        }
    }
}

#[test]
fn every_split_gives_the_same() {
    let cases = cases(include_str!("conversions.txt"));
    let answer = table(&[("X", "STRIP"), ("=C3", "PREPEND p"), ("--", "REPLACE --r")]);
    for (content, _) in cases.iter().step_by(5) {
        for conversion in [Conversion::Off, Conversion::AsPostfix, Conversion::Sound] {
            let edits = Edits { conversion, ..ALL };
            let whole = edited(&edits, content, usize::MAX, &answer);
            for split in 1..content.len() {
                let parts = edited(&edits, content, split, &answer);
                assert_eq!(parts.output, whole.output, "{split}");
                assert_eq!(parts.notes, whole.notes);
            }
        }
    }
}

#[test]
fn checks_do_what_their_tables_say() {
    let said = [
        ("X-Warn", "WARN careful"),
        ("X-Info", "INFO"),
        ("X-Replace", "REPLACE X-New: \u{e9}"),
        ("X-Prepend", "PREPEND X-Front: y"),
        ("X-Strip", "STRIP why"),
        ("X-Ignore", "IGNORE"),
        ("X-Reject", "REJECT no"),
        ("ignore", "IGNORE"),
        ("replace", "REPLACE other"),
        ("prepend", "PREPEND before"),
    ];
    let content = b"X-Warn: a\n\tb\nX-Info: x\nX-Replace: x\nX-Prepend: x\nX-Strip: x\n\
        X-Ignore: x\nX-Reject: x\n\nignore\nreplace\nprepend\nstays\n";
    let found = edited(&ALL, content, usize::MAX, table(&said));
    let expected = "X-Warn: a\n\tb\nX-Info: x\nX-New: \u{c3}\u{a9}\nX-Front: y\nX-Prepend: x\n\
        X-Reject: x\n\nother\nbefore\nprepend\nstays\n";
    assert_eq!(found.output, expected);
    assert_eq!(
        found.notes,
        [
            "warning: header X-Warn: a??b: careful",
            "info: header X-Info: x",
            "replace: header X-Replace: x: X-New: \u{e9}",
            "prepend: header X-Prepend: x: X-Front: y",
            "strip: header X-Strip: x: why",
            "replace: body replace: other",
            "prepend: body prepend: before",
        ]
    );
}

#[test]
fn each_table_is_asked_of_its_own() {
    let content = b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n\
        --b\nX-Part: y\nContent-Type: message/rfc822\n\nX-Nested: z\nContent-ID: c\n\nend\n";
    let mut asked = Vec::new();
    edited(&ALL, content, 7, |lookup| {
        if let Lookup::Check(checks, text) = lookup {
            asked.push(format!("{checks}: {}", shown(text)));
        }
        Answer::Unchanged
    });
    assert_eq!(
        asked,
        [
            "smtp_header_checks: Subject: x",
            "smtp_mime_header_checks: Content-Type: multipart/mixed; boundary=b",
            "smtp_body_checks: ",
            "smtp_body_checks: --b",
            "smtp_mime_header_checks: X-Part: y",
            "smtp_mime_header_checks: Content-Type: message/rfc822",
            "smtp_body_checks: ",
            "smtp_nested_header_checks: X-Nested: z",
            "smtp_mime_header_checks: Content-ID: c",
            "smtp_body_checks: ",
            "smtp_body_checks: end",
        ]
    );
}

#[test]
fn long_lines_are_asked_for_piece_by_piece() {
    let mut edits = ALL;
    edits.limits.piece = 10;
    for (length, lengths) in
        [(9, vec![9]), (10, vec![10]), (11, vec![10, 1]), (20, vec![10, 10]), (25, vec![10, 10, 5])]
    {
        let content = format!("\n{}\n", "x".repeat(length));
        for piece in [1, usize::MAX] {
            let mut asked = Vec::new();
            let found = edited(&edits, content.as_bytes(), piece, |lookup| {
                if let Lookup::Check(_, text) = lookup {
                    asked.push(text.len());
                }
                Answer::Unchanged
            });
            assert_eq!((&found.output, &asked[1..]), (&content, &lengths[..]));
        }
    }
}

#[test]
fn body_checks_see_converted_lines_and_header_checks_original_ones() {
    let edits = Edits { conversion: Conversion::AsPostfix, ..ALL };
    let content = b"X: \xe9\nContent-Transfer-Encoding: 8bit\n\n\xe9\n";
    let mut asked = Vec::new();
    edited(&edits, content, usize::MAX, |lookup| {
        if let Lookup::Check(checks, text) = lookup {
            asked.push(format!("{checks}: {}", shown(text)));
        }
        Answer::Unchanged
    });
    assert_eq!(
        asked,
        [
            "smtp_header_checks: X: \u{e9}",
            "smtp_header_checks: Content-Transfer-Encoding: quoted-printable",
            "smtp_body_checks: ",
            "smtp_body_checks: =E9",
        ]
    );
}

#[test]
fn only_the_messages_own_addresses_are_asked_for() {
    let edits = Edits { generic: true, ..Edits::default() };
    let content = b"From: a@b\nX-To: c@d\nContent-Type: message/rfc822\n\nFrom: e@f\n\ng@h\n";
    let found = edited(&edits, content, usize::MAX, |_| Answer::Address("new@x".into()));
    let expected = shown(content).replace("a@b", "new@x");
    assert_eq!(found.output, expected);
}

#[test]
fn additions_go_in_front_and_cannot_break_out() {
    let additions = vec![
        ("Return-Path".into(), "<a@b>".into()),
        ("Delivered-To".into(), "c@d\r\n\r\nevil".into()),
    ];
    let edits = Edits { additions, ..Edits::default() };
    let found = edited(&edits, b"Subject: x\n\n", 1, |_| Answer::Unchanged);
    assert_eq!(found.output, "Return-Path: <a@b>\nDelivered-To: c@d????evil\nSubject: x\n\n");
    assert_eq!(edited(&edits, b"", 1, |_| Answer::Unchanged).output.lines().count(), 2);
}

#[test]
fn mail_in_a_loop_goes_nowhere() {
    let edits = Edits { delivered_to: Some("bob@mx.example".into()), ..Edits::default() };
    for (content, is_loop) in [
        ("Delivered-To: bob@mx.example\n\n", true),
        ("X: y\nDelivered-to :  BOB@MX.example\n\n", true),
        ("Delivered-To: carl@mx.example\n\n", false),
        ("Delivered-To: <bob@mx.example>\n\n", false),
        ("X: y\n\nDelivered-To: bob@mx.example\n", false),
    ] {
        let failure = edited(&edits, content.as_bytes(), 3, |_| Answer::Unchanged).failure;
        let expected = is_loop.then(|| EditFailure::Loop("bob@mx.example".into()));
        assert_eq!(failure, expected, "{content}");
    }
    let failure = EditFailure::Loop("bob@mx.example".into());
    assert_eq!(failure.to_string(), "mail forwarding loop for bob@mx.example");
    assert_eq!(failure.status().to_string(), "5.4.6");
}

#[test]
fn a_lookup_that_fails_is_not_a_lookup_that_finds_nothing() {
    for content in ["X: y\n\n", "From: a@b\n\n", "X: y\n\nbody\n"] {
        let found = edited(&ALL, content.as_bytes(), usize::MAX, |_| Answer::Failed);
        assert_eq!(found.failure, Some(EditFailure::Lookup));
        assert_eq!(found.output, "");
    }
    assert_eq!(EditFailure::Lookup.status().to_string(), "4.3.0");
}

#[test]
fn nesting_has_a_limit_where_content_is_converted() {
    let content = |depth: usize| {
        (0..depth).fold(String::new(), |content, i| {
            content + &format!("Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n")
        }) + "\nx\n"
    };
    for (conversion, depth, is_refused) in [
        (Conversion::AsPostfix, 102, false),
        (Conversion::AsPostfix, 103, true),
        (Conversion::Sound, 103, true),
        (Conversion::Off, 1000, false),
    ] {
        let edits = Edits { conversion, header_checks: true, ..Edits::default() };
        let found = edited(&edits, content(depth).as_bytes(), 100, |_| Answer::Unchanged);
        let expected = is_refused.then_some(EditFailure::Nesting);
        assert_eq!(found.failure, expected, "{conversion:?} {depth}");
    }
}

#[test]
fn memory_is_bounded_whatever_comes() {
    let edits = Edits { conversion: Conversion::AsPostfix, ..Edits::default() };
    let header = [&b"X: "[..], &b"x".repeat(1 << 20)].concat();
    let folded = [&b"X:\n"[..], &b" folded\n".repeat(1 << 17)].concat();
    let head = b"Content-Transfer-Encoding: 8bit\n\n";
    let body = [&head[..], &b"\xff".repeat(1 << 20)].concat();
    let dashes = [&b"Content-Type: multipart/mixed; boundary=x\n\n"[..], &b"--".repeat(1 << 19)];
    for content in [header, folded, body, dashes.concat()] {
        let mut editor = Editor::new(Arc::new(edits.clone()));
        let mut rest = &content[..];
        while !rest.is_empty() {
            let taken = editor.handle_content(rest);
            rest = &rest[taken..];
            assert!(editor.outlet.out.len() <= OUTPUT_MAX + 3 * 2048);
            editor.handle_output(editor.poll_output().len());
        }
        editor.content_end();
        assert!(editor.outlet.out.len() <= OUTPUT_MAX + 110_000);
    }
}

#[test]
fn what_passes_through_is_what_would_come_out() {
    let edits = Edits { conversion: Conversion::AsPostfix, ..Edits::default() };
    let mut config = Config::new("client.example".parse().unwrap());
    config.line_length_limit = None;
    config.bare_cr = BareCr::Keep;
    for (content, expected) in cases(include_str!("conversions.txt")) {
        for piece in [1, 3, 50, usize::MAX] {
            let mut editor = Editor::new(Arc::new(edits.clone()));
            let (mut rest, mut output) = (&content[..], BytesMut::new());
            let mut encoder = Encoder::new(&config, Stuffing::None);
            while !editor.is_ended() {
                let next = &rest[..rest.len().min(piece)];
                let passed = editor.pass_through(next, &mut encoder, &mut output, usize::MAX >> 1);
                let taken = if passed > 0 { passed } else { editor.handle_content(next) };
                rest = &rest[taken..];
                if rest.is_empty() {
                    editor.content_end();
                }
                let room = usize::MAX >> 1;
                let moved = encoder.encode(editor.poll_output(), &mut output, room);
                editor.handle_output(moved);
            }
            assert_eq!(shown(&output).replace("\r\n", "\n"), shown(&expected));
        }
    }
}
