use alloc::string::{String, ToString as _};

use super::*;
use crate::name::NameFlaw;
use DestinationFlaw as Flaw;

#[test]
fn destinations_of_smtp_are_read() {
    for (text, meant) in [
        ("example.com", "domain example.com"),
        ("Example.COM.", "domain example.com"),
        ("example.com:587", "domain example.com, port 587"),
        ("example.com:00587", "domain example.com, port 587"),
        ("example.com:Submission", "domain example.com, submission 587"),
        ("example.com:ours", "domain example.com, ours 2525"),
        ("bücher.example:smtp", "domain xn--bcher-kva.example, smtp 25"),
        ("xn--bcher-kva.example", "domain xn--bcher-kva.example"),
        ("_x.example", "domain _x.example"),
        ("localhost", "domain localhost"),
        ("unix:25", "domain unix, port 25"),
        ("inet:lmtp", "domain inet, lmtp 24"),
        ("[mx.example.com]", "host mx.example.com"),
        ("[MX]:587", "host mx, port 587"),
        ("[bücher.example]", "host xn--bcher-kva.example"),
        ("192.0.2.1", "address 192.0.2.1"),
        ("192.0.2.1:26", "address 192.0.2.1, port 26"),
        ("[192.0.2.1]", "address 192.0.2.1"),
        ("[192.0.2.1]:65535", "address 192.0.2.1, port 65535"),
        ("[ipv6:2001:db8::1]", "address 2001:db8::1"),
        ("[IPv6:2001:DB8::1]:1", "address 2001:db8::1, port 1"),
        ("[2001:db8::1]:smtps", "address 2001:db8::1, smtps 465"),
        ("[::ffff:192.0.2.1]", "address 192.0.2.1"),
    ] {
        let destination = Destination::parse(text, Syntax::Smtp, &services()).unwrap();
        assert_eq!(read(&destination), meant);
        assert_eq!(destination.to_string(), text);
    }
}

#[test]
fn destinations_of_lmtp_are_read() {
    for (text, meant) in [
        ("unix:/run/lmtp", "socket /run/lmtp"),
        ("unix:private/lmtp:24", "socket private/lmtp:24"),
        ("mx.example", "host mx.example"),
        ("mx.example:24", "host mx.example, port 24"),
        ("192.0.2.1:lmtp", "address 192.0.2.1, lmtp 24"),
        ("inet:mx.example", "host mx.example"),
        ("inet:mx.example:ours", "host mx.example, ours 2525"),
        ("inet:192.0.2.1", "address 192.0.2.1"),
        ("inet:[mx.example]:24", "host mx.example, port 24"),
        ("inet:[192.0.2.1]:24", "address 192.0.2.1, port 24"),
        ("[ipv6:::1]:24", "address ::1, port 24"),
    ] {
        let destination = Destination::parse(text, Syntax::Lmtp, &services()).unwrap();
        assert_eq!(read(&destination), meant);
        assert_eq!(destination.to_string(), text);
    }
}

#[test]
fn domains_of_mailboxes_are_read() {
    for (text, meant) in [
        ("Example.com", "domain example.com"),
        ("bücher.example", "domain xn--bcher-kva.example"),
        ("unix", "domain unix"),
        ("[192.0.2.1]", "address 192.0.2.1"),
        ("[IPv6:2001:db8::1]", "address 2001:db8::1"),
    ] {
        let destination = Destination::of_domain(text).unwrap();
        assert_eq!(read(&destination), meant);
        assert_eq!(destination.to_string(), text);
    }
}

