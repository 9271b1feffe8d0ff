//! The program, `envoi`: sends mail, receives mail to test with, and shows how it is done.
#![allow(clippy::print_stdout, reason = "it is the program")]

mod arguments;
mod auth;
mod config;
mod content;
mod delivery;
mod demo;
mod desk;
mod error;
mod exit;
mod helo;
mod letter;
mod log;
mod manner;
mod manual;
mod notices;
mod output;
mod password;
mod postfix;
mod reason;
mod recording;
mod route;
mod routing;
mod runtime;
mod send;
mod sink;
mod talks;
mod tls;
mod watch;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser as _;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(told) => return arguments::tell(&told).into(),
    };
    let done = match arguments.command {
        Command::Send(arguments) => send::run(*arguments),
        Command::Route(arguments) => route::run(arguments),
        Command::Sink(arguments) => sink::run(arguments),
        Command::Config(arguments) => config::run(&arguments),
        Command::Demo => demo::run(),
        Command::Completions { shell } => manual::completions(shell),
        Command::Man { command } => manual::page(command.as_deref()),
    };
    let exit = done.unwrap_or_else(|error| {
        eprintln!("envoi: {error}");
        error.exit()
    });
    exit.into()
}
