//! Where one is in a message: header blocks, parts, bodies (RFC 2045, RFC 2046).
//!
//! Content comes in pieces of lines. A block of headers ends with the first line that is neither a
//! header nor the rest of one. What follows it is the body, or the next block of headers: of the
//! part that a boundary begins, or of an attached message. Memory is one logical header and the
//! boundaries that are open, whatever the message's size.

use alloc::vec::Vec;

use boundaries::Boundaries;
pub use limits::MimeLimits;
pub(crate) use media::{Media, Transfer};
pub(crate) use name::{Field, name_length};
pub(crate) use pieces::{Cut, Pieces};

mod boundaries;
mod limits;
mod media;
mod name;
mod pieces;
mod token;

/// The parser. What it finds goes to a [`Reader`].
#[derive(Debug)]
pub(crate) struct Mime {
    limits: MimeLimits,
    /// Whether headers say what follows them: if not, all below the first block is one body.
    is_structured: bool,
    section: Section,
    part: Part,
    boundaries: Boundaries,
    /// The logical header that is being read, its lines joined by LF.
    header: Vec<u8>,
    /// Whether the line goes on in the next piece.
    continued: bool,
    /// Whether parts nest too deep.
    is_too_deep: bool,
}

/// What the parser finds.
pub(crate) trait Reader {
    /// A logical header is complete.
    fn header(&mut self, header: &[u8], field: Option<Field>, section: Section, part: &Part);
    /// A block of headers is complete.
    fn headers_end(&mut self, section: Section, part: &Part);
    /// A piece of a line that belongs to no header, or all of it if `ends_line`.
    fn body(&mut self, text: &[u8], ends_line: bool, part: &Part);
    /// Whether a message/global is opened although it declares 8-bit content.
    fn opens_global(&self) -> bool;
}

/// Where the next line stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Section {
    /// In the message's own headers.
    Primary,
    /// In the headers of a part.
    Part,
    /// In the headers of an attached message.
    Nested,
    /// In what is no header.
    Body,
}

/// What the headers said of the body below them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Part {
    pub(crate) media: Media,
    pub(crate) transfer: Option<Transfer>,
}

impl Part {
    /// What is assumed where no header says otherwise (RFC 2045, 5.2 and 6.1).
    pub(crate) const PLAIN: Self = Self { media: Media::Text, transfer: None };

    /// What stands before the first part and behind the last.
    const BETWEEN: Self = Self { media: Media::Other, transfer: None };

    /// Whether it declares bytes beyond ASCII.
    pub(crate) fn is_wide(&self) -> bool {
        matches!(self.transfer, Some(Transfer::EightBit | Transfer::Binary))
    }
}

impl Mime {
    pub(crate) fn new(limits: MimeLimits, is_structured: bool) -> Self {
        Self {
            limits,
            is_structured,
            section: Section::Primary,
            part: Part::PLAIN,
            boundaries: Boundaries::default(),
            header: Vec::new(),
            continued: false,
            is_too_deep: false,
        }
    }

    /// Where the next line stands.
    pub(crate) fn section(&self) -> Section {
        self.section
    }

    /// What the body is.
    pub(crate) fn part(&self) -> &Part {
        &self.part
    }

    /// Decides how the body is carried whose headers have just ended.
    pub(crate) fn set_transfer(&mut self, transfer: Transfer) {
        self.part.transfer = Some(transfer);
    }

    /// Whether parts nest deeper than the limit (`mime_nesting_limit`).
    pub(crate) fn is_too_deep(&self) -> bool {
        self.is_too_deep
    }

    /// Whether any line of the body may be a boundary.
    pub(crate) fn awaits_boundary(&self) -> bool {
        !self.boundaries.is_empty()
    }

    /// Whether the body line that begins with this piece is a boundary.
    pub(crate) fn is_boundary(&self, text: &[u8]) -> bool {
        !self.continued && self.boundaries.find(text).is_some()
    }

    /// Whether this piece ends the block of headers that one is in. The headers before it are
    /// complete then.
    pub(crate) fn ends_headers(&mut self, text: &[u8], reader: &mut impl Reader) -> bool {
        if self.section == Section::Body || self.is_rest_of_header(text) {
            return false;
        }
        self.end_header(reader);
        name_length(text) == 0
    }

    /// Whether a line begins here.
    pub(crate) fn is_at_line_start(&self) -> bool {
        !self.continued
    }

