//! What shapes a conversation: the configuration that many share, and the peer of one.

use alloc::string::String;
#[cfg(feature = "rustls")]
use alloc::sync::Arc;
use core::fmt;
use core::num::NonZeroUsize;
use core::time::Duration;

use crate::address::{Domain, Quoting};
use crate::auth::{Attempt, Settings};
use crate::error::Error;
use crate::extensions::Keywords;
use crate::flaws::LINE_LENGTH_LIMIT;
use crate::mime::MimeLimits;
use crate::require_tls::RequireTls;
use crate::stage::TimeLimits;
use crate::tls::Level;

/// What all conversations of an application have in common.
///
/// `Config::new("client.example".parse()?)` is what RFC 5321 and Postfix's defaults ask for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The name in EHLO, HELO and LHLO (`smtp_helo_name`).
    pub helo_name: Domain,
    /// Our own name, which a server that greets us with it shares (`myhostname`).
    pub host_name: Domain,
    /// Whether to say EHLO or HELO.
    pub hello: Hello,
    /// How long each stage may last.
    pub time_limits: TimeLimits,
    /// Longest line of content; longer ones are folded. At least 64; `smtp_line_length_limit`, 998.
    pub line_length_limit: Option<NonZeroUsize>,
    /// Longest line of a reply that is kept, and most of its text; at least 512;
    /// `line_length_limit`, 2048.
    pub reply_line_limit: NonZeroUsize,
    /// What becomes of a CR in content that no LF follows.
    pub bare_cr: BareCr,
    /// What becomes of 8-bit content where a server has no 8BITMIME;
    /// `disable_mime_output_conversion` is [`Conversion::Off`]. As Postfix does it.
    pub conversion: Conversion,
    /// How much of a message's structure is followed in that.
    pub mime: MimeLimits,
    /// Whether unusual local parts are quoted (`smtp_quote_rfc821_envelope`).
    pub quoting: Quoting,
    /// Whether QUIT is the last that we care for (`smtp_skip_quit_response`, yes).
    pub farewell: Farewell,
    /// Whether servers that offer XFORWARD are told (`smtp_send_xforward_command`, no).
    pub send_xforward: bool,
    /// Whether MAIL says `AUTH=<>` to servers that offer AUTH (`smtp_send_dummy_mail_auth`, no).
    pub send_mail_auth: bool,
    /// Whether SMTPUTF8 is used at all (`smtputf8_enable`, yes).
    pub smtputf8: bool,
    /// Pause before the dot where a PIX stands in the way; `smtp_pix_workaround_delay_time`, 10 s.
    pub pix_delay: Duration,
    /// Age of a message from which on that pause is made; `smtp_pix_workaround_threshold_time`,
    /// 500 s.
    pub pix_threshold: Duration,
    /// What authentication may be.
    pub auth: Settings,
    /// Whether a log line tells of servers whose STARTTLS is not used because no TLS is asked for
    /// (`smtp_tls_note_starttls_offer`, no).
    pub note_starttls_offer: bool,
    /// Whether a reply that comes after STARTTLS and before MAIL is taken for a sign that somebody
    /// has spoken to the server before us ([`Error::Early`]; CVE-2009-3555;
    /// `smtp_tls_block_early_mail_reply`, no). It ends the conversation in any case.
    pub block_early_mail_reply: bool,
    /// Whether the end of TLS is said and not waited for (`tls_fast_shutdown_enable`, yes).
    pub fast_tls_end: bool,
    /// Whether the log advises what to do about what it warns of (`helpful_warnings`, yes).
    pub advises: bool,
    /// TLS, for conversations that are asked to use it. Without it they cannot.
    #[cfg(feature = "rustls")]
    pub tls: Option<Arc<crate::tls::Engine>>,
    /// Most bytes of content waiting to be written, at least 512; 128 KiB. Larger writes cost
    /// less by the byte.
    pub output_buffer: NonZeroUsize,
}

impl Config {
    /// The defaults, under the name that EHLO says.
    pub fn new(helo_name: Domain) -> Self {
        Self {
            host_name: helo_name.clone(),
            helo_name,
            hello: Hello::default(),
            time_limits: TimeLimits::default(),
            line_length_limit: NonZeroUsize::new(LINE_LENGTH_LIMIT),
            reply_line_limit: const { NonZeroUsize::new(2048).expect("it is not zero") },
            bare_cr: BareCr::default(),
            conversion: Conversion::AsPostfix,
            mime: MimeLimits::default(),
            quoting: Quoting::default(),
            farewell: Farewell::default(),
            send_xforward: false,
            send_mail_auth: false,
            smtputf8: true,
            pix_delay: Duration::from_secs(10),
            pix_threshold: Duration::from_secs(500),
            auth: Settings::default(),
            note_starttls_offer: false,
            fast_tls_end: true,
            advises: true,
            block_early_mail_reply: false,
            #[cfg(feature = "rustls")]
            tls: None,
            output_buffer: const { NonZeroUsize::new(128 * 1024).expect("it is not zero") },
        }
    }

