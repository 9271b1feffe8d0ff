//! Postfix's parameters on the command line.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use envoi_driver::System;
use envoi_driver::proto::Protocol;
use envoi_postfix::main_cf::{self, MainCf, Override, Parameters, Personality};
use envoi_postfix::rewriting::Flags;
use envoi_postfix::setup::Setup;

use crate::error::Error;
use crate::log::LogPlace;
use crate::notices::NoticePlace;

/// Postfix's parameters, and what comes of them beside mail.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Postfix")]
pub(crate) struct PostfixArguments {
    /// The folder of the main.cf to go by. Other options count more than what it says.
    #[arg(short, long, value_name = "DIR")]
    config: Option<PathBuf>,
    /// A parameter, in place of what main.cf says, or Postfix's default if there is none; can be
    /// given several times.
    #[arg(short = 'o', value_name = "NAME=VALUE")]
    parameters: Vec<Override>,
    /// Headers to add, as a command line in master.cf asks for them: R for Return-Path, O for
    /// X-Original-To, D for Delivered-To, which finds loops.
    #[arg(long, value_name = "DORX")]
    flags: Option<Flags>,
    /// Where to log, as Postfix does: stderr, syslog, which is the file of maillog_file if that is
    /// set, or syslog:SOCKET.
    #[arg(long, value_name = "WHERE")]
    log: Option<LogPlace>,
    /// Where notices to the postmaster go: a file to append to, or '|command' to start with each.
    #[arg(long, value_name = "FILE")]
    notices: Option<NoticePlace>,
}

impl PostfixArguments {
    /// Reads parameters, if there are any, and whatever they name. Everything that is wrong is
    /// told.
    pub(crate) fn setup(&self, protocol: Protocol) -> Result<Option<Arc<Setup>>, Error> {
        if self.config.is_none() && self.parameters.is_empty() {
            let given = [
                ("--flags", self.flags.is_some()),
                ("--log", self.log.is_some()),
                ("--notices", self.notices.is_some()),
            ];
            let useless = given.into_iter().find(|(_, is_given)| *is_given);
            return match useless {
                Some((option, _)) => Err(Error::NoParameters(option)),
                None => Ok(None),
            };
        }
        let (main_cf, mut problems) = match &self.config {
            Some(folder) => MainCf::read(folder, &self.parameters),
            None => {
                let mut main_cf = MainCf::default();
                self.parameters.iter().for_each(|set| main_cf.set(set));
                (main_cf, Vec::new())
            }
        };
        let personality = match protocol {
            Protocol::Smtp => Personality::Smtp,
            Protocol::Lmtp => Personality::Lmtp,
        };
        let directory = self.config.as_deref().unwrap_or_else(|| Path::new(DIRECTORY));
        let found = found(directory, personality);
        let (parameters, of_values) = Parameters::new(main_cf, personality, &found);
        let system = System::read().map_err(Error::System)?;
        let (setup, of_files) = Setup::read(&parameters, &system);
        problems.extend(of_values.into_iter().chain(of_files));
        for problem in &problems {
            eprintln!("envoi: {problem}");
        }
        match problems.iter().filter(|problem| problem.is_error()).count() {
            0 => Ok(Some(Arc::new(setup))),
            errors => Err(Error::BadParameters(errors)),
        }
    }

    /// Begins to log, if that is asked for.
    pub(crate) fn log(&self, setup: Option<&Setup>) -> Result<(), Error> {
        match (&self.log, setup) {
            (Some(place), Some(setup)) => place.open(&setup.reporting),
            (None, _) | (_, None) => Ok(()),
        }
    }

    /// Which headers are added.
    pub(crate) fn flags(&self) -> Flags {
        self.flags.unwrap_or_default()
    }

    /// Where notices go, if anywhere.
    pub(crate) fn notices(&self) -> Option<&NoticePlace> {
        self.notices.as_ref()
    }
}

/// What parameters depend on that no file sets.
pub(crate) fn found(directory: &Path, personality: Personality) -> main_cf::System {
    main_cf::System {
        host_name: rustix::system::uname().nodename().to_string_lossy().into_owned(),
        directory: directory.display().to_string(),
        process_id: std::process::id(),
        process_name: match personality {
            Personality::Smtp => "smtp".into(),
            Personality::Lmtp => "lmtp".into(),
        },
        service_name: "envoi".into(),
    }
}

/// `config_directory`, where nothing else is said.
pub(crate) const DIRECTORY: &str = "/etc/postfix";
