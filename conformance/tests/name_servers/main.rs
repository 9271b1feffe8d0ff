//! The name servers know what they are said to know.
#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod message;

use std::net::{TcpListener, UdpSocket};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use conformance::servers::{Domain, NameServerPrograms, NameServers, PLAIN, SIGNED};

use message::{Code, Header, Kind, ask, ask_by_tcp};

#[test]
fn resolver_knows_every_domain_of_both_zones() {
    let bed = Bed::start();
    for domain in Domain::ALL.iter().filter(|domain| domain.label != "silent") {
        for zone in [SIGNED, PLAIN] {
            let name = domain.in_zone(zone).replace('*', "anything");
            let header = bed.resolve(&name, Kind::Mx);
            let code = match domain.label {
                "absent" | "cname-gone" => Code::NxDomain,
                "dead" | "loop" | "loop2" | "endless" => Code::ServFail,
                "bogus" | "bogus-null" if zone == SIGNED => Code::ServFail,
                _ => Code::NoError,
            };
            assert_eq!(header.code, code, "{name}: {}", domain.fact);
            let leads_abroad = domain.label == "cname-abroad";
            let is_secure = zone == SIGNED && code != Code::ServFail && !leads_abroad;
            assert_eq!(header.is_secure, is_secure, "{name}: {}", domain.fact);
        }
    }
}

#[test]
fn answers_have_the_records_that_are_said() {
    let bed = Bed::start();
    for (label, kind, records) in [
        ("ties", Kind::Mx, 3),
        ("nine", Kind::Mx, 9),
        ("null", Kind::Mx, 1),
        ("cname", Kind::Mx, 3),
        ("chain", Kind::Mx, 11),
        ("no-data", Kind::Mx, 0),
        ("implicit-both", Kind::Aaaa, 1),
        ("six", Kind::A, 0),
        ("own", Kind::A, 1),
        ("_submission._tcp.srv", Kind::Srv, 3),
        ("_25._tcp.h1", Kind::Tlsa, 2),
        ("_25._tcp.h3", Kind::Tlsa, 3),
        ("_smtp._tls.one", Kind::Txt, 1),
    ] {
        let header = bed.resolve(&format!("{label}.{SIGNED}"), kind);
        assert_eq!((header.code, header.records), (Code::NoError, records), "{label}");
    }
}

#[test]
fn long_answers_come_by_tcp() {
    let bed = Bed::start();
    for (label, kind, records, length) in [
        ("hundred", Kind::Mx, 100, 2048),
        ("crowd", Kind::Mx, 130, 2048),
        ("long", Kind::Mx, 70, 4096),
        ("texts", Kind::Txt, 16, 4096),
        ("spread-host", Kind::Aaaa, 100, 2048),
    ] {
        for server in [bed.servers.authority(), bed.servers.resolver()] {
            let name = format!("{label}.{PLAIN}");
            assert!(ask(server, &name, kind, PATIENCE).unwrap().is_truncated, "{label}");
            let (header, taken) = ask_by_tcp(server, &name, kind);
            assert_eq!(header.records, records, "{label}");
            assert!(taken > length, "{label}: {taken} bytes");
        }
    }
}

#[test]
fn authority_knows_its_zones_and_no_others() {
    let bed = Bed::start();
    let authority = bed.servers.authority();
    for zone in [SIGNED, PLAIN] {
        let header = ask(authority, zone, Kind::Ns, PATIENCE).unwrap();
        assert!(header.is_authoritative && header.code == Code::NoError, "{header:?}");
    }
    let header = ask(authority, "outside.example", Kind::Mx, PATIENCE).unwrap();
    assert_eq!(header.code, Code::Refused);
}

#[test]
fn resolver_asks_nobody_else() {
    let bed = Bed::start();
    for name in ["mx.outside.example", "example.com", "com", "9.9.9.9.in-addr.arpa"] {
        assert_eq!(bed.resolve(name, Kind::A).code, Code::Refused, "{name}");
    }
}

#[test]
fn nobody_answers_for_a_silent_server() {
    let bed = Bed::start();
    for zone in [SIGNED, PLAIN] {
        let name = format!("mx.silent.{zone}");
        assert_eq!(ask(bed.servers.resolver(), &name, Kind::A, IMPATIENCE), None);
    }
}

#[test]
fn programs_of_the_system_ask_our_resolver() {
    let dir = tempfile::tempdir().unwrap();
    let servers = NameServers::start_on_port_53(programs(), dir.path()).unwrap();
    for (host, address) in [("h1", "127.0.7.1"), ("alias", "127.0.7.1"), ("own", "127.0.8.1")] {
        let mut getent = Command::new("getent");
        getent.args(["hosts", &format!("{host}.{SIGNED}")]);
        let output = servers.surround(&getent).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.starts_with(address), "{host}: {text}{:?}", output.stderr);
    }
    let outside = servers.surround(Command::new("getent").args(["hosts", "example.com"]));
    assert!(!{ outside }.status().unwrap().success());
}

#[test]
fn surrounded_program_is_the_process_that_was_started() {
    let dir = tempfile::tempdir().unwrap();
    let servers = NameServers::start_on_port_53(programs(), dir.path()).unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", "echo $$ $PWD $MOOD"]).env("MOOD", "good").current_dir("/");
    let child = servers.surround(&shell).stdout(Stdio::piped()).spawn().unwrap();
    let id = child.id();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{id} / good\n"));
}

#[test]
fn nothing_runs_on_after_the_name_servers() {
    let bed = Bed::start();
    let (authority, resolver) = (bed.servers.authority(), bed.servers.resolver());
    drop(bed);
    for server in [authority, resolver] {
        assert!(UdpSocket::bind(server).is_ok(), "{server} is taken");
        assert!(TcpListener::bind(server).is_ok(), "{server} is taken");
    }
}

/// Both servers, and the folder that they run in.
struct Bed {
    servers: NameServers,
    _dir: tempfile::TempDir,
}

impl Bed {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let servers = NameServers::start(programs(), dir.path()).unwrap();
        Self { servers, _dir: dir }
    }

    fn resolve(&self, name: &str, kind: Kind) -> Header {
        let answer = ask(self.servers.resolver(), name, kind, PATIENCE);
        answer.unwrap_or_else(|| panic!("{name}: no answer"))
    }
}

/// The programs, unpacked once for all tests.
fn programs() -> &'static NameServerPrograms {
    static PROGRAMS: OnceLock<NameServerPrograms> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let cache = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("servers");
        let programs = NameServerPrograms::install(&cache, &mut |line| eprintln!("{line}"));
        programs.unwrap_or_else(|error| panic!("a name server is missing: {error}"))
    })
}

const PATIENCE: Duration = Duration::from_secs(10);
const IMPATIENCE: Duration = Duration::from_millis(300);
