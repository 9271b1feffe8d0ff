//! The servers, what they can do and how they are asked to.

use std::net::SocketAddr;
use std::path::Path;

use super::process::Process;
use super::program;
use super::{
    Error, Installed, Received, Running, ServerAuth, ServerTls, exim, port, postfix, sendmail,
    smtp_sink,
};

/// A mail server that this suite can install and start.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Server {
    /// Postfix's smtpd(8) and cleanup(8); messages stay in the hold queue.
    Postfix,
    /// Exim, which queues and does not deliver.
    Exim,
    /// Sendmail, which queues and does not deliver.
    Sendmail,
    /// Postfix's smtp-sink(1), which accepts everything.
    SmtpSink,
}

impl Server {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Postfix, Self::Exim, Self::Sendmail, Self::SmtpSink];

    /// The name as its makers write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postfix => "Postfix",
            Self::Exim => "Exim",
            Self::Sendmail => "Sendmail",
            Self::SmtpSink => "smtp-sink",
        }
    }

    /// What it offers as configured here.
    pub const fn capabilities(self) -> Capabilities {
        match self {
            Self::Postfix | Self::Exim => Capabilities::FULL,
            Self::Sendmail => {
                Capabilities { chunking: false, smtputf8: false, ..Capabilities::FULL }
            }
            Self::SmtpSink => Capabilities {
                chunking: false,
                smtputf8: false,
                size: false,
                recipient_refusal: false,
                content_refusal: false,
                ..Capabilities::FULL
            },
        }
    }

    /// Starts it on a free port of loopback, with all of its files below `dir`.
    ///
    /// # Errors
    ///
    /// [`Error::Silent`] shows the end of the server's log. [`Error::NoSecurity`] if it is to speak
    /// TLS or AUTH, and cannot.
    pub fn start(
        self,
        installed: &Installed,
        dir: &Path,
        options: &ServerOptions,
    ) -> Result<Running, Error> {
        if !program::is_root() {
            return Err(Error::NotRoot);
        }
        let address = port::free();
        let process = self.launch(&Launch { installed, dir, options, address })?;
        let is_up = match self {
            // It greets under TLS.
            _ if options.has_implicit_tls() => port::is_open,
            Self::Postfix | Self::Exim | Self::Sendmail => port::greets,
            // It counts sessions, and may have been told to end after some.
            Self::SmtpSink => port::is_open,
        };
        process.wait_until(self.name(), || is_up(address))?;
        Ok(Running::new(self, address, dir, process))
    }

    fn launch(self, launch: &Launch<'_>) -> Result<Process, Error> {
        let is_secured = launch.options.tls.is_some() || launch.options.auth.is_some();
        match self {
            Self::Sendmail | Self::SmtpSink if is_secured => Err(Error::NoSecurity(self.name())),
            Self::Postfix => postfix::launch(launch),
            Self::Exim => exim::launch(launch),
            Self::Sendmail => sendmail::launch(launch),
            Self::SmtpSink => smtp_sink::launch(launch),
        }
    }

    /// Where it writes who said what, below its folder.
    pub(super) const fn log(self) -> &'static str {
        match self {
            Self::Postfix => "maillog",
            Self::Exim => "log/mainlog",
            Self::Sendmail => "sendmail.log",
            Self::SmtpSink => "smtp-sink.log",
        }
    }

    /// Everything accepted so far, oldest first; `pid` is the server's.
    pub(super) fn messages(self, dir: &Path, pid: u32) -> Result<Vec<Received>, Error> {
        match self {
            Self::Postfix => postfix::messages(dir),
            Self::Exim => exim::messages(dir),
            Self::Sendmail => sendmail::messages(dir),
            Self::SmtpSink => smtp_sink::messages(dir, pid),
        }
    }
}

/// Choices that every server has.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// The longest message, in octets; smtp-sink has no limit.
    pub size_limit: u64,
    /// TLS, if it is spoken.
    pub tls: Option<ServerTls>,
    /// Who must have proven to be somebody before mail is taken, if that is asked.
    pub auth: Option<ServerAuth>,
}

impl ServerOptions {
    fn has_implicit_tls(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.start == envoi_sink::TlsStart::Implicit)
    }
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self { size_limit: 200 << 20, tls: None, auth: None }
    }
}

/// What a server offers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Capabilities {
    /// RFC 2920.
    pub pipelining: bool,
    /// RFC 3030, CHUNKING.
    pub chunking: bool,
    /// RFC 6152.
    pub eight_bit_mime: bool,
    /// RFC 6531.
    pub smtputf8: bool,
    /// RFC 3461.
    pub dsn: bool,
    /// RFC 1870.
    pub size: bool,
    /// Recipients `defer*` and `bounce*` get their replies.
    pub recipient_refusal: bool,
    /// Content with `X-Refuse: yes` in the header gets a 5xx.
    pub content_refusal: bool,
}

impl Capabilities {
    const FULL: Self = Self {
        pipelining: true,
        chunking: true,
        eight_bit_mime: true,
        smtputf8: true,
        dsn: true,
        size: true,
        recipient_refusal: true,
        content_refusal: true,
    };
}

/// What a server needs to know to start.
pub(super) struct Launch<'a> {
    pub(super) installed: &'a Installed,
    pub(super) dir: &'a Path,
    pub(super) options: &'a ServerOptions,
    pub(super) address: SocketAddr,
}
