//! What files say, and what is told of them.

use std::time::Duration;

use super::*;

fn system() -> System {
    System {
        host_name: "host".into(),
        directory: "/etc/postfix".into(),
        process_id: 7,
        process_name: "smtp".into(),
        service_name: "relay".into(),
    }
}

fn parse(text: &str) -> MainCf {
    let (main_cf, problems) = MainCf::parse(Path::new("main.cf"), text.as_bytes());
    assert_eq!(problems, []);
    main_cf
}

fn smtp(text: &str) -> Parameters {
    Parameters::new(parse(text), Personality::Smtp, &system()).0
}

fn lmtp(text: &str) -> Parameters {
    Parameters::new(parse(text), Personality::Lmtp, &system()).0
}

/// All that is told of a file, as it is printed.
fn told(text: impl AsRef<[u8]>) -> Vec<String> {
    let (main_cf, mut problems) = MainCf::parse(Path::new("main.cf"), text.as_ref());
    for personality in [Personality::Smtp, Personality::Lmtp] {
        let (_, of_values) = Parameters::new(main_cf.clone(), personality, &system());
        for problem in of_values {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    problems.extend(main_cf.unknown());
    problems.sort_by(|one, other| one.place.cmp(&other.place));
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn every_setting_knows_its_line() {
    let main_cf = parse("# x\na = 1\n 2\nb=3\n");
    let file: Arc<Path> = Path::new("main.cf").into();
    let settings: Vec<_> = main_cf.settings().collect();
    let line = |value: &str, line| Setting {
        value: value.into(),
        place: Place::Line(Arc::clone(&file), line),
    };
    assert_eq!(settings, [("a", &line("1 2", 2)), ("b", &line("3", 4))]);
}

#[test]
fn the_last_setting_counts_and_options_count_more() {
    let text = b"smtp_helo_timeout = 1s\nsmtp_helo_timeout = 2s\n";
    let (mut main_cf, problems) = MainCf::parse(Path::new("main.cf"), text);
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    assert_eq!(
        problem.to_string(),
        "main.cf:2: warning: smtp_helo_timeout is set again, and the last one counts; it was set \
         at main.cf:1 as well"
    );
    let time = |main_cf: &MainCf| {
        let parameters = Parameters::new(main_cf.clone(), Personality::Smtp, &system()).0;
        parameters.time("smtp_helo_timeout").as_secs()
    };
    assert_eq!(time(&main_cf), 2);
    main_cf.set(&"smtp_helo_timeout=3s".parse().unwrap());
    assert_eq!(time(&main_cf), 3);
    assert_eq!(main_cf.setting("smtp_helo_timeout").unwrap().place, Place::Option);
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    assert_eq!(
        told(
            " orphan\nmyhostname\n= x\nsmtp_helo_timeout = 5x\nsmtp_mx_session_limit=-1\n\
             smtp_skip_quit_response = maybe\nsmtp_address_preference = ipv5\nsmtp_host_lookup=hosts\n\
             smtp_helo_name =\nsmtp_tls_cert_file = ${x\nsmtp_bind_address = $smtp_bind_address\n\
             smtp_fallback_relay = $nope\nsmtp_helo_timeuot = 3\nlmtp_lhlo_timeout = $t\nt = 0\n\
             compatibility_level = x\nsmtp_tls_dcert_file = x\n"
        ),
        [
            "main.cf:1: warning: white space before \"orphan\", which is left out; expected it at \
             the margin",
            "main.cf:2: bad line \"myhostname\": no = after the name; expected name = value",
            "main.cf:3: bad line \"= x\": no name before =; expected name = value",
            "main.cf:4: bad smtp_helo_timeout \"5x\"; expected a time of at least 1s: a whole \
             number with s, m, h, d or w, or of seconds",
            "main.cf:5: bad smtp_mx_session_limit \"-1\"; expected a whole number from 0 to \
             2147483647",
            "main.cf:6: bad smtp_skip_quit_response \"maybe\"; expected yes or no",
            "main.cf:7: bad smtp_address_preference \"ipv5\"; expected one of any, ipv4, ipv6",
            "main.cf:8: bad smtp_host_lookup \"hosts\"; expected some of dns, native",
            "main.cf:9: bad smtp_helo_name \"\"; expected a value that is not empty",
            "main.cf:10: bad smtp_tls_cert_file: malformed reference at \"${x\"; expected a \
             bracket that closes it",
            "main.cf:11: bad smtp_bind_address: refers to itself: $smtp_bind_address -> \
             $smtp_bind_address",
            "main.cf:12: warning: $nope in smtp_fallback_relay stands for nothing; expected a \
             setting of nope",
            "main.cf:13: warning: unknown parameter smtp_helo_timeuot; expected a parameter of \
             Postfix, or one that others refer to",
            "main.cf:14: bad lmtp_lhlo_timeout \"0\"; expected a time of at least 1s: a whole \
             number with s, m, h, d or w, or of seconds",
            "main.cf:16: bad compatibility_level \"x\"; expected a version such as 3.6",
            "main.cf:17: smtp_tls_dcert_file cannot be used: DSA is not to be had with TLS 1.2 \
             and later; expected no such setting",
        ]
    );
}

#[test]
fn what_has_less_effect_than_the_manual_says_is_noted_when_it_is_set_to_another_value() {
    assert_eq!(
        told("max_use = 100\nsmtp_skip_4xx_greeting = yes\ntls_daemon_random_bytes = 32\n"),
        [""; 0]
    );
    assert_eq!(
        told("max_use = 5\nsmtp_skip_4xx_greeting = no\ntls_daemon_random_bytes = 64\n"),
        [
            "main.cf:1: note: max_use is not in effect yet",
            "main.cf:2: note: smtp_skip_4xx_greeting has less effect than the manual says: a 4yz \
             greeting always leads to the next server",
            "main.cf:3: note: tls_daemon_random_bytes has less effect than the manual says: the \
             operating system seeds them",
        ]
    );
}

#[test]
fn what_other_programs_or_values_refer_to_is_not_unknown() {
    assert_eq!(
        told(
            "smtpd_banner = x\nmy_relay = [a]\nsmtp_fallback_relay = ${my_relay?{$other}}\n\
             other = b\nsmtpd_restriction_classes = strict, loose\nstrict = reject\nloose = permit\n\
             mytransport_destination_recipient_limit = 1\nvirtual_alias_maps = proxy:ldap:my_users\n\
             my_users_server_host = x\n"
        ),
        [""; 0]
    );
}

#[test]
fn a_nul_ends_a_line_and_is_an_error() {
    let text = b"myhostname = a.b\0c\nmydomain = x\n";
    let (main_cf, problems) = MainCf::parse(Path::new("main.cf"), text);
    assert_eq!(main_cf.setting("myhostname").unwrap().value, "a.b");
    assert_eq!(main_cf.setting("mydomain").unwrap().value, "x");
    let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["main.cf:1: NUL byte in myhostname, of which the rest is left out; expected text"]
    );
}

#[test]
fn bytes_that_are_no_text_are_an_error_where_the_client_reads_them() {
    assert_eq!(
        told(b"smtpd_banner = \xff\nsmtp_helo_name = a\xe9\n# \xff\n"),
        [
            "main.cf:1: warning: bytes in smtpd_banner that are not UTF-8; expected text",
            "main.cf:2: warning: bytes in smtp_helo_name that are not UTF-8; expected text",
            "main.cf:2: bad smtp_helo_name \"a\u{fffd}\"; expected text in UTF-8",
        ]
    );
}

#[test]
fn a_file_without_end_is_refused_and_long_lines_are_shortened_when_shown() {
    let large = vec![b'x'; FILE_SIZE_MAX + 1];
    assert_eq!(told(large), ["main.cf: larger than 4194304 bytes; expected a main.cf"]);
    let long = vec![b'x'; FILE_SIZE_MAX];
    let told = told(long);
    assert_eq!(told.len(), 1);
    assert!(told[0].len() < 200, "{}", told[0].len());
}

#[test]
fn a_file_that_cannot_be_read_is_told() {
    let (main_cf, problems) = MainCf::read(Path::new("/nowhere"), &[]);
    assert_eq!(main_cf, MainCf::default());
    let told: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["/nowhere/main.cf: cannot read it: No such file or directory; expected a main.cf"]
    );
}

#[test]
fn every_default_can_be_understood_at_every_level() {
    for level in ["", "compatibility_level = 2.2\n", "compatibility_level = 0\n"] {
        for parameters in [smtp(level), lmtp(level)] {
            for (name, named) in table::names() {
                if !named.personalities.contains(&parameters.personality()) {
                    continue;
                }
                let expanded = parameters.expanded(name).unwrap();
                let value = named.parameter.kind.parse(&expanded.text);
                assert!(value.is_some(), "{name} {level:?}: {:?}", expanded.text);
                assert!(expanded.undefined.is_empty(), "{name}: {:?}", expanded.undefined);
            }
        }
    }
}

#[test]
fn the_level_chooses_the_defaults() {
    let of = |level: &str| {
        let parameters = smtp(&format!("compatibility_level = {level}\n"));
        (
            parameters.integer("smtp_line_length_limit"),
            parameters.text("smtp_tls_security_level").to_string(),
            parameters.text("smtp_tls_fingerprint_digest").to_string(),
            parameters.boolean("smtputf8_enable"),
        )
    };
    assert_eq!(of("2.2"), (990, "".into(), "md5".into(), true));
    assert_eq!(of("0"), (998, "".into(), "md5".into(), false));
    assert_eq!(of("2"), (998, "".into(), "md5".into(), true));
    assert_eq!(of("3.6"), (998, "".into(), "sha256".into(), true));
    assert_eq!(of("3.11"), (998, "may".into(), "sha256".into(), true));
    assert_eq!(smtp("").text("smtp_tls_security_level"), "may");
    assert_eq!(smtp("").level(), Level::LATEST);
}

#[test]
fn the_lmtp_client_reads_its_own_parameters() {
    let text = "smtp_helo_timeout = 5s\nlmtp_lhlo_timeout = 6s\nlmtp_tls_cert_file = x\n\
                smtp_always_send_ehlo = no\nsmtp_tls_key_file = y\n";
    assert_eq!(smtp(text).time("smtp_helo_timeout"), Duration::from_secs(5));
    assert_eq!(smtp(text).name("smtp_helo_timeout"), "smtp_helo_timeout");
    let lmtp = lmtp(text);
    assert_eq!(lmtp.time("smtp_helo_timeout"), Duration::from_secs(6));
    assert_eq!(lmtp.name("smtp_helo_timeout"), "lmtp_lhlo_timeout");
    assert_eq!(lmtp.text("smtp_tls_key_file"), "x");
    assert!(lmtp.boolean("smtp_always_send_ehlo"));
    assert!(!lmtp.boolean("smtp_skip_quit_response"));
    assert!(lmtp.is_set("smtp_tls_cert_file"));
    assert!(!lmtp.is_set("smtp_tls_key_file"));
    assert!(!lmtp.is_set("smtp_always_send_ehlo"));
    assert_eq!(lmtp.text("smtp_tcp_port"), "24");
}

#[test]
fn names_of_host_and_domain_are_found_out_of_each_other() {
    let names = |text| {
        let parameters = smtp(text);
        [parameters.text("myhostname").to_string(), parameters.text("mydomain").to_string()]
    };
    assert_eq!(names(""), ["host.localdomain", "localdomain"]);
    assert_eq!(names("myhostname = a.b.c\n"), ["a.b.c", "b.c"]);
    assert_eq!(names("mydomain = q.r\n"), ["host.q.r", "q.r"]);
    assert_eq!(names("myhostname = a\n"), ["a", "localdomain"]);
    assert_eq!(names("myhostname = a\nmydomain = b\n"), ["a", "b"]);
    assert_eq!(names("myhostname = mail.$mydomain\nmydomain = b\n"), ["mail.b", "b"]);
}

#[test]
fn what_cannot_be_understood_is_taken_to_be_its_default() {
    let parameters = smtp("smtp_tls_session_cache_timeout = x\nsmtp_tls_cert_file = $(\n");
    assert_eq!(parameters.time("smtp_tls_session_cache_timeout"), Duration::from_secs(3600));
    assert_eq!(parameters.text("smtp_tls_cert_file"), "");
    assert_eq!(parameters.text("smtp_tls_key_file"), "");
}

#[test]
fn process_id_and_process_name_can_be_referred_to_and_not_set() {
    let parameters =
        smtp("process_id = 1\nsyslog_name = $process_name/$process_id/$service_name\n");
    assert_eq!(parameters.text("syslog_name"), "smtp/7/relay");
}

#[test]
fn a_problem_found_later_names_the_parameter_that_was_read() {
    let parameters = lmtp("lmtp_bind_address = $x\nx = y\n");
    assert_eq!(
        parameters.problem("smtp_bind_address", "an IPv4 address").to_string(),
        "main.cf:1: bad lmtp_bind_address \"y\"; expected an IPv4 address"
    );
}

#[test]
fn every_parameter_is_in_one_group_and_says_what_it_does() {
    let names: BTreeSet<_> = table::parameters().map(|parameter| parameter.name).collect();
    assert_eq!(names.len(), table::parameters().count());
    for parameter in table::parameters() {
        assert!(!parameter.summary.is_empty(), "{}", parameter.name);
        assert!(table::of_another_program(parameter.name).is_none(), "{}", parameter.name);
    }
}

#[test]
fn a_value_without_end_of_undefined_names_has_few_problems() {
    let names: String = (0..10_000).map(|number| format!("$n{number} ")).collect();
    assert_eq!(told(format!("smtp_tls_exclude_ciphers = {names}\n")).len(), 100);
}
#[test]
fn what_is_said_to_be_in_effect_is_read_and_what_is_not_is_not() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut everywhere, mut elsewhere) = (String::new(), String::new());
    for file in files(&sources) {
        let text = std::fs::read_to_string(&file).unwrap();
        if !file.starts_with(sources.join("main_cf")) {
            elsewhere.push_str(&text);
        }
        if !file.ends_with("main_cf/tests.rs") && !file.starts_with(sources.join("main_cf/table")) {
            everywhere.push_str(&text);
        }
    }
    let of_defaults: BTreeSet<_> =
        table::parameters().flat_map(|parameter| unknown::references(parameter.default)).collect();
    let wrong = table::parameters().filter(|parameter| {
        let quoted = format!("\"{}\"", parameter.name);
        match parameter.effect {
            Effect::Full | Effect::But(_) => {
                !everywhere.contains(&quoted) && !of_defaults.contains(parameter.name)
            }
            Effect::NotYet => elsewhere.contains(&quoted),
            Effect::None(_) | Effect::Refused(_) => false,
        }
    });
    let wrong: Vec<_> = wrong.map(|parameter| (parameter.name, parameter.effect)).collect();
    assert_eq!(wrong, []);
}

/// All source files below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let all = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    all.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}
