//! Which credentials a server has refused, so that they are not tried over and over
//! (`smtp_sasl_auth_cache`).

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use super::coding;
use super::credentials::Credentials;
use super::digest::Hash;
use crate::reply::Reply;
use crate::status::Status;

/// A server's word that it does not take a password or token.
///
/// Times are since the Unix epoch. [`Rejection::encode`] and `FromStr` are the value, and
/// [`Rejection::key`] the key, under which Postfix's table has it.
#[derive(Clone, Eq, PartialEq)]
pub struct Rejection {
    /// When the server said so.
    at: Duration,
    /// SHA-1 of what it refused, in base64.
    secret: String,
    /// The enhanced status code of its reply.
    pub status: Status,
    /// Its reply, in one line.
    pub text: String,
}

impl Rejection {
    /// How long Postfix keeps one (`smtp_sasl_auth_cache_time`).
    pub const LIFE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

    /// What is to be remembered of a reply to AUTH: something if the code is 535, which alone says
    /// that the credentials are wrong.
    pub fn of_reply(reply: &Reply<'_>, credentials: &Credentials, now: Duration) -> Option<Self> {
        let is_rejection = reply.code.number() == 535;
        is_rejection.then(|| Self {
            at: Duration::from_secs(now.as_secs()),
            secret: secret(credentials),
            status: reply.status,
            text: one_line(&format!("{reply}")),
        })
    }

    /// `host;user`.
    pub fn key(host: &str, credentials: &Credentials) -> String {
        let user = credentials.user().or_else(|| credentials.authorization());
        format!("{host};{}", user.unwrap_or_default())
    }

    /// Whether it still stands, being kept for `life`, and was said of this password or token.
    pub fn applies(&self, credentials: &Credentials, life: Duration, now: Duration) -> bool {
        now.saturating_sub(self.at) <= life && self.secret == secret(credentials)
    }

    /// `time;hash;status;text`. The hash is that of a secret: it is not for logs.
    pub fn encode(&self) -> String {
        format!("{};{};{};{}", self.at.as_secs(), self.secret, self.status, self.text)
    }
}

/// The reply alone.
impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection").field("text", &self.text).finish_non_exhaustive()
    }
}

/// Reads what [`Rejection::encode`] writes.
impl FromStr for Rejection {
    type Err = NotARejection;

    fn from_str(value: &str) -> Result<Self, NotARejection> {
        let mut fields = value.splitn(4, ';');
        let mut field = || fields.next().ok_or(NotARejection);
        let (at, secret, status, text) = (field()?, field()?, field()?, field()?);
        let is_number = at.bytes().all(|b| b.is_ascii_digit());
        let at = at.parse().ok().filter(|_| is_number).map(Duration::from_secs);
        let is_hash = coding::decode(secret.as_bytes()).is_ok_and(|hash| hash.len() == 20);
        Ok(Self {
            at: at.ok_or(NotARejection)?,
            secret: is_hash.then(|| secret.into()).ok_or(NotARejection)?,
            status: status.parse().map_err(|_| NotARejection)?,
            text: one_line(text),
        })
    }
}

/// The text is no rejection.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a remembered rejection: expected time;hash;status;text")]
pub struct NotARejection;

/// Rejections in memory, the latest of each user at each host.
#[derive(Debug)]
pub struct Rejections {
    by_key: BTreeMap<String, Rejection>,
    /// How long one stands.
    life: Duration,
}

impl Rejections {
    /// None yet; each stands for `life`.
    pub const fn new(life: Duration) -> Self {
        Self { by_key: BTreeMap::new(), life }
    }

    /// Keeps a rejection. When there are 1000, the oldest goes.
    pub fn insert(&mut self, host: &str, credentials: &Credentials, rejection: Rejection) {
        self.by_key.insert(Rejection::key(host, credentials), rejection);
        if self.by_key.len() > REJECTIONS_MAX {
            let oldest = self.by_key.iter().min_by_key(|(_, rejection)| rejection.at);
            if let Some(key) = oldest.map(|(key, _)| key.clone()) {
                self.by_key.remove(&key);
            }
        }
    }

