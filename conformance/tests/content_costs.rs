//! What content costs that is meant to cost much, counted.
#![allow(clippy::unwrap_used, reason = "all of it is test code")]

use std::alloc::System;
use std::sync::Arc;

use envoi_proto::{Answer, Conversion, EditFailure, Editor, Edits};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Allocations are counted for the whole process, so nothing else may run beside.
#[test]
fn hostile_content_takes_2_mib_however_long() {
    for (what, head, more, end) in HOSTILE {
        // What is looked at line by line takes its time here.
        let size =
            if what.ends_with("header") || what.ends_with("line") { SIZE } else { SIZE / 10 };
        let content = [*head, &*more.repeat(size / more.len()), *end].concat().into_bytes();
        for conversion in [Conversion::AsPostfix, Conversion::Sound] {
            let (most, failure) = edit(&content, conversion);
            assert!(most <= MEMORY_MAX, "{what}: {most} bytes with {conversion:?}");
            let is_deep = *what == "parts in parts";
            let expected = is_deep.then_some(EditFailure::Nesting);
            assert_eq!(failure, expected, "{what} with {conversion:?}");
        }
    }
}

/// Edits content in every way, and tells how much memory that took at most.
fn edit(content: &[u8], conversion: Conversion) -> (usize, Option<EditFailure>) {
    let mut edits = Edits::default();
    (edits.generic, edits.header_checks, edits.mime_header_checks) = (true, true, true);
    (edits.nested_header_checks, edits.body_checks) = (true, true);
    edits.conversion = conversion;
    let region = Region::new(ALLOCATOR);
    let mut most = 0;
    let mut editor = Editor::new(Arc::new(edits));
    let mut rest = content;
    while !editor.is_ended() {
        let taken = editor.handle_content(&rest[..rest.len().min(CHUNK)]);
        rest = &rest[taken..];
        let change = region.change();
        most = most.max(change.bytes_allocated.saturating_sub(change.bytes_deallocated));
        if editor.poll_lookup().is_some() {
            editor.handle_answer(Answer::Unchanged);
        } else if !editor.poll_output().is_empty() {
            editor.handle_output(editor.poll_output().len());
        } else if rest.is_empty() {
            editor.content_end();
        }
        while editor.poll_note().is_some() {}
    }
    (most, editor.failure().cloned())
}

/// What it is, how it begins, what is repeated, and how it ends.
const HOSTILE: &[(&str, &str, &str, &str)] = &[
    ("a header", "Subject: ", "a", "\r\n\r\n"),
    ("a folded header", "Subject: a\r\n", " aaaaaaaaaaaaaa\r\n", "\r\n"),
    ("many headers", "", "Subject: aaaaaaaaaa\r\n", "\r\n"),
    ("a name of a header", "", "a", ": b\r\n\r\n"),
    ("many addresses", "To: ", "ann@client.example,\r\n ", "bob@mx.example\r\n\r\n"),
    ("comments in comments", "To: ", "(", " ann@client.example\r\n\r\n"),
    ("a quoted string", "To: \"", "\\\"", "\" <ann@client.example>\r\n\r\n"),
    ("a boundary", "Content-Type: multipart/mixed; boundary=\"", "b", "\"\r\n\r\n--b\r\n\r\n"),
    ("an encoding", "Content-Transfer-Encoding: ", "(x)\r\n ", "8bit\r\n\r\n\u{e4}\r\n"),
    ("a line", "Content-Transfer-Encoding: 8bit\r\n\r\n", "\u{e4}", "\r\n"),
    ("messages in messages", "", "Content-Type: message/rfc822\r\n\r\n", "\u{e4}\r\n"),
    (
        "parts in parts",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n",
        "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
        "",
    ),
    ("boundaries", "Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\n", "--b--\r\n"),
    (
        "a boundary that never comes",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n",
        "--c\r\n",
        "",
    ),
];

const SIZE: usize = 10_000_000;

/// How much is given at once.
const CHUNK: usize = 16 * 1024;

/// A header of 100 KiB in its words, and the lines that wait to leave.
const MEMORY_MAX: usize = 2 << 20;
