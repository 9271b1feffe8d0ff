//! Addresses in full, as trivial-rewrite(8) makes them in the local context.

use super::AddressRules;

impl AddressRules {
    /// An address with what it lacks, as meant: a domain, and the domain of a host.
    pub(super) fn canonical(&self, address: &str) -> String {
        let address = without_route(address);
        if address.is_empty() {
            return String::new();
        }
        let (mut local, mut domain) = match address.rsplit_once('@') {
            Some((local, domain)) => (local, domain.to_owned()),
            None => (address, String::new()),
        };
        if domain.is_empty()
            && self.swap_bangpath
            && let Some((site, user)) = local.split_once('!')
        {
            (local, domain) = (user, site.to_owned());
        }
        if domain.is_empty()
            && self.allow_percent_hack
            && let Some((user, site)) = local.rsplit_once('%')
        {
            (local, domain) = (user, site.to_owned());
        }
        if domain.is_empty() && self.append_at_myorigin {
            domain.clone_from(&self.myorigin);
        }
        if self.append_dot_mydomain && !domain.is_empty() && !domain.contains(['.', '[']) {
            domain = format!("{domain}.{}", self.mydomain);
        }
        // A dot at the end of a name says that it is whole.
        if domain.ends_with('.') && !domain.ends_with("..") && domain.len() > 1 {
            domain.pop();
        }
        match domain.is_empty() {
            true => local.to_owned(),
            false => format!("{local}@{domain}"),
        }
    }
}

/// What a route `@a,@b:user@domain` leads to (RFC 5321, 4.1.1.3).
fn without_route(address: &str) -> &str {
    let route = address.strip_prefix('@').and_then(|route| route.split_once(':'));
    route.map_or(address, |(_, end)| end)
}
