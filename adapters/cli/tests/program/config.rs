//! `envoi config`.

use crate::program::{Run, run};

/// A directory with a main.cf.
struct Site(tempfile::TempDir);

impl Site {
    fn new(main_cf: &str) -> Self {
        let directory = tempfile::TempDir::new().unwrap();
        std::fs::write(directory.path().join("main.cf"), main_cf).unwrap();
        Self(directory)
    }

    /// Runs `envoi config` there; the directory is written DIR in what it prints.
    fn config(&self, arguments: &[&str]) -> Run {
        let directory = self.0.path().to_str().unwrap();
        let mut run = run([&["config", "-c", directory][..], arguments].concat());
        run.out = run.out.replace(directory, "DIR");
        run.err = run.err.replace(directory, "DIR");
        run
    }
}

const MAIN_CF: &str = "\
# A comment.
limit = 5
smtp_helo_timeout = ${limit}m
smtp_helo_name = a
   b
lmtp_lhlo_name = $limit
smtpd_banner = hello
";

#[test]
fn what_is_set_is_shown_as_postconf_shows_it() {
    let site = Site::new(MAIN_CF);
    let raw = site.config(&["-n"]);
    assert_eq!(
        raw.out,
        "limit = 5\nlmtp_lhlo_name = $limit\nsmtp_helo_name = a b\nsmtp_helo_timeout = ${limit}m\n\
         smtpd_banner = hello\n"
    );
    assert_eq!((raw.status, &*raw.err), (0, ""));
    let expanded = site.config(&["-n", "-x", "-o", "limit=6", "-o", "{ smtpd_banner = }"]);
    assert_eq!(
        expanded.out,
        "limit = 6\nlmtp_lhlo_name = 6\nsmtp_helo_name = a b\nsmtp_helo_timeout = 6m\n\
         smtpd_banner =\n"
    );
}

#[test]
fn named_parameters_are_shown_whoever_reads_them() {
    let site = Site::new(MAIN_CF);
    let shown = site.config(&["smtp_mail_timeout", "lmtp_lhlo_timeout", "limit", "smtpd_banner"]);
    assert_eq!(
        shown.out,
        "smtp_mail_timeout = 300s\nlmtp_lhlo_timeout = 300s\nlimit = 5\nsmtpd_banner = hello\n"
    );
    let unknown = site.config(&["smtp_mail_timeout", "smtp_mail_timeuot"]);
    assert_eq!(unknown.out, "");
    assert_eq!(
        (&*unknown.err, unknown.status),
        (
            "envoi: no parameter \"smtp_mail_timeuot\"; expected one of Postfix, or one that \
             main.cf sets\n",
            64
        )
    );
}

#[test]
fn defaults_are_those_of_the_level_whatever_main_cf_says() {
    let site = Site::new("smtp_line_length_limit = 7\nsmtp_mx_session_limit\n");
    let default = |more: &[&str]| {
        site.config(
            &[&["-d", "-x", "smtp_line_length_limit", "smtp_tls_security_level"], more].concat(),
        )
    };
    let today = default(&[]);
    assert_eq!(today.out, "smtp_line_length_limit = 998\nsmtp_tls_security_level = may\n");
    assert_eq!((today.status, &*today.err), (0, ""));
    let of_2_2 = default(&["-o", "compatibility_level=2.2"]);
    assert_eq!(of_2_2.out, "smtp_line_length_limit = 990\nsmtp_tls_security_level =\n");
}

#[test]
fn all_parameters_of_a_client_are_shown() {
    let site = Site::new(MAIN_CF);
    let smtp = site.config(&[]).out;
    let lmtp = site.config(&["--lmtp", "-x"]).out;
    let has = |out: &str, line: &str| out.lines().any(|other| other == line);
    assert!(has(&smtp, "smtp_helo_timeout = ${limit}m") && has(&smtp, "max_use = 100"));
    assert!(
        !smtp.contains("\nlmtp_") && !smtp.contains("\nlimit ") && !smtp.contains("smtpd_banner")
    );
    assert!(has(&lmtp, "lmtp_lhlo_name = 5") && has(&lmtp, "max_use = 100"));
    assert!(!lmtp.contains("\nsmtp_"));
    assert!(smtp.lines().is_sorted() && smtp.lines().count() > 200);
}

