//! Names of header fields, as far as they matter.

/// A field that is treated in a way of its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Field {
    /// How the body is carried.
    ContentTransferEncoding,
    /// What the body is.
    ContentType,
    /// Another field that describes the body.
    Body,
    /// A list of addresses.
    Addresses,
    /// Whom the message was delivered to.
    DeliveredTo,
}

impl Field {
    /// The field that a header is.
    pub(crate) fn of(header: &[u8]) -> Option<Self> {
        let name = &header[..name_length(header)];
        let known = FIELDS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes()));
        known.map(|(_, field)| *field)
    }

    /// Whether it describes the body.
    pub(crate) fn is_mime(self) -> bool {
        match self {
            Self::ContentTransferEncoding | Self::ContentType | Self::Body => true,
            Self::Addresses | Self::DeliveredTo => false,
        }
    }
}

/// Bytes of the name with which a header begins; 0 if the line is no header.
pub(crate) fn name_length(line: &[u8]) -> usize {
    let name = line.iter().take_while(|byte| byte.is_ascii_graphic() && **byte != b':').count();
    let mut behind = line[name..].iter().skip_while(|byte| matches!(**byte, b' ' | b'\t'));
    if behind.next() == Some(&b':') { name } else { 0 }
}

/// Those that generic(5) speaks of, and those of MIME (RFC 2045, 3; RFC 2183).
const FIELDS: [(&str, Field); 25] = [
    ("Content-Transfer-Encoding", Field::ContentTransferEncoding),
    ("Content-Type", Field::ContentType),
    ("Content-Description", Field::Body),
    ("Content-Disposition", Field::Body),
    ("Content-ID", Field::Body),
    ("MIME-Version", Field::Body),
    ("From", Field::Addresses),
    ("Sender", Field::Addresses),
    ("Reply-To", Field::Addresses),
    ("To", Field::Addresses),
    ("Cc", Field::Addresses),
    ("Bcc", Field::Addresses),
    ("Apparently-To", Field::Addresses),
    ("Errors-To", Field::Addresses),
    ("Return-Path", Field::Addresses),
    ("Return-Receipt-To", Field::Addresses),
    ("Disposition-Notification-To", Field::Addresses),
    ("Mail-Followup-To", Field::Addresses),
    ("Resent-From", Field::Addresses),
    ("Resent-Sender", Field::Addresses),
    ("Resent-Reply-To", Field::Addresses),
    ("Resent-To", Field::Addresses),
    ("Resent-Cc", Field::Addresses),
    ("Resent-Bcc", Field::Addresses),
    ("Delivered-To", Field::DeliveredTo),
];
