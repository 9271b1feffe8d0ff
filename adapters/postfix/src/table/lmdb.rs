//! `lmdb:file`: a database of LMDB, by heed.
//!
//! It is read into memory, as the other files are: LMDB wants a database to be open once in a
//! process, and a lookup would need a lock, for Postfix keeps LMDB's own locks from being used.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use heed::types::Bytes;
use heed::{CommitOrAbort, Env, EnvFlags, EnvOpenOptions, WithoutTls};
use rustix::fs::FlockOperation;
use rustix::io::Errno;

use super::cdb::without_nul;
use super::entries::Entries;
use super::error::Fault;
use super::file::{Snapshot, with_extension};

pub(super) fn open(name: &str) -> Result<Entries, Fault> {
    let path = with_extension(name, "lmdb");
    // One at a time: a database cannot be opened twice.
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let file = Snapshot::open(&path)?;
    if file.size() == 0 {
        // LMDB would begin to write one.
        return Err(Fault::Database("not a database: the file is empty".to_owned()));
    }
    lock(&file).map_err(|error| Fault::io(&path, error.into()))?;
    let read = open_environment(&path).and_then(|environment| {
        let entries = read(&environment);
        environment.prepare_for_closing().wait();
        entries
    });
    let unlocked = rustix::fs::fcntl_lock(file.reader(), FlockOperation::Unlock);
    let mut entries = read.map_err(|error| Fault::Database(error.to_string()))?;
    unlocked.map_err(|error| Fault::io(&path, error.into()))?;
    entries.file = Some(file);
    Ok(entries)
}

/// Keeps writers away, with the lock that Postfix takes.
fn lock(file: &Snapshot) -> Result<(), Errno> {
    for _ in 0..LOCK_TRIES {
        match rustix::fs::fcntl_lock(file.reader(), FlockOperation::NonBlockingLockShared) {
            Err(Errno::AGAIN | Errno::ACCESS) => thread::sleep(LOCK_PAUSE),
            result => return result,
        }
    }
    Err(Errno::AGAIN)
}

#[allow(unsafe_code)]
fn open_environment(path: &Path) -> Result<Env<WithoutTls>, heed::Error> {
    let mut options = EnvOpenOptions::new().read_txn_without_tls();
    let flags = EnvFlags::READ_ONLY | EnvFlags::NO_SUB_DIR | EnvFlags::NO_LOCK;
    // SAFETY: without LMDB's locks nobody may write while we read, which the lock of the caller
    // sees to, as long as all writers are Postfix's. The file is not opened a second time in this
    // process: the caller has its turn alone, and closes it before that ends.
    unsafe { options.flags(flags).open(path) }
}

/// All entries. Keys and values may end with a NUL or not; where both are there, the former hold,
/// as with Postfix.
fn read(environment: &Env<WithoutTls>) -> Result<Entries, heed::Error> {
    let transaction = environment.read_txn()?;
    let read = environment.open_databases_and_commit(transaction, |opener, transaction| {
        let mut entries = Entries::default();
        let Some(database) = opener.open_database::<Bytes, Bytes>(transaction, None)? else {
            return Ok(CommitOrAbort::Abort(entries));
        };
        for entry in database.iter(transaction)? {
            let (key, value) = entry?;
            let value = without_nul(value.to_owned()).into();
            match key.strip_suffix(b"\0") {
                Some(key) => drop(entries.map.insert(key.into(), value)),
                None => drop(entries.map.entry(key.into()).or_insert(value)),
            }
        }
        Ok::<CommitOrAbort<(), Entries>, heed::Error>(CommitOrAbort::Abort(entries))
    })?;
    Ok(read.abort().unwrap_or_default())
}

static TURN: Mutex<()> = Mutex::new(());
/// How long a writer is waited for: 5 seconds.
const LOCK_TRIES: u32 = 500;
const LOCK_PAUSE: Duration = Duration::from_millis(10);
