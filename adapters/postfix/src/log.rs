//! The log: lines as Postfix writes them, to syslog, a file or a terminal.
//!
//! All crates of Envoi tell what they do through `tracing`. [`Log`] is a layer that makes Postfix's
//! lines of it and gives them to a [`Sink`]:
//!
//! ```no_run
//! use envoi_postfix::log::{Log, Terminal, TlsLogLevel};
//! use tracing_subscriber::layer::SubscriberExt as _;
//!
//! let log = Log::new(Terminal::new("postfix/smtp"), TlsLogLevel::Summary);
//! tracing::subscriber::set_global_default(tracing_subscriber::registry().with(log))?;
//!
//! // Whatever is done for a message is done in a span that knows its queue id.
//! let request = tracing::info_span!("request", queue_id = "4bXyZ");
//! request.in_scope(|| tracing::info!(target: envoi_postfix::log::MESSAGE, "to=<bob@mx.example>"));
//! // postfix/smtp: 4bXyZ: to=<bob@mx.example>
//! # Ok::<(), tracing::subscriber::SetGlobalDefaultError>(())
//! ```
//!
//! Passwords, tokens and content never get here: nobody tells of them.

mod delivery_line;
mod facility;
mod layer;
mod mail_log;
mod sink;
mod syslog;
mod tls_level;
mod words;

pub use delivery_line::{AddressFormat, DeliveryLine, LineStyle, UnknownFormat};
pub use facility::{Facility, UnknownFacility};
pub use layer::{Log, MESSAGE, PEER, TLS};
pub use mail_log::MailLog;
pub use sink::{Severity, Sink, Terminal};
pub use syslog::{Syslog, UNIX_SOCKET};
pub use tls_level::{TlsLogLevel, UnknownTlsLogLevel};
