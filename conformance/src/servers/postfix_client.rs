//! Postfix as a client: its smtp(8) and lmtp(8) deliver to servers of ours.
//!
//! Every route is a next hop of one instance, and a transport, which routes with the same parameters
//! share. A message takes the one that it names in EHLO when it is submitted, by a FILTER action:
//! envelope and content need no mark. The instance
//! - delivers at once, and never again what was deferred;
//! - does not take a server that failed for dead, so that messages do not affect one another;
//! - discards what it writes itself, such as bounces;
//! - delivers content as submitted, without a Received: field, and to the addresses submitted.
//!
//! What remains is qmgr(8)'s: recipients travel by up to 50 at once, and sorted, by domain first,
//! then by address, whatever the case of letters; a script for a server should name them so.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::conversation::Conversation;
use super::process::{self, Process};
use super::{Error, Installed, NameServers, Outcome, log, port, postfix_instance, program};

/// An instance of Postfix that sends, stopped on drop.
#[derive(Debug)]
pub struct PostfixClient {
    /// Where messages are submitted.
    address: SocketAddr,
    dir: PathBuf,
    process: Process,
}

impl PostfixClient {
    /// Starts an instance with all of its files below `dir`.
    ///
    /// # Errors
    ///
    /// [`Error::Silent`] shows the end of the log, as does a route that master(8) cannot read.
    pub fn start(installed: &Installed, dir: &Path, routes: &[Route]) -> Result<Self, Error> {
        Self::start_with(None, installed, dir, routes)
    }

    /// Starts an instance whose resolver is that of name servers on port 53. Routes have to say
    /// that it is asked: `disable_dns_lookups` and `smtp_host_lookup`.
    ///
    /// # Errors
    ///
    /// As [`Self::start`].
    pub fn start_among(
        name_servers: &NameServers,
        installed: &Installed,
        dir: &Path,
        routes: &[Route],
    ) -> Result<Self, Error> {
        Self::start_with(Some(name_servers), installed, dir, routes)
    }

    fn start_with(
        name_servers: Option<&NameServers>,
        installed: &Installed,
        dir: &Path,
        routes: &[Route],
    ) -> Result<Self, Error> {
        if !program::is_root() {
            return Err(Error::NotRoot);
        }
        let dir = &std::path::absolute(dir).map_err(|source| Error::file(dir, source))?;
        let address = port::free();
        let mut table = String::new();
        let mut services = format!("{address} inet n - n - 1000 smtpd\n");
        let mut transports: Vec<&Route> = Vec::new();
        for route in routes {
            let known = transports.iter().find(|transport| transport.is_alike(route));
            let transport = known.copied().unwrap_or_else(|| {
                services += &route.service();
                transports.push(route);
                route
            });
            writeln!(table, "{} FILTER {}:{}", route.name, transport.name, route.next_hop)
                .expect("a String takes all");
        }
        let place = dir.display();
        let helo =
            format!("smtpd_helo_restrictions =\n check_helo_access texthash:{place}/routes\n");
        let routes = dir.join("routes");
        fs::create_dir_all(dir)
            .and_then(|()| fs::write(&routes, table))
            .map_err(|source| Error::file(&routes, source))?;
        let main = [MAIN, &helo].concat();
        let process =
            postfix_instance::start_among(name_servers, installed, dir, &main, &services)?;
        process.wait_until("Postfix", || port::greets(address))?;
        Ok(Self { address, dir: dir.to_owned(), process })
    }

    /// Hands over a message, which is on its way when this returns.
    ///
    /// # Errors
    ///
    /// [`Error::Submission`] with the reply if a part of it was refused.
    pub fn submit(&self, submission: &Submission<'_>) -> Result<QueueId, Error> {
        let reply = submission.say(self.address).map_err(|error| match error {
            Refusal::Connection(source) => Error::program("smtpd", source),
            Refusal::Reply(reply) => Error::Submission(reply),
        })?;
        let id = reply.rsplit_once("queued as ").map(|(_, id)| id.to_owned());
        id.map(QueueId).ok_or(Error::Submission(reply))
    }

    /// What was logged about a message's recipients so far.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the log cannot be read.
    pub fn outcomes(&self, message: &QueueId) -> Result<Vec<Outcome>, Error> {
        let path = postfix_instance::maillog(&self.dir);
        let log = process::read_if_there(&path)?.unwrap_or_default();
        Ok(log::outcomes(&String::from_utf8_lossy(&log), &message.0))
    }

    /// A message's outcomes, as soon as there are `n`.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there are fewer after `timeout`.
    pub fn wait_for(
        &self,
        message: &QueueId,
        n: usize,
        timeout: Duration,
    ) -> Result<Vec<Outcome>, Error> {
        process::wait_for(n, timeout, || self.outcomes(message))
    }

