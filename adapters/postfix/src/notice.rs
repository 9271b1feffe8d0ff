//! Notices to the postmaster: what was said in a conversation that went wrong.
//!
//! [`Notices`] says of which errors the postmaster wants to hear, and how that is written;
//! [`Talk`] keeps what was said. Whoever holds conversations puts the two together, and sends the
//! [`Notice`] that may come of it.

mod classes;
mod dialogue;
mod talk;

use std::fmt::Write as _;

use envoi_driver::proto::{Mailbox, ReversePath};

pub use classes::{Class, Classes, UnknownClass};
pub use talk::Talk;

/// Which notices there are, and how they are written.
#[derive(Clone, Debug)]
pub struct Notices {
    /// What the postmaster wants to hear of (`notify_classes`: resource, software).
    pub classes: Classes,
    /// Who gets the notices (`error_notice_recipient`, postmaster).
    pub recipient: Mailbox,
    /// Who sends them, and is never written to (`double_bounce_sender`, double-bounce).
    pub sender: Mailbox,
    /// Whom they come from, as their header has it: MAILER-DAEMON.
    pub author: Mailbox,
    /// How the header is written (`header_from_format`, standard).
    pub from: FromFormat,
    /// Who tells: `mail_name` and what is spoken, such as `Postfix SMTP`.
    pub client: String,
}

/// How a name and an address are written in a header (`header_from_format`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum FromFormat {
    /// `Name <address>`.
    #[default]
    Standard,
    /// `address (Name)`.
    Obsolete,
}

/// A message to the postmaster.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Notice {
    /// Who sends it.
    pub sender: Mailbox,
    /// Who gets it.
    pub recipient: Mailbox,
    /// Headers and body, in lines that end with LF.
    pub text: String,
}

impl Notices {
    /// What the postmaster is to hear of a conversation about mail from `sender`, at a date as
    /// RFC 5322 writes it.
    ///
    /// Of mail from nobody, and from notices, none is written: it could go round and round.
    pub fn notice(&self, talk: &Talk, sender: &ReversePath, date: &str) -> Option<Notice> {
        let sender = match sender {
            ReversePath::Null => return None,
            ReversePath::Mailbox(sender) => sender,
        };
        let is_notice = sender.as_str().eq_ignore_ascii_case(self.sender.as_str());
        if is_notice || talk.is_empty() || !talk.classes().meet(self.classes) {
            return None;
        }
        Some(Notice {
            sender: self.sender.clone(),
            recipient: self.recipient.clone(),
            text: self.text(talk, date),
        })
    }

    fn text(&self, talk: &Talk, date: &str) -> String {
        let (from, relay) = (self.from, talk.relay());
        let mut text = String::new();
        let _ = writeln!(text, "From: {}", from.named("Mail Delivery System", &self.author));
        let _ = writeln!(text, "To: {}", from.named("Postmaster", &self.recipient));
        let _ = writeln!(text, "Subject: {} client: errors from {relay}", self.client);
        let _ = writeln!(text, "Date: {date}");
        text.push_str("Auto-Submitted: auto-generated\nMIME-Version: 1.0\n");
        let charset = if talk.is_ascii() { "us-ascii" } else { "utf-8" };
        let _ = writeln!(text, "Content-Type: text/plain; charset={charset}");
        let encoding = if talk.is_ascii() { "7bit" } else { "8bit" };
        let _ = writeln!(text, "Content-Transfer-Encoding: {encoding}");
        let _ = writeln!(text, "\nUnexpected response from {relay}.\n");
        text.push_str("Transcript of session follows.\n\n");
        talk.write(&mut text);
        text.push_str("\nFor other details, see the local mail logfile\n");
        text
    }
}

impl FromFormat {
    fn named(self, name: &str, address: &Mailbox) -> String {
        match self {
            Self::Standard => format!("{name} <{address}>"),
            Self::Obsolete => format!("{address} ({name})"),
        }
    }
}

impl std::str::FromStr for FromFormat {
    type Err = UnknownFromFormat;

