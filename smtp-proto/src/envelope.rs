//! What MAIL and RCPT say of a message.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use crate::address::BadAddress;
use crate::path::{ForwardPath, ReversePath};
use crate::require_tls::TlsRequest;
use crate::time::Instant;
use crate::xforward::Xforward;

/// Who sends a message to whom, and what the server should know of it.
///
/// Parameters go to servers that announced them and are left out elsewhere.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Envelope {
    /// Where notifications go.
    pub sender: ReversePath,
    /// What MAIL says in place of that (`smtp_generic_maps`).
    pub rewritten_sender: Option<ReversePath>,
    /// At least one.
    pub recipients: Vec<Recipient>,
    /// `SIZE=`: bytes of the content, line ends counted as CRLF, before dot-stuffing (RFC 1870).
    pub size: Option<u64>,
    /// Bytes of the content as it will be given: a promise. More or fewer abort the message.
    pub length: Option<u64>,
    /// `BODY=` (RFC 6152).
    pub body: Option<Body>,
    /// Whether the message needs SMTPUTF8 (RFC 6531).
    pub smtputf8: Smtputf8,
    /// What the sender asks of TLS (RFC 8689).
    pub tls_request: TlsRequest,
    /// `RET=`: how much of the message a notification returns (RFC 3461).
    pub ret: Option<Ret>,
    /// `ENVID=`: an identifier that notifications repeat (RFC 3461).
    pub envid: Option<Envid>,
    /// Where the message came from, for a server that may be told (XFORWARD).
    pub xforward: Option<Xforward>,
    /// Whether there is a message at all.
    pub purpose: Purpose,
    /// When the message entered the mail system; `smtp_pix_workaround_threshold_time`.
    pub arrived: Option<Instant>,
}

impl Envelope {
    /// An envelope without parameters.
    pub fn new(sender: ReversePath, recipients: Vec<Recipient>) -> Self {
        Self {
            sender,
            rewritten_sender: None,
            recipients,
            size: None,
            length: None,
            body: None,
            smtputf8: Smtputf8::No,
            tls_request: TlsRequest::None,
            ret: None,
            envid: None,
            xforward: None,
            purpose: Purpose::Deliver,
            arrived: None,
        }
    }

    /// What MAIL says.
    pub(crate) fn said_sender(&self) -> &ReversePath {
        self.rewritten_sender.as_ref().unwrap_or(&self.sender)
    }

    /// Whether a server without SMTPUTF8 cannot take it. As in Postfix that is a matter of the
    /// addresses that it came with, however they are rewritten.
    pub fn requires_smtputf8(&self) -> bool {
        self.smtputf8 == Smtputf8::Required
            || !self.sender.is_ascii()
            || self.recipients.iter().any(|r| !r.address.mailbox().is_ascii())
    }
}

/// One recipient of a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recipient {
    /// Where the message goes, and who is reported.
    pub address: ForwardPath,
    /// What RCPT says in place of that (`smtp_generic_maps`).
    pub rewritten: Option<ForwardPath>,
    /// `ORCPT=`: whom the sender named (RFC 3461).
    pub orcpt: Option<Orcpt>,
    /// `NOTIFY=`: what the sender wants to hear of (RFC 3461).
    pub notify: Option<Notify>,
}

impl From<ForwardPath> for Recipient {
    fn from(address: ForwardPath) -> Self {
        Self { address, rewritten: None, orcpt: None, notify: None }
    }
}

impl Recipient {
    /// What RCPT says.
    pub(crate) fn said_address(&self) -> &ForwardPath {
        self.rewritten.as_ref().unwrap_or(&self.address)
    }
}

/// Parses an address; the recipient has no parameters.
impl FromStr for Recipient {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        text.parse().map(|address: ForwardPath| address.into())
    }
}

/// What bytes the content holds (RFC 6152).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Body {
    /// ASCII.
    SevenBit,
    /// Any bytes, in lines.
    EightBitMime,
}

/// Whether a message needs SMTPUTF8 (RFC 6531).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Smtputf8 {
    /// Its headers are ASCII; an address beyond ASCII still requires it.
    No,
    /// It was submitted so; a server without SMTPUTF8 can take it all the same.
    Requested,
    /// Its headers hold UTF-8.
    Required,
}

/// How much of a message a notification returns (RFC 3461, 4.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ret {
    /// All of it.
    Full,
    /// The headers.
    Headers,
}

/// What a transaction is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// To deliver a message.
    Deliver,
    /// To learn from RCPT whether recipients are deliverable (`smtp_address_verify_target`).
    VerifyRecipients,
    /// To learn it from DATA; the connection ends there.
    VerifyData,
}

/// An envelope identifier: printable ASCII, 1 to 100 bytes (RFC 3461, 4.4).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Envid(String);

impl Envid {
    /// The identifier, not encoded.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Envid {
    type Err = BadParameter;

    fn from_str(text: &str) -> Result<Self, BadParameter> {
        let fits = (1..=ENVID_MAX).contains(&text.len()) && text.bytes().all(is_printable);
        fits.then(|| Self(text.into())).ok_or(BadParameter::Envid)
    }
}

/// The recipient that a sender named, with its address type (RFC 3461, 4.2; RFC 6533).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Orcpt {
    kind: String,
    address: String,
}

