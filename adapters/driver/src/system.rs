//! What the machine knows by itself.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::sync::Arc;

use envoi_dns::{Hosts, ResolvConf, Services};

/// What routing asks of the machine, read once: a process that changes its root folder afterwards
/// goes on with it.
#[derive(Clone, Debug, Default)]
pub struct System {
    /// hosts(5).
    pub hosts: Arc<Hosts>,
    /// services(5).
    pub services: Arc<Services>,
    /// The addresses of its interfaces, sorted (`inet_interfaces = all`).
    pub addresses: Vec<IpAddr>,
}

impl System {
    /// Reads `/etc/hosts` and `/etc/services`, each of which may be missing, and asks for the
    /// interfaces.
    ///
    /// # Errors
    /// If a file is there and cannot be read, or the system does not tell its interfaces.
    pub fn read() -> io::Result<Self> {
        Ok(Self {
            hosts: Hosts::parse(&read("/etc/hosts")?).into(),
            services: Services::parse(&read("/etc/services")?).into(),
            addresses: addresses()?,
        })
    }
}

/// Reads `/etc/resolv.conf`: which name servers the system asks, and how it completes names.
///
/// # Errors
/// If it is there and cannot be read.
pub fn resolv_conf() -> io::Result<ResolvConf> {
    let (config, bad) = ResolvConf::parse(&read(RESOLV_CONF)?);
    for line in bad {
        tracing::warn!("{RESOLV_CONF}: {line}");
    }
    Ok(config)
}

/// The addresses of all interfaces that are up, sorted.
fn addresses() -> io::Result<Vec<IpAddr>> {
    // getifaddrs(3), which the standard library does not have.
    let interfaces = if_addrs::get_if_addrs()?;
    let mut addresses: Vec<_> = interfaces.iter().map(if_addrs::Interface::ip).collect();
    addresses.sort();
    addresses.dedup();
    Ok(addresses)
}

/// The text of a file, which is empty if there is none. Bytes that are no text spoil their word.
fn read(path: &str) -> io::Result<String> {
    match fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(io::Error::new(error.kind(), format!("{path}: {error}"))),
    }
}

/// Where resolv.conf(5) is.
const RESOLV_CONF: &str = "/etc/resolv.conf";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_one_of_our_addresses() {
        let found = addresses().unwrap();
        assert!(found.contains(&IpAddr::from([127, 0, 0, 1])), "{found:?}");
        assert!(found.is_sorted());
    }

    #[test]
    fn a_missing_file_is_empty_and_another_trouble_is_told() {
        assert_eq!(read("/nonexistent").unwrap(), "");
        let error = read("/etc").unwrap_err().to_string();
        assert!(error.starts_with("/etc: "), "{error}");
    }
}
