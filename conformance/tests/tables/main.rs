//! Looks keys up with Postfix's own postmap(1), proxymap(8) and smtp(8) and with ours: all of them
//! have to find the same.
//!
//! Needs Postfix, and root to run it.
#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod addresses;
mod file;
mod hosts;
mod lookups;
mod proxied;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use conformance::servers;
use libtest_mimic::{Arguments, Trial};

use crate::file::TableFile;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = trials(&arguments).unwrap_or_else(|error| {
        let error = error.to_string();
        vec![Trial::test("keys_are_looked_up", || Err(error.into()))]
    });
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(arguments: &Arguments) -> Result<Vec<Trial>, Box<dyn Error>> {
    let files = TableFile::read_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tables"))?;
    let names: Vec<_> = files.iter().map(|file| file.name.clone()).collect();
    let mut trials = Vec::new();
    if arguments.list {
        let trial = |name: &str| Trial::test(name.to_owned(), || Ok(()));
        trials.extend(names.iter().map(|name| trial(name)));
        let proxied = [proxied::NAME, proxied::REMEMBERED];
        trials.extend(proxied.map(trial));
        trials.extend([lookups::RANDOM, hosts::NAME, addresses::NAME].map(trial));
        return Ok(trials);
    }
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("servers");
    let installed = servers::install(&cache, &mut |line| eprintln!("{line}"))?;
    for file in files.clone() {
        let installed = installed.clone();
        let trial = move || lookups::agree(&installed, &file).map_err(Into::into);
        trials.push(Trial::test(names[trials.len()].clone(), trial));
    }
    let with = installed.clone();
    trials.push(Trial::test(lookups::RANDOM, move || Ok(lookups::random(&with)?)));
    let with = installed.clone();
    trials.push(Trial::test(proxied::NAME, move || Ok(proxied::agree(&with, &files)?)));
    let with = installed.clone();
    trials.push(Trial::test(proxied::REMEMBERED, move || Ok(proxied::remember(&with)?)));
    let with = installed.clone();
    trials.push(Trial::test(hosts::NAME, move || Ok(hosts::agree(&with)?)));
    trials.push(Trial::test(addresses::NAME, move || Ok(addresses::agree(&installed)?)));
    Ok(trials)
}
