//! When mail goes in plaintext after TLS has failed.

use core::time::Duration;

use envoi_proto::tls::Level;
use envoi_proto::{Envelope, Error, Peer, Purpose, TlsStart};

/// A message whose conversation ended before it was settled, and what decides how it goes on.
#[derive(Clone, Copy, Debug)]
pub struct Fallback<'a> {
    /// The server.
    pub peer: &'a Peer,
    /// How the conversation ended.
    pub error: Error,
    /// The message.
    pub envelope: &'a Envelope,
    /// How long ago it arrived.
    pub age: Duration,
    /// How old mail is that has been put off before; `minimal_backoff_time`, 300 s.
    pub minimal_backoff: Duration,
}

impl Fallback<'_> {
    /// The same server without TLS, if the message may go to it in plaintext.
    ///
    /// Only TLS that nobody insists on gives way, and only for probes and for mail that was put
    /// off before: what fails for fresh mail may work the next time. Whoever would show a password
    /// waits.
    pub fn peer(self) -> Option<Peer> {
        self.is_allowed().then(|| {
            let mut plain = self.peer.clone();
            plain.tls_failure = Some(self.error);
            plain
        })
    }

    /// Whether the message may go to the server in plaintext.
    fn is_allowed(self) -> bool {
        is_due(self.envelope, self.age, self.minimal_backoff) && gives_way(self.peer, self.error)
    }
}

/// Whether a message was put off before, or is none.
pub(crate) fn is_due(envelope: &Envelope, age: Duration, minimal_backoff: Duration) -> bool {
    envelope.purpose != Purpose::Deliver || age >= minimal_backoff
}

/// Whether mail that was put off before may go to the same server without TLS.
pub(crate) fn gives_way(peer: &Peer, error: Error) -> bool {
    let is_opportunistic = peer.level() == Level::May && peer.tls_start == TlsStart::Starttls;
    let has_secrets = peer.auth.is_some() || peer.unknown.auth;
    error.is_tls() && is_opportunistic && !has_secrets
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use envoi_proto::auth::{Attempt, Credentials};
    use envoi_proto::tls::{Fault, Policy};
    use envoi_proto::{Purpose, Stage};

    use super::*;

    #[test]
    fn only_old_mail_and_probes_go_in_plaintext_where_nobody_insists_on_tls() {
        let handshake = Error::Tls(Stage::Handshake, Fault::Misbehaved);
        let (fresh, old) = (Duration::from_secs(299), Duration::from_secs(300));
        let (deliver, probe) = (Purpose::Deliver, Purpose::VerifyRecipients);
        for (level, error, purpose, age, expected) in [
            (Level::May, handshake, deliver, old, true),
            (Level::May, handshake, deliver, fresh, false),
            (Level::May, handshake, probe, fresh, true),
            (Level::May, Error::Lost(Stage::Handshake), deliver, old, true),
            (Level::May, Error::TimedOut(Stage::Handshake), deliver, old, true),
            (Level::May, Error::Tls(Stage::Content, Fault::Decryption), deliver, old, true),
            (Level::May, Error::Lost(Stage::Content), deliver, old, false),
            (Level::May, Error::Injected, deliver, old, false),
            (Level::Encrypt, handshake, deliver, old, false),
            (Level::Secure, handshake, probe, old, false),
        ] {
            let (mut envelope, minimal_backoff) = (envelope(), old);
            envelope.purpose = purpose;
            let peer = peer(level);
            let (peer, envelope) = (&peer, &envelope);
            let fallback = Fallback { peer, error, envelope, age, minimal_backoff };
            let plain = fallback.peer();
            assert_eq!(plain.is_some(), expected, "{level} {error} {purpose:?} {age:?}");
            assert!(plain.is_none_or(|peer| peer.level() == Level::None));
        }
    }

    #[test]
    fn nobody_falls_back_with_a_password_or_from_implicit_tls() {
        let error = Error::Tls(Stage::Handshake, Fault::Malformed);
        let (age, minimal_backoff) = (Duration::from_secs(9999), Duration::ZERO);
        let envelope = envelope();
        let mut known = peer(Level::May);
        let credentials = Credentials::password("ann", "secret").unwrap();
        known.auth = Some(Attempt::new(credentials, [0; 18]));
        let mut implicit = peer(Level::May);
        implicit.tls_start = TlsStart::Implicit;
        for peer in [&known, &implicit] {
            let envelope = &envelope;
            let fallback = Fallback { peer, error, envelope, age, minimal_backoff };
            assert!(fallback.peer().is_none());
        }
    }

    fn peer(level: Level) -> Peer {
        let mut peer = Peer::new("mx.example");
        peer.tls = Policy::new(level);
        peer
    }

    fn envelope() -> Envelope {
        let recipient = "bob@mx.example".parse().unwrap();
        Envelope::new("ann@client.example".parse().unwrap(), vec![recipient])
    }
}