impl Orcpt {
    /// An Internet address: type `rfc822`, or `utf-8` if it needs that.
    ///
    /// # Errors
    /// If it is empty, longer than 500 bytes, or holds control characters.
    pub fn new(address: &str) -> Result<Self, BadParameter> {
        let kind = if address.is_ascii() { "rfc822" } else { "utf-8" };
        Self::of_kind(kind, address)
    }

    /// An address of another type.
    ///
    /// # Errors
    /// As [`Orcpt::new`], or if `kind` is no atom, or an address beyond ASCII is not `utf-8`.
    pub fn of_kind(kind: &str, address: &str) -> Result<Self, BadParameter> {
        let is_atom = |b: u8| b.is_ascii_alphanumeric() || b"-_./".contains(&b);
        if kind.is_empty() || kind.len() > ENVID_MAX || !kind.bytes().all(is_atom) {
            return Err(BadParameter::OrcptKind);
        }
        let encodable = address.is_ascii() || kind.eq_ignore_ascii_case("utf-8");
        let length = 1..=ORCPT_MAX;
        if !encodable || !length.contains(&address.len()) || address.chars().any(char::is_control) {
            return Err(BadParameter::Orcpt);
        }
        Ok(Self { kind: kind.into(), address: address.into() })
    }

    /// The address type.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The address, not encoded.
    pub fn address(&self) -> &str {
        &self.address
    }
}

/// Parses `type;address`, the address not encoded.
impl FromStr for Orcpt {
    type Err = BadParameter;

    fn from_str(text: &str) -> Result<Self, BadParameter> {
        let (kind, address) = text.split_once(';').ok_or(BadParameter::Orcpt)?;
        Self::of_kind(kind, address)
    }
}

/// When the sender wants a notification (RFC 3461, 4.1): never, or on a set of occasions.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Notify(u8);

impl Notify {
    /// Never.
    pub const NEVER: Self = Self(0);
    /// When the message was delivered.
    pub const SUCCESS: Self = Self(1);
    /// When it could not be delivered.
    pub const FAILURE: Self = Self(2);
    /// When it takes long.
    pub const DELAY: Self = Self(4);

    /// On the occasions of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all occasions of `other` are among these.
    pub const fn includes(self, other: Self) -> bool {
        self.0 & other.0 == other.0 && (other.0 != 0 || self.0 == 0)
    }
}

/// As RFC 3461 writes it: `NEVER`, or a list such as `SUCCESS,FAILURE`.
impl fmt::Display for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::NEVER {
            return f.write_str("NEVER");
        }
        let mut separator = "";
        for (occasion, word) in NOTIFY_WORDS {
            if self.includes(occasion) {
                write!(f, "{separator}{word}")?;
                separator = ",";
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Notify {
    type Err = BadParameter;

    fn from_str(text: &str) -> Result<Self, BadParameter> {
        if text.eq_ignore_ascii_case("never") {
            return Ok(Self::NEVER);
        }
        text.split(',').try_fold(Self::NEVER, |notify, word| {
            let known = NOTIFY_WORDS.iter().find(|(_, w)| w.eq_ignore_ascii_case(word));
            let (occasion, _) = known.ok_or(BadParameter::Notify)?;
            Ok(notify.and(*occasion))
        })
    }
}

/// A parameter of MAIL or RCPT that cannot be sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadParameter {
    /// An envelope identifier is empty, too long or not printable.
    #[error("bad ENVID: expected 1 to {ENVID_MAX} printable ASCII characters")]
    Envid,
    /// The address of an ORCPT is empty, too long, or not of its type.
    #[error(
        "bad ORCPT: expected type;address, without control characters, up to {ORCPT_MAX} bytes"
    )]
    Orcpt,
    /// The address type of an ORCPT is no atom.
    #[error("bad ORCPT type: expected letters, digits and -, such as rfc822")]
    OrcptKind,
    /// A NOTIFY list holds an unknown word.
    #[error("bad NOTIFY: expected NEVER, or a list of SUCCESS, FAILURE and DELAY")]
    Notify,
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

const NOTIFY_WORDS: [(Notify, &str); 3] =
    [(Notify::SUCCESS, "SUCCESS"), (Notify::FAILURE, "FAILURE"), (Notify::DELAY, "DELAY")];

/// Longest envelope identifier (RFC 3461, 4.4).
const ENVID_MAX: usize = 100;

/// Longest original recipient (RFC 3461, 4.2).
const ORCPT_MAX: usize = 500;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn parameters_that_could_break_a_line_do_not_exist() {
        for evil in ["a\r\nRSET", "a\nb", "a\0b", ""] {
            assert!(evil.parse::<Envid>().is_err());
            assert!(Orcpt::new(evil).is_err());
            assert!(Orcpt::of_kind(evil, "bob").is_err());
            assert!(evil.parse::<Notify>().is_err());
        }
        assert_eq!(Orcpt::of_kind("x400", "ü"), Err(BadParameter::Orcpt));
        assert!("x".repeat(101).parse::<Envid>().is_err());
    }

    #[test]
    fn notify_reads_what_it_writes() {
        for text in ["NEVER", "SUCCESS", "SUCCESS,FAILURE,DELAY", "FAILURE,DELAY"] {
            assert_eq!(text.parse::<Notify>().unwrap().to_string(), text);
        }
        assert!(Notify::SUCCESS.and(Notify::DELAY).includes(Notify::DELAY));
        assert!(!Notify::SUCCESS.includes(Notify::NEVER));
    }
}