    /// Whether there is TLS on our side.
    pub(crate) fn has_tls(&self) -> bool {
        #[cfg(feature = "rustls")]
        return self.tls.is_some();
        #[cfg(not(feature = "rustls"))]
        return false;
    }

    /// Longest line of a reply that is kept.
    pub(crate) fn reply_line_max(&self) -> usize {
        self.reply_line_limit.get().max(REPLY_LINE_MIN)
    }

    /// Most bytes of content waiting to be written.
    pub(crate) fn output_max(&self) -> usize {
        self.output_buffer.get().max(OUTPUT_BUFFER_MIN)
    }
}

/// How to say hello to an SMTP server. LMTP servers always hear LHLO.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Hello {
    /// EHLO, and HELO where that is refused (`smtp_always_send_ehlo`).
    #[default]
    Ehlo,
    /// EHLO only if the greeting says ESMTP.
    EhloIfOffered,
    /// HELO (`smtp_never_send_ehlo`).
    Helo,
}

/// What becomes of a CR in content that no LF follows: RFC 5321, 2.3.8 forbids to send one.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum BareCr {
    /// A space, as Postfix's cleanup(8) makes of it.
    #[default]
    Space,
    /// It goes out as it is. Servers that take it for a line end may find commands in content.
    Keep,
}

/// What becomes of 8-bit content where only ASCII passes (RFC 6152, 3).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Conversion {
    /// Nothing: it goes as it is.
    #[default]
    Off,
    /// Bodies that declare 8-bit or binary content become quoted-printable. What declares nothing,
    /// or ASCII, goes as it is, and so do headers.
    AsPostfix,
    /// Nothing beyond ASCII is left, and nothing is lost: bodies that declare binary content become
    /// base64, others quoted-printable if they need it, whatever they declare; headers get encoded
    /// words (RFC 2047) and parameters (RFC 2231).
    Sound,
}

/// When a conversation is over.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Farewell {
    /// Once QUIT is on its way.
    #[default]
    Hasty,
    /// Once the server has answered QUIT, as RFC 5321, 4.1.1.10 asks.
    Polite,
}

/// The other side of one conversation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Peer {
    /// The name it is known by, which its certificate may have to show.
    pub name: String,
    /// Its network address or socket path, for texts and for telling TLS sessions apart.
    pub address: String,
    /// Its port, for the same.
    pub port: Option<u16>,
    /// What it speaks.
    pub protocol: Protocol,
    /// EHLO keywords that we pretend not to hear (`smtp_discard_ehlo_keywords`).
    pub ignore: Keywords,
    /// Whether the next transaction begins in the flight that ends the one before, where
    /// PIPELINING is offered (RFC 2920, 3.1). On.
    pub overlap: bool,
    /// Use BDAT where CHUNKING is offered, with so many messages in doubt at most. Off.
    pub chunking: Option<NonZeroUsize>,
    /// What to do about a PIX in the way (`smtp_pix_workarounds`). Both.
    pub pix: PixWorkarounds,
    /// What is asked of TLS. Nothing.
    #[cfg(feature = "rustls")]
    pub tls: crate::tls::Policy,
    /// When TLS begins, if it does.
    pub tls_start: TlsStart,
    /// How far REQUIRETLS is insisted on, where a sender asks for it.
    pub require_tls: RequireTls,
    /// How TLS with this server failed before, if that is why this conversation is in plaintext,
    /// which only [`Level::May`] allows.
    pub tls_failure: Option<Error>,
    /// The domain that the mail is for, which certificates may have to name. The server's name, if
    /// empty.
    pub next_hop: String,
    /// How to authenticate, if the server offers AUTH.
    pub auth: Option<Attempt>,
    /// What of this could not be looked up. Nothing.
    pub unknown: Unknown,
}

