//! TLS and authentication as a process has them: the time of day, randomness, and files.
//!
//! Files are read here and now, so that a process can give up its privileges afterwards. Whoever
//! wants them read again makes another [`Engine`].

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use envoi_proto::tls::pki_types::UnixTime;
pub use envoi_proto::tls::*;

/// An engine with the provider that is built in, the system's clock, and these roots.
pub fn engine(roots: Roots) -> Engine {
    engine_with(default_provider(), roots)
}

/// The same with another provider.
pub fn engine_with(provider: CryptoProvider, roots: Roots) -> Engine {
    Engine::new(Arc::new(provider), Arc::new(TimeOfDay), roots)
}

/// The certificates that the system trusts. There may be none.
pub fn system_roots() -> Roots {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "a root certificate cannot be read");
    }
    let mut roots = Roots::default();
    roots.add(found.certs);
    roots
}

/// Reads the certificates of authorities: a file (`smtp_tls_CAfile`), or all files in a folder
/// (`smtp_tls_CApath`).
///
/// # Errors
/// If a file cannot be read, or there is no certificate in it.
pub fn read_roots(path: impl AsRef<Path>) -> Result<Roots, BadFile> {
    let path = path.as_ref();
    let mut roots = Roots::default();
    for file in files(path).map_err(|error| BadFile::of(path, error))? {
        let pem = fs::read(&file).map_err(|error| BadFile::of(&file, error))?;
        match roots.add_pem(&pem) {
            // A folder may hold other things.
            Err(BadRoots::Empty) if file != path => {}
            read => read.map_err(|error| BadFile::of(&file, error))?,
        }
    }
    if roots.certificates().is_empty() {
        return Err(BadFile::of(path, "no certificate in it"));
    }
    Ok(roots)
}

/// Reads our certificate, those that vouch for it, and its key (`smtp_tls_cert_file`,
/// `smtp_tls_key_file`). What the file lacks of the chain is looked for among `authorities`.
///
/// # Errors
/// If a file cannot be read, or the two do not go together.
pub fn read_identity(
    certificate: impl AsRef<Path>,
    key: impl AsRef<Path>,
    authorities: &Roots,
) -> Result<Identity, BadFile> {
    let read = |path: &Path| fs::read(path).map_err(|error| BadFile::of(path, error));
    let (certificate, key) = (certificate.as_ref(), key.as_ref());
    let (chain, secret) = (read(certificate)?, zeroize::Zeroizing::new(read(key)?));
    let identity =
        Identity::from_pem(&chain, &secret, authorities.certificates(), &default_provider());
    identity.map_err(|error| match error {
        BadIdentity::NoKey
        | BadIdentity::Encrypted
        | BadIdentity::Dsa
        | BadIdentity::BadKey
        | BadIdentity::Mismatch => BadFile::of(key, error),
        BadIdentity::Malformed(_) | BadIdentity::NoCertificate | BadIdentity::BadCertificate => {
            BadFile::of(certificate, error)
        }
    })
}

/// A file that is of no use.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct BadFile {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    reason: String,
}

impl BadFile {
    fn of(path: &Path, reason: impl ToString) -> Self {
        Self { path: path.into(), reason: reason.to_string() }
    }
}

/// The file, or the files of the folder in their order.
fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !fs::metadata(path)?.is_dir() {
        return Ok(vec![path.into()]);
    }
    let mut files: Vec<_> =
        fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    files.retain(|file| file.is_file());
    files.sort();
    Ok(files)
}

/// The system's clock.
#[derive(Debug)]
struct TimeOfDay;

impl TimeProvider for TimeOfDay {
    fn current_time(&self) -> Option<UnixTime> {
        SystemTime::now().duration_since(UNIX_EPOCH).ok().map(UnixTime::since_unix_epoch)
    }
}
