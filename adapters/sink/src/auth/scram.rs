//! SCRAM, RFC 5802, with SHA-1 or SHA-256 (RFC 7677), bound to a TLS connection or not.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use subtle::ConstantTimeEq as _;

use crate::handshake::Handshake;

use super::hash::Hash;
use super::{Auth, Exchange, Step};

/// The server's side of SCRAM.
#[derive(Debug)]
pub(super) struct Scram {
    hash: Hash,
    channel: Channel,
    /// The server's part of the nonce.
    nonce: String,
    salt: Vec<u8>,
    stage: Stage,
}

/// What the exchange is bound to.
#[derive(Clone, Debug)]
pub(super) enum Channel {
    /// There is nothing that it could be bound to.
    Plain,
    /// The client could have chosen to bind it to TLS, and did not.
    Unbound,
    /// It is bound to this TLS connection.
    Bound(Handshake),
}

#[derive(Debug)]
enum Stage {
    /// The client's first message is due.
    First,
    /// The client's proof is due.
    Final(Agreed),
    /// The client knows that we know the password, and has to acknowledge that.
    Proven,
    Refused,
}

/// What the first two messages settled.
#[derive(Debug)]
struct Agreed {
    /// What `c=` has to be, decoded.
    binding: Vec<u8>,
    nonce: String,
    /// Both messages as AuthMessage has them.
    messages: String,
}

impl Scram {
    pub(super) fn new(hash: Hash, channel: Channel, nonce: String, salt: Vec<u8>) -> Self {
        Self { hash, channel, nonce, salt, stage: Stage::First }
    }

    /// Answers `client-first-message`.
    fn challenge(&self, message: &str, auth: &Auth) -> Option<(String, Agreed)> {
        let (flag, rest) = message.split_once(',')?;
        let (identity, bare) = rest.split_once(',')?;
        let header = &message[..message.len() - bare.len()];
        let identity = if identity.is_empty() { "" } else { identity.strip_prefix("a=")? };
        let (user, nonce) = bare.strip_prefix("n=")?.split_once(",r=")?;
        let nonce = nonce.split(',').next().filter(|nonce| !nonce.is_empty())?;
        let is_user = auth.has_user(unescaped(user).as_bytes());
        if !is_user || !auth.may_be(unescaped(identity).as_bytes()) {
            return None;
        }
        let binding = [header.as_bytes(), self.channel.binding(flag)?].concat();
        let nonce = format!("{nonce}{}", self.nonce);
        let salt = BASE64_STANDARD.encode(&self.salt);
        let challenge = format!("r={nonce},s={salt},i={ITERATIONS}");
        let messages = format!("{bare},{challenge}");
        Some((challenge, Agreed { binding, nonce, messages }))
    }

    /// Answers `client-final-message`, if it proves that the client knows the password.
    fn verify(&self, message: &str, agreed: &Agreed, auth: &Auth) -> Option<String> {
        let (without_proof, proof) = message.rsplit_once(",p=")?;
        let (binding, nonce) = without_proof.strip_prefix("c=")?.split_once(",r=")?;
        let binding = BASE64_STANDARD.decode(binding).ok()?;
        let nonce = nonce.split(',').next()?;
        if binding != agreed.binding || nonce != agreed.nonce {
            return None;
        }
        let hash = self.hash;
        let password = auth.password.as_ref()?.as_bytes();
        let salted = hash.salted(password, &self.salt, ITERATIONS);
        let auth_message = format!("{},{without_proof}", agreed.messages);
        let stored_key = hash.digest(&hash.keyed(&salted, b"Client Key"));
        let signature = hash.keyed(&stored_key, auth_message.as_bytes());
        let proof = BASE64_STANDARD.decode(proof).ok().filter(|it| it.len() == signature.len())?;
        let client_key: Vec<_> = proof.iter().zip(&signature).map(|(a, b)| a ^ b).collect();
        let is_proven = bool::from(hash.digest(&client_key).ct_eq(&stored_key));
        let server_key = hash.keyed(&salted, b"Server Key");
        let signature = hash.keyed(&server_key, auth_message.as_bytes());
        is_proven.then(|| format!("v={}", BASE64_STANDARD.encode(signature)))
    }
}

impl Exchange for Scram {
    fn handle_response(&mut self, response: &[u8], auth: &Auth) -> Step {
        let stage = std::mem::replace(&mut self.stage, Stage::Refused);
        let message = str::from_utf8(response).unwrap_or_default();
        let next = match stage {
            Stage::First => self.challenge(message, auth).map(|(challenge, agreed)| {
                self.stage = Stage::Final(agreed);
                challenge
            }),
            Stage::Final(agreed) => self.verify(message, &agreed, auth).inspect(|_| {
                self.stage = Stage::Proven;
            }),
            // RFC 4954, 4: what goes with success is a challenge, answered with nothing.
            Stage::Proven if response.is_empty() => return Step::Accept,
            Stage::Proven | Stage::Refused => None,
        };
        next.map_or(Step::Refuse, |challenge| Step::Challenge(challenge.into_bytes()))
    }
}

