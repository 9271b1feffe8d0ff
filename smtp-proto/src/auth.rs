//! Authentication (RFC 4954) by SASL (RFC 4422): who we are, how we prove it, and the dialogue.
//!
//! [`Choice`] picks the strongest mechanism that the server offers, the settings allow and the
//! [`Credentials`] are good for. [`Exchange`] turns it into lines.
//!
//! ```
//! use envoi_proto::auth::{Choice, Credentials, Exchange, MechanismFilter, SecurityOptions};
//!
//! let credentials: Credentials = "ann@client.example:secret".parse()?;
//! let choice = Choice {
//!     offered: &["PLAIN".into(), "LOGIN".into()],
//!     credentials: &credentials,
//!     filter: &MechanismFilter::default(),
//!     security: SecurityOptions::NO_ANONYMOUS,
//!     has_client_certificate: false,
//!     channel_binding: None,
//!     nonce: [0; 18], // random in earnest
//! };
//! let (mut exchange, line) = Exchange::begin(choice.strongest()?);
//! assert!(line.as_bytes().starts_with(b"AUTH PLAIN "));
//! // 235
//! exchange.handle_success()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | mechanism, strongest first | needs | source |
//! |---|---|---|
//! | SCRAM-SHA-256-PLUS, SCRAM-SHA-1-PLUS | a password, a channel binding | RFC 7677, RFC 5802 |
//! | SCRAM-SHA-256, SCRAM-SHA-1 | a password | RFC 7677, RFC 5802 |
//! | CRAM-MD5 | a password | RFC 2195 |
//! | EXTERNAL | a certificate that the server has seen | RFC 4422 |
//! | OAUTHBEARER | a token | RFC 7628 |
//! | XOAUTH2 | a token | Google, Microsoft |
//! | PLAIN | a password | RFC 4616 |
//! | LOGIN | a password | draft-murchison-sasl-login |
//!
//! CRAM-MD5, XOAUTH2 and LOGIN cannot say that we act as somebody else, and are not used then.
//! DIGEST-MD5 is never used (RFC 6331).
//!
//! # Limits
//!
//! | limit | value | file |
//! |---|---|---|
//! | bytes of a user name or authorization identity | 512 | `credentials.rs` |
//! | bytes of a password or token | 8192 | `credentials.rs` |
//! | bytes of the line of AUTH, with its CRLF | 512 | `exchange.rs` |
//! | bytes of any other line, with its CRLF | 12288 | `coding.rs` |
//! | challenges | 100 | `exchange.rs` |
//! | iterations of SCRAM | 1 to 1000000 | `scram.rs` |
//! | bytes of a SCRAM salt, and of a server's nonce | 1024 | `scram.rs` |
//! | bytes of a server's report that are kept | 512 | `failure.rs` |
//! | rejections in memory | 1000 | `rejection.rs` |

#[cfg(feature = "arbitrary")]
mod arbitrary;
mod channel_binding;
mod choice;
mod coding;
mod cram_md5;
mod credentials;
mod digest;
mod exchange;
mod external;
mod failure;
mod filter;
mod gs2;
mod login;
mod mechanism;
mod oauthbearer;
mod plain;
mod rejection;
mod saslprep;
mod scram;
mod secret;
mod security;
mod settings;
mod xoauth2;

pub use channel_binding::{ChannelBinding, ChannelBindingKind};
pub use choice::{Choice, NONCE_LENGTH};
pub use credentials::{BadCredentials, Credentials};
pub use exchange::Exchange;
pub use failure::{Failure, NoMechanism, Reason};
pub use filter::{BadFilter, MechanismFilter};
pub use mechanism::Mechanism;
pub use rejection::{NotARejection, Rejection, Rejections};
pub use secret::Secret;
pub use security::{SecurityOptions, UnknownSecurityOption};
pub use settings::{Attempt, Settings};

/// The words of a list as main.cf writes it.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', '\t', '\r', '\n']).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;
    use core::time::Duration;

    use super::*;

    #[test]
    fn no_output_shows_a_secret() {
        let mut seen = String::new();
        let mut tokens = Credentials::token("ann", SECRET).unwrap();
        for name in ["OAUTHBEARER", "XOAUTH2"] {
            talk(name, &tokens, &mut seen);
        }
        tokens = tokens.acting_as("bob").unwrap();
        let password = Credentials::password("ann", SECRET).unwrap();
        for name in ["LOGIN", "PLAIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256-PLUS"] {
            talk(name, &password, &mut seen);
        }
        seen += &format!("{tokens:?} {password:?} {:?}", Secret::from(SECRET.as_bytes().to_vec()));
        for bad in ["\n:hunter2hunter2", "ann:\0hunter2hunter2"] {
            let refused = bad.parse::<Credentials>().unwrap_err();
            seen += &format!("{refused:?} {refused}");
        }
        let reply = "535 5.7.8 no".parse().unwrap();
        let mut rejections = Rejections::new(Rejection::LIFE);
        let rejection = Rejection::of_reply(&reply, &password, Duration::ZERO).unwrap();
        let hash = String::from(rejection.encode().split(';').nth(1).unwrap());
        rejections.insert("mx.example", &password, rejection);
        seen += &format!("{rejections:?}");

        let encoded = coding::encode(SECRET.as_bytes());
        let encoded = core::str::from_utf8(encoded.as_bytes()).unwrap();
        // The last characters depend on what follows.
        for secret in [SECRET, &encoded[..16], &hash, "[104, 117, 110, 116", "68756e74", BOUND] {
            assert!(!seen.contains(secret), "{secret} in {seen}");
        }
    }

    const SECRET: &str = "hunter2hunter2";

    /// How `Debug` would write the data of the channel binding.
    const BOUND: &str = "[1, 2, 3, 4";

    /// What can be seen of one authentication that fails in the end.
    fn talk(name: &str, credentials: &Credentials, seen: &mut String) {
        let kind = ChannelBindingKind::TlsExporter;
        let channel = ChannelBinding { kind, data: alloc::vec![1, 2, 3, 4] };
        let choice = Choice {
            offered: &[name.into()],
            credentials,
            filter: &MechanismFilter::default(),
            security: SecurityOptions::NONE,
            has_client_certificate: false,
            channel_binding: Some(&channel),
            nonce: [0; NONCE_LENGTH],
        };
        let mechanism = choice.strongest().unwrap();
        *seen += &format!("{choice:?} {mechanism:?}");
        let (mut exchange, line) = Exchange::begin(mechanism);
        *seen += &format!("{exchange:?} {line:?}");
        // A salt for SCRAM, and something for everybody else.
        let first = coding::encode(b"r=AAAAAAAAAAAAAAAAAAAAAAAAx,s=YQ==,i=1");
        for challenge in [core::str::from_utf8(first.as_bytes()).unwrap(), "YQ==", "YQ=="] {
            let response = exchange.handle_challenge(challenge);
            *seen += &format!("{exchange:?} {response:?}");
        }
        let failure = exchange.handle_success().unwrap_err();
        *seen += &format!("{exchange:?} {failure:?} {failure} {:?}", exchange.report());
    }
}
