//! Certificates and tables.

use super::*;

#[test]
fn dsa_certificates_are_refused() {
    let (_, problems) = read(Personality::Smtp, "smtp_tls_dcert_file = /etc/dsa.pem");
    assert!(problems.iter().any(|problem| problem.starts_with("main.cf:1: ")), "{problems:#?}");
}

#[test]
fn tables_are_opened_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy");
    std::fs::write(&path, "example.com encrypt\n").unwrap();
    let text = format!("smtp_tls_policy_maps = texthash:{}", path.display());
    let setup = sound(Personality::Smtp, &text);
    std::fs::remove_file(&path).unwrap();
    let found = setup.servers.policies.lookup("example.com").unwrap();
    assert_eq!(found.as_deref(), Some("encrypt"));
}

#[test]
fn tables_are_read_again_when_they_have_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy");
    std::fs::write(&path, "example.com encrypt\n").unwrap();
    let text = format!("smtp_tls_policy_maps = texthash:{}", path.display());
    let setup = sound(Personality::Smtp, &text);
    std::fs::write(&path, "example.com secure match=nexthop\n").unwrap();
    setup.refresh();
    let found = setup.servers.policies.lookup("example.com").unwrap();
    assert_eq!(found.as_deref(), Some("secure match=nexthop"));
}
