//! What servers log, and above all Postfix's delivery agents about recipients.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::{Error, process};

/// What became of one recipient, as Postfix logged it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outcome {
    /// The address, as Postfix writes it in `to=<>`.
    pub recipient: String,
    /// The server, as `host[address]:port`, or `none`.
    pub relay: String,
    /// The enhanced status code.
    pub dsn: String,
    /// Which way it went.
    pub status: Status,
    /// The reason.
    pub text: String,
}

/// The status word of a log line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// `sent`
    Sent,
    /// `deferred`
    Deferred,
    /// `bounced`
    Bounced,
    /// `SOFTBOUNCE`
    SoftBounced,
    /// `expired`
    Expired,
}

impl Status {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "sent" => Some(Self::Sent),
            "deferred" => Some(Self::Deferred),
            "bounced" => Some(Self::Bounced),
            "SOFTBOUNCE" => Some(Self::SoftBounced),
            "expired" => Some(Self::Expired),
            _ => None,
        }
    }
}

/// The outcomes of the message with that queue id, in the order of the log.
pub(super) fn outcomes(log: &str, queue_id: &str) -> Vec<Outcome> {
    let marker = format!("]: {queue_id}: to=<");
    // A line without its end is still being written.
    let complete = log.rfind('\n').map_or("", |end| &log[..end]);
    complete
        .lines()
        .filter_map(|line| line.split_once(&marker))
        .filter_map(|(_, rest)| outcome(rest))
        .collect()
}

/// Which connections failed on the way of the message with that queue id, in the order of the log:
/// those of the process that logged its first outcome, since it logged one of another message.
pub(super) fn failed_connections(log: &str, queue_id: &str) -> Vec<String> {
    let marker = format!("{queue_id}: to=<");
    let mut failed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for line in log.lines() {
        let Some((origin, text)) = line.split_once("]: ") else { continue };
        let process = origin.rsplit('[').next().unwrap_or_default();
        if text.starts_with("connect to ") {
            failed.entry(process).or_default().push(text.to_owned());
        } else if text.starts_with(&marker) {
            return failed.remove(process).unwrap_or_default();
        } else if text.contains(": to=<") {
            failed.remove(process);
        }
    }
    Vec::new()
}

/// Reads `address>, relay=..., ..., dsn=..., status=word (text)`.
fn outcome(line: &str) -> Option<Outcome> {
    let (recipient, rest) = line.split_once(">, ")?;
    let (attributes, status) = rest.split_once(", status=")?;
    let (word, text) = status.split_once(" (")?;
    let attribute = |name: &str| {
        let start = attributes.find(&format!("{name}="))? + name.len() + 1;
        attributes[start..].split(", ").next().map(str::to_owned)
    };
    Some(Outcome {
        recipient: recipient.to_owned(),
        relay: attribute("relay")?,
        dsn: attribute("dsn")?,
        status: Status::parse(word)?,
        text: text.strip_suffix(')').unwrap_or(text).to_owned(),
    })
}

/// The lines of a log that contain a text, as soon as there are `n`.
pub(super) fn wait_for_lines(
    path: &Path,
    text: &str,
    n: usize,
    timeout: Duration,
) -> Result<Vec<String>, Error> {
    process::wait_for(n, timeout, || {
        let log = process::read_if_there(path)?.unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let complete = log.rfind('\n').map_or("", |end| &log[..end]);
        Ok(complete.lines().filter(|line| line.contains(text)).map(str::to_owned).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_connections_are_those_of_the_process_since_the_message_before() {
        let log = "Nov 22 10:00:00 h postfix/smtp[7]: connect to a[::1]:25: Connection refused\n\
            Nov 22 10:00:00 h postfix/smtp[8]: connect to b[192.0.2.1]:25: No route to host\n\
            Nov 22 10:00:00 h postfix/smtp[7]: 4jX: to=<a@b>, relay=none\n\
            Nov 22 10:00:00 h postfix/smtp[7]: connect to c[192.0.2.1]:25: Connection refused\n\
            Nov 22 10:00:00 h postfix/smtp[7]: connect to d[192.0.2.1]:25: Connection refused\n\
            Nov 22 10:00:00 h postfix/smtp[7]: 4jY: to=<a@b>, relay=none\n";
        assert_eq!(
            failed_connections(log, "4jY"),
            [
                "connect to c[192.0.2.1]:25: Connection refused",
                "connect to d[192.0.2.1]:25: Connection refused",
            ]
        );
        assert_eq!(failed_connections(log, "4jZ"), [""; 0]);
    }

    #[test]
    fn outcome_is_read_from_its_line() {
        let log = "Nov 22 10:00:00 h postfix/smtp[7]: 4jX: to=<a@b>, orig_to=<c@d>, \
            relay=127.0.0.1[127.0.0.1]:25, delay=0.1, delays=0/0/0/0, dsn=5.1.1, \
            status=bounced (host 127.0.0.1 said: 550 no (in reply to RCPT TO command))\n\
            Nov 22 10:00:00 h postfix/smtp[7]: 4jX: to=<e@f>, rel";
        assert_eq!(
            outcomes(log, "4jX"),
            [Outcome {
                recipient: "a@b".to_owned(),
                relay: "127.0.0.1[127.0.0.1]:25".to_owned(),
                dsn: "5.1.1".to_owned(),
                status: Status::Bounced,
                text: "host 127.0.0.1 said: 550 no (in reply to RCPT TO command)".to_owned(),
            }]
        );
    }
}
