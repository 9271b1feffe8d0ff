//! lettre. It resumes sessions as long as its parameters are the same, so that full handshakes
//! need others each time.

use std::io;

use lettre::address::Envelope;
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::extension::ClientId;
use tokio::net::TcpStream;

use super::{Job, Work, timed};
use crate::processes::elapsed::Elapsed;
use crate::text::{HELO_NAME, RECIPIENT, SENDER};

pub(super) async fn run(job: Job) -> io::Result<Elapsed> {
    let provider = envoi_driver::tls::default_provider();
    provider.install_default().map_err(|_| io::ErrorKind::AlreadyExists)?;
    let address = |text: &str| text.parse().map_err(io::Error::other);
    let envelope = Envelope::new(Some(address(SENDER)?), vec![address(RECIPIENT)?]);
    let envelope = envelope.map_err(io::Error::other)?;
    let shared = parameters(&job)?;
    timed(&job, |content| {
        let (job, shared, envelope) = (job.clone(), shared.clone(), envelope.clone());
        async move {
            let fresh = if job.work == Work::Full { parameters(&job)? } else { shared };
            let stream = TcpStream::connect(job.address).await?;
            stream.set_nodelay(true)?;
            let name = ClientId::Domain(HELO_NAME.to_owned());
            let mut connection =
                AsyncSmtpConnection::connect_with_transport(Box::new(stream), &name)
                    .await
                    .map_err(io::Error::other)?;
            connection.starttls(fresh, &name).await.map_err(io::Error::other)?;
            if let Some(content) = content {
                connection.send(&envelope, &content).await.map_err(io::Error::other)?;
            }
            connection.quit().await.map(drop).map_err(io::Error::other)
        }
    })
    .await
}

fn parameters(job: &Job) -> io::Result<TlsParameters> {
    let root = Certificate::from_der(job.root.clone()).map_err(io::Error::other)?;
    let builder = TlsParameters::builder("mx.example".to_owned());
    let builder = builder.certificate_store(CertificateStore::None).add_root_certificate(root);
    builder.build_rustls().map_err(io::Error::other)
}
