//! Postfix's lists of hosts, as smtpd(8) reads `mynetworks`.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use super::conversation::Conversation;
use super::process::Process;
use super::{Error, Installed, port, postfix_instance, program};

/// An instance with an smtpd(8) for each list, stopped on drop.
#[derive(Debug)]
pub struct PostfixLists {
    addresses: Vec<SocketAddr>,
    /// Kept for its end.
    _process: Process,
}

/// A list of hosts.
#[derive(Clone, Debug)]
pub struct HostList {
    /// As main.cf has it.
    pub text: String,
    /// Whether a domain in it is one for the hosts below.
    pub with_subdomains: bool,
}

impl PostfixLists {
    /// Starts an instance with all of its files below `dir`.
    ///
    /// # Errors
    ///
    /// [`Error::Silent`] shows the end of the log.
    pub fn start(installed: &Installed, dir: &Path, lists: &[HostList]) -> Result<Self, Error> {
        if !program::is_root() {
            return Err(Error::NotRoot);
        }
        let mut services = String::new();
        let mut addresses = Vec::new();
        for list in lists {
            let address = port::free();
            let parents = if list.with_subdomains { "mynetworks" } else { "" };
            writeln!(
                services,
                "{address} inet n - n - 10 smtpd\n  -o {{ mynetworks = {} }}\n  \
                 -o {{ parent_domain_matches_subdomains = {parents} }}\n  \
                 -o inet_protocols=all",
                list.text
            )
            .expect("a String takes all");
            addresses.push(address);
        }
        let process = postfix_instance::start(installed, dir, MAIN, &services)?;
        for address in &addresses {
            process.wait_until("Postfix", || port::is_open(*address))?;
        }
        Ok(Self { addresses, _process: process })
    }

    /// Whether a host is in the list of that number; `None` if Postfix cannot tell.
    ///
    /// # Errors
    ///
    /// [`Error::Submission`] with a reply that is none to this question.
    pub fn has_host(
        &self,
        list: usize,
        name: &str,
        address: IpAddr,
    ) -> Result<Option<bool>, Error> {
        let address = match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("IPV6:{address}"),
        };
        let reply = ask(self.addresses[list], name, &address);
        let reply = reply.map_err(|source| Error::program("smtpd", source))?;
        match reply.get(..3) {
            Some("250") => Ok(Some(true)),
            Some("554") => Ok(Some(false)),
            Some("451") => Ok(None),
            _ => Err(Error::Submission(reply)),
        }
    }
}

/// What a recipient gets who is only for hosts in the list.
fn ask(server: SocketAddr, name: &str, address: &str) -> std::io::Result<String> {
    let mut talk = Conversation::open(server, "client.example")?;
    talk.command(&format!("XCLIENT NAME={name} ADDR={address}"))?;
    talk.command("EHLO client.example")?;
    talk.command("MAIL FROM:<>")?;
    talk.command("RCPT TO:<r@other.example>")
}

const MAIN: &str = "\
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions =
smtpd_delay_reject = no
";
