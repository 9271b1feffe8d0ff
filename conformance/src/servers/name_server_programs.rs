//! Programs that name servers take, as Debian has them.

use std::path::Path;

use super::Error;
use super::apt::Apt;
use super::unpacked::{Bundle, Unpacked};

/// Where the programs are; none of them is installed on the system.
#[derive(Clone, Debug)]
pub struct NameServerPrograms {
    /// nsd(8), the authoritative server.
    pub(super) nsd: Bundle,
    /// unbound(8), the validating resolver.
    pub(super) unbound: Bundle,
    /// ldns-keygen(1).
    pub(super) keygen: Bundle,
    /// ldns-signzone(1).
    pub(super) signzone: Bundle,
}

impl NameServerPrograms {
    /// Finds the programs, and unpacks what is missing; `report` hears what is done, line by line.
    ///
    /// `cache` outlives the run: what was unpacked there is found again.
    ///
    /// # Errors
    ///
    /// [`Error::Package`] names what cannot be had, and says what to do by hand.
    pub fn install(cache: &Path, report: &mut dyn FnMut(&str)) -> Result<Self, Error> {
        let cache = std::path::absolute(cache).map_err(|source| Error::file(cache, source))?;
        let mut apt = Apt::new();
        let mut bundle = |unpacked: Unpacked| unpacked.bundle(&cache, &mut apt, report);
        Ok(Self {
            nsd: bundle(NSD)?,
            unbound: bundle(UNBOUND)?,
            keygen: bundle(KEYGEN)?,
            signzone: bundle(SIGNZONE)?,
        })
    }
}

const NSD: Unpacked = Unpacked { package: "nsd", program: "usr/sbin/nsd" };
const UNBOUND: Unpacked = Unpacked { package: "unbound", program: "usr/sbin/unbound" };
const KEYGEN: Unpacked = Unpacked { package: "ldnsutils", program: "usr/bin/ldns-keygen" };
const SIGNZONE: Unpacked = Unpacked { package: "ldnsutils", program: "usr/bin/ldns-signzone" };
