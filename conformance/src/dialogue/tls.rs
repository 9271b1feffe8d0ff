//! TLS from a server's side, in memory: records in, records out.

use std::io::{Read as _, Write as _};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use envoi_proto::tls::pki_types::pem::PemObject as _;
use envoi_proto::tls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use envoi_proto::tls::{
    CryptoProvider, Digest, Engine, Fingerprint, Roots, TimeProvider, default_provider,
};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    ConfigBuilder, RootCertStore, ServerConfig, ServerConnection, SupportedProtocolVersion,
    WantsVerifier,
};

use crate::certificates::{Authority, Credential, date_time_ymd};

/// What is wrong with the certificate that a server shows.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Certificate {
    /// Nothing: it is `mx.example`'s, and the authority of all dialogues vouches for it.
    #[default]
    Good,
    /// Its time is over.
    Expired,
    /// It is that of another server.
    WrongName,
    /// Nobody whom clients trust vouches for it.
    Untrusted,
    /// It vouches for itself.
    SelfSigned,
    /// It is that of any host below `mx.example`.
    Wildcard,
}

/// The server's side of one connection under TLS.
#[derive(Debug)]
pub struct TlsServer {
    connection: ServerConnection,
    /// What the client said and nobody has taken.
    plain: Vec<u8>,
    has_heard_end: bool,
}

impl TlsServer {
    /// Waits for a client's first record.
    pub fn new(config: Arc<ServerConfig>) -> Self {
        let mut connection = ServerConnection::new(config).expect("the configuration is complete");
        connection.set_buffer_limit(None);
        Self { connection, plain: Vec::new(), has_heard_end: false }
    }

    /// The same, with one of the certificates of dialogues.
    pub fn with(certificate: Certificate) -> Self {
        let config = config(certificate, rustls::ALL_VERSIONS);
        Self::new(Arc::new(config))
    }

    /// Takes records, and gives those that answer them.
    ///
    /// # Errors
    /// If they are none; [`TlsServer::say`] has an alert then.
    pub fn hear(&mut self, mut records: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        while !records.is_empty() && !self.has_heard_end {
            self.connection.read_tls(&mut records).expect("there is room for what was read");
            let state = self.connection.process_new_packets()?;
            self.has_heard_end = state.peer_has_closed();
            let start = self.plain.len();
            self.plain.resize(start + state.plaintext_bytes_to_read(), 0);
            self.connection.reader().read_exact(&mut self.plain[start..]).expect("it is there");
        }
        Ok(self.say(b""))
    }

    /// Makes records of what the server says.
    pub fn say(&mut self, plain: &[u8]) -> Vec<u8> {
        self.connection.writer().write_all(plain).expect("memory takes what is written");
        let mut records = Vec::new();
        while self.connection.wants_write() {
            self.connection.write_tls(&mut records).expect("memory takes what is written");
        }
        records
    }

    /// Says that nothing more will be said.
    pub fn end(&mut self) -> Vec<u8> {
        self.connection.send_close_notify();
        self.say(b"")
    }

    /// What the client said since this was asked last.
    pub fn take_plain(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.plain)
    }

    /// Whether the client has said that it will send nothing more.
    pub fn has_heard_end(&self) -> bool {
        self.has_heard_end
    }

    /// The connection inside.
    pub fn connection(&self) -> &ServerConnection {
        &self.connection
    }
}

