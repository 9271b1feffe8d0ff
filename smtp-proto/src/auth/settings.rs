//! What authentication may be, for all servers.

use super::choice::NONCE_LENGTH;
use super::credentials::Credentials;
use super::filter::MechanismFilter;
use super::rejection::Rejection;
use super::security::SecurityOptions;

/// What mechanisms may be used, by what protects the connection.
///
/// In plaintext passwords and tokens do not cross the wire, under TLS they may. Postfix's defaults
/// are stricter: there `smtp_sasl_tls_security_options` is what it is in plaintext.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// In plaintext (`smtp_sasl_security_options`): noplaintext, noanonymous.
    pub plaintext: SecurityOptions,
    /// Under TLS (`smtp_sasl_tls_security_options`): noanonymous.
    pub tls: SecurityOptions,
    /// Under TLS, the server's certificate being the right one
    /// (`smtp_sasl_tls_verified_security_options`): noanonymous.
    pub verified: SecurityOptions,
    /// Names of mechanisms (`smtp_sasl_mechanism_filter`): all.
    pub filter: MechanismFilter,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            plaintext: SecurityOptions::default(),
            tls: SecurityOptions::NO_ANONYMOUS,
            verified: SecurityOptions::NO_ANONYMOUS,
            filter: MechanismFilter::default(),
        }
    }
}

/// One attempt to authenticate to a server that offers AUTH.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Who we are.
    pub credentials: Credentials,
    /// Random bytes that were used for nothing else and will not be.
    pub nonce: [u8; NONCE_LENGTH],
    /// That the server has refused these credentials before: they are not tried then.
    pub rejection: Option<Rejection>,
}

impl Attempt {
    /// An attempt of which nothing is known.
    pub fn new(credentials: Credentials, nonce: [u8; NONCE_LENGTH]) -> Self {
        Self { credentials, nonce, rejection: None }
    }
}
