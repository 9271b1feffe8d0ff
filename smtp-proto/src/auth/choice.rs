//! Which of the server's mechanisms we use.

use alloc::boxed::Box;
use alloc::string::String;

use super::channel_binding::ChannelBinding;
use super::coding;
use super::cram_md5::CramMd5;
use super::credentials::{Credentials, Proof};
use super::digest::Hash;
use super::external::External;
use super::failure::{Failure, NoMechanism};
use super::filter::MechanismFilter;
use super::login::Login;
use super::mechanism::Mechanism;
use super::oauthbearer::Oauthbearer;
use super::plain::Plain;
use super::scram::{Binding, Parties, Scram};
use super::security::SecurityOptions;
use super::xoauth2::Xoauth2;

/// All that decides which mechanism is used.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// The names that the server gave, from all its AUTH lines. Case does not matter.
    pub offered: &'a [String],
    /// Who we are.
    pub credentials: &'a Credentials,
    /// Which names may be used.
    pub filter: &'a MechanismFilter,
    /// What the mechanism must be proof against, in this kind of connection.
    pub security: SecurityOptions,
    /// Whether we have a certificate, which the server has seen if it asked for one.
    pub has_client_certificate: bool,
    /// What ties the authentication to the TLS connection, where there is one and it can be had:
    /// `tls-exporter` with TLS 1.3, `tls-server-end-point` before.
    pub channel_binding: Option<&'a ChannelBinding>,
    /// Random bytes that were used for nothing else and will not be.
    pub nonce: [u8; NONCE_LENGTH],
}

impl<'a> Choice<'a> {
    /// The strongest mechanism that the server offers and we can use.
    ///
    /// # Errors
    /// If there is none, or the user name or password cannot be used with it. A weaker one is not
    /// tried then: what the server or somebody else can bring about must not lead to it.
    pub fn strongest(&self) -> Result<Box<dyn Mechanism>, Failure> {
        let mut none = NoMechanism::Unsuited;
        for kind in STRONGEST_FIRST {
            if !self.is_offered(kind.name()) || !self.filter.allows(kind.name()) {
                continue;
            }
            let Some(mechanism) = self.make(kind)? else {
                continue;
            };
            if mechanism.properties().includes(self.security) {
                return Ok(mechanism);
            }
            none = NoMechanism::Insecure;
        }
        Err(self.why_none(none).into())
    }

    /// The mechanism, if the credentials are of its kind.
    fn make(&self, kind: Kind) -> Result<Option<Box<dyn Mechanism>>, Failure> {
        let authorization = self.credentials.authorization();
        let acting_as = authorization.unwrap_or_default();
        // These cannot say whom we act as.
        let is_unable = matches!(kind, Kind::CramMd5 | Kind::Login | Kind::Xoauth2);
        if is_unable && self.credentials.is_delegated() {
            return Ok(None);
        }
        Ok(match (kind, self.credentials.proof()) {
            (Kind::Scram(hash, is_bound), Proof::Password { user, password }) => {
                let Some(binding) = self.binding(is_bound) else {
                    return Ok(None);
                };
                let parties = Parties { authorization: acting_as, user, password };
                let nonce = coding::encode(&self.nonce);
                let nonce = String::from_utf8_lossy(nonce.as_bytes()).into_owned();
                let scram = Scram::new(hash, parties, binding, nonce);
                let mechanism = kind.name();
                Some(Box::new(scram.map_err(|reason| Failure::Mechanism { mechanism, reason })?))
            }
            (Kind::CramMd5, Proof::Password { user, password }) => {
                Some(Box::new(CramMd5::new(user, password)))
            }
            (Kind::Plain, Proof::Password { user, password }) => {
                Some(Box::new(Plain::new(acting_as, user, password)))
            }
            (Kind::Login, Proof::Password { user, password }) => {
                Some(Box::new(Login::new(user, password)))
            }
            (Kind::Oauthbearer, Proof::Token { user, token }) => {
                Some(Box::new(Oauthbearer::new(authorization.unwrap_or(user), token)))
            }
            (Kind::Xoauth2, Proof::Token { user, token }) => {
                Some(Box::new(Xoauth2::new(user, token)))
            }
            (Kind::External, Proof::Certificate) if self.has_client_certificate => {
                Some(Box::new(External::new(acting_as)))
            }
            (_, Proof::Password { .. } | Proof::Token { .. } | Proof::Certificate) => None,
        })
    }

