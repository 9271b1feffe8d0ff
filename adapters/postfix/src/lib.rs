//! Postfix's configuration for the delivery client: main.cf, and the lookup tables that it names.

pub mod agent;
mod elsewhere;
pub mod filters;
pub mod log;
pub mod main_cf;
pub mod notice;
pub mod rewriting;
pub mod servers;
pub mod setup;
pub mod table;
pub mod tls_policy;
