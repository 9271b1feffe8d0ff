//! Runs the program.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use conformance::dialogue::{Dialogue, Pace, play};
use envoi_sink::{Certificate, Options, Sink, Tls};
use tempfile::TempDir;

/// The program, ready to be run.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_envoi"));
    command.env_remove("ENVOI_PASSWORD");
    command
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs the program without standard input.
pub(crate) fn run<A: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = A>) -> Run {
    run_with(arguments, b"")
}

/// Runs the program with something on standard input.
pub(crate) fn run_with<A: AsRef<std::ffi::OsStr>>(
    arguments: impl IntoIterator<Item = A>,
    input: &[u8],
) -> Run {
    let mut command = command();
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Run {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A sink and a folder with messages.
pub(crate) struct Bed {
    pub(crate) sink: Sink,
    folder: TempDir,
}

impl Bed {
    pub(crate) fn new(options: Options) -> Self {
        let sink = Sink::listen("127.0.0.1:0", options).unwrap();
        Self { sink, folder: TempDir::new().unwrap() }
    }

    /// A bed whose sink fails.
    pub(crate) fn failing<const N: usize>(faults: [&str; N]) -> Self {
        let faults = faults.map(|fault| fault.parse().unwrap()).into();
        Self::new(Options { faults, ..Options::default() })
    }

    /// A bed whose sink is mx.example and speaks TLS as it is told. Its certificate is in mx.pem,
    /// with the key in mx.key.
    pub(crate) fn secured(secure: impl FnOnce(&mut Tls, &mut Options)) -> Self {
        let (certificate, key) = certificate("mx.example");
        let made = Certificate::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
        let mut tls = Tls::new(made);
        let mut options = Options { host: "mx.example".into(), ..Options::default() };
        secure(&mut tls, &mut options);
        let bed = Self::new(Options { tls: Some(tls), ..options });
        bed.file("mx.pem", certificate);
        bed.file("mx.key", key);
        bed
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a message to a file and tells its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name).to_str().unwrap().into()
    }

    pub(crate) fn next_hop(&self) -> String {
        let address = self.sink.address();
        format!("[{}]:{}", address.ip(), address.port())
    }

    /// The sink as log lines name it.
    pub(crate) fn relay(&self) -> String {
        format!("127.0.0.1[127.0.0.1]:{}", self.sink.address().port())
    }

    /// Runs `envoi send` from ann to bob, with more arguments.
    pub(crate) fn send<const N: usize>(&self, more: [&str; N]) -> Run {
        self.send_with(more, b"")
    }

    pub(crate) fn send_with<const N: usize>(&self, more: [&str; N], input: &[u8]) -> Run {
        let hop = self.next_hop();
        let mut arguments = vec!["send", "--from", "ann@client.example", "--to", "bob@mx.example"];
        arguments.extend(["--nexthop", &hop]);
        arguments.extend(more);
        run_with(arguments, input)
    }

    /// Runs `envoi send` with a file to bob, and takes the sink's certificate for what it is.
    pub(crate) fn send_secured(&self, more: &[&str]) -> Run {
        let certificate = self.path("mx.pem");
        let trust = ["--tls-ca", certificate.to_str().unwrap(), "--tls-match", "mx.example"];
        self.send_files(&[&trust[..], more].concat(), &["1.eml"])
    }

    /// Runs `envoi send` with three files to bob.
    pub(crate) fn send_three<const N: usize>(&self, more: [&str; N]) -> Run {
        self.send_files(&more, &["1.eml", "2.eml", "3.eml"])
    }

    /// Runs `envoi send` with files to bob, each with its name for its content.
    pub(crate) fn send_files(&self, more: &[&str], names: &[&str]) -> Run {
        let files: Vec<_> = names.iter().map(|name| self.file(name, name)).collect();
        let hop = self.next_hop();
        let mut arguments = vec!["send", "--from", "ann@client.example", "--to", "bob@mx.example"];
        arguments.extend(["--nexthop", &hop]);
        arguments.extend(more);
        arguments.extend(files.iter().map(String::as_str));
        run(arguments)
    }
}

/// A certificate that signed itself, and its key, as PEM.
pub(crate) fn certificate(name: &str) -> (String, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let parameters = rcgen::CertificateParams::new([name.into()]).unwrap();
    (parameters.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

/// Log lines without their times.
pub(crate) fn timeless(out: &str) -> Vec<String> {
    let timeless = |line: &str| {
        let (before, rest) = line.split_once(", delay=").unwrap();
        let (delays, after) = rest.split_once(", dsn=").unwrap();
        let (total, delays) = delays.split_once(", delays=").unwrap();
        assert_eq!(delays.split('/').count(), 4);
        for time in delays.split('/').chain([total]) {
            assert!(time.parse::<f64>().unwrap() >= 0.0);
        }
        format!("{before}, dsn={after}")
    };
    out.lines().map(timeless).collect()
}

/// The verdicts of log lines.
pub(crate) fn verdicts(out: &str) -> Vec<&str> {
    let verdict = |line| {
        let (_, status) = str::split_once(line, ", status=").unwrap();
        status.split(' ').next().unwrap()
    };
    out.lines().map(verdict).collect()
}

/// Plays a recorded dialogue against the core.
pub(crate) fn plays(record: &Path) {
    let dialogue = Dialogue::read(record);
    let dialogue = dialogue.unwrap_or_else(|error| panic!("{error}"));
    for pace in Pace::all(dialogue.server_bytes()) {
        play(&dialogue, pace).unwrap_or_else(|error| panic!("{error}: {}", text(record)));
    }
}

/// The text of a file.
pub(crate) fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}
