//! How hosts are found.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use envoi_driver::dns::{
    Destination, Families, HostLookup, Limits, ResolvConf, Rules, Syntax, Target,
};
use envoi_driver::proto::TlsStart;
use envoi_driver::{Network, Runtime, StubResolver, System};

use crate::error::Error;

/// Whom to ask for hosts, and which of them to take.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Routing")]
pub(crate) struct RoutingArguments {
    /// The port where a destination names none; by default 25, with --implicit-tls 465, and with
    /// --lmtp 24.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// The name server to ask; by default, those of resolv.conf.
    #[arg(long, value_name = "ADDR[:PORT]", value_parser = server)]
    resolver: Option<SocketAddr>,
    /// How the addresses of hosts are found: dns, native (as the system finds them) or dns,native;
    /// by default, native where mail goes to a host in brackets, and else dns.
    #[arg(long, value_name = "HOW", value_parser = host_lookup)]
    host_lookup: Option<HostLookup>,
    /// Which addresses to use: ipv4, ipv6 or all, which is the default.
    #[arg(long, value_name = "WHICH", value_parser = families)]
    inet_protocols: Option<Families>,
    /// An address at which this machine takes mail itself, at port 25, or `all` for those that it
    /// has: hosts that are no better than it are left out. Can be given several times.
    #[arg(long, value_name = "ADDR", value_parser = own)]
    own_address: Vec<Own>,
    /// Where mail goes that has no other host, or whose hosts all put it off; can be given several
    /// times.
    #[arg(long, value_name = "DESTINATION")]
    fallback_relay: Vec<String>,
}

/// An address of ours.
#[derive(Clone, Copy, Debug)]
enum Own {
    All,
    One(IpAddr),
}

/// How hosts are found, read and checked.
#[derive(Debug)]
pub(crate) struct Routing {
    syntax: Syntax,
    system: System,
    rules: Rules,
    /// Where mail goes that has no other host, or whose hosts all put it off.
    pub(crate) fallback_relay: Vec<Destination>,
    /// Whether the user has said how.
    is_decided: bool,
    resolver: Option<SocketAddr>,
}

impl RoutingArguments {
    /// What somebody means who names a port and a name server, and nothing else.
    pub(crate) fn asking(port: u16, resolver: SocketAddr) -> Self {
        Self {
            port: Some(port),
            resolver: Some(resolver),
            host_lookup: None,
            inet_protocols: None,
            own_address: Vec::new(),
            fallback_relay: Vec::new(),
        }
    }

    /// Reads what the system knows of services and of itself. What is not said here is as in
    /// `others`, or as most people want it.
    pub(crate) fn routing(
        &self,
        syntax: Syntax,
        tls: TlsStart,
        others: Option<&Rules>,
    ) -> Result<Routing, Error> {
        let system = System::read().map_err(Error::System)?;
        let mut own_addresses = Vec::new();
        for own in &self.own_address {
            match own {
                Own::One(address) => own_addresses.push(*address),
                Own::All => own_addresses.extend(&system.addresses),
            }
        }
        own_addresses.sort_unstable();
        let list = |text: &String| Destination::list(text, syntax, &system.services);
        let fallback_relay = self.fallback_relay.iter().map(list).collect::<Result<Vec<_>, _>>();
        let fallback_relay = fallback_relay.map_err(Error::Destination)?.concat();
        let usual = || Rules { port: port(syntax, tls), ..Rules::default() };
        let mut rules = others.cloned().unwrap_or_else(usual);
        rules.host_lookup = self.host_lookup.unwrap_or(rules.host_lookup);
        rules.families = self.inet_protocols.unwrap_or(rules.families);
        rules.port = self.port.unwrap_or(rules.port);
        if !own_addresses.is_empty() {
            rules.own_addresses = own_addresses;
        }
        Ok(Routing {
            syntax,
            rules,
            is_decided: self.host_lookup.is_some() || self.resolver.is_some() || others.is_some(),
            resolver: self.resolver,
            fallback_relay,
            system,
        })
    }
}

