//! From a mail destination to an ordered list of hosts, as state machines.
//!
//! A [`Route`] asks questions of the DNS and says which hosts take the mail, in which order. A
//! [`Stub`] turns questions into messages to name servers, and what comes back into answers. A
//! [`Cache`] keeps answers for as long as they hold. They know nothing of each other, so that any
//! resolver can serve a route, and none of them has a socket, a clock or randomness: bytes, the
//! time and seeds are given to them. The crate is `no_std` and needs `alloc`. Whoever wants to find
//! hosts and has a runtime uses `Network` and `StubResolver` of `envoi-driver`.
//!
//! # A route
//!
//! Ask what it asks, as long as it asks, and tell the answers in any order. Hosts come out as soon
//! as nothing unknown can come before them. Here the DNS is a function:
//!
//! ```
//! use std::sync::Arc;
//!
//! use envoi_dns::{Answer, Kind, Lack, Mx, Query, Question, Records, Route, Rules};
//!
//! fn look_up(query: &Query) -> Answer {
//!     let mx = |preference, name: &str| Mx { preference, exchange: name.parse().ok() };
//!     let records = match (query.name.as_str(), query.kind) {
//!         ("example.com", Kind::Mx) => {
//!             Ok(Records::Mx([mx(20, "b.example.com"), mx(10, "a.example.com")].into_iter().collect()))
//!         }
//!         ("a.example.com", Kind::A) => {
//!             Ok(Records::A([[192, 0, 2, 1].into()].into_iter().collect()))
//!         }
//!         ("b.example.com", Kind::A) => {
//!             Ok(Records::A([[192, 0, 2, 2].into()].into_iter().collect()))
//!         }
//!         _ => Err(Lack::NoData),
//!     };
//!     Answer { records, canonical: None, ttl: 300, is_secure: false }
//! }
//!
//! let mut route = Route::new(&"example.com".parse()?, Arc::new(Rules::default()), 1);
//! while let Some(question) = route.poll_question() {
//!     match question {
//!         Question::Dns(query) => route.handle_answer(&query, Arc::new(look_up(&query))),
//!         // Only where the rules ask the system instead of the DNS.
//!         Question::Native(name) => route.handle_native(&name, Ok(Vec::new())),
//!     }
//! }
//!
//! let hosts: Vec<_> = std::iter::from_fn(|| route.poll_host()).collect();
//! let names: Vec<_> = hosts.iter().map(|host| (host.preference, &*host.name)).collect();
//! assert_eq!(names, [(Some(10), "a.example.com"), (Some(20), "b.example.com")]);
//! assert!(route.is_complete() && route.failure().is_none());
//! # Ok::<(), envoi_dns::BadDestination>(())
//! ```
//!
//! # A resolver
//!
//! [`Stub::ask`] what is wanted, do what [`Stub::poll_action`] says until it is silent, and wait
//! for any of the sockets or for [`Stub::poll_timeout`]. Each question ends with exactly one
//! [`Stub::poll_answer`]; that nobody answered is an answer too ([`Lack::TryAgain`]).
//!
//! ```
//! use std::net::UdpSocket;
//! use std::sync::Arc;
//!
//! use envoi_dns::{Action, Instant, Kind, Query, Records, ResolvConf, Stub};
//!
//! let server = envoi_sink::NameServer::start("mx.example A 192.0.2.1".parse()?)?;
//! let seed = [7; 32]; // thirty-two bytes that nobody can foresee
//! let mut stub = Stub::new(Arc::new(ResolvConf::of([server.address()])), seed);
//! let began = std::time::Instant::now();
//! let now = || Instant::from_origin(began.elapsed());
//!
//! stub.ask(Query { name: "mx.example".parse()?, kind: Kind::A }, now());
//! let mut open = None;
//! let answer = loop {
//!     while let Some(action) = stub.poll_action() {
//!         match action {
//!             Action::OpenDatagram { socket, server } => {
//!                 let udp = UdpSocket::bind("127.0.0.1:0")?;
//!                 udp.connect(server)?;
//!                 open = Some((socket, udp));
//!             }
//!             Action::Send { bytes, .. } => {
//!                 open.as_ref().expect("it was opened").1.send(&bytes)?;
//!             }
//!             // An answer that does not fit in a datagram would come by a stream.
//!             Action::OpenStream { .. } | Action::Close { .. } => open = None,
//!         }
//!     }
//!     if let Some((_, answer)) = stub.poll_answer() {
//!         break answer;
//!     }
//!     let (socket, udp) = open.as_ref().expect("a question is under way");
//!     udp.set_read_timeout(stub.poll_timeout().map(|at| at.since(now())))?;
//!     let mut space = [0; 1232];
//!     match udp.recv(&mut space) {
//!         Ok(read) => stub.handle_input(*socket, &space[..read], now()),
//!         Err(_) => stub.handle_timeout(now()),
//!     }
//! };
//! assert_eq!(answer.records, Ok(Records::A([[192, 0, 2, 1].into()].into_iter().collect())));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it holds to
//!
//! - It never panics on what comes from outside, and bounds what it keeps: questions, sockets,
//!   wrong answers, records, aliases, hosts, entries and bytes of the cache.
//! - The same calls give the same results: no order of a hash map decides anything.
//! - Names are in lower case. What is no name of a host never becomes one.
//! - RFC 1035, 2181, 2308, 2782, 5321 5.1, 5452, 6891, 7505, 7766; where they leave room, hosts,
//!   order, codes and words are those of Postfix.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod answer;
mod cache;
mod destination;
mod excerpt;
mod failure;
mod host;
mod hosts;
mod message;
mod name;
mod presentation;
mod query;
mod resolv_conf;
mod route;
mod rules;
mod search;
mod service;
mod stub;
mod time;

pub use answer::{Answer, Lack, Mx, Records, Srv, Tlsa};
pub use cache::{Asked, Cache, Limits};
pub use destination::{BadDestination, Destination, DestinationFlaw, Service, Syntax, Target};
pub use failure::Failure;
pub use host::{Address, Host, LeftOut, Omission};
pub use hosts::Hosts;
pub use name::{BadName, Name, NameFlaw};
pub use query::{Kind, Query};
pub use resolv_conf::{BadLine, LineFlaw, ResolvConf};
pub use route::{NativeLack, Question, Route};
pub use rules::{Families, Family, HostLookup, Rules};
pub use search::Search;
pub use service::Services;
pub use stub::{Action, Completion, SocketId, Stub};
pub use time::Instant;
