//! SCRAM (RFC 5802, RFC 7677): both sides prove that they know the password, and neither says it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::channel_binding::ChannelBinding;
use super::coding;
use super::digest::Hash;
use super::failure::Reason;
use super::gs2;
use super::mechanism::Mechanism;
use super::saslprep;
use super::secret::Secret;
use super::security::SecurityOptions;

#[derive(Debug)]
pub(super) struct Scram {
    hash: Hash,
    /// Whether it is the -PLUS variant.
    is_bound: bool,
    gs2_header: String,
    /// What goes back to the server in base64: the header and the channel binding.
    binding: Secret,
    /// `n=…,r=…`.
    first_bare: String,
    nonce: String,
    state: State,
}

/// What the client can say of channel binding (RFC 5802, 6).
#[derive(Clone, Copy, Debug)]
pub(super) enum Binding<'a> {
    /// It cannot, or was told not to.
    Unsupported,
    /// It could, and believes that the server cannot. A server that can knows then that somebody
    /// has taken -PLUS from its offer.
    NotOffered,
    Bound(&'a ChannelBinding),
}

/// Who takes part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parties<'a> {
    /// Empty where the user acts for nobody else.
    pub(super) authorization: &'a str,
    pub(super) user: &'a str,
    pub(super) password: &'a Secret,
}

#[derive(Debug)]
enum State {
    /// The salt is awaited.
    First { password: Secret },
    /// The server's proof is awaited.
    Final { server_key: Secret, auth_message: Secret },
    /// The server has proven itself.
    Proven,
    /// The server has refused us, and will say so in its reply.
    Refused(Reason),
}

impl Scram {
    pub(super) const fn name_of(hash: Hash, is_bound: bool) -> &'static str {
        match (hash, is_bound) {
            (Hash::Sha1, false) => "SCRAM-SHA-1",
            (Hash::Sha1, true) => "SCRAM-SHA-1-PLUS",
            (Hash::Sha256, false) => "SCRAM-SHA-256",
            (Hash::Sha256, true) => "SCRAM-SHA-256-PLUS",
        }
    }

    /// `nonce` is printable and without a comma.
    pub(super) fn new(
        hash: Hash,
        parties: Parties<'_>,
        binding: Binding<'_>,
        nonce: String,
    ) -> Result<Self, Reason> {
        let (flag, data) = match binding {
            Binding::Unsupported => (String::from("n"), &[][..]),
            Binding::NotOffered => (String::from("y"), &[][..]),
            Binding::Bound(channel) => (format!("p={}", channel.kind), &*channel.data),
        };
        let gs2_header = gs2::header(&flag, parties.authorization);
        let user = saslprep::prepare(parties.user)?;
        let user = core::str::from_utf8(user.as_bytes()).map_err(|_| Reason::Prohibited)?;
        let password = core::str::from_utf8(parties.password.as_bytes());
        let password = saslprep::prepare(password.map_err(|_| Reason::Prohibited)?)?;
        Ok(Self {
            hash,
            is_bound: matches!(binding, Binding::Bound(_)),
            binding: Secret::concat(&[gs2_header.as_bytes(), data]),
            gs2_header,
            first_bare: format!("n={},r={nonce}", gs2::escape(user)),
            nonce,
            state: State::First { password },
        })
    }

    /// Proves that we know the password, and remembers how the server will.
    fn prove(&self, challenge: &str, password: &Secret) -> Result<(Secret, State), Reason> {
        let first = ServerFirst::parse(challenge, &self.nonce)?;
        let salted = self.hash.derive(password.as_bytes(), &first.salt, first.iterations);
        let client_key = self.hash.mac(salted.as_bytes(), b"Client Key");
        let server_key = self.hash.mac(salted.as_bytes(), b"Server Key");
        let stored_key = self.hash.digest(client_key.as_bytes());

        let binding = coding::encode(self.binding.as_bytes());
        let nonce = first.nonce.as_bytes();
        let without_proof = Secret::concat(&[b"c=", binding.as_bytes(), b",r=", nonce]);
        let said = [self.first_bare.as_bytes(), challenge.as_bytes(), without_proof.as_bytes()];
        let auth_message = Secret::concat(&[said[0], b",", said[1], b",", said[2]]);
        let signature = self.hash.mac(stored_key.as_bytes(), auth_message.as_bytes());
        let pairs = client_key.as_bytes().iter().zip(signature.as_bytes());
        let proof = Secret::from(pairs.map(|(a, b)| a ^ b).collect::<Vec<_>>());
        let proof = coding::encode(proof.as_bytes());
        let response = Secret::concat(&[without_proof.as_bytes(), b",p=", proof.as_bytes()]);
        Ok((response, State::Final { server_key, auth_message }))
    }
}