impl Channel {
    /// What `c=` has behind the header that begins with `flag`; none if they do not fit.
    fn binding(&self, flag: &str) -> Option<&[u8]> {
        match (self, flag) {
            (Self::Plain | Self::Unbound, "n") | (Self::Plain, "y") => Some(b""),
            (Self::Bound(tls), "p=tls-exporter") => tls.exporter.as_ref().map(<[u8; 32]>::as_slice),
            (Self::Bound(tls), "p=tls-server-end-point") => Some(&tls.end_point),
            // RFC 5802, 6: a client that thinks we cannot bind was lied to.
            (Self::Unbound, "y") => None,
            (Self::Plain | Self::Unbound | Self::Bound(_), _) => None,
        }
    }
}

/// A name without the escapes of RFC 5802, 5.1.
fn unescaped(name: &str) -> String {
    name.replace("=2C", ",").replace("=3D", "=")
}

/// RFC 7677, 4, asks for this many at least.
const ITERATIONS: u32 = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn example_of_rfc_5802_is_taken() {
        let mut talk = Talk::new(Hash::Sha1, Channel::Plain, "3rfcNHYJY1ZVvWVs7j", SALT_1);
        talk.exchanges(
            "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
            "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        );
        talk.exchanges(
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,\
             p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
            "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
        );
        assert_eq!(talk.says(""), Step::Accept);
    }

    #[test]
    fn example_of_rfc_7677_is_taken() {
        let mut talk = sha_256(Channel::Plain);
        talk.exchanges(FIRST, CHALLENGE);
        talk.exchanges(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
             p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        );
        assert_eq!(talk.says(""), Step::Accept);
    }

    #[test]
    fn wrong_proof_is_refused() {
        for end in [
            "biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=AAAA",
            "biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
             p=eHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "biws,r=rOprNGfwEbeRWgbNEkqO,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "eSws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
             p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        ] {
            let mut talk = sha_256(Channel::Plain);
            talk.exchanges(FIRST, CHALLENGE);
            assert_eq!(talk.says(&format!("c={end}")), Step::Refuse, "{end}");
            assert_eq!(talk.says(""), Step::Refuse);
        }
    }

    #[test]
    fn malformed_first_messages_are_refused() {
        for message in [
            "",
            "n,,n=root,r=abc",
            "n,a=root,n=user,r=abc",
            "n,,n=user,r=",
            "n,,m=x,n=user,r=abc",
            "n,n=user,r=abc",
            "p=tls-exporter,,n=user,r=abc",
        ] {
            assert_eq!(sha_256(Channel::Plain).says(message), Step::Refuse, "{message}");
        }
    }

    #[test]
    fn channel_has_to_be_what_the_client_says() {
        let tls = || Handshake { exporter: Some([7; 32]), ..Handshake::default() };
        let refused = |channel, flag| {
            let message = format!("{flag},,n=user,r=abc");
            sha_256(channel).says(&message) == Step::Refuse
        };
        assert!(!refused(Channel::Plain, "y") && refused(Channel::Unbound, "y"));
        assert!(!refused(Channel::Unbound, "n") && refused(Channel::Bound(tls()), "n"));
        assert!(!refused(Channel::Bound(tls()), "p=tls-exporter"));
        assert!(!refused(Channel::Bound(tls()), "p=tls-server-end-point"));
        assert!(refused(Channel::Bound(tls()), "p=tls-unique"));
        let without = Handshake { exporter: None, ..tls() };
        assert!(refused(Channel::Bound(without), "p=tls-exporter"));
    }

    #[test]
    fn names_may_have_escapes() {
        assert_eq!(unescaped("a=2Cb=3D2C"), "a,b=2C");
    }

    const FIRST: &str = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
    const CHALLENGE: &str = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
        s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    const SALT_1: &str = "QSXCR+Q6sek8bf92";

    struct Talk {
        scram: Scram,
        auth: Auth,
    }

    impl Talk {
        fn new(hash: Hash, channel: Channel, nonce: &str, salt: &str) -> Self {
            let salt = BASE64_STANDARD.decode(salt).unwrap();
            let scram = Scram::new(hash, channel, nonce.to_owned(), salt);
            Self { scram, auth: Auth::new("user", "pencil") }
        }

        fn says(&mut self, message: &str) -> Step {
            self.scram.handle_response(message.as_bytes(), &self.auth)
        }

        #[track_caller]
        fn exchanges(&mut self, message: &str, challenge: &str) {
            assert_eq!(self.says(message), Step::Challenge(challenge.into()));
        }
    }

    fn sha_256(channel: Channel) -> Talk {
        let nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        Talk::new(Hash::Sha256, channel, nonce, "W22ZaJ0SNY7soEsUEjb6gQ==")
    }
}
