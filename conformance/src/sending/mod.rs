//! Messages on their way out, as data: what Postfix puts on the wire for one, we do.
//!
//! A `.messages` file has many of them. Each is sent by Postfix's own smtp(8) and by us, with the
//! same lines of main.cf, to a server of ours; what the servers hear and what becomes of each
//! recipient has to be the same.
//!
//! ```text
//! # What becomes of 8-bit parts.                                               RFC 6152, 3
//! servers full seven
//! mail <ann@client.example> BODY=8BITMIME
//!
//! message leaf {ENCODING}
//! each ENCODING
//!   8bit
//!   binary
//! cf smtp_line_length_limit = 100
//! | MIME-Version: 1.0
//! | Content-Transfer-Encoding: {ENCODING}
//! |
//! | {na\xefve *80}
//! ```
//!
//! | line | meaning |
//! |---|---|
//! | `# …` | comment; the first one says what the file shows |
//! | `message NAME` | a message begins; what stands before the first holds for all |
//! | `servers NAME …` | the servers that it is put to, each in its turn |
//! | `mail <ADDRESS> PARAMETERS` | the sender, and parameters of MAIL when it is submitted |
//! | `rcpt <ADDRESS> PARAMETERS` | a recipient; without such lines there is bob@mx.example |
//! | `cf NAME = VALUE` | a line of main.cf |
//! | `each NAME`, then indented lines | a message for each line, in place of `{NAME}` |
//! | `\| TEXT` | a line of content |
//! | `differs REASON` | we do otherwise, and this is why |
//!
//! The servers are `full`, `seven` (neither 8BITMIME nor SMTPUTF8), `eight` (8BITMIME and
//! PIPELINING alone), `no-dsn`, `no-size`, `no-utf8`, `small` (SIZE 1000), `bare`, `old` (HELO), `login`,
//! `lmtp` and `lmtp-seven`: [`Profile`] tells what each offers. A difference is one of the wire:
//! what becomes of the recipients is always the same.
//!
//! `{TEXT*N}` is the text N times, `{1..9}` makes nine lines of one; `\r`, `\n`, `\t`, `\s`, `\\`
//! and `\xHH` are escapes. The content has a header, or Postfix puts an empty line first.

mod parser;
mod profile;

use std::fs;
use std::path::{Path, PathBuf};

pub use profile::Profile;

use crate::dialogue::{self, Error};

/// A message, how it is submitted, and the server that it is put to.
#[derive(Clone, Debug)]
pub struct Sending {
    /// The file.
    pub file: PathBuf,
    /// Where in it the message begins, from 1.
    pub line: usize,
    /// The file's name, the message's, and the server's.
    pub name: String,
    /// Lines of main.cf: name and value.
    pub parameters: Vec<(String, String)>,
    /// The server.
    pub server: Profile,
    /// The reverse-path without angle brackets.
    pub sender: String,
    /// Parameters of MAIL.
    pub mail: String,
    /// Forward-paths without angle brackets, each with its parameters of RCPT.
    pub recipients: Vec<(String, String)>,
    /// Lines that end in CRLF.
    pub content: Vec<u8>,
    /// Why we do otherwise than Postfix, if we do.
    pub difference: Option<String>,
}

impl Sending {
    /// Reads all files of a folder, by name.
    ///
    /// # Errors
    /// If one cannot be read or understood.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, Error> {
        let mut sendings = Vec::new();
        for file in dialogue::files(folder, "messages")? {
            let text = fs::read_to_string(&file)
                .map_err(|source| Error::Unreadable { file: file.clone(), source })?;
            sendings.extend(parser::parse(&file, &text)?);
        }
        Ok(sendings)
    }
}
