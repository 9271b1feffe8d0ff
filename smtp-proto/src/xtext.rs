//! The encodings of parameter values: xtext (RFC 3461, 4) and its Unicode form (RFC 6533, 3).

use core::fmt::{self, Write};

/// Writes `+XX` for every byte that a parameter value cannot hold.
pub(crate) fn write(out: &mut impl Write, text: &str) -> fmt::Result {
    for byte in text.bytes() {
        match byte {
            b'+' | b'=' | 0..=b' ' | 127.. => write!(out, "+{byte:02X}")?,
            byte => out.write_char(char::from(byte))?,
        }
    }
    Ok(())
}

/// Writes `\x{HEX}` for every character that a parameter value cannot hold.
pub(crate) fn write_utf8(out: &mut impl Write, text: &str) -> fmt::Result {
    for c in text.chars() {
        match c {
            '+' | '=' | '\\' | '\0'..=' ' | '\x7f'.. => write!(out, "\\x{{{:X}}}", u32::from(c))?,
            c => out.write_char(c)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    #[test]
    fn unusual_bytes_are_encoded() {
        let mut out = String::new();
        write(&mut out, "a+b=c d\r\n\0é~").unwrap();
        assert_eq!(out, "a+2Bb+3Dc+20d+0D+0A+00+C3+A9~");
        out.clear();
        write_utf8(&mut out, "a+b\\ü\r\n用").unwrap();
        assert_eq!(out, "a\\x{2B}b\\x{5C}\\x{FC}\\x{D}\\x{A}\\x{7528}");
    }
}
