//! What is looked up of a server before it is connected to.

mod passwords;
mod rejections;
mod words;

use envoi_driver::Skip;
use envoi_driver::proto::auth::{Credentials, Rejection};
use envoi_driver::proto::{Mailbox, PixWorkarounds, Protocol, RequireTls, TlsRequest, Unknown};
use envoi_driver::tls::{Level, PerSite, Policy};

pub use passwords::{PasswordError, Passwords};
pub use rejections::RejectionCache;
pub(crate) use rejections::since_epoch;
pub use words::{Discard, UnknownWorkaround, pix_workarounds};

use crate::table::{LookupError, Tables};
use crate::tls_policy::{self, BadRequireTls, Demands, RequireTlsPolicy};

/// The tables that are asked for servers, and what holds where they say nothing.
#[derive(Debug, Default)]
pub struct Servers {
    /// What main.cf asks of TLS.
    pub demands: Demands,
    /// What is asked of TLS by next hop (`smtp_tls_policy_maps`).
    pub policies: Tables,
    /// The same as Postfix before 2.3 had it (`smtp_tls_per_site`), where there is nothing else.
    pub per_site: Tables,
    /// Whether mail exchangers have to be those that a policy names
    /// (`smtp_tls_enforce_sts_mx_patterns`, yes).
    pub any_exchanger: bool,
    /// Whether mail that needs no TLS is delivered without, whatever is asked for
    /// (`tls_required_enable`, yes).
    pub tls_required: bool,
    /// How far REQUIRETLS is insisted on (`smtp_requiretls_policy`), if anybody knows it
    /// (`requiretls_enable`).
    pub require_tls: Option<RequireTlsPolicy>,
    /// Whether TLS comes before the greeting (`smtp_tls_wrappermode`).
    pub wrapper_mode: bool,
    /// EHLO keywords that are ignored (`smtp_discard_ehlo_keywords`).
    pub discard: Discard,
    /// The same by server address (`smtp_discard_ehlo_keyword_address_maps`).
    pub discard_maps: Tables,
    /// What is done where a PIX is in the way (`smtp_pix_workarounds`).
    pub pix: PixWorkarounds,
    /// The same by server address (`smtp_pix_workaround_maps`).
    pub pix_maps: Tables,
    /// Who we are (`smtp_sasl_password_maps`), if we tell anybody (`smtp_sasl_auth_enable`).
    pub passwords: Option<Passwords>,
    /// Who has refused that.
    pub rejections: RejectionCache,
}

/// A server that something is to be known of.
#[derive(Clone, Debug)]
pub struct Server {
    /// The next hop that led to it, as it was written.
    pub next_hop: String,
    /// The same without brackets and port.
    pub domain: String,
    /// Its name.
    pub name: String,
    /// Its network address, or the path of its socket.
    pub address: String,
    /// Whether it is at a socket of this machine.
    pub is_local: bool,
    /// What it speaks.
    pub protocol: Protocol,
    /// Who sends the mail, if anybody does.
    pub sender: Option<Mailbox>,
    /// What the mail asks of TLS.
    pub tls_request: TlsRequest,
}

/// What is known of a server.
#[derive(Debug)]
pub struct Known {
    /// What is asked of its TLS.
    pub tls: Policy,
    /// How far REQUIRETLS is insisted on, if the mail asks for it.
    pub require_tls: RequireTls,
    /// What it offers and we ignore.
    pub discard: Discard,
    /// What is done if there is a PIX before it.
    pub pix: PixWorkarounds,
    /// Who we are to it, and whether it has refused that.
    pub credentials: Option<(Credentials, Option<Rejection>)>,
    /// What could not be looked up.
    pub unknown: Unknown,
}

impl Servers {
    /// Whether a lookup may have to wait for another process.
    pub fn block(&self) -> bool {
        let tables = [&self.policies, &self.per_site, &self.discard_maps, &self.pix_maps];
        tables.into_iter().any(Tables::blocks)
            || self.passwords.as_ref().is_some_and(Passwords::block)
            || self.rejections.block()
            || self.require_tls.as_ref().is_some_and(RequireTlsPolicy::blocks)
    }

    /// Opens the tables again that have changed.
    pub fn refresh(&self) {
        let tables = [&self.policies, &self.per_site, &self.discard_maps, &self.pix_maps];
        tables.into_iter().for_each(Tables::refresh);
        self.passwords.iter().for_each(Passwords::refresh);
        self.require_tls.iter().for_each(RequireTlsPolicy::refresh);
    }

    /// Looks up what is to be known of a server.
    ///
    /// # Errors
    /// Why the server is left out: it is not known what to ask of its TLS, or too little is asked.
    pub fn look_up(&self, server: &Server) -> Result<Known, Skip> {
        let require_tls = self.require_tls(server)?;
        let tls = self.tls(server, require_tls)?;
        let mut unknown = Unknown::default();
        let discard = self.discard(server).unwrap_or_else(|error| {
            tracing::warn!("{error}");
            unknown.ignore = true;
            self.discard
        });
        let pix = self.pix(server).unwrap_or_else(|error| {
            tracing::warn!("{error}");
            unknown.pix = true;
            self.pix
        });
        let passwords = self.passwords.as_ref();
        let credentials = passwords.map(|passwords| passwords.find(server)).transpose();
        let credentials = credentials.map(Option::flatten).unwrap_or_else(|error| {
            tracing::warn!("{error}");
            unknown.auth = true;
            None
        });
        let credentials = credentials.map(|credentials| {
            let rejection = self.rejections.find(&server.name, &credentials);
            (credentials, rejection)
        });
        Ok(Known { tls, require_tls, discard, pix, credentials, unknown })
    }

