//! What EHLO offers, and what MAIL and RCPT may therefore ask for.

use crate::answer::{Answer, BAD_PARAMETER, TOO_BIG, UNKNOWN_PARAMETER};

/// The service extensions that are offered to a client that says EHLO or LHLO.
///
/// The default offers all of them but XFORWARD and LIMITS.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Extensions {
    /// PIPELINING, RFC 2920.
    pub pipelining: bool,
    /// 8BITMIME, RFC 6152.
    pub eight_bit_mime: bool,
    /// SIZE, RFC 1870, with the largest message in bytes; 0 is no limit.
    pub size: Option<u64>,
    /// DSN, RFC 3461.
    pub dsn: bool,
    /// SMTPUTF8, RFC 6531.
    pub smtp_utf8: bool,
    /// ENHANCEDSTATUSCODES, RFC 2034.
    pub enhanced_status_codes: bool,
    /// CHUNKING, RFC 3030.
    pub chunking: bool,
    /// XFORWARD, with its attributes; not offered without any.
    pub xforward: Vec<String>,
    /// LIMITS, RFC 9422.
    pub limits: Limits,
}

/// What the LIMITS extension announces; not offered without any.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Limits {
    /// MAILMAX: the most messages in one connection, then 421.
    pub mail_max: Option<u32>,
    /// RCPTMAX: the most recipients of one message, then 452.
    pub rcpt_max: Option<u32>,
}

impl Extensions {
    /// None of them.
    pub fn none() -> Self {
        Self {
            pipelining: false,
            eight_bit_mime: false,
            size: None,
            dsn: false,
            smtp_utf8: false,
            enhanced_status_codes: false,
            chunking: false,
            xforward: Vec::new(),
            limits: Limits::default(),
        }
    }

    /// The lines that announce them, those about `security` among them, in the order of Postfix.
    pub(crate) fn keywords(&self, security: Vec<String>) -> Vec<String> {
        let Limits { mail_max, rcpt_max } = self.limits;
        let limits: Vec<_> = [("MAILMAX", mail_max), ("RCPTMAX", rcpt_max)]
            .into_iter()
            .filter_map(|(name, max)| max.map(|max| format!(" {name}={max}")))
            .collect();
        let plain = |offered: bool, keyword: &str| offered.then(|| keyword.to_owned());
        let listed =
            |keyword: &str, list: String| plain(!list.is_empty(), &(keyword.to_owned() + &list));
        let basic =
            [plain(self.pipelining, "PIPELINING"), self.size.map(|size| format!("SIZE {size}"))];
        let others = [
            listed("XFORWARD", self.xforward.iter().map(|name| format!(" {name}")).collect()),
            plain(self.enhanced_status_codes, "ENHANCEDSTATUSCODES"),
            plain(self.eight_bit_mime, "8BITMIME"),
            plain(self.dsn, "DSN"),
            plain(self.smtp_utf8, "SMTPUTF8"),
            plain(self.chunking, "CHUNKING"),
            listed("LIMITS", limits.concat()),
        ];
        basic.into_iter().flatten().chain(security).chain(others.into_iter().flatten()).collect()
    }

    /// The largest message, if there is a limit.
    pub(crate) fn size_max(&self) -> Option<u64> {
        self.size.filter(|&size| size > 0)
    }

    /// Whether every parameter of a MAIL is offered and well-formed, AUTH if there `is_auth`.
    pub(crate) fn check_mail(&self, parameters: &str, is_auth: bool) -> Result<(), Answer> {
        split(parameters).try_for_each(|(keyword, value)| {
            let is = |name: &str| keyword.eq_ignore_ascii_case(name);
            match value {
                Some(size) if is("SIZE") && self.size.is_some() => self.check_size(size),
                Some(body) if is("BODY") && self.eight_bit_mime => {
                    well_formed(is_one_of(body, &["7BIT", "8BITMIME"]))
                }
                None if is("SMTPUTF8") && self.smtp_utf8 => Ok(()),
                Some(ret) if is("RET") && self.dsn => {
                    well_formed(is_one_of(ret, &["FULL", "HDRS"]))
                }
                Some(sender) if is("AUTH") && is_auth => well_formed(!sender.is_empty()),
                Some(id) if is("ENVID") && self.dsn => well_formed(!id.is_empty()),
                Some(_) | None => Err(UNKNOWN_PARAMETER),
            }
        })
    }

    /// Whether every parameter of a RCPT is offered and well-formed.
    pub(crate) fn check_rcpt(&self, parameters: &str) -> Result<(), Answer> {
        split(parameters).try_for_each(|(keyword, value)| match value {
            Some(when) if keyword.eq_ignore_ascii_case("NOTIFY") && self.dsn => {
                well_formed(is_notify(when))
            }
            Some(original) if keyword.eq_ignore_ascii_case("ORCPT") && self.dsn => {
                well_formed(original.contains(';'))
            }
            Some(_) | None => Err(UNKNOWN_PARAMETER),
        })
    }

    /// Whether every attribute of an XFORWARD is offered.
    pub(crate) fn check_xforward(&self, attributes: &str) -> Result<(), Answer> {
        split(attributes).try_for_each(|(keyword, value)| {
            let offered = self.xforward.iter().any(|name| name.eq_ignore_ascii_case(keyword));
            well_formed(offered && value.is_some())
        })
    }

    fn check_size(&self, size: &str) -> Result<(), Answer> {
        let size = size.parse::<u64>().map_err(|_| BAD_PARAMETER)?;
        if self.size_max().is_some_and(|max| size > max) { Err(TOO_BIG) } else { Ok(()) }
    }
}

impl Default for Extensions {
    fn default() -> Self {
        Self {
            pipelining: true,
            eight_bit_mime: true,
            size: Some(0),
            dsn: true,
            smtp_utf8: true,
            enhanced_status_codes: true,
            chunking: true,
            ..Self::none()
        }
    }
}

/// Whether the parameters of a MAIL ask for SMTPUTF8.
pub(crate) fn asks_for_utf8(parameters: &str) -> bool {
    split(parameters).any(|(keyword, _)| keyword.eq_ignore_ascii_case("SMTPUTF8"))
}

/// Keywords with their values, in order.
fn split(parameters: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    parameters.split(' ').filter(|parameter| !parameter.is_empty()).map(|parameter| match parameter
        .split_once('=')
    {
        Some((keyword, value)) => (keyword, Some(value)),
        None => (parameter, None),
    })
}

fn well_formed(is: bool) -> Result<(), Answer> {
    if is { Ok(()) } else { Err(BAD_PARAMETER) }
}

fn is_notify(when: &str) -> bool {
    when.eq_ignore_ascii_case("NEVER")
        || when.split(',').all(|word| is_one_of(word, &["SUCCESS", "FAILURE", "DELAY"]))
}

fn is_one_of(value: &str, words: &[&str]) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(value))
}
