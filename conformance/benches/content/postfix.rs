//! Postfix's own converter, in smtp(8).

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

use conformance::servers::{PostfixClient, Protocol, Route, SmtpSink, Submission, install};
use tempfile::TempDir;

/// An instance that delivers to a sink with 8BITMIME and to one without.
pub(crate) struct Postfix {
    client: PostfixClient,
    _sinks: [SmtpSink; 2],
    _dir: TempDir,
}

impl Postfix {
    /// Starts them; `cache` is where programs are unpacked.
    pub(crate) fn start(cache: &Path) -> Result<Self, Box<dyn Error>> {
        let installed = install(&cache.join("servers"), &mut |line| eprintln!("{line}"))?;
        let dir = TempDir::new()?;
        let folder = |name| {
            let folder = dir.path().join(name);
            fs::create_dir_all(&folder).map(|()| folder)
        };
        let plain = SmtpSink::start(&installed, &folder(PLAIN)?, &[])?;
        let converted = SmtpSink::start(&installed, &folder(CONVERTED)?, &["-8"])?;
        let route = |name: &str, sink: &SmtpSink| Route {
            name: name.to_owned(),
            protocol: Protocol::Smtp,
            next_hop: Route::next_hop(&[sink.address()]),
            parameters: Vec::new(),
        };
        let routes = [route(PLAIN, &plain), route(CONVERTED, &converted)];
        let client = PostfixClient::start(&installed, &folder("postfix")?, &routes)?;
        Ok(Self { client, _sinks: [plain, converted], _dir: dir })
    }

    /// Bytes per second of CPU that conversion takes beyond delivery; none if it takes too little.
    pub(crate) fn rate(&self, content: &[u8]) -> Result<Option<f64>, Box<dyn Error>> {
        let plain = self.cost(PLAIN, content)?;
        let converted = self.cost(CONVERTED, content)?;
        let seconds = converted.saturating_sub(plain).as_secs_f64();
        let bytes = (content.len() * MESSAGES) as f64;
        Ok((seconds > 0.0).then_some(bytes / seconds))
    }

    /// CPU time of delivering it some times.
    fn cost(&self, route: &str, content: &[u8]) -> Result<Duration, Box<dyn Error>> {
        let before = self.cpu();
        for _ in 0..MESSAGES {
            let message = self.client.submit(&Submission {
                route,
                sender: "ann@client.example",
                parameters: "BODY=8BITMIME",
                recipients: &[("bob@mx.example", "")],
                content,
            })?;
            self.client.wait_for(&message, 1, Duration::from_secs(60))?;
        }
        Ok(self.cpu().saturating_sub(before))
    }

    /// CPU time of all smtp(8) that run: none of them ends while it is measured.
    fn cpu(&self) -> Duration {
        let ticks: u64 = self.client.processes().into_iter().filter_map(ticks).sum();
        Duration::from_millis(ticks * 10)
    }
}

/// User and system time of a process, if it is an smtp(8), in hundredths of a second.
fn ticks(process: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
    let fields: Vec<u64> =
        rest.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    (name == "smtp").then(|| fields.iter().sum())
}

/// How often a message is delivered for one figure.
const MESSAGES: usize = 16;

const PLAIN: &str = "plain";
const CONVERTED: &str = "converted";
