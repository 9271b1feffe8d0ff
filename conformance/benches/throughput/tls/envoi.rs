//! Envoi on tokio.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use envoi_driver::Message;
use envoi_driver::tls::{Level, Policy, Roots, Sessions, Sni, engine, pki_types};
use envoi_proto::{Config, Envelope, ForwardPath, Peer};

use super::{Job, Work, timed};
use crate::processes::elapsed::Elapsed;
use crate::text::{HELO_NAME, RECIPIENT, SENDER};

pub(super) async fn run(job: Job) -> io::Result<Elapsed> {
    let mut roots = Roots::default();
    roots.add([pki_types::CertificateDer::from(job.root.clone())]);
    let max = if job.work == Work::Full { 0 } else { 16 };
    let sessions = Arc::new(Sessions::new(Duration::from_secs(3600), max));
    let mut config = Config::new(HELO_NAME.parse().expect("it is a name"));
    config.tls = Some(Arc::new(engine(roots).with_sessions(sessions)));
    let config = Arc::new(config);
    let mut peer = Peer::new("mx.example");
    peer.tls = Policy::new(Level::Verify);
    peer.tls.sni = Sni::Hostname;
    let recipient: ForwardPath = RECIPIENT.parse().expect("it is an address");
    let sender = SENDER.parse().expect("it is an address");
    let envelope = Envelope::new(sender, vec![recipient.into()]);
    timed(&job, |content| {
        let message =
            content.map(|content| Message::new(envelope.clone(), Bytes::from_owner(content)));
        let connecting = envoi_tokio::connect(job.address, peer.clone(), config.clone());
        async move {
            let mut reports = connecting.await?.send_all(message);
            while let Some(report) = reports.next().await {
                if !report.is_sent() {
                    return Err(io::Error::other(report.outcomes[0].text.to_string()));
                }
            }
            Ok(())
        }
    })
    .await
}
