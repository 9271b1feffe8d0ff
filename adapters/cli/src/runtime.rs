//! What carries conversations.

use std::io;

use futures_lite::future::block_on;

use crate::delivery::Delivery;
use crate::letter::Letter;

/// Sockets and timers, as the adapters offer them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum Runtime {
    #[default]
    Blocking,
    #[cfg(feature = "runtimes")]
    Tokio,
    #[cfg(feature = "runtimes")]
    Smol,
    #[cfg(feature = "runtimes")]
    AsyncStd,
}

impl Runtime {
    /// Sends all letters.
    ///
    /// # Errors
    /// If the system has not what that takes; nothing was sent then.
    pub(crate) fn run(self, delivery: Delivery<'_>, letters: &[Letter]) -> io::Result<()> {
        match self {
            Self::Blocking => block_on(delivery.over(envoi_blocking::Blocking::default(), letters)),
            #[cfg(feature = "runtimes")]
            Self::Tokio => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(delivery.over(envoi_tokio::Tokio::default(), letters))
            }
            #[cfg(feature = "runtimes")]
            Self::Smol => block_on(delivery.over(envoi_smol::Smol::default(), letters)),
            #[cfg(feature = "runtimes")]
            Self::AsyncStd => {
                block_on(delivery.over(envoi_async_std::AsyncStd::default(), letters))
            }
        }
    }
}
