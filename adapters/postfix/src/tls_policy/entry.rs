//! An entry of `smtp_tls_policy_maps`.

use std::sync::Arc;

use envoi_driver::tls::{
    self, BadCiphers, BadFile, BadFingerprint, BadName, BadProtocols, Level, NameRules,
    NotSupported, Policy, Roots, UnknownLevel,
};

use super::Demand;
use super::attributes::{self, Attribute};
use super::demands::{Demands, Grades};
use super::patterns::ExchangerPatterns;

impl Demands {
    /// Reads what a table says of a next hop. What it does not say is as main.cf has it.
    ///
    /// Files that it names are read here and now.
    ///
    /// # Errors
    /// If it makes no sense, in part or whole: it is not known then what to ask for.
    pub fn read(&self, text: &str) -> Result<Demand, BadPolicy> {
        let (level, attributes) = attributes::split(text)?;
        if level.is_empty() {
            return Err(BadPolicy::Empty);
        }
        let level = level.parse::<Level>()?.supported()?;
        let mut entry = Entry {
            policy: self.at(level),
            exchangers: ExchangerPatterns::default(),
            names: None,
            anchors: None,
            seen: Vec::new(),
        };
        if level == Level::None {
            if let Some((name, _)) = attributes.first() {
                tracing::warn!("attribute {name} has no meaning at TLS security level none");
            }
        } else {
            let grades = &self.grades;
            attributes.iter().try_for_each(|attribute| entry.take(attribute, grades))?;
        }
        let mut demand = entry.finish()?;
        demand.policy.fingerprints = self.comparable(demand.policy.fingerprints);
        Ok(demand)
    }
}

/// An entry that is being read.
struct Entry {
    policy: Policy,
    exchangers: ExchangerPatterns,
    /// `match=`, which can be said several times.
    names: Option<String>,
    /// `tafile=`, which can be said several times.
    anchors: Option<Roots>,
    /// Attributes that can be said but once, and were.
    seen: Vec<String>,
}

impl Entry {
    fn take(&mut self, (name, value): &Attribute, grades: &Grades) -> Result<(), BadPolicy> {
        let can_be_empty = matches!(
            &**name,
            "exclude" | "servername" | "policy_string" | "policy_failure" | "policy_domain"
        );
        if value.is_empty() && !can_be_empty {
            return Err(BadPolicy::NoValue(name.clone()));
        }
        match &**name {
            "ciphers" => {
                self.once(name)?;
                self.policy.ciphers.expression = grades.of(value.parse()?).clone();
            }
            "protocols" => {
                self.once(name)?;
                self.policy.protocols = value.parse()?;
            }
            "exclude" => {
                self.once(name)?;
                self.policy.ciphers.exclude = value.parse()?;
            }
            "servername" => {
                self.once(name)?;
                self.policy.sni = value.parse()?;
            }
            "match" => self.take_match(value)?,
            "tafile" => self.take_anchors(value)?,
            "mx_host_pattern" => self.exchangers.0.push(value.clone()),
            "connection_reuse" | "enable_rpk" => {
                if !matches!(value.to_ascii_lowercase().as_str(), "yes" | "no") {
                    return Err(BadPolicy::NotBoolean(name.clone(), value.clone()));
                }
            }
            // What is reported of a policy (3.10, TLSRPT).
            "policy_ttl" | "policy_type" | "policy_domain" | "policy_string" | "policy_failure" => {
            }
            _ => return Err(BadPolicy::Unknown(name.clone())),
        }
        Ok(())
    }

    fn once(&mut self, name: &str) -> Result<(), BadPolicy> {
        if self.seen.iter().any(|seen| seen == name) {
            return Err(BadPolicy::Twice(name.to_owned()));
        }
        self.seen.push(name.to_owned());
        Ok(())
    }

    fn take_match(&mut self, value: &str) -> Result<(), BadPolicy> {
        let level = self.policy.level;
        let separator = match level {
            Level::Fingerprint => "|",
            Level::Verify | Level::Secure => ":",
            Level::None | Level::May | Level::Encrypt | Level::Dane | Level::DaneOnly => {
                return Err(BadPolicy::Useless("match", level));
            }
        };
        let names = self.names.get_or_insert_default();
        if !names.is_empty() {
            names.push_str(separator);
        }
        names.push_str(value);
        Ok(())
    }

    fn take_anchors(&mut self, file: &str) -> Result<(), BadPolicy> {
        let level = self.policy.level;
        if level < Level::Verify {
            return Err(BadPolicy::Useless("tafile", level));
        }
        let read = tls::read_roots(file).map_err(Arc::new)?;
        let anchors = self.anchors.get_or_insert_default();
        anchors.add(read.certificates().iter().cloned());
        Ok(())
    }

    fn finish(self) -> Result<Demand, BadPolicy> {
        let Self { mut policy, exchangers, names, anchors, .. } = self;
        if let Some(names) = names {
            if policy.level == Level::Fingerprint {
                policy.fingerprints = names.parse()?;
            } else {
                policy.names = names.parse::<NameRules>()?;
            }
        }
        if let Some(anchors) = anchors {
            policy.trust_anchors = Some(anchors.into());
        }
        if policy.level == Level::Fingerprint && policy.fingerprints.0.is_empty() {
            return Err(BadPolicy::NoFingerprint);
        }
        Ok(Demand { policy, exchangers })
    }
}

