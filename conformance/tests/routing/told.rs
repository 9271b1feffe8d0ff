//! What a route comes to, in a line.

use std::fmt::Write as _;
use std::sync::Arc;

use envoi_driver::dns::{Address, Destination, Host, Rules};
use envoi_driver::{Network, Resolver, Runtime};

/// Finds the way to a destination and tells it.
pub(crate) async fn find<R: Runtime, V: Resolver>(
    network: &Network<R, V>,
    destination: &str,
    rules: Rules,
) -> String {
    let destination: Destination = destination.parse().unwrap();
    let mut route = network.route(&destination, Arc::new(rules)).await;
    assert!(route.is_complete(), "{destination}");
    let hosts: Vec<_> = std::iter::from_fn(|| route.poll_host()).collect();
    match route.failure() {
        Some(failure) => {
            assert!(hosts.is_empty(), "{destination}: {hosts:?}");
            let [class, subject, detail] = failure.status();
            format!("{class}.{subject}.{detail} {failure}")
        }
        None => tell(&hosts),
    }
}

/// `10 one[192.0.2.1]* two[192.0.2.2] 20 …`: by preference, those of the same one sorted, with an
/// asterisk behind those that are secure.
fn tell(hosts: &[Host]) -> String {
    let mut text = String::new();
    for group in hosts.chunk_by(|a, b| a.preference == b.preference) {
        let mut group: Vec<_> = group.iter().map(|host| (host, name(host))).collect();
        group.sort_by(|(_, a), (_, b)| a.cmp(b));
        let preference = group[0].0.preference.map(|preference| preference.to_string());
        write!(text, "{} ", preference.as_deref().unwrap_or("-")).unwrap();
        for (_, name) in group {
            write!(text, "{name} ").unwrap();
        }
    }
    text.trim_end().to_owned()
}

fn name(host: &Host) -> String {
    let Address::Ip(address) = &host.address else { panic!("{host:?} is a socket") };
    let port = if host.port == 25 { String::new() } else { format!(":{}", host.port) };
    let mark = if host.is_secure { "*" } else { "" };
    format!("{}[{address}]{port}{mark}", host.name)
}
