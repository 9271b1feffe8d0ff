//! Tests of the encoder.

use alloc::string::String;
use alloc::vec::Vec;
use core::num::NonZeroUsize;

use super::*;

/// What the rules make of `input`, said as plainly as possible.
fn oracle(input: &[u8], limit: usize, bare_cr: BareCr, stuffing: Stuffing) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    let mut line = Vec::new();
    let mut open = false;
    let mut bytes = input.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        open = true;
        match byte {
            b'\r' if bytes.peek() == Some(&b'\n') => continue,
            b'\r' if bare_cr == BareCr::Space => line.push(b' '),
            b'\n' => {
                lines.push(core::mem::take(&mut line));
                open = false;
            }
            byte => line.push(byte),
        }
    }
    if open {
        lines.push(line);
    }
    let mut out = Vec::new();
    for line in lines {
        if stuffing == Stuffing::Dots && line.first() == Some(&b'.') {
            out.push(b'.');
        }
        let mut column = 0;
        for byte in line {
            if column == limit {
                out.extend(b"\r\n ");
                column = 1;
            }
            out.push(byte);
            column += 1;
        }
        out.extend(b"\r\n");
    }
    out
}

fn config(limit: usize, bare_cr: BareCr) -> Config {
    let mut config = Config::new("client.example".parse().unwrap());
    config.line_length_limit = NonZeroUsize::new(limit);
    config.bare_cr = bare_cr;
    config
}

fn encoded(parts: &[&[u8]], config: &Config, stuffing: Stuffing, room: usize) -> Vec<u8> {
    let mut encoder = Encoder::new(config, stuffing);
    let mut out = BytesMut::new();
    let mut all = Vec::new();
    for part in parts {
        let mut part = *part;
        while !part.is_empty() {
            out.clear();
            let taken = encoder.encode(part, &mut out, room);
            assert!(taken > 0 && out.len() <= room);
            all.extend(&out);
            part = &part[taken..];
        }
    }
    out.clear();
    encoder.finish(&mut out);
    assert!(out.len() <= Encoder::FINISH_MAX);
    all.extend(&out);
    all
}

fn default_encoding(input: &[u8]) -> Vec<u8> {
    encoded(&[input], &config(998, BareCr::Space), Stuffing::Dots, 1 << 20)
}

#[test]
fn lines_end_in_crlf_and_dots_are_doubled() {
    for (input, output) in [
        ("", ""),
        ("a", "a\r\n"),
        ("a\n", "a\r\n"),
        ("a\r\n", "a\r\n"),
        ("a\r\nb\nc", "a\r\nb\r\nc\r\n"),
        (".", "..\r\n"),
        ("a\n.\n.b\n..\n", "a\r\n..\r\n..b\r\n...\r\n"),
        ("a.b\n", "a.b\r\n"),
        ("\n\n", "\r\n\r\n"),
        ("a\rb\n", "a b\r\n"),
        ("a\r\r\n", "a \r\n"),
        ("a\r", "a \r\n"),
        ("\r.\r\n", " .\r\n"),
        ("a\n\r.\rb", "a\r\n . b\r\n"),
    ] {
        let found = default_encoding(input.as_bytes());
        assert_eq!(String::from_utf8(found).unwrap(), output, "{input:?}");
    }
}

#[test]
fn long_lines_are_folded_with_a_space_that_counts() {
    let line = |n: usize| "x".repeat(n);
    for (length, output) in [
        (998, line(998) + "\r\n"),
        (999, line(998) + "\r\n x\r\n"),
        (1995, line(998) + "\r\n " + &line(997) + "\r\n"),
        (1996, line(998) + "\r\n " + &line(997) + "\r\n x\r\n"),
    ] {
        let found = default_encoding(line(length).as_bytes());
        assert_eq!(String::from_utf8(found).unwrap(), output, "{length}");
    }
    let dotted = alloc::format!(".{}", line(998));
    let expected = alloc::format!("..{}\r\n x\r\n", line(997));
    assert_eq!(default_encoding(dotted.as_bytes()), expected.as_bytes());
}

