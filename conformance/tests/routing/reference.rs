//! What Postfix's smtp(8) does for the same next hops.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use conformance::servers::{self, PostfixClient, QueueId, Submission};
use envoi_blocking::Blocking;
use envoi_sink::{Options, Sink};

use crate::account::Account;
use crate::bed::{self, Bed};
use crate::cases::{self, Case, Ports};
use crate::differences;
use crate::silence::Silence;

#[test]
fn mail_goes_the_way_that_postfix_sends_it() {
    let bed = Bed::start_on_port_53();
    let [silent, other, busy] = [0, 0, 0].map(Silence::at);
    let _smtp = Silence::at(25);
    let ports = Ports { silent: silent.port, other: other.port, busy: busy.port };
    let (cases, routes) = cases::all(ports);
    let _hosts = HOSTS.map(|(host, fault)| listen(host, fault, ports.busy));
    let dir = bed.dir().join("postfix");
    let client = PostfixClient::start_among(&bed.servers, &installed(), &dir, &routes).unwrap();
    let submitted: Vec<_> = cases.iter().map(|case| submit(&client, case)).collect();
    let network = bed.network(Blocking::default());
    let (mut failures, mut differing) = (Vec::new(), BTreeMap::<_, Vec<_>>::new());
    for (case, id) in cases.iter().zip(submitted) {
        let theirs = Account::of_postfix(&client, &id, PATIENCE);
        let ours = Account::of_us(&network, &case.next_hop, &case.circumstances);
        match differences::reason(&case.name) {
            None if ours == theirs => {}
            Some(reason) if ours != theirs => {
                differing.entry(reason).or_default().push(&*case.name);
            }
            None => failures.push(format!("{}\nPostfix {theirs:#?}\nours {ours:#?}", case.name)),
            Some(reason) => failures.push(format!("{} agrees, although {reason}", case.name)),
        }
    }
    let count: usize = differing.values().map(Vec::len).sum();
    eprintln!("{} next hops: {count} differ", cases.len());
    for (reason, names) in differing {
        eprintln!("{:4} differ: {reason} ({})", names.len(), names.join("; "));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A host of the zones that takes connections.
fn listen(host: u8, fault: &str, port: u16) -> Sink {
    let faults = fault.split_whitespace().map(|fault| fault.parse().unwrap()).collect();
    let address = (Ipv4Addr::new(127, 0, 7, host), port);
    Sink::listen(address, Options { faults, ..Options::default() }).unwrap()
}

fn submit(client: &PostfixClient, case: &Case) -> QueueId {
    let submission = Submission {
        route: &case.route,
        sender: "ann@client.example",
        parameters: "",
        recipients: &[(&case.recipient, "")],
        content: b"Subject: hello\r\n\r\nHello!\r\n",
    };
    client.submit(&submission).unwrap_or_else(|error| panic!("{}: {error}", case.name))
}

fn installed() -> servers::Installed {
    let installed = servers::install(&bed::cache(), &mut |line| eprintln!("{line}"));
    installed.unwrap_or_else(|error| panic!("a real server is missing: {error}"))
}

/// Which hosts listen at the busy port, by the last number of their addresses, and what goes wrong
/// there.
const HOSTS: [(u8, &str); 8] = [
    (2, "mail:tempfail"),
    (3, "connect:421"),
    (4, "rcpt:tempfail"),
    (5, "rcpt:reject"),
    (6, "connect:disconnect"),
    (7, "data:tempfail"),
    (8, "mail:disconnect"),
    (9, ""),
];

const PATIENCE: Duration = Duration::from_secs(60);
