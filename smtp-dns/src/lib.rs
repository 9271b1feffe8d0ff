//! From a mail destination to an ordered list of hosts, as state machines.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod answer;
mod cache;
mod destination;
mod excerpt;
mod hosts;
mod message;
mod name;
mod query;
mod resolv_conf;
mod service;
mod stub;
mod time;

pub use answer::{Answer, Lack, Mx, Records, Srv, Tlsa};
pub use cache::{Asked, Cache, Limits};
pub use destination::{BadDestination, Destination, DestinationFlaw, Service, Syntax, Target};
pub use hosts::Hosts;
pub use name::{BadName, Name, NameFlaw};
pub use query::{Kind, Query};
pub use resolv_conf::{BadLine, LineFlaw, ResolvConf};
pub use service::Services;
pub use stub::{Action, Completion, SocketId, Stub};
pub use time::Instant;
