//! OpenSSL's `s_server`: TLS as a library has it that is not ours, with a few words of SMTP.
//!
//! It has no STARTTLS. What it says after the handshake comes to its stdin, and what the client
//! says is on its stdout, among what it tells of the handshake.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::process::Process;
use super::security::{AUTHORITIES, CHAIN, KEY};
use super::{Error, Installed, ServerTls, log, port};

/// A server of implicit TLS that takes one connection after another; stopped on drop.
#[derive(Debug)]
pub struct OpensslServer {
    address: SocketAddr,
    log: PathBuf,
    is_over: Arc<AtomicBool>,
    mouth: Option<JoinHandle<()>>,
    _process: Process,
}

impl OpensslServer {
    /// Starts it on a free port of loopback, with options of s_server(1) besides. Of `tls` only
    /// the files count.
    ///
    /// # Errors
    ///
    /// [`Error::Silent`] shows the end of its log.
    pub fn start(
        installed: &Installed,
        dir: &Path,
        tls: &ServerTls,
        options: &[&str],
    ) -> Result<Self, Error> {
        tls.write(dir, None)?;
        let (address, log) = (port::free(), dir.join("openssl.log"));
        let mut openssl = Command::new(&installed.openssl);
        openssl.args(["s_server", "-crlf", "-accept", &address.to_string(), "-key"]);
        openssl.arg(dir.join(KEY)).arg("-cert").arg(dir.join(CHAIN));
        openssl.arg("-cert_chain").arg(dir.join(CHAIN)).args(options);
        if !tls.authorities.is_empty() {
            openssl.arg("-CAfile").arg(dir.join(AUTHORITIES));
        }
        let (process, stdin) = Process::start_talking(&mut openssl, &log)?;
        process.wait_until("openssl s_server", || port::is_open(address))?;
        let is_over = Arc::new(AtomicBool::new(false));
        let mouth = Mouth { log: log.clone(), is_over: is_over.clone(), stdin };
        let mouth = Some(thread::spawn(|| mouth.talk()));
        Ok(Self { address, log, is_over, mouth, _process: process })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The lines of what it told that contain a text, as soon as there are `n`.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there are fewer after `timeout`.
    pub fn log_lines(&self, text: &str, n: usize, timeout: Duration) -> Result<Vec<String>, Error> {
        log::wait_for_lines(&self.log, text, n, timeout)
    }
}

impl Drop for OpensslServer {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(mouth) = self.mouth.take() {
            // A panic of the thread was reported by it, and there is nothing to undo.
            let _ = mouth.join();
        }
    }
}

/// Whoever answers what the client says.
struct Mouth {
    log: PathBuf,
    is_over: Arc<AtomicBool>,
    stdin: ChildStdin,
}

impl Mouth {
    fn talk(mut self) {
        let mut read = 0;
        let mut is_content = false;
        while !self.is_over.load(Ordering::Relaxed) {
            let log = fs::read(&self.log).unwrap_or_default();
            let complete = log.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
            let news = String::from_utf8_lossy(&log[read.min(complete)..complete]).into_owned();
            read = complete;
            for line in news.lines() {
                let Some(reply) = answer(line.trim_end(), &mut is_content) else {
                    continue;
                };
                // Whoever has gone hears nothing.
                let _ = self.stdin.write_all(format!("{reply}\n").as_bytes());
            }
            thread::sleep(POLL);
        }
    }
}

/// What is said to a line on stdout, if it is one of the client's or ends the handshake.
fn answer(line: &str, is_content: &mut bool) -> Option<&'static str> {
    if *is_content {
        *is_content = line != ".";
        return (!*is_content).then_some("250 2.0.0 Taken");
    }
    match line.split([' ', ':']).next()? {
        "CIPHER" => Some("220 openssl.example ESMTP"),
        "EHLO" => Some("250 openssl.example"),
        "MAIL" | "RCPT" => Some("250 2.1.0 Ok"),
        "DATA" => {
            *is_content = true;
            Some("354 Go ahead")
        }
        // Whoever says QUIT has gone, and the next client would hear the answer.
        _ => None,
    }
}

const POLL: Duration = Duration::from_millis(5);
