use envoi_driver::proto::Keyword;
use envoi_driver::proto::Status;

use super::*;
use crate::table::{AddressMap, AddressRules, Context};

fn tables(list: &str) -> Tables {
    let (tables, errors) = Tables::open(list, &Context::new("/nonexistent"));
    assert!(errors.is_empty(), "{errors:?}");
    tables
}

fn server(next_hop: &str, name: &str) -> Server {
    Server {
        next_hop: next_hop.into(),
        domain: next_hop.into(),
        tls_request: TlsRequest::None,
        name: name.into(),
        address: "192.0.2.1".into(),
        is_local: false,
        protocol: Protocol::Smtp,
        sender: Some("ann+list@client.example".parse().unwrap()),
    }
}

fn passwords(list: &str) -> Passwords {
    Passwords { tables: tables(list), senders: None, delimiter: ":".into(), says_identity: false }
}

#[test]
fn policy_is_that_of_the_next_hop_or_of_a_domain_above_it() {
    let servers = Servers {
        policies: tables(
            "inline:{ { example.com = secure match=nexthop } { .example.com = encrypt } \
             { [mx.example.net]:587 = verify } { bad.example = must } }",
        ),
        demands: Demands { level: Level::May, ..Demands::default() },
        ..Servers::default()
    };
    for (next_hop, level) in [
        ("example.com", Level::Secure),
        ("a.b.example.com", Level::Encrypt),
        ("[mx.example.net]:587", Level::Verify),
        ("mx.example.net:587", Level::May),
        ("[a.example.com]", Level::May),
    ] {
        let known = servers.look_up(&server(next_hop, "mx.example.com")).unwrap();
        assert_eq!(known.tls.level, level, "{next_hop}");
    }
    let skip = servers.look_up(&server("bad.example", "mx.example.com")).unwrap_err();
    assert_eq!((skip.status, &*skip.text), BAD_POLICY);
}

#[test]
fn exchangers_are_those_of_the_policy() {
    let mut servers = Servers {
        policies: tables("inline:{ { example.com = secure mx_host_pattern=*.example.com } }"),
        ..Servers::default()
    };
    assert!(servers.look_up(&server("example.com", "mx.example.com")).is_ok());
    let skip = servers.look_up(&server("example.com", "mx.example.net")).unwrap_err();
    assert_eq!((skip.status, &*skip.text), BAD_POLICY);
    servers.any_exchanger = true;
    assert!(servers.look_up(&server("example.com", "mx.example.net")).is_ok());
}

#[test]
fn per_site_settings_hold_where_there_are_no_policies() {
    let per_site = "inline:{ { example.com = MUST } { mx.example.net = NONE } { odd = yes } }";
    let mut servers = Servers { per_site: tables(per_site), ..Servers::default() };
    servers.demands.level = Level::May;
    for (next_hop, name, level) in [
        ("example.com", "mx.example.net", Level::Verify),
        ("example.org", "mx.example.net", Level::None),
        ("example.org", "mx.example.org", Level::May),
    ] {
        let known = servers.look_up(&server(next_hop, name)).unwrap();
        assert_eq!(known.tls.level, level, "{next_hop} {name}");
    }
    let skip = servers.look_up(&server("example.org", "odd")).unwrap_err();
    assert_eq!((skip.status, &*skip.text), BAD_POLICY);
    servers.policies = tables("static:none");
    assert_eq!(servers.look_up(&server("example.com", "mx")).unwrap().tls.level, Level::None);
}

#[test]
fn failed_lookup_counts_where_it_matters() {
    let skip = |servers: &Servers| {
        let skip = servers.look_up(&server("example.com", "mx.example.com")).unwrap_err();
        (skip.status, skip.text.to_string())
    };
    let lookup_failed = (Status::transient(3, 0), "Temporary lookup error".to_owned());
    let fail = || tables("fail:x");
    assert_eq!(skip(&Servers { policies: fail(), ..Servers::default() }), lookup_failed);
    assert_eq!(skip(&Servers { per_site: fail(), ..Servers::default() }), lookup_failed);
    let servers = Servers {
        discard_maps: fail(),
        pix_maps: fail(),
        passwords: Some(passwords("fail:x")),
        ..Servers::default()
    };
    let known = servers.look_up(&server("example.com", "mx.example.com")).unwrap();
    assert_eq!(known.unknown, Unknown { ignore: true, pix: true, auth: true });
}