impl Mechanism for Scram {
    fn name(&self) -> &'static str {
        Self::name_of(self.hash, self.is_bound)
    }

    fn properties(&self) -> SecurityOptions {
        SecurityOptions::NO_PLAINTEXT
            .and(SecurityOptions::NO_ACTIVE)
            .and(SecurityOptions::NO_ANONYMOUS)
            .and(SecurityOptions::MUTUAL_AUTH)
    }

    fn initial_response(&mut self) -> Option<Secret> {
        Some(Secret::concat(&[self.gs2_header.as_bytes(), self.first_bare.as_bytes()]))
    }

    fn step(&mut self, challenge: &[u8]) -> Result<Secret, Reason> {
        let challenge = core::str::from_utf8(challenge);
        let challenge = challenge.map_err(|_| Reason::Malformed("UTF-8"))?;
        let is_asked = matches!(self.state, State::First { .. } | State::Final { .. });
        // RFC 5802, 7: the server says what is wrong in place of its message.
        if let Some(error) = challenge.strip_prefix("e=").filter(|_| is_asked) {
            self.state = State::Refused(Reason::reported(error.as_bytes()));
            return Ok(Secret::default());
        }
        match &self.state {
            State::First { password } => {
                let (response, state) = self.prove(challenge, password)?;
                self.state = state;
                Ok(response)
            }
            State::Final { server_key, auth_message } => {
                let signature = verifier(challenge)?;
                let (key, text) = (server_key.as_bytes(), auth_message.as_bytes());
                if !self.hash.verify(key, text, &signature) {
                    return Err(Reason::NotProven);
                }
                self.state = State::Proven;
                Ok(Secret::default())
            }
            State::Proven | State::Refused(_) => Err(Reason::UnexpectedChallenge),
        }
    }

    fn finish(&self) -> Result<(), Reason> {
        match &self.state {
            State::Proven => Ok(()),
            State::Refused(reason) => Err(reason.clone()),
            State::First { .. } | State::Final { .. } => Err(Reason::NotProven),
        }
    }
}

/// `r=…,s=…,i=…`: the server's first message.
#[derive(Debug, Eq, PartialEq)]
struct ServerFirst<'a> {
    nonce: &'a str,
    salt: Vec<u8>,
    iterations: u32,
}

impl<'a> ServerFirst<'a> {
    /// Extensions may follow. A mandatory one (`m=`) would come first, and is refused there.
    fn parse(message: &'a str, own_nonce: &str) -> Result<Self, Reason> {
        const EXPECTED: Reason = Reason::Malformed("r=, s= and i=");
        let mut fields = message.split(',');
        let mut field = |name| fields.next().and_then(|field| field.strip_prefix(name));
        let (Some(nonce), Some(salt), Some(count)) = (field("r="), field("s="), field("i=")) else {
            return Err(EXPECTED);
        };
        let added = nonce.strip_prefix(own_nonce).ok_or(Reason::Nonce)?;
        let is_nonce = added.bytes().all(|b| b.is_ascii_graphic());
        if !is_nonce || !(1..=NONCE_MAX).contains(&added.len()) {
            return Err(Reason::Malformed("a nonce of 1 to 1024 printable bytes beside ours"));
        }
        let salt = coding::decode(salt.as_bytes()).map_err(|_| EXPECTED)?;
        if !(1..=SALT_MAX).contains(&salt.len()) {
            return Err(Reason::Malformed("a salt of 1 to 1024 bytes"));
        }
        let count = Some(count).filter(|count| count.bytes().all(|b| b.is_ascii_digit()));
        let iterations = count.and_then(|count| count.parse().ok()).unwrap_or(0);
        if !(ITERATIONS_MIN..=ITERATIONS_MAX).contains(&iterations) {
            return Err(Reason::Iterations);
        }
        Ok(Self { nonce, salt, iterations })
    }
}