    /// Which connections failed before a message's first outcome: `connect to ...`, in order.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the log cannot be read.
    pub fn failed_connections(&self, message: &QueueId) -> Result<Vec<String>, Error> {
        let path = postfix_instance::maillog(&self.dir);
        let log = process::read_if_there(&path)?.unwrap_or_default();
        Ok(log::failed_connections(&String::from_utf8_lossy(&log), &message.0))
    }

    /// The lines of its log that contain a text, as soon as there are `n`.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there are fewer after `timeout`.
    pub fn log_lines(&self, text: &str, n: usize, timeout: Duration) -> Result<Vec<String>, Error> {
        log::wait_for_lines(&postfix_instance::maillog(&self.dir), text, n, timeout)
    }

    /// The ids of its processes.
    pub fn processes(&self) -> Vec<u32> {
        self.process.family()
    }
}

/// A transport and where it leads.
#[derive(Clone, Debug)]
pub struct Route {
    /// In lower case letters, digits and hyphens, and no service of Postfix's own.
    pub name: String,
    /// Which protocol to speak.
    pub protocol: Protocol,
    /// Where it leads, as transport(5) has it; if it is empty, to the recipient's domain.
    pub next_hop: String,
    /// Parameters of this transport alone: name and value.
    pub parameters: Vec<(String, String)>,
}

impl Route {
    /// The next hop that is these servers, to be tried in this order; IPv4 only.
    pub fn next_hop(servers: &[SocketAddr]) -> String {
        let hosts = servers.iter().map(|server| format!("[{}]:{}", server.ip(), server.port()));
        hosts.collect::<Vec<_>>().join(",")
    }

    /// Whether another may take the same transport.
    fn is_alike(&self, other: &Self) -> bool {
        self.protocol == other.protocol && self.parameters == other.parameters
    }

    /// The transport's lines in master.cf.
    fn service(&self) -> String {
        let agent = match self.protocol {
            Protocol::Smtp => "smtp",
            Protocol::Lmtp => "lmtp",
        };
        let mut lines = format!("{} unix - - n - - {agent}\n", self.name);
        for (name, value) in &self.parameters {
            // The braces allow for blanks in the value.
            writeln!(lines, "  -o {{ {name} = {value} }}").expect("a String takes all");
        }
        lines
    }
}

/// What a delivery agent speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protocol {
    /// RFC 5321.
    Smtp,
    /// RFC 2033.
    Lmtp,
}

/// A message to be sent along a route.
#[derive(Clone, Copy, Debug)]
pub struct Submission<'a> {
    /// The name of the route.
    pub route: &'a str,
    /// The reverse-path without angle brackets, empty for the null one.
    pub sender: &'a str,
    /// Parameters of MAIL, such as `BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x`.
    pub parameters: &'a str,
    /// Forward-paths without angle brackets, each with its parameters of RCPT.
    pub recipients: &'a [(&'a str, &'a str)],
    /// Lines that end in CRLF, with a header.
    pub content: &'a [u8],
}

impl Submission<'_> {
    fn say(&self, address: SocketAddr) -> Result<String, Refusal> {
        let mut talk = Conversation::open(address, self.route)?;
        let mail = format!("MAIL FROM:<{}> {}", self.sender, self.parameters);
        positive(talk.command(mail.trim_end())?)?;
        for (recipient, parameters) in self.recipients {
            let rcpt = format!("RCPT TO:<{recipient}> {parameters}");
            positive(talk.command(rcpt.trim_end())?)?;
        }
        positive(talk.command("DATA")?)?;
        let accepted = positive(talk.content(self.content)?)?;
        talk.command("QUIT")?;
        Ok(accepted)
    }
}

/// Names a submitted message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct QueueId(String);

/// Why a submission did not succeed.
enum Refusal {
    Connection(io::Error),
    Reply(String),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self::Connection(error)
    }
}

fn positive(reply: String) -> Result<String, Refusal> {
    if reply.starts_with(['2', '3']) { Ok(reply) } else { Err(Refusal::Reply(reply)) }
}

const MAIN: &str = r"
myhostname = client.test.example
smtpd_relay_restrictions = permit_inet_interfaces, reject
smtpd_recipient_restrictions =
message_size_limit = 0
allow_min_user = yes
allow_percent_hack = no
swap_bangpath = no
header_checks = regexp:{{/^Received: .*by client[.]test[.]example [(]Postfix[)] with / IGNORE}}
disable_dns_lookups = yes
smtp_host_lookup = native
lmtp_host_lookup = native
smtp_tls_security_level = none
lmtp_tls_security_level = none
queue_run_delay = 1h
minimal_backoff_time = 1h
maximal_backoff_time = 10h
default_destination_concurrency_failed_cohort_limit = 1000000
notify_classes =
";
