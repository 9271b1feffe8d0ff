//! From the text of a main.cf to what is set up.

use std::fmt::Debug;
use std::path::Path;

use envoi_driver::tls::Level;

use super::*;
use crate::main_cf::{self, MainCf, Personality};

mod files;
mod parameters;
mod peers;

/// A setup, and what was wrong with it.
fn read(personality: Personality, text: &str) -> (Setup, Vec<String>) {
    let (main_cf, problems) = MainCf::parse(Path::new("main.cf"), text.as_bytes());
    assert!(problems.is_empty(), "{problems:?}");
    let found = main_cf::System { host_name: "client.example.com".into(), ..Default::default() };
    let (parameters, values) = Parameters::new(main_cf, personality, &found);
    let system = System { addresses: vec![[127, 0, 0, 1].into()], ..System::default() };
    let (setup, files) = Setup::read(&parameters, &system);
    let problems = values.into_iter().chain(files).map(|problem| problem.to_string());
    (setup, problems.collect())
}

/// A setup with which nothing is wrong.
fn sound(personality: Personality, text: &str) -> Setup {
    let (setup, problems) = read(personality, text);
    assert!(problems.is_empty(), "{text}: {problems:?}");
    setup
}

/// What one line makes of a field, and what is there without it.
fn effect<T: Debug>(line: &str, field: impl Fn(&Setup) -> T) -> String {
    let (default, set) = (sound(Personality::Smtp, ""), sound(Personality::Smtp, line));
    format!("{:?} {:?}", field(&default), field(&set))
}

#[test]
fn nothing_is_wrong_with_nothing() {
    for personality in [Personality::Smtp, Personality::Lmtp] {
        let setup = sound(personality, "");
        assert_eq!(setup.config.host_name.as_str(), "client.example.com");
        assert_eq!(setup.servers.demands.level, Level::May);
    }
}

#[test]
fn lmtp_reads_its_own() {
    let text = "smtp_helo_timeout = 1s\nlmtp_lhlo_timeout = 2s\nlmtp_tcp_port = 2424\n\
                lmtp_lhlo_name = lmtp.example\nsmtp_never_send_ehlo = yes";
    let setup = sound(Personality::Lmtp, text);
    assert_eq!(setup.protocol, Protocol::Lmtp);
    assert_eq!(setup.policy.peer.protocol, Protocol::Lmtp);
    assert_eq!(setup.config.time_limits.hello.as_secs(), 2);
    assert_eq!(setup.policy.rules.port, 2424);
    assert_eq!(setup.config.helo_name.as_str(), "lmtp.example");
    assert_eq!(setup.reporting.name, "postfix/lmtp");
    assert_eq!(sound(Personality::Lmtp, "").policy.rules.port, 24);
}

#[test]
fn mistakes_are_told_all_at_once_with_their_place() {
    let text = "smtp_tcp_port = nowhere\nsmtp_tls_CAfile = /nonexistent/ca\n\
                smtp_tls_ciphers = odd\nsmtp_host_lookup = dns, wins\n\
                smtp_tls_policy_maps = hush:/x\nsmtp_fallback_relay = [a\n\
                smtp_sasl_auth_enable = yes\nsmtp_bind_address = ::1\n\
                smtp_tls_security_level = fingerprint";
    let (_, problems) = read(Personality::Smtp, text);
    for told in [
        "main.cf:1: bad smtp_tcp_port \"nowhere\"; expected a number from 1 to 65535",
        "main.cf:2: bad smtp_tls_CAfile \"/nonexistent/ca\"; expected certificates in PEM; ",
        "main.cf:3: bad smtp_tls_ciphers \"odd\"; expected ",
        "main.cf:4: bad smtp_host_lookup \"dns, wins\"; expected ",
        "main.cf:5: bad smtp_tls_policy_maps \"hush:/x\"; expected tables that can be opened; ",
        "main.cf:6: bad smtp_fallback_relay \"[a\"; expected destinations such as ",
        "default: bad smtp_sasl_password_maps \"\"; expected a table",
        "main.cf:8: bad smtp_bind_address \"::1\"; expected an address",
        "default: bad smtp_tls_fingerprint_cert_match \"\"; expected fingerprints",
    ] {
        assert!(problems.iter().any(|problem| problem.starts_with(told)), "{told}: {problems:#?}");
    }
    assert_eq!(problems.len(), 9, "{problems:#?}");
}