#[test]
fn wrapper_mode_asks_for_encryption() {
    let mut servers = Servers { wrapper_mode: true, ..Servers::default() };
    servers.demands.level = Level::May;
    let skip = servers.look_up(&server("example.com", "mx.example.com")).unwrap_err();
    assert_eq!((skip.status, &*skip.text), BAD_POLICY);
    servers.demands.level = Level::Encrypt;
    assert!(servers.look_up(&server("example.com", "mx.example.com")).is_ok());
}

#[test]
fn opportunistic_tls_is_not_for_sockets_of_this_machine() {
    let mut servers = Servers::default();
    let local = Server { is_local: true, ..server("unix:/run/lmtp", "client.example") };
    for (level, expected) in [(Level::May, Level::None), (Level::Encrypt, Level::Encrypt)] {
        servers.demands.level = level;
        assert_eq!(servers.look_up(&local).unwrap().tls.level, expected);
    }
}

#[test]
fn addresses_have_keywords_and_workarounds_of_their_own() {
    let mut servers = Servers {
        discard: Discard::read("dsn"),
        discard_maps: tables("inline:{ 192.0.2.1=size }"),
        pix_maps: tables("inline:{ 192.0.2.1=disable_esmtp }"),
        ..Servers::default()
    };
    let known = servers.look_up(&server("example.com", "mx.example.com")).unwrap();
    assert!(known.discard.keywords.contains(Keyword::Size));
    assert!(!known.discard.keywords.contains(Keyword::Dsn));
    assert_eq!(known.pix, PixWorkarounds { disable_esmtp: true, delay_dot: false });
    servers.pix_maps = tables("inline:{ 192.0.2.1=odd }");
    assert!(servers.look_up(&server("example.com", "mx")).unwrap().unknown.pix);
    let other = Server { address: "192.0.2.2".into(), ..server("example.com", "mx") };
    let known = servers.look_up(&other).unwrap();
    assert!(known.discard.keywords.contains(Keyword::Dsn));
    assert_eq!(known.pix, PixWorkarounds::default());
}

#[test]
fn credentials_are_found_by_sender_then_host_then_next_hop() {
    let found = |passwords: Passwords, server: &Server| {
        let servers = Servers { passwords: Some(passwords), ..Servers::default() };
        let known = servers.look_up(server).unwrap();
        known.credentials.and_then(|(known, _)| known.user().map(str::to_owned))
    };
    let all = "inline:{ ann@client.example=u1:p @client.example=u2:p mx.example.com=u3:p \
               [relay]:587=u4:p }";
    let (host, relay) = (server("example.com", "mx.example.com"), server("[relay]:587", "relay"));
    let by_sender = |list| {
        let context = Context::new("/nonexistent");
        let mut rules = AddressRules::new("client.example", "example", &context);
        rules.recipient_delimiter = "+".into();
        let senders = Some(AddressMap::over(tables(list), rules));
        Passwords { senders, ..passwords(list) }
    };
    assert_eq!(found(passwords(all), &host).as_deref(), Some("u3"));
    assert_eq!(found(passwords(all), &relay).as_deref(), Some("u4"));
    assert_eq!(found(by_sender(all), &host).as_deref(), Some("u1"));
    let domain = "inline:{ @client.example=u2:p mx.example.com=u3:p }";
    assert_eq!(found(by_sender(domain), &host).as_deref(), Some("u2"));
    let user = "inline:{ ann=u5:p @client.example=u2:p mx.example.com=u3:p }";
    assert_eq!(found(by_sender(user), &host).as_deref(), Some("u5"));
    let elsewhere = Some("ann@elsewhere.example".parse().unwrap());
    let elsewhere = Server { sender: elsewhere, ..host.clone() };
    assert_eq!(found(by_sender(user), &elsewhere).as_deref(), Some("u3"));
    let nobody = Server { sender: None, ..host.clone() };
    assert_eq!(found(by_sender(all), &nobody).as_deref(), Some("u3"));
    let lmtp = Server { protocol: Protocol::Lmtp, ..host.clone() };
    assert_eq!(found(by_sender(all), &lmtp).as_deref(), Some("u3"));
    assert_eq!(found(passwords("inline:{ other=u:p }"), &host), None);
}

