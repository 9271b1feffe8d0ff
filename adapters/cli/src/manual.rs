//! Manual pages and completions.

use std::io::{self, Write as _};

use clap::CommandFactory as _;
use clap_complete::Shell;
use clap_mangen::Man;

use crate::arguments::Arguments;
use crate::error::Error;
use crate::exit::Exit;

/// Prints completions.
pub(crate) fn completions(shell: Shell) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "envoi", &mut script);
    Ok(print(&script))
}

/// Prints the page of the program or of one of its commands.
pub(crate) fn page(of: Option<&str>) -> Result<Exit, Error> {
    let mut program = Arguments::command();
    program.build();
    let command = match of {
        None => program,
        Some(name) => {
            let command = program.find_subcommand(name).cloned();
            command.ok_or_else(|| Error::NoCommand(name.into()))?
        }
    };
    let mut page = Vec::new();
    Man::new(command).render(&mut page).expect("memory takes what is written");
    Ok(print(&page))
}

fn print(text: &[u8]) -> Exit {
    // Whoever closes the pipe has read enough.
    let _ = io::stdout().write_all(text);
    Exit::Sent
}
