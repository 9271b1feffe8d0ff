//! rustls as lettre and mail-send use it, with our provider and root.

use std::io;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};

use super::{Job, Work};

pub(super) fn config(job: &Job) -> io::Result<ClientConfig> {
    let provider = Arc::new(envoi_driver::tls::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(job.root.clone())).map_err(io::Error::other)?;
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    if job.work == Work::Full {
        config.resumption = Resumption::disabled();
    }
    Ok(config)
}
