//! main.cf: parameters, where they were set, and what they say.
//!
//! [`MainCf`] is what a file and the options of a command line set, as postconf(5) has it:
//!
//! - `name = value`; a line that begins with white space continues the one before it, also across
//!   comments and blank lines; the last setting counts, and options count more than the file.
//! - `$name`, `${name}` and `$(name)` stand for the value of another parameter;
//!   `${name?text}` for the text if that is not empty, `${name:text}` if it is;
//!   `${name?{text}:{text}}` for one of two texts, and `${{text} == {text} ? {text} : {text}}` as
//!   well. `$$` is a dollar sign.
//!
//! [`Parameters`] are what a client makes of it: a value for each parameter of [`table`], with the
//! defaults of `compatibility_level`. Whatever is wrong is a [`Problem`] with its place, and does
//! not keep others from being found.
//!
//! ```
//! use std::path::Path;
//! use envoi_postfix::main_cf::{MainCf, Parameters, Personality, System};
//!
//! let text = b"timeout = 5\nsmtp_helo_timeout = ${timeout}m\nsmtp_mx_session_limit = all\n";
//! let (main_cf, problems) = MainCf::parse(Path::new("main.cf"), text);
//! assert!(problems.is_empty());
//! let (parameters, problems) = Parameters::new(main_cf, Personality::Smtp, &System::default());
//! assert_eq!(parameters.time("smtp_helo_timeout").as_secs(), 300);
//! assert_eq!(
//!     problems[0].to_string(),
//!     "main.cf:3: bad smtp_mx_session_limit \"all\"; expected a whole number from 0 to 2147483647",
//! );
//! ```

mod expansion;
mod level;
mod lines;
mod parameter;
mod parameters;
mod problem;
mod reference;
mod setting;
mod system;
pub mod table;
mod unknown;
mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

pub use expansion::{BadReference, Expanded, ExpansionError};
pub use level::{BadLevel, Level};
pub use parameter::{Effect, Kind, Parameter, Twin};
pub use parameters::Parameters;
pub use problem::{Fault, Problem, Severity};
pub use setting::{Malformed, Override, Place, Setting};
pub use system::System;
pub use table::Personality;
pub use value::Unit;

use lines::Line;

/// What main.cf and options set.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MainCf {
    settings: BTreeMap<String, Setting>,
    /// What master.cf refers to.
    master: BTreeSet<String>,
}

impl MainCf {
    /// Reads main.cf in a directory; options count more than what it says.
    ///
    /// If there is a master.cf beside it, what that refers to is not unknown.
    pub fn read(directory: &Path, overrides: &[Override]) -> (Self, Vec<Problem>) {
        let path = directory.join("main.cf");
        let (mut main_cf, problems) = match contents(&path) {
            Ok(text) => Self::parse(&path, &text),
            Err(fault) => {
                let place = Place::File(path.into());
                (Self::default(), vec![Problem { place, fault }])
            }
        };
        if let Ok(master) = contents(&directory.join("master.cf")) {
            let master = String::from_utf8_lossy(&master);
            main_cf.master = unknown::references(&master).map(Into::into).collect();
        }
        for set in overrides {
            main_cf.set(set);
        }
        (main_cf, problems)
    }

    /// Reads the text of a main.cf, which is said to be at `path`.
    pub fn parse(path: &Path, text: &[u8]) -> (Self, Vec<Problem>) {
        if text.len() > FILE_SIZE_MAX {
            let place = Place::File(path.into());
            let fault = Fault::TooLarge(FILE_SIZE_MAX);
            return (Self::default(), vec![Problem { place, fault }]);
        }
        let path: Arc<Path> = path.into();
        let (mut main_cf, mut problems) = (Self::default(), Vec::new());
        for line in lines::join(text) {
            let place = Place::Line(Arc::clone(&path), line.number);
            let tell = |fault| problems.push(Problem { place: place.clone(), fault });
            main_cf.line(&line, &place, tell);
        }
        (main_cf, problems)
    }

    /// Sets a parameter as an option does.
    pub fn set(&mut self, set: &Override) {
        let setting = Setting { value: set.value.clone(), place: Place::Option };
        self.settings.insert(set.name.clone(), setting);
    }

    /// What a parameter is set to, and where.
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.get(name)
    }

    /// All that is set, by name.
    pub fn settings(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.settings.iter().map(|(name, setting)| (name.as_str(), setting))
    }

    fn line(&mut self, line: &Line, place: &Place, mut tell: impl FnMut(Fault)) {
        // As Postfix sees it, a text ends with a NUL.
        let text = line.text.split(|byte| *byte == 0).next().unwrap_or_default();
        let decoded = String::from_utf8_lossy(text);
        if line.is_orphan() {
            return tell(Fault::Orphan(excerpt(lines::trim(&decoded))));
        }
        let (name, value) = match setting::assignment(&decoded) {
            Ok(assignment) => assignment,
            Err(error) => return tell(Fault::Malformed(excerpt(&decoded), error)),
        };
        if text.len() < line.text.len() {
            tell(Fault::Nul(excerpt(name)));
        }
        if str::from_utf8(text).is_err() {
            tell(Fault::NotUtf8(excerpt(name)));
        }
        let setting = Setting { value: value.into(), place: place.clone() };
        if let Some(earlier) = self.settings.insert(name.into(), setting) {
            tell(Fault::SetAgain(excerpt(name), earlier.place));
        }
    }
}

/// The bytes of a file that is not too large.
fn contents(path: &Path) -> Result<Vec<u8>, Fault> {
    let read = || {
        let mut text = Vec::new();
        // A byte more shows that there is more.
        let limit = u64::try_from(FILE_SIZE_MAX).map_or(u64::MAX, |max| max + 1);
        File::open(path)?.take(limit).read_to_end(&mut text)?;
        Ok(text)
    };
    read().map_err(|error: std::io::Error| {
        let told = error.to_string();
        let reason = told.split(" (os error").next().unwrap_or_default();
        Fault::Unreadable(reason.into())
    })
}

/// The beginning of a text, to show it.
fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into(),
    }
}

/// Largest main.cf; those of large sites have some ten kilobytes.
const FILE_SIZE_MAX: usize = 4 << 20;
/// How many characters of a line are shown.
const EXCERPT_MAX: usize = 60;

#[cfg(test)]
mod tests;
