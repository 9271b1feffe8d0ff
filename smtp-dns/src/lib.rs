//! From a mail destination to an ordered list of hosts, as state machines.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod destination;
mod excerpt;
mod hosts;
mod name;
mod resolv_conf;
mod service;

pub use destination::{BadDestination, Destination, DestinationFlaw, Service, Syntax, Target};
pub use hosts::Hosts;
pub use name::{BadName, Name, NameFlaw};
pub use resolv_conf::{BadLine, LineFlaw, ResolvConf};
pub use service::Services;