#[test]
fn explanations_tell_what_a_parameter_does_and_where_its_value_comes_from() {
    let site = Site::new(MAIN_CF);
    assert_eq!(
        site.config(&["--explain", "smtp_helo_timeout"]).out,
        "smtp_helo_timeout = ${limit}m
  what it does   limits the wait for the greeting, and for the reply to EHLO
  what it takes  a time of at least 1s: a whole number with s, m, h, d or w, or of seconds
  effect         in effect
  default        300s
  twin           lmtp_lhlo_timeout
  stands for     5m
  where from     set at DIR/main.cf:3
"
    );
    assert_eq!(
        site.config(&["--explain", "max_use", "-o", "max_use=7"]).out,
        "max_use = 7
  what it does   ends the process after so many requests
  what it takes  a whole number from 1 to 2147483647
  effect         not in effect yet
  default        100
  where from     set by -o
"
    );
    assert_eq!(
        site.config(&["--explain", "lmtp_tls_dcert_file"]).out,
        "lmtp_tls_dcert_file = (empty)
  what it does   is a file with our DSA certificate
  what it takes  text
  effect         an error where it is set: DSA is not to be had with TLS 1.2 and later
  default        (empty)
  twin           smtp_tls_dcert_file
  where from     the default at compatibility level 3.11
"
    );
}

#[test]
fn check_finds_every_mistake_at_once() {
    let site = Site::new(
        "smtp_helo_timeout = 5x\nsmtp_mail_timeout\nsmtp_helo_nmae = a\nmax_use = 7\n\
         lmtp_connect_timeout = ${x\n",
    );
    let found = site.config(&["check", "-o", "smtp_use_tls=maybe"]);
    assert_eq!(
        found.out,
        "DIR/main.cf:1: bad smtp_helo_timeout \"5x\"; expected a time of at least 1s: a whole \
         number with s, m, h, d or w, or of seconds
DIR/main.cf:2: bad line \"smtp_mail_timeout\": no = after the name; expected name = value
DIR/main.cf:3: warning: unknown parameter smtp_helo_nmae; expected a parameter of Postfix, or one \
         that others refer to
DIR/main.cf:4: note: max_use is not in effect yet
DIR/main.cf:5: bad lmtp_connect_timeout: malformed reference at \"${x\"; expected a bracket that \
         closes it
-o: bad smtp_use_tls \"maybe\"; expected yes or no
"
    );
    assert_eq!((found.status, &*found.err), (78, ""));
}

#[test]
fn warnings_and_notes_are_no_failure() {
    let found = Site::new("unknown = x\nmax_use = 7\n").config(&["check"]);
    assert_eq!((found.out.lines().count(), found.status), (2, 0));
    let fine = Site::new("limit = 5\nsmtp_helo_timeout = ${limit}m\n").config(&["check"]);
    assert_eq!((&*fine.out, fine.status), ("", 0));
}

#[test]
fn what_cannot_be_shown_is_told_beside_what_can() {
    let site = Site::new("smtp_helo_name = $smtp_helo_name\nsmtp_mail_timeout = 7\nx\n");
    let shown = site.config(&["-x", "smtp_helo_name", "smtp_mail_timeout"]);
    assert_eq!(shown.out, "smtp_mail_timeout = 7\n");
    assert_eq!(
        (&*shown.err, shown.status),
        (
            "envoi: DIR/main.cf:3: bad line \"x\": no = after the name; expected name = value\n\
             envoi: DIR/main.cf:1: bad smtp_helo_name: refers to itself: $smtp_helo_name -> \
             $smtp_helo_name\n",
            78
        )
    );
}

#[test]
fn missing_main_cf_is_told() {
    let run = run(["config", "check", "-c", "/nowhere"]);
    assert_eq!(
        (&*run.out, run.status),
        ("/nowhere/main.cf: cannot read it: No such file or directory; expected a main.cf\n", 78)
    );
}
