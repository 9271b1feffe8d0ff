//! Tests of conversion that loses nothing.

use alloc::borrow::ToOwned;

use super::*;

#[test]
fn sound_conversion_leaves_only_ascii() {
    for (content, _) in cases(include_str!("../conversions.txt")) {
        let whole = converted(Conversion::Sound, &content, usize::MAX);
        assert!(whole.is_ascii(), "{whole}");
        for piece in [1, 5] {
            assert_eq!(converted(Conversion::Sound, &content, piece), whole);
        }
    }
}

#[test]
fn sound_conversion_does_what_is_needed() {
    let head = |encoding: &str| match encoding {
        "" => String::new(),
        encoding => format!("Content-Transfer-Encoding: {encoding}\n"),
    };
    let long = "x".repeat(999);
    let large = "line\n".repeat(20_000);
    for (declared, body, encoding, expected) in [
        ("", "a=b\n", "", "a=b\n"),
        ("7bit", "a=b\n", "7bit", "a=b\n"),
        ("8bit", "a=b\n", "7bit", "a=b\n"),
        ("", "\u{e9}\n", "quoted-printable", "=C3=A9\n"),
        ("7bit", "a=b\n\u{e9}\n", "quoted-printable", "a=3Db\n=C3=A9\n"),
        ("8bit", "\u{e9}", "quoted-printable", "=C3=A9\n"),
        ("binary", "\u{e9}\nx", "base64", "w6kNCng=\n"),
        ("base64", "w6\u{e9}k=\n", "base64", "w6k=\n"),
        ("quoted-printable", "=C3\u{e9}\n", "quoted-printable", "=C3=C3=A9\n"),
        ("", "\0\n", "quoted-printable", "=00\n"),
        (
            "",
            &long,
            "quoted-printable",
            &(("x".repeat(73) + "=\n").repeat(13) + &"x".repeat(50) + "\n"),
        ),
        ("", &large, "quoted-printable", &large),
        (
            "8bit",
            &("\u{e9}".to_owned() + &"x".repeat(67) + "--b"),
            "quoted-printable",
            &("=C3=A9".to_owned() + &"x".repeat(67) + "=\n=2D-b\n"),
        ),
        ("8bit", "", "7bit", ""),
    ] {
        let content = format!("{}Subject: x\n\n{body}", head(declared));
        let expected = format!("Subject: x\n{}\n{expected}", head(encoding));
        for piece in [1, usize::MAX] {
            let found = converted(Conversion::Sound, content.as_bytes(), piece);
            assert!(found == expected, "{declared} {body:.20}: {found:.200}");
        }
    }
}

#[test]
fn sound_conversion_encodes_headers() {
    for (header, expected) in [
        ("Subject: plain  text", "Subject: plain  text"),
        ("Subject: a gr\u{fc}n \u{fc} b", "Subject: a =?utf-8?Q?gr=C3=BCn_=C3=BC?= b"),
        ("Subject: \u{fc}\n \u{fc}", "Subject: =?utf-8?Q?=C3=BC?=\n =?utf-8?Q?=C3=BC?="),
        ("From: \u{c4}nn \u{d6} <a@b>", "From: =?utf-8?Q?=C3=84nn_=C3=96?= <a@b>"),
        ("To: \"\u{c4}, \\\"x\" <a@b>", "To: =?utf-8?Q?=C3=84=2C_=22x?= <a@b>"),
        ("To: a@b (gr\u{fc}n)", "To: a@b (=?utf-8?Q?gr=C3=BCn?=)"),
        ("To: \u{fc}@b, c@\u{fc}", "To: ??@b, c@??"),
        (
            "Content-Type: x/y; name=\"a\u{fc}\"; z=1",
            "Content-Type: x/y; name*=utf-8''a%C3%BC; z=1",
        ),
        ("Content-Type: x/y; boundary=\"\u{fc}\"", "Content-Type: x/y; boundary=\"??\""),
        ("Content-Description: \u{fc}", "Content-Description: =?utf-8?Q?=C3=BC?="),
    ] {
        let content = format!("{header}\n\n");
        let found = converted(Conversion::Sound, content.as_bytes(), usize::MAX);
        assert_eq!(found, format!("{expected}\n\n"), "{header}");
    }
    let latin = converted(Conversion::Sound, b"Subject: gr\xfcn\n\n", usize::MAX);
    assert_eq!(latin, "Subject: =?unknown-8bit?Q?gr=FCn?=\n\n");
    let long = format!("Subject: {}\n\n", "\u{fc}".repeat(100));
    for line in converted(Conversion::Sound, long.as_bytes(), usize::MAX).lines() {
        assert!(line.len() <= 84, "{line}");
    }
}
