//! Replays what the fuzz targets found, without libFuzzer.

use std::fs::{self, DirEntry};
use std::path::Path;

use conformance::fuzzing::{TARGETS, Target};
use conformance::witness::Violation;

#[test]
fn every_corpus_passes() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for (name, target) in TARGETS {
        let (files, failed) = replay(&corpora.join(name), target);
        assert!(files > 20, "the corpus of {name} has {files} files");
        assert!(failed.is_empty(), "{name}:\n{}", failed.join("\n"));
    }
}

#[test]
fn what_a_target_finds_fails_the_replay() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("good"), "a").unwrap();
    fs::write(folder.path().join("bad"), "boom").unwrap();
    let target: Target = |data| match data {
        b"boom" => Err(Violation("it went off".into())),
        _ => Ok(()),
    };
    let (files, failed) = replay(folder.path(), target);
    assert_eq!((files, failed), (2, vec!["bad: it went off".to_owned()]));
}

/// How many files a folder has, and what is wrong with which.
fn replay(folder: &Path, target: Target) -> (usize, Vec<String>) {
    let read = |file: &DirEntry| fs::read(file.path()).expect("the file can be read");
    let files = fs::read_dir(folder).expect("the corpus can be read");
    let mut files: Vec<_> = files.map(|file| file.expect("it has a next file")).collect();
    files.sort_by_key(|file| file.file_name());
    let failed = files.iter().filter_map(|file| {
        let violation = target(&read(file)).err()?;
        Some(format!("{}: {violation}", file.file_name().display()))
    });
    let failed = failed.collect();
    (files.len(), failed)
}