    /// The rejection that makes it useless to try these credentials. One that applies no longer is
    /// forgotten.
    pub fn find(
        &mut self,
        host: &str,
        credentials: &Credentials,
        now: Duration,
    ) -> Option<&Rejection> {
        let key = Rejection::key(host, credentials);
        if !self.by_key.get(&key)?.applies(credentials, self.life, now) {
            self.by_key.remove(&key);
        }
        self.by_key.get(&key)
    }
}

/// What the table has in place of the password or token.
fn secret(credentials: &Credentials) -> String {
    let hash = Hash::Sha1.digest(credentials.secret());
    String::from_utf8_lossy(coding::encode(hash.as_bytes()).as_bytes()).into_owned()
}

/// Text that fits a line of a table.
fn one_line(text: &str) -> String {
    text.chars().take(TEXT_MAX).map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// Most characters of a reply that are kept.
const TEXT_MAX: usize = 2048;

/// Most rejections in memory.
const REJECTIONS_MAX: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    #[test]
    fn a_rejection_reads_what_it_writes() {
        let rejection = reject(&ann("secret"), DAY);
        let value = "86400;5en6G6MezRroT3XKqkdPOmY/BfQ=;5.7.8;535 5.7.8 No; not you";
        assert_eq!(rejection.encode(), value);
        assert_eq!(value.parse(), Ok(rejection));
        assert_eq!(Rejection::key("mx.example", &ann("secret")), "mx.example;ann");
        for bad in ["", "1;2;3", "+1;5en6G6MezRroT3XKqkdPOmY/BfQ=;5.7.8;", "1;c2VjcmV0;5.7.8;no"] {
            assert_eq!(bad.parse::<Rejection>(), Err(NotARejection), "{bad}");
        }
    }

    #[test]
    fn nothing_but_535_is_a_rejection() {
        let reply: Reply<'_> = "454 4.7.0 Later".parse().unwrap();
        assert_eq!(Rejection::of_reply(&reply, &ann("secret"), DAY), None);
    }

    #[test]
    fn a_rejection_ends_with_its_time_or_its_password() {
        let rejection = reject(&ann("secret"), DAY);
        assert!(rejection.applies(&ann("secret"), Rejection::LIFE, DAY * 91));
        assert!(!rejection.applies(&ann("secret"), Rejection::LIFE, DAY * 92));
        assert!(!rejection.applies(&ann("secret2"), Rejection::LIFE, DAY));
        // A clock that was set back.
        assert!(rejection.applies(&ann("secret"), Rejection::LIFE, Duration::ZERO));
    }

    #[test]
    fn memory_forgets_what_no_longer_applies() {
        let mut rejections = Rejections::new(Rejection::LIFE);
        let known = ann("secret");
        rejections.insert("mx.example", &known, reject(&known, DAY));
        assert!(rejections.find("mx2.example", &known, DAY).is_none());
        assert!(rejections.find("mx.example", &known, DAY).is_some());
        assert!(rejections.find("mx.example", &ann("other"), DAY).is_none());
        assert!(rejections.by_key.is_empty());
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes() {
        let mut rejections = Rejections::new(Rejection::LIFE);
        let known = ann("secret");
        for day in (0..=REJECTIONS_MAX as u32).rev() {
            rejections.insert(&format!("mx{day}.example"), &known, reject(&known, DAY * day));
        }
        assert_eq!(rejections.by_key.len(), REJECTIONS_MAX);
        assert!(rejections.find("mx0.example", &known, DAY).is_none());
        assert!(rejections.find("mx1.example", &known, DAY).is_some());
    }

    #[test]
    fn text_is_one_short_line() {
        let value = format!("1;5en6G6MezRroT3XKqkdPOmY/BfQ=;5.7.8;a\nb{}", "x".repeat(TEXT_MAX));
        let rejection: Rejection = value.parse().unwrap();
        assert_eq!(rejection.text.len(), TEXT_MAX);
        assert!(rejection.text.starts_with("a?b"));
    }

    fn ann(password: &str) -> Credentials {
        Credentials::password("ann", password).unwrap()
    }

    fn reject(credentials: &Credentials, now: Duration) -> Rejection {
        let reply: Reply<'_> = "535 5.7.8 No; not you".parse().unwrap();
        Rejection::of_reply(&reply, credentials, now).unwrap()
    }
}
