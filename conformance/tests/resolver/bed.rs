//! What all tests have in common.

use std::future::poll_fn;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use envoi_driver::dns::{Answer, Hosts, Kind, Limits, Query, Records, ResolvConf};
use envoi_driver::{Network, Runtime, StubResolver};

use crate::server::{Record, Reply};

/// Runs a test on tokio.
pub(crate) fn tokio(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test);
}

/// A resolver that asks these servers, twice, each for `timeout` at first.
pub(crate) fn resolver<R: Runtime>(
    runtime: R,
    servers: &[SocketAddr],
    timeout: Duration,
) -> StubResolver<R> {
    StubResolver::new(runtime, config(servers, timeout, 2), Limits::default()).unwrap()
}

pub(crate) fn config(servers: &[SocketAddr], timeout: Duration, attempts: usize) -> ResolvConf {
    let (config, _) = ResolvConf::parse("");
    ResolvConf { servers: servers.to_vec(), timeout, attempts, ..config }
}

pub(crate) fn network<R: Runtime>(runtime: R, server: SocketAddr) -> Network<R> {
    let resolver = resolver(runtime.clone(), &[server], LONG);
    Network { runtime, resolver, hosts: Arc::new(Hosts::default()) }
}

pub(crate) fn query(name: &str, kind: Kind) -> Query {
    Query { name: name.parse().unwrap(), kind }
}

/// An A record, for whatever is asked.
pub(crate) fn one() -> Reply {
    Reply::Records(vec![Record::A([192, 0, 2, 1].into())])
}

/// Whether an answer is that record.
pub(crate) fn is_one(answer: &Arc<Answer>) -> bool {
    matches!(&answer.records, Ok(Records::A(found)) if found[..] == [Ipv4Addr::new(192, 0, 2, 1)])
}

/// The outputs of futures, which are polled together.
pub(crate) async fn all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(|cx| {
        let mut is_over = true;
        for (future, output) in futures.iter_mut().filter(|(_, output)| output.is_none()) {
            match future.as_mut().poll(cx) {
                Poll::Ready(value) => *output = Some(value),
                Poll::Pending => is_over = false,
            }
        }
        if is_over { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    futures.into_iter().filter_map(|(_, output)| output).collect()
}

/// Polls once, and says if that was enough.
pub(crate) fn poll_once<F: Future>(future: Pin<&mut F>) -> bool {
    future.poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

/// Longer than any test takes.
pub(crate) const LONG: Duration = Duration::from_secs(20);
