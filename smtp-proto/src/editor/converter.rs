//! 8-bit content in ASCII (RFC 6152, 3; RFC 2045, 6).

use crate::config::Conversion;
use crate::mime::{Field, Media, Part, Reader, Section, Transfer};

use super::outlet::Outlet;
use super::quoted_printable::QuotedPrintable;
use super::sound::Sound;

/// Encodes bodies, and says so in their headers.
#[derive(Debug)]
pub(crate) struct Converter {
    pub(crate) conversion: Conversion,
    pub(crate) quoted: QuotedPrintable,
    pub(crate) sound: Sound,
}

impl Converter {
    pub(crate) fn new(conversion: Conversion) -> Self {
        let quoted = QuotedPrintable::new(conversion == Conversion::Sound);
        Self { conversion, quoted, sound: Sound::default() }
    }

    /// Whether a body is encoded as quoted-printable.
    pub(crate) fn is_quoting(&self, part: &Part) -> bool {
        match self.conversion {
            Conversion::Off => false,
            Conversion::AsPostfix => part.is_wide(),
            Conversion::Sound => part.transfer == Some(Transfer::EightBit),
        }
    }

    /// The content is complete.
    pub(crate) fn end(&mut self, outlet: &mut Outlet) {
        if !self.quoted.is_empty() {
            quote(b"", true, &mut self.quoted, outlet);
        }
        self.sound.end(outlet);
    }
}

/// A converter on its way to where its output goes.
pub(crate) struct Converting<'a> {
    pub(crate) converter: &'a mut Converter,
    pub(crate) outlet: &'a mut Outlet,
}

impl Reader for Converting<'_> {
    fn header(&mut self, header: &[u8], field: Option<Field>, section: Section, part: &Part) {
        let is_encoding = field == Some(Field::ContentTransferEncoding);
        match self.converter.conversion {
            // One that says how the body will be carried comes at the end of the block.
            Conversion::AsPostfix if is_encoding && part.is_wide() => {}
            Conversion::Off | Conversion::AsPostfix => {
                self.outlet.header(header, field, section);
            }
            Conversion::Sound => {
                self.converter.sound.header(header, field, section, self.outlet);
            }
        }
    }

    fn headers_end(&mut self, section: Section, part: &Part) {
        let is_composite = matches!(part.media, Media::Multipart | Media::Message | Media::Sealed);
        let encoding = match self.converter.conversion {
            Conversion::Off => return,
            Conversion::AsPostfix if !part.is_wide() => return,
            Conversion::AsPostfix if is_composite => "7bit",
            Conversion::AsPostfix => "quoted-printable",
            Conversion::Sound => {
                return self.converter.sound.headers_end(section, part, self.outlet);
            }
        };
        encoding_header(encoding, section, self.outlet);
    }

    fn body(&mut self, text: &[u8], ends_line: bool, part: &Part) {
        let Converter { conversion, quoted, sound } = &mut *self.converter;
        let is_wide = match conversion {
            Conversion::Off => false,
            Conversion::AsPostfix => part.is_wide(),
            Conversion::Sound => return sound.body(text, ends_line, part, quoted, self.outlet),
        };
        if is_wide {
            quote(text, ends_line, quoted, self.outlet);
        } else {
            self.outlet.body(text, ends_line);
        }
    }

    fn opens_global(&self) -> bool {
        self.converter.conversion == Conversion::Off
    }
}

/// Encodes a piece of a line.
pub(super) fn quote(
    text: &[u8],
    ends_line: bool,
    quoted: &mut QuotedPrintable,
    outlet: &mut Outlet,
) {
    quoted.push_line(text, ends_line, |line| outlet.body(line, true));
}

/// Says how the body below will be carried.
pub(super) fn encoding_header(encoding: &str, section: Section, outlet: &mut Outlet) {
    let header = ["Content-Transfer-Encoding: ", encoding].concat();
    outlet.header(header.as_bytes(), None, section);
}