    fn from_str(word: &str) -> Result<Self, UnknownFromFormat> {
        match word {
            "standard" => Ok(Self::Standard),
            "obsolete" => Ok(Self::Obsolete),
            _ => Err(UnknownFromFormat),
        }
    }
}

/// There is no such format.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected standard or obsolete")]
pub struct UnknownFromFormat;

#[cfg(test)]
mod tests {
    use envoi_driver::proto::Line;

    use super::*;

    fn notices(classes: &str) -> Notices {
        Notices {
            classes: classes.parse().unwrap(),
            recipient: "postmaster@client.example".parse().unwrap(),
            sender: "double-bounce@client.example".parse().unwrap(),
            author: "MAILER-DAEMON@client.example".parse().unwrap(),
            from: FromFormat::Standard,
            client: "Postfix SMTP".into(),
        }
    }

    fn refused() -> Talk {
        let mut talk = Talk::new("mx.example[192.0.2.1]:25");
        for line in [
            Line::Server("220 mx.example ESMTP".into()),
            Line::Client("EHLO client.example".into()),
            Line::Server("250 mx.example".into()),
            Line::Client("MAIL FROM:<ann@client.example>".into()),
            Line::Server(
                "503 5.5.1 Error: need RCPT command, or whatever it is that we are told".into(),
            ),
            Line::Content(1234),
        ] {
            talk.handle_line(&line);
        }
        talk
    }

    #[test]
    fn notice_shows_what_was_said() {
        let ann = "ann@client.example".parse().unwrap();
        let date = "Sat, 28 Nov 2026 21:04:00 +0000";
        let notice = notices("protocol").notice(&refused(), &ann, date).unwrap();
        assert_eq!(notice.sender.as_str(), "double-bounce@client.example");
        assert_eq!(notice.recipient.as_str(), "postmaster@client.example");
        assert_eq!(
            notice.text,
            "From: Mail Delivery System <MAILER-DAEMON@client.example>\n\
             To: Postmaster <postmaster@client.example>\n\
             Subject: Postfix SMTP client: errors from mx.example[192.0.2.1]:25\n\
             Date: Sat, 28 Nov 2026 21:04:00 +0000\n\
             Auto-Submitted: auto-generated\n\
             MIME-Version: 1.0\n\
             Content-Type: text/plain; charset=us-ascii\n\
             Content-Transfer-Encoding: 7bit\n\
             \n\
             Unexpected response from mx.example[192.0.2.1]:25.\n\
             \n\
             Transcript of session follows.\n\
             \n\
             \x20In:  220 mx.example ESMTP\n\
             \x20Out: EHLO client.example\n\
             \x20In:  250 mx.example\n\
             \x20Out: MAIL FROM:<ann@client.example>\n\
             \x20In:  503 5.5.1 Error: need RCPT command, or whatever it is that we are\n\
             \x20   told\n\
             \n\
             For other details, see the local mail logfile\n"
        );
    }

    #[test]
    fn nobody_writes_of_what_nobody_asked_for_nor_of_notices() {
        let ann = "ann@client.example".parse().unwrap();
        let own = "Double-Bounce@client.example".parse().unwrap();
        for (classes, sender, expected) in [
            ("protocol", &ann, true),
            ("resource, software", &ann, false),
            ("", &ann, false),
            ("protocol", &ReversePath::Null, false),
            ("protocol", &own, false),
        ] {
            let notice = notices(classes).notice(&refused(), sender, "");
            assert_eq!(notice.is_some(), expected, "{classes} {sender}");
        }
        assert!(notices("protocol").notice(&Talk::new("mx.example"), &ann, "").is_none());
    }

    #[test]
    fn header_is_written_either_way() {
        let mut notices = notices("protocol");
        notices.from = "obsolete".parse().unwrap();
        let ann = "ann@client.example".parse().unwrap();
        let text = notices.notice(&refused(), &ann, "").unwrap().text;
        assert!(
            text.starts_with("From: MAILER-DAEMON@client.example (Mail Delivery System)\nTo: ")
        );
        assert!("odd".parse::<FromFormat>().is_err());
    }
}
