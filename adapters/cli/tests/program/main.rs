//! The program as its users meet it: command lines, output, exit status.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod auth;
mod bad_destinations;
mod bad_input;
mod bad_security;
mod config;
mod conversations;
mod demo;
mod domains;
mod help;
mod next_hops;
mod outcomes;
mod parameters;
mod program;
mod record;
mod route;
mod send;
mod sink;
mod site;
mod tls;
