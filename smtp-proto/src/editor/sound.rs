//! Conversion that leaves nothing beyond ASCII, and loses nothing.

use alloc::vec::Vec;

use super::converter::{encoding_header, quote};
use super::outlet::Outlet;
use super::quoted_printable::{HEX, QuotedPrintable};
use crate::mime::{Field, Media, Part, Section, Transfer};
use base64_lines::Base64Lines;

mod base64_lines;
mod parameters;
mod words;

/// What is known of the headers and the body that one is in.
#[derive(Debug, Default)]
pub(crate) struct Sound {
    base64: Base64Lines,
    /// Whether the headers say how the body is carried.
    is_declared: bool,
    /// Whether they say it in words that we do not know.
    is_opaque: bool,
    /// Whether the line that separates headers and body comes next.
    awaits_separator: bool,
}

impl Sound {
    /// Whether it is open how a body is carried, whatever its headers say: as it is, if it is
    /// ASCII.
    pub(crate) fn is_open(&self, part: &Part) -> bool {
        let is_leaf = match part.media {
            Media::Multipart | Media::Message => false,
            Media::Global | Media::Sealed | Media::Text | Media::Other => true,
        };
        let is_identity = match part.transfer {
            None | Some(Transfer::SevenBit | Transfer::EightBit) => true,
            Some(Transfer::Binary | Transfer::QuotedPrintable | Transfer::Base64) => false,
        };
        is_leaf && is_identity && !self.is_opaque
    }

    /// Whether the body that one is in is being encoded, or its encoding has not ended.
    pub(crate) fn is_encoding(&self, part: &Part) -> bool {
        part.is_wide() || self.base64.is_open() || self.awaits_separator
    }

    pub(crate) fn header(
        &mut self,
        header: &[u8],
        field: Option<Field>,
        section: Section,
        outlet: &mut Outlet,
    ) {
        if field == Some(Field::ContentTransferEncoding) {
            let value = header.iter().position(|byte| *byte == b':').map_or(0, |colon| colon + 1);
            if Transfer::of(&header[value..]).is_some() {
                self.is_declared = true;
                return;
            }
            self.is_opaque = true;
        }
        if header.is_ascii() {
            return outlet.header(header, field, section);
        }
        let header = match field {
            Some(field) if field.is_mime() => parameters::encoded(header),
            Some(Field::Addresses) => words::encoded_phrases(header),
            Some(_) | None => words::encoded(header),
        };
        outlet.header(&header, field, section);
    }

    pub(crate) fn headers_end(&mut self, section: Section, part: &Part, outlet: &mut Outlet) {
        let is_composite = matches!(part.media, Media::Multipart | Media::Message);
        let is_declared = core::mem::take(&mut self.is_declared);
        self.is_opaque = false;
        let encoding = match part.transfer {
            None if is_declared => Some("7bit"),
            None => None,
            Some(Transfer::SevenBit) => is_declared.then_some("7bit"),
            Some(Transfer::EightBit | Transfer::Binary) if is_composite => Some("7bit"),
            Some(Transfer::EightBit | Transfer::QuotedPrintable) => Some("quoted-printable"),
            Some(Transfer::Binary | Transfer::Base64) => Some("base64"),
        };
        if let Some(encoding) = encoding {
            encoding_header(encoding, section, outlet);
        }
        self.awaits_separator = part.is_wide() && !is_composite;
    }

    pub(crate) fn body(
        &mut self,
        text: &[u8],
        ends_line: bool,
        part: &Part,
        quoted: &mut QuotedPrintable,
        outlet: &mut Outlet,
    ) {
        if core::mem::take(&mut self.awaits_separator) {
            outlet.body(b"", true);
            if text.is_empty() {
                return;
            }
        }
        if part.transfer != Some(Transfer::Binary) {
            self.base64.end(&mut |line| outlet.body(line, true));
        }
        match part.transfer {
            Some(Transfer::Binary) => {
                self.base64.push(text, ends_line, &mut |line| outlet.body(line, true));
            }
            Some(Transfer::EightBit) => quote(text, ends_line, quoted, outlet),
            _ if text.is_ascii() => outlet.body(text, ends_line),
            // Readers of base64 skip what is not part of it (RFC 2045, 6.8).
            Some(Transfer::Base64) => {
                let text: Vec<u8> = text.iter().copied().filter(u8::is_ascii).collect();
                outlet.body(&text, ends_line);
            }
            Some(Transfer::QuotedPrintable) => outlet.body(&escaped(text), ends_line),
            // What stands between parts is not for reading.
            None | Some(Transfer::SevenBit) => outlet.body(&masked(text), ends_line),
        }
    }

    /// The content is complete.
    pub(crate) fn end(&mut self, outlet: &mut Outlet) {
        self.base64.end(&mut |line| outlet.body(line, true));
    }
}

/// A line of quoted-printable without bytes that it must not have.
fn escaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if byte.is_ascii() {
            out.push(byte);
        } else {
            out.extend([b'=', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
    out
}

/// A text with `?` for each byte beyond ASCII. Boundaries stay the same as in their header.
fn masked(text: &[u8]) -> Vec<u8> {
    text.iter().map(|byte| if byte.is_ascii() { *byte } else { b'?' }).collect()
}
