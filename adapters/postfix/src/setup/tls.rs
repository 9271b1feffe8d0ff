//! What is asked of TLS, and what it works with.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use envoi_driver::tls::{
    self, Ciphers, CryptoProvider, Engine, Expression, Fingerprints, Identity, Level, Roots,
    Sessions, Switches, Wildcards,
};

use super::reader::Reader;
use super::routing::words;
use crate::tls_policy::{Demands, Grades};

/// What main.cf asks of TLS.
pub(super) fn demands(reader: &mut Reader<'_>) -> Demands {
    let grades = grades(reader);
    let mut demands = Demands { level: level(reader), ..Demands::default() };
    if let Some(names) = reader.parsed("smtp_tls_verify_cert_match") {
        demands.verify_names = names;
    }
    if let Some(names) = reader.parsed("smtp_tls_secure_cert_match") {
        demands.secure_names = names;
    }
    if !reader.text("smtp_tls_fingerprint_cert_match").trim().is_empty() {
        let listed = reader.parsed::<Fingerprints>("smtp_tls_fingerprint_cert_match");
        demands.fingerprints = listed.unwrap_or_default();
    }
    demands.digest = reader.parsed("smtp_tls_fingerprint_digest").unwrap_or_default();
    demands.protocols = reader.parsed("smtp_tls_protocols").unwrap_or_default();
    demands.mandatory_protocols = reader.parsed("smtp_tls_mandatory_protocols").unwrap_or_default();
    if let Some(grade) = reader.parsed("smtp_tls_ciphers") {
        demands.ciphers = grades.of(grade).clone();
    }
    if let Some(grade) = reader.parsed("smtp_tls_mandatory_ciphers") {
        demands.mandatory_ciphers = grades.of(grade).clone();
    }
    demands.grades = grades;
    demands.exclude = reader.parsed("smtp_tls_exclude_ciphers").unwrap_or_default();
    let also = reader.text("smtp_tls_mandatory_exclude_ciphers");
    let both = format!("{} {also}", reader.text("smtp_tls_exclude_ciphers"));
    demands.mandatory_exclude = both.parse().unwrap_or_else(|error| {
        reader.blame("smtp_tls_mandatory_exclude_ciphers", &format!("names of ciphers; {error}"));
        Default::default()
    });
    if !reader.text("smtp_tls_cipherlist").trim().is_empty()
        && let Some(expression) = reader.parsed::<Expression>("smtp_tls_cipherlist")
    {
        (demands.ciphers, demands.mandatory_ciphers) = (expression.clone(), expression);
    }
    check_ciphers(reader, &demands);
    demands.sni = reader.parsed("smtp_tls_servername").unwrap_or_default();
    let anchors = reader.text("smtp_tls_trust_anchor_file");
    demands.trust_anchors = roots_of(reader, "smtp_tls_trust_anchor_file", &anchors).map(Arc::new);
    demands.verify_depth = reader.size("smtp_tls_scert_verifydepth");
    let many = reader.boolean("tls_wildcard_matches_multiple_labels");
    demands.wildcards = if many { Wildcards::ManyLabels } else { Wildcards::OneLabel };
    if demands.level == Level::Fingerprint && demands.fingerprints.0.is_empty() {
        reader.blame("smtp_tls_fingerprint_cert_match", "fingerprints, for the level fingerprint");
    }
    demands
}

/// The level of all whom no table names.
fn level(reader: &mut Reader<'_>) -> Level {
    let word = reader.text("smtp_tls_security_level");
    let security_level = match word.trim() {
        "" => None,
        _ => reader.parsed::<Level>("smtp_tls_security_level").map(|level| {
            level.supported().unwrap_or_else(|error| {
                reader.blame("smtp_tls_security_level", &format!("another level; {error}"));
                Level::None
            })
        }),
    };
    let switches = Switches {
        security_level,
        use_tls: reader.boolean("smtp_use_tls"),
        enforce_tls: reader.boolean("smtp_enforce_tls"),
        enforce_peername: reader.boolean("smtp_tls_enforce_peername"),
    };
    switches.level()
}

/// `tls_high_cipherlist` and the like.
fn grades(reader: &mut Reader<'_>) -> Grades {
    let mut grades = Grades::default();
    for (parameter, expression) in [
        ("tls_high_cipherlist", &mut grades.high),
        ("tls_medium_cipherlist", &mut grades.medium),
        ("tls_null_cipherlist", &mut grades.null),
    ] {
        if let Some(read) = reader.parsed(parameter) {
            *expression = read;
        }
    }
    grades
}

