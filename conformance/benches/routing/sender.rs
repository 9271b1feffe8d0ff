//! A resolver as a process of its own, so that its CPU time is its own.

use std::error::Error;
use std::io;
use std::net::SocketAddr;

use crate::case::{Case, Memory};
use crate::job::Job;
use crate::kind::Kind;
use crate::processes::elapsed::Elapsed;
use crate::processes::role::{Role, end_in_time};
use crate::{envoi, hickory};

/// The word that makes this program a resolver.
pub(crate) const ROLE: &str = "resolver";

/// Has a resolver find routes.
pub(crate) fn run(
    kind: Kind,
    case: Case,
    routes: usize,
    server: SocketAddr,
) -> io::Result<Elapsed> {
    let (server, at_once) = (server.to_string(), case.at_once.to_string());
    let routes = routes.to_string();
    let words = [ROLE, kind.name(), &server, case.memory.name(), &at_once, &routes];
    let blame = |error| io::Error::other(format!("{}: {case}: {error}", kind.name()));
    Role::launch(words).and_then(Role::run).map_err(blame)
}

/// Is that process: finds routes and returns its figures.
pub(crate) fn serve(mut words: impl Iterator<Item = String>) -> Result<Elapsed, Box<dyn Error>> {
    let mut word = || words.next().ok_or("a resolver needs more words");
    let kind = Kind::from_name(&word()?).ok_or("no such resolver")?;
    let server = word()?.parse()?;
    let memory = Memory::from_name(&word()?).ok_or("no such case")?;
    let (at_once, routes) = (word()?.parse()?, word()?.parse()?);
    let job = Job::new(server, Case { memory, at_once }, routes);
    end_in_time();
    Ok(match kind {
        Kind::EnvoiTokio => envoi::on_tokio(job),
        Kind::EnvoiBlocking => envoi::on_blocking(job),
        Kind::Hickory => hickory::run(job),
    }?)
}