    /// What SCRAM says of channel binding, or `None` where -PLUS cannot be used.
    fn binding(&self, is_bound: bool) -> Option<Binding<'a>> {
        match (is_bound, self.channel_binding) {
            (true, channel) => channel.map(Binding::Bound),
            (false, None) => Some(Binding::Unsupported),
            // Also if the -PLUS that it offers is one that we do not know, or that is filtered
            // out: a server that was told it cannot bind, and can, refuses us.
            (false, Some(_)) if self.offers_binding() => Some(Binding::Unsupported),
            (false, Some(_)) => Some(Binding::NotOffered),
        }
    }

    fn offers_binding(&self) -> bool {
        self.offered.iter().any(|name| {
            let name = name.to_ascii_uppercase();
            name.starts_with("SCRAM-") && name.ends_with("-PLUS")
        })
    }

    fn is_offered(&self, name: &str) -> bool {
        self.offered.iter().any(|offered| offered.eq_ignore_ascii_case(name))
    }

    fn why_none(&self, none: NoMechanism) -> NoMechanism {
        let mut left = self.offered.iter().filter(|name| self.filter.allows(name)).peekable();
        let wants_digest_md5 = self.filter.allows(DIGEST_MD5)
            && STRONGEST_FIRST.iter().all(|kind| !self.filter.allows(kind.name()));
        if self.offered.is_empty() {
            NoMechanism::NotOffered
        } else if wants_digest_md5 {
            NoMechanism::DigestMd5
        } else if left.peek().is_none() {
            NoMechanism::Filtered
        } else if left.all(|name| name.eq_ignore_ascii_case(DIGEST_MD5)) {
            NoMechanism::DigestMd5
        } else {
            none
        }
    }
}

/// A mechanism by name.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// With a hash, and with channel binding or without.
    Scram(Hash, bool),
    CramMd5,
    External,
    Oauthbearer,
    Xoauth2,
    Plain,
    Login,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Scram(hash, is_bound) => Scram::name_of(hash, is_bound),
            Self::CramMd5 => CramMd5::NAME,
            Self::External => External::NAME,
            Self::Oauthbearer => Oauthbearer::NAME,
            Self::Xoauth2 => Xoauth2::NAME,
            Self::Plain => Plain::NAME,
            Self::Login => Login::NAME,
        }
    }
}

const STRONGEST_FIRST: [Kind; 10] = [
    Kind::Scram(Hash::Sha256, true),
    Kind::Scram(Hash::Sha1, true),
    Kind::Scram(Hash::Sha256, false),
    Kind::Scram(Hash::Sha1, false),
    Kind::CramMd5,
    Kind::External,
    Kind::Oauthbearer,
    Kind::Xoauth2,
    Kind::Plain,
    Kind::Login,
];

/// Obsolete (RFC 6331), and never used.
const DIGEST_MD5: &str = "DIGEST-MD5";

