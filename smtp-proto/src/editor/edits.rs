//! What is to be changed in content.

use alloc::string::String;
use alloc::vec::Vec;

use crate::config::{BareCr, Conversion};
use crate::mime::MimeLimits;

/// What an [`Editor`](crate::Editor) does. By default, nothing.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Edits {
    /// Headers that go in front, name and value, in this order: Return-Path, X-Original-To,
    /// Delivered-To.
    pub additions: Vec<(String, String)>,
    /// Whether the addresses in the message's own headers are asked for (`smtp_generic_maps`).
    pub generic: bool,
    /// Whether the message's own headers are asked for, but those that describe its body
    /// (`smtp_header_checks`).
    pub header_checks: bool,
    /// Whether headers are asked for that describe a body, its parts' included
    /// (`smtp_mime_header_checks`).
    pub mime_header_checks: bool,
    /// Whether headers of attached messages are asked for (`smtp_nested_header_checks`).
    pub nested_header_checks: bool,
    /// Whether each line of what is no header is asked for (`smtp_body_checks`).
    pub body_checks: bool,
    /// The address that a Delivered-To of the message must not have yet: mail that it has is in a
    /// loop.
    pub delivered_to: Option<String>,
    /// How content is made to pass where only ASCII does. Off.
    pub conversion: Conversion,
    /// What a CR becomes that no LF follows, in lines that are changed or asked for.
    pub bare_cr: BareCr,
    /// How much of the message's structure is followed.
    pub limits: MimeLimits,
}

impl Edits {
    /// What converts content, and nothing else.
    pub(crate) fn converting(config: &crate::Config) -> Self {
        Self {
            conversion: config.conversion,
            bare_cr: config.bare_cr,
            limits: config.mime,
            ..Self::default()
        }
    }

    /// Whether headers say what follows them: Postfix does not heed that for generic maps alone.
    pub(crate) fn is_structured(&self) -> bool {
        let Self { header_checks, mime_header_checks, nested_header_checks, body_checks, .. } =
            *self;
        let checks = header_checks || mime_header_checks || nested_header_checks || body_checks;
        checks || self.conversion != Conversion::Off
    }
}
