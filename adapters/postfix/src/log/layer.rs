//! From what is told through tracing to lines.

use std::fmt;

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::sink::{Severity, Sink};
use super::tls_level::TlsLogLevel;
use super::words::Words;

/// The target of what is told of a message: its line begins with the message's queue id, which is
/// the field `queue_id` of the event or of a span around it.
pub const MESSAGE: &str = "envoi::message";

/// The target of what is told of TLS (`smtp_tls_loglevel`).
pub const TLS: &str = "envoi::tls";

/// The targets of bytes on the wire: those of handshakes, and all others.
const TLS_HANDSHAKE: &str = "envoi::tls::handshake";
const TLS_RECORD: &str = "envoi::tls::record";

/// The target of dialogues that are to be seen (`debug_peer_list`).
pub const PEER: &str = "envoi::peer";

/// A layer that writes lines as Postfix does, of what Envoi tells and nobody else.
pub struct Log<K> {
    sink: K,
    tls: TlsLogLevel,
}

impl<K: Sink> Log<K> {
    /// Lines go to `sink`.
    pub fn new(sink: K, tls: TlsLogLevel) -> Self {
        Self { sink, tls }
    }

    fn severity(&self, metadata: &Metadata<'_>) -> Option<Severity> {
        let (target, level) = (metadata.target(), *metadata.level());
        if !is_ours(target) {
            return None;
        }
        if target == TLS && self.tls == TlsLogLevel::Off && level >= Level::INFO {
            return None;
        }
        match level {
            Level::ERROR => Some(Severity::Error),
            Level::WARN => Some(Severity::Warning),
            Level::INFO => Some(Severity::Info),
            Level::DEBUG if target == TLS => {
                (self.tls >= TlsLogLevel::Negotiation).then_some(Severity::Info)
            }
            Level::TRACE if target == TLS_HANDSHAKE => {
                (self.tls >= TlsLogLevel::HandshakeDump).then_some(Severity::Info)
            }
            Level::TRACE if target == TLS_RECORD => {
                (self.tls >= TlsLogLevel::Dump).then_some(Severity::Info)
            }
            _ => None,
        }
    }
}

impl<K, S> Layer<S> for Log<K>
where
    K: Sink + 'static,
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(match self.tls {
            TlsLogLevel::Off | TlsLogLevel::Summary => LevelFilter::INFO,
            TlsLogLevel::Negotiation => LevelFilter::DEBUG,
            TlsLogLevel::HandshakeDump | TlsLogLevel::Dump => LevelFilter::TRACE,
        })
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut words = Words::default();
        attributes.record(&mut words);
        if let (Some(queue_id), Some(span)) = (words.queue_id, context.span(id)) {
            span.extensions_mut().insert(QueueId(queue_id));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let Some(severity) = self.severity(event.metadata()) else { return };
        let mut words = Words::default();
        event.record(&mut words);
        let queue_id = words.queue_id.take().or_else(|| {
            let mut spans = context.event_scope(event)?;
            let is_about_message = event.metadata().target() == MESSAGE;
            let of_span = spans.find_map(|span| {
                span.extensions().get::<QueueId>().map(|queue_id| queue_id.0.clone())
            });
            of_span.filter(|_| is_about_message)
        });
        let (prefix, line) = (severity.prefix(), words.line());
        match queue_id {
            Some(queue_id) => self.sink.write(severity, &format!("{prefix}{queue_id}: {line}")),
            None => self.sink.write(severity, &format!("{prefix}{line}")),
        }
    }
}

impl<K> fmt::Debug for Log<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").field("tls", &self.tls).finish_non_exhaustive()
    }
}

/// The queue id of a span.
struct QueueId(String);

fn is_ours(target: &str) -> bool {
    target.starts_with("envoi")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<String>>>);

    impl Sink for Memory {
        fn write(&self, severity: Severity, line: &str) {
            self.0.lock().unwrap().push(format!("{severity} {line}"));
        }
    }

    fn logged(tls: TlsLogLevel, work: impl FnOnce()) -> Vec<String> {
        let memory = Memory::default();
        let log = Log::new(memory.clone(), tls);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(log), work);
        memory.0.lock().unwrap().clone()
    }

    #[test]
    fn queue_id_stands_before_what_is_about_a_message() {
        let lines = logged(TlsLogLevel::Off, || {
            let _request = tracing::info_span!("request", queue_id = "4bXyZ").entered();
            let _conversation = tracing::info_span!("conversation").entered();
            tracing::info!(target: MESSAGE, recipient = "bob", "host mx said: 450 later");
            tracing::info!("connect to mx[192.0.2.1]:25: Connection refused");
            tracing::warn!(target: MESSAGE, "unknown action");
            tracing::info!(target: MESSAGE, queue_id = "5c", "of another one");
        });
        assert_eq!(
            lines,
            [
                "info 4bXyZ: host mx said: 450 later",
                "info connect to mx[192.0.2.1]:25: Connection refused",
                "warning warning: 4bXyZ: unknown action",
                "info 5c: of another one",
            ]
        );
    }

    #[test]
    fn others_are_not_heard_and_details_are_kept_to_ourselves() {
        let lines = logged(TlsLogLevel::Off, || {
            tracing::info!(target: "hyper", "hello");
            tracing::debug!("detail");
            tracing::error!(error = "none left", "content is gone");
            tracing::info!(size = 3, "cut\nshort\u{1b}");
        });
        assert_eq!(lines, ["error error: content is gone: none left", "info cut?short?, size=3"]);
    }

    #[test]
    fn tls_is_logged_as_far_as_its_level_says() {
        let tell = || {
            tracing::info!(target: TLS, "summary");
            tracing::debug!(target: TLS, "certificate");
            tracing::warn!(target: TLS, "trouble");
            tracing::trace!(target: TLS_HANDSHAKE, "bytes of a handshake");
            tracing::trace!(target: TLS_RECORD, "other bytes");
            tracing::trace!(target: "envoi::wire", "what is said");
        };
        let lines = |level| logged(level, tell).len();
        assert_eq!(lines(TlsLogLevel::Off), 1);
        assert_eq!(lines(TlsLogLevel::Summary), 2);
        assert_eq!(lines(TlsLogLevel::Negotiation), 3);
        assert_eq!(lines(TlsLogLevel::HandshakeDump), 4);
        assert_eq!(lines(TlsLogLevel::Dump), 5);
    }

    #[test]
    fn lines_have_a_length() {
        let lines = logged(TlsLogLevel::Off, || tracing::info!("{}", "ä".repeat(9000)));
        assert_eq!(lines[0].len(), "info ".len() + 8000);
    }
}
