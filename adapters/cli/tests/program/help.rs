//! Help, manual pages and completions.

use crate::program::run;

#[test]
fn help_has_examples_and_the_exit_statuses() {
    let help = run(["--help"]);
    assert!(help.status == 0 && help.out.contains("Examples:\n  envoi demo\n"));
    let help = run(["send", "--help"]);
    assert!(help.out.contains("\n  75  recipients were deferred"));
    assert!(help.out.contains("\n  envoi send --from ann@example.com "));
    let options = ["--resolver", "--host-lookup", "--own-address", "--fallback-relay"];
    for command in ["send", "route"] {
        let help = run([command, "--help"]).out;
        // Each has a line of its own, and is spoken of once more.
        assert!(options.iter().all(|option| help.matches(option).count() >= 2), "{help}");
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    }
    let version = run(["--version"]);
    assert_eq!(version.out, format!("envoi {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn program_without_a_command_shows_the_help() {
    let nothing = run::<&str>([]);
    assert!(nothing.status == 64 && nothing.err.contains("Usage: envoi <COMMAND>"));
}

#[test]
fn every_command_has_a_manual_page() {
    assert!(run(["man"]).out.contains(".TH envoi 1"));
    for command in ["send", "route", "sink", "config", "demo", "completions", "man"] {
        let page = run(["man", command]);
        assert!(page.status == 0 && page.out.contains(&format!(".TH envoi-{command} 1")));
    }
    let page = run(["man", "receive"]);
    assert_eq!(
        (&*page.err, page.status),
        (
            "envoi: no command \"receive\"; expected send, route, sink, config, demo, completions or \
             man\n",
            64
        )
    );
}

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(["completions", shell]);
        assert!(script.status == 0 && script.out.contains("transcript"), "{shell}");
    }
}
