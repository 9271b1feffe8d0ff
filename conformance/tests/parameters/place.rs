//! The folder of a case: its main.cf, its files, and certificates.

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::Path;

use conformance::dialogue::{self, authority, client_credential};
use conformance::parameter::Case;
use envoi_driver::proto::tls::Digest;
use tempfile::TempDir;

/// Makes the folder.
pub(crate) fn make(case: &Case) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let client = client_credential();
    let both = client.key().to_owned() + &client.chain();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("ca.pem", &authority());
    write("cert.pem", &client.chain());
    write("key.pem", client.key());
    write("both.pem", &both);
    fs::create_dir(dir.path().join("authorities")).unwrap();
    write("authorities/ca.pem", &authority());
    for (name, text) in &case.files {
        write(name, &spell(text, dir.path()));
    }
    let is_named = case.main_cf.iter().any(|(name, _)| name == "myhostname");
    let mut main_cf = String::from(if is_named { "" } else { "myhostname = client.example\n" });
    for (name, value) in &case.main_cf {
        main_cf += &format!("{name} = {}\n", spell(value, dir.path()));
    }
    write("main.cf", &main_cf);
    dir
}

/// Listens at the sockets of a case, for as long as these are kept.
pub(crate) fn listen(case: &Case, dir: &Path) -> Vec<UnixListener> {
    let listen = |name: &String| {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        UnixListener::bind(path).unwrap()
    };
    case.sockets.iter().map(listen).collect()
}

/// Puts in what a case cannot know.
pub(crate) fn spell(text: &str, dir: &Path) -> String {
    let fingerprint = dialogue::good_fingerprint(Digest::Sha256).to_string();
    text.replace("{dir}", dir.to_str().unwrap()).replace("{fingerprint}", &fingerprint)
}
