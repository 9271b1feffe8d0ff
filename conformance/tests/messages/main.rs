//! Sends messages with Postfix's own smtp(8) and with ours: the wire has to see the same.
//!
//! Needs Postfix, and root to run it.
#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod account;
mod ours;
mod receiver;
mod reference;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use conformance::sending::Sending;
use libtest_mimic::{Arguments, Failed, Trial};

use crate::account::Account;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = trials(&arguments).unwrap_or_else(|error| {
        let error = error.to_string();
        vec![Trial::test("messages_are_sent", || Err(error.into()))]
    });
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(arguments: &Arguments) -> Result<Vec<Trial>, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("messages");
    let mut sendings = Sending::read_all(&folder)?;
    let count = sendings.len();
    // Postfix is asked for no more than is wanted.
    let is_wanted = |sending: &Sending| {
        arguments.filter.as_ref().is_none_or(|filter| sending.name.contains(filter))
    };
    sendings.retain(|sending| is_wanted(sending) && !arguments.list);
    let accounts = reference::accounts(&sendings)?;
    let mut trials: Vec<_> = sendings
        .into_iter()
        .zip(accounts)
        .map(|(sending, account)| trial(sending, account))
        .collect();
    trials.push(Trial::test("there_are_at_least_200_messages", move || {
        if count < 200 { Err(format!("there are {count}").into()) } else { Ok(()) }
    }));
    Ok(trials)
}

fn trial(sending: Sending, account: Result<Account, String>) -> Trial {
    Trial::test(sending.name.clone(), move || {
        let ours = ours::account(&sending).map_err(|error| failed(&sending, error.to_string()))?;
        let theirs = account.map_err(|error| failed(&sending, format!("Postfix: {error}")))?;
        match (theirs.difference(&ours), &sending.difference) {
            (None, None) => Ok(()),
            (Some(_), Some(_)) if theirs.outcomes == ours.outcomes => Ok(()),
            (Some(difference), Some(_)) => Err(failed(&sending, difference)),
            (Some(difference), None) => Err(failed(&sending, difference)),
            (None, Some(reason)) => {
                Err(failed(&sending, format!("Postfix agrees, although: {reason}")))
            }
        }
    })
}

fn failed(sending: &Sending, reason: String) -> Failed {
    let file = sending.file.file_name().unwrap_or_default().to_string_lossy();
    format!("\n--> conformance/messages/{file}:{}\n{reason}", sending.line).into()
}