impl Routing {
    /// Reads a destination, or a list of them.
    pub(crate) fn list(&self, text: &str) -> Result<Vec<Destination>, Error> {
        let list = Destination::list(text, self.syntax, &self.system.services);
        list.map_err(Error::Destination)
    }

    /// The rules for next hops. Whoever writes brackets has mostly a host of its own in mind, which
    /// the system may know from elsewhere.
    pub(crate) fn rules(&self, next_hops: &[Destination]) -> Arc<Rules> {
        let mut rules = self.rules.clone();
        let has_host = next_hops.iter().any(|to| matches!(to.target(), Target::Host(_)));
        if has_host && !self.is_decided {
            rules.host_lookup = HostLookup::Native;
        }
        Arc::new(rules)
    }

    /// Whom to ask, on a runtime.
    ///
    /// # Errors
    /// If resolv.conf cannot be read, or the system has no random numbers.
    pub(crate) fn network<R: Runtime>(&self, runtime: R) -> io::Result<Network<R>> {
        let hosts = self.system.hosts.clone();
        let Some(server) = self.resolver else {
            return Network::new(runtime, &self.system);
        };
        let conf = ResolvConf::of([server]);
        let resolver = StubResolver::new(runtime.clone(), conf, Limits::default())?;
        Ok(Network { runtime, resolver, hosts })
    }
}

/// Where servers listen.
fn port(syntax: Syntax, tls: TlsStart) -> u16 {
    match (syntax, tls) {
        (Syntax::Smtp, TlsStart::Starttls) => SMTP_PORT,
        (Syntax::Smtp, TlsStart::Implicit) => SUBMISSIONS_PORT,
        (Syntax::Lmtp, TlsStart::Starttls | TlsStart::Implicit) => LMTP_PORT,
    }
}

fn server(text: &str) -> Result<SocketAddr, &'static str> {
    let address = text.parse().map(|address| SocketAddr::new(address, DNS_PORT));
    let server = address.or_else(|_| text.parse::<SocketAddr>()).ok();
    let server = server.filter(|server| server.port() > 0);
    server.ok_or("no address; expected one such as 192.0.2.53, 127.0.0.1:5353 or [::1]:53")
}

fn host_lookup(text: &str) -> Result<HostLookup, &'static str> {
    match text {
        "dns" => Ok(HostLookup::Dns),
        "native" => Ok(HostLookup::Native),
        "dns,native" => Ok(HostLookup::DnsThenNative),
        _ => Err("expected dns, native or dns,native"),
    }
}

fn families(text: &str) -> Result<Families, &'static str> {
    match text {
        "ipv4" => Ok(Families::Ipv4),
        "ipv6" => Ok(Families::Ipv6),
        "all" => Ok(Families::All),
        _ => Err("expected ipv4, ipv6 or all"),
    }
}

fn own(text: &str) -> Result<Own, &'static str> {
    match text {
        "all" => Ok(Own::All),
        text => text.parse().map(Own::One).map_err(|_| "expected an address, or all"),
    }
}

/// Where SMTP servers listen (`smtp_tcp_port`).
const SMTP_PORT: u16 = 25;

/// Where SMTP servers listen that begin with TLS (RFC 8314, 7.3).
const SUBMISSIONS_PORT: u16 = 465;

/// Where LMTP servers listen (`lmtp_tcp_port`).
const LMTP_PORT: u16 = 24;

/// Where name servers listen.
const DNS_PORT: u16 = 53;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_servers_are_read() {
        for (text, expected) in [
            ("127.0.0.1", Some("127.0.0.1:53")),
            ("127.0.0.1:5353", Some("127.0.0.1:5353")),
            ("::1", Some("[::1]:53")),
            ("[::1]:5353", Some("[::1]:5353")),
            ("127.0.0.1:0", None),
            ("localhost", None),
            ("", None),
        ] {
            let expected = expected.map(|server| server.parse().unwrap());
            assert_eq!(server(text).ok(), expected, "{text}");
        }
    }
}
