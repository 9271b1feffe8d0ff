//! A client that speaks TLS, and trusts everybody.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use envoi_sink::Sink;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned,
    SupportedProtocolVersion,
};

/// A connection with TLS, of which replies are read line by line.
pub(crate) struct Secured {
    stream: BufReader<StreamOwned<ClientConnection, TcpStream>>,
}

impl Secured {
    /// Begins TLS, and waits until it is in place.
    #[track_caller]
    pub(crate) fn over(stream: TcpStream, config: ClientConfig) -> Self {
        Self::try_over(stream, config).expect("a handshake")
    }

    pub(crate) fn try_over(mut stream: TcpStream, config: ClientConfig) -> std::io::Result<Self> {
        let name = ServerName::try_from("sink.example").expect("a name");
        let mut connection = ClientConnection::new(Arc::new(config), name).expect("a connection");
        connection.complete_io(&mut stream)?;
        Ok(Self { stream: BufReader::new(StreamOwned::new(connection, stream)) })
    }

    pub(crate) fn says(&mut self, text: &str) {
        self.stream.get_mut().write_all(text.as_bytes()).expect("sent");
    }

    /// The next line without its end.
    #[track_caller]
    pub(crate) fn line(&mut self) -> String {
        self.try_line().expect("a line")
    }

    /// Like [`line`](Self::line) where an alert may come instead.
    pub(crate) fn try_line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    /// Says a line, and hears a reply of one line.
    #[track_caller]
    pub(crate) fn ask(&mut self, line: &str) -> String {
        self.says(&format!("{line}\r\n"));
        self.line()
    }

    /// Says a line, and hears the whole reply.
    #[track_caller]
    pub(crate) fn ask_all(&mut self, line: &str) -> Vec<String> {
        let mut lines = vec![self.ask(line)];
        while lines.last().is_some_and(|line| line.as_bytes().get(3) == Some(&b'-')) {
            lines.push(self.line());
        }
        lines
    }

    /// Reads until the sink closes; an error where it did so without saying farewell.
    pub(crate) fn rest(&mut self) -> std::io::Result<String> {
        let mut rest = String::new();
        self.stream.read_to_string(&mut rest).map(|_| rest)
    }

    pub(crate) fn tls(&self) -> &ClientConnection {
        &self.stream.get_ref().conn
    }
}

/// A connection that said EHLO and STARTTLS, and what it heard to the latter.
pub(crate) fn starttls(sink: &Sink) -> (TcpStream, String) {
    let mut stream = plain(sink);
    stream.write_all(b"EHLO client.example\r\n").expect("sent");
    hears(&mut stream, "\r\n250 CHUNKING\r\n");
    stream.write_all(b"STARTTLS\r\n").expect("sent");
    let reply = hears(&mut stream, "\r\n");
    (stream, reply)
}

pub(crate) fn plain(sink: &Sink) -> TcpStream {
    let stream = TcpStream::connect(sink.address()).expect("a sink that listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
    stream
}

/// A client without a certificate.
pub(crate) fn config(version: &'static SupportedProtocolVersion) -> ClientConfig {
    builder(version).with_no_client_auth()
}

/// A client with a certificate of its own, and that certificate.
pub(crate) fn config_with_certificate() -> (ClientConfig, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["client.example".to_owned()]);
    let made = made.expect("a certificate");
    let certificate = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = builder(&TLS13).with_client_auth_cert(vec![certificate.clone()], key.into());
    (config.expect("a key"), certificate)
}

pub(crate) const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

fn builder(
    version: &'static SupportedProtocolVersion,
) -> rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert> {
    let provider = Arc::new(provider());
    ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[version])
        .expect("cipher suites")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyServer(provider)))
}

/// Reads until what was read ends with `expected`.
#[track_caller]
fn hears(stream: &mut TcpStream, expected: &str) -> String {
    let mut heard = Vec::new();
    while !heard.ends_with(expected.as_bytes()) {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a reply");
        heard.extend_from_slice(&byte);
    }
    String::from_utf8(heard).expect("ASCII")
}

#[derive(Debug)]
struct AnyServer(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(feature = "aws-lc-rs")]
use rustls::crypto::aws_lc_rs::default_provider as provider;
#[cfg(not(feature = "aws-lc-rs"))]
use rustls::crypto::ring::default_provider as provider;
