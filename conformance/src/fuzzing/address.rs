//! Addresses and parameters: whatever can be made prints as something that reads as the same.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use arbitrary::{Arbitrary, Unstructured};
use envoi_proto::{
    Domain, Envelope, Envid, ForwardPath, Keyword, Mailbox, Notify, Orcpt, Reply, ReversePath,
    Status,
};

use crate::witness::{Violation, ensure};

/// Reads the bytes as addresses and parameters, and makes an envelope of them.
///
/// # Errors
/// If something could end a command line, or does not read as it is written.
pub fn address(data: &[u8]) -> Result<(), Violation> {
    if let Ok(text) = str::from_utf8(data) {
        read(text)?;
    }
    let Ok(envelope) = Envelope::arbitrary(&mut Unstructured::new(data)) else { return Ok(()) };
    again(&envelope.sender)?;
    for recipient in &envelope.recipients {
        again(&recipient.address)?;
        again(recipient.address.mailbox())?;
        recipient.orcpt.as_ref().map_or(Ok(()), |orcpt| plain(orcpt.address()))?;
        recipient.notify.as_ref().map_or(Ok(()), again)?;
    }
    envelope.envid.as_ref().map_or(Ok(()), |envid| plain(envid.as_str()))
}

/// Gives a text to everything that reads one.
fn read(text: &str) -> Result<(), Violation> {
    if let Ok(mailbox) = Mailbox::verbatim(text) {
        ensure(mailbox.as_str() == text, || format!("{text:?} is not kept as it is"))?;
        parts(&mailbox)?;
        again(&mailbox)?;
    }
    if let Ok(mailbox) = text.parse::<Mailbox>() {
        parts(&mailbox)?;
        again(&mailbox)?;
    }
    text.parse::<ReversePath>().map_or(Ok(()), |path| again(&path))?;
    text.parse::<ForwardPath>().map_or(Ok(()), |path| again(&path))?;
    text.parse::<Domain>().map_or(Ok(()), |domain| again(&domain))?;
    text.parse::<Notify>().map_or(Ok(()), |notify| again(&notify))?;
    text.parse::<Keyword>().map_or(Ok(()), |keyword| again(&keyword))?;
    text.parse::<Status>().map_or(Ok(()), |status| again(&status))?;
    text.parse::<Envid>().map_or(Ok(()), |envid| plain(envid.as_str()))?;
    for orcpt in [Orcpt::new(text), text.parse(), Orcpt::of_kind(text, "bob")] {
        let Ok(orcpt) = orcpt else { continue };
        plain(orcpt.kind())?;
        plain(orcpt.address())?;
    }
    let reply = text.parse::<Reply<'static>>();
    reply
        .map_or(Ok(()), |reply| ensure(reply.text == text, || format!("{reply:?} is not {text:?}")))
}

/// The parts of an address make the whole.
fn parts(mailbox: &Mailbox) -> Result<(), Violation> {
    let local = mailbox.local_part();
    let whole = match mailbox.domain() {
        Some(domain) => format!("{local}@{domain}"),
        None => local.into(),
    };
    ensure(whole == mailbox.as_str(), || format!("{mailbox:?} has other parts"))?;
    ensure(!local.is_empty(), || format!("{mailbox:?} has no local part"))
}

/// What is printed reads as the same.
fn again<T: Debug + Display + FromStr<Err: Debug> + PartialEq>(value: &T) -> Result<(), Violation> {
    let printed = value.to_string();
    plain(&printed)?;
    let read = printed.parse::<T>();
    let is_same = read.as_ref().is_ok_and(|read| read == value);
    ensure(is_same, || format!("{value:?} prints as {printed:?} and reads as {read:?}"))
}

/// Nothing in it could end a line.
fn plain(text: &str) -> Result<(), Violation> {
    ensure(!text.chars().any(char::is_control), || format!("{text:?} holds a control character"))
}
