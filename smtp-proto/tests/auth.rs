//! Every mechanism that rsasl has a server for, against that server.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use envoi_proto::auth::{
    ChannelBinding, ChannelBindingKind, Choice, Credentials, Exchange, MechanismFilter,
    NONCE_LENGTH, SecurityOptions,
};
use hmac::{Hmac, KeyInit, Mac};
use rsasl::callback::{Context, Request, SessionCallback, SessionData};
use rsasl::mechanisms::oauthbearer::properties::{OAuthBearerError, OAuthBearerValidate};
use rsasl::mechanisms::scram::properties::ScramStoredPassword;
use rsasl::mechanisms::xoauth2::properties::XOAuth2Validate;
use rsasl::mechanisms::{external, login, oauthbearer, plain, scram, xoauth2};
use rsasl::prelude::{
    ChannelBindingCallback, Mechanism, Mechname, MessageSent, Registry, SASLConfig, SASLServer,
    SessionError, State, Validation,
};
use rsasl::property::{AuthId, AuthzId, OAuthBearerToken, Password};
use rsasl::validate::{Validate, ValidationError};
use sha1::{Digest, Sha1};
use sha2::Sha256;

#[test]
fn passwords_are_proven() {
    for mechanism in ["PLAIN", "LOGIN", "SCRAM-SHA-1", "SCRAM-SHA-256"] {
        for (user, password) in [("ann", "secret"), ("änn", "s=e,c r%")] {
            let credentials = password_of(user, password);
            let end = Talk::new(mechanism, credentials, password).end();
            assert_eq!(end, End::Authenticated(user.into()), "{mechanism} {user}");
        }
    }
}

#[test]
fn passwords_are_prepared_for_scram() {
    for mechanism in ["SCRAM-SHA-1", "SCRAM-SHA-256"] {
        let end = Talk::new(mechanism, password_of("ann", "\u{fb00}\u{a0}ß"), "ff ß").end();
        assert_eq!(end, End::Authenticated("ann".into()), "{mechanism}");
    }
}

#[test]
fn wrong_passwords_are_not() {
    for mechanism in ["PLAIN", "LOGIN"] {
        let end = Talk::new(mechanism, password_of("ann", "x"), "secret").end();
        assert_eq!(end, End::Refused { report: None }, "{mechanism}");
    }
    for mechanism in ["SCRAM-SHA-1", "SCRAM-SHA-256-PLUS"] {
        let end = Talk::new(mechanism, password_of("ann", "x"), "secret").end();
        let report = Some("server reports: invalid-proof".into());
        assert_eq!(end, End::Refused { report }, "{mechanism}");
    }
}

#[test]
fn the_channel_is_bound() {
    for mechanism in ["SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"] {
        let credentials = password_of("ann", "secret");
        let end = Talk::new(mechanism, credentials, "secret").end();
        assert_eq!(end, End::Authenticated("ann".into()), "{mechanism}");
    }
}

#[test]
fn who_we_act_as_arrives() {
    for mechanism in ["PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256-PLUS"] {
        let credentials = password_of("ann", "secret").acting_as("bob").expect("a name");
        let end = Talk::new(mechanism, credentials, "secret").end();
        assert_eq!(end, End::Authenticated("ann as bob".into()), "{mechanism}");
    }
    for (identity, arrives) in [(None, ""), (Some("bob"), " as bob")] {
        let own = Credentials::certificate();
        let acting = identity.map(|name| own.clone().acting_as(name).expect("a name"));
        let credentials = acting.unwrap_or(own);
        let end = Talk::new("EXTERNAL", credentials, "").end();
        assert_eq!(end, End::Authenticated(arrives.into()));
    }
}

