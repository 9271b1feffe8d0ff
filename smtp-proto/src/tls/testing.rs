//! Certificates, providers and handshakes for tests.

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::client::UnbufferedClientConnection;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::{ConnectionState, UnbufferedStatus};
use rustls::{ClientConfig, Error, ServerConfig, SupportedProtocolVersion};

use super::verifier::Signatures;

/// The providers that are built in.
pub(super) fn providers() -> Vec<CryptoProvider> {
    vec![
        #[cfg(feature = "aws-lc-rs")]
        rustls::crypto::aws_lc_rs::default_provider(),
        #[cfg(feature = "ring")]
        rustls::crypto::ring::default_provider(),
    ]
}

/// 15 January 2027, when all tests happen.
pub(super) fn now() -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(1_800_000_000))
}

/// Whoever signs certificates.
pub(super) struct Authority {
    pub(super) certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(super) fn root(name: &str) -> Self {
        let (params, key) = (authority(name), KeyPair::generate().unwrap());
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// An authority that this one vouches for.
    pub(super) fn below(&self, name: &str) -> Self {
        let (params, key) = (authority(name), KeyPair::generate().unwrap());
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// A server's certificate for one name, as edited.
    pub(super) fn server(
        &self,
        name: &str,
        edit: impl FnOnce(&mut CertificateParams),
    ) -> CertificateDer<'static> {
        self.sign(name, &KeyPair::generate().unwrap(), edit).into()
    }

    pub(super) fn sign(
        &self,
        name: &str,
        key: &KeyPair,
        edit: impl FnOnce(&mut CertificateParams),
    ) -> Certificate {
        server(name, edit).signed_by(key, &self.issuer).unwrap()
    }
}

/// A server's certificate that no authority signed, and its key.
pub(super) fn self_signed(
    name: &str,
    edit: impl FnOnce(&mut CertificateParams),
) -> (CertificateDer<'static>, KeyPair) {
    let key = KeyPair::generate().unwrap();
    (server(name, edit).self_signed(&key).unwrap().into(), key)
}

fn server(name: &str, edit: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = CertificateParams::new([name.into()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    edit(&mut params);
    params
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// Plays a handshake of our verifier with a server that has this identity, and returns what the
/// client says of it.
pub(super) fn shake(
    provider: CryptoProvider,
    identity: rustls::sign::CertifiedKey,
    version: &'static SupportedProtocolVersion,
) -> Result<Vec<CertificateDer<'static>>, Error> {
    let verifier = Signatures::new(&provider);
    let provider = Arc::new(provider);
    let client = ClientConfig::builder_with_details(provider.clone(), Arc::new(Clock))
        .with_protocol_versions(&[version])?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    let server = ServerConfig::builder_with_details(provider, Arc::new(Clock))
        .with_protocol_versions(&[version])?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(identity)));
    let name = "mx.example".try_into().unwrap();
    let mut client = UnbufferedClientConnection::new(Arc::new(client), name)?;
    let mut server = UnbufferedServerConnection::new(Arc::new(server))?;
    let (mut to_server, mut to_client) = (Vec::new(), Vec::new());
    while client.is_handshaking() || server.is_handshaking() {
        while advance(client.process_tls_records(&mut to_client), &mut to_server)
            .take(&mut to_client)?
        {}
        while advance(server.process_tls_records(&mut to_server), &mut to_client)
            .take(&mut to_server)?
        {}
    }
    let certificates = client.peer_certificates().unwrap_or_default();
    Ok(certificates.iter().map(|certificate| certificate.clone().into_owned()).collect())
}

/// How much input one step used, and whether another one follows.
struct Step(usize, Result<bool, Error>);

impl Step {
    fn take(self, input: &mut Vec<u8>) -> Result<bool, Error> {
        input.drain(..self.0);
        self.1
    }
}

fn advance<D>(status: UnbufferedStatus<'_, '_, D>, out: &mut Vec<u8>) -> Step {
    let UnbufferedStatus { discard, state } = status;
    let goes_on = match state {
        Ok(ConnectionState::EncodeTlsData(mut data)) => {
            let start = out.len();
            out.resize(start + 32 * 1024, 0);
            let length = data.encode(&mut out[start..]).unwrap();
            out.truncate(start + length);
            Ok(true)
        }
        Ok(ConnectionState::TransmitTlsData(data)) => {
            data.done();
            Ok(true)
        }
        Ok(_) => Ok(false),
        Err(error) => Err(error),
    };
    Step(discard, goes_on)
}

/// Shows [`now`].
#[derive(Debug)]
pub(super) struct Clock;

impl rustls::time_provider::TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        Some(now())
    }
}
