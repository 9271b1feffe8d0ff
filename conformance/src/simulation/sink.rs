//! How the receiver that Envoi ships is set up for a run.

use std::num::NonZeroU64;
use std::sync::{Arc, LazyLock};

use envoi_proto::tls::default_provider;
use envoi_proto::tls::pki_types::pem::PemObject as _;
use envoi_proto::tls::pki_types::{CertificateDer, PrivateKeyDer};
use envoi_proto::{Protocol, TlsStart};
use envoi_sink::{
    Action, Auth, Certificate, Extensions, Fault, Handshake, Limits, Mechanism, Options, Point,
    Recipients, Session, Tls,
};
use rustls::ServerConfig;

use super::scenario::Scenario;
use super::server::Standing;
use crate::dialogue::TlsServer;
use crate::seeded::Random;

/// The receiver that Envoi ships, and its TLS.
#[derive(Debug)]
pub(super) struct Sink {
    session: Session,
    tls: Option<TlsServer>,
    /// Answers of TLS itself, not yet said.
    records: Vec<u8>,
    /// Whether TLS has failed.
    is_broken: bool,
    /// Whether it said farewell.
    has_ended: bool,
}

impl Sink {
    pub(super) fn new(options: Options) -> Self {
        let session = Session::new(options.into());
        Self { session, tls: None, records: Vec::new(), is_broken: false, has_ended: false }
    }

    /// Takes what the client sent.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        if self.session.wants_tls() && self.tls.is_none() {
            self.tls = Some(TlsServer::new(SERVER.clone()));
        }
        let Some(tls) = &mut self.tls else {
            return self.session.handle_input(bytes);
        };
        self.is_broken |= tls.hear(bytes).map(|records| self.records.extend(records)).is_err();
        let connection = tls.connection();
        if self.session.wants_tls() && !connection.is_handshaking() {
            // RFC 9266, 4.
            let label = b"EXPORTER-Channel-Binding";
            let exporter = connection.export_keying_material([0; 32], label, Some(b"")).ok();
            let version = "TLSv1.3";
            self.session.handle_tls(Handshake { version, exporter, ..Handshake::default() });
        }
        self.session.handle_input(&tls.take_plain());
    }

    /// The next message that it accepted.
    pub(super) fn poll_message(&mut self) -> Option<envoi_sink::Message> {
        self.session.poll_message()
    }

    /// What it says.
    pub(super) fn say(&mut self) -> Vec<u8> {
        let said = self.session.output().to_vec();
        self.session.handle_transmitted(said.len());
        let Some(tls) = &mut self.tls else {
            return said;
        };
        let mut records = std::mem::take(&mut self.records);
        records.extend(tls.say(&said));
        let ends = self.session.wants_close() && !self.session.is_truncated();
        if ends && !self.session.is_severed() && !std::mem::replace(&mut self.has_ended, true) {
            records.extend(tls.end());
        }
        records
    }

    pub(super) fn standing(&self) -> Standing {
        if self.session.is_severed() {
            Standing::Severed
        } else if self.session.wants_close() || self.is_broken {
            Standing::Closing
        } else if self.session.is_stalled() {
            Standing::Stalled
        } else {
            Standing::Open
        }
    }
}

pub(super) fn options(scenario: &Scenario, random: &mut Random) -> Options {
    let is_lmtp = scenario.peer.protocol == Protocol::Lmtp;
    let count = random.pick(&[0, 0, 1, 3]);
    let mut faults = Vec::new();
    while faults.len() < count {
        let fault = fault(random);
        // Without RSET a transaction stays open, and the next one's recipients join it. A chunk
        // that fails gets one reply here, whatever the recipients of LMTP.
        let is_unfit = fault.point == Point::Rset || (is_lmtp && fault.point == Point::Bdat);
        if !is_unfit {
            faults.push(fault);
        }
    }
    Options {
        protocol: if is_lmtp { envoi_sink::Protocol::Lmtp } else { envoi_sink::Protocol::Smtp },
        extensions: extensions(random),
        recipients: random.pick(&[Recipients::All, Recipients::ByName]),
        faults,
        tls: scenario.tls.map(|start| Tls {
            start: match start {
                TlsStart::Starttls => envoi_sink::TlsStart::Starttls,
                TlsStart::Implicit => envoi_sink::TlsStart::Implicit,
            },
            ..Tls::new(certificate())
        }),
        auth: scenario
            .has_auth
            .then(|| Auth { in_plaintext: Mechanism::ALL.to_vec(), ..Auth::new("ann", "secret") }),
        ..Options::default()
    }
}

fn extensions(random: &mut Random) -> Extensions {
    Extensions {
        pipelining: random.chance(750),
        eight_bit_mime: random.chance(500),
        size: random.pick(&[None, Some(0), Some(1000), Some(1_000_000)]),
        dsn: random.chance(500),
        smtp_utf8: random.chance(500),
        enhanced_status_codes: random.chance(500),
        chunking: random.chance(600),
        xforward: if random.chance(300) { vec!["NAME".into(), "HELO".into()] } else { Vec::new() },
        limits: Limits {
            mail_max: random.pick(&[None, None, Some(1), Some(3)]),
            rcpt_max: random.pick(&[None, None, Some(2), Some(100)]),
        },
    }
}

fn fault(random: &mut Random) -> Fault {
    let occasion = NonZeroU64::new(random.scale(0, 6) as u64);
    let fault = Fault::new(random.pick(&Point::ALL), random.pick(&Action::ALL));
    Fault { occasion, ..fault }
}

fn certificate() -> Certificate {
    Certificate::from_pem(PEM.as_bytes(), PEM.as_bytes()).expect(COMMITTED)
}

/// How the sink speaks TLS. Signatures of its key all have one length, so that a seed decides how
/// many bytes there are.
static SERVER: LazyLock<Arc<ServerConfig>> = LazyLock::new(|| {
    let certificate = CertificateDer::from_pem_slice(PEM.as_bytes()).expect(COMMITTED);
    let key = PrivateKeyDer::from_pem_slice(PEM.as_bytes()).expect(COMMITTED);
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has cipher suites for every version")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key);
    config.expect(COMMITTED).into()
});

/// A certificate and its key, which is no secret.
const PEM: &str = include_str!("server.pem");

const COMMITTED: &str = "the file is committed";
