//! Dialogues: what client and server say to each other, as data.
//!
//! A dialogue file shows one fact. It is played against the core in memory ([`play`]), against
//! whole clients over loopback ([`Server`]), and against Postfix's smtp(8) ([`Performance`]).
//! An [`Obstacle`] says why one cannot be played everywhere.
//!
//! ```text
//! # A refused recipient does not stop the message.          RFC 5321, 3.3; RFC 2920, 3.1
//! with recipients=bob@mx.example,nobody@mx.example
//! S: 220 mx.example ESMTP
//! C: EHLO client.example
//! S: 250-mx.example
//! S: 250 PIPELINING
//! C: MAIL FROM:<ann@client.example>
//! C: RCPT TO:<bob@mx.example>
//! C: RCPT TO:<nobody@mx.example>
//! C: DATA
//! S: 250 2.1.0 Ok
//! S: 250 2.1.5 Ok
//! S: 550 5.1.1 No such user
//! wait 119s
//! S: 354 Go ahead
//! C: <content>
//! C: .
//! C: QUIT
//! S: 250 2.0.0 Queued
//! = bob@mx.example sent 2.0.0
//! = nobody@mx.example bounced 5.1.1
//! ```
//!
//! # Lines
//!
//! Lines of one side that follow one another are one flight: what is written before anything
//! else is heard. More or less than the file shows is a failure. `\r`, `\n`, `\t`, `\s`, `\\` and
//! `\xHH` are escapes; `{1..9}` makes nine lines of one.
//!
//! | line | meaning |
//! |---|---|
//! | `# …` | comment; the first one is the title: the fact, and where it is asked for |
//! | `with NAME=VALUE …` | settings of the conversation and of all its messages |
//! | `message NAME=VALUE …` | one message more; without such lines there is one |
//! | `to <ADDRESS> notify=… orcpt=…` | one recipient more of the message above, or of all |
//! | `content TEXT`, `content*N TEXT` | more content of the message above, or of all; N times |
//! | `differs PROGRAM: REASON` | that program's dialogue or verdicts are others |
//! | `S: TEXT`, `S\| TEXT` | the server sends a line; a part of one, CRLF not supplied |
//! | `S: <eof>`, `<reset>`, `<broken>` | its side ends: nothing more is sent, taken, or either |
//! | `S: <cut>` | as `<eof>`, but TLS does not say so before |
//! | `C: TEXT` | the client sends a command |
//! | `C: … <credentials>` | it sends a line whose rest is not compared |
//! | `D: TEXT` | the client sends a line of content |
//! | `C: <content>` | the client sends the content, or what BDAT said of it |
//! | `C: <content N>` | N bytes of it; then the server reads no further until the next `C:` |
//! | `<tls>` | both sides shake hands; what follows goes by TLS |
//! | `C: <hello>`, `C: <alert N>` | the client begins a handshake; it says why it goes |
//! | `wait 5s` | time passes, and nothing happens before it is over |
//! | `timeout` | the client has just given up waiting |
//! | `A: WISH` | the application wants something |
//! | `idle` | the conversation is still open at the end |
//! | `= ADDRESS VERDICT STATUS`, `uncertain`, `relay=…`, `(TEXT)` | what becomes of a recipient |
//!
//! Without `A:` lines the application gives its messages as they are wanted, and then quits. With
//! them it does what they say: `message`, `quit`, `probe`, `abort`; `park` keeps an idle
//! conversation that is fit to be used again, `discard` ends one that is not.
//!
//! # Settings
//!
//! Settings of the conversation are Postfix's parameters without `smtp_`: `helo_name`,
//! `myhostname`, `always_send_ehlo`, `never_send_ehlo`, `discard_ehlo_keywords`,
//! `smtputf8_enable`, `quote_rfc821_envelope`, `send_xforward_command`, `send_dummy_mail_auth`,
//! `disable_mime_output_conversion`, `mime_nesting_limit`, `mime_boundary_length_limit`,
//! `line_length_limit`, `skip_quit_response`, `skip_5xx_greeting`, `soft_bounce`,
//! `pix_workarounds` (`none` for neither), `pix_workaround_delay_time`,
//! `pix_workaround_threshold_time`, and the time limits `helo_timeout`, `xforward_timeout`,
//! `mail_timeout`, `rcpt_timeout`, `data_init_timeout`, `data_xfer_timeout`, `data_done_timeout`,
//! `rset_timeout`, `quit_timeout`, `starttls_timeout`; `min_data_rate` implies
//! `per_request_deadline`. Of TLS there are `tls_wrappermode` and `tls_block_early_mail_reply`; of
//! SASL, `sasl_security_options`,
//! `sasl_tls_security_options`, `sasl_tls_verified_security_options`, `sasl_mechanism_filter` and
//! `sasl_auth_soft_bounce`. Of tables, `generic_maps` is `inline:{FROM=TO,…}` and rewrites the
//! envelope; `discard_ehlo_keyword_address_maps`, `pix_workaround_maps` and `sasl_password_maps`
//! are `fail:table`: they cannot be asked; `reply_filter` is that or has one line,
//! `regexp:{{/^BEGINNING/\sREPLACEMENT}}`. Beside them:
//!
//! | setting | values | default |
//! |---|---|---|
//! | `protocol` | `smtp`, `lmtp` | `smtp` |
//! | `bare_cr` | `space`, `keep` | `space` |
//! | `conversion` | `sound`: nothing beyond ASCII is left, and nothing is lost | as Postfix does |
//! | `overlap` | `yes`, `no` | `yes` |
//! | `chunking` | messages in doubt at most | no BDAT |
//! | `output_buffer` | bytes | 65536 |
//! | `reply_line_limit` | bytes of a reply line (`line_length_limit`) | 2048 |
//! | `last_server` | `yes`, `no` | `yes` |
//! | `portions` | `all`; `whole`: the server's flights arrive in one piece | `all` |
//! | `tls` | `none`, `may`, `encrypt`, `fingerprint`, `verify`, `secure` | `none` |
//! | `tls_engine` | `yes`; `no`: we have no TLS | `yes` |
//! | `requiretls_policy` | `enforce`, `opportunistic+starttls`, `opportunistic`, `disable` | `enforce` |
//! | `nexthop` | the domain that certificates may have to name | `mx.example` |
//! | `fingerprint` | one that is listed | the certificate's |
//! | `certificate` | `good`, `expired`, `wrong-name`, `untrusted`, `self-signed`, `wildcard` | `good` |
//! | `user`, `password`, `token`, `acting_as` | who logs in | nobody |
//! | `credentials` | `certificate`: it is our certificate that logs in | |
//! | `nonce` | 36 hexadecimal digits | zeros |
//! | `rejection` | the reply by which the server refused the credentials before | |
//!
//! Under TLS it is always 15 January 2027, and the server is `mx.example`, whose certificate an
//! authority of the dialogues' own has signed.
//!
//! Settings of a message:
//!
//! | setting | values | default |
//! |---|---|---|
//! | `sender` | an address, or `<>` | `ann@client.example` |
//! | `recipients` | addresses | `bob@mx.example` |
//! | `size`, `length` | `true`, `unknown`, bytes | `true`, `unknown` |
//! | `body` | `7bit`, `8bitmime` | not known; `7bit` if it is so and there is no 8BITMIME |
//! | `smtputf8` | `requested`, `required` | no |
//! | `requiretls` | `yes` | no |
//! | `ret` | `full`, `hdrs` | |
//! | `envid` | text | |
//! | `probe` | `rcpt`, `data` | a message to deliver |
//! | `age` | time since it arrived | not known |
//! | `breaks_after` | bytes after which the content cannot be read | |
//! | `xforward_name`, `_addr`, `_port`, `_proto` | what XFORWARD says | not known |
//! | `xforward_helo`, `_ident`, `_source` | | not known |

