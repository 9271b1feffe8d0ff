//! `envoi send -c DIR -o name=value`.

use std::fs;
use std::os::unix::net::UnixDatagram;

use envoi_sink::Options;

use crate::program::{Bed, Run, run_with};

/// A folder with a main.cf.
struct Configured {
    bed: Bed,
}

impl Configured {
    fn new(main_cf: &str) -> Self {
        Self::over(Bed::new(Options::default()), main_cf)
    }

    fn over(bed: Bed, main_cf: &str) -> Self {
        bed.file("main.cf", main_cf);
        Self { bed }
    }

    /// The folder, or a file in it.
    fn path(&self, name: &str) -> String {
        self.bed.path(name).display().to_string()
    }

    /// Sends a line to bob by way of the sink.
    fn send(&self, more: &[&str]) -> Run {
        let hop = self.bed.next_hop();
        self.run(&[&["--nexthop", &hop], more].concat())
    }

    /// Sends a line to bob.
    fn run(&self, more: &[&str]) -> Run {
        let folder = self.path("");
        let head = ["send", "-c", &folder, "--from", "ann@client.example", "--to"];
        run_with(
            [&head[..], &["bob@mx.example"], more, &["-"]].concat(),
            b"Subject: hello\n\nhello\n",
        )
    }
}

#[test]
fn main_cf_is_gone_by_and_other_options_count_more() {
    let configured = Configured::new("smtp_helo_name = of-file.example\n");
    for (more, helo) in [
        (&["--transcript"][..], "EHLO of-file.example\n"),
        (&["--transcript", "-o", "smtp_helo_name=of-o.example"], "EHLO of-o.example\n"),
        (
            &["--transcript", "-o", "smtp_helo_name=of-o.example", "--helo", "of-helo.example"],
            "EHLO of-helo.example\n",
        ),
        (&["--transcript", "-o", "{ smtp_never_send_ehlo = yes }"], "HELO of-file.example\n"),
    ] {
        let run = configured.send(more);
        assert_eq!(run.status, 0, "{run:?}");
        assert!(run.err.contains(helo), "{more:?}: {}", run.err);
    }
}

#[test]
fn parameters_need_no_file() {
    let bed = Bed::new(Options::default());
    let run = bed.send(["--transcript", "-o", "smtp_helo_name=of-o.example", "-"]);
    assert!(run.err.contains("EHLO of-o.example\n"), "{run:?}");
}

#[test]
fn all_mistakes_are_told_and_nothing_is_sent() {
    let configured = Configured::new(
        "smtp_mx_session_limit = all\nsmtp_tls_CAfile = /nonexistent\nsmtp_tcp_port = nowhere\n",
    );
    let run = configured.send(&[]);
    assert_eq!((run.status, &*run.out), (78, ""), "{run:?}");
    let main_cf = configured.path("main.cf");
    for told in [
        format!("envoi: {main_cf}:1: bad smtp_mx_session_limit \"all\"; expected a whole number"),
        format!("envoi: {main_cf}:2: bad smtp_tls_CAfile \"/nonexistent\"; expected certificates"),
        format!("envoi: {main_cf}:3: bad smtp_tcp_port \"nowhere\"; expected a number"),
        "envoi: nothing was done; mistakes in the parameters, told above: 3\n".into(),
    ] {
        assert!(run.err.contains(&told), "{told}: {}", run.err);
    }
}

#[test]
fn missing_main_cf_is_a_mistake() {
    let bed = Bed::new(Options::default());
    let run = bed.send(["-c", "/nonexistent", "-"]);
    assert_eq!((run.status, &*run.out), (78, ""), "{run:?}");
    assert!(run.err.starts_with("envoi: /nonexistent/main.cf: cannot read it: "), "{}", run.err);
}

#[test]
fn log_is_for_those_who_have_parameters() {
    let bed = Bed::new(Options::default());
    let run = bed.send(["--log", "stderr", "-"]);
    let told = "envoi: --log has no use without parameters; expected -c or -o as well\n";
    assert_eq!((run.status, &*run.err), (64, told));
}

#[test]
fn mail_without_another_way_goes_to_the_relayhost() {
    let configured = Configured::new("");
    let relayhost = format!("relayhost={}", configured.bed.next_hop());
    let run = configured.run(&["-o", &relayhost]);
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(configured.bed.sink.count(), 1);
}

