//! Addresses that generic maps rewrite, against smtp(8).

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

use conformance::servers::{
    Installed, PostfixClient, Protocol, Route, Server, ServerOptions, Submission,
};
use envoi_postfix::table::{AddressMap, AddressRules, Context, MatchList, Subdomains};

/// Sends a message from each address, with and without propagated extensions.
pub(crate) fn agree(installed: &Installed) -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tables");
    let table = folder.join("generic.map");
    let addresses = fs::read_to_string(folder.join("generic.addresses"))?;
    let addresses: Vec<_> = addresses.lines().filter(|line| !line.starts_with('#')).collect();
    let dir = tempfile::tempdir()?;
    let (client, server) = (dir.path().join("client"), dir.path().join("server"));
    fs::create_dir(&server)?;
    let server = Server::SmtpSink.start(installed, &server, &ServerOptions::default())?;
    let public = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(dir.path(), public)?;
    let copy = dir.path().join("generic.map");
    fs::copy(&table, &copy)?;
    let routes = [("plain", "canonical"), ("propagating", "generic")].map(|(name, propagated)| {
        let parameters = [
            ("smtp_generic_maps", format!("texthash:{}", copy.display())),
            ("propagate_unmatched_extensions", propagated.to_owned()),
            ("recipient_delimiter", "+".to_owned()),
            ("mydestination", "local.example, inline:{{listed.example = x}}".to_owned()),
        ];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let next_hop = Route::next_hop(&[server.address()]);
        Route { name: name.to_owned(), protocol: Protocol::Smtp, next_hop, parameters }
    });
    let postfix = PostfixClient::start(installed, &client, &routes)?;
    let mut differences = String::new();
    let mut sent = 0;
    for route in &routes {
        let map = map(&copy, route.name == "propagating");
        for address in &addresses {
            let recipients: &[_] = &[("r@test.example", "")];
            let content = b"Subject: x\r\n\r\n";
            let (route, parameters) = (route.name.as_str(), "");
            postfix.submit(&Submission {
                route,
                sender: address,
                parameters,
                recipients,
                content,
            })?;
            sent += 1;
            let received = server.wait_for(sent, PATIENCE)?;
            let theirs = received.last().map(|message| message.sender.as_str()).unwrap_or_default();
            let ours = map.map_quoted(address)?;
            let ours = ours.as_deref().unwrap_or(address);
            if ours != theirs {
                differences += &format!("{route} {address}: Postfix: {theirs}, ours: {ours}\n");
            }
        }
    }
    if differences.is_empty() { Ok(()) } else { Err(format!("\n{differences}").into()) }
}

fn map(table: &Path, propagates_extensions: bool) -> AddressMap {
    let context = Context::new("/nonexistent");
    // The instance's, of which all that matters here is said.
    let mut rules = AddressRules::new("client.test.example", "test.example", &context);
    rules.recipient_delimiter = "+".to_owned();
    rules.propagates_extensions = propagates_extensions;
    rules.swap_bangpath = false;
    rules.allow_percent_hack = false;
    let destinations = "local.example, inline:{{listed.example = x}}";
    (rules.mydestination, _) = MatchList::open(destinations, Subdomains::Dotted, &context);
    rules.interfaces = vec!["127.0.0.1".parse().unwrap()];
    let (map, errors) = AddressMap::open(&format!("texthash:{}", table.display()), rules, &context);
    assert!(errors.is_empty(), "{errors:?}");
    map
}

const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const NAME: &str = "addresses_are_rewritten_as_smtp_does";
