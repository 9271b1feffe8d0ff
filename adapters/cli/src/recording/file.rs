//! The text of a dialogue file.

use std::fmt::Write as _;

use envoi_driver::Report;
use envoi_driver::proto::tls::Level;
use envoi_driver::proto::{
    Body, Doubt, Envelope, Protocol, Purpose, Recipient, Ret, ReversePath, TlsStart,
};

use super::Recording;

/// Writes a file: how the conversation was set up, its messages, what was said, what came of it.
pub(super) fn write(recording: &Recording, reports: &[Report]) -> String {
    let Recording { peer, config, lines, recipients_max, .. } = recording;
    let mut file = String::new();
    let version = env!("CARGO_PKG_VERSION");
    push(&mut file, format_args!("# Recorded by envoi {version}: a conversation with {peer}."));
    push(&mut file, format_args!("with helo_name={}", config.helo_name));
    push(&mut file, format_args!("with myhostname={}", config.host_name));
    if peer.protocol == Protocol::Lmtp {
        file.push_str("with protocol=lmtp\n");
    }
    if !peer.overlap {
        file.push_str("with overlap=no\n");
    }
    if let Some(max) = peer.chunking {
        push(&mut file, format_args!("with chunking={max}"));
    }
    security(&mut file, recording);
    for report in reports {
        let recipients = &report.envelope.recipients;
        let parts = recipients.chunks(recipients_max.unwrap_or(recipients.len()).max(1));
        parts.for_each(|part| message(&mut file, &report.envelope, part));
    }
    lines.iter().for_each(|line| push(&mut file, format_args!("{line}")));
    for outcome in reports.iter().flat_map(|report| &report.outcomes) {
        let doubt = if outcome.doubt == Doubt::Uncertain { " uncertain" } else { "" };
        let (verdict, status) = (outcome.verdict, outcome.status);
        push(&mut file, format_args!("= {} {verdict} {status}{doubt}", outcome.recipient));
    }
    file
}

/// Writes what brought about TLS and AUTH. Who we are is not told, nor how we prove it.
fn security(file: &mut String, recording: &Recording) {
    let Recording { peer, lines, tls, .. } = recording;
    let said = |command| lines.iter().find_map(|line| line.strip_prefix(command));
    // The server that plays the file has a certificate of its own, with another fingerprint.
    let by_fingerprint = peer.level() == Level::Fingerprint;
    let level = if by_fingerprint { Level::Verify } else { peer.level() };
    if level.requires_tls() || said("C: STARTTLS").is_some() {
        push(file, format_args!("with tls={level}"));
    }
    let is_verified = |summary: &String| summary.starts_with("Verified ");
    if level.requires_match() && tls.as_ref().is_some_and(|summary| !is_verified(summary)) {
        file.push_str("with certificate=self-signed\n");
    }
    if peer.tls_start == TlsStart::Implicit {
        file.push_str("with tls_wrappermode=yes\n");
    }
    if let Some(mechanism) = said("C: AUTH ").and_then(|line| line.split(' ').next()) {
        let is_token = ["OAUTHBEARER", "XOAUTH2"].contains(&mechanism);
        let proof = if is_token { "token" } else { "password" };
        push(file, format_args!("with user=elided {proof}=elided"));
        push(file, format_args!("with sasl_mechanism_filter={mechanism}"));
    }
}

/// Writes a message as one transaction has it.
fn message(file: &mut String, envelope: &Envelope, recipients: &[Recipient]) {
    file.push_str("message");
    match &envelope.sender {
        ReversePath::Null => file.push_str(" sender=<>"),
        ReversePath::Mailbox(mailbox) => append(file, format_args!(" sender={mailbox}")),
    }
    match envelope.size {
        Some(size) => append(file, format_args!(" size={size}")),
        None => file.push_str(" size=unknown"),
    }
    file.push_str(match envelope.body {
        Some(Body::SevenBit) => " body=7bit",
        Some(Body::EightBitMime) => " body=8bitmime",
        None => "",
    });
    file.push_str(match envelope.ret {
        Some(Ret::Full) => " ret=full",
        Some(Ret::Headers) => " ret=hdrs",
        None => "",
    });
    if let Some(envid) = &envelope.envid {
        let envid = escape(envid.as_str()).replace(' ', "\\s");
        append(file, format_args!(" envid={envid}"));
    }
    file.push_str(match envelope.purpose {
        Purpose::Deliver => "",
        Purpose::VerifyRecipients => " probe=rcpt",
        Purpose::VerifyData => " probe=data",
    });
    file.push('\n');
    for recipient in recipients {
        append(file, format_args!("to <{}>", recipient.address));
        if let Some(notify) = recipient.notify {
            append(file, format_args!(" notify={notify}"));
        }
        file.push('\n');
    }
    content(file, envelope.size.unwrap_or(0));
}

/// Writes a content of so many bytes on the wire, in place of the one that is not told.
fn content(file: &mut String, size: u64) {
    let line = |length: u64| "x".repeat(length.saturating_sub(2) as usize) + "\\r\\n";
    // What is left over joins a whole line, so that no line is too short for its end.
    let lines = (size / LINE).saturating_sub(1);
    let rest = size - lines * LINE;
    if lines > 0 {
        push(file, format_args!("content*{lines} {}", line(LINE)));
    }
    if rest >= LINE_END {
        push(file, format_args!("content {}", line(rest)));
    } else {
        file.push_str("content\n");
    }
}

/// Writes what was said so that it reads back as it was, and as nothing else.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            // What follows would be a range, or a tag.
            '{' => escaped.push_str("\\x7b"),
            '<' if at == 0 => escaped.push_str("\\x3c"),
            ' ' if at + 1 == text.len() => escaped.push_str("\\s"),
            c if c.is_ascii_control() => {
                append(&mut escaped, format_args!("\\x{:02x}", u32::from(c)));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

fn push(file: &mut String, line: std::fmt::Arguments<'_>) {
    append(file, line);
    file.push('\n');
}

fn append(file: &mut String, text: std::fmt::Arguments<'_>) {
    file.write_fmt(text).expect("memory takes what is written");
}

/// Bytes of a line of content.
const LINE: u64 = 72;

/// Bytes of a line end.
const LINE_END: u64 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_has_its_size() {
        for size in [0, 2, 3, 71, 72, 73, 74, 143, 144, 145, 1_000_001] {
            let mut text = String::new();
            content(&mut text, size);
            let mut bytes = 0;
            for line in text.lines() {
                let (word, line) = line.split_once(' ').unwrap_or((line, ""));
                let times = word.strip_prefix("content*").map_or(1, |n| n.parse().unwrap());
                bytes += times * line.replace("\\r\\n", "\r\n").len() as u64;
            }
            assert_eq!(bytes, size);
        }
    }
}