#[test]
fn every_split_gives_the_same() {
    let long = "y".repeat(70);
    let input = alloc::format!(".a\r\n.\n\r\r\n.\r.{long}\r\n..{long}\r{long}\n\0\u{ff}z\r");
    let input = input.as_bytes();
    for stuffing in [Stuffing::Dots, Stuffing::None] {
        for bare_cr in [BareCr::Space, BareCr::Keep] {
            let config = config(64, bare_cr);
            let expected = oracle(input, 64, bare_cr, stuffing);
            for i in 0..=input.len() {
                let parts = [&input[..i], &input[i..]];
                for room in [GROWTH_MAX, 20, 1 << 16] {
                    let found = encoded(&parts, &config, stuffing, room);
                    assert_eq!(found, expected, "split at {i}");
                }
            }
        }
    }
}

#[test]
fn oracle_and_encoder_agree_where_flaws_are_rare() {
    let text = "A line of text as long as most.\r\n".repeat(1000);
    for at in [0, 1, 31, 32, 33, 34, 1023, 1024, 1025, 4030, 4031, 4032, 4033, 8064, 20_000] {
        for flaw in ["\n", "\r", ".", "\n.", "\r\n.", "x", &"y".repeat(70)] {
            let mut input = text.clone();
            input.insert_str(at, flaw);
            for stuffing in [Stuffing::Dots, Stuffing::None] {
                let config = config(64, BareCr::Space);
                let found = encoded(&[input.as_bytes()], &config, stuffing, 1 << 17);
                let expected = oracle(input.as_bytes(), 64, BareCr::Space, stuffing);
                assert!(found == expected, "{flaw:?} at {at}");
            }
        }
    }
}

#[test]
fn oracle_and_encoder_agree_on_random_content() {
    let mut seed = 1u64;
    let mut random = move || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 33) as usize
    };
    let config = config(64, BareCr::Space);
    for _ in 0..2000 {
        let alphabet = [b'\r', b'\n', b'.', b'a', b'b', b' '];
        let repeats = random() % 40;
        let mut input = Vec::new();
        for _ in 0..repeats {
            let byte = alphabet[random() % alphabet.len()];
            input.resize(input.len() + 1 + (random() % 8) * (random() % 12), byte);
        }
        let split = if input.is_empty() { 0 } else { random() % input.len() };
        let parts = [&input[..split], &input[split..]];
        let room = GROWTH_MAX + random() % 100;
        let found = encoded(&parts, &config, Stuffing::Dots, room);
        let expected = oracle(&input, 64, BareCr::Space, Stuffing::Dots);
        assert_eq!(String::from_utf8(found), String::from_utf8(expected));
    }
}

#[test]
fn lines_with_dashes_are_left_to_the_caller() {
    let config = config(998, BareCr::Space);
    let long = "x".repeat(2 * BLOCK) + "\r\n";
    for content in [
        "-a\r\n--b\r\n-\r\n-",
        "a\n-b\nc\n\n-",
        "a\r\n.b\r\n-c",
        "a-b\r\n",
        "a\r-\r\n-\r",
        &(long.clone() + "-" + &long),
        &("a\r\n".repeat(BLOCK) + "--b\r\n"),
    ] {
        let content = content.as_bytes();
        let mut encoder = Encoder::new(&config, Stuffing::Dots);
        let mut out = BytesMut::new();
        let mut rest = content;
        while !rest.is_empty() {
            let taken = encoder.encode_to_dash(rest, &mut out, usize::MAX >> 1);
            let (piece, behind) = rest.split_at(taken);
            let begins = piece.windows(2).filter(|pair| pair == b"\n-").count();
            assert!(taken > 0 && begins == 0, "{}", piece.escape_ascii());
            assert!(behind.is_empty() || piece.ends_with(b"\n") && behind[0] == b'-');
            rest = behind;
        }
        encoder.finish(&mut out);
        assert!(out == oracle(content, 998, BareCr::Space, Stuffing::Dots));
    }
}