/// Finds suites that leave nothing to offer.
fn check_ciphers(reader: &mut Reader<'_>, demands: &Demands) {
    let provider = tls::default_provider();
    for (parameter, expression, exclude) in [
        ("smtp_tls_ciphers", &demands.ciphers, &demands.exclude),
        ("smtp_tls_mandatory_ciphers", &demands.mandatory_ciphers, &demands.mandatory_exclude),
    ] {
        let (expression, exclude) = (expression.clone(), exclude.clone());
        let ciphers = Ciphers { expression, exclude, ..Ciphers::default() };
        if let Err(error) = ciphers.suites(&provider) {
            reader.blame(parameter, &format!("what leaves something to offer; {error}"));
        }
    }
}

/// What conversations under TLS work with: files are read here.
pub(super) fn engine(reader: &mut Reader<'_>) -> Engine {
    let roots = roots(reader);
    let identities = identities(reader, &roots);
    let engine = tls::engine_with(provider(reader), roots).with_sessions(sessions(reader));
    identities.iter().fold(engine, Engine::with_identity)
}

/// `tls_eecdh_auto_curves`, of which those are used that there are.
fn provider(reader: &mut Reader<'_>) -> CryptoProvider {
    let mut provider = tls::default_provider();
    if !reader.is_set("tls_eecdh_auto_curves") {
        return provider;
    }
    let text = reader.text("tls_eecdh_auto_curves");
    let mut groups = Vec::new();
    for word in words(&text) {
        let word = word.trim_start_matches('?');
        let known = CURVES.iter().find(|(names, _)| names.contains(&word));
        let Some((_, group)) = known else { continue };
        groups
            .extend(provider.kx_groups.iter().find(|ours| format!("{:?}", ours.name()) == *group));
    }
    if groups.is_empty() {
        let expected = "some of X25519MLKEM768, X25519, prime256v1 and secp384r1";
        reader.blame("tls_eecdh_auto_curves", expected);
    } else {
        provider.kx_groups = groups;
    }
    provider
}

fn roots(reader: &mut Reader<'_>) -> Roots {
    let mut roots = if reader.boolean("tls_append_default_CA") {
        tls::system_roots()
    } else {
        Roots::default()
    };
    for parameter in ["smtp_tls_CAfile", "smtp_tls_CApath"] {
        let path = reader.text(parameter);
        if let Some(read) = roots_of(reader, parameter, &path) {
            roots.add(read.certificates().iter().cloned());
        }
    }
    roots
}

fn roots_of(reader: &mut Reader<'_>, parameter: &str, path: &str) -> Option<Roots> {
    if path.trim().is_empty() {
        return None;
    }
    let read = tls::read_roots(Path::new(path.trim()));
    let blame = |error| reader.blame(parameter, &format!("certificates in PEM; {error}"));
    read.map_err(blame).ok()
}

/// Our certificates: those of `smtp_tls_chain_files`, or else one of each kind.
fn identities(reader: &mut Reader<'_>, authorities: &Roots) -> Vec<Identity> {
    let chains = reader.text("smtp_tls_chain_files");
    let files: Vec<_> = words(&chains).collect();
    if !files.is_empty() {
        let read = |file| read_identity(reader, "smtp_tls_chain_files", [file, file], authorities);
        return files.into_iter().filter_map(read).collect();
    }
    let mut identities = Vec::new();
    for (parameter, key) in [
        ("smtp_tls_cert_file", "smtp_tls_key_file"),
        ("smtp_tls_eccert_file", "smtp_tls_eckey_file"),
    ] {
        let (certificate, key) = (reader.text(parameter), reader.text(key));
        if !certificate.trim().is_empty() {
            let files = [certificate.trim(), key.trim()];
            identities.extend(read_identity(reader, parameter, files, authorities));
        }
    }
    identities
}

fn read_identity(
    reader: &mut Reader<'_>,
    parameter: &str,
    [certificate, key]: [&str; 2],
    authorities: &Roots,
) -> Option<Identity> {
    let read = tls::read_identity(certificate, key, authorities);
    let blame =
        |error| reader.blame(parameter, &format!("a certificate and its key in PEM; {error}"));
    read.map_err(blame).ok()
}

/// `smtp_tls_session_cache_database`: whatever its name, it is in memory.
fn sessions(reader: &mut Reader<'_>) -> Arc<Sessions> {
    let is_on = !reader.text("smtp_tls_session_cache_database").trim().is_empty();
    let life = reader.time("smtp_tls_session_cache_timeout").min(LIFE_MAX);
    Arc::new(Sessions::new(life, if is_on && !life.is_zero() { SERVERS_MAX } else { 0 }))
}

/// Names of groups for the key exchange: OpenSSL's, and ours.
const CURVES: [(&[&str], &str); 5] = [
    (&["X25519MLKEM768"], "X25519MLKEM768"),
    (&["X25519"], "X25519"),
    (&["prime256v1", "P-256", "secp256r1"], "secp256r1"),
    (&["secp384r1", "P-384"], "secp384r1"),
    (&["secp521r1", "P-521"], "secp521r1"),
];

/// Servers whose sessions are kept.
const SERVERS_MAX: usize = 1024;

/// Longest time that a session is kept.
const LIFE_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);