    /// Skips what passes by without being looked at, up to a place in a line or its beginning.
    pub(crate) fn pass(&mut self, is_at_line_start: bool) {
        self.continued = !is_at_line_start;
    }

    /// Takes a piece of a line, or all of it.
    pub(crate) fn piece(&mut self, text: &[u8], ends_line: bool, reader: &mut impl Reader) {
        if self.section != Section::Body && self.headers(text, ends_line, reader) {
            return;
        }
        let found = if self.continued { None } else { self.boundaries.find(text) };
        if let Some(found) = found {
            (self.section, self.part) = match self.boundaries.meet(found) {
                Some(media) => (Section::Part, Part { media, transfer: None }),
                None => (Section::Body, Part::BETWEEN),
            };
            // The boundary itself is in no part.
            reader.body(text, ends_line, &Part::BETWEEN);
        } else {
            reader.body(text, ends_line, &self.part);
        }
        self.continued = !ends_line;
    }

    /// The content is complete.
    pub(crate) fn end(&mut self, reader: &mut impl Reader) {
        self.end_header(reader);
        if self.section != Section::Body {
            reader.headers_end(self.section, &self.part);
            self.section = Section::Body;
        }
    }

    /// Takes a piece that stands among headers; says whether it is one.
    fn headers(&mut self, text: &[u8], ends_line: bool, reader: &mut impl Reader) -> bool {
        if self.is_rest_of_header(text) {
            // What exceeds the limit is left out, as long as it is pieces that are complete.
            if self.header.len() < self.limits.header {
                if !self.continued {
                    self.header.push(b'\n');
                }
                self.header.extend_from_slice(text);
            }
            self.continued = !ends_line;
            return true;
        }
        self.end_header(reader);
        let name = name_length(text);
        if name > 0 {
            // RFC 5322, 4.5: blanks before the colon are obsolete, and go.
            self.header.extend_from_slice(&text[..name]);
            self.header.extend_from_slice(text[name..].trim_ascii_start());
            self.continued = !ends_line;
            return true;
        }
        self.continued = false;
        if !text.is_empty() && self.section == Section::Primary {
            // The empty line that is missing is supplied. Parts are left as they are: they may
            // be signed.
            self.piece(b"", true, reader);
            return self.section != Section::Body && self.headers(text, ends_line, reader);
        }
        reader.headers_end(self.section, &self.part);
        self.section = Section::Body;
        if text.is_empty() {
            (self.section, self.part) = self.below(reader);
        }
        false
    }

    /// What follows the block of headers that an empty line has just ended.
    fn below(&self, reader: &impl Reader) -> (Section, Part) {
        let is_open = match self.part.media {
            Media::Multipart => return (Section::Body, Part::BETWEEN),
            Media::Message => true,
            Media::Global => !self.part.is_wide() || reader.opens_global(),
            Media::Sealed | Media::Text | Media::Other => false,
        };
        if is_open { (Section::Nested, Part::PLAIN) } else { (Section::Body, self.part) }
    }

    fn is_rest_of_header(&self, text: &[u8]) -> bool {
        let is_folded = matches!(text.first(), Some(b' ' | b'\t'));
        !self.header.is_empty() && (self.continued || is_folded)
    }

    /// Tells of the header that is complete.
    fn end_header(&mut self, reader: &mut impl Reader) {
        if self.header.is_empty() {
            return;
        }
        let field = Field::of(&self.header);
        if self.is_structured {
            self.read(field);
        }
        reader.header(&self.header, field, self.section, &self.part);
        self.header.clear();
        self.continued = false;
    }

    /// Reads what the header says of the body.
    fn read(&mut self, field: Option<Field>) {
        let value = self.header.iter().position(|byte| *byte == b':').map_or(0, |colon| colon + 1);
        let value = &self.header[value..];
        if field == Some(Field::ContentTransferEncoding) {
            // What we do not know changes nothing.
            self.part.transfer = Transfer::of(value).or(self.part.transfer);
        }
        if field == Some(Field::ContentType) {
            let MimeLimits { nesting, boundary, .. } = self.limits;
            self.part.media = media::read(value, self.part.media, |marker, each| {
                if self.boundaries.depth() > nesting + 1 {
                    self.is_too_deep = true;
                } else {
                    self.boundaries.push(&marker[..marker.len().min(boundary)], each);
                }
            });
        }
    }
}
