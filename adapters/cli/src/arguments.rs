//! The command line.

use clap::error::ErrorKind;
use clap_complete::Shell;

use crate::config::ConfigArguments;
use crate::exit::Exit;
use crate::route::RouteArguments;
use crate::send::SendArguments;
use crate::sink::SinkArguments;

/// Delivers mail by SMTP and LMTP.
#[derive(Debug, clap::Parser)]
#[command(version, propagate_version = true, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Sends messages to the mail servers of their recipients and tells what became of each.
    Send(Box<SendArguments>),
    /// Shows to which hosts mail for a destination would go.
    Route(RouteArguments),
    /// Runs a mail server to test against: it takes mail, keeps it, and fails on request.
    Sink(SinkArguments),
    /// Shows Postfix's parameters, and finds mistakes in main.cf.
    Config(ConfigArguments),
    /// Shows a delivery to three recipients, one of them refused and one put off, of a domain whose
    /// better server is down.
    Demo,
    /// Prints completions for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Prints a manual page, to be read with `man -l -`.
    Man {
        /// The command that it is about.
        command: Option<String>,
    },
}

/// Prints what parsing the command line came to: help, or what is wrong in one line.
pub(crate) fn tell(told: &clap::Error) -> Exit {
    if !told.use_stderr() {
        print!("{told}");
        return Exit::Sent;
    }
    if told.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        eprint!("{told}");
    } else {
        eprintln!("envoi: {}", line(&told.to_string()));
    }
    Exit::Usage
}

/// What clap says in several paragraphs, the usage aside, in one line.
fn line(told: &str) -> String {
    let told = told.strip_prefix("error: ").unwrap_or(told);
    let usage = told.find("\n\nUsage:").or_else(|| told.find("\n\nFor more information"));
    let paragraphs = told[..usage.unwrap_or(told.len())].split("\n\n");
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let told: Vec<_> = paragraphs.map(flat).collect();
    format!("{}; --help tells more", told.join("; "))
}

const EXAMPLES: &str = "\
Examples:
  envoi demo
  envoi send --from ann@example.com --to bob@example.net message.eml
  envoi send --from ann@example.com --to bob@example.net --nexthop '[mx.example.net]' message.eml
  envoi route example.net
  envoi sink --listen 127.0.0.1:2525 --dump received
  envoi config check
  envoi completions bash >/etc/bash_completion.d/envoi
  envoi man send | man -l -";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn errors_of_several_lines_become_one() {
        let told = "error: unexpected argument '--form' found\n\n  tip: a similar argument \
                    exists: '--from'\n\nUsage: envoi send\n\nFor more information, try '--help'.\n";
        assert_eq!(
            line(told),
            "unexpected argument '--form' found; tip: a similar argument exists: '--from'; \
             --help tells more"
        );
    }
}
