//! hickory-resolver, as a mail client would use it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use conformance::servers::{MANY_DOMAINS, one_of_many};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData};

use crate::case::Memory;
use crate::job::Job;
use crate::processes::elapsed::Elapsed;
use crate::processes::tasks;

/// Does the job.
pub(crate) fn run(job: Job) -> io::Result<Elapsed> {
    tasks::run(async {
        let seeker = Arc::new(Seeker::new(job).map_err(io::Error::other)?);
        seeker.remember().await?;
        let tasks = (0..seeker.job.case.at_once).map(|_| {
            let seeker = Arc::clone(&seeker);
            async move { seeker.seek_all().await }
        });
        tasks::time(tasks.collect()).await
    })
}

/// A resolver, and what it is to be asked for.
struct Seeker {
    resolver: TokioResolver,
    domains: Vec<Name>,
    job: Job,
}

impl Seeker {
    fn new(job: Job) -> Result<Self, NetError> {
        let config = config(job.server);
        let provider = TokioRuntimeProvider::default();
        let mut builder = TokioResolver::builder_with_config(config, provider);
        *builder.options_mut() = options(job.case.memory);
        let domains = (0..MANY_DOMAINS).map(domain).collect();
        Ok(Self { resolver: builder.build()?, domains, job })
    }

    /// Asks for everything once, if that is of use.
    async fn remember(&self) -> io::Result<()> {
        match self.job.case.memory {
            Memory::Nothing => Ok(()),
            Memory::All => {
                for number in 0..MANY_DOMAINS {
                    self.seek(number).await?;
                }
                Ok(())
            }
        }
    }

    async fn seek_all(&self) -> io::Result<()> {
        while let Some(number) = self.job.take() {
            self.seek(number).await?;
        }
        Ok(())
    }

    async fn seek(&self, number: usize) -> io::Result<()> {
        match self.route(&self.domains[number]).await {
            Ok(hosts) if hosts.len() == 1 => Ok(()),
            found => Err(io::Error::other(format!("domain {number}: {found:?}"))),
        }
    }

    /// The addresses of the exchangers of a domain, the best first. Here nobody has several.
    async fn route(&self, domain: &Name) -> Result<Vec<(u16, Name, IpAddr)>, NetError> {
        let answer = self.resolver.mx_lookup(domain.clone()).await?;
        let mut hosts = Vec::new();
        for record in answer.answers() {
            let RData::MX(mx) = &record.data else { continue };
            for address in self.resolver.lookup_ip(mx.exchange.clone()).await?.iter() {
                hosts.push((mx.preference, mx.exchange.clone(), address));
            }
        }
        hosts.sort_by_key(|(preference, _, _)| *preference);
        Ok(hosts)
    }
}

fn config(server: SocketAddr) -> ResolverConfig {
    let mut udp = ConnectionConfig::udp();
    udp.port = server.port();
    let server = NameServerConfig::new(server.ip(), true, vec![udp]);
    ResolverConfig::from_name_servers(vec![server])
}

/// The defaults, but for the families that a mail client wants, both at once.
fn options(memory: Memory) -> ResolverOpts {
    let mut options = ResolverOpts::default();
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    options.cache_size = match memory {
        Memory::Nothing => 0,
        Memory::All => CACHE_SIZE,
    };
    options
}

fn domain(number: usize) -> Name {
    let mut name = Name::from_ascii(one_of_many(number)).expect("it is a name");
    // No other name is tried in its place.
    name.set_fqdn(true);
    name
}

/// Room for all answers, and more.
const CACHE_SIZE: u64 = 100_000;
