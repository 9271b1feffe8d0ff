//! Files of tables: a source, the tables that are made of it, and keys.
//!
//! ```text
//! # What it is about. A line `once` says that it does not matter how keys are compared: postmap(1)
//! # sleeps for a second before it fails.
//! = texthash:@FILE@
//! == source
//! key value
//! == keys
//! key
//! ```
//!
//! In keys `\n` is a line end, `\\` a backslash, and `\xff` any byte.

use std::error::Error;
use std::fs;
use std::path::Path;

#[derive(Clone, Debug, Default)]
pub(crate) struct TableFile {
    pub(crate) name: String,
    /// Whether one way to compare keys is enough.
    pub(crate) is_once: bool,
    /// `@FILE@` stands for the path of the source.
    pub(crate) tables: Vec<String>,
    pub(crate) source: Vec<u8>,
    pub(crate) keys: Vec<Vec<u8>>,
}

impl TableFile {
    pub(crate) fn read_all(folder: &Path) -> Result<Vec<Self>, Box<dyn Error>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "table") {
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                files.push(Self::parse(name, &fs::read(&path)?)?);
            }
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(files)
    }

    fn parse(name: String, content: &[u8]) -> Result<Self, Box<dyn Error>> {
        let mut file = Self { name, ..Self::default() };
        let (mut is_source, mut is_keys) = (false, false);
        for line in content.split_inclusive(|byte| *byte == b'\n') {
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            match text {
                b"== source" => is_source = true,
                b"== keys" => (is_source, is_keys) = (false, true),
                b"once" if !is_keys && !is_source => file.is_once = true,
                _ if is_source => file.source.extend_from_slice(line),
                _ if is_keys => file.keys.push(unescaped(text)?),
                _ => {
                    let table = str::from_utf8(text)?.strip_prefix("= ");
                    file.tables.extend(table.map(str::to_owned));
                }
            }
        }
        if file.tables.is_empty() || file.keys.is_empty() {
            return Err(format!("{}: neither tables nor keys may be missing", file.name).into());
        }
        Ok(file)
    }

    /// A table's name, with its source in `path`.
    pub(crate) fn spec(table: &str, path: &Path) -> String {
        table.replace("@FILE@", &path.display().to_string())
    }
}

fn unescaped(text: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut key = Vec::new();
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        key.push(match (byte, byte == b'\\') {
            (byte, false) => byte,
            (_, true) => match rest.next() {
                Some(b'n') => b'\n',
                Some(b'\\') => b'\\',
                Some(b'x') => {
                    let digits: Vec<u8> = rest.by_ref().take(2).collect();
                    u8::from_str_radix(str::from_utf8(&digits)?, 16)?
                }
                _ => return Err(format!("a bad escape in {:?}", text.escape_ascii()).into()),
            },
        });
    }
    Ok(key)
}
