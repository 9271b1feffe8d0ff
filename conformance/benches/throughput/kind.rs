//! Who sends.

use std::env;

/// A sender of the table, in the order of its columns.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    EnvoiTokio,
    EnvoiBlocking,
    BareTokio,
    BareThreads,
    SmtpSource,
    Lettre,
    LettreNodelay,
    MailSend,
    MailSendNodelay,
}

/// What a sender is there for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Part {
    /// It is judged.
    Envoi,
    /// It shows what the kernel alone costs.
    Floor,
    /// It shows what others need.
    Peer,
}

impl Kind {
    pub(crate) const ALL: [Self; 9] = [
        Self::EnvoiTokio,
        Self::EnvoiBlocking,
        Self::BareTokio,
        Self::BareThreads,
        Self::SmtpSource,
        Self::Lettre,
        Self::LettreNodelay,
        Self::MailSend,
        Self::MailSendNodelay,
    ];

    /// The heading of its column, and its word on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::EnvoiTokio => "envoi, tokio",
            Self::EnvoiBlocking => "envoi, blocking",
            Self::BareTokio => "bare tokio",
            Self::BareThreads => "bare threads",
            Self::SmtpSource => "smtp-source",
            Self::Lettre => "lettre",
            Self::LettreNodelay => "lettre, NODELAY",
            Self::MailSend => "mail-send",
            Self::MailSendNodelay => "mail-send, NODELAY",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    pub(crate) fn part(self) -> Part {
        match self {
            Self::EnvoiTokio | Self::EnvoiBlocking => Part::Envoi,
            Self::BareTokio | Self::BareThreads => Part::Floor,
            Self::SmtpSource
            | Self::Lettre
            | Self::LettreNodelay
            | Self::MailSend
            | Self::MailSendNodelay => Part::Peer,
        }
    }

    /// The floor that sends in the same way: on one thread, or on one for each conversation.
    pub(crate) fn floor(self) -> Self {
        match self {
            Self::EnvoiBlocking | Self::BareThreads => Self::BareThreads,
            Self::EnvoiTokio
            | Self::BareTokio
            | Self::SmtpSource
            | Self::Lettre
            | Self::LettreNodelay
            | Self::MailSend
            | Self::MailSendNodelay => Self::BareTokio,
        }
    }

    /// How many times as long it sends: smtp-source(1) has its own start among its figures.
    pub(crate) fn patience(self) -> u32 {
        if self == Self::SmtpSource { 4 } else { 1 }
    }

    /// Whether it can run here: smtp-source(1) comes with Postfix.
    pub(crate) fn is_here(self) -> bool {
        match self {
            Self::SmtpSource => {
                let path = env::var_os("PATH").unwrap_or_default();
                env::split_paths(&path).any(|folder| folder.join("smtp-source").is_file())
            }
            Self::EnvoiTokio
            | Self::EnvoiBlocking
            | Self::BareTokio
            | Self::BareThreads
            | Self::Lettre
            | Self::LettreNodelay
            | Self::MailSend
            | Self::MailSendNodelay => true,
        }
    }
}
