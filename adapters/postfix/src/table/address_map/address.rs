//! Addresses: their parts, and how they are quoted.

use std::borrow::Cow;

use super::AddressRules;

/// An address as meant, `user+ext@domain`.
pub(super) struct Parts<'a> {
    address: &'a str,
    /// Without the extension.
    pub(super) user: &'a str,
    /// With its delimiter; empty if there is none.
    pub(super) extension: &'a str,
    pub(super) domain: Option<&'a str>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(address: &'a str, rules: &AddressRules) -> Self {
        let (local, domain) = match address.rsplit_once('@') {
            Some((local, domain)) => (local, Some(domain)),
            None => (address, None),
        };
        let (user, extension) = split_extension(local, rules).unwrap_or((local, ""));
        Self { address, user, extension, domain }
    }

    pub(super) fn local_part(&self) -> &'a str {
        &self.address[..self.user.len() + self.extension.len()]
    }

    /// The address without its extension, if it has one.
    pub(super) fn without_extension(&self) -> Option<String> {
        let domain = &self.address[self.local_part().len()..];
        (!self.extension.is_empty()).then(|| format!("{}{domain}", self.user))
    }
}

/// Splits at the first delimiter, but for addresses that have a meaning as a whole.
fn split_extension<'a>(local: &'a str, rules: &AddressRules) -> Option<(&'a str, &'a str)> {
    let reserved = ["postmaster", "mailer-daemon", &rules.double_bounce_sender];
    if reserved.iter().any(|reserved| local.eq_ignore_ascii_case(reserved)) {
        return None;
    }
    let delimiters = &rules.recipient_delimiter;
    if delimiters.contains('-') && rules.owner_request_special {
        let lower = local.to_ascii_lowercase();
        let is_request = lower.len() > REQUEST.len() && lower.ends_with(REQUEST);
        if lower.starts_with("owner-") || is_request {
            return None;
        }
    }
    // The name before an extension is not empty.
    let at = local.find(|c| delimiters.contains(c)).filter(|at| *at > 0)?;
    Some(local.split_at(at))
}

/// An address with its local part in quotes, if it needs them (RFC 5322, 3.4.1).
pub fn quoted(address: &str) -> Cow<'_, str> {
    let at = address.rfind('@').unwrap_or(address.len());
    match quoted_local_part(&address[..at]) {
        Cow::Borrowed(_) => Cow::Borrowed(address),
        Cow::Owned(local) => Cow::Owned(local + &address[at..]),
    }
}

pub(super) fn quoted_local_part(local: &str) -> Cow<'_, str> {
    let is_plain = |c: char| !c.is_ascii_control() && !" ()<>@,;:\\\"[]".contains(c);
    if local.chars().all(is_plain) && local.split('.').all(|atom| !atom.is_empty()) {
        return Cow::Borrowed(local);
    }
    let mut quoted = String::from("\"");
    for c in local.chars() {
        if matches!(c, '"' | '\\' | '\r') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    Cow::Owned(quoted)
}

/// An address as meant: its local part without quotes and backslashes.
pub fn unquoted(address: &str) -> Cow<'_, str> {
    let at = address.rfind('@').unwrap_or(address.len());
    let (local, domain) = address.split_at(at);
    if !local.contains(['"', '\\']) {
        return Cow::Borrowed(address);
    }
    let mut plain = String::new();
    let mut is_escaped = false;
    for c in local.chars() {
        match c {
            '\\' if !is_escaped => is_escaped = true,
            '"' if !is_escaped => {}
            c => {
                is_escaped = false;
                plain.push(c);
            }
        }
    }
    Cow::Owned(plain + domain)
}

/// The first address of a list as headers have it, as meant. Comments, names of groups and of those
/// who have addresses in angle brackets, and routes are left out.
pub(super) fn first(list: &str) -> String {
    let mut text = String::new();
    let mut rest = list.chars();
    let (mut is_quoted, mut is_angled, mut is_literal) = (false, false, false);
    let mut comments = 0_usize;
    while let Some(c) = rest.next() {
        match c {
            '\\' => text.extend([c].into_iter().chain(rest.next())),
            _ if comments > 0 => comments = nested(comments, c),
            '"' => {
                is_quoted = !is_quoted;
                text.push(c);
            }
            _ if is_quoted => text.push(c),
            '(' => comments = 1,
            '<' => {
                is_angled = true;
                text.clear();
            }
            ':' if !is_literal => text.clear(),
            // Within a route.
            ',' if is_angled => {}
            ',' if text.trim().is_empty() => {}
            ',' | '>' | ';' => break,
            c => {
                is_literal = c == '[' || (is_literal && c != ']');
                text.push(c);
            }
        }
    }
    unquoted(text.trim()).into_owned()
}

/// How many comments are open behind a character in one.
fn nested(comments: usize, c: char) -> usize {
    match c {
        '(' => comments + 1,
        ')' => comments - 1,
        _ => comments,
    }
}

const REQUEST: &str = "-request";