/// `v=…`: the server's proof. Extensions may follow.
fn verifier(message: &str) -> Result<Vec<u8>, Reason> {
    let signature = message.split(',').next().and_then(|field| field.strip_prefix("v="));
    let signature = signature.ok_or(Reason::Malformed("v="))?;
    coding::decode(signature.as_bytes()).map_err(|_| Reason::Malformed("v="))
}

/// Fewest iterations. RFC 5802, 5.1 wants 4096 of a server; where it has fewer, its users cannot
/// help it. Few make it easy to guess a password from what was heard without TLS.
pub(super) const ITERATIONS_MIN: u32 = 1;

/// Most iterations: about a second of work, which nothing interrupts.
pub(super) const ITERATIONS_MAX: u32 = 1_000_000;

/// Most bytes that the server may add to our nonce.
const NONCE_MAX: usize = 1024;

/// Most bytes of salt.
const SALT_MAX: usize = 1024;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::super::channel_binding::ChannelBindingKind;
    use super::*;

    #[test]
    fn rfc_5802_section_5() {
        let mut scram = scram(Hash::Sha1, Binding::Unsupported, "fyko+d2lbbFgONRv9qkxdawL");
        assert_eq!(text(scram.initial_response()), "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
        let first = "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096";
        let response = "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,\
                        p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=";
        assert_eq!(text(scram.step(first.as_bytes()).ok()), response);
        assert_eq!(scram.finish(), Err(Reason::NotProven));
        assert_eq!(text(scram.step(b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=").ok()), "");
        assert_eq!(scram.finish(), Ok(()));
        assert_eq!(scram.step(b"").unwrap_err(), Reason::UnexpectedChallenge);
    }

    #[test]
    fn rfc_7677_section_3() {
        let mut scram = asked();
        let response = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                        p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
        assert_eq!(text(scram.step(FIRST.as_bytes()).ok()), response);
        scram.step(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=").unwrap();
        assert_eq!(scram.finish(), Ok(()));
    }

    #[test]
    fn a_server_that_does_not_know_the_password_is_not_believed() {
        for (forged, reason) in [
            ("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=", Reason::Malformed("v=")),
            ("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", Reason::NotProven),
            ("v=6rri", Reason::NotProven),
            ("v=", Reason::NotProven),
            ("", Reason::Malformed("v=")),
        ] {
            let mut scram = asked();
            scram.step(FIRST.as_bytes()).unwrap();
            assert_eq!(scram.step(forged.as_bytes()).unwrap_err(), reason);
            assert_eq!(scram.finish(), Err(Reason::NotProven));
        }
        assert_eq!(asked().finish(), Err(Reason::NotProven));
    }

    #[test]
    fn what_the_server_reports_is_acknowledged_and_kept() {
        let mut scram = asked();
        scram.step(FIRST.as_bytes()).unwrap();
        assert_eq!(text(scram.step(b"e=invalid-proof").ok()), "");
        let reason = scram.finish().unwrap_err();
        assert_eq!(reason.to_string(), "server reports: invalid-proof");
        assert_eq!(scram.step(b"e=other-error").unwrap_err(), Reason::UnexpectedChallenge);

        let mut scram = asked();
        assert_eq!(text(scram.step(b"e=unknown-user").ok()), "");
        assert!(scram.finish().is_err());
    }

    #[test]
    fn a_bad_first_message_ends_the_dialogue() {
        let malformed = Reason::Malformed("r=, s= and i=");
        let long_nonce = ["r=x", &"y".repeat(NONCE_MAX + 1), ",s=YQ==,i=1"].concat();
        let nonce = Reason::Malformed("a nonce of 1 to 1024 printable bytes beside ours");
        let salt = Reason::Malformed("a salt of 1 to 1024 bytes");
        let long_salt = salted(SALT_MAX + 1);
        for (message, reason) in [
            ("", &malformed),
            ("r=xy,s=YQ==", &malformed),
            ("m=x,r=xy,s=YQ==,i=1", &malformed),
            ("s=YQ==,r=xy,i=1", &malformed),
            ("r=xy,s=YQ,i=1", &malformed),
            ("r=zy,s=YQ==,i=1", &Reason::Nonce),
            ("r=x,s=YQ==,i=1", &nonce),
            ("r=xy z,s=YQ==,i=1", &nonce),
            (&long_nonce, &nonce),
            ("r=xy,s=,i=1", &salt),
            (&long_salt, &salt),
            ("r=xy,s=YQ==,i=0", &Reason::Iterations),
            ("r=xy,s=YQ==,i=+1", &Reason::Iterations),
            ("r=xy,s=YQ==,i=", &Reason::Iterations),
            ("r=xy,s=YQ==,i=1000001", &Reason::Iterations),
            ("r=xy,s=YQ==,i=99999999999", &Reason::Iterations),
        ] {
            assert_eq!(ServerFirst::parse(message, "x").unwrap_err(), *reason, "{message}");
        }
        let utf8 = asked().step(b"\xff").unwrap_err();
        assert_eq!(utf8, Reason::Malformed("UTF-8"));
    }

    #[test]
    fn a_first_message_is_taken_up_to_its_limits() {
        let long_nonce = ["r=x", &"y".repeat(NONCE_MAX), ",s=YQ==,i=1"].concat();
        assert!(ServerFirst::parse(&long_nonce, "x").is_ok());
        assert!(ServerFirst::parse(&salted(SALT_MAX), "x").is_ok());
        let first = ServerFirst::parse("r=xy,s=YQ==,i=1000000,new=1", "x").unwrap();
        assert_eq!(first, ServerFirst { nonce: "xy", salt: b"a".to_vec(), iterations: 1_000_000 });
    }

    #[test]
    fn the_channel_is_named_and_bound() {
        let channel =
            ChannelBinding { kind: ChannelBindingKind::TlsExporter, data: b"\x01\xff".to_vec() };
        let mut bound = scram(Hash::Sha1, Binding::Bound(&channel), "x");
        assert_eq!(bound.name(), "SCRAM-SHA-1-PLUS");
        assert_eq!(text(bound.initial_response()), "p=tls-exporter,,n=user,r=x");
        let response = text(bound.step(b"r=xy,s=YQ==,i=1").ok());
        let sent = coding::encode(b"p=tls-exporter,,\x01\xff");
        let sent = core::str::from_utf8(sent.as_bytes()).unwrap();
        assert!(response.starts_with(&format!("c={sent},r=xy,p=")), "{response}");

        let mut unbound = scram(Hash::Sha256, Binding::NotOffered, "x");
        assert_eq!(unbound.name(), "SCRAM-SHA-256");
        assert_eq!(text(unbound.initial_response()), "y,,n=user,r=x");
        assert!(text(unbound.step(b"r=xy,s=YQ==,i=1").ok()).starts_with("c=eSws,r=xy,p="));
    }

    #[test]
    fn names_are_prepared_and_escaped() {
        let password = Secret::concat(&[b"pencil"]);
        let (authorization, user) = ("o=a,b", "a\u{a0}\u{2168},=");
        let parties = Parties { authorization, user, password: &password };
        let mut scram = Scram::new(Hash::Sha1, parties, Binding::Unsupported, "x".into()).unwrap();
        assert_eq!(text(scram.initial_response()), "n,a=o=3Da=2Cb,n=a IX=2C=3D,r=x");

        let forbidden = Parties { user: "a\u{e000}", ..parties };
        let refused = Scram::new(Hash::Sha1, forbidden, Binding::Unsupported, "x".into());
        assert_eq!(refused.unwrap_err(), Reason::Prohibited);
    }

    /// RFC 7677, 3.
    const FIRST: &str =
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    fn asked() -> Scram {
        let mut scram = scram(Hash::Sha256, Binding::Unsupported, "rOprNGfwEbeRWgbNEkqO");
        assert_eq!(text(scram.initial_response()), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        scram
    }

    fn scram(hash: Hash, binding: Binding<'_>, nonce: &str) -> Scram {
        let password = Secret::concat(&[b"pencil"]);
        let parties = Parties { authorization: "", user: "user", password: &password };
        Scram::new(hash, parties, binding, nonce.into()).unwrap()
    }

    fn salted(length: usize) -> String {
        let salt = coding::encode(&alloc::vec![b'a'; length]);
        format!("r=xy,s={},i=1", core::str::from_utf8(salt.as_bytes()).unwrap())
    }

    fn text(said: Option<Secret>) -> String {
        String::from_utf8(said.unwrap().as_bytes().to_vec()).unwrap()
    }
}
