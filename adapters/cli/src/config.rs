//! `envoi config`.

mod explanation;

use std::io::{self, Write as _};
use std::path::PathBuf;

use envoi_postfix::main_cf::{MainCf, Override, Parameters, Personality, Problem, table};
use envoi_postfix::setup::Setup;

use crate::error::Error;
use crate::exit::Exit;
use crate::postfix::{DIRECTORY, found};
use explanation::Explanation;

/// Which parameters are shown, and how.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP, subcommand_negates_reqs = true)]
pub(crate) struct ConfigArguments {
    #[command(subcommand)]
    command: Option<ConfigCommand>,
    /// Parameters to show, of whichever client; all of the SMTP client, if there are none.
    #[arg(value_name = "PARAMETER", conflicts_with = "set")]
    names: Vec<String>,
    /// Shows the defaults, whatever main.cf says.
    #[arg(short, long, conflicts_with = "set")]
    defaults: bool,
    /// Shows what main.cf and -o set, parameters of other programs included.
    #[arg(short = 'n', long)]
    set: bool,
    /// Shows values with what $name in them stands for.
    #[arg(short = 'x', long)]
    expand: bool,
    /// Shows what parameters do, and where their values come from.
    #[arg(long)]
    explain: bool,
    /// Shows the parameters of the LMTP client.
    #[arg(long)]
    lmtp: bool,
    #[command(flatten)]
    source: SourceArguments,
}

/// What else is to be done.
#[derive(Debug, clap::Subcommand)]
enum ConfigCommand {
    /// Finds every mistake in main.cf at once, and shows each with its line.
    Check,
}

/// Where parameters are set.
#[derive(Debug, clap::Args)]
pub(crate) struct SourceArguments {
    /// The directory that main.cf is in.
    #[arg(short = 'c', long = "config", value_name = "DIR", global = true)]
    #[arg(default_value = DIRECTORY)]
    directory: PathBuf,
    /// Sets a parameter in place of what main.cf says; may be repeated.
    #[arg(short = 'o', value_name = "NAME=VALUE", global = true)]
    overrides: Vec<Override>,
}

impl SourceArguments {
    /// Reads main.cf.
    fn read(&self) -> (MainCf, Vec<Problem>) {
        MainCf::read(&self.directory, &self.overrides)
    }

    /// What is set without main.cf.
    fn options(&self) -> MainCf {
        let mut main_cf = MainCf::default();
        for set in &self.overrides {
            main_cf.set(set);
        }
        main_cf
    }
}

/// Shows parameters, or what is wrong with them.
pub(crate) fn run(arguments: &ConfigArguments) -> Result<Exit, Error> {
    match arguments.command {
        Some(ConfigCommand::Check) => check(&arguments.source),
        None => arguments.show(),
    }
}

/// Shows every mistake: in main.cf, in the values that clients read, and in the files and tables
/// that these name.
fn check(source: &SourceArguments) -> Result<Exit, Error> {
    let (main_cf, mut problems) = source.read();
    let mut of_clients = Vec::new();
    let machine = envoi_driver::System::read().map_err(Error::System)?;
    for personality in [Personality::Smtp, Personality::Lmtp] {
        let system = found(&source.directory, personality);
        let (parameters, of_values) = Parameters::new(main_cf.clone(), personality, &system);
        let (_, of_files) = Setup::read(&parameters, &machine);
        for problem in of_values.into_iter().chain(of_files) {
            // Both clients read some parameters.
            if !of_clients.contains(&problem) {
                of_clients.push(problem);
            }
        }
    }
    problems.extend(of_clients.into_iter().chain(main_cf.unknown()));
    problems.sort_by(|one, other| one.place.cmp(&other.place));
    for problem in &problems {
        print(&problem.to_string());
    }
    Ok(exit(&problems))
}

impl ConfigArguments {
    fn show(&self) -> Result<Exit, Error> {
        let personality = if self.lmtp { Personality::Lmtp } else { Personality::Smtp };
        let source = &self.source;
        let (main_cf, mut problems) =
            if self.defaults { (source.options(), Vec::new()) } else { source.read() };
        problems.retain(Problem::is_error);
        let (parameters, _) =
            Parameters::new(main_cf, personality, &found(&source.directory, personality));
        for name in self.shown(&parameters)? {
            if self.explain {
                print(&Explanation::new(&parameters, &name).to_string());
                continue;
            }
            match self.value(&parameters, &name) {
                Ok(value) => print(format!("{name} = {}", squeezed(&value)).trim_end()),
                Err(problem) => problems.push(problem),
            }
        }
        for problem in &problems {
            eprintln!("envoi: {problem}");
        }
        Ok(exit(&problems))
    }

    /// The names of the parameters to show.
    fn shown(&self, parameters: &Parameters) -> Result<Vec<String>, Error> {
        if self.set {
            return Ok(parameters.main_cf().settings().map(|(name, _)| name.into()).collect());
        }
        if let Some(name) = self.names.iter().find(|name| parameters.raw(name).is_none()) {
            return Err(Error::NoParameter(name.clone()));
        }
        if !self.names.is_empty() {
            return Ok(self.names.clone());
        }
        let ours =
            |personalities: &[Personality]| personalities.contains(&parameters.personality());
        let names = table::names().filter(|(_, named)| ours(named.personalities));
        Ok(names.map(|(name, _)| name.into()).collect())
    }

    fn value(&self, parameters: &Parameters, name: &str) -> Result<String, Problem> {
        if self.expand {
            return parameters.expanded(name).map(|expanded| expanded.text);
        }
        let raw = if self.defaults { parameters.default(name) } else { parameters.raw(name) };
        Ok(raw.unwrap_or_default().into())
    }
}

fn exit(problems: &[Problem]) -> Exit {
    if problems.iter().any(Problem::is_error) { Exit::Configuration } else { Exit::Sent }
}

/// A value in one line, as postconf(1) shows it.
fn squeezed(value: &str) -> String {
    value
        .split([' ', '\t', '\r', '\n'])
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn print(line: &str) {
    // Whoever closes the pipe still has the exit status.
    let _ = writeln!(io::stdout(), "{line}");
}

const AFTER_HELP: &str = "\
Exit status:
   0  nothing is wrong
  64  the command line asks for what cannot be done
  78  main.cf has mistakes

Examples:
  envoi config -n
  envoi config -x smtp_helo_name smtp_tls_key_file
  envoi config --explain smtp_tls_security_level
  envoi config -d -o compatibility_level=2.2
  envoi config check -c /etc/postfix";