/// An entry that makes no sense.
#[derive(Clone, Debug, thiserror::Error)]
pub enum BadPolicy {
    /// There is nothing.
    #[error("no TLS security level; expected none, may, encrypt, fingerprint, verify or secure")]
    Empty,
    /// The level is none.
    #[error(transparent)]
    Level(#[from] UnknownLevel),
    /// The level cannot be used.
    #[error(transparent)]
    NotSupported(#[from] NotSupported),
    /// It is no attribute.
    #[error("{0:?} is no attribute; expected name=value")]
    Malformed(String),
    /// A brace is not closed.
    #[error("{0:?} has no closing brace")]
    Brace(String),
    /// There is no such attribute.
    #[error(
        "unknown attribute {0:?}; expected one such as match, ciphers, exclude, protocols, \
         servername or tafile"
    )]
    Unknown(String),
    /// An attribute has no value.
    #[error("attribute {0} has no value")]
    NoValue(String),
    /// An attribute is yes or no, and something else was said.
    #[error("attribute {0} is {1:?}; expected yes or no")]
    NotBoolean(String, String),
    /// An attribute has no meaning at the level.
    #[error("attribute {0} has no meaning at TLS security level {1}")]
    Useless(&'static str, Level),
    /// An attribute is there twice.
    #[error("attribute {0} is given twice")]
    Twice(String),
    /// There is nothing to compare fingerprints with.
    #[error("no fingerprint to compare with; expected match=, or smtp_tls_fingerprint_cert_match")]
    NoFingerprint,
    /// A grade or an exclusion is none.
    #[error(transparent)]
    Ciphers(#[from] BadCiphers),
    /// A list of protocols is none.
    #[error(transparent)]
    Protocols(#[from] BadProtocols),
    /// A name is none.
    #[error(transparent)]
    Name(#[from] BadName),
    /// A fingerprint is none.
    #[error(transparent)]
    Fingerprint(#[from] BadFingerprint),
    /// A file is of no use.
    #[error(transparent)]
    File(#[from] Arc<BadFile>),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-1, which is not how fingerprints are made by default.
    const PRINT: &str = "5A:0C:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22";

    #[test]
    fn entry_says_what_main_cf_does_not() {
        let demands = Demands { verify_names: "hostname".parse().unwrap(), ..Demands::default() };
        let read = |text: &str| demands.read(text).unwrap().policy;
        assert_eq!(read("none").level, Level::None);
        assert_eq!(read("none ciphers=odd").level, Level::None);
        assert_eq!(read("May").level, Level::May);
        assert_eq!(read("verify").names.to_string(), "hostname");
        assert_eq!(read("secure").names.to_string(), "nexthop:dot-nexthop");
        let secure = read("secure match=.example.com:mx.example.net, match=nexthop");
        assert_eq!(secure.names.to_string(), ".example.com:mx.example.net:nexthop");
        let policy = read("encrypt protocols=>=TLSv1.3 ciphers=high { servername = hostname }");
        assert_eq!(policy.protocols, "TLSv1.3".parse().unwrap());
        assert_eq!(policy.sni, "hostname".parse().unwrap());
        let text = format!("fingerprint match={PRINT}|{PRINT} match={PRINT}");
        assert_eq!(read(&text).fingerprints.0.len(), 0);
        let demands = Demands { digest: "sha1".parse().unwrap(), ..demands };
        assert_eq!(demands.read(&text).unwrap().policy.fingerprints.0.len(), 3);
    }

    #[test]
    fn entry_may_name_exchangers_and_reports() {
        let text = "secure policy_type=sts policy_domain=example.com \
                    mx_host_pattern=mx.example.com \
                    mx_host_pattern=*.example.net { policy_string = version: STSv1 } \
                    policy_failure= policy_ttl=3600 connection_reuse=yes enable_rpk=no";
        let demand = Demands::default().read(text).unwrap();
        assert_eq!(demand.exchangers.0, ["mx.example.com", "*.example.net"]);
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        for (text, error) in [
            (
                "",
                "no TLS security level; expected none, may, encrypt, fingerprint, verify or secure",
            ),
            ("must", "unknown TLS security level \"must\"; expected none, may"),
            ("dane", "the TLS security level dane is not supported yet"),
            ("may match=example.com", "attribute match has no meaning at TLS security level may"),
            ("encrypt tafile=/x", "attribute tafile has no meaning at TLS security level encrypt"),
            ("verify tafile=/nonexistent", "/nonexistent: "),
            ("verify match=", "attribute match has no value"),
            ("verify match=a..b", "bad"),
            ("may ciphers=high ciphers=high", "attribute ciphers is given twice"),
            ("may ciphers=odd", "unknown cipher grade \"odd\""),
            ("may protocols=SSLv9", "unknown TLS protocol \"SSLv9\""),
            ("may color=red", "unknown attribute \"color\"; expected one such as match"),
            ("may connection_reuse=maybe", "attribute connection_reuse is \"maybe\"; expected yes"),
            ("fingerprint", "no fingerprint to compare with; expected match="),
            ("fingerprint match=xyz", "bad"),
        ] {
            let told = Demands::default().read(text).unwrap_err().to_string();
            assert!(told.starts_with(error), "{text}: {told}");
        }
    }

    #[test]
    fn main_cf_s_exclusions_give_way() {
        let demands = Demands {
            exclude: "CHACHA20".parse().unwrap(),
            mandatory_exclude: "CHACHA20, AES128".parse().unwrap(),
            ..Demands::default()
        };
        let provider = tls::default_provider();
        let suites = |text: &str| {
            let policy = demands.read(text).unwrap().policy;
            policy.ciphers.suites(&provider).unwrap().len()
        };
        assert!(suites("may") < suites("may exclude="));
        assert!(suites("encrypt") < suites("may"));
        assert_eq!(suites("encrypt exclude=CHACHA20"), suites("may"));
    }
}
