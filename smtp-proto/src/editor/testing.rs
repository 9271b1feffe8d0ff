//! What tests of editors share.

use alloc::vec::Vec;

/// The cases of a file: lines that begin with `<`, each with one below it that begins with `>`.
pub(super) fn cases(text: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let case = |pair: &[&str]| {
        let content = |line: &str, mark| unescaped(line.strip_prefix(mark).expect("it has a mark"));
        (content(pair[0], "< "), content(pair[1], "> "))
    };
    lines.chunks(2).map(case).collect()
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'\\' => match bytes.next().expect("an escape has a second character") {
                b'n' => b'\n',
                b't' => b'\t',
                b'x' => {
                    let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                    u8::from_str_radix(str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                other => other,
            },
            byte => byte,
        });
    }
    out
}