#[test]
fn entry_is_parted_as_it_is_said_and_never_shown() {
    let find = |list: &str, delimiter: &str, says_identity| {
        let delimiter = delimiter.into();
        let passwords = Passwords { delimiter, says_identity, ..passwords(list) };
        passwords.find(&server("example.com", "mx.example.com"))
    };
    let found = find("inline:{ { mx.example.com = a:b|sesame } }", "|", true).unwrap().unwrap();
    assert_eq!((found.user(), found.authorization()), (Some("a:b"), Some("a:b")));
    let error = find("inline:{ mx.example.com=sesame }", ":", false).unwrap_err().to_string();
    assert!(error.starts_with("credentials for mx.example.com: "), "{error}");
    assert!(!error.contains("sesame"), "{error}");
}

#[test]
fn refused_credentials_are_remembered() {
    let ann = Credentials::password("ann", "secret").unwrap();
    let reply = "535 5.7.8 no".parse().unwrap();
    let rejection = Rejection::of_reply(&reply, &ann, since_epoch()).unwrap();
    let life = Rejection::LIFE;
    let off = RejectionCache::default();
    off.insert("mx.example", &ann, rejection.clone());
    assert!(off.find("mx.example", &ann).is_none());
    let cache = RejectionCache::new(None, life);
    cache.insert("mx.example", &ann, rejection.clone());
    assert_eq!(cache.find("mx.example", &ann), Some(rejection));
    assert!(cache.find("mx2.example", &ann).is_none());
    let other = Credentials::password("ann", "changed").unwrap();
    assert!(cache.find("mx.example", &other).is_none());
}

const BAD_POLICY: (Status, &str) = (Status::transient(7, 5), "client TLS configuration problem");

#[test]
fn senders_ask_for_more_or_less_than_main_cf() {
    use envoi_driver::proto::RequireTls::{Enforce, Opportunistic, OpportunisticStarttls};
    let level = |level, action: RequireTls, tls_request, wrapper_mode| {
        let demands = Demands { level, ..Demands::default() };
        let word = match action {
            Enforce => "enforce",
            OpportunisticStarttls => "opportunistic+starttls",
            Opportunistic | RequireTls::Disable => "opportunistic",
        };
        let (policy, _) = RequireTlsPolicy::open(word, &Context::new("/nonexistent"));
        let servers = Servers {
            demands,
            tls_required: true,
            require_tls: Some(policy),
            wrapper_mode,
            ..Servers::default()
        };
        let server = Server { tls_request, ..server("example.com", "mx.example.com") };
        servers.look_up(&server).map(|known| known.tls.level)
    };
    let (required, optional) = (TlsRequest::Required, TlsRequest::NotRequired);
    for (asked, action, request, wraps, expected) in [
        (Level::None, Enforce, TlsRequest::None, false, Level::None),
        (Level::None, Enforce, required, false, Level::Secure),
        (Level::Encrypt, Enforce, required, false, Level::Secure),
        (Level::Verify, Enforce, required, false, Level::Verify),
        (Level::None, OpportunisticStarttls, required, false, Level::Encrypt),
        (Level::Verify, OpportunisticStarttls, required, false, Level::Verify),
        (Level::May, Opportunistic, required, false, Level::May),
        (Level::Secure, Enforce, optional, false, Level::May),
        (Level::None, Enforce, optional, false, Level::None),
        (Level::Secure, Enforce, optional, true, Level::Encrypt),
    ] {
        assert_eq!(level(asked, action, request, wraps), Ok(expected), "{asked} {action:?}");
    }
}

#[test]
fn socket_of_this_machine_needs_no_tls() {
    let (policy, _) = RequireTlsPolicy::open("enforce", &Context::new("/nonexistent"));
    let servers = Servers { require_tls: Some(policy), ..Servers::default() };
    let tls_request = TlsRequest::Required;
    let local = Server { is_local: true, tls_request, ..server("unix:/run/lmtp", "host") };
    let known = servers.look_up(&local).unwrap();
    assert_eq!((known.require_tls, known.tls.level), (RequireTls::Opportunistic, Level::None));
}