#[test]
fn lines_of_the_log_go_to_standard_error_or_to_syslog() {
    let configured = Configured::new("syslog_name = mail\ndelay_logging_resolution_limit = 0\n");
    let run = configured.send(&["--log", "stderr"]);
    assert!(run.err.starts_with("mail/smtp: to=<bob@mx.example>, relay="), "{}", run.err);
    assert!(run.err.contains(", dsn=2.0.0, status=sent (250 2.0.0 Ok"), "{}", run.err);

    let socket = configured.path("log");
    let syslogd = UnixDatagram::bind(&socket).unwrap();
    let run = configured.send(&["--log", &format!("syslog:{socket}")]);
    assert_eq!((run.status, &*run.err), (0, ""));
    let mut space = [0; 4096];
    let read = syslogd.recv(&mut space).unwrap();
    let line = String::from_utf8_lossy(&space[..read]);
    assert!(line.starts_with("<22>") && line.contains(" mail/smtp["), "{line}");
    assert!(line.contains("]: to=<bob@mx.example>, relay="), "{line}");
}

#[test]
fn file_of_the_log_takes_the_place_of_syslog() {
    let configured = Configured::new("syslog_name = mail\nmyhostname = client.example\n");
    let file = configured.path("mail.log");
    let option = format!("maillog_file={file}");
    let run = configured.send(&["--log", "syslog", "-o", &option]);
    assert_eq!((run.status, run.err.lines().count()), (0, 1), "{}", run.err);
    let lines = fs::read_to_string(&file).unwrap();
    assert!(lines.contains(" client mail/smtp["), "{lines}");
    assert!(lines.contains("]: to=<bob@mx.example>, relay="), "{lines}");
    let run = configured.send(&["--log", "syslog", "-o", "maillog_file=/nonexistent/log"]);
    assert!(run.err.contains("cannot write \"/nonexistent/log\": "), "{}", run.err);
}

#[test]
fn syslogd_that_is_not_there_is_told() {
    let configured = Configured::new("");
    let run = configured.send(&["--log", "syslog:/nonexistent/log"]);
    assert_eq!((run.status, &*run.out), (78, ""));
    assert!(run.err.starts_with("envoi: cannot log to \"/nonexistent/log\": "), "{}", run.err);
}

#[test]
fn postmaster_is_told_of_what_went_wrong() {
    let bed = Bed::failing(["mail:reject=503 5.5.1 what"]);
    let configured = Configured::over(bed, "notify_classes = protocol\n");
    let (file, copy) = (configured.path("notices"), configured.path("copy"));
    let run = configured.send(&["--notices", &file]);
    assert_eq!(run.status, 69, "{run:?}");
    let notices = fs::read_to_string(&file).unwrap();
    assert!(notices.starts_with("From double-bounce@"), "{notices}");
    assert!(notices.contains("\nSubject: Postfix SMTP client: errors from "), "{notices}");
    assert!(notices.contains("\n Out: MAIL FROM:<ann@client.example>"), "{notices}");
    configured.send(&["--notices", &format!("|cat >{copy}")]);
    assert!(fs::read_to_string(&copy).unwrap().starts_with("From: Mail Delivery System <"));
}

#[test]
fn tables_change_envelope_and_headers() {
    let configured = Configured::new(
        "smtp_generic_maps = texthash:$config_directory/generic\n\
                                      smtp_header_checks = regexp:$config_directory/checks\n",
    );
    configured.bed.file("generic", "ann@client.example ann@example.com\n");
    configured.bed.file("checks", "/^Subject: hello/ REPLACE Subject: good day\n");
    let run = configured.send(&["--transcript", "--flags", "R"]);
    assert!(run.err.contains("MAIL FROM:<ann@example.com>"), "{run:?}");
    let taken = configured.bed.sink.messages().remove(0);
    let content = String::from_utf8(taken.content).unwrap();
    assert_eq!(content, "Return-Path: <ann@example.com>\r\nSubject: good day\r\n\r\nhello\r\n");
}

#[test]
fn failed_lookup_puts_mail_off() {
    let configured = Configured::new("smtp_generic_maps = fail:x\n");
    let run = configured.send(&[]);
    assert_eq!(run.status, 75, "{run:?}");
    assert!(run.out.contains("dsn=4.3.0, status=deferred (local data error"), "{run:?}");
}
