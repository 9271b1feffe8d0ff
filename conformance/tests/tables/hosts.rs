//! Lists of hosts, against smtpd(8).
//!
//! The file has lists, each with hosts below: `+ list` where domains are for hosts below them,
//! `- list` where they are not, and `name address`. `@FILE@` is a file of patterns.

use std::error::Error;
use std::fs;
use std::net::IpAddr;
use std::path::Path;

use conformance::servers::{HostList, Installed, PostfixLists};
use envoi_postfix::table::{Context, MatchList, Subdomains};

/// Looks every host up in its list.
pub(crate) fn agree(installed: &Installed) -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tables");
    let dir = tempfile::tempdir()?;
    let public = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(dir.path(), public)?;
    let patterns = dir.path().join("patterns");
    fs::copy(folder.join("hosts.patterns"), &patterns)?;
    let text = fs::read_to_string(folder.join("hosts.lists"))?;
    let text = text.replace("@FILE@", &patterns.display().to_string());
    let (lists, hosts) = parse(&text)?;
    let postfix = PostfixLists::start(installed, &dir.path().join("postfix"), &lists)?;
    let context = Context::new("/nonexistent");
    let mut differences = String::new();
    for (index, name, address) in hosts {
        let HostList { text, with_subdomains } = &lists[index];
        let subdomains = if *with_subdomains { Subdomains::Included } else { Subdomains::Dotted };
        let ours = MatchList::open(text, subdomains, &context).0.has_host(name, address).ok();
        let theirs = postfix.has_host(index, name, address)?;
        if ours != theirs {
            differences += &format!(
                "{text:?} ({subdomains:?}): {name} {address}: Postfix: {theirs:?}, ours: {ours:?}\n"
            );
        }
    }
    if differences.is_empty() { Ok(()) } else { Err(format!("\n{differences}").into()) }
}

type Host<'a> = (usize, &'a str, IpAddr);

fn parse(text: &str) -> Result<(Vec<HostList>, Vec<Host<'_>>), Box<dyn Error>> {
    let (mut lists, mut hosts) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match line.split_once(' ').ok_or_else(|| format!("no list and no host: {line:?}"))? {
            (mark @ ("+" | "-"), list) => {
                lists.push(HostList { text: list.to_owned(), with_subdomains: mark == "+" });
            }
            (name, address) => hosts.push((lists.len() - 1, name, address.parse()?)),
        }
    }
    Ok((lists, hosts))
}

pub(crate) const NAME: &str = "hosts_are_in_lists_as_for_smtpd";
