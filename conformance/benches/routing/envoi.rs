//! Envoi, on tokio and on blocking sockets.

use std::io;
use std::sync::{Arc, Barrier};
use std::thread;

use conformance::servers::{MANY_DOMAINS, one_of_many};
use envoi_blocking::Blocking;
use envoi_driver::dns::{Destination, Limits, ResolvConf, Rules, Services, Syntax};
use envoi_driver::{Network, Runtime, StubResolver};
use envoi_tokio::Tokio;
use futures_lite::future::block_on;

use crate::case::Memory;
use crate::job::Job;
use crate::processes::elapsed::{Elapsed, Stopwatch};
use crate::processes::tasks;

/// Does the job on tokio.
pub(crate) fn on_tokio(job: Job) -> io::Result<Elapsed> {
    tasks::run(async {
        let seeker = Arc::new(Seeker::new(Tokio::default(), job)?);
        seeker.remember().await?;
        let tasks = (0..seeker.job.case.at_once).map(|_| {
            let seeker = Arc::clone(&seeker);
            async move { seeker.seek_all().await }
        });
        tasks::time(tasks.collect()).await
    })
}

/// Does the job on a thread for each route at a time.
pub(crate) fn on_blocking(job: Job) -> io::Result<Elapsed> {
    let seeker = Seeker::new(Blocking::default(), job)?;
    block_on(seeker.remember())?;
    if seeker.job.case.at_once == 1 {
        let stopwatch = Stopwatch::start()?;
        block_on(seeker.seek_all())?;
        return Ok(stopwatch.stop());
    }
    let start = Barrier::new(seeker.job.case.at_once + 1);
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for _ in 0..seeker.job.case.at_once {
            threads.push(scope.spawn(|| {
                start.wait();
                block_on(seeker.seek_all())
            }));
        }
        let stopwatch = Stopwatch::start()?;
        start.wait();
        for thread in threads {
            thread.join().expect("a seeker panicked")?;
        }
        Ok(stopwatch.stop())
    })
}

/// A network, and where to find the way in it.
struct Seeker<R: Runtime> {
    network: Network<R>,
    rules: Arc<Rules>,
    domains: Vec<Destination>,
    job: Job,
}

impl<R: Runtime> Seeker<R> {
    fn new(runtime: R, job: Job) -> io::Result<Self> {
        let limits = match job.case.memory {
            Memory::Nothing => Limits { entries: 0, ..Limits::default() },
            Memory::All => Limits::default(),
        };
        let resolver = StubResolver::new(runtime.clone(), ResolvConf::of([job.server]), limits)?;
        let domains = (0..MANY_DOMAINS).map(domain).collect();
        let network = Network { runtime, resolver, hosts: Arc::default() };
        Ok(Self { network, rules: Arc::default(), domains, job })
    }

    /// Finds every way once, if that is of use.
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
        let mut route = self.network.route(&self.domains[number], self.rules.clone()).await;
        match (route.poll_host(), route.poll_host()) {
            (Some(_), None) => Ok(()),
            _ => Err(io::Error::other(format!("domain {number}: {:?}", route.failure()))),
        }
    }
}

fn domain(number: usize) -> Destination {
    let domain = Destination::parse(&one_of_many(number), Syntax::Smtp, &Services::default());
    domain.expect("it is a domain")
}
