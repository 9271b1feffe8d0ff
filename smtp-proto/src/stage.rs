//! The points of a dialogue at which a client waits, with what each is called and how long it may
//! last.

use core::fmt;
use core::time::Duration;

/// A point in the dialogue: what we are doing, or have done and wait to hear of.
///
/// Prints as what we are doing, to stand after 'while': `sending MAIL FROM`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Stage {
    /// The connection is up, the greeting awaited.
    Greeting,
    /// EHLO.
    Ehlo,
    /// HELO.
    Helo,
    /// LHLO.
    Lhlo,
    /// STARTTLS.
    Starttls,
    /// The TLS handshake.
    Handshake,
    /// AUTH, up to the server's last word on it.
    Auth,
    /// The first XFORWARD.
    XforwardName,
    /// The second XFORWARD.
    XforwardHelo,
    /// MAIL.
    Mail,
    /// RCPT.
    Recipient,
    /// DATA.
    Data,
    /// Content on its way.
    Content,
    /// The dot.
    EndOfData,
    /// BDAT, more to come.
    Chunk,
    /// BDAT LAST.
    LastChunk,
    /// RSET that ends a transaction.
    Reset,
    /// RSET that asks whether a conversation is still good.
    Probe,
    /// QUIT.
    Quit,
}

impl Stage {
    /// The command as `in reply to … command` names it, where a reply can refuse mail.
    pub const fn command(self) -> Option<&'static str> {
        Some(match self {
            Self::XforwardName => "XFORWARD name/address command",
            Self::XforwardHelo => "XFORWARD helo/protocol command",
            Self::Mail => "MAIL FROM command",
            Self::Recipient => "RCPT TO command",
            Self::Data => "DATA command",
            Self::EndOfData => "end of DATA command",
            Self::Chunk => "BDAT command",
            Self::LastChunk => "BDAT LAST command",
            Self::Greeting
            | Self::Ehlo
            | Self::Helo
            | Self::Lhlo
            | Self::Starttls
            | Self::Handshake
            | Self::Auth
            | Self::Content
            | Self::Reset
            | Self::Probe
            | Self::Quit => return None,
        })
    }

    /// Whether this comes before the first transaction, and so concerns the server as such.
    pub const fn is_handshake(self) -> bool {
        match self {
            Self::Greeting
            | Self::Ehlo
            | Self::Helo
            | Self::Lhlo
            | Self::Starttls
            | Self::Handshake
            | Self::Auth
            | Self::Probe => true,
            Self::XforwardName
            | Self::XforwardHelo
            | Self::Mail
            | Self::Recipient
            | Self::Data
            | Self::Content
            | Self::EndOfData
            | Self::Chunk
            | Self::LastChunk
            | Self::Reset
            | Self::Quit => false,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Greeting => "receiving the initial server greeting",
            Self::Ehlo => "performing the EHLO handshake",
            Self::Helo => "performing the HELO handshake",
            Self::Lhlo => "performing the LHLO handshake",
            Self::Starttls => "receiving the STARTTLS response",
            Self::Handshake => "performing the TLS handshake",
            Self::Auth => "performing SASL authentication",
            Self::XforwardName => "sending XFORWARD name/address",
            Self::XforwardHelo => "sending XFORWARD protocol/helo_name",
            Self::Mail => "sending MAIL FROM",
            Self::Recipient => "sending RCPT TO",
            Self::Data => "sending DATA command",
            Self::Content | Self::Chunk => "sending message body",
            Self::EndOfData | Self::LastChunk => {
                "sending end of data -- message may be sent more than once"
            }
            Self::Reset => "sending final RSET",
            Self::Probe => "sending RSET probe",
            Self::Quit => "sending QUIT",
        })
    }
}

/// How long each stage may last.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TimeLimits {
    /// Greeting, EHLO, HELO, LHLO and AUTH; `smtp_helo_timeout`, 300 s.
    pub hello: Duration,
    /// STARTTLS and the handshake; `smtp_starttls_timeout`, 300 s.
    pub starttls: Duration,
    /// `smtp_xforward_timeout`, 300 s.
    pub xforward: Duration,
    /// `smtp_mail_timeout`, 300 s.
    pub mail: Duration,
    /// `smtp_rcpt_timeout`, 300 s.
    pub recipient: Duration,
    /// `smtp_data_init_timeout`, 120 s.
    pub data: Duration,
    /// Content, BDAT included; `smtp_data_xfer_timeout`, 180 s.
    pub content: Duration,
    /// The dot and BDAT LAST; `smtp_data_done_timeout`, 600 s.
    pub end_of_data: Duration,
    /// `smtp_rset_timeout`, 20 s.
    pub reset: Duration,
    /// `smtp_quit_timeout`, 300 s.
    pub quit: Duration,
    /// What a limit is for.
    pub per: Per,
}

/// What a time limit is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Per {
    /// Each time that bytes move, the limit starts again.
    Progress,
    /// A whole command and its reply (`smtp_per_request_deadline`). Content earns time as it
    /// goes out.
    Request {
        /// Bytes of content that earn a second; `smtp_min_data_rate`, 500.
        minimum_rate: u32,
    },
}

impl TimeLimits {
    /// The limit of one stage.
    pub const fn of(&self, stage: Stage) -> Duration {
        match stage {
            Stage::Greeting | Stage::Ehlo | Stage::Helo | Stage::Lhlo | Stage::Auth => self.hello,
            Stage::Starttls | Stage::Handshake => self.starttls,
            Stage::XforwardName | Stage::XforwardHelo => self.xforward,
            Stage::Mail => self.mail,
            Stage::Recipient => self.recipient,
            Stage::Data => self.data,
            Stage::Content | Stage::Chunk => self.content,
            Stage::EndOfData | Stage::LastChunk => self.end_of_data,
            Stage::Reset | Stage::Probe => self.reset,
            Stage::Quit => self.quit,
        }
    }
}

impl Default for TimeLimits {
    fn default() -> Self {
        let five_minutes = Duration::from_secs(300);
        Self {
            hello: five_minutes,
            starttls: five_minutes,
            xforward: five_minutes,
            mail: five_minutes,
            recipient: five_minutes,
            data: Duration::from_secs(120),
            content: Duration::from_secs(180),
            end_of_data: Duration::from_secs(600),
            reset: Duration::from_secs(20),
            quit: five_minutes,
            per: Per::Progress,
        }
    }
}
