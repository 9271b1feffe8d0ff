//! `envoi route`.

use std::fmt;
use std::io::{self, Write as _};

use envoi_blocking::Blocking;
use envoi_driver::dns::{Address, Destination, Failure, Host, LeftOut, Route, Syntax};
use envoi_driver::proto::TlsStart;
use futures_lite::future::block_on;
use serde::Serialize;

use crate::error::Error;
use crate::exit::Exit;
use crate::routing::RoutingArguments;

/// Which ways are to be found, and how they are shown.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct RouteArguments {
    /// Where mail would go: `example.com`, `example.com:587`, `[mx.example.com]`, `[192.0.2.1]:25`.
    #[arg(value_name = "DESTINATION", required = true)]
    destinations: Vec<String>,
    /// Prints JSON, an object on a line for each destination.
    #[arg(long)]
    json: bool,
    /// Reads destinations as for LMTP, which looks up no mail exchangers.
    #[arg(long)]
    lmtp: bool,
    #[command(flatten)]
    routing: RoutingArguments,
}

/// Finds the hosts of each destination.
pub(crate) fn run(arguments: RouteArguments) -> Result<Exit, Error> {
    let syntax = if arguments.lmtp { Syntax::Lmtp } else { Syntax::Smtp };
    let routing = arguments.routing.routing(syntax, TlsStart::Starttls, None)?;
    let mut destinations = Vec::new();
    for text in &arguments.destinations {
        destinations.extend(routing.list(text)?);
    }
    destinations.extend_from_slice(&routing.fallback_relay);
    let network = routing.network(Blocking::default()).map_err(Error::System)?;
    let mut exit = Exit::Sent;
    for destination in &destinations {
        let rules = routing.rules(std::slice::from_ref(destination));
        let found = Found::from(destination, block_on(network.route(destination, rules)));
        let text = if arguments.json {
            serde_json::to_string(&found.object()).expect("strings and numbers are JSON")
        } else {
            found.to_string()
        };
        // Whoever closes the pipe still has the exit status.
        let _ = writeln!(io::stdout(), "{}", text.trim_end());
        exit = worse(exit, found.failure.as_ref());
    }
    Ok(exit)
}

/// What is known of the way to a destination.
struct Found<'a> {
    destination: &'a Destination,
    hosts: Vec<Host>,
    left_out: Vec<LeftOut>,
    failure: Option<Failure>,
}

impl<'a> Found<'a> {
    fn from(destination: &'a Destination, mut route: Route) -> Self {
        let hosts = std::iter::from_fn(|| route.poll_host()).collect();
        let (left_out, failure) = (route.left_out().to_vec(), route.failure().cloned());
        Self { destination, hosts, left_out, failure }
    }

    fn object(&self) -> Object<'_> {
        Object {
            destination: self.destination.as_str(),
            hosts: self.hosts.iter().map(HostObject::of).collect(),
            left_out: self.left_out.iter().map(OmissionObject::of).collect(),
            failure: self.failure.as_ref().map(FailureObject::of),
        }
    }
}

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.destination)?;
        for host in &self.hosts {
            writeln!(f, "  {}{}", rank(host.preference), Described(host))?;
        }
        if let Some(failure) = &self.failure {
            writeln!(f, "  {} {failure}", dsn(failure))?;
        }
        for omission in &self.left_out {
            let name = omission.name.as_ref().map_or_else(|| ".".into(), ToString::to_string);
            let address = omission.address.map(|address| format!("[{address}]"));
            let address = address.unwrap_or_default();
            let rank = rank(omission.preference);
            writeln!(f, "  {rank}{name}{address} is left out: {}", omission.reason)?;
        }
        Ok(())
    }
}

/// Prints a host as log lines name it, and how well it is known.
struct Described<'a>(&'a Host);

impl fmt::Display for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Host { name, address, port, ttl, is_secure, .. } = self.0;
        match address {
            Address::Ip(address) => write!(f, "{name}[{address}]:{port}")?,
            Address::Unix(path) => write!(f, "{name}[{path}]")?,
        }
        if *ttl > 0 {
            write!(f, "  ttl {ttl}")?;
        }
        if *is_secure { write!(f, "  secure") } else { Ok(()) }
    }
}

/// The preference, where there are several to compare.
fn rank(preference: Option<u16>) -> String {
    preference.map(|preference| format!("{preference:>5} ")).unwrap_or_default()
}

fn dsn(failure: &Failure) -> String {
    failure.status().map(|number| number.to_string()).join(".")
}

/// The worse of what was so far and what a destination came to.
fn worse(exit: Exit, failure: Option<&Failure>) -> Exit {
    match failure.map(|failure| failure.status()[0]) {
        None => exit,
        Some(4) => Exit::Deferred,
        Some(_) if exit == Exit::Deferred => exit,
        Some(_) => Exit::Bounced,
    }
}

#[derive(Serialize)]
struct Object<'a> {
    destination: &'a str,
    hosts: Vec<HostObject<'a>>,
    left_out: Vec<OmissionObject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureObject>,
}

#[derive(Serialize)]
struct HostObject<'a> {
    name: &'a str,
    address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preference: Option<u16>,
    ttl: u32,
    secure: bool,
}

impl<'a> HostObject<'a> {
    fn of(host: &'a Host) -> Self {
        let (address, port) = match &host.address {
            Address::Ip(address) => (address.to_string(), Some(host.port)),
            Address::Unix(path) => (path.to_string(), None),
        };
        let (preference, ttl, secure) = (host.preference, host.ttl, host.is_secure);
        Self { name: &host.name, address, port, preference, ttl, secure }
    }
}

#[derive(Serialize)]
struct OmissionObject {
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    preference: Option<u16>,
    reason: String,
}

impl OmissionObject {
    fn of(omission: &LeftOut) -> Self {
        Self {
            name: omission.name.as_ref().map(ToString::to_string),
            address: omission.address.map(|address| address.to_string()),
            preference: omission.preference,
            reason: omission.reason.to_string(),
        }
    }
}

#[derive(Serialize)]
struct FailureObject {
    dsn: String,
    text: String,
}

impl FailureObject {
    fn of(failure: &Failure) -> Self {
        Self { dsn: dsn(failure), text: failure.to_string() }
    }
}

const AFTER_HELP: &str = "\
A domain leads to its mail exchangers (MX), or to its own addresses if it has none; a host in
brackets to its addresses. The DNS is asked by way of the name servers of /etc/resolv.conf, or
--resolver. --host-lookup says whether addresses come from there, or from where this machine's
other programs have them. --own-address says which hosts are ourselves: those that are no better
are left out. --fallback-relay is shown as one more destination, where mail goes last.

Hosts are printed in the order in which they would be tried, each by one of its addresses: its
preference, its name, its address and port, how many seconds the address holds, and whether the
answers that led there are secure (DNSSEC, as validated by a resolver that resolv.conf trusts).
Those that would not be tried come last, with the reason.

Hosts of the same preference are in random order, as they are when mail is sent.

Examples:
  envoi route example.com
  envoi route --json example.com example.org:587 '[mx.example.net]'
  envoi route --resolver 127.0.0.1:5353 example.com

Exit status:
  0   each destination has a host
  64  the command line asks for what cannot be done
  69  a destination takes no mail, or cannot be found, and waiting does not help
  75  a destination cannot be found at the moment";
