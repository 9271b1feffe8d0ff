//! How each command is written.

use core::fmt::{self, Write};

use crate::address::{Domain, Quoting};
use crate::envelope::{Body, Envelope, Orcpt, Recipient, Ret, Smtputf8};
use crate::extensions::{Extensions, Keyword};
use crate::xforward::Attribute;
use crate::xtext;

/// A command, ready to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Command<'a> {
    Ehlo(&'a Domain),
    Helo(&'a Domain),
    Lhlo(&'a Domain),
    Starttls,
    Mail(Mail<'a>),
    Rcpt(Rcpt<'a>),
    Xforward(XforwardLine<'a>),
    Data,
    Dot,
    Bdat { bytes: usize, last: bool },
    Rset,
    Quit,
}

/// MAIL and what it depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mail<'a> {
    pub(crate) envelope: &'a Envelope,
    pub(crate) extensions: &'a Extensions,
    pub(crate) quoting: Quoting,
    /// Whether to say `AUTH=<>`.
    pub(crate) auth: bool,
    /// Whether the content will be as long as it is.
    pub(crate) size: bool,
    /// Whether to say REQUIRETLS.
    pub(crate) require_tls: bool,
}

/// RCPT and what it depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rcpt<'a> {
    pub(crate) recipient: &'a Recipient,
    pub(crate) extensions: &'a Extensions,
    pub(crate) quoting: Quoting,
}

/// One of the two XFORWARD commands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct XforwardLine<'a> {
    pub(crate) envelope: &'a Envelope,
    pub(crate) extensions: &'a Extensions,
    pub(crate) group: &'static [Attribute],
}

impl Command<'_> {
    /// Writes the line, its CRLF included.
    pub(crate) fn write(self, out: &mut impl Write) -> fmt::Result {
        match self {
            Self::Ehlo(name) => write!(out, "EHLO {name}")?,
            Self::Helo(name) => write!(out, "HELO {name}")?,
            Self::Lhlo(name) => write!(out, "LHLO {name}")?,
            Self::Starttls => out.write_str("STARTTLS")?,
            Self::Mail(mail) => mail.write(out)?,
            Self::Rcpt(rcpt) => rcpt.write(out)?,
            Self::Xforward(line) => line.write(out)?,
            Self::Data => out.write_str("DATA")?,
            Self::Dot => out.write_str(".")?,
            Self::Bdat { bytes, last: false } => write!(out, "BDAT {bytes}")?,
            Self::Bdat { bytes, last: true } => write!(out, "BDAT {bytes} LAST")?,
            Self::Rset => out.write_str("RSET")?,
            Self::Quit => out.write_str("QUIT")?,
        }
        out.write_str("\r\n")
    }
}

impl Mail<'_> {
    fn write(self, out: &mut impl Write) -> fmt::Result {
        let Self { envelope, extensions, quoting, auth, size: is_known, require_tls } = self;
        out.write_str("MAIL FROM:<")?;
        envelope.said_sender().write(out, quoting)?;
        out.write_str(">")?;
        let size = envelope.size.filter(|_| is_known && extensions.offers(Keyword::Size));
        if let Some(size) = size {
            out.write_str(" SIZE=")?;
            out.write_str(itoa::Buffer::new().format(size))?;
        }
        if extensions.offers(Keyword::EightBitMime) {
            match envelope.body {
                Some(Body::EightBitMime) => out.write_str(" BODY=8BITMIME")?,
                Some(Body::SevenBit) => out.write_str(" BODY=7BIT")?,
                None => {}
            }
        }
        if extensions.offers(Keyword::Dsn) {
            if let Some(envid) = &envelope.envid {
                out.write_str(" ENVID=")?;
                xtext::write(out, envid.as_str())?;
            }
            match envelope.ret {
                Some(Ret::Full) => out.write_str(" RET=FULL")?,
                Some(Ret::Headers) => out.write_str(" RET=HDRS")?,
                None => {}
            }
        }
        let wants_utf8 = || envelope.smtputf8 != Smtputf8::No || envelope.requires_smtputf8();
        if extensions.offers(Keyword::Smtputf8) && wants_utf8() {
            out.write_str(" SMTPUTF8")?;
        }
        if require_tls {
            out.write_str(" REQUIRETLS")?;
        }
        if auth && extensions.offers(Keyword::Auth) {
            out.write_str(" AUTH=<>")?;
        }
        Ok(())
    }
}

impl Rcpt<'_> {
    fn write(self, out: &mut impl Write) -> fmt::Result {
        let Self { recipient, extensions, quoting } = self;
        out.write_str("RCPT TO:<")?;
        recipient.said_address().mailbox().write(out, quoting)?;
        out.write_str(">")?;
        if !extensions.offers(Keyword::Dsn) {
            return Ok(());
        }
        if let Some(orcpt) = &recipient.orcpt {
            write_orcpt(out, orcpt)?;
        }
        if let Some(notify) = recipient.notify {
            write!(out, " NOTIFY={notify}")?;
        }
        Ok(())
    }
}

impl XforwardLine<'_> {
    /// Whether anything of its group is known and wanted.
    pub(crate) fn has_attributes(self) -> bool {
        struct Nowhere;
        impl Write for Nowhere {
            fn write_str(&mut self, _: &str) -> fmt::Result {
                Ok(())
            }
        }
        self.attributes(&mut Nowhere).unwrap_or(false)
    }

    fn write(self, out: &mut impl Write) -> fmt::Result {
        out.write_str("XFORWARD")?;
        self.attributes(out).map(drop)
    }

    fn attributes(self, out: &mut impl Write) -> Result<bool, fmt::Error> {
        match &self.envelope.xforward {
            Some(known) => known.write(out, self.group, self.extensions.xforward),
            None => Ok(false),
        }
    }
}

fn write_orcpt(out: &mut impl Write, orcpt: &Orcpt) -> fmt::Result {
    write!(out, " ORCPT={};", orcpt.kind())?;
    if orcpt.kind().eq_ignore_ascii_case("utf-8") {
        xtext::write_utf8(out, orcpt.address())
    } else {
        xtext::write(out, orcpt.address())
    }
}