/// How a server speaks TLS that has one of the certificates of dialogues. It keeps sessions.
pub fn config(
    certificate: Certificate,
    versions: &[&'static SupportedProtocolVersion],
) -> ServerConfig {
    config_of(std::slice::from_ref(credential(certificate)), versions)
}

/// The same, with a certificate of one's own, and others that are sent behind it.
///
/// # Panics
/// If there is none.
pub fn config_of(
    credentials: &[Credential],
    versions: &[&'static SupportedProtocolVersion],
) -> ServerConfig {
    let (chain, key) = parsed(credentials);
    builder(versions).with_no_client_auth().with_single_cert(chain, key).expect(MADE_HERE)
}

/// How a server speaks TLS that asks clients for certificates, which the authority of all
/// dialogues has to have signed, and takes those that have none.
pub(crate) fn asking_config(certificate: Certificate) -> ServerConfig {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(SERVERS.authority.as_bytes());
    roots.add(authority.expect(MADE_HERE)).expect(MADE_HERE);
    let provider = Arc::new(default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
    let verifier = verifier.allow_unauthenticated().build().expect(MADE_HERE);
    let (chain, key) = parsed(std::slice::from_ref(credential(certificate)));
    let builder = builder(rustls::ALL_VERSIONS).with_client_cert_verifier(verifier);
    builder.with_single_cert(chain, key).expect(MADE_HERE)
}

fn builder(
    versions: &[&'static SupportedProtocolVersion],
) -> ConfigBuilder<ServerConfig, WantsVerifier> {
    ServerConfig::builder_with_details(Arc::new(default_provider()), Arc::new(Clock))
        .with_protocol_versions(versions)
        .expect("the provider has cipher suites for every version")
}

/// What is sent, and the key of the first of them.
fn parsed(credentials: &[Credential]) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let chain: String = credentials.iter().map(Credential::chain).collect();
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain.as_bytes()).collect();
    let key = PrivateKeyDer::from_pem_slice(credentials[0].key().as_bytes());
    (chain.expect(MADE_HERE), key.expect(MADE_HERE))
}

/// The certificate of the authority of all dialogues, in PEM.
pub fn authority() -> String {
    SERVERS.authority.clone()
}

/// The fingerprint of the good certificate.
pub fn good_fingerprint(digest: Digest) -> Fingerprint {
    digest.of(SERVERS.good.der())
}

/// A certificate for clients that it has signed.
pub fn client_credential() -> &'static Credential {
    &SERVERS.client
}

/// An engine that nobody has used, and that trusts the authority of all dialogues. It is always
/// 15 January 2027.
pub fn engine(provider: CryptoProvider) -> Engine {
    let mut roots = Roots::default();
    roots.add_pem(SERVERS.authority.as_bytes()).expect(MADE_HERE);
    Engine::new(Arc::new(provider), Arc::new(Clock), roots)
}

/// The fingerprint of one of the certificates of dialogues.
pub(super) fn fingerprint(certificate: Certificate) -> Fingerprint {
    Digest::Sha256.of(credential(certificate).der())
}

fn credential(certificate: Certificate) -> &'static Credential {
    match certificate {
        Certificate::Good => &SERVERS.good,
        Certificate::Expired => &SERVERS.expired,
        Certificate::WrongName => &SERVERS.other,
        Certificate::Untrusted => &SERVERS.untrusted,
        Certificate::SelfSigned => &SERVERS.self_signed,
        Certificate::Wildcard => &SERVERS.wildcard,
    }
}

/// The certificates of all servers, and whom clients trust.
struct Servers {
    authority: String,
    good: Credential,
    expired: Credential,
    other: Credential,
    untrusted: Credential,
    self_signed: Credential,
    wildcard: Credential,
    client: Credential,
}

static SERVERS: LazyLock<Servers> = LazyLock::new(|| {
    let (trusted, unknown) = (Authority::root("Trusted"), Authority::root("Unknown"));
    Servers {
        authority: trusted.pem(),
        good: trusted.sign(&["mx.example"], |_| {}),
        expired: trusted.sign(&["mx.example"], |made| made.not_after = date_time_ymd(2020, 1, 1)),
        other: trusted.sign(&["other.example"], |_| {}),
        untrusted: unknown.sign(&["mx.example"], |_| {}),
        self_signed: Credential::self_signed(&["mx.example"]),
        wildcard: trusted.sign(&["*.mx.example"], |_| {}),
        client: trusted.sign(&["client.example"], |_| {}),
    }
});

#[derive(Debug)]
struct Clock;

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(NOW))
    }
}

/// 15 January 2027.
const NOW: Duration = Duration::from_secs(1_800_000_000);

const MADE_HERE: &str = "it was made here";