    fn tls(&self, server: &Server, require_tls: RequireTls) -> Result<Policy, Skip> {
        let mut policy = if self.policies.is_empty() {
            self.demands.at(self.per_site(server)?)
        } else {
            self.policy(server)?
        };
        if let Some(level) = self.requested(server, require_tls, policy.level) {
            policy = self.demands.at(level);
        }
        if policy.level == Level::May && server.is_local {
            tracing::warn!("no TLS with {}: it is on this machine", server.address);
            policy = self.demands.at(Level::None);
        }
        if self.wrapper_mode && policy.level < Level::Encrypt {
            tracing::warn!(
                "smtp_tls_wrappermode needs a TLS security level of encrypt or above, and that of \
                 {} is {}",
                server.next_hop,
                policy.level
            );
            return Err(Skip::bad_tls_policy());
        }
        Ok(policy)
    }

    /// The level that the sender asks for, if it is another.
    fn requested(&self, server: &Server, require_tls: RequireTls, level: Level) -> Option<Level> {
        let requested = match (server.tls_request, require_tls) {
            (TlsRequest::NotRequired, _) if !self.is_optional(server) => level,
            // The certificate is all that can be given up where TLS comes first.
            (TlsRequest::NotRequired, _) if self.wrapper_mode => level.min(Level::Encrypt),
            (TlsRequest::NotRequired, _) => level.min(Level::May),
            // As long as nothing is known of DNSSEC, other names can be forged.
            (TlsRequest::Required, RequireTls::Enforce) if !level.requires_match() => Level::Secure,
            (TlsRequest::Required, RequireTls::OpportunisticStarttls) => level.max(Level::Encrypt),
            (TlsRequest::Required, RequireTls::Enforce | RequireTls::Opportunistic)
            | (TlsRequest::Required, RequireTls::Disable)
            | (TlsRequest::None, _) => level,
        };
        (requested != level).then_some(requested)
    }

    /// Whether the mail goes where TLS that is asked for cannot be had.
    fn is_optional(&self, server: &Server) -> bool {
        self.tls_required && server.tls_request == TlsRequest::NotRequired
    }

    /// `smtp_requiretls_policy`.
    fn require_tls(&self, server: &Server) -> Result<RequireTls, Skip> {
        let Some(policy) = &self.require_tls else { return Ok(RequireTls::Disable) };
        if server.tls_request != TlsRequest::Required {
            return Ok(RequireTls::default());
        }
        // What does not leave this machine nobody else reads.
        if server.is_local {
            return Ok(RequireTls::Opportunistic);
        }
        policy.find(&server.domain).map_err(|error| {
            tracing::warn!("smtp_requiretls_policy for {}: {error}", server.domain);
            match error {
                BadRequireTls::Lookup(_) | BadRequireTls::Open(_) => {
                    Skip::lookup_failed("Temporary lookup error")
                }
                BadRequireTls::Action(_) => Skip::bad_tls_policy(),
            }
        })
    }

    /// `smtp_tls_policy_maps`.
    fn policy(&self, server: &Server) -> Result<Policy, Skip> {
        for key in tls_policy::keys(&server.next_hop) {
            let Some(text) = self.policies.lookup(key).map_err(|error| failed(&error))? else {
                continue;
            };
            let demand = self.demands.read(&text).map_err(|error| {
                tracing::warn!("TLS policy for {key}: {error}");
                Skip::bad_tls_policy()
            })?;
            let is_any = self.any_exchanger || self.is_optional(server);
            if !is_any && !demand.exchangers.accept(&server.name) {
                tracing::warn!("TLS policy for {key}: {} is none of its hosts", server.name);
                return Err(Skip::bad_tls_policy());
            }
            return Ok(demand.policy);
        }
        Ok(self.demands.at(self.demands.level))
    }

    /// `smtp_tls_per_site`.
    fn per_site(&self, server: &Server) -> Result<Level, Skip> {
        let setting = |key: &str| {
            let found = self.per_site.lookup(key).map_err(|error| failed(&error))?;
            found.map(|word| word.trim().parse::<PerSite>()).transpose().map_err(|error| {
                tracing::warn!("TLS setting for {key}: {error}");
                Skip::bad_tls_policy()
            })
        };
        let next_hop = setting(&server.next_hop)?;
        let is_other = !server.next_hop.eq_ignore_ascii_case(&server.name);
        let host = if is_other { setting(&server.name)? } else { None };
        Ok(PerSite::level(next_hop, host, self.demands.level))
    }

    fn discard(&self, server: &Server) -> Result<Discard, LookupError> {
        let found = self.discard_maps.lookup(&server.address)?;
        Ok(found.map_or(self.discard, |text| Discard::read(&text)))
    }

    fn pix(&self, server: &Server) -> Result<PixWorkarounds, PixError> {
        match self.pix_maps.lookup(&server.address)? {
            Some(text) => Ok(pix_workarounds(&text)?),
            None => Ok(self.pix),
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum PixError {
    #[error(transparent)]
    Lookup(#[from] LookupError),
    #[error("work-around for a PIX: {0}")]
    Word(#[from] UnknownWorkaround),
}

/// A lookup has failed without which nothing can be asked of the server.
fn failed(error: &LookupError) -> Skip {
    tracing::warn!("{error}");
    Skip::lookup_failed("Temporary lookup error")
}

#[cfg(test)]
mod tests;
