//! STARTTLS and implicit TLS, by version.

use conformance::servers::{Server, ServerTls};
use envoi_driver::tls::{Level, Protocols, Status};
use envoi_sink::TlsVersions;

use crate::bed::*;

macro_rules! servers {
    ($($name:ident: $server:ident),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[test]
            fn takes_starttls_of_all_versions() {
                takes(Server::$server, starttls(), TlsVersions::All, "TLSv1.3");
            }

            #[test]
            fn takes_starttls_of_version_1_2_alone() {
                takes(Server::$server, starttls(), TlsVersions::Only12, "TLSv1.2");
            }

            #[test]
            fn takes_starttls_of_version_1_3_alone() {
                takes(Server::$server, starttls(), TlsVersions::Only13, "TLSv1.3");
            }

            #[test]
            fn takes_implicit_tls_of_all_versions() {
                takes(Server::$server, implicit(), TlsVersions::All, "TLSv1.3");
            }

            #[test]
            fn takes_implicit_tls_of_version_1_2_alone() {
                takes(Server::$server, implicit(), TlsVersions::Only12, "TLSv1.2");
            }

            #[test]
            fn takes_implicit_tls_of_version_1_3_alone() {
                takes(Server::$server, implicit(), TlsVersions::Only13, "TLSv1.3");
            }

            #[test]
            fn has_no_version_in_common() {
                for (theirs, ours) in [
                    (TlsVersions::Only12, Protocols::Tls13),
                    (TlsVersions::Only13, Protocols::Tls12),
                ] {
                    shares_nothing(Server::$server, theirs, ours);
                }
            }
        })*
    };
}

servers!(postfix: Postfix, exim: Exim);

#[test]
fn server_may_greet_with_the_end_of_its_handshake() {
    // The sink writes both at once.
    let (chain, key) = (SERVER.chain(), SERVER.key());
    let certificate = envoi_sink::Certificate::from_pem(chain.as_bytes(), key.as_bytes()).unwrap();
    let tls = envoi_sink::Tls {
        start: envoi_sink::TlsStart::Implicit,
        versions: TlsVersions::Only12,
        ..envoi_sink::Tls::new(certificate)
    };
    let options = envoi_sink::Options { tls: Some(tls), ..envoi_sink::Options::default() };
    let sink = envoi_sink::Sink::listen("127.0.0.1:0", options).unwrap();
    let config = config(engine());
    for is_resumed in [false, true] {
        let report = send_with(sink.address(), implicit_peer(Level::Verify), config.clone());
        assert_eq!(delivered(&report).is_resumed, is_resumed);
    }
}

fn takes(server: Server, tls: ServerTls, versions: TlsVersions, protocol: &str) {
    let is_implicit = tls.start == envoi_sink::TlsStart::Implicit;
    let started = start(server, Some(ServerTls { versions, ..tls }), None);
    let peer = if is_implicit { implicit_peer(Level::Verify) } else { peer(Level::Verify) };
    let report = send(started.server.address(), peer);
    let info = delivered(&report);
    assert_eq!((info.protocol, info.judgment.status), (protocol, Status::Verified));
    assert!(!info.is_resumed);
    let received = started.server.wait_for(1, PATIENCE).unwrap();
    assert_eq!(received[0].content, conformance::servers::stored(CONTENT.as_bytes()));
    // What the server says of it agrees.
    let expected = match server {
        Server::Postfix => {
            let cipher = &info.cipher;
            let bits = info.bits;
            format!("from unknown[127.0.0.1]: {protocol} with cipher {cipher} ({bits}/{bits} bits)")
        }
        Server::Exim => format!("P=esmtps X={}:", protocol.replace("TLSv", "TLS")),
        Server::Sendmail | Server::SmtpSink => unreachable!("they have no TLS here"),
    };
    started.server.log_lines(&expected, 1, PATIENCE).unwrap_or_else(|error| {
        panic!("{error}: {expected}: {:?}", started.server.log_lines("TLS", 0, PATIENCE))
    });
}

fn shares_nothing(server: Server, versions: TlsVersions, protocols: Protocols) {
    let started = start(server, Some(ServerTls { versions, ..starttls() }), None);
    let mut peer = peer(Level::May);
    peer.tls.protocols = protocols;
    let report = send(started.server.address(), peer);
    let outcome = deferred(&report);
    assert_eq!(outcome.status.to_string(), "4.7.5");
    assert!(outcome.text.starts_with("Cannot start TLS: handshake failure: "), "{outcome:?}");
    assert_eq!(started.server.messages().unwrap(), []);
}