mod application;
mod error;
pub(crate) mod escape;
mod flight;
mod line;
mod login;
mod message;
mod mismatch;
mod obstacle;
mod pace;
mod parser;
mod player;
mod postfix;
mod reply_filter;
mod script;
mod server;
mod setup;
mod tls;
pub(crate) mod value;
mod verdict;

use std::fs;
use std::path::{Path, PathBuf};

pub use error::Error;
pub(crate) use flight::{Contents, flight_length, stops_after};
pub use line::{Action, Amount, Difference, Ending, Expected, Line, Wish};
pub use message::{Message, Number};
pub use mismatch::Mismatch;
pub(crate) use mismatch::{compare, lines};
pub use obstacle::Obstacle;
pub use pace::Pace;
pub(crate) use parser::{Parser, settings};
pub use player::play;
pub(crate) use player::{START, hold};
pub use postfix::Performance;
pub use reply_filter::ReplyFilter;
pub use script::Manner;
pub use server::Server;
pub use setup::Setup;
pub(crate) use tls::asking_config;
pub use tls::{
    Certificate, TlsServer, authority, client_credential, config as tls_config,
    config_of as tls_config_of, engine as tls_engine, good_fingerprint,
};

/// One dialogue, as its file has it.
#[derive(Clone, Debug)]
pub struct Dialogue {
    /// The file.
    pub file: PathBuf,
    /// The fact that it shows, and where that is asked for.
    pub title: String,
    /// What the conversation is set up with.
    pub setup: Setup,
    /// What the application wants to send, in order.
    pub messages: Vec<Message>,
    /// What happens.
    pub lines: Vec<Line>,
    /// What becomes of each recipient of each message.
    pub verdicts: Vec<Expected>,
    /// Programs that differ.
    pub differences: Vec<Difference>,
}

