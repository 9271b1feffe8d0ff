//! How what a route comes to is written in a route file.

use envoi_dns::{Address, Host, LeftOut, Omission, Query, Question, Route};

use super::answer::TTL;

/// What a complete route comes to, with the hosts that it gave.
pub(super) fn results(route: &Route, hosts: &[Host]) -> Vec<String> {
    let hosts = hosts.iter().map(|one| format!("= {}", host(one)));
    let failure = route.failure().map(|failure| {
        let [class, subject, detail] = failure.status();
        format!("= {class}.{subject}.{detail} {failure}")
    });
    let here = route.leads_here().then(|| "leads here".to_owned());
    let best = route.is_best_here().then(|| "best here".to_owned());
    let left_out = route.left_out().iter().map(|one| format!("- {}", left_out(one)));
    hosts.chain(failure).chain(here).chain(best).chain(left_out).collect()
}

pub(super) fn question(question: &Question) -> String {
    match question {
        Question::Dns(Query { name, kind }) => format!("? {name} {kind}"),
        Question::Native(name) => format!("? {name} native"),
    }
}

pub(super) fn host(host: &Host) -> String {
    let place = match &host.address {
        Address::Ip(address) => format!("{}[{address}]:{}", host.name, host.port),
        Address::Unix(path) => format!("{}[{path}]", host.name),
    };
    let ttl = if host.ttl == TTL { String::new() } else { format!(" ttl={}", host.ttl) };
    let secure = if host.is_secure { " secure" } else { "" };
    format!("{}{place}{ttl}{secure}", preference(host.preference))
}

fn left_out(left_out: &LeftOut) -> String {
    let name = left_out.name.as_ref().map(ToString::to_string);
    let address = left_out.address.map(|address| format!("[{address}]"));
    let place = match (name, address) {
        (None, None) => ".".into(),
        (name, address) => name.unwrap_or_default() + &address.unwrap_or_default(),
    };
    let reason = match &left_out.reason {
        Omission::Unresolved(failure) => {
            let [class, subject, detail] = failure.status();
            format!("unresolved: {class}.{subject}.{detail} {failure}")
        }
        Omission::Ourselves => "ourselves".into(),
        Omission::NoBetterThanOurselves => "no better than ourselves".into(),
        Omission::TooMany => "too many".into(),
        Omission::Beyond => "beyond".into(),
        Omission::Family => "family".into(),
    };
    format!("{}{place} {reason}", preference(left_out.preference))
}

fn preference(preference: Option<u16>) -> String {
    preference.map_or_else(String::new, |preference| format!("{preference} "))
}
