//! The header before the messages of SCRAM and OAUTHBEARER (RFC 5801, 4).

use alloc::format;
use alloc::string::String;

/// A channel binding flag and an authorization identity, which may be empty.
pub(super) fn header(flag: &str, authorization: &str) -> String {
    if authorization.is_empty() {
        return format!("{flag},,");
    }
    format!("{flag},a={},", escape(authorization))
}

/// A name in which nothing ends a field.
pub(super) fn escape(name: &str) -> String {
    name.replace('=', "=3D").replace(',', "=2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_its_field() {
        assert_eq!(header("n", ""), "n,,");
        assert_eq!(header("p=tls-exporter", "a,b=c"), "p=tls-exporter,a=a=2Cb=3Dc,");
    }
}
