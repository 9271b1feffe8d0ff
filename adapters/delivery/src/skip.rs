//! Why a host is left out.

use alloc::sync::Arc;

use envoi_proto::Status;

/// Why a host is not connected to, which no server has said.
///
/// The next one is tried, whatever the status. If there is none, the status decides whether mail
/// is deferred or bounces.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Skip {
    /// The status to report.
    pub status: Status,
    /// What went wrong.
    pub text: Arc<str>,
}

impl Skip {
    /// A host whose TLS policy makes no sense (`smtp_tls_policy_maps`): it is not known what to
    /// ask for.
    pub fn bad_tls_policy() -> Self {
        Self::new(Status::transient(7, 5), "client TLS configuration problem")
    }

    /// A host of which something could not be looked up.
    pub fn lookup_failed(text: impl Into<Arc<str>>) -> Self {
        Self::new(Status::transient(3, 0), text)
    }

    /// A host that was to be reached from an address which is not ours
    /// (`smtp_bind_address_enforce`).
    pub fn bad_source() -> Self {
        Self::new(Status::transient(4, 0), "server configuration error")
    }

    fn new(status: Status, text: impl Into<Arc<str>>) -> Self {
        Self { status, text: text.into() }
    }
}
