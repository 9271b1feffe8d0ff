//! Whom mail is for, and under which circumstances.

use conformance::servers::{Domain, PLAIN, Route, SIGNED};

use crate::circumstances::Circumstances;
use crate::groups::{GROUPS, Group, Port};

/// Mail on its way to one next hop.
pub(crate) struct Case {
    /// The group, and the next hop as it stands there.
    pub(crate) name: String,
    pub(crate) circumstances: Circumstances,
    pub(crate) next_hop: String,
    /// The transport that it takes in Postfix.
    pub(crate) route: String,
    pub(crate) recipient: String,
}

/// Ports of loopback.
#[derive(Clone, Copy)]
pub(crate) struct Ports {
    /// Nobody listens at it.
    pub(crate) silent: u16,
    /// The same.
    pub(crate) other: u16,
    /// Some hosts listen at it.
    pub(crate) busy: u16,
}

/// All of them, and the transports that they take.
pub(crate) fn all(ports: Ports) -> (Vec<Case>, Vec<Route>) {
    let mut routes = Vec::new();
    let mut cases = Vec::new();
    for (name, port) in [("silent", ports.silent), ("smtp", 25)] {
        let circumstances = Circumstances::at(port);
        routes.push(circumstances.route(name, ""));
        for zone in [SIGNED, PLAIN] {
            let of_domain = |domain: &Domain| {
                let next_hop = domain.in_zone(zone).replace('*', "anything");
                Case::of_domain(name, format!("{name} {next_hop}"), &circumstances, next_hop)
            };
            cases.extend(Domain::ALL.iter().map(of_domain));
        }
    }
    for group in GROUPS {
        group.add(ports, &mut cases, &mut routes);
    }
    (cases, routes)
}

impl Group {
    fn add(&self, ports: Ports, cases: &mut Vec<Case>, routes: &mut Vec<Route>) {
        let port = match self.port {
            Port::Silent => ports.silent,
            Port::Smtp => 25,
            Port::Busy => ports.busy,
        };
        let mut circumstances = Circumstances::at(port);
        for (name, value) in self.parameters {
            circumstances = circumstances.with(name, &spell(value, ports));
        }
        routes.push(circumstances.route(self.name, ""));
        for (number, text) in self.next_hops.split(';').map(str::trim).enumerate() {
            let (name, next_hop) = (format!("{} {text}", self.name), spell(text, ports));
            let mut case = Case::of_domain(self.name, name, &circumstances, next_hop);
            if !is_domain(&case.next_hop) {
                case.route = format!("{}-{number}", self.name);
                case.recipient = "bob@mx.example".to_owned();
                routes.push(circumstances.route(&case.route, &case.next_hop));
            }
            cases.push(case);
        }
    }
}

impl Case {
    fn of_domain(
        route: &str,
        name: String,
        circumstances: &Circumstances,
        next_hop: String,
    ) -> Self {
        let recipient = format!("bob@{next_hop}");
        let (route, circumstances) = (route.to_owned(), circumstances.clone());
        Self { name, circumstances, next_hop, route, recipient }
    }
}

/// Whether a next hop can be the domain of a recipient.
fn is_domain(next_hop: &str) -> bool {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    next_hop.ends_with(".example") && next_hop.bytes().all(is_good)
}

/// Completes names with their zone, and ports.
fn spell(next_hops: &str, ports: Ports) -> String {
    let text = next_hops.replace("OTHER", &ports.other.to_string());
    text.replace('@', PLAIN)
}