#[test]
fn what_is_wrong_with_a_destination_is_told_and_where() {
    for (text, at, flaw) in [
        ("", 0, Flaw::Empty),
        (":25", 0, Flaw::NoHost),
        ("[]", 1, Flaw::NoHost),
        ("[]:25", 1, Flaw::NoHost),
        ("[mx.example", 11, Flaw::Unclosed),
        ("[mx.example:25", 14, Flaw::Unclosed),
        ("[mx.example]25", 12, Flaw::AfterBracket),
        ("[192.0.2.1].example", 11, Flaw::AfterBracket),
        ("[mx.example:25]", 11, Flaw::Name(NameFlaw::Character(':'))),
        ("[[mx.example]]", 1, Flaw::Name(NameFlaw::Character('['))),
        ("mx.example]", 10, Flaw::Name(NameFlaw::Character(']'))),
        ("a,b", 1, Flaw::Name(NameFlaw::Character(','))),
        (" a", 0, Flaw::Name(NameFlaw::Character(' '))),
        ("[a..b]", 3, Flaw::Name(NameFlaw::EmptyLabel)),
        ("a.-b:25", 2, Flaw::Name(NameFlaw::Hyphen)),
        ("mx.bü\u{378}.example", 6, Flaw::Idna),
        ("[mx.xn--ü]:25", 4, Flaw::Idna),
        ("127.1", 4, Flaw::Number),
        ("[mx.0x7f]:25", 4, Flaw::Number),
        ("256.0.0.1", 8, Flaw::Number),
        ("[1]", 1, Flaw::Number),
        ("192.0.2.1.", 8, Flaw::Number),
        ("１９２.0.2.1", 14, Flaw::Number),
        ("0.0.0.0:25", 0, Flaw::Unspecified),
        ("[::]", 1, Flaw::Unspecified),
        ("[ipv6:::ffff:0.0.0.0]", 6, Flaw::Unspecified),
        ("[ipv6:]", 6, Flaw::Ipv6),
        ("[ipv6:192.0.2.1]", 6, Flaw::Ipv6),
        ("[fe80::1%eth0]:25", 8, Flaw::Ipv6),
        ("[1:2:3]", 1, Flaw::Ipv6),
        ("2001:db8::1", 0, Flaw::NoBrackets),
        ("::1", 0, Flaw::NoBrackets),
        ("ipv6:2001:db8::1", 0, Flaw::NoBrackets),
        ("a:", 2, Flaw::NoService),
        ("[a]:", 4, Flaw::NoService),
        ("a:0", 2, Flaw::Port),
        ("a:65536", 2, Flaw::Port),
        ("a:99999999999999999999", 2, Flaw::Port),
        ("a:+25", 2, Flaw::Service),
        ("a:25:26", 2, Flaw::Service),
        ("a:2５", 2, Flaw::Service),
        ("a:unheard", 2, Flaw::Service),
        ("unix:/run/lmtp", 5, Flaw::Service),
    ] {
        let bad = Destination::parse(text, Syntax::Smtp, &services()).unwrap_err();
        assert_eq!((bad.at, bad.flaw), (at, flaw), "{text}");
        assert_eq!(*bad.text, *text);
    }
}

#[test]
fn what_is_wrong_with_a_destination_of_lmtp_is_told_and_where() {
    let long = "unix:".to_string() + &"x".repeat(parser::PATH_MAX + 1);
    let max = parser::PATH_MAX;
    for (text, at, flaw) in [
        ("unix:", 5, Flaw::NoPath),
        ("unix:/run/a b", 11, Flaw::PathCharacter(' ')),
        ("unix:/run/a,b", 11, Flaw::PathCharacter(',')),
        ("unix:/ü\0", 8, Flaw::PathCharacter('\0')),
        (&long, 5 + max, Flaw::LongPath { max }),
        ("UNIX:/run/lmtp", 5, Flaw::Service),
        ("inet:", 5, Flaw::NoHost),
        ("inet::24", 5, Flaw::NoHost),
        ("inet:a:0", 7, Flaw::Port),
        ("inet:inet:a", 10, Flaw::Service),
        ("inet:2001:db8::1", 5, Flaw::NoBrackets),
        ("inet:[::1", 9, Flaw::Unclosed),
    ] {
        let bad = Destination::parse(text, Syntax::Lmtp, &services()).unwrap_err();
        assert_eq!((bad.at, bad.flaw), (at, flaw), "{text}");
    }
    assert!(Destination::parse(&long[..5 + max], Syntax::Lmtp, &services()).is_ok());
}

