//! What carries a conversation.

use std::io;

use envoi_driver::Dial;

use crate::talk::Talk;

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
    /// Connects, and talks until the conversation is over.
    ///
    /// # Errors
    /// If there is no connection.
    pub(crate) fn talk(self, dial: Dial, talk: &mut Talk<'_>) -> io::Result<()> {
        let (peer, config) = (talk.peer.clone(), talk.config.clone());
        match self {
            Self::Blocking => {
                let connection = envoi_blocking::connect(dial, peer, config)?.into_driver();
                futures_lite::future::block_on(talk.over(connection));
                Ok(())
            }
            #[cfg(feature = "runtimes")]
            Self::Tokio => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(async {
                    talk.over(envoi_tokio::connect(dial, peer, config).await?).await;
                    Ok(())
                })
            }
            #[cfg(feature = "runtimes")]
            Self::Smol => futures_lite::future::block_on(async {
                talk.over(envoi_smol::connect(dial, peer, config).await?).await;
                Ok(())
            }),
            #[cfg(feature = "runtimes")]
            Self::AsyncStd => futures_lite::future::block_on(async {
                talk.over(envoi_async_std::connect(dial, peer, config).await?).await;
                Ok(())
            }),
        }
    }
}
