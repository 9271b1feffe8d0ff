//! main.cf as postconf(1) reads it, file by file.
//!
//! Each file below `main_cf` shows one fact, which its first line says; lines `# with -o …` are
//! options. Needs Postfix.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;
use std::{fs, thread};

use envoi_postfix::main_cf::{MainCf, Override, Parameters, Personality, Problem, System};
use tempfile::TempDir;

#[test]
fn values_and_failures_are_those_of_postconf() {
    let files = files();
    assert!(files.len() >= 60, "{} files", files.len());
    // postconf(1) sleeps before it fails: several do so at a time.
    let share = files.len().div_ceil(AT_A_TIME);
    let differing: Vec<_> = thread::scope(|scope| {
        let differences = |files: &'_ [PathBuf]| -> Vec<_> {
            files.iter().filter_map(|file| Case::read(file).difference()).collect()
        };
        let threads: Vec<_> =
            files.chunks(share).map(|files| scope.spawn(move || differences(files))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn every_file_says_what_it_shows() {
    for file in files() {
        let text = fs::read_to_string(&file).unwrap();
        let fact = text.lines().next().unwrap();
        assert!(fact.starts_with("# ") && fact.ends_with('.'), "{}: {fact}", file.display());
    }
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("main_cf");
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// A directory with a main.cf, and options.
struct Case {
    name: String,
    directory: TempDir,
    options: Vec<String>,
}

/// What a file comes to: a value for each setting, or a failure.
type Outcome = Result<BTreeMap<String, String>, String>;

impl Case {
    fn read(file: &Path) -> Self {
        let directory = TempDir::new().unwrap();
        let text = fs::read_to_string(file).unwrap();
        let main_cf = fs::File::create(directory.path().join("main.cf")).unwrap();
        (&main_cf).write_all(text.as_bytes()).unwrap();
        // postconf(1) waits until a file that was changed just now can be told from a change.
        main_cf.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        fs::write(directory.path().join("master.cf"), "").unwrap();
        let options = text.lines().filter_map(|line| line.strip_prefix("# with -o "));
        let options = options.map(Into::into).collect();
        Self { name: file.file_stem().unwrap().display().to_string(), directory, options }
    }

    /// What ours makes otherwise of it than postconf(1) does.
    fn difference(&self) -> Option<String> {
        let (ours, set) = self.ours();
        let theirs = self.postconf(&["-x", "-n"]);
        // By name they are worked out one at a time, whoever reads them.
        let names: Vec<_> = theirs.iter().flatten().map(|(name, _)| name.as_str()).collect();
        let named = theirs.as_ref().ok().map(|_| self.postconf(&[&["-x"][..], &names].concat()));
        let agrees = match (&ours, &theirs, &named) {
            (Err(_), Err(_), _) => true,
            (Ok(ours), Ok(theirs), Some(Ok(named))) => {
                let mut set = set.iter();
                // What postconf(1) leaves out, no program reads.
                (names.is_empty() || named == theirs)
                    && set.all(|(name, is_known)| theirs.contains_key(name) == *is_known)
                    && theirs.iter().all(|(name, value)| ours.get(name) == Some(value))
            }
            (Ok(_) | Err(_), _, _) => false,
        };
        let Self { name, .. } = self;
        (!agrees).then(|| format!("{name}:\n ours   {ours:?}\n theirs {theirs:?} {named:?}"))
    }

    /// What ours makes of the file, and which settings it knows.
    fn ours(&self) -> (Outcome, BTreeMap<String, bool>) {
        let overrides: Vec<Override> =
            self.options.iter().map(|option| option.parse().unwrap()).collect();
        let (main_cf, problems) = MainCf::read(self.directory.path(), &overrides);
        let unknown: Vec<_> = main_cf.unknown().map(|problem| problem.fault).collect();
        let is_known = |name: &str| {
            !unknown
                .iter()
                .any(|fault| fault.to_string().starts_with(&format!("unknown parameter {name};")))
        };
        let set = main_cf.settings().map(|(name, _)| (name.to_owned(), is_known(name))).collect();
        if let Some(problem) = problems.into_iter().find(Problem::is_error) {
            return (Err(problem.to_string()), set);
        }
        let (parameters, _) = Parameters::new(main_cf, Personality::Smtp, &System::default());
        let mut values = BTreeMap::new();
        for (name, _) in parameters.main_cf().settings() {
            match parameters.expanded(name) {
                Ok(expanded) => values.insert(name.to_owned(), squeezed(&expanded.text)),
                // postconf(1) does not look at what no program reads.
                Err(_) if !is_known(name) => None,
                Err(problem) => return (Err(problem.to_string()), set),
            };
        }
        (Ok(values), set)
    }

    fn postconf(&self, arguments: &[&str]) -> Outcome {
        let mut command = Command::new("postconf");
        command.arg("-c").arg(self.directory.path());
        for option in &self.options {
            command.args(["-o", option]);
        }
        let output = command.args(arguments).output().expect("postconf can be run");
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        let lines = String::from_utf8(output.stdout).unwrap();
        let values = lines.lines().map(|line| {
            let (name, value) = line.split_once(" =").unwrap();
            (name.to_owned(), squeezed(value))
        });
        // It is not set, but said by -c.
        Ok(values.filter(|(name, _)| name != "config_directory").collect())
    }
}

/// A value as postconf(1) shows it: in one line.
fn squeezed(value: &str) -> String {
    let words = value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// How many files are looked at at a time.
const AT_A_TIME: usize = 10;
