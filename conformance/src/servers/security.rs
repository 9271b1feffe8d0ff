//! TLS and AUTH, as a server is told of them.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;

use envoi_sink::{ClientCertificate, TlsStart, TlsVersions};

use super::Error;
use crate::certificates::Credential;

/// How a server speaks TLS.
#[derive(Clone, Debug)]
pub struct ServerTls {
    /// What it shows.
    pub credential: Credential,
    /// When it begins.
    pub start: TlsStart,
    /// The versions that are spoken.
    pub versions: TlsVersions,
    /// Whether clients show a certificate.
    pub client_certificate: ClientCertificate,
    /// Whom it trusts to vouch for clients; PEM.
    pub authorities: String,
}

impl ServerTls {
    /// STARTTLS of any version, with no certificate of clients.
    pub const fn new(credential: Credential) -> Self {
        Self {
            credential,
            start: TlsStart::Starttls,
            versions: TlsVersions::All,
            client_certificate: ClientCertificate::Ignored,
            authorities: String::new(),
        }
    }

    /// Writes the files that a server reads, for itself alone.
    pub(super) fn write(&self, dir: &Path, user: Option<u32>) -> Result<(), Error> {
        let (chain, key) = (self.credential.chain(), self.credential.key());
        let texts = [(CHAIN, &*chain), (KEY, key), (AUTHORITIES, &self.authorities)];
        for (name, text) in texts {
            let path = dir.join(name);
            fs::create_dir_all(dir)
                .and_then(|()| fs::write(&path, text))
                .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o600)))
                .and_then(|()| chown(&path, user, None))
                .map_err(|source| Error::file(&path, source))?;
        }
        Ok(())
    }
}

/// The one user of a server, who has to prove to be that.
#[derive(Clone, Debug)]
pub struct ServerAuth {
    /// The user's name.
    pub user: String,
    /// The user's password.
    pub password: String,
    /// The mechanisms that are offered, separated by blanks.
    ///
    /// Postfix has what Cyrus SASL has; Exim has PLAIN, LOGIN and CRAM-MD5.
    pub mechanisms: String,
}

impl ServerAuth {
    /// Exim's section of authenticators.
    pub(super) fn exim(&self) -> String {
        let Self { user, password, mechanisms } = self;
        let mut section = "\nbegin authenticators\n".to_owned();
        for mechanism in mechanisms.split_whitespace() {
            let (driver, proof) = match mechanism {
                "PLAIN" => (
                    "plaintext",
                    format!(
                        "server_prompts = :\n  \
                         server_condition = ${{if and{{{{eq{{$auth2}}{{{user}}}}}\
                         {{eq{{$auth3}}{{{password}}}}}}}}}\n  \
                         server_set_id = $auth2"
                    ),
                ),
                "LOGIN" => (
                    "plaintext",
                    format!(
                        "server_prompts = Username:: : Password::\n  \
                         server_condition = ${{if and{{{{eq{{$auth1}}{{{user}}}}}\
                         {{eq{{$auth2}}{{{password}}}}}}}}}\n  \
                         server_set_id = $auth1"
                    ),
                ),
                _ => (
                    "cram_md5",
                    format!(
                        "server_secret = ${{if eq{{$auth1}}{{{user}}}{{{password}}}fail}}\n  \
                         server_set_id = $auth1"
                    ),
                ),
            };
            let name = mechanism.to_ascii_lowercase().replace('-', "_");
            section += &format!(
                "\n{name}:\n  driver = {driver}\n  public_name = {mechanism}\n  {proof}\n"
            );
        }
        section
    }
}

/// The server's certificate and those above it.
pub(super) const CHAIN: &str = "chain.pem";

/// The key of its certificate.
pub(super) const KEY: &str = "key.pem";

/// Those who vouch for clients.
pub(super) const AUTHORITIES: &str = "authorities.pem";
