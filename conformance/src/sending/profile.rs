//! Servers that a message is put to.

use envoi_sink::{Auth, Extensions, Fault, Mechanism, Options, Protocol};

use crate::dialogue::value::choice;

/// A server by what it offers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Profile {
    /// PIPELINING, SIZE, ENHANCEDSTATUSCODES, 8BITMIME, DSN, SMTPUTF8.
    Full,
    /// All of them but 8BITMIME and SMTPUTF8.
    Seven,
    /// 8BITMIME and PIPELINING alone.
    Eight,
    /// All of them but DSN.
    NoDsn,
    /// All of them but SIZE.
    NoSize,
    /// All of them but SMTPUTF8.
    NoUtf8,
    /// SIZE alone, which is 1000 bytes at most.
    Small,
    /// EHLO without extensions.
    Bare,
    /// HELO.
    Old,
    /// AUTH PLAIN of one user, ann, beside all of them.
    Login,
    /// LMTP with all of them.
    Lmtp,
    /// LMTP without 8BITMIME and SMTPUTF8.
    LmtpSeven,
}

impl Profile {
    /// Reads a name.
    pub(super) fn parse(name: &str) -> Result<Self, String> {
        choice(name, &NAMES)
    }

    /// What it speaks.
    pub fn protocol(self) -> Protocol {
        match self {
            Self::Full
            | Self::Seven
            | Self::Eight
            | Self::NoDsn
            | Self::NoSize
            | Self::NoUtf8
            | Self::Small
            | Self::Bare
            | Self::Old
            | Self::Login => Protocol::Smtp,
            Self::Lmtp | Self::LmtpSeven => Protocol::Lmtp,
        }
    }

    /// How it behaves.
    pub fn options(self) -> Options {
        let old = "helo:reject@1".parse::<Fault>().expect("it is a fault");
        Options {
            protocol: self.protocol(),
            extensions: self.extensions(),
            auth: (self == Self::Login).then(ann),
            faults: if self == Self::Old { vec![old] } else { Vec::new() },
            ..Options::default()
        }
    }

    fn extensions(self) -> Extensions {
        let all = Extensions { chunking: false, ..Extensions::default() };
        let none = Extensions::none();
        match self {
            Self::Full | Self::Login | Self::Lmtp => all,
            Self::Seven | Self::LmtpSeven => {
                Extensions { eight_bit_mime: false, smtp_utf8: false, ..all }
            }
            Self::Eight => Extensions { eight_bit_mime: true, pipelining: true, ..none },
            Self::NoDsn => Extensions { dsn: false, ..all },
            Self::NoSize => Extensions { size: None, ..all },
            Self::NoUtf8 => Extensions { smtp_utf8: false, ..all },
            Self::Small => Extensions { size: Some(1000), ..none },
            Self::Bare | Self::Old => none,
        }
    }
}

/// A user who shows the password.
fn ann() -> Auth {
    Auth { in_plaintext: vec![Mechanism::Plain], ..Auth::new("ann", "secret") }
}

const NAMES: [(&str, Profile); 12] = [
    ("full", Profile::Full),
    ("seven", Profile::Seven),
    ("eight", Profile::Eight),
    ("no-dsn", Profile::NoDsn),
    ("no-size", Profile::NoSize),
    ("no-utf8", Profile::NoUtf8),
    ("small", Profile::Small),
    ("bare", Profile::Bare),
    ("old", Profile::Old),
    ("login", Profile::Login),
    ("lmtp", Profile::Lmtp),
    ("lmtp-seven", Profile::LmtpSeven),
];
