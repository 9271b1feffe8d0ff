//! What each parameter asks of servers, at its default and at another value.

use super::*;

#[test]
fn tls_is_asked_for_as_parameters_say() {
    let demands = |line: &str, field: fn(&crate::tls_policy::Demands) -> String| {
        effect(line, |setup| field(&setup.servers.demands)).replace('"', "")
    };
    let suites = |level: Level| {
        move |d: &crate::tls_policy::Demands| {
            let provider = envoi_driver::tls::default_provider();
            d.at(level).ciphers.suites(&provider).unwrap().len()
        }
    };
    for (line, field, expected) in [
        (
            "smtp_tls_security_level = none",
            (|d| d.level.to_string()) as fn(&crate::tls_policy::Demands) -> String,
            "may none",
        ),
        ("smtp_tls_security_level =\nsmtp_use_tls = yes", |d| d.level.to_string(), "may may"),
        (
            "smtp_tls_security_level =\nsmtp_enforce_tls = yes",
            |d| d.level.to_string(),
            "may verify",
        ),
        (
            "smtp_tls_security_level =\nsmtp_enforce_tls = yes\nsmtp_tls_enforce_peername = no",
            |d| d.level.to_string(),
            "may encrypt",
        ),
        ("compatibility_level = 3.6", |d| d.level.to_string(), "may none"),
        (
            "smtp_tls_verify_cert_match = nexthop",
            |d| d.at(Level::Verify).names.to_string(),
            "hostname nexthop",
        ),
        (
            "smtp_tls_secure_cert_match = hostname",
            |d| d.at(Level::Secure).names.to_string(),
            "nexthop:dot-nexthop hostname",
        ),
        (
            "smtp_tls_protocols = TLSv1.3",
            |d| d.at(Level::May).protocols.to_string(),
            ">=TLSv1.2 TLSv1.3",
        ),
        (
            "smtp_tls_mandatory_protocols = TLSv1.3",
            |d| d.at(Level::Encrypt).protocols.to_string(),
            ">=TLSv1.2 TLSv1.3",
        ),
        ("smtp_tls_fingerprint_digest = sha1", |d| d.digest.to_string(), "sha256 sha1"),
        ("smtp_tls_scert_verifydepth = 3", |d| d.verify_depth.to_string(), "9 3"),
        ("smtp_tls_servername = hostname", |d| format!("{:?}", d.sni), "Off Hostname"),
        (
            "tls_wildcard_matches_multiple_labels = no",
            |d| format!("{:?}", d.wildcards),
            "ManyLabels OneLabel",
        ),
    ] {
        assert_eq!(demands(line, field), expected, "{line}");
    }
    for (line, level) in [
        ("smtp_tls_exclude_ciphers = CHACHA20", Level::May),
        ("smtp_tls_exclude_ciphers = CHACHA20", Level::Encrypt),
        ("smtp_tls_mandatory_exclude_ciphers = CHACHA20", Level::Encrypt),
        ("tls_medium_cipherlist = AESGCM", Level::May),
        ("tls_high_cipherlist = AESGCM\nsmtp_tls_ciphers = high", Level::May),
        ("tls_high_cipherlist = AESGCM\nsmtp_tls_mandatory_ciphers = high", Level::Encrypt),
        ("smtp_tls_cipherlist = AESGCM", Level::May),
        ("smtp_tls_cipherlist = AESGCM", Level::Encrypt),
    ] {
        let count = |text| suites(level)(&sound(Personality::Smtp, text).servers.demands);
        assert!(count(line) < count(""), "{line}");
    }
}

#[test]
fn servers_are_looked_up_as_parameters_say() {
    let servers = |line: &str, field: fn(&Servers) -> String| {
        effect(line, |setup| field(&setup.servers)).replace('"', "")
    };
    for (line, field, expected) in [
        (
            "smtp_discard_ehlo_keywords = dsn",
            (|s| format!("{:?}", s.discard.keywords)) as fn(&Servers) -> String,
            "{} {Dsn}",
        ),
        (
            "smtp_pix_workarounds = delay_dotcrlf",
            |s| s.pix.to_string(),
            "disable_esmtp delay_dotcrlf delay_dotcrlf",
        ),
        ("smtp_tls_enforce_sts_mx_patterns = no", |s| s.any_exchanger.to_string(), "false true"),
        ("smtp_tls_wrappermode = yes", |s| s.wrapper_mode.to_string(), "false true"),
        ("smtp_tls_policy_maps = static:may", |s| s.policies.is_empty().to_string(), "true false"),
        ("smtp_tls_per_site = static:may", |s| s.per_site.is_empty().to_string(), "true false"),
        (
            "smtp_discard_ehlo_keyword_address_maps = static:dsn",
            |s| s.discard_maps.is_empty().to_string(),
            "true false",
        ),
        (
            "smtp_pix_workaround_maps = static:delay_dotcrlf",
            |s| s.pix_maps.is_empty().to_string(),
            "true false",
        ),
        (
            "smtp_sasl_auth_enable = yes\nsmtp_sasl_password_maps = static:u:p",
            |s| s.passwords.is_some().to_string(),
            "false true",
        ),
    ] {
        assert_eq!(servers(line, field), expected, "{line}");
    }
    let passwords = |more: &str| {
        let base = "smtp_sasl_auth_enable = yes\nsmtp_sasl_password_maps = static:u:p\n";
        sound(Personality::Smtp, &[base, more].concat()).servers.passwords.clone().unwrap()
    };
    assert!(passwords("").senders.is_none() && !passwords("").says_identity);
    assert!(passwords("smtp_sender_dependent_authentication = yes").senders.is_some());
    assert!(passwords("send_cyrus_sasl_authzid = yes").says_identity);
    assert_eq!(passwords("smtp_sasl_password_result_delimiter = |").delimiter, "|");
}