impl Dialogue {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read or understood.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(file)
            .map_err(|source| Error::Unreadable { file: file.into(), source })?;
        parser::parse(file, &text)
    }

    /// Reads all dialogues of a folder, by name.
    ///
    /// # Errors
    /// If one cannot be read or understood.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, Error> {
        let files = files(folder, "dialogue")?;
        files.iter().map(|file| Self::read(file)).collect()
    }

    /// The file's name without its extension.
    pub fn name(&self) -> &str {
        self.file.file_stem().and_then(|name| name.to_str()).unwrap_or_default()
    }

    /// Whether the application acts where `A:` lines say so, and not of itself.
    pub fn is_led(&self) -> bool {
        self.lines.iter().any(|line| matches!(line.action, Action::Application(_)))
    }

    /// In what portions to play it: all that there are, but for one that depends on them, and one
    /// under TLS, whose records are of a length that the file does not tell.
    pub fn paces(&self) -> impl Iterator<Item = Pace> {
        let has_records = self.lines.iter().any(|line| line.action == Action::Tls);
        let bytes = if has_records { 0 } else { self.server_bytes() };
        let most = if self.setup.is_whole { 1 } else { usize::MAX };
        Pace::all(bytes).take(most)
    }

    /// Why a program's dialogue or verdicts are others, if they are.
    pub fn difference(&self, program: &str) -> Option<&str> {
        let difference = self.differences.iter().find(|d| d.program == program);
        difference.map(|difference| &*difference.reason)
    }

    /// Whether the server has 8BITMIME.
    pub(crate) fn offers_8bitmime(&self) -> bool {
        let is_offer = |said: &[u8]| said.get(4..) == Some(b"8BITMIME\r\n");
        self.lines.iter().any(|line| is_offer(line.action.said()))
    }

    /// Bytes that the server sends.
    pub fn server_bytes(&self) -> usize {
        server_bytes(&self.lines)
    }
}

/// Bytes that the server sends in these lines.
pub(crate) fn server_bytes(lines: &[Line]) -> usize {
    lines.iter().map(|line| line.action.said().len()).sum()
}

/// The files of a folder with this extension, by name.
pub(crate) fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |source| Error::Unreadable { file: folder.into(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        files.push(entry.map_err(unreadable)?.path());
    }
    files.retain(|file| file.extension().is_some_and(|found| found == extension));
    files.sort();
    Ok(files)
}
