//! What somebody between client and server can do.

use std::time::Duration;

/// What the relay does, where it does not relay.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Attack {
    /// Nothing.
    None,
    /// Takes STARTTLS out of the reply to EHLO.
    Strip,
    /// Makes `XXXXXXXA` of STARTTLS, as firewalls do.
    Misspell,
    /// Answers EHLO with 502, so that HELO follows.
    RefuseEhlo,
    /// Answers STARTTLS, of which the server hears nothing.
    Refuse(&'static str),
    /// Sends this with the server's 220.
    Inject(&'static str),
    /// Sends this after the server's 220 and a pause, before anything of the handshake.
    InjectLate(&'static str, Duration),
    /// Sends this in place of what the server says in the handshake.
    Answer(&'static [u8]),
    /// Cuts the connection after so many bytes of what the server says after its 220.
    Cut(usize),
    /// Changes that byte of what the server says after its 220.
    Flip(usize),
}

impl Attack {
    /// What is said to a command that the server never hears.
    pub(crate) fn answer(self, command: &str) -> Option<&'static str> {
        if matches!(self, Self::RefuseEhlo) && command.starts_with("EHLO") {
            return Some("502 5.5.1 No");
        }
        if let Self::Refuse(reply) = self
            && command.starts_with("STARTTLS")
        {
            return Some(reply);
        }
        None
    }

    /// What becomes of a reply on its way.
    pub(crate) fn edit(self, reply: String) -> String {
        if matches!(self, Self::Strip) {
            return reply.replace("250-STARTTLS\r\n", "");
        }
        if matches!(self, Self::Misspell) {
            return reply.replace("STARTTLS", "XXXXXXXA");
        }
        reply
    }
}
