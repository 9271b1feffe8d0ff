//! Enhanced status codes (RFC 3463).

use core::fmt;
use core::str::FromStr;

use nom::bytes::complete::take_while_m_n;
use nom::character::complete::{char, one_of, space0};
use nom::combinator::{map, not, peek, verify};
use nom::sequence::preceded;
use nom::{IResult, Parser};

/// An enhanced status code: class 2, 4 or 5, subject and detail up to three digits each.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Status {
    class: u8,
    subject: u16,
    detail: u16,
}

impl Status {
    /// 5.5.0: what a reply means that has no business where it came.
    pub const PROTOCOL: Self = Self::permanent(5, 0);

    /// 5.7.10: a message goes under TLS alone, and there is none that is good enough (RFC 8689).
    pub const ENCRYPTION_NEEDED: Self = Self::permanent(7, 10);

    /// 5.7.30: a message goes to servers with REQUIRETLS alone (RFC 8689).
    pub const REQUIRETLS_NEEDED: Self = Self::permanent(7, 30);

    /// The code 2.`subject`.`detail`.
    pub const fn success(subject: u16, detail: u16) -> Self {
        Self::of_class(2, subject, detail)
    }

    /// The code 4.`subject`.`detail`.
    pub const fn transient(subject: u16, detail: u16) -> Self {
        Self::of_class(4, subject, detail)
    }

    /// The code 5.`subject`.`detail`.
    pub const fn permanent(subject: u16, detail: u16) -> Self {
        Self::of_class(5, subject, detail)
    }

    /// The first number: 2, 4 or 5.
    pub const fn class(self) -> u8 {
        self.class
    }

    /// The second number.
    pub const fn subject(self) -> u16 {
        self.subject
    }

    /// The third number.
    pub const fn detail(self) -> u16 {
        self.detail
    }

    /// Whether the class is 4.
    pub const fn is_transient(self) -> bool {
        self.class == 4
    }

    /// Whether the class is 5.
    pub const fn is_permanent(self) -> bool {
        self.class == 5
    }

    /// The same code as a temporary failure.
    pub const fn softened(self) -> Self {
        Self { class: 4, ..self }
    }

    /// The status of a reply whose text follows `code`: the server's own where its class is
    /// that of the code, otherwise one that says no more than the code.
    pub(crate) fn of_reply(code: u16, text: &[u8]) -> Self {
        let class = match code / 100 {
            2 => 2,
            4 => 4,
            5 => 5,
            _ => return Self::PROTOCOL,
        };
        match preceded(space0, status).parse(text) {
            Ok((_, status)) if status.class == class => status,
            _ => Self::of_class(class, 0, 0),
        }
    }

    const fn of_class(class: u8, subject: u16, detail: u16) -> Self {
        Self { class, subject, detail }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not an enhanced status code.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not an enhanced status code: expected three numbers as in 2.1.5")]
pub struct NotAStatus;

impl FromStr for Status {
    type Err = NotAStatus;

    fn from_str(text: &str) -> Result<Self, NotAStatus> {
        match status(text.as_bytes()) {
            Ok((b"", status)) => Ok(status),
            _ => Err(NotAStatus),
        }
    }
}

fn status(input: &[u8]) -> IResult<&[u8], Status> {
    let class = map(one_of("245"), |c| c as u8 - b'0');
    let dot = || char('.');
    let (rest, (class, _, subject, _, detail)) =
        (class, dot(), number, dot(), number).parse(input)?;
    let end = not(verify(take_while_m_n(1, 1, |_| true), |b: &[u8]| !b[0].is_ascii_whitespace()));
    let (rest, ()) = peek(end).parse(rest)?;
    Ok((rest, Status::of_class(class, subject, detail)))
}

fn number(input: &[u8]) -> IResult<&[u8], u16> {
    let digits = take_while_m_n(1, 3, |b: u8| b.is_ascii_digit());
    map(digits, |d: &[u8]| d.iter().fold(0, |n, b| n * 10 + u16::from(b - b'0'))).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_must_agree_with_the_reply_code() {
        for (code, text, status) in [
            (250, "2.1.5 Ok", "2.1.5"),
            (250, "  2.1.5", "2.1.5"),
            (550, "4.7.1 wait", "5.0.0"),
            (450, "5.1.1 no", "4.0.0"),
            (550, "5.1.1234 no", "5.0.0"),
            (550, "5.1.1x no", "5.0.0"),
            (550, "no", "5.0.0"),
            (354, "2.0.0 go", "5.5.0"),
            (199, "", "5.5.0"),
        ] {
            let found = Status::of_reply(code, text.as_bytes());
            assert_eq!(found, status.parse().unwrap(), "{code} {text}");
        }
    }
}
