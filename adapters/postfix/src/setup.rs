//! From parameters to what runs.
//!
//! [`Setup`] is what all deliveries of a process have in common. Files and tables are opened when
//! it is made: a process that gives up its privileges, or changes its root folder, goes on with
//! them.

mod conversation;
mod delivery;
mod dialing;
mod filters;
mod reader;
mod reporting;
mod rewriting;
mod routing;
mod servers;
#[cfg(test)]
mod tests;
mod tls;

use std::sync::Arc;

use envoi_driver::proto::{Config, Protocol, Purpose, TlsRequest};
use envoi_driver::{Message, Policy, System};

pub use dialing::Dialing;
pub use reporting::{Debug, Reporting};

use crate::filters::Filters;
use crate::main_cf::{Parameters, Problem};
use crate::rewriting::Rewriting;
use crate::servers::Servers;
use reader::Reader;

/// What all deliveries of a process have in common.
#[derive(Debug)]
pub struct Setup {
    /// What is spoken.
    pub protocol: Protocol,
    /// What all conversations have in common.
    pub config: Arc<Config>,
    /// How messages are delivered.
    pub policy: Arc<Policy>,
    /// How connections are made.
    pub dialing: Dialing,
    /// Where probes stop (`smtp_address_verify_target`).
    pub probes: Purpose,
    /// What is looked up of servers.
    pub servers: Arc<Servers>,
    /// What changes envelopes and content.
    pub rewriting: Arc<Rewriting>,
    /// What words anew what others say.
    pub filters: Filters,
    /// What is told of deliveries, and to whom.
    pub reporting: Reporting,
}

impl Setup {
    /// Reads parameters, and the files and tables that they name. All that is wrong with them is
    /// told at once; what holds in its place is Postfix's default.
    pub fn read(parameters: &Parameters, system: &System) -> (Self, Vec<Problem>) {
        let mut reader = Reader::new(parameters);
        let reader = &mut reader;
        let system = &routing::known(reader, system);
        let mut config = conversation::config(reader);
        let demands = tls::demands(reader);
        config.tls = Some(Arc::new(tls::engine(reader)));
        let rules = Arc::new(routing::rules(reader, system));
        let addresses = rewriting::addresses(reader, system);
        let servers = servers::servers(reader, &addresses, demands).into();
        let rewriting = rewriting::rewriting(reader, addresses, &config).into();
        let setup = Self {
            protocol: if reader.is_lmtp() { Protocol::Lmtp } else { Protocol::Smtp },
            config: config.into(),
            policy: delivery::policy(reader, system, rules).into(),
            dialing: Dialing::read(reader, system),
            probes: reader.word(
                "smtp_address_verify_target",
                &[("rcpt", Purpose::VerifyRecipients), ("data", Purpose::VerifyData)],
            ),
            servers,
            rewriting,
            filters: filters::filters(reader),
            reporting: Reporting::read(reader),
        };
        (setup, std::mem::take(&mut reader.problems))
    }

    /// What a message asks of TLS: by its envelope, or by the header `TLS-Required: no`
    /// (`tls_required_enable`), which REQUIRETLS outweighs.
    pub fn tls_request(&self, message: &Message) -> TlsRequest {
        let request = message.envelope.tls_request;
        if request != TlsRequest::None || !self.servers.tls_required {
            return request;
        }
        let found = message.content.tls_request(self.config.mime.header);
        // Whoever is to send it will find out that it cannot be read.
        found.unwrap_or(request)
    }

    /// Opens tables again that have changed. Between deliveries is the time for it.
    pub fn refresh(&self) {
        self.servers.refresh();
        self.rewriting.refresh();
        self.filters.refresh();
    }
}
