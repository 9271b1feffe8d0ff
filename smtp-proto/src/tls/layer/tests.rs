use alloc::sync::Arc;
use alloc::vec;

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::server::UnbufferedServerConnection;
use rustls::version::TLS12;

use super::super::level::Level;
use super::super::policy::Policy;
use super::super::roots::Roots;
use super::super::testing::{Clock, providers, self_signed};
use super::*;

#[test]
fn server_may_speak_with_the_last_of_its_handshake() {
    for provider in providers() {
        let mut config = Config::new("client.example".parse().unwrap());
        let engine = Engine::new(Arc::new(provider.clone()), Arc::new(Clock), Roots::default());
        config.tls = Some(Arc::new(engine));
        let mut peer = Peer::new("mx.example");
        peer.tls = Policy::new(Level::Encrypt);
        let mut layer = Layer::begin(&config, &peer).unwrap();
        let mut server = server(provider);
        let mut plain = Vec::new();
        let mut opened = layer.open(&mut plain).unwrap();
        while opened == Opened::Nothing {
            let (out, _) = layer.exchange();
            let mut said = out.to_vec();
            layer.handle_written(said.len(), &peer);
            let answer = answer(&mut server, &mut said);
            let (_, space) = layer.exchange();
            space[..answer.len()].copy_from_slice(&answer);
            layer.handle_read(answer.len(), &peer);
            opened = layer.open(&mut plain).unwrap();
        }
        assert_eq!((opened, &*plain), (Opened::Shaken, GREETING));
    }
}

fn server(provider: CryptoProvider) -> UnbufferedServerConnection {
    let (certificate, key) = self_signed("mx.example", |_| {});
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    let config = ServerConfig::builder_with_details(Arc::new(provider), Arc::new(Clock))
        .with_protocol_versions(&[&TLS12])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    UnbufferedServerConnection::new(Arc::new(config)).unwrap()
}

/// What a server says that greets as soon as it can.
fn answer(server: &mut UnbufferedServerConnection, said: &mut Vec<u8>) -> Vec<u8> {
    let mut answer = Vec::new();
    loop {
        let UnbufferedStatus { discard, state, .. } = server.process_tls_records(said);
        let mut room = vec![0; 4096];
        let is_done = match state.unwrap() {
            ConnectionState::EncodeTlsData(mut data) => {
                let written = data.encode(&mut room).unwrap();
                answer.extend_from_slice(&room[..written]);
                false
            }
            ConnectionState::TransmitTlsData(data) => {
                data.done();
                false
            }
            ConnectionState::WriteTraffic(mut traffic) => {
                let written = traffic.encrypt(GREETING, &mut room).unwrap();
                answer.extend_from_slice(&room[..written]);
                true
            }
            ConnectionState::BlockedHandshake => true,
            ConnectionState::PeerClosed | ConnectionState::Closed | _ => panic!("it goes on"),
        };
        said.drain(..discard);
        if is_done {
            return answer;
        }
    }
}

const GREETING: &[u8] = b"220 mx.example\r\n";