#[test]
fn tokens_are_shown() {
    let token = || Credentials::token("ann", "mF_9.B5f-4.1JqM").expect("a token");
    for mechanism in ["OAUTHBEARER", "XOAUTH2"] {
        let end = Talk::new(mechanism, token(), "mF_9.B5f-4.1JqM").end();
        assert!(matches!(end, End::Authenticated(_)), "{mechanism} {end:?}");
        let end = Talk::new(mechanism, token(), "another").end();
        let report = Some(r#"server reports: {"status":"invalid_token"}"#.into());
        assert_eq!(end, End::Refused { report }, "{mechanism}");
    }
}

#[test]
fn a_server_notices_that_plus_was_taken_from_its_offer() {
    for (is_bindable, end) in
        [(false, End::Authenticated("ann".into())), (true, End::Refused { report: None })]
    {
        let talk = Talk::new("SCRAM-SHA-256", password_of("ann", "secret"), "secret");
        assert_eq!(Talk { is_bindable, ..talk }.end(), end);
    }
}

/// One authentication.
struct Talk {
    mechanism: &'static str,
    credentials: Credentials,
    /// The password or token that the server knows.
    known: &'static str,
    /// Whether the client could bind the channel.
    is_bindable: bool,
}

#[derive(Debug, Eq, PartialEq)]
enum End {
    /// As whom.
    Authenticated(String),
    Refused {
        report: Option<String>,
    },
}

impl Talk {
    fn new(mechanism: &'static str, credentials: Credentials, known: &'static str) -> Self {
        Self { mechanism, credentials, known, is_bindable: mechanism.ends_with("-PLUS") }
    }

    fn end(&self) -> End {
        let config = SASLConfig::builder().with_registry(Registry::with_mechanisms(&MECHANISMS));
        let server = Server { known: self.known.into(), salt: *b"salt" };
        let config: Arc<SASLConfig> = config.with_callback(server).expect("a configuration");
        let server = SASLServer::<Who, _>::with_cb(config, Channel);
        let name = Mechname::parse(self.mechanism.as_bytes()).expect("a name");
        let mut session = server.start_suggested(name).expect("a mechanism of the server");

        let (mut exchange, line) = self.begin();
        let line = String::from_utf8(line.as_bytes().to_vec()).expect("ASCII");
        let words: Vec<_> = line.split(' ').collect();
        assert_eq!(words[..2], ["AUTH", self.mechanism]);
        let mut said = words.get(2).map(|said| if *said == "=" { vec![] } else { decode(said) });
        let mut is_last = false;
        while !is_last {
            let mut challenge = Vec::new();
            is_last = match session.step(said.as_deref(), &mut challenge) {
                Ok(State::Running) => false,
                Ok(State::Finished(MessageSent::Yes)) => true,
                Ok(State::Finished(MessageSent::No)) | Err(_) => break,
            };
            let response = exchange.handle_challenge(&STANDARD.encode(&challenge));
            let response = response.expect("nothing was cancelled");
            assert_eq!(exchange.failure(), None);
            said = Some(decode(core::str::from_utf8(response.as_bytes()).expect("ASCII")));
        }
        match session.validation() {
            Some(who) if exchange.handle_success().is_ok() => End::Authenticated(who),
            _ => End::Refused { report: exchange.report().map(|reason| reason.to_string()) },
        }
    }

    fn begin(&self) -> (Exchange, envoi_proto::auth::Secret) {
        let kind = ChannelBindingKind::TlsExporter;
        let channel = ChannelBinding { kind, data: Channel::DATA.to_vec() };
        let choice = Choice {
            offered: &[self.mechanism.into()],
            credentials: &self.credentials,
            filter: &MechanismFilter::default(),
            security: SecurityOptions::NONE,
            has_client_certificate: true,
            channel_binding: self.is_bindable.then_some(&channel),
            nonce: [7; NONCE_LENGTH],
        };
        Exchange::begin(choice.strongest().expect("the mechanism fits the credentials"))
    }
}

fn decode(text: &str) -> Vec<u8> {
    STANDARD.decode(text).expect("base64")
}

fn password_of(user: &str, password: &str) -> Credentials {
    Credentials::password(user, password).expect("a password")
}

static MECHANISMS: [Mechanism; 9] = [
    external::EXTERNAL,
    login::LOGIN,
    oauthbearer::OAUTHBEARER,
    plain::PLAIN,
    scram::SCRAM_SHA1,
    scram::SCRAM_SHA1_PLUS,
    scram::SCRAM_SHA256,
    scram::SCRAM_SHA256_PLUS,
    xoauth2::XOAUTH2,
];

/// rsasl tells nobody but its validation who it was.
struct Who;

impl Validation for Who {
    type Value = String;
}

/// The server's end of a TLS connection.
struct Channel;

impl Channel {
    const DATA: [u8; 32] = [0xa5; 32];
}

impl ChannelBindingCallback for Channel {
    fn get_cb_data(&self, name: &str) -> Option<&[u8]> {
        (name == "tls-exporter").then_some(&Self::DATA)
    }
}

/// What the server knows.
struct Server {
    known: String,
    salt: [u8; 4],
}

impl Server {
    /// The stored key and the server key of RFC 5802, 3.
    fn keys(&self, mechanism: &str) -> (Vec<u8>, Vec<u8>) {
        if mechanism.starts_with("SCRAM-SHA-1") {
            let salted =
                pbkdf2::pbkdf2_hmac_array::<Sha1, 20>(self.known.as_bytes(), &self.salt, 4096);
            let key =
                |label| Hmac::<Sha1>::new_from_slice(&salted).expect("a key").chain_update(label);
            let client_key = key("Client Key").finalize().into_bytes();
            let server_key = key("Server Key").finalize().into_bytes();
            return (Sha1::digest(client_key).to_vec(), server_key.to_vec());
        }
        let salted =
            pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(self.known.as_bytes(), &self.salt, 4096);
        let key =
            |label| Hmac::<Sha256>::new_from_slice(&salted).expect("a key").chain_update(label);
        let client_key = key("Client Key").finalize().into_bytes();
        let server_key = key("Server Key").finalize().into_bytes();
        (Sha256::digest(client_key).to_vec(), server_key.to_vec())
    }
}

impl SessionCallback for Server {
    fn callback(
        &self,
        session: &SessionData,
        context: &Context<'_>,
        request: &mut Request<'_>,
    ) -> Result<(), SessionError> {
        let (stored_key, server_key) = self.keys(session.mechanism().mechanism.as_str());
        let token = context.get_ref::<OAuthBearerToken>().unwrap_or_default();
        let is_known = token.strip_prefix("Bearer ").unwrap_or(token) == self.known;
        let salt = &self.salt;
        request
            .satisfy::<ScramStoredPassword<'_>>(&ScramStoredPassword::new(
                4096,
                salt,
                &stored_key,
                &server_key,
            ))?
            .satisfy::<OAuthBearerValidate>(&if is_known {
                Ok(())
            } else {
                Err(OAuthBearerError::new("invalid_token", None, None))
            })?
            .satisfy::<XOAuth2Validate>(&if is_known {
                Ok(())
            } else {
                Err(r#"{"status":"invalid_token"}"#)
            })?;
        Ok(())
    }

    fn validate(
        &self,
        _: &SessionData,
        context: &Context<'_>,
        validate: &mut Validate<'_>,
    ) -> Result<(), ValidationError> {
        let password = context.get_ref::<Password>();
        if password.is_some_and(|password| password != self.known.as_bytes()) {
            return Ok(());
        }
        let who = context.get_ref::<AuthId>().unwrap_or_default();
        let acting_as = context.get_ref::<AuthzId>().filter(|name| !name.is_empty());
        let acting_as = acting_as.map(|name| format!(" as {name}"));
        let who = format!("{who}{}", acting_as.unwrap_or_default());
        validate.with::<Who, _>(|| Ok(who))?;
        Ok(())
    }
}