impl Peer {
    /// An SMTP server without peculiarities.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            address: String::new(),
            port: None,
            protocol: Protocol::Smtp,
            ignore: Keywords::default(),
            overlap: true,
            chunking: None,
            pix: PixWorkarounds::default(),
            #[cfg(feature = "rustls")]
            tls: crate::tls::Policy::new(Level::None),
            tls_start: TlsStart::Starttls,
            require_tls: RequireTls::Enforce,
            tls_failure: None,
            next_hop: String::new(),
            auth: None,
            unknown: Unknown::default(),
        }
    }

    /// How much TLS is asked for. Whoever begins with it goes on with it.
    pub fn level(&self) -> Level {
        match (self.tls_start, self.wanted_level()) {
            (TlsStart::Starttls, Level::May) if self.tls_failure.is_some() => Level::None,
            (TlsStart::Starttls | TlsStart::Implicit, level) => level,
        }
    }

    /// How much TLS would be asked for, if it had not failed before.
    pub fn wanted_level(&self) -> Level {
        #[cfg(feature = "rustls")]
        let level = self.tls.level;
        #[cfg(not(feature = "rustls"))]
        let level = Level::None;
        match self.tls_start {
            TlsStart::Starttls => level,
            TlsStart::Implicit => level.max(Level::Encrypt),
        }
    }

    /// Whom certificates must name.
    #[cfg(feature = "rustls")]
    pub(crate) fn destination(&self) -> crate::tls::Destination<'_> {
        let next_hop = if self.next_hop.is_empty() { &self.name } else { &self.next_hop };
        crate::tls::Destination { host: &self.name, next_hop }
    }

    /// `NAME[ADDRESS]`, as texts name a host.
    pub fn host(&self) -> Host<'_> {
        Host(self)
    }
}

/// A peer without its port; prints as `NAME[ADDRESS]`.
#[derive(Clone, Copy, Debug)]
pub struct Host<'a>(&'a Peer);

impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&*self.0.name, &*self.0.address) {
            (name, "") => f.write_str(name),
            (name, address) => write!(f, "{name}[{address}]"),
        }
    }
}

/// `NAME[ADDRESS]:PORT`, as log lines name a relay.
impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.host().fmt(f)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// What could not be looked up of a [`Peer`]: a table failed.
///
/// The conversation goes on until it would matter, and ends there ([`Unsuitable::LocalData`]).
///
/// [`Unsuitable::LocalData`]: crate::Unsuitable::LocalData
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Unknown {
    /// [`Peer::ignore`] (`smtp_discard_ehlo_keyword_address_maps`), which matters when EHLO or
    /// LHLO is answered.
    pub ignore: bool,
    /// [`Peer::pix`] (`smtp_pix_workaround_maps`), which matters when a PIX greets us.
    pub pix: bool,
    /// [`Peer::auth`] (`smtp_sasl_password_maps`), which matters when AUTH is offered.
    pub auth: bool,
}

/// What a server speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protocol {
    /// RFC 5321.
    Smtp,
    /// RFC 2033: one reply per recipient after the content.
    Lmtp,
}

/// When TLS begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TlsStart {
    /// With STARTTLS (RFC 3207).
    Starttls,
    /// With the first byte, as on port 465 (RFC 8314; `smtp_tls_wrappermode`).
    Implicit,
}

/// What to do where a Cisco PIX tampers with SMTP, as its starred greeting shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PixWorkarounds {
    /// Say HELO.
    pub disable_esmtp: bool,
    /// Send the dot in a packet of its own.
    pub delay_dot: bool,
}

impl PixWorkarounds {
    /// Whether anything is done at all.
    pub(crate) fn is_any(self) -> bool {
        self.disable_esmtp || self.delay_dot
    }
}

/// The words of `smtp_pix_workarounds`.
impl fmt::Display for PixWorkarounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [(self.disable_esmtp, "disable_esmtp"), (self.delay_dot, "delay_dotcrlf")];
        let mut separator = "";
        for (_, word) in words.into_iter().filter(|(is_done, _)| *is_done) {
            write!(f, "{separator}{word}")?;
            separator = " ";
        }
        Ok(())
    }
}

impl Default for PixWorkarounds {
    fn default() -> Self {
        Self { disable_esmtp: true, delay_dot: true }
    }
}

/// Smallest limit for reply lines that is honored (RFC 5321, 4.5.3.1.5).
const REPLY_LINE_MIN: usize = 512;

/// Smallest output buffer that is honored: content must fit that becomes longer on its way.
const OUTPUT_BUFFER_MIN: usize = 512;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn workarounds_are_called_as_postfix_calls_them() {
        for (disable_esmtp, delay_dot, words) in [
            (true, true, "disable_esmtp delay_dotcrlf"),
            (false, true, "delay_dotcrlf"),
            (true, false, "disable_esmtp"),
            (false, false, ""),
        ] {
            let workarounds = PixWorkarounds { disable_esmtp, delay_dot };
            assert_eq!(workarounds.to_string(), words);
            assert_eq!(workarounds.is_any(), !words.is_empty());
        }
    }
}