#[test]
fn a_domain_of_a_mailbox_leads_nowhere_else() {
    let character = |c| Flaw::Name(NameFlaw::Character(c));
    for (text, at, flaw) in [
        ("", 0, Flaw::Empty),
        (".", 0, Flaw::Name(NameFlaw::EmptyLabel)),
        ("example.com:25", 11, character(':')),
        ("example.com：25", 11, Flaw::Idna),
        ("a,b", 1, character(',')),
        ("a b", 1, character(' ')),
        ("a\r\nRCPT", 1, character('\r')),
        ("ü\0", 2, character('\0')),
        ("unix:/run/lmtp", 4, character(':')),
        ("inet:a", 4, character(':')),
        ("bob@a", 3, character('@')),
        ("192.0.2.1", 8, Flaw::Number),
        ("192.0.2.1.", 8, Flaw::Number),
        ("127.1", 4, Flaw::Number),
        ("2130706433", 0, Flaw::Number),
        ("0x7F000001", 0, Flaw::Number),
        ("0177.0.0.1", 9, Flaw::Number),
        ("１２７。１", 12, Flaw::Number),
        ("２１３０７０６４３３", 0, Flaw::Number),
        ("①②⑦.⓪.⓪.①", 18, Flaw::Number),
        ("::1", 0, character(':')),
        ("[localhost]", 1, Flaw::Literal),
        ("[127.1]", 1, Flaw::Literal),
        ("[]", 1, Flaw::Literal),
        ("[127.0.0.1:25]", 1, Flaw::Literal),
        ("[192.0.2.1]:25", 11, Flaw::AfterBracket),
        ("[192.0.2.1].example", 11, Flaw::AfterBracket),
        ("[192.0.2.1", 10, Flaw::Unclosed),
        ("[IPv6:::1%1]", 9, Flaw::Ipv6),
        ("[0.0.0.0]", 1, Flaw::Unspecified),
    ] {
        let bad = Destination::of_domain(text).unwrap_err();
        assert_eq!((bad.at, bad.flaw), (at, flaw), "{text}");
    }
}

#[test]
fn lists_are_read_in_order() {
    for text in ["a [b]:25", "a,[b]:25", " a ,, [b]:25,", "a\t[b]:25\r\n"] {
        let list = Destination::list(text, Syntax::Smtp, &services()).unwrap();
        assert_eq!(list.iter().map(Destination::as_str).collect::<Vec<_>>(), ["a", "[b]:25"]);
    }
}

#[test]
fn what_is_wrong_with_a_list_is_told_and_where() {
    for (text, at, flaw) in [
        ("", 0, Flaw::Empty),
        (" ,\t", 0, Flaw::Empty),
        ("a, b:0", 5, Flaw::Port),
        ("ü,[b c]", 5, Flaw::Unclosed),
        ("a,ü b..c", 7, Flaw::Name(NameFlaw::EmptyLabel)),
    ] {
        let bad = Destination::list(text, Syntax::Smtp, &services()).unwrap_err();
        assert_eq!((&*bad.text, bad.at, bad.flaw), (text, at, flaw));
    }
}

#[test]
fn there_are_only_so_many_destinations() {
    let max = Destination::LIST_MAX;
    let list = |text: &str| Destination::list(text, Syntax::Smtp, &services());
    assert_eq!(list(&"a,".repeat(max)).unwrap().len(), max);
    let bad = list(&"a,".repeat(max + 1)).unwrap_err();
    assert_eq!((bad.at, bad.flaw), (2 * max, Flaw::TooMany));
}

#[test]
fn texts_have_only_so_many_bytes() {
    let max = Destination::LENGTH_MAX;
    let too_long = (max, Flaw::TooLong { max });
    let text = "[ü".to_string() + &"a".repeat(max - 2);
    for bad in [text.parse::<Destination>(), Destination::of_domain(&text)] {
        let bad = bad.unwrap_err();
        assert_eq!((bad.at, bad.flaw), too_long);
    }
    assert_eq!(text[..max].parse::<Destination>().unwrap_err().flaw, Flaw::Unclosed);

    let max = Destination::LIST_LENGTH_MAX;
    let bad = |text: String| Destination::list(&text, Syntax::Smtp, &services()).unwrap_err();
    let long = bad(",".repeat(max + 1));
    assert_eq!((long.text.len(), long.at, long.flaw), (max, max, Flaw::TooLong { max }));
    assert_eq!(bad(",".repeat(max)).flaw, Flaw::Empty);
}

fn services() -> Services {
    Services::parse("ours 2525/tcp")
}

/// What was understood, in text.
fn read(destination: &Destination) -> String {
    let mut text = match destination.target() {
        Target::Domain(name) => "domain ".to_string() + name.as_str(),
        Target::Host(name) => "host ".to_string() + name.as_str(),
        Target::Address(address) => "address ".to_string() + &address.to_string(),
        Target::Unix(path) => "socket ".to_string() + path,
    };
    if let Some(Service { name, port }) = destination.service() {
        text += ", ";
        text += name.as_deref().unwrap_or("port");
        text += " ";
        text += &port.to_string();
    }
    text
}
