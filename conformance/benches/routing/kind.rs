//! Who looks for routes.

/// A resolver of the table, in the order of its columns.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    EnvoiTokio,
    EnvoiBlocking,
    Hickory,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::EnvoiTokio, Self::EnvoiBlocking, Self::Hickory];

    /// The heading of its column, and its word on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::EnvoiTokio => "envoi, tokio",
            Self::EnvoiBlocking => "envoi, blocking",
            Self::Hickory => "hickory-resolver",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it is judged; others show what they need.
    pub(crate) fn is_ours(self) -> bool {
        match self {
            Self::EnvoiTokio | Self::EnvoiBlocking => true,
            Self::Hickory => false,
        }
    }
}