/// Bytes of a nonce: 144 bits, and a multiple of three, so that base64 needs no padding.
pub const NONCE_LENGTH: usize = 18;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec::Vec;

    use super::super::channel_binding::ChannelBindingKind;
    use super::*;

    const ALL: &str = "LOGIN PLAIN XOAUTH2 OAUTHBEARER EXTERNAL CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 \
                       SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS GSSAPI";
    const NONE: SecurityOptions = SecurityOptions::NONE;

    #[test]
    fn the_strongest_that_is_left_is_chosen() {
        for (offered, filter, chosen) in [
            (ALL, "", "SCRAM-SHA-256-PLUS"),
            (ALL, "!SCRAM-SHA-256-PLUS static:all", "SCRAM-SHA-1-PLUS"),
            (ALL, "scram-sha-256 scram-sha-1", "SCRAM-SHA-256"),
            (ALL, "scram-sha-1 cram-md5", "SCRAM-SHA-1"),
            (ALL, "login plain cram-md5", "CRAM-MD5"),
            (ALL, "login plain", "PLAIN"),
            (ALL, "login", "LOGIN"),
            ("scram-sha-1 Plain", "", "SCRAM-SHA-1"),
            ("Plain PLAIN login", "", "PLAIN"),
        ] {
            let test = Test { filter, has_binding: true, ..Test::new(offered, password()) };
            assert_eq!(test.choose(), Ok(chosen), "{offered} {filter}");
        }
    }

    #[test]
    fn credentials_go_only_where_they_are_asked_for() {
        for (offered, credentials, chosen) in [
            (ALL, password(), Ok("SCRAM-SHA-256")),
            (ALL, token(), Ok("OAUTHBEARER")),
            ("PLAIN XOAUTH2", token(), Ok("XOAUTH2")),
            ("PLAIN LOGIN", token(), Err(NoMechanism::Unsuited)),
            ("XOAUTH2", password(), Err(NoMechanism::Unsuited)),
            ("EXTERNAL", password(), Err(NoMechanism::Unsuited)),
            (ALL, Credentials::certificate(), Ok("EXTERNAL")),
            ("PLAIN", Credentials::certificate(), Err(NoMechanism::Unsuited)),
        ] {
            let test = Test { has_client_certificate: true, ..Test::new(offered, credentials) };
            assert_eq!(test.choose(), chosen, "{offered}");
        }
        let unseen = Test::new(ALL, Credentials::certificate()).choose();
        assert_eq!(unseen, Err(NoMechanism::Unsuited));
    }

    #[test]
    fn security_options_rule_mechanisms_out() {
        let insecure = Err(NoMechanism::Insecure);
        for (offered, credentials, security, chosen) in [
            ("PLAIN LOGIN", password(), "noanonymous", Ok("PLAIN")),
            ("PLAIN LOGIN", password(), "noplaintext", insecure),
            ("PLAIN CRAM-MD5", password(), "noplaintext, noanonymous", Ok("CRAM-MD5")),
            ("CRAM-MD5", password(), "noactive", insecure),
            ("CRAM-MD5 SCRAM-SHA-1", password(), "noactive mutual_auth", Ok("SCRAM-SHA-1")),
            ("SCRAM-SHA-256", password(), "nodictionary", insecure),
            ("SCRAM-SHA-256", password(), "forward_secrecy", insecure),
            ("OAUTHBEARER XOAUTH2", token(), "noplaintext", insecure),
            ("EXTERNAL", Credentials::certificate(), "noplaintext nodictionary", Ok("EXTERNAL")),
            ("EXTERNAL", Credentials::certificate(), "mutual_auth", insecure),
        ] {
            let (security, has_client_certificate) = (security.parse().unwrap(), true);
            let new = Test::new(offered, credentials);
            let test = Test { security, has_client_certificate, ..new };
            assert_eq!(test.choose(), chosen, "{offered} {security}");
        }
    }

    #[test]
    fn it_is_said_why_there_is_none() {
        for (offered, filter, why) in [
            ("", "", NoMechanism::NotOffered),
            ("", "digest-md5", NoMechanism::NotOffered),
            ("PLAIN", "login", NoMechanism::Filtered),
            ("PLAIN", "digest-md5", NoMechanism::DigestMd5),
            ("DIGEST-MD5", "", NoMechanism::DigestMd5),
            ("DIGEST-MD5 GSSAPI", "", NoMechanism::Unsuited),
            ("DIGEST-MD5 PLAIN", "!digest-md5, !plain, static:rest", NoMechanism::Filtered),
        ] {
            let test = Test { filter, ..Test::new(offered, password()) };
            assert_eq!(test.choose(), Err(why), "{offered:?} {filter}");
        }
    }

    #[test]
    fn who_acts_as_somebody_else_needs_a_mechanism_that_says_so() {
        let bob = password().acting_as("bob").unwrap();
        assert_eq!(Test::new("LOGIN CRAM-MD5 PLAIN", bob.clone()).choose(), Ok("PLAIN"));
        assert_eq!(Test::new("LOGIN CRAM-MD5", bob).choose(), Err(NoMechanism::Unsuited));
        let ann = password().acting_as("ann").unwrap();
        assert_eq!(Test::new("LOGIN CRAM-MD5", ann).choose(), Ok("CRAM-MD5"));
        let bob = token().acting_as("bob").unwrap();
        assert_eq!(Test::new("XOAUTH2", bob.clone()).choose(), Err(NoMechanism::Unsuited));
        assert_eq!(Test::new("XOAUTH2 OAUTHBEARER", bob).choose(), Ok("OAUTHBEARER"));
    }

    #[test]
    fn a_server_that_lost_plus_on_the_way_can_tell() {
        for (offered, filter, has_binding, flag) in [
            ("SCRAM-SHA-1", "", true, "y,,"),
            ("SCRAM-SHA-1", "", false, "n,,"),
            ("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", "", true, "p=tls-server-end-point,,"),
            ("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", "", false, "n,,"),
            ("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", "scram-sha-1", true, "n,,"),
            ("SCRAM-SHA-1 SCRAM-SHA-512-plus", "", true, "n,,"),
        ] {
            let test = Test { filter, has_binding, ..Test::new(offered, password()) };
            let said = test.run().unwrap().initial_response().unwrap();
            let said = core::str::from_utf8(said.as_bytes()).unwrap();
            assert_eq!(said, [flag, "n=ann,r=AAAAAAAAAAAAAAAAAAAAAAAA"].concat());
        }
    }

    #[test]
    fn a_password_that_cannot_be_prepared_leads_to_nothing_weaker() {
        let odd = Credentials::password("ann", "\u{e000}").unwrap();
        assert_eq!(Test::new("PLAIN", odd.clone()).choose(), Ok("PLAIN"));
        let failure = Test::new("SCRAM-SHA-1 PLAIN", odd).run().unwrap_err();
        let reason = "SCRAM-SHA-1: user name or password with characters that SASLprep forbids";
        assert_eq!(failure.to_string(), reason);
    }

    struct Test<'a> {
        offered: &'a str,
        credentials: Credentials,
        filter: &'a str,
        security: SecurityOptions,
        has_client_certificate: bool,
        has_binding: bool,
    }

    impl<'a> Test<'a> {
        fn new(offered: &'a str, credentials: Credentials) -> Self {
            Self {
                offered,
                credentials,
                filter: "",
                security: NONE,
                has_client_certificate: false,
                has_binding: false,
            }
        }

        fn run(self) -> Result<Box<dyn Mechanism>, Failure> {
            let offered: Vec<_> = self.offered.split_whitespace().map(String::from).collect();
            let kind = ChannelBindingKind::TlsServerEndPoint;
            let binding = ChannelBinding { kind, data: b"hash".to_vec() };
            let choice = Choice {
                offered: &offered,
                credentials: &self.credentials,
                filter: &self.filter.parse().unwrap(),
                security: self.security,
                has_client_certificate: self.has_client_certificate,
                channel_binding: self.has_binding.then_some(&binding),
                nonce: [0; NONCE_LENGTH],
            };
            choice.strongest()
        }

        fn choose(self) -> Result<&'static str, NoMechanism> {
            match self.run() {
                Ok(mechanism) => Ok(mechanism.name()),
                Err(Failure::NoMechanism(why)) => Err(why),
                Err(failure) => panic!("{failure}"),
            }
        }
    }

    fn password() -> Credentials {
        Credentials::password("ann", "secret").unwrap()
    }

    fn token() -> Credentials {
        Credentials::token("ann", "secret").unwrap()
    }
}
