//! Content of all sizes through TLS.

use std::num::NonZeroUsize;

use conformance::servers::{self, Server, ServerTls};
use envoi_driver::tls::Level;
use envoi_sink::TlsVersions;

use crate::bed::*;

#[test]
fn content_goes_byte_for_byte_through_starttls() {
    goes(starttls(), TlsVersions::Only13, None);
}

#[test]
fn content_goes_byte_for_byte_through_implicit_tls() {
    goes(implicit(), TlsVersions::Only13, None);
}

#[test]
fn content_goes_byte_for_byte_through_version_1_2() {
    goes(starttls(), TlsVersions::Only12, None);
}

#[test]
fn content_goes_byte_for_byte_in_chunks() {
    goes(starttls(), TlsVersions::Only13, NonZeroUsize::new(4));
}

fn goes(tls: ServerTls, versions: TlsVersions, chunking: Option<NonZeroUsize>) {
    let is_implicit = tls.start == envoi_sink::TlsStart::Implicit;
    let started = start(Server::Postfix, Some(ServerTls { versions, ..tls }), None);
    let mut peer = if is_implicit { implicit_peer(Level::Verify) } else { peer(Level::Verify) };
    peer.chunking = chunking;
    let mut contents: Vec<_> = sizes().into_iter().map(content).collect();
    let given = contents.iter().map(|content| content.clone().into());
    let reports = send_all(started.server.address(), peer, config(engine()), given);
    for report in &reports {
        delivered(report);
    }
    let mut received = started.server.wait_for(contents.len(), PATIENCE * 3).unwrap();
    assert_eq!(received.len(), contents.len());
    contents.iter_mut().for_each(|content| *content = servers::stored(content));
    contents.sort();
    received.sort_by(|one, other| one.content.cmp(&other.content));
    for (received, content) in received.iter().zip(&contents) {
        let lengths = (content.len(), received.content.len());
        assert!(received.content == *content, "{lengths:?}");
    }
}

/// Those of records and of buffers, and one to either side.
fn sizes() -> Vec<usize> {
    let mut sizes = vec![1, 100];
    for around in [16 << 10, 64 << 10, 128 << 10, 1 << 20] {
        sizes.extend([around - 1, around, around + 1]);
    }
    sizes.push(10 << 20);
    if std::env::var_os("ENVOI_FULL").is_some() {
        sizes.push(100 << 20);
    }
    sizes
}

/// A header and a body of so many bytes, and a CRLF.
fn content(size: usize) -> Vec<u8> {
    let mut content = b"Subject: large\r\n\r\n".to_vec();
    let mut state = size as u32;
    let start = content.len();
    while content.len() - start < size {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let left = size - (content.len() - start);
        if state >> 24 < 4 && left >= 2 {
            content.extend_from_slice(b"\r\n");
        } else {
            // Dots at the beginning of lines are among them.
            content.push(b' ' + (state >> 25) as u8 % 95);
        }
    }
    content.extend_from_slice(b"\r\n");
    content
}
